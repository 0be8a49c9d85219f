/* statement: what a connection has prepared, found by the text. The least recently used leaves. */
#pragma once

#include "base/str.h"

struct db_conn;

struct statement {
    str text; /* as the caller wrote it; owned */
    uint64_t hash;
    struct statement *same_bucket;
    struct statement *newer, *older;
    bool kept;       /* in the cache; else freed when its rows are */
    bool busy;       /* rows are being read from it */
    void *handle;    /* SQLite: sqlite3_stmt */
    unsigned number; /* PostgreSQL: part of its name; 0 = not prepared */
    unsigned params;
    uint16_t *order; /* SQLite: which parameter its nth place takes; NULL = the nth */
};

enum { STATEMENT_BUCKETS = 64, STATEMENTS_KEPT = 96 };

struct statements {
    struct statement *buckets[STATEMENT_BUCKETS];
    struct statement *newest, *oldest;
    unsigned count;
};

/* Finds or prepares. A statement that is busy is prepared a second time. */
err_t statement_get(struct db_conn *, str text, struct statement **out) MUST_USE;
/* When its rows are freed. */
void statement_release(struct db_conn *, struct statement *);
/* Forgets it, so that it is prepared anew. */
void statement_drop(struct db_conn *, struct statement *);
void statement_drop_all(struct db_conn *);
