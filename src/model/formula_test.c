#include "base/limits.h"
#include "base/message.h"
#include "base/test.h"
#include "model/formula.h"
#include "model/test_world.h"

static struct world *world(void)
{
    static struct world w;
    if (!w.model)
        world_make(&w, 7);
    return &w;
}

static const struct object *object(const char *name)
{
    return model_object(world()->model, str_from(name));
}

static void set(struct record *r, const char *field, value v)
{
    r->cells[object_field(r->object, str_from(field))->first_column] = v;
}

/* An order of 19.99 yuan whose customer is Anna. */
static const struct record *order(void)
{
    static struct record *r, *anna;
    if (r)
        return r;
    struct arena *arena = world()->arena;
    int64_t day;
    assert_int_equal(day_parse(S("2026-11-21"), &day), OK);
    anna = record_copy(arena, world_table(world(), "customer")->records[0]);
    set(anna, "name", V_TEXT(S("Anna")));
    set(anna, "seen", V_NULL);
    set(anna, "deleted_at", V_NULL);
    ((struct world_table *)world_table(world(), "customer"))->records[0] = anna;
    r = record_new(arena, object("order"));
    set(r, "customer", anna->cells[anna->object->id->first_column]);
    set(r, "number", V_TEXT(S("SO1")));
    set(r, "amount", V_INT(1999));
    set(r, "weight", V_REAL(2.5));
    set(r, "due", V_INT(day));
    set(r, "paid_at", V_INT(WORLD_NOW));
    set(r, "state", V_TEXT(S("paid")));
    return r;
}

static value result(struct arena *arena, const char *text, enum storage *storage)
{
    struct problems p = {.arena = arena};
    struct formula *f;
    struct condition_env env = {.now = WORLD_NOW, .zone = zone_find(S("Asia/Shanghai"))};
    struct condition_source source = world_source(world());
    value v = V_NULL;
    err_t e = formula_parse(world()->model, object("order"), str_from(text), S(""), &p, arena, &f);
    if (e != OK)
        print_error("%s: %s " STR_FMT " " STR_FMT "\n", text, p.list.at[0].code,
                    STR_ARG(p.list.at[0].args[0]), STR_ARG(p.list.at[0].args[1]));
    assert_int_equal(e, OK);
    assert_int_equal(formula_eval(f, &env, order(), &source, arena, &v), OK);
    *storage = formula_storage(f);
    return v;
}

static void gives_int(const char *text, int64_t want)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    enum storage storage;
    value v = result(arena, text, &storage);
    if (storage != STORE_INT || v.kind != VALUE_INT || v.i != want)
        print_error("%s: kind %d, %lld\n", text, (int)v.kind, (long long)v.i);
    assert_true(storage == STORE_INT && v.kind == VALUE_INT && v.i == want);
}

static void gives_real(const char *text, double want)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    enum storage storage;
    value v = result(arena, text, &storage);
    if (storage != STORE_REAL || v.kind != VALUE_REAL || v.r != want)
        print_error("%s: kind %d, %.17g\n", text, (int)v.kind, v.r);
    assert_true(storage == STORE_REAL && v.kind == VALUE_REAL && v.r == want);
}

static void gives_text(const char *text, const char *want)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    enum storage storage;
    value v = result(arena, text, &storage);
    assert_int_equal(storage, STORE_TEXT);
    assert_int_equal(v.kind, VALUE_TEXT);
    assert_str(v.s, want);
}

static void gives_bool(const char *text, bool want)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    enum storage storage;
    value v = result(arena, text, &storage);
    if (v.kind != VALUE_BOOL || v.b != want)
        print_error("%s\n", text);
    assert_true(storage == STORE_BOOL && v.kind == VALUE_BOOL && v.b == want);
}

static void gives_empty(const char *text)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    enum storage storage;
    value v = result(arena, text, &storage);
    if (v.kind != VALUE_NULL)
        print_error("%s\n", text);
    assert_int_equal(v.kind, VALUE_NULL);
}

