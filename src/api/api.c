#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "api/health.h"
#include "api/idempotency.h"
#include "api/rate.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/registry.h"
#include "core/setting.h"

struct api {
    struct app *app;
    struct http_server *server;
    const char *assets_folder;
    struct stream_hub *streams;
};

static const str BASE = S("/api/v1");

static bool is_json_type(str type)
{
    str main;
    str_split(&type, ';', &main);
    return str_ieq_ascii(str_trim(main), S("application/json"));
}

static bool safe_method(str method)
{
    return str_eqz(method, "GET") || str_eqz(method, "HEAD");
}

static err_t refuse(struct call *call, err_t e, const char *code)
{
    problem_add(&call->ctx.problems, S(""), code, NULL);
    return e;
}

/* A browser's writes must come from our own pages: token in a header, same origin (S3). */
static err_t check_csrf(struct call *call)
{
    str token = http_header(call->request, "X-CSRF-Token");
    str want = str_from(call->session.csrf);
    str site = http_header(call->request, "Sec-Fetch-Site");
    bool foreign = site.n && !str_eqz(site, "same-origin") && !str_eqz(site, "none");
    if (foreign || token.n != want.n || sodium_memcmp(token.p, want.p, want.n) != 0)
        return refuse(call, ERR_DENIED, "csrf");
    return OK;
}

static err_t authenticate(struct call *call)
{
    struct ctx *c = &call->ctx;
    str bearer = http_header(call->request, "Authorization");
    str cookie = http_cookie(call->request, call->request->secure ? "__Host-renmai" : "renmai");
    err_t e = ERR_DENIED;
    if (str_starts(bearer, S("Bearer "))) {
        call->by_token = true;
        e = auth_token(c, str_cut(bearer, 7, bearer.n), call->request->remote, &call->session);
    } else if (cookie.n) {
        e = auth_session(c, cookie, &call->session);
    }
    if (e == OK && call->route->need == NEED_NOTHING)
        return OK; /* whoever it was, the request acts for nobody */
    if (e == OK)
        e = access_hold_at(c->app, c->conn, c->model, call->session.epoch.rights,
                           call->session.user, &c->access);
    if (e == ERR_NOT_FOUND)
        e = ERR_DENIED;
    if (e == ERR_DENIED)
        return call->route->need == NEED_NOTHING
                   ? OK
                   : refuse(call, ERR_DENIED, call->by_token ? "token_unknown" : "signed_out");
    TRY(e);
    c->user = call->session.user;
    c->token = call->by_token ? call->session.id : 0;
    c->stale = auth_is_stale(&call->session);
    c->through = call->by_token ? "api" : "web";
    return OK;
}

/* Whatever the rights of a token's user, the token's scopes narrow them. */
static void narrow(struct call *call)
{
    struct ctx *c = &call->ctx;
    if (!call->session.scopes || !c->access)
        return;
    c->scopes = call->session.scopes;
    c->access = access_narrow(c->arena, c->access, call->session.scopes);
}

/* The caller's own calendar and language. */
static void take_preferences(struct call *call)
{
    struct ctx *c = &call->ctx;
    const struct session *s = &call->session;
    const struct zone *found = c->user && s->time_zone.n ? zone_find(s->time_zone) : NULL;
    enum lang lang;
    if (found)
        c->zone = found;
    if (c->user && s->language.n && lang_parse(s->language, &lang))
        c->lang = lang_negotiate(http_header(call->request, "Accept-Language"), lang);
}

static err_t read_body(struct call *call)
{
    struct http_request *r = call->request;
    if (safe_method(r->method) || call->route->upload)
        return OK;
    if (!r->body.n && !http_header(r, "Content-Type").n)
        return OK;
    if (!is_json_type(http_header(r, "Content-Type")))
        return refuse(call, ERR_INVALID, "unsupported_media_type");
    json_t *tree = NULL;
    if (r->body.n)
        TRY(json_read(call->ctx.arena, r->body, &call->ctx.problems, &tree));
    call->body = tree;
    return OK;
}

