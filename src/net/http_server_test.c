#include "net/http_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/test.h"
#include "net/http_test_client.h"

#define HOST "Host: a\r\n"
#define LAST HOST "Connection: close\r\n"

static sem_t entered, released;
static _Atomic unsigned workers_alive;

static void describe(struct http_request *r, struct buf *out)
{
    str param;
    err_t e = http_param(r, "q", &param);
    buf_printf(out, "%s,%d,", e == OK ? "ok" : "invalid", e == OK && param.p != NULL);
    if (e == OK)
        buf_add(out, param);
    buf_printf(out, "," STR_FMT "," STR_FMT "," STR_FMT ",%d", STR_ARG(http_cookie(r, "sid")),
               STR_ARG(http_header(r, "x-thing")), STR_ARG(r->remote), r->secure);
}

static void reply_file(struct http_reply *reply)
{
    char path[] = "/tmp/renmai-test-XXXXXX";
    reply->file = mkostemp(path, O_CLOEXEC);
    unlink(path);
    assert_int_equal(write(reply->file, "from a file", 11), 11);
}

static void handle(struct http_request *r, struct http_reply *reply)
{
    reply->type = "text/plain";
    assert_int_equal(*(int *)r->worker, 42);
    if (str_eqz(r->path, "/slow")) {
        sem_post(&entered);
        sem_wait(&released);
        buf_addz(&reply->body, "slow");
    } else if (str_eqz(r->path, "/describe")) {
        describe(r, &reply->body);
    } else if (str_eqz(r->path, "/file")) {
        reply_file(reply);
    } else if (str_eqz(r->path, "/shared")) {
        reply->shared_body = S("shared");
    } else if (str_eqz(r->path, "/204") || str_eqz(r->path, "/304")) {
        reply->status = str_eqz(r->path, "/204") ? 204 : 304;
        buf_addz(&reply->body, "never seen");
    } else if (str_eqz(r->path, "/spool")) {
        struct stat st;
        assert_int_equal(stat(r->body_file, &st), 0);
        buf_printf(&reply->body, "%zu %zu %zu", r->body_size, (size_t)st.st_size, r->body.n);
    } else if (str_eqz(r->path, "/full")) {
        static char much[MIB];
        while (!reply->body.full)
            buf_add(&reply->body, (str){much, sizeof much});
    } else if (str_eqz(r->path, "/headers")) {
        assert_int_equal(http_reply_header(reply, "X-A", S("1")), OK);
        assert_int_equal(http_reply_header(reply, "X-A", S("2")), OK);
        assert_int_equal(http_reply_header(reply, "X-B", S("1\r\nX-C: 2")), ERR_INVALID);
        assert_int_equal(http_reply_header(reply, "X-B", S("1\0002")), ERR_INVALID);
        assert_int_equal(http_reply_header(reply, "X:", S("1")), ERR_INVALID);
        assert_int_equal(http_reply_header(reply, "content-length", S("1")), ERR_INVALID);
    } else {
        buf_add(&reply->body, r->body);
    }
}

static struct http_body_rule rule(void *context, const struct http_request *head)
{
    (void)context;
    bool spool = str_eqz(head->path, "/spool");
    if (str_starts(head->path, S("/asked")))
        return (struct http_body_rule){.ask = true};
    if (str_eqz(head->path, "/members") && !http_cookie(head, "member").n)
        return (struct http_body_rule){.status = 401, .code = "signed_out"};
    return (struct http_body_rule){.max = spool ? 32 * MIB : 4 * MIB, .spool = spool};
}

/* Takes its time. */
static struct http_body_rule answer(const struct http_request *head)
{
    assert_int_equal(*(int *)head->worker, 42);
    sem_post(&entered);
    sem_wait(&released);
    if (!http_cookie(head, "member").n)
        return (struct http_body_rule){.status = 401, .code = "signed_out"};
    return (struct http_body_rule){.max = 32 * MIB, .spool = str_eqz(head->path, "/asked/spool")};
}

