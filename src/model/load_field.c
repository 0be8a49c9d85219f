#include "model/loader.h"

#include "base/json_place.h"
#include "base/limits.h"

const char *const MODEL_FIELD_KEYS[] = {
    "type",     "label",    "help",    "name",     "required",    "unique",   "default",
    "search",   "identity", "segment", "expected", "sensitive",   "personal", "hidden",
    "readonly", "import",   "max",     "min",      "auto",        "format",   "decimals",
    "currency", "choices",  "target",  "formula",  "result",      "over",     "via",
    "fn",       "field",    "by",      "where",    "currency_of", NULL};

static bool
flag(const struct loader *l, const struct source *s, const json_t *d, str at, const char *key)
{
    const json_t *j = json_object_get(d, key);
    if (j && !json_is_boolean(j))
        load_fail(l, s, pointer_join(l->scratch, at, str_from(key)), "model_wrong_type",
                  S("boolean"), (str){0});
    return json_is_true(j);
}

static str one_of(const struct loader *l,
                  const struct source *s,
                  const json_t *d,
                  str at,
                  const char *key,
                  const char *const *allowed)
{
    const json_t *j = json_object_get(d, key);
    if (!j)
        return (str){0};
    str list = {0};
    for (size_t i = 0; allowed[i]; i++) {
        if (str_eqz(json_str(j), allowed[i]))
            return str_from(allowed[i]);
        list = arena_printf(l->scratch, STR_FMT "%s%s", STR_ARG(list), i ? ", " : "", allowed[i]);
    }
    load_fail(l, s, pointer_join(l->scratch, at, str_from(key)), "model_bad_choice", list,
              (str){0});
    return (str){0};
}

static enum search_kind search_of(str word)
{
    return word.n == 0              ? SEARCH_NONE
           : str_eqz(word, "name")  ? SEARCH_NAME
           : str_eqz(word, "prose") ? SEARCH_PROSE
                                    : SEARCH_CODE;
}

static void load_flags(struct loader *l, const struct source *s, struct field *f, str at)
{
    static const char *const search[] = {"name", "prose", "code", NULL};
    static const char *const identity[] = {"phone",   "email",       "wechat", "union_id",
                                           "open_id", "external_id", "member", NULL};
    static const char *const personal[] = {"personal", "sensitive", NULL};
    const json_t *d = f->definition;
    f->required = flag(l, s, d, at, "required");
    f->unique = flag(l, s, d, at, "unique");
    f->segment = flag(l, s, d, at, "segment");
    f->expected = flag(l, s, d, at, "expected");
    f->sensitive = flag(l, s, d, at, "sensitive");
    f->hidden = flag(l, s, d, at, "hidden");
    f->readonly = flag(l, s, d, at, "readonly");
    f->search = search_of(one_of(l, s, d, at, "search", search));
    f->identity = one_of(l, s, d, at, "identity", identity);
    f->personal = one_of(l, s, d, at, "personal", personal);
    f->fallback = json_object_get(d, "default");
}

static bool in_shipped(const struct loader *l, const struct source *s, str id)
{
    return s->shipped && json_has(s->shipped->text, pointer_join(l->scratch, S("/fields"), id));
}

static struct field *add_field(struct loader *l, struct object *o, str id, str name)
{
    struct arena *arena = l->model->arena;
    struct field *f = ARENA_NEW(arena, struct field);
    f->id = arena_str(arena, id);
    f->name = arena_str(arena, name);
    f->object = o;
    f->index = (unsigned)o->field_count;
    o->fields[o->field_count++] = f;
    return f;
}

static void
load_field(struct loader *l, const struct source *s, struct object *o, str id, const json_t *d)
{
    str at = pointer_join(l->scratch, S("/fields"), id);
    str renamed = json_get_str(d, "name"), name = renamed.n ? renamed : id;
    if (!json_is_object(d)) {
        load_fail(l, s, at, "model_wrong_type", S("object"), (str){0});
        return;
    }
    if (!load_name_ok(id) || !load_name_ok(name)) {
        load_fail(l, s, at, "model_bad_name", name, (str){0});
        return;
    }
    load_keys(l, s, d, at, MODEL_FIELD_KEYS);
    const struct field_type *type = field_type_find(json_get_str(d, "type"));
    if (!type) {
        load_fail(l, s, pointer_join(l->scratch, at, S("type")), "model_unknown_type",
                  json_get_str(d, "type"), (str){0});
        return;
    }
    struct field *f = add_field(l, o, id, name);
    f->type = f->shape = type;
    f->multi = type->multi;
    f->definition = d;
    f->custom = !s->shipped || !in_shipped(l, s, id);
    if (map_put(l->model->arena, &o->field_by_name, f->name, f))
        load_fail(l, s, at, "model_duplicate", f->name, (str){0});
    f->label = load_label(l, s, json_object_get(d, "label"),
                          pointer_join(l->scratch, at, S("label")), f->name);
    f->help = load_label(l, s, json_object_get(d, "help"), pointer_join(l->scratch, at, S("help")),
                         (str){0});
    load_flags(l, s, f, at);
    if (type->load) {
        struct problems own = {.arena = l->scratch};
        if (type->load(l->model, f, d, &own, at) != OK)
            for (size_t i = 0; i < own.list.n; i++)
                load_fail(l, s, own.list.at[i].pointer, own.list.at[i].code, own.list.at[i].args[0],
                          own.list.at[i].args[1]);
    }
}

