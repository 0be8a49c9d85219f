#include <string.h>

#include "api/api.h"
#include "base/limits.h"
#include "core/test_app.h"
#include "net/http_test_client.h"

/* "/customers/{id}" with a word for each {…}. */
static str some_path(struct arena *arena, const char *pattern)
{
    str rest = str_from(pattern), part, path = S("");
    while (str_split(&rest, '/', &part))
        if (part.n)
            path = arena_printf(arena, STR_FMT "/" STR_FMT, STR_ARG(path),
                                STR_ARG(part.p[0] == '{' ? S("1") : part));
    return path;
}

TEST_APP(routes_that_write_keep_a_key_or_refuse_it)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct problems problems = {.arena = arena};
    struct api *api;
    struct api_options options = {.app = app, .host = "127.0.0.1", .workers = 1};
    assert_int_equal(api_start(&options, &problems, &api), OK);
    for (size_t i = 0; i < ROUTE_COUNT; i++) {
        const struct route *route = &ROUTES[i];
        if (strcmp(route->method, "GET") == 0)
            continue;
        str path = some_path(arena, route->path);
        str reply = client_exchange(api_port(api),
                                    arena_printf(arena,
                                                 "%s /api/v1" STR_FMT " HTTP/1.1\r\nHost: a\r\n"
                                                 "Idempotency-Key: k\r\nContent-Length: 0\r\n"
                                                 "Connection: close\r\n\r\n",
                                                 route->method, STR_ARG(path)),
                                    arena);
        bool refused = reply_has(reply, "idempotency_not_here");
        if (refused == (route->once || route->asks))
            fail_msg("%s %s", route->method, route->path);
    }
    api_stop(api);
}

TEST(routes_that_only_ask_are_few)
{
    static const char *const known[] = {"readInvitation", "checkModel", "count"};
    for (size_t i = 0, n = 0; i < ROUTE_COUNT; i++)
        if (ROUTES[i].asks)
            assert_string_equal(ROUTES[i].id, known[n++]);
}
