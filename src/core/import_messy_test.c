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
