#include "api/session.h"

#include "base/clock.h"
#include "base/id.h"
#include "core/setting.h"

void rights_json(const struct access *mine, const struct object *o, bool with_fields, struct jw *w)
{
    jw_open(w, '{');
    for (enum op op = 0; op < OP_COUNT; op++) {
        jw_key(w, str_from(ACCESS_OP_WORDS[op]));
        jw_bool(w, access_may(mine, o, op));
    }
    if (with_fields) {
        jw_key(w, S("fields"));
        jw_open(w, '{');
        for (size_t i = 0; i < o->field_count; i++) {
            jw_key(w, o->fields[i]->name);
            jw_str(w, str_from(ACCESS_FIELD_WORDS[access_field_own(mine, o->fields[i])]));
        }
        jw_close(w, '}');
    }
    jw_close(w, '}');
}

static err_t load_me(struct call *call, struct record **me)
{
    struct ctx *c = &call->ctx;
    const struct access *mine = c->access;
    c->access = NULL; /* everybody may see himself */
    err_t e = record_get(c, model_object(c->model, S("user")), c->user, OP_READ, me);
    c->access = mine;
    return e;
}

static void write_me(struct call *call, struct record *me)
{
    static const char *const shown[] = {"id",        "version",  "name",      "email", "department",
                                        "job_title", "language", "time_zone", "theme"};
    const struct field *fields[16];
    size_t n = 0;
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        const struct field *f = object_field(me->object, str_from(shown[i]));
        if (f)
            fields[n++] = f;
    }
    const struct access *mine = call->ctx.access;
    call->ctx.access = NULL;
    record_write_json(&call->ctx, me, fields, n, &call->out);
    call->ctx.access = mine;
}

static void write_rights(struct call *call)
{
    struct jw *w = &call->out;
    const struct model *m = call->ctx.model;
    jw_key(w, S("rights"));
    jw_open(w, '{');
    for (size_t i = 0; i < m->object_count; i++) {
        const struct object *o = m->objects[i];
        if (o->internal || !access_may(call->ctx.access, o, OP_READ))
            continue;
        jw_key(w, o->name);
        rights_json(call->ctx.access, o, true, w);
    }
    jw_close(w, '}');
    jw_key(w, S("special_rights"));
    jw_open(w, '[');
    for (enum right r = 0; r < RIGHT_COUNT; r++)
        if (access_right(call->ctx.access, r))
            jw_str(w, str_from(ACCESS_RIGHT_WORDS[r]));
    jw_close(w, ']');
    jw_key(w, S("administrator"));
    jw_bool(w, access_administrator(call->ctx.access));
}

static err_t write_session(struct call *call)
{
    struct ctx *c = &call->ctx;
    struct jw *w = &call->out;
    struct record *me;
    TRY(load_me(call, &me));
    call_begin(call, 200);
    jw_open(w, '{');
    jw_key(w, S("user"));
    write_me(call, me);
    jw_key(w, S("csrf"));
    jw_str(w, str_from(call->session.csrf));
    write_rights(call);
    jw_key(w, S("base_currency"));
    jw_str(w, c->currency);
    jw_key(w, S("phone_region"));
    jw_str(w, str_from(c->phone_region));
    jw_key(w, S("second_factor"));
    jw_open(w, '{');
    jw_key(w, S("enabled"));
    jw_bool(w, auth_totp_enabled(c, c->user));
    jw_key(w, S("required"));
    jw_bool(w, auth_second_factor_required(c, c->access));
    jw_close(w, '}');
    jw_key(w, S("enterprise"));
    jw_str(w, setting_text(c->app, c->arena, "enterprise", S("Renmai")));
    jw_key(w, S("demo"));
    jw_bool(w, setting_text(c->app, c->arena, "demo", (str){0}).n > 0);
    jw_close(w, '}');
    call_end(call);
    return OK;
}

err_t session_get(struct call *call)
{
    return write_session(call);
}

static void set_cookie(struct call *call, const char *secret, bool end)
{
    bool secure = call->request->secure;
    call_header(call, "Set-Cookie",
                arena_printf(call->ctx.arena, "%s=%s; Path=/; HttpOnly; SameSite=Lax%s%s",
                             secure ? "__Host-renmai" : "renmai", secret, secure ? "; Secure" : "",
                             end ? "; Max-Age=0" : ""));
}

/* The second step is asked for with what the first one gave. */
static err_t ask_second_factor(struct call *call, const struct login *login)
{
    struct arena *arena = call->ctx.arena;
    call->extra_name = "challenge";
    call->extra = arena_printf(arena, "\"%s\"", login->secret);
    problem_add(&call->ctx.problems, S(""), "second_factor_required", NULL);
    return ERR_DENIED;
}

str session_agent(const struct call *call)
{
    str agent = http_header(call->request, "User-Agent");
    return utf8_valid(agent) ? utf8_prefix(agent, 200) : (str){0};
}

