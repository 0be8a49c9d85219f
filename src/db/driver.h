/* driver: what sqlite.c and postgres.c give to db.c. Only this room includes it.
 *
 *   struct db ──┬─ driver            one table of functions for each database
 *               ├─ pools[2]          idle connections: reading, writing
 *               └─ counters, injected fault
 *   struct db_conn ─ statements      what it has prepared, see db/statement.h
 *
 * A driver embeds struct db, db_conn and db_rows as first member of its own. db.c counts, injects
 * faults, checks parameters and keeps one rule for both databases: after a statement has failed in
 * a transaction, nothing more runs in it until the enclosing savepoint is undone. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "db/db.h"
#include "db/statement.h"

enum db_purpose { FOR_READING, FOR_WRITING, PURPOSES };

struct db_driver {
    enum db_kind kind;
    void (*close)(struct db *); /* after the last connection is closed; frees db */
    err_t (*connect)(struct db *, enum db_purpose, struct db_conn **out);
    void (*disconnect)(struct db_conn *);
    err_t (*transact)(struct db *, db_work, void *arg);

    /* BEGIN, SAVEPOINT and the like. */
    err_t (*command)(struct db_conn *, const char *sql);
    const char *begin_snapshot;
    err_t (*script)(struct db_conn *, const char *sql);
    /* sql is expanded and NUL-terminated; fills handle, number, params. */
    err_t (*prepare)(struct db_conn *, struct statement *, str sql);
    void (*finalise)(struct db_conn *, struct statement *);
    err_t (*run)(struct db_conn *, struct statement *, const value *, size_t n, int64_t *changed);
    /* As run, but what comes of it is told by a later statement, by settle or by the commit. Both
     * NULL: there is nothing to be gained. */
    err_t (*send)(struct db_conn *, struct statement *, const value *, size_t n);
    err_t (*settle)(struct db_conn *);
    err_t (*query)(
        struct db_conn *, struct statement *, const value *, size_t n, struct db_rows **);

    bool (*next)(struct db_rows *);
    value (*cell)(const struct db_rows *, size_t column);
    str (*text)(const struct db_rows *, size_t column);
    void (*free_rows)(struct db_rows *);
};

struct db_pool {
    struct db_conn *idle; /* last used first, so that the rest stays cold */
    unsigned open, most;
};

struct db {
    const struct db_driver *driver;
    char *location; /* path or connection string */
    bool read_only;
    pthread_mutex_t lock; /* the pools and closing */
    pthread_cond_t returned;
    struct db_pool pools[PURPOSES];
    bool closing;
    struct db_conn *number_holder; /* number.c; NULL = none */
    _Atomic bool disk_full;        /* see db_disk_was_full */

    _Atomic int fault_in; /* statements until the injected fault; <= 0: none */
    _Atomic int fault;
    _Atomic uint64_t queries, transactions, commits, conflicts, faults, busy;
};

struct db_ahead {
    str sql; /* empty: nothing is wanted */
    enum { AHEAD_WAITS, AHEAD_ROW, AHEAD_NO_ROW } state;
    int64_t cells[AHEAD_CELLS];
};

struct db_conn {
    struct db *db;
    struct db_conn *next_idle;
    enum db_purpose purpose;
    bool in_work, in_snapshot;
    bool pipelined; /* see db_pipeline */
    struct db_ahead ahead;
    unsigned open_rows;
    unsigned deadline; /* milliseconds for a statement; 0 = none */
    bool too_slow;     /* one was stopped by it */
    bool lock_waited;  /* one of the work gave up waiting for a lock */
    err_t failed;      /* of the running transaction */
    bool lost;         /* the whole transaction is gone; no savepoint brings it back */
    bool broken;       /* not to be used again */
    bool again;        /* the transaction may succeed when it is run anew */
    struct statements statements;
    char conflict[128];
};

struct db_rows {
    struct db_conn *conn;
    struct statement *statement;
    size_t columns;
    err_t error;
};

void *db_alloc(size_t); /* zeroed; aborts when there is no memory */
void db_init(struct db *, const struct db_driver *, str location, const struct db_options *);
void db_done(struct db *);

/* pool.c. put closes a connection that is broken or not wanted any more. */
err_t pool_take(struct db *, enum db_purpose, struct db_conn **out) MUST_USE;
void pool_put(struct db_conn *);
void pool_drain(struct db *); /* waits for what is lent, closes all */

/* Runs work and gives its outcome, or the fault it concealed. The caller begins and ends. */
err_t db_run_work(struct db_conn *, db_work, void *arg) MUST_USE;
/* Counts a statement: OK, or the injected fault. */
err_t db_injected(struct db *) MUST_USE;
void db_count(_Atomic uint64_t *);
void db_set_conflict(struct db_conn *, str name);

err_t sqlite_open(str path, const struct db_options *, struct problems *, struct db **) MUST_USE;
err_t sqlite_backup(struct db_conn *,
                    const char *path,
                    void (*progress)(void *, int done, int all),
                    void *) MUST_USE;
err_t postgres_open(str url, const struct db_options *, struct problems *, struct db **) MUST_USE;
