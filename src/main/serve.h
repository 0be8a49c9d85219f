/* serve: the running server: what it starts, in which order, and how it ends. */
#pragma once

#include "api/api.h"
#include "main/command.h"

struct listen {
    const char *host;
    unsigned port;
};
/* "127.0.0.1:8080", "[::1]:8080", ":8080". ERR_INVALID with a problem. */
err_t listen_parse(struct invocation *, str text, struct listen *out) MUST_USE;
/* Starts what --role asks for, calls ready with the address (empty for a worker), and returns after
 * SIGTERM or SIGINT. */
err_t serve_until_told(struct invocation *,
                       struct app *,
                       void (*ready)(void *, str address),
                       void *) MUST_USE;