TEST(formula_reckons)
{
    gives_int("1 + 2 * 3 - 4", 3);
    gives_int("(1 + 2) * 3", 9);
    gives_int("2 - 3 - 4", -5);
    gives_int("-2 - -3", 1);
    gives_int("7 % 4", 3);
    gives_real("7 / 2", 3.5);
    gives_real("8 / 2", 4);
    gives_real("amount * weight", 4997.5);
    gives_int("round(amount * weight)", 4998);
    gives_int("round(-2.5)", -3);
    gives_real("round(1.005, 2)", 1.01);
    gives_int("round(1249, 0)", 1249);
    gives_real("round(1250, -2)", 1300);
    gives_int("floor(-1.5)", -2);
    gives_int("ceil(1.1)", 2);
    gives_int("abs(-4)", 4);
    gives_int("max(1, amount, 3)", 1999);
    gives_real("min(1, 0.5)", 0.5);
    gives_real("number(\" 12.5 \")", 12.5);
}

TEST(formula_gives_empty_where_there_is_no_answer)
{
    gives_empty("1 / 0");
    gives_empty("5 % (2 - 2)");
    gives_empty("9223372036854775807 + 1");
    gives_empty("-9223372036854775807 - 2");
    gives_empty("9223372036854775807 * 2");
    gives_empty("-(0 - 9223372036854775807 - 1)");
    gives_int("(0 - 9223372036854775807 - 1) % -1", 0);
    gives_empty("round(1.5, 99)");
    gives_empty("number(\"12a\")");
    gives_empty("date(2026, 2, 30)");
    gives_empty("due + 99999999");
    gives_empty("customer.seen");
    gives_empty("days(now(), customer.seen)");
    gives_empty("contact.title");
    gives_empty("if(amount > 5000, \"big\")");
}

TEST(formula_writes_text)
{
    gives_text("customer.name & \" / \" & number", "Anna / SO1");
    gives_text("\"n=\" & amount & \", \" & weight & contact.title", "n=1999, 2.5");
    gives_text("\"a\\\"b\\\\c\"", "a\"b\\c");
    gives_text("upper(\"añ张\") & lower(\"ÀB\")", "AÑ张àb");
    gives_text("left(\"张三丰\", 2) & right(\"张三丰\", 1) & right(\"x\", 5) & left(\"y\", -1)",
               "张三丰x");
    gives_text("trim(\"  a b \")", "a b");
    gives_text("text(due) & text(1 = 1)", "2026-11-21true");
    gives_text("coalesce(contact.title, \"\", \"none\")", "none");
    gives_text("if(state = \"paid\", \"yes\", \"no\")", "yes");
    gives_int("len(\"张a😀\")", 3);
    gives_text("text(0.1 + 0.2)", "0.30000000000000004");
}

TEST(formula_decides)
{
    gives_bool("1 < 2 and 2 <= 2 and 3 > 2 and 3 >= 3 and 1 <> 2", true);
    gives_bool("not 1 = 1 or false", false);
    gives_bool("not (1 = 1 and false)", true);
    gives_bool("\"a\" < \"b\"", true);
    gives_bool("contact.title = \"x\"", false);
    gives_bool("contact.title <> \"x\"", true);
    gives_bool("not contact.title = \"x\"", true);
    gives_bool("isblank(contact.title) and not isblank(number)", true);
    gives_bool("contains(\"臺北 ＡＢ\", \"ab\")", true);
    gives_bool("due = date(2026, 11, 21)", true);
    gives_bool("1 = 1.0", true);
}

TEST(formula_knows_the_calendar)
{
    gives_int("year(due) * 10000 + month(due) * 100 + day(due)", 20261121);
    gives_int("days(due + 3, due)", 3);
    gives_int("due - date(2026, 1, 1)", 324);
    gives_bool("today() = due", true);
    gives_int("days(now(), date(2026, 11, 20))", 1);
    AUTO_ARENA arena = arena_new(MIB);
    struct problems p = {.arena = arena};
    struct formula *f;
    assert_int_equal(formula_parse(world()->model, object("order"), S("days(due, today())"), S(""),
                                   &p, arena, &f),
                     OK);
    assert_true(formula_uses_now(f));
    assert_true(formula_gives(f, S("money")));
    assert_false(formula_gives(f, S("text")));
}

