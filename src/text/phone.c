#include "text/phone_lib.h"
#include "text/words.h"

enum {
    DIGITS_MIN = 5,    /* of a number worth asking about */
    DIGITS_MAX = 17,   /* E.164 has 15, and 00 before them */
    EXTENSION_MAX = 5, /* digits that may stand beside a number as its extension */
    GROUPS_MAX = 64,   /* groups of digits of one text that are looked at */
    SPAN_MAX = 64,     /* characters of one number with its signs */
    SCAN_CHARS = 400,  /* of a text that are looked at */
    SCRATCH_BYTES = 1 << 20,
};

/* ---- one number, written in digits with + in front or not ---- */

/* The mobile numbers of China as libphonenumber knows them, without asking it: most of what an
 * import brings. */
static bool is_chinese_mobile(str digits)
{
    if (digits.n != 11 || digits.p[0] != '1')
        return false;
    char b = digits.p[1], c = digits.p[2];
    switch (b) {
    case '3':
    case '8':
        return true;
    case '4':
        return c == '5' || c == '7';
    case '5':
    case '9':
        return c != '4';
    case '6':
        return c == '2' || c == '5' || c == '6' || c == '7';
    case '7':
        return c != '4' && c != '9';
    default:
        return false;
    }
}

static bool parse_digits(str digits, bool plus, const char *region, struct text_phone *out)
{
    str national = digits;
    bool china = strcmp(region, "CN") == 0;
    if (plus) {
        china = str_starts(digits, S("86"));
        national = str_cut(digits, china ? 2 : 0, digits.n);
    } else if (str_starts(digits, S("0086"))) {
        china = true;
        national = str_cut(digits, 4, digits.n);
    } else if (china && digits.n == 13 && str_starts(digits, S("86"))) {
        national = str_cut(digits, 2, digits.n);
    }
    *out = (struct text_phone){0};
    if (china && is_chinese_mobile(national)) {
        snprintf(out->e164, sizeof out->e164, "+86" STR_FMT, STR_ARG(national));
        snprintf(out->region, sizeof out->region, "CN");
        out->mobile = true;
        return true;
    }
    char text[DIGITS_MAX + 2];
    struct phone_lib_number number;
    bool abroad = !plus && str_starts(digits, S("00"));
    if (abroad)
        digits = str_cut(digits, 2, digits.n);
    snprintf(text, sizeof text, "%s" STR_FMT, plus || abroad ? "+" : "", STR_ARG(digits));
    if (digits.n < DIGITS_MIN || !phone_lib_parse(text, region, &number))
        return false;
    memcpy(out->e164, number.e164, sizeof out->e164);
    memcpy(out->region, number.region, sizeof out->region);
    out->mobile = number.mobile;
    return true;
}

/* ---- numbers among other text ---- */

struct group {
    str digits;
    bool plus; /* a + stands before it */
    bool open; /* only soft signs part it from the group before */
};

static bool is_soft_sign(uint32_t c)
{
    return c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == 0xB7 || c == 0x2010 ||
           c == 0x2011 || c == 0x2012 || c == 0x2013 || c == 0x2014 || c == 0x2015 || c == 0x2212;
}

static size_t cut_groups(str s, struct group out[static GROUPS_MAX])
{
    size_t n = 0;
    bool open = false, plus = false;
    while (s.n && n < GROUPS_MAX) {
        size_t digits = 0;
        while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
            digits++;
        if (digits) {
            out[n++] = (struct group){(str){s.p, digits}, plus, open && !plus};
            s = str_cut(s, digits, s.n);
            open = true;
            plus = false;
            continue;
        }
        uint32_t c = utf8_next(&s);
        plus = c == '+' || (plus && is_soft_sign(c));
        open = open && is_soft_sign(c);
    }
    return n;
}

/* The longest run of groups from the first on that is a number; returns how many groups. */
static size_t
take_number(const struct group *groups, size_t n, const char *region, struct text_phone *out)
{
    char digits[DIGITS_MAX];
    size_t length = 0, count = 0, ends[GROUPS_MAX];
    while (count < n && (count == 0 || groups[count].open) &&
           length + groups[count].digits.n <= DIGITS_MAX) {
        memcpy(digits + length, groups[count].digits.p, groups[count].digits.n);
        length += groups[count].digits.n;
        ends[count++] = length;
    }
    for (; count; count--)
        if (parse_digits((str){digits, ends[count - 1]}, groups[0].plus, region, out))
            return count;
    return 0;
}

/* ---- what spreadsheets make of numbers ---- */

enum sheet_form { SHEET_NONE, SHEET_NUMBER, SHEET_LOSSY };

/* "13800138000.0" and "1.3800138000E+10" to their digits; lossy when the exponent asks for more
 * digits than there are. */
