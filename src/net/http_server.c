#include "net/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "net/http_internal.h"

/* Memory of one connection: the longest head that is taken, its index, and the head of the reply;
 * and the window through which bodies come and go. Most of it gets touched, so it is also what an
 * open event stream costs. */
enum { CONNECTION_MEMORY = 36 * KIB, LISTEN_BACKLOG = 1024, SPARE_FILES = 128 };

static err_t listen_on(struct http_server *server, struct problems *problems)
{
    const struct http_server_options *o = &server->options;
    struct in6_addr any;
    str host = str_from(o->host);
    if (!http_address_parse(host, &any) || o->port > UINT16_MAX) {
        problem_add_str(problems, S(""), "listen_address_invalid", host, (str){0}, (str){0});
        return ERR_INVALID;
    }
    struct sockaddr_storage at = {0};
    socklen_t size;
    if (IN6_IS_ADDR_V4MAPPED(&any)) {
        struct sockaddr_in *v4 = (struct sockaddr_in *)&at;
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)o->port);
        memcpy(&v4->sin_addr, &any.s6_addr[12], sizeof v4->sin_addr);
        size = sizeof *v4;
    } else {
        struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&at;
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)o->port);
        v6->sin6_addr = any;
        size = sizeof *v6;
    }
    int yes = 1;
    int fd = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
        bind(fd, (struct sockaddr *)&at, size) == 0 && listen(fd, LISTEN_BACKLOG) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &size) == 0) {
        server->listener = fd;
        server->port = ntohs(at.ss_family == AF_INET ? ((struct sockaddr_in *)&at)->sin_port
                                                     : ((struct sockaddr_in6 *)&at)->sin6_port);
        return OK;
    }
    int why = errno;
    if (fd >= 0)
        close(fd);
    char port[16];
    snprintf(port, sizeof port, "%u", o->port);
    problem_add_str(problems, S(""), why == EADDRINUSE ? "listen_port_taken" : "listen_failed",
                    host, str_from(port), str_from(strerrordesc_np(why)));
    if (why == EADDRINUSE)
        return ERR_CONFLICT;
    return why == EADDRNOTAVAIL || why == EACCES ? ERR_INVALID : ERR_UNAVAILABLE;
}

static char *read_file(const char *path)
{
    struct buf b;
    buf_init(&b, MIB);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    char some[4096];
    ssize_t n = -1;
    while (fd >= 0 && (n = read(fd, some, sizeof some)) > 0)
        buf_add(&b, (str){some, (size_t)n});
    if (fd >= 0)
        close(fd);
    buf_byte(&b, '\0');
    if (n < 0 || b.full)
        buf_done(&b);
    return b.p;
}

static err_t load_tls(struct http_server *server, struct problems *problems)
{
    const struct http_server_options *o = &server->options;
    if (!o->tls_cert_file && !o->tls_key_file)
        return OK;
    const char *files[] = {o->tls_cert_file, o->tls_key_file};
    char **into[] = {&server->tls_cert, &server->tls_key};
    for (size_t i = 0; i < 2; i++) {
        *into[i] = files[i] ? read_file(files[i]) : NULL;
        if (!*into[i]) {
            problem_add_str(problems, S(""), "tls_file_unreadable", str_from(files[i]), (str){0},
                            (str){0});
            return ERR_INVALID;
        }
    }
    return OK;
}

static err_t load_proxies(struct http_server *server, struct problems *problems)
{
    str rest = server->options.proxies, one;
    server->proxies = calloc(rest.n + 1, sizeof *server->proxies); /* more than there can be */
    if (!server->proxies)
        abort();
    while (rest.n && str_split(&rest, ',', &one)) {
        if (!http_address_parse(one, &server->proxies[server->proxy_count])) {
            problem_add_str(problems, S(""), "proxy_address_invalid", one, (str){0}, (str){0});
            return ERR_INVALID;
        }
        server->proxy_count++;
    }
    return OK;
}

static unsigned most_connections(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) || files.rlim_cur == RLIM_INFINITY ||
        files.rlim_cur > 100000)
        return 100000;
    return files.rlim_cur > 2 * SPARE_FILES ? (unsigned)files.rlim_cur - SPARE_FILES : SPARE_FILES;
}

/* The library's complaints are about what clients sent. */
static void library_log(void *cls, const char *format, va_list args)
{
    (void)cls;
    char line[300];
    vsnprintf(line, sizeof line, format, args);
    log_event(LOG_DEBUG, "http_library", "text", LOG_STR(str_trim(str_from(line))), NULL);
}

static size_t keep_escapes(void *cls, struct MHD_Connection *mhd, char *s)
{
    (void)cls, (void)mhd;
    return strlen(s);
}

/* Instead of MHD_quiesce_daemon(), which aborts when a network thread is quicker than itself to
 * take the listening socket out of its epoll set (0.9.75). */
static enum MHD_Result
accept_unless_stopping(void *cls, const struct sockaddr *from, socklen_t size)
{
    (void)from, (void)size;
    struct http_server *server = cls;
    return atomic_load(&server->stopping) ? MHD_NO : MHD_YES;
}

