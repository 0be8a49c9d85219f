#include "core/auth_testing.h"

TEST_APP(auth_second_factor_is_asked_for_and_each_code_once)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct login l, challenge;
    struct session s;
    c.user = make_user(&c, "chen@example.com", true);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), OK);
    assert_int_equal(session(&c, &l, &s), OK);
    assert_false(s.second_factor);
    struct factor f = begin_factor(&c);
    assert_false(auth_totp_enabled(&c, c.user));
    assert_int_equal(auth_totp_confirm(&c, S("000000"), s.id), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");
    assert_int_equal(auth_totp_confirm(&c, code_at(arena, &f, morning), s.id), OK);
    assert_true(auth_totp_enabled(&c, c.user));
    assert_int_equal(session(&c, &l, &s), OK);
    assert_true(s.second_factor);
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
    assert_true(s.second_factor);
    assert_int_equal(second(&c, &challenge, next, &l), ERR_DENIED);
    assert_string_equal(problem(&c), "challenge_expired");
    assert_int_equal(sign_in(&c, next, &l), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");
    assert_int_equal(sign_in(&c, str_from(f.recovery[0]), &l), OK);
    assert_int_equal(sign_in(&c, str_from(f.recovery[0]), &l), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");

    str recovery = str_from(f.recovery[1]);
    assert_int_equal(auth_totp_remove(&c, S("wrong"), recovery, ADDRESS), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_credentials");
    assert_int_equal(auth_totp_remove(&c, PASSWORD, (str){0}, ADDRESS), ERR_INVALID);
    assert_string_equal(problem(&c), "required");
    assert_int_equal(auth_totp_remove(&c, PASSWORD, str_from(f.recovery[0]), ADDRESS), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");
    assert_int_equal(auth_totp_remove(&c, PASSWORD, recovery, ADDRESS), OK);
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
