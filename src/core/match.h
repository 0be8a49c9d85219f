/* match: records that may be one. Certain: an identity key, a unique field or a company's whole
 * name. Similar: a name that sounds the same, a person's weighed by text/linkage.h together with
 * all else that is known of both, a company's without form, place, spaces and signs. */
#pragma once

#include "core/record.h"

enum { MATCH_REASONS = 4 };

struct match {
    int64_t id;
    double score; /* 0..1 */
    bool certain;
    const char *reasons[MATCH_REASONS]; /* message keys: "match_phone" */
    size_t reason_count;
};

void match_reason(struct match *, const char *code); /* once */
/* The reason for a value that both have in this field. */
const char *match_reason_of(const struct field *);
bool match_is_company(const struct record *);
str match_cell(const struct record *, const char *field); /* a text, or empty */
/* How its name sounds, and whether a person or a company bears it; empty: it has none. */
str match_name_key(struct arena *, const struct record *);

/* Records of the caller's whose name is this one's: first those of the same whole name, at most
 * `most`, however many others have it; then (MATCH_ALIKE) at most as many of those that sound the
 * same, companies without form and place, of whom the first few hundred are
 * looked at. Each once; `out` has room for twice `most`. */
enum match_how { MATCH_SAME, MATCH_ALIKE };
err_t match_names(struct ctx *,
                  const struct record *like,
                  enum match_how,
                  size_t most,
                  struct record **out,
                  size_t *n) MUST_USE;

/* Records in the caller's scope that have the key in any field of the field's kind. */
err_t match_holders(struct ctx *,
                    const struct object *,
                    const struct field *,
                    str key,
                    size_t most,
                    struct list_page *out) MUST_USE;

/* One of two that are compared, and what the caller may see of it. */
struct match_side {
    const struct record *record;
    enum mine mine;
    bool given; /* it is what he has entered himself: a row of a file */
};
/* By what may be told. False: not alike. */
bool match_weigh(struct ctx *, struct match_side, struct match_side, struct match *);

/* Records of the caller's that may be the same as this customer, best first, at most MATCH_MOST. */
enum { MATCH_MOST = 10 };
err_t match_duplicates(struct ctx *,
                       const struct record *,
                       struct match out[MATCH_MOST],
                       size_t *n) MUST_USE;

/* Names are kept in match_key from now on. */
void match_attach(void);
/* For a record whose key is missing or was made by an older program. */
err_t match_key_again(struct ctx *, const struct record *) MUST_USE;
