#include "model/field/types.h"
#include "text/text.h"

enum { COUNTRY, PROVINCE, CITY, DISTRICT, STREET, POSTCODE, ADDRESS_PARTS };

static const unsigned MAX_CHARS[ADDRESS_PARTS] = {2, 60, 60, 60, 300, 20};

static err_t
read_address(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    if (!json_is_object(j)) {
        field_problem(c, "wrong_type", S("object"), (str){0});
        return ERR_INVALID;
    }
    err_t bad = OK;
    const char *key;
    json_t *part;
    json_object_foreach((json_t *)j, key, part)
    {
        struct field_context own = *c;
        own.pointer = pointer_join(c->arena, c->pointer, str_from(key));
        size_t p = 0;
        while (p < ADDRESS_PARTS && !str_eqz(str_from(key), f->shape->parts[p].name))
            p++;
        if (p == ADDRESS_PARTS || !(json_is_string(part) || json_is_null(part))) {
            field_problem(&own, p == ADDRESS_PARTS ? "unknown_field" : "wrong_type",
                          p == ADDRESS_PARTS ? str_from(key) : S("string"), (str){0});
            bad = ERR_INVALID;
            continue;
        }
        str text = text_trim(text_clean(c->arena, json_str(part)));
        if (utf8_count(text) > MAX_CHARS[p]) {
            field_problem(&own, "too_long", arena_printf(c->arena, "%u", MAX_CHARS[p]), (str){0});
            bad = ERR_INVALID;
        }
        cells[p] = V_TEXT_OR_NULL(text);
    }
    return bad;
}

static err_t
parse_address(const struct field *f, const struct field_context *c, str s, value *cells)
{
    struct text_address a = {0};
    (void)f;
    s = text_trim(text_clean(c->arena, s));
    bool chinese = text_address_split(c->arena, s, &a);
    cells[COUNTRY] = chinese ? V_TEXT(S("CN")) : V_NULL;
    cells[PROVINCE] = V_TEXT_OR_NULL(a.province);
    cells[CITY] = V_TEXT_OR_NULL(a.city);
    cells[DISTRICT] = V_TEXT_OR_NULL(a.district);
    cells[STREET] = V_TEXT_OR_NULL(chinese ? a.street : s);
    return OK;
}

static void write_address(const struct field *f, const value *cells, struct jw *w)
{
    bool any = false;
    for (unsigned p = 0; p < ADDRESS_PARTS; p++)
        any = any || cells[p].kind != VALUE_NULL;
    if (!any) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    for (unsigned p = 0; p < ADDRESS_PARTS; p++) {
        if (cells[p].kind == VALUE_NULL)
            continue;
        jw_key(w, str_from(f->shape->parts[p].name));
        jw_str(w, cells[p].s);
    }
    jw_close(w, '}');
}

static str format_address(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    str out = {0};
    bool chinese = cells[COUNTRY].kind == VALUE_NULL || str_eqz(cells[COUNTRY].s, "CN");
    for (unsigned p = PROVINCE; p <= STREET; p++) {
        bool repeats = p == CITY && cells[PROVINCE].kind == VALUE_TEXT &&
                       value_eq(cells[PROVINCE], cells[CITY]); /* 北京市北京市 */
        if (cells[p].kind == VALUE_NULL || repeats)
            continue;
        out = arena_printf(c->arena, STR_FMT "%s" STR_FMT, STR_ARG(out),
                           out.n && !chinese ? ", " : "", STR_ARG(cells[p].s));
    }
    return out;
}

static void schema_address(const struct field *f, struct jw *w)
{
    schema_type(w, "object", NULL);
    jw_key(w, S("additionalProperties"));
    jw_bool(w, false);
    jw_key(w, S("properties"));
    jw_open(w, '{');
    for (unsigned p = 0; p < ADDRESS_PARTS; p++) {
        jw_key(w, str_from(f->shape->parts[p].name));
        jw_raw(w, S("{\"type\":[\"string\",\"null\"]}"));
    }
    jw_close(w, '}');
}

const struct field_type FIELD_ADDRESS = {
    .name = "address",
    .parts = {{"_country", "country", STORE_TEXT},
              {"_province", "province", STORE_TEXT},
              {"_city", "city", STORE_TEXT},
              {"_district", "district", STORE_TEXT},
              {"_street", "street", STORE_TEXT},
              {"_postcode", "postcode", STORE_TEXT}},
    .part_count = ADDRESS_PARTS,
    .read = read_address,
    .write = write_address,
    .parse = parse_address,
    .format = format_address,
    .schema = schema_address,
};
