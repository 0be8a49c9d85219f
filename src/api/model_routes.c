#include "api/model_routes.h"

#include "api/session.h"
#include "base/limits.h"
#include "core/registry.h"
#include "model/emit/screen.h"

static struct screen_field field_for(const void *who, const struct field *f)
{
    const struct call *call = who;
    enum field_access access = access_field(call->ctx.access, f);
    enum field_access form =
        access_field_own(call->ctx.access, f); /* a record says what is masked */
    bool writable = !f->readonly && !f->computed;
    if (access == FIELD_HIDDEN)
        return (struct screen_field){0};
    return (struct screen_field){
        ACCESS_FIELD_WORDS[writable || form < FIELD_READ ? form : FIELD_READ],
        access >= FIELD_READ};
}

static void rights_for(const void *who, const struct object *o, struct jw *w)
{
    const struct call *call = who;
    rights_json(call->ctx.access, o, false, w);
}

err_t model_get(struct call *call)
{
    struct jw *w = &call->out;
    const struct model *m = call->ctx.model;
    struct screen_view view = {call->ctx.lang, call->ctx.arena, field_for, rights_for, call};
    call_begin(call, 200);
    jw_open(w, '{');
    jw_key(w, S("version"));
    jw_str(w, arena_printf(call->ctx.arena, "%lld", (long long)m->version));
    jw_key(w, S("objects"));
    jw_open(w, '[');
    for (size_t i = 0; i < m->object_count; i++)
        if (!m->objects[i]->internal && access_may(call->ctx.access, m->objects[i], OP_READ))
            screen_object(&view, m->objects[i], w);
    jw_close(w, ']');
    jw_close(w, '}');
    call_end(call);
    return OK;
}

/* The loader speaks of files: "patch:customer:1: /fields/x" is the body, all others are elsewhere.
 */
static void point_into_body(struct ctx *c, str object)
{
    str own = arena_printf(c->arena, "patch:" STR_FMT ":", STR_ARG(object));
    for (size_t i = 0; i < c->problems.list.n; i++) {
        struct problem *p = &c->problems.list.at[i];
        size_t slash = 0;
        while (slash < p->pointer.n && p->pointer.p[slash] != '/')
            slash++;
        if (str_starts(p->pointer, own)) {
            p->pointer = str_cut(p->pointer, slash, p->pointer.n);
        } else if (slash > 0) {
            p->place = p->pointer;
            p->pointer = S("");
        }
    }
}

static err_t apply(struct call *call, str object, const json_t *patch, bool dry_run, int status)
{
    struct ctx *c = &call->ctx;
    AUTO_BUF plan;
    buf_init(&plan, MIB);
    TRY(registry_may_patch(c, object, dry_run));
    err_t e = registry_patch(c->app, object, patch, c->user, access_administrator(c->access),
                             dry_run, &c->problems, &plan);
    if (e != OK)
        point_into_body(c, object);
    TRY(e);
    call_begin(call, status);
    jw_open(&call->out, '{');
    jw_key(&call->out, S("object"));
    jw_str(&call->out, object);
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

static err_t check_plural(struct call *call)
{
    str plural = json_get_str(call->body, "plural");
    if (!route_reserved(plural))
        return OK;
    problem_add_str(&call->ctx.problems, S("/plural"), "model_reserved", plural, (str){0},
                    (str){0});
    return ERR_INVALID;
}

err_t model_patch_object(struct call *call)
{
    TRY(need_object_body(call));
    if (!model_object(call->ctx.model, call->params[0]))
        return ERR_NOT_FOUND;
    TRY(check_plural(call));
    return apply(call, call->params[0], call->body, false, 200);
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
    TRY(check_plural(call));
    return apply(call, name, call->body, true, 200);
}
