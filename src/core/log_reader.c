#include <errno.h>
#include <stdlib.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/change_internal.h"
#include "core/process.h"
#include "core/registry.h"
#include "sql_core.h"

enum {
    POLL_MILLISECONDS = 200,
    BATCH_BYTES = 32 * MIB, /* of changes in memory at once */
    LEASE_SECONDS = 60,
    STUCK_FAILURES = 10,
    STUCK_SECONDS = 60,
    MOST_BACKOFF_SECONDS = 10,
};

struct reader {
    struct log_reader of;
    struct log_readers *all;
    struct reader *next;
    pthread_t thread;
    bool running;
    int64_t tx, id;      /* the last change read, as far as known here; under all->lock */
    int64_t lease_until; /* monotonic; while this process is the one that reads */
    unsigned failures;
};

struct log_readers {
    struct app *app;
    struct reader *first;
    pthread_mutex_t lock;
    pthread_cond_t wake, moved;
    uint64_t commits;
    bool stop;
    char self[TOKEN_CHARS + 1]; /* names this process in leases */
};

static void cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

static struct timespec deadline(int64_t milliseconds)
{
    int64_t at = clock_monotonic() + milliseconds * 1000;
    return (struct timespec){.tv_sec = at / CLOCK_SECOND, .tv_nsec = at % CLOCK_SECOND * 1000};
}

void log_reader_add(struct app *app, const struct log_reader *of)
{
    struct log_readers *all = app->log_readers;
    struct reader *r = calloc(1, sizeof *r);
    if (!all && r) {
        app->log_readers = all = calloc(1, sizeof *all);
        if (!all)
            abort();
        all->app = app;
        pthread_mutex_init(&all->lock, NULL);
        cond_init(&all->wake);
        cond_init(&all->moved);
        token_new(all->self);
    }
    if (!r)
        abort();
    r->of = *of;
    r->all = all;
    r->next = all->first;
    all->first = r;
}

void log_readers_wake(struct app *app)
{
    struct log_readers *all = app->log_readers;
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    all->commits++;
    pthread_cond_broadcast(&all->wake);
    pthread_mutex_unlock(&all->lock);
}

/* ---- position ---- */

static void moved_to(struct reader *r, int64_t tx, int64_t id)
{
    pthread_mutex_lock(&r->all->lock);
    r->tx = tx;
    r->id = id;
    pthread_cond_broadcast(&r->all->moved);
    pthread_mutex_unlock(&r->all->lock);
}

static value name_of(const struct reader *r)
{
    return V_TEXT(str_from(r->of.name));
}

/* The position as it is kept. */
static err_t reload(struct reader *r, struct ctx *c)
{
    value name = name_of(r), at[2];
    TRY(db_one(c->conn, c->arena, SQL_READER_GET, &name, 1, at, 2));
    moved_to(r, at[0].i, at[1].i);
    return OK;
}

static err_t add_work(struct ctx *c, void *arg)
{
    const struct reader *r = arg;
    value params[] = {name_of(r), V_INT(r->tx), V_INT(r->id), V_INT(c->now)};
    return db_run(c->conn, SQL_READER_ADD, params, 4, NULL);
}

/* Where the reader begins. */
static err_t place(struct reader *r, struct ctx *c)
{
    value at[2] = {V_INT(0), V_INT(0)};
    if (r->of.from_now) {
        err_t e = db_one(c->conn, c->arena, SQL_CHANGE_SETTLED, NULL, 0, at, 2);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
    }
    moved_to(r, at[0].i, at[1].i);
    if (r->of.ephemeral)
        return OK;
    TRY(ctx_transact(c, add_work, r));
    return reload(r, c);
}

static err_t
store_position(struct reader *r, struct ctx *c, const struct change *last, int64_t *changed)
{
    value by = r->of.transactional ? V_NULL : V_TEXT(str_from(r->all->self));
    value params[] = {name_of(r), V_INT(last->tx), V_INT(last->id), V_INT(c->now), by};
    return db_run(c->conn, SQL_READER_MOVE, params, 5, changed);
}

/* ---- one step ---- */

struct step {
    struct reader *reader;
    int64_t tx, id; /* before it */
    struct change *changes;
    size_t n;
    int64_t moved;
};

static err_t look(struct step *s, struct ctx *c)
{
    value params[] = {V_INT(s->tx), V_INT(s->id), V_INT((int64_t)s->reader->of.batch)};
    return change_read(c->conn, c->arena, SQL_CHANGE_AFTER, params, 3, BATCH_BYTES, &s->changes,
                       &s->n);
}

static err_t prepare(struct step *s, struct ctx *c)
{
    const struct log_reader *of = &s->reader->of;
    return of->prepare && s->n ? of->prepare(c, s->changes, s->n, of->context) : OK;
}

