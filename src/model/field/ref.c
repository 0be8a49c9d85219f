#include "base/id.h"
#include "model/field/types.h"

static err_t
read_ref(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    int64_t id;
    (void)f;
    if (!json_is_string(j) || id_parse(json_str(j), &id) != OK) {
        field_problem(c, "invalid_id", json_str(j), (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_INT(id);
    return OK;
}

/* A file names people and stages; who imports resolves names to ids first, so here it is an id. */
static err_t parse_ref(const struct field *f, const struct field_context *c, str s, value *cells)
{
    int64_t id;
    (void)f;
    if (id_parse(s, &id) != OK) {
        field_problem(c, "invalid_id", s, (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_INT(id);
    return OK;
}

static void write_ref(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_id(w, cells[0].i);
}

static str format_ref(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    return arena_printf(c->arena, "%lld", (long long)cells[0].i);
}

static void schema_ref(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "string", NULL);
    jw_key(w, S("pattern"));
    jw_str(w, S("^[1-9][0-9]{0,18}$"));
}

#define REF_TYPE(type_name)                                                                        \
    {                                                                                              \
        .name = type_name, .parts = {{"_id", NULL, STORE_INT}}, .part_count = 1, .sortable = true, \
        .read = read_ref, .write = write_ref, .parse = parse_ref, .format = format_ref,            \
        .schema = schema_ref                                                                       \
    }

const struct field_type FIELD_REF = REF_TYPE("ref");
const struct field_type FIELD_FILE = REF_TYPE("file");
const struct field_type FIELD_IMAGE = REF_TYPE("image");

static err_t member_id(const struct field *f, const struct field_context *c, str in, str *out)
{
    int64_t id;
    (void)f;
    if (id_parse(in, &id) != OK) {
        field_problem(c, "invalid_id", in, (str){0});
        return ERR_INVALID;
    }
    *out = in;
    return OK;
}

static err_t
read_refs(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    return set_read(f, c, j, cells, member_id);
}

static err_t parse_refs(const struct field *f, const struct field_context *c, str s, value *cells)
{
    return set_parse(f, c, s, cells, member_id);
}

static void schema_refs(const struct field *f, struct jw *w)
{
    (void)f;
    schema_array_of(w, "string");
}

const struct field_type FIELD_MULTI_REF = {
    .name = "multi_ref",
    .parts = {{"", NULL, STORE_JSON}},
    .part_count = 1,
    .multi = true,
    .multi_storage = STORE_INT,
    .read = read_refs,
    .write = set_write,
    .parse = parse_refs,
    .format = set_format,
    .schema = schema_refs,
};
