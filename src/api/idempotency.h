/* idempotency: a write with a key has one effect however often it is sent; its answer is kept in
 * the transaction of the effect (security T4). */
#pragma once

#include "api/api.h"

/* Prepares the call, runs its route in a transaction and keeps the reply under the key, or gives
 * the kept one. What prepare answers itself is not kept. ERR_CONFLICT / "idempotency_mismatch": the
 * key came with another request. */
err_t idempotent_run(struct call *, str key) MUST_USE;
