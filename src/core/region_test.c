#include "core/region.h"

#include "core/import_testing.h"
#include "core/setting.h"

static void put(struct app *app, const char *key, const char *word)
{
    json_t *j = json_string(word);
    assert_int_equal(setting_put(app, key, j), OK);
    json_decref(j);
}

static void assert_region(struct app *app, const char *wanted)
{
    AUTO_ARENA arena = arena_new(MIB);
    str got = region_of_phones(app, arena);
    if (!str_eqz(got, wanted))
        fail_msg(STR_FMT ", not %s", STR_ARG(got), wanted);
}

TEST_APP(region_is_set_or_said_by_clock_and_money)
{
    assert_region(app, "CN");
    put(app, "base_currency", "HKD");
    assert_region(app, "HK");
    put(app, "base_currency", "USD");
    assert_region(app, "CN");
    put(app, "time_zone", "Asia/Taipei");
    assert_region(app, "TW");
    put(app, "phone_region", "SG");
    assert_region(app, "SG");
}

TEST_APP(region_is_that_of_numbers_typed_and_imported)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct record *r;
    put(app, "time_zone", "Asia/Taipei");
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("customer"));
    json_t *body = test_json(arena, "{'name':'王小明','phone':'0912 345 678'}");
    assert_int_equal(record_create(&c, o, body, NULL, &r), OK);
    int64_t file = keep_text(&c, "姓名,手機,公司\n甲,0922-333-444,乙公司\n", "list.csv");
    assert_int_equal(import_create(&c, file, S("customer"), &r), OK);
    assert_int_equal(import_do(&c, NULL, record_id(r), IMPORT_RUN), OK);
    assert_int_equal(
        count_customers(&c, "{'field':'phone','in':['+886912345678','+886922333444']}"), 2);
    struct field_context context = ctx_field(&c, S(""));
    value number = V_TEXT(S("+886912345678"));
    str shown = field_format(object_field(o, S("phone")), &context, &number);
    assert_int_equal(str_find(shown, S("09")), 0);
    ctx_done(&c);
}
