#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/file.h"
#include "core/import_testing.h"

#define EXAMPLES "demo/examples/"

static void show_problems(struct ctx *c)
{
    for (size_t i = 0; i < c->problems.list.n; i++)
        print_error(STR_FMT " %s " STR_FMT "\n", STR_ARG(c->problems.list.at[i].pointer),
                    c->problems.list.at[i].code, STR_ARG(c->problems.list.at[i].args[0]));
}

/* A copy of a file becomes a stored one; its id. */
static int64_t keep(struct ctx *c, const char *path, const char *name)
{
    char bytes[65536];
    const char *to = file_spool_path(c);
    int64_t id;
    size_t n;
    FILE *in = fopen(path, "rb"), *out = fopen(to, "wb");
    assert_non_null(in);
    assert_non_null(out);
    while ((n = fread(bytes, 1, sizeof bytes, in)) > 0)
        assert_int_equal(fwrite(bytes, 1, n, out), n);
    fclose(in);
    fclose(out);
    assert_int_equal(file_keep(c, to, str_from(name), &id), OK);
    return id;
}

static int64_t start(struct ctx *c, int64_t file)
{
    struct record *r = NULL;
    err_t e = import_create(c, file, S("customer"), &r);
    if (e != OK)
        show_problems(c);
    assert_int_equal(e, OK);
    return record_id(r);
}

static int64_t start_text(struct ctx *c, const char *text)
{
    return start(c, keep_text(c, text, "list.csv"));
}

static void step(struct ctx *c, int64_t id, enum import_step s)
{
    err_t e = import_do(c, NULL, id, s);
    if (e != OK)
        show_problems(c);
    assert_int_equal(e, OK);
}

static void change(struct ctx *c, int64_t id, const char *body)
{
    struct record *r;
    err_t e = import_change(c, id, 0, test_json(c->arena, body), &r);
    if (e != OK)
        show_problems(c);
    assert_int_equal(e, OK);
}

static const json_t *column(struct ctx *c, int64_t id, size_t i)
{
    return json_array_get(json_object_get(view(c, id), "columns"), i);
}

/* ---- the guess ---- */

TEST_APP(import_guesses_headers_and_values)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = start_text(&c, "2026 年客户登记表,,,,,,\n"
                                "客户姓名*,联系电话（必填）,单位,省份,城市,x,拒绝原因\n"
                                "王小明,13800138000,云帆贸易,浙江,杭州,a@b.com,旧\n"
                                "李四,13900139000,星河科技,广东,深圳,c@d.com,旧\n");
    json_t *tree = view(&c, id);
    assert_int_equal(json_get_int(tree, "header_row", -1), 2);
    assert_str(json_get_str(tree, "state"), "uploaded");
    static const char *const want[] = {"name",         "phone", "company", "address.province",
                                       "address.city", "email", ""};
    for (size_t i = 0; i < 7; i++)
        assert_str(json_get_str(column(&c, id, i), "field"), want[i]);
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 2);
    assert_int_equal(count_customers(&c, "{'field':'address.city','eq':'杭州市'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'address.province','eq':'广东省'}"), 1);
    ctx_done(&c);
}

TEST_APP(import_splits_names_and_phones)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = start_text(&c, "客户,备注\n王小明 13800138000,a\n李雷：139-0013-9000,b\n"
                                "韩梅梅(13700137000),c\n");
    assert_int_equal(json_array_size(json_object_get(column(&c, id, 0), "split")), 2);
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 3);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'name','eq':'韩梅梅'},"
                                         "{'field':'phone','eq':'+8613700137000'}]}"),
                     1);
    assert_int_equal(count_customers(&c, "{'field':'name','eq':'李雷'}"), 1);
    ctx_done(&c);
}

/* ---- cells ---- */

