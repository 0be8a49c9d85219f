#include "model/field/types.h"
#include "model/field/written_time.h"

static err_t refuse(const struct field_context *c, const char *code, str s)
{
    field_problem(c, code, s, (str){0});
    return ERR_INVALID;
}

enum { SERIAL_LEAST = 3000 /* 1908: "3.3" is no day, nor is "2024" */ };

/* What people write, or an Excel serial day. */
static bool people_time(str s, struct written_time *out)
{
    double serial;
    if (str_to_real(s, &serial) != OK || serial < SERIAL_LEAST || serial >= 2958466)
        return written_time_read(s, out);
    int64_t whole = (int64_t)serial;
    *out = (struct written_time){
        .day = whole - 25569,
        .seconds = (int)((serial - (double)whole) * 86400 + 0.5),
    };
    return out->seconds < 86400;
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
    struct written_time t;
    (void)f;
    if (!people_time(s, &t))
        return refuse(c, "invalid_date", s);
    cells[0] = V_INT(t.day);
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
    struct written_time t;
    (void)f;
    if (instant_parse(s, &at) == OK) {
        cells[0] = V_INT(at);
        return OK;
    }
    if (!people_time(s, &t) || t.half_day)
        return refuse(c, "invalid_instant", s);
    int64_t start = c->zone && !t.has_east ? zone_day_start(c->zone, t.day) : t.day * CLOCK_DAY;
    cells[0] = V_INT(start + (int64_t)(t.seconds - t.east) * CLOCK_SECOND);
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
