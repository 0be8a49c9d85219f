/* Signing in: password, then the second factor where there is one. */
#include "core/auth.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/log.h"
#include "core/access.h"
#include "core/auth_attempt.h"
#include "core/auth_invite.h"
#include "core/auth_password.h"
#include "core/auth_session.h"
#include "core/auth_totp.h"
#include "core/auth_user.h"
#include "core/setting.h"
#include "sql_core.h"

/* ---- passwords ---- */

bool auth_has_password(struct ctx *ctx, int64_t user)
{
    struct credential c;
    return credential_read(ctx, user, &c) == OK && c.password_hash.n > 0;
}

struct new_password {
    int64_t user, keep_session;
    char hash[crypto_pwhash_STRBYTES];
};

static err_t put_hash(struct ctx *ctx, int64_t user, const char *hash)
{
    value params[] = {V_INT(user), V_TEXT(str_from(hash)), V_INT(clock_now())};
    return db_run(ctx->conn, SQL_AUTH_PASSWORD_PUT, params, 3, NULL);
}

static err_t store_password(struct ctx *ctx, void *arg)
{
    const struct new_password *n = arg;
    struct attempt attempt = attempt_of(ctx->arena, n->user, (str){0}, (str){0});
    value user = V_INT(n->user);
    TRY(account_note_password(ctx, n->user));
    TRY(put_hash(ctx, n->user, n->hash));
    TRY(db_run(ctx->conn, SQL_AUTH_INVITATION_VOID, &user, 1, NULL));
    TRY(attempt_forgive(ctx, &attempt, true));
    return auth_end_sessions_of(ctx, n->user, n->keep_session);
}

/* The hash of one that is good enough for this user. */
static err_t hash_new(struct ctx *ctx, int64_t user, str password, struct new_password *out)
{
    struct account account;
    TRY(account_read(ctx, user, &account));
    struct password_owner owner = {
        .name = account.name,
        .email = account.email,
        .enterprise = setting_text(ctx->app, ctx->arena, "enterprise", (str){0}),
    };
    TRY(password_check(ctx->arena, password, &owner, &ctx->problems));
    AUTO_PASSWORD_SLOT slot = false;
    TRY(password_slot_take(&ctx->problems));
    slot = true;
    *out = (struct new_password){.user = user};
    return password_hash(password, out->hash);
}

err_t auth_set_password(struct ctx *ctx, int64_t user, str password, int64_t keep_session)
{
    struct new_password n;
    TRY(hash_new(ctx, user, password, &n));
    n.keep_session = keep_session;
    return ctx_transact(ctx, store_password, &n);
}

/* Says no in one way for all reasons. */
static err_t wrong_credentials(struct ctx *ctx)
{
    problem_add(&ctx->problems, (str){0}, "wrong_credentials", NULL);
    return ERR_DENIED;
}

/* A password that is right, to be looked at by `then` in a transaction. */
struct proof {
    int64_t user;
    struct attempt attempt;
    char rehashed[crypto_pwhash_STRBYTES]; /* empty: the stored hash is strong enough */
    bool has_second_factor;
    err_t (*then)(struct ctx *, void *);
    void *arg;
};

static err_t accept(struct ctx *ctx, void *arg)
{
    struct proof *p = arg;
    if (p->rehashed[0])
        TRY(put_hash(ctx, p->user, p->rehashed));
    TRY(attempt_forgive(ctx, &p->attempt, !p->has_second_factor));
    return p->then ? p->then(ctx, p->arg) : OK;
}

/* user 0: nobody, which must look like a wrong password from outside, also in time. */
static err_t prove(struct ctx *ctx, str password, struct proof *p)
{
    struct credential credential = {0};
    AUTO_PASSWORD_SLOT slot = false;
    TRY(password_slot_take(&ctx->problems));
    slot = true;
    TRY(attempt_begin(ctx, &p->attempt));
    TRY(credential_read(ctx, p->user, &credential));
    if (!password_verify(credential.password_hash, password) || !p->user)
        return wrong_credentials(ctx);
    p->has_second_factor = credential.totp_enabled;
    if (password_is_outdated(credential.password_hash))
        TRY(password_hash(password, p->rehashed));
    return ctx_transact(ctx, accept, p);
}

err_t auth_check_password(struct ctx *ctx, int64_t user, str password, str address)
{
    struct proof p = {.user = user, .attempt = attempt_of(ctx->arena, user, (str){0}, address)};
    return prove(ctx, password, &p);
}

