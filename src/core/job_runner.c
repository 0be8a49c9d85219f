#include <errno.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "core/job_internal.h"
#include "core/process.h"
#include "core/registry.h"
#include "sql_core.h"

enum {
    POLL_MILLISECONDS = 500,
    BEAT_MILLISECONDS = 500, /* least time between two writes of how far a job is */
    FIRST_BACKOFF_SECONDS = 10,
    MOST_BACKOFF_SECONDS = 3600,
    FREE_CRASHES = 2, /* after which a job waits, so that the process lives in between */
    CRASH_WAIT_SECONDS = 20,
    MOST_CRASHES = 2,
};

struct job_runner *job_runner_of(struct app *app)
{
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&making);
    if (!app->job_runner) {
        struct job_runner *r = calloc(1, sizeof *r);
        pthread_condattr_t attr;
        if (!r)
            abort();
        r->app = app;
        pthread_mutex_init(&r->lock, NULL);
        pthread_condattr_init(&attr);
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        pthread_cond_init(&r->wake, &attr);
        pthread_condattr_destroy(&attr);
        app->job_runner = r;
    }
    struct job_runner *runner = app->job_runner;
    pthread_mutex_unlock(&making);
    return runner;
}

int64_t job_backoff(unsigned attempts)
{
    unsigned char dice;
    int64_t seconds = attempts > 9
                          ? MOST_BACKOFF_SECONDS
                          : (int64_t)FIRST_BACKOFF_SECONDS << (attempts ? attempts - 1 : 0);
    if (seconds > MOST_BACKOFF_SECONDS)
        seconds = MOST_BACKOFF_SECONDS;
    random_bytes(&dice, 1);
    return seconds * CLOCK_SECOND * (1024 + dice - 128) / 1024; /* an eighth more or less */
}

static int64_t lease_end(const struct job_running *r)
{
    unsigned seconds =
        r->kind && r->kind->lease_seconds ? r->kind->lease_seconds : JOB_LEASE_SECONDS;
    return clock_now() + seconds * CLOCK_SECOND;
}

/* ---- taking a job ---- */

static bool truth(value v)
{
    return v.kind == VALUE_BOOL ? v.b : v.kind == VALUE_INT && v.i != 0;
}

struct taking {
    struct job_running *running;
    struct arena *arena;
    str kinds;   /* JSON array: those that this process knows */
    bool people; /* what people asked for comes before the server's own */
    bool any;
};

static err_t take_work(struct db_conn *conn, void *arg)
{
    struct taking *t = arg;
    struct job_running *r = t->running;
    value cells[10];
    value params[] = {V_INT(clock_now()), V_INT(lease_end(r)), V_TEXT(str_from(r->lease)),
                      V_TEXT(t->kinds), V_BOOL(t->people)};
    err_t e = db_one(conn, t->arena, SQL_JOB_TAKE, params, 5, cells, 10);
    t->any = e == OK;
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    r->job = (struct job){
        .id = cells[0].i,
        .kind = cells[1].s,
        .args = json_keep(t->arena, json_loadb(cells[2].s.p, cells[2].s.n, 0, NULL)),
        .attempt = (unsigned)cells[3].i,
        .actor = cells[4].kind == VALUE_INT ? cells[4].i : 0,
        .batch = cells[5].kind == VALUE_INT ? cells[5].i : 0,
        .scopes = cells[7].kind == VALUE_TEXT
                      ? json_keep(t->arena, json_loadb(cells[7].s.p, cells[7].s.n, 0, NULL))
                      : NULL,
        .token = cells[9].kind == VALUE_INT ? cells[9].i : 0,
        .runner = r,
    };
    r->crashes = cells[8].i;
    atomic_store(&r->cancelled, truth(cells[6]));
    r->kind = job_kind_find(r->job.kind);
    if (!r->kind->lease_seconds)
        return OK;
    value lease[] = {cells[0], V_INT(lease_end(r))};
    return db_run(conn, SQL_JOB_LEASE, lease, 2, NULL);
}

