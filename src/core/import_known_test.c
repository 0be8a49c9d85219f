/* What an import says of the records that its rows are found to be. */
#include <stdio.h>

#include "core/import_testing.h"

#define BEGIN                                                                                      \
    AUTO_ARENA arena = arena_new(64 * MIB);                                                        \
    struct ctx c;                                                                                  \
    import_attach();                                                                               \
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK)

static int64_t start(struct ctx *c, const char *text)
{
    struct record *r;
    assert_int_equal(import_create(c, keep_text(c, text, "list.csv"), S("customer"), &r), OK);
    return record_id(r);
}

static int64_t made(struct ctx *c, const char *object, const char *text)
{
    struct record *r;
    assert_int_equal(record_create(c, model_object(c->model, str_from(object)),
                                   test_json(c->arena, text), NULL, &r),
                     OK);
    return record_id(r);
}

static const json_t *row(struct ctx *c, int64_t id, size_t i)
{
    struct record *r;
    json_t *tree;
    AUTO_BUF out;
    buf_init(&out, 16 * MIB);
    struct jw w = {.out = &out};
    assert_int_equal(import_get(c, id, &r), OK);
    assert_int_equal(import_rows_json(c, r, S(""), 0, 100, &w), OK);
    assert_int_equal(json_read(c->arena, arena_str(c->arena, buf_str(&out)), NULL, &tree), OK);
    return json_array_get(json_object_get(tree, "data"), i);
}

static const json_t *known(struct ctx *c, int64_t id, size_t i)
{
    return json_object_get(row(c, id, i), "known");
}

static const json_t *changed(struct ctx *c, int64_t id, size_t i, const char *field)
{
    const json_t *list = json_object_get(known(c, id, i), "changes");
    for (size_t k = 0; k < json_array_size(list); k++)
        if (str_eqz(json_get_str(json_array_get(list, k), "field"), field))
            return json_array_get(list, k);
    return NULL;
}

/* Somebody who may look into all imports, and do this with customers. */
static void come_in(struct ctx *c, const char *customers)
{
    str role =
        arena_printf(c->arena,
                     "{'name':'查看','key':'look','definition':{'objects':{'import':{'read':'all'},"
                     "'customer':%s}}}",
                     customers);
    str user = arena_printf(c->arena, "{'name':'乙','email':'b@example.com','roles':['%lld']}",
                            (long long)made(c, "role", role.p));
    c->user = made(c, "user", user.p);
    assert_int_equal(access_hold(c->app, c->conn, c->model, c->user, &c->access), OK);
}

static void go_out(struct ctx *c)
{
    access_release(c->access);
    c->access = NULL;
    ctx_done(c);
}

TEST_APP(import_check_names_whom_it_changes_and_how)
{
    BEGIN;
    char id_text[24];
    int64_t known_id = made(&c, "customer", "{'name':'王小明','phone':'13800138000'}");
    int64_t id = start(&c, "姓名,手机,公司\n王小明,13800138000,云帆\n李四,13900139000,\n"
                           "李四,13900139000,远山\n");
    snprintf(id_text, sizeof id_text, "%lld", (long long)known_id);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    for (int round = 0; round < 2; round++) {
        assert_str(json_get_str(known(&c, id, 0), "id"), id_text);
        assert_str(json_get_str(known(&c, id, 0), "title"), "王小明");
        assert_int_equal(json_array_size(json_object_get(known(&c, id, 0), "reasons")), 1);
        const json_t *company = changed(&c, id, 0, "company");
        assert_true(json_is_null(json_object_get(company, "before")));
        assert_str(json_get_str(company, "after"), "云帆");
        assert_null(changed(&c, id, 0, "phone"));
        assert_true(json_is_null(known(&c, id, 1)));
        assert_str(
            json_get_str(json_array_get(json_object_get(row(&c, id, 2), "problems"), 0), "code"),
            "import_merge_line");
        if (!round)
            assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    }
    ctx_done(&c);
}

