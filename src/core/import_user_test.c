/* Files as people really have them, and what they are told. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/file.h"
#include "core/import.h"
#include "core/import_testing.h"

static int64_t keep(struct ctx *c, str bytes, const char *name)
{
    const char *path = file_spool_path(c);
    int64_t id;
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(file_keep(c, path, str_from(name), &id), OK);
    return id;
}

static int64_t start(struct ctx *c, const char *text)
{
    struct record *r;
    assert_int_equal(import_create(c, keep(c, str_from(text), "list"), S("customer"), &r), OK);
    return record_id(r);
}

static const json_t *column(struct ctx *c, int64_t id, size_t i)
{
    return json_array_get(json_object_get(view(c, id), "columns"), i);
}

static err_t change(struct ctx *c, int64_t id, const char *body)
{
    struct record *r;
    return import_change(c, id, 0, test_json(c->arena, body), &r);
}

static json_t *rows(struct ctx *c, int64_t id)
{
    struct record *r;
    json_t *tree;
    AUTO_BUF out;
    buf_init(&out, 16 * MIB);
    struct jw w = {.out = &out};
    assert_int_equal(import_get(c, id, &r), OK);
    assert_int_equal(import_rows_json(c, r, S(""), 0, 100, &w), OK);
    assert_int_equal(json_read(c->arena, arena_str(c->arena, buf_str(&out)), NULL, &tree), OK);
    return json_object_get(tree, "data");
}

static str refused_csv(struct ctx *c, int64_t id)
{
    struct record *r;
    const char *path;
    char bytes[65536];
    assert_int_equal(import_get(c, id, &r), OK);
    assert_int_equal(import_refused_file(c, r, S("csv"), &path), OK);
    FILE *f = fopen(path, "rb");
    assert_non_null(f);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    unlink(path);
    return arena_str(c->arena, (str){bytes, n});
}

#define BEGIN                                                                                      \
    AUTO_ARENA arena = arena_new(256 * MIB);                                                       \
    struct ctx c;                                                                                  \
    import_attach();                                                                               \
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK)

TEST_APP(import_takes_every_card)
{
    static const char *const files[] = {
        "BEGIN:VCARD\nVERSION:3.0\nFN:甲一\nTEL:13911110001\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:3.0\nFN:乙二\nTEL:13911110002\nEND:VCARD\n"
        "BEGIN:VCARD\nVERSION:3.0\nFN:丙三\nTEL:13911110003\nEND:VCARD\n",
        "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:"
        "=E7=8E=8B;=E8=8A=B3;;;\r\nTEL;CELL:13911110004\r\nEND:VCARD\r\n",
    };
    static const int64_t cards[] = {3, 1};
    BEGIN;
    for (size_t i = 0; i < 2; i++) {
        int64_t id = start(&c, files[i]);
        assert_true(json_is_null(json_object_get(view(&c, id), "header_row")));
        assert_int_equal(change(&c, id, "{'header_row':1}"), ERR_INVALID);
        assert_int_equal(c.problems.list.n, 1);
        assert_string_equal(c.problems.list.at[0].code, "import_no_header_row");
        c.problems.list.n = 0;
        assert_int_equal(change(&c, id, "{'header_row':null,'policy':'skip'}"), OK);
        assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
        assert_int_equal(figure(&c, id, "created"), cards[i]);
        assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
        assert_int_equal(figure(&c, id, "rows"), cards[i]);
        assert_int_equal(figure(&c, id, "created"), cards[i]);
    }
    assert_int_equal(count_customers(&c, "{'field':'name','in':['甲一','乙二','丙三','王芳']}"), 4);
    ctx_done(&c);
}

static const char WITH_WECHAT[] = "客户名称,手机,微信,内部\n"
                                  "王明,13800138000,wxid_12345678,甲\n"
                                  ",1380013,1234,乙\n";

TEST_APP(import_knows_columns_by_their_headers)
{
    BEGIN;
    int64_t id = start(&c, "姓名,微信,手机\n王小明,老王微信,13800138000\n李四,a b!!,13800138001\n");
    assert_str(json_get_str(column(&c, id, 1), "field"), "wechat");
    assert_true(json_number_value(json_object_get(column(&c, id, 1), "confidence")) == 1);
    id =
        start(&c, "姓名,微信,手机\n王小明,13800138000,13800138000\n李四,13800138001,13800138001\n");
    assert_str(json_get_str(column(&c, id, 1), "field"), "wechat");
    id = start(&c, "姓名,微信好友昵称,手机\n王小明,老王,13800138000\n李四,小四,13800138001\n");
    assert_str(json_get_str(column(&c, id, 1), "field"), "nickname");
    ctx_done(&c);
}

TEST_APP(import_warns_of_headers_that_occur_twice)
{
    static const bool twice[] = {true, true, false, true, true, false, false};
    BEGIN;
    int64_t id = start(&c, "姓名,姓名 ,公司,手机,手机,,\n甲,乙,丙,13800138000,13900139000,x,y\n");
    for (int round = 0; round < 2; round++) {
        for (size_t i = 0; i < sizeof twice / sizeof *twice; i++)
            assert_int_equal(json_get_bool(column(&c, id, i), "repeated", false), twice[i]);
        json_t *body = json_keep(c.arena, json_object());
        json_object_set(body, "columns", json_object_get(view(&c, id), "columns"));
        struct record *r;
        assert_int_equal(import_change(&c, id, 0, body, &r), OK);
    }
    ctx_done(&c);
}

TEST_APP(import_tells_reasons_and_takes_corrections)
{
    BEGIN;
    int64_t id = start(&c, WITH_WECHAT);
    json_t *columns = json_object_get(view(&c, id), "columns");
    assert_str(json_get_str(json_array_get(columns, 2), "field"), "wechat");
    json_object_set_new(json_array_get(columns, 3), "field", json_string("job_title"));
    json_object_set_new(json_array_get(columns, 3), "translate",
                        json_pack("{s:s}", "乙", "乙方公司"));
    json_t *body = json_keep(arena, json_pack("{s:O, s:s, s:s}", "columns", columns, "policy",
                                              "overwrite", "source", "展会"));
    struct record *r;
    assert_int_equal(import_change(&c, id, 0, body, &r), OK);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(figure(&c, id, "created"), 1);
    assert_int_equal(figure(&c, id, "refused"), 1);
    c.lang = LANG_ZH_CN;
    str file = refused_csv(&c, id);
    assert_true(str_find(file, S("手机：“1380013”")) != SIZE_MAX);
    assert_true(str_find(file, S("；客户名称：请填写此项")) != SIZE_MAX);
    /* mended by hand, with the reasons still in it */
    int64_t again =
        start(&c, "客户名称,手机,微信,内部,拒绝原因\n李小龙,13800138009,lixiaolong,乙,旧\n");
    assert_str(json_get_str(view(&c, again), "policy"), "overwrite");
    assert_str(json_get_str(view(&c, again), "source"), "展会");
    assert_str(json_get_str(column(&c, again, 3), "field"), "job_title");
    assert_int_equal(import_do(&c, NULL, again, IMPORT_RUN), OK);
    assert_int_equal(figure(&c, again, "created"), 1);
    assert_int_equal(count_customers(&c, "{'field':'job_title','eq':'乙方公司'}"), 1);
    /* other headers are another file */
    again = start(&c, "客户名称,手机,别的,内部,拒绝原因\n李小龙,13800138009,lixiaolong,乙,旧\n");
    assert_true(!json_get_str(column(&c, again, 3), "field").n);
    ctx_done(&c);
}

