/* What the shipped role of a salesman finds: he reads the customers of his department, changes his
 * own, and sees the numbers of his colleagues' masked. */
#include "base/id.h"
#include "core/access.h"
#include "core/bulk.h"
#include "core/import_testing.h"
#include "core/match.h"
#include "core/merge.h"
#include "core/quality.h"

struct shop {
    struct arena *arena;
    struct app *app;
    struct ctx server, sales;
    int64_t role, me, mate;
};

__attribute__((format(printf, 3, 4))) static int64_t
create(struct ctx *c, const char *object, const char *format, ...)
{
    struct record *r;
    va_list args;
    va_start(args, format);
    str body = arena_vprintf(c->arena, format, args);
    va_end(args);
    const struct object *o = model_object(c->model, str_from(object));
    static const struct write_options options = {.allow_duplicate = true};
    assert_int_equal(record_create(c, o, test_json(c->arena, body.p), &options, &r), OK);
    return record_id(r);
}

static int64_t add_role(struct ctx *c, json_t *definition)
{
    struct record *r;
    json_t *body = json_pack("{s:s,s:s,s:O}", "key", "r", "name", "r", "definition", definition);
    assert_int_equal(
        record_create(c, model_object(c->model, S("role")), json_keep(c->arena, body), NULL, &r),
        OK);
    return record_id(r);
}

static void open_as(struct shop *s, struct app *app, json_t *(*definition)(struct arena *))
{
    *s = (struct shop){.arena = arena_new(256 * MIB), .app = app};
    job_kinds_core();
    bulk_attach();
    merge_attach();
    import_attach();
    assert_int_equal(ctx_init(&s->server, app, s->arena, "test"), OK);
    s->role = add_role(&s->server, definition(s->arena));
    long long department = create(&s->server, "department", "{'name':'d'}");
    s->me = create(&s->server, "user",
                   "{'name':'me','email':'me@x.com','department':'%lld','roles':['%lld']}",
                   department, (long long)s->role);
    s->mate = create(&s->server, "user", "{'name':'mate','email':'mate@x.com','department':'%lld'}",
                     department);
    assert_int_equal(ctx_init(&s->sales, app, s->arena, "test"), OK);
    s->sales.user = s->me;
    assert_int_equal(access_hold(app, s->sales.conn, s->sales.model, s->me, &s->sales.access), OK);
}

static json_t *sales(struct arena *arena)
{
    return test_shipped_role(arena, "sales");
}

static void close_shop(struct shop *s)
{
    ctx_done(&s->sales);
    ctx_done(&s->server);
    arena_free(s->arena);
}

static int64_t customer(struct shop *s, int64_t owner, const char *name, const char *phone)
{
    return create(&s->server, "customer", "{'name':'%s','owner':'%lld','phone':%s%s%s}", name,
                  (long long)owner, phone ? "'" : "", phone ? phone : "null", phone ? "'" : "");
}

/* ---- duplicates ---- */

static size_t duplicates(struct ctx *c, int64_t id, struct match found[MATCH_MOST])
{
    struct record *r;
    size_t n;
    assert_int_equal(record_get(c, model_object(c->model, S("customer")), id, OP_READ, &r), OK);
    assert_int_equal(match_duplicates(c, r, found, &n), OK);
    return n;
}

TEST_APP(sales_finds_duplicates_by_numbers_that_are_masked_elsewhere)
{
    struct shop s;
    struct match found[MATCH_MOST];
    open_as(&s, app, sales);
    int64_t mine = customer(&s, s.me, "周一", "13800000001");
    int64_t other = customer(&s, s.mate, "吴二", "13800000001");
    int64_t theirs = customer(&s, s.mate, "郑三", "13800000002");
    int64_t also = customer(&s, s.mate, "王四", "13800000002");
    assert_int_equal(duplicates(&s.sales, mine, found), 1);
    assert_true(found[0].id == other && found[0].certain);
    assert_string_equal(found[0].reasons[0], "match_phone");
    assert_int_equal(duplicates(&s.sales, other, found), 1);
    assert_true(found[0].id == mine);
    /* whose masked numbers are the same is not told */
    assert_int_equal(duplicates(&s.sales, theirs, found), 0);
    assert_int_equal(duplicates(&s.server, theirs, found), 1);
    assert_true(found[0].id == also);
    close_shop(&s);
}

/* Neither by how sure it is. */
TEST_APP(sales_learns_nothing_of_masked_numbers_from_a_score)
{
    struct shop s;
    struct match same[MATCH_MOST], apart[MATCH_MOST];
    open_as(&s, app, sales);
    int64_t one = customer(&s, s.mate, "欧阳晓峰", "13800000001");
    customer(&s, s.mate, "欧阳晓峰", "13800000001");
    int64_t two = customer(&s, s.mate, "司徒美玲", "13800000002");
    customer(&s, s.mate, "司徒美玲", "13800000003");
    assert_int_equal(duplicates(&s.sales, one, same), 1);
    assert_int_equal(duplicates(&s.sales, two, apart), 1);
    assert_false(same[0].certain);
    assert_true(same[0].score > 0 && same[0].score == apart[0].score);
    close_shop(&s);
}

