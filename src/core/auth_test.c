#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/access.h"
#include "core/auth.h"
#include "core/auth_attempt.h"
#include "core/auth_password.h"
#include "core/auth_totp.h"
#include "core/record.h"
#include "core/test_app.h"

#define PASSWORD S("violet kettle 47 sings")
#define ADDRESS S("203.0.113.7")
#define AGENT S("Firefox")

/* 2026-11-21T06:00:00Z */
static const int64_t morning = INT64_C(1795240800) * CLOCK_SECOND;

static struct ctx begin(struct app *app, struct arena *arena)
{
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    clock_set(morning);
    return c;
}

static void end(struct ctx *c)
{
    clock_set(0);
    ctx_done(c);
}

static int64_t create(struct ctx *c, const char *object, const char *body)
{
    struct record *r;
    assert_int_equal(record_create(c, model_object(c->model, str_from(object)),
                                   test_json(c->arena, body), NULL, &r),
                     OK);
    return record_id(r);
}

static int64_t make_user(struct ctx *c, const char *email, bool administrator)
{
    char body[200], role[24] = "";
    if (administrator)
        snprintf(role, sizeof role, "'%lld'",
                 (long long)create(c, "role", "{'name':'A','key':'a','administrator':true}"));
    snprintf(body, sizeof body, "{'name':'陈晓燕','email':'%s','roles':[%s]}", email, role);
    int64_t user = create(c, "user", body);
    assert_int_equal(auth_set_password(c, user, PASSWORD, 0), OK);
    return user;
}

static void update_user(struct ctx *c, int64_t user, const char *body)
{
    struct record *r;
    assert_int_equal(record_update(c, model_object(c->model, S("user")), user, 0,
                                   test_json(c->arena, body), NULL, &r),
                     OK);
}

/* The code of the only problem; forgets it. */
static const char *problem(struct ctx *c)
{
    const char *code = c->problems.list.n == 1 ? c->problems.list.at[0].code : "(none or many)";
    c->problems.list.n = 0;
    return code;
}

static err_t login(struct ctx *c, str email, str password, struct login *out)
{
    memset(out, 0, sizeof *out);
    return auth_login(c, email, password, ADDRESS, AGENT, out);
}

static err_t session(struct ctx *c, const struct login *l, struct session *out)
{
    return auth_session(c, str_from(l->secret), out);
}

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
    assert_false(l.second_factor_required);
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
    assert_int_equal(auth_sweep(&c), OK);
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

/* ---- second factor ---- */

struct factor {
    unsigned char secret[TOTP_SECRET];
    char recovery[2][24];
};

static void base32_read(str text, unsigned char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    unsigned held = 0, bits = 0;
    for (size_t i = 0; i < text.n; i++) {
        held = (held << 5 | (unsigned)(strchr(digits, text.p[i]) - digits)) & 0xffff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            *out++ = (unsigned char)(held >> bits);
        }
    }
}

static str code_at(struct arena *arena, const struct factor *f, int64_t at)
{
    return arena_printf(
        arena, "%06u",
        totp_code(f->secret, TOTP_SECRET, (uint64_t)(at / CLOCK_SECOND / TOTP_SECONDS), 6));
}

static struct factor begin_factor(struct ctx *c)
{
    struct factor f;
    json_t *setup;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(auth_totp_begin(c, &w), OK);
    assert_int_equal(json_read(c->arena, buf_str(&out), NULL, &setup), OK);
    assert_true(str_starts(json_get_str(setup, "uri"), S("otpauth://totp/")));
    assert_int_equal(json_get_str(setup, "secret").n, 32);
    base32_read(json_get_str(setup, "secret"), f.secret);
    const json_t *recovery = json_object_get(setup, "recovery");
    assert_int_equal(json_array_size(recovery), 10);
    for (size_t i = 0; i < 2; i++)
        snprintf(f.recovery[i], sizeof f.recovery[i], "%s",
                 json_string_value(json_array_get(recovery, i)));
    return f;
}

static err_t second(struct ctx *c, const struct login *challenge, str code, struct login *out)
{
    return auth_second_factor(c, str_from(challenge->secret), code, ADDRESS, AGENT, out);
}

static err_t sign_in(struct ctx *c, str code, struct login *out)
{
    struct login challenge;
    TRY(login(c, S("chen@example.com"), PASSWORD, &challenge));
    assert_int_equal(challenge.state, LOGIN_SECOND_FACTOR);
    return second(c, &challenge, code, out);
}

