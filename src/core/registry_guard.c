#include "core/registry_guard.h"

#include "base/log.h"
#include "model/computed.h"

/* ---- what is shipped stays what the program knows ---- */

struct look {
    struct arena *arena;
    struct problems *problems; /* NULL: what does not hold is taken out of the patch */
    str object;
    err_t outcome;
};

static void wrong(struct look *l, json_t *in, const char *key, str at, const char *code)
{
    if (l->problems) {
        problem_add_str(l->problems, at, code, str_from(key), (str){0}, (str){0});
        l->outcome = ERR_INVALID;
        return;
    }
    log_event(LOG_WARN, "model_patch_ignored", "object", LOG_STR(l->object), "pointer", LOG_STR(at),
              NULL);
    json_object_del(in, key);
}

static bool says_nothing(const json_t *j)
{
    return !j || json_is_null(j) || json_is_false(j);
}

static void
check_keys(struct look *l, const json_t *shipped, json_t *patch, str at, const char *const *keys)
{
    for (size_t i = 0; keys[i]; i++) {
        const json_t *want = json_object_get(patch, keys[i]);
        const json_t *have = json_object_get(shipped, keys[i]);
        bool same = says_nothing(want) ? says_nothing(have) : json_equal(want, have);
        if (want && !same)
            wrong(l, patch, keys[i], pointer_join(l->arena, at, str_from(keys[i])),
                  "model_shipped");
    }
}

static void check_fields(struct look *l, const json_t *shipped, json_t *patch)
{
    static const char *const keys[] = {"type", "name", "target", NULL};
    const char *id;
    json_t *field;
    json_object_foreach((json_t *)shipped, id, field)
    {
        json_t *change = json_object_get(patch, id);
        str at = pointer_join(l->arena, S("/fields"), str_from(id));
        if (json_is_object(change))
            check_keys(l, field, change, at, keys);
        else if (change)
            wrong(l, patch, id, at, "model_shipped");
        if (change && !json_object_get(patch, id))
            json_object_set_new(patch, id, json_pack("{s:b}", "hidden", 1));
    }
}

static void check_shipped(struct look *l, const json_t *shipped, json_t *patch)
{
    static const char *const keys[] = {"plural",   "root",        "owned", "title",
                                       "internal", "append_only", NULL};
    json_t *fields = json_object_get(patch, "fields");
    check_keys(l, shipped, patch, S(""), keys);
    if (json_is_object(fields))
        check_fields(l, json_object_get(shipped, "fields"), fields);
    else if (fields)
        wrong(l, patch, "fields", S("/fields"), "model_shipped");
}

static void look_at(struct look *l, const struct definition *shipped, json_t *patch)
{
    json_t *tree = json_keep(l->arena, json_loadb(shipped->text.p, shipped->text.n, 0, NULL));
    const char *key;
    void *next;
    json_t *unused;
    if (!json_is_true(json_object_get(tree, "internal"))) {
        check_shipped(l, tree, patch);
        return;
    }
    if (l->problems) {
        wrong(l, patch, "", S(""), "model_internal");
        return;
    }
    json_object_foreach_safe(patch, next, key, unused)
    {
        if (!str_eqz(S("object"), key))
            wrong(l, patch, key, pointer_join(l->arena, S(""), str_from(key)), "model_internal");
    }
}

err_t guard_shipped(const struct definition *shipped,
                    json_t *patch,
                    struct arena *arena,
                    struct problems *problems)
{
    struct problems own = {.arena = arena};
    struct look l = {arena, problems ? problems : &own, {0}, OK};
    if (shipped && patch)
        look_at(&l, shipped, patch);
    return l.outcome;
}

str guard_kept(const struct definition *shipped, str object, str text, struct arena *arena)
{
    json_t *patch = json_keep(arena, json_loadb(text.p, text.n, 0, NULL));
    struct look l = {arena, NULL, object, OK};
    if (!shipped || !json_is_object(patch))
        return text;
    look_at(&l, shipped, patch);
    return json_text(arena, patch);
}

const struct definition *guard_find(const struct definition *all, size_t count, str object)
{
    for (size_t i = 0; i < count; i++) {
        str rest = all[i].path, part;
        while (!all[i].patch && str_split(&rest, '/', &part))
            if (!rest.n && str_ends(part, S(".json")) &&
                str_eq(str_cut(part, 0, part.n - 5), object))
                return &all[i];
    }
    return NULL;
}

