#include "model/loader.h"

#include "model/computed.h"
#include "model/condition.h"
#include "model/formula.h"

static str step(const struct loader *l, str at, const char *key)
{
    return pointer_join(l->scratch, at, str_from(key));
}

static str field_at(const struct loader *l, const struct field *f)
{
    return pointer_join(l->scratch, S("/fields"), f->id);
}

static bool is_type(const struct field *f, const char *name)
{
    return str_eqz(str_from(f->type->name), name);
}

static const struct field *need_field(const struct loader *l,
                                      const struct source *s,
                                      const struct object *o,
                                      const json_t *name,
                                      str at)
{
    const struct field *f = json_is_string(name) ? object_field(o, json_str(name)) : NULL;
    if (!f)
        load_fail(l, s, at, "model_unknown_field", json_str(name), o->name);
    return f;
}

static const struct field *need_ref(const struct loader *l,
                                    const struct source *s,
                                    const struct object *o,
                                    const json_t *name,
                                    str at)
{
    const struct field *f = need_field(l, s, o, name, at);
    if (f && !is_type(f, "ref"))
        load_fail(l, s, at, "model_not_a_link", f->name, o->name);
    return f;
}

/* What a ref points to when the type itself decides. */
static str implied_target(const struct field *f)
{
    if (str_eqz(f->id, "owner") || str_eqz(f->id, "created_by") || str_eqz(f->id, "updated_by"))
        return S("user");
    if (str_eqz(f->id, "department"))
        return S("department");
    return is_type(f, "file") || is_type(f, "image") ? S("file")
           : is_type(f, "tags")                      ? S("tag")
                                                     : (str){0};
}

void load_targets(struct loader *l, const struct source *s, struct object *o)
{
    for (size_t i = 0; i < o->field_count; i++) {
        struct field *f = o->fields[i];
        bool is_ref = is_type(f, "ref") || is_type(f, "multi_ref");
        str name = json_get_str(f->definition, "target");
        if (!name.n)
            name = implied_target(f);
        if (!name.n && !is_ref)
            continue;
        f->target = model_object(l->model, name);
        if (!f->target && is_ref && f->definition)
            load_fail(l, s, step(l, field_at(l, f), "target"), "model_unknown_target", name,
                      (str){0});
    }
    const json_t *title = json_object_get(s->tree, "title");
    o->title = title ? need_field(l, s, o, title, S("/title")) : o->id;
    if (o->root != ROOT_CUSTOMER)
        return;
    o->customer = object_field(o, S("customer"));
    if (!o->customer || !is_type(o->customer, "ref") || !o->customer->required ||
        !o->customer->target || o->customer->target->root != ROOT_SELF)
        load_fail(l, s, S("/root"), "model_no_customer", o->name, (str){0});
}

static bool mentions_clock(str formula)
{
    return str_find(formula, S("now(")) != SIZE_MAX || str_find(formula, S("today(")) != SIZE_MAX;
}

static void shape_formula(struct loader *l, const struct source *s, struct field *f)
{
    str result = json_get_str(f->definition, "result");
    static const char *const allowed[] = {"number", "money", "text", "boolean", "date", "instant"};
    f->computed = f->readonly = true;
    f->shape = NULL;
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
        if (str_eqz(result, allowed[i]))
            f->shape = field_type_find(result);
    if (!f->shape) {
        load_fail(l, s, step(l, field_at(l, f), "result"), "model_bad_choice",
                  S("number, money, text, boolean, date, instant"), (str){0});
        return;
    }
    if (str_eqz(result, "number") && f->decimals == 0)
        f->shape = field_type_find(S("integer"));
    if (str_eqz(result, "text"))
        f->max_chars = 1000;
    f->live = mentions_clock(json_get_str(f->definition, "formula"));
}

static bool rollup_fn(str word, enum rollup_fn *out)
{
    static const char *const words[] = {"count", "sum", "min", "max", "last"};
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (str_eqz(word, words[i])) {
            *out = (enum rollup_fn)i;
            return true;
        }
    return false;
}

