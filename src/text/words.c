#include "text/words.h"

#include <unicode/uchar.h>

static enum run_kind kind_of(uint32_t c)
{
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
        return RUN_WORD;
    if (c < 0x80)
        return RUN_GAP;
    if (text_is_han(c) || u_isalnum((UChar32)c))
        return RUN_WIDE;
    int8_t type = u_charType((UChar32)c);
    bool counts =
        type == U_OTHER_SYMBOL || type == U_NON_SPACING_MARK || type == U_COMBINING_SPACING_MARK;
    return counts && c != 0xFFFD ? RUN_WIDE : RUN_GAP;
}

bool run_next(str *rest, struct run *out)
{
    if (rest->n == 0)
        return false;
    const char *from = rest->p;
    out->kind = kind_of(utf8_next(rest));
    while (rest->n) {
        str ahead = *rest;
        if (kind_of(utf8_next(&ahead)) != out->kind)
            break;
        *rest = ahead;
    }
    out->text = (str){from, (size_t)(rest->p - from)};
    return true;
}

str words_joined(struct arena *arena, str folded, bool wide)
{
    char *out = ARENA_ARRAY(arena, char, folded.n + 1);
    size_t n = 0;
    struct run run;
    while (run_next(&folded, &run)) {
        if (run.kind == RUN_GAP || (run.kind == RUN_WIDE && !wide))
            continue;
        memcpy(out + n, run.text.p, run.text.n);
        n += run.text.n;
    }
    return (str){out, n};
}

bool is_letters(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 'a' || s.p[i] > 'z')
            return false;
    return s.n > 0;
}

bool is_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return s.n > 0;
}

/* Digits and signs, at least one digit. */
static bool is_number(str s)
{
    struct run run;
    bool digits = false;
    while (run_next(&s, &run)) {
        if (run.kind == RUN_WIDE || (run.kind == RUN_WORD && !is_digits(run.text)))
            return false;
        digits = digits || run.kind == RUN_WORD;
    }
    return digits;
}

bool query_word_next(str *rest, str *word)
{
    str ahead, next;
    do
        if (!str_split(rest, ' ', word))
            return false;
    while (word->n == 0);
    for (ahead = *rest; is_number(*word) && str_split(&ahead, ' ', &next) && is_number(next);
         *rest = ahead)
        word->n = (size_t)(next.p + next.n - word->p);
    return true;
}

size_t number_variants(str digits, str out[static NUMBER_VARIANTS])
{
    size_t n = 0;
    if (!is_digits(digits) || digits.n < 5)
        return 0;
    if (str_starts(digits, S("00")) && digits.n >= 7)
        out[n++] = str_cut(digits, 2, digits.n);
    else if (digits.p[0] == '0' && digits.p[1] != '0')
        out[n++] = str_cut(digits, 1, digits.n);
    else if (str_starts(digits, S("86")) && digits.n > 11)
        out[n++] = str_cut(digits, 2, digits.n);
    if (str_starts(digits, S("0086")) && digits.n > 13)
        out[n++] = str_cut(digits, 4, digits.n);
    return n;
}

bool is_one_edit(str a, str b)
{
    size_t front = 0, back = 0, shorter = a.n < b.n ? a.n : b.n;
    while (front < shorter && a.p[front] == b.p[front])
        front++;
    while (back < shorter - front && a.p[a.n - 1 - back] == b.p[b.n - 1 - back])
        back++;
    size_t left_a = a.n - front - back, left_b = b.n - front - back;
    if (left_a <= 1 && left_b <= 1)
        return true;
    return left_a == 2 && left_b == 2 && a.p[front] == b.p[front + 1] &&
           a.p[front + 1] == b.p[front];
}
