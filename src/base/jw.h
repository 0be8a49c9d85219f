/* jw: writing JSON without a tree. A writer puts commas itself:
 *
 *     struct jw w = {.out = &buf};
 *     jw_open(&w, '{'); jw_key(&w, S("id")); jw_id(&w, id); jw_close(&w, '}');
 */
#pragma once

#include <jansson.h>

#include "base/buf.h"

struct jw {
    struct buf *out;
    bool need_comma;
};
void jw_open(struct jw *, char bracket);  /* '{' or '[' */
void jw_close(struct jw *, char bracket); /* '}' or ']' */
void jw_key(struct jw *, str key);
void jw_str(struct jw *, str s); /* ill-formed UTF-8 becomes U+FFFD */
void jw_int(struct jw *, int64_t v);
void jw_real(struct jw *, double v); /* shortest that reads back the same */
void jw_bool(struct jw *, bool v);
void jw_null(struct jw *);
void jw_id(struct jw *, int64_t id);       /* "123…", or null for 0 */
void jw_instant(struct jw *, int64_t at);  /* RFC 3339 string */
void jw_raw(struct jw *, str json);        /* JSON already made */
void jw_tree(struct jw *, const json_t *); /* NULL writes null */

/* A quoted JSON string, appended. */
void jw_add_string(struct buf *, str s);
