/* demo: the demo enterprise, a tea-ware and home-goods brand in Hangzhou, made up from a seed.
 *
 * The same options give the same records, byte for byte. Nothing is kept but a window of recent
 * customers, so the memory does not grow with their number. The words come from demo/material
 * (embedded as "demo/…"); all people, numbers and firms in it are invented. */
#pragma once

#include <jansson.h>

#include "base/str.h"

enum { DEMO_LEAST_CUSTOMERS = 10, DEMO_MOST_CUSTOMERS = 10000000 };

struct demo_options {
    uint64_t seed;
    int64_t customers; /* DEMO_LEAST_CUSTOMERS … DEMO_MOST_CUSTOMERS */
    int64_t now;       /* instant; nothing happened later */
};

/* Takes one record in the API's format, with created_at, created_by and updated_at beside its
 * fields; borrowed until it returns. Anything but OK ends the generation. */
typedef err_t demo_emit(void *context, const char *object, int64_t id, const json_t *record);

/* A record comes after those that it refers to, and none comes twice, except that departments come
 * a second time, with the same id, to name their managers. Titles of stages, tags and roles are
 * Chinese, as the enterprise is. ERR_INVALID: too few or too many customers, or a date before 2022;
 * otherwise what emit returned. */
err_t demo_generate(const struct demo_options *, demo_emit *, void *context) MUST_USE;
