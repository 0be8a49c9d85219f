/* The link by which somebody sets a password. It is worth as much as the password until it is used:
 * 256 random bits, kept as a hash, and good only as long as who made it could make it again. */
#include "core/auth_invite.h"

#include <sodium.h>
#include <string.h>

#include "base/id.h"
#include "base/log.h"
#include "core/auth_attempt.h"
#include "core/auth_secret.h"
#include "core/auth_user.h"
#include "core/record_internal.h"
#include "sql_core.h"

#define FIRST_VALID (72 * CLOCK_HOUR)
#define RESET_VALID (30 * CLOCK_MINUTE)

static err_t refuse(struct ctx *ctx, err_t e, const char *code)
{
    problem_add(&ctx->problems, (str){0}, code, NULL);
    return e;
}

/* ---- making one ---- */

static err_t may_invite(struct ctx *ctx, int64_t id)
{
    const struct object *users = model_object(ctx->model, S("user"));
    struct record *user;
    TRY(record_get(ctx, users, id, OP_READ, &user));
    if (!access_may(ctx->access, users, OP_UPDATE))
        return ERR_DENIED;
    err_t e = record_get(ctx, users, id, OP_UPDATE, &user);
    if (e == ERR_NOT_FOUND)
        return ERR_DENIED;
    TRY(e);
    return access_may_invite(ctx, user);
}

struct new_invitation {
    int64_t user, expires_at;
    char hash[HASH_CHARS + 1];
};

static err_t put_invitation(struct ctx *ctx, void *arg)
{
    const struct new_invitation *n = arg;
    struct record *user;
    TRY(record_load(ctx, model_object(ctx->model, S("user")), n->user, &user));
    TRY(may_invite(ctx, n->user));
    value active = record_cell(user, object_field(user->object, S("active")), 0);
    if (active.kind != VALUE_BOOL || !active.b)
        return refuse(ctx, ERR_CONFLICT, "invitation_disabled");
    value params[] = {V_INT(n->user), V_TEXT(str_from(n->hash)), V_INT(clock_now()),
                      V_ID(ctx->user), V_INT(n->expires_at)};
    TRY(db_run(ctx->conn, SQL_AUTH_INVITATION_PUT, params, sizeof params / sizeof *params, NULL));
    return account_note_invitation(ctx, user, n->expires_at);
}

err_t auth_invite(struct ctx *ctx, int64_t user, struct invitation *out)
{
    bool reset = auth_has_password(ctx, user);
    struct invitation made = {.expires_at = clock_now() + (reset ? RESET_VALID : FIRST_VALID)};
    struct new_invitation n = {.user = user, .expires_at = made.expires_at};
    token_new(made.secret);
    secret_hash(str_from(made.secret), n.hash);
    TRY(may_invite(ctx, user));
    TRY(auth_fresh(ctx));
    TRY(ctx_transact(ctx, put_invitation, &n));
    log_event(LOG_INFO, "invitation", "user", LOG_INT(user), "by", LOG_INT(ctx->user), NULL);
    *out = made;
    sodium_memzero(&made, sizeof made);
    return OK;
}

/* ---- using it ---- */

/* Could who made it make it now? Nothing of the answer is told. */
static err_t still_given(struct ctx *ctx, int64_t by, int64_t user)
{
    const struct access *mine = ctx->access;
    int64_t me = ctx->user;
    size_t told = ctx->problems.list.n;
    if (!by)
        return OK;
    TRY(access_hold(ctx->app, ctx->conn, ctx->model, by, &ctx->access));
    ctx->user = by;
    err_t e = may_invite(ctx, user);
    access_release(ctx->access);
    ctx->access = mine;
    ctx->user = me;
    ctx->problems.list.n = told;
    return e;
}

/* *code: why it cannot be used; NULL when it can. */
static err_t look(struct ctx *ctx, str secret, const char **code, struct invited *out)
{
    char hash[HASH_CHARS + 1];
    secret_hash(secret, hash);
    value key = V_TEXT(str_from(hash)), cells[6];
    *code = "invitation_unknown";
    err_t e = db_one(ctx->conn, ctx->arena, SQL_AUTH_INVITATION_FIND, &key, 1, cells, 6);
    if (e == OK)
        e = still_given(ctx, cells[1].kind == VALUE_INT ? cells[1].i : 0, cells[0].i);
    if (e == ERR_NOT_FOUND || e == ERR_DENIED)
        return OK;
    TRY(e);
    *code = cells[3].kind != VALUE_NULL ? "invitation_used"
            : cells[2].i <= clock_now() ? "invitation_expired"
                                        : NULL;
    *out = (struct invited){
        .user = cells[0].i, .name = cells[4].s, .email = cells[5].s, .expires_at = cells[2].i};
    return OK;
}

err_t auth_invited(struct ctx *ctx, str secret, str address, struct invited *out)
{
    const char *code;
    struct attempt attempt = attempt_of_token(ctx->arena, address);
    TRY(look(ctx, secret, &code, out));
    if (!code)
        return OK;
    if (str_eqz(str_from(code), "invitation_unknown"))
        TRY(attempt_begin(ctx, &attempt));
    return refuse(ctx, ERR_DENIED, code);
}

err_t invitation_use(struct ctx *ctx, str secret, const struct invited *invited)
{
    char hash[HASH_CHARS + 1];
    const char *code;
    struct invited now;
    struct record *held;
    int64_t used;
    TRY(record_load(ctx, model_object(ctx->model, S("user")), invited->user, &held));
    TRY(look(ctx, secret, &code, &now));
    if (code)
        return refuse(ctx, ERR_DENIED, code);
    secret_hash(secret, hash);
    value params[] = {V_TEXT(str_from(hash)), V_INT(clock_now())};
    TRY(db_run(ctx->conn, SQL_AUTH_INVITATION_USE, params, 2, &used));
    return used == 1 ? OK : refuse(ctx, ERR_DENIED, "invitation_used");
}
