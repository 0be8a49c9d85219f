/* import_words: by which words a column's header is known to be which field of an object. */
#pragma once

#include "core/import_internal.h"

struct import_words {
    struct ctx *ctx;
    const struct object *object;
    bool beside;       /* it comes along with rows about another */
    struct map by_key; /* folded header: struct import_target */
    VEC(str) keys;     /* the same, for parts of headers */
};
void import_words_init(struct ctx *, const struct object *, bool beside, struct import_words *out);
/* Folded, without what stands in brackets, marks of required fields and signs at the ends. */
str import_header_key(struct arena *, str header);
/* What a header is called by, whole or in its longest part. NULL. */
const struct import_target *import_words_exact(const struct import_words *, str key);
const struct import_target *import_words_within(const struct import_words *, str key);

/* "联系人手机": the label of an object that comes along, then a word for a field of it; rest (may
 * be NULL) gets that word. */
const struct import_target *
import_words_beside(const struct import_words *, size_t n, str key, str *rest);

/* Is it the heading under which a file of refused rows tells why? */
bool import_is_reason(struct arena *, str header);
/* Is it a word for the field: a label, or of its definition's "import"? */
bool import_names(struct arena *, const struct field *, str header);
