/* db: the one door to SQL.
 *
 *   reading                                   writing
 *   db_acquire ─► db_conn ─► db_query         db_transact(db, work, arg)
 *                                               │ SQLite: one writer thread runs the waiting works
 *                                               │ of many threads, a savepoint each, and commits
 *                                               │ them together; then each caller gets its answer.
 *                                               │ PostgreSQL: the calling thread's own connection.
 *                                               ▼
 *                                             work(conn, arg)   OK = commit, anything else = undo
 *
 * Threads: a struct db is shared; a struct db_conn belongs to one thread at a time. Only
 * db_transact writes; connections from db_acquire are read-only.
 *
 * SQL is the common part of PostgreSQL 15 and SQLite 3.40 (docs/internals/sql.md). Parameters are
 * $1, $2 …; cast those that may be NULL. Some words are expanded by dialect (db/dialect.h):
 * @ints($n) and @texts($n) (a sub-select of the members of a JSON array given as text), @tx and
 * @horizon (see core/change.h), @skip_locked, and the column types @id and @text.
 *
 * Outcomes: ERR_CONFLICT a unique key is taken or a foreign key is missing (db_conflict_name tells
 * which); faults: ERR_UNAVAILABLE (connection lost, shutting down), ERR_DISK_FULL, ERR_INTERNAL
 * (wrong SQL, damaged file), all logged here. */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "base/value.h"

struct db;
struct db_conn;
struct db_rows;

enum db_kind { DB_SQLITE, DB_POSTGRES };

struct db_options {
    str url;          /* sqlite:PATH, sqlite::memory: (tests) or postgresql://… */
    unsigned readers; /* most connections open for reading (PostgreSQL: and for writing); 0 = 8 */
    bool must_exist;  /* no SQLite file is made: ERR_NOT_FOUND "no_enterprise" */
    bool read_only;   /* takes no lock and never writes: db_transact gives ERR_DENIED. For looking
                         into a SQLite file beside the process that serves it (backup, check) */
};

/* SQLite: makes the file if need be (WAL, synchronous=FULL, foreign_keys, one writing connection,
 * an exclusive lock file so that a second process that writes is refused with ERR_CONFLICT).
 * ERR_INVALID: the URL; ERR_UNAVAILABLE: cannot be opened. Problems say why. */
err_t db_open(const struct db_options *, struct problems *, struct db **out) MUST_USE;
void db_close(struct db *); /* waits for running works */
/* A number below `below` that no other process on this database has, until this one closes it or
 * loses its connection; wanted < 0: one that is free, at random, so that a number that was just
 * lost is hardly ever another's before db_number_keep. SQLite has one process only, which gets what
 * it wants, or 0. ERR_CONFLICT: another process has it, or has them all. Once at start. */
err_t db_number_take(struct db *, int wanted, unsigned below, unsigned *out) MUST_USE;
/* Asks whether the connection that holds the number still lives. If not, takes the same one again,
 * or when another process has it by now, one that is free. From one thread at a time. */
err_t db_number_keep(struct db *, unsigned below, unsigned *number) MUST_USE;
enum db_kind db_kind(const struct db *);

/* A read-only connection; waits while all are taken. ERR_UNAVAILABLE. */
err_t db_acquire(struct db *, struct db_conn **out) MUST_USE;
void db_release(struct db_conn *);
/* Until it is given back, a statement that only reads and takes longer on this connection, its rows
 * included on SQLite, gives ERR_LIMIT, which db_too_slow tells from others. 0 = as long as it
 * takes. Gives what it was before. */
unsigned db_deadline(struct db_conn *, unsigned milliseconds);
bool db_too_slow(const struct db_conn *);
/* Whether a statement of the work gave ERR_UNAVAILABLE because others held a lock for too long
 * (lock_timeout on PostgreSQL). */
bool db_lock_waited(const struct db_conn *);
/* One snapshot for the reads between; not nestable. Without it each query sees its own moment. */
err_t db_snapshot_begin(struct db_conn *) MUST_USE;
void db_snapshot_end(struct db_conn *);

/* Runs work in a transaction and returns when it is durable (OK) or undone (anything else, which is
 * returned unchanged). work may run more than once (deadlock, serialisation), on another thread,
 * and must touch nothing but the connection and what arg points to. When the connection breaks
 * during commit the result is unknown: ERR_UNAVAILABLE. */
typedef err_t (*db_work)(struct db_conn *, void *arg);
err_t db_transact(struct db *, db_work work, void *arg) MUST_USE;
/* Whether a transaction has failed with ERR_DISK_FULL since this was asked. */
bool db_disk_was_full(struct db *);
/* Within a work: a savepoint around inner; when inner fails only its part is undone. */
err_t db_nested(struct db_conn *, db_work inner, void *arg) MUST_USE;

