#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include "base/log.h"
#include "text/text.h"

enum { ZERO_WIDTH_JOINER = 0x200D, EMOJI_VARIATION = 0xFE0F };

bool text_is_han(uint32_t c)
{
    return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || c == 0x3007 ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

/* Code points that composition neither changes nor joins with a neighbour. */
static bool is_settled(uint32_t c)
{
    return c < 0x300 || (c >= 0x2010 && c <= 0x20CF) || (c >= 0x2190 && c <= 0x2329 - 1) ||
           (c >= 0x3000 && c <= 0x3098) || (c >= 0x309B && c <= 0x9FFF) ||
           (c >= 0xFE10 && c <= 0xFFFD) || (c >= 0x1F000 && c <= 0x1FAFF) ||
           (c >= 0x20000 && c <= 0x2F7FF);
}

static bool is_emoji(uint32_t c)
{
    return (c >= 0x1F000 && c <= 0x1FAFF) || c == EMOJI_VARIATION || (c >= 0x2600 && c <= 0x27BF);
}

static bool is_dropped(uint32_t c, uint32_t before)
{
    if (c == ZERO_WIDTH_JOINER)
        return !is_emoji(before);
    return (c < 0x20 && c != '\t' && c != '\n') || (c >= 0x7F && c <= 0x9F) || c == 0xAD ||
           (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF || (c >= 0xFFF9 && c <= 0xFFFB) ||
           (c >= 0xFDD0 && c <= 0xFDEF) || (c & 0xFFFE) == 0xFFFE || (c >= 0xE0000 && c <= 0xE007F);
}

static uint32_t replacement(uint32_t c)
{
    switch (c) {
    case 0xA0:
    case 0x2007:
    case 0x202F:
        return ' ';
    case 0x2028:
    case 0x2029:
        return '\n';
    default:
        return c;
    }
}

static str compose(struct arena *arena, str s)
{
    UErrorCode e = U_ZERO_ERROR;
    const UNormalizer2 *nfc = unorm2_getNFCInstance(&e);
    if (U_FAILURE(e) || s.n > INT32_MAX / 8)
        return s;
    int32_t units = 0, done, bytes;
    UChar *wide = ARENA_ARRAY(arena, UChar, s.n + 1);
    u_strFromUTF8(wide, (int32_t)s.n, &units, s.p, (int32_t)s.n, &e);
    int32_t cap = units * 3 + 16; /* NFC at most triples UTF-16 */
    UChar *composed = ARENA_ARRAY(arena, UChar, (size_t)cap);
    done = unorm2_normalize(nfc, wide, units, composed, cap, &e);
    char *out = ARENA_ARRAY(arena, char, (size_t)cap * 3);
    u_strToUTF8(out, cap * 3, &bytes, composed, done, &e);
    if (U_FAILURE(e)) {
        log_event(LOG_ERROR, "text_compose_failed", "reason", LOG_Z(u_errorName(e)), NULL);
        return s;
    }
    return (str){out, (size_t)bytes};
}

str text_clean(struct arena *arena, str s)
{
    bool changed = false, settled = true;
    char *out = ARENA_ARRAY(arena, char, s.n * 3 + 1); /* an ill-formed byte becomes three */
    size_t n = 0;
    uint32_t before = 0;
    for (str rest = s; rest.n;) {
        const char *from = rest.p;
        uint32_t c = utf8_next(&rest);
        if (c == '\r') {
            changed = true;
            if (rest.n && rest.p[0] == '\n')
                continue;
            c = '\n';
        } else if (is_dropped(c, before)) {
            changed = true;
            continue;
        }
        settled = settled && is_settled(c);
        before = replacement(c);
        size_t length = utf8_put(before, out + n);
        changed =
            changed || length != (size_t)(rest.p - from) || memcmp(out + n, from, length) != 0;
        n += length;
    }
    str clean = changed ? (str){out, n} : s;
    return settled ? clean : compose(arena, clean);
}

static bool is_margin(uint32_t c)
{
    return u_isUWhiteSpace((UChar32)c) || is_dropped(c, 0);
}

str text_trim(str s)
{
    for (str rest = s; rest.n && is_margin(utf8_next(&rest));)
        s = rest;
    while (s.n) {
        size_t at = s.n - 1;
        while (at && ((unsigned char)s.p[at] & 0xC0) == 0x80)
            at--;
        str last = str_cut(s, at, s.n);
        if (!is_margin(utf8_next(&last)))
            break;
        s.n = at;
    }
    return s;
}
