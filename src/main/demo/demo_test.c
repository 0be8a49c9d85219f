#include <string.h>

#include "base/asset.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/test.h"
#include "main/demo/demo.h"
#include "text/text.h"

enum { MOST_OBJECTS = 40 };

/* What a run gave, seen record by record. */
struct seen {
    struct arena *arena;
    uint64_t hash;
    size_t records, customers, companies, abroad, orders, november, again, twins, talks, tagged;
    struct map ids, definitions; /* "object/id"; object → definition */
    struct map keys;             /* identity values → customer id */
    int64_t now, story_paid[2], story_followers[2];
    str story_id[2];
};

static err_t hash_record(void *context, const char *object, int64_t id, const json_t *record)
{
    struct seen *seen = context;
    char *text = json_dumps(record, JSON_COMPACT);
    assert_non_null(text); /* NULL when a text is no UTF-8 */
    seen->hash = seen->hash * 1099511628211u ^ str_hash(str_from(object));
    seen->hash = seen->hash * 1099511628211u ^ (uint64_t)id;
    seen->hash = seen->hash * 1099511628211u ^ str_hash(str_from(text));
    seen->records++;
    free(text);
    return OK;
}

static struct demo_options options_of(uint64_t seed, int64_t customers)
{
    struct demo_options o = {.seed = seed, .customers = customers};
    assert_int_equal(instant_parse(S("2026-11-21T10:00:00Z"), &o.now), OK);
    return o;
}

static uint64_t hash_of(uint64_t seed)
{
    struct seen seen = {0};
    struct demo_options o = options_of(seed, 300);
    assert_int_equal(demo_generate(&o, hash_record, &seen), OK);
    assert_true(seen.records > 2000);
    return seen.hash;
}

TEST(demo_same_seed_same_bytes)
{
    uint64_t first = hash_of(1);
    assert_true(hash_of(1) == first);
    assert_true(hash_of(2) != first);
}

static void read_definitions(struct seen *seen)
{
    const struct asset *first;
    size_t n = asset_list(S("objects/"), &first);
    for (size_t i = 0; i < n; i++) {
        json_t *tree;
        assert_int_equal(json_read(seen->arena, first[i].bytes, NULL, &tree), OK);
        if (json_get_str(tree, "object").n)
            map_put(seen->arena, &seen->definitions, json_get_str(tree, "object"), tree);
    }
}

static str id_text(struct seen *seen, int64_t id)
{
    return arena_printf(seen->arena, "%lld", (long long)id);
}

static void check_phone(str phone)
{
    assert_true(phone.n >= 10 && phone.n <= 16 && phone.p[0] == '+');
    for (size_t i = 1; i < phone.n; i++)
        assert_true(phone.p[i] >= '0' && phone.p[i] <= '9');
    if (str_starts(phone, S("+861")) && phone.n == 14) /* a mobile number, or Beijing's +86 10 */
        assert_true(phone.p[4] >= '3' && phone.p[4] <= '9');
}

/* A record that is referred to has come before. */
static void check_ref(struct seen *seen, str target, const json_t *value)
{
    str key =
        arena_printf(seen->arena, STR_FMT "/" STR_FMT, STR_ARG(target), STR_ARG(json_str(value)));
    if (!map_get(&seen->ids, key))
        print_message("unknown " STR_FMT "\n", STR_ARG(key));
    assert_non_null(map_get(&seen->ids, key));
}

