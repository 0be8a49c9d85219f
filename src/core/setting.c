#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/app.h"
#include "core/setting.h"
#include "sql_core.h"

struct settings {
    pthread_mutex_t loading; /* one load at a time, so that the newest stays */
    pthread_rwlock_t lock;
    struct arena *arena; /* of the current values */
    json_t *values;
    _Atomic int64_t looked_at; /* monotonic */
};

struct settings *settings_new(void)
{
    struct arena *arena = arena_new(16 * MIB);
    struct settings *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    pthread_mutex_init(&s->loading, NULL);
    pthread_rwlock_init(&s->lock, NULL);
    s->arena = arena;
    s->values = json_keep(arena, json_object());
    atomic_store(&s->looked_at, INT64_MAX); /* nothing to refresh before the first load */
    return s;
}

void settings_free(struct settings *s)
{
    if (!s)
        return;
    arena_free(s->arena);
    pthread_rwlock_destroy(&s->lock);
    pthread_mutex_destroy(&s->loading);
    free(s);
}

static err_t load(struct app *app)
{
    struct arena *arena = arena_new(16 * MIB);
    json_t *values = json_keep(arena, json_object());
    struct db_conn *conn;
    err_t e = db_acquire(app->db, &conn);
    if (e == OK) {
        AUTO_ROWS rows = NULL;
        e = db_query(conn, SQL_SETTING_ALL, NULL, 0, &rows);
        while (e == OK && db_next(rows)) {
            str text = db_text(rows, 1);
            json_t *parsed = json_loadb(text.p, text.n, JSON_DECODE_ANY, NULL);
            json_object_setn_new(values, db_text(rows, 0).p, db_text(rows, 0).n, parsed);
        }
        if (e == OK)
            e = db_rows_error(rows);
        db_rows_free(rows);
        rows = NULL;
        db_release(conn);
    }
    if (e != OK) {
        arena_free(arena);
        return e;
    }
    struct settings *s = app->settings;
    pthread_rwlock_wrlock(&s->lock);
    struct arena *old = s->arena;
    s->arena = arena;
    s->values = values;
    pthread_rwlock_unlock(&s->lock);
    arena_free(old);
    atomic_store(&s->looked_at, clock_monotonic());
    return OK;
}

err_t settings_load(struct app *app)
{
    pthread_mutex_lock(&app->settings->loading);
    err_t e = load(app);
    pthread_mutex_unlock(&app->settings->loading);
    return e;
}

/* Other nodes may have written: on PostgreSQL the values are read again once a second. */
static void refresh(struct app *app)
{
    int64_t now = clock_monotonic(), seen = atomic_load(&app->settings->looked_at);
    if (db_kind(app->db) != DB_POSTGRES || now - seen < CLOCK_SECOND)
        return;
    if (atomic_compare_exchange_strong(&app->settings->looked_at, &seen, now) &&
        settings_load(app) != OK)
        log_event(LOG_WARN, "settings_stale", NULL);
}

str setting_text(struct app *app, struct arena *arena, const char *key, str fallback)
{
    refresh(app);
    pthread_rwlock_rdlock(&app->settings->lock);
    str found = json_get_str(app->settings->values, key);
    str out = found.n ? arena_str(arena, found) : fallback;
    pthread_rwlock_unlock(&app->settings->lock);
    return out;
}

json_t *setting_get(struct app *app, struct arena *arena, const char *key)
{
    refresh(app);
    pthread_rwlock_rdlock(&app->settings->lock);
    json_t *found = json_keep(arena, json_deep_copy(json_object_get(app->settings->values, key)));
    pthread_rwlock_unlock(&app->settings->lock);
    return found;
}

struct put {
    const char *key;
    str value;
};

static err_t put_work(struct db_conn *conn, void *arg)
{
    const struct put *p = arg;
    value params[] = {V_TEXT(str_from(p->key)), V_TEXT(p->value), V_INT(clock_now())};
    return db_run(conn, SQL_SETTING_PUT, params, 3, NULL);
}

err_t setting_put(struct app *app, const char *key, const json_t *v)
{
    AUTO_ARENA arena = arena_new(4 * MIB);
    struct put p = {key, json_canonical(arena, v)};
    TRY(db_transact(app->db, put_work, &p));
    return settings_load(app);
}
