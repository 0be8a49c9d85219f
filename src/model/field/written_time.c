/* Reads a text from left to right: numbers, words and the signs between them. What is none of these
 * makes the whole unreadable, as it may say that another day or hour is meant. */
#include "model/field/written_time.h"

#include <string.h>

enum { PARTS = 3, COMPACT_DIGITS = 8, LEAST_YEAR = 1800, HALF_AN_HOUR = 30 };

/* A word for a part of the day, and the hours of the day that it goes with. */
struct half {
    const char *word;
    int first, last;
};
static const struct half HALVES[] = {
    {"上午", 0, 11},  {"午前", 0, 11},  {"凌晨", 0, 6},   {"清晨", 4, 9},   {"早上", 4, 11},
    {"早晨", 4, 11},  {"中午", 10, 14}, {"下午", 12, 23}, {"午后", 12, 23}, {"午後", 12, 23},
    {"傍晚", 16, 20}, {"晚上", 17, 23}, {"晚间", 17, 23}, {"晚間", 17, 23},
};
static const struct half ENGLISH[] = {{"am", 0, 11}, {"pm", 12, 23}};

struct reading {
    str rest;
    int day[PARTS], time[PARTS]; /* in the order in which they stand */
    size_t days, times;
    int month; /* by its name; 0: a number */
    const struct half *half;
    bool in_time;   /* the sign before says that the time goes on */
    bool universal; /* "GMT": what is east of it may follow */
    int east;
    bool has_east;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static bool take(struct reading *r, const char *word)
{
    if (!str_starts(r->rest, str_from(word)))
        return false;
    r->rest = str_cut(r->rest, strlen(word), r->rest.n);
    return true;
}

static bool take_any(struct reading *r, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (take(r, words[i]))
            return true;
    return false;
}

/* "a.m." is am. */
static size_t take_letters(struct reading *r, char *out, size_t most)
{
    size_t n = 0, at = 0;
    while (at < r->rest.n && (is_letter(r->rest.p[at]) || (n && r->rest.p[at] == '.'))) {
        if (is_letter(r->rest.p[at]) && n < most)
            out[n++] = (char)(r->rest.p[at] | 32);
        at++;
    }
    r->rest = str_cut(r->rest, at, r->rest.n);
    return n;
}

static const struct half *english_half(str word)
{
    for (size_t i = 0; i < sizeof ENGLISH / sizeof *ENGLISH; i++)
        if (str_eqz(word, ENGLISH[i].word))
            return &ENGLISH[i];
    return NULL;
}

/* Its place from 1 among names that may be cut down to three letters; 0. */
static int short_name(const char *const *names, int n, str word)
{
    for (int i = 0; i < n; i++)
        if (word.n >= 3 && str_starts(str_from(names[i]), word))
            return i + 1;
    return 0;
}

static bool sign_of_time_follows(struct reading ahead)
{
    static const char *const signs[] = {":", "：", "点", "點", "时", "時"};
    while (take(&ahead, " "))
        ;
    return take_any(&ahead, signs, sizeof signs / sizeof *signs);
}

static bool half_follows(struct reading ahead)
{
    char letters[8];
    while (take(&ahead, " "))
        ;
    return english_half((str){letters, take_letters(&ahead, letters, sizeof letters)});
}

/* The number that has just been read is of the time of day. */
static bool is_time(const struct reading *r)
{
    bool whole_day = r->days == PARTS || (r->month && r->days == PARTS - 1);
    return r->in_time || sign_of_time_follows(*r) || (whole_day && r->half && !r->times) ||
           ((whole_day || !r->days) && half_follows(*r));
}

static bool take_number(struct reading *r)
{
    int v = 0;
    size_t n = 0;
    for (; n < r->rest.n && is_digit(r->rest.p[n]) && n < COMPACT_DIGITS; n++)
        v = v * 10 + (r->rest.p[n] - '0');
    r->rest = str_cut(r->rest, n, r->rest.n);
    if (r->rest.n && is_digit(r->rest.p[0]))
        return false;
    bool time = is_time(r);
    r->in_time = false;
    if (time) {
        if (r->times == PARTS || n > 2)
            return false;
        r->time[r->times++] = v;
        if (r->times == PARTS && take(r, ".")) /* of a second */
            while (r->rest.n && is_digit(r->rest.p[0]))
                r->rest = str_cut(r->rest, 1, r->rest.n);
        return true;
    }
    if (n == COMPACT_DIGITS && !r->days) { /* 20240305 */
        r->day[r->days++] = v / 10000;
        r->day[r->days++] = v / 100 % 100;
        v %= 100;
    }
    if (r->days == PARTS)
        return false;
    r->day[r->days++] = v;
    return true;
}

static bool take_word(struct reading *r)
{
    static const char *const months[] = {"january",   "february", "march",    "april",
                                         "may",       "june",     "july",     "august",
                                         "september", "october",  "november", "december"};
    static const char *const weekdays[] = {"monday", "tuesday",  "wednesday", "thursday",
                                           "friday", "saturday", "sunday"};
    static const char *const ordinals[] = {"st", "nd", "rd", "th"};
    char letters[16];
    str word = {letters, take_letters(r, letters, sizeof letters)};
    const struct half *half = english_half(word);
    int month = short_name(months, 12, word);
    if (half || month) {
        bool twice = half ? r->half != NULL : r->month != 0;
        r->half = half ? half : r->half;
        r->month = month ? month : r->month;
        return !twice;
    }
    if (str_eqz(word, "z") || str_eqz(word, "utc") || str_eqz(word, "gmt")) {
        r->universal = true;
        return r->times > 0;
    }
    for (size_t i = 0; i < sizeof ordinals / sizeof *ordinals; i++)
        if (str_eqz(word, ordinals[i]))
            return r->days > 0;
    return (str_eqz(word, "t") && r->days == PARTS) || short_name(weekdays, 7, word);
}

/* "+08:00", "-0500", "GMT+8". */
static bool take_east(struct reading *r)
{
    bool west = r->rest.p[0] == '-';
    int v[2] = {0};
    size_t digits = 0;
    bool may = (r->times == PARTS || r->universal) && !r->has_east;
    if (!may || (!west && r->rest.p[0] != '+') || r->rest.n < 2 || !is_digit(r->rest.p[1]))
        return false;
    r->rest = str_cut(r->rest, 1, r->rest.n);
    while (r->rest.n && digits < 4 && (is_digit(r->rest.p[0]) || (digits && take(r, ":")))) {
        v[digits / 2] = v[digits / 2] * 10 + (r->rest.p[0] - '0');
        r->rest = str_cut(r->rest, 1, r->rest.n);
        digits++;
    }
    r->east = (west ? -1 : 1) * (v[0] * 60 + v[1]);
    r->has_east = true;
    return v[0] <= 14 && v[1] < 60;
}

static bool take_weekday(struct reading *r)
{
    static const char *const heads[] = {"星期", "周", "週", "礼拜", "禮拜"};
    static const char *const days[] = {"一", "二", "三", "四", "五", "六", "日", "天"};
    return take_any(r, heads, sizeof heads / sizeof *heads) &&
           take_any(r, days, sizeof days / sizeof *days);
}

static bool take_han_or_sign(struct reading *r)
{
    static const char *const in_time[] = {":", "：", "点", "點", "时", "時", "分"};
    static const char *const between[] = {" ",  "\t", ",",  "，", ".",  "/",  "-",  "(",  ")",
                                          "（", "）", "年", "月", "日", "号", "號", "秒", "整"};
    if (r->times && take_any(r, in_time, sizeof in_time / sizeof *in_time)) {
        bool half_hour = r->times == 1 && take(r, "半");
        r->in_time = !half_hour;
        if (half_hour)
            r->time[r->times++] = HALF_AN_HOUR;
        (void)(take(r, "钟") || take(r, "鐘"));
        return true;
    }
    if (take_any(r, between, sizeof between / sizeof *between)) {
        r->in_time = false;
        return true;
    }
    for (size_t i = 0; i < sizeof HALVES / sizeof *HALVES && !r->half; i++)
        if (take(r, HALVES[i].word)) {
            r->half = &HALVES[i];
            return true;
        }
    return take_weekday(r);
}

/* 2:30 of the afternoon is 14:30; false: no such hour goes with the word. */
static bool settle_hour(const struct reading *r, int *hour)
{
    int own = *hour, other = own < 12 ? own + 12 : own == 12 ? 0 : own;
    if (!r->half)
        return true;
    bool fits = own >= r->half->first && own <= r->half->last;
    if (!fits)
        *hour = other;
    return fits || (other >= r->half->first && other <= r->half->last);
}

static bool settle_day(const struct reading *r, struct civil *out)
{
    const int *v = r->day;
    if (r->month && r->days == 2)
        *out = v[1] >= LEAST_YEAR ? (struct civil){v[1], r->month, v[0]}
                                  : (struct civil){v[0], r->month, v[1]};
    else if (r->month || r->days != PARTS)
        return false;
    else if (v[0] >= LEAST_YEAR)
        *out = (struct civil){v[0], v[1], v[2]};
    else
        *out = v[0] > 12 ? (struct civil){v[2], v[1], v[0]} : (struct civil){v[2], v[0], v[1]};
    return out->year >= LEAST_YEAR && civil_valid(*out);
}

bool written_time_read(str text, struct written_time *out)
{
    struct reading r = {.rest = text};
    struct civil day;
    while (r.rest.n) {
        char c = r.rest.p[0];
        bool known = is_digit(c)    ? take_number(&r)
                     : is_letter(c) ? take_word(&r)
                                    : take_east(&r) || take_han_or_sign(&r);
        if (!known)
            return false;
    }
    int hour = r.time[0];
    if (!settle_day(&r, &day) || (r.times && !settle_hour(&r, &hour)) || hour > 23 ||
        r.time[1] > 59 || r.time[2] > 59)
        return false;
    *out = (struct written_time){
        .day = civil_to_day(day),
        .seconds = hour * 3600 + r.time[1] * 60 + r.time[2],
        .half_day = r.half && !r.times,
        .has_east = r.has_east || r.universal,
        .east = r.east * 60,
    };
    return true;
}
