#include <math.h>
#include <stdio.h>

#include "base/id.h"
#include "base/limits.h"
#include "model/field/types.h"

static err_t
load_number(struct model *m, struct field *f, const json_t *d, struct problems *problems, str at)
{
    const json_t *min = json_object_get(d, "min"), *max = json_object_get(d, "max");
    int64_t decimals = json_get_int(d, "decimals", f->type == &FIELD_PERCENT ? 1 : 0);
    if (decimals < 0 || decimals > 9) {
        problem_add(problems, pointer_join(m->arena, at, S("decimals")), "model_out_of_range",
                    NULL);
        return ERR_INVALID;
    }
    f->decimals = (unsigned)decimals;
    f->has_min = json_is_number(min);
    f->has_max = json_is_number(max);
    f->min = json_number_value(min);
    f->max = json_number_value(max);
    if (f->type == &FIELD_NUMBER && decimals == 0)
        f->shape = &FIELD_INTEGER;
    return OK;
}

static err_t check_range(const struct field *f, const struct field_context *c, double v)
{
    if ((f->has_min && v < f->min) || (f->has_max && v > f->max)) {
        const char *code = f->has_min && v < f->min ? "too_small" : "too_large";
        field_problem(c, code,
                      arena_printf(c->arena, "%g", f->has_min && v < f->min ? f->min : f->max),
                      (str){0});
        return ERR_INVALID;
    }
    return OK;
}

static double rounded(const struct field *f, double v)
{
    double scale = pow(10, f->decimals);
    double scaled = round(v * scale);
    return fabs(scaled) < 9e15 ? scaled / scale : v;
}

static err_t wrong_type(const struct field_context *c)
{
    field_problem(c, "wrong_type", S("number"), (str){0});
    return ERR_INVALID;
}

static err_t
read_integer(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    if (!json_is_integer(j))
        return wrong_type(c);
    cells[0] = V_INT(json_integer_value(j));
    return check_range(f, c, (double)cells[0].i);
}

static err_t
read_real(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    if (!json_is_number(j))
        return wrong_type(c);
    double v = json_number_value(j);
    cells[0] = V_REAL(f->type == &FIELD_PERCENT ? v : rounded(f, v));
    return check_range(f, c, v);
}

/* "1,234.5" and "1 234,5" are the same to people; a comma followed by exactly three digits groups.
 */
static err_t plain_number(const struct field_context *c, str s, double *out)
{
    char z[64];
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == ',' || s.p[i] == ' ')
            continue;
        if (n + 1 >= sizeof z)
            return wrong_type(c);
        z[n++] = s.p[i];
    }
    if (str_to_real((str){z, n}, out) != OK) {
        field_problem(c, "invalid_number", s, (str){0});
        return ERR_INVALID;
    }
    return OK;
}

static err_t
parse_integer(const struct field *f, const struct field_context *c, str s, value *cells)
{
    double v;
    int64_t exact;
    if (str_to_int(s, &exact) == OK) {
        cells[0] = V_INT(exact);
        return check_range(f, c, (double)exact);
    }
    TRY(plain_number(c, s, &v));
    if (v != floor(v) || fabs(v) > 9e15) {
        field_problem(c, "not_whole", s, (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_INT((int64_t)v);
    return check_range(f, c, v);
}

static err_t parse_real(const struct field *f, const struct field_context *c, str s, value *cells)
{
    double v;
    bool percent = f->shape == &FIELD_PERCENT && str_ends(s, S("%"));
    if (percent)
        s = str_trim(str_cut(s, 0, s.n - 1));
    TRY(plain_number(c, s, &v));
    if (percent)
        v /= 100;
    cells[0] = V_REAL(f->shape == &FIELD_PERCENT ? v : rounded(f, v));
    return check_range(f, c, v);
}

static void write_integer(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_int(w, cells[0].i);
}

static double as_real(value v)
{
    return v.kind == VALUE_INT ? (double)v.i : v.r;
}

static void write_real(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_real(w, as_real(cells[0]));
}

static str format_integer(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    return arena_printf(c->arena, "%lld", (long long)cells[0].i);
}

static str format_real(const struct field *f, const struct field_context *c, const value *cells)
{
    if (f->shape == &FIELD_PERCENT)
        return arena_printf(c->arena, "%.*f%%", (int)f->decimals, as_real(cells[0]) * 100);
    return arena_printf(c->arena, "%.*f", (int)f->decimals, as_real(cells[0]));
}

static void schema_range(const struct field *f, struct jw *w)
{
    if (f->has_min) {
        jw_key(w, S("minimum"));
        jw_real(w, f->min);
    }
    if (f->has_max) {
        jw_key(w, S("maximum"));
        jw_real(w, f->max);
    }
}

static void schema_integer(const struct field *f, struct jw *w)
{
    schema_type(w, "integer", NULL);
    schema_range(f, w);
}

static void schema_real(const struct field *f, struct jw *w)
{
    schema_type(w, "number", NULL);
    schema_range(f, w);
}

const struct field_type FIELD_NUMBER = {
    .name = "number",
    .parts = {{"", NULL, STORE_REAL}},
    .part_count = 1,
    .sortable = true,
    .load = load_number,
    .read = read_real,
    .write = write_real,
    .parse = parse_real,
    .format = format_real,
    .schema = schema_real,
};

/* The shape of numbers without decimals, of counts and of versions. */
const struct field_type FIELD_INTEGER = {
    .name = "integer",
    .parts = {{"", NULL, STORE_INT}},
    .part_count = 1,
    .sortable = true,
    .load = load_number,
    .read = read_integer,
    .write = write_integer,
    .parse = parse_integer,
    .format = format_integer,
    .schema = schema_integer,
};

const struct field_type FIELD_PERCENT = {
    .name = "percent",
    .parts = {{"", NULL, STORE_REAL}},
    .part_count = 1,
    .sortable = true,
    .load = load_number,
    .read = read_real,
    .write = write_real,
    .parse = parse_real,
    .format = format_real,
    .schema = schema_real,
};

static err_t
read_id(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    int64_t id;
    (void)f;
    if (!json_is_string(j) || id_parse(json_str(j), &id) != OK) {
        field_problem(c, "invalid_id", (str){0}, (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_INT(id);
    return OK;
}

static void write_id(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_id(w, cells[0].i);
}

static void schema_id(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "string", NULL);
    jw_key(w, S("pattern"));
    jw_str(w, S("^[1-9][0-9]{0,18}$"));
}

const struct field_type FIELD_ID = {
    .name = "id",
    .parts = {{"", NULL, STORE_INT}},
    .part_count = 1,
    .sortable = true,
    .read = read_id,
    .write = write_id,
    .format = format_integer,
    .schema = schema_id,
};
