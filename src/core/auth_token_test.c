#include "core/auth_testing.h"

TEST_APP(auth_tokens_live_as_long_as_they_should)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    char secret[64], other[64];
    int64_t id, other_id, user = make_user(&c, "chen@example.com", false);
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
    assert_int_equal(auth_token(&c, str_from(secret), ADDRESS, &s), OK);
    assert_int_equal(s.user, user);
    assert_true(s.is_token);
    assert_int_equal(json_array_size(s.scopes), 2);
    assert_int_equal(auth_session(&c, str_from(secret), &s), ERR_DENIED);
    assert_int_equal(auth_token(&c, S("rm_nothing"), ADDRESS, &s), ERR_DENIED);
    assert_int_equal(auth_token(&c, str_from(other), ADDRESS, &s), OK);
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
    assert_int_equal(auth_token(&c, str_from(other), ADDRESS, &s), ERR_DENIED);
    assert_int_equal(auth_token(&c, str_from(secret), ADDRESS, &s), OK);
    c.user = user + 1;
    assert_int_equal(auth_token_delete(&c, id), ERR_NOT_FOUND);
    c.user = user;
    update_user(&c, user, "{'active':false}");
    assert_int_equal(auth_token(&c, str_from(secret), ADDRESS, &s), ERR_DENIED);
    c.problems.list.n = 0;
    assert_int_equal(auth_token_create(&c, user, S("late"), NULL, 1, other, &other_id),
                     ERR_CONFLICT);
    assert_string_equal(problem(&c), "token_disabled");
    update_user(&c, user, "{'active':true}");
    assert_int_equal(auth_token_delete(&c, id), OK);
    assert_int_equal(auth_token(&c, str_from(secret), ADDRESS, &s), ERR_DENIED);
    end(&c);
}

TEST_APP(auth_tokens_that_are_none_are_slowed_down_apart_from_people)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    char secret[64];
    int64_t id, user = make_user(&c, "chen@example.com", false);
    struct session s;
    struct login l;
    assert_int_equal(auth_token_create(&c, user, S("erp"), NULL, 1, secret, &id), OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(auth_token(&c, S("rm_nothing"), ADDRESS, &s), ERR_DENIED);
    assert_int_equal(auth_token(&c, S("rm_nothing"), ADDRESS, &s), ERR_LIMIT);
    assert_string_equal(problem(&c), "too_many_attempts");
    assert_int_equal(auth_token(&c, S("rm_nothing"), S("203.0.113.8"), &s), ERR_DENIED);
    assert_int_equal(auth_token(&c, str_from(secret), ADDRESS, &s), OK);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), OK);
    end(&c);
}
