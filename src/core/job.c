#include "core/job_internal.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "base/message.h"
#include "core/access.h"
#include "sql_core.h"

static struct job_kind *kinds; /* filled at start, before any thread */

void job_kind_add(struct job_kind *kind)
{
    for (const struct job_kind *k = kinds; k; k = k->next)
        if (k == kind)
            return;
    kind->next = kinds;
    kinds = kind;
}

const struct job_kind *job_kind_first(void)
{
    return kinds;
}

const struct job_kind *job_kind_find(str name)
{
    for (const struct job_kind *k = kinds; k; k = k->next)
        if (str_eqz(name, k->name))
            return k;
    return NULL;
}

/* ---- asking for work ---- */

struct enqueue {
    value params[11];
    int64_t id;
};

static err_t enqueue_work(struct ctx *c, void *arg)
{
    enum { TRIES = 3 }; /* the job with the key may end between the two statements */
    struct enqueue *q = arg;
    for (int i = 0; i < TRIES; i++) {
        int64_t added;
        value found;
        TRY(db_run(c->conn, SQL_JOB_ADD, q->params, 11, &added));
        q->id = q->params[0].i;
        if (added)
            return OK;
        err_t e = db_one(c->conn, c->arena, SQL_JOB_BY_KEY, &q->params[2], 1, &found, 1);
        if (e == OK)
            q->id = found.i;
        if (e != ERR_NOT_FOUND)
            return e;
    }
    return ERR_UNAVAILABLE;
}

/* What people know it by. */
static str subject_of(struct ctx *c, const json_t *args)
{
    str subject = json_get_str(args, "subject"), object = json_get_str(args, "object");
    return subject.n || !object.n ? subject : arena_concat(c->arena, S("object:"), object);
}

void job_wake(struct ctx *c, int64_t id)
{
    struct job_runner *runner = job_runner_of(c->app);
    job_changed(c->app, id);
    pthread_mutex_lock(&runner->lock);
    runner->enqueued++;
    pthread_cond_broadcast(&runner->wake);
    pthread_mutex_unlock(&runner->lock);
}

err_t job_enqueue(struct ctx *c,
                  const char *kind,
                  const json_t *args,
                  const char *key,
                  int64_t run_at,
                  int64_t *id)
{
    if (!job_kind_find(str_from(kind)))
        log_event(LOG_WARN, "job_kind_unknown_here", "kind", LOG_Z(kind), NULL);
    struct enqueue q = {
        .params = {V_INT(id_new()), V_TEXT(str_from(kind)), V_TEXT_OR_NULL(str_from(key)),
                   V_TEXT(args ? json_text(c->arena, args) : S("{}")),
                   V_INT(run_at ? run_at : clock_now()), V_ID(c->user), V_ID(c->batch),
                   V_INT(clock_now()), c->scopes ? V_TEXT(json_text(c->arena, c->scopes)) : V_NULL,
                   V_TEXT_OR_NULL(subject_of(c, args)), V_ID(c->token)}};
    TRY(ctx_transact(c, enqueue_work, &q));
    *id = q.id;
    if (!c->in_transaction) /* else it is not there for others yet: runners find it when they look
                             */
        job_wake(c, q.id);
    return OK;
}

static bool sees_all(const struct ctx *c)
{
    return access_right(c->access, RIGHT_SEE_JOBS);
}

/* Whoever asked for it, or who looks after all of them. */
static bool may_cancel(const struct ctx *c, int64_t actor)
{
    return (c->user && actor == c->user) || access_right(c->access, RIGHT_MANAGE_JOBS);
}

/* What its kind asks of the actor can be asked only of himself. */
static bool may_retry(const struct ctx *c, const struct job_kind *kind, int64_t actor)
{
    if (kind && kind->may_retry)
        return (c->user && actor == c->user) || access_administrator(c->access);
    return may_cancel(c, actor);
}

struct asked {
    const struct job_kind *kind; /* NULL: this process does not know it */
    int64_t actor;               /* 0 = the server */
    str args;
};

