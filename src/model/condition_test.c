#include "base/json.h"
#include "base/limits.h"
#include "base/message.h"
#include "base/test.h"
#include "model/test_world.h"

static struct world *world(void)
{
    static struct world w;
    if (!w.model)
        world_make(&w, 7);
    return &w;
}

static const struct object *customer(void)
{
    return model_object(world()->model, S("customer"));
}

static int64_t instant(const char *z)
{
    int64_t at = 0;
    assert_int_equal(instant_parse(str_from(z), &at), OK);
    return at;
}

static err_t
parse(struct arena *arena, const char *json, struct problems *p, struct condition **out)
{
    json_t *tree;
    assert_int_equal(json_read(arena, str_from(json), p, &tree), OK);
    return condition_parse(world()->model, customer(), tree, S("/where"), p, arena, out);
}

static bool holds_env(const char *json, const struct record *r, const struct condition_env *env)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    struct problems p = {.arena = arena};
    struct condition *c;
    struct condition_source source = world_source(world());
    bool out = false;
    assert_int_equal(parse(arena, json, &p, &c), OK);
    assert_int_equal(condition_match(c, env, r, &source, &out), OK);
    return out;
}

/* A customer with one value in one field. */
static bool
holds_at(const char *json, const char *field, value v, const char *now, const char *zone)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct record *r = record_new(arena, customer());
    const struct field *f = object_field(customer(), str_from(field));
    r->cells[f->first_column] = v;
    struct condition_env env = {.now = instant(now), .zone = zone_find(str_from(zone))};
    return holds_env(json, r, &env);
}

static bool seen(const char *json, const char *at, const char *now, const char *zone)
{
    return holds_at(json, "seen", V_INT(instant(at)), now, zone);
}

static bool born(const char *json, const char *date, const char *now, const char *zone)
{
    int64_t day;
    assert_int_equal(day_parse(str_from(date), &day), OK);
    return holds_at(json, "born", V_INT(day), now, zone);
}

TEST(condition_older_turns_true_on_day_113)
{
    static const char *const older = "{\"field\":\"seen\",\"older\":\"113d\"}";
    static const char *const zone = "Asia/Shanghai";
    /* last seen on 2026-07-31 at 23:30 in Shanghai; 113 days later is 2026-11-21 */
    static const char *const last = "2026-07-31T23:30:00+08:00";
    assert_false(seen(older, last, "2026-11-20T23:59:59.999999+08:00", zone));
    assert_true(seen(older, last, "2026-11-21T00:00:00+08:00", zone));
    assert_true(seen(older, "2026-07-31T00:00:00+08:00", "2026-11-21T00:00:00+08:00", zone));
    assert_false(seen(older, "2026-08-01T00:00:00+08:00", "2026-11-21T23:59:00+08:00", zone));
    static const char *const date = "{\"field\":\"born\",\"older\":\"113d\"}";
    assert_false(born(date, "2026-07-31", "2026-11-20T23:59:59+08:00", zone));
    assert_true(born(date, "2026-07-31", "2026-11-21T00:00:00+08:00", zone));
}

TEST(condition_days_follow_daylight_saving)
{
    static const char *const zone = "America/New_York";
    static const char *const older = "{\"field\":\"seen\",\"older\":\"1d\"}";
    /* 2026-03-08 has 23 hours, 2026-11-01 has 25 */
    assert_false(seen(older, "2026-03-08T00:00:00-05:00", "2026-03-08T23:59:59-04:00", zone));
    assert_true(seen(older, "2026-03-08T23:59:59-04:00", "2026-03-09T00:00:00-04:00", zone));
    static const char *const today = "{\"field\":\"seen\",\"within\":\"today\"}";
    assert_true(seen(today, "2026-11-01T00:00:00-04:00", "2026-11-01T12:00:00-05:00", zone));
    assert_true(seen(today, "2026-11-01T23:59:59-05:00", "2026-11-01T12:00:00-05:00", zone));
    assert_false(seen(today, "2026-11-02T00:00:00-05:00", "2026-11-01T12:00:00-05:00", zone));
    assert_false(seen(today, "2026-10-31T23:59:59-04:00", "2026-11-01T12:00:00-05:00", zone));
}

