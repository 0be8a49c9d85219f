/* http_internal: what the files behind http_server.h share.
 *
 * A connection belongs to one network thread of libmicrohttpd; while it is suspended its request
 * belongs to one worker. Only the fields marked atomic, and the list, are read by other threads.
 *
 *   OPEN ─┐                        ┌► WAIT ─► (worker) ─► READY ─┐
 *         ├─► HEAD ─► BODY ────────┤                             ├─► REPLY ─► IDLE ─► HEAD …
 *   IDLE ─┘    │      ▲            └► refused ───────────────────┘
 *              │      └─── ASKED ◄─┐
 *              └► WAIT ─► (worker: may the body come?)
 */
#pragma once

#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include <microhttpd.h>

#include "base/vec.h"
#include "net/http_server.h"

enum http_phase {
    PHASE_OPEN,  /* connected, no request line yet */
    PHASE_HEAD,  /* request line seen */
    PHASE_BODY,  /* headers checked */
    PHASE_WAIT,  /* suspended: queued or in a worker */
    PHASE_ASKED, /* resumed with what the body may be */
    PHASE_READY, /* resumed with a response */
    PHASE_REPLY,
    PHASE_IDLE, /* between requests */
};

enum { REQUEST_ID_CHARS = 32 };

struct http_refusal {
    int status; /* 0 = none */
    const char *code;
};

struct http_conn {
    struct http_server *server;
    struct MHD_Connection *mhd;
    struct http_conn *next, *prev; /* server->conns, under server->lock */
    int fd;
    _Atomic int phase;
    _Atomic int64_t since;     /* clock_monotonic() when its patience began */
    _Atomic uint64_t received; /* bytes of the body */

    /* one request */
    struct buf target; /* the request target; its path is decoded in place */
    const char *line_target, *line_target_end; /* the same in libmicrohttpd's buffer */
    const char *method;
    str path, query;
    char request_id[REQUEST_ID_CHARS + 1];
    struct http_body_rule rule;
    struct http_refusal refusal;
    bool close; /* after the reply */
    struct buf body;
    char *spool_path;
    int spool;

    struct buf reply_headers; /* "name\0value\0"… */
    struct MHD_Response *response;
    unsigned status;
    struct http_stream *stream;      /* a reference; written under server->lock */
    struct http_conn *next_in_queue; /* under queue.lock */
};

struct http_line { /* first come, first served */
    struct http_conn *first, *last;
};

/* http_worker.c tells how the workers share it. All under the lock. */
struct http_queue {
    pthread_mutex_t lock;
    pthread_cond_t emptied;
    struct http_line reads, writes;
    unsigned n, max;
    unsigned running;          /* workers with a request */
    unsigned reading, at_once; /* of those, with one that reads; as many as shall, if they get on */
    unsigned waking;           /* woken, and not yet there */
    struct http_worker *idle;  /* last used first: its memory and its connections are warm */
    struct http_worker *deputy; /* looks after reads that wait too long; NULL = none */
    bool abandon;               /* answer 503 instead of running handlers */
    bool quit;
};

struct http_worker {
    struct http_server *server;
    pthread_t thread;
    pthread_cond_t wake;
    struct http_worker *next_idle;
    bool woken;
};

struct http_server {
    struct http_server_options options;
    struct MHD_Daemon *daemon;
    char *tls_cert, *tls_key;
    unsigned port;
    int listener;
    _Atomic bool stopping;

    pthread_mutex_t lock; /* conns and their streams */
    struct http_conn *conns;
    unsigned conn_count;

    struct http_queue queue;
    struct http_worker *workers;
    unsigned worker_count;

    pthread_t watcher;
    pthread_cond_t watcher_wake; /* with lock */
    bool watcher_running, watcher_quit;
    int64_t header_patience, idle_patience, body_grace; /* microseconds */
    uint64_t body_rate;

    struct in6_addr *proxies; /* IPv4 as mapped */
    size_t proxy_count;

    _Atomic uint64_t requests, refused, bytes_out, by_status[6];
    _Atomic unsigned streams;
};

/* http_check.c: is the head of the request sound (security I1)? Sets path, query and close. */
struct http_refusal http_check_head(struct http_conn *, const char *version);
/* Decodes %XX (and '+' as a space when wanted) from s to out, which may be s.p; returns the length,
 * or SIZE_MAX when it is malformed, holds a NUL or is not UTF-8. */
size_t http_decode(str s, bool plus, char *out);

/* http_conn.c: the callbacks of libmicrohttpd. */
void http_conn_notify(void *server,
                      struct MHD_Connection *,
                      void **context,
                      enum MHD_ConnectionNotificationCode);
void *http_conn_target(void *server, const char *target, struct MHD_Connection *);
enum MHD_Result http_conn_access(void *server,
                                 struct MHD_Connection *,
                                 const char *url,
                                 const char *method,
                                 const char *version,
                                 const char *upload,
                                 size_t *upload_size,
                                 void **context);
void http_conn_completed(void *server,
                         struct MHD_Connection *,
                         void **context,
                         enum MHD_RequestTerminationCode);
/* Begins a phase that the watcher times from now. */
void http_conn_enter(struct http_conn *, enum http_phase);

/* http_body.c. Any error: the file that the rule asks for cannot be written. */
err_t http_body_add(struct http_conn *, str bytes) MUST_USE;
void http_body_done(struct http_conn *);

/* http_reply.c: a response from the reply, which is consumed. */
void http_reply_init(struct http_conn *, struct http_reply *);
void http_reply_finish(struct http_conn *, struct http_reply *);
/* The response for a refusal; the connection is closed after it. */
void http_reply_refuse(struct http_conn *, struct http_refusal);

/* http_worker.c */
bool http_queue_push(struct http_conn *); /* suspends the connection; false when full */
err_t http_workers_start(struct http_server *) MUST_USE;
void http_workers_stop(struct http_server *);

/* http_request.c: fills remote and secure. */
void http_request_origin(struct http_conn *, struct http_request *);
/* An address as IPv6, IPv4 mapped. */
bool http_address_parse(str, struct in6_addr *);

/* http_stream.c */
void http_stream_attach(struct http_stream *, struct http_conn *);
struct MHD_Response *http_stream_response(struct http_stream *);
void http_stream_hung_up(struct http_stream *);

/* http_watch.c */
err_t http_watch_start(struct http_server *) MUST_USE;
void http_watch_stop(struct http_server *);