static void refuse(void *context,
                   const struct http_request *head,
                   int status,
                   const char *code,
                   struct http_reply *reply)
{
    (void)head;
    (void)context, (void)status;
    reply->type = "text/plain";
    buf_addz(&reply->body, code);
}

static void *hello(void *context)
{
    static int answer = 42;
    (void)context;
    atomic_fetch_add(&workers_alive, 1);
    return &answer;
}

static void goodbye(void *worker)
{
    assert_int_equal(*(int *)worker, 42);
    atomic_fetch_sub(&workers_alive, 1);
}

static struct http_server_options usual(void)
{
    return (struct http_server_options){
        .host = "127.0.0.1",
        .spool_folder = "/tmp",
        .body_rule = rule,
        .body_answer = answer,
        .worker_init = hello,
        .worker_done = goodbye,
        .handler = handle,
        .refuse = refuse,
    };
}

static struct http_server *start(struct http_server_options o)
{
    struct http_server *server = NULL;
    sem_init(&entered, 0, 0);
    sem_init(&released, 0, 0);
    assert_int_equal(http_server_start(&o, NULL, &server), OK);
    return server;
}

static void stop(struct http_server *server)
{
    http_server_stop(server, 2);
    assert_int_equal(atomic_load(&workers_alive), 0);
}

TEST(http_serves_kept_and_pipelined_connections)
{
    struct http_server *server = start(usual());
    AUTO_ARENA arena = arena_new(MIB);
    int fd = client_connect(http_server_port(server));
    client_send(fd, S("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\none"
                      "POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\ntwo"
                      "HEAD /shared HTTP/1.1\r\n" HOST "\r\n"));
    str r = client_reply(fd, arena);
    assert_str(reply_body(r), "one");
    assert_true(reply_has(r, "Content-Type: text/plain\r\n"));
    size_t id = str_find(r, S("X-Request-Id: "));
    assert_true(id != SIZE_MAX);
    str digits = str_cut(r, id + 14, id + 14 + 32);
    assert_int_equal(strspn(digits.p, "0123456789abcdef"), 32);
    r = client_reply(fd, arena);
    assert_str(reply_body(r), "two");
    assert_false(reply_has(r, arena_strz(arena, digits)));
    client_send(fd, S("GET /304 HTTP/1.1\r\n" HOST "\r\nGET /204 HTTP/1.1\r\n" HOST "\r\n"
                      "GET /file HTTP/1.1\r\n" LAST "\r\n"));
    r = client_rest(fd, arena);
    close(fd);
    assert_true(reply_has(r, "Content-Length: 6\r\n"));
    assert_false(reply_has(r, "shared"));
    assert_false(reply_has(r, "never seen"));
    assert_true(reply_has(r, "HTTP/1.1 304 "));
    assert_true(reply_has(r, "HTTP/1.1 204 "));
    assert_true(str_ends(r, S("\r\n\r\nfrom a file")));
    struct http_stats stats;
    http_server_stats(server, &stats);
    assert_int_equal(stats.requests, 6);
    assert_int_equal(stats.by_status[2], 5);
    assert_int_equal(stats.by_status[3], 1);
    stop(server);
}

