#include "db/postgres.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"

enum { ATTEMPTS = 5, FIRST_PAUSE_MICROSECONDS = 2000 };

/* Column types, from PostgreSQL's catalogue; they never change. */
enum {
    TYPE_BOOL = 16,
    TYPE_INT8 = 20,
    TYPE_INT2 = 21,
    TYPE_INT4 = 23,
    TYPE_OID = 26,
    TYPE_FLOAT4 = 700,
    TYPE_FLOAT8 = 701,
    TYPE_NUMERIC = 1700,
};

static struct postgres_conn *own(struct db_conn *c)
{
    return (struct postgres_conn *)c;
}

/* ---- statements ---- */

static err_t settle(struct postgres_conn *c)
{
    return c->waiting ? pipeline_settle(c, NULL) : OK;
}

static err_t count_params(struct postgres_conn *c, struct statement *s, const char *name)
{
    PGresult *r = PQdescribePrepared(c->pg, name);
    err_t e = postgres_outcome(c, r, s->text);
    if (e == OK)
        s->params = (unsigned)PQnparams(r);
    PQclear(r);
    return e;
}

static err_t prepare(struct db_conn *base, struct statement *s, str sql)
{
    struct postgres_conn *c = own(base);
    char name[STATEMENT_NAME];
    TRY(settle(c));
    s->number = ++c->last_number;
    postgres_statement_name(s, name);
    PGresult *r = PQprepare(c->pg, name, sql.p, 0, NULL);
    err_t e = postgres_outcome(c, r, s->text);
    PQclear(r);
    if (e != OK) {
        s->number = 0;
        return e;
    }
    if (str_find(s->text, S("@fresh")) != SIZE_MAX && !(s->handle = strdup(sql.p)))
        abort();
    return count_params(c, s, name);
}

static void finalise(struct db_conn *base, struct statement *s)
{
    char sql[32];
    struct postgres_conn *c = own(base);
    free(s->handle);
    s->handle = NULL;
    if (!s->number || base->broken)
        return;
    err_t e = settle(c);
    if (e != OK && base->in_work)
        base->failed = e;
    if (e != OK || PQtransactionStatus(c->pg) == PQTRANS_INERROR)
        return;
    snprintf(sql, sizeof sql, "DEALLOCATE s%u", s->number);
    PQclear(PQexec(c->pg, sql));
}

static bool wants_ahead(const struct postgres_conn *c, const struct statement *s)
{
    const struct db_conn *base = &c->base;
    return base->ahead.sql.n && base->ahead.state == AHEAD_WAITS && !s->handle && !c->waiting &&
           !base->in_work && !base->in_snapshot;
}

static err_t execute_with_ahead(struct postgres_conn *c,
                                struct statement *s,
                                const char *const *values,
                                size_t n,
                                PGresult **out)
{
    struct statement *ahead;
    TRY(statement_get(&c->base, c->base.ahead.sql, &ahead));
    ahead->busy = true;
    c->ahead = ahead;
    err_t e = pipeline_send(c, ahead, NULL, 0);
    if (e == OK)
        e = pipeline_send(c, s, values, n);
    if (e == OK)
        e = pipeline_settle(c, out);
    c->ahead = NULL;
    statement_release(&c->base, ahead);
    return e;
}

static err_t
execute(struct postgres_conn *c, struct statement *s, const value *params, size_t n, PGresult **out)
{
    char name[STATEMENT_NAME];
    err_t e = OK;
    *out = NULL;
    if (c->waiting == PIPELINE_MOST || s->handle)
        TRY(settle(c));
    const char *const *values = postgres_params(c, params, n);
    if (wants_ahead(c, s)) {
        e = execute_with_ahead(c, s, values, n, out);
    } else if (c->waiting) {
        TRY(pipeline_send(c, s, values, n));
        e = pipeline_settle(c, out);
    } else if (s->handle) { /* @fresh: planned for these values */
        *out = PQexecParams(c->pg, s->handle, (int)n, NULL, values, NULL, NULL, 0);
    } else {
        postgres_statement_name(s, name);
        *out = PQexecPrepared(c->pg, name, (int)n, values, NULL, NULL, 0);
    }
    if (e == OK)
        e = postgres_outcome(c, *out, s->text);
    if (e == OK)
        return OK;
    PQclear(*out);
    *out = NULL;
    return e;
}

