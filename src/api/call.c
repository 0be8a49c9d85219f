#include "api/api.h"

#include "base/id.h"
#include "base/limits.h"

err_t call_object(struct call *call, const struct object **out)
{
    const struct object *o = model_object_by_plural(call->ctx.model, call->params[0]);
    if (!o || o->internal || !access_may(call->ctx.access, o, OP_READ))
        return ERR_NOT_FOUND;
    *out = o;
    return OK;
}

err_t call_id(struct call *call, size_t param, int64_t *out)
{
    call->id = call->params[param];
    return id_parse(call->id, out) == OK ? OK : ERR_NOT_FOUND;
}

err_t call_query(struct call *call, const char *name, str *out)
{
    err_t e = http_param(call->request, name, out);
    if (e != ERR_INVALID && e != ERR_CONFLICT)
        return e;
    problem_add(&call->ctx.problems, str_from(name),
                e == ERR_CONFLICT ? "parameter_twice" : "bad_parameter", name, NULL);
    return ERR_INVALID;
}

err_t call_not_among(struct call *call, const char *name, const char *allowed)
{
    problem_add(&call->ctx.problems, str_from(name), "parameter_choice", name, allowed, NULL);
    return ERR_INVALID;
}

err_t call_query_int(struct call *call,
                     const char *name,
                     int64_t least,
                     int64_t most,
                     int64_t fallback,
                     int64_t *out)
{
    str text;
    TRY(call_query(call, name, &text));
    *out = fallback;
    if (!text.p)
        return OK;
    if (str_to_int(text, out) != OK || *out < least || *out > most) {
        problem_add_str(&call->ctx.problems, str_from(name), "out_of_range", str_from(name),
                        arena_printf(call->ctx.arena, "%lld", (long long)least),
                        arena_printf(call->ctx.arena, "%lld", (long long)most));
        return ERR_INVALID;
    }
    return OK;
}

err_t call_version(struct call *call, int64_t *out)
{
    str header = http_header(call->request, "If-Match"), etag = header;
    if (etag.n >= 2 && etag.p[0] == '"' && etag.p[etag.n - 1] == '"')
        etag = str_cut(etag, 1, etag.n - 1);
    if (str_to_int(etag, out) == OK && *out > 0)
        return OK;
    problem_add_str(&call->ctx.problems, S("If-Match"),
                    header.n ? "if_match_malformed" : "precondition_required", header, (str){0},
                    (str){0});
    return ERR_INVALID;
}

void call_header(struct call *call, const char *name, str text)
{
    if (http_reply_header(call->reply, name, text) != OK)
        problem_add(&call->ctx.problems, S(""), "internal", NULL);
    if (str_eqz(S("ETag"), name))
        call->etag = text;
    else if (str_eqz(S("Location"), name))
        call->location = text;
}

void call_begin(struct call *call, int status)
{
    call->reply->status = status;
    jw_open(&call->out, '{');
    jw_key(&call->out, S("data"));
}

void call_end(struct call *call)
{
    jw_close(&call->out, '}');
}

err_t call_members(struct call *call, const char *const *known)
{
    struct ctx *c = &call->ctx;
    const char *key;
    json_t *unused;
    json_object_foreach((json_t *)call->body, key, unused)
    {
        size_t i = 0;
        while (known[i] && !str_eqz(str_from(key), known[i]))
            i++;
        if (!known[i])
            problem_add(&c->problems, pointer_join(c->arena, S(""), str_from(key)), "unknown_field",
                        key, NULL);
    }
    return problems_any(&c->problems) ? ERR_INVALID : OK;
}

err_t call_text(struct call *call, const char *member, bool required, str *out)
{
    const json_t *j = json_object_get(call->body, member);
    *out = json_str(j);
    bool absent = !j || json_is_null(j) || (required && json_is_string(j) && !out->n);
    if ((absent && !required) || (!absent && json_is_string(j)))
        return OK;
    problem_add(&call->ctx.problems, pointer_join(call->ctx.arena, S(""), str_from(member)),
                absent ? "required" : "wrong_type", "string", NULL);
    return ERR_INVALID;
}

err_t call_prepare(struct call *call)
{
    return call->route->prepare ? call->route->prepare(call) : OK;
}

err_t call_record(struct call *call, int status, struct record *r)
{
    struct ctx *c = &call->ctx;
    call_begin(call, status);
    TRY(record_write_whole(c, r, &call->out));
    jw_key(&call->out, S("titles"));
    TRY(record_titles(c, &r, 1, &call->out));
    call_end(call);
    call_header(
        call, "ETag",
        arena_printf(c->arena, "\"%lld\"", (long long)record_cell(r, r->object->version, 0).i));
    return OK;
}