TEST(http_takes_bodies_byte_by_byte)
{
    struct http_server *server = start(usual());
    AUTO_ARENA arena = arena_new(MIB);
    int fd = client_connect(http_server_port(server));
    str text = S("POST / HTTP/1.1\r\n" LAST "Transfer-Encoding: chunked\r\n\r\n"
                 "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
    for (size_t i = 0; i < text.n; i++) {
        client_send(fd, str_cut(text, i, i + 1));
        usleep(200);
    }
    assert_str(reply_body(client_rest(fd, arena)), "hello world");
    close(fd);
    stop(server);
}

static str post(struct arena *arena, const char *path, str body, const char *more)
{
    str head = arena_printf(arena, "POST %s HTTP/1.1\r\n" LAST "Content-Length: %zu\r\n%s\r\n",
                            path, body.n, more);
    return arena_concat(arena, head, body);
}

TEST(http_takes_large_bodies_and_refuses_larger_ones)
{
    struct http_server *server = start(usual());
    AUTO_ARENA arena = arena_new(256 * MIB);
    unsigned port = http_server_port(server);
    size_t n = 20 * MIB;
    char *bytes = arena_alloc(arena, n);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (char)('a' + i % 23);
    str r = client_exchange(port, post(arena, "/", (str){bytes, 4 * MIB}, ""), arena);
    assert_true(str_eq(reply_body(r), (str){bytes, 4 * MIB}));
    r = client_exchange(port, post(arena, "/spool", (str){bytes, n}, ""), arena);
    assert_str(reply_body(r), "20971520 20971520 0");
    /* A little too much is heard out and answered. */
    r = client_exchange(port, post(arena, "/", (str){bytes, 4 * MIB + 1}, ""), arena);
    assert_int_equal(reply_status(r), 413);
    assert_str(reply_body(r), "http_body_too_large");
    /* Who asks first is told before sending; far too much is cut off. */
    str asks = post(arena, "/", (str){bytes, 4 * MIB + 1}, "Expect: 100-continue\r\n");
    r = client_exchange(port, str_cut(asks, 0, asks.n - 4 * MIB - 1), arena);
    assert_int_equal(reply_status(r), 413);
    r = client_exchange(port, str_cut(post(arena, "/", (str){bytes, n}, ""), 0, 200), arena);
    assert_int_equal(reply_status(r), 413);
    asks = post(arena, "/", S("x"), "Expect: 100-continue\r\n");
    r = client_exchange(port, asks, arena);
    assert_true(str_starts(r, S("HTTP/1.1 100 ")));
    assert_true(str_ends(r, S("\r\n\r\nx")));
    stop(server);
}

TEST(http_refuses_too_many_chunks)
{
    struct http_server *server = start(usual());
    AUTO_ARENA arena = arena_new(64 * MIB);
    static char a[MIB];
    memset(a, 'a', sizeof a);
    str body = S("");
    for (int i = 0; i < 5; i++)
        body = arena_printf(arena, STR_FMT "100000\r\n%.*s\r\n", STR_ARG(body), (int)MIB, a);
    str r = client_exchange(http_server_port(server),
                            arena_printf(arena,
                                         "POST / HTTP/1.1\r\n" HOST
                                         "Transfer-Encoding: chunked\r\n\r\n" STR_FMT "0\r\n\r\n",
                                         STR_ARG(body)),
                            arena);
    assert_int_equal(reply_status(r), 413);
    stop(server);
}

TEST(http_bodies_of_strangers_are_not_taken)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct http_server *server = start(usual());
    unsigned port = http_server_port(server);
    char *bytes = arena_alloc(arena, 16 * MIB);
    memset(bytes, 'x', 16 * MIB);
    str r = client_exchange(port, post(arena, "/members", S("hello"), ""), arena);
    assert_int_equal(reply_status(r), 401);
    assert_str(reply_body(r), "signed_out");
    r = client_exchange(port, post(arena, "/members", S("hello"), "Cookie: member=1\r\n"), arena);
    assert_int_equal(reply_status(r), 200);
    assert_str(reply_body(r), "hello");
    str large = post(arena, "/members", (str){bytes, 16 * MIB}, "");
    r = client_exchange(port, str_cut(large, 0, 200), arena); /* told before it is sent */
    assert_int_equal(reply_status(r), 401);
    stop(server);
}

static str ask(unsigned port, str request, struct arena *arena)
{
    int fd = client_connect(port);
    assert_true(client_send(fd, request));
    sem_wait(&entered); /* its worker thinks, and the one network thread answers others */
    str other = client_exchange(port, S("GET /shared HTTP/1.1\r\n" LAST "\r\n"), arena);
    assert_str(reply_body(other), "shared");
    sem_post(&released);
    str reply = client_rest(fd, arena);
    close(fd);
    return reply;
}