/* The server is told of another deadline before the next statement, outside a transaction: there
 * the setting would be undone with it. */
static err_t tell_deadline(struct postgres_conn *c)
{
    char sql[64];
    unsigned wanted = c->base.deadline;
    if (wanted == c->deadline_told || c->base.in_work || c->base.in_snapshot)
        return OK;
    if (wanted)
        snprintf(sql, sizeof sql, "SET statement_timeout = %u", wanted);
    else
        snprintf(sql, sizeof sql, "SET statement_timeout TO DEFAULT");
    PGresult *r = PQexec(c->pg, sql);
    err_t e = postgres_outcome(c, r, str_from(sql));
    PQclear(r);
    TRY(e);
    c->deadline_told = wanted;
    return OK;
}

/* A plan goes stale when a table is altered: it is made anew and, outside a transaction, tried
 * once more; a work is run anew as a whole. */
static err_t execute_fresh(
    struct postgres_conn *c, struct statement *s, const value *params, size_t n, PGresult **out)
{
    TRY(tell_deadline(c));
    err_t e = execute(c, s, params, n, out);
    if (e == OK || !c->stale)
        return e;
    statement_drop(&c->base, s);
    if (c->base.in_work || c->base.in_snapshot)
        return ERR_UNAVAILABLE;
    struct statement *fresh;
    TRY(statement_get(&c->base, s->text, &fresh));
    return execute(c, fresh, params, n, out);
}

static int64_t changed_by(PGresult *r)
{
    int64_t n = 0;
    bool reading = str_starts(str_from(PQcmdStatus(r)), S("SELECT"));
    return !reading && str_to_int(str_from(PQcmdTuples(r)), &n) == OK ? n : 0;
}

static err_t
run(struct db_conn *c, struct statement *s, const value *params, size_t n, int64_t *changed)
{
    PGresult *r;
    TRY(execute_fresh(own(c), s, params, n, &r));
    *changed = changed_by(r);
    PQclear(r);
    return OK;
}

static err_t send(struct db_conn *base, struct statement *s, const value *params, size_t n)
{
    struct postgres_conn *c = own(base);
    if (c->waiting == PIPELINE_MOST)
        TRY(settle(c));
    return pipeline_send(c, s, postgres_params(c, params, n), n);
}

static err_t settle_all(struct db_conn *base)
{
    return settle(own(base));
}

/* ---- rows ---- */

struct postgres_rows {
    struct db_rows base;
    PGresult *result;
    int row, count;
};

static err_t
query(struct db_conn *c, struct statement *s, const value *params, size_t n, struct db_rows **out)
{
    PGresult *r;
    TRY(execute_fresh(own(c), s, params, n, &r));
    struct postgres_rows *rows = db_alloc(sizeof *rows);
    rows->result = r;
    rows->row = -1;
    rows->count = PQntuples(r);
    rows->base.columns = (size_t)PQnfields(r);
    *out = &rows->base;
    return OK;
}

static bool next(struct db_rows *base)
{
    struct postgres_rows *rows = (struct postgres_rows *)base;
    if (rows->row >= rows->count)
        return false;
    return ++rows->row < rows->count;
}

static str text(const struct db_rows *base, size_t column)
{
    const struct postgres_rows *rows = (const struct postgres_rows *)base;
    if (rows->row < 0 || rows->row >= rows->count)
        return (str){0};
    return (str){PQgetvalue(rows->result, rows->row, (int)column),
                 (size_t)PQgetlength(rows->result, rows->row, (int)column)};
}