/* WeChat ids: its own rule, and the numbers that serve as ids. */
TEST_APP(import_tells_wechat_ids_from_other_words)
{
    static const char *const good[] = {"abc_12",      "Li-xiaolong1",   "wxid_abcdefghijk22zzz",
                                       "13800138000", "+8613800138001", "100861",
                                       "ａｂｃ＿１３"};
    static const char *const bad[] = {"li xiao long!!",        "a b!!", "abc", "1abc_de", "老王",
                                      "abcdefghijklmnopqrstu", "1234"};
    BEGIN;
    for (size_t i = 0; i < sizeof good / sizeof *good + sizeof bad / sizeof *bad; i++) {
        size_t n = sizeof good / sizeof *good;
        char text[200];
        snprintf(text, sizeof text, "姓名,微信\n某人%zu,%s\n", i, i < n ? good[i] : bad[i - n]);
        int64_t id = start(&c, text);
        assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
        const char *where = arena_printf(arena,
                                         "{'all':[{'field':'name','eq':'某人%zu'},"
                                         "{'field':'wechat','isNull':%s}]}",
                                         i, i < n ? "false" : "true")
                                .p;
        if (figure(&c, id, "created") != 1 || count_customers(&c, where) != 1)
            fail_msg("%s", i < n ? good[i] : bad[i - n]);
    }
    struct record *r;
    const struct object *o = model_object(c.model, S("customer"));
    json_t *body = test_json(arena, "{'name':'某人','wechat':'a b!!'}");
    assert_int_equal(record_create(&c, o, body, NULL, &r), ERR_INVALID);
    assert_string_equal(c.problems.list.at[0].code, "invalid_wechat");
    c.problems.list.n = 0;
    ctx_done(&c);
}