TEST(http_a_worker_says_whose_bodies_are_taken)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    char folder[] = "/tmp/renmai-spool-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct http_server_options o = usual();
    o.spool_folder = folder;
    o.threads = 1;
    o.workers = 2;
    struct http_server *server = start(o);
    unsigned port = http_server_port(server);
    static char bytes[4 * MIB];
    str r = ask(port, post(arena, "/asked", S("hello"), ""), arena);
    assert_int_equal(reply_status(r), 401);
    assert_str(reply_body(r), "signed_out");
    r = ask(port, post(arena, "/asked", S("hello"), "Cookie: member=1\r\n"), arena);
    assert_int_equal(reply_status(r), 200);
    assert_str(reply_body(r), "hello");
    str large = post(arena, "/asked/spool", (str){bytes, sizeof bytes}, "");
    r = ask(port, str_cut(large, 0, 200), arena); /* told before it is sent */
    assert_int_equal(reply_status(r), 401);
    str polite = post(arena, "/asked/spool", S("x"), "Expect: 100-continue\r\n");
    r = ask(port, str_cut(polite, 0, polite.n - 1), arena);
    assert_int_equal(reply_status(r), 401);
    stop(server);
    assert_int_equal(rmdir(folder), 0); /* nothing was ever in it, or it would not go */
}

TEST(http_spool_files_go_away)
{
    char folder[] = "/tmp/renmai-spool-XXXXXX";
    assert_non_null(mkdtemp(folder));
    struct http_server_options o = usual();
    o.spool_folder = folder;
    struct http_server *server = start(o);
    AUTO_ARENA arena = arena_new(MIB);
    unsigned port = http_server_port(server);
    assert_int_equal(reply_status(client_exchange(port, post(arena, "/spool", S("x"), ""), arena)),
                     200);
    int fd = client_connect(port);
    client_send(fd, str_cut(post(arena, "/spool", S("xx"), ""), 0, 70)); /* and hangs up */
    close(fd);
    stop(server);
    assert_int_equal(rmdir(folder), 0);
    server = start(o); /* the folder is missing */
    str r = client_exchange(http_server_port(server), post(arena, "/spool", S("x"), ""), arena);
    assert_int_equal(reply_status(r), 503);
    stop(server);
}

static str described(struct http_server *server, struct arena *arena, const char *more)
{
    str text = arena_printf(arena, "GET /describe%s" LAST "\r\n", more);
    return reply_body(client_exchange(http_server_port(server), text, arena));
}

TEST(http_gives_parameters_cookies_and_addresses)
{
    struct http_server *server = start(usual());
    AUTO_ARENA arena = arena_new(MIB);
#define SEEN(more) described(server, arena, more)
    assert_str(SEEN(" HTTP/1.1\r\n"), "ok,0,,,,127.0.0.1,0");
    assert_str(SEEN("?a=1&q=%E4%BA%BA+x&&b HTTP/1.1\r\n"), "ok,1,人 x,,,127.0.0.1,0");
    assert_str(SEEN("?q HTTP/1.1\r\n"), "ok,1,,,,127.0.0.1,0");
    assert_str(SEEN("?q=1&%71=2 HTTP/1.1\r\n"), "invalid,0,,,,127.0.0.1,0");
    assert_str(SEEN("?q=%ff HTTP/1.1\r\n"), "invalid,0,,,,127.0.0.1,0");
    assert_str(SEEN("?q=%00 HTTP/1.1\r\n"), "invalid,0,,,,127.0.0.1,0");
    assert_str(SEEN("?q=%4 HTTP/1.1\r\n"), "invalid,0,,,,127.0.0.1,0");
    assert_str(SEEN(" HTTP/1.1\r\nCookie: xsid=1; sid=\"two\"; c=3\r\nX-Thing:  t \r\n"),
               "ok,0,,two,t,127.0.0.1,0");
    assert_str(SEEN(" HTTP/1.1\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n"),
               "ok,0,,,,127.0.0.1,0");
    stop(server);

    struct http_server_options o = usual();
    o.proxies = S("127.0.0.1, 10.0.0.1,2001:db8::1");
    server = start(o);
    assert_str(SEEN(" HTTP/1.1\r\nX-Forwarded-For: 1.1.1.1, 9.9.9.9, 10.0.0.1\r\n"
                    "X-Forwarded-Proto: https\r\n"),
               "ok,0,,,,9.9.9.9,1");
    assert_str(SEEN(" HTTP/1.1\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 2001:db8::2\r\n"),
               "ok,0,,,,2001:db8::2,0");
    assert_str(SEEN(" HTTP/1.1\r\nX-Forwarded-For: 9.9.9.9, rubbish\r\n"), "ok,0,,,,127.0.0.1,0");
    assert_str(SEEN(" HTTP/1.1\r\n"), "ok,0,,,,127.0.0.1,0");
    stop(server);
}

