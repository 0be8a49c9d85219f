/* json: reading outside bytes into jansson trees. Writing without a tree: base/jw.h.
 *
 * Reading is strict (security I2): UTF-8, no NUL, no repeated key, bounded depth, members and
 * bytes, integers exact in 64 bits. Trees belong to the arena and are released with it; where there
 * is no memory for one, the process ends, as with the arena. */
#pragma once

#include <jansson.h>

#include "base/problem.h"

/* ERR_INVALID with a problem "json_syntax" (line, column), "json_too_deep" or "json_too_large". */
err_t json_read(struct arena *, str text, struct problems *, json_t **out) MUST_USE;
/* Adds the problem "json_syntax": line, column and why. */
void json_refuse(struct problems *, str at, const json_error_t *);
/* The arena releases it; returns its argument. */
json_t *json_keep(struct arena *, json_t *);

/* Borrowed views; empty / NULL when absent or of another type. */
str json_str(const json_t *); /* the bytes of a string */
str json_get_str(const json_t *object, const char *key);
bool json_get_bool(const json_t *object, const char *key, bool fallback);
int64_t json_get_int(const json_t *object, const char *key, int64_t fallback);
/* Compact, keys in insertion order; lives in the arena. */
str json_text(struct arena *, const json_t *);
/* Compact with keys sorted: equal trees give equal bytes. */
str json_canonical(struct arena *, const json_t *);
