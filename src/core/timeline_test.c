#include "core/timeline.h"

#include <stdio.h>

#include "base/limits.h"
#include "core/test_app.h"

__attribute__((format(printf, 3, 4))) static int64_t
create(struct ctx *c, const char *object, const char *format, ...)
{
    struct record *r;
    va_list args;
    va_start(args, format);
    str body = arena_vprintf(c->arena, format, args);
    va_end(args);
    const struct object *o = model_object(c->model, str_from(object));
    assert_int_equal(record_create(c, o, test_json(c->arena, body.p), NULL, &r), OK);
    return record_id(r);
}

static void live(struct ctx *c, int64_t customer)
{
    for (int day = 1; day <= 9; day++) {
        create(c, "follow_up",
               "{'customer':'%lld','kind':'call','text':'t','at':'2026-03-0%dT00:00:00Z'}",
               (long long)customer, day);
        create(c, "order",
               "{'customer':'%lld','amount':{'amount':1,'currency':'CNY'},"
               "'placed_at':'2026-03-0%dT00:00:00Z'}",
               (long long)customer, day);
    }
    create(c, "comment", "{'object':'customer','record':'%lld','customer':'%lld','text':'c'}",
           (long long)customer, (long long)customer);
    create(c, "task", "{'subject':'s','customer':'%lld'}", (long long)customer);
}

static void edit(struct ctx *c, int64_t customer, const char *notes)
{
    struct record *r;
    const struct object *o = model_object(c->model, S("customer"));
    json_t *body = json_keep(c->arena, json_pack("{s:s}", "notes", notes));
    assert_int_equal(record_update(c, o, customer, 0, body, NULL, &r), OK);
}

TEST_APP(timeline_pages_join_without_gap_or_repeat)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct timeline_page all, page;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *customers = model_object(c.model, S("customer"));
    int64_t id = create(&c, "customer", "{'name':'王小明'}");
    int64_t other = create(&c, "customer", "{'name':'李四'}");
    live(&c, id);
    live(&c, other);
    edit(&c, id, "a");
    edit(&c, id, "b");
    assert_int_equal(timeline_read(&c, customers, id, S(""), S(""), 100, &all), OK);
    assert_int_equal(all.count, 9 + 9 + 1 + 1 + 2); /* two edits are told in one */
    assert_false(all.has_more);
    for (size_t i = 1; i < all.count; i++)
        assert_true(all.entries[i - 1].at >= all.entries[i].at);
    for (size_t limit = 1; limit < 8; limit++) {
        str after = S("");
        size_t seen = 0;
        do {
            assert_int_equal(timeline_read(&c, customers, id, S(""), after, limit, &page), OK);
            for (size_t i = 0; i < page.count; i++)
                assert_int_equal(page.entries[i].id, all.entries[seen++].id);
            after = page.next;
        } while (page.has_more);
        assert_int_equal(seen, all.count);
    }
    assert_int_equal(timeline_read(&c, customers, id, S("order"), S(""), 5, &page), OK);
    assert_int_equal(page.count, 5);
    assert_true(page.has_more);
    assert_int_equal(timeline_read(&c, customers, id, S("nothing"), S(""), 5, &page), ERR_INVALID);
    static const char *const broken[] = {"1", "1.2", "1.2.x", "-1.2.3", "1.2.3.4", "x"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        assert_int_equal(timeline_read(&c, customers, id, S(""), str_from(broken[i]), 5, &page),
                         ERR_INVALID);
    ctx_done(&c);
}

enum { EDITS = 310 };

static void count_changes(const struct timeline_page *page, size_t *groups, size_t *changes)
{
    *groups = page->count;
    *changes = 0;
    for (size_t i = 0; i < page->count; i++)
        *changes += page->entries[i].change_count;
}

/* However long somebody goes on, what is told in one ends after five minutes and a hundred changes.
 */
