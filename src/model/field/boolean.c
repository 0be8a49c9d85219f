#include "model/field/types.h"

static err_t
read_boolean(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    (void)f;
    if (!json_is_boolean(j)) {
        field_problem(c, "wrong_type", S("boolean"), (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_BOOL(json_is_true(j));
    return OK;
}

static err_t
parse_boolean(const struct field *f, const struct field_context *c, str s, value *cells)
{
    static const char *const yes[] = {"true", "yes", "y", "1", "是", "有", "√", "对", "開", "开"};
    static const char *const no[] = {"false", "no", "n", "0", "否", "无", "無", "×", "不", "关"};
    (void)f;
    for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
        bool is_yes = str_ieq_ascii(s, str_from(yes[i]));
        if (is_yes || str_ieq_ascii(s, str_from(no[i]))) {
            cells[0] = V_BOOL(is_yes);
            return OK;
        }
    }
    field_problem(c, "invalid_boolean", s, (str){0});
    return ERR_INVALID;
}

static void write_boolean(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_bool(w, cells[0].b);
}

static str format_boolean(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    if (c->lang == LANG_EN)
        return cells[0].b ? S("Yes") : S("No");
    return cells[0].b ? S("是") : S("否");
}

static void schema_boolean(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "boolean", NULL);
}

const struct field_type FIELD_BOOLEAN = {
    .name = "boolean",
    .parts = {{"", NULL, STORE_BOOL}},
    .part_count = 1,
    .sortable = true,
    .read = read_boolean,
    .write = write_boolean,
    .parse = parse_boolean,
    .format = format_boolean,
    .schema = schema_boolean,
};
