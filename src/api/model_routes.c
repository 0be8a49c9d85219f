#include "api/model_routes.h"

#include "api/session.h"
#include "base/limits.h"
#include "core/fill.h"
#include "core/registry.h"

static const char *const ACCESS[] = {"hidden", "mask", "read", "write"};

static void text(struct jw *w, const char *key, str s)
{
    jw_key(w, str_from(key));
    jw_str(w, s);
}

static void flag(struct jw *w, const char *key, bool v)
{
    jw_key(w, str_from(key));
    jw_bool(w, v);
}

static void number_or_null(struct jw *w, const char *key, bool has, double v)
{
    jw_key(w, str_from(key));
    if (has)
        jw_real(w, v);
    else
        jw_null(w);
}

static void write_choices(struct call *call, const struct field *f)
{
    struct jw *w = &call->out;
    if (!f->choice_count)
        return;
    jw_key(w, S("choices"));
    jw_open(w, '[');
    for (size_t i = 0; i < f->choice_count; i++) {
        jw_open(w, '{');
        text(w, "key", f->choices[i].key);
        text(w, "label", f->choices[i].label.text[call->ctx.lang]);
        text(w, "color", f->choices[i].color);
        flag(w, "retired", f->choices[i].retired);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static bool filterable(const struct field *f, enum field_access access)
{
    static const char *const never[] = {"json", "rich_text", "file", "image"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (str_eqz(str_from(f->shape->name), never[i]))
            return false;
    return access >= FIELD_READ && field_stored(f);
}

static void write_field(struct call *call, const struct field *f, enum field_access access)
{
    struct jw *w = &call->out;
    enum lang lang = call->ctx.lang;
    bool writable = !f->readonly && !f->computed;
    enum field_access form =
        access_field_own(call->ctx.access, f); /* a record says what is masked */
    jw_open(w, '{');
    text(w, "name", f->name);
    text(w, "type", str_from(f->type->name));
    text(w, "result", str_from(f->shape->name));
    text(w, "label", f->label.text[lang]);
    text(w, "help", f->help.text[lang]);
    flag(w, "required", f->required);
    flag(w, "unique", f->unique);
    flag(w, "multi", f->multi);
    flag(w, "system", f->builtin);
    flag(w, "custom", f->custom);
    flag(w, "computed", f->computed || f->readonly);
    flag(w, "hidden", f->hidden);
    flag(w, "expected", f->expected);
    text(w, "access", str_from(ACCESS[writable || form < FIELD_READ ? form : FIELD_READ]));
    flag(w, "sortable", f->shape->sortable && access >= FIELD_READ && field_stored(f));
    flag(w, "filterable", filterable(f, access));
    write_choices(call, f);
    jw_key(w, S("target"));
    if (f->target)
        jw_str(w, f->target->name);
    else
        jw_null(w);
    jw_key(w, S("decimals"));
    jw_int(w, f->decimals);
    text(w, "currency", f->currency);
    number_or_null(w, "min", f->has_min, f->min);
    number_or_null(w, "max", f->has_max, f->max);
    number_or_null(w, "max_chars", f->max_chars > 0, f->max_chars);
    jw_key(w, S("default"));
    jw_tree(w, f->fallback);
    jw_close(w, '}');
}

/* Layouts as declared; the sections' labels in the caller's language. */
static void write_layouts(struct call *call, const struct object *o)
{
    struct jw *w = &call->out;
    const json_t *layouts = json_object_get(o->definition, "layouts");
    json_t *shown = json_keep(call->ctx.arena, json_deep_copy(layouts));
    size_t i;
    json_t *section;
    json_array_foreach(json_object_get(shown, "form"), i, section)
    {
        json_t *label = json_object_get(section, "label");
        const json_t *mine = json_object_get(label, lang_tag(call->ctx.lang));
        if (json_is_string(mine))
            json_object_set_new(section, "label", json_deep_copy(mine));
    }
    jw_key(w, S("layouts"));
    if (shown)
        jw_tree(w, shown);
    else
        jw_raw(w, S("{}"));
    jw_key(w, S("menu"));
    jw_tree(w, json_object_get(o->definition, "menu"));
}

static void write_object(struct call *call, const struct object *o)
{
    static const char *const roots[] = {"none", "self", "customer"};
    struct jw *w = &call->out;
    enum lang lang = call->ctx.lang;
    jw_open(w, '{');
    text(w, "name", o->name);
    text(w, "plural", o->plural);
    text(w, "label", o->label.text[lang]);
    text(w, "plural_label", o->plural_label.text[lang]);
    text(w, "module", o->module);
    flag(w, "custom", o->custom);
    text(w, "root", str_from(roots[o->root]));
    flag(w, "owned", o->owned);
    text(w, "title", o->title->name);
    flag(w, "append_only", o->append_only);
    flag(w, "importable", o->importable);
    write_layouts(call, o);
    jw_key(w, S("rights"));
    rights_json(call, o, false);
    jw_key(w, S("fields"));
    jw_open(w, '[');
    for (size_t i = 0; i < o->field_count; i++) {
        enum field_access access = access_field(call->ctx.access, o->fields[i]);
        if (access != FIELD_HIDDEN)
            write_field(call, o->fields[i], access);
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

err_t model_get(struct call *call)
{
    struct jw *w = &call->out;
    const struct model *m = call->ctx.model;
    call_begin(call, 200);
    jw_open(w, '{');
    jw_key(w, S("version"));
    jw_str(w, arena_printf(call->ctx.arena, "%lld", (long long)m->version));
    jw_key(w, S("objects"));
    jw_open(w, '[');
    for (size_t i = 0; i < m->object_count; i++)
        if (!m->objects[i]->internal && access_may(call->ctx.access, m->objects[i], OP_READ))
            write_object(call, m->objects[i]);
    jw_close(w, ']');
    jw_close(w, '}');
    call_end(call);
    return OK;
}

static err_t apply(struct call *call, str object, const json_t *patch, bool dry_run, int status)
{
    struct ctx *c = &call->ctx;
    AUTO_BUF plan;
    buf_init(&plan, MIB);
    TRY(registry_patch(c->app, object, patch, c->user, dry_run, &c->problems, &plan));
    if (!dry_run) {
        const struct model *now = model_hold(c->app);
        err_t e = fill_after_model(c, c->model, now);
        model_release(c->app, now);
        TRY(e);
    }
    call_begin(call, status);
    jw_open(&call->out, '{');
    text(&call->out, "object", object);
    jw_key(&call->out, S("plan"));
    jw_str(&call->out, buf_str(&plan));
    jw_close(&call->out, '}');
    call_end(call);
    return OK;
}

static err_t need_object_body(struct call *call)
{
    if (json_is_object(call->body))
        return OK;
    problem_add(&call->ctx.problems, S(""), "wrong_type", "object", NULL);
    return ERR_INVALID;
}

err_t model_patch_object(struct call *call)
{
    TRY(need_object_body(call));
    if (!model_object(call->ctx.model, call->params[0]))
        return ERR_NOT_FOUND;
    return apply(call, call->params[0], call->body, false, 200);
}

static err_t check_plural(struct call *call)
{
    str plural = json_get_str(call->body, "plural");
    if (!route_reserved(plural))
        return OK;
    problem_add_str(&call->ctx.problems, S("/plural"), "model_reserved", plural, (str){0},
                    (str){0});
    return ERR_INVALID;
}

err_t model_create_object(struct call *call)
{
    str name;
    TRY(need_object_body(call));
    TRY(call_text(call, "object", true, &name));
    if (model_object(call->ctx.model, name)) {
        problem_add_str(&call->ctx.problems, S("/object"), "model_duplicate", name, (str){0},
                        (str){0});
        return ERR_CONFLICT;
    }
    TRY(check_plural(call));
    return apply(call, name, call->body, false, 201);
}

err_t model_delete_object(struct call *call)
{
    const struct object *o = model_object(call->ctx.model, call->params[0]);
    if (!o || !o->custom)
        return ERR_NOT_FOUND;
    return apply(call, o->name, NULL, false, 200);
}

err_t model_check(struct call *call)
{
    str name;
    TRY(need_object_body(call));
    TRY(call_text(call, "object", true, &name));
    return apply(call, name, call->body, true, 200);
}
