/* The link by which somebody sets a password: made for a user, looked at, used. */
#include "api/session.h"

#include "core/setting.h"

/* What stands behind # stays in the browser: no log and no Referer has it. */
static str url_of(struct call *call, const struct invitation *i)
{
    str host = http_header(call->request, "Host");
    const char *scheme = call->request->secure ? "https" : "http";
    str place =
        host.n ? arena_printf(call->ctx.arena, "%s://" STR_FMT, scheme, STR_ARG(host)) : (str){0};
    return arena_printf(call->ctx.arena, STR_FMT "/welcome#%s", STR_ARG(place), i->secret);
}

err_t invitation_create(struct call *call)
{
    int64_t id;
    struct invitation i;
    TRY(call_id(call, 0, &id));
    TRY(auth_invite(&call->ctx, id, &i));
    call_begin(call, 201);
    jw_open(&call->out, '{');
    jw_key(&call->out, S("url"));
    jw_str(&call->out, url_of(call, &i));
    jw_key(&call->out, S("expires_at"));
    jw_instant(&call->out, i.expires_at);
    jw_close(&call->out, '}');
    call_end(call);
    return OK;
}

err_t invitation_read(struct call *call)
{
    struct ctx *c = &call->ctx;
    struct jw *w = &call->out;
    struct invited invited;
    str token;
    TRY(call_text(call, "token", true, &token));
    TRY(auth_invited(c, token, call->request->remote, &invited));
    call_begin(call, 200);
    jw_open(w, '{');
    jw_key(w, S("name"));
    jw_str(w, invited.name);
    jw_key(w, S("email"));
    jw_str(w, invited.email);
    jw_key(w, S("enterprise"));
    jw_str(w, setting_text(c->app, c->arena, "enterprise", S("Renmai")));
    jw_key(w, S("expires_at"));
    jw_instant(w, invited.expires_at);
    jw_close(w, '}');
    call_end(call);
    return OK;
}

err_t invitation_accept(struct call *call)
{
    struct login login;
    str token, password;
    TRY(call_text(call, "token", true, &token));
    TRY(call_text(call, "password", true, &password));
    call->ctx.through = "web";
    TRY(auth_accept(&call->ctx, token, password, call->request->remote, session_agent(call),
                    &login));
    return session_begun(call, &login);
}
