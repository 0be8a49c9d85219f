/* auth_secret: hashes and boxes for what must not be readable in the database. */
#pragma once

#include "core/ctx.h"

enum { HASH_CHARS = 64 };

/* SHA-256 as hex: for secrets that are 256 random bits themselves, and for keys of counters. */
void secret_hash(str secret, char out[static HASH_CHARS + 1]);
/* Keyed with the installation's key: for secrets short enough to be tried out. */
void secret_mac(const struct app *, int64_t user, str secret, char out[static HASH_CHARS + 1]);

/* Sealed with the installation's key: "1:" (the key's number) and base64; in the arena. */
str secret_seal(const struct app *, struct arena *, const void *plain, size_t n);
/* ERR_INTERNAL, logged: it was sealed with another key, or changed. *out is for the caller to wipe.
 */
err_t secret_open(const struct app *, str sealed, void *out, size_t n) MUST_USE;