static err_t find_asked(struct ctx *c, int64_t id, struct asked *out)
{
    value params[] = {V_INT(id), V_BOOL(sees_all(c)), V_INT(c->user)}, cells[3];
    TRY(db_one(c->conn, c->arena, SQL_JOB_GET, params, 3, cells, 1));
    TRY(db_one(c->conn, c->arena, SQL_JOB_ASKED, params, 1, cells, 3));
    *out = (struct asked){job_kind_find(cells[0].s), cells[2].kind == VALUE_INT ? cells[2].i : 0,
                          cells[1].s};
    return OK;
}

static err_t not_ones_own(struct ctx *c)
{
    problem_add(&c->problems, S(""), "job_of_another", NULL);
    return ERR_DENIED;
}

struct set_state {
    str sql;
    int64_t id, changed;
};

static err_t set_state(struct ctx *c, struct set_state *s)
{
    value params[] = {V_INT(s->id), V_INT(clock_now())};
    TRY(db_run(c->conn, s->sql, params, 2, &s->changed));
    return s->changed ? OK : ERR_CONFLICT;
}

static err_t cancel_work(struct ctx *c, void *arg)
{
    struct set_state *s = arg;
    struct asked asked;
    TRY(find_asked(c, s->id, &asked));
    return may_cancel(c, asked.actor) ? set_state(c, s) : not_ones_own(c);
}

err_t job_cancel(struct ctx *c, int64_t id)
{
    struct job_runner *runner = job_runner_of(c->app);
    struct set_state s = {SQL_JOB_CANCEL, id, 0};
    TRY(ctx_transact(c, cancel_work, &s));
    pthread_mutex_lock(&runner->lock);
    for (struct job_running *r = runner->running; r; r = r->next)
        if (r->job.id == id)
            atomic_store(&r->cancelled, true);
    pthread_mutex_unlock(&runner->lock);
    job_changed(c->app, id);
    return OK;
}

static err_t check_retry(struct ctx *c, int64_t id)
{
    struct asked asked;
    TRY(find_asked(c, id, &asked));
    if (!may_retry(c, asked.kind, asked.actor))
        return not_ones_own(c);
    if (!asked.kind || !asked.kind->may_retry)
        return OK;
    return asked.kind->may_retry(
        c, json_keep(c->arena, json_loadb(asked.args.p, asked.args.n, 0, NULL)));
}

/* What goes on with a batch that was taken back could not be taken back itself. The batch is held
 * until the job waits again: who takes it back meanwhile finds that. */
static err_t retry_work(struct ctx *c, void *arg)
{
    struct set_state *s = arg;
    value id = V_INT(s->id), undone;
    TRY(check_retry(c, s->id));
    err_t e = db_one(c->conn, c->arena, SQL_JOB_BATCH, &id, 1, &undone, 1);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == OK && undone.i) {
        problem_add(&c->problems, S(""), "batch_undone", NULL);
        return ERR_CONFLICT;
    }
    return set_state(c, s);
}

err_t job_retry(struct ctx *c, int64_t id)
{
    struct set_state s = {SQL_JOB_RETRY, id, 0};
    TRY(ctx_transact(c, retry_work, &s));
    job_changed(c->app, id);
    return OK;
}

err_t job_kind_of(struct ctx *c, int64_t id, str *out)
{
    value param = V_INT(id), cells[2];
    TRY(db_one(c->conn, c->arena, SQL_JOB_ASKED, &param, 1, cells, 2));
    *out = cells[0].s;
    return OK;
}

err_t job_actor(struct ctx *c, int64_t id, int64_t *out)
{
    value param = V_INT(id), actor;
    TRY(db_one(c->conn, c->arena, SQL_JOB_ACTOR, &param, 1, &actor, 1));
    *out = actor.kind == VALUE_INT ? actor.i : 0;
    return OK;
}

/* ---- listening ---- */

