/* search_internal: what the index and who asks it have in common. */
#pragma once

#include "core/search.h"
#include "text/text.h"

/* Customers have a space of terms of their own, without a tag. */
enum text_space search_space(const struct object *);
enum text_kind search_kind(const struct field *);
/* What the index knows of a field: its text as people see it, and phones as they are dialled. */
str search_text(struct ctx *, const struct record *, const struct field *);
struct searching {
    str words;
    enum text_tier tier;
    const struct condition *where; /* NULL = all */
};
struct query_hits; /* model/query.h */
/* The rows that the words may fit, within the caller's scope. The caller sets object, limit,
 * by_index and only_ids of h. *rows stays as it is when the words say nothing in this tier. */
err_t search_rows(struct ctx *,
                  const struct searching *,
                  struct query_hits *h,
                  struct db_rows **rows) MUST_USE;
/* Which of the records the words fit, in the fields that the caller may read. */
err_t search_fitting(struct ctx *,
                     const struct object *,
                     str query,
                     struct record *const *,
                     size_t n,
                     bool *fits) MUST_USE;