static err_t look_again(struct step *s, struct ctx *c, int64_t tx, int64_t id)
{
    s->tx = tx;
    s->id = id;
    TRY(look(s, c));
    return prepare(s, c);
}

static err_t transactional_work(struct ctx *c, void *arg)
{
    struct step *s = arg;
    const struct log_reader *of = &s->reader->of;
    value name = name_of(s->reader), at[2];
    err_t e = db_one(c->conn, c->arena, SQL_READER_TAKE, &name, 1, at, 2);
    if (e == ERR_NOT_FOUND) { /* another process is at it */
        s->n = 0;
        return OK;
    }
    TRY(e);
    if (at[0].i != s->tx || at[1].i != s->id)
        TRY(look_again(s, c, at[0].i, at[1].i));
    if (!s->n)
        return OK;
    TRY(of->read(c, s->changes, s->n, of->context));
    return store_position(s->reader, c, &s->changes[s->n - 1], &s->moved);
}

static err_t lease_work(struct ctx *c, void *arg)
{
    struct step *s = arg;
    value params[] = {name_of(s->reader), V_TEXT(str_from(s->reader->all->self)),
                      V_INT(clock_now() + LEASE_SECONDS * CLOCK_SECOND), V_INT(clock_now())};
    return db_run(c->conn, SQL_READER_LEASE, params, 4, &s->moved);
}

/* Makes this process the one that reads. Not so (*mine false) when another is. */
static err_t lease(struct step *s, struct ctx *c, bool *mine)
{
    struct reader *r = s->reader;
    int64_t now = clock_monotonic();
    *mine = true;
    if (r->lease_until - now > LEASE_SECONDS * CLOCK_SECOND / 2)
        return OK;
    bool had = r->lease_until > now;
    TRY(ctx_transact(c, lease_work, s));
    *mine = s->moved == 1;
    r->lease_until = *mine ? now + LEASE_SECONDS * CLOCK_SECOND : 0;
    if (had && *mine)
        return OK;
    TRY(reload(r, c));
    s->tx = r->tx;
    s->id = r->id;
    return *mine ? look(s, c) : OK;
}

static err_t move_work(struct ctx *c, void *arg)
{
    struct step *s = arg;
    return store_position(s->reader, c, &s->changes[s->n - 1], &s->moved);
}

static err_t read_kept(struct step *s, struct ctx *c)
{
    const struct log_reader *of = &s->reader->of;
    bool mine;
    TRY(lease(s, c, &mine));
    if (!mine)
        s->n = 0;
    if (!s->n)
        return OK;
    TRY(of->read(c, s->changes, s->n, of->context));
    TRY(ctx_transact(c, move_work, s));
    if (s->moved != 1) { /* it took longer than the lease, and somebody else goes on */
        s->reader->lease_until = 0;
        s->n = 0;
    }
    return OK;
}

static err_t read_changes(struct step *s, struct ctx *c)
{
    const struct log_reader *of = &s->reader->of;
    if (of->ephemeral)
        return of->read(c, s->changes, s->n, of->context);
    if (!of->transactional)
        return read_kept(s, c);
    TRY(prepare(s, c));
    TRY(ctx_transact(c, transactional_work, s));
    return s->n ? OK : reload(s->reader, c);
}

/* Reads at most one batch; *taken tells how many changes. */
static err_t take_step(struct reader *r, struct arena *arena, size_t *taken)
{
    struct ctx c;
    struct step s = {.reader = r, .tx = r->tx, .id = r->id};
    process_keep_node(r->all->app);
    registry_refresh(r->all->app);
    TRY(ctx_init(&c, r->all->app, arena, "job"));
    err_t e = look(&s, &c);
    if (e == OK && s.n)
        e = read_changes(&s, &c);
    ctx_done(&c);
    TRY(e);
    *taken = s.n;
    if (s.n)
        moved_to(r, s.changes[s.n - 1].tx, s.changes[s.n - 1].id);
    return OK;
}

static err_t tidy(struct reader *r, struct arena *arena, bool *more)
{
    struct ctx c;
    *more = false;
    if (!r->of.idle)
        return OK;
    TRY(ctx_init(&c, r->all->app, arena, "job"));
    err_t e = r->of.idle(&c, r->of.context, more);
    ctx_done(&c);
    return e;
}

/* ---- the thread ---- */

/* Until there was a commit after `seen`, or the time is over; true = stop. */
static bool wait_for(struct log_readers *all, uint64_t seen, int64_t milliseconds)
{
    struct timespec until = deadline(milliseconds);
    pthread_mutex_lock(&all->lock);
    while (!all->stop && all->commits == seen)
        if (pthread_cond_timedwait(&all->wake, &all->lock, &until) == ETIMEDOUT)
            break;
    bool stop = all->stop;
    pthread_mutex_unlock(&all->lock);
    return stop;
}

