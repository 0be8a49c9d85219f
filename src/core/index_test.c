#include "base/limits.h"
#include "core/ctx.h"
#include "core/record.h"
#include "core/test_app.h"
#include "model/condition_node.h"
#include "model/field_type.h"
#include "model/query.h"
#include "model/schema.h"

static json_t *value_for(const struct field *f)
{
    switch (path_kind(f, 0)) {
    case KIND_CHOICE:
        return json_stringn(f->choices[0].key.p, f->choices[0].key.n);
    case KIND_ID:
        return json_string("12345");
    case KIND_BOOL:
        return json_true();
    case KIND_INT:
    case KIND_REAL:
        return json_integer(7);
    case KIND_DATE:
        return json_string("2026-03-01");
    case KIND_INSTANT:
        return json_string("2026-03-01T08:00:00.000001Z");
    default:
        return json_string("Ab");
    }
}

/* Takes the tree. */
static const struct condition *parse(struct ctx *c, const struct object *o, json_t *tree)
{
    struct condition *where;
    err_t e = condition_parse(c->model, o, json_keep(c->arena, tree), S(""), &c->problems, c->arena,
                              &where);
    assert_int_equal(e, OK);
    return where;
}

static const struct condition *
all_equal(struct ctx *c, const struct object *o, const json_t *fields)
{
    json_t *all = json_array();
    for (size_t i = 0; i < json_array_size(fields); i++) {
        const struct field *f = object_field(o, json_str(json_array_get(fields, i)));
        json_array_append_new(
            all, json_pack("{s:s%,s:o}", "field", f->name.p, f->name.n, "eq", value_for(f)));
    }
    return parse(c, o, json_pack("{s:o}", "all", all));
}

static const struct condition *
one_of_two(struct ctx *c, const struct object *o, const struct field *f)
{
    return parse(c, o, json_pack("{s:s%,s:[s,s]}", "field", f->name.p, f->name.n, "in", "Ab", "c"));
}

struct explaining {
    const struct sql *sql;
    struct arena *arena;
    str plan;
};

static err_t explain(struct db_conn *conn, void *arg)
{
    struct explaining *x = arg;
    bool sqlite = db_conn_kind(conn) == DB_SQLITE;
    AUTO_ROWS rows = NULL;
    if (!sqlite) /* the tables are empty: nothing else would be looked at */
        TRY(db_script(conn,
                      S("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")));
    str text = arena_concat(x->arena, sqlite ? S("EXPLAIN QUERY PLAN ") : S("EXPLAIN "),
                            buf_str(&x->sql->text));
    TRY(db_query(conn, text, x->sql->params.at, x->sql->params.n, &rows));
    while (db_next(rows))
        x->plan = arena_concat(x->arena, arena_concat(x->arena, x->plan, S("\n")),
                               db_text(rows, sqlite ? 3 : 0));
    return db_rows_error(rows);
}

/* Does the statement find its rows by an index that has the column? */
static bool finds(struct ctx *c, const struct sql *sql, const struct object *o, str column)
{
    struct explaining x = {.sql = sql, .arena = c->arena};
    assert_int_equal(db_transact(c->app->db, explain, &x), OK);
    bool sqlite = db_conn_kind(c->conn) == DB_SQLITE;
    size_t at = sqlite ? str_find(x.plan, S(" USING ")) : str_find(x.plan, S("Index Cond: "));
    bool found = at != SIZE_MAX && str_find(str_cut(x.plan, at, x.plan.n), column) != SIZE_MAX;
    if (!found)
        print_error(STR_FMT "." STR_FMT ":" STR_FMT "\n", STR_ARG(o->name), STR_ARG(column),
                    STR_ARG(x.plan));
    return found;
}

static bool
looks_up(struct ctx *c, const struct condition *where, const struct object *o, str column)
{
    struct query q = {.object = o, .where = where, .limit = 10};
    struct condition_env env = ctx_env(c);
    AUTO_SQL sql;
    sql_init(&sql, c->arena);
    assert_int_equal(query_select(&q, &env, &sql), OK);
    return finds(c, &sql, o, column);
}

/* What a condition says in other words may be looked up before a list is walked (record_list.c). */
TEST_APP(every_field_that_may_be_looked_up_has_an_index)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    size_t bad = 0, seen = 0;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    struct condition_env env = ctx_env(&c);
    bool sqlite = db_conn_kind(c.conn) == DB_SQLITE; /* PostgreSQL's planner knows by itself */
    for (size_t i = 0; sqlite && i < c.model->object_count; i++) {
        const struct object *o = c.model->objects[i];
        for (size_t k = 0; k < o->field_count; k++) {
            const struct field *f = o->fields[k];
            if (!schema_looks_up(f) || f->builtin)
                continue;
            const struct condition *any = parse(
                &c, o,
                json_pack("{s:[{s:s%,s:o},{s:s%,s:o}]}", "any", "field", f->name.p, f->name.n, "eq",
                          value_for(f), "field", f->name.p, f->name.n, "eq", value_for(f)));
            const struct condition *one_of[2];
            size_t n = condition_one_of(any, schema_looks_up, 2, one_of);
            AUTO_SQL sql;
            sql_init(&sql, c.arena);
            assert_int_equal(n, 2);
            assert_int_equal(query_one_of(o, one_of, n, 10, &env, &sql), OK);
            bad += !finds(&c, &sql, o, field_column(f, 0)->name);
            seen++;
        }
    }
    assert_int_equal(bad, 0);
    assert_true(seen > 20 || !sqlite);
    ctx_done(&c);
}