TEST(condition_within_and_older_share_the_past)
{
    static const char *const zone = "Asia/Shanghai", *const now = "2026-11-21T15:00:00+08:00";
    static const char *const within = "{\"field\":\"seen\",\"within\":\"7d\"}";
    static const char *const older = "{\"field\":\"seen\",\"older\":\"7d\"}";
    assert_true(seen(within, "2026-11-15T00:00:00+08:00", now, zone));
    assert_false(seen(older, "2026-11-15T00:00:00+08:00", now, zone));
    assert_false(seen(within, "2026-11-14T23:59:59+08:00", now, zone));
    assert_true(seen(older, "2026-11-14T23:59:59+08:00", now, zone));
    assert_true(seen(within, now, now, zone));
    assert_false(seen(within, "2026-11-21T15:00:01+08:00", now, zone));
    assert_true(
        seen("{\"field\":\"seen\",\"within\":\"24h\"}", "2026-11-20T15:00:00+08:00", now, zone));
    assert_false(
        seen("{\"field\":\"seen\",\"older\":\"24h\"}", "2026-11-20T15:00:00+08:00", now, zone));
    assert_true(
        seen("{\"field\":\"seen\",\"older\":\"24h\"}", "2026-11-20T14:59:59+08:00", now, zone));
    assert_true(born("{\"field\":\"born\",\"within\":\"2w\"}", "2026-11-08", now, zone));
    assert_false(born("{\"field\":\"born\",\"within\":\"2w\"}", "2026-11-07", now, zone));
}

TEST(condition_looks_ahead)
{
    static const char *const zone = "Asia/Shanghai", *const now = "2026-11-21T15:00:00+08:00";
    static const char *const week = "{\"field\":\"seen\",\"within\":\"+7d\"}";
    assert_false(seen(week, "2026-11-21T14:59:59+08:00", now, zone));
    assert_true(seen(week, now, now, zone));
    assert_true(seen(week, "2026-11-28T23:59:59+08:00", now, zone));
    assert_false(seen(week, "2026-11-29T00:00:00+08:00", now, zone));
    static const char *const day = "{\"field\":\"born\",\"within\":\"+1d\"}";
    assert_false(born(day, "2026-11-20", now, zone));
    assert_true(born(day, "2026-11-22", now, zone));
    assert_false(born(day, "2026-11-23", now, zone));
}

TEST(condition_knows_calendar_words)
{
    static const struct {
        const char *word, *first, *last;
    } cases[] = {
        {"today", "2026-11-21", "2026-11-21"},       {"yesterday", "2026-11-20", "2026-11-20"},
        {"tomorrow", "2026-11-22", "2026-11-22"},    {"thisWeek", "2026-11-16", "2026-11-22"},
        {"lastWeek", "2026-11-09", "2026-11-15"},    {"nextWeek", "2026-11-23", "2026-11-29"},
        {"thisMonth", "2026-11-01", "2026-11-30"},   {"lastMonth", "2026-10-01", "2026-10-31"},
        {"nextMonth", "2026-12-01", "2026-12-31"},   {"thisQuarter", "2026-10-01", "2026-12-31"},
        {"lastQuarter", "2026-07-01", "2026-09-30"}, {"thisYear", "2026-01-01", "2026-12-31"},
        {"lastYear", "2025-01-01", "2025-12-31"},
    };
    /* still the 20th in UTC, already the 21st in Shanghai */
    static const char *const zone = "Asia/Shanghai", *const now = "2026-11-20T17:00:00Z";
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char within[80], older[80], before[DAY_CHARS + 1], after[DAY_CHARS + 1];
        int64_t first, last;
        snprintf(within, sizeof within, "{\"field\":\"born\",\"within\":\"%s\"}", cases[i].word);
        snprintf(older, sizeof older, "{\"field\":\"born\",\"older\":\"%s\"}", cases[i].word);
        assert_int_equal(day_parse(str_from(cases[i].first), &first), OK);
        assert_int_equal(day_parse(str_from(cases[i].last), &last), OK);
        day_format(first - 1, before);
        day_format(last + 1, after);
        assert_false(born(within, before, now, zone));
        assert_true(born(within, cases[i].first, now, zone));
        assert_true(born(within, cases[i].last, now, zone));
        assert_false(born(within, after, now, zone));
        assert_true(born(older, before, now, zone));
        assert_false(born(older, cases[i].first, now, zone));
    }
    assert_true(born("{\"field\":\"born\",\"within\":\"lastMonth\"}", "2025-12-31",
                     "2026-01-31T00:00:00Z", "UTC"));
    assert_true(born("{\"field\":\"born\",\"within\":\"nextMonth\"}", "2027-01-01",
                     "2026-12-31T00:00:00Z", "UTC"));
    assert_true(born("{\"field\":\"born\",\"within\":\"lastQuarter\"}", "2025-10-01",
                     "2026-02-28T00:00:00Z", "UTC"));
}

