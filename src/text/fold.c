#include "text/text.h"
#include "text/tables.h"

/* Writes the folded form of c (perhaps nothing); returns its length, at most FOLD_EXPAND_UNITS * 3.
 */
static size_t fold_char(uint32_t c, char *out)
{
    if (c > 0xFFFF) {
        const struct table_pair *pair =
            table_find_pair(TABLE(fold_far, struct table_pair), TABLES->fold_far.count, c);
        return utf8_put(pair ? pair->to : c, out);
    }
    uint8_t page = TABLE(fold_index, uint8_t)[c / FOLD_PAGE];
    if (!page)
        return utf8_put(c, out);
    uint16_t to = TABLE(fold_pages, uint16_t)[page * FOLD_PAGE + c % FOLD_PAGE];
    if (to < FOLD_EXPAND || to >= FOLD_EXPAND + TABLES->fold_expansions.count)
        return utf8_put(to, out);
    const uint16_t *units =
        TABLE(fold_expansions, uint16_t) + (size_t)(to - FOLD_EXPAND) * FOLD_EXPAND_UNITS;
    size_t n = 0;
    for (size_t i = 0; i < FOLD_EXPAND_UNITS && units[i]; i++) {
        uint32_t unit = units[i];
        if ((unit & 0xFC00) == 0xD800 && i + 1 < FOLD_EXPAND_UNITS)
            unit = 0x10000 + ((unit & 0x3FF) << 10) + (units[++i] & 0x3FFu);
        n += utf8_put(unit, out + n);
    }
    return n;
}

uint32_t fold_one(uint32_t c)
{
    char folded[FOLD_EXPAND_UNITS * 3 + 4];
    str rest = {folded, fold_char(c, folded)};
    uint32_t one = rest.n ? utf8_next(&rest) : c;
    return rest.n ? c : one;
}

str text_fold(struct arena *arena, str s)
{
    s = text_clean(arena, s);
    VEC(char) out = {0};
    out.at = ARENA_ARRAY(arena, char, s.n + 1);
    out.cap = s.n + 1;
    bool space = true; /* also drops white space in front */
    while (s.n) {
        char folded[FOLD_EXPAND_UNITS * 3 + 4];
        uint32_t c = (unsigned char)s.p[0];
        size_t n = 1;
        if (c < 0x80) {
            folded[0] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c <= ' ' ? ' ' : c);
            s.p++;
            s.n--;
        } else {
            n = fold_char(utf8_next(&s), folded);
        }
        for (size_t i = 0; i < n; i++) {
            if (folded[i] == ' ' && space)
                continue;
            space = folded[i] == ' ';
            *VEC_PUSH(arena, out) = folded[i];
        }
    }
    while (out.n && out.at[out.n - 1] == ' ')
        out.n--;
    return (str){out.at, out.n};
}
