#include <stdio.h>

#include "base/limits.h"
#include "core/access.h"
#include "core/change.h"
#include "core/region.h"
#include "core/registry.h"
#include "core/setting.h"

err_t ctx_init(struct ctx *c, struct app *app, struct arena *arena, const char *through)
{
    struct db_conn *conn;
    TRY(db_acquire(app->db, &conn));
    *c = (struct ctx){
        .app = app,
        .arena = arena,
        .conn = conn,
        .through = through,
        .now = clock_now(),
        .problems = {.arena = arena},
        .model = model_hold(app),
    };
    c->currency = c->model->base_currency;
    c->zone = zone_find(setting_text(app, arena, "time_zone", S("Asia/Shanghai")));
    str region = region_of_phones(app, arena);
    snprintf(c->phone_region, sizeof c->phone_region, STR_FMT, STR_ARG(region));
    if (!lang_parse(setting_text(app, arena, "language", S("zh-CN")), &c->lang))
        c->lang = LANG_ZH_CN;
    return OK;
}

void ctx_done(struct ctx *c)
{
    if (c->access)
        access_release(c->access);
    if (c->model)
        model_release(c->app, c->model);
    if (c->conn)
        db_release(c->conn);
    c->access = NULL;
    c->model = NULL;
    c->conn = NULL;
}

void ctx_deadline(struct ctx *c, unsigned milliseconds)
{
    c->until = clock_monotonic() + (int64_t)milliseconds * 1000;
    db_deadline(c->conn, milliseconds);
}

/* Told in whole seconds, and not of the first one: PostgreSQL is asked once more for each. */
static void shorten(struct ctx *c, int64_t left)
{
    int64_t seconds = (left + CLOCK_SECOND - 1) / CLOCK_SECOND;
    if (!c->in_transaction && seconds * 1000 < LIMIT_REQUEST_MS)
        db_deadline(c->conn, (unsigned)seconds * 1000);
}

static err_t late(struct ctx *c)
{
    c->late = true;
    problem_add(&c->problems, S(""), "too_slow", NULL);
    return ERR_LIMIT;
}

err_t ctx_in_time(struct ctx *c)
{
    int64_t left = c->until - clock_monotonic();
    if (!c->until)
        return OK;
    if (left > 0) {
        shorten(c, left);
        return OK;
    }
    return late(c);
}

bool ctx_too_slow(const struct ctx *c)
{
    return c->late || db_too_slow(c->conn);
}

struct condition_env ctx_env(const struct ctx *c)
{
    struct condition_env env = {.now = c->now, .zone = c->zone, .me = c->user};
    if (c->access)
        env.my_departments = access_departments(c->access, &env.my_department_count);
    return env;
}

struct field_context ctx_field(struct ctx *c, str pointer)
{
    return (struct field_context){
        .arena = c->arena,
        .lang = c->lang,
        .zone = c->zone,
        .phone_region = c->phone_region,
        .currency = c->currency,
        .problems = &c->problems,
        .pointer = pointer,
    };
}

struct transaction {
    struct ctx *ctx;
    err_t (*work)(struct ctx *, void *);
    void *arg;
    size_t problems_before, dropped_before;
};

/* The first step of a transaction. On SQLite all others wait for the one that writes: what he reads
 * meanwhile may take no longer than the request still has. */
static err_t run_in_time(struct transaction *t)
{
    struct ctx *c = t->ctx;
    bool alone = c->until && db_conn_kind(c->conn) == DB_SQLITE;
    TRY(ctx_in_time(c)); /* it may have waited for the one that writes */
    if (alone)
        db_deadline(c->conn, (unsigned)((c->until - clock_monotonic()) / 1000) + 1);
    err_t e = t->work(c, t->arg);
    if (alone && e == ERR_LIMIT && db_too_slow(c->conn))
        e = late(c);
    if (alone)
        db_deadline(c->conn, 0);
    return e;
}

static err_t run(struct db_conn *conn, void *arg)
{
    struct transaction *t = arg;
    struct db_conn *outer = t->ctx->conn;
    bool nested = t->ctx->in_transaction;
    t->ctx->problems.list.n = t->problems_before;
    t->ctx->problems.dropped = t->dropped_before;
    t->ctx->conn = conn;
    t->ctx->in_transaction = true;
    err_t e = nested ? t->work(t->ctx, t->arg) : run_in_time(t);
    t->ctx->conn = outer;
    t->ctx->in_transaction = nested;
    return e;
}

err_t ctx_transact(struct ctx *c, err_t (*work)(struct ctx *, void *), void *arg)
{
    struct transaction t = {c, work, arg, c->problems.list.n, c->problems.dropped};
    if (c->in_transaction)
        return db_nested(c->conn, run, &t);
    err_t e = db_transact(c->app->db, run, &t);
    if (e == OK)
        log_readers_wake(c->app);
    return e;
}