err_t session_begun(struct call *call, const struct login *login)
{
    struct ctx *c = &call->ctx;
    if (login->state == LOGIN_SECOND_FACTOR)
        return ask_second_factor(call, login);
    if (call->session.id && !call->by_token)
        TRY(auth_logout(c, call->session.id)); /* a browser has one at a time */
    TRY(access_hold(c->app, c->conn, c->model, login->user, &c->access));
    c->user = login->user;
    memcpy(call->session.csrf, login->csrf, sizeof call->session.csrf);
    set_cookie(call, login->secret, false);
    return write_session(call);
}

err_t session_create(struct call *call)
{
    struct ctx *c = &call->ctx;
    struct login login;
    str email, password, challenge, code, agent = session_agent(call);
    TRY(call_text(call, "challenge", false, &challenge));
    TRY(call_text(call, "code", challenge.n > 0, &code));
    TRY(call_text(call, "email", challenge.n == 0, &email));
    TRY(call_text(call, "password", challenge.n == 0, &password));
    if (challenge.n)
        TRY(auth_second_factor(c, challenge, code, call->request->remote, agent, &login));
    else
        TRY(auth_login(c, email, password, call->request->remote, agent, &login));
    return session_begun(call, &login);
}

err_t session_prove(struct call *call)
{
    str password, code;
    TRY(call_text(call, "password", false, &password));
    TRY(call_text(call, "code", false, &code));
    TRY(auth_prove(&call->ctx, call->session.id, password, code, call->request->remote));
    call->reply->status = 204;
    return OK;
}

err_t session_delete(struct call *call)
{
    TRY(auth_logout(&call->ctx, call->session.id));
    set_cookie(call, "", true);
    call->reply->status = 204;
    return OK;
}

err_t sessions_list(struct call *call)
{
    call_begin(call, 200);
    TRY(auth_sessions_json(&call->ctx, call->session.id, &call->out));
    call_end(call);
    return OK;
}

err_t sessions_end(struct call *call)
{
    int64_t id;
    TRY(call_id(call, 0, &id));
    TRY(auth_end_session(&call->ctx, id));
    call->reply->status = 204;
    return OK;
}

/* Only what a person decides about himself. */
err_t me_update(struct call *call)
{
    static const char *const own[] = {"name", "language", "time_zone", "theme", NULL};
    struct ctx *c = &call->ctx;
    struct record *me;
    TRY(call_members(call, own));
    const struct access *mine = c->access;
    c->access = NULL;
    err_t e =
        record_update(c, model_object(c->model, S("user")), c->user, 0, call->body, NULL, &me);
    c->access = mine;
    TRY(e);
    call_begin(call, 200);
    write_me(call, me);
    call_end(call);
    return OK;
}

err_t me_password(struct call *call)
{
    struct ctx *c = &call->ctx;
    str current, password;
    TRY(call_text(call, "current", true, &current));
    TRY(call_text(call, "password", true, &password));
    TRY(auth_check_password(c, c->user, current, call->request->remote));
    TRY(auth_set_password(c, c->user, password, call->session.id));
    call->reply->status = 204;
    return OK;
}

err_t totp_begin(struct call *call)
{
    call_begin(call, 200);
    TRY(auth_totp_begin(&call->ctx, &call->out));
    call_end(call);
    return OK;
}

err_t totp_confirm(struct call *call)
{
    str code;
    TRY(call_text(call, "code", true, &code));
    TRY(auth_totp_confirm(&call->ctx, code, call->session.id));
    call->reply->status = 204;
    return OK;
}

err_t totp_remove(struct call *call)
{
    str password, code;
    TRY(call_text(call, "password", true, &password));
    TRY(call_text(call, "code", false, &code));
    TRY(auth_totp_remove(&call->ctx, password, code, call->request->remote));
    call->reply->status = 204;
    return OK;
}

err_t tokens_list(struct call *call)
{
    call_begin(call, 200);
    TRY(auth_tokens_json(&call->ctx, &call->out));
    call_end(call);
    return OK;
}

err_t tokens_create(struct call *call)
{
    struct ctx *c = &call->ctx;
    str name;
    char secret[64];
    const json_t *wished = json_object_get(call->body, "days");
    int64_t id, days = json_get_int(call->body, "days", wished ? 0 : 365);
    const json_t *scopes = json_object_get(call->body, "scopes");
    TRY(call_text(call, "name", true, &name));
    if (days < 1 || days > 365) {
        problem_add(&c->problems, S("/days"), "out_of_range", "days", "1", "365", NULL);
        return ERR_INVALID;
    }
    TRY(auth_token_create(c, c->user, name, json_is_null(scopes) ? NULL : scopes, (unsigned)days,
                          secret, &id));
    call_begin(call, 201);
    jw_open(&call->out, '{');
    jw_key(&call->out, S("id"));
    jw_id(&call->out, id);
    jw_key(&call->out, S("token"));
    jw_str(&call->out, str_from(secret));
    jw_close(&call->out, '}');
    call_end(call);
    return OK;
}

err_t tokens_delete(struct call *call)
{
    int64_t id;
    TRY(call_id(call, 0, &id));
    TRY(auth_token_delete(&call->ctx, id));
    call->reply->status = 204;
    return OK;
}