/* Until the time is over, whatever is committed meanwhile. */
static void rest(struct log_readers *all, int64_t milliseconds)
{
    struct timespec until = deadline(milliseconds);
    pthread_mutex_lock(&all->lock);
    while (!all->stop && pthread_cond_timedwait(&all->wake, &all->lock, &until) != ETIMEDOUT)
        ;
    pthread_mutex_unlock(&all->lock);
}

static void back_off(struct reader *r, err_t e)
{
    struct log_readers *all = r->all;
    bool stuck = ++r->failures >= STUCK_FAILURES;
    int64_t wait = r->failures < 8 ? (int64_t)POLL_MILLISECONDS << r->failures : INT64_MAX;
    if (wait > MOST_BACKOFF_SECONDS * 1000)
        wait = MOST_BACKOFF_SECONDS * 1000;
    if (stuck)
        wait = STUCK_SECONDS * 1000;
    log_event(stuck ? LOG_ERROR : LOG_WARN, stuck ? "log_reader_stuck" : "log_reader_failed",
              "reader", LOG_Z(r->of.name), "error", LOG_Z(err_name(e)), "after", LOG_INT(r->id),
              "times", LOG_INT(r->failures), NULL);
    rest(all, wait);
}

static void *follow(void *arg)
{
    struct reader *r = arg;
    struct log_readers *all = r->all;
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    for (bool stop = false; !stop;) {
        size_t taken = 0;
        pthread_mutex_lock(&all->lock);
        uint64_t seen = all->commits;
        stop = all->stop;
        pthread_mutex_unlock(&all->lock);
        if (stop)
            break;
        bool more = false;
        err_t e = take_step(r, arena, &taken);
        if (e == OK && !taken)
            e = tidy(r, arena, &more);
        arena_reset(arena);
        if (e != OK) {
            back_off(r, e);
            continue;
        }
        r->failures = 0;
        if (!taken && !more)
            stop = wait_for(all, seen, POLL_MILLISECONDS);
        else if (taken && taken < r->of.batch && r->of.rest_milliseconds)
            rest(all, r->of.rest_milliseconds);
    }
    return NULL;
}

err_t log_readers_start(struct app *app)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    if (!app->log_readers)
        return OK;
    TRY(ctx_init(&c, app, arena, "job"));
    err_t e = OK;
    for (struct reader *r = app->log_readers->first; r && e == OK; r = r->next)
        e = place(r, &c);
    ctx_done(&c);
    TRY(e);
    for (struct reader *r = app->log_readers->first; r; r = r->next) {
        if (pthread_create(&r->thread, NULL, follow, r))
            return FAULT("cannot start the thread of a log reader");
        r->running = true;
    }
    return OK;
}

static err_t give_back_work(struct db_conn *conn, void *arg)
{
    const struct reader *r = arg;
    value params[] = {name_of(r), V_TEXT(str_from(r->all->self))};
    return db_run(conn, SQL_READER_GIVE_BACK, params, 2, NULL);
}

void log_readers_stop(struct app *app)
{
    struct log_readers *all = app->log_readers;
    if (!all)
        return;
    pthread_mutex_lock(&all->lock);
    all->stop = true;
    pthread_cond_broadcast(&all->wake);
    pthread_mutex_unlock(&all->lock);
    for (struct reader *r = all->first; r; r = r->next)
        if (r->running)
            pthread_join(r->thread, NULL);
    app->log_readers = NULL;
    while (all->first) {
        struct reader *r = all->first;
        if (r->lease_until && db_transact(app->db, give_back_work, r) != OK)
            log_event(LOG_WARN, "log_reader_lease_kept", "reader", LOG_Z(r->of.name), NULL);
        all->first = r->next;
        free(r);
    }
    pthread_cond_destroy(&all->wake);
    pthread_cond_destroy(&all->moved);
    pthread_mutex_destroy(&all->lock);
    free(all);
}

/* ---- waiting for all ---- */

static bool all_passed(const struct log_readers *all, int64_t tx, int64_t id)
{
    for (const struct reader *r = all->first; r; r = r->next)
        if (r->tx < tx || (r->tx == tx && r->id < id))
            return false;
    return true;
}

err_t log_readers_settle(struct app *app, unsigned milliseconds)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct log_readers *all = app->log_readers;
    struct timespec until = deadline(milliseconds);
    struct db_conn *conn;
    value at[2];
    if (!all)
        return OK;
    TRY(db_acquire(app->db, &conn));
    err_t e = db_one(conn, arena, SQL_CHANGE_NEWEST, NULL, 0, at, 2);
    db_release(conn);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    log_readers_wake(app);
    pthread_mutex_lock(&all->lock);
    while (e == OK && !all_passed(all, at[0].i, at[1].i))
        if (pthread_cond_timedwait(&all->moved, &all->lock, &until) == ETIMEDOUT)
            e = ERR_UNAVAILABLE;
    pthread_mutex_unlock(&all->lock);
    return e;
}
