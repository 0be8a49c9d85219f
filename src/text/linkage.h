/* linkage: are two records the same person? After Fellegi and Sunter.
 *
 *   keys ─► pairs that share one ─► levels of agreement a field ─► sum of weights ─► posterior
 *
 * The weights are estimated, not chosen: tools/linkagefit.c writes linkage_weights.h. A pair is
 * worth merging without asking when posterior > 0.99 and ids >= 2; otherwise it is a suggestion. */
#pragma once

#include "text/text.h"

enum link_field {
    LINK_NAME,
    LINK_PHONE,
    LINK_EMAIL,
    LINK_WECHAT,
    LINK_COMPANY,
    LINK_ADDRESS,
    LINK_FIELDS,
};
enum link_level {
    LINK_MISSING, /* empty on one side: says nothing */
    LINK_DIFFERS,
    LINK_CLOSE,      /* one error, or a part */
    LINK_CONSISTENT, /* names: 王总 beside 王小明 */
    LINK_SOUNDS,     /* names: same pinyin */
    LINK_EQUAL,
    LINK_LEVELS,
};

/* As stored; any may be empty. phone may be raw or E.164. */
struct link_record {
    str name, phone, email, wechat, company, address;
    const char *region; /* of a phone that names no country; NULL: CN */
};
/* The same made comparable; lives in the arena. */
struct link_person;
const struct link_person *link_prepare(struct arena *, const struct link_record *);

struct link_result {
    enum link_level levels[LINK_FIELDS];
    double weights[LINK_FIELDS]; /* log2 of how much likelier for one person than for two */
    double posterior;            /* 0..1, for a pair that shares a key */
    unsigned ids;                /* of phone, e-mail and WeChat, those that are equal */
};
void link_compare(struct arena *,
                  const struct link_person *,
                  const struct link_person *,
                  struct link_result *out);

/* Strings of which two records of one person nearly always share one: store them beside the record,
 * index them, and compare the records that share one. Skip a key that hundreds of records have. */
enum { LINK_KEYS = 12 };
size_t link_keys(struct arena *, const struct link_person *, str out[static LINK_KEYS]);
