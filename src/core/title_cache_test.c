#include "core/title_cache.h"

#include "core/auth_testing.h"

/* A customer in a stage, and somebody who reads both. */
struct shop {
    struct ctx server, user;
    int64_t stage, customer;
};

static void come_in(struct shop *s)
{
    access_release(s->user.access);
    s->user.access = NULL;
    assert_int_equal(
        access_hold(s->user.app, s->user.conn, s->user.model, s->user.user, &s->user.access), OK);
}

static void open_shop(struct shop *s, struct app *app, struct arena *arena)
{
    s->server = begin(app, arena);
    s->user = begin(app, arena);
    s->stage = create(&s->server, "stage", "{'name':'first'}");
    const char *body = arena_printf(arena, "{'name':'a','phone':'13800138000','stage':'%lld'}",
                                    (long long)s->stage)
                           .p;
    s->customer = create(&s->server, "customer", body);
    s->user.user = make_user(&s->server, "chen@example.com", true);
    come_in(s);
}

static void close_shop(struct shop *s)
{
    end(&s->user);
    end(&s->server);
}

static const char *titles(struct ctx *c, int64_t customer)
{
    AUTO_BUF out;
    struct record *r;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(record_get(c, model_object(c->model, S("customer")), customer, OP_READ, &r),
                     OK);
    assert_int_equal(record_titles(c, &r, 1, &w), OK);
    return arena_str(c->arena, buf_str(&out)).p;
}

static bool shows(struct ctx *c, const struct shop *s, const char *title)
{
    return strstr(titles(c, s->customer), title) != NULL;
}

static err_t rename_stage(struct ctx *c, const struct shop *s, const char *name)
{
    struct record *r;
    str body = arena_printf(c->arena, "{'name':'%s'}", name);
    return record_update(c, model_object(c->model, S("stage")), s->stage, 0,
                         test_json(c->arena, body.p), NULL, &r);
}

static err_t rename_unseen(struct ctx *c, void *unused)
{
    (void)unused;
    return db_run(c->conn, S("UPDATE stage SET name = 'unseen'"), NULL, 0, NULL);
}

TEST_APP(title_is_asked_for_once_until_one_changes)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct shop s;
    open_shop(&s, app, arena);
    assert_true(shows(&s.user, &s, "\"first\""));
    assert_int_equal(ctx_transact(&s.server, rename_unseen, NULL), OK);
    assert_true(shows(&s.user, &s, "\"first\""));
    assert_true(shows(&s.server, &s, "\"unseen\"")); /* the server keeps none */
    assert_int_equal(rename_stage(&s.server, &s, "second"), OK);
    come_in(&s);
    assert_true(shows(&s.user, &s, "\"second\""));
    assert_true(shows(&s.user, &s, "\"second\""));
    close_shop(&s);
}

static err_t rename_and_fail(struct ctx *c, void *arg)
{
    const struct shop *s = arg;
    TRY(rename_stage(c, s, "never"));
    assert_true(shows(c, s, "\"never\""));
    return ERR_INVALID;
}

TEST_APP(title_that_was_taken_back_is_kept_by_nobody)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct shop s;
    open_shop(&s, app, arena);
    assert_true(shows(&s.user, &s, "\"first\""));
    assert_int_equal(ctx_transact(&s.user, rename_and_fail, &s), ERR_INVALID);
    come_in(&s);
    s.user.people_changed = false; /* the next request */
    assert_true(shows(&s.user, &s, "\"first\""));
    close_shop(&s);
}

TEST(title_cache_forgets_another_moment)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct title_cache *c = title_cache_new();
    struct title_moment then = {1, 1}, now = {2, 1}, model = {2, 2};
    str long_one = arena_printf(arena, "%0200d", 7), title;
    title_cache_keep(c, then, 5, S("a"));
    title_cache_keep(c, then, 6, long_one);
    assert_true(title_cache_find(c, then, 5, arena, &title));
    assert_str(title, "a");
    assert_false(title_cache_find(c, then, 6, arena, &title));
    assert_false(title_cache_find(c, now, 5, arena, &title));
    title_cache_keep(c, now, 7, S(""));
    assert_true(title_cache_find(c, now, 7, arena, &title));
    assert_int_equal(title.n, 0);
    assert_false(title_cache_find(c, then, 5, arena, &title));
    assert_false(title_cache_find(c, now, 5, arena, &title));
    assert_false(title_cache_find(c, model, 7, arena, &title));
    title_cache_free(c);
}