TEST(condition_takes_a_date_for_its_whole_day)
{
    static const char *const zone = "Asia/Shanghai", *const now = "2026-11-21T15:00:00+08:00";
    static const char *const noon = "2026-11-10T12:00:00+08:00";
    assert_true(seen("{\"field\":\"seen\",\"eq\":\"2026-11-10\"}", noon, now, zone));
    assert_true(seen("{\"field\":\"seen\",\"le\":\"2026-11-10\"}", noon, now, zone));
    assert_false(seen("{\"field\":\"seen\",\"gt\":\"2026-11-10\"}", noon, now, zone));
    assert_false(seen("{\"field\":\"seen\",\"lt\":\"2026-11-10\"}", noon, now, zone));
    assert_true(
        seen("{\"field\":\"seen\",\"between\":[\"2026-11-01\",\"2026-11-10\"]}", noon, now, zone));
    assert_false(seen("{\"field\":\"seen\",\"ne\":\"2026-11-10\"}", noon, now, zone));
    assert_true(
        seen("{\"field\":\"seen\",\"in\":[\"2026-11-09\",\"2026-11-10\"]}", noon, now, zone));
    assert_false(
        seen("{\"field\":\"seen\",\"eq\":\"2026-11-10T00:00:00+08:00\"}", noon, now, zone));
}

TEST(condition_treats_empty_as_false_but_for_ne)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct record *r = record_new(arena, customer());
    struct condition_env env = {.now = WORLD_NOW};
    assert_false(holds_env("{\"field\":\"score\",\"lt\":5}", r, &env));
    assert_true(holds_env("{\"not\":{\"field\":\"score\",\"lt\":5}}", r, &env));
    assert_true(holds_env("{\"field\":\"score\",\"ne\":5}", r, &env));
    assert_true(holds_env("{\"field\":\"home\",\"isNull\":true}", r, &env));
    assert_true(holds_env("{\"field\":\"parent.name\",\"isNull\":true}", r, &env));
    assert_false(holds_env("{\"field\":\"tags\",\"hasAny\":[]}", r, &env));
    assert_true(holds_env("{\"field\":\"tags\",\"hasAll\":[]}", r, &env));
    assert_true(holds_env("{\"all\":[]}", r, &env));
    assert_false(holds_env("{\"any\":[]}", r, &env));
    assert_false(holds_env("{\"me\":\"owner\"}", r, &env));
    assert_false(holds_env("{\"did\":\"order.paid\",\"sum\":{\"amount\":{\"ge\":0}}}", r, &env));
    assert_true(holds_env("{\"did\":\"order.paid\",\"times\":{\"eq\":0}}", r, &env));
}

static void refused(const char *json, const char *code, const char *pointer)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct problems p = {.arena = arena};
    struct condition *c;
    err_t e = parse(arena, json, &p, &c);
    if (e != ERR_INVALID || p.list.n == 0 || strcmp(p.list.at[0].code, code) != 0)
        print_error("%s: %s\n", json, p.list.n ? p.list.at[0].code : "accepted");
    assert_int_equal(e, ERR_INVALID);
    assert_string_equal(p.list.at[0].code, code);
    assert_str(p.list.at[0].pointer, pointer);
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        str sentence = message_of_problem(arena, lang, &p.list.at[0]);
        assert_false(str_eqz(sentence, code));
        assert_int_equal(str_find_byte(sentence, '{'), SIZE_MAX);
    }
}