TEST_APP(import_adds_the_notes_of_a_second_row)
{
    BEGIN;
    made(&c, "customer", "{'name':'王五','phone':'13700137000','notes':'老客户'}");
    for (int round = 0; round < 2; round++) {
        int64_t id =
            start(&c, "姓名,手机,备注\n李四,13900139000,要发票\n李四,13900139000,周末送货\n"
                      "李四,13900139000,要发票\n王五,13700137000 转 8,别的\n");
        assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
        assert_int_equal(count_customers(&c, "{'field':'notes','eq':'要发票\\n周末送货'}"), 1);
        assert_int_equal(count_customers(&c, "{'field':'notes','eq':'老客户\\n13700137000 转 8'}"),
                         1);
    }
    ctx_done(&c);
}

static const json_t *waiting(struct ctx *c, int64_t id, size_t i)
{
    const json_t *report = json_object_get(view(c, id), "report");
    return json_array_get(json_object_get(report, "duplicates"), i);
}

TEST_APP(import_waits_for_each_row_that_it_asks_about)
{
    BEGIN;
    struct record *r;
    int64_t known_id = made(&c, "customer", "{'name':'王小明','phone':'13800138000'}");
    int64_t id = start(&c, "姓名,手机,公司\n王小明,13800138000,云帆\n王小明,13800138000,\n"
                           "李四,13900139000,\n");
    str answer =
        arena_printf(arena, "[{'line':2,'choice':'update','id':'%lld'}]", (long long)known_id);
    assert_int_equal(import_change(&c, id, 0, test_json(arena, "{'policy':'ask'}"), &r), OK);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    assert_int_equal(figure(&c, id, "ask"), 2);
    assert_true(json_is_null(json_object_get(waiting(&c, id, 0), "answer")));
    assert_int_equal(import_answer(&c, id, test_json(arena, "[{'line':2,'choice':'skip'}]")), OK);
    assert_int_equal(figure(&c, id, "skipped"), 1);
    assert_int_equal(import_answer(&c, id, test_json(arena, answer.p)), OK);
    assert_int_equal(figure(&c, id, "ask"), 1);
    assert_int_equal(figure(&c, id, "skipped"), 0);
    assert_int_equal(figure(&c, id, "updated"), 1);
    assert_str(json_get_str(json_object_get(waiting(&c, id, 0), "answer"), "choice"), "update");
    assert_true(json_is_null(json_object_get(waiting(&c, id, 1), "answer")));
    assert_str(json_get_str(row(&c, id, 0), "outcome"), "updated");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(figure(&c, id, "updated"), 1);
    assert_int_equal(figure(&c, id, "ask"), 1);
    assert_int_equal(json_get_int(waiting(&c, id, 0), "line", 0), 3);
    assert_int_equal(import_answer(&c, id, test_json(arena, "[{'line':3,'choice':'skip'}]")), OK);
    assert_int_equal(figure(&c, id, "ask"), 0);
    assert_int_equal(figure(&c, id, "skipped"), 1);
    ctx_done(&c);
}

TEST_APP(import_leads_to_what_it_made_and_changed)
{
    BEGIN;
    struct record *r;
    made(&c, "customer", "{'name':'王小明','phone':'13800138000'}");
    made(&c, "customer", "{'name':'张三','phone':'13700137000'}");
    int64_t id = start(&c, "姓名,手机,公司\n王小明,13800138000,云帆\n李四,13900139000,星河\n"
                           "张三,13700137000,\n");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(import_get(&c, id, &r), OK);
    str batch = import_text(r, "batch");
    str within = arena_printf(arena, "{'inBatch':'" STR_FMT "'}", STR_ARG(batch));
    assert_int_equal(count_customers(&c, within.p), 2);
    str beyond = arena_printf(arena, "{'not':" STR_FMT "}", STR_ARG(within));
    assert_int_equal(count_customers(&c, beyond.p), 1);
    str both = arena_printf(arena, "{'all':[" STR_FMT ",{'field':'company','eq':'云帆'}]}",
                            STR_ARG(within));
    assert_int_equal(count_customers(&c, both.p), 1);
    ctx_done(&c);
}