TEST_APP(import_repairs_and_refuses_cells)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = start_text(&c, "姓名,手机,生日,性别,标签,来源\n"
                                "甲,１３８００１３８０００,1990年3月5日,女士,vip、老客户,转介绍\n"
                                "乙,0086-139 0013 9000,36526,男,\"a,b;c/d\",展会\n"
                                "丙,1.38E+10,,,,\n"
                                "丁,n/a,3.3,外星人,,朋友圈\n"
                                ",,,,,\n");
    step(&c, id, IMPORT_CHECK);
    assert_int_equal(figure(&c, id, "rows"), 4);
    assert_int_equal(figure(&c, id, "created"), 3);
    assert_int_equal(figure(&c, id, "refused"), 1);
    assert_int_equal(count_customers(&c, "{}"), 0);
    const json_t *sample = json_object_get(json_object_get(view(&c, id), "report"), "sample");
    const json_t *problem =
        json_array_get(json_object_get(json_array_get(sample, 0), "problems"), 0);
    assert_str(json_get_str(problem, "code"), "phone_lossy");
    assert_int_equal(json_get_int(problem, "column", -1), 1);
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 3);
    assert_int_equal(figure(&c, id, "refused"), 1);
    assert_true(figure(&c, id, "cells_repaired") >= 4);
    const json_t *report = json_object_get(view(&c, id), "report");
    const json_t *phone = json_array_get(json_object_get(report, "by_column"), 0);
    assert_str(json_get_str(phone, "header"), "手机");
    assert_int_equal(json_get_int(phone, "repaired", -1), 2);
    assert_int_equal(json_get_int(phone, "refused", -1), 1);
    const json_t *reason = json_array_get(json_object_get(phone, "reasons"), 0);
    assert_str(json_get_str(reason, "code"), "phone_lossy");
    assert_int_equal(json_get_int(reason, "count", -1), 1);
    assert_true(json_get_str(json_object_get(report, "refused_files"), "xlsx").n > 0);
    assert_int_equal(count_customers(&c, "{'field':'phone','eq':'+8613900139000'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'birthday','eq':'1990-03-05'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'birthday','eq':'2000-01-01'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'tags','hasAll':['a','b','c','d']}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'source','eq':'referral'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'gender','eq':'female'}"), 1);
    /* what could not be read and is not needed went to the notes */
    assert_int_equal(
        count_customers(&c, "{'all':[{'field':'name','eq':'丁'},{'field':'notes','isNull':false},"
                            "{'field':'birthday','isNull':true}]}"),
        1);
    ctx_done(&c);
}

TEST_APP(import_knows_firms_mobiles_and_numbers_that_lost_digits)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id =
        start_text(&c, "名称,手机\n诸暨袜业厂,0575-87654321/13600136008\n王明,13800000000\n");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'kind','eq':'company'},"
                                         "{'field':'phone','eq':'+8613600136008'},"
                                         "{'field':'phone2','eq':'+8657587654321'}]}"),
                     1);
    assert_int_equal(count_customers(&c, "{'field':'name','eq':'王明'}"), 0);
    assert_int_equal(figure(&c, id, "refused"), 1);
    ctx_done(&c);
}

TEST_APP(import_strict_refuses_rows)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = start_text(&c, "姓名,手机,生日\n甲,13800138000,3.3\n乙,13800138001,2000-1-1\n");
    change(&c, id, "{'strict':true}");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 1);
    assert_int_equal(figure(&c, id, "refused"), 1);
    ctx_done(&c);
}

