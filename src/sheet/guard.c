#include "sheet/guard.h"

static bool is_blank(uint32_t c)
{
    return c <= ' ' || c == 0x7f || (c >= 0x80 && c <= 0xa0) || (c >= 0x2000 && c <= 0x200f) ||
           c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x2060 || c == 0x3000 ||
           c == 0xfeff;
}

static bool starts_formula(uint32_t c)
{
    switch (c) {
    case '=':
    case '+':
    case '-':
    case '@':
    case 0xff1d: /* the full-width forms */
    case 0xff0b:
    case 0xff0d:
    case 0xff20:
        return true;
    default:
        return false;
    }
}

bool guard_needed(str text)
{
    while (text.n && text.p[0] == '\'')
        text = str_cut(text, 1, text.n);
    if (text.n && (text.p[0] == '\t' || text.p[0] == '\r'))
        return true;
    while (text.n) {
        uint32_t c = utf8_next(&text);
        if (!is_blank(c))
            return starts_formula(c);
    }
    return false;
}

str guard_remove(str text)
{
    if (text.n > 1 && text.p[0] == '\'' && guard_needed(text))
        return str_cut(text, 1, text.n);
    return text;
}