static void check_value(struct seen *seen, const json_t *field, const char *name, const json_t *v)
{
    str type = json_get_str(field, "type");
    if (str_eqz(type, "ref"))
        check_ref(seen, json_get_str(field, "target"), v);
    else if (str_eqz(type, "choice"))
        assert_non_null(json_object_get(json_object_get(field, "choices"), json_string_value(v)));
    else if (str_eqz(type, "phone"))
        check_phone(json_str(v));
    else if (str_eqz(type, "instant")) {
        int64_t at;
        assert_int_equal(instant_parse(json_str(v), &at), OK);
        if (strncmp(name, "next", 4) != 0 && strcmp(name, "due_at") != 0)
            assert_true(at <= seen->now);
    } else if (str_eqz(type, "money")) {
        assert_true(json_is_integer(json_object_get(v, "amount")));
        assert_int_equal(json_get_str(v, "currency").n, 3);
    } else if (json_is_string(v)) {
        str text = json_str(v);
        assert_true(text.n > 0);
        assert_true(str_find_byte(text, '{') == SIZE_MAX && str_find_byte(text, '@') != 0);
        int64_t most = json_get_int(field, "max", str_eqz(type, "text") ? 200 : 20000);
        assert_true(utf8_count(text) <= (size_t)most);
    }
}

/* Every key is a field of the object, every value fits its type, nothing required is missing. */
static void check_record(struct seen *seen, const char *object, const json_t *record)
{
    const json_t *definition = map_get(&seen->definitions, str_from(object));
    assert_non_null(definition);
    json_t *fields = json_object_get(definition, "fields"), *v, *field;
    const char *key;
    json_object_foreach((json_t *)record, key, v)
    {
        field = json_object_get(fields, key);
        if (field)
            check_value(seen, field, key, v);
        else if (strcmp(key, "owner") == 0)
            check_ref(seen, S("user"), v);
        else if (strcmp(key, "department") == 0)
            check_ref(seen, S("department"), v);
        else
            assert_true(strcmp(key, "created_at") == 0 || strcmp(key, "created_by") == 0 ||
                        strcmp(key, "updated_at") == 0);
    }
    json_object_foreach(fields, key, field) if (json_get_bool(field, "required", false))
        assert_non_null(json_object_get(record, key));
}

/* A district lies in its city. The towns of 东莞, which has no districts, stand for them. */
static void check_address(struct seen *seen, const json_t *a)
{
    str province = json_get_str(a, "province"), city = json_get_str(a, "city");
    str district = json_get_str(a, "district");
    struct text_address found;
    if (!str_eqz(json_get_str(a, "country"), "CN") || !district.n || str_eqz(city, "东莞市"))
        return;
    str whole = arena_printf(seen->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(province),
                             STR_ARG(str_eq(province, city) ? (str){0} : city), STR_ARG(district));
    assert_true(text_address_split(seen->arena, whole, &found));
    if (!str_eq(found.district, district) || !str_eq(found.city, city))
        fail_msg(STR_FMT, STR_ARG(whole));
}

static bool digits_from(str text, size_t from)
{
    for (size_t i = from; i < text.n; i++)
        if (text.p[i] < '0' || text.p[i] > '9')
            return false;
    return true;
}

static void check_waybill(const json_t *r)
{
    str carrier = json_get_str(r, "carrier"), tracking = json_get_str(r, "tracking");
    if (str_eqz(carrier, "顺丰"))
        assert_true(str_starts(tracking, S("SF")) && tracking.n == 15 && digits_from(tracking, 2));
    if (str_eqz(carrier, "圆通"))
        assert_true(str_starts(tracking, S("YT")) && tracking.n == 15 && digits_from(tracking, 2));
    if (str_eqz(carrier, "京东物流"))
        assert_true(str_starts(tracking, S("JD")) && tracking.n == 15 && digits_from(tracking, 2));
    if (str_eqz(carrier, "中通"))
        assert_true(tracking.n == 14 && digits_from(tracking, 0));
}

