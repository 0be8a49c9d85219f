/* Sheets as they are kept by hand. */
#include <stdio.h>

#include "base/limits.h"
#include "core/import_testing.h"

#define BEGIN                                                                                      \
    AUTO_ARENA arena = arena_new(256 * MIB);                                                       \
    struct ctx c;                                                                                  \
    import_attach();                                                                               \
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK)

static int64_t run(struct ctx *c, const char *text)
{
    struct record *r;
    int64_t file = keep_text(c, text, "list.csv");
    assert_int_equal(import_create(c, file, S("customer"), &r), OK);
    assert_int_equal(import_do(c, NULL, record_id(r), IMPORT_RUN), OK);
    return record_id(r);
}

static bool says(struct ctx *c, int64_t id, const char *words)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    struct record *r;
    assert_int_equal(import_get(c, id, &r), OK);
    assert_int_equal(import_rows_json(c, r, S(""), 0, 100, &w), OK);
    return str_find(buf_str(&out), str_from(words)) != SIZE_MAX;
}

TEST_APP(import_trims_the_white_space_of_all_scripts)
{
    BEGIN;
    int64_t id =
        run(&c, "姓名,手机,公司,备注\n"
                "　\u00a0张三\u200b　,13800138001,　ＡＢＣ１（上海）公司\t,\"　一\n二　\"\n"
                "　　,13800138002,,\n李\t四,13800138003,　无　,\n");
    assert_int_equal(figure(&c, id, "created"), 2);
    assert_int_equal(figure(&c, id, "refused"), 1);
    assert_true(says(&c, id, "required"));
    assert_int_equal(count_customers(&c, "{'all':[{'field':'name','eq':'张三'},"
                                         "{'field':'company','eq':'ABC1（上海）公司'},"
                                         "{'field':'notes','eq':'一\\n二'}]}"),
                     1);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'name','eq':'李 四'},"
                                         "{'field':'company','isNull':true}]}"),
                     1);
    ctx_done(&c);
}

TEST_APP(a_name_of_white_space_is_none)
{
    BEGIN;
    const struct object *o = model_object(c.model, S("customer"));
    struct record *r;
    assert_int_equal(record_create(&c, o, test_json(arena, "{'name':'　　'}"), NULL, &r),
                     ERR_INVALID);
    assert_string_equal(c.problems.list.at[0].code, "required");
    c.problems.list.n = 0;
    assert_int_equal(record_create(&c, o,
                                   test_json(arena, "{'name':'　ＡＢＣ\\t公司\u00a0',"
                                                    "'notes':'　一\\t\\n二　'}"),
                                   NULL, &r),
                     OK);
    assert_str(record_cell(r, o->title, 0).s, "ＡＢＣ 公司");
    assert_str(record_cell(r, object_field(o, S("notes")), 0).s, "一\t\n二");
    ctx_done(&c);
}

TEST_APP(import_understands_what_stands_in_a_column_of_wechat_ids)
{
    static const struct {
        const char *cells, *where;
    } rows[] = {
        {"同上,13800138001,", "{'field':'wechat','eq':'13800138001'}"},
        {"微信同手机,13800138002,", "{'field':'wechat','eq':'13800138002'}"},
        {"手机号,13800138003,", "{'field':'wechat','eq':'13800138003'}"},
        {"同手機號,+85291234567,", "{'field':'wechat','eq':'85291234567'}"},
        {"微信同号,0574-87654321,", "{'all':[{'field':'wechat','isNull':true},"
                                    "{'field':'notes','eq':'微信号：微信同号'}]}"},
        {"阿明布行,13800138005,", "{'all':[{'field':'wechat','isNull':true},"
                                  "{'field':'nickname','eq':'阿明布行'},"
                                  "{'field':'notes','isNull':true}]}"},
        {"阿明布行,13800138006,阿明", "{'all':[{'field':'nickname','eq':'阿明'},"
                                      "{'field':'notes','eq':'微信号：阿明布行'}]}"},
        {"1234,13800138007,", "{'all':[{'field':'nickname','isNull':true},"
                              "{'field':'notes','eq':'微信号：1234'}]}"},
    };
    BEGIN;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t before = count_customers(&c, rows[i].where);
        int64_t id =
            run(&c, arena_printf(arena, "姓名,微信,手机,昵称\n甲%zu,%s\n", i, rows[i].cells).p);
        if (count_customers(&c, rows[i].where) != before + 1)
            fail_msg("%s", rows[i].cells);
        if (i == 5)
            assert_true(says(&c, id, "“阿明布行”不是微信号，记入“昵称 / 备注名”"));
    }
    struct record *r;
    int64_t file = keep_text(&c, "姓名,微信,手机\n乙,阿明布行,13900139000\n", "list.csv");
    assert_int_equal(import_create(&c, file, S("customer"), &r), OK);
    int64_t id = record_id(r);
    assert_int_equal(import_change(&c, id, 0, test_json(arena, "{'strict':true}"), &r), OK);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(figure(&c, id, "refused"), 1);
    ctx_done(&c);
}

TEST_APP(import_takes_for_companies_what_the_header_or_the_name_calls_so)
{
    BEGIN;
    static const char *const sheets[] = {
        "公司名称,手机\n恒通物流二,13800138001\n阿明,13800138002\n",
        "单位名称,联系人\n顺德老何,\n佛山恒通,王总\n",
        "客户名称,手机\n佛山市顺德区乐从镇家具城,13800138003\n恒通物流,13800138004\n"
        "宁波商行,13800138005\n",
        "姓名,手机,客户类型\n老李,13800138006,个体户\n老王,13800138007,个体工商户\n",
    };
    static const int64_t companies[] = {2, 2, 3, 2};
    int64_t all = 0;
    for (size_t i = 0; i < sizeof sheets / sizeof *sheets; i++) {
        run(&c, sheets[i]);
        all += companies[i];
        assert_int_equal(count_customers(&c, "{'field':'kind','eq':'company'}"), all);
    }
    assert_int_equal(count_customers(&c, "{'field':'kind','eq':'person'}"), 0);
    run(&c, "姓名,公司名称,手机\n陈一,宁波恒隆,13800138008\n");
    run(&c, "客户名称,手机\n林二,13800138009\n");
    assert_int_equal(count_customers(&c, "{'field':'kind','eq':'person'}"), 2);
    ctx_done(&c);
}

TEST_APP(import_says_what_becomes_of_numbers_without_room)
{
    BEGIN;
    int64_t id = run(&c, "姓名,手机,其他电话\n甲,13800138001/13800138002,0574-87654321\n");
    assert_true(says(&c, id, "没有空位放“13800138001/13800138002”里的其他号码，记入“备注”"));
    assert_int_equal(count_customers(&c, "{'all':[{'field':'phone','eq':'+8613800138001'},"
                                         "{'field':'phone2','eq':'+8657487654321'},"
                                         "{'field':'notes','eq':'13800138001/13800138002'}]}"),
                     1);
    id = run(&c, "姓名,手机\n乙,\"13,800,138,012\"\n丙,q:12345678\n丁,扣扣 12345679\n戊,quick 1\n");
    assert_int_equal(figure(&c, id, "refused"), 1);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'phone','eq':'+8613800138012'},"
                                         "{'field':'notes','isNull':true}]}"),
                     1);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'name','eq':'丙'},"
                                         "{'field':'notes','eq':'q:12345678'}]}"),
                     1);
    assert_int_equal(count_customers(&c, "{'field':'notes','eq':'扣扣 12345679'}"), 1);
    assert_true(says(&c, id, "“q:12345678”不是电话，记入“备注”"));
    ctx_done(&c);
}
