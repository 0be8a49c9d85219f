/* What is no write of a record stands in the log all the same. */
#include "base/limits.h"
#include "core/auth.h"
#include "core/auth_testing.h"
#include "core/change.h"
#include "core/registry.h"

/* Of the acts upon this the newest: before and after. */
static size_t acts(struct ctx *c, const char *object, str out[2])
{
    size_t n = 0;
    value name = V_TEXT(str_from(object));
    AUTO_ROWS rows = NULL;
    assert_int_equal(db_query(c->conn,
                              S("SELECT before, after FROM change WHERE object = $1 ORDER BY id"),
                              &name, 1, &rows),
                     OK);
    for (; db_next(rows); n++)
        for (size_t i = 0; i < 2; i++)
            out[i] = arena_str(c->arena, db_text(rows, i));
    assert_int_equal(db_rows_error(rows), OK);
    return n;
}

static void patch(struct ctx *c, const char *text, bool dry_run)
{
    AUTO_BUF plan;
    buf_init(&plan, MIB);
    assert_int_equal(registry_patch(c->app, S("customer"), test_json(c->arena, text), 7, true,
                                    dry_run, &c->problems, &plan),
                     OK);
}

TEST_APP(change_log_holds_what_becomes_of_the_model)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    str act[2];
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    patch(&c, "{'fields':{'phone':{'sensitive':false}}}", true);
    assert_int_equal(acts(&c, "model", act), 0);
    patch(&c, "{'fields':{'phone':{'sensitive':false}}}", false);
    assert_int_equal(acts(&c, "model", act), 1);
    assert_str(act[0], "{\"customer\":null}");
    patch(&c, "{'fields':{'phone':{'sensitive':true}}}", false);
    assert_int_equal(acts(&c, "model", act), 2);
    assert_true(str_find(act[0], S("\"sensitive\":false")) != SIZE_MAX);
    assert_true(str_find(act[1], S("\"sensitive\":true")) != SIZE_MAX);
    ctx_done(&c);
}

TEST_APP(change_log_holds_tokens_without_their_secrets)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    char secret[64];
    int64_t id;
    str act[2];
    c.user = make_user(&c, "chen@example.com", true);
    assert_int_equal(auth_token_create(&c, c.user, S("erp"), NULL, 30, secret, &id), OK);
    assert_int_equal(acts(&c, "api_token", act), 1);
    assert_true(str_find(act[1], S("erp")) != SIZE_MAX);
    assert_true(str_find(act[1], str_from(secret)) == SIZE_MAX);
    assert_int_equal(auth_token_delete(&c, id), OK);
    assert_int_equal(acts(&c, "api_token", act), 2);
    end(&c);
}
