#include <pthread.h>
#include <stdio.h>

#include <sodium.h>

#include "base/limits.h"
#include "core/record_internal.h"
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
    assert_int_equal(c.problems.list.n, 3); /* and no name */
    assert_str(c.problems.list.at[2].pointer, "/name");
    c.problems.list.n = 0;
    assert_int_equal(record_create(&c, o, test_json(arena, "{'name':7}"), NULL, &r), ERR_INVALID);
    assert_int_equal(c.problems.list.n, 1);
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

/* One mailbox, one WeChat account, however it is written. */
TEST_APP(record_keys_do_not_differ_by_case)
{
    static const char *const pairs[][2] = {
        {"{'name':'a','email':'Case.Test@Example.cn'}",
         "{'name':'b','email':'case.test@example.CN'}"},
        {"{'name':'c','wechat':'Abc_Test9'}", "{'name':'d','wechat':'abc_test9'}"}};
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct record *r;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (size_t i = 0; i < 2; i++) {
        create(&c, "customer", pairs[i][0]);
        c.problems.list.n = 0;
        assert_int_equal(record_create(&c, model_object(c.model, S("customer")),
                                       test_json(arena, pairs[i][1]), NULL, &r),
                         ERR_CONFLICT);
        assert_string_equal(c.problems.list.at[0].code, "duplicate_identity");
    }
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

static void number_order(struct ctx *c, int64_t customer, const char *number, err_t want)
{
    struct record *r;
    char body[200];
    snprintf(body, sizeof body, "{'customer':'%lld','number':'%s','amount':{'amount':1}}",
             (long long)customer, number);
    c->problems.list.n = 0;
    assert_int_equal(
        record_create(c, model_object(c->model, S("order")), test_json(c->arena, body), NULL, &r),
        want);
}

TEST_APP(record_unique_fields_hold_across_customers)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct record *r;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("order"));
    int64_t first = record_id(create(&c, "customer", "{'name':'甲'}"));
    int64_t second = record_id(create(&c, "customer", "{'name':'乙'}"));
    number_order(&c, first, "N-1", OK);
    number_order(&c, second, "N-2", OK);
    number_order(&c, first, "N-1", ERR_CONFLICT);
    number_order(&c, second, "N-1", ERR_CONFLICT);
    assert_string_equal(c.problems.list.at[0].code, "duplicate");
    assert_str(c.problems.list.at[0].pointer, "/number");
    struct list_query q = {.object = o, .limit = 1};
    struct list_page page;
    assert_int_equal(record_list(&c, &q, &page), OK);
    int64_t id = record_id(page.records[0]);
    assert_int_equal(update(&c, "order", id, 1, "{'number':'N-1'}"), ERR_CONFLICT);
    assert_int_equal(update(&c, "order", id, 1, "{'number':'N-3'}"), OK);
    number_order(&c, first, "N-2", OK);
    /* what was deleted is free, and does not come back beside another */
    assert_int_equal(record_delete(&c, o, id, 2, &r), OK);
    number_order(&c, first, "N-3", OK);
    assert_int_equal(record_restore(&c, o, id, &r), ERR_CONFLICT);
    ctx_done(&c);
}

/* Many at once, each for a customer of its own: one gets the number. */
struct rival {
    struct app *app;
    pthread_t thread;
    int64_t customer;
    err_t result;
};

static void *compete(void *arg)
{
    struct rival *rival = arg;
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct record *r;
    char body[200];
    rival->result = ctx_init(&c, rival->app, arena, "test");
    if (rival->result != OK)
        return NULL;
    snprintf(body, sizeof body, "{'customer':'%lld','number':'R-1','amount':{'amount':1}}",
             (long long)rival->customer);
    rival->result =
        record_create(&c, model_object(c.model, S("order")), test_json(arena, body), NULL, &r);
    ctx_done(&c);
    return NULL;
}

