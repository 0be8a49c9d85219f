#include "sheet/tag_guard.h"

#include <string.h>

#include "base/limits.h"

enum { MAX_TAG = 64 * KIB };

static void take_inside(struct tag_guard *guard, char c)
{
    if (guard->quote)
        guard->quote = c == guard->quote ? 0 : guard->quote;
    else if (c == '"' || c == '\'')
        guard->quote = c;
    else if (c == '>')
        guard->state = TAG_OUTSIDE;
}

static void take_opened(struct tag_guard *guard, char c)
{
    guard->quote = 0;
    guard->state = c == '!' ? TAG_MARKED : c == '?' ? TAG_PI : TAG_INSIDE;
    if (guard->state == TAG_INSIDE)
        take_inside(guard, c);
    guard->n = 0;
}

/* What ends with "-->" after "<!--", with "]]>" after "<![CDATA[", with "?>" after "<?"; n counts
 * from behind "<!" or "<?". */
static void take_special(struct tag_guard *guard, char c)
{
    char before = guard->last[0], last = guard->last[1];
    bool ended = c == '>';
    if (guard->state == TAG_COMMENT)
        ended = ended && before == '-' && last == '-' && guard->n > 4;
    else if (guard->state == TAG_CDATA)
        ended = ended && before == ']' && last == ']' && guard->n > 9;
    else
        ended = ended && last == '?' && guard->n > 1;
    if (ended)
        guard->state = TAG_OUTSIDE;
}

bool tag_guard_feed(struct tag_guard *guard, const char *p, size_t n)
{
    const char *end = p + n;
    while (p < end) {
        if (guard->state == TAG_OUTSIDE) {
            p = memchr(p, '<', (size_t)(end - p));
            if (!p)
                return true;
            guard->state = TAG_OPENED;
            p++;
            continue;
        }
        char c = *p++;
        guard->n++;
        if (guard->state == TAG_INSIDE)
            take_inside(guard, c);
        else if (guard->state == TAG_OPENED)
            take_opened(guard, c);
        else if (guard->state == TAG_MARKED)
            guard->state = c == '-' ? TAG_COMMENT : c == '[' ? TAG_CDATA : TAG_INSIDE;
        else
            take_special(guard, c);
        if (guard->state == TAG_INSIDE && guard->n > MAX_TAG)
            return false;
        guard->last[0] = guard->last[1];
        guard->last[1] = c;
    }
    return true;
}
