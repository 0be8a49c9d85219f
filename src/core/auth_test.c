#include <pthread.h>

#include "core/auth_attempt.h"
#include "core/auth_password.h"
#include "core/auth_testing.h"

/* ---- without a database ---- */

TEST(totp_agrees_with_the_rfcs)
{
    static const uint32_t hotp[] = {755224, 287082, 359152, 969429, 338314,
                                    254676, 287922, 162583, 399871, 520489};
    static const struct {
        uint64_t time;
        uint32_t code;
    } totp[] = {{59, 94287082},         {1111111109, 7081804},  {1111111111, 14050471},
                {1234567890, 89005924}, {2000000000, 69279037}, {20000000000, 65353130}};
    static const unsigned char secret[] = "12345678901234567890";
    for (uint64_t i = 0; i < 10; i++)
        assert_int_equal(totp_code(secret, 20, i, 6), hotp[i]);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(totp_code(secret, 20, totp[i].time / 30, 8), totp[i].code);
}

TEST(base32_agrees_with_rfc_4648)
{
    static const char *const want[] = {"",        "MY",       "MZXQ",      "MZXW6",
                                       "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"};
    for (size_t n = 0; n <= 6; n++) {
        char out[16];
        totp_base32((const unsigned char *)"foobar", n, out);
        assert_string_equal(out, want[n]);
    }
}

TEST(passwords_are_refused_for_a_reason)
{
    static const struct {
        const char *password, *code;
    } cases[] = {
        {"short pass1", "password_too_short"},
        {"", "password_too_short"},
        {"passwordpassword", "password_common"},
        {"Password1234", "password_common"},
        {"123456789012", "password_common"},
        {"abcdefghijklmnop", "password_common"},
        {"aaaaaaaaaaaaaa", "password_common"},
        {"qwertyuiop123", "password_common"},
        {"abc1abc1abc1abc1", "password_common"},
        {"iloveyou2024", "password_common"},
        {"monkeyfootball", "password_common"},
        {"I use Renmai 77", "password_of_product"},
        {"登录人脉系统要用这个口令", "password_of_product"},
        {"seven Huaxin blue", "password_of_product"},
        {"it is chenxiaoyan!", "password_personal"},
        {"xychen.sales seven", "password_personal"},
        {"陈晓燕的口令谁也猜不到的", "password_personal"},
        {"\xff\xfe bad bytes here", "invalid_text"},
        {"violet kettle 47 sings", NULL},
        {"床前明月光疑是地上霜举头", NULL},
        {"x7Kq-mP2v-R9tz", NULL},
    };
    AUTO_ARENA arena = arena_new(4 * MIB);
    struct password_owner owner = {S("陈晓燕"), S("xychen.sales@example.com"), S("Huaxin")};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problems problems = {.arena = arena};
        err_t e = password_check(arena, str_from(cases[i].password), &owner, &problems);
        const char *got = problems.list.n ? problems.list.at[0].code : "";
        if (strcmp(got, cases[i].code ? cases[i].code : "") != 0)
            print_error("%s: %s\n", cases[i].password, got);
        assert_string_equal(got, cases[i].code ? cases[i].code : "");
        assert_int_equal(e, cases[i].code ? ERR_INVALID : OK);
    }
    char longest[130];
    memset(longest, 'x', sizeof longest);
    for (size_t i = 0; i < sizeof longest; i++)
        longest[i] = (char)('!' + i * 37 % 90);
    assert_int_equal(password_check(arena, (str){longest, 128}, &owner, NULL), OK);
    assert_int_equal(password_check(arena, (str){longest, 129}, &owner, NULL), ERR_INVALID);
}

TEST(passwords_are_looked_at_four_at_once)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct problems problems = {.arena = arena};
    bool taken = true;
    for (int i = 0; i < 4; i++)
        assert_int_equal(password_slot_take(&problems), OK);
    assert_int_equal(password_slot_take(&problems), ERR_UNAVAILABLE);
    assert_string_equal(problems.list.at[0].code, "busy");
    for (int i = 0; i < 4; i++)
        password_slot_release(&taken);
    assert_int_equal(password_slot_take(&problems), OK);
    password_slot_release(&taken);
}

/* ---- sessions ---- */