TEST_APP(record_unique_fields_have_one_winner)
{
    enum { RIVALS = 6 };
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct rival rivals[RIVALS];
    int won = 0;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (int i = 0; i < RIVALS; i++)
        rivals[i] = (struct rival){.app = app,
                                   .customer = record_id(create(&c, "customer", "{'name':'甲'}"))};
    for (int i = 0; i < RIVALS; i++)
        assert_int_equal(pthread_create(&rivals[i].thread, NULL, compete, &rivals[i]), 0);
    for (int i = 0; i < RIVALS; i++) {
        pthread_join(rivals[i].thread, NULL);
        won += rivals[i].result == OK;
        assert_true(rivals[i].result == OK || rivals[i].result == ERR_CONFLICT);
    }
    assert_int_equal(won, 1);
    ctx_done(&c);
}

/* ---- two with the same phone at once ---- */

struct claimant {
    struct app *app;
    pthread_t thread;
    pthread_barrier_t *start;
    int64_t made;
    err_t result;
    char code[32], holder[24];
};

static void *claim_phone(void *arg)
{
    struct claimant *mine = arg;
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct record *r;
    mine->result = ctx_init(&c, mine->app, arena, "test");
    pthread_barrier_wait(mine->start);
    if (mine->result != OK)
        return NULL;
    mine->result = record_create(&c, model_object(c.model, S("customer")),
                                 test_json(arena, "{'name':'甲','phone':'13800138000'}"), NULL, &r);
    mine->made = mine->result == OK ? record_id(r) : 0;
    if (c.problems.list.n) {
        const struct problem *p = &c.problems.list.at[0];
        snprintf(mine->code, sizeof mine->code, "%s", p->code);
        snprintf(mine->holder, sizeof mine->holder, STR_FMT, STR_ARG(p->args[1]));
    }
    ctx_done(&c);
    return NULL;
}

TEST_APP(record_keys_claimed_at_once_name_their_holder)
{
    enum { CLAIMANTS = 6, ROUNDS = 8 };
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct record *r;
    pthread_barrier_t start;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(pthread_barrier_init(&start, NULL, CLAIMANTS), 0);
    for (int round = 0; round < ROUNDS; round++) {
        struct claimant all[CLAIMANTS];
        int64_t winner = 0;
        char holder[24];
        for (int i = 0; i < CLAIMANTS; i++) {
            all[i] = (struct claimant){.app = app, .start = &start};
            assert_int_equal(pthread_create(&all[i].thread, NULL, claim_phone, &all[i]), 0);
        }
        for (int i = 0; i < CLAIMANTS; i++) {
            pthread_join(all[i].thread, NULL);
            assert_true(!all[i].made || !winner);
            winner += all[i].made;
        }
        assert_true(winner);
        snprintf(holder, sizeof holder, "%lld", (long long)winner);
        for (int i = 0; i < CLAIMANTS; i++) {
            if (all[i].made)
                continue;
            assert_int_equal(all[i].result, ERR_CONFLICT);
            assert_string_equal(all[i].code, "duplicate_identity");
            assert_string_equal(all[i].holder, holder);
        }
        assert_int_equal(record_delete(&c, model_object(c.model, S("customer")), winner, 1, &r),
                         OK);
    }
    pthread_barrier_destroy(&start);
    ctx_done(&c);
}

/* ---- a work that is run anew ---- */

static err_t complain_twice(struct ctx *c, void *arg)
{
    int *runs = arg;
    for (int i = 0; i < LIMIT_PROBLEMS + 50; i++)
        problem_add(&c->problems, S(""), "required", NULL);
    if ((*runs)++ == 0)
        return db_script(c->conn,
                         S("DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$"));
    return OK;
}

TEST_APP(ctx_forgets_what_a_former_run_complained_of)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    int runs = 0;
    if (db_kind(app->db) == DB_SQLITE)
        return;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(ctx_transact(&c, complain_twice, &runs), OK);
    assert_int_equal(runs, 2);
    assert_int_equal(c.problems.dropped, 50);
    ctx_done(&c);
}

/* ---- the children of one record ---- */

static err_t count_child(void *arg, const struct record *child)
{
    int *n = arg;
    assert_non_null(child);
    (*n)++;
    return OK;
}

