#include "api/health.h"

#include <string.h>

#include "base/limits.h"
#include "sql_api.h"

enum { LAG_MOST = 10000 };

struct probe {
    struct api *api;
    struct http_request *request;
    struct http_reply *reply;
};

static void say(struct http_reply *reply, int status, str text)
{
    reply->status = status;
    reply->type = "text/plain; charset=utf-8";
    buf_add(&reply->body, text);
}

/* The process answers. */
static void live(struct probe *p)
{
    say(p->reply, 200, S("ok\n"));
}

/* As much as a large record takes, where it is cleared away in time. */
static err_t write_something(struct db_conn *conn, void *arg)
{
    (void)arg;
    char bytes[64 * KIB];
    memset(bytes, 'x', sizeof bytes);
    value params[] = {V_INT(clock_now()), V_TEXT(((str){bytes, sizeof bytes}))};
    return db_run(conn, SQL_HEALTH_WRITE, params, 2, NULL);
}

static err_t can_serve(struct app *app, struct arena *arena)
{
    struct db_conn *conn;
    value cell;
    if (atomic_load(&app->stopping))
        return ERR_UNAVAILABLE;
    if (db_disk_was_full(app->db))
        TRY(db_transact(app->db, write_something, NULL));
    TRY(db_acquire(app->db, &conn));
    err_t e = db_one(conn, arena, SQL_HEALTH_ONE, NULL, 0, &cell, 1);
    db_release(conn);
    return e;
}

/* The process can serve: it is not about to end, its database answers, its disk is not full. */
static void ready(struct probe *p)
{
    err_t e = can_serve(api_app(p->api), p->request->arena);
    say(p->reply, e == OK ? 200 : 503,
        e == OK              ? S("ready\n")
        : e == ERR_DISK_FULL ? S("not ready: disk full\n")
                             : S("not ready\n"));
}

/* ---- figures, in the text format of Prometheus ---- */

static void head(struct buf *out, const char *name, const char *type, const char *help)
{
    buf_printf(out, "# HELP renmai_%s %s\n# TYPE renmai_%s %s\n", name, help, name, type);
}

static void one(struct buf *out, const char *name, const char *type, const char *help, uint64_t v)
{
    head(out, name, type, help);
    buf_printf(out, "renmai_%s %llu\n", name, (unsigned long long)v);
}

static void http_figures(struct buf *out, struct http_server *server)
{
    struct http_stats s;
    http_server_stats(server, &s);
    head(out, "http_replies_total", "counter", "Replies by the class of their status.");
    for (size_t i = 1; i < sizeof s.by_status / sizeof *s.by_status; i++)
        buf_printf(out, "renmai_http_replies_total{status=\"%zuxx\"} %llu\n", i,
                   (unsigned long long)s.by_status[i]);
    one(out, "http_requests_total", "counter", "Requests.", s.requests);
    one(out, "http_refused_total", "counter", "Requests refused before a handler saw them.",
        s.refused);
    one(out, "http_sent_bytes_total", "counter", "Bytes of bodies sent.", s.bytes_out);
    one(out, "http_connections", "gauge", "Open connections.", s.connections);
    one(out, "http_streams", "gauge", "Open event streams.", s.streams);
    one(out, "http_waiting", "gauge", "Requests waiting for a worker.", s.waiting);
}

static void db_figures(struct buf *out, struct db *db)
{
    struct db_stats s;
    db_stats(db, &s);
    one(out, "db_queries_total", "counter", "Statements run.", s.queries);
    one(out, "db_transactions_total", "counter", "Transactions asked for.", s.transactions);
    one(out, "db_commits_total", "counter", "Commits; one may hold many transactions.", s.commits);
    one(out, "db_conflicts_total", "counter", "Keys found taken.", s.conflicts);
    one(out, "db_faults_total", "counter", "Statements that failed for no fault of the caller.",
        s.faults);
    head(out, "db_busy_seconds_total", "counter", "Time spent inside statements.");
    buf_printf(out, "renmai_db_busy_seconds_total %.6f\n", (double)s.busy_microseconds / 1e6);
    one(out, "db_connections", "gauge", "Open connections.", s.connections);
}

/* One gauge with a line a row: a name and a number. Names are made here, so need no escaping. */
static err_t labelled(struct buf *out,
                      struct db_conn *conn,
                      const char *name,
                      const char *label,
                      const char *help,
                      str sql,
                      const value *params,
                      size_t n)
{
    AUTO_ROWS rows = NULL;
    TRY(db_query(conn, sql, params, n, &rows));
    head(out, name, "gauge", help);
    while (db_next(rows))
        buf_printf(out, "renmai_%s{%s=\"" STR_FMT "\"} %lld\n", name, label,
                   STR_ARG(db_text(rows, 0)), (long long)db_int(rows, 1));
    return db_rows_error(rows);
}

static err_t stored_figures(struct buf *out, struct db_conn *conn)
{
    value most = V_INT(LAG_MOST), now = V_INT(clock_now());
    TRY(labelled(out, conn, "reader_lag", "reader",
                 "Changes a log reader has not seen yet, counted up to 10000.", SQL_HEALTH_READERS,
                 &most, 1));
    TRY(labelled(out, conn, "jobs", "state", "Jobs that have not ended, or ended for good.",
                 SQL_HEALTH_JOBS, NULL, 0));
    return labelled(out, conn, "jobs_overdue", "kind", "Jobs that wait past their time.",
                    SQL_HEALTH_OVERDUE, &now, 1);
}

static bool from_here(str address)
{
    return str_eqz(address, "127.0.0.1") || str_eqz(address, "::1") ||
           str_eqz(address, "::ffff:127.0.0.1");
}

static void metrics(struct probe *p)
{
    struct app *app = api_app(p->api);
    struct db_conn *conn;
    struct buf *out = &p->reply->body;
    if (!from_here(p->request->remote)) {
        problem_simple(p->reply, LANG_EN, 403, "denied", p->request->request_id);
        return;
    }
    p->reply->type = "text/plain; version=0.0.4; charset=utf-8";
    head(out, "build_info", "gauge", "The version.");
    buf_addz(out, "renmai_build_info{version=\"" RENMAI_VERSION "\"} 1\n");
    http_figures(out, api_server(p->api));
    db_figures(out, app->db);
    err_t e = db_acquire(app->db, &conn);
    if (e == OK) {
        e = stored_figures(out, conn);
        db_release(conn);
    }
    one(out, "up", "gauge", "Whether the database answers.", e == OK);
}

static const struct {
    const char *path;
    void (*run)(struct probe *);
} PROBES[] = {{"/healthz", live}, {"/readyz", ready}, {"/metrics", metrics}};

bool health_reply(struct api *api, struct http_request *r, struct http_reply *reply)
{
    struct probe p = {api, r, reply};
    for (size_t i = 0; i < sizeof PROBES / sizeof *PROBES; i++)
        if (str_eqz(r->path, PROBES[i].path)) {
            if (str_eqz(r->method, "GET") || str_eqz(r->method, "HEAD"))
                PROBES[i].run(&p);
            else
                problem_simple(reply, LANG_EN, 405, "method_not_allowed", r->request_id);
            security_headers(reply, true);
            return true;
        }
    return false;
}
