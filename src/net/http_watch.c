/* The watcher drops clients that are too slow, which libmicrohttpd's time-out for silence does not
 * see, and notices event-stream clients that went while their connection was suspended. */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"
#include "net/http_internal.h"

static bool is_too_slow(const struct http_server *server, struct http_conn *c, int64_t now)
{
    int64_t age = now - atomic_load(&c->since);
    switch (atomic_load(&c->phase)) {
    case PHASE_OPEN:
        return age > server->header_patience || atomic_load(&server->stopping);
    case PHASE_HEAD:
        return age > server->header_patience;
    case PHASE_IDLE:
        return age > server->idle_patience || atomic_load(&server->stopping);
    case PHASE_BODY:
        if (age <= server->body_grace)
            return false;
        return atomic_load(&c->received) <
               (uint64_t)(age - server->body_grace) / CLOCK_SECOND * server->body_rate;
    default:
        return false;
    }
}

struct hung {
    struct pollfd *fds;
    struct http_stream **streams;
    size_t cap;
};

static void reserve(struct hung *h, size_t n)
{
    if (n <= h->cap)
        return;
    h->cap = n * 2;
    h->fds = realloc(h->fds, h->cap * sizeof *h->fds);
    h->streams = realloc(h->streams, h->cap * sizeof *h->streams);
    if (!h->fds || !h->streams)
        abort();
}

/* One look at all connections; server->lock is held, so none of them closes meanwhile. */
static void look(struct http_server *server, struct hung *h)
{
    int64_t now = clock_monotonic();
    size_t n = 0;
    reserve(h, server->conn_count);
    for (struct http_conn *c = server->conns; c; c = c->next) {
        if (is_too_slow(server, c, now)) {
            shutdown(c->fd, SHUT_RDWR);
        } else if (c->stream) {
            h->fds[n] = (struct pollfd){.fd = c->fd, .events = POLLRDHUP};
            h->streams[n++] = c->stream;
        }
    }
    if (n == 0 || poll(h->fds, n, 0) <= 0)
        return;
    for (size_t i = 0; i < n; i++)
        if (h->fds[i].revents)
            http_stream_hung_up(h->streams[i]);
}

static void *watch(void *cls)
{
    struct http_server *server = cls;
    struct hung h = {0};
    int64_t shortest =
        server->header_patience < server->body_grace ? server->header_patience : server->body_grace;
    int64_t step = shortest / 4 < CLOCK_SECOND ? shortest / 4 : CLOCK_SECOND;
    pthread_mutex_lock(&server->lock);
    while (!server->watcher_quit) {
        look(server, &h);
        struct timespec until;
        int64_t at = clock_monotonic() + step;
        until.tv_sec = at / CLOCK_SECOND;
        until.tv_nsec = at % CLOCK_SECOND * 1000;
        pthread_cond_timedwait(&server->watcher_wake, &server->lock, &until);
    }
    pthread_mutex_unlock(&server->lock);
    free(h.fds);
    free(h.streams);
    return NULL;
}

err_t http_watch_start(struct http_server *server)
{
    if (pthread_create(&server->watcher, NULL, watch, server))
        return FAULT("pthread_create");
    server->watcher_running = true;
    return OK;
}

void http_watch_stop(struct http_server *server)
{
    if (!server->watcher_running)
        return;
    pthread_mutex_lock(&server->lock);
    server->watcher_quit = true;
    pthread_cond_signal(&server->watcher_wake);
    pthread_mutex_unlock(&server->lock);
    pthread_join(server->watcher, NULL);
    server->watcher_running = false;
}