void job_on_change(struct app *app, void (*changed)(void *, int64_t id), void *context)
{
    struct job_runner *runner = job_runner_of(app);
    struct job_listener *l = calloc(1, sizeof *l);
    if (!l)
        abort();
    *l = (struct job_listener){changed, context, runner->listeners};
    runner->listeners = l;
}

void job_changed(struct app *app, int64_t id)
{
    for (struct job_listener *l = job_runner_of(app)->listeners; l; l = l->next)
        l->changed(l->context, id);
}

/* ---- telling people ---- */

static struct problem kept_problem(struct arena *arena, const json_t *j)
{
    struct problem p = {.code = arena_strz(arena, json_get_str(j, "code")),
                        .pointer = json_get_str(j, "pointer")};
    const json_t *args = json_object_get(j, "args");
    for (size_t k = 0; k < PROBLEM_ARGS; k++)
        p.args[k] = json_str(json_array_get(args, k));
    return p;
}

/* The kept problems as sentences; *first is the first one. */
static void write_error(struct ctx *c, str kept, struct jw *w, str *first)
{
    json_t *list = json_keep(c->arena, json_loadb(kept.p ? kept.p : "", kept.n, 0, NULL));
    size_t i;
    json_t *j;
    if (!json_is_array(list)) {
        jw_null(w);
        return;
    }
    jw_open(w, '[');
    json_array_foreach(list, i, j)
    {
        struct problem p = kept_problem(c->arena, j);
        str sentence = message_of_problem(c->arena, c->lang, &p);
        if (i == 0)
            *first = sentence;
        jw_open(w, '{');
        jw_key(w, S("pointer"));
        jw_str(w, p.pointer);
        jw_key(w, S("code"));
        jw_str(w, json_get_str(j, "code"));
        jw_key(w, S("detail"));
        jw_str(w, sentence);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void write_instant(struct jw *w, str key, const struct db_rows *rows, size_t column)
{
    jw_key(w, key);
    if (db_is_null(rows, column))
        jw_null(w);
    else
        jw_instant(w, db_int(rows, column));
}

static void write_subject(struct ctx *c, str subject, struct jw *w)
{
    str prefix = S("object:");
    const struct object *o = NULL;
    if (str_starts(subject, prefix))
        o = model_object(c->model, str_cut(subject, prefix.n, subject.n));
    jw_key(w, S("subject"));
    if (o)
        jw_str(w, o->plural_label.text[c->lang]);
    else if (subject.n)
        jw_str(w, subject);
    else
        jw_null(w);
}

/* The names of records are as they are to who asked for the job; others may see less of them. */
static void write_result(struct ctx *c, int64_t actor, str result, struct jw *w)
{
    json_t *tree = result.n ? json_keep(c->arena, json_loadb(result.p, result.n, 0, NULL)) : NULL;
    const json_t *refusals = json_object_get(tree, "refusals");
    bool told = actor == c->user || access_administrator(c->access);
    for (size_t i = 0; !told && i < json_array_size(refusals); i++)
        json_object_set_new(json_array_get(refusals, i), "title", json_string(""));
    jw_key(w, S("result"));
    jw_raw(w, !tree ? S("null") : told ? result : json_text(c->arena, tree));
}

/* A row of job_get or job_list. */
static void write_job(struct ctx *c, const struct db_rows *rows, struct jw *w)
{
    const struct job_kind *kind = job_kind_find(db_text(rows, 1));
    str state = db_text(rows, 2), result = db_text(rows, 8), message = {0};
    bool live = str_eqz(state, "waiting") || str_eqz(state, "running");
    int64_t actor = db_is_null(rows, 14) ? 0 : db_int(rows, 14);
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, db_int(rows, 0));
    jw_key(w, S("kind"));
    jw_str(w, db_text(rows, 1));
    jw_key(w, S("label"));
    jw_str(w, kind ? message_get(c->lang, str_from(kind->label)) : db_text(rows, 1));
    jw_key(w, S("state"));
    jw_str(w, state);
    jw_key(w, S("done"));
    jw_int(w, db_int(rows, 3));
    jw_key(w, S("total"));
    jw_int(w, db_int(rows, 4));
    jw_key(w, S("attempts"));
    jw_int(w, db_int(rows, 5));
    jw_key(w, S("cancellable"));
    jw_bool(w, live && !db_bool(rows, 6) && may_cancel(c, actor));
    jw_key(w, S("retryable"));
    jw_bool(w, !live && !str_eqz(state, "done") && may_retry(c, kind, actor));
    jw_key(w, S("error"));
    write_error(c, db_text(rows, 7), w, &message);
    jw_key(w, S("message"));
    if (message.n)
        jw_str(w, message);
    else
        jw_null(w);
    write_result(c, db_int(rows, 14), result, w);
    write_instant(w, S("created_at"), rows, 9);
    write_instant(w, S("started_at"), rows, 10);
    write_instant(w, S("ended_at"), rows, 11);
    write_subject(c, db_text(rows, 12), w);
    jw_key(w, S("batch"));
    jw_id(w, db_is_null(rows, 13) ? 0 : db_int(rows, 13));
    jw_close(w, '}');
}

err_t job_write_json(struct ctx *c, int64_t id, struct jw *w)
{
    value params[] = {V_INT(id), V_BOOL(sees_all(c)), V_INT(c->user)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_JOB_GET, params, 3, &rows));
    if (!db_next(rows)) {
        TRY(db_rows_error(rows));
        return ERR_NOT_FOUND;
    }
    write_job(c, rows, w);
    return OK;
}

