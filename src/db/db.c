#include "db/db.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "db/dialect.h"
#include "db/driver.h"

enum { DEFAULT_READERS = 8 };

/* The database whose work this thread is running; a second transaction within would wait for the
 * first for ever. */
static _Thread_local const struct db *working_on;

void *db_alloc(size_t size)
{
    void *p = calloc(1, size ? size : 1);
    if (!p)
        abort();
    return p;
}

void db_count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

void db_init(struct db *db,
             const struct db_driver *driver,
             str location,
             const struct db_options *options)
{
    db->driver = driver;
    db->read_only = options->read_only;
    db->location = memcpy(db_alloc(location.n + 1), location.p, location.n);
    for (int i = 0; i < PURPOSES; i++)
        db->pools[i].most = options->readers ? options->readers : DEFAULT_READERS;
    pthread_mutex_init(&db->lock, NULL);
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&db->returned, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

void db_done(struct db *db)
{
    pthread_cond_destroy(&db->returned);
    pthread_mutex_destroy(&db->lock);
    free(db->location);
}

static bool take_prefix(str *s, str prefix)
{
    if (!str_starts(*s, prefix))
        return false;
    *s = str_cut(*s, prefix.n, s->n);
    return true;
}

err_t db_open(const struct db_options *options, struct problems *problems, struct db **out)
{
    str rest = options->url;
    bool plain = rest.n && !memchr(rest.p, '\0', rest.n);
    if (plain && take_prefix(&rest, S("sqlite:")) && rest.n)
        return sqlite_open(rest, options, problems, out);
    if (plain && (str_starts(rest, S("postgresql://")) || str_starts(rest, S("postgres://"))))
        return postgres_open(rest, options, problems, out);
    problem_add(problems, S(""), "database_url", NULL);
    return ERR_INVALID;
}

void db_close(struct db *db)
{
    if (!db)
        return;
    pool_drain(db);
    if (db->number_holder)
        db->driver->disconnect(db->number_holder);
    db->driver->close(db);
}

enum db_kind db_kind(const struct db *db)
{
    return db->driver->kind;
}

enum db_kind db_conn_kind(const struct db_conn *c)
{
    return c->db->driver->kind;
}

err_t db_acquire(struct db *db, struct db_conn **out)
{
    struct db_conn *c;
    TRY(pool_take(db, FOR_READING, &c));
    db_deadline(c, 0);
    *out = c;
    return OK;
}

unsigned db_deadline(struct db_conn *c, unsigned milliseconds)
{
    unsigned before = c->deadline;
    c->deadline = milliseconds;
    c->too_slow = false;
    return before;
}

bool db_too_slow(const struct db_conn *c)
{
    return c->too_slow;
}

bool db_lock_waited(const struct db_conn *c)
{
    return c->lock_waited;
}

void db_release(struct db_conn *c)
{
    if (!c)
        return;
    if (c->in_snapshot)
        db_snapshot_end(c);
    c->ahead.sql = (str){0};
    if (c->open_rows)
        (void)FAULT("rows left open on a connection given back");
    pool_put(c);
}

err_t db_snapshot_begin(struct db_conn *c)
{
    if (c->in_snapshot || c->in_work)
        return FAULT("snapshot within a snapshot or a work");
    TRY(c->db->driver->command(c, c->db->driver->begin_snapshot));
    c->in_snapshot = true;
    return OK;
}

void db_snapshot_end(struct db_conn *c)
{
    if (!c->in_snapshot)
        return;
    c->in_snapshot = false;
    c->failed = OK;
    if (!c->lost && !c->broken && c->db->driver->command(c, "ROLLBACK") != OK)
        c->broken = true;
    c->lost = false;
}

err_t db_transact(struct db *db, db_work work, void *arg)
{
    if (working_on == db)
        return FAULT("transaction within a work");
    if (db->read_only)
        return ERR_DENIED;
    db_count(&db->transactions);
    err_t e = db->driver->transact(db, work, arg);
    if (e == ERR_DISK_FULL)
        atomic_store(&db->disk_full, true);
    return e;
}

bool db_disk_was_full(struct db *db)
{
    return atomic_exchange(&db->disk_full, false);
}

err_t db_run_work(struct db_conn *c, db_work work, void *arg)
{
    const struct db *outer = working_on;
    working_on = c->db;
    unsigned open_before = c->open_rows;
    c->in_work = true;
    c->failed = OK;
    c->lost = c->again = c->pipelined = c->lock_waited = false;
    err_t e = work(c, arg);
    if (e == OK)
        e = c->failed;
    if (c->open_rows > open_before)
        e = FAULT("rows left open by a work");
    c->in_work = false;
    c->failed = OK;
    working_on = outer;
    return e;
}

err_t db_nested(struct db_conn *c, db_work inner, void *arg)
{
    if (!c->in_work)
        return FAULT("db_nested outside a work");
    TRY(c->failed);
    const struct db_driver *driver = c->db->driver;
    c->failed = driver->command(c, "SAVEPOINT nested");
    TRY(c->failed);
    bool pipelined = c->pipelined;
    c->pipelined = false; /* inner's failures are to be told before its savepoint ends */
    err_t e = inner(c, arg);
    c->pipelined = pipelined;
    /* What was sent is to be told of now: the failure of one would be taken for that of ROLLBACK.
     */
    err_t settled = driver->settle && !c->broken ? driver->settle(c) : OK;
    if (e == OK || (settled != OK && (c->lost || c->broken || c->again)))
        e = settled;
    if (e == OK)
        e = c->failed;
    if (e == OK)
        return driver->command(c, "RELEASE SAVEPOINT nested");
    if (c->lost || c->broken || c->again)
        return c->failed = e;
    c->failed = OK;
    err_t undone = driver->command(c, "ROLLBACK TO SAVEPOINT nested");
    if (undone == OK)
        undone = driver->command(c, "RELEASE SAVEPOINT nested");
    if (undone != OK)
        c->failed = undone;
    return e;
}

void db_pipeline(struct db_conn *c)
{
    c->pipelined = c->in_work;
}

err_t db_settle(struct db_conn *c)
{
    TRY(c->failed);
    c->failed = c->db->driver->settle ? c->db->driver->settle(c) : OK;
    return c->failed;
}

err_t db_injected(struct db *db)
{
    if (atomic_load_explicit(&db->fault_in, memory_order_relaxed) <= 0 ||
        atomic_fetch_sub(&db->fault_in, 1) != 1)
        return OK;
    return (err_t)atomic_load(&db->fault);
}

void db_fail_at(struct db *db, unsigned nth, err_t fault)
{
    atomic_store(&db->fault, (int)fault);
    atomic_store(&db->fault_in, (int)nth);
}

/* Remembers what came of a statement that began at `start`; returns it. */
static err_t after(struct db_conn *c, int64_t start, err_t e)
{
    struct db *db = c->db;
    db_count(&db->queries);
    atomic_fetch_add_explicit(&db->busy, (uint64_t)(clock_monotonic() - start),
                              memory_order_relaxed);
    if (e == OK)
        return OK;
    if (e == ERR_CONFLICT)
        db_count(&db->conflicts);
    else if (err_is_fault(e))
        db_count(&db->faults);
    if (c->in_work || c->in_snapshot)
        c->failed = e;
    return e;
}

static bool storable(value v)
{
    if (v.kind == VALUE_REAL)
        return isfinite(v.r);
    return v.kind != VALUE_TEXT || v.s.n == 0 || (!memchr(v.s.p, '\0', v.s.n) && utf8_valid(v.s));
}

/* What one of the two databases refuses or alters stops here. */
static err_t check_params(const value *params, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!storable(params[i]))
            return ERR_INVALID;
    return OK;
}