static err_t start_daemon(struct http_server *server, struct problems *problems)
{
    unsigned threads = server->options.threads ? server->options.threads : 2;
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    static char tls_versions[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2";
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, server->tls_cert},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, server->tls_key},
        {MHD_OPTION_HTTPS_PRIORITIES, 0, tls_versions},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    if (server->tls_cert)
        flags |= MHD_USE_TLS;
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)library_log, NULL},
        {MHD_OPTION_LISTEN_SOCKET, server->listener, NULL},
        {MHD_OPTION_THREAD_POOL_SIZE, threads > 1 ? (intptr_t)threads : 0, NULL},
        {MHD_OPTION_CONNECTION_LIMIT, (intptr_t)most_connections(), NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, LIMIT_HTTP_IDLE_SECONDS, NULL},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)keep_escapes, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)http_conn_target, server},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)http_conn_notify, server},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)http_conn_completed, server},
        {MHD_OPTION_ARRAY, 0, server->tls_cert ? tls : none},
        {MHD_OPTION_END, 0, NULL},
    };
    server->daemon = MHD_start_daemon(flags, 0, accept_unless_stopping, server, http_conn_access,
                                      server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    server->listener = -1; /* the library closes it, also when it does not start */
    if (server->daemon)
        return OK;
    problem_add(problems, S(""), server->tls_cert ? "tls_files_unfit" : "listen_failed",
                server->options.host, "", "libmicrohttpd", NULL);
    return server->tls_cert ? ERR_INVALID : ERR_UNAVAILABLE;
}

static int64_t patience(unsigned ms, int64_t seconds)
{
    return ms ? (int64_t)ms * 1000 : seconds * CLOCK_SECOND;
}

static struct http_server *server_new(const struct http_server_options *o)
{
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        abort();
    server->options = *o;
    server->listener = -1;
    server->header_patience = patience(o->limits.header_ms, LIMIT_HTTP_HEADER_SECONDS);
    server->idle_patience = patience(o->limits.idle_ms, LIMIT_HTTP_IDLE_SECONDS);
    server->body_grace = patience(o->limits.body_grace_ms, LIMIT_HTTP_BODY_GRACE_SECONDS);
    server->body_rate = o->limits.body_rate ? o->limits.body_rate : LIMIT_HTTP_BODY_RATE;
    server->queue.max = o->queue ? o->queue : 1024;
    pthread_mutex_init(&server->lock, NULL);
    pthread_mutex_init(&server->queue.lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->queue.emptied, &monotonic);
    pthread_cond_init(&server->watcher_wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    return server;
}

static void server_free(struct http_server *server)
{
    if (server->listener >= 0)
        close(server->listener);
    pthread_cond_destroy(&server->watcher_wake);
    pthread_cond_destroy(&server->queue.emptied);
    pthread_mutex_destroy(&server->queue.lock);
    pthread_mutex_destroy(&server->lock);
    free(server->proxies);
    free(server->tls_cert);
    free(server->tls_key);
    free(server);
}

static err_t start_all(struct http_server *server, struct problems *problems)
{
    TRY(load_proxies(server, problems));
    TRY(load_tls(server, problems));
    TRY(listen_on(server, problems));
    TRY(http_workers_start(server));
    TRY(http_watch_start(server));
    return start_daemon(server, problems);
}

err_t http_server_start(const struct http_server_options *options,
                        struct problems *problems,
                        struct http_server **out)
{
    struct http_server *server = server_new(options);
    err_t e = start_all(server, problems);
    if (e != OK) {
        http_server_stop(server, 0);
        return e;
    }
    *out = server;
    return OK;
}

unsigned http_server_port(const struct http_server *server)
{
    return server->port;
}

static void end_streams(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    for (struct http_conn *c = server->conns; c; c = c->next)
        if (c->stream)
            http_stream_end(c->stream);
    pthread_cond_signal(&server->watcher_wake); /* it drops idle connections */
    pthread_mutex_unlock(&server->lock);
}

static void wait_for_workers(struct http_server *server, int64_t deadline)
{
    struct http_queue *q = &server->queue;
    struct timespec until = {.tv_sec = deadline / CLOCK_SECOND,
                             .tv_nsec = deadline % CLOCK_SECOND * 1000};
    pthread_mutex_lock(&q->lock);
    while (q->n + q->running > 0 &&
           pthread_cond_timedwait(&q->emptied, &q->lock, &until) != ETIMEDOUT)
        ;
    q->abandon = true;
    pthread_mutex_unlock(&q->lock);
}

/* Until no reply is on its way any more: the network threads tell nobody when they have written. */
static void wait_for_replies(struct http_server *server, int64_t deadline)
{
    for (bool busy = true; busy && clock_monotonic() < deadline;) {
        busy = false;
        pthread_mutex_lock(&server->lock);
        for (struct http_conn *c = server->conns; c; c = c->next) {
            int phase = atomic_load(&c->phase);
            busy |= phase != PHASE_OPEN && phase != PHASE_IDLE;
        }
        pthread_mutex_unlock(&server->lock);
        if (busy)
            usleep(2000);
    }
}

void http_server_stop(struct http_server *server, unsigned seconds)
{
    int64_t deadline = clock_monotonic() + seconds * CLOCK_SECOND;
    atomic_store(&server->stopping, true);
    if (server->daemon) {
        end_streams(server);
        wait_for_replies(server, deadline);
    }
    wait_for_workers(server, deadline);
    http_workers_stop(server);
    if (server->daemon) {
        wait_for_replies(server, clock_monotonic() + CLOCK_SECOND);
        MHD_stop_daemon(server->daemon);
    }
    http_watch_stop(server);
    server_free(server);
}

void http_server_stats(struct http_server *server, struct http_stats *out)
{
    struct http_stats s = {
        .requests = atomic_load(&server->requests),
        .refused = atomic_load(&server->refused),
        .bytes_out = atomic_load(&server->bytes_out),
        .streams = atomic_load(&server->streams),
    };
    for (size_t i = 0; i < 6; i++)
        s.by_status[i] = atomic_load(&server->by_status[i]);
    pthread_mutex_lock(&server->lock);
    s.connections = server->conn_count;
    pthread_mutex_unlock(&server->lock);
    pthread_mutex_lock(&server->queue.lock);
    s.waiting = server->queue.n;
    pthread_mutex_unlock(&server->queue.lock);
    *out = s;
}