TEST_APP(import_takes_the_mapping_that_people_make)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct record *r;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = start_text(&c, "a,b,c\n王小明,重要,x\n李四,,y\n");
    change(&c, id,
           "{'header_row':1,'columns':[{'index':0,'header':'a','field':'name'},"
           "{'index':1,'header':'b','field':'level','translate':{'重要':'a'},'default':'c'},"
           "{'index':2,'header':'c','field':null}],'source':'Trade fair 2026'}");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 2);
    assert_int_equal(count_customers(&c, "{'field':'level','eq':'a'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'level','eq':'c'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'source','eq':'exhibition'}"), 2);
    /* it has run: no more changes */
    assert_int_equal(import_change(&c, id, 0, test_json(arena, "{'policy':'skip'}"), &r),
                     ERR_CONFLICT);
    c.problems.list.n = 0;
    int64_t other = start_text(&c, "a,b\n1,2\n3,4\n");
    static const char *const wrong[] = {
        "{'columns':[{'index':0,'field':'nothing'}]}",
        "{'columns':[{'index':0,'field':'order_total'}]}",
        "{'columns':[{'index':0,'field':'name'},{'index':1,'field':'name'}]}",
        "{'columns':[{'index':0,'field':'name','translate':[1]}]}",
        "{'columns':[{'field':'name'}]}",
        "{'columns':{}}",
        "{'policy':'whatever'}",
        "{'state':'done'}",
        "{'sheet':7}",
        "[]",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(import_change(&c, other, 0, test_json(arena, wrong[i]), &r), ERR_INVALID);
        assert_true(problems_any(&c.problems));
        c.problems.list.n = 0;
    }
    ctx_done(&c);
}

/* ---- duplicates ---- */

static const char FIRST[] = "姓名,手机,微信号,公司,标签\n王小明,13800138000,wx_1001,,旧\n";
static const char SECOND[] = "姓名,手机,微信号,公司,标签\n"
                             "王明,13800138000,,云帆贸易,新\n" /* by phone */
                             "王小明,,wx_1001,,\n"             /* by WeChat, nothing new */
                             "赵六,13600136000,,,\n"
                             "赵六六,13600136000,,星河,\n"; /* the row before */

static int64_t second(struct ctx *c, const char *policy)
{
    char body[60];
    step(c, start_text(c, FIRST), IMPORT_RUN);
    int64_t id = start_text(c, SECOND);
    snprintf(body, sizeof body, "{'policy':'%s'}", policy);
    change(c, id, body);
    return id;
}

static void check_figures(struct ctx *c, int64_t id, const int64_t want[5])
{
    static const char *const names[] = {"created", "updated", "merged", "skipped", "ask"};
    for (size_t i = 0; i < 5; i++)
        if (figure(c, id, names[i]) != want[i])
            fail_msg("%s: %lld, not %lld", names[i], (long long)figure(c, id, names[i]),
                     (long long)want[i]);
}

TEST_APP(import_fills_what_is_empty)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = second(&c, "update_empty");
    for (enum import_step s = IMPORT_CHECK; s <= IMPORT_RUN; s++) {
        step(&c, id, s);
        check_figures(&c, id, (int64_t[]){1, 1, 1, 1, 0});
    }
    assert_int_equal(count_customers(&c, "{}"), 2);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'name','eq':'王小明'},"
                                         "{'field':'company','eq':'云帆贸易'},"
                                         "{'field':'tags','hasAll':['新','旧']}]}"),
                     1);
    ctx_done(&c);
}

TEST_APP(import_overwrites_or_skips_or_creates)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = second(&c, "skip");
    step(&c, id, IMPORT_CHECK);
    check_figures(&c, id, (int64_t[]){1, 0, 0, 3, 0});
    step(&c, id, IMPORT_RUN);
    check_figures(&c, id, (int64_t[]){1, 0, 0, 3, 0});
    id = start_text(&c, SECOND);
    change(&c, id, "{'policy':'overwrite'}");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(count_customers(&c, "{'field':'name','eq':'赵六六'}"), 1);
    assert_int_equal(count_customers(&c, "{}"), 2);
    id = start_text(&c, SECOND);
    change(&c, id, "{'policy':'create'}");
    step(&c, id, IMPORT_RUN);
    check_figures(&c, id, (int64_t[]){4, 0, 0, 0, 0});
    assert_int_equal(count_customers(&c, "{}"), 6);
    ctx_done(&c);
}

