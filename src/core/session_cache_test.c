/* What is known of sessions without asking is found out when it no longer holds. */
#include "core/auth_testing.h"
#include "core/session_cache.h"

struct signed_in {
    struct login login;
    struct session session;
    int64_t user;
};

static struct signed_in somebody(struct ctx *c)
{
    struct signed_in s = {.user = make_user(c, "chen@example.com", false)};
    assert_int_equal(login(c, S("chen@example.com"), PASSWORD, &s.login), OK);
    assert_int_equal(session(c, &s.login, &s.session), OK);
    return s;
}

/* As a request that presumes; did it hold? */
static bool presume(struct ctx *c, const struct signed_in *s, err_t expected)
{
    struct session again = {0};
    value one;
    c->presume = true;
    assert_int_equal(session(c, &s->login, &again), expected);
    assert_int_equal(db_one(c->conn, c->arena, S("SELECT 7"), NULL, 0, &one, 1), OK);
    assert_int_equal(one.i, 7);
    bool held = auth_held(c, &again);
    c->presume = false;
    return held;
}

TEST_APP(session_that_is_presumed_is_found_out_once_it_has_ended)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct signed_in s = somebody(&c);
    assert_true(presume(&c, &s, OK));
    assert_int_equal(auth_logout(&c, s.session.id), OK);
    assert_false(presume(&c, &s, OK)); /* what the cache said did not hold */
    assert_int_equal(session(&c, &s.login, &s.session), ERR_DENIED);
    assert_true(presume(&c, &s, ERR_DENIED)); /* and now it was asked */
    end(&c);
}

TEST_APP(session_that_is_presumed_is_found_out_once_its_user_changes)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct signed_in s = somebody(&c);
    assert_true(presume(&c, &s, OK));
    update_user(&c, s.user, "{'language':'en'}");
    assert_false(presume(&c, &s, OK));
    assert_int_equal(session(&c, &s.login, &s.session), OK);
    assert_str(s.session.language, "en");
    assert_true(presume(&c, &s, OK));
    update_user(&c, s.user, "{'active':false}");
    assert_false(presume(&c, &s, OK));
    assert_int_equal(session(&c, &s.login, &s.session), ERR_DENIED);
    end(&c);
}

TEST_APP(session_that_is_known_ends_by_the_clock)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct signed_in s = somebody(&c);
    clock_set(morning + 29 * CLOCK_MINUTE);
    assert_true(presume(&c, &s, OK)); /* and is touched */
    clock_set(morning + 58 * CLOCK_MINUTE);
    assert_true(presume(&c, &s, OK));
    clock_set(morning + 89 * CLOCK_MINUTE);
    assert_true(presume(&c, &s, ERR_DENIED));
    end(&c);
}

TEST_APP(session_is_no_token_though_it_is_known)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct signed_in s = somebody(&c);
    char secret[64];
    int64_t id;
    assert_int_equal(auth_token(&c, str_from(s.login.secret), ADDRESS, &s.session), ERR_DENIED);
    assert_int_equal(auth_token_create(&c, s.user, S("erp"), NULL, 1, secret, &id), OK);
    assert_int_equal(auth_token(&c, str_from(secret), ADDRESS, &s.session), OK);
    assert_int_equal(auth_session(&c, str_from(secret), &s.session), ERR_DENIED);
    end(&c);
}

TEST(session_cache_keeps_the_last_used)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct session_cache *cache = session_cache_new();
    struct auth_epoch epoch = {1, 2}, other = {1, 3};
    struct known_session s = {.hash = "aaaaaaaa0", .epoch = epoch, .scopes = S("[\"*\"]")}, found;
    for (char digit = '0'; digit < '5'; digit++) { /* all in the set of the first characters */
        s.hash[8] = digit;
        s.id = digit;
        session_cache_keep(cache, &s);
        assert_true(session_cache_find(cache, arena, "aaaaaaaa0", &epoch, &found));
    }
    assert_int_equal(found.id, '0');
    assert_str(found.scopes, "[\"*\"]");
    assert_false(session_cache_find(cache, arena, "aaaaaaaa0", &other, &found));
    assert_false(session_cache_find(cache, arena, "aaaaaaaa1", &epoch, &found));
    assert_true(session_cache_find(cache, arena, "aaaaaaaa4", &epoch, &found));
    session_cache_free(cache);
}