TEST_APP(import_understands_words_for_choices)
{
    static const struct {
        const char *column, *word, *field, *key;
    } words[] = {
        {"人员规模", "10", "employees", "e10"},
        {"人员规模", "约1200人", "employees", "e1000"},
        {"人员规模", "9", "employees", "e1"},
        {"人员规模", "50+", "employees", "e50"},
        {"人员规模", "1000人以上", "employees", "e1000"},
        {"级别", "b级", "level", "b"},
        {"级别", "B 类", "level", "b"},
        {"级别", "重点客户", "level", "a"},
        {"级别", "Ｂ", "level", "b"},
        {"级别", "普通客户", "level", "c"},
        {"级别", "C Ordinary", "level", "c"},
    };
    BEGIN;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        char text[200], where[200];
        snprintf(text, sizeof text, "姓名,手机,%s\n某人%zu,138001380%02zu,\"%s\"\n",
                 words[i].column, i, i, words[i].word);
        int64_t id = start(&c, text);
        assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
        snprintf(where, sizeof where,
                 "{'all':[{'field':'name','eq':'某人%zu'},{'field':'%s','eq':'%s'}]}", i,
                 words[i].field, words[i].key);
        if (count_customers(&c, where) != 1)
            fail_msg("%s is not %s", words[i].word, words[i].key);
    }
    ctx_done(&c);
}

/* What the row shows for a cell; empty where the cell says it itself. */
static str made(struct ctx *c, int64_t id, size_t row, const char *column)
{
    return json_get_str(json_object_get(json_array_get(rows(c, id), row), "made"), column);
}

TEST_APP(import_shows_what_is_made_of_cells)
{
    BEGIN;
    c.lang = LANG_ZH_CN;
    int64_t id =
        start(&c, "姓名,手机,地址,标签,性别,来源,微信\n"
                  "王明,13800138000/0571-88448470,浙江杭州西湖区文三路1号,vip;旧,男,展会,wx_1001\n"
                  "李四,１３９００１３９０００,,单个,女,,\n");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    assert_true(str_find(made(&c, id, 0, "1"), S("8844 8470")) != SIZE_MAX);
    assert_true(str_find(made(&c, id, 0, "2"), S("浙江省")) != SIZE_MAX);
    assert_true(str_find(made(&c, id, 0, "3"), S("旧")) != SIZE_MAX);
    assert_true(!made(&c, id, 0, "4").n);
    assert_true(!made(&c, id, 0, "5").n);
    assert_true(!made(&c, id, 0, "6").n);
    assert_true(made(&c, id, 1, "1").n);
    assert_true(!made(&c, id, 1, "3").n);
    assert_int_equal(figure(&c, id, "cells_repaired"), 2);
    ctx_done(&c);
}

TEST_APP(import_asks_for_the_order_of_dates)
{
    BEGIN;
    int64_t id =
        start(&c, "姓名,手机,出生日期\n王明,13800138000,12/8/2006\n李四,13900139000,3/5/2001\n");
    assert_str(json_get_str(column(&c, id, 2), "date_order"), "mdy");
    json_t *columns = json_object_get(view(&c, id), "columns");
    json_object_set_new(json_array_get(columns, 2), "date_order", json_string("dmy"));
    struct record *r;
    json_t *body = json_keep(arena, json_pack("{s:O}", "columns", columns));
    assert_int_equal(import_change(&c, id, 0, body, &r), OK);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(count_customers(&c, "{'field':'birthday','eq':'2006-08-12'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'birthday','eq':'2001-05-03'}"), 1);
    id = start(&c, "姓名,手机,出生日期\n王明,13800138002,12/8/2006\n李四,13900139002,13/5/2001\n");
    assert_str(json_get_str(column(&c, id, 2), "date_order"), "dmy");
    id = start(&c, "姓名,手机,出生日期\n王明,13800138002,2006-12-08\n李四,13900139002,2001/5/3\n");
    assert_true(json_is_null(json_object_get(column(&c, id, 2), "date_order")));
    ctx_done(&c);
}

