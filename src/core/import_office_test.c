/* Numbers that several people share. */
#include "core/access.h"
#include "core/import_testing.h"

static int64_t run(struct ctx *c, const char *text, enum import_step step)
{
    struct record *r;
    assert_int_equal(import_create(c, keep_text(c, text, "list.csv"), S("customer"), &r), OK);
    assert_int_equal(import_do(c, NULL, record_id(r), step), OK);
    return record_id(r);
}

static const char SHEET[] = "姓名,电话,公司,职位\n"
                            "王伟,0571-88997766,大同公司,总经理\n"
                            "李娜,0571-88997766,大同公司,采购\n"
                            "赵强,057188997766,大同公司,财务\n"
                            "李娜,0571-88997766,大同公司,采购\n";

TEST_APP(import_keeps_all_who_share_the_number_of_an_office)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t checked = run(&c, SHEET, IMPORT_CHECK);
    assert_int_equal(figure(&c, checked, "created"), 3);
    int64_t id = run(&c, SHEET, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 3);
    assert_int_equal(figure(&c, id, "refused"), 0);
    assert_int_equal(count_customers(&c, "{'field':'phone','eq':'+8657188997766'}"), 3);
    assert_int_equal(count_customers(&c, "{'field':'name','eq':'赵强'}"), 1);
    id = run(&c, SHEET, IMPORT_RUN); /* once more */
    assert_int_equal(figure(&c, id, "created"), 0);
    assert_int_equal(count_customers(&c, "{'field':'phone','eq':'+8657188997766'}"), 3);
    ctx_done(&c);
}

TEST_APP(import_notes_who_else_has_a_mobile_number)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = run(&c, "姓名,手机\n孙一,13911112222\n周二平,13911112222\n", IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 1);
    value notes;
    assert_int_equal(
        db_one(c.conn, arena, S("SELECT name || notes FROM customer"), NULL, 0, &notes, 1), OK);
    assert_true(str_starts(notes.s, S("孙一")));
    assert_true(str_ends(notes.s, S("：周二平")));
    ctx_done(&c);
}

TEST_APP(import_says_the_number_that_somebody_out_of_sight_has)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct record *r;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(record_create(&c, model_object(c.model, S("customer")),
                                   test_json(arena, "{'name':'甲','phone':'13911112222'}"), NULL,
                                   &r),
                     OK);
    assert_int_equal(
        record_create(&c, model_object(c.model, S("role")),
                      test_json(arena, "{'name':'r','key':'r','definition':{'objects':{'customer':"
                                       "{'read':'own','create':true,'update':'own'},"
                                       "'import':{'read':'own'}},'rights':['import']}}"),
                      NULL, &r),
        OK);
    str user = arena_printf(arena, "{'name':'乙','email':'b@example.com','roles':['%lld']}",
                            (long long)record_id(r));
    assert_int_equal(
        record_create(&c, model_object(c.model, S("user")), test_json(arena, user.p), NULL, &r),
        OK);
    c.user = record_id(r);
    assert_int_equal(access_hold(app, c.conn, c.model, c.user, &c.access), OK);
    int64_t id = run(&c, "姓名,手机\n甲,13911112222\n", IMPORT_CHECK);
    assert_int_equal(figure(&c, id, "refused"), 1);
    const json_t *report = json_object_get(view(&c, id), "report");
    const json_t *column = json_array_get(json_object_get(report, "by_column"), 0);
    const json_t *first = json_array_get(json_object_get(column, "reasons"), 0);
    assert_int_equal(json_get_int(column, "column", -1), 1);
    assert_str(json_get_str(first, "code"), "import_taken");
    ctx_done(&c);
}
