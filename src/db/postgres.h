/* postgres: what the PostgreSQL files of this room share. */
#pragma once

#include <libpq-fe.h>

#include "base/buf.h"
#include "db/driver.h"

enum { PIPELINE_MOST = 128 };

struct postgres_conn {
    struct db_conn base;
    PGconn *pg;
    unsigned last_number;                  /* of a prepared statement */
    bool stale;                            /* the last statement has to be prepared anew */
    unsigned deadline_told;                /* what the server knows of base.deadline */
    struct statement *ahead;               /* sent first: the connection's db_ahead; or NULL */
    unsigned waiting;                      /* statements sent whose answers have not been read */
    struct statement *sent[PIPELINE_MOST]; /* those; NULL = BEGIN, COMMIT */
    struct buf texts; /* parameters of the running call, each followed by a NUL */
    const char **values;
    size_t values_cap;
};

/* postgres_error.c: what a result (NULL: no answer) means here; logs faults and notes on the
 * connection whether it is broken, the statement is stale or the transaction is worth another
 * try. */
err_t postgres_outcome(struct postgres_conn *, const PGresult *, str sql) MUST_USE;

/* postgres_pipeline.c: statements that are sent without waiting for the answer. */
err_t pipeline_begin(struct postgres_conn *) MUST_USE; /* BEGIN: goes with what follows it */
/* COMMIT behind what waits, whose answers are read. *out: its own, for the caller to judge. */
err_t pipeline_commit(struct postgres_conn *, PGresult **out) MUST_USE;
/* n parameters, as PQsendQueryPrepared takes them. There is room when waiting < PIPELINE_MOST. */
err_t pipeline_send(struct postgres_conn *,
                    struct statement *,
                    const char *const *values,
                    size_t n) MUST_USE;
/* Reads all answers; the first that failed is the outcome. last: the answer to the statement sent
 * last is the caller's to judge. */
err_t pipeline_settle(struct postgres_conn *, PGresult **last) MUST_USE;
enum { STATEMENT_NAME = 16 };
void postgres_statement_name(const struct statement *, char out[static STATEMENT_NAME]);

/* postgres_params.c: the parameters as C strings (NULL for NULL), valid until the next call. */
const char *const *postgres_params(struct postgres_conn *, const value *params, size_t n);
void postgres_params_done(struct postgres_conn *);