TEST(http_reply_headers_are_guarded)
{
    struct http_server *server = start(usual());
    AUTO_ARENA arena = arena_new(MIB);
    str r = client_exchange(http_server_port(server), S("GET /headers HTTP/1.1\r\n" LAST "\r\n"),
                            arena);
    assert_true(reply_has(r, "X-A: 1\r\n"));
    assert_true(reply_has(r, "X-A: 2\r\n"));
    assert_false(reply_has(r, "X-B"));
    r = client_exchange(http_server_port(server), S("GET /full HTTP/1.1\r\n" LAST "\r\n"), arena);
    assert_int_equal(reply_status(r), 500);
    assert_str(reply_body(r), "http_reply_unfit");
    stop(server);
}

/* Sends bytes one at a time until the server has had enough; returns how long it bore that. */
static int64_t drip(unsigned port, str begin)
{
    int fd = client_connect(port);
    client_send(fd, begin);
    int64_t from = clock_monotonic();
    struct pollfd p = {.fd = fd, .events = POLLIN | POLLRDHUP};
    while (poll(&p, 1, 20) == 0 && clock_monotonic() - from < 4 * CLOCK_SECOND)
        client_send(fd, S("a"));
    close(fd);
    return (clock_monotonic() - from) / 1000;
}

TEST(http_drops_slow_clients)
{
    struct http_server_options o = usual();
    o.limits = (struct http_limits){
        .header_ms = 200, .idle_ms = 200, .body_grace_ms = 200, .body_rate = 1000};
    struct http_server *server = start(o);
    unsigned port = http_server_port(server);
    AUTO_ARENA arena = arena_new(MIB);
    /* the server's clock begins when it takes the connection, ours a little later */
    assert_in_range(drip(port, S("GET /")), 180, 1000);
    assert_in_range(drip(port, S("GET / HTTP/1.1\r\nHost: a\r\nX: ")), 180, 1000);
    assert_in_range(drip(port, S("POST / HTTP/1.1\r\n" HOST "Content-Length: 9999\r\n\r\n")), 180,
                    2500);
    int fd = client_connect(port); /* silent from the first */
    assert_int_equal(client_rest(fd, arena).n, 0);
    close(fd);
    fd = client_connect(port); /* silent between requests */
    client_send(fd, S("GET /shared HTTP/1.1\r\n" HOST "\r\n"));
    assert_int_equal(reply_status(client_rest(fd, arena)), 200);
    close(fd);
    stop(server);
}

TEST(http_answers_busy_when_the_queue_is_full)
{
    struct http_server_options o = usual();
    o.workers = 1;
    o.queue = 1;
    struct http_server *server = start(o);
    unsigned port = http_server_port(server);
    AUTO_ARENA arena = arena_new(MIB);
    int running = client_connect(port), waiting = client_connect(port);
    client_send(running, S("GET /slow HTTP/1.1\r\n" LAST "\r\n"));
    sem_wait(&entered);
    client_send(waiting, S("GET /slow HTTP/1.1\r\n" LAST "\r\n"));
    struct http_stats stats = {0};
    while (stats.waiting == 0)
        http_server_stats(server, &stats);
    str r = client_exchange(port, S("GET /shared HTTP/1.1\r\n" HOST "\r\n"), arena);
    assert_int_equal(reply_status(r), 503);
    assert_str(reply_body(r), "http_busy");
    sem_post(&released);
    sem_post(&released);
    assert_str(reply_body(client_rest(running, arena)), "slow");
    assert_str(reply_body(client_rest(waiting, arena)), "slow");
    close(running);
    close(waiting);
    stop(server);
}