static err_t look(struct app *app, struct taking *t)
{
    struct db_conn *conn;
    value params[] = {V_INT(clock_now()), V_TEXT(t->kinds)}, id;
    TRY(db_acquire(app->db, &conn));
    err_t e = db_one(conn, t->arena, SQL_JOB_DUE, params, 2, &id, 1);
    db_release(conn);
    t->any = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static str known_kinds(struct arena *arena)
{
    json_t *list = json_keep(arena, json_array());
    for (const struct job_kind *k = job_kind_first(); k; k = k->next)
        json_array_append_new(list, json_string(k->name));
    return json_text(arena, list);
}

/* ---- while it runs ---- */

struct beat {
    const struct job_running *running;
    int64_t done, total;
    bool lost, cancelled;
};

static err_t beat_work(struct ctx *c, void *arg)
{
    struct beat *b = arg;
    const struct job_running *r = b->running;
    value cancel;
    value params[] = {
        V_INT(r->job.id),           V_INT(b->done),          V_INT(b->total), V_INT(lease_end(r)),
        V_TEXT(str_from(r->lease)), V_BOOL(r->kind->goes_on)};
    err_t e = db_one(c->conn, c->arena, SQL_JOB_BEAT, params, 6, &cancel, 1);
    b->lost = e == ERR_NOT_FOUND;
    if (b->lost)
        return OK;
    b->cancelled = e == OK && truth(cancel);
    return e;
}

static err_t beat(struct ctx *c, struct job_running *r, size_t done, size_t total)
{
    struct beat b = {.running = r, .done = (int64_t)done, .total = (int64_t)total};
    TRY(ctx_transact(c, beat_work, &b));
    r->beat_at = clock_monotonic();
    if (b.lost)
        atomic_store(&r->put_back, true);
    if (b.cancelled)
        atomic_store(&r->cancelled, true);
    job_changed(c->app, r->job.id);
    return OK;
}

err_t job_progress(struct ctx *c, struct job *job, size_t done, size_t total)
{
    struct job_running *r = job->runner;
    bool due = clock_monotonic() - r->beat_at >= BEAT_MILLISECONDS * INT64_C(1000) ||
               (total && done == total);
    if (atomic_load(&r->runner->stop) || atomic_load(&c->app->stopping))
        atomic_store(&r->put_back, true);
    if (due && !c->in_transaction && !atomic_load(&r->put_back))
        TRY(beat(c, r, done, total));
    if (!c->in_transaction && !atomic_load(&r->put_back))
        TRY(job_rights_look(c, r));
    return atomic_load(&r->cancelled) || atomic_load(&r->put_back) ? ERR_LIMIT : OK;
}

bool job_report(void *report, size_t done, size_t total)
{
    struct job_report *r = report;
    r->outcome = job_progress(r->ctx, r->job, done, total);
    return r->outcome == OK;
}

static void enlist(struct job_running *r)
{
    pthread_mutex_lock(&r->runner->lock);
    r->next = r->runner->running;
    r->runner->running = r;
    pthread_mutex_unlock(&r->runner->lock);
}

static void delist(struct job_running *r)
{
    pthread_mutex_lock(&r->runner->lock);
    struct job_running **at = &r->runner->running;
    while (*at != r)
        at = &(*at)->next;
    *at = r->next;
    pthread_mutex_unlock(&r->runner->lock);
}

/* ---- how it ended ---- */

struct ending {
    const struct job_running *running;
    const char *state;
    int64_t run_at, uncounted; /* attempts that do not count */
    str error, result;
};

static err_t end_work(struct db_conn *conn, void *arg)
{
    const struct ending *e = arg;
    int64_t changed, now = clock_now();
    bool again = str_eqz(S("waiting"), e->state);
    value params[] = {
        V_INT(e->running->job.id),   V_TEXT(str_from(e->state)),         V_INT(e->run_at),
        V_INT(e->uncounted),         V_TEXT_OR_NULL(e->error),           V_TEXT_OR_NULL(e->result),
        again ? V_NULL : V_INT(now), V_TEXT(str_from(e->running->lease))};
    return db_run(conn, SQL_JOB_END, params, 8, &changed);
}

/* Problems as kept in the row: codes and arguments, so that everyone reads them in his language. */
static str problems_json(struct arena *arena, const struct problems *problems)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    jw_open(&w, '[');
    for (size_t i = 0; i < problems->list.n; i++) {
        const struct problem *p = &problems->list.at[i];
        jw_open(&w, '{');
        jw_key(&w, S("code"));
        jw_str(&w, str_from(p->code));
        jw_key(&w, S("pointer"));
        jw_str(&w, p->pointer);
        jw_key(&w, S("args"));
        jw_open(&w, '[');
        for (size_t k = 0; k < PROBLEM_ARGS; k++)
            jw_str(&w, p->args[k]);
        jw_close(&w, ']');
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return out.full ? S("[]") : arena_str(arena, buf_str(&out));
}

static unsigned max_attempts(const struct job_kind *kind)
{
    return kind->max_attempts ? kind->max_attempts : JOB_ATTEMPTS;
}

static struct ending judge(struct job_running *r, err_t e, struct problems *problems)
{
    struct ending end = {.running = r, .run_at = clock_now()};
    if (e == OK) {
        end.state = "done";
    } else if (r->gone) {
        end.state = "failed";
    } else if (e == ERR_LIMIT && atomic_load(&r->cancelled)) {
        end.state = "cancelled";
    } else if (e == ERR_LIMIT && atomic_load(&r->put_back)) {
        end.state = "waiting";
        end.uncounted = 1;
    } else if (!err_is_fault(e)) {
        end.state = "failed";
    } else {
        bool last = r->job.attempt >= max_attempts(r->kind) || r->crashes > MOST_CRASHES;
        end.state = last ? "dead" : "waiting";
        end.run_at += last ? 0 : job_backoff(r->job.attempt);
    }
    if (e != OK && !end.uncounted && !str_eqz(S("cancelled"), end.state) && !problems_any(problems))
        problem_add(problems, S(""),
                    e == ERR_DISK_FULL     ? "disk_full"
                    : e == ERR_UNAVAILABLE ? "job_unavailable"
                                           : "job_failed",
                    NULL);
    return end;
}

/* ---- running one ---- */

static err_t run_kind(struct job_running *r, struct ctx *c, json_t **result)
{
    if (atomic_load(&r->cancelled))
        return ERR_LIMIT;
    if (r->job.attempt > max_attempts(r->kind) ||
        r->crashes > MOST_CRASHES) { /* it takes the process down each time */
        problem_add(&c->problems, S(""), "job_crashed", NULL);
        return ERR_INTERNAL;
    }
    c->batch = r->job.batch;
    TRY(job_rights_take(c, r));
    return r->kind->run(c, &r->job, result);
}

static err_t perform(struct job_running *r, struct arena *arena)
{
    struct app *app = r->runner->app;
    struct ctx c;
    json_t *result = NULL;
    int64_t began = clock_monotonic();
    TRY(ctx_init(&c, app, arena, "job"));
    err_t e = run_kind(r, &c, &result);
    struct ending end = judge(r, e, &c.problems);
    bool told = e == OK || str_eqz(S("cancelled"), end.state);
    end.result = result && told ? json_text(arena, json_keep(arena, result)) : (str){0};
    end.error = problems_any(&c.problems) && e != OK ? problems_json(arena, &c.problems) : (str){0};
    if (result && !told)
        json_decref(result);
    ctx_done(&c);
    log_event(err_is_fault(e) ? LOG_WARN : LOG_INFO, "job_ended", "job", LOG_INT(r->job.id), "kind",
              LOG_STR(r->job.kind), "state", LOG_Z(end.state), "attempt", LOG_INT(r->job.attempt),
              "milliseconds", LOG_INT((clock_monotonic() - began) / 1000), NULL);
    TRY(db_transact(app->db, end_work, &end));
    job_changed(app, r->job.id);
    return OK;
}

static void new_lease(const struct app *app, char out[static LEASE_CHARS + 1])
{
    char token[TOKEN_CHARS + 1];
    token_new(token);
    snprintf(out, LEASE_CHARS + 1, "%s:%s", app->process, token);
}

/* Takes what is due and runs it; *any tells whether there was something. Every second time what
 * people asked for comes first, so that neither they nor the server's own jobs wait for all of the
 * others. */
static err_t run_one(struct job_runner *runner, unsigned turn, bool *any)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct job_running r = {.runner = runner};
    struct taking t = {
        .running = &r, .arena = arena, .kinds = known_kinds(arena), .people = turn % 2 == 0};
    new_lease(runner->app, r.lease);
    TRY(look(runner->app, &t));
    if (t.any)
        TRY(db_transact(runner->app->db, take_work, &t));
    *any = t.any;
    if (!t.any)
        return OK;
    enlist(&r);
    job_changed(runner->app, r.job.id);
    err_t e = perform(&r, arena);
    delist(&r);
    return e;
}

