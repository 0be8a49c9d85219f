#include "db/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"

enum { BUSY_MILLISECONDS = 5000, PATH_BYTES = 4096, STEPS_BETWEEN_LOOKS = 20000 };

static sqlite3_stmt *handle_of(const struct statement *s)
{
    return s->handle;
}

static struct sqlite_conn *own(struct db_conn *c)
{
    return (struct sqlite_conn *)c;
}

/* ---- statements ---- */

/* SQLite numbers parameters by first use: the name tells which one is meant. They are $1 … $n
 * without gaps, so that both databases count alike. */
static bool find_order(sqlite3_stmt *stmt, struct statement *s)
{
    size_t n = s->params, straight = 0;
    uint16_t *order = db_alloc(n * sizeof *order);
    bool *seen = db_alloc(n), well = n <= UINT16_MAX;
    for (size_t i = 0; i < n && well; i++) {
        const char *name = sqlite3_bind_parameter_name(stmt, (int)i + 1);
        int64_t which = 0;
        well = name && str_to_int(str_from(name + 1), &which) == OK && which >= 1 &&
               which <= (int64_t)n && !seen[which - 1];
        if (!well)
            break;
        seen[which - 1] = true;
        order[i] = (uint16_t)(which - 1);
        straight += order[i] == i;
    }
    free(seen);
    if (well && straight < n)
        s->order = order;
    else
        free(order);
    return well;
}

static int look_at_clock(void *arg)
{
    const struct sqlite_conn *c = arg;
    return c->until && clock_monotonic() > c->until;
}

/* What writes is not cut off: SQLite would take the whole transaction back, with the neighbours'.
 */
static void start_clock(struct sqlite_conn *c, sqlite3_stmt *stmt)
{
    bool ends = c->base.deadline && sqlite3_stmt_readonly(stmt);
    c->until = ends ? clock_monotonic() + (int64_t)c->base.deadline * 1000 : 0;
}

static err_t prepare(struct db_conn *base, struct statement *s, str sql)
{
    struct sqlite_conn *c = own(base);
    sqlite3_stmt *stmt = NULL;
    const char *tail = NULL;
    int rc = sqlite3_prepare_v3(c->handle, sql.p, (int)sql.n + 1, SQLITE_PREPARE_PERSISTENT, &stmt,
                                &tail);
    if (rc != SQLITE_OK)
        return sqlite_fail(c, rc, s->text);
    s->handle = stmt;
    if (!stmt || str_trim(str_from(tail)).n)
        return FAULT_DETAIL("not one statement", s->text);
    s->params = (unsigned)sqlite3_bind_parameter_count(stmt);
    if (!find_order(stmt, s))
        return FAULT_DETAIL("parameters are not $1 to $n", s->text);
    return OK;
}

static void finalise(struct db_conn *c __attribute__((unused)), struct statement *s)
{
    sqlite3_finalize(s->handle);
}

static int bind_one(sqlite3_stmt *stmt, int at, value v, sqlite3_destructor_type life)
{
    switch (v.kind) {
    case VALUE_BOOL:
        return sqlite3_bind_int(stmt, at, v.b);
    case VALUE_INT:
        return sqlite3_bind_int64(stmt, at, v.i);
    case VALUE_REAL:
        return sqlite3_bind_double(stmt, at, v.r);
    case VALUE_TEXT:
        return sqlite3_bind_text64(stmt, at, v.s.p ? v.s.p : "", v.s.n, life, SQLITE_UTF8);
    case VALUE_NULL:
        break;
    }
    return sqlite3_bind_null(stmt, at);
}

/* life: whether texts outlive the statement's run (SQLITE_STATIC) or are copied
 * (SQLITE_TRANSIENT). */
static err_t bind(struct sqlite_conn *c,
                  struct statement *s,
                  const value *params,
                  size_t n,
                  sqlite3_destructor_type life)
{
    sqlite3_stmt *stmt = handle_of(s);
    for (size_t i = 0; i < n; i++) {
        int rc = bind_one(stmt, (int)i + 1, params[s->order ? s->order[i] : i], life);
        if (rc != SQLITE_OK)
            return sqlite_fail(c, rc, s->text);
    }
    return OK;
}

