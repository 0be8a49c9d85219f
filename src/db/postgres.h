/* postgres: what the PostgreSQL files of this room share. */
#pragma once

#include <libpq-fe.h>

#include "base/buf.h"
#include "db/driver.h"

enum { POSTGRES_WAITING = 64 };

struct postgres_conn {
    struct db_conn base;
    PGconn *pg;
    unsigned last_number;   /* of a prepared statement */
    bool stale;             /* the last statement has to be prepared anew */
    unsigned deadline_told; /* what the server knows of base.deadline */
    /* What is sent with the next statement whose answer is awaited; NULL is BEGIN or COMMIT. */
    struct statement *waiting[POSTGRES_WAITING];
    unsigned waiting_count;
    struct buf texts; /* parameters of the running call, each followed by a NUL */
    const char **values;
    size_t values_cap;
};

/* postgres_error.c: what a result (NULL: no answer) means here; logs faults and notes on the
 * connection whether it is broken, the statement is stale or the transaction is worth another
 * try. */
err_t postgres_outcome(struct postgres_conn *, const PGresult *, str sql) MUST_USE;

/* postgres_params.c: the parameters as C strings (NULL for NULL), valid until the next call. */
const char *const *postgres_params(struct postgres_conn *, const value *params, size_t n);
void postgres_params_done(struct postgres_conn *);
