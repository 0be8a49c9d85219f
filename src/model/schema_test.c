#include <string.h>

#include "base/limits.h"
#include "base/test.h"
#include "db/test_db.h"
#include "model/query.h"
#include "model/schema.h"
#include "model/test_world.h"

static const struct schema_index *find(const struct schema *s, const char *table, const char *index)
{
    for (size_t i = 0; i < s->table_count; i++)
        for (size_t k = 0; str_eqz(s->tables[i].name, table) && k < s->tables[i].index_count; k++)
            if (str_eqz(s->tables[i].indexes[k].name, index))
                return &s->tables[i].indexes[k];
    return NULL;
}

TEST(schema_indexes_what_lists_ask_for)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct problems problems = {.arena = arena};
    struct model *m;
    assert_int_equal(model_load_shipped(&problems, &m), OK);
    struct schema *s = schema_of_model(arena, m), *kept;
    assert_int_equal(schema_from_json(arena, schema_to_json(arena, s), &kept), OK);
    for (int round = 0; round < 2; round++, s = kept) {
        const struct schema_index *number = find(s, "order", "order_number_ix");
        assert_true(number && !number->unique && number->rows == INDEX_LIVE);
        const struct schema_index *rooted = find(s, "order", "order_customer_id_number_ix");
        assert_true(rooted && rooted->unique);
        const struct schema_index *gone = find(s, "customer", "customer_deleted_id_ix");
        assert_true(gone && gone->rows == INDEX_DELETED);
    }
    for (size_t i = 0; i < m->object_count; i++) {
        const struct object *o = m->objects[i];
        char name[128];
        snprintf(name, sizeof name, STR_FMT "_deleted_id_ix", STR_ARG(o->name));
        assert_int_equal(!find(s, arena_strz(arena, o->name), name), o->append_only);
    }
    struct schema_plan plan = {.arena = arena};
    assert_int_equal(schema_diff(DB_SQLITE, kept, s, &problems, &plan), OK);
    assert_int_equal(plan.steps.n, 0);
    model_free(m);
}

TEST(schema_indexes_the_column_that_sorts)
{
    static const struct definition definitions[] = {
        {S("objects/test/thing.json"),
         S("{\"object\":\"thing\",\"plural\":\"things\",\"title\":\"code\",\"fields\":{"
           "\"code\":{\"type\":\"text\"},\"who\":{\"type\":\"text\",\"search\":\"name\"},"
           "\"size\":{\"type\":\"number\"}},"
           "\"indexes\":[[\"code\"],[\"who\"],[\"size\"]],\"unique\":[[\"code\",\"who\"]]}")}};
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct problems problems = {.arena = arena};
    struct model *m;
    assert_int_equal(model_load(definitions, 1, 0, S("CNY"), &problems, &m), OK);
    struct schema *s = schema_of_model(arena, m);
    assert_non_null(find(s, "thing", "thing_code_fold_id_ix"));
    assert_null(find(s, "thing", "thing_code_id_ix"));
    assert_non_null(find(s, "thing", "thing_who_sort_id_ix"));
    assert_non_null(find(s, "thing", "thing_size_id_ix"));
    assert_non_null(find(s, "thing", "thing_code_who_ix"));
    model_free(m);
}

/* Kept schemas once said only whether an index was of live rows. */
TEST(schema_reads_what_older_ones_kept)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct schema *s;
    str json = S("[{\"name\":\"t\",\"link\":false,\"columns\":[],\"key\":[\"id\"],\"indexes\":["
                 "[\"a\",false,true,[\"x\"]],[\"b\",false,false,[\"y\"]]]}]");
    assert_int_equal(schema_from_json(arena, json, &s), OK);
    assert_int_equal(find(s, "t", "a")->rows, INDEX_LIVE);
    assert_int_equal(find(s, "t", "b")->rows, INDEX_ALL);
}

static bool plan_has(struct db *db, struct sql *q, const char *index)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct db_conn *conn;
    bool found = false;
    str sql = arena_concat(arena, S("EXPLAIN QUERY PLAN "), buf_str(&q->text));
    assert_int_equal(db_acquire(db, &conn), OK);
    AUTO_ROWS rows = NULL;
    assert_int_equal(db_query(conn, sql, q->params.at, q->params.n, &rows), OK);
    while (db_next(rows))
        found = found || str_find(db_text(rows, 3), str_from(index)) != SIZE_MAX;
    db_rows_free(rows);
    rows = NULL;
    db_release(conn);
    return found;
}

TEST(schema_serves_lists_on_sqlite)
{
    struct test_db at;
    struct world world;
    test_db_open(&at, DB_SQLITE);
    world_make(&world, 5);
    world_store(&world, at.db);
    const struct object *customer = world_table(&world, "customer")->object;
    const struct object *order = world_table(&world, "order")->object;
    struct condition_env env = {.now = WORLD_NOW};
    int64_t me = 7;
    AUTO_SQL deleted;
    AUTO_SQL mine;
    sql_init(&deleted, world.arena);
    sql_init(&mine, world.arena);
    struct query q = {.object = customer, .deleted = true, .limit = 50};
    assert_int_equal(query_select(&q, &env, &deleted), OK);
    assert_true(plan_has(at.db, &deleted, "customer_deleted_id_ix"));
    q = (struct query){.object = order, .limit = 50};
    q.scope = condition_via(world.arena, order->customer,
                            condition_ids(world.arena, customer->owner, &me, 1));
    assert_int_equal(query_select(&q, &env, &mine), OK);
    assert_true(plan_has(at.db, &mine, "(customer_id=?)"));
    assert_true(plan_has(at.db, &mine, "(owner_id=?)"));
    world_free(&world);
    test_db_close(&at);
}