/* ---- signing in ---- */

struct sign_in {
    struct proof proof;
    struct session_start start;
    struct login *out;
};

static err_t start_session(struct ctx *ctx, void *arg)
{
    struct sign_in *s = arg;
    s->start.user = s->proof.user;
    s->start.pending = s->proof.has_second_factor;
    value seen[] = {V_INT(s->proof.user), V_INT(clock_now())};
    if (!s->start.pending)
        TRY(db_run(ctx->conn, SQL_AUTH_USER_SEEN, seen, 2, NULL));
    return session_start(ctx, &s->start, s->out);
}

err_t auth_login(
    struct ctx *ctx, str email, str password, str address, str agent, struct login *out)
{
    struct login login = {0};
    str folded;
    struct sign_in s = {.start = {.address = address, .agent = agent}, .out = &login};
    s.proof.then = start_session;
    s.proof.arg = &s;
    TRY(account_find(ctx, email, &s.proof.user, &folded));
    s.proof.attempt = attempt_of(ctx->arena, s.proof.user, folded, address);
    err_t e = prove(ctx, password, &s.proof);
    log_event(e == OK ? LOG_INFO : LOG_WARN, "login", "user", LOG_INT(s.proof.user), "outcome",
              LOG_Z(err_name(e)), NULL);
    sodium_memzero(s.proof.rehashed, sizeof s.proof.rehashed);
    TRY(e);
    *out = login;
    return OK;
}

struct second_step {
    int64_t challenge, user;
    str code;
    struct attempt attempt;
    struct sign_in sign_in;
};

static err_t take_second_factor(struct ctx *ctx, void *arg)
{
    struct second_step *s = arg;
    TRY(totp_take(ctx, s->user, s->code));
    TRY(attempt_forgive(ctx, &s->attempt, true));
    TRY(session_end(ctx, s->challenge));
    return start_session(ctx, &s->sign_in);
}

err_t auth_second_factor(
    struct ctx *ctx, str challenge, str code, str address, str agent, struct login *out)
{
    struct login login = {0};
    struct second_step s = {.code = code};
    err_t e = session_challenge(ctx, challenge, &s.challenge, &s.user);
    if (e == ERR_NOT_FOUND) {
        problem_add(&ctx->problems, S("/challenge"), "challenge_expired", NULL);
        return ERR_DENIED;
    }
    TRY(e);
    s.attempt = attempt_of(ctx->arena, s.user, (str){0}, address);
    TRY(attempt_begin(ctx, &s.attempt));
    s.sign_in = (struct sign_in){
        .proof.user = s.user,
        .start = {.address = address, .agent = agent},
        .out = &login,
    };
    e = ctx_transact(ctx, take_second_factor, &s);
    log_event(e == OK ? LOG_INFO : LOG_WARN, "second_factor", "user", LOG_INT(s.user), "outcome",
              LOG_Z(err_name(e)), NULL);
    TRY(e);
    *out = login;
    return OK;
}

/* ---- by invitation ---- */

struct acceptance {
    struct invited invited;
    str secret;
    struct new_password password;
    struct sign_in sign_in;
};

static err_t accept_invitation(struct ctx *ctx, void *arg)
{
    struct acceptance *a = arg;
    struct credential credential;
    int64_t me = ctx->user;
    TRY(invitation_use(ctx, a->secret, &a->invited));
    ctx->user = a->invited.user; /* in the log it is his own doing */
    err_t e = store_password(ctx, &a->password);
    ctx->user = me;
    TRY(e);
    TRY(credential_read(ctx, a->invited.user, &credential));
    a->sign_in.proof.has_second_factor = credential.totp_enabled;
    return start_session(ctx, &a->sign_in);
}

err_t auth_accept(
    struct ctx *ctx, str secret, str password, str address, str agent, struct login *out)
{
    struct login login = {0};
    struct acceptance a = {
        .secret = secret,
        .sign_in = {.start = {.address = address, .agent = agent}, .out = &login},
    };
    TRY(auth_invited(ctx, secret, address, &a.invited));
    TRY(hash_new(ctx, a.invited.user, password, &a.password));
    a.sign_in.proof.user = a.invited.user;
    err_t e = ctx_transact(ctx, accept_invitation, &a);
    log_event(e == OK ? LOG_INFO : LOG_WARN, "invitation_used", "user", LOG_INT(a.invited.user),
              "outcome", LOG_Z(err_name(e)), NULL);
    TRY(e);
    *out = login;
    return OK;
}
