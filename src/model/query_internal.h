/* query_internal: what the files of query have in common. */
#pragma once

#include "model/query.h"

/* SELECT and the columns of the row t in their order, NULL for those that are not wanted. */
void query_columns(const struct object *, const bool *wanted, struct sql *);
/* FROM the object's table as t. */
void query_from(const struct object *, struct sql *);
/* The INSERT of a row, which is the same for all records of the object. */
void query_insert_text(const struct object *, struct sql *);