static value number(str s)
{
    int64_t i;
    double r;
    if (str_to_int(s, &i) == OK)
        return V_INT(i);
    return str_to_real(s, &r) == OK ? V_REAL(r) : V_NULL;
}

static value real(str s)
{
    double r;
    return str_to_real(s, &r) == OK ? V_REAL(r) : V_NULL;
}

static value cell(const struct db_rows *base, size_t column)
{
    const struct postgres_rows *rows = (const struct postgres_rows *)base;
    str s = text(base, column);
    if (!s.p || PQgetisnull(rows->result, rows->row, (int)column))
        return V_NULL;
    switch (PQftype(rows->result, (int)column)) {
    case TYPE_BOOL:
        return V_BOOL(s.p[0] == 't');
    case TYPE_INT2:
    case TYPE_INT4:
    case TYPE_INT8:
    case TYPE_OID:
    case TYPE_NUMERIC: /* a sum of bigint is one: whole numbers stay exact, as on SQLite */
        return number(s);
    case TYPE_FLOAT4:
    case TYPE_FLOAT8:
        return real(s);
    default:
        return V_TEXT(s);
    }
}

static void free_rows(struct db_rows *rows)
{
    PQclear(((struct postgres_rows *)rows)->result);
    free(rows);
}

static err_t exec(struct db_conn *base, const char *sql)
{
    struct postgres_conn *c = own(base);
    TRY(settle(c));
    TRY(tell_deadline(c));
    PGresult *r = PQexec(c->pg, sql);
    err_t e = postgres_outcome(c, r, str_from(sql));
    PQclear(r);
    return e;
}

/* ---- connections ---- */

static void ignore_notice(void *arg __attribute__((unused)),
                          const PGresult *r __attribute__((unused)))
{
}

static PGconn *dial(const char *url)
{
    /* What stands before dbname are defaults; the URL may say otherwise. */
    static const char *const names[] = {"fallback_application_name", "connect_timeout",
                                        "tcp_user_timeout",          "dbname",
                                        "client_encoding",           NULL};
    const char *const values[] = {"renmai", "5", "15000", url, "UTF8", NULL};
    return PQconnectdbParams(names, values, 1);
}

static void disconnect(struct db_conn *base)
{
    struct postgres_conn *c = own(base);
    base->broken = true; /* the server forgets its statements by itself */
    statement_drop_all(base);
    postgres_params_done(c);
    PQfinish(c->pg);
    free(c);
}

static err_t connect(struct db *db, enum db_purpose purpose, struct db_conn **out)
{
    struct postgres_conn *c = db_alloc(sizeof *c);
    c->base.db = db;
    c->base.purpose = purpose;
    c->pg = dial(db->location);
    err_t e = OK;
    if (PQstatus(c->pg) != CONNECTION_OK) {
        log_event(LOG_ERROR, "database_away", "why", LOG_Z(PQerrorMessage(c->pg)), NULL);
        e = ERR_UNAVAILABLE;
    }
    PQsetNoticeReceiver(c->pg, ignore_notice, NULL);
    if (e == OK)
        e = exec(
            &c->base,
            purpose == FOR_READING
                ? "SET timezone = 'UTC'; SET jit = off; SET default_transaction_read_only = on"
                : "SET timezone = 'UTC'; SET jit = off; SET default_transaction_read_only = off");
    if (e != OK) {
        disconnect(&c->base);
        return ERR_UNAVAILABLE;
    }
    *out = &c->base;
    return OK;
}

/* ---- transactions ---- */

