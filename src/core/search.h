/* search: one box over all objects; a log reader keeps the index, text/ makes the terms. */
#pragma once

#include "core/record.h"

enum { SEARCH_SUMMARY_FIELDS = 3 };
struct search_hit {
    const struct object *object;
    int64_t id;
    const struct record *record;
    enum mine mine;
    str title;
    int64_t customer;                                   /* whose it is; 0 = nobody's */
    str customer_name;                                  /* empty: the caller may not see it */
    const struct field *summary[SEARCH_SUMMARY_FIELDS]; /* what there is of the layout "summary" */
    size_t summary_count;
    int score;                   /* the greater the better */
    const struct field *matched; /* the field that the words fit best; NULL: they fit several */
    str text;                    /* what it says, of a long one a part; empty: it is the title */
};
/* Narrows a list to the best `most` hits of the words among the records of its condition, best
 * first; *more: there may be others. No words: as it is. ERR_INVALID: the condition is on what the
 * caller may not read. */
err_t search_narrow(struct ctx *, str words, size_t most, struct list_query *, bool *more) MUST_USE;
/* What people look for is short: ERR_INVALID "too_long" at `at`. */
enum { SEARCH_MOST_CHARS = 200 };
err_t search_check_words(struct ctx *, str words, str at) MUST_USE;
/* Narrows it to all hits, newest first. ERR_INVALID "too_many_hits" at `at` when there may be more
 * than app->most_hits, "too_long". ERR_LIMIT: the request has no time left. */
err_t search_narrow_all(struct ctx *, str words, str at, struct list_query *) MUST_USE;
/* The ids of q below `below` (INT64_MAX: all), at most `most`, when they are newest first. */
void search_slice(const struct list_query *q, int64_t below, size_t most, struct list_query *out);
/* Best first, in the caller's scope only, on readable fields only. object NULL = all, and then no
 * object takes more than a quarter while others have hits too. */
err_t search_find(struct ctx *,
                  const struct object *,
                  str query,
                  size_t limit,
                  struct search_hit **out,
                  size_t *n) MUST_USE;
/* As the API shows it. */
void search_write_hit(struct ctx *, const struct search_hit *, struct jw *);
/* Adds the log reader. */
void search_attach(struct app *);
