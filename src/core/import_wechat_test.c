/* What people write in a column of WeChat ids. */
#include "core/import_testing.h"

static int64_t start(struct ctx *c, const char *text)
{
    struct record *r;
    int64_t file = keep_text(c, text, "list.csv");
    assert_int_equal(import_create(c, file, S("customer"), &r), OK);
    return record_id(r);
}

TEST_APP(import_tells_numbers_and_mails_from_nicknames)
{
    static const struct {
        const char *cell, *where;
    } cells[] = {
        {"139 0013 9003", "{'all':[{'field':'wechat','eq':'13900139003'},"
                          "{'field':'nickname','isNull':true},{'field':'notes','isNull':true}]}"},
        {"微信13711110013", "{'all':[{'field':'wechat','eq':'13711110013'},"
                            "{'field':'notes','isNull':true}]}"},
        {"微信号：abc_1001", "{'all':[{'field':'wechat','eq':'abc_1001'},"
                             "{'field':'nickname','isNull':true}]}"},
        {"+86 139-0013-9004", "{'field':'wechat','eq':'13900139004'}"},
        {"13900139006（吴敏）", "{'all':[{'field':'wechat','eq':'13900139006'},"
                                "{'field':'notes','eq':'13900139006（吴敏）'}]}"},
        {"13900139007/13900139008", "{'all':[{'field':'wechat','isNull':true},"
                                    "{'field':'nickname','isNull':true},"
                                    "{'field':'notes','isNull':false}]}"},
        {"fy@qq.com", "{'all':[{'field':'email','eq':'fy@qq.com'},{'field':'wechat','isNull':true},"
                      "{'field':'nickname','isNull':true},{'field':'notes','isNull':true}]}"},
        {"fy2@qq.com 冯远", "{'all':[{'field':'email','eq':'fy2@qq.com'},"
                            "{'field':'nickname','eq':'冯远'}]}"},
        {"fy3@qq.com 13900139009", "{'all':[{'field':'email','eq':'fy3@qq.com'},"
                                   "{'field':'wechat','eq':'13900139009'}]}"},
        {"QQ: 12345671", "{'all':[{'field':'wechat','isNull':true},"
                         "{'field':'nickname','isNull':true},"
                         "{'field':'notes','eq':'微信号：QQ: 12345671'}]}"},
        {"阿明布行", "{'field':'nickname','eq':'阿明布行'}"},
    };
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        int64_t before = count_customers(&c, cells[i].where);
        int64_t id = start(&c, arena_printf(arena, "姓名,微信\n甲%zu,%s\n", i, cells[i].cell).p);
        assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
        if (count_customers(&c, cells[i].where) != before + 1)
            fail_msg("%s is something else", cells[i].cell);
    }
    ctx_done(&c);
}

TEST_APP(import_leaves_the_mail_that_is_given)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = start(&c, "姓名电话,邮箱,微信\n吴敏：13900139003,own@qq.com,fy@qq.com\n"
                           "13900139005 冯远,,fy@qq.com\n");
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'email','eq':'own@qq.com'},"
                                         "{'field':'notes','eq':'fy@qq.com'}]}"),
                     1);
    assert_int_equal(count_customers(&c, "{'all':[{'field':'name','eq':'冯远'},"
                                         "{'field':'email','eq':'fy@qq.com'}]}"),
                     1);
    ctx_done(&c);
}