/* Everything about a roll-up but its condition and its shape. */
static void link_rollup(struct loader *l, const struct source *s, struct field *f)
{
    str at = field_at(l, f);
    const json_t *d = f->definition;
    struct rollup *r = ARENA_NEW(l->model->arena, struct rollup);
    f->computed = f->readonly = true;
    f->shape = NULL;
    r->over = model_object(l->model, json_get_str(d, "over"));
    if (!r->over) {
        load_fail(l, s, step(l, at, "over"), "model_unknown_target", json_get_str(d, "over"),
                  (str){0});
        return;
    }
    r->via = need_field(l, s, r->over, json_object_get(d, "via"), step(l, at, "via"));
    if (r->via && (!is_type(r->via, "ref") || r->via->target != f->object)) {
        load_fail(l, s, step(l, at, "via"), "model_not_a_link", r->via->name, f->object->name);
        return;
    }
    if (!rollup_fn(json_get_str(d, "fn"), &r->fn)) {
        load_fail(l, s, step(l, at, "fn"), "model_bad_choice", S("count, sum, min, max, last"),
                  (str){0});
        return;
    }
    if (r->fn != ROLLUP_COUNT)
        r->field = need_field(l, s, r->over, json_object_get(d, "field"), step(l, at, "field"));
    if (r->fn == ROLLUP_LAST) {
        const json_t *by = json_object_get(d, "by");
        r->by = by ? need_field(l, s, r->over, by, step(l, at, "by")) : r->over->created_at;
    }
    const json_t *currency_of = json_object_get(d, "currency_of");
    if (currency_of) {
        r->currency_of = need_field(l, s, f->object, currency_of, step(l, at, "currency_of"));
        if (r->currency_of && !is_type(r->currency_of, "money"))
            load_fail(l, s, step(l, at, "currency_of"), "model_wrong_type", S("money"), (str){0});
    }
    f->rollup = r;
}

/* A roll-up looks like what it looks at; chains of roll-ups settle after a few rounds. */
static bool shape_rollup(struct field *f)
{
    const struct rollup *r = f->rollup;
    if (f->shape || !r)
        return true;
    if (r->fn == ROLLUP_COUNT) {
        f->shape = field_type_find(S("integer"));
        return true;
    }
    if (!r->field || !r->field->shape || r->field->live || r->field->multi)
        return false;
    f->shape = r->field->shape;
    f->decimals = r->field->decimals;
    f->choices = r->field->choices;
    f->choice_count = r->field->choice_count;
    f->target = r->field->target;
    f->max_chars = r->field->max_chars;
    return true;
}

static void add_rollup_over(struct loader *l, struct object *child, const struct field *f)
{
    const struct field **grown =
        ARENA_ARRAY(l->model->arena, const struct field *, child->rollups_over_this_count + 1);
    for (size_t i = 0; i < child->rollups_over_this_count; i++)
        grown[i] = child->rollups_over_this[i];
    grown[child->rollups_over_this_count++] = f;
    child->rollups_over_this = grown;
}

void load_computed(struct loader *l)
{
    struct model *m = l->model;
    for (size_t i = 0; i < m->object_count; i++)
        for (size_t j = 0; j < m->objects[i]->field_count; j++) {
            struct field *f = m->objects[i]->fields[j];
            if (is_type(f, "formula"))
                shape_formula(l, &l->sources[i], f);
            else if (is_type(f, "rollup"))
                link_rollup(l, &l->sources[i], f);
        }
    for (int round = 0; round < 4; round++)
        for (size_t i = 0; i < m->object_count; i++)
            for (size_t j = 0; j < m->objects[i]->field_count; j++) {
                struct field *f = m->objects[i]->fields[j];
                if (!shape_rollup(f) && round == 3)
                    load_fail(l, &l->sources[i], step(l, field_at(l, f), "field"),
                              "model_rollup_of_nothing", f->name, (str){0});
            }
    for (size_t i = 0; i < m->object_count; i++)
        for (size_t j = 0; j < m->objects[i]->field_count; j++) {
            const struct field *f = m->objects[i]->fields[j];
            if (f->rollup)
                add_rollup_over(l, m->objects[f->rollup->over->index], f);
        }
}