/* ---- the threads ---- */

/* Once a second one of the threads looks at the schedules. */
static err_t look_at_schedules(struct job_runner *runner, bool now)
{
    pthread_mutex_lock(&runner->lock);
    bool due = now || clock_monotonic() >= runner->schedules_at;
    if (due)
        runner->schedules_at = clock_monotonic() + CLOCK_SECOND;
    pthread_mutex_unlock(&runner->lock);
    if (!due)
        return OK;
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    TRY(ctx_init(&c, runner->app, arena, "job"));
    err_t e = job_schedule_tick(&c);
    ctx_done(&c);
    return e;
}

static void wait_for_work(struct job_runner *runner, uint64_t seen)
{
    int64_t at = clock_monotonic() + POLL_MILLISECONDS * INT64_C(1000);
    struct timespec until = {.tv_sec = at / CLOCK_SECOND, .tv_nsec = at % CLOCK_SECOND * 1000};
    pthread_mutex_lock(&runner->lock);
    while (!atomic_load(&runner->stop) && runner->enqueued == seen)
        if (pthread_cond_timedwait(&runner->wake, &runner->lock, &until) == ETIMEDOUT)
            break;
    pthread_mutex_unlock(&runner->lock);
}

static void *work(void *arg)
{
    struct job_runner *runner = arg;
    for (unsigned turn = 0; !atomic_load(&runner->stop); turn++) {
        bool any = false;
        pthread_mutex_lock(&runner->lock);
        uint64_t seen = runner->enqueued;
        pthread_mutex_unlock(&runner->lock);
        registry_refresh(runner->app);
        err_t e = look_at_schedules(runner, false);
        if (e == OK)
            e = run_one(runner, turn, &any);
        if (e != OK)
            log_event(LOG_WARN, "job_runner_failed", "error", LOG_Z(err_name(e)), NULL);
        if (e != OK || !any)
            wait_for_work(runner, seen);
    }
    pthread_mutex_lock(&runner->lock);
    runner->at_work--;
    pthread_cond_broadcast(&runner->wake);
    pthread_mutex_unlock(&runner->lock);
    return NULL;
}