TEST_APP(import_tells_what_it_leaves_out_and_does_not_know)
{
    BEGIN;
    int64_t id =
        start(&c, "姓名,手机,级别,内部码\n王明,13800138000,B级,甲7\n李四,13900139000,神级,乙8\n");
    const json_t *unknown = json_object_get(column(&c, id, 2), "unknown");
    assert_int_equal(json_array_size(unknown), 1);
    assert_str(json_str(json_array_get(unknown, 0)), "神级");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    const json_t *out = json_object_get(json_object_get(view(&c, id), "report"), "left_out");
    assert_int_equal(json_array_size(out), 1);
    assert_str(json_get_str(json_array_get(out, 0), "header"), "内部码");
    ctx_done(&c);
}

static str remark(struct ctx *c, int64_t id, size_t row)
{
    const json_t *list = json_object_get(json_array_get(rows(c, id), row), "problems");
    assert_int_equal(json_array_size(list), 1);
    assert_true(json_get_bool(json_array_get(list, 0), "mild", false));
    return json_get_str(json_array_get(list, 0), "message");
}

TEST_APP(import_tells_why_rows_are_skipped)
{
    static const char text[] = "姓名,手机,生日\n王小明,13800138000,\n王小明,13800138000,\n"
                               "-,无,n/a\n李四,13800138001,2024-03-05 00:00:00\n";
    BEGIN;
    int64_t first = start(&c, "姓名,手机\n王小明,13800138000\n"), id = start(&c, text);
    assert_int_equal(import_do(&c, NULL, first, IMPORT_RUN), OK);
    for (enum import_step s = IMPORT_CHECK; s <= IMPORT_RUN; s++) {
        assert_int_equal(import_do(&c, NULL, id, s), OK);
        assert_int_equal(figure(&c, id, "skipped"), 3);
        assert_int_equal(figure(&c, id, "warned"), 0);
        assert_int_equal(figure(&c, id, "refused"), 0);
        assert_str(remark(&c, id, 0), "系统里已有，没有新的内容");
        assert_str(remark(&c, id, 1), "与第 2 行重复");
        assert_str(remark(&c, id, 2), "要导入的各列都是空的");
        const json_t *known = json_array_get(rows(&c, id), 0);
        assert_true(json_is_string(json_object_get(known, "record")));
        const json_t *made = json_object_get(json_array_get(rows(&c, id), 3), "made");
        assert_str(json_get_str(made, "2"), "2024-03-05");
    }
    id = start(&c, "姓名,手机\n王小明,13800138000\n");
    assert_int_equal(change(&c, id, "{'policy':'skip'}"), OK);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    assert_str(remark(&c, id, 0), "系统里已有，按设置跳过");
    ctx_done(&c);
}

TEST(import_shows_a_day_without_its_midnight)
{
    int64_t day;
    AUTO_ARENA arena = arena_new(MIB);
    assert_int_equal(day_parse(S("2024-03-05"), &day), OK);
    struct sheet_cell cell = {.kind = CELL_INSTANT, .at = day * CLOCK_DAY};
    assert_str(import_cell_text(arena, &cell), "2024-03-05");
    cell.at += 10 * CLOCK_HOUR;
    assert_str(import_cell_text(arena, &cell), "2024-03-05 10:00:00");
}

TEST_APP(import_names_cards_and_refused_rows_in_words)
{
    struct record *r;
    BEGIN;
    int64_t id = start(&c, "BEGIN:VCARD\nVERSION:3.0\nFN:甲一\nTEL:12\nX-SHOE:42\nEND:VCARD\n");
    assert_str(json_get_str(column(&c, id, 0), "header"), "姓名（FN）");
    assert_str(json_get_str(column(&c, id, 0), "field"), "name");
    assert_str(json_get_str(column(&c, id, 1), "header"), "电话（TEL）");
    assert_str(json_get_str(column(&c, id, 2), "header"), "X-SHOE");
    static const char *const names[][2] = {{"客户名单.xlsx", "客户名单-未导入"},
                                           {"v1.2 客户名单", "v1.2 客户名单-未导入"},
                                           {"通讯录", "通讯录-未导入"}};
    for (size_t i = 0; i < 3; i++) {
        int64_t file = keep(&c, S("姓名,手机\n甲,12\n"), names[i][0]);
        assert_int_equal(import_create(&c, file, S("customer"), &r), OK);
        assert_str(import_refused_name(&c, r), names[i][1]);
    }
    ctx_done(&c);
}

