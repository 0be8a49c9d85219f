/* auth_password: argon2id and what a password must be like. */
#pragma once

#include <sodium.h>

#include "core/ctx.h"

/* Each hash takes 64 MiB for a tenth of a second, so only few run at once. Taken before anything
 * else; ERR_UNAVAILABLE with "busy" when none is free within half a second. */
err_t password_slot_take(struct problems *) MUST_USE;
void password_slot_release(const bool *taken);
#define AUTO_PASSWORD_SLOT __attribute__((cleanup(password_slot_release))) bool

/* With a slot taken. ERR_UNAVAILABLE: no memory. */
err_t password_hash(str password, char out[static crypto_pwhash_STRBYTES]) MUST_USE;
/* An empty hash is never right, and takes as long. */
bool password_verify(str hash, str password);
bool password_is_outdated(str hash);

struct password_owner {
    str name, email, enterprise;
};
/* ERR_INVALID with a problem at /password. */
err_t password_check(struct arena *,
                     str password,
                     const struct password_owner *,
                     struct problems *) MUST_USE;
