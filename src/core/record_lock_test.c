/* Whom a write keeps waiting on PostgreSQL; on SQLite there is one writer. */
#include <pthread.h>

#include "base/clock.h"
#include "base/limits.h"
#include "core/record_internal.h"
#include "core/registry.h"
#include "core/test_app.h"

struct scene {
    struct ctx c;
    struct arena *arena;
    const struct object *stages, *customers;
    int64_t stage;
    err_t tried;
    bool free; /* another transaction could lock the stage */
};

static void patch(struct scene *s, const char *object, const char *body)
{
    struct problems problems = {.arena = s->arena};
    AUTO_BUF plan;
    buf_init(&plan, MIB);
    assert_int_equal(registry_patch(s->c.app, str_from(object), test_json(s->arena, body), 0, true,
                                    false, &problems, &plan),
                     OK);
}

static void begin(struct scene *s, struct app *app, const char *customer)
{
    struct record *stage;
    s->arena = arena_new(64 * MIB);
    assert_int_equal(ctx_init(&s->c, app, s->arena, "test"), OK);
    patch(s, "customer", customer);
    ctx_done(&s->c);
    assert_int_equal(ctx_init(&s->c, app, s->arena, "test"), OK);
    s->stages = model_object(s->c.model, S("stage"));
    s->customers = model_object(s->c.model, S("customer"));
    assert_int_equal(record_create(&s->c, s->stages,
                                   test_json(s->arena, "{'object':'customer','name':'new'}"), NULL,
                                   &stage),
                     OK);
    s->stage = record_id(stage);
}

static void end(struct scene *s)
{
    ctx_done(&s->c);
    arena_free(s->arena);
}

static err_t lock_work(struct db_conn *conn, void *arg)
{
    struct scene *s = arg;
    value id = V_INT(s->stage), found;
    err_t e = db_one(conn, NULL, S("SELECT id FROM stage WHERE id = $1 FOR UPDATE SKIP LOCKED"),
                     &id, 1, &found, 1);
    s->free = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static void *try_lock(void *arg)
{
    struct scene *s = arg;
    s->tried = db_transact(s->c.app->db, lock_work, s);
    return NULL;
}

static err_t create_work(struct ctx *c, void *arg)
{
    struct scene *s = arg;
    struct record *r;
    json_t *body =
        json_keep(s->arena, json_pack("{s:s,s:s}", "name", "王一", "stage",
                                      arena_printf(s->arena, "%lld", (long long)s->stage).p));
    TRY(record_create(c, s->customers, body, NULL, &r));
    pthread_t other;
    if (db_conn_kind(c->conn) == DB_SQLITE)
        return OK;
    assert_int_equal(pthread_create(&other, NULL, try_lock, s), 0);
    assert_int_equal(pthread_join(other, NULL), 0);
    return s->tried;
}

TEST_APP(record_rules_keep_nobody_from_what_they_look_at)
{
    struct scene s = {0};
    begin(&s, app,
          "{'rules':{'none':{'when':{'field':'stage.name','eq':'gone'},'message':{'en':'No'}}}}");
    assert_int_equal(ctx_transact(&s.c, create_work, &s), OK);
    assert_true(s.free || db_conn_kind(s.c.conn) == DB_SQLITE);
    end(&s);
}

TEST_APP(record_formulas_hold_what_they_are_worked_out_of)
{
    struct scene s = {0};
    begin(&s, app,
          "{'fields':{'step':{'type':'formula','result':'text','formula':'upper(stage.name)',"
          "'label':{'en':'Step'}}}}");
    assert_int_equal(ctx_transact(&s.c, create_work, &s), OK);
    assert_false(s.free);
    end(&s);
}

static err_t add_field(struct app *app, struct problems *problems)
{
    AUTO_BUF plan;
    buf_init(&plan, MIB);
    const json_t *body =
        test_json(problems->arena, "{'fields':{'shoe_size':{'type':'number','label':'Size'}}}");
    return registry_patch(app, S("customer"), body, 0, true, false, problems, &plan);
}

TEST_APP(model_change_does_not_queue_behind_a_long_reader)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    struct problems problems = {.arena = arena}, none = {.arena = arena};
    struct db_conn *report;
    value n;
    assert_int_equal(db_acquire(app->db, &report), OK);
    assert_int_equal(db_snapshot_begin(report), OK);
    assert_int_equal(db_one(report, arena, S("SELECT count(*) FROM customer"), NULL, 0, &n, 1), OK);
    if (db_kind(app->db) == DB_POSTGRES) {
        int64_t begun = clock_monotonic();
        assert_int_equal(add_field(app, &problems), ERR_CONFLICT);
        assert_string_equal(problems.list.at[0].code, "model_busy");
        assert_true(clock_monotonic() - begun < 15 * CLOCK_SECOND);
    }
    db_snapshot_end(report);
    db_release(report);
    assert_int_equal(add_field(app, &none), OK);
}