TEST_APP(import_check_hides_what_a_mask_hides)
{
    BEGIN;
    made(&c, "customer", "{'name':'王小明','phone':'13800138000','email':'w@example.com'}");
    int64_t id = start(&c, "姓名,手机,邮箱\n王小明,13800138000,new@example.com\n");
    struct record *r;
    assert_int_equal(import_change(&c, id, 0, test_json(arena, "{'policy':'overwrite'}"), &r), OK);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    assert_str(json_get_str(changed(&c, id, 0, "email"), "before"), "w@example.com");
    come_in(&c, "{'read':'all','fields':{'email':'mask','name':'hidden'}}");
    str before = json_get_str(changed(&c, id, 0, "email"), "before");
    assert_true(before.n > 0 && str_find(before, S("w@")) == SIZE_MAX);
    assert_str(json_get_str(known(&c, id, 0), "title"), "");
    go_out(&c);
}

/* What the notes hold of phones is masked as the phones are, beside a row and in what it changes.
 */
TEST_APP(import_report_masks_phones_in_texts)
{
    BEGIN;
    struct record *r;
    made(&c, "customer", "{'name':'王小明','phone':'13800138000','notes':'老板 13911112221'}");
    const char *const policies[] = {"ask", "overwrite"};
    int64_t ids[2];
    for (size_t i = 0; i < 2; i++) {
        ids[i] = start(&c, "姓名,手机,备注\n王小明,13800138000,新的\n");
        str policy = arena_printf(arena, "{'policy':'%s'}", policies[i]);
        assert_int_equal(import_change(&c, ids[i], 0, test_json(arena, policy.p), &r), OK);
        assert_int_equal(import_do(&c, NULL, ids[i], IMPORT_CHECK), OK);
    }
    for (size_t looks = 0; looks < 2; looks++) {
        str report = json_text(arena, view(&c, ids[0]));
        str before = json_get_str(changed(&c, ids[1], 0, "notes"), "before");
        assert_true((str_find(report, S("13911112221")) == SIZE_MAX) == (looks == 1));
        assert_str(before, looks ? "老板 139****2221" : "老板 13911112221");
        if (!looks)
            come_in(&c, "{'read':'all','fields':{'phone':'mask'}}");
    }
    go_out(&c);
}

TEST_APP(import_check_names_nobody_whom_one_does_not_see)
{
    BEGIN;
    made(&c, "customer", "{'name':'王小明','phone':'13800138000'}");
    int64_t id = start(&c, "姓名,手机,公司\n王小明,13800138000,云帆\n");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    come_in(&c, "{'read':'own'}");
    assert_true(json_is_null(known(&c, id, 0)));
    assert_true(json_is_null(json_object_get(row(&c, id, 0), "record")));
    go_out(&c);
}

TEST_APP(import_that_asks_puts_the_row_beside_the_record)
{
    BEGIN;
    struct record *r;
    made(&c, "customer", "{'name':'王小明','phone':'13800138000','company':'星河'}");
    int64_t id = start(&c, "姓名,手机,公司\n王明,13800138000,云帆\n");
    assert_int_equal(import_change(&c, id, 0, test_json(arena, "{'policy':'ask'}"), &r), OK);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    const json_t *one =
        json_array_get(json_object_get(json_object_get(view(&c, id), "report"), "duplicates"), 0);
    assert_str(json_get_str(one, "title"), "王明");
    const json_t *fields =
        json_object_get(json_array_get(json_object_get(one, "candidates"), 0), "fields");
    static const char *const want[][3] = {{"name", "王明", "王小明"},
                                          {"phone", "138 0013 8000", "138 0013 8000"},
                                          {"company", "云帆", "星河"}};
    assert_int_equal(json_array_size(fields), 3);
    for (size_t i = 0; i < 3; i++) {
        assert_str(json_get_str(json_array_get(fields, i), "field"), want[i][0]);
        assert_str(json_get_str(json_array_get(fields, i), "row"), want[i][1]);
        assert_str(json_get_str(json_array_get(fields, i), "record"), want[i][2]);
    }
    ctx_done(&c);
}
