/* auth: passwords, second factors, sessions, API tokens (security A1-A5, S1, T1). */
#pragma once

#include "core/ctx.h"

/* Sets it; ERR_INVALID: too short (12), too long (128), too common, contains the product, the
 * enterprise or the user's own name. Ends the user's sessions but keep_session (0 = all). */
err_t auth_set_password(struct ctx *, int64_t user, str password, int64_t keep_session) MUST_USE;
/* Of somebody who is signed in already and proves it again. ERR_DENIED "wrong_credentials",
 * ERR_LIMIT as auth_login. address may be empty. */
err_t auth_check_password(struct ctx *, int64_t user, str password, str address) MUST_USE;
bool auth_has_password(struct ctx *, int64_t user);

enum login_state { LOGIN_DONE, LOGIN_SECOND_FACTOR };
struct login {
    enum login_state state;
    int64_t user;
    char secret[48]; /* LOGIN_DONE: the session's cookie; else the challenge for the second step */
    char csrf[48];
};
/* Checks with delays per account and per address (A2). code empty on the first step.
 * ERR_DENIED "wrong_credentials" (same answer and time for unknown users), ERR_LIMIT
 * ("too_many_attempts", seconds to wait as argument), ERR_UNAVAILABLE ("busy": 4 passwords are
 * being looked at). */
err_t auth_login(
    struct ctx *, str email, str password, str address, str agent, struct login *out) MUST_USE;
/* A TOTP or a recovery code. ERR_DENIED "challenge_expired" (after 5 minutes), "wrong_code";
 * ERR_LIMIT. */
err_t auth_second_factor(
    struct ctx *, str challenge, str code, str address, str agent, struct login *out) MUST_USE;

/* A link by which somebody sets a password: the first one, or a new one for one forgotten. It works
 * once and for 72 hours, and only the newest does. */
struct invitation {
    char secret[48];
    int64_t expires_at;
};
/* ERR_NOT_FOUND; ERR_DENIED "proof_required", or as access_may_invite; ERR_CONFLICT
 * "invitation_disabled": no active user. */
err_t auth_invite(struct ctx *, int64_t user, struct invitation *out) MUST_USE;
struct invited {
    int64_t user;
    str name, email;
    int64_t expires_at;
};
/* Whom it is for. ERR_DENIED: "invitation_used", "invitation_expired", or "invitation_unknown",
 * also when the user is disabled or who made it could not make it now. ERR_LIMIT: this address sent
 * too many that are none. */
err_t auth_invited(struct ctx *, str secret, str address, struct invited *out) MUST_USE;
/* Uses it: sets the password (ERR_INVALID as auth_set_password), ends the user's sessions and signs
 * him in as auth_login does. */
err_t auth_accept(
    struct ctx *, str secret, str password, str address, str agent, struct login *out) MUST_USE;

/* Two numbers that are read with every request; what was read with others is not used any more. */
struct auth_epoch {
    int64_t rights;   /* raised with users, roles, departments */
    int64_t sessions; /* raised with sessions, tokens, credentials */
};

struct session {
    int64_t id, user;
    char csrf[48];
    struct auth_epoch epoch; /* it is good for; rights: for access_hold_at */
    int64_t proved_at;       /* when the user last proved who he is: signing in, or auth_prove */
    bool second_factor;      /* he has one, and gave it */
    const json_t *scopes;    /* of an API token, in ctx->arena; NULL = a browser session */
    bool is_token;
    str language, time_zone; /* the user's own, in ctx->arena; may be empty */
};
/* ERR_DENIED: unknown, expired (idle 30 min, absolute 12 h), ended, user disabled. Touches seen_at
 * at most once a minute. */
err_t auth_session(struct ctx *, str cookie, struct session *out) MUST_USE;
/* ERR_LIMIT "too_many_attempts": this address sent too many that are none. */
err_t auth_token(struct ctx *, str bearer, str address, struct session *out) MUST_USE;
/* With ctx->presume both go by the epoch that was read last, and have the present one come with the
 * next statement of ctx->conn. False: it is another one; all is to be done anew without presuming.
 */
bool auth_held(struct ctx *, const struct session *);
/* Would one of them be taken? Either may be empty. Looks only. */
err_t auth_known(struct ctx *, str bearer, str cookie) MUST_USE;
/* Which of these sessions (or API tokens) auth_session would still take; in any order. */
err_t auth_alive(
    struct ctx *, const int64_t *ids, size_t n, bool tokens, int64_t **out, size_t *count) MUST_USE;
/* What could be turned against the enterprise (exports, roles, users, tokens, second factors) takes
 * a proof not older than 5 minutes (A3). Writes it down for a browser's session. With a second
 * factor: its code, or a recovery code; else the password. ERR_DENIED "wrong_code",
 * "wrong_credentials"; ERR_LIMIT as auth_login. */
err_t auth_prove(struct ctx *, int64_t session, str password, str code, str address) MUST_USE;
bool auth_is_stale(const struct session *);
err_t auth_fresh(struct ctx *) MUST_USE; /* ERR_DENIED "proof_required" when ctx->stale */
/* Administrators must have one; not those of the demo, which has nothing to lose. */
bool auth_second_factor_required(struct ctx *, const struct access *);
err_t auth_logout(struct ctx *, int64_t session) MUST_USE;
err_t auth_sessions_json(struct ctx *, int64_t current, struct jw *) MUST_USE;
err_t auth_end_session(struct ctx *, int64_t session) MUST_USE; /* own only: else ERR_NOT_FOUND */
err_t auth_end_sessions_of(struct ctx *, int64_t user, int64_t except) MUST_USE;

/* TOTP (RFC 6238, SHA-1, 6 digits, 30 s, ±1 step, each code once); 10 recovery codes, once. */
/* {"secret","uri","recovery":[…]}. ERR_DENIED "proof_required"; ERR_CONFLICT "totp_enabled": remove
 * it first. */
err_t auth_totp_begin(struct ctx *, struct jw *) MUST_USE;
/* From now on it is asked for; the session counts as having proved it. ERR_DENIED "wrong_code". */
err_t auth_totp_confirm(struct ctx *, str code, int64_t session) MUST_USE;
/* Takes both: the password, and a code or a recovery code once it is on. ERR_DENIED
 * "wrong_credentials", "wrong_code"; ERR_LIMIT as auth_login. */
err_t auth_totp_remove(struct ctx *, str password, str code, str address) MUST_USE;
bool auth_totp_enabled(struct ctx *, int64_t user);

/* scopes: JSON array or NULL (= all the user may); days 1..365. *secret is shown once. ERR_DENIED
 * "proof_required", ERR_CONFLICT "token_disabled": the user is. */
err_t auth_token_create(struct ctx *,
                        int64_t user,
                        str name,
                        const json_t *scopes,
                        unsigned days,
                        char secret[static 64],
                        int64_t *id) MUST_USE;
err_t auth_tokens_json(struct ctx *, struct jw *) MUST_USE;
err_t auth_token_delete(struct ctx *, int64_t id) MUST_USE;

/* Deletes some of what has expired, for a schedule; *more: perhaps not all of it. */
err_t auth_sweep(struct ctx *, bool *more) MUST_USE;
