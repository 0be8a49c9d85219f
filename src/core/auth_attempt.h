/* auth_attempt: delays after failures, per account and per address (security A2).
 *
 * A failure is written down before the secret is looked at and taken back when it was right, so
 * that many tries at once count as many. After 5 failures the next try has to wait 1 s, then 2 s, 4
 * s … 15 min; one failure is forgiven every 15 minutes. */
#pragma once

#include "core/ctx.h"

struct attempt {
    str account, address; /* keys; empty = not counted */
};
/* user 0: nobody has this e-mail. address as text, IPv6 counts by /64; may be empty. */
struct attempt attempt_of(struct arena *, int64_t user, str email, str address);
/* Of a token that is none: counted apart, so that a forgotten program locks out no people. */
struct attempt attempt_of_token(struct arena *, str address);
/* ERR_LIMIT "too_many_attempts" with the seconds to wait. Its own transaction. */
err_t attempt_begin(struct ctx *, const struct attempt *) MUST_USE;
/* The secret was right. Within a transaction. whole: the account's failures are forgotten (else
 * only this one: a second factor is still to come), and so is their share in the address's. */
err_t attempt_forgive(struct ctx *, const struct attempt *, bool whole) MUST_USE;