TEST_APP(duplicates_of_a_company_are_found_among_many_of_its_core)
{
    enum { MANY = 420 };
    static const char *const cities[] = {"上海", "北京", "广州", "深圳", "杭州", "南京"};
    struct shop s;
    struct match found[MATCH_MOST];
    open_as(&s, app, sales);
    for (int i = 0; i < MANY; i++)
        create(&s.server, "customer", "{'name':'%s宏达贸易有限公司','kind':'company'}",
               cities[i % 6]);
    int64_t one = create(&s.server, "customer", "{'name':'厦门宏達貿易有限公司','kind':'company'}");
    int64_t two = create(&s.server, "customer", "{'name':'厦门宏达贸易有限公司','kind':'company'}");
    assert_int_equal(duplicates(&s.server, two, found), MATCH_MOST);
    assert_true(found[0].id == one && found[0].certain);
    close_shop(&s);
}

/* ---- imports ---- */

static int64_t import(struct ctx *c, const char *object, const char *text)
{
    struct record *r;
    int64_t file = keep_text(c, text, "list.csv");
    assert_int_equal(import_create(c, file, str_from(object), &r), OK);
    int64_t id = record_id(r);
    assert_int_equal(import_do(c, NULL, id, IMPORT_RUN), OK);
    return id;
}

TEST_APP(sales_names_his_customers_in_a_file_by_name_or_number)
{
    struct shop s;
    open_as(&s, app, sales);
    customer(&s, s.me, "Brightwood", "13711112221");
    customer(&s, s.me, "测试张三乙", "13711112223");
    customer(&s, s.me, "测试张三甲", NULL);
    create(&s.server, "customer", "{'name':'别处','phone':'13711112224'}");
    int64_t id = import(&s.sales, "task",
                        "事项,客户\na,Brightwood\nb,13711112223\nc,测试张三甲\nd,13711112224\n");
    assert_int_equal(figure(&s.sales, id, "created"), 3);
    assert_int_equal(figure(&s.sales, id, "refused"), 1);
    close_shop(&s);
}

static const char FIRMS[] =
    "公司名称\n北京宏达贸易有限公司\n上海宏达贸易有限公司\n广州宏达贸易有限公司\n"
    "深圳宏达贸易有限公司\n杭州宏达贸易有限公司\n南京宏达贸易有限公司\n苏州宏达贸易有限公司\n"
    "宁波宏达贸易有限公司\n厦门宏达贸易有限公司\n福州宏达贸易有限公司\n青岛宏达贸易有限公司\n"
    "大连宏达贸易有限公司\n天津宏达贸易有限公司\n武汉宏达贸易有限公司\n长沙宏达贸易有限公司\n";

TEST_APP(sales_imports_companies_of_one_core_again_and_makes_none)
{
    struct shop s;
    open_as(&s, app, sales);
    for (int i = 0; i < 20; i++) /* of others, out of his sight */
        create(&s.server, "customer", "{'name':'北京宏达贸易有限公司','kind':'company'}");
    for (int i = 0; i < 3; i++) {
        int64_t id = import(&s.sales, "customer", FIRMS);
        assert_int_equal(figure(&s.sales, id, "created"), i ? 0 : 15);
        assert_int_equal(figure(&s.sales, id, "refused"), 0);
    }
    assert_int_equal(count_customers(&s.sales, "{}"), 15);
    close_shop(&s);
}

/* ---- titles ---- */

static json_t *masked_names(struct arena *arena)
{
    return test_json(arena, "{'objects':{'customer':{'read':'all','update':'own',"
                            "'fields':{'name':'own','company':'write'}},"
                            "'task':{'read':'all','create':true}},'rights':['import']}");
}

static json_t *unseen_names(struct arena *arena)
{
    return test_json(arena, "{'objects':{'customer':{'read':'all','update':'all',"
                            "'fields':{'name':'mask','company':'write'}}}}");
}

static json_t *masked_mates(struct arena *arena)
{
    return test_json(arena, "{'objects':{'customer':{'read':'all'},"
                            "'user':{'read':'all','fields':{'name':'mask'}}}}");
}

static const json_t *preview(struct shop *s, const char *request)
{
    struct bulk b;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    const struct object *o = model_object(s->sales.model, S("customer"));
    assert_int_equal(bulk_read(&s->sales, o, test_json(s->arena, request), &b), OK);
    assert_int_equal(bulk_preview(&s->sales, &b, &w), OK);
    return json_keep(s->arena, json_loadb(out.p, out.n, 0, NULL));
}