/* Parses a condition inside the definition; problems get file and line. */
static const struct condition *need_condition(
    struct loader *l, const struct source *s, const struct object *o, const json_t *j, str at)
{
    struct problems own = {.arena = l->scratch};
    struct condition *c = NULL;
    if (j && condition_parse(l->model, o, j, at, &own, l->model->arena, &c) != OK)
        for (size_t i = 0; i < own.list.n; i++)
            load_fail(l, s, own.list.at[i].pointer, own.list.at[i].code, own.list.at[i].args[0],
                      own.list.at[i].args[1]);
    return c;
}

static void
load_formula(struct loader *l, const struct source *s, struct object *o, struct field *f)
{
    struct problems own = {.arena = l->scratch};
    str at = step(l, field_at(l, f), "formula");
    struct formula *formula = NULL;
    if (formula_parse(l->model, o, json_get_str(f->definition, "formula"), at, &own,
                      l->model->arena, &formula) != OK)
        for (size_t i = 0; i < own.list.n; i++)
            load_fail(l, s, at, own.list.at[i].code, own.list.at[i].args[0],
                      own.list.at[i].args[1]);
    f->formula = formula;
    str result = json_get_str(f->definition, "result");
    if (formula && !formula_gives(formula, result))
        load_fail(l, s, at, "model_formula_result", result, (str){0});
}

static void load_events(struct loader *l, const struct source *s, struct object *o)
{
    static const char *const keys[] = {"at", "label", "where", NULL};
    json_t *events = json_object_get(s->tree, "events"), *d;
    o->events = ARENA_ARRAY(l->model->arena, struct event, json_object_size(events) + 1);
    const char *name;
    json_object_foreach(events, name, d)
    {
        str at = step(l, S("/events"), name);
        load_keys(l, s, d, at, keys);
        struct event *e = &o->events[o->event_count++];
        e->name = arena_str(l->model->arena, str_from(name));
        e->label = load_label(l, s, json_object_get(d, "label"), step(l, at, "label"), e->name);
        e->at = need_field(l, s, o, json_object_get(d, "at"), step(l, at, "at"));
        e->where = need_condition(l, s, o, json_object_get(d, "where"), step(l, at, "where"));
    }
}

static void load_rules(struct loader *l, const struct source *s, struct object *o)
{
    static const char *const keys[] = {"when", "message", "field", NULL};
    json_t *rules = json_object_get(s->tree, "rules"), *d;
    o->rules = ARENA_ARRAY(l->model->arena, struct rule, json_object_size(rules) + 1);
    const char *name;
    json_object_foreach(rules, name, d)
    {
        str at = step(l, S("/rules"), name);
        load_keys(l, s, d, at, keys);
        struct rule *r = &o->rules[o->rule_count++];
        r->name = arena_str(l->model->arena, str_from(name));
        r->message =
            load_label(l, s, json_object_get(d, "message"), step(l, at, "message"), r->name);
        if (json_object_get(d, "field"))
            r->field = need_field(l, s, o, json_object_get(d, "field"), step(l, at, "field"));
        r->when = need_condition(l, s, o, json_object_get(d, "when"), step(l, at, "when"));
        if (!r->when)
            load_fail(l, s, at, "model_missing", S("when"), (str){0});
    }
}

static void check_field_names(
    struct loader *l, const struct source *s, struct object *o, const json_t *list, str at)
{
    size_t i;
    json_t *name;
    json_array_foreach((json_t *)list, i, name)
        need_field(l, s, o, name, pointer_index(l->scratch, at, i));
}