TEST_APP(record_children_do_not_pile_up)
{
    enum { ORDERS = 60 };
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    int seen = 0;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t customer = record_id(create(&c, "customer", "{'name':'甲'}"));
    for (int i = 0; i < ORDERS; i++)
        create(&c, "order",
               arena_printf(arena, "{'customer':'%lld','amount':{'amount':1}}", (long long)customer)
                   .p);
    struct condition_source source = record_source(&c);
    size_t before = arena_used(arena);
    assert_int_equal(source.children(source.context, model_object(c.model, S("order"))->customer,
                                     customer, count_child, &seen),
                     OK);
    assert_int_equal(seen, ORDERS);
    assert_true(arena_used(arena) - before < 64 * KIB);
    ctx_done(&c);
}

/* base64url of the JSON, as a cursor is. */
static str forged(struct arena *arena, const char *json)
{
    char *out = arena_alloc(arena, strlen(json) * 2 + 8);
    sodium_bin2base64(out, strlen(json) * 2 + 8, (const unsigned char *)json, strlen(json),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    return str_from(out);
}

TEST_APP(record_list_refuses_forged_cursors)
{
    static const struct {
        const char *field, *json;
        err_t want;
    } cases[] = {
        {NULL, "[false,5]", OK},
        {NULL, "[false,\"x\"]", ERR_INVALID},
        {NULL, "[false,1.5]", ERR_INVALID},
        {NULL, "[false,true]", ERR_INVALID},
        {NULL, "[true,5]", ERR_INVALID},
        {NULL, "{}", ERR_INVALID},
        {"name", "[false,\"x\",5]", OK},
        {"name", "[false,5,5]", ERR_INVALID},
        {"name", "[false,\"a\\u0000b\",5]", ERR_INVALID},
        {"name", "[false,\"x\",\"5\"]", ERR_INVALID},
        {"name", "[false,\"x\",null]", ERR_INVALID},
        {"order_total", "[false,5,5]", OK},
        {"order_total", "[false,\"5\",5]", ERR_INVALID},
        {"order_total", "[true,5]", OK},
        {"order_total", "[true,false]", ERR_INVALID},
        {"created_at", "[false,\"2026-01-01\",5]", ERR_INVALID},
    };
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("customer"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct list_query q = {.object = o, .limit = 1, .after = forged(arena, cases[i].json)};
        struct list_page page;
        c.problems.list.n = 0;
        q.sort_count = cases[i].field != NULL;
        if (cases[i].field)
            q.sort[0].field = object_field(o, str_from(cases[i].field));
        err_t e = record_list(&c, &q, &page);
        if (e != cases[i].want)
            print_error("%s by %s\n", cases[i].json, cases[i].field);
        assert_int_equal(e, cases[i].want);
        assert_true(e == OK || str_eqz(S("bad_cursor"), c.problems.list.at[0].code));
    }
    ctx_done(&c);
}

/* Pages go on over every kind of key. */
TEST_APP(record_list_pages_by_every_field)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("customer"));
    for (int i = 0; i < 6; i++) {
        char body[200];
        snprintf(body, sizeof body, "{'name':'n%d','do_not_contact':%s}", i % 3,
                 i % 2 ? "true" : "false");
        create(&c, "customer", i == 4 ? "{'name':'z'}" : body);
    }
    for (size_t f = 0; f < o->field_count; f++) {
        const struct field *by = o->fields[f];
        struct list_query q = {.object = o, .limit = 1, .sort_count = 2};
        q.sort[0].field = o->title;
        q.sort[1].field = by;
        struct list_page page;
        size_t seen = 0;
        if (!field_stored(by) || by->multi)
            continue;
        do {
            c.problems.list.n = 0;
            assert_int_equal(record_list(&c, &q, &page), OK);
            seen += page.count;
            q.after = page.next;
        } while (page.has_more);
        assert_int_equal(seen, 6);
    }
    ctx_done(&c);
}

TEST_APP(record_list_reads_what_is_asked_for)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("customer"));
    create(&c, "customer", "{'name':'甲','company':'A','phone':'13800138000','notes':'long'}");
    const struct field *fields[] = {o->id, object_field(o, S("company"))};
    struct list_query q = {.object = o, .limit = 1, .fields = fields, .field_count = 2};
    q.sort_count = 1;
    q.sort[0].field = o->title;
    struct list_page page;
    assert_int_equal(record_list(&c, &q, &page), OK);
    const struct record *r = page.records[0];
    assert_str(record_cell(r, fields[1], 0).s, "A");
    assert_int_equal(record_cell(r, o->version, 0).i, 1);
    assert_int_equal(record_cell(r, o->created_at, 0).kind, VALUE_INT);
    assert_int_equal(record_cell(r, o->title, 0).kind, VALUE_NULL);
    assert_int_equal(record_cell(r, object_field(o, S("phone")), 0).kind, VALUE_NULL);
    ctx_done(&c);
}