/* ---- what only administrators change ---- */

struct key {
    const char *name;
    enum guard_class class;
};

/* `fields` is looked at key by key. */
static const struct key OBJECT_KEYS[] = {
    {"$schema", GUARD_FREE},      {"object", GUARD_FREE},         {"label", GUARD_FREE},
    {"plural_label", GUARD_FREE}, {"fields", GUARD_FREE},         {"indexes", GUARD_FREE},
    {"unique", GUARD_FREE},       {"layouts", GUARD_FREE},        {"menu", GUARD_FREE},
    {"import", GUARD_FREE},       {"import_with", GUARD_FREE},    {"importable", GUARD_FREE},
    {"plural", GUARD_DECIDES},    {"title", GUARD_DECIDES},       {"access", GUARD_DECIDES},
    {"root", GUARD_DECIDES},      {"owned", GUARD_DECIDES},       {"internal", GUARD_DECIDES},
    {"guarded", GUARD_DECIDES},   {"append_only", GUARD_DECIDES}, {"actions", GUARD_DECIDES},
    {"events", GUARD_DECIDES},    {"rules", GUARD_DECIDES},       {"titles_kept", GUARD_DECIDES},
};

/* `default` may look at other records (`where`), and `sensitive` may be set, but not taken away. */
static const struct key FIELD_KEYS[] = {
    {"label", GUARD_FREE},       {"help", GUARD_FREE},        {"required", GUARD_FREE},
    {"unique", GUARD_FREE},      {"default", GUARD_FREE},     {"search", GUARD_FREE},
    {"segment", GUARD_FREE},     {"expected", GUARD_FREE},    {"sensitive", GUARD_FREE},
    {"hidden", GUARD_FREE},      {"import", GUARD_FREE},      {"max", GUARD_FREE},
    {"min", GUARD_FREE},         {"auto", GUARD_FREE},        {"format", GUARD_FREE},
    {"decimals", GUARD_FREE},    {"currency", GUARD_FREE},    {"choices", GUARD_FREE},
    {"type", GUARD_DECIDES},     {"name", GUARD_DECIDES},     {"target", GUARD_DECIDES},
    {"identity", GUARD_DECIDES}, {"personal", GUARD_DECIDES}, {"readonly", GUARD_DECIDES},
    {"formula", GUARD_DECIDES},  {"result", GUARD_DECIDES},   {"over", GUARD_DECIDES},
    {"via", GUARD_DECIDES},      {"fn", GUARD_DECIDES},       {"field", GUARD_DECIDES},
    {"by", GUARD_DECIDES},       {"where", GUARD_DECIDES},    {"currency_of", GUARD_DECIDES},
};

enum { OBJECT_KEY_COUNT = sizeof OBJECT_KEYS / sizeof *OBJECT_KEYS };
enum { FIELD_KEY_COUNT = sizeof FIELD_KEYS / sizeof *FIELD_KEYS };

static enum guard_class class_of(const struct key *keys, size_t n, str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eqz(name, keys[i].name))
            return keys[i].class;
    return GUARD_UNKNOWN;
}

enum guard_class guard_object_key(str name)
{
    return class_of(OBJECT_KEYS, OBJECT_KEY_COUNT, name);
}

enum guard_class guard_field_key(str name)
{
    return class_of(FIELD_KEYS, FIELD_KEY_COUNT, name);
}

struct judge {
    const struct guard_change *change;
    struct arena *arena;
    struct problems *problems;
    err_t outcome;
};

static void deny(struct judge *j, str at, const char *key)
{
    str place = *key ? pointer_join(j->arena, at, str_from(key)) : at;
    problem_add(j->problems, place, "model_administrators", NULL);
    j->outcome = ERR_DENIED;
}

static void compare(struct judge *j,
                    const json_t *before,
                    const json_t *after,
                    str at,
                    const struct key *keys,
                    size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *was = json_object_get(before, keys[i].name);
        const json_t *is = json_object_get(after, keys[i].name);
        if (keys[i].class == GUARD_DECIDES && was != is && !json_equal(was, is))
            deny(j, at, keys[i].name);
    }
}

static const struct field *field_by_id(const struct object *o, str id)
{
    for (size_t i = 0; i < o->field_count; i++)
        if (str_eq(o->fields[i]->id, id))
            return o->fields[i];
    return NULL;
}