static err_t ready(struct db_conn *c, str sql, size_t n, struct statement **out)
{
    TRY(c->failed);
    TRY(db_injected(c->db));
    TRY(statement_get(c, sql, out));
    if ((*out)->params == n)
        return OK;
    statement_release(c, *out);
    return FAULT_DETAIL("wrong number of parameters", sql);
}

static err_t run(struct db_conn *c, str sql, const value *params, size_t n, int64_t *changed)
{
    TRY(check_params(params, n));
    struct statement *statement;
    TRY(ready(c, sql, n, &statement));
    int64_t count = 0;
    statement->busy = true;
    const struct db_driver *driver = c->db->driver;
    bool send = c->pipelined && !changed && driver->send;
    err_t e =
        send ? driver->send(c, statement, params, n) : driver->run(c, statement, params, n, &count);
    statement_release(c, statement);
    if (e == OK && changed)
        *changed = count;
    return e;
}

err_t db_run(struct db_conn *c, str sql, const value *params, size_t n, int64_t *changed)
{
    int64_t start = clock_monotonic();
    return after(c, start, run(c, sql, params, n, changed));
}

static err_t send(struct db_conn *c, str sql, const value *params, size_t n)
{
    TRY(check_params(params, n));
    struct statement *statement;
    TRY(ready(c, sql, n, &statement));
    statement->busy = true;
    err_t e = c->db->driver->send(c, statement, params, n);
    statement_release(c, statement);
    return e;
}

err_t db_send(struct db_conn *c, str sql, const value *params, size_t n)
{
    int64_t start = clock_monotonic();
    bool waits = c->in_work && c->db->driver->send;
    return after(c, start, waits ? send(c, sql, params, n) : run(c, sql, params, n, NULL));
}

static err_t query(struct db_conn *c, str sql, const value *params, size_t n, struct db_rows **out)
{
    TRY(check_params(params, n));
    struct statement *statement;
    TRY(ready(c, sql, n, &statement));
    struct db_rows *rows;
    statement->busy = true;
    err_t e = c->db->driver->query(c, statement, params, n, &rows);
    if (e != OK) {
        statement_release(c, statement);
        return e;
    }
    rows->conn = c;
    rows->statement = statement;
    c->open_rows++;
    *out = rows;
    return OK;
}

