#include "core/search.h"

#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/access.h"
#include "core/change.h"
#include "core/test_app.h"

enum { OTHERS = 150, HITS = 100 };

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

static size_t
count(struct ctx *c, const struct object *in, const char *words, const char *object, size_t limit)
{
    struct search_hit *hits;
    size_t n, found = 0;
    assert_int_equal(search_find(c, in, str_from(words), limit, &hits, &n), OK);
    for (size_t i = 0; i < n; i++)
        found += str_eqz(hits[i].object->name, object);
    return found;
}

/* What is rare, or out of the others' sight, is found beside what is frequent and newer. */
TEST_APP(search_finds_the_rare_beside_the_frequent)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c, mine;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t role = create(
        &c, "role", "{'name':'r','key':'r','definition':{'objects':{'customer':{'read':'own'}}}}");
    int64_t me = create(&c, "user", "{'name':'me','email':'me@example.com','roles':['%lld']}",
                        (long long)role);
    create(&c, "product", "{'name':'王牌绿茶'}");
    create(&c, "lead", "{'name':'王二'}");
    for (int i = 0; i < 3; i++)
        create(&c, "customer", "{'name':'小王甲%d','owner':'%lld'}", i, (long long)me);
    for (int i = 0; i < OTHERS; i++)
        create(&c, "customer", "{'name':'小王乙%d'}", i);
    search_attach(app);
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 60000), OK);

    assert_int_equal(count(&c, NULL, "王", "product", HITS), 1);
    assert_int_equal(count(&c, NULL, "王", "lead", HITS), 1);
    assert_int_equal(count(&c, NULL, "王", "customer", HITS), HITS - 2);
    assert_int_equal(count(&c, NULL, "wangjia", "customer", HITS), 3);
    assert_int_equal(count(&c, NULL, "王甲 没有", "customer", HITS), 0);

    assert_int_equal(ctx_init(&mine, app, arena, "test"), OK);
    mine.user = me;
    assert_int_equal(access_hold(app, mine.conn, mine.model, me, &mine.access), OK);
    assert_int_equal(count(&mine, NULL, "王", "customer", 20), 3);
    assert_int_equal(count(&mine, NULL, "王", "product", 20), 0);
    assert_int_equal(count(&mine, model_object(mine.model, S("customer")), "王", "customer", 20),
                     3);
    ctx_done(&mine);
    log_readers_stop(app);
    ctx_done(&c);
}

static uint64_t queries_of_a_while(struct app *app)
{
    struct db_stats before, after;
    db_stats(app->db, &before);
    usleep(1500000);
    db_stats(app->db, &after);
    return after.queries - before.queries;
}

/* Many changes, but few beside what there is: how many that is, is not asked time and again. */
TEST_APP(search_rests_when_there_is_nothing_to_do)
{
    enum { RECORDS = 30000, CHANGES = 5100 };
    if (db_kind(app->db) == DB_POSTGRES)
        return;
    AUTO_ARENA arena = arena_new(MIB);
    search_attach(app);
    test_db_script(
        app->db,
        arena_printf(
            arena,
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
            "INSERT INTO search (id, object, doc) SELECT i, 'customer', 'x' FROM n",
            RECORDS));
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 20000), OK);
    uint64_t idle = queries_of_a_while(app);
    test_db_script(
        app->db,
        arena_printf(
            arena,
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
            "INSERT INTO change (id, tx, at, through, op, object, record_id, version) "
            "SELECT m.id + i, m.tx, 0, 'test', 1, 'none', 1, 1 FROM n, "
            "(SELECT coalesce(max(id), 0) AS id, coalesce(max(tx), 1) AS tx FROM change) m",
            CHANGES));
    assert_int_equal(log_readers_settle(app, 20000), OK);
    usleep(300000);
    assert_true(queries_of_a_while(app) * 2 < idle * 3);
    log_readers_stop(app);
}
