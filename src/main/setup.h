/* setup: an enterprise's first records, its users and tokens, from the command line. */
#pragma once

#include "base/asset.h"
#include "base/log.h"
#include "core/auth.h"
#include "core/record.h"
#include "main/command.h"

struct new_user {
    str email, name, role /* key */, password /* p == NULL: none yet */, language;
};

/* Runs work in a transaction of the server itself; its problems go to the invocation. */
err_t with_ctx(struct invocation *,
               struct app *,
               err_t (*work)(struct ctx *, void *),
               void *) MUST_USE;
/* ERR_NOT_FOUND with a problem. */
err_t find_user(struct ctx *, str email, int64_t *out) MUST_USE;
err_t find_role(struct ctx *, str key, int64_t *out) MUST_USE;
err_t add_user(struct ctx *, const struct new_user *, int64_t *id) MUST_USE;
err_t seed_base(struct ctx *) MUST_USE;
bool enterprise_exists(struct ctx *);
