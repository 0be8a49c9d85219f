/* search_internal: what the index and who asks it have in common. */
#pragma once

#include "core/search.h"
#include "text/text.h"

/* Customers have a space of terms of their own, without a tag. */
enum text_space search_space(const struct object *);
enum text_kind search_kind(const struct field *);
/* What the index knows of a field: its text as people see it, and phones as they are dialled. */
str search_text(struct ctx *, const struct field *, const value *cells);
struct search_document {
    const struct object *object;
    int64_t id;
    str text; /* the terms; empty: not to be found any more */
};
struct search_documents {
    struct search_document *at;
    size_t n, cap;
};
/* Adds those of the records. */
err_t search_documents(struct ctx *,
                       const struct object *,
                       const int64_t *ids,
                       size_t n,
                       struct search_documents *out) MUST_USE;
/* Within a transaction that holds SEARCH_LOCK. */
#define SEARCH_LOCK S("search")
err_t search_put(struct ctx *, const struct search_documents *) MUST_USE;
/* After much was written: what the index has taken in unsorted, every question reads through. */
err_t search_sort_in(struct ctx *) MUST_USE;

/* Adds the job kind. */
void search_rebuild_attach(void);
/* Enqueues the work for objects whose index knows other fields than the model, or other terms than
 * this program makes. */
err_t search_rebuild_outdated(struct ctx *) MUST_USE;

/* Tags of records that have an owner: the index gives at once those that a narrow role reaches. */
str search_owner_tag(struct arena *, int64_t user);
str search_department_tag(struct arena *, int64_t department);

/* Blocks of the newest, for PostgreSQL: see search_block.c. */
enum { SEARCH_LEVELS = 4 };
/* How many places each space has given; SQLite: 0, for it walks newest first by itself. */
struct search_places {
    int64_t of[2]; /* by enum text_space */
};
err_t search_places(struct ctx *, struct search_places *) MUST_USE;
/* of[i]: the place of ids[i], a new one where it has none. */
err_t search_places_take(
    struct ctx *, enum text_space, const int64_t *ids, size_t n, int64_t *of) MUST_USE;
void search_block_tags(struct text_terms *, int64_t place);
/* The tags of the newest blocks; empty: they would be all. */
str search_block_newest(struct arena *, int64_t places, unsigned level);
/* At which level `wanted` may be expected when so many were found at this one; above it anyway. */
unsigned search_block_wider(unsigned level, size_t found, size_t wanted);

struct searching {
    str words;
    enum text_tier tier;
    const struct condition *where; /* NULL = all */
    str blocks;
};
struct query_hits; /* model/query.h */
/* The rows that the words may fit, within the caller's scope. The caller sets object, limit and
 * only_ids of h. *rows stays as it is when the words say nothing in this tier. */
err_t search_rows(struct ctx *,
                  const struct searching *,
                  struct query_hits *h,
                  struct db_rows **rows) MUST_USE;
struct search_fit {
    const struct record *record;
    enum mine mine;
    int score;
    const struct field *matched;
};
struct search_fits {
    struct search_fit *at;
    size_t n, cap;
};
/* Adds those of the records that the words fit, in the fields that the caller may read. */
err_t search_judge(
    struct ctx *, str query, struct record *const *, size_t n, struct search_fits *out) MUST_USE;
/* Only whether. */
err_t search_fitting(
    struct ctx *, str query, struct record *const *, size_t n, bool *fits) MUST_USE;
/* What people see of them. */
err_t search_present(
    struct ctx *, const struct search_fit *, size_t n, str query, struct search_hit **out) MUST_USE;
