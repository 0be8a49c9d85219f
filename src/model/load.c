#include "model/loader.h"

#include "base/asset.h"
#include "base/json_place.h"
#include "base/limits.h"
#include "model/query.h"

void load_fail(
    const struct loader *l, const struct source *s, str pointer, const char *code, str a, str b)
{
    const struct definition *d = s->shipped;
    if (s->patch && (!d || json_has(s->patch->text, pointer)))
        d = s->patch;
    str place = arena_printf(l->scratch, STR_FMT ":%zu: " STR_FMT, STR_ARG(d->path),
                             json_line(d->text, pointer), STR_ARG(pointer));
    problem_add_str(l->problems, place, code, a, b, (str){0});
}

void load_keys(const struct loader *l,
               const struct source *s,
               const json_t *object,
               str at,
               const char *const *allowed)
{
    const char *key;
    json_t *unused;
    json_object_foreach((json_t *)object, key, unused)
    {
        size_t i = 0;
        while (allowed[i] && !str_eqz(str_from(key), allowed[i]))
            i++;
        if (!allowed[i])
            load_fail(l, s, pointer_join(l->scratch, at, str_from(key)), "model_unknown_key",
                      str_from(key), (str){0});
    }
}

bool load_name_ok(str name)
{
    if (name.n == 0 || name.n > 40 || name.p[0] < 'a' || name.p[0] > 'z')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return str_find(name, S("__")) == SIZE_MAX && name.p[name.n - 1] != '_';
}

struct label
load_label(const struct loader *l, const struct source *s, const json_t *j, str at, str fallback)
{
    struct label label = {.text = {fallback, fallback, fallback}};
    struct arena *arena = l->model->arena;
    if (json_is_string(j)) {
        str one = arena_str(arena, json_str(j));
        return (struct label){.text = {one, one, one}};
    }
    if (!j)
        return label;
    if (!json_is_object(j)) {
        load_fail(l, s, at, "model_wrong_type", S("label"), (str){0});
        return label;
    }
    str some = json_get_str(j, "en");
    if (!some.n)
        some = json_get_str(j, "zh-CN");
    if (!some.n)
        some = fallback;
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        str text = json_get_str(j, lang_tag(lang));
        if (!text.n && lang == LANG_ZH_TW)
            text = json_get_str(j, lang_tag(LANG_ZH_CN));
        label.text[lang] = arena_str(arena, text.n ? text : some);
    }
    return label;
}

/* RFC 7396. target is changed; patch's members are shared. */
static void merge_patch(json_t *target, json_t *patch)
{
    const char *key;
    json_t *change;
    json_object_foreach(patch, key, change)
    {
        if (json_is_null(change)) {
            json_object_del(target, key);
        } else if (json_is_object(change)) {
            if (!json_is_object(json_object_get(target, key)))
                json_object_set_new(target, key, json_object());
            merge_patch(json_object_get(target, key), change);
        } else {
            json_object_set_new(target, key, json_deep_copy(change));
        }
    }
}

static json_t *read_definition(struct loader *l, const struct definition *d)
{
    struct source place = {.shipped = d};
    struct problems own = {.arena = l->scratch};
    json_t *tree;
    if (json_read(l->model->arena, d->text, &own, &tree) != OK) {
        const struct problem *p = &own.list.at[0];
        problem_add_str(l->problems,
                        arena_printf(l->scratch, STR_FMT ":" STR_FMT, STR_ARG(d->path),
                                     STR_ARG(p->args[0].n ? p->args[0] : S("1"))),
                        p->code, p->args[0], p->args[1], p->args[2]);
        return NULL;
    }
    if (!json_is_object(tree) || !load_name_ok(json_get_str(tree, "object"))) {
        load_fail(l, &place, S("/object"), "model_bad_name", json_get_str(tree, "object"),
                  (str){0});
        return NULL;
    }
    return tree;
}

static struct source *find_source(struct loader *l, str object)
{
    for (size_t i = 0; i < l->source_count; i++)
        if (str_eq(l->sources[i].object, object))
            return &l->sources[i];
    return NULL;
}

static void take_definition(struct loader *l, const struct definition *d)
{
    json_t *tree = read_definition(l, d);
    if (!tree)
        return;
    str name = json_get_str(tree, "object");
    struct source *s = find_source(l, name);
    if (!s) {
        if (l->source_count >= LIMIT_OBJECTS) {
            load_fail(l, &(struct source){.shipped = d}, S(""), "model_too_many", name, (str){0});
            return;
        }
        s = &l->sources[l->source_count++];
        *s = (struct source){.object = arena_str(l->model->arena, name)};
        s->tree = json_keep(l->model->arena, json_object());
    } else if (!d->patch) {
        load_fail(l, &(struct source){.shipped = d}, S("/object"), "model_duplicate", name,
                  (str){0});
        return;
    }
    if (d->patch)
        s->patch = d;
    else
        s->shipped = d;
    merge_patch(s->tree, tree);
    if (!d->patch)
        s->guarded = json_is_true(json_object_get(s->tree, "guarded"));
}

static str module_of(const struct source *s)
{
    if (!s->shipped)
        return S("custom");
    str rest = s->shipped->path, first, second = {0};
    str_split(&rest, '/', &first);
    str_split(&rest, '/', &second);
    return second;
}

static bool flag(const struct loader *l, const struct source *s, const char *key)
{
    const json_t *j = json_object_get(s->tree, key);
    if (j && !json_is_boolean(j))
        load_fail(l, s, pointer_join(l->scratch, S(""), str_from(key)), "model_wrong_type",
                  S("boolean"), (str){0});
    return json_is_true(j);
}

