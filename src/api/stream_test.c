#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "api/stream.h"
#include "base/limits.h"
#include "core/change.h"
#include "core/job.h"
#include "core/test_app.h"
#include "net/http_test_client.h"

/* A server with a manager who sees all customers and a clerk who sees his own. */
struct office {
    struct app *app;
    struct arena *arena;
    struct ctx server;
    struct stream_hub *hub;
    struct api *api;
    int64_t manager, clerk, clerk_token;
    char manager_secret[64], clerk_secret[64];
};

static int64_t create(struct ctx *c, const char *object, str body)
{
    struct record *r;
    const struct object *o = model_object(c->model, str_from(object));
    assert_int_equal(record_create(c, o, test_json(c->arena, body.p), NULL, &r), OK);
    return record_id(r);
}

static int64_t
add_user(struct office *o, const char *name, const char *read, char secret[64], int64_t *token)
{
    struct arena *a = o->arena;
    int64_t role = create(&o->server, "role",
                          arena_printf(a,
                                       "{'name':'%s','key':'%s','definition':{'objects':"
                                       "{'customer':{'read':%s,'create':true}}}}",
                                       name, name, read));
    int64_t user = create(&o->server, "user",
                          arena_printf(a, "{'name':'%s','email':'%s@example.com','roles':['%lld']}",
                                       name, name, (long long)role));
    o->server.user = user;
    assert_int_equal(auth_token_create(&o->server, user, S("t"), NULL, 10, secret, token), OK);
    o->server.user = 0;
    return user;
}

static void open_office(struct office *o, struct app *app, struct arena *arena)
{
    int64_t unused;
    struct problems problems = {.arena = arena};
    *o = (struct office){.app = app, .arena = arena};
    assert_int_equal(ctx_init(&o->server, app, arena, "test"), OK);
    o->manager = add_user(o, "manager", "'all'", o->manager_secret, &unused);
    o->clerk = add_user(o, "clerk", "'own'", o->clerk_secret, &o->clerk_token);
    o->hub = stream_hub_new(app);
    assert_int_equal(log_readers_start(app), OK);
    struct api_options options = {.app = app, .host = "127.0.0.1", .workers = 2, .streams = o->hub};
    assert_int_equal(api_start(&options, &problems, &o->api), OK);
}

static void close_office(struct office *o)
{
    api_stop(o->api);
    log_readers_stop(o->app);
    stream_hub_free(o->hub);
    ctx_done(&o->server);
}

static int ask(struct office *o, const char *secret, const char *query, str headers)
{
    int fd = client_connect(api_port(o->api));
    client_send(fd, arena_printf(o->arena,
                                 "GET /api/v1/stream%s HTTP/1.1\r\nHost: a\r\nAuthorization: "
                                 "Bearer %s\r\n" STR_FMT "\r\n",
                                 query, secret, STR_ARG(headers)));
    return fd;
}

static int join(struct office *o, const char *secret, const char *last)
{
    return ask(o, secret, "", last ? arena_printf(o->arena, "Last-Event-ID: %s\r\n", last) : S(""));
}

/* What has come when the text has. */
static str until(struct office *o, int fd, const char *text)
{
    AUTO_BUF b;
    buf_init(&b, MIB);
    char some[4096];
    while (str_find(buf_str(&b), str_from(text)) == SIZE_MAX) {
        ssize_t n = recv(fd, some, sizeof some, 0);
        if (n <= 0)
            fail_msg("\"%s\" did not come", text);
        buf_add(&b, (str){some, (size_t)n});
    }
    return arena_str(o->arena, buf_str(&b));
}

static str first_id(struct office *o, str events)
{
    size_t at = str_find(events, S("\nid: "));
    str rest = str_cut(events, at + 5, events.n), id;
    assert_true(str_split(&rest, '\n', &id));
    return arena_str(o->arena, id);
}

static int64_t add_customer(struct office *o, const char *name, int64_t owner)
{
    return create(
        &o->server, "customer",
        owner ? arena_printf(o->arena, "{'name':'%s','owner':'%lld'}", name, (long long)owner)
              : arena_printf(o->arena, "{'name':'%s'}", name));
}

static const char *id_of(struct office *o, int64_t id)
{
    return arena_printf(o->arena, "\"id\":\"%lld\"", (long long)id).p;
}

