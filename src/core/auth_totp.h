/* auth_totp: one-time codes (RFC 6238 with HMAC-SHA-1, 30 s) and recovery codes. */
#pragma once

#include "core/ctx.h"

enum { TOTP_SECRET = 20, TOTP_DIGITS = 6, TOTP_SECONDS = 30 };

/* RFC 4226: the last `digits` (6 to 8) decimal digits of the code for the counter. The secret is at
 * most 64 bytes long. */
uint32_t totp_code(const unsigned char *secret, size_t n, uint64_t counter, unsigned digits);
/* RFC 4648 base 32 without padding, NUL-terminated; out has room for n * 8 / 5 + 2. */
void totp_base32(const unsigned char *bytes, size_t n, char *out);

/* Takes a TOTP or recovery code of the user; within a transaction. A code counts once.
 * ERR_DENIED "wrong_code". */
err_t totp_take(struct ctx *, int64_t user, str code) MUST_USE;