/* The fields that the server makes for every object. */
static const struct system_field {
    const char *name, *type;
    const char *label[LANG_COUNT];
    bool owned; /* only where rows have an owner */
    bool hidden, writable;
} SYSTEM_FIELDS[] = {
    {"id", "id", {"编号", "編號", "Id"}, false, true, false},
    {"version", "number", {"版本", "版本", "Version"}, false, true, false},
    {"created_at", "instant", {"创建时间", "建立時間", "Created"}, false, false, false},
    {"created_by", "ref", {"创建人", "建立者", "Created by"}, false, false, false},
    {"updated_at", "instant", {"更新时间", "更新時間", "Updated"}, false, false, false},
    {"updated_by", "ref", {"更新人", "更新者", "Updated by"}, false, false, false},
    {"deleted_at", "instant", {"删除时间", "刪除時間", "Deleted"}, false, true, false},
    {"owner", "ref", {"负责人", "負責人", "Owner"}, true, false, true},
    {"department", "ref", {"部门", "部門", "Department"}, true, false, false},
};

static void add_system_fields(struct loader *l, struct object *o)
{
    for (size_t i = 0; i < sizeof SYSTEM_FIELDS / sizeof *SYSTEM_FIELDS; i++) {
        const struct system_field *sf = &SYSTEM_FIELDS[i];
        if (sf->owned && !o->owned)
            continue;
        struct field *f = add_field(l, o, str_from(sf->name), str_from(sf->name));
        f->type = field_type_find(str_from(sf->type));
        f->shape = str_eqz(f->name, "version") ? field_type_find(S("integer")) : f->type;
        f->builtin = f->readonly = !sf->writable;
        f->hidden = sf->hidden;
        f->segment = sf->owned || str_eqz(f->name, "created_at");
        for (enum lang lang = 0; lang < LANG_COUNT; lang++)
            f->label.text[lang] = str_from(sf->label[lang]);
        map_put(l->model->arena, &o->field_by_name, f->name, f);
    }
}

static const struct field *system_field(const struct object *o, const char *name)
{
    return map_get(&o->field_by_name, str_from(name));
}

void load_fields(struct loader *l, const struct source *s, struct object *o)
{
    json_t *fields = json_object_get(s->tree, "fields");
    if (!json_is_object(fields) || json_object_size(fields) == 0) {
        load_fail(l, s, S("/fields"), "model_missing", S("fields"), (str){0});
        return;
    }
    if (json_object_size(fields) > LIMIT_FIELDS) {
        load_fail(l, s, S("/fields"), "model_too_many", S("fields"), (str){0});
        return;
    }
    o->fields = ARENA_ARRAY(l->model->arena, struct field *, json_object_size(fields) + 16);
    add_system_fields(l, o);
    const char *id;
    json_t *definition;
    json_object_foreach(fields, id, definition) load_field(l, s, o, str_from(id), definition);
    o->id = system_field(o, "id");
    o->version = system_field(o, "version");
    o->created_at = system_field(o, "created_at");
    o->created_by = system_field(o, "created_by");
    o->updated_at = system_field(o, "updated_at");
    o->updated_by = system_field(o, "updated_by");
    o->deleted_at = system_field(o, "deleted_at");
    o->owner = o->owned ? system_field(o, "owner") : NULL;
    o->department = o->owned ? system_field(o, "department") : NULL;
    for (size_t i = 0; i < o->field_count; i++)
        o->searchable = o->searchable || o->fields[i]->search != SEARCH_NONE;
}

void load_columns(struct loader *l, struct object *o)
{
    struct arena *arena = l->model->arena;
    for (size_t i = 0; i < o->field_count; i++)
        if (!o->fields[i]->live)
            o->column_count += o->fields[i]->column_count = o->fields[i]->shape->part_count;
    o->columns = ARENA_ARRAY(arena, struct column, o->column_count);
    unsigned next = 0;
    for (size_t i = 0; i < o->field_count; i++) {
        struct field *f = o->fields[i];
        f->first_column = next;
        for (unsigned p = 0; p < f->column_count; p++, next++)
            o->columns[next] = (struct column){
                .name = arena_concat(arena, f->id, str_from(f->shape->parts[p].suffix)),
                .storage = f->shape->parts[p].storage,
                .field = f,
                .part = p,
                .index = next,
            };
    }
}
