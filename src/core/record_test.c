#include "base/limits.h"
#include "core/record.h"
#include "core/test_app.h"

static struct record *create(struct ctx *c, const char *object, const char *body)
{
    struct record *r = NULL;
    err_t e = record_create(c, model_object(c->model, str_from(object)), test_json(c->arena, body),
                            NULL, &r);
    for (size_t i = 0; e != OK && i < c->problems.list.n; i++)
        print_error(STR_FMT " %s " STR_FMT "\n", STR_ARG(c->problems.list.at[i].pointer),
                    c->problems.list.at[i].code, STR_ARG(c->problems.list.at[i].args[0]));
    assert_int_equal(e, OK);
    return r;
}

static value cell(struct ctx *c, const char *object, int64_t id, const char *field)
{
    struct record *r;
    const struct object *o = model_object(c->model, str_from(object));
    assert_int_equal(record_get(c, o, id, OP_READ, &r), OK);
    return record_cell(r, object_field(o, str_from(field)), 0);
}

static err_t
update(struct ctx *c, const char *object, int64_t id, int64_t version, const char *body)
{
    struct record *r;
    err_t e = record_update(c, model_object(c->model, str_from(object)), id, version,
                            test_json(c->arena, body), NULL, &r);
    for (size_t i = 0; e != OK && i < c->problems.list.n; i++)
        print_error(STR_FMT " %s " STR_FMT "\n", STR_ARG(c->problems.list.at[i].pointer),
                    c->problems.list.at[i].code, STR_ARG(c->problems.list.at[i].args[0]));
    return e;
}

TEST_APP(record_rolls_up_what_customers_bought)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    struct record *customer =
        create(&c, "customer", "{'name':'王小明','phone':'138 0013 8000','tags':['vip','华东']}");
    int64_t id = record_id(customer);
    char order[200];
    snprintf(order, sizeof order,
             "{'customer':'%lld','state':'paid','amount':{'amount':12500,'currency':'CNY'},"
             "'placed_at':'2026-03-01T00:00:00Z','paid_at':'2026-03-01T00:00:00Z'}",
             (long long)id);
    struct record *first = create(&c, "order", order);
    create(&c, "order", order);
    assert_int_equal(cell(&c, "customer", id, "order_count").i, 2);
    assert_int_equal(cell(&c, "customer", id, "order_total").i, 25000);
    assert_int_equal(update(&c, "order", record_id(first), 1, "{'amount':{'amount':500}}"), OK);
    assert_int_equal(cell(&c, "customer", id, "order_total").i, 13000);
    struct record *gone;
    assert_int_equal(
        record_delete(&c, model_object(c.model, S("order")), record_id(first), 2, &gone), OK);
    assert_int_equal(cell(&c, "customer", id, "order_count").i, 1);
    assert_int_equal(cell(&c, "customer", id, "order_total").i, 12500);
    assert_int_equal(cell(&c, "customer", id, "version").i, 1);
    assert_str(cell(&c, "customer", id, "phone").s, "+8613800138000");
    ctx_done(&c);
}

TEST_APP(record_refuses_what_is_wrong)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct record *r;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("customer"));
    struct record *first = create(&c, "customer", "{'name':'李雷','phone':'13900139000'}");
    assert_int_equal(record_create(&c, o, test_json(arena, "{'phone':'123','colour':1}"), NULL, &r),
                     ERR_INVALID);
    assert_int_equal(c.problems.list.n, 2);
    c.problems.list.n = 0;
    assert_int_equal(record_create(&c, o, test_json(arena, "{'phone':'13700137000'}"), NULL, &r),
                     ERR_INVALID);
    assert_str(c.problems.list.at[0].pointer, "/name");
    c.problems.list.n = 0;
    assert_int_equal(record_create(&c, o,
                                   test_json(arena, "{'name':'李磊','phone':'+86 139 0013 9000'}"),
                                   NULL, &r),
                     ERR_CONFLICT);
    assert_string_equal(c.problems.list.at[0].code, "duplicate_identity");
    c.problems.list.n = 0;
    assert_int_equal(update(&c, "customer", record_id(first), 7, "{'name':'李四'}"), ERR_CONFLICT);
    assert_string_equal(c.problems.list.at[0].code, "stale");
    c.problems.list.n = 0;
    assert_int_equal(update(&c, "customer", record_id(first), 1, "{'name':'李四'}"), OK);
    assert_int_equal(update(&c, "customer", record_id(first), 1, "{'name':'李五'}"), ERR_CONFLICT);
    ctx_done(&c);
}

TEST_APP(record_lists_page_by_page_blanks_last)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("customer"));
    create(&c, "customer", "{'name':'曾一','company':'b'}");
    create(&c, "customer", "{'name':'阿二','company':null}");
    create(&c, "customer", "{'name':'张三','company':'A'}");
    create(&c, "customer", "{'name':'李四'}");
    create(&c, "customer", "{'name':'王五','company':'c'}");
    static const char *const want[2][5] = {{"张三", "曾一", "王五", "阿二", "李四"},
                                           {"王五", "曾一", "张三", "李四", "阿二"}};
    for (int descending = 0; descending < 2; descending++)
        for (size_t limit = 1; limit < 6; limit++) {
            struct list_query q = {.object = o, .limit = limit, .sort_count = 1};
            q.sort[0].field = object_field(o, S("company"));
            q.sort[0].descending = descending;
            struct list_page page;
            size_t seen = 0;
            do {
                assert_int_equal(record_list(&c, &q, &page), OK);
                for (size_t i = 0; i < page.count; i++)
                    assert_str(record_cell(page.records[i], o->title, 0).s,
                               want[descending][seen++]);
                q.after = page.next;
            } while (page.has_more);
            assert_int_equal(seen, 5);
        }
    ctx_done(&c);
}