static enum sheet_form from_sheet(str s, char out[static DIGITS_MAX + 1])
{
    size_t dot = str_find_byte(s, '.'), e = str_find_byte(s, 'e'), n = 0;
    str whole = str_cut(s, 0, dot < e ? dot : e < s.n ? e : s.n);
    str fraction = dot < s.n ? str_cut(s, dot + 1, e < s.n ? e : s.n) : (str){0};
    int64_t exponent = 0;
    if (!is_digits(whole) || (fraction.n && !is_digits(fraction)) || (dot > s.n && e > s.n))
        return SHEET_NONE;
    if (e < s.n && (str_to_int(str_cut(s, e + 1, s.n), &exponent) != OK || exponent < 0))
        return SHEET_NONE;
    if (exponent == 0)
        while (fraction.n && fraction.p[fraction.n - 1] == '0')
            fraction.n--;
    if (exponent > DIGITS_MAX || (size_t)exponent > fraction.n)
        return SHEET_LOSSY;
    size_t used = whole.n + (size_t)exponent;
    for (size_t i = (size_t)exponent; i < fraction.n; i++)
        if (fraction.p[i] != '0')
            return SHEET_NONE;
    if (used > DIGITS_MAX)
        return SHEET_NONE;
    memcpy(out, whole.p, whole.n);
    n = whole.n;
    if (exponent)
        memcpy(out + n, fraction.p, (size_t)exponent);
    out[used] = '\0';
    return SHEET_NUMBER;
}

/* ---- the door ---- */

bool text_phone_region(str region)
{
    AUTO_ARENA arena = arena_new(SCRATCH_BYTES);
    return region.n == 2 && phone_lib_knows(arena_strz(arena, region));
}

/* Does the text hold nothing but digits, a + in front and the usual signs? */
static bool is_plain(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] == '+' && i == 0) &&
            !memchr(" -()", s.p[i], 4))
            return false;
    return !str_starts(s, S("00"));
}

static str folded(struct arena *arena, str s)
{
    return text_fold(arena, utf8_prefix(s, SCAN_CHARS));
}

bool text_phone_parse(str s, const char *region, struct text_phone *out)
{
    AUTO_ARENA arena = arena_new(SCRATCH_BYTES);
    str text = folded(arena, s);
    char repaired[DIGITS_MAX + 1];
    struct group groups[GROUPS_MAX];
    *out = (struct text_phone){0};
    enum sheet_form form = from_sheet(text, repaired);
    if (form == SHEET_LOSSY) {
        out->lossy = true;
        return false;
    }
    if (form == SHEET_NUMBER)
        text = str_from(repaired);
    size_t n = cut_groups(text, groups), at = 0, numbers = 0;
    struct text_phone found = {0}, next;
    while (at < n) {
        size_t used = take_number(groups + at, n - at, region, &next);
        if (used && numbers++ == 0)
            found = next;
        else if (!used && (numbers == 0 || groups[at].digits.n > EXTENSION_MAX))
            return false;
        at += used ? used : 1;
    }
    if (numbers != 1)
        return false;
    found.repaired = form == SHEET_NUMBER || !is_plain(str_trim(s));
    *out = found;
    return true;
}

size_t text_phone_find(str s, const char *region, struct text_phone *out, size_t max)
{
    AUTO_ARENA arena = arena_new(SCRATCH_BYTES);
    struct group groups[GROUPS_MAX];
    size_t n = cut_groups(folded(arena, s), groups), at = 0, found = 0;
    while (at < n && found < max) {
        size_t used = take_number(groups + at, n - at, region, &out[found]);
        out[found].repaired = used > 0;
        found += used > 0;
        at += used ? used : 1;
    }
    return found;
}

/* ---- for reading ---- */

/* Most numbers here, and a thousand times as fast as the library. */
static str format_chinese_mobile(struct arena *arena, str digits, bool national)
{
    return arena_printf(arena, "%s" STR_FMT " " STR_FMT " " STR_FMT, national ? "" : "+86 ", 3,
                        digits.p, 4, digits.p + 3, 4, digits.p + 7);
}

str text_phone_format(struct arena *arena, str e164, const char *region)
{
    str national = str_cut(e164, 3, e164.n);
    if (str_starts(e164, S("+86")) && is_chinese_mobile(national))
        return format_chinese_mobile(arena, national, strcmp(region, "CN") == 0);
    struct phone_lib_number number;
    char out[SPAN_MAX];
    char *text = arena_strz(arena, e164);
    if (!phone_lib_parse(text, "ZZ", &number))
        return e164;
    size_t n = phone_lib_format(text, strcmp(number.region, region) == 0, out, sizeof out);
    return n ? arena_str(arena, (str){out, n}) : e164;
}

str text_phone_mask(struct arena *arena, str e164)
{
    size_t country, area;
    str digits = str_cut(e164, 1, e164.n);
    if (str_starts(e164, S("+86")) && is_chinese_mobile(str_cut(e164, 3, e164.n)))
        return arena_printf(arena, STR_FMT "****" STR_FMT, 3, e164.p + 3, 4, e164.p + e164.n - 4);
    if (!phone_lib_lengths(arena_strz(arena, e164), &country, &area))
        return S("****");
    str national = str_cut(digits, country, digits.n);
    str last = str_cut(national, national.n - (national.n > 8 ? 4 : 2), national.n);
    if (str_starts(e164, S("+86")) && area)
        return arena_printf(arena, "0" STR_FMT "****" STR_FMT, (int)area, national.p,
                            STR_ARG(last));
    if (str_starts(e164, S("+86")))
        return arena_printf(arena, STR_FMT "****" STR_FMT, 3, national.p, STR_ARG(last));
    return arena_printf(arena, "+" STR_FMT " " STR_FMT "****" STR_FMT, (int)country, digits.p,
                        national.n > 7 ? 3 : 1, national.p, 2, e164.p + e164.n - 2);
}
