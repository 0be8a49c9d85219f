/* auth_user: what signing in has to know about a user. */
#pragma once

#include "core/ctx.h"

struct account {
    str email, name;
    bool active;
};
/* ERR_NOT_FOUND: no such user. */
err_t account_read(struct ctx *, int64_t user, struct account *out) MUST_USE;
/* What addresses are compared by, and the address as it is kept. */
str account_fold(struct arena *, str email, str *address);
/* 0 when no active user has the address, whatever its case; *folded is what they are compared by.
 */
err_t account_find(struct ctx *, str email, int64_t *user, str *folded) MUST_USE;

/* In the user's record and so in its history, by whoever is at work; within a transaction. */
err_t account_note_password(struct ctx *, int64_t user) MUST_USE;
err_t account_note_invitation(struct ctx *, const struct record *user, int64_t until) MUST_USE;

struct credential {
    str password_hash; /* empty: none set */
    str totp_secret, totp_pending;
    bool totp_enabled;
    int64_t totp_last_step;
};
/* All empty for who has none. */
err_t credential_read(struct ctx *, int64_t user, struct credential *out) MUST_USE;
