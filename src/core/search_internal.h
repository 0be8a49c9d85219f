/* search_internal: what the index and who asks it have in common. */
#pragma once

#include "core/search.h"
#include "text/text.h"

/* Customers have a space of terms of their own, without a tag. */
enum text_space search_space(const struct object *);
enum text_kind search_kind(const struct field *);
/* What the index knows of a field: its text as people see it, and phones as they are dialled. */
str search_text(struct ctx *, const struct record *, const struct field *);
/* The expression of the database at hand. */
str search_expression(struct ctx *, str query, enum text_space, str tags, enum text_tier);
/* Which of the records the words fit, in the fields that the caller may read. */
err_t search_fitting(struct ctx *,
                     const struct object *,
                     str query,
                     struct record *const *,
                     size_t n,
                     bool *fits) MUST_USE;