static void count_customer(struct seen *seen, str id, const json_t *r)
{
    static const char *const identities[] = {"phone", "phone2", "email", "wechat"};
    bool twin = false;
    seen->customers++;
    seen->companies += str_eqz(json_get_str(r, "kind"), "company");
    seen->tagged += json_object_get(r, "tags") != NULL;
    str country = json_get_str(json_object_get(r, "address"), "country");
    seen->abroad += country.n && !str_eqz(country, "CN");
    for (size_t i = 0; i < sizeof identities / sizeof *identities; i++) {
        str key = json_get_str(r, identities[i]);
        if (key.n)
            twin |= map_put(seen->arena, &seen->keys, arena_str(seen->arena, key),
                            arena_strz(seen->arena, id)) != NULL;
    }
    seen->twins += twin;
    str name = json_get_str(r, "name");
    if (str_eqz(name, "小王") || str_eqz(name, "小李"))
        seen->story_id[str_eqz(name, "小李")] = id;
}

static err_t look(void *context, const char *object, int64_t id, const json_t *r)
{
    struct seen *seen = context;
    str text = id_text(seen, id);
    check_record(seen, object, r);
    str key = arena_printf(seen->arena, "%s/" STR_FMT, object, STR_ARG(text));
    bool came_before = map_put(seen->arena, &seen->ids, key, seen) != NULL;
    assert_int_equal(came_before, json_object_get(r, "manager") != NULL);
    str customer = json_get_str(r, "customer");
    int story = str_eq(customer, seen->story_id[0])   ? 0
                : str_eq(customer, seen->story_id[1]) ? 1
                                                      : 2;
    if (strcmp(object, "customer") == 0) {
        count_customer(seen, text, r);
        check_address(seen, json_object_get(r, "address"));
    } else if (strcmp(object, "order") == 0) {
        seen->orders++;
        check_waybill(r);
        check_address(seen, json_object_get(r, "address"));
        seen->november += str_eq(str_cut(json_get_str(r, "placed_at"), 5, 7), S("11"));
        if (story < 2)
            seen->story_paid[story] += json_get_int(json_object_get(r, "amount"), "amount", 0);
    } else if (strcmp(object, "social_account") == 0 && story < 2) {
        seen->story_followers[story] += json_get_int(r, "followers", 0);
    } else if (strcmp(object, "follow_up") == 0) {
        seen->talks++;
    }
    return OK;
}

TEST(demo_fits_the_model_and_the_story)
{
    AUTO_ARENA arena = arena_new(512 * MIB);
    struct demo_options o = options_of(1, 5000);
    struct seen seen = {.arena = arena, .now = o.now};
    read_definitions(&seen);
    assert_int_equal(demo_generate(&o, look, &seen), OK);
    assert_int_equal(seen.customers, 5000);
    assert_true(seen.story_paid[0] == 500000 && seen.story_paid[1] == 200000);
    assert_in_range(seen.story_followers[0], 100, 999);
    assert_in_range(seen.story_followers[1], 3000000, 9999999);
    assert_in_range(seen.companies, 750, 1000);
    assert_in_range(seen.abroad, 170, 400); /* as far as an address is known */
    assert_in_range(seen.orders, 7000, 14000);
    assert_in_range(seen.talks, 8000, 20000);
    assert_true(seen.november > seen.orders / 9); /* three Novembers of 25 months, with 11.11 */
    assert_true(seen.tagged > 1500);
    assert_in_range(seen.twins, 15, 40); /* the others share a name only */
}

static err_t stop(void *context, const char *object, int64_t id, const json_t *record)
{
    (void)object, (void)id, (void)record;
    return --*(int *)context ? OK : ERR_UNAVAILABLE;
}

TEST(demo_stops_and_refuses)
{
    int left = 500;
    struct demo_options o = options_of(1, 100);
    assert_int_equal(demo_generate(&o, stop, &left), ERR_UNAVAILABLE);
    assert_int_equal(left, 0);
    o.customers = DEMO_LEAST_CUSTOMERS - 1;
    assert_int_equal(demo_generate(&o, stop, &left), ERR_INVALID);
    o.customers = (int64_t)DEMO_MOST_CUSTOMERS + 1;
    assert_int_equal(demo_generate(&o, stop, &left), ERR_INVALID);
    o = options_of(1, 100);
    o.now = 0;
    assert_int_equal(demo_generate(&o, stop, &left), ERR_INVALID);
}
