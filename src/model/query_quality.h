/* query_quality: how good the records of an object are, counted by the database. A record is valid
 * with at least one contact (a field that is a phone, e-mail or WeChat key), complete by the share
 * of the fields marked as expected. */
#pragma once

#include "model/query.h"

/* Rows of: group (text, NULL for the records without one), records, valid ones, expected fields
 * filled; the largest first. */
err_t query_quality(const struct object *,
                    const struct field *group,
                    const struct condition *scope,
                    const struct condition_env *,
                    struct sql *) MUST_USE;
bool field_is_contact(const struct field *);
/* How many fields are expected. */
int64_t object_expected(const struct object *);
