#include "model/field/types.h"
#include "text/text.h"

enum { TAG_CHARS = 60 };

static err_t tag_name(const struct field *f, const struct field_context *c, str in, str *out)
{
    (void)f;
    str name = text_trim(text_clean(c->arena, in));
    if (!name.n || utf8_count(name) > TAG_CHARS) {
        field_problem(c, name.n ? "too_long" : "required", arena_printf(c->arena, "%d", TAG_CHARS),
                      (str){0});
        return ERR_INVALID;
    }
    *out = name;
    return OK;
}

static err_t
read_tags(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    return set_read(f, c, j, cells, tag_name);
}

static err_t parse_tags(const struct field *f, const struct field_context *c, str s, value *cells)
{
    return set_parse(f, c, s, cells, tag_name);
}

static void schema_tags(const struct field *f, struct jw *w)
{
    (void)f;
    schema_array_of(w, "string");
}

const struct field_type FIELD_TAGS = {
    .name = "tags",
    .parts = {{"", NULL, STORE_JSON}},
    .part_count = 1,
    .multi = true,
    .multi_storage = STORE_TEXT,
    .read = read_tags,
    .write = set_write,
    .parse = parse_tags,
    .format = set_format,
    .schema = schema_tags,
};
