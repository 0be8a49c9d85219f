/* Days and times as files have them. */
#include "core/import_testing.h"

#define BEGIN                                                                                      \
    AUTO_ARENA arena = arena_new(256 * MIB);                                                       \
    struct ctx c;                                                                                  \
    import_attach();                                                                               \
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);                                        \
    c.lang = LANG_ZH_CN

static int64_t start(struct ctx *c, str text)
{
    struct record *r;
    int64_t file = keep_text(c, arena_printf(c->arena, STR_FMT, STR_ARG(text)).p, "list.csv");
    assert_int_equal(import_create(c, file, S("customer"), &r), OK);
    return record_id(r);
}

static str order(struct ctx *c, int64_t id)
{
    return json_get_str(json_array_get(json_object_get(view(c, id), "columns"), 2), "date_order");
}

/* What row i, from 0, says of its cells; empty: nothing. */
static str word(struct ctx *c, int64_t id, int64_t i)
{
    struct record *r;
    json_t *tree;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(import_get(c, id, &r), OK);
    assert_int_equal(import_rows_json(c, r, S(""), i + 1, 1, &w), OK);
    assert_int_equal(json_read(c->arena, arena_str(c->arena, buf_str(&out)), NULL, &tree), OK);
    const json_t *row = json_array_get(json_object_get(tree, "data"), 0);
    return json_get_str(json_array_get(json_object_get(row, "problems"), 0), "message");
}

/* So many rows with a day that leaves no doubt, then these. */
static str long_list(struct arena *arena, size_t n, const char *more)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    buf_add(&out, S("姓名,编号,生日\n"));
    for (size_t i = 0; i < n; i++)
        buf_printf(&out, "某人%zu,N%zu,2024年3月%zu日\n", i, i, i % 28 + 1);
    buf_addz(&out, more);
    return arena_str(arena, buf_str(&out));
}

TEST_APP(import_reads_hours_of_the_afternoon)
{
    BEGIN;
    int64_t id =
        start(&c, S("姓名,手机,下次跟进\n"
                    "甲,13800138000,2024/3/5 下午2:30\n乙,13800138001,3/5/2024 2:30 PM\n"
                    "丙,13800138002,2024-3-5 上午 02:30\n丁,13800138003,2024/3/5 半夜2点\n"));
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(
        count_customers(&c, "{'field':'next_follow_up_at','eq':'2024-03-05T14:30:00+08:00'}"), 2);
    assert_int_equal(
        count_customers(&c, "{'field':'next_follow_up_at','eq':'2024-03-05T02:30:00+08:00'}"), 1);
    assert_int_equal(count_customers(&c, "{'field':'next_follow_up_at','isNull':true}"), 1);
    assert_str(word(&c, id, 3), "下次跟进：“2024/3/5 半夜2点”不是日期时间");
    ctx_done(&c);
}

TEST_APP(import_sees_the_order_of_days_beyond_the_samples)
{
    BEGIN;
    int64_t id = start(&c, long_list(arena, 40, "甲,A,13/03/2024\n乙,B,05/03/2024\n"));
    assert_str(order(&c, id), "dmy");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(count_customers(&c, "{'field':'birthday','eq':'2024-03-05'}"), 3);
    ctx_done(&c);
}

TEST_APP(import_finds_the_order_of_days_in_the_check)
{
    BEGIN;
    int64_t id = start(&c, long_list(arena, 1200, "甲,A,05/03/2024\n乙,B,13/03/2024\n"));
    assert_false(order(&c, id).n);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    assert_str(order(&c, id), "dmy");
    assert_int_equal(figure(&c, id, "rows"), 1202);
    assert_int_equal(figure(&c, id, "warned"), 0);
    id = start(&c, long_list(arena, 1200, "甲,A,05/03/2024\n"));
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    assert_str(order(&c, id), "mdy");
    assert_str(word(&c, id, 1200),
               "生日：“05/03/2024”月日难分，读作 2024-05-03。读反了，请给这一列选日期顺序");
    assert_int_equal(figure(&c, id, "warned"), 1);
    ctx_done(&c);
}

TEST_APP(import_tells_days_against_the_order_of_their_column)
{
    BEGIN;
    int64_t id =
        start(&c, long_list(arena, 0, "甲,A,13/03/2024\n乙,B,05/25/2024\n丙,C,5/5/2024\n"));
    assert_str(order(&c, id), "dmy");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_false(word(&c, id, 0).n);
    assert_str(word(&c, id, 1), "生日：“05/25/2024”不合这一列的日期顺序，读作 2024-05-25");
    assert_false(word(&c, id, 2).n);
    assert_int_equal(figure(&c, id, "warned"), 1);
    ctx_done(&c);
}
