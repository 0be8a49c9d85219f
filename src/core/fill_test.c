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

static err_t try(struct ctx *c, const char *body, bool dry_run)
{
    struct problems problems = {.arena = c->arena};
    AUTO_BUF plan;
    buf_init(&plan, MIB);
    return registry_patch(c->app, S("customer"), test_json(c->arena, body), 7, true, dry_run,
                          &problems, &plan);
}

#define LOUD "{'fields':{'loud':{'type':'formula','result':'text','formula':'upper(name)'}"

/* One transaction has the patch and the job, and that is the server's own. */
TEST_APP(fill_of_a_new_formula_is_asked_for_with_the_model)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    static const char fills[] = "SELECT count(*) FROM job WHERE kind = 'fill'";
    fill_attach(app);
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = create(&c, "customer", S("{'name':'ann'}"));
    assert_int_equal(try(&c, LOUD "}}", true), OK);
    assert_int_equal(try(&c, LOUD ",'x':{'type':'magic'}}}", false), ERR_INVALID);
    assert_int_equal(number(&c, fills), 0);
    assert_int_equal(try(&c, LOUD "}}", false), OK);
    assert_int_equal(number(&c, fills), 1);
    assert_int_equal(number(&c, "SELECT count(*) FROM job WHERE actor_id IS NULL"), 1);
    assert_int_equal(try(&c, LOUD "}}", false), OK);
    assert_int_equal(number(&c, fills), 1);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(number(&c, "SELECT count(*) FROM customer WHERE loud = 'ANN'"), 1);
    assert_true(id > 0);
    ctx_done(&c);
}
