#include "model/field/types.h"

static err_t
read_json(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    (void)f;
    cells[0] = V_TEXT(json_canonical(c->arena, j));
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
    .read = read_json,
    .write = write_json,
    .parse = parse_json,
    .format = format_json,
    .schema = schema_json,
};
