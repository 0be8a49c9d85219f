#include "core/registry.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/access.h"
#include "core/auth.h"
#include "core/change.h"
#include "core/fill.h"
#include "core/migrate.h"
#include "core/registry_guard.h"
#include "core/setting.h"
#include "model/schema.h"
#include "sql_core.h"

struct held {
    struct model *model;
    _Atomic unsigned users;
};

struct registry {
    pthread_mutex_t lock;
    struct held *current;
    int64_t looked_at; /* monotonic */
};

struct registry *registry_new(void)
{
    struct registry *r = calloc(1, sizeof *r);
    if (!r)
        abort();
    pthread_mutex_init(&r->lock, NULL);
    return r;
}

static void release(struct held *h)
{
    if (h && atomic_fetch_sub(&h->users, 1) == 1) {
        model_free(h->model);
        free(h);
    }
}

void registry_free(struct registry *r)
{
    if (!r)
        return;
    release(r->current);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

const struct model *model_hold(struct app *app)
{
    struct registry *r = app->registry;
    pthread_mutex_lock(&r->lock);
    atomic_fetch_add(&r->current->users, 1);
    const struct model *m = r->current->model;
    pthread_mutex_unlock(&r->lock);
    return m;
}

void model_release(struct app *app, const struct model *m)
{
    (void)app;
    release(m->holder);
}

static void swap(struct registry *r, struct model *m)
{
    struct held *h = calloc(1, sizeof *h);
    if (!h)
        abort();
    h->model = m;
    m->holder = h;
    atomic_store(&h->users, 1);
    pthread_mutex_lock(&r->lock);
    struct held *out = r->current;
    bool older =
        out && m->version < out->model->version; /* another thread was faster with a newer */
    if (older)
        out = h;
    else
        r->current = h;
    pthread_mutex_unlock(&r->lock);
    release(out);
}

/* ---- loading ---- */

static err_t
read_patches(struct db_conn *conn, struct arena *arena, struct definition **out, size_t *count)
{
    VEC(struct definition) all = {0};
    struct definition *shipped;
    size_t n = model_shipped_definitions(arena, &shipped);
    for (size_t i = 0; i < n; i++)
        *VEC_PUSH(arena, all) = shipped[i];
    AUTO_ROWS rows = NULL;
    TRY(db_query(conn, SQL_MODEL_PATCHES, NULL, 0, &rows));
    while (db_next(rows)) {
        str object = arena_str(arena, db_text(rows, 0)), text = arena_str(arena, db_text(rows, 1));
        *VEC_PUSH(arena, all) = (struct definition){
            .path = arena_printf(arena, "patch:" STR_FMT, STR_ARG(object)),
            .text = guard_kept(guard_find(shipped, n, object), object, text, arena),
            .patch = true,
        };
    }
    *out = all.at;
    *count = all.n;
    return db_rows_error(rows);
}

static err_t read_version(struct db_conn *conn, struct arena *arena, int64_t *version, str *schema)
{
    value cells[2];
    err_t e = db_one(conn, arena, SQL_MODEL_STATE_GET, NULL, 0, cells, 2);
    if (e == ERR_NOT_FOUND) {
        *version = 0;
        *schema = (str){0};
        return OK;
    }
    TRY(e);
    *version = cells[0].i;
    *schema = cells[1].s;
    return OK;
}

/* The model as the database now has it. */
static err_t build(struct app *app,
                   struct db_conn *conn,
                   struct arena *arena,
                   struct problems *problems,
                   struct model **out)
{
    struct definition *definitions;
    size_t n;
    int64_t version;
    str schema;
    TRY(read_version(conn, arena, &version, &schema));
    TRY(read_patches(conn, arena, &definitions, &n));
    str currency = setting_text(app, arena, "base_currency", S("CNY"));
    return model_load(definitions, n, version, currency, problems, out);
}

err_t registry_load(struct app *app, struct problems *problems)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct db_conn *conn;
    struct model *m;
    TRY(db_acquire(app->db, &conn));
    err_t e = build(app, conn, arena, problems, &m);
    db_release(conn);
    if (e == OK)
        swap(app->registry, m);
    return e;
}

