/* search_internal: what the index and who asks it have in common. */
#pragma once

#include "core/search.h"
#include "text/text.h"

/* Customers have a space of terms of their own, without a tag. */
enum text_space search_space(const struct object *);
enum text_kind search_kind(const struct field *);
/* What the index knows of a field: its text as people see it, and phones as they are dialled. */
str search_text(struct ctx *, const struct record *, const struct field *);