TEST_APP(stream_tells_each_what_he_may_see)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    open_office(&o, app, arena);
    int manager = join(&o, o.manager_secret, NULL), clerk = join(&o, o.clerk_secret, NULL);
    str begin = until(&o, manager, "retry: 2000");
    assert_true(reply_has(begin, "text/event-stream"));
    until(&o, clerk, "retry: 2000");
    int64_t hidden = add_customer(&o, "甲", 0);
    int64_t own = add_customer(&o, "乙", o.clerk);
    str seen = until(&o, manager, id_of(&o, own));
    assert_true(reply_has(seen, id_of(&o, hidden)));
    seen = until(&o, clerk, id_of(&o, own));
    assert_true(reply_has(seen, "event: change"));
    assert_false(reply_has(seen, id_of(&o, hidden)));
    struct record *gone;
    const struct object *customers = model_object(o.server.model, S("customer"));
    assert_int_equal(record_delete(&o.server, customers, hidden, 0, &gone), OK);
    assert_int_equal(record_delete(&o.server, customers, own, 0, &gone), OK);
    seen = until(&o, clerk, "\"op\":\"delete\"");
    assert_true(reply_has(seen, id_of(&o, own)));
    assert_false(reply_has(seen, id_of(&o, hidden)));
    close(manager);
    close(clerk);
    close_office(&o);
}

TEST_APP(stream_tells_of_jobs_in_the_viewers_language)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    int64_t job;
    job_kinds_core();
    open_office(&o, app, arena);
    int streams[] = {ask(&o, o.manager_secret, "", S("")),
                     ask(&o, o.manager_secret, "", S("Accept-Language: en\r\n")),
                     ask(&o, o.manager_secret, "?language=zh-TW", S("Accept-Language: en\r\n"))};
    static const char *const labels[] = {"\"封存变更日志\"", "\"Seal the change log\"",
                                         "\"封存變更紀錄\""};
    for (int i = 0; i < 3; i++)
        until(&o, streams[i], "retry: 2000");
    o.server.user = o.manager;
    assert_int_equal(job_enqueue(&o.server, "seal", NULL, NULL, 0, &job), OK);
    o.server.user = 0;
    for (int i = 0; i < 3; i++) {
        until(&o, streams[i], labels[i]);
        close(streams[i]);
    }
    int strange = ask(&o, o.manager_secret, "?language=xx", S(""));
    until(&o, strange, "HTTP/1.1 400");
    close(strange);
    close_office(&o);
}

TEST_APP(stream_goes_on_where_it_was_left)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    open_office(&o, app, arena);
    int fd = join(&o, o.clerk_secret, NULL);
    str last = first_id(&o, until(&o, fd, "\n\n"));
    close(fd);
    int64_t hidden = add_customer(&o, "甲", 0);
    int64_t own = add_customer(&o, "乙", o.clerk);
    fd = join(&o, o.clerk_secret, arena_strz(arena, last));
    str seen = until(&o, fd, id_of(&o, own));
    assert_false(reply_has(seen, id_of(&o, hidden)));
    assert_false(reply_has(seen, "event: reset"));
    close(fd);
    static const char *const unknown[] = {"x", "1", "-", "9-9-9", "9223372036854775807-1"};
    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        fd = join(&o, o.clerk_secret, unknown[i]);
        until(&o, fd, "event: reset");
        close(fd);
    }
    close_office(&o);
}

static bool closed_within(int fd, int64_t microseconds)
{
    char some[512];
    int64_t start = clock_monotonic();
    ssize_t n;
    while ((n = recv(fd, some, sizeof some, 0)) > 0)
        ;
    return n == 0 && clock_monotonic() - start < microseconds;
}

TEST_APP(stream_closes_with_its_session)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    open_office(&o, app, arena);
    int manager = join(&o, o.manager_secret, NULL), clerk = join(&o, o.clerk_secret, NULL);
    until(&o, manager, "retry: 2000");
    until(&o, clerk, "retry: 2000");
    o.server.user = o.clerk;
    assert_int_equal(auth_token_delete(&o.server, o.clerk_token), OK);
    o.server.user = 0;
    assert_true(closed_within(clerk, CLOCK_SECOND * 3 / 2));
    int64_t id = add_customer(&o, "丙", 0);
    until(&o, manager, id_of(&o, id));
    close(manager);
    close(clerk);
    close_office(&o);
}

TEST_APP(stream_refuses_strangers_and_too_many)
{
    enum { MOST = 32 };
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    int fds[MOST];
    open_office(&o, app, arena);
    int stranger = join(&o, "rm_nobody", NULL);
    assert_int_equal(reply_status(client_reply(stranger, arena)), 401);
    close(stranger);
    for (size_t i = 0; i < MOST; i++) {
        fds[i] = join(&o, o.clerk_secret, NULL);
        until(&o, fds[i], "retry: 2000");
    }
    int more = join(&o, o.clerk_secret, NULL);
    assert_int_equal(reply_status(client_reply(more, arena)), 429);
    close(more);
    for (size_t i = 0; i < MOST; i++)
        close(fds[i]);
    close_office(&o);
}