static void check_layouts(struct loader *l, const struct source *s, struct object *o)
{
    static const char *const keys[] = {"list",    "form",    "facts", "board",
                                       "related", "summary", NULL};
    const json_t *layouts = json_object_get(s->tree, "layouts");
    if (!layouts)
        return;
    load_keys(l, s, layouts, S("/layouts"), keys);
    check_field_names(l, s, o, json_object_get(layouts, "list"), S("/layouts/list"));
    check_field_names(l, s, o, json_object_get(layouts, "facts"), S("/layouts/facts"));
    check_field_names(l, s, o, json_object_get(layouts, "summary"), S("/layouts/summary"));
    if (json_object_get(layouts, "board"))
        need_field(l, s, o, json_object_get(layouts, "board"), S("/layouts/board"));
    size_t i;
    json_t *section;
    json_array_foreach(json_object_get(layouts, "form"), i, section)
        check_field_names(l, s, o, json_object_get(section, "fields"),
                          step(l, pointer_index(l->scratch, S("/layouts/form"), i), "fields"));
}

static void check_indexes(struct loader *l, const struct source *s, struct object *o)
{
    static const char *const kinds[] = {"indexes", "unique"};
    for (size_t k = 0; k < 2; k++) {
        str at = step(l, S(""), kinds[k]);
        size_t i;
        json_t *fields;
        json_array_foreach(json_object_get(s->tree, kinds[k]), i, fields)
            check_field_names(l, s, o, fields, pointer_index(l->scratch, at, i));
    }
}

/* Roll-ups are kept by differences: their condition must give the same answer whenever it is asked
 * and whoever asks. */
static bool depends_on_more(const json_t *j)
{
    static const char *const words[] = {"older", "within", "me", "did", "inSegment", "inBatch"};
    const char *key;
    json_t *member;
    size_t i;
    json_array_foreach((json_t *)j, i, member) if (depends_on_more(member)) return true;
    json_object_foreach((json_t *)j, key, member)
    {
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (str_eqz(str_from(key), words[k]))
                return true;
        if (depends_on_more(member))
            return true;
    }
    return false;
}

static void load_first(struct loader *l, const struct source *s, struct field *f)
{
    static const char *const keys[] = {"first", "where", NULL};
    str at = step(l, field_at(l, f), "default");
    const json_t *d = f->fallback;
    load_keys(l, s, d, at, keys);
    struct first *first = ARENA_NEW(l->model->arena, struct first);
    first->by = need_field(l, s, f->target, json_object_get(d, "first"), step(l, at, "first"));
    first->where =
        need_condition(l, s, f->target, json_object_get(d, "where"), step(l, at, "where"));
    f->first = first;
}

void load_behaviour(struct loader *l, const struct source *s, struct object *o)
{
    for (size_t i = 0; i < o->field_count; i++) {
        struct field *f = o->fields[i];
        if (is_type(f, "formula"))
            load_formula(l, s, o, f);
        if (is_type(f, "ref") && f->target && json_is_object(f->fallback))
            load_first(l, s, f);
        if (f->rollup && depends_on_more(json_object_get(f->definition, "where")))
            load_fail(l, s, step(l, field_at(l, f), "where"), "model_rollup_condition", f->name,
                      (str){0});
        else if (f->rollup)
            ((struct rollup *)f->rollup)->where =
                need_condition(l, s, f->rollup->over, json_object_get(f->definition, "where"),
                               step(l, field_at(l, f), "where"));
    }
    load_events(l, s, o);
    load_rules(l, s, o);
    check_layouts(l, s, o);
    check_indexes(l, s, o);
    const json_t *access = json_object_get(s->tree, "access");
    const json_t *with = json_object_get(s->tree, "import_with");
    if (access)
        o->access_via = need_ref(l, s, o, json_object_get(access, "via"), S("/access/via"));
    if (with)
        o->import_with = need_ref(l, s, o, with, S("/import_with"));
}

static err_t find_secret(void *context, const struct field *f)
{
    bool *found = context;
    *found = *found || f->sensitive;
    return OK;
}

static bool inherits_secret(struct field *f)
{
    bool found = false;
    if (f->sensitive || computed_fields(f, find_secret, &found) != OK)
        return false;
    f->sensitive = found;
    return found;
}

void load_secrets(struct model *m)
{
    for (bool more = true; more;) { /* one may be worked out from another */
        more = false;
        for (size_t i = 0; i < m->object_count; i++)
            for (size_t k = 0; k < m->objects[i]->field_count; k++)
                more |= inherits_secret(m->objects[i]->fields[k]);
    }
}