TEST(condition_refuses_with_place_and_reason)
{
    refused("[]", "condition_not_object", "/where");
    refused("{\"all\":{}}", "condition_list", "/where/all");
    refused("{\"all\":[{},7]}", "condition_not_object", "/where/all/1");
    refused("{\"some\":[]}", "condition_form", "/where");
    refused("{\"all\":[],\"any\":[]}", "condition_form", "/where");
    refused("{\"field\":\"nme\",\"eq\":\"x\"}", "condition_unknown_field", "/where/field");
    refused("{\"field\":\"\",\"eq\":\"x\"}", "condition_unknown_field", "/where/field");
    refused("{\"field\":\"contact\",\"eq\":\"1\"}", "condition_unknown_field", "/where/field");
    refused("{\"field\":\"parent.nme\",\"eq\":\"x\"}", "condition_unknown_field", "/where/field");
    refused("{\"field\":\"name.first\",\"eq\":\"x\"}", "condition_not_link", "/where/field");
    refused("{\"field\":\"friends.name\",\"eq\":\"x\"}", "condition_not_link", "/where/field");
    refused("{\"field\":\"age\",\"gt\":3}", "condition_not_stored", "/where/field");
    refused("{\"field\":\"parent.parent.parent.parent.name\",\"eq\":\"x\"}",
            "condition_path_too_long", "/where/field");
    refused("{\"field\":7,\"eq\":\"x\"}", "condition_value_text", "/where/field");
    refused("{\"field\":\"name\"}", "condition_one_operator", "/where");
    refused("{\"field\":\"name\",\"eq\":\"a\",\"ne\":\"b\"}", "condition_one_operator", "/where");
    refused("{\"field\":\"name\",\"equals\":\"a\"}", "condition_operator", "/where/equals");
    refused("{\"field\":\"tags\",\"eq\":\"a\"}", "condition_operator_field", "/where/eq");
    refused("{\"field\":\"name\",\"has\":\"a\"}", "condition_operator_field", "/where/has");
    refused("{\"field\":\"vip\",\"lt\":true}", "condition_operator_field", "/where/lt");
    refused("{\"field\":\"extra\",\"eq\":\"a\"}", "condition_operator_field", "/where/eq");
    refused("{\"field\":\"home\",\"eq\":\"a\"}", "condition_operator_field", "/where/eq");
    refused("{\"field\":\"score\",\"older\":\"3d\"}", "condition_operator_field", "/where/older");
    refused("{\"field\":\"memo\",\"contains\":\"a\"}", "condition_not_searchable",
            "/where/contains");
    refused("{\"field\":\"name\",\"contains\":\" \"}", "condition_value_empty", "/where/contains");
    refused("{\"field\":\"phone\",\"contains\":\"abc\"}", "condition_value_empty",
            "/where/contains");
    refused("{\"field\":\"name\",\"eq\":1}", "condition_value_text", "/where/eq");
    refused("{\"field\":\"score\",\"eq\":\"1\"}", "condition_value_whole", "/where/eq");
    refused("{\"field\":\"score\",\"eq\":1.5}", "condition_value_whole", "/where/eq");
    refused("{\"field\":\"rate\",\"eq\":\"1\"}", "condition_value_number", "/where/eq");
    refused("{\"field\":\"vip\",\"eq\":1}", "condition_value_boolean", "/where/eq");
    refused("{\"field\":\"name\",\"isNull\":\"yes\"}", "condition_value_boolean", "/where/isNull");
    refused("{\"field\":\"born\",\"eq\":\"2026-02-30\"}", "condition_value_date", "/where/eq");
    refused("{\"field\":\"born\",\"eq\":\"2026-02-03T00:00:00Z\"}", "condition_value_date",
            "/where/eq");
    refused("{\"field\":\"seen\",\"eq\":\"yesterday\"}", "condition_value_instant", "/where/eq");
    refused("{\"field\":\"kind\",\"in\":[\"person\",\"robot\"]}", "condition_value_choice",
            "/where/in/1");
    refused("{\"field\":\"likes\",\"hasAll\":[\"coffee\"]}", "condition_value_choice",
            "/where/hasAll/0");
    refused("{\"field\":\"parent\",\"eq\":\"-1\"}", "condition_value_id", "/where/eq");
    refused("{\"field\":\"name\",\"in\":\"a\"}", "condition_value_list", "/where/in");
    refused("{\"field\":\"score\",\"between\":[1]}", "condition_value_two", "/where/between");
    refused("{\"field\":\"seen\",\"older\":\"0d\"}", "condition_value_duration", "/where/older");
    refused("{\"field\":\"seen\",\"older\":\"+3d\"}", "condition_value_duration", "/where/older");
    refused("{\"field\":\"seen\",\"within\":\"99999999999999999999d\"}", "condition_value_duration",
            "/where/within");
    refused("{\"field\":\"seen\",\"within\":7}", "condition_value_duration", "/where/within");
    refused("{\"field\":\"born\",\"within\":\"24h\"}", "condition_value_days", "/where/within");
    refused("{\"me\":\"name\"}", "condition_me_field", "/where/me");
    refused("{\"inSegment\":\"1\"}", "condition_no_segments", "/where/inSegment");
}