/* Reads that are stuck hold up neither other reads nor writes. */
TEST(http_runs_more_reads_when_those_that_run_do_not_get_on)
{
    enum { STUCK = 15 };
    struct http_server *server = start(usual());
    unsigned port = http_server_port(server);
    AUTO_ARENA arena = arena_new(MIB);
    int stuck[STUCK];
    for (int i = 0; i < STUCK; i++) {
        stuck[i] = client_connect(port);
        client_send(stuck[i], S("GET /slow HTTP/1.1\r\n" LAST "\r\n"));
    }
    for (int i = 0; i < STUCK; i++)
        sem_wait(&entered);
    str r = client_exchange(port, S("GET /shared HTTP/1.1\r\n" LAST "\r\n"), arena);
    assert_int_equal(reply_status(r), 200);
    r = client_exchange(port, S("POST /shared HTTP/1.1\r\nContent-Length: 0\r\n" LAST "\r\n"),
                        arena);
    assert_int_equal(reply_status(r), 200);
    for (int i = 0; i < STUCK; i++)
        sem_post(&released);
    for (int i = 0; i < STUCK; i++) {
        assert_str(reply_body(client_rest(stuck[i], arena)), "slow");
        close(stuck[i]);
    }
    stop(server);
}

/* Whoever is woken for one request may take another: somebody else has to come for the first. */
TEST(http_leaves_no_request_behind_while_workers_are_idle)
{
    enum { WRITES = 8, ALL = WRITES + 3, ROUNDS = 20 };
    struct http_server *server = start(usual());
    unsigned port = http_server_port(server);
    AUTO_ARENA arena = arena_new(MIB);
    for (int round = 0; round < ROUNDS; round++) {
        int asked[ALL];
        struct timespec until;
        for (int i = 0; i < ALL; i++)
            asked[i] = client_connect(port);
        for (int i = 0; i < ALL; i++)
            client_send(asked[i],
                        i < WRITES ? S("POST /slow HTTP/1.1\r\nContent-Length: 0\r\n" LAST "\r\n")
                                   : S("GET /slow HTTP/1.1\r\n" LAST "\r\n"));
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec += 10;
        for (int i = 0; i < ALL; i++)
            assert_int_equal(sem_timedwait(&entered, &until), 0);
        for (int i = 0; i < ALL; i++)
            sem_post(&released);
        for (int i = 0; i < ALL; i++) {
            assert_str(reply_body(client_rest(asked[i], arena)), "slow");
            close(asked[i]);
        }
    }
    stop(server);
}

static void *stop_at_once(void *server)
{
    http_server_stop(server, 0);
    return NULL;
}

TEST(http_stop_lets_running_requests_end_and_refuses_waiting_ones)
{
    struct http_server_options o = usual();
    o.workers = 1;
    struct http_server *server = start(o);
    unsigned port = http_server_port(server);
    AUTO_ARENA arena = arena_new(MIB);
    int running = client_connect(port), waiting = client_connect(port), idle = client_connect(port);
    client_send(running, S("GET /slow HTTP/1.1\r\n" HOST "\r\n"));
    sem_wait(&entered);
    client_send(waiting, S("GET /shared HTTP/1.1\r\n" HOST "\r\n"));
    struct http_stats stats = {0};
    while (stats.waiting == 0)
        http_server_stats(server, &stats);
    pthread_t thread;
    pthread_create(&thread, NULL, stop_at_once, server);
    assert_int_equal(client_rest(idle, arena).n, 0);
    usleep(200000); /* its patience is over */
    sem_post(&released);
    assert_str(reply_body(client_rest(running, arena)), "slow");
    str r = client_rest(waiting, arena);
    assert_int_equal(reply_status(r), 503);
    assert_str(reply_body(r), "http_stopping");
    pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&workers_alive), 0);
    close(running);
    close(waiting);
    close(idle);
}