TEST_APP(import_asks_and_does_what_is_answered)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    step(&c, start_text(&c, FIRST), IMPORT_RUN);
    int64_t id = start_text(&c, "姓名,手机,公司\n王明,13800138000,云帆\n"
                                "王晓明,,星河\n" /* sounds like 王小明 */
                                "张三,13700137000,\n");
    change(&c, id, "{'policy':'ask'}");
    step(&c, id, IMPORT_CHECK);
    check_figures(&c, id, (int64_t[]){1, 0, 0, 0, 2});
    const json_t *duplicates =
        json_object_get(json_object_get(view(&c, id), "report"), "duplicates");
    assert_int_equal(json_array_size(duplicates), 2);
    const json_t *first =
        json_array_get(json_object_get(json_array_get(duplicates, 0), "candidates"), 0);
    assert_str(json_get_str(first, "title"), "王小明");
    assert_str(json_str(json_array_get(json_object_get(first, "reasons"), 0)), "手机相同");
    char answer[200];
    snprintf(answer, sizeof answer, "[{'line':2,'choice':'update','id':'%s'}]",
             arena_strz(arena, json_get_str(first, "id")));
    assert_int_equal(import_answer(&c, id, test_json(arena, answer)), OK);
    step(&c, id, IMPORT_RUN);
    check_figures(&c, id, (int64_t[]){1, 1, 0, 0, 1});
    assert_int_equal(count_customers(&c, "{'field':'company','eq':'云帆'}"), 1);
    /* the other one after the run */
    assert_int_equal(import_answer(&c, id, test_json(arena, "[{'line':3,'choice':'create'}]")), OK);
    check_figures(&c, id, (int64_t[]){2, 1, 0, 0, 0});
    assert_int_equal(count_customers(&c, "{}"), 3);
    assert_int_equal(import_answer(&c, id, test_json(arena, "[{'line':3,'choice':'buy'}]")),
                     ERR_INVALID);
    ctx_done(&c);
}

/* ---- refused rows, and going on after a crash ---- */

TEST_APP(import_refused_rows_come_back)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct record *r;
    const char *path;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = start_text(&c, "姓名,手机\n甲,13800138000\n乙,12\n,13900139000\n");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "refused"), 2);
    assert_int_equal(import_get(&c, id, &r), OK);
    static const char *const formats[] = {"xlsx", "csv"};
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(import_refused_file(&c, r, str_from(formats[i]), &path), OK);
        int64_t again = start(&c, keep(&c, path, i ? "x.csv" : "x.xlsx"));
        unlink(path);
        const json_t *columns = json_object_get(view(&c, again), "columns");
        assert_int_equal(json_array_size(columns), 3);
        assert_str(json_get_str(json_array_get(columns, 2), "header"), "拒绝原因");
        assert_true(json_is_null(json_object_get(json_array_get(columns, 2), "field")));
        step(&c, again, IMPORT_CHECK);
        assert_int_equal(figure(&c, again, "rows"), 2);
        assert_int_equal(figure(&c, again, "refused"), 2);
    }
    ctx_done(&c);
}

static const char *many_rows(struct arena *arena, int n)
{
    AUTO_BUF out;
    buf_init(&out, 4 * MIB);
    buf_addz(&out, "姓名,手机,标签\n");
    for (int i = 0; i < n; i++)
        buf_printf(&out, "客户%c%c,13%09d,t%d\n", 'a' + i % 26, 'a' + i / 26 % 26, 100000001 + i,
                   i % 7);
    return arena_strz(arena, buf_str(&out));
}

