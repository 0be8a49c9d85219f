#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"
#include "net/http_internal.h"

/* What this room or the library writes itself. */
static bool is_ours(str name)
{
    static const char *const ours[] = {"Connection", "Content-Length",    "Content-Type",
                                       "Date",       "Transfer-Encoding", "X-Request-Id"};
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (str_ieq_ascii(name, str_from(ours[i])))
            return true;
    return false;
}

err_t http_reply_header(struct http_reply *r, const char *name, str value)
{
    if (strpbrk(name, "\r\n: ") || !name[0] || is_ours(str_from(name)))
        return ERR_INVALID;
    for (size_t i = 0; i < value.n; i++)
        if (value.p[i] == '\r' || value.p[i] == '\n' || value.p[i] == '\0')
            return ERR_INVALID;
    struct buf *headers = r->internal;
    size_t before = headers->n;
    buf_add(headers, (str){name, strlen(name) + 1});
    buf_add(headers, value);
    buf_byte(headers, '\0');
    if (!headers->full)
        return OK;
    headers->n = before;
    headers->full = false;
    return ERR_INVALID;
}

void http_reply_clear_headers(struct http_reply *r)
{
    buf_clear(r->internal);
}

void http_reply_init(struct http_conn *c, struct http_reply *r)
{
    buf_init(&c->reply_headers, LIMIT_HTTP_HEADERS);
    *r = (struct http_reply){.file = -1, .internal = &c->reply_headers};
    buf_init(&r->body, LIMIT_RESPONSE_BYTES);
}

static struct MHD_Response *empty_response(void)
{
    static char nothing;
    return MHD_create_response_from_buffer(0, &nothing, MHD_RESPMEM_PERSISTENT);
}

static struct MHD_Response *file_response(struct http_reply *r, uint64_t *size)
{
    struct stat st;
    if (fstat(r->file, &st) || !S_ISREG(st.st_mode))
        return NULL;
    struct MHD_Response *response = MHD_create_response_from_fd64((uint64_t)st.st_size, r->file);
    if (!response)
        return NULL;
    r->file = -1;
    *size = (uint64_t)st.st_size;
    return response;
}

/* NULL when the reply cannot be sent. What was handed over is cleared in r. */
static struct MHD_Response *make_response(struct http_reply *r, uint64_t *size)
{
    *size = 0;
    if (r->status < 200 || r->status == 204 || r->status == 304)
        return empty_response();
    if (r->stream)
        return http_stream_response(r->stream);
    if (r->file >= 0)
        return file_response(r, size);
    if (r->shared_body.p) {
        *size = r->shared_body.n;
        return MHD_create_response_from_buffer(r->shared_body.n, (void *)r->shared_body.p,
                                               MHD_RESPMEM_PERSISTENT);
    }
    if (r->body.full)
        return NULL;
    if (r->body.n == 0)
        return empty_response();
    *size = r->body.n;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(r->body.n, r->body.p, MHD_RESPMEM_MUST_FREE);
    if (response)
        r->body.p = NULL;
    return response;
}

static void add_header(struct MHD_Response *response, const char *name, const char *value)
{
    if (MHD_add_response_header(response, name, value) != MHD_YES)
        log_event(LOG_ERROR, "http_header_refused", "name", LOG_Z(name), NULL);
}

static void add_headers(struct http_conn *c, const struct http_reply *r)
{
    add_header(c->response, "X-Request-Id", c->request_id);
    if (r->status >= 200 && r->status != 204 && r->status != 304)
        add_header(c->response, MHD_HTTP_HEADER_CONTENT_TYPE,
                   r->type ? r->type : "application/json");
    if (r->close || c->close)
        add_header(c->response, MHD_HTTP_HEADER_CONNECTION, "close");
    const struct buf *b = &c->reply_headers;
    for (size_t at = 0; at < b->n;) {
        const char *name = b->p + at, *value = name + strlen(name) + 1;
        add_header(c->response, name, value);
        at = (size_t)(value - b->p) + strlen(value) + 1;
    }
}

static void release(struct http_conn *c, struct http_reply *r)
{
    buf_done(&r->body);
    if (r->file >= 0)
        close(r->file);
    buf_done(&c->reply_headers);
}

void http_reply_finish(struct http_conn *c, struct http_reply *r)
{
    uint64_t size;
    if (r->status == 0)
        r->status = 200;
    c->response = make_response(r, &size);
    if (!c->response) {
        log_event(LOG_ERROR, "http_reply_unfit", "status", LOG_INT(r->status), "full",
                  LOG_INT(r->body.full), NULL);
        release(c, r);
        http_reply_refuse(c, (struct http_refusal){500, "http_reply_unfit"});
        return;
    }
    add_headers(c, r);
    c->status = (unsigned)r->status;
    if (r->stream && r->status >= 200 && r->status != 204 && r->status != 304)
        http_stream_attach(r->stream, c);
    atomic_fetch_add(&c->server->bytes_out, size);
    release(c, r);
}

void http_reply_refuse(struct http_conn *c, struct http_refusal why)
{
    struct http_server *server = c->server;
    struct http_reply r;
    http_reply_init(c, &r);
    struct http_request head = {
        .path = c->path, .request_id = str_from(c->request_id), .internal = c};
    if (server->options.refuse)
        server->options.refuse(server->options.context, &head, why.status, why.code, &r);
    r.status = why.status;
    r.stream = NULL;
    r.close = true;
    atomic_fetch_add(&server->refused, 1);
    uint64_t size;
    c->response = make_response(&r, &size);
    if (!c->response) {
        buf_clear(&c->reply_headers);
        c->response = empty_response();
    }
    if (c->response) {
        add_headers(c, &r);
        c->status = (unsigned)r.status;
    }
    release(c, &r);
}