static err_t release_work(struct db_conn *conn, void *arg)
{
    value params[] = {V_TEXT(*(const str *)arg), V_INT(FREE_CRASHES),
                      V_INT(clock_now() + CRASH_WAIT_SECONDS * CLOCK_SECOND)};
    return db_run(conn, SQL_JOB_RELEASE, params, 3, NULL);
}

/* What a process held that is gone (core/process.h) is due at once, and the attempt does not count:
 * restarts make nothing dead. Work that each time takes the process down does not get further
 * either, waits after a few times, and is given up in the end. */
static err_t release(struct app *app, str process)
{
    AUTO_ARENA arena = arena_new(MIB);
    str held = arena_concat(arena, process, S(":%"));
    return db_transact(app->db, release_work, &held);
}

err_t job_runner_start(struct app *app, unsigned threads)
{
    struct job_runner *runner = job_runner_of(app);
    TRY(process_each_gone(app, release));
    runner->threads = calloc(threads, sizeof *runner->threads);
    if (!runner->threads)
        abort();
    for (unsigned i = 0; i < threads; i++) {
        pthread_mutex_lock(&runner->lock);
        bool begun = pthread_create(&runner->threads[i], NULL, work, runner) == 0;
        runner->at_work += begun;
        pthread_mutex_unlock(&runner->lock);
        if (!begun)
            return FAULT("cannot start the thread of a job runner");
        runner->thread_count++;
    }
    return OK;
}

static bool join_all(struct job_runner *runner, unsigned seconds)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += seconds;
    pthread_mutex_lock(&runner->lock);
    while (runner->at_work &&
           pthread_cond_timedwait(&runner->wake, &runner->lock, &until) != ETIMEDOUT) {
    }
    unsigned left = runner->at_work;
    pthread_mutex_unlock(&runner->lock);
    if (left) {
        log_event(LOG_WARN, "jobs_still_running", "threads", LOG_INT(left), NULL);
        return false;
    }
    while (runner->thread_count)
        pthread_join(runner->threads[--runner->thread_count], NULL);
    return true;
}

bool job_runner_stop(struct app *app, unsigned seconds)
{
    struct job_runner *runner = app->job_runner;
    if (!runner)
        return true;
    pthread_mutex_lock(&runner->lock);
    atomic_store(&runner->stop, true);
    pthread_cond_broadcast(&runner->wake);
    pthread_mutex_unlock(&runner->lock);
    if (!join_all(runner, seconds))
        return false;
    app->job_runner = NULL;
    while (runner->listeners) {
        struct job_listener *l = runner->listeners;
        runner->listeners = l->next;
        free(l);
    }
    pthread_cond_destroy(&runner->wake);
    pthread_mutex_destroy(&runner->lock);
    free(runner->threads);
    free(runner);
    return true;
}

err_t job_run_due(struct app *app)
{
    struct job_runner *runner = job_runner_of(app);
    TRY(look_at_schedules(runner, true));
    bool any = true;
    for (unsigned turn = 0; any; turn++)
        TRY(run_one(runner, turn, &any));
    return OK;
}