TEST_APP(import_goes_on_after_a_fault)
{
    AUTO_ARENA arena = arena_new(512 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = start_text(&c, many_rows(arena, 650));
    unsigned faults = 0;
    for (unsigned nth = 2000;; nth += 3000) {
        db_fail_at(app->db, nth, ERR_UNAVAILABLE);
        err_t e = import_do(&c, NULL, id, IMPORT_RUN);
        db_fail_at(app->db, 0, OK);
        if (e == OK)
            break;
        assert_int_equal(e, ERR_UNAVAILABLE);
        faults++;
    }
    assert_true(faults > 0);
    assert_int_equal(figure(&c, id, "rows"), 650);
    assert_int_equal(figure(&c, id, "created"), 650);
    assert_int_equal(count_customers(&c, "{}"), 650);
    ctx_done(&c);
}

TEST_APP(import_is_undone)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = second(&c, "overwrite");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(count_customers(&c, "{'field':'name','in':['王明','赵六六']}"), 1);
    assert_int_equal(count_customers(&c, "{}"), 2);
    c.now = clock_now();
    step(&c, id, IMPORT_UNDO);
    assert_str(json_get_str(view(&c, id), "state"), "undone");
    assert_int_equal(count_customers(&c, "{}"), 1);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'name','eq':'王小明'},"
                                         "{'field':'company','isNull':true}]}"),
                     1);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), ERR_CONFLICT);
    ctx_done(&c);
}

TEST_APP(import_undo_that_fails_says_so_and_goes_on)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    int faults = 0;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = second(&c, "overwrite");
    step(&c, id, IMPORT_RUN);
    c.now = clock_now();
    for (unsigned nth = 3; nth < 30; nth += 4) {
        db_fail_at(app->db, nth, ERR_UNAVAILABLE);
        err_t e = import_do(&c, NULL, id, IMPORT_UNDO);
        db_fail_at(app->db, 0, OK);
        if (e == OK)
            break;
        assert_int_equal(e, ERR_UNAVAILABLE);
        faults += str_eqz(json_get_str(view(&c, id), "state"), "partly_undone");
    }
    assert_true(faults > 0);
    step(&c, id, IMPORT_UNDO);
    assert_str(json_get_str(view(&c, id), "state"), "undone");
    assert_int_equal(count_customers(&c, "{}"), 1);
    ctx_done(&c);
}

/* ---- the examples that people are given ---- */

TEST_APP(import_reads_the_examples)
{
    static const struct {
        const char *file;
        int64_t rows, least_created;
    } examples[] = {{"客户资料_老王.xlsx", 141, 100},
                    {"customers-en.csv", 70, 50},
                    {"会员导出_GB18030.csv", 120, 100},
                    {"通讯录.vcf", 60, 50}};
    import_attach();
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        AUTO_ARENA arena = arena_new(512 * MIB);
        struct ctx c;
        char path[200];
        assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
        snprintf(path, sizeof path, EXAMPLES "%s", examples[i].file);
        int64_t id = start(&c, keep(&c, path, examples[i].file));
        step(&c, id, IMPORT_CHECK);
        int64_t would = figure(&c, id, "created");
        int64_t refused = figure(&c, id, "refused"), merged = figure(&c, id, "merged");
        step(&c, id, IMPORT_RUN);
        assert_int_equal(figure(&c, id, "rows"), examples[i].rows);
        assert_int_equal(figure(&c, id, "created"), would);
        assert_int_equal(figure(&c, id, "refused"), refused);
        assert_int_equal(figure(&c, id, "merged"), merged);
        if (would < examples[i].least_created)
            fail_msg("%s: only %lld created", path, (long long)would);
        ctx_done(&c);
    }
}

TEST_APP(import_does_not_run_while_its_check_waits)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    int64_t job;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = start_text(&c, "姓名,手机\n王小明,13800138000\n");
    assert_int_equal(import_start(&c, id, IMPORT_CHECK, &job), OK);
    assert_int_equal(import_start(&c, id, IMPORT_RUN, &job), ERR_CONFLICT);
    assert_string_equal(c.problems.list.at[0].code, "import_state");
    ctx_done(&c);
}
