#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "base/json_place.h"
#include "base/jw.h"
#include "base/lang.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/message.h"
#include "base/test.h"
#include "base/value.h"

TEST(str_to_int_holds_the_whole_range)
{
    int64_t v;
    assert_int_equal(str_to_int(S("-9223372036854775808"), &v), OK);
    assert_true(v == INT64_MIN);
    assert_int_equal(str_to_int(S("9223372036854775807"), &v), OK);
    assert_true(v == INT64_MAX);
    assert_int_equal(str_to_int(S("9223372036854775808"), &v), ERR_INVALID);
    assert_int_equal(str_to_int(S("-9223372036854775809"), &v), ERR_INVALID);
    assert_int_equal(str_to_int(S(""), &v), ERR_INVALID);
    assert_int_equal(str_to_int(S("1 "), &v), ERR_INVALID);
}

TEST(utf8_refuses_overlong_and_surrogates)
{
    assert_true(utf8_valid(S("人脉 é 😀")));
    assert_false(utf8_valid(S("\xc0\xaf")));
    assert_false(utf8_valid(S("\xed\xa0\x80")));
    assert_false(utf8_valid(S("\xf4\x90\x80\x80")));
    assert_false(utf8_valid(S("\xe4\xba")));
    assert_str(utf8_prefix(S("人脉通"), 2), "人脉");
    assert_int_equal(utf8_count(S("a人😀")), 3);
}

TEST(str_split_keeps_empty_parts)
{
    str rest = S("a,,b"), part;
    assert_true(str_split(&rest, ',', &part));
    assert_str(part, "a");
    assert_true(str_split(&rest, ',', &part));
    assert_str(part, "");
    assert_true(str_split(&rest, ',', &part));
    assert_str(part, "b");
    assert_false(str_split(&rest, ',', &part));
}

TEST(map_survives_growth)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct map m = {0};
    static int values[500];
    for (int i = 0; i < 500; i++)
        assert_null(map_put(arena, &m, arena_printf(arena, "key%d", i), &values[i]));
    for (int i = 0; i < 500; i++)
        assert_ptr_equal(map_get(&m, arena_printf(arena, "key%d", i)), &values[i]);
    assert_null(map_get(&m, S("key500")));
    assert_ptr_equal(map_put(arena, &m, S("key7"), &values[8]), &values[7]);
}

TEST(clock_reads_and_writes_instants)
{
    int64_t at, day;
    char z[INSTANT_CHARS + 1];
    assert_int_equal(instant_parse(S("2026-11-21T14:03:00.5+08:00"), &at), OK);
    instant_format(at, z);
    assert_string_equal(z, "2026-11-21T06:03:00.500000Z");
    assert_int_equal(instant_parse(S("2026-02-29T00:00:00Z"), &at), ERR_INVALID);
    assert_int_equal(instant_parse(S("2026-02-28T00:00:00"), &at), ERR_INVALID);
    assert_int_equal(day_parse(S("2024-02-29"), &day), OK);
    day_format(day, z);
    assert_string_equal(z, "2024-02-29");
    for (int64_t d = -800000; d < 800000; d += 13)
        assert_true(civil_to_day(civil_from_day(d)) == d);
}

TEST(zone_knows_local_days)
{
    const struct zone *shanghai = zone_find(S("Asia/Shanghai"));
    assert_non_null(shanghai);
    assert_null(zone_find(S("../../etc/passwd")));
    int64_t at;
    assert_int_equal(instant_parse(S("2026-11-21T16:30:00Z"), &at), OK);
    assert_int_equal(zone_offset(shanghai, at), 8 * 3600);
    int64_t day = zone_day(shanghai, at);
    char z[DAY_CHARS + 1];
    day_format(day, z);
    assert_string_equal(z, "2026-11-22");
    assert_true(zone_day_start(shanghai, day) == at - 30 * CLOCK_MINUTE);
}