/* ---- a first morning ---- */

TEST_APP(import_takes_a_company_with_a_person_beside_it_for_a_company)
{
    BEGIN;
    int64_t id = start(&c, "公司,联系人,电话\n巷口小店,老张,13800138000\n");
    assert_str(json_get_str(column(&c, id, 0), "field"), "name");
    assert_str(json_get_str(column(&c, id, 1), "field"), "contact.name");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(
        count_customers(
            &c, "{'all':[{'field':'name','eq':'巷口小店'},{'field':'kind','eq':'company'}]}"),
        1);
    id = start(&c, "姓名,电话\n小赵,13900139000\n");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(
        count_customers(&c,
                        "{'all':[{'field':'name','eq':'小赵'},{'field':'kind','eq':'person'}]}"),
        1);
    ctx_done(&c);
}

TEST_APP(import_puts_accounts_out_of_a_phone_column_where_they_belong)
{
    BEGIN;
    int64_t id = start(&c, "姓名,联系方式\n楚甲,weixin: chu_8888\n楚乙,QQ：12345678\n"
                           "楚丙,微信号 chu_bing\n楚丁,13800138000\n楚戊,13900139000\n"
                           "楚己,13700137000\n");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(figure(&c, id, "refused"), 0);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'name','eq':'楚甲'},"
                                         "{'field':'wechat','eq':'chu_8888'}]}"),
                     1);
    assert_int_equal(count_customers(&c, "{'field':'wechat','eq':'chu_bing'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'notes','eq':'QQ：12345678'}"), 1);
    ctx_done(&c);
}

TEST_APP(import_drops_no_words_beside_a_phone)
{
    static const struct {
        const char *cell, *where;
    } cells[] = {
        {"13805741111、13805742222；微信 hongyun888",
         "{'all':[{'field':'phone','eq':'+8613805741111'},{'field':'phone2','eq':'+8613805742222'},"
         "{'field':'wechat','eq':'hongyun888'},{'field':'notes','isNull':true}]}"},
        {"电话13711110002，QQ 3344556", "{'all':[{'field':'phone','eq':'+8613711110002'},"
                                        "{'field':'notes','eq':'电话13711110002，QQ 3344556'}]}"},
        {"张三13711110003 李四13711110004",
         "{'all':[{'field':'phone','eq':'+8613711110003'},{'field':'phone2','eq':'+8613711110004'},"
         "{'field':'notes','eq':'张三13711110003 李四13711110004'}]}"},
        {"137 1111 0006（王经理）", "{'field':'notes','eq':'137 1111 0006（王经理）'}"},
        {"13711110001 微信同号",
         "{'all':[{'field':'wechat','eq':'13711110001'},{'field':'notes','isNull':true}]}"},
        {"13711110007 转 8", "{'field':'notes','eq':'13711110007 转 8'}"},
        {"0574-8765 4321-802", "{'all':[{'field':'phone','eq':'+8657487654321'},"
                               "{'field':'notes','eq':'0574-8765 4321-802'}]}"},
        {"Tel: +86 (0574) 8765-4322", "{'field':'notes','isNull':true}"},
        {"手机：137-1111-0008 / 电话1：0574-87654323", "{'field':'notes','isNull':true}"},
        {"13711110009.0", "{'field':'notes','isNull':true}"},
        {"1.3711110010E+10", "{'field':'notes','isNull':true}"},
        {"lin@example.com", "{'all':[{'field':'email','eq':'lin@example.com'},"
                            "{'field':'phone','isNull':true},{'field':'notes','isNull':true}]}"},
        {"13711110011 邮箱：13711110012@example.com",
         "{'all':[{'field':'email','eq':'13711110012@example.com'},"
         "{'field':'phone','eq':'+8613711110011'},{'field':'phone2','isNull':true},"
         "{'field':'notes','isNull':true}]}"},
    };
    BEGIN;
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        int64_t before = count_customers(&c, cells[i].where);
        const char *file = arena_printf(c.arena, "姓名,手机\n甲%zu,\"%s\"\n", i, cells[i].cell).p;
        int64_t id = start(&c, file);
        assert_int_equal(change(&c, id,
                                "{'header_row':1,'columns':[{'index':0,'field':'name'},"
                                "{'index':1,'field':'phone'}]}"),
                         OK);
        assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
        if (count_customers(&c, cells[i].where) != before + 1)
            fail_msg("%s: %s", cells[i].cell, remark(&c, id, 0).p);
    }
    int64_t id = start(&c, "姓名,手机,微信\n甲,13711110021 微信 left_1,own_12345\n"
                           "乙,13711110022 微信 left_2,\n丙,13711110023,own_3333\n");
    assert_str(json_get_str(column(&c, id, 1), "field"), "phone");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_str(remark(&c, id, 0), "“微信 left_1”不是电话，记入“备注”");
    assert_str(remark(&c, id, 1), "“微信 left_2”不是电话，记入“微信号”");
    assert_int_equal(count_customers(&c, "{'all':[{'field':'wechat','eq':'own_12345'},"
                                         "{'field':'notes','eq':'13711110021 微信 left_1'}]}"),
                     1);
    ctx_done(&c);
}

