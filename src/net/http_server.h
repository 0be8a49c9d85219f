/* http_server: libmicrohttpd behind one header.
 *
 *   epoll threads ── accept, check, read headers and body ──► queue ──► workers: handler()
 *        ▲                                                                   │
 *        └───────────────────── resume with the reply ◄──────────────────────┘
 *
 * A connection is suspended while its request waits and runs, so slow handlers never hold up the
 * network. Each worker has data of its own (worker_init) and runs one request at a time with a
 * fresh arena. Requests that break HTTP (security I1) are answered 400 and closed before any
 * handler sees them. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "base/problem.h"

struct http_server;
struct http_stream;

struct http_request {
    struct arena *arena;   /* freed after the reply has been made */
    str method, path;      /* path decoded, "/"-separated, without the query; valid UTF-8, no NUL */
    str query;             /* raw, without '?' */
    str body;              /* in memory, when the route spools nothing */
    const char *body_file; /* path of the spooled body, NULL when there is none; removed after the
                              request unless the handler renames it away */
    size_t body_size;
    str remote;  /* the client's address, X-Forwarded-For honoured from configured proxies only */
    bool secure; /* TLS here or X-Forwarded-Proto: https from a configured proxy */
    str request_id; /* made here, 128 random bits, hex; also in the reply's X-Request-Id */
    void *worker;   /* what worker_init returned */
    void *internal;
};

/* A header's value, name case-insensitive; empty when absent. */
str http_header(const struct http_request *, const char *name);
/* A cookie's value; empty when absent. */
str http_cookie(const struct http_request *, const char *name);
/* A query parameter, decoded into the arena; p == NULL when absent. ERR_INVALID: not UTF-8;
 * ERR_CONFLICT: repeated. */
err_t http_param(const struct http_request *, const char *name, str *out) MUST_USE;
/* Calls each for every parameter, decoded; value.p == NULL: it is not UTF-8, and a name that is not
 * comes as it was written. Returns the first non-OK. */
err_t http_params(const struct http_request *,
                  err_t (*each)(void *, str name, str value),
                  void *) MUST_USE;

struct http_reply {
    int status;                 /* 0 = 200 */
    const char *type;           /* media type; NULL = application/json */
    struct buf body;            /* initialised by the server with LIMIT_RESPONSE_BYTES */
    str shared_body;            /* instead of body: bytes that outlive the server (assets) */
    int file;                   /* instead of body: an open file, closed by the server; -1 = none */
    struct http_stream *stream; /* instead of body: see below */
    bool close;                 /* close the connection after the reply */
    void *internal;
};
/* Name and value are copied. ERR_INVALID: CR, LF or NUL in it, a header that the server writes
 * itself (Content-Type is reply.type, Connection is reply.close), or more than LIMIT_HTTP_HEADERS.
 */
err_t http_reply_header(struct http_reply *, const char *name, str value) MUST_USE;
void http_reply_clear_headers(struct http_reply *);

/* Server-sent events. A handler makes a stream and puts it in the reply; any thread may then send.
 * Sending never blocks: a client that lags by more than `backlog` bytes is dropped. The maker owns
 * one reference, the reply takes another. A client that has gone without a word is noticed within
 * a second. */
struct http_stream *http_stream_new(struct http_server *, size_t backlog);
void http_stream_ref(struct http_stream *);
void http_stream_unref(struct http_stream *); /* the last one frees; does not end the reply */
/* Raw bytes of the event stream ("id: 1\ndata: {}\n\n"). False when the client is gone. */
bool http_stream_send(struct http_stream *, str bytes);
void http_stream_end(struct http_stream *);
bool http_stream_open(const struct http_stream *);

/* Patience with clients, for tests to shorten; 0 = what base/limits.h says. */
struct http_limits {
    unsigned header_ms;     /* from the connection or the request line to the end of the headers */
    unsigned idle_ms;       /* between requests of one connection */
    unsigned body_grace_ms; /* before a body's rate is looked at */
    unsigned body_rate;     /* bytes a second, least */
};

struct http_body_rule {
    size_t max; /* bytes; more is answered 413 */
    bool spool; /* into a file in spool_folder instead of memory */
    int status; /* not 0: the body is not taken at all, and this is answered */
    const char *code;
    bool ask; /* body_answer says, on a worker; nothing of the body is read before it has */
};

struct http_server_options {
    const char *host; /* "127.0.0.1", "::1", "0.0.0.0" … */
    unsigned port;    /* 0 = any free one, http_server_port tells */
    unsigned threads; /* epoll threads, 0 = 2 */
    unsigned workers; /* 0 = 16 */
    unsigned queue;   /* requests waiting for a worker before 503, 0 = 1024 */
    const char *spool_folder;
    const char *tls_cert_file, *tls_key_file; /* NULL = plain HTTP */
    str proxies; /* comma-separated addresses whose X-Forwarded-* are believed */
    struct http_limits limits;
    /* Before the body is read: how large may it be? Of the request only arena, method, path,
     * headers and cookies are there. body_rule is on a network thread and must not wait for
     * anything; NULL: no bodies. body_answer is on a worker, head->worker its own. */
    struct http_body_rule (*body_rule)(void *context, const struct http_request *head);
    struct http_body_rule (*body_answer)(const struct http_request *head);
    void *(*worker_init)(void *context); /* on the worker's thread */
    void (*worker_done)(void *worker);
    void (*handler)(struct http_request *, struct http_reply *);
    /* Fills the reply for what the server itself refuses: 400, 413, 414, 431, 500, 503, 507; `code`
     * is a message key. May run on a network thread. NULL: empty bodies. */
    void (*refuse)(void *context,
                   const struct http_request *head, /* as body_rule gets it, and its request_id */
                   int status,
                   const char *code,
                   struct http_reply *);
    void *context;
};

/* ERR_INVALID: address; ERR_CONFLICT: port taken; ERR_UNAVAILABLE. Problems say why. */
err_t http_server_start(const struct http_server_options *,
                        struct problems *,
                        struct http_server **) MUST_USE;
unsigned http_server_port(const struct http_server *);
/* Ends streams, stops accepting, lets requests end; after `seconds` those still waiting for a
 * worker are answered 503. A handler that has begun is always waited for. Frees. */
void http_server_stop(struct http_server *, unsigned seconds);

struct http_stats {
    uint64_t requests, refused, bytes_out;
    uint64_t by_status[6]; /* [2] = 2xx … */
    unsigned connections, streams, waiting;
};
void http_server_stats(struct http_server *, struct http_stats *);
