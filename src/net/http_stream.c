/* Server-sent events: a queue of bytes between senders and one connection. An empty stream costs
 * its struct and a suspended connection. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/http_internal.h"

enum { KEEP_BYTES = 4096, BLOCK_BYTES = 4096 };

struct http_stream {
    _Atomic unsigned refs;
    _Atomic bool open;
    struct http_server *server;
    pthread_mutex_t lock; /* all below */
    struct buf queue;
    size_t at; /* bytes of queue already given away */
    struct MHD_Connection *mhd;
    int fd;
    bool suspended, ended, gone;
};

struct http_stream *http_stream_new(struct http_server *server, size_t backlog)
{
    struct http_stream *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->server = server;
    s->fd = -1;
    atomic_init(&s->refs, 1);
    atomic_init(&s->open, true);
    pthread_mutex_init(&s->lock, NULL);
    buf_init(&s->queue, backlog);
    return s;
}

void http_stream_ref(struct http_stream *s)
{
    atomic_fetch_add(&s->refs, 1);
}

void http_stream_unref(struct http_stream *s)
{
    if (!s || atomic_fetch_sub(&s->refs, 1) != 1)
        return;
    buf_done(&s->queue);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

bool http_stream_open(const struct http_stream *s)
{
    return atomic_load(&s->open);
}

static void wake(struct http_stream *s)
{
    if (!s->suspended)
        return;
    s->suspended = false;
    MHD_resume_connection(s->mhd);
}

/* Room for n more bytes within the backlog, moving the rest to the front when that is needed. */
static bool make_room(struct http_stream *s, size_t n)
{
    struct buf *q = &s->queue;
    if (n <= q->max - q->n)
        return true;
    if (n > q->max - (q->n - s->at))
        return false;
    memmove(q->p, q->p + s->at, q->n - s->at);
    q->n -= s->at;
    s->at = 0;
    return true;
}

bool http_stream_send(struct http_stream *s, str bytes)
{
    pthread_mutex_lock(&s->lock);
    bool sent = atomic_load(&s->open) && make_room(s, bytes.n);
    if (sent) {
        buf_add(&s->queue, bytes);
        wake(s);
    } else if (atomic_load(&s->open)) {
        s->gone = true;
        atomic_store(&s->open, false);
        if (s->fd >= 0)
            shutdown(s->fd, SHUT_RDWR); /* it waits for a client that does not read */
        wake(s);
    }
    pthread_mutex_unlock(&s->lock);
    return sent;
}

void http_stream_end(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    atomic_store(&s->open, false);
    wake(s);
    pthread_mutex_unlock(&s->lock);
}

void http_stream_hung_up(struct http_stream *s)
{
    pthread_mutex_lock(&s->lock);
    s->gone = true;
    atomic_store(&s->open, false);
    wake(s);
    pthread_mutex_unlock(&s->lock);
}

static ssize_t read_some(void *cls, uint64_t pos, char *out, size_t max)
{
    (void)pos;
    struct http_stream *s = cls;
    struct buf *q = &s->queue;
    ssize_t result = 0;
    pthread_mutex_lock(&s->lock);
    size_t n = q->n - s->at;
    if (s->gone) {
        result = MHD_CONTENT_READER_END_WITH_ERROR;
    } else if (n) {
        n = n < max ? n : max;
        memcpy(out, q->p + s->at, n);
        s->at += n;
        atomic_fetch_add(&s->server->bytes_out, n);
        result = (ssize_t)n;
    } else if (s->ended) {
        result = MHD_CONTENT_READER_END_OF_STREAM;
    } else {
        s->suspended = true;
        MHD_suspend_connection(s->mhd);
    }
    if (s->at == q->n) {
        s->at = 0;
        buf_clear(q);
        if (q->cap > KEEP_BYTES)
            buf_done(q);
    }
    pthread_mutex_unlock(&s->lock);
    return result;
}

static void detach(void *cls)
{
    struct http_stream *s = cls;
    pthread_mutex_lock(&s->lock);
    if (s->mhd)
        atomic_fetch_sub(&s->server->streams, 1);
    s->mhd = NULL;
    s->fd = -1;
    s->gone = true;
    s->suspended = false;
    atomic_store(&s->open, false);
    pthread_mutex_unlock(&s->lock);
    http_stream_unref(s);
}

struct MHD_Response *http_stream_response(struct http_stream *s)
{
    struct MHD_Response *response =
        MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_some, s, detach);
    if (response)
        http_stream_ref(s);
    return response;
}

void http_stream_attach(struct http_stream *s, struct http_conn *c)
{
    pthread_mutex_lock(&s->lock);
    s->mhd = c->mhd;
    s->fd = c->fd;
    pthread_mutex_unlock(&s->lock);
    atomic_fetch_add(&s->server->streams, 1);
    http_stream_ref(s);
    pthread_mutex_lock(&c->server->lock);
    c->stream = s;
    pthread_mutex_unlock(&c->server->lock);
}
