#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/test.h"
#include "net/http_test_client.h"

enum { STREAMS = 100, BACKLOG = 64 * KIB };

/* What the handler hands out, in the order in which it was asked. */
static struct {
    pthread_mutex_t lock;
    pthread_cond_t grown;
    struct http_server *server;
    struct http_stream *streams[STREAMS];
    size_t n;
} hub = {.lock = PTHREAD_MUTEX_INITIALIZER, .grown = PTHREAD_COND_INITIALIZER};

static void subscribe(struct http_request *r, struct http_reply *reply)
{
    (void)r;
    reply->type = "text/event-stream";
    pthread_mutex_lock(&hub.lock);
    reply->stream = http_stream_new(hub.server, BACKLOG);
    hub.streams[hub.n++] = reply->stream;
    assert_true(http_stream_send(reply->stream, S("data: hello\n\n")));
    pthread_cond_signal(&hub.grown);
    pthread_mutex_unlock(&hub.lock);
}

static void start(void)
{
    struct http_server_options o = {
        .host = "127.0.0.1", .workers = 2, .handler = subscribe, .limits.header_ms = 400};
    pthread_mutex_lock(&hub.lock);
    assert_int_equal(http_server_start(&o, NULL, &hub.server), OK);
    pthread_mutex_unlock(&hub.lock);
}

static void stop(void)
{
    http_server_stop(hub.server, 2);
    for (size_t i = 0; i < hub.n; i++)
        http_stream_unref(hub.streams[i]);
    hub.n = 0;
}

static int join(struct http_stream **stream)
{
    int fd = client_connect(http_server_port(hub.server));
    pthread_mutex_lock(&hub.lock);
    size_t before = hub.n;
    client_send(fd, S("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"));
    while (hub.n == before)
        pthread_cond_wait(&hub.grown, &hub.lock);
    *stream = hub.streams[before];
    pthread_mutex_unlock(&hub.lock);
    return fd;
}

/* Reads until the text has come. */
static void expect(int fd, const char *text)
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
}

static bool closes_within(struct http_stream *stream, int64_t seconds)
{
    int64_t until = clock_monotonic() + seconds * CLOCK_SECOND;
    while (http_stream_open(stream) && clock_monotonic() < until)
        usleep(5000);
    return !http_stream_open(stream);
}

TEST(stream_delivers_from_any_thread)
{
    start();
    struct http_stream *stream;
    int fd = join(&stream);
    expect(fd, "data: hello\n\n");
    for (int i = 0; i < 200; i++) {
        char text[32];
        snprintf(text, sizeof text, "data: %d!\n\n", i);
        assert_true(http_stream_send(stream, str_from(text)));
        if (i % 50 == 0)
            expect(fd, text);
    }
    expect(fd, "data: 199!\n\n");
    http_stream_end(stream);
    assert_false(http_stream_send(stream, S("late")));
    AUTO_ARENA arena = arena_new(MIB);
    assert_true(str_ends(client_rest(fd, arena), S("0\r\n\r\n"))); /* an orderly end */
    close(fd);
    stop();
}

TEST(stream_drops_a_client_that_lags)
{
    start();
    struct http_stream *lagging, *reading;
    int slow = join(&lagging), quick = join(&reading);
    static char much[16 * KIB];
    memset(much, 'a', sizeof much);
    int sent = 0;
    while (http_stream_send(lagging, (str){much, sizeof much})) {
        assert_true(++sent < 4096); /* what the kernel buffers, and the backlog */
        usleep(1000);               /* the network thread shall not be the one that lags */
    }
    assert_true(sent >= BACKLOG / (int)sizeof much);
    assert_false(http_stream_open(lagging));
    assert_true(http_stream_send(reading, S("data: on\n\n")));
    expect(quick, "data: on\n\n");
    struct http_stats stats;
    int64_t until = clock_monotonic() + 3 * CLOCK_SECOND;
    do
        http_server_stats(hub.server, &stats);
    while (stats.streams != 1 && clock_monotonic() < until);
    assert_int_equal(stats.streams, 1);
    close(slow);
    close(quick);
    stop();
}

TEST(stream_notices_a_silent_departure)
{
    start();
    struct http_stream *stream;
    int fd = join(&stream);
    expect(fd, "data: hello\n\n");
    close(fd);
    assert_true(closes_within(stream, 3));
    stop();
}

TEST(stream_refuses_more_than_its_backlog_at_once)
{
    start();
    struct http_stream *stream;
    int fd = join(&stream);
    static char much[BACKLOG + 1];
    assert_false(http_stream_send(stream, (str){much, sizeof much}));
    assert_false(http_stream_open(stream));
    close(fd);
    stop();
}

static void *shout(void *stop_flag)
{
    while (!__atomic_load_n((bool *)stop_flag, __ATOMIC_RELAXED)) {
        pthread_mutex_lock(&hub.lock);
        for (size_t i = 0; i < hub.n; i++)
            http_stream_send(hub.streams[i], S("data: all\n\n"));
        pthread_mutex_unlock(&hub.lock);
        usleep(500);
    }
    return NULL;
}

TEST(stream_many_come_and_go_while_all_are_sent_to)
{
    start();
    pthread_t threads[2];
    bool enough = false;
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, shout, &enough);
    int fds[STREAMS];
    struct http_stream *stream;
    for (int i = 0; i < STREAMS; i++) {
        fds[i] = join(&stream);
        expect(fds[i], "data: all\n\n");
        if (i % 3 == 0)
            close(fds[i]);
    }
    for (int i = 0; i < STREAMS; i++)
        if (i % 3)
            expect(fds[i], "data: all\n\n");
    http_server_stop(hub.server, 2); /* while the senders go on */
    AUTO_ARENA arena = arena_new(16 * MIB);
    for (int i = 0; i < STREAMS; i++)
        if (i % 3) {
            assert_true(str_ends(client_rest(fds[i], arena), S("0\r\n\r\n")));
            close(fds[i]);
        }
    __atomic_store_n(&enough, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < hub.n; i++)
        http_stream_unref(hub.streams[i]);
    hub.n = 0;
}