static void reset(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

static err_t
run(struct db_conn *base, struct statement *s, const value *params, size_t n, int64_t *changed)
{
    struct sqlite_conn *c = own(base);
    sqlite3_stmt *stmt = handle_of(s);
    start_clock(c, stmt);
    err_t e = bind(c, s, params, n, SQLITE_STATIC);
    if (e == OK) {
        sqlite3_int64 before = sqlite3_total_changes64(c->handle);
        int rc;
        while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
            ;
        if (rc != SQLITE_DONE)
            e = sqlite_fail(c, rc, s->text);
        else if (sqlite3_total_changes64(c->handle) != before)
            *changed = sqlite3_changes64(c->handle);
    }
    reset(stmt);
    return e;
}

/* ---- rows ---- */

struct sqlite_rows {
    struct db_rows base;
    bool ahead; /* the first row is there but not yet asked for */
    bool ended;
};

static bool step(struct sqlite_conn *c, struct statement *s, struct sqlite_rows *rows)
{
    int rc = sqlite3_step(handle_of(s));
    if (rc == SQLITE_ROW)
        return true;
    rows->ended = true;
    if (rc != SQLITE_DONE)
        rows->base.error = sqlite_fail(c, rc, s->text);
    return false;
}

/* The first step is made here: what the statement writes is written and its errors are known. */
static err_t query(
    struct db_conn *base, struct statement *s, const value *params, size_t n, struct db_rows **out)
{
    struct sqlite_conn *c = own(base);
    struct sqlite_rows *rows = db_alloc(sizeof *rows);
    start_clock(c, handle_of(s));
    err_t e = bind(c, s, params, n, SQLITE_TRANSIENT);
    if (e == OK) {
        rows->ahead = step(c, s, rows);
        e = rows->base.error;
    }
    if (e != OK) {
        reset(handle_of(s));
        free(rows);
        return e;
    }
    rows->base.columns = (size_t)sqlite3_column_count(handle_of(s));
    *out = &rows->base;
    return OK;
}

static bool next(struct db_rows *base)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    if (rows->ahead) {
        rows->ahead = false;
        return true;
    }
    return !rows->ended && step(own(base->conn), base->statement, rows);
}

static str text(const struct db_rows *rows, size_t column)
{
    sqlite3_stmt *stmt = handle_of(rows->statement);
    const char *p = (const char *)sqlite3_column_text(stmt, (int)column);
    return (str){p, (size_t)sqlite3_column_bytes(stmt, (int)column)};
}

static value cell(const struct db_rows *rows, size_t column)
{
    sqlite3_stmt *stmt = handle_of(rows->statement);
    switch (sqlite3_column_type(stmt, (int)column)) {
    case SQLITE_INTEGER:
        return V_INT(sqlite3_column_int64(stmt, (int)column));
    case SQLITE_FLOAT:
        return V_REAL(sqlite3_column_double(stmt, (int)column));
    case SQLITE_NULL:
        return V_NULL;
    default:
        return V_TEXT(text(rows, column));
    }
}

static void free_rows(struct db_rows *rows)
{
    reset(handle_of(rows->statement));
    free(rows);
}

err_t sqlite_command(struct db_conn *base, const char *sql)
{
    struct statement *s;
    int64_t changed;
    TRY(statement_get(base, str_from(sql), &s));
    return run(base, s, NULL, 0, &changed);
}

static err_t script(struct db_conn *base, const char *sql)
{
    struct sqlite_conn *c = own(base);
    int rc = sqlite3_exec(c->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? OK : sqlite_fail(c, rc, str_from(sql));
}

/* ---- connections ---- */

/* Some file systems cannot; SQLite then silently keeps the mode it has. */
static int use_wal(sqlite3 *handle)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(handle, "PRAGMA journal_mode=WAL", -1, &stmt, NULL);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        rc = str_eqz(S("wal"), (const char *)sqlite3_column_text(stmt, 0)) ? SQLITE_OK
                                                                           : SQLITE_CANTOPEN;
    sqlite3_finalize(stmt);
    return rc;
}

static int set_up(sqlite3 *handle, const struct sqlite_db *db, enum db_purpose purpose)
{
    sqlite3_busy_timeout(handle, BUSY_MILLISECONDS);
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    int rc = sqlite_add_functions(handle);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(handle, "PRAGMA foreign_keys=ON; PRAGMA case_sensitive_like=ON", NULL,
                          NULL, NULL);
    if (rc != SQLITE_OK)
        return rc;
    if (purpose == FOR_READING)
        return sqlite3_exec(handle, "PRAGMA query_only=ON; PRAGMA cache_size=-1024", NULL, NULL,
                            NULL);
    rc = use_wal(handle);
    if (rc != SQLITE_OK)
        return rc;
    return sqlite3_exec(handle,
                        db->temporary
                            ? "PRAGMA synchronous=OFF"
                            : "PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;"
                              "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4000",
                        NULL, NULL, NULL);
}

err_t sqlite_connect(struct db *db, enum db_purpose purpose, struct db_conn **out)
{
    bool writes = purpose == FOR_WRITING || ((struct sqlite_db *)db)->tidies;
    int access = writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
    struct sqlite_conn *c = db_alloc(sizeof *c);
    c->base.db = db;
    c->base.purpose = purpose;
    int rc = sqlite3_open_v2(db->location, &c->handle, access | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = set_up(c->handle, (struct sqlite_db *)db, purpose);
    if (rc == SQLITE_OK)
        sqlite3_progress_handler(c->handle, STEPS_BETWEEN_LOOKS, look_at_clock, c);
    if (rc != SQLITE_OK) {
        (void)sqlite_fail(c, rc, S("open"));
        sqlite_disconnect(&c->base);
        return ERR_UNAVAILABLE;
    }
    *out = &c->base;
    return OK;
}

void sqlite_disconnect(struct db_conn *base)
{
    struct sqlite_conn *c = own(base);
    statement_drop_all(base);
    sqlite3_close(c->handle);
    free(c);
}

/* ---- opening ---- */

static void remove_temporary(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock"};
    char name[PATH_BYTES];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
}

static void close_db(struct db *base)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    if (db->writer)
        sqlite_writer_stop(db);
    if (db->temporary)
        remove_temporary(base->location);
    if (db->lock_file >= 0)
        close(db->lock_file);
    db_done(base);
    free(db);
}

