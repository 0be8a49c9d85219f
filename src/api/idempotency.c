#include "api/idempotency.h"

#include <sodium.h>

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
    str parts[] = {r->method, S("\n"), r->path, S("?"), r->query, S("\n"), r->body};
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        crypto_hash_sha256_update(&state, (const unsigned char *)parts[i].p, parts[i].n);
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    return arena_str(r->arena, str_from(hex));
}

static err_t replay(struct call *call, const struct run *run, const value kept[5])
{
    if (!str_eq(kept[0].s, run->request)) {
        problem_add(&call->ctx.problems, S("Idempotency-Key"), "idempotency_mismatch", NULL);
        return ERR_CONFLICT;
    }
    call->reply->status = (int)kept[1].i;
    buf_clear(&call->reply->body);
    buf_add(&call->reply->body, kept[2].s);
    if (kept[3].s.n)
        call_header(call, "ETag", kept[3].s);
    if (kept[4].s.n)
        call_header(call, "Location", kept[4].s);
    call_header(call, "Idempotent-Replayed", S("true"));
    return OK;
}

static err_t work(struct ctx *c, void *arg)
{
    struct run *run = arg;
    struct call *call = run->call;
    value ids[] = {V_INT(c->user), V_TEXT(run->key)}, kept[5];
    TRY(db_lock(c->conn, arena_printf(c->arena, "idempotency:%lld:" STR_FMT, (long long)c->user,
                                      STR_ARG(run->key))));
    err_t e = db_one(c->conn, c->arena, SQL_IDEMPOTENCY_GET, ids, 2, kept, 5);
    if (e == OK)
        return replay(call, run, kept);
    if (e != ERR_NOT_FOUND)
        return e;
    buf_clear(&call->reply->body); /* of a run that lost the race */
    http_reply_clear_headers(call->reply);
    call->etag = call->location = (str){0};
    call->out.need_comma = false;
    TRY(call->route->run(call));
    int status = call->reply->status ? call->reply->status : 200;
    value params[] = {ids[0],
                      ids[1],
                      V_TEXT(run->request),
                      V_INT(status),
                      V_TEXT(arena_str(c->arena, buf_str(&call->reply->body))),
                      V_INT(c->now),
                      V_TEXT(call->etag),
                      V_TEXT(call->location)};
    return db_run(c->conn, SQL_IDEMPOTENCY_ADD, params, sizeof params / sizeof *params, NULL);
}

err_t idempotent_run(struct call *call, str key)
{
    struct run run = {call, key, request_hash(call)};
    if (key.n > 255 || !utf8_valid(key)) {
        problem_add(&call->ctx.problems, S("Idempotency-Key"), "too_long", "255", NULL);
        return ERR_INVALID;
    }
    err_t e = ctx_transact(&call->ctx, work, &run);
    bool raced = e == ERR_CONFLICT && call->ctx.problems.list.n == 0;
    return raced ? ctx_transact(&call->ctx, work, &run)
                 : e; /* another sent it at the same moment */
}
