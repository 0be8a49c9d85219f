/* sqlite: what the SQLite files of this room share. */
#pragma once

#include <semaphore.h>
#include <sqlite3.h>

#include "db/driver.h"

struct sqlite_conn {
    struct db_conn base;
    sqlite3 *handle;
    int64_t until; /* monotonic: when the running statement is stopped; 0 = never */
};

/* One transaction waiting for the writer; lives on its caller's stack. */
struct sqlite_pending {
    db_work work;
    void *arg;
    err_t result;
    bool final; /* the result, whatever becomes of the commit */
    struct sqlite_pending *next;
    sem_t answered;
};

struct sqlite_db {
    struct db base;
    int lock_file;  /* -1: read-only */
    bool temporary; /* sqlite::memory: removed at close */
    bool tidies;    /* read-only, but may clear away what looking has made */

    struct sqlite_conn *writer; /* the only connection that writes and checkpoints */
    pthread_t thread;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t arrived;
    struct sqlite_pending *first, **last;
    unsigned waiting;
    bool stopping;
};

/* Opens a connection; the first one to a new file makes it. */
err_t sqlite_connect(struct db *, enum db_purpose, struct db_conn **out) MUST_USE;
void sqlite_disconnect(struct db_conn *);
err_t sqlite_command(struct db_conn *, const char *sql) MUST_USE;

/* sqlite_writer.c */
err_t sqlite_writer_start(struct sqlite_db *) MUST_USE;
void sqlite_writer_stop(struct sqlite_db *);
err_t sqlite_transact(struct db *, db_work, void *arg);

/* sqlite_error.c: what SQLite's last error on the connection means here; logs faults. */
err_t sqlite_fail(struct sqlite_conn *, int code, str sql);

/* sqlite_functions.c: the PostgreSQL functions that SQLite lacks. */
int sqlite_add_functions(sqlite3 *);