/* The refusals name records as the list does. */
TEST_APP(refusals_of_a_bulk_change_show_no_masked_names)
{
    struct shop s;
    open_as(&s, app, masked_names);
    customer(&s, s.me, "自己人", NULL);
    customer(&s, s.mate, "胡芷若", NULL);
    const json_t *refusals =
        json_object_get(preview(&s, "{'where':{},'change':{'company':'甲'}}"), "refusals");
    assert_int_equal(json_array_size(refusals), 1);
    assert_str(json_get_str(json_array_get(refusals, 0), "title"), "胡***");
    refusals = json_object_get(preview(&s, "{'where':{},'change':{'owner':null}}"), "refusals");
    assert_int_equal(json_array_size(refusals), 1);
    close_shop(&s);
}

/* The queue as the salesman gets it. */
static str queue(struct shop *s)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    jw_open(&w, '{');
    jw_key(&w, S("data"));
    assert_int_equal(quality_queue_json(&s->sales, S(""), S(""), 10, &w), OK);
    jw_close(&w, '}');
    return arena_str(s->arena, buf_str(&out));
}

TEST_APP(the_queue_of_quality_shows_no_masked_names)
{
    struct shop s;
    open_as(&s, app, masked_names);
    customer(&s, s.mate, "胡芷若", NULL);
    str shown = queue(&s);
    assert_true(str_find(shown, S("胡***")) != SIZE_MAX);
    assert_true(str_find(shown, S("胡芷若")) == SIZE_MAX);
    close_shop(&s);
}

TEST_APP(the_queue_of_quality_suggests_no_masked_phone)
{
    struct shop s;
    open_as(&s, app, sales);
    create(&s.server, "customer", "{'name':'甲','owner':'%lld','notes':'老板 13911112221'}",
           (long long)s.mate);
    create(&s.server, "customer", "{'name':'乙','owner':'%lld','notes':'老板 13911112222'}",
           (long long)s.me);
    str shown = queue(&s);
    assert_true(str_find(shown, S("13911112221")) == SIZE_MAX);
    assert_true(str_find(shown, S("+8613911112222")) != SIZE_MAX);
    close_shop(&s);
}

TEST_APP(figures_of_quality_show_no_masked_names)
{
    struct shop s;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    open_as(&s, app, masked_mates);
    customer(&s, s.mate, "甲", NULL);
    assert_int_equal(quality_json(&s.server, S("owner"), &w), OK);
    assert_true(str_find(buf_str(&out), S("\"mate\"")) != SIZE_MAX);
    buf_clear(&out);
    assert_int_equal(quality_json(&s.sales, S("owner"), &w), OK);
    assert_true(str_find(buf_str(&out), S("\"m***\"")) != SIZE_MAX);
    assert_true(str_find(buf_str(&out), S("\"mate\"")) == SIZE_MAX);
    close_shop(&s);
}

TEST_APP(what_is_made_of_a_row_shows_no_masked_name)
{
    struct shop s;
    struct record *r;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    open_as(&s, app, masked_names);
    customer(&s, s.mate, "胡芷若", "13711112223");
    int64_t file = keep_text(&s.sales, "事项,客户\na,13711112223\nb,13711112223\n", "list.csv");
    assert_int_equal(import_create(&s.sales, file, S("task"), &r), OK);
    assert_int_equal(import_do(&s.sales, NULL, record_id(r), IMPORT_CHECK), OK);
    assert_int_equal(import_get(&s.sales, record_id(r), &r), OK);
    assert_int_equal(import_rows_json(&s.sales, r, S(""), 0, 10, &w), OK);
    assert_true(str_find(buf_str(&out), S("胡***")) != SIZE_MAX);
    assert_true(str_find(buf_str(&out), S("胡芷若")) == SIZE_MAX);
    close_shop(&s);
}

static str title_of_batch(struct ctx *c, str kind)
{
    value params = V_TEXT(kind), title;
    assert_int_equal(db_one(c->conn, c->arena,
                            S("SELECT title FROM batch WHERE kind = $1 ORDER BY id DESC LIMIT 1"),
                            &params, 1, &title, 1),
                     OK);
    return title.s;
}

TEST_APP(the_batch_of_a_merge_bears_no_masked_name)
{
    struct shop s;
    struct merge m;
    int64_t job;
    open_as(&s, app, unseen_names);
    int64_t kept = customer(&s, s.me, "胡芷若", NULL), other = customer(&s, s.me, "胡芷弱", NULL);
    const struct object *o = model_object(s.sales.model, S("customer"));
    json_t *request = json_keep(
        s.arena, json_pack("{s:[s]}", "others", arena_printf(s.arena, "%lld", (long long)other).p));
    assert_int_equal(merge_read(&s.sales, o, kept, request, &m), OK);
    assert_int_equal(merge_start(&s.sales, &m, &job), OK);
    str title = title_of_batch(&s.server, S("merge"));
    assert_true(str_find(title, S("胡***")) != SIZE_MAX);
    close_shop(&s);
}
