#include "api/idempotency.h"

#include <sodium.h>

#include "base/digest.h"
#include "sql_api.h"

struct run {
    struct call *call;
    str key, request; /* request: hash of what was asked */
};

static str request_hash(struct call *call)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hex[crypto_hash_sha256_BYTES * 2 + 1];
    struct http_request *r = call->request;
    char of_file[DIGEST_CHARS + 1];
    int64_t size;
    bool file = r->body_file && digest_file(r->body_file, of_file, &size);
    str parts[] = {r->method,
                   S("\n"),
                   r->path,
                   S("?"),
                   r->query,
                   S("\n"),
                   r->body,
                   file ? str_from(of_file) : S(""),
                   file ? http_header(r, "X-File-Name") : S("")};
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        crypto_hash_sha256_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    return arena_str(r->arena, str_from(hex));
}

static void forget_reply(struct call *call)
{
    buf_clear(&call->reply->body);
    http_reply_clear_headers(call->reply);
    call->etag = call->location = (str){0};
    call->out.need_comma = false;
}

static err_t replay(struct call *call, const struct run *run, const value kept[5])
{
    if (!str_eq(kept[0].s, run->request)) {
        problem_add(&call->ctx.problems, S("Idempotency-Key"), "idempotency_mismatch", NULL);
        return ERR_CONFLICT;
    }
    call->reply->status = (int)kept[1].i;
    buf_add(&call->reply->body, kept[2].s);
    if (kept[3].s.n)
        call_header(call, "ETag", kept[3].s);
    if (kept[4].s.n)
        call_header(call, "Location", kept[4].s);
    call_header(call, "Idempotent-Replayed", S("true"));
    return OK;
}

/* ERR_NOT_FOUND: the key has not been used. */
static err_t give_kept(const struct run *run)
{
    struct ctx *c = &run->call->ctx;
    value ids[] = {V_INT(c->user), V_TEXT(run->key)}, kept[5];
    TRY(db_one(c->conn, c->arena, SQL_IDEMPOTENCY_GET, ids, 2, kept, 5));
    forget_reply(run->call); /* of a run that lost the race */
    return replay(run->call, run, kept);
}

static err_t keep(const struct run *run)
{
    struct call *call = run->call;
    struct ctx *c = &call->ctx;
    int status = call->reply->status ? call->reply->status : 200;
    value params[] = {V_INT(c->user),
                      V_TEXT(run->key),
                      V_TEXT(run->request),
                      V_INT(status),
                      V_TEXT(arena_str(c->arena, buf_str(&call->reply->body))),
                      V_INT(c->now),
                      V_TEXT(call->etag),
                      V_TEXT(call->location)};
    return db_run(c->conn, SQL_IDEMPOTENCY_ADD, params, sizeof params / sizeof *params, NULL);
}

static err_t work(struct ctx *c, void *arg)
{
    const struct run *run = arg;
    TRY(db_lock(c->conn, arena_printf(c->arena, "idempotency:%lld:" STR_FMT, (long long)c->user,
                                      STR_ARG(run->key))));
    err_t e = give_kept(run);
    if (e != ERR_NOT_FOUND)
        return e;
    forget_reply(run->call);
    TRY(run->call->route->run(run->call));
    return keep(run);
}

/* OK without to_run: the reply is there. */
static err_t prepare(const struct run *run, bool *to_run)
{
    struct call *call = run->call;
    struct ctx *c = &call->ctx;
    size_t before = c->problems.list.n;
    *to_run = false;
    err_t kept = give_kept(run);
    if (kept != ERR_NOT_FOUND)
        return kept;
    err_t e = call_prepare(call);
    *to_run = e == OK && !call->answered;
    if (e == OK || err_is_fault(e) || ctx_too_slow(c))
        return e;
    /* What stands in the way may be what the same request did meanwhile. */
    size_t refused = c->problems.list.n;
    c->problems.list.n = before;
    kept = give_kept(run);
    if (kept != ERR_NOT_FOUND)
        return kept;
    c->problems.list.n = refused;
    return e;
}

err_t idempotent_run(struct call *call, str key)
{
    struct run run = {call, key, request_hash(call)};
    bool to_run = true;
    if (key.n > 255 || !utf8_valid(key)) {
        problem_add(&call->ctx.problems, S("Idempotency-Key"), "too_long", "255", NULL);
        return ERR_INVALID;
    }
    if (call->route->prepare)
        TRY(prepare(&run, &to_run));
    if (!to_run)
        return OK;
    err_t e = ctx_transact(&call->ctx, work, &run);
    bool raced = e == ERR_CONFLICT && call->ctx.problems.list.n == 0;
    return raced ? ctx_transact(&call->ctx, work, &run)
                 : e; /* another sent it at the same moment */
}
