#include "text/text.h"

enum { LOCAL_MAX = 64, DOMAIN_MAX = 253, LABEL_MAX = 63 };

/* Full width to half; the full stop that a Chinese keyboard gives counts as a dot. */
static str narrow(struct arena *arena, str s)
{
    char *out = ARENA_ARRAY(arena, char, s.n + 1);
    size_t n = 0;
    while (s.n) {
        uint32_t c = utf8_next(&s);
        if (c >= 0xFF01 && c <= 0xFF5E)
            c -= 0xFEE0;
        if (c == 0x3002 || c == 0xFF61)
            c = '.';
        if (c == 0x3000)
            c = ' ';
        n += utf8_put(c, out + n);
    }
    return str_trim((str){out, n});
}

static bool is_atom_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (unsigned char)c >= 0x80 || (c && memchr("!#$%&'*+-/=?^_`{|}~", c, 19));
}

/* Words of atom characters with single dots between them. */
static bool is_dot_atom(str s)
{
    bool dot = true;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '.' ? dot : !is_atom_char(s.p[i]))
            return false;
        dot = s.p[i] == '.';
    }
    return !dot;
}

/* RFC 5321 quoted string: printable characters, " and \ only behind a \. */
static bool is_quoted(str s)
{
    if (s.n < 3 || s.p[0] != '"' || s.p[s.n - 1] != '"')
        return false;
    for (size_t i = 1; i + 1 < s.n; i++) {
        if (s.p[i] == '"' || (unsigned char)s.p[i] < ' ' || s.p[i] == 0x7F)
            return false;
        if (s.p[i] == '\\' && ++i + 1 >= s.n)
            return false;
    }
    return true;
}

static bool is_label(str s)
{
    if (s.n == 0 || s.n > LABEL_MAX || s.p[0] == '-' || s.p[s.n - 1] == '-')
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && !(s.p[i] >= '0' && s.p[i] <= '9') &&
            s.p[i] != '-' && (unsigned char)s.p[i] < 0x80)
            return false;
    return true;
}

static bool is_domain(str s)
{
    str label = {0};
    size_t labels = 0;
    if (s.n > DOMAIN_MAX)
        return false;
    for (str rest = s; str_split(&rest, '.', &label); labels++)
        if (!is_label(label))
            return false;
    return labels > 1 && label.n > 1 && !(label.p[0] >= '0' && label.p[0] <= '9');
}

/* The last @ outside quotes; SIZE_MAX when there is none. */
static size_t find_at(str s)
{
    for (size_t i = s.n; i-- > 0;)
        if (s.p[i] == '@')
            return i;
    return SIZE_MAX;
}

bool text_email_parse(struct arena *arena, str s, str *out)
{
    str text = narrow(arena, text_clean(arena, s));
    size_t at = find_at(text);
    if (at == SIZE_MAX || at == 0 || at > LOCAL_MAX)
        return false;
    str local = str_cut(text, 0, at);
    char *domain = arena_strz(arena, str_cut(text, at + 1, text.n));
    size_t n = text.n - at - 1;
    for (size_t i = 0; i < n; i++)
        if (domain[i] >= 'A' && domain[i] <= 'Z')
            domain[i] = (char)(domain[i] + 32);
    if (!is_domain((str){domain, n}) || !(is_dot_atom(local) || is_quoted(local)))
        return false;
    if (is_dot_atom(local))
        local = arena_lower(arena, local);
    *out = arena_printf(arena, STR_FMT "@%s", STR_ARG(local), domain);
    return true;
}

str text_email_mask(struct arena *arena, str email)
{
    size_t at = find_at(email);
    if (at == SIZE_MAX || at == 0)
        return S("***");
    return arena_printf(arena, STR_FMT "***" STR_FMT,
                        STR_ARG(utf8_prefix(str_cut(email, 0, at), 1)),
                        STR_ARG(str_cut(email, at, email.n)));
}