TEST_APP(auth_signs_in_and_out)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct login l, other;
    struct session s;
    int64_t user = make_user(&c, "Chen@Example.com", false);
    assert_true(auth_has_password(&c, user));
    assert_int_equal(login(&c, S(" chen@example.COM "), PASSWORD, &l), OK);
    assert_int_equal(l.state, LOGIN_DONE);
    assert_int_equal(l.user, user);
    assert_int_equal(strlen(l.secret), TOKEN_CHARS);
    assert_int_equal(session(&c, &l, &s), OK);
    assert_int_equal(s.user, user);
    assert_string_equal(s.csrf, l.csrf);
    assert_false(s.is_token);
    assert_int_equal(auth_session(&c, S("nothing"), &s), ERR_DENIED);
    assert_int_equal(auth_session(&c, (str){0}, &s), ERR_DENIED);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &other), OK);
    assert_string_not_equal(l.secret, other.secret);
    c.user = user;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(session(&c, &l, &s), OK);
    assert_int_equal(auth_sessions_json(&c, s.id, &w), OK);
    json_t *list;
    assert_int_equal(json_read(arena, buf_str(&out), NULL, &list), OK);
    assert_int_equal(json_array_size(list), 2);
    assert_true(str_find(buf_str(&out), S("Firefox")) != SIZE_MAX);
    assert_true(str_find(buf_str(&out), str_from(l.secret)) == SIZE_MAX);
    assert_int_equal(auth_logout(&c, s.id), OK);
    assert_int_equal(session(&c, &l, &s), ERR_DENIED);
    assert_int_equal(session(&c, &other, &s), OK);
    c.user = user + 1;
    assert_int_equal(auth_end_session(&c, s.id), ERR_NOT_FOUND);
    c.user = user;
    assert_int_equal(auth_end_session(&c, s.id), OK);
    assert_int_equal(session(&c, &other, &s), ERR_DENIED);
    end(&c);
}

TEST_APP(auth_sessions_expire)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct login l, idle;
    struct session s;
    make_user(&c, "chen@example.com", false);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), OK);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &idle), OK);
    for (int minutes = 29; minutes < 12 * 60; minutes += 29) {
        clock_set(morning + minutes * CLOCK_MINUTE);
        assert_int_equal(session(&c, &l, &s), OK);
    }
    assert_int_equal(session(&c, &idle, &s), ERR_DENIED);
    clock_set(morning + 12 * CLOCK_HOUR + 10 * CLOCK_SECOND);
    assert_int_equal(session(&c, &l, &s), ERR_DENIED);
    bool more;
    assert_int_equal(auth_sweep(&c, &more), OK);
    assert_false(more);
    clock_set(morning);
    assert_int_equal(session(&c, &l, &s), ERR_DENIED); /* its row is gone */
    end(&c);
}

TEST_APP(auth_sessions_end_with_user_and_password)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct login l, kept;
    struct session s;
    int64_t user = make_user(&c, "chen@example.com", false);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), OK);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &kept), OK);
    assert_int_equal(session(&c, &kept, &s), OK);
    assert_int_equal(auth_set_password(&c, user, S("passwordpassword"), s.id), ERR_INVALID);
    assert_string_equal(problem(&c), "password_common");
    assert_int_equal(auth_set_password(&c, user, S("eleven orange tractors"), s.id), OK);
    assert_int_equal(session(&c, &l, &s), ERR_DENIED);
    assert_int_equal(session(&c, &kept, &s), OK);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_credentials");
    update_user(&c, user, "{'active':false}");
    assert_int_equal(session(&c, &kept, &s), ERR_DENIED);
    assert_int_equal(login(&c, S("chen@example.com"), S("eleven orange tractors"), &l), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_credentials");
    update_user(&c, user, "{'active':true}");
    assert_int_equal(session(&c, &kept, &s), OK);
    end(&c);
}

/* ---- delays ---- */

TEST_APP(auth_delays_double_and_are_forgiven)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct attempt a = attempt_of(arena, 7, (str){0}, (str){0});
    int64_t now = morning;
    for (int i = 0; i < 5; i++)
        assert_int_equal(attempt_begin(&c, &a), OK);
    static const int seconds[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900};
    for (size_t i = 0; i < sizeof seconds / sizeof *seconds; i++) {
        clock_set(now);
        assert_int_equal(attempt_begin(&c, &a), ERR_LIMIT);
        assert_string_equal(c.problems.list.at[0].code, "too_many_attempts");
        int64_t wait;
        assert_int_equal(str_to_int(c.problems.list.at[0].args[0], &wait), OK);
        assert_in_range(wait, seconds[i] - 1, seconds[i] + 1);
        c.problems.list.n = 0;
        now += seconds[i] * CLOCK_SECOND + CLOCK_SECOND / 2;
        clock_set(now);
        assert_int_equal(attempt_begin(&c, &a), OK);
    }
    /* Five hours forgive 18 failures down to none: five are free again. */
    now += 5 * CLOCK_HOUR;
    clock_set(now);
    for (int i = 0; i < 5; i++)
        assert_int_equal(attempt_begin(&c, &a), OK);
    assert_int_equal(attempt_begin(&c, &a), ERR_LIMIT);
    end(&c);
}