TEST_APP(a_list_of_one_of_several_is_the_same_however_it_is_found)
{
    static const char *const bodies[] = {
        "{'name':'a','phone':'13800138001'}", "{'name':'b','phone':'13800138002'}",
        "{'name':'c','email':'c@example.com'}", "{'name':'d','phone':'13800138004'}"};
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct record *r;
    struct list_page page;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("customer"));
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(record_create(&c, o, test_json(arena, bodies[i]), NULL, &r), OK);
    json_t *where = test_json(arena, "{'any':["
                                     "{'field':'phone','in':['+8613800138001','+8613800138004']},"
                                     "{'field':'email','eq':'c@example.com'},"
                                     "{'field':'phone','eq':'+8613800138001'}]}");
    struct list_query q = {
        .object = o, .op = OP_READ, .limit = 10, .where = parse(&c, o, json_incref(where))};
    assert_int_equal(record_list(&c, &q, &page), OK);
    assert_int_equal(page.count, 3);
    assert_str(record_cell(page.records[0], o->title, 0).s, "d");
    assert_str(record_cell(page.records[1], o->title, 0).s, "c");
    assert_str(record_cell(page.records[2], o->title, 0).s, "a");
    ctx_done(&c);
}

/* Pages of two: their names one after the other, and how many there are. */
static const char *
pages_of(struct ctx *c, const struct object *o, const char *where, const struct field *sort)
{
    struct list_query q = {.object = o,
                           .op = OP_READ,
                           .limit = 2,
                           .where = parse(c, o, json_incref(test_json(c->arena, where)))};
    struct list_page page = {0};
    int64_t count;
    str names = S("");
    if (sort)
        q.sort[q.sort_count++] = (struct list_sort){.field = sort};
    assert_int_equal(record_count(c, &q, 0, &count), OK);
    do {
        assert_int_equal(record_list(c, &q, &page), OK);
        for (size_t i = 0; i < page.count; i++)
            names = arena_concat(c->arena, names, record_cell(page.records[i], o->title, 0).s);
        q.after = page.next;
    } while (page.has_more);
    return arena_printf(c->arena, STR_FMT " %d", STR_ARG(names), (int)count).p;
}

TEST_APP(a_list_by_a_tag_has_all_that_have_it_in_order)
{
    static const char *const bodies[] = {
        "{'name':'a','phone':'13800138001','tags':['vip']}",
        "{'name':'b','phone':'13800138002','tags':['old']}",
        "{'name':'e','phone':'13800138003','tags':['old','vip']}",
        "{'name':'d','phone':'13800138004','tags':['vip'],'source':'douyin'}",
        "{'name':'c','phone':'13800138005','tags':['vip'],'source':'douyin'}",
        "{'name':'x','phone':'13800138006','tags':['vip']}"};
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct record *r;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("customer"));
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++)
        assert_int_equal(record_create(&c, o, test_json(arena, bodies[i]), NULL, &r), OK);
    assert_int_equal(record_delete(&c, o, record_id(r), 1, &r), OK);
    const char *vip = "{'field':'tags','has':'vip'}";
    assert_string_equal(pages_of(&c, o, vip, NULL), "cdea 4");
    assert_string_equal(pages_of(&c, o, vip, o->title), "acde 4");
    assert_string_equal(pages_of(&c, o, "{'field':'tags','has':'none'}", NULL), " 0");
    assert_string_equal(pages_of(&c, o, "{'not':{'field':'tags','has':'vip'}}", NULL), "b 1");
    assert_string_equal(pages_of(&c, o,
                                 "{'all':[{'field':'source','eq':'douyin'},"
                                 "{'field':'tags','has':'vip'},{'field':'name','ne':'c'}]}",
                                 NULL),
                        "d 1");
    ctx_done(&c);
}

/* Of a set of what belongs to customers, and in the order of its own index. */
TEST_APP(a_list_by_a_member_is_walked_through_the_sets_index)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    size_t seen = 0;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    struct condition_env env = ctx_env(&c);
    for (size_t i = 0; i < c.model->object_count; i++)
        for (size_t k = 0; k < c.model->objects[i]->field_count; k++) {
            const struct field *f = c.model->objects[i]->fields[k];
            struct query q = {.object = f->object, .set = f, .limit = 10};
            AUTO_SQL sql;
            if (!f->multi)
                continue;
            q.member = f->type->multi_storage == STORE_INT ? V_INT(1) : V_TEXT(S("a"));
            sql_init(&sql, arena);
            assert_int_equal(query_select(&q, &env, &sql), OK);
            struct explaining x = {.sql = &sql, .arena = arena};
            assert_int_equal(db_transact(app->db, explain, &x), OK);
            assert_int_equal(str_find(x.plan, S("TEMP B-TREE")), SIZE_MAX);
            seen++;
        }
    assert_true(seen > 4);
    ctx_done(&c);
}

/* An index whose columns no statement names is walked by none. */
TEST_APP(every_declared_index_finds_what_it_is_declared_for)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    size_t bad = 0, seen = 0;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (size_t i = 0; i < c.model->object_count; i++) {
        const struct object *o = c.model->objects[i];
        const json_t *lists = json_object_get(o->definition, "indexes");
        for (size_t k = 0; k < json_array_size(lists); k++) {
            const json_t *fields = json_array_get(lists, k);
            const struct field *first = object_field(o, json_str(json_array_get(fields, 0)));
            str column = column_order_name(arena, field_column(first, 0));
            bad += !looks_up(&c, all_equal(&c, o, fields), o, column);
            /* Two ranges of an empty table cost PostgreSQL as much as a walk through any index. */
            if (path_kind(first, 0) == KIND_TEXT && db_conn_kind(c.conn) == DB_SQLITE)
                bad += !looks_up(&c, one_of_two(&c, o, first), o, column);
            seen++;
        }
    }
    assert_int_equal(bad, 0);
    assert_true(seen > 30);
    ctx_done(&c);
}
