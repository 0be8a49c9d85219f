/* change_internal: what the files around the change log share. */
#pragma once

#include "core/change.h"

/* Fields that the log leaves out, for the change itself tells them. */
bool change_implies(const struct field *);
/* Of a row with the columns that change_after selects. */
struct change change_of_row(const struct db_rows *, struct arena *);
/* The rows of such a statement, no more than `most_bytes` and one. */
err_t change_read(struct db_conn *,
                  struct arena *,
                  str sql,
                  const value *params,
                  size_t param_count,
                  size_t most_bytes,
                  struct change **out,
                  size_t *n) MUST_USE;