err_t db_query(struct db_conn *c, str sql, const value *params, size_t n, struct db_rows **out)
{
    int64_t start = clock_monotonic();
    return after(c, start, query(c, sql, params, n, out));
}

void db_ahead(struct db_conn *c, str sql)
{
    c->ahead = (struct db_ahead){.sql = sql};
}

err_t db_ahead_take(struct db_conn *c, int64_t cells[static AHEAD_CELLS])
{
    struct db_ahead a = c->ahead;
    value read[AHEAD_CELLS];
    c->ahead.sql = (str){0};
    if (a.state == AHEAD_NO_ROW)
        return ERR_NOT_FOUND;
    if (a.state == AHEAD_WAITS)
        TRY(db_one(c, NULL, a.sql, NULL, 0, read, AHEAD_CELLS));
    for (size_t i = 0; i < AHEAD_CELLS; i++)
        cells[i] = a.state == AHEAD_WAITS ? read[i].i : a.cells[i];
    return OK;
}

err_t db_prepare(struct db_conn *c, str sql)
{
    struct statement *statement;
    int64_t start = clock_monotonic();
    err_t e = c->failed != OK ? c->failed : statement_get(c, sql, &statement);
    if (e == OK)
        statement_release(c, statement);
    return after(c, start, e);
}

err_t db_lock(struct db_conn *c, str name)
{
    if (!c->in_work)
        return FAULT("db_lock outside a work");
    if (db_conn_kind(c) == DB_SQLITE)
        return OK;
    value nothing, key = V_TEXT(name);
    return db_one(c, NULL,
                  S("SELECT 1 FROM pg_advisory_xact_lock(hashtextextended(CAST($1 AS text), 0))"),
                  &key, 1, &nothing, 1);
}

static err_t script(struct db_conn *c, str sql)
{
    AUTO_BUF text;
    TRY(c->failed);
    TRY(db_injected(c->db));
    buf_init(&text, LIMIT_SCRIPT_BYTES);
    if (dialect_expand(c->db->driver->kind, sql, &text) != OK)
        return FAULT("unknown @word in a script");
    buf_byte(&text, '\0');
    if (text.full)
        return FAULT("script is too long");
    return c->db->driver->script(c, text.p);
}

err_t db_script(struct db_conn *c, str sql)
{
    if (!c->in_work)
        return FAULT("db_script outside a work");
    int64_t start = clock_monotonic();
    return after(c, start, script(c, sql));
}

bool db_next(struct db_rows *rows)
{
    if (rows->error != OK)
        return false;
    bool more = rows->conn->db->driver->next(rows);
    if (rows->error != OK)
        (void)after(rows->conn, clock_monotonic(), rows->error);
    return more;
}

err_t db_rows_error(const struct db_rows *rows)
{
    return rows->error;
}

size_t db_columns(const struct db_rows *rows)
{
    return rows->columns;
}

void db_rows_free(struct db_rows *rows)
{
    if (!rows)
        return;
    struct db_conn *c = rows->conn;
    struct statement *statement = rows->statement;
    c->open_rows--;
    c->db->driver->free_rows(rows);
    statement_release(c, statement);
}

err_t db_one(struct db_conn *c,
             struct arena *arena,
             str sql,
             const value *params,
             size_t n,
             value *cells,
             size_t columns)
{
    AUTO_ROWS rows = NULL;
    TRY(db_query(c, sql, params, n, &rows));
    if (!db_next(rows))
        return rows->error != OK ? rows->error : ERR_NOT_FOUND;
    for (size_t i = 0; i < columns; i++) {
        cells[i] = db_cell(rows, i);
        if (cells[i].kind == VALUE_TEXT)
            cells[i].s = arena_str(arena, cells[i].s);
    }
    return OK;
}

void db_set_conflict(struct db_conn *c, str name)
{
    size_t n = name.n < sizeof c->conflict - 1 ? name.n : sizeof c->conflict - 1;
    if (n)
        memcpy(c->conflict, name.p, n);
    c->conflict[n] = '\0';
}

str db_conflict_name(const struct db_conn *c)
{
    return str_from(c->conflict);
}

err_t db_backup(struct db *db,
                const char *path,
                void (*progress)(void *, int done, int all),
                void *arg)
{
    if (db->driver->kind != DB_SQLITE)
        return ERR_INVALID;
    struct db_conn *c;
    TRY(db_acquire(db, &c));
    err_t e = sqlite_backup(c, path, progress, arg);
    db_release(c);
    return e;
}

void db_stats(struct db *db, struct db_stats *out)
{
    pthread_mutex_lock(&db->lock);
    unsigned open = db->pools[FOR_READING].open + db->pools[FOR_WRITING].open;
    pthread_mutex_unlock(&db->lock);
    *out = (struct db_stats){
        .queries = atomic_load(&db->queries),
        .transactions = atomic_load(&db->transactions),
        .commits = atomic_load(&db->commits),
        .conflicts = atomic_load(&db->conflicts),
        .faults = atomic_load(&db->faults),
        .busy_microseconds = atomic_load(&db->busy),
        .connections = open,
    };
}
