#include "base/clock.h"

#include <stdatomic.h>
#include <string.h>
#include <time.h>

static _Atomic int64_t offset;

static int64_t read_clock(clockid_t which)
{
    struct timespec t;
    clock_gettime(which, &t);
    return (int64_t)t.tv_sec * CLOCK_SECOND + t.tv_nsec / 1000;
}

int64_t clock_now(void)
{
    return read_clock(CLOCK_REALTIME) + atomic_load_explicit(&offset, memory_order_relaxed);
}

int64_t clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

void clock_set(int64_t at)
{
    atomic_store(&offset, at ? at - read_clock(CLOCK_REALTIME) : 0);
}

/* Days from civil and back: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
int64_t civil_to_day(struct civil c)
{
    int64_t y = c.year - (c.month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (c.month + (c.month > 2 ? -3 : 9)) + 2) / 5 + c.day - 1;
    int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    return era * 146097 + doe - 719468;
}

struct civil civil_from_day(int64_t day)
{
    day += 719468;
    int64_t era = (day >= 0 ? day : day - 146096) / 146097;
    int64_t doe = day - era * 146097;
    int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    int64_t mp = (5 * doy + 2) / 153;
    int64_t month = mp < 10 ? mp + 3 : mp - 9;
    return (struct civil){
        .year = (int)(yoe + era * 400 + (month <= 2)),
        .month = (int)month,
        .day = (int)(doy - (153 * mp + 2) / 5 + 1),
    };
}

bool civil_valid(struct civil c)
{
    if (c.year < 1 || c.year > 9999 || c.month < 1 || c.month > 12 || c.day < 1 || c.day > 31)
        return false;
    struct civil back = civil_from_day(civil_to_day(c));
    return back.year == c.year && back.month == c.month && back.day == c.day;
}

static bool digits(str s, size_t from, size_t count, int *out)
{
    int v = 0;
    if (from + count > s.n)
        return false;
    for (size_t i = from; i < from + count; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        v = v * 10 + (s.p[i] - '0');
    }
    *out = v;
    return true;
}

err_t day_parse(str s, int64_t *day)
{
    struct civil c;
    if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' || !digits(s, 0, 4, &c.year) ||
        !digits(s, 5, 2, &c.month) || !digits(s, 8, 2, &c.day) || !civil_valid(c))
        return ERR_INVALID;
    *day = civil_to_day(c);
    return OK;
}

static err_t parse_offset(str s, int64_t *seconds)
{
    if (str_ieq_ascii(s, S("Z"))) {
        *seconds = 0;
        return OK;
    }
    int h, m;
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':' || !digits(s, 1, 2, &h) ||
        !digits(s, 4, 2, &m) || h > 23 || m > 59)
        return ERR_INVALID;
    *seconds = (s.p[0] == '-' ? -1 : 1) * (int64_t)(h * 3600 + m * 60);
    return OK;
}

err_t instant_parse(str s, int64_t *at)
{
    int64_t day;
    int h, m, sec;
    if (s.n < 20 || day_parse(str_cut(s, 0, 10), &day) != OK ||
        (s.p[10] != 'T' && s.p[10] != 't') || s.p[13] != ':' || s.p[16] != ':' ||
        !digits(s, 11, 2, &h) || !digits(s, 14, 2, &m) || !digits(s, 17, 2, &sec) || h > 23 ||
        m > 59 || sec > 60)
        return ERR_INVALID;
    size_t i = 19;
    int64_t micros = 0;
    if (s.p[i] == '.') {
        int64_t unit = CLOCK_SECOND / 10;
        size_t start = ++i;
        for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, unit /= 10)
            micros += (s.p[i] - '0') * unit;
        if (i == start)
            return ERR_INVALID;
    }
    int64_t east;
    TRY(parse_offset(str_cut(s, i, s.n), &east));
    *at = day * CLOCK_DAY + ((int64_t)h * 3600 + m * 60 + sec - east) * CLOCK_SECOND + micros;
    return OK;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* So many digits, with what follows them. Records are full of instants; printf takes its time. */
static size_t put_digits(char *out, unsigned v, unsigned n, char after)
{
    for (unsigned i = n; i-- > 0; v /= 10)
        out[i] = (char)('0' + v % 10);
    out[n] = after;
    return n + 1;
}

size_t day_format(int64_t day, char out[static DAY_CHARS + 1])
{
    struct civil c = civil_from_day(day);
    size_t n = put_digits(out, (unsigned)c.year, 4, '-');
    n += put_digits(out + n, (unsigned)c.month, 2, '-');
    n += put_digits(out + n, (unsigned)c.day, 2, '\0');
    return n - 1;
}

size_t instant_format(int64_t at, char out[static INSTANT_CHARS + 1])
{
    int64_t day = floor_div(at, CLOCK_DAY);
    int64_t rest = at - day * CLOCK_DAY;
    unsigned s = (unsigned)(rest / CLOCK_SECOND), micros = (unsigned)(rest % CLOCK_SECOND);
    size_t n = day_format(day, out);
    out[n++] = 'T';
    n += put_digits(out + n, s / 3600 % 24, 2, ':');
    n += put_digits(out + n, s / 60 % 60, 2, ':');
    n += put_digits(out + n, s % 60, 2, '.');
    n = micros ? n + put_digits(out + n, micros, 6, 'Z') - 1 : n - 1;
    out[n++] = 'Z';
    out[n] = '\0';
    return n;
}