static const struct db_driver sqlite_driver = {
    .kind = DB_SQLITE,
    .close = close_db,
    .connect = sqlite_connect,
    .disconnect = sqlite_disconnect,
    .transact = sqlite_transact,
    .command = sqlite_command,
    .begin_snapshot = "BEGIN",
    .script = script,
    .prepare = prepare,
    .finalise = finalise,
    .run = run,
    .query = query,
    .next = next,
    .cell = cell,
    .text = text,
    .free_rows = free_rows,
};

/* A path for sqlite::memory:. Readers beside a writer need WAL, and WAL needs a file. */
static bool temporary_path(char path[static PATH_BYTES])
{
    const char *folder = getenv("TMPDIR");
    snprintf(path, PATH_BYTES, "%s/renmai-XXXXXX", folder && *folder ? folder : "/tmp");
    int fd = mkstemp(path);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void refuse(struct problems *problems, const char *code, const char *path, const char *why)
{
    log_event(LOG_ERROR, "database_refused", "code", LOG_Z(code), "path", LOG_Z(path), "why",
              LOG_Z(why), NULL);
    problem_add(problems, S(""), code, path, why, NULL);
}

static err_t find(const struct sqlite_db *db, struct problems *problems)
{
    if (access(db->base.location, F_OK) == 0 || errno != ENOENT)
        return OK;
    refuse(problems, "no_enterprise", db->base.location, "");
    return ERR_NOT_FOUND;
}

/* Makes the file if need be, and holds the lock on its neighbour as long as it is open. The lock
 * file stays: removing it would let two processes hold locks on two files of the same name. */
static err_t make_and_lock(struct sqlite_db *db, struct problems *problems)
{
    const char *path = db->base.location;
    char real[PATH_BYTES], lock[PATH_BYTES + 8];
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || !realpath(path, real)) {
        refuse(problems, "database_cannot_open", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return ERR_UNAVAILABLE;
    }
    close(fd);
    snprintf(lock, sizeof lock, "%s.lock", real);
    db->lock_file = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (db->lock_file < 0) {
        refuse(problems, "database_cannot_open", lock, strerror(errno));
        return ERR_UNAVAILABLE;
    }
    if (flock(db->lock_file, LOCK_EX | LOCK_NB)) {
        refuse(problems, "database_in_use", path, strerror(errno));
        return errno == EWOULDBLOCK ? ERR_CONFLICT : ERR_UNAVAILABLE;
    }
    return OK;
}

static void configure(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* spares a global lock on every allocation */
    /* Pages that a savepoint may have to put back stay in memory: a file costs a system call each.
     * They are let go when the savepoint is released. */
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
}

/* SQLite makes -wal and -shm for any look at a database that nobody has open, and who may not write
 * cannot clear them away. So who only looks may, as far as the file goes, where there is no log yet
 * of which closing would move something; that he writes nothing is a matter of query_only. */
static bool has_no_log(const struct sqlite_db *db)
{
    char log[PATH_BYTES + 8];
    snprintf(log, sizeof log, "%s-wal", db->base.location);
    return access(log, F_OK) != 0;
}

/* A damaged or foreign file shows at the first read, not when it is opened. */
static err_t probe(struct sqlite_db *db, struct problems *problems)
{
    struct db_conn *c;
    err_t e = db_acquire(&db->base, &c);
    if (e == OK) {
        value count;
        e = db_one(c, NULL, S("SELECT count(*) FROM sqlite_schema"), NULL, 0, &count, 1);
        db_release(c);
    }
    if (e == OK)
        return OK;
    refuse(problems, "database_cannot_open", db->base.location, "not a readable database");
    return ERR_UNAVAILABLE;
}

err_t sqlite_open(str path,
                  const struct db_options *options,
                  struct problems *problems,
                  struct db **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, configure);
    char temporary[PATH_BYTES];
    struct sqlite_db *db = db_alloc(sizeof *db);
    db->temporary = str_eq(path, S(":memory:"));
    if (db->temporary && temporary_path(temporary))
        path = str_from(temporary);
    db_init(&db->base, &sqlite_driver, path, options);
    db->lock_file = -1;
    err_t e = options->must_exist ? find(db, problems) : OK;
    db->tidies = options->read_only && has_no_log(db);
    if (e == OK && !options->read_only) {
        e = make_and_lock(db, problems);
        if (e == OK) {
            e = sqlite_writer_start(db);
            if (e != OK)
                refuse(problems, "database_cannot_open", db->base.location, "cannot write");
        }
    }
    if (e == OK)
        e = probe(db, problems);
    if (e != OK) {
        db_close(&db->base);
        return e;
    }
    *out = &db->base;
    return OK;
}
