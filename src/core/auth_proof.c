/* Proving again who one is, before what could be turned against the enterprise (security A3). */
#include "base/log.h"
#include "core/access.h"
#include "core/auth.h"
#include "core/auth_attempt.h"
#include "core/auth_session.h"
#include "core/auth_totp.h"
#include "core/setting.h"
#include "sql_core.h"

#define FRESH (5 * CLOCK_MINUTE)

bool auth_is_stale(const struct session *s)
{
    return !s->is_token && clock_now() - s->proved_at > FRESH;
}

err_t auth_fresh(struct ctx *ctx)
{
    if (!ctx->stale)
        return OK;
    problem_add(&ctx->problems, S(""), "proof_required", NULL);
    return ERR_DENIED;
}

bool auth_second_factor_required(struct ctx *ctx, const struct access *access)
{
    return access_administrator(access) && !setting_text(ctx->app, ctx->arena, "demo", (str){0}).n;
}

struct proving {
    int64_t session;
    str code; /* empty: the password was right already */
    struct attempt attempt;
};

static err_t prove_work(struct ctx *ctx, void *arg)
{
    const struct proving *p = arg;
    value params[] = {V_INT(p->session), V_INT(ctx->user), V_INT(clock_now())};
    if (p->code.n) {
        TRY(totp_take(ctx, ctx->user, p->code));
        TRY(attempt_forgive(ctx, &p->attempt, true));
    }
    TRY(db_run(ctx->conn, SQL_AUTH_SESSION_PROVE, params, 3, NULL));
    return auth_forget(ctx);
}

static err_t missing(struct ctx *ctx, str member)
{
    problem_add(&ctx->problems, member, "required", NULL);
    return ERR_INVALID;
}

err_t auth_prove(struct ctx *ctx, int64_t session, str password, str code, str address)
{
    struct proving p = {.session = session};
    if (auth_totp_enabled(ctx, ctx->user)) {
        if (!code.n)
            return missing(ctx, S("/code"));
        p.code = code;
        p.attempt = attempt_of(ctx->arena, ctx->user, (str){0}, address);
        TRY(attempt_begin(ctx, &p.attempt));
    } else {
        if (!password.n)
            return missing(ctx, S("/password"));
        TRY(auth_check_password(ctx, ctx->user, password, address));
    }
    err_t e = ctx_transact(ctx, prove_work, &p);
    log_event(e == OK ? LOG_INFO : LOG_WARN, "proof", "user", LOG_INT(ctx->user), "outcome",
              LOG_Z(err_name(e)), NULL);
    return e;
}