static const struct schema_table *kept_table(const struct schema *kept, str name)
{
    for (size_t i = 0; kept && i < kept->table_count; i++)
        if (str_eq(kept->tables[i].name, name))
            return &kept->tables[i];
    return NULL;
}

/* A field that was dropped left its values behind. */
static bool has_left(const struct schema_table *table, const struct field *f)
{
    for (unsigned p = 0; p < f->column_count; p++)
        for (size_t i = 0; table && i < table->column_count; i++)
            if (str_eq(table->columns[i].name, field_column(f, p)->name))
                return true;
    return false;
}

static bool looks_around(const json_t *fallback)
{
    return json_object_get(fallback, "where");
}

static void judge_field(struct judge *j, const struct field *f)
{
    const struct field *old = field_by_id(j->change->before, f->id);
    const json_t *was = old ? old->definition : NULL;
    str at = pointer_join(j->arena, S("/fields"), f->id);
    if (was)
        compare(j, was, f->definition, at, FIELD_KEYS, FIELD_KEY_COUNT);
    else if (f->computed)
        deny(j, at, "type");
    else if (has_left(kept_table(j->change->kept, f->object->name), f))
        deny(j, at, "");
    const json_t *fallback = was ? json_object_get(was, "default") : NULL;
    if (looks_around(f->fallback) && !json_equal(f->fallback, fallback))
        deny(j, at, "default");
}

static err_t stay_within(void *context, const struct field *f)
{
    return f->object == context ? OK : ERR_DENIED;
}

static err_t follow_nothing(void *context, const struct field *ref, bool down)
{
    (void)context, (void)ref, (void)down;
    return ERR_DENIED;
}

static bool own_only(const struct object *o, const struct condition *where)
{
    return !where || (condition_fields(where, stay_within, (void *)o) == OK &&
                      condition_links(where, follow_nothing, NULL) == OK);
}

/* An object that is new has no records that could be told about; those of others do. */
static void judge_new(struct judge *j, const struct object *o)
{
    if (kept_table(j->change->kept, o->name))
        deny(j, S(""), "object");
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        bool afar = f->rollup && f->rollup->over != o;
        if (afar || computed_fields(f, stay_within, (void *)o) != OK)
            deny(j, pointer_join(j->arena, S("/fields"), f->id), "type");
        if (f->definition && looks_around(f->fallback))
            deny(j, pointer_join(j->arena, S("/fields"), f->id), "default");
    }
    for (size_t i = 0; i < o->event_count; i++)
        if (!own_only(o, o->events[i].where))
            deny(j, pointer_join(j->arena, S("/events"), o->events[i].name), "where");
    for (size_t i = 0; i < o->rule_count; i++)
        if (!own_only(o, o->rules[i].when))
            deny(j, pointer_join(j->arena, S("/rules"), o->rules[i].name), "when");
}

/* What is masked stays so; a field that is dropped keeps its column. */
static void judge_secrets(struct judge *j)
{
    const struct object *before = j->change->before, *after = j->change->after;
    for (size_t i = 0; i < before->field_count; i++) {
        str name = before->fields[i]->name;
        const struct field *f = after ? object_field(after, name) : NULL;
        if (!before->fields[i]->sensitive || (f && f->sensitive))
            continue;
        problem_add_str(j->problems, pointer_join(j->arena, S("/fields"), name), "model_sensitive",
                        name, (str){0}, (str){0});
        j->outcome = ERR_DENIED;
    }
}

err_t guard_rights(const struct guard_change *change,
                   struct arena *arena,
                   struct problems *problems)
{
    struct problems own = {.arena = arena};
    struct judge j = {change, arena, problems ? problems : &own, OK};
    const struct object *before = change->before, *after = change->after;
    if (!before) {
        judge_new(&j, after);
        return j.outcome;
    }
    judge_secrets(&j);
    if (before->guarded)
        deny(&j, S(""), "");
    if (!after)
        return j.outcome;
    compare(&j, before->definition, after->definition, S(""), OBJECT_KEYS, OBJECT_KEY_COUNT);
    for (size_t i = 0; i < after->field_count; i++)
        if (after->fields[i]->definition)
            judge_field(&j, after->fields[i]);
    return j.outcome;
}
