#include "core/import_internal.h"

#include "base/limits.h"
#include "core/import_words.h"

enum { TRANSLATIONS = 1000 };

bool import_settable(struct ctx *c, const struct field *f)
{
    if (f == f->object->created_at)
        return true;
    return !f->builtin && !f->computed && !f->readonly && field_stored(f) &&
           access_field_own(c->access, f) == FIELD_WRITE;
}

bool import_comes_along(struct ctx *c, const struct object *o, const struct object *other)
{
    return other->import_with && other->import_with->target == o &&
           access_may(c->access, other, OP_CREATE) && import_settable(c, other->title);
}

str import_field_path(struct arena *arena, const struct object *o, const struct field *f)
{
    return f->object == o ? f->name
                          : arena_printf(arena, STR_FMT "." STR_FMT, STR_ARG(f->object->name),
                                         STR_ARG(f->name));
}

/* The rest of a path behind its field: nothing, or a part of it. */
static err_t whole_or_part(const struct field *f, str part, struct import_target *out)
{
    if (!part.p) {
        *out = (struct import_target){f, WHOLE_FIELD};
        return OK;
    }
    for (unsigned p = 0; p < f->column_count; p++)
        if (f->shape->parts[p].name && str_eqz(part, f->shape->parts[p].name)) {
            *out = (struct import_target){f, p};
            return OK;
        }
    return ERR_NOT_FOUND;
}

err_t import_target_own(const struct object *o, str path, struct import_target *out)
{
    str rest = path, name;
    str_split(&rest, '.', &name);
    const struct field *f = object_field(o, name);
    return f ? whole_or_part(f, rest, out) : ERR_NOT_FOUND;
}

err_t import_target_find(struct ctx *c, const struct object *o, str path, struct import_target *out)
{
    str rest = path, name;
    if (import_target_own(o, path, out) == OK)
        return OK;
    str_split(&rest, '.', &name);
    const struct object *other = model_object(c->model, name);
    struct import_target t;
    if (!other || !rest.p || !import_comes_along(c, o, other) ||
        import_target_own(other, rest, &t) != OK || t.field->builtin ||
        t.field == other->import_with)
        return ERR_NOT_FOUND;
    *out = t;
    return OK;
}

static err_t bad(struct ctx *c, str at, const char *code, str arg)
{
    problem_add_str(&c->problems, at, code, arg, (str){0}, (str){0});
    return ERR_INVALID;
}

static err_t
read_target(struct ctx *c, const struct object *o, str path, str at, struct import_target *out)
{
    if (import_target_find(c, o, path, out) != OK)
        return bad(c, at, "unknown_field", path);
    return import_settable(c, out->field) ? OK : bad(c, at, "read_only", path);
}

static err_t read_translate(struct ctx *c, const json_t *j, str at, struct import_column *out)
{
    const char *key;
    json_t *word;
    if (!j || json_is_null(j))
        return OK;
    if (!json_is_object(j) || json_object_size(j) > TRANSLATIONS)
        return bad(c, at, "wrong_type", S("object"));
    json_object_foreach((json_t *)j, key, word)
    {
        if (!json_is_string(word))
            return bad(c, pointer_join(c->arena, at, str_from(key)), "wrong_type", S("string"));
    }
    out->translate = j;
    return OK;
}

static err_t read_samples(struct ctx *c, const json_t *j, struct import_column *out)
{
    for (size_t i = 0; i < json_array_size(j) && i < IMPORT_SAMPLES; i++)
        *VEC_PUSH(c->arena, out->samples) = json_str(json_array_get(j, i));
    return OK;
}

static err_t read_column(
    struct ctx *c, const struct object *o, const json_t *j, str at, struct import_column *out)
{
    const json_t *field = json_object_get(j, "field"), *split = json_object_get(j, "split");
    const json_t *fallback = json_object_get(j, "default");
    int64_t index = json_get_int(j, "index", -1);
    if (!json_is_object(j) || index < 0 || index >= LIMIT_SHEET_COLUMNS)
        return bad(c, pointer_join(c->arena, at, S("index")), "required", (str){0});
    *out = (struct import_column){.index = (size_t)index, .header = json_get_str(j, "header")};
    out->confidence = json_number_value(json_object_get(j, "confidence"));
    out->fallback = json_str(fallback);
    out->date_order = import_date_order_named(json_get_str(j, "date_order"));
    out->unknown = json_object_get(j, "unknown");
    TRY(read_samples(c, json_object_get(j, "samples"), out));
    TRY(read_translate(c, json_object_get(j, "translate"),
                       pointer_join(c->arena, at, S("translate")), out));
    if (json_is_string(field) && json_str(field).n)
        TRY(read_target(c, o, json_str(field), pointer_join(c->arena, at, S("field")),
                        &out->target));
    out->foreign = out->target.field && !import_names(c->arena, out->target.field, out->header);
    str place = pointer_join(c->arena, at, S("split"));
    if (split && !json_is_null(split) && !json_is_array(split))
        return bad(c, place, "wrong_type", S("array"));
    for (size_t i = 0; i < json_array_size(split) && i < 10; i++)
        TRY(read_target(c, o, json_str(json_array_get(split, i)), pointer_index(c->arena, place, i),
                        VEC_PUSH(c->arena, out->split)));
    return OK;
}