static err_t check_need(struct call *call)
{
    const struct route *route = call->route;
    const struct ctx *c = &call->ctx;
    unsigned wait;
    if (call->by_token && !rate_allow(call->session.id, &wait)) {
        problem_add_str(&call->ctx.problems, S(""), "too_many_requests",
                        arena_printf(call->ctx.arena, "%u", wait), (str){0}, (str){0});
        return ERR_LIMIT;
    }
    if (route->need == NEED_BROWSER && call->by_token)
        return refuse(call, ERR_DENIED, "browser_only");
    if (!route->bare && c->user && !call->by_token && !call->session.second_factor &&
        auth_second_factor_required(&call->ctx, c->access))
        return refuse(call, ERR_DENIED, "second_factor_setup_required");
    if (route->right != RIGHT_COUNT && !access_right(call->ctx.access, route->right))
        return refuse(call, ERR_DENIED, "right_missing");
    bool cookie_write = call->ctx.user && !call->by_token && !safe_method(call->request->method);
    return cookie_write ? check_csrf(call) : OK;
}

/* A key that would be no use is not passed over: who sends it relies on it. What has no use for one
 * answers with a secret, or is more than one transaction. */
static err_t check_key(struct call *call)
{
    const struct route *route = call->route;
    if (safe_method(call->request->method) || route->once || route->asks ||
        !http_header(call->request, "Idempotency-Key").n)
        return OK;
    problem_add(&call->ctx.problems, S("Idempotency-Key"), "idempotency_not_here", NULL);
    return ERR_INVALID;
}

static err_t answer(struct call *call, bool may_presume)
{
    bool path_known;
    struct http_request *r = call->request;
    str path = str_cut(r->path, BASE.n, r->path.n);
    /* On SQLite a snapshot spares each statement its own. */
    if (safe_method(r->method) && db_conn_kind(call->ctx.conn) == DB_SQLITE)
        TRY(db_snapshot_begin(call->ctx.conn));
    call->route = route_find(r->method, path, call->params, &path_known);
    if (!call->route)
        return path_known ? refuse(call, ERR_INVALID, "method_not_allowed") : ERR_NOT_FOUND;
    call->ctx.presume = may_presume && call->route->repeatable;
    TRY(check_key(call));
    TRY(authenticate(call));
    narrow(call);
    take_preferences(call);
    TRY(check_need(call));
    TRY(read_body(call));
    str key = http_header(r, "Idempotency-Key");
    if (key.n && call->ctx.user && call->route->once)
        return idempotent_run(call, key);
    TRY(call_prepare(call));
    TRY(ctx_in_time(&call->ctx));
    return call->answered ? OK : call->route->run(call);
}

/* True: the reply is made. False: what was presumed did not hold, and nothing is made. */
static bool attempt(struct api *api, struct http_request *r, struct http_reply *reply, bool presume)
{
    struct call call = {.api = api, .request = r, .reply = reply, .out = {.out = &reply->body}};
    err_t e = ctx_init(&call.ctx, api->app, r->arena, "api");
    call.ctx.problems.arena = r->arena;
    bool begun = e == OK, held = true;
    if (begun) {
        call.ctx.lang = lang_negotiate(http_header(r, "Accept-Language"), call.ctx.lang);
        call.ctx.request_id = r->request_id;
        ctx_deadline(&call.ctx, LIMIT_REQUEST_MS);
        e = answer(&call, presume);
        if (e == ERR_LIMIT && db_too_slow(call.ctx.conn))
            e = refuse(&call, e, "too_slow");
        bool stopped = err_is_fault(e) || ctx_too_slow(&call.ctx);
        held = stopped || auth_held(&call.ctx, &call.session);
    }
    if (e == OK && reply->body.full)
        e = ERR_LIMIT;
    if (e != OK && held)
        problem_reply(&call, e);
    if (begun)
        ctx_done(&call.ctx);
    return held;
}

static void handle_api(struct api *api, struct http_request *r, struct http_reply *reply)
{
    registry_refresh(api->app);
    if (!attempt(api, r, reply, true)) {
        buf_clear(&reply->body);
        http_reply_clear_headers(reply);
        reply->status = 0;
        (void)attempt(api, r, reply, false);
    }
    security_headers(reply, true);
}