void registry_refresh(struct app *app)
{
    struct registry *r = app->registry;
    if (db_kind(app->db) != DB_POSTGRES)
        return;
    int64_t now = clock_monotonic();
    pthread_mutex_lock(&r->lock);
    bool due = now - r->looked_at >= CLOCK_SECOND;
    if (due)
        r->looked_at = now;
    int64_t have = r->current->model->version;
    pthread_mutex_unlock(&r->lock);
    if (!due)
        return;
    AUTO_ARENA arena = arena_new(16 * MIB);
    struct db_conn *conn;
    int64_t version = have;
    str schema;
    if (db_acquire(app->db, &conn) != OK)
        return;
    err_t e = read_version(conn, arena, &version, &schema);
    db_release(conn);
    if (e == OK && version != have && registry_load(app, NULL) != OK)
        log_event(LOG_ERROR, "model_stale", "version", LOG_INT(version), NULL);
}

/* ---- migrating ---- */

enum { PATCH_PATIENCE = 2, LOCK_TRIES = 3, LOCK_PAUSE = 500000 }; /* seconds, times, microseconds */

struct patient_work {
    db_work work;
    void *arg;
    bool waited;
};

static err_t run_patient(struct db_conn *conn, void *arg)
{
    struct patient_work *w = arg;
    err_t e = w->work(conn, w->arg);
    w->waited = db_lock_waited(conn);
    return e;
}

/* While it waits for a table that somebody reads at length, every other reader waits behind it: so
 * it does for short times with pauses. */
static err_t
transact_patiently(struct db *db, db_work work, void *arg, const char *busy, struct problems *list)
{
    struct patient_work w = {.work = work, .arg = arg};
    for (int tries = 1;; tries++) {
        err_t e = db_transact(db, run_patient, &w);
        if (e == OK || !w.waited)
            return e;
        if (tries == LOCK_TRIES)
            break;
        usleep(LOCK_PAUSE);
    }
    if (list)
        problem_add(list, S(""), busy, NULL);
    return ERR_CONFLICT;
}

/* Takes the additive steps from the kept schema to the model's and keeps the result. */
static err_t migrate_model(struct db_conn *conn,
                           struct arena *arena,
                           const struct model *m,
                           int64_t version,
                           struct problems *problems,
                           struct buf *plan_only)
{
    int64_t kept_version;
    str kept_json;
    struct schema *have = NULL, *want = schema_of_model(arena, m);
    struct schema_plan plan = {.arena = arena};
    TRY(read_version(conn, arena, &kept_version, &kept_json));
    if (kept_json.n)
        TRY(schema_from_json(arena, kept_json, &have));
    TRY(schema_diff(db_conn_kind(conn), have, want, problems, &plan));
    for (size_t i = 0; i < plan.steps.n; i++) {
        const struct schema_step *s = &plan.steps.at[i];
        if (plan_only)
            buf_printf(plan_only, "%s" STR_FMT ";\n", s->destructive ? "-- not done: " : "",
                       STR_ARG(s->sql));
        else if (!s->destructive)
            TRY(db_run(conn, s->sql, NULL, 0, NULL));
    }
    if (plan_only)
        return OK;
    value params[] = {V_INT(version),
                      V_TEXT(schema_to_json(arena, schema_union(arena, have, want))),
                      V_INT(clock_now())};
    return db_run(conn, SQL_MODEL_STATE_PUT, params, 3, NULL);
}

struct migration {
    struct app *app;
    struct arena *arena;
    struct problems *problems;
    struct buf *plan;
};

static err_t migrate_work(struct db_conn *conn, void *arg)
{
    struct migration *g = arg;
    struct model *m;
    int64_t version;
    str schema;
    TRY(migrate_core(conn, g->arena, g->problems, g->plan));
    if (g->plan && !migrate_core_done(conn))
        TRY(model_load_shipped(g->problems, &m));
    else
        TRY(build(g->app, conn, g->arena, g->problems, &m));
    arena_defer(g->arena, (void (*)(void *))model_free, m);
    if (g->plan && !migrate_core_done(conn))
        return OK;
    TRY(read_version(conn, g->arena, &version, &schema));
    TRY(migrate_model(conn, g->arena, m, version, g->problems, g->plan));
    return g->plan ? OK : db_run(conn, SQL_AUTH_PASSWORD_NOTED, NULL, 0, NULL);
}

