/* tag_guard: refuses XML tags beyond any sense before a parser sees them, as libxml2 compares each
 * attribute of a tag with each other. Fed with UTF-8 in pieces. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum tag_state { TAG_OUTSIDE, TAG_OPENED, TAG_INSIDE, TAG_MARKED, TAG_COMMENT, TAG_CDATA, TAG_PI };

/* Zeroed at the beginning. */
struct tag_guard {
    enum tag_state state;
    char quote;   /* of the attribute value within; 0 when outside one */
    char last[2]; /* the bytes before */
    size_t n;     /* bytes since the tag began */
};

/* False when a tag is longer than 64 KiB. */
bool tag_guard_feed(struct tag_guard *, const char *p, size_t n);
