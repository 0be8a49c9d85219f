/* auth_session: the rows behind cookies and challenges. Only hashes of the secrets are stored. */
#pragma once

#include "core/auth.h"

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
/* Notes that a session or token was used. */
void session_touch(struct ctx *, err_t (*work)(struct ctx *, void *id), int64_t id);