err_t registry_migrate(struct app *app, struct problems *problems)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct migration g = {app, arena, problems, NULL};
    return transact_patiently(app->db, migrate_work, &g, "migrate_busy", problems);
}

err_t registry_plan(struct app *app, struct problems *problems, struct buf *plan)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct migration g = {app, arena, problems, plan};
    struct db_conn *conn;
    TRY(db_acquire(app->db, &conn));
    err_t e = db_snapshot_begin(conn);
    if (e == OK) {
        e = migrate_work(conn, &g);
        db_snapshot_end(conn);
    }
    db_release(conn);
    return e;
}

/* ---- changing ---- */

err_t registry_may_patch(struct ctx *c, str object, bool dry_run)
{
    const struct object *o = model_object(c->model, object);
    if (o && o->guarded && !access_administrator(c->access)) {
        problem_add(&c->problems, S(""), "right_missing", NULL);
        return ERR_DENIED;
    }
    return dry_run ? OK : auth_fresh(c);
}

struct patch {
    struct app *app;
    struct arena *arena;
    struct problems *problems;
    str object;
    const json_t *patch;
    int64_t by;
    bool administrator, dry_run;
    struct buf *plan;
    struct model *model; /* the new one */
};

/* null takes away what patches added; over what is shipped it is kept, so that it stays away after
 * an upgrade. */
/* What every definition must have: to take it away is to have what is shipped again. */
static bool is_needed(const char *key)
{
    return str_eqz(S("label"), key) || str_eqz(S("plural_label"), key);
}

static void merge(json_t *target, const json_t *patch, const json_t *shipped)
{
    const char *key;
    json_t *change;
    json_object_foreach((json_t *)patch, key, change)
    {
        const json_t *under = json_object_get(shipped, key);
        if (json_is_null(change) && (!under || is_needed(key))) {
            json_object_del(target, key);
        } else if (json_is_object(change)) {
            if (!json_is_object(json_object_get(target, key)))
                json_object_set_new(target, key, json_object());
            merge(json_object_get(target, key), change, under);
        } else {
            json_object_set_new(target, key, json_deep_copy(change));
        }
    }
}

/* The object's patch as it will be: what is kept, and the new one over it. */
static json_t *merged_patch(struct patch *p, const struct definition *all, size_t n)
{
    json_t *kept = NULL, *shipped = NULL;
    for (size_t i = 0; i < n; i++) {
        json_t *tree = json_keep(p->arena, json_loadb(all[i].text.p, all[i].text.n, 0, NULL));
        if (str_eq(json_get_str(tree, "object"), p->object))
            *(all[i].patch ? &kept : &shipped) = tree;
    }
    if (!p->patch)
        return NULL;
    if (!kept)
        kept = json_keep(p->arena, json_object());
    merge(kept, p->patch, shipped);
    json_object_set_new(kept, "object", json_stringn(p->object.p, p->object.n));
    return kept;
}

/* What the object's patch was and is. */
static err_t
log_patch(struct patch *p, struct db_conn *conn, const struct definition *was, str text)
{
    json_t *before = was ? json_loadb(was->text.p, was->text.n, 0, NULL) : json_null();
    json_t *after = text.n ? json_loadb(text.p, text.n, 0, NULL) : json_null();
    const char *object = arena_strz(p->arena, p->object);
    struct change_act act = {.object = "model",
                             .op = CHANGE_UPDATE,
                             .actor = p->by,
                             .through = "api",
                             .before = json_keep(p->arena, json_pack("{s:o}", object, before)),
                             .after = json_keep(p->arena, json_pack("{s:o}", object, after))};
    return change_append_act(conn, p->arena, &act);
}