TEST(condition_refuses_bad_events)
{
    refused("{\"did\":\"order.sold\"}", "condition_unknown_event", "/where/did");
    refused("{\"did\":7}", "condition_unknown_event", "/where/did");
    refused("{\"did\":\"order.paid\",\"often\":1}", "condition_operator", "/where/often");
    refused("{\"did\":\"order.paid\",\"times\":2}", "condition_comparison", "/where/times");
    refused("{\"did\":\"order.paid\",\"times\":{\"ge\":1,\"le\":3}}", "condition_comparison",
            "/where/times");
    refused("{\"did\":\"order.paid\",\"within\":\"soon\"}", "condition_value_duration",
            "/where/within");
    refused("{\"did\":\"order.due\",\"within\":\"3h\"}", "condition_value_days", "/where/within");
    refused("{\"did\":\"order.paid\",\"sum\":{\"cost\":{\"ge\":1}}}", "condition_unknown_field",
            "/where/sum/cost");
    refused("{\"did\":\"order.paid\",\"sum\":{\"number\":{\"ge\":1}}}", "condition_operator_field",
            "/where/sum/number");
    refused("{\"did\":\"order.paid\",\"sum\":{\"amount\":7}}", "condition_comparison",
            "/where/sum/amount");
    refused("{\"did\":\"order.paid\",\"where\":{\"field\":\"kind\",\"eq\":\"person\"}}",
            "condition_unknown_field", "/where/where/field");
    refused("{\"did\":\"order.paid\",\"where\":{\"did\":\"order.paid\"}}", "condition_did_customer",
            "/where/where/did");
}

/* open × n, middle, close × n */
static str
nested(struct arena *arena, const char *open, size_t n, const char *middle, const char *close)
{
    AUTO_BUF b;
    buf_init(&b, MIB);
    for (size_t i = 0; i < n; i++)
        buf_addz(&b, open);
    buf_addz(&b, middle);
    for (size_t i = 0; i < n; i++)
        buf_addz(&b, close);
    buf_byte(&b, '\0');
    return arena_str(arena, buf_str(&b));
}

