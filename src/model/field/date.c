#include <stdio.h>

#include "model/field/types.h"

static err_t refuse(const struct field_context *c, const char *code, str s)
{
    field_problem(c, code, s, (str){0});
    return ERR_INVALID;
}

enum { SERIAL_LEAST = 3000 /* 1908: "3.3" is no day, nor is "2024" */ };

/* Numbers in order, separated by anything that is not a digit. */
static size_t numbers(str s, int out[6])
{
    size_t n = 0;
    bool in_number = false;
    for (size_t i = 0; i < s.n; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9';
        if (digit && !in_number) {
            if (n == 6)
                return n;
            out[n++] = 0;
        }
        if (digit && out[n - 1] < 100000000)
            out[n - 1] = out[n - 1] * 10 + (s.p[i] - '0');
        in_number = digit;
    }
    return n;
}

/* "5 May 2026", "May 5, 2026": the month's number where its name stands, 0 when there is none. */
static int named_month(str s)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    for (size_t i = 0; i + 3 <= s.n; i++)
        for (int m = 0; m < 12; m++)
            if (str_ieq_ascii(str_cut(s, i, i + 3), str_from(months[m])))
                return m + 1;
    return 0;
}

static bool spread(int v[6], size_t *n)
{
    if (*n == 1 && v[0] >= 19000101 && v[0] <= 99991231) { /* 20240305 */
        int whole = v[0];
        v[0] = whole / 10000;
        v[1] = whole / 100 % 100;
        v[2] = whole % 100;
        *n = 3;
    }
    return *n >= 3;
}

/* What people write: 2024-03-05, 2024/3/5, 2024.3.5, 2024年3月5日, 20240305, 3/5/2024 (month
 * first), 13/5/2024 (day first, as no month is 13), "5 May 2026", with a time of day behind; an
 * Excel serial day. The parts go to v: year, month, day, hour, minute, second. */
static bool people_date(str s, int v[6], size_t *n)
{
    double serial;
    if (str_to_real(s, &serial) == OK && serial >= SERIAL_LEAST && serial < 2958466) {
        struct civil day = civil_from_day((int64_t)serial - 25569);
        int64_t seconds = (int64_t)((serial - (double)(int64_t)serial) * 86400 + 0.5);
        v[0] = day.year;
        v[1] = day.month;
        v[2] = day.day;
        v[3] = (int)(seconds / 3600);
        v[4] = (int)(seconds / 60 % 60);
        v[5] = (int)(seconds % 60);
        *n = 6;
        return v[3] < 24;
    }
    *n = numbers(s, v);
    int month = named_month(s);
    if (month && *n >= 2 && *n < 6) { /* day and year, perhaps a time behind them */
        memmove(&v[3], &v[2], 3 * sizeof *v);
        int year = v[1] >= 1800 ? v[1] : v[0], day = v[1] >= 1800 ? v[0] : v[1];
        v[0] = year;
        v[1] = month;
        v[2] = day;
        *n += 1;
    }
    if (!spread(v, n))
        return false;
    if (v[0] <= 31 && v[2] >= 1900) {
        int year = v[2], first = v[0], second = v[1];
        bool day_first = first > 12;
        v[0] = year;
        v[1] = day_first ? second : first;
        v[2] = day_first ? first : second;
    }
    return civil_valid((struct civil){v[0], v[1], v[2]}) && v[0] >= 1800;
}

static err_t
read_date(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    int64_t day;
    (void)f;
    if (day_parse(json_str(j), &day) != OK)
        return refuse(c, "invalid_date", json_str(j));
    cells[0] = V_INT(day);
    return OK;
}

static err_t parse_date(const struct field *f, const struct field_context *c, str s, value *cells)
{
    int v[6] = {0};
    size_t n;
    (void)f;
    if (!people_date(s, v, &n))
        return refuse(c, "invalid_date", s);
    cells[0] = V_INT(civil_to_day((struct civil){v[0], v[1], v[2]}));
    return OK;
}

static void write_date(const struct field *f, const value *cells, struct jw *w)
{
    char z[DAY_CHARS + 1];
    (void)f;
    size_t n = day_format(cells[0].i, z);
    jw_str(w, (str){z, n});
}

static str format_date(const struct field *f, const struct field_context *c, const value *cells)
{
    char z[DAY_CHARS + 1];
    (void)f;
    size_t n = day_format(cells[0].i, z);
    return arena_str(c->arena, (str){z, n});
}

static void schema_date(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "string", "date");
}

const struct field_type FIELD_DATE = {
    .name = "date",
    .parts = {{"", NULL, STORE_INT}},
    .part_count = 1,
    .sortable = true,
    .read = read_date,
    .write = write_date,
    .parse = parse_date,
    .format = format_date,
    .schema = schema_date,
};

static err_t
read_instant(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    int64_t at;
    (void)f;
    if (instant_parse(json_str(j), &at) != OK)
        return refuse(c, "invalid_instant", json_str(j));
    cells[0] = V_INT(at);
    return OK;
}

static err_t
parse_instant(const struct field *f, const struct field_context *c, str s, value *cells)
{
    int64_t at;
    int v[6] = {0};
    size_t n;
    (void)f;
    if (instant_parse(s, &at) == OK) {
        cells[0] = V_INT(at);
        return OK;
    }
    if (!people_date(s, v, &n) || v[3] > 23 || v[4] > 59 || v[5] > 59)
        return refuse(c, "invalid_instant", s);
    int64_t day = civil_to_day((struct civil){v[0], v[1], v[2]});
    int64_t start = c->zone ? zone_day_start(c->zone, day) : day * CLOCK_DAY;
    cells[0] = V_INT(start + ((int64_t)v[3] * 3600 + v[4] * 60 + v[5]) * CLOCK_SECOND);
    return OK;
}

static void write_instant(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_instant(w, cells[0].i);
}

static str format_instant(const struct field *f, const struct field_context *c, const value *cells)
{
    char z[INSTANT_CHARS + 1];
    (void)f;
    int64_t local = cells[0].i + (c->zone ? zone_offset(c->zone, cells[0].i) * CLOCK_SECOND : 0);
    size_t n = instant_format(local, z);
    z[10] = ' ';
    return arena_str(c->arena, (str){z, n < 19 ? n : 19});
}

static void schema_instant(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "string", "date-time");
}

const struct field_type FIELD_INSTANT = {
    .name = "instant",
    .parts = {{"", NULL, STORE_INT}},
    .part_count = 1,
    .sortable = true,
    .read = read_instant,
    .write = write_instant,
    .parse = parse_instant,
    .format = format_instant,
    .schema = schema_instant,
};