TEST_APP(import_keeps_a_province_that_is_none_in_the_street)
{
    BEGIN;
    int64_t id =
        start(&c, "姓名,省份,城市,详细地址\n甲,火星省,杭州,环形山1号\n乙,浙江,宁波,中山路2号\n");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'address.province','eq':'浙江省'},"
                                         "{'field':'address.city','eq':'杭州市'},"
                                         "{'field':'address.street','eq':'火星省环形山1号'}]}"),
                     1);
    assert_int_equal(count_customers(&c, "{'field':'address.city','eq':'宁波市'}"), 1);
    assert_str(remark(&c, id, 0), "没有“火星省”这个省市，原文记入街道");
    ctx_done(&c);
}

TEST_APP(import_guesses_cities_by_their_names)
{
    BEGIN;
    int64_t id =
        start(&c, "王小明,13800138000,杭州\n李四,13900139000,宁波市\n张三,13700137000,广州\n");
    assert_int_equal(json_get_int(view(&c, id), "header_row", -1), 0);
    assert_str(json_get_str(column(&c, id, 0), "field"), "name");
    assert_str(json_get_str(column(&c, id, 2), "field"), "address.city");
    ctx_done(&c);
}

TEST_APP(import_shows_an_instant_of_a_day_without_midnight)
{
    BEGIN;
    int64_t id =
        start(&c, "姓名,手机,创建时间\n甲,13800138000,2024/3/5\n乙,13900139000,2024/3/6 08:30\n");
    assert_str(json_get_str(column(&c, id, 2), "field"), "created_at");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_str(json_get_str(json_object_get(json_array_get(rows(&c, id), 0), "made"), "2"),
               "2024-03-05");
    ctx_done(&c);
}

TEST_APP(import_leaves_out_the_line_of_totals)
{
    BEGIN;
    int64_t id = start(&c, "姓名,手机,人数\n甲,13800138000,10\n合计,,10\nTotal：,,\"1,000\"\n"
                           "Total,13900139000,\n合计,1 人,\n");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(figure(&c, id, "created"), 2);
    assert_int_equal(figure(&c, id, "skipped"), 3);
    assert_str(remark(&c, id, 1), "合计行，不是记录");
    ctx_done(&c);
}

TEST_APP(import_leaves_out_totals_of_a_page)
{
    BEGIN;
    int64_t id = start(&c, "姓名,手机,人数\n甲,13800138000,10\n小计,,4 家\n共 9 家,,\n"
                           "本页共 4 家,,\n总计：,,￥12\n合 计,,12\n本页小计：4,共4家,\n"
                           "共青城一中,13900139000,\n共享 9 家,13900139001,\n合计,13900139002,1\n");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(figure(&c, id, "created"), 4);
    assert_int_equal(figure(&c, id, "skipped"), 6);
    assert_str(remark(&c, id, 2), "合计行，不是记录");
    ctx_done(&c);
}

TEST_APP(import_says_when_the_same_file_was_imported)
{
    BEGIN;
    const char *text = "姓名\n甲\n";
    int64_t first = start(&c, text), second = start(&c, text);
    char id[24];
    snprintf(id, sizeof id, "%lld", (long long)first);
    assert_true(json_is_null(json_object_get(view(&c, second), "same_file")));
    assert_int_equal(import_do(&c, NULL, first, IMPORT_RUN), OK);
    assert_str(json_get_str(json_object_get(view(&c, second), "same_file"), "import"), id);
    assert_true(json_is_null(json_object_get(view(&c, first), "same_file")));
    assert_int_equal(import_do(&c, NULL, first, IMPORT_UNDO), OK);
    assert_true(json_is_null(json_object_get(view(&c, second), "same_file")));
    ctx_done(&c);
}