/* Within a work, until it ends: db_run with changed NULL does not wait for the answer where that
 * saves time (PostgreSQL, a round trip each). What such a statement fails with is told by a later
 * one or makes db_transact fail. Not within db_nested. */
void db_pipeline(struct db_conn *);
/* Waits for them all: OK, or what the first that failed failed with. */
err_t db_settle(struct db_conn *) MUST_USE;

/* Statements. Each connection keeps what it has prepared, keyed by the text. Params are borrowed
 * until the call returns. ERR_INVALID: a text parameter holds a NUL or is not UTF-8, or
 * a real one is not finite. After a
 * statement has failed in a work or a snapshot, all others there fail with the same, and the work
 * is undone even if it returns OK; only db_nested sets this right. */
err_t db_run(struct db_conn *, str sql, const value *params, size_t n, int64_t *changed) MUST_USE;
/* As db_run in a work, where nobody needs to know now what came of it: a failure shows at a later
 * statement, at the end of db_nested or at the commit. On PostgreSQL it saves the round trip. */
err_t db_send(struct db_conn *, str sql, const value *params, size_t n) MUST_USE;
err_t db_query(
    struct db_conn *, str sql, const value *params, size_t n, struct db_rows **out) MUST_USE;
/* The next row: true; false at the end or on a fault, which db_rows_error then tells. */
bool db_next(struct db_rows *);
err_t db_rows_error(const struct db_rows *) MUST_USE;
size_t db_columns(const struct db_rows *);
/* Cells of the current row; text is borrowed until db_next or db_rows_free. A NULL cell gives
 * V_NULL / 0 / empty / false. */
value db_cell(const struct db_rows *, size_t column); /* PostgreSQL: by the column's type */
bool db_is_null(const struct db_rows *, size_t column);
int64_t db_int(const struct db_rows *, size_t column);
double db_real(const struct db_rows *, size_t column);
bool db_bool(const struct db_rows *, size_t column);
str db_text(const struct db_rows *, size_t column);
void db_rows_free(struct db_rows *); /* NULL is fine */
static inline void db_rows_free_p(struct db_rows **r)
{
    db_rows_free(*r);
}
#define AUTO_ROWS __attribute__((cleanup(db_rows_free_p))) struct db_rows *

/* A statement without parameters whose one row of whole numbers is wanted with that of the next: on
 * PostgreSQL it goes ahead of the connection's next statement outside works and snapshots, in the
 * same round trip. sql is borrowed until db_ahead_take or db_release. */
enum { AHEAD_CELLS = 2 };
void db_ahead(struct db_conn *, str sql);
/* Runs it now if no statement has taken it along. ERR_NOT_FOUND: there is no row. */
err_t db_ahead_take(struct db_conn *, int64_t cells[static AHEAD_CELLS]) MUST_USE;

/* One row of at most `columns` cells, copied into the arena. ERR_NOT_FOUND when there is none. */
err_t db_one(struct db_conn *,
             struct arena *,
             str sql,
             const value *params,
             size_t n,
             value *cells,
             size_t columns) MUST_USE;

/* The index or constraint behind the last ERR_CONFLICT on this connection; empty if unknown. */
str db_conflict_name(const struct db_conn *);
enum db_kind db_conn_kind(const struct db_conn *);

/* Prepares only: for tests that hold every statement to both databases. */
err_t db_prepare(struct db_conn *, str sql) MUST_USE;

/* Inside a work: until it ends no other holds the same name. On SQLite one work runs at a time. */
err_t db_lock(struct db_conn *, str name) MUST_USE;

/* Several statements separated by ';' (schema). Inside a work only. */
err_t db_script(struct db_conn *, str sql) MUST_USE;

/* Tests and torture: the nth statement from now on any connection of db fails with the fault, the
 * commit of a transaction counting as one; 0 = none. */
void db_fail_at(struct db *, unsigned nth, err_t fault);

/* Copies a consistent state of a running SQLite database to path (online backup). ERR_INVALID on
 * PostgreSQL (use pg_dump: main/backup.c does). */
err_t db_backup(struct db *,
                const char *path,
                void (*progress)(void *, int done, int all),
                void *) MUST_USE;

/* Counters for /metrics. */
struct db_stats {
    uint64_t queries, transactions, commits, conflicts, faults;
    uint64_t busy_microseconds; /* spent inside statements, each up to its first row */
    unsigned connections;
};
void db_stats(struct db *, struct db_stats *out);