TEST_APP(auth_login_is_delayed_by_account_and_by_address)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct login l;
    make_user(&c, "chen@example.com", false);
    make_user(&c, "li@example.com", false);
    for (int i = 0; i < 5; i++) {
        clock_set(morning);
        assert_int_equal(login(&c, S("chen@example.com"), S("wrong"), &l), ERR_DENIED);
        assert_string_equal(problem(&c), "wrong_credentials");
    }
    clock_set(morning);
    /* The account from elsewhere, another account from here, and an unknown one. */
    assert_int_equal(auth_login(&c, S("chen@example.com"), PASSWORD, S("2001:db8::1"), AGENT, &l),
                     ERR_LIMIT);
    assert_string_equal(problem(&c), "too_many_attempts");
    assert_int_equal(login(&c, S("li@example.com"), PASSWORD, &l), ERR_LIMIT);
    assert_string_equal(problem(&c), "too_many_attempts");
    assert_int_equal(login(&c, S("nobody@example.com"), PASSWORD, &l), ERR_LIMIT);
    assert_string_equal(problem(&c), "too_many_attempts");
    clock_set(morning + 3 * CLOCK_SECOND);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), OK);
    /* That forgave the account, and its failures at the address. */
    for (int i = 0; i < 5; i++) {
        clock_set(morning + 3 * CLOCK_SECOND);
        assert_int_equal(login(&c, S("chen@example.com"), S("wrong"), &l), ERR_DENIED);
        assert_string_equal(problem(&c), "wrong_credentials");
    }
    end(&c);
}

TEST_APP(auth_unknown_users_look_like_known_ones)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct login l;
    for (int i = 0; i < 5; i++) {
        char network[40];
        clock_set(morning);
        snprintf(network, sizeof network, "2001:db8:0:%d::1", i);
        assert_int_equal(
            auth_login(&c, S("nobody@example.com"), PASSWORD, str_from(network), AGENT, &l),
            ERR_DENIED);
        assert_string_equal(problem(&c), "wrong_credentials");
    }
    clock_set(morning);
    assert_int_equal(
        auth_login(&c, S("nobody@example.com"), PASSWORD, S("2001:db8:9::1"), AGENT, &l),
        ERR_LIMIT);
    assert_string_equal(problem(&c), "too_many_attempts");
    end(&c);
}

TEST(auth_addresses_count_by_network)
{
    AUTO_ARENA arena = arena_new(MIB);
    assert_str(attempt_of(arena, 0, (str){0}, S("198.51.100.3")).address, "ip:198.51.100.3");
    assert_str(attempt_of(arena, 0, (str){0}, S("::ffff:198.51.100.3")).address, "ip:198.51.100.3");
    assert_str(attempt_of(arena, 0, (str){0}, S("2001:db8:1:2:3:4:5:6")).address,
               attempt_of(arena, 0, (str){0}, S("2001:db8:1:2::9")).address.p);
    assert_int_equal(attempt_of(arena, 0, (str){0}, (str){0}).address.n, 0);
    assert_true(str_find(attempt_of(arena, 0, S("a@b.cn"), (str){0}).account, S("a@b")) ==
                SIZE_MAX);
}

struct racer {
    struct app *app;
    _Atomic int *passed;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    if (ctx_init(&c, r->app, arena, "test") != OK)
        return NULL;
    struct attempt a = attempt_of(arena, 9, (str){0}, (str){0});
    if (attempt_begin(&c, &a) == OK)
        ++*r->passed;
    ctx_done(&c);
    return NULL;
}

TEST_APP(auth_many_tries_at_once_count_as_many)
{
    enum { RACERS = 12 };
    pthread_t threads[RACERS];
    _Atomic int passed = 0;
    struct racer racer = {app, &passed};
    for (int i = 0; i < RACERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, race, &racer), 0);
    for (int i = 0; i < RACERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(passed, 5);
}