static void *many_requests(void *context)
{
    unsigned port = *(unsigned *)context;
    AUTO_ARENA arena = arena_new(16 * MIB);
    int fds[25];
    for (int i = 0; i < 25; i++)
        fds[i] = client_connect(port);
    for (int round = 0; round < 8; round++) {
        for (int i = 0; i < 25; i++)
            client_send(fds[i],
                        arena_printf(arena,
                                     "POST / HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\n%02d%02d",
                                     i, round));
        for (int i = 0; i < 25; i++) {
            str want = arena_printf(arena, "%02d%02d", i, round);
            if (!str_eq(reply_body(client_reply(fds[i], arena)), want))
                return context;
        }
    }
    for (int i = 0; i < 25; i++)
        close(fds[i]);
    return NULL;
}

TEST(http_serves_200_connections_at_once)
{
    struct http_server *server = start(usual());
    unsigned port = http_server_port(server);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, many_requests, &port);
    for (int i = 0; i < 8; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        assert_null(wrong);
    }
    struct http_stats stats;
    http_server_stats(server, &stats);
    assert_int_equal(stats.requests, 1600);
    assert_int_equal(stats.by_status[2], 1600);
    stop(server);
}

static _Atomic unsigned hammered_port;

/* Comes, asks, and leaves without waiting for more than a moment, until there is no server. */
static void *hammer(void *context)
{
    (void)context;
    for (unsigned round = 0, port; (port = atomic_load(&hammered_port)); round++) {
        struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(fd, (struct sockaddr *)&at, sizeof at) == 0) {
            client_send(fd, S("POST / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\noneGET /sha"));
            struct pollfd p = {.fd = fd, .events = POLLIN};
            poll(&p, 1, (int)(round % 3));
        }
        close(fd);
    }
    return NULL;
}

TEST(http_stops_and_starts_under_fire)
{
    struct http_server *server = start(usual());
    atomic_store(&hammered_port, http_server_port(server));
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, hammer, NULL);
    struct http_stats stats;
    for (int round = 0; round < 20; round++) {
        do
            http_server_stats(server, &stats);
        while (stats.requests < 20);
        stop(server);
        server = start(usual());
        atomic_store(&hammered_port, http_server_port(server));
    }
    atomic_store(&hammered_port, 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    stop(server);
}

static const char *start_code(struct http_server_options o, err_t want)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct problems p = {.arena = arena};
    struct http_server *server;
    assert_int_equal(http_server_start(&o, &p, &server), want);
    return p.list.at[0].code;
}

TEST(http_start_says_what_is_wrong)
{
    struct http_server *server = start(usual());
    struct http_server_options o = usual();
    o.port = http_server_port(server);
    assert_string_equal(start_code(o, ERR_CONFLICT), "listen_port_taken");
    stop(server);
    o = usual();
    o.host = "nowhere.example";
    assert_string_equal(start_code(o, ERR_INVALID), "listen_address_invalid");
    o = usual();
    o.host = "192.0.2.1";
    assert_string_equal(start_code(o, ERR_INVALID), "listen_failed");
    o = usual();
    o.proxies = S("127.0.0.1,proxy");
    assert_string_equal(start_code(o, ERR_INVALID), "proxy_address_invalid");
    o = usual();
    o.tls_cert_file = o.tls_key_file = "/nonexistent";
    assert_string_equal(start_code(o, ERR_INVALID), "tls_file_unreadable");
    o.tls_cert_file = o.tls_key_file = "/etc/hostname";
    assert_string_equal(start_code(o, ERR_INVALID), "tls_files_unfit");
}