/* ---- waiting for one ---- */

enum { AWAIT_MICROSECONDS = 100000 };

static err_t how_it_ended(struct ctx *c, str state, str kept)
{
    json_t *list = json_keep(c->arena, json_loadb(kept.p ? kept.p : "", kept.n, 0, NULL)), *j;
    size_t i;
    if (str_eqz(state, "done"))
        return OK;
    if (str_eqz(state, "cancelled"))
        return ERR_LIMIT;
    json_array_foreach(list, i, j)
    {
        struct problem p = kept_problem(c->arena, j);
        problem_add_str(&c->problems, p.pointer, p.code, p.args[0], p.args[1], p.args[2]);
    }
    return ERR_INVALID;
}

err_t job_await(struct ctx *c, int64_t id, const atomic_bool *stopping)
{
    value params[] = {V_INT(id)}, cells[2];
    for (;;) {
        TRY(db_one(c->conn, c->arena, SQL_JOB_STATE, params, 1, cells, 2));
        if (!str_eqz(cells[0].s, "waiting") && !str_eqz(cells[0].s, "running"))
            return how_it_ended(c, cells[0].s, cells[1].kind == VALUE_TEXT ? cells[1].s : (str){0});
        if (atomic_load(stopping)) {
            problem_add(&c->problems, S(""), "job_goes_on", NULL);
            return ERR_UNAVAILABLE;
        }
        usleep(AWAIT_MICROSECONDS);
    }
}

err_t job_list_json(struct ctx *c, str state, str after, size_t limit, struct jw *w)
{
    int64_t before = INT64_MAX, last = 0;
    if (after.n && id_parse(after, &before) != OK) {
        problem_add(&c->problems, S("after"), "bad_parameter", "after", NULL);
        return ERR_INVALID;
    }
    value params[] = {V_INT(before), V_BOOL(sees_all(c)), V_INT(c->user), V_TEXT_OR_NULL(state),
                      V_INT((int64_t)limit + 1)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_JOB_LIST, params, 5, &rows));
    size_t n = 0;
    jw_open(w, '[');
    while (n <= limit && db_next(rows))
        if (++n <= limit) {
            write_job(c, rows, w);
            last = db_int(rows, 0);
        }
    TRY(db_rows_error(rows));
    jw_close(w, ']');
    jw_key(w, S("has_more"));
    jw_bool(w, n > limit);
    jw_key(w, S("next"));
    jw_id(w, n > limit ? last : 0);
    return OK;
}
