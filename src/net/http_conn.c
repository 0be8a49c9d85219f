#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "net/http_internal.h"

void http_conn_enter(struct http_conn *c, enum http_phase phase)
{
    atomic_store(&c->since, clock_monotonic());
    atomic_store(&c->phase, (int)phase);
}

static void open_conn(struct http_server *server, struct MHD_Connection *mhd, void **context)
{
    struct http_conn *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    c->server = server;
    c->mhd = mhd;
    c->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    c->spool = -1;
    buf_init(&c->target, LIMIT_HTTP_LINE);
    http_conn_enter(c, PHASE_OPEN);
    pthread_mutex_lock(&server->lock);
    c->next = server->conns;
    if (c->next)
        c->next->prev = c;
    server->conns = c;
    server->conn_count++;
    pthread_mutex_unlock(&server->lock);
    *context = c;
}

static void close_conn(struct http_conn *c)
{
    struct http_server *server = c->server;
    pthread_mutex_lock(&server->lock);
    if (c->prev)
        c->prev->next = c->next;
    else
        server->conns = c->next;
    if (c->next)
        c->next->prev = c->prev;
    server->conn_count--;
    pthread_mutex_unlock(&server->lock);
    buf_done(&c->target);
    free(c);
}

void http_conn_notify(void *server,
                      struct MHD_Connection *mhd,
                      void **context,
                      enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        open_conn(server, mhd, context);
    else
        close_conn(*context);
}

static void new_request_id(char out[static REQUEST_ID_CHARS + 1])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bytes[REQUEST_ID_CHARS / 2];
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[REQUEST_ID_CHARS] = '\0';
}

/* The request line has come; the only place where the target is still as it was sent. */
void *http_conn_target(void *server, const char *target, struct MHD_Connection *mhd)
{
    (void)server;
    struct http_conn *c =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    str text = str_from(target);
    c->line_target = target;
    c->line_target_end = target + text.n;
    buf_clear(&c->target);
    buf_add(&c->target, text);
    new_request_id(c->request_id);
    if (atomic_load(&c->phase) == PHASE_OPEN)
        atomic_store(&c->phase, PHASE_HEAD); /* patience counts from the connection */
    else
        http_conn_enter(c, PHASE_HEAD);
    return c;
}

static enum MHD_Result send_reply(struct http_conn *c)
{
    struct http_server *server = c->server;
    if (!c->response)
        return MHD_NO;
    http_conn_enter(c, PHASE_REPLY);
    if (MHD_queue_response(c->mhd, c->status, c->response) != MHD_YES)
        return MHD_NO;
    MHD_destroy_response(c->response); /* the connection holds it now */
    c->response = NULL;
    unsigned class = c->status / 100;
    atomic_fetch_add(&server->by_status[class < 6 ? class : 5], 1);
    if (c->stream && atomic_load(&server->stopping))
        http_stream_end(c->stream);
    return MHD_YES;
}

static enum MHD_Result refuse(struct http_conn *c, struct http_refusal why)
{
    http_reply_refuse(c, why);
    return send_reply(c);
}

/* The declared length; 0 when there is none. */
static uint64_t declared_length(struct http_conn *c)
{
    const char *z =
        MHD_lookup_connection_value(c->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
    int64_t n;
    return z && str_to_int(str_from(z), &n) == OK ? (uint64_t)n : 0;
}

static enum MHD_Result hand_over(struct http_conn *c)
{
    return http_queue_push(c) ? MHD_YES : refuse(c, (struct http_refusal){503, "http_busy"});
}

static enum MHD_Result begin_body(struct http_conn *c)
{
    static const struct http_refusal too_large = {413, "http_body_too_large"};
    uint64_t length = declared_length(c);
    if (c->rule.status || length > c->rule.max) {
        struct http_refusal why =
            c->rule.status ? (struct http_refusal){c->rule.status, c->rule.code} : too_large;
        /* Who asks first, or would send far too much, is told at once; others are heard out,
         * because closing on a sender loses the answer on its way. */
        if (length > c->rule.max + LIMIT_HTTP_DRAIN ||
            MHD_lookup_connection_value(c->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_EXPECT))
            return refuse(c, why);
        c->refusal = why;
    }
    buf_init(&c->body, c->rule.max);
    atomic_store(&c->received, 0);
    http_conn_enter(c, PHASE_BODY);
    return MHD_YES;
}

static enum MHD_Result headers_done(struct http_conn *c, const char *method, const char *version)
{
    struct http_server *server = c->server;
    c->method = method;
    atomic_fetch_add(&server->requests, 1);
    struct http_refusal why = http_check_head(c, version);
    struct http_request head = {.method = str_from(method), .path = c->path, .internal = c};
    if (why.status)
        return refuse(c, why);
    if (atomic_load(&server->stopping))
        return refuse(c, (struct http_refusal){503, "http_stopping"});
    if (server->options.body_rule)
        c->rule = server->options.body_rule(server->options.context, &head);
    return c->rule.ask ? hand_over(c) : begin_body(c);
}

static enum MHD_Result take_body(struct http_conn *c, const char *bytes, size_t n)
{
    uint64_t before = atomic_fetch_add(&c->received, n);
    if (!c->refusal.status && n > c->rule.max - before) {
        c->refusal = (struct http_refusal){413, "http_body_too_large"};
        http_body_done(c);
    }
    if (c->refusal.status)
        return before + n <= c->rule.max + LIMIT_HTTP_DRAIN ? MHD_YES : MHD_NO;
    err_t e = http_body_add(c, (str){bytes, n});
    if (e != OK) {
        static const struct http_refusal full = {507, "disk_full"},
                                         failed = {503, "http_spool_failed"};
        c->refusal = e == ERR_DISK_FULL ? full : failed;
        http_body_done(c);
    }
    return MHD_YES;
}

static enum MHD_Result body_done(struct http_conn *c)
{
    if (c->refusal.status)
        return refuse(c, c->refusal);
    return hand_over(c);
}

enum MHD_Result http_conn_access(void *server,
                                 struct MHD_Connection *mhd,
                                 const char *url,
                                 const char *method,
                                 const char *version,
                                 const char *upload,
                                 size_t *upload_size,
                                 void **context)
{
    (void)server, (void)mhd, (void)url;
    struct http_conn *c = *context;
    switch (atomic_load(&c->phase)) {
    case PHASE_HEAD:
        return headers_done(c, method, version);
    case PHASE_ASKED: /* the library calls again where it was: with the head, and no body yet */
        return begin_body(c);
    case PHASE_BODY:
        if (*upload_size == 0)
            return body_done(c);
        enum MHD_Result taken = take_body(c, upload, *upload_size);
        *upload_size = 0;
        return taken;
    case PHASE_READY:
        return send_reply(c);
    default:
        return MHD_NO;
    }
}

void http_conn_completed(void *cls,
                         struct MHD_Connection *mhd,
                         void **context,
                         enum MHD_RequestTerminationCode code)
{
    (void)mhd, (void)code;
    struct http_server *server = cls;
    struct http_conn *c = *context;
    if (!c)
        return;
    if (c->stream) {
        struct http_stream *stream = c->stream;
        pthread_mutex_lock(&server->lock);
        c->stream = NULL;
        pthread_mutex_unlock(&server->lock);
        http_stream_unref(stream);
    }
    if (c->response) { /* made, but never sent */
        MHD_destroy_response(c->response);
        c->response = NULL;
    }
    http_body_done(c);
    c->refusal = (struct http_refusal){0};
    c->rule = (struct http_body_rule){0};
    c->close = false;
    http_conn_enter(c, PHASE_IDLE);
}