TEST(id_ascends_and_tells_its_time)
{
    int64_t before = clock_now(), a = id_new(), b = id_new(), parsed;
    assert_true(b > a && a > 0);
    assert_true(id_instant(a) >= before / 1000 * 1000 - 1000);
    assert_true(id_floor(id_instant(a)) <= a);
    assert_true(id_floor(INT64_MAX) == INT64_MAX);
    assert_true(id_floor(INT64_MIN) == 0);
    assert_int_equal(id_parse(S("123"), &parsed), OK);
    assert_int_equal(id_parse(S("-1"), &parsed), ERR_INVALID);
    assert_int_equal(id_parse(S("0"), &parsed), ERR_INVALID);
    assert_int_equal(id_parse(S("01"), &parsed), ERR_INVALID);
}

TEST(token_is_long_and_url_safe)
{
    char a[TOKEN_CHARS + 1], b[TOKEN_CHARS + 1];
    token_new(a);
    token_new(b);
    assert_int_equal(strlen(a), TOKEN_CHARS);
    assert_string_not_equal(a, b);
    assert_null(strpbrk(a, "+/="));
}

static const char *read_code(const char *text, size_t n)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct problems p = {.arena = arena};
    json_t *tree;
    err_t e = json_read(arena, (str){text, n}, &p, &tree);
    return e == OK ? "ok" : p.list.at[0].code;
}

TEST(json_read_is_strict)
{
    assert_string_equal(read_code("{\"a\":1}", 7), "ok");
    assert_string_equal(read_code("{\"a\":1,\"a\":2}", 13), "json_syntax");
    assert_string_equal(read_code("\"\xff\"", 3), "json_syntax");
    assert_string_equal(read_code("\"\\u0000\"", 8), "json_syntax");
    assert_string_equal(read_code("99999999999999999999", 20), "json_syntax");
    static char deep[100000];
    memset(deep, '[', sizeof deep);
    assert_string_equal(read_code(deep, sizeof deep), "json_too_deep");
    memset(deep, ',', sizeof deep);
    assert_string_equal(read_code(deep, sizeof deep), "json_too_large");
}

static str sentence(struct arena *arena, enum lang lang, const char *text)
{
    struct problems p = {.arena = arena};
    json_t *tree;
    assert_int_equal(json_read(arena, str_from(text), &p, &tree), ERR_INVALID);
    return message_of_problem(arena, lang, &p.list.at[0]);
}

static void assert_says(str got, const char *want)
{
    assert_int_equal(got.n, strlen(want));
    assert_memory_equal(got.p, want, got.n);
}

TEST(json_says_what_is_wrong_in_words_of_our_own)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct problems p = {.arena = arena};
    assert_says(sentence(arena, LANG_ZH_CN, "{\n\"a\": ]"),
                "不是有效的 JSON（第 2 行第 6 列：此处的内容无效）。");
    assert_says(sentence(arena, LANG_ZH_CN, "{"),
                "不是有效的 JSON（第 1 行第 1 列：内容不完整）。");
    assert_says(sentence(arena, LANG_EN, "1 2"),
                "This is not valid JSON (line 1, column 3: something follows after its end).");
    problem_add(&p, S("/a"), "wrong_type", "object", NULL);
    problem_add(&p, S("/a"), "wrong_type", "{lat, lng}", NULL);
    assert_says(message_of_problem(arena, LANG_ZH_CN, &p.list.at[0]), "这里应为：对象。");
    assert_says(message_of_problem(arena, LANG_ZH_CN, &p.list.at[1]), "这里应为：{lat, lng}。");
}