static err_t store_patch(struct patch *p, struct db_conn *conn, str text)
{
    value object = V_TEXT(p->object);
    if (!p->patch)
        return db_run(conn, SQL_MODEL_PATCH_DELETE, &object, 1, NULL);
    value params[] = {object, V_TEXT(text), V_INT(clock_now()), V_ID(p->by)};
    return db_run(conn, SQL_MODEL_PATCH_PUT, params, 4, NULL);
}

/* The model before the patch, as the database has it. */
static err_t load_before(struct patch *p,
                         const struct definition *all,
                         size_t n,
                         int64_t version,
                         str currency,
                         struct model **out)
{
    TRY(model_load(all, n, version, currency, p->problems, out));
    arena_defer(p->arena, (void (*)(void *))model_free, *out);
    return OK;
}

/* Those without the right to everything change nothing that decides who sees what. */
static err_t check_rights(struct patch *p, const struct model *before, str schema)
{
    struct schema *kept = NULL;
    if (p->administrator)
        return OK;
    if (schema.n)
        TRY(schema_from_json(p->arena, schema, &kept));
    const struct guard_change change = {model_object(before, p->object),
                                        model_object(p->model, p->object), kept};
    return guard_rights(&change, p->arena, p->problems);
}

static err_t patch_work(struct ctx *c, void *arg)
{
    struct patch *p = arg;
    struct db_conn *conn = c->conn;
    struct model *before;
    struct definition *all;
    size_t n, kept = 0;
    int64_t version;
    str schema;
    buf_clear(p->plan);
    TRY(migrate_lock(conn, PATCH_PATIENCE));
    TRY(read_version(conn, p->arena, &version, &schema));
    TRY(read_patches(conn, p->arena, &all, &n));
    json_t *merged = merged_patch(p, all, n);
    TRY(guard_shipped(guard_find(all, n, p->object), merged, p->arena, p->problems));
    struct definition *next = ARENA_ARRAY(p->arena, struct definition, n + 1);
    str path = arena_printf(p->arena, "patch:" STR_FMT, STR_ARG(p->object));
    const struct definition *was = NULL;
    for (size_t i = 0; i < n; i++)
        if (all[i].patch && str_eq(all[i].path, path))
            was = &all[i];
        else
            next[kept++] = all[i];
    str text = merged ? json_text(p->arena, merged) : (str){0};
    if (merged)
        next[kept++] = (struct definition){.path = path, .text = text, .patch = true};
    model_free(p->model);
    p->model = NULL;
    str currency = setting_text(p->app, p->arena, "base_currency", S("CNY"));
    TRY(model_load(next, kept, version + 1, currency, p->problems, &p->model));
    TRY(load_before(p, all, n, version, currency, &before));
    TRY(check_rights(p, before, schema));
    TRY(migrate_model(conn, p->arena, p->model, version + 1, p->problems, p->plan));
    if (p->dry_run)
        return OK;
    TRY(migrate_model(conn, p->arena, p->model, version + 1, p->problems, NULL));
    TRY(log_patch(p, conn, was, text));
    TRY(store_patch(p, conn, text));
    return fill_after_model(c, before, p->model);
}

/* What follows from it is the server's own work, whoever asked. */
static err_t patch_within(struct db_conn *conn, void *arg)
{
    struct patch *p = arg;
    struct ctx server = {.app = p->app,
                         .arena = p->arena,
                         .conn = conn,
                         .in_transaction = true,
                         .through = "model",
                         .now = clock_now()};
    server.problems.arena = p->arena;
    return patch_work(&server, p);
}

err_t registry_patch(struct app *app,
                     str object,
                     const json_t *patch,
                     int64_t by,
                     bool administrator,
                     bool dry_run,
                     struct problems *problems,
                     struct buf *plan)
{
    AUTO_ARENA arena = arena_new(128 * MIB);
    struct patch p = {app, arena, problems, object, patch, by, administrator, dry_run, plan, NULL};
    err_t e = transact_patiently(app->db, patch_within, &p, "model_busy", problems);
    if (e == OK)
        log_readers_wake(app);
    if (e == OK && !dry_run)
        swap(app->registry, p.model);
    else
        model_free(p.model);
    return e;
}
