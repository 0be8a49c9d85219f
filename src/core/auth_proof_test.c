#include "core/auth_testing.h"
#include "core/change.h"
#include "core/export.h"
#include "core/setting.h"

/* Signed in as an administrator, who may do everything while his proof is fresh. */
static int64_t sign_in_administrator(struct ctx *c, struct session *s)
{
    struct login l;
    int64_t user = make_user(c, "chen@example.com", true);
    assert_int_equal(login(c, S("chen@example.com"), PASSWORD, &l), OK);
    assert_int_equal(session(c, &l, s), OK);
    c->user = user;
    assert_int_equal(access_hold(c->app, c->conn, c->model, user, &c->access), OK);
    return s->id;
}

static err_t again(struct ctx *c, int64_t id, struct session *s)
{
    value key = V_INT(id), proved;
    TRY(db_one(c->conn, c->arena, S("SELECT proved_at FROM session WHERE id = $1"), &key, 1,
               &proved, 1));
    s->proved_at = proved.i;
    return OK;
}

TEST_APP(auth_proof_grows_old_and_is_given_again)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct session s;
    int64_t id = sign_in_administrator(&c, &s);
    assert_false(auth_is_stale(&s));
    clock_set(morning + 6 * CLOCK_MINUTE);
    assert_true(auth_is_stale(&s));
    assert_int_equal(auth_prove(&c, id, (str){0}, S("123456"), ADDRESS), ERR_INVALID);
    assert_string_equal(problem(&c), "required");
    assert_int_equal(auth_prove(&c, id, S("wrong"), (str){0}, ADDRESS), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_credentials");
    assert_int_equal(again(&c, id, &s), OK);
    assert_true(auth_is_stale(&s));
    assert_int_equal(auth_prove(&c, id, PASSWORD, (str){0}, ADDRESS), OK);
    assert_int_equal(again(&c, id, &s), OK);
    assert_false(auth_is_stale(&s));

    struct factor f = begin_factor(&c);
    assert_int_equal(auth_totp_confirm(&c, code_at(arena, &f, clock_now()), id), OK);
    clock_set(morning + 12 * CLOCK_MINUTE);
    assert_int_equal(auth_prove(&c, id, PASSWORD, (str){0}, ADDRESS), ERR_INVALID);
    assert_string_equal(problem(&c), "required");
    assert_int_equal(auth_prove(&c, id, PASSWORD, S("000000"), ADDRESS), ERR_DENIED);
    assert_string_equal(problem(&c), "wrong_code");
    assert_int_equal(auth_prove(&c, id, (str){0}, code_at(arena, &f, clock_now()), ADDRESS), OK);
    assert_int_equal(again(&c, id, &s), OK);
    assert_false(auth_is_stale(&s));
    s = (struct session){.is_token = true};
    assert_false(auth_is_stale(&s));
    end(&c);
}

TEST_APP(auth_stale_callers_do_no_guarded_work)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct session s;
    char secret[64];
    int64_t id, batch, role;
    struct record *r;
    struct export export;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    sign_in_administrator(&c, &s);
    const struct object *roles = model_object(c.model, S("role")),
                        *customers = model_object(c.model, S("customer"));
    const json_t *body = test_json(arena, "{'name':'B','key':'b'}");
    assert_int_equal(batch_begin(&c, "bulk", S("roles"), &batch), OK);
    c.batch = batch;
    assert_int_equal(record_create(&c, roles, body, NULL, &r), OK);
    role = record_id(r);
    c.batch = 0;
    assert_int_equal(batch_may_undo(&c, batch), OK);
    assert_int_equal(export_read(&c, customers, test_json(arena, "{'format':'csv'}"), &export), OK);

    c.stale = true;
    assert_int_equal(record_create(&c, roles, body, NULL, &r), ERR_DENIED);
    assert_string_equal(problem(&c), "proof_required");
    assert_int_equal(record_update(&c, roles, role, 0, body, NULL, &r), ERR_DENIED);
    assert_string_equal(problem(&c), "proof_required");
    assert_int_equal(record_delete(&c, roles, role, 0, &r), ERR_DENIED);
    assert_string_equal(problem(&c), "proof_required");
    assert_int_equal(batch_may_undo(&c, batch), ERR_DENIED);
    assert_string_equal(problem(&c), "proof_required");
    assert_int_equal(export_start(&c, &export, &id), ERR_DENIED);
    assert_string_equal(problem(&c), "proof_required");
    assert_int_equal(auth_token_create(&c, c.user, S("erp"), NULL, 1, secret, &id), ERR_DENIED);
    assert_string_equal(problem(&c), "proof_required");
    assert_int_equal(auth_totp_begin(&c, &w), ERR_DENIED);
    assert_string_equal(problem(&c), "proof_required");
    create(&c, "customer", "{'name':'张三'}");
    end(&c);
}

TEST_APP(auth_administrators_need_a_second_factor_but_for_the_demo)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct session s;
    const struct access *anna;
    int64_t seller = create(&c, "user", "{'name':'Anna','email':'anna@example.com','roles':[]}");
    sign_in_administrator(&c, &s);
    assert_int_equal(access_hold(app, c.conn, c.model, seller, &anna), OK);
    assert_true(auth_second_factor_required(&c, c.access));
    assert_false(auth_second_factor_required(&c, anna));
    access_release(anna);
    assert_int_equal(setting_put(app, "demo", json_keep(arena, json_string("yes"))), OK);
    assert_false(auth_second_factor_required(&c, c.access));
    end(&c);
}

TEST_APP(exports_are_few_an_hour)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct session s;
    struct export export;
    int64_t job;
    export_attach();
    sign_in_administrator(&c, &s);
    const struct object *o = model_object(c.model, S("customer"));
    assert_int_equal(export_read(&c, o, test_json(arena, "{'format':'csv'}"), &export), OK);
    c.now = morning;
    clock_set(morning); /* signing in took its time */
    for (int i = 0; i < 5; i++)
        assert_int_equal(export_start(&c, &export, &job), OK);
    test_db_script(app->db, arena_printf(arena, "UPDATE job SET created_at = %lld",
                                         (long long)morning)); /* the clock went on */
    c.now = morning + 20 * CLOCK_MINUTE;
    assert_int_equal(export_start(&c, &export, &job), ERR_LIMIT);
    assert_int_equal(c.problems.list.n, 1);
    assert_str(c.problems.list.at[0].args[0], "2401");
    assert_string_equal(problem(&c), "too_many_exports");
    c.now = morning + CLOCK_HOUR + CLOCK_SECOND;
    assert_int_equal(export_start(&c, &export, &job), OK);
    end(&c);
}