TEST(json_ends_the_process_without_memory)
{
    json_malloc_t take;
    json_free_t give;
    int how;
    json_get_alloc_funcs(&take, &give);
    pid_t child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};
        setrlimit(RLIMIT_AS, &none);
        setrlimit(RLIMIT_CORE, &none);
        (void)!freopen("/dev/null", "w", stderr);
        give(take((size_t)MIB * MIB));
        _exit(0);
    }
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_false(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

TEST(json_writer_escapes_and_mends)
{
    AUTO_BUF out;
    buf_init(&out, KIB);
    struct jw w = {.out = &out};
    jw_open(&w, '{');
    jw_key(&w, S("a\"b"));
    jw_str(&w, S("line\n\x01 人\xff"));
    jw_key(&w, S("n"));
    jw_real(&w, 0.1);
    jw_key(&w, S("id"));
    jw_id(&w, 42);
    jw_close(&w, '}');
    assert_str(buf_str(&out),
               "{\"a\\\"b\":\"line\\n\\u0001 人\xef\xbf\xbd\",\"n\":0.1,\"id\":\"42\"}");
}

/* Numbers without a fraction are written the short way, which must not show. */
TEST(json_writer_writes_reals_as_printf_does)
{
    static const double reals[] = {0,    1,     -3,   1.5, 0.1, 123456789012345, 999999999999999,
                                   1e15, -1e15, 1e22, 1e-7};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        char want[40];
        AUTO_BUF out;
        buf_init(&out, KIB);
        struct jw w = {.out = &out};
        jw_real(&w, reals[i]);
        snprintf(want, sizeof want, "%.15g", reals[i]);
        assert_str(buf_str(&out), want);
    }
}

TEST(buf_stops_at_its_ceiling)
{
    AUTO_BUF b;
    buf_init(&b, 4);
    buf_add(&b, S("abc"));
    assert_false(b.full);
    buf_add(&b, S("de"));
    assert_true(b.full);
    assert_str(buf_str(&b), "abc");
}

TEST(lang_negotiates)
{
    assert_int_equal(lang_negotiate(S("fr, en;q=0.5, zh-Hant-HK;q=0.9"), LANG_ZH_CN), LANG_ZH_TW);
    assert_int_equal(lang_negotiate(S("fr"), LANG_ZH_CN), LANG_ZH_CN);
    assert_int_equal(lang_negotiate(S("en-GB,zh;q=0.1"), LANG_ZH_CN), LANG_EN);
}

TEST(value_orders_numbers_exactly)
{
    assert_true(value_eq(V_INT(3), V_REAL(3.0)));
    assert_true(value_cmp(V_INT(INT64_C(9007199254740993)), V_REAL(9007199254740992.0)) > 0);
    assert_true(value_cmp(V_REAL(1e300), V_INT(INT64_MAX)) > 0);
    assert_true(value_cmp(V_NULL, V_BOOL(false)) < 0);
}

TEST(pointer_escapes)
{
    AUTO_ARENA arena = arena_new(MIB);
    assert_str(pointer_join(arena, S("/a"), S("b/c~d")), "/a/b~1c~0d");
}

TEST(message_fills_holes)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct problems p = {.arena = arena};
    problem_add(&p, S("/name"), "too_long", "200", NULL);
    assert_str(message_of_problem(arena, LANG_EN, &p.list.at[0]), "At most 200 characters.");
    assert_str(message_get(LANG_EN, S("no.such.key")), "no.such.key");
}

TEST(json_line_finds_the_place)
{
    str text =
        S("{\n \"a\": {\"x\": [1,\n 2, {\"k/y\": 3}]},\n \"b\": \"q\\\"}\",\n \"c\": true }");
    assert_int_equal(json_line(text, S("")), 1);
    assert_int_equal(json_line(text, S("/a/x/0")), 2);
    assert_int_equal(json_line(text, S("/a/x/1")), 3);
    assert_int_equal(json_line(text, S("/a/x/2/k~1y")), 3);
    assert_int_equal(json_line(text, S("/b")), 4);
    assert_int_equal(json_line(text, S("/c")), 5);
    assert_int_equal(json_line(text, S("/a/nowhere")), 2);
    assert_true(json_has(text, S("/a/x/2")));
    assert_false(json_has(text, S("/a/x/3")));
}