/* Several columns may make one long text; any other field has one source, else the last would win
 * without a word. */
static err_t check_double(struct ctx *c, const struct import_map *map)
{
    err_t result = OK;
    for (size_t i = 0; i < map->count; i++) {
        const struct import_target *a = &map->columns[i].target;
        if (!a->field || str_eqz(S("long_text"), a->field->type->name) || a->field->multi)
            continue;
        for (size_t k = 0; k < i; k++) {
            const struct import_target *b = &map->columns[k].target;
            if (a->field != b->field || a->part != b->part)
                continue;
            str at = pointer_join(c->arena, pointer_index(c->arena, S("/columns"), i), S("field"));
            result = bad(c, at, "import_twice", a->field->label.text[c->lang]);
        }
    }
    return result;
}

err_t import_map_read(struct ctx *c,
                      const struct object *o,
                      const json_t *columns,
                      struct import_map *out)
{
    struct import_map map = {.object = o, .count = json_array_size(columns)};
    if (!json_is_array(columns) || map.count > LIMIT_SHEET_COLUMNS)
        return bad(c, S("/columns"), "wrong_type", S("array"));
    map.columns = ARENA_ARRAY(c->arena, struct import_column, map.count);
    err_t result = OK;
    for (size_t i = 0; i < map.count; i++) {
        err_t e = read_column(c, o, json_array_get(columns, i),
                              pointer_index(c->arena, S("/columns"), i), &map.columns[i]);
        if (e != OK)
            result = e;
    }
    TRY(result);
    TRY(check_double(c, &map));
    *out = map;
    return OK;
}

static json_t *text(str s)
{
    json_t *j = s.n ? json_stringn(s.p, s.n) : json_string("");
    return j ? j : json_string("");
}

static json_t *path_of(struct ctx *c, const struct object *o, const struct import_target *t)
{
    if (!t->field)
        return json_null();
    str path = import_field_path(c->arena, o, t->field);
    if (t->part == WHOLE_FIELD)
        return text(path);
    return text(
        arena_printf(c->arena, STR_FMT ".%s", STR_ARG(path), t->field->shape->parts[t->part].name));
}

/* Another column has the same header: which of them is meant is for a person to say. */
static bool repeated(const struct import_map *map, const struct import_column *col)
{
    for (size_t i = 0; i < map->count && col->header.n; i++)
        if (&map->columns[i] != col &&
            str_eq(str_trim(map->columns[i].header), str_trim(col->header)))
            return true;
    return false;
}

json_t *import_map_json(struct ctx *c, const struct import_map *map)
{
    json_t *list = json_array();
    for (size_t i = 0; i < map->count; i++) {
        const struct import_column *from = &map->columns[i];
        json_t *j = json_object(), *samples = json_array(), *split = json_array();
        for (size_t k = 0; k < from->samples.n; k++)
            json_array_append_new(samples, text(from->samples.at[k]));
        for (size_t k = 0; k < from->split.n; k++)
            json_array_append_new(split, path_of(c, map->object, &from->split.at[k]));
        json_object_set_new(j, "index", json_integer((json_int_t)from->index));
        json_object_set_new(j, "header", text(from->header));
        json_object_set_new(j, "repeated", json_boolean(repeated(map, from)));
        json_object_set_new(j, "samples", samples);
        json_object_set_new(j, "field", path_of(c, map->object, &from->target));
        json_object_set_new(j, "confidence", json_real(from->confidence));
        json_object_set_new(j, "split", from->split.n ? json_incref(split) : json_null());
        json_decref(split);
        json_object_set_new(j, "translate",
                            from->translate ? json_deep_copy(from->translate) : json_object());
        json_object_set_new(j, "default", from->fallback.n ? text(from->fallback) : json_null());
        const char *order = import_date_order_name(from->date_order);
        json_object_set_new(j, "date_order", order ? json_string(order) : json_null());
        json_object_set_new(j, "unknown",
                            from->unknown ? json_deep_copy(from->unknown) : json_array());
        json_array_append_new(list, j);
    }
    return json_keep(c->arena, list);
}
