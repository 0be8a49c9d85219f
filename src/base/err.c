#include "base/err.h"

static const struct {
    const char *name;
    int http;
    int exit;
} TABLE[] = {
    [OK] = {"ok", 200, 0},
    [ERR_INVALID] = {"invalid", 400, 1},
    [ERR_DENIED] = {"denied", 403, 1},
    [ERR_NOT_FOUND] = {"not_found", 404, 1},
    [ERR_CONFLICT] = {"conflict", 409, 1},
    [ERR_LIMIT] = {"limit", 429, 1},
    [ERR_UNAVAILABLE] = {"unavailable", 503, 3},
    [ERR_DISK_FULL] = {"disk_full", 507, 3},
    [ERR_INTERNAL] = {"internal", 500, 3},
};

const char *err_name(err_t e)
{
    return TABLE[e].name;
}

int err_http_status(err_t e)
{
    return TABLE[e].http;
}

int err_exit_code(err_t e)
{
    return TABLE[e].exit;
}