TEST_APP(auth_second_factor_is_asked_for_and_each_code_once)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct login l, challenge;
    struct session s;
    c.user = make_user(&c, "chen@example.com", true);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), OK);
    assert_true(l.second_factor_required);
    assert_int_equal(session(&c, &l, &s), OK);
    assert_int_equal(s.second_factor_at, 0);
    struct factor f = begin_factor(&c);
    assert_false(auth_totp_enabled(&c, c.user));
    assert_int_equal(auth_totp_confirm(&c, S("000000"), s.id), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");
    assert_int_equal(auth_totp_confirm(&c, code_at(arena, &f, morning), s.id), OK);
    assert_true(auth_totp_enabled(&c, c.user));
    assert_int_equal(session(&c, &l, &s), OK);
    assert_true(s.second_factor_at > 0);
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(auth_totp_begin(&c, &w), ERR_CONFLICT);
    assert_string_equal(problem(&c), "totp_enabled");

    /* The code that confirmed is spent; so is every earlier one. */
    assert_int_equal(sign_in(&c, code_at(arena, &f, morning), &l), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");
    assert_int_equal(sign_in(&c, code_at(arena, &f, morning - 30 * CLOCK_SECOND), &l), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");
    /* One step ahead is let in, two are not. */
    assert_int_equal(sign_in(&c, code_at(arena, &f, morning + 60 * CLOCK_SECOND), &l), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");
    str next = code_at(arena, &f, morning + 30 * CLOCK_SECOND);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &challenge), OK);
    assert_int_equal(session(&c, &challenge, &s), ERR_DENIED); /* a challenge is no session */
    assert_int_equal(second(&c, &challenge, next, &l), OK);
    assert_int_equal(l.state, LOGIN_DONE);
    assert_int_equal(session(&c, &l, &s), OK);
    assert_true(s.second_factor_at > 0);
    assert_int_equal(second(&c, &challenge, next, &l), ERR_DENIED);
    assert_string_equal(problem(&c), "challenge_expired");
    assert_int_equal(sign_in(&c, next, &l), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");
    assert_int_equal(sign_in(&c, str_from(f.recovery[0]), &l), OK);
    assert_int_equal(sign_in(&c, str_from(f.recovery[0]), &l), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");

    assert_int_equal(auth_totp_remove(&c, S("wrong")), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_credentials");
    assert_int_equal(auth_totp_remove(&c, PASSWORD), OK);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), OK);
    assert_int_equal(l.state, LOGIN_DONE);
    end(&c);
}

TEST_APP(auth_wrong_codes_are_delayed_and_challenges_expire)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct login l, challenge;
    c.user = make_user(&c, "chen@example.com", false);
    struct factor f = begin_factor(&c);
    assert_int_equal(auth_totp_confirm(&c, code_at(arena, &f, morning), 0), OK);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &challenge), OK);
    for (int i = 0; i < 5; i++) {
        clock_set(morning);
        assert_int_equal(second(&c, &challenge, S("12345"), &l), ERR_DENIED);
        assert_string_equal(problem(&c), "wrong_code");
    }
    clock_set(morning);
    /* The right password does not give new tries. */
    assert_int_equal(second(&c, &challenge, code_at(arena, &f, morning + 30 * CLOCK_SECOND), &l),
                     ERR_LIMIT);
    assert_string_equal(problem(&c), "too_many_attempts");
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), ERR_LIMIT);
    assert_string_equal(problem(&c), "too_many_attempts");
    clock_set(morning + 3 * CLOCK_SECOND);
    assert_int_equal(second(&c, &challenge, code_at(arena, &f, morning + 30 * CLOCK_SECOND), &l),
                     OK);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &challenge), OK);
    clock_set(morning + 6 * CLOCK_MINUTE);
    assert_int_equal(second(&c, &challenge, code_at(arena, &f, clock_now()), &l), ERR_DENIED);
    assert_string_equal(problem(&c), "challenge_expired");
    end(&c);
}

/* ---- tokens ---- */

TEST_APP(auth_tokens_live_as_long_as_they_should)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    char secret[64], other[64];
    int64_t id, other_id, user = make_user(&c, "chen@example.com", true);
    struct session s;
    c.user = user;
    assert_int_equal(auth_token_create(&c, user, S(" "), NULL, 366, secret, &id), ERR_INVALID);
    assert_int_equal(c.problems.list.n, 2);
    c.problems.list.n = 0;
    assert_int_equal(auth_token_create(&c, user, S("erp"), test_json(arena, "['orders:paint']"), 30,
                                       secret, &id),
                     ERR_INVALID);
    assert_string_equal(problem(&c), "unknown_scope");
    assert_int_equal(auth_token_create(&c, user, S("erp"),
                                       test_json(arena, "['orders:*','customers:read']"), 30,
                                       secret, &id),
                     OK);
    assert_int_equal(strlen(secret), 46);
    assert_true(str_starts(str_from(secret), S("rm_")));
    assert_int_equal(auth_token_create(&c, user, S("all"), NULL, 1, other, &other_id), OK);
    assert_int_equal(auth_token(&c, str_from(secret), &s), OK);
    assert_int_equal(s.user, user);
    assert_true(s.is_token);
    assert_int_equal(json_array_size(s.scopes), 2);
    assert_int_equal(auth_session(&c, str_from(secret), &s), ERR_DENIED);
    assert_int_equal(auth_token(&c, S("rm_nothing"), &s), ERR_DENIED);
    assert_int_equal(auth_token(&c, str_from(other), &s), OK);
    assert_null(s.scopes);

    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    json_t *list;
    assert_int_equal(auth_tokens_json(&c, &w), OK);
    assert_int_equal(json_read(arena, buf_str(&out), NULL, &list), OK);
    assert_int_equal(json_array_size(list), 2);
    assert_str(json_get_str(json_array_get(list, 1), "name"), "erp");
    assert_false(json_is_null(json_object_get(json_array_get(list, 1), "used_at")));
    assert_true(str_find(buf_str(&out), str_from(secret)) == SIZE_MAX);

    clock_set(morning + 2 * CLOCK_DAY);
    assert_int_equal(auth_token(&c, str_from(other), &s), ERR_DENIED);
    assert_int_equal(auth_token(&c, str_from(secret), &s), OK);
    c.user = user + 1;
    assert_int_equal(auth_token_delete(&c, id), ERR_NOT_FOUND);
    c.user = user;
    update_user(&c, user, "{'active':false}");
    assert_int_equal(auth_token(&c, str_from(secret), &s), ERR_DENIED);
    update_user(&c, user, "{'active':true}");
    assert_int_equal(auth_token_delete(&c, id), OK);
    assert_int_equal(auth_token(&c, str_from(secret), &s), ERR_DENIED);
    end(&c);
}