TEST_APP(timeline_reads_no_further_than_a_page_needs)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct timeline_page page;
    size_t groups, changes;
    int64_t begun = clock_now() + CLOCK_DAY;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *customers = model_object(c.model, S("customer"));
    int64_t slow = create(&c, "customer", "{'name':'王小明'}");
    int64_t fast = create(&c, "customer", "{'name':'李四'}");
    for (int i = 0; i < EDITS; i++) {
        clock_set(begun + i * 70 * CLOCK_SECOND);
        c.now = clock_now();
        edit(&c, slow, i % 2 ? "a" : "b");
    }
    assert_int_equal(timeline_read(&c, customers, slow, S("change"), S(""), 10, &page), OK);
    count_changes(&page, &groups, &changes);
    assert_int_equal(groups, 10);
    assert_int_equal(changes, 50);
    begun += CLOCK_DAY;
    for (int i = 0; i < EDITS; i++) {
        clock_set(begun + i * 1000);
        c.now = clock_now();
        edit(&c, fast, i % 2 ? "a" : "b");
    }
    assert_int_equal(timeline_read(&c, customers, fast, S("change"), S(""), 2, &page), OK);
    count_changes(&page, &groups, &changes);
    assert_int_equal(groups, 2);
    assert_int_equal(changes, 200);
    assert_int_equal(timeline_read(&c, customers, fast, S("change"), page.next, 10, &page), OK);
    count_changes(&page, &groups, &changes);
    assert_int_equal(groups, 2 + 1); /* and how it began */
    assert_int_equal(changes, EDITS - 200 + 1);
    assert_false(page.has_more);
    clock_set(0);
    ctx_done(&c);
}

TEST_APP(timeline_shows_what_the_caller_may_read)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c, mine;
    struct timeline_page page;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(ctx_init(&mine, app, arena, "test"), OK);
    int64_t role = create(&c, "role",
                          "{'name':'r','key':'r','definition':{'objects':"
                          "{'customer':{'read':'all'},'order':{'read':'all'}}}}");
    int64_t user = create(&c, "user", "{'name':'u','email':'u@example.com','roles':['%lld']}",
                          (long long)role);
    int64_t id = create(&c, "customer", "{'name':'王小明'}");
    live(&c, id);
    mine.user = user;
    assert_int_equal(access_hold(app, mine.conn, mine.model, user, &mine.access), OK);
    assert_int_equal(
        timeline_read(&mine, model_object(mine.model, S("customer")), id, S(""), S(""), 100, &page),
        OK);
    assert_int_equal(page.count, 9 + 1);
    ctx_done(&mine);
    ctx_done(&c);
}

TEST_APP(rollups_are_rebuilt_after_a_load_that_left_them_alone)
{
    static const struct write_options quick = {.defer_rollups = true};
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct record *r;
    size_t repaired;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *customers = model_object(c.model, S("customer"));
    int64_t id = create(&c, "customer", "{'name':'王小明'}");
    char order[240];
    snprintf(order, sizeof order,
             "{'customer':'%lld','state':'paid','amount':{'amount':12500,'currency':'CNY'},"
             "'placed_at':'2026-03-01T00:00:00Z','paid_at':'2026-03-01T00:00:00Z'}",
             (long long)id);
    for (int i = 0; i < 3; i++)
        assert_int_equal(record_create(&c, model_object(c.model, S("order")),
                                       test_json(arena, order), &quick, &r),
                         OK);
    assert_int_equal(record_get(&c, customers, id, OP_READ, &r), OK);
    assert_int_equal(record_cell(r, object_field(customers, S("order_count")), 0).i, 0);
    assert_int_equal(record_rollups_rebuild(&c, NULL, &repaired), OK);
    assert_int_equal(repaired, 1);
    assert_int_equal(record_get(&c, customers, id, OP_READ, &r), OK);
    assert_int_equal(record_cell(r, object_field(customers, S("order_count")), 0).i, 3);
    assert_int_equal(record_cell(r, object_field(customers, S("order_total")), 0).i, 37500);
    assert_int_equal(record_cell(r, object_field(customers, S("average_order")), 0).i, 12500);
    assert_int_equal(record_rollups_rebuild(&c, NULL, &repaired), OK);
    assert_int_equal(repaired, 0);
    ctx_done(&c);
}
