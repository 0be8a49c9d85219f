/* ctx: one request, job step or command: who does what, in which language, with which memory.
 * Belongs to one thread, except that a work runs on the database's writer thread while the caller
 * waits. */
#pragma once

#include "base/clock.h"
#include "base/map.h"
#include "core/app.h"
#include "model/condition.h"
#include "model/field_type.h"

struct access; /* core/access.h */

struct ctx {
    struct app *app;
    struct arena *arena;
    const struct model *model;
    struct db_conn *conn; /* for reading; inside a transaction, the transaction's */
    bool in_transaction;
    const struct access *access; /* the caller's rights; NULL = the server itself, may everything */
    int64_t user;                /* 0 = the server itself */
    /* Signed in longer than five minutes ago and not proved since: guarded work is refused. */
    bool stale;
    bool presume; /* see auth_held */
    bool
        people_changed; /* by access_forget: what the access knows of users is not asked any more */
    const json_t *scopes; /* of the API token, which narrow access; NULL = none */
    int64_t token;        /* the API token that asks; 0 = none */
    const char *through;  /* "web", "api", "import", "job", "undo", "command" */
    int64_t batch;        /* changes are part of this batch; 0 = none */
    int64_t now;
    int64_t until; /* monotonic, see ctx_deadline; 0 = as long as it takes: jobs, commands */
    bool late;     /* it was not done by then */
    enum lang lang;
    const struct zone *zone;
    str currency; /* base currency */
    char phone_region[4];
    struct problems problems;
    str request_id;
    struct map *known; /* what hooks have found to be there, "tag:vip"; NULL: they ask each time */
};

/* Fills everything from the app for the server itself; conn is acquired and given back by
 * ctx_done. */
err_t ctx_init(struct ctx *, struct app *, struct arena *, const char *through) MUST_USE;
void ctx_done(struct ctx *);
/* From now on there are so many milliseconds, for each statement that is read and for all that is
 * done. Whoever goes on to the next part of something long asks whether it is still in time: else
 * ERR_LIMIT with a problem "too_slow". Beginning a transaction asks, too; one that has begun is not
 * cut off. */
void ctx_deadline(struct ctx *, unsigned milliseconds);
err_t ctx_in_time(struct ctx *) MUST_USE;
/* Was it that, or a statement that took longer? */
bool ctx_too_slow(const struct ctx *);
struct condition_env ctx_env(const struct ctx *);
struct field_context ctx_field(struct ctx *, str pointer);

/* Runs work in a transaction (db_transact) with ctx->conn switched to it. work may run more than
 * once; problems it added in a failed run are dropped before the next. Nested: a savepoint. */
err_t ctx_transact(struct ctx *, err_t (*work)(struct ctx *, void *), void *arg) MUST_USE;
