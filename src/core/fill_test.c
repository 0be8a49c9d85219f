#include "core/fill.h"

#include "base/limits.h"
#include "core/change.h"
#include "core/job.h"
#include "core/record.h"
#include "core/registry.h"
#include "core/test_app.h"

enum { CUSTOMERS = 30 };

static void patch(struct ctx *c, const char *object, const char *body)
{
    struct problems problems = {.arena = c->arena};
    AUTO_BUF plan;
    buf_init(&plan, MIB);
    assert_int_equal(registry_patch(c->app, str_from(object), test_json(c->arena, body), 0, true,
                                    false, &problems, &plan),
                     OK);
}

static int64_t create(struct ctx *c, const char *object, str body)
{
    struct record *r;
    const struct object *o = model_object(c->model, str_from(object));
    assert_int_equal(record_create(c, o, test_json(c->arena, body.p), NULL, &r), OK);
    return record_id(r);
}

static err_t rename_all(struct ctx *c, void *arg)
{
    const int64_t *customers = arg;
    const struct object *o = model_object(c->model, S("customer"));
    struct record *r;
    for (size_t i = 0; i < CUSTOMERS; i++)
        TRY(record_update(c, o, customers[i], 0, test_json(c->arena, "{'name':'王二'}"), NULL, &r));
    return OK;
}

static int64_t number(struct ctx *c, const char *sql)
{
    value n;
    assert_int_equal(db_one(c->conn, c->arena, str_from(sql), NULL, 0, &n, 1), OK);
    return n.i;
}

TEST_APP(formulas_over_a_link_are_filled_by_one_job_for_many_changes)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    int64_t customers[CUSTOMERS];
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    patch(&c, "order",
          "{'fields':{'buyer':{'type':'formula','result':'text','formula':'upper(customer.name)',"
          "'label':{'en':'Buyer'}}}}");
    ctx_done(&c);
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    fill_attach(app);
    assert_int_equal(log_readers_start(app), OK);
    for (size_t i = 0; i < CUSTOMERS; i++) {
        customers[i] = create(&c, "customer", S("{'name':'王一'}"));
        for (size_t k = 0; k < i; k++)
            create(&c, "order",
                   arena_printf(arena,
                                "{'customer':'%lld','amount':{'amount':1,'currency':'CNY'},"
                                "'placed_at':'2026-03-01T00:00:00Z'}",
                                (long long)customers[i]));
    }
    assert_int_equal(log_readers_settle(app, 60000), OK);
    assert_int_equal(job_run_due(app), OK);
    int64_t before = number(&c, "SELECT count(*) FROM job WHERE kind = 'fill'");
    assert_int_equal(ctx_transact(&c, rename_all, customers), OK);
    assert_int_equal(log_readers_settle(app, 60000), OK);
    assert_int_equal(number(&c, "SELECT count(*) FROM job WHERE kind = 'fill'"), before + 1);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(number(&c, "SELECT count(*) FROM \"order\" WHERE buyer <> '王二'"), 0);
    assert_int_equal(number(&c, "SELECT count(*) FROM \"order\" WHERE buyer = '王二'"),
                     CUSTOMERS * (CUSTOMERS - 1) / 2);
    log_readers_stop(app);
    ctx_done(&c);
}