static enum root root_of(const struct loader *l, const struct source *s)
{
    const json_t *j = json_object_get(s->tree, "root");
    if (!j)
        return ROOT_NONE;
    if (str_eq(json_str(j), S("self")))
        return ROOT_SELF;
    if (str_eq(json_str(j), S("customer")))
        return ROOT_CUSTOMER;
    load_fail(l, s, S("/root"), "model_bad_choice", S("self, customer"), (str){0});
    return ROOT_NONE;
}

const char *const MODEL_OBJECT_KEYS[] = {
    "object",     "plural",      "label",    "plural_label", "root",
    "owned",      "title",       "internal", "append_only",  "guarded",
    "importable", "fields",      "indexes",  "unique",       "events",
    "access",     "rules",       "layouts",  "menu",         "actions",
    "import",     "import_with", "$schema",  "titles_kept",  NULL};

static struct object *make_object(struct loader *l, const struct source *s)
{
    load_keys(l, s, s->tree, S(""), MODEL_OBJECT_KEYS);
    struct arena *arena = l->model->arena;
    struct object *o = ARENA_NEW(arena, struct object);
    o->name = s->object;
    o->plural = arena_str(arena, json_get_str(s->tree, "plural"));
    o->module = arena_str(arena, module_of(s));
    o->custom = !s->shipped;
    o->definition = s->tree;
    o->label = load_label(l, s, json_object_get(s->tree, "label"), S("/label"), o->name);
    o->plural_label = o->label;
    const json_t *plural_label = json_object_get(s->tree, "plural_label");
    if (plural_label) {
        o->plural_label = load_label(l, s, plural_label, S("/plural_label"), o->name);
        for (enum lang lang = 0; lang < LANG_COUNT; lang++)
            if (!json_object_get(plural_label, lang_tag(lang)))
                o->plural_label.text[lang] = o->label.text[lang];
    }
    o->root = root_of(l, s);
    o->owned = flag(l, s, "owned");
    o->internal = flag(l, s, "internal");
    o->append_only = flag(l, s, "append_only");
    o->guarded = flag(l, s, "guarded");
    if (s->guarded && !o->guarded)
        load_fail(l, s, S("/guarded"), "model_guarded", o->name, (str){0});
    o->titles_kept = flag(l, s, "titles_kept");
    o->importable = flag(l, s, "importable");
    if (!load_name_ok(o->plural))
        load_fail(l, s, S("/plural"), "model_bad_name", o->plural, (str){0});
    if (map_put(arena, &l->model->object_by_plural, o->plural, o))
        load_fail(l, s, S("/plural"), "model_duplicate", o->plural, (str){0});
    map_put(arena, &l->model->object_by_name, o->name, o);
    return o;
}

static void load_objects(struct loader *l)
{
    struct model *m = l->model;
    m->objects = ARENA_ARRAY(m->arena, struct object *, l->source_count);
    for (size_t i = 0; i < l->source_count; i++) {
        m->objects[i] = make_object(l, &l->sources[i]);
        m->objects[i]->index = (unsigned)i;
        m->object_count++;
    }
    for (size_t i = 0; i < m->object_count; i++)
        load_fields(l, &l->sources[i], m->objects[i]);
    if (problems_any(l->problems))
        return;
    for (size_t i = 0; i < m->object_count; i++)
        load_targets(l, &l->sources[i], m->objects[i]);
    if (problems_any(l->problems))
        return;
    load_computed(l);
    if (problems_any(l->problems))
        return;
    for (size_t i = 0; i < m->object_count; i++)
        load_columns(l, m->objects[i]);
    for (size_t i = 0; i < m->object_count; i++)
        load_behaviour(l, &l->sources[i], m->objects[i]);
    if (!problems_any(l->problems))
        load_secrets(m);
    for (size_t i = 0; i < m->object_count; i++)
        query_prepare(m->arena, m->objects[i]);
}

err_t model_load(const struct definition *definitions,
                 size_t count,
                 int64_t version,
                 str base_currency,
                 struct problems *problems,
                 struct model **out)
{
    AUTO_ARENA scratch = arena_new(64 * MIB);
    struct problems own = {.arena = scratch};
    struct arena *arena = arena_new(256 * MIB);
    struct model *m = ARENA_NEW(arena, struct model);
    m->arena = arena;
    m->version = version;
    m->base_currency = arena_str(arena, base_currency);
    struct loader l = {.scratch = scratch, .model = m, .problems = problems ? problems : &own};
    l.sources = ARENA_ARRAY(arena, struct source, count ? count : 1);
    struct definition *kept = ARENA_ARRAY(arena, struct definition, count ? count : 1);
    for (int patches = 0; patches <= 1; patches++)
        for (size_t i = 0; i < count; i++)
            if (definitions[i].patch == (bool)patches) {
                kept[i] = definitions[i];
                take_definition(&l, &kept[i]);
            }
    if (!problems_any(l.problems))
        load_objects(&l);
    if (problems_any(l.problems)) {
        arena_free(arena);
        return ERR_INVALID;
    }
    *out = m;
    return OK;
}

size_t model_shipped_definitions(struct arena *arena, struct definition **out)
{
    const struct asset *first;
    size_t n = asset_list(S("objects/"), &first), count = 0;
    *out = ARENA_ARRAY(arena, struct definition, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        if (str_ends(first[i].path, S(".json")) && !str_ends(first[i].path, S(".schema.json")))
            (*out)[count++] = (struct definition){.path = first[i].path, .text = first[i].bytes};
    return count;
}

err_t model_load_shipped(struct problems *problems, struct model **out)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct definition *definitions;
    size_t n = model_shipped_definitions(arena, &definitions);
    return model_load(definitions, n, 0, S("CNY"), problems, out);
}
