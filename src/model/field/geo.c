#include "model/field/types.h"

static err_t set(const struct field_context *c, double lat, double lng, value *cells)
{
    if (!(lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180)) {
        field_problem(c, "invalid_geo", (str){0}, (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_REAL(lat);
    cells[1] = V_REAL(lng);
    return OK;
}

static err_t
read_geo(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    const json_t *lat = json_object_get(j, "lat"), *lng = json_object_get(j, "lng");
    (void)f;
    if (!json_is_number(lat) || !json_is_number(lng) || json_object_size(j) != 2) {
        field_problem(c, "wrong_type", S("{lat, lng}"), (str){0});
        return ERR_INVALID;
    }
    return set(c, json_number_value(lat), json_number_value(lng), cells);
}

static err_t parse_geo(const struct field *f, const struct field_context *c, str s, value *cells)
{
    str lat_text;
    double lat, lng;
    (void)f;
    str_split(&s, ',', &lat_text);
    if (!s.p || str_to_real(str_trim(lat_text), &lat) != OK ||
        str_to_real(str_trim(s), &lng) != OK) {
        field_problem(c, "invalid_geo", (str){0}, (str){0});
        return ERR_INVALID;
    }
    return set(c, lat, lng, cells);
}

static void write_geo(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_open(w, '{');
    jw_key(w, S("lat"));
    jw_real(w, cells[0].r);
    jw_key(w, S("lng"));
    jw_real(w, cells[1].r);
    jw_close(w, '}');
}

static str format_geo(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    return arena_printf(c->arena, "%.6f,%.6f", cells[0].r, cells[1].r);
}

static void schema_geo(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "object", NULL);
    jw_key(w, S("required"));
    jw_raw(w, S("[\"lat\",\"lng\"]"));
    jw_key(w, S("properties"));
    jw_raw(w, S("{\"lat\":{\"type\":\"number\"},\"lng\":{\"type\":\"number\"}}"));
}

const struct field_type FIELD_GEO = {
    .name = "geo",
    .parts = {{"_lat", "lat", STORE_REAL}, {"_lng", "lng", STORE_REAL}},
    .part_count = 2,
    .read = read_geo,
    .write = write_geo,
    .parse = parse_geo,
    .format = format_geo,
    .schema = schema_geo,
};