/* The server answers ROLLBACK to the COMMIT of a transaction that has failed. */
static err_t commit(struct postgres_conn *c)
{
    TRY(db_injected(c->base.db));
    PGresult *r = NULL;
    if (c->waiting)
        TRY(pipeline_commit(c, &r));
    else
        r = PQexec(c->pg, "COMMIT");
    err_t e = postgres_outcome(c, r, S("COMMIT"));
    if (e == OK && !str_eqz(S("COMMIT"), PQcmdStatus(r)))
        e = FAULT("COMMIT of a failed transaction");
    PQclear(r);
    return e;
}

static void roll_back(struct postgres_conn *c)
{
    err_t undone = settle(c); /* fails as the work did, or what nobody waited for */
    if (c->base.broken || PQtransactionStatus(c->pg) == PQTRANS_IDLE)
        return;
    undone = exec(&c->base, "ROLLBACK");
    c->base.broken = c->base.broken || undone != OK;
}

static err_t attempt(struct postgres_conn *c, db_work work, void *arg)
{
    c->base.again = false;
    TRY(pipeline_begin(c));
    err_t e = db_run_work(&c->base, work, arg);
    if (e == OK && c->base.again)
        e = ERR_UNAVAILABLE;
    if (e == OK)
        e = commit(c);
    if (e == OK)
        db_count(&c->base.db->commits);
    else
        roll_back(c);
    return e;
}

/* Long enough for the other side to go on, and random, so that rivals part. */
static void pause_before(int retry)
{
    unsigned least = (unsigned)FIRST_PAUSE_MICROSECONDS << (retry - 1), any;
    random_bytes(&any, sizeof any);
    usleep(least + any % least);
}

static err_t transact(struct db *db, db_work work, void *arg)
{
    struct db_conn *c;
    TRY(pool_take(db, FOR_WRITING, &c));
    err_t e = attempt(own(c), work, arg);
    for (int retry = 1; e != OK && c->again && !c->broken && retry < ATTEMPTS; retry++) {
        pause_before(retry);
        e = attempt(own(c), work, arg);
    }
    pool_put(c);
    return e;
}

/* ---- opening ---- */

static void close_db(struct db *db)
{
    db_done(db);
    free(db);
}

static const struct db_driver postgres_driver = {
    .kind = DB_POSTGRES,
    .close = close_db,
    .connect = connect,
    .disconnect = disconnect,
    .transact = transact,
    .command = exec,
    .begin_snapshot = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    .script = exec,
    .prepare = prepare,
    .finalise = finalise,
    .run = run,
    .send = send,
    .settle = settle_all,
    .query = query,
    .next = next,
    .cell = cell,
    .text = text,
    .free_rows = free_rows,
};

static bool well_formed(const char *url)
{
    PQconninfoOption *parsed = PQconninfoParse(url, NULL);
    PQconninfoFree(parsed);
    return parsed;
}

static err_t check_encoding(struct db *db, struct problems *problems)
{
    struct db_conn *c;
    TRY(db_acquire(db, &c));
    AUTO_ARENA arena = arena_new(KIB);
    value encoding = V_NULL;
    err_t e = db_one(c, arena, S("SHOW server_encoding"), NULL, 0, &encoding, 1);
    db_release(c);
    TRY(e);
    if (str_eqz(encoding.s, "UTF8"))
        return OK;
    problem_add_str(problems, S(""), "database_not_utf8", encoding.s, S(""), S(""));
    return ERR_INVALID;
}

err_t postgres_open(str url,
                    const struct db_options *options,
                    struct problems *problems,
                    struct db **out)
{
    struct db *db = db_alloc(sizeof *db);
    db_init(db, &postgres_driver, url, options);
    err_t e = OK;
    if (!well_formed(db->location)) {
        problem_add(problems, S(""), "database_url", NULL);
        e = ERR_INVALID;
    }
    if (e == OK) {
        e = check_encoding(db, problems);
        if (err_is_fault(e))
            problem_add(problems, S(""), "database_cannot_open", "PostgreSQL", err_name(e), NULL);
    }
    if (e != OK) {
        db_close(db);
        return e;
    }
    *out = db;
    return OK;
}