static void handler(struct http_request *r, struct http_reply *reply)
{
    struct api *api = r->worker;
    if (str_starts(r->path, BASE) && (r->path.n == BASE.n || r->path.p[BASE.n] == '/'))
        handle_api(api, r, reply);
    else if (!health_reply(api, r, reply))
        asset_reply(api, r, reply);
}

/* Nothing is known yet of who asks. */
static void refuse_early(void *context,
                         const struct http_request *head,
                         int status,
                         const char *code,
                         struct http_reply *reply)
{
    const struct api *api = context;
    AUTO_ARENA arena = arena_new(64 * KIB);
    enum lang lang = LANG_ZH_CN;
    (void)lang_parse(setting_text(api->app, arena, "language", S("zh-CN")), &lang);
    lang = lang_negotiate(http_header(head, "Accept-Language"), lang);
    problem_simple(reply, lang, status, code, head->request_id);
    security_headers(reply, true);
}

static const struct http_body_rule A_FILE = {.max = LIMIT_UPLOAD_BYTES, .spool = true},
                                   OF_A_STRANGER = {.status = 401, .code = "signed_out"},
                                   NOT_NOW = {.status = 503, .code = "unavailable"};

/* Is there a session or token behind the request? */
static struct http_body_rule body_answer(const struct http_request *head)
{
    const struct api *api = head->worker;
    struct ctx c;
    str bearer = http_header(head, "Authorization"), cookie = http_cookie(head, "__Host-renmai");
    if (ctx_init(&c, api->app, head->arena, "api") != OK)
        return NOT_NOW;
    ctx_deadline(&c, LIMIT_REQUEST_MS);
    err_t e =
        auth_known(&c, str_starts(bearer, S("Bearer ")) ? str_cut(bearer, 7, bearer.n) : (str){0},
                   cookie.n ? cookie : http_cookie(head, "renmai"));
    ctx_done(&c);
    return e == OK ? A_FILE : e == ERR_NOT_FOUND ? OF_A_STRANGER : NOT_NOW;
}

/* Files are taken from those only who are signed in. */
static struct http_body_rule body_rule(void *context, const struct http_request *head)
{
    (void)context;
    if (!str_eqz(head->method, "POST") || !str_eqz(head->path, "/api/v1/files"))
        return (struct http_body_rule){.max = LIMIT_JSON_BYTES};
    bool says_who = http_header(head, "Authorization").n || http_cookie(head, "__Host-renmai").n ||
                    http_cookie(head, "renmai").n;
    return says_who ? (struct http_body_rule){.ask = true} : OF_A_STRANGER;
}

static void *worker_init(void *context)
{
    return context;
}

err_t api_start(const struct api_options *o, struct problems *problems, struct api **out)
{
    struct api *api = calloc(1, sizeof *api);
    if (!api)
        abort();
    api->app = o->app;
    api->assets_folder = o->assets_folder;
    api->streams = o->streams;
    struct http_server_options server = {
        .host = o->host,
        .port = o->port,
        .workers = o->workers,
        .spool_folder =
            arena_printf(o->app->arena, STR_FMT "/spool", STR_ARG(o->app->data_folder)).p,
        .tls_cert_file = o->tls_cert_file,
        .tls_key_file = o->tls_key_file,
        .proxies = o->proxies,
        .body_rule = body_rule,
        .body_answer = body_answer,
        .worker_init = worker_init,
        .handler = handler,
        .refuse = refuse_early,
        .context = api,
    };
    err_t e = http_server_start(&server, problems, &api->server);
    if (e != OK) {
        free(api);
        return e;
    }
    *out = api;
    return OK;
}

unsigned api_port(const struct api *api)
{
    return http_server_port(api->server);
}

void api_stop(struct api *api)
{
    if (!api)
        return;
    http_server_stop(api->server, 5);
    free(api);
}

struct app *api_app(struct api *api)
{
    return api->app;
}

struct http_server *api_server(struct api *api)
{
    return api->server;
}

struct stream_hub *api_streams(struct api *api)
{
    return api->streams;
}