TEST(condition_keeps_its_limits)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct problems p = {.arena = arena};
    struct condition *c;
    static const char *const leaf = "{\"field\":\"vip\",\"eq\":true}";
    size_t deepest = LIMIT_CONDITION_DEPTH - 1;
    assert_int_equal(parse(arena, nested(arena, "{\"not\":", deepest, leaf, "}").p, &p, &c), OK);
    str too_deep = nested(arena, "{\"not\":", deepest + 1, leaf, "}");
    refused(too_deep.p, "condition_too_deep",
            "/where/not/not/not/not/not/not/not/not/not/not/not/not");
    str list =
        nested(arena, "{\"field\":\"vip\",\"eq\":true},", LIMIT_CONDITION_NODES - 2, leaf, "");
    str full = arena_printf(arena, "{\"all\":[%s]}", list.p);
    assert_int_equal(parse(arena, full.p, &p, &c), OK);
    full = arena_printf(arena, "{\"any\":[{\"all\":[%s]}]}", list.p);
    refused(full.p, "condition_too_large", "/where/any/0/all/298");
    str values = nested(arena, "1,", LIMIT_CONDITION_LIST - 1, "1", "");
    full = arena_printf(arena, "{\"field\":\"score\",\"in\":[%s]}", values.p);
    assert_int_equal(parse(arena, full.p, &p, &c), OK);
    full = arena_printf(arena, "{\"field\":\"score\",\"in\":[%s,1]}", values.p);
    refused(full.p, "condition_list_too_long", "/where/in");
    str text = nested(arena, "王", LIMIT_CONDITION_TEXT - 1, "五", "");
    full = arena_printf(arena, "{\"field\":\"name\",\"contains\":\"%s\"}", text.p);
    assert_int_equal(parse(arena, full.p, &p, &c), OK);
    full = arena_printf(arena, "{\"field\":\"name\",\"contains\":\"%s六\"}", text.p);
    refused(full.p, "too_long", "/where/contains");
    full = arena_printf(arena, "{\"field\":\"name\",\"startsWith\":\"%s六\"}", text.p);
    refused(full.p, "too_long", "/where/startsWith");
}

static err_t note_field(void *context, const struct field *f)
{
    str *names = context;
    *names = arena_printf(world()->arena, STR_FMT STR_FMT ".%.*s ", STR_ARG(*names),
                          STR_ARG(f->object->name), STR_ARG(f->name));
    return OK;
}

TEST(condition_tells_its_fields)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct problems p = {.arena = arena};
    struct condition *c;
    str names = {0};
    assert_int_equal(parse(arena,
                           "{\"any\":[{\"not\":{\"field\":\"parent.owner.name\",\"eq\":\"x\"}},"
                           "{\"did\":\"order.paid\",\"sum\":{\"amount\":{\"gt\":1}},"
                           "\"where\":{\"field\":\"contact.since\",\"isNull\":false}}]}",
                           &p, &c),
                     OK);
    assert_int_equal(condition_fields(c, note_field, &names), OK);
    assert_str(names,
               "customer.parent customer.owner user.name order.customer order.paid_at order.state "
               "order.amount order.contact contact.since ");
}

TEST(condition_builds_scopes)
{
    AUTO_ARENA arena = arena_new(MIB);
    const struct world_table *orders = world_table(world(), "order");
    const struct object *order = orders->object;
    struct condition_source source = world_source(world());
    struct condition_env env = {.now = WORLD_NOW};
    int64_t owners[] = {30, 10, 20};
    struct condition *own = condition_ids(arena, customer()->owner, owners, 3);
    struct condition *via = condition_via(arena, order->customer, own);
    assert_null(condition_via(arena, order->customer, NULL));
    assert_null(condition_and(arena, NULL, NULL));
    assert_ptr_equal(condition_and(arena, NULL, own), own);
    assert_null(condition_or(arena, NULL, own));
    struct record *c = record_new(arena, customer());
    bool holds;
    c->cells[customer()->owner->first_column] = V_INT(20);
    assert_int_equal(condition_match(own, &env, c, &source, &holds), OK);
    assert_true(holds);
    c->cells[customer()->owner->first_column] = V_INT(21);
    assert_int_equal(condition_match(own, &env, c, &source, &holds), OK);
    assert_false(holds);
    assert_int_equal(
        condition_match(condition_or(arena, condition_never(arena), own), &env, c, &source, &holds),
        OK);
    assert_false(holds);
    AUTO_SQL sql;
    sql_init(&sql, arena);
    assert_int_equal(condition_sql(via, &env, "t", &sql), OK);
    assert_str(buf_str(&sql.text),
               "t.\"customer_id\" IN (SELECT t_.\"id\" FROM \"customer\" AS t_ WHERE "
               "t_.\"deleted_at\" IS NULL AND (t_.\"owner_id\" IN (CAST($1 AS bigint), CAST($2 AS "
               "bigint), CAST($3 AS bigint))))");
    assert_int_equal(sql.params.n, 3);
}