/* The first stage in use that is for customers and open, unless another is given or none. */
/* A view of which the two JSON values have so many bytes. */
static err_t make_view(struct ctx *c, size_t bytes)
{
    struct record *r;
    char *text = arena_alloc(c->arena, bytes - 1);
    memset(text, 'x', bytes - 2);
    json_t *body = json_keep(c->arena, json_pack("{s:s, s:s, s:s, s:s}", "object", "customer",
                                                 "name", "v", "where", text, "columns", text));
    return record_create(c, model_object(c->model, S("saved_view")), body, NULL, &r);
}

TEST_APP(record_json_values_have_a_ceiling)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(make_view(&c, LIMIT_JSON_VALUE), OK);
    assert_int_equal(make_view(&c, LIMIT_JSON_VALUE + 1), ERR_INVALID);
    assert_int_equal(c.problems.list.n, 2);
    assert_string_equal(c.problems.list.at[0].code, "json_value_too_large");
    assert_str(c.problems.list.at[0].pointer, "/where");
    assert_str(c.problems.list.at[0].args[0], "256");
    ctx_done(&c);
}

TEST_APP(record_list_of_large_records_comes_in_small_pages)
{
    enum { VIEWS = 40 };
    AUTO_ARENA arena = arena_new(256 * MIB);
    AUTO_ARENA small = arena_new(14 * MIB);
    struct ctx c;
    struct list_page page;
    char next[200] = "";
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (int i = 0; i < VIEWS; i++)
        assert_int_equal(make_view(&c, LIMIT_JSON_VALUE), OK);
    struct list_query q = {
        .object = model_object(c.model, S("saved_view")), .limit = LIMIT_LIST_PAGE, .op = OP_READ};
    size_t seen = 0, pages = 0;
    int64_t before = INT64_MAX;
    c.arena = small;
    do {
        arena_reset(small);
        q.after = str_from(next);
        assert_int_equal(record_list(&c, &q, &page), OK);
        for (size_t i = 0; i < page.count; i++) {
            assert_true(record_id(page.records[i]) < before);
            before = record_id(page.records[i]);
        }
        seen += page.count;
        snprintf(next, sizeof next, STR_FMT, STR_ARG(page.next));
        pages++;
    } while (page.has_more);
    assert_int_equal(seen, VIEWS);
    assert_int_equal(pages, 3);
    c.arena = arena;
    ctx_done(&c);
}

TEST_APP(record_starts_in_the_first_stage)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct record *customer;
    char body[80];
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    customer = create(&c, "customer", "{'name':'甲'}");
    assert_int_equal(cell(&c, "customer", record_id(customer), "stage").kind, VALUE_NULL);
    struct record *second = create(&c, "stage", "{'name':'已联系','position':20}");
    int64_t first = record_id(create(&c, "stage", "{'name':'新客户','position':10}"));
    create(&c, "stage", "{'name':'成交','position':1,'outcome':'won'}");
    create(&c, "stage", "{'name':'旧','position':2,'active':false}");
    create(&c, "stage", "{'name':'新线索','position':3,'object':'lead'}");
    customer = create(&c, "customer", "{'name':'乙'}");
    assert_int_equal(cell(&c, "customer", record_id(customer), "stage").i, first);
    snprintf(body, sizeof body, "{'name':'丙','stage':'%lld'}", (long long)record_id(second));
    customer = create(&c, "customer", body);
    assert_int_equal(cell(&c, "customer", record_id(customer), "stage").i, record_id(second));
    customer = create(&c, "customer", "{'name':'丁','stage':null}");
    assert_int_equal(cell(&c, "customer", record_id(customer), "stage").kind, VALUE_NULL);
    ctx_done(&c);
}
