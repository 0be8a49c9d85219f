/* Newest first, in blocks. */
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/access.h"
#include "core/change.h"
#include "core/job.h"
#include "core/search_internal.h"
#include "core/setting.h"
#include "core/test_app.h"

TEST(search_blocks_are_the_two_newest_of_each_size)
{
    AUTO_ARENA arena = arena_new(MIB);
    assert_str(search_block_newest(arena, 0, 0), "");
    assert_str(search_block_newest(arena, 2048, 0), "");
    assert_str(search_block_newest(arena, 2049, 0), "_a2 _a1");
    assert_str(search_block_newest(arena, 16384, 1), "");
    assert_str(search_block_newest(arena, 100000, 1), "_b12 _b11");
    assert_str(search_block_newest(arena, 1000000, 3), "");
    assert_str(search_block_newest(arena, 1048577, 3), "_d2 _d1");
    assert_str(search_block_newest(arena, 1000000, SEARCH_LEVELS), "");

    struct text_terms terms = {.arena = arena};
    search_block_tags(&terms, 99999);
    assert_str(text_terms_document(&terms, TEXT_MAIN), "=__a97 =__b12 =__c1 =__d0");
}

TEST(search_blocks_grow_by_what_was_found)
{
    assert_int_equal(search_block_wider(0, 0, 100), 2);
    assert_int_equal(search_block_wider(0, 99, 100), 1);
    assert_int_equal(search_block_wider(0, 2, 100), 2);
    assert_int_equal(search_block_wider(0, 1, 1000000), SEARCH_LEVELS);
    assert_true(search_block_wider(SEARCH_LEVELS - 1, 5, 6) >= SEARCH_LEVELS);
}

enum { RECORDS = 2600, LIMIT = 20 };

static int64_t create(struct ctx *c, const char *object, str body)
{
    struct record *r;
    const struct object *o = model_object(c->model, str_from(object));
    assert_int_equal(record_create(c, o, test_json(c->arena, body.p), NULL, &r), OK);
    return record_id(r);
}

static size_t find(struct ctx *c, const char *words, struct search_hit **hits)
{
    size_t n;
    assert_int_equal(
        search_find(c, model_object(c->model, S("customer")), str_from(words), LIMIT, hits, &n),
        OK);
    return n;
}

/* The oldest are found as the newest are, of those that often come the newest. */
TEST_APP(search_finds_in_all_blocks)
{
    AUTO_ARENA arena = arena_new(512 * MIB);
    struct ctx c;
    struct search_hit *hits;
    int64_t oldest = 0, newest = 0;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (int i = 0; i < RECORDS; i++) {
        const char *name = i == 0 ? "诸葛" : i == RECORDS / 2 ? "东方" : "客户";
        int64_t id = create(&c, "customer", arena_printf(arena, "{'name':'%s%d'}", name, i));
        oldest = i == 0 ? id : oldest;
        newest = id;
    }
    search_attach(app);
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 60000), OK);

    assert_int_equal(find(&c, "诸葛", &hits), 1);
    assert_int_equal(hits[0].id, oldest);
    assert_int_equal(find(&c, "dongf", &hits), 1);
    assert_int_equal(find(&c, "客户", &hits), LIMIT);
    assert_int_equal(hits[0].id, newest);
    assert_true(hits[LIMIT - 1].id < hits[0].id);
    assert_int_equal(find(&c, "客户 诸葛", &hits), 0);
    log_readers_stop(app);
    ctx_done(&c);
}

/* Who reads only his own finds what has just become his. */
TEST_APP(search_follows_a_new_owner)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c, mine;
    struct search_hit *hits;
    struct record *r;
    const struct object *customer;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    customer = model_object(c.model, S("customer"));
    int64_t role = create(&c, "role",
                          S("{'name':'r','key':'r','definition':{'objects':{'customer':"
                            "{'read':'own'}}}}"));
    int64_t me = create(&c, "user",
                        arena_printf(arena,
                                     "{'name':'me','email':'me@example.com',"
                                     "'roles':['%lld']}",
                                     (long long)role));
    int64_t id = create(&c, "customer", S("{'name':'诸葛明'}"));
    search_attach(app);
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(ctx_init(&mine, app, arena, "test"), OK);
    mine.user = me;
    assert_int_equal(access_hold(app, mine.conn, mine.model, me, &mine.access), OK);
    assert_int_equal(log_readers_settle(app, 60000), OK);
    assert_int_equal(find(&mine, "诸葛", &hits), 0);

    json_t *body = test_json(arena, arena_printf(arena, "{'owner':'%lld'}", (long long)me).p);
    assert_int_equal(record_update(&c, customer, id, 1, body, NULL, &r), OK);
    assert_int_equal(log_readers_settle(app, 60000), OK);
    assert_int_equal(find(&mine, "诸葛", &hits), 1);
    log_readers_stop(app);
    ctx_done(&mine);
    ctx_done(&c);
}

/* Records that were indexed by another program, or before a field was searched. */
TEST_APP(search_indexes_anew_what_was_indexed_otherwise)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct search_hit *hits;
    search_attach(app);
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    create(&c, "customer", S("{'name':'诸葛明'}"));
    create(&c, "lead", S("{'name':'东方'}"));
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 60000), OK);
    assert_int_equal(find(&c, "诸葛", &hits), 1);
    log_readers_stop(app);
    test_db_script(app->db, db_kind(app->db) == DB_SQLITE
                                ? S("DELETE FROM search WHERE object = 'customer'; INSERT INTO "
                                    "search_index (search_index) "
                                    "VALUES ('delete-all')")
                                : S("DELETE FROM search WHERE object = 'customer'"));
    assert_int_equal(setting_put(app, "search_shape:customer", json_keep(arena, json_string("0"))),
                     OK);

    search_attach(app);
    assert_int_equal(log_readers_start(app), OK);
    create(&c, "lead", S("{'name':'西门'}"));
    assert_int_equal(log_readers_settle(app, 60000), OK);
    test_db_script(app->db, S("UPDATE job SET run_at = 0 WHERE kind = 'reindex'"));
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(find(&c, "诸葛", &hits), 1);
    log_readers_stop(app);
    ctx_done(&c);
}
