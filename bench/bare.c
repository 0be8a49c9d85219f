#include "bare.h"

#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jw.h"
#include "base/limits.h"

struct bare {
    struct MHD_Daemon *daemon;
    struct db *db;
    str one_sql, page_sql;
};

enum { THREADS = 2 };

static _Thread_local struct db_conn *mine; /* one for each thread of the pool */
static struct db_conn *taken[THREADS];
static _Atomic unsigned taken_count;

static bool connect_thread(struct db *db)
{
    if (!mine && db_acquire(db, &mine) == OK)
        taken[taken_count++] = mine;
    return mine;
}

static void write_cell(struct jw *w, value v)
{
    if (v.kind == VALUE_TEXT)
        jw_str(w, v.s);
    else if (v.kind == VALUE_INT)
        jw_int(w, v.i);
    else if (v.kind == VALUE_REAL)
        jw_real(w, v.r);
    else if (v.kind == VALUE_BOOL)
        jw_bool(w, v.b);
    else
        jw_null(w);
}

static void write_rows(struct db_rows *rows, struct buf *out)
{
    struct jw w = {.out = out};
    char key[8];
    jw_open(&w, '[');
    while (db_next(rows)) {
        jw_open(&w, '{');
        for (size_t i = 0; i < db_columns(rows); i++) {
            jw_key(&w, (str){key, (size_t)snprintf(key, sizeof key, "c%zu", i)});
            write_cell(&w, db_cell(rows, i));
        }
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
}

static enum MHD_Result answer(void *cls,
                              struct MHD_Connection *connection,
                              const char *url,
                              const char *method,
                              const char *version,
                              const char *data,
                              size_t *size,
                              void **state)
{
    struct bare *b = cls;
    static char seen;
    (void)method, (void)version, (void)data, (void)size;
    if (!*state) { /* the headers; the reply may be queued with the next call */
        *state = &seen;
        return MHD_YES;
    }
    AUTO_ROWS rows = NULL;
    AUTO_BUF out;
    buf_init(&out, 8 * MIB);
    value id = V_INT(0);
    bool one = strncmp(url, "/one/", 5) == 0;
    if (one && str_to_int(str_from(url + 5), &id.i) != OK)
        return MHD_NO;
    if (!connect_thread(b->db))
        return MHD_NO;
    if (db_query(mine, one ? b->one_sql : b->page_sql, &id, one ? 1 : 0, &rows) != OK)
        return MHD_NO;
    write_rows(rows, &out);
    struct MHD_Response *r = MHD_create_response_from_buffer(out.n, out.p, MHD_RESPMEM_MUST_COPY);
    enum MHD_Result queued = MHD_queue_response(connection, 200, r);
    MHD_destroy_response(r);
    return queued;
}

struct bare *bare_start(struct db *db, str one_sql, str page_sql)
{
    struct bare *b = calloc(1, sizeof *b);
    if (!b)
        abort();
    *b = (struct bare){.db = db, .one_sql = one_sql, .page_sql = page_sql};
    b->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer, b,
                                 MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_END);
    if (!b->daemon)
        abort();
    return b;
}

unsigned bare_port(const struct bare *b)
{
    return MHD_get_daemon_info(b->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
}

void bare_stop(struct bare *b)
{
    MHD_stop_daemon(b->daemon);
    while (taken_count)
        db_release(taken[--taken_count]);
    free(b);
}
