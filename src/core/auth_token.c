/* API tokens: "rm_" and 43 characters, shown once, kept as a hash. */
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "core/access.h"
#include "core/auth_attempt.h"
#include "core/auth_secret.h"
#include "core/auth_session.h"
#include "core/auth_user.h"
#include "core/change.h"
#include "sql_core.h"

enum { NAME_CHARS = 80, DAYS_MOST = 365 };

static err_t touch_token(struct ctx *ctx, void *arg)
{
    const struct known_session *s = arg;
    value params[] = {V_INT(s->id), V_INT(s->seen_at)};
    return db_run(ctx->conn, SQL_AUTH_TOKEN_TOUCH, params, 2, NULL);
}

/* Nobody guesses 256 bits; a program that keeps trying is slowed down all the same. */
static err_t refuse(struct ctx *ctx, str address)
{
    struct attempt attempt = attempt_of_token(ctx->arena, address);
    TRY(attempt_begin(ctx, &attempt));
    return ERR_DENIED;
}

err_t auth_token(struct ctx *ctx, str bearer, str address, struct session *out)
{
    struct known_session s;
    json_t *scopes = NULL;
    err_t e = session_find(ctx, bearer, true, &s);
    if (e == ERR_NOT_FOUND)
        return refuse(ctx, address);
    TRY(e);
    if (s.scopes.n && json_read(ctx->arena, s.scopes, NULL, &scopes) != OK)
        return ERR_DENIED;
    session_touch(ctx, touch_token, &s);
    *out = session_of(ctx->arena, &s);
    out->scopes = scopes;
    return OK;
}

err_t auth_token_until(struct ctx *ctx, int64_t id, int64_t *out)
{
    value params[] = {V_INT(id), V_INT(clock_now())}, until;
    TRY(db_one(ctx->conn, NULL, SQL_AUTH_TOKEN_UNTIL, params, 2, &until, 1));
    *out = until.i;
    return OK;
}

/* ---- making one ---- */

struct new_token {
    int64_t id, user, expires_at;
    str name, scopes;
    char hash[HASH_CHARS + 1];
};

static err_t add_token(struct ctx *ctx, void *arg)
{
    const struct new_token *t = arg;
    value params[] = {
        V_INT(t->id),
        V_TEXT(str_from(t->hash)),
        V_INT(t->user),
        V_TEXT(t->name),
        t->scopes.n ? V_TEXT(t->scopes) : V_NULL,
        V_INT(clock_now()),
        V_INT(t->expires_at),
    };
    TRY(db_run(ctx->conn, SQL_AUTH_TOKEN_ADD, params, sizeof params / sizeof *params, NULL));
    json_t *what = json_pack("{s:I, s:s%, s:s%, s:I}", "user", (json_int_t)t->user, "name",
                             t->name.p, t->name.n, "scopes", t->scopes.n ? t->scopes.p : "",
                             t->scopes.n, "expires_at", (json_int_t)t->expires_at);
    return change_act(ctx, "api_token", CHANGE_CREATE, t->id, json_keep(ctx->arena, what));
}

static err_t check_name(struct ctx *ctx, str name)
{
    bool empty = !name.n || !utf8_valid(name) || memchr(name.p, '\0', name.n);
    if (!empty && utf8_count(name) <= NAME_CHARS)
        return OK;
    problem_add(&ctx->problems, S("/name"), empty ? "required" : "too_long", empty ? "" : "80",
                NULL);
    return ERR_INVALID;
}

static err_t check_days(struct ctx *ctx, unsigned days)
{
    if (days >= 1 && days <= DAYS_MOST)
        return OK;
    problem_add(&ctx->problems, S("/days"), "token_days", "1", "365", NULL);
    return ERR_INVALID;
}

err_t auth_token_create(struct ctx *ctx,
                        int64_t user,
                        str name,
                        const json_t *scopes,
                        unsigned days,
                        char secret[static 64],
                        int64_t *id)
{
    struct account account;
    struct new_token t = {.id = id_new(), .user = user, .name = str_trim(name)};
    char random[TOKEN_CHARS + 1], whole[64];
    TRY(auth_fresh(ctx));
    TRY(account_read(ctx, user, &account));
    if (!account.active) {
        problem_add(&ctx->problems, S("user"), "token_disabled", NULL);
        return ERR_CONFLICT;
    }
    err_t bad_name = check_name(ctx, t.name), bad_days = check_days(ctx, days);
    if (scopes)
        TRY(access_check_scopes(ctx->model, scopes, S("/scopes"), &ctx->problems, ctx->arena));
    TRY(bad_name);
    TRY(bad_days);
    if (scopes)
        t.scopes = json_text(ctx->arena, scopes);
    t.expires_at = clock_now() + days * CLOCK_DAY;
    token_new(random);
    snprintf(whole, sizeof whole, "rm_%s", random);
    secret_hash(str_from(whole), t.hash);
    err_t e = ctx_transact(ctx, add_token, &t);
    if (e == OK) {
        memcpy(secret, whole, sizeof whole);
        *id = t.id;
    }
    sodium_memzero(random, sizeof random);
    sodium_memzero(whole, sizeof whole);
    return e;
}

static err_t end_own(struct ctx *ctx, void *arg)
{
    int64_t id = *(const int64_t *)arg, ended;
    value params[] = {V_INT(id), V_INT(ctx->user)};
    TRY(db_run(ctx->conn, SQL_AUTH_TOKEN_END_OWN, params, 2, &ended));
    if (!ended)
        return ERR_NOT_FOUND;
    TRY(change_act(ctx, "api_token", CHANGE_DELETE, id, NULL));
    return auth_forget(ctx);
}

err_t auth_token_delete(struct ctx *ctx, int64_t id)
{
    return ctx_transact(ctx, end_own, &id);
}

/* ---- listing ---- */

static void write_instant(struct jw *w, str key, const struct db_rows *rows, size_t column)
{
    jw_key(w, key);
    if (db_is_null(rows, column))
        jw_null(w);
    else
        jw_instant(w, db_int(rows, column));
}

err_t auth_tokens_json(struct ctx *ctx, struct jw *w)
{
    value user = V_INT(ctx->user);
    AUTO_ROWS rows = NULL;
    TRY(db_query(ctx->conn, SQL_AUTH_TOKENS_OF, &user, 1, &rows));
    jw_open(w, '[');
    while (db_next(rows)) {
        jw_open(w, '{');
        jw_key(w, S("id"));
        jw_id(w, db_int(rows, 0));
        jw_key(w, S("name"));
        jw_str(w, db_text(rows, 1));
        jw_key(w, S("scopes"));
        jw_raw(w, db_is_null(rows, 2) ? S("null") : db_text(rows, 2));
        write_instant(w, S("created_at"), rows, 3);
        write_instant(w, S("expires_at"), rows, 4);
        write_instant(w, S("used_at"), rows, 5);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    return db_rows_error(rows);
}