static void refused(const char *text, const char *code, const char *column)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct problems p = {.arena = arena};
    struct formula *f;
    err_t e =
        formula_parse(world()->model, object("order"), str_from(text), S("/f"), &p, arena, &f);
    if (e != ERR_INVALID || strcmp(p.list.at[0].code, code) != 0 ||
        !str_eqz(p.list.at[0].args[0], column))
        print_error("%s: %s " STR_FMT "\n", text, p.list.n ? p.list.at[0].code : "accepted",
                    STR_ARG(p.list.n ? p.list.at[0].args[0] : S("")));
    assert_int_equal(e, ERR_INVALID);
    assert_int_equal(p.list.n, 1);
    assert_string_equal(p.list.at[0].code, code);
    assert_str(p.list.at[0].args[0], column);
    assert_str(p.list.at[0].pointer, "/f");
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        assert_false(str_eqz(message_of_problem(arena, lang, &p.list.at[0]), code));
}

TEST(formula_refuses_with_column)
{
    refused("", "formula_ended", "1");
    refused("1 +", "formula_ended", "4");
    refused("1 + * 2", "formula_unexpected", "5");
    refused("1 2", "formula_unexpected", "3");
    refused("(1", "formula_expected", "3");
    refused("max(1 2)", "formula_expected", "7");
    refused("\"张三", "formula_open_text", "1");
    refused("\"张三\" & nme", "formula_unknown_field", "8");
    refused("contact.user.name", "formula_one_link", "1");
    refused("customer", "formula_field_type", "1");
    refused("labels", "formula_field_type", "1");
    refused("sqrt(4)", "formula_unknown_function", "1");
    refused("left(\"a\")", "formula_arguments", "1");
    refused("now(1)", "formula_arguments", "1");
    refused("1 + number", "formula_type", "5");
    refused("number * 2", "formula_type", "1");
    refused("-state", "formula_type", "2");
    refused("not 1", "formula_type", "5");
    refused("1 and true", "formula_type", "1");
    refused("amount = \"1\"", "formula_type", "10");
    refused("if(1, 2, 3)", "formula_type", "4");
    refused("if(true, 2, \"3\")", "formula_type", "13");
    refused("round(1.5, 1.5)", "formula_type", "12");
    refused("year(1)", "formula_type", "6");
    refused("number(due)", "formula_type", "8");
    refused("99999999999999999999 & 1e9", "formula_unexpected", "25");
    refused("1..2", "formula_unexpected", "3");
}

TEST(formula_keeps_its_limits)
{
    char text[20000];
    memset(text, '(', sizeof text);
    text[1000] = '\0';
    refused(text, "formula_too_large", "41");
    memset(text, '-', sizeof text);
    text[1000] = '\0';
    refused(text, "formula_too_large", "41");
    for (size_t i = 0; i < 4000; i += 2)
        memcpy(text + i, "1+", 3);
    refused(text, "formula_too_large", "1");
    memset(text, ' ', sizeof text);
    text[sizeof text - 1] = '\0';
    refused(text, "formula_too_large", "1");
}

static bool loads(const char *result, const char *formula)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct problems p = {.arena = arena};
    struct model *m = NULL;
    str text = arena_printf(
        arena,
        "{\"object\":\"thing\",\"plural\":\"things\",\"fields\":{\"n\":{\"type\":"
        "\"number\"},\"f\":{\"type\":\"formula\",\"result\":\"%s\",\"formula\":\"%s\"}}}",
        result, formula);
    struct definition d = {S("objects/test/thing.json"), text, false};
    err_t e = model_load(&d, 1, 0, S("CNY"), &p, &m);
    model_free(m);
    assert_int_equal(e != OK, problems_any(&p));
    return e == OK;
}

TEST(formula_must_give_what_its_field_says)
{
    assert_true(loads("number", "n * 2"));
    assert_true(loads("money", "n * 2"));
    assert_false(loads("text", "n * 2"));
    assert_false(loads("number", "text(n)"));
    assert_false(loads("date", "now()"));
    assert_false(loads("number", "f + 1"));
}
