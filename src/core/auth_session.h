/* auth_session: the rows behind cookies and challenges. Only hashes of the secrets are stored. */
#pragma once

#include "core/auth.h"
#include "core/session_cache.h"

struct session_start {
    int64_t user;
    bool pending; /* a challenge that waits for the second factor */
    str address, agent;
};
/* Fills login's state, user, secret, csrf. Within a transaction. */
err_t session_start(struct ctx *, const struct session_start *, struct login *out) MUST_USE;
/* Whose challenge it is; ERR_NOT_FOUND: none, or expired. */
err_t session_challenge(struct ctx *, str secret, int64_t *id, int64_t *user) MUST_USE;
err_t session_end(struct ctx *, int64_t id) MUST_USE; /* within a transaction */
/* Who is behind the secret, from the cache or read; scopes in ctx->arena. ERR_NOT_FOUND: unknown,
 * expired, idle for too long, of a user who is not active. */
err_t session_find(struct ctx *, str secret, bool is_token, struct known_session *out) MUST_USE;
struct session session_of(struct arena *, const struct known_session *);
/* As it is now. */
err_t auth_epoch_read(struct ctx *, struct auth_epoch *out) MUST_USE;
/* When the API token expires; ERR_NOT_FOUND: it has, or was ended. */
err_t auth_token_until(struct ctx *, int64_t id, int64_t *out) MUST_USE;
/* Notes at most once a minute that it was used; work writes down the seen_at of a known_session. */
void session_touch(struct ctx *, err_t (*work)(struct ctx *, void *), const struct known_session *);
/* Within the transaction that ends or changes a session, a token or a credential: what was read
 * before its commit is not used after it. */
err_t auth_forget(struct ctx *) MUST_USE;
