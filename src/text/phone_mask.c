/* text_mask_phones: the numbers that people write in texts. */
#include "text/text.h"

enum {
    DIGITS_LEAST = 8,
    DIGITS_MOST = 15,
    SIGNS_MOST = 2,
    TAG_MOST = 200,
    HIDDEN = 4,
    OPEN_END = 4
};

/* A number that begins at `at`, up to the end of one of its groups of digits. */
struct number {
    size_t end;
    size_t digits[DIGITS_MOST]; /* where they stand */
    size_t count;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_sign(char c)
{
    return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.';
}

/* +86 138…, 86 138…, 0571-8765…, +49 30 …; other figures are sums, dates, codes. */
static bool is_phone(str s, size_t at, const struct number *n)
{
    char d[DIGITS_MOST];
    for (size_t i = 0; i < n->count; i++)
        d[i] = s.p[n->digits[i]];
    str digits = {d, n->count};
    if (s.p[at] == '+')
        return n->count >= DIGITS_LEAST;
    str mobile = str_starts(digits, S("0086")) ? str_cut(digits, 4, digits.n)
                 : str_starts(digits, S("86")) ? str_cut(digits, 2, digits.n)
                                               : digits;
    if (mobile.n == 11 && mobile.p[0] == '1' && mobile.p[1] >= '3')
        return true;
    return d[0] == '0' && d[1] != '0' && n->count >= 10 && n->count <= 12;
}

/* Behind the tag of a rich text that begins here; `at` where none does. */
static size_t behind_tag(str s, size_t at)
{
    size_t end = at + 1;
    if (s.p[at] != '<' || end == s.n || !(is_letter(s.p[end]) || s.p[end] == '/'))
        return at;
    while (end < s.n && s.p[end] != '>' && end - at < TAG_MOST)
        end++;
    return end < s.n && s.p[end] == '>' ? end + 1 : at;
}

/* The longest one that is a phone. */
static bool number_at(str s, size_t at, struct number *out)
{
    struct number n = {.end = at + (s.p[at] == '+')};
    bool found = false;
    for (size_t signs = 0; n.end < s.n && signs <= SIGNS_MOST;) {
        if (is_digit(s.p[n.end])) {
            if (n.count == DIGITS_MOST)
                break;
            n.digits[n.count++] = n.end++;
            signs = 0;
            bool ends = n.end == s.n || (!is_digit(s.p[n.end]) && !is_letter(s.p[n.end]));
            if (ends && is_phone(s, at, &n)) {
                *out = n;
                found = true;
            }
        } else if (is_sign(s.p[n.end])) {
            signs++;
            n.end++;
        } else if (behind_tag(s, n.end) > n.end) {
            n.end = behind_tag(s, n.end);
        } else {
            break;
        }
    }
    return found;
}

str text_mask_phones(struct arena *arena, str s)
{
    char *out = NULL;
    for (size_t i = 0; i < s.n;) {
        bool begins = (is_digit(s.p[i]) || s.p[i] == '+') &&
                      (i == 0 || (!is_digit(s.p[i - 1]) && !is_letter(s.p[i - 1])));
        struct number n;
        if (!begins || !number_at(s, i, &n)) {
            i++;
            continue;
        }
        if (!out)
            out = (char *)arena_str(arena, s).p;
        for (size_t k = n.count - OPEN_END - HIDDEN; k < n.count - OPEN_END; k++)
            out[n.digits[k]] = '*';
        i = n.end;
    }
    return out ? (str){out, s.n} : s;
}