/* From whom does a list start: from the few customers of a person, or from the newest orders? */
TEST(condition_sql_starts_from_what_picks_few)
{
    static const struct {
        const char *json;
        bool from_target;
    } cases[] = {
        {"{\"me\":\"customer.owner\"}", true},
        {"{\"field\":\"customer.owner\",\"eq\":\"5\"}", true},
        {"{\"field\":\"customer.id\",\"in\":[\"5\",\"6\"]}", true},
        {"{\"field\":\"customer.parent.owner\",\"eq\":\"5\"}", true},
        {"{\"field\":\"customer.department\",\"eq\":\"5\"}", false},
        {"{\"me\":\"customer.department\"}", false},
        {"{\"field\":\"customer.kind\",\"eq\":\"person\"}", false},
        {"{\"field\":\"customer.owner\",\"ne\":\"5\"}", false},
        {"{\"field\":\"customer.contact.user\",\"eq\":\"5\"}", false},
        {"{\"field\":\"customer.owner\",\"in\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\","
         "\"8\",\"9\"]}",
         false},
    };
    AUTO_ARENA arena = arena_new(MIB);
    const struct object *order = world_table(world(), "order")->object;
    int64_t mine[] = {3};
    struct condition_env env = {
        .now = WORLD_NOW, .me = 9, .my_departments = mine, .my_department_count = 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *tree;
        struct problems p = {.arena = arena};
        struct condition *c;
        AUTO_SQL sql;
        sql_init(&sql, arena);
        assert_int_equal(json_read(arena, str_from(cases[i].json), &p, &tree), OK);
        assert_int_equal(condition_parse(world()->model, order, tree, S(""), &p, arena, &c), OK);
        assert_int_equal(condition_sql(c, &env, "t", &sql), OK);
        bool from_target = str_starts(buf_str(&sql.text), S("t.\"customer_id\" IN (SELECT"));
        if (from_target != cases[i].from_target)
            print_error("%s: " STR_FMT "\n", cases[i].json, STR_ARG(buf_str(&sql.text)));
        assert_int_equal(from_target, cases[i].from_target);
    }
}

static bool in_segment(void *context, int64_t segment, int64_t record)
{
    (void)context;
    return segment == 7 && record == 1;
}

TEST(condition_asks_for_segments_where_there_are_any)
{
    static const struct definition definitions[] = {
        {S("objects/test/customer.json"),
         S("{\"object\":\"customer\",\"plural\":\"customers\",\"root\":\"self\","
           "\"fields\":{\"name\":{\"type\":\"text\"}}}")},
        {S("objects/test/segment.json"), S("{\"object\":\"segment\",\"plural\":\"segments\","
                                           "\"fields\":{\"name\":{\"type\":\"text\"}}}")},
    };
    AUTO_ARENA arena = arena_new(MIB);
    struct problems p = {.arena = arena};
    struct model *m;
    struct condition *c;
    json_t *tree;
    assert_int_equal(model_load(definitions, 2, 0, S("CNY"), &p, &m), OK);
    const struct object *o = model_object(m, S("customer"));
    assert_int_equal(json_read(arena, S("{\"not\":{\"inSegment\":\"7\"}}"), &p, &tree), OK);
    assert_int_equal(condition_parse(m, o, tree, S(""), &p, arena, &c), OK);
    struct condition_env env = {.now = WORLD_NOW};
    struct condition_source source = {.in_segment = in_segment};
    struct record *r = record_new(arena, o);
    bool holds;
    r->cells[o->id->first_column] = V_INT(1);
    assert_int_equal(condition_match(c, &env, r, &source, &holds), OK);
    assert_false(holds);
    r->cells[o->id->first_column] = V_INT(2);
    assert_int_equal(condition_match(c, &env, r, &source, &holds), OK);
    assert_true(holds);
    AUTO_SQL sql;
    sql_init(&sql, arena);
    assert_int_equal(condition_sql(c, &env, "t", &sql), OK);
    assert_str(
        buf_str(&sql.text),
        "NOT EXISTS (SELECT 1 FROM segment_member AS t_ WHERE t_.\"segment_id\" = CAST($1 AS "
        "bigint) AND t_.\"customer_id\" = t.\"id\")");
    model_free(m);
}
