#include "base/limits.h"
#include "model/field/types.h"

static err_t
load_json(struct model *m, struct field *f, const json_t *d, struct problems *problems, str at)
{
    int64_t max = json_get_int(d, "max", LIMIT_JSON_VALUE);
    if (max < 1 || max > LIMIT_JSON_VALUE_MOST) {
        problem_add(problems, pointer_join(m->arena, at, S("max")), "model_out_of_range", NULL);
        return ERR_INVALID;
    }
    f->max_bytes = (unsigned)max;
    return OK;
}

static err_t
read_json(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    str text = json_canonical(c->arena, j);
    if (text.n > f->max_bytes) {
        field_problem(c, "json_value_too_large",
                      arena_printf(c->arena, "%u", (f->max_bytes + KIB - 1) / KIB), (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_TEXT(text);
    return OK;
}

static err_t parse_json(const struct field *f, const struct field_context *c, str s, value *cells)
{
    json_t *tree;
    TRY(json_read(c->arena, s, c->problems, &tree));
    return read_json(f, c, tree, cells);
}

static void write_json(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_raw(w, cells[0].s);
}

static str format_json(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    (void)c;
    return cells[0].s;
}

/* Anything goes. */
static void schema_json(const struct field *f, struct jw *w)
{
    (void)f;
    (void)w;
}

const struct field_type FIELD_JSON = {
    .name = "json",
    .parts = {{"", NULL, STORE_JSON}},
    .part_count = 1,
    .load = load_json,
    .read = read_json,
    .write = write_json,
    .parse = parse_json,
    .format = format_json,
    .schema = schema_json,
};
