#include <pthread.h>

#include "core/auth_testing.h"
#include "core/auth_user.h"
#include "core/change.h"
#include "core/registry.h"

#define NEW S("eleven orange tractors")

static int64_t plain_user(struct ctx *c, const char *body)
{
    return create(c, "user", body);
}

static err_t accept(struct ctx *c, const struct invitation *i, str password, struct login *out)
{
    memset(out, 0, sizeof *out);
    return auth_accept(c, str_from(i->secret), password, ADDRESS, AGENT, out);
}

static err_t look(struct ctx *c, const struct invitation *i, struct invited *out)
{
    return auth_invited(c, str_from(i->secret), ADDRESS, out);
}

static void come_in_as(struct ctx *c, int64_t user)
{
    c->user = user;
    assert_int_equal(access_hold(c->app, c->conn, c->model, user, &c->access), OK);
}

static void go_out(struct ctx *c)
{
    if (c->access)
        access_release(c->access);
    c->access = NULL;
    c->user = 0;
}

static value cell_of(struct ctx *c, int64_t user, const char *field)
{
    struct record *r;
    const struct object *users = model_object(c->model, S("user"));
    assert_int_equal(record_get(c, users, user, OP_READ, &r), OK);
    return record_cell(r, object_field(users, str_from(field)), 0);
}

static err_t forget_passwords(struct db_conn *conn, void *arg)
{
    (void)arg;
    return db_run(conn, S("UPDATE \"user\" SET password_at = NULL"), NULL, 0, NULL);
}

TEST_APP(invitation_lets_a_new_colleague_in_once)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct invitation i;
    struct invited who;
    struct login l;
    struct session s;
    struct change_page log;
    int64_t boss = make_user(&c, "chen@example.com", true);
    int64_t user = plain_user(&c, "{'name':'王小桐','email':'wang@example.com'}");
    assert_int_equal(cell_of(&c, user, "password_at").kind, VALUE_NULL);
    come_in_as(&c, boss);
    assert_int_equal(auth_invite(&c, user, &i), OK);
    assert_int_equal(strlen(i.secret), TOKEN_CHARS);
    assert_in_range(i.expires_at - morning, 72 * CLOCK_HOUR, 72 * CLOCK_HOUR + CLOCK_MINUTE);
    assert_int_equal(cell_of(&c, user, "invited_until").i, i.expires_at);
    go_out(&c);
    assert_int_equal(look(&c, &i, &who), OK);
    assert_int_equal(who.user, user);
    assert_str(who.name, "王小桐");
    assert_int_equal(accept(&c, &i, S("wangxiaotong!"), &l), ERR_INVALID);
    assert_string_equal(problem(&c), "password_personal");
    assert_int_equal(accept(&c, &i, NEW, &l), OK);
    assert_int_equal(l.state, LOGIN_DONE);
    assert_int_equal(session(&c, &l, &s), OK);
    assert_int_equal(s.user, user);
    assert_int_equal(accept(&c, &i, PASSWORD, &l), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_used");
    assert_int_equal(look(&c, &i, &who), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_used");
    assert_int_equal(login(&c, S("wang@example.com"), NEW, &l), OK);

    assert_in_range(cell_of(&c, user, "password_at").i - morning, 0, CLOCK_MINUTE);
    assert_int_equal(cell_of(&c, user, "invited_until").kind, VALUE_NULL);
    assert_int_equal(change_history(&c, user, 0, 10, &log), OK);
    assert_int_equal(log.n, 3);
    assert_int_equal(log.at[0].actor, user);
    assert_true(str_find(log.at[0].after, S("password_at")) != SIZE_MAX);
    assert_int_equal(log.at[1].actor, boss);
    assert_true(str_find(log.at[1].after, S("invited_until")) != SIZE_MAX);
    for (size_t k = 0; k < log.n; k++)
        assert_true(str_find(log.at[k].after, str_from(i.secret)) == SIZE_MAX);
    end(&c);
}

TEST_APP(passwords_of_former_days_are_told)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    int64_t user = make_user(&c, "chen@example.com", false);
    int64_t none = plain_user(&c, "{'name':'N','email':'n@example.com'}");
    assert_int_equal(db_transact(app->db, forget_passwords, NULL), OK);
    assert_int_equal(cell_of(&c, user, "password_at").kind, VALUE_NULL);
    assert_int_equal(registry_migrate(app, &c.problems), OK);
    assert_int_equal(cell_of(&c, user, "password_at").kind, VALUE_INT);
    assert_int_equal(cell_of(&c, none, "password_at").kind, VALUE_NULL);
    end(&c);
}

TEST_APP(invitation_gives_a_new_password_and_ends_sessions)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct invitation i;
    struct login old, l;
    struct session s;
    int64_t user = make_user(&c, "chen@example.com", false);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &old), OK);
    assert_int_equal(session(&c, &old, &s), OK);
    assert_int_equal(auth_invite(&c, user, &i), OK);
    assert_int_equal(session(&c, &old, &s), OK);
    assert_int_equal(accept(&c, &i, NEW, &l), OK);
    assert_int_equal(session(&c, &old, &s), ERR_DENIED);
    assert_int_equal(session(&c, &l, &s), OK);
    assert_int_equal(login(&c, S("chen@example.com"), PASSWORD, &l), ERR_DENIED);
    end(&c);
}

TEST_APP(invitation_is_void_when_old_replaced_or_not_needed)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct invitation first, second;
    struct invited who;
    struct login l;
    int64_t user = make_user(&c, "chen@example.com", false);
    assert_int_equal(auth_invite(&c, user, &first), OK);
    assert_int_equal(auth_invite(&c, user, &second), OK);
    assert_int_equal(look(&c, &first, &who), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_unknown");
    assert_int_equal(look(&c, &second, &who), OK);
    clock_set(morning + 29 * CLOCK_MINUTE);
    assert_int_equal(look(&c, &second, &who), OK);
    clock_set(morning + 32 * CLOCK_MINUTE); /* a reset, for who has a password */
    assert_int_equal(accept(&c, &second, NEW, &l), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_expired");
    clock_set(morning);
    assert_int_equal(auth_set_password(&c, user, NEW, 0), OK);
    assert_int_equal(accept(&c, &second, PASSWORD, &l), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_unknown");
    assert_int_equal(cell_of(&c, user, "invited_until").kind, VALUE_NULL);
    end(&c);
}

TEST_APP(invitation_is_not_for_the_disabled)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct invitation i, none;
    struct invited who;
    struct login l;
    int64_t user = make_user(&c, "chen@example.com", false);
    assert_int_equal(auth_invite(&c, user, &i), OK);
    update_user(&c, user, "{'active':false}");
    assert_int_equal(auth_invite(&c, user, &none), ERR_CONFLICT);
    assert_string_equal(problem(&c), "invitation_disabled");
    assert_int_equal(look(&c, &i, &who), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_unknown");
    assert_int_equal(accept(&c, &i, NEW, &l), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_unknown");
    assert_int_equal(auth_invite(&c, user + 1, &none), ERR_NOT_FOUND);
    end(&c);
}

TEST_APP(invitation_asks_for_the_second_factor)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct invitation i;
    struct login l, done;
    struct session s;
    int64_t user = make_user(&c, "chen@example.com", false);
    c.user = user;
    struct factor f = begin_factor(&c);
    assert_int_equal(auth_totp_confirm(&c, code_at(arena, &f, clock_now()), 0), OK);
    c.user = 0;
    assert_int_equal(auth_invite(&c, user, &i), OK);
    assert_int_equal(accept(&c, &i, NEW, &l), OK);
    assert_int_equal(l.state, LOGIN_SECOND_FACTOR);
    assert_int_equal(session(&c, &l, &s), ERR_DENIED);
    clock_set(morning + CLOCK_MINUTE);
    assert_int_equal(second(&c, &l, code_at(arena, &f, clock_now()), &done), OK);
    assert_int_equal(session(&c, &done, &s), OK);
    end(&c);
}

TEST_APP(invitation_is_made_by_who_could_give_the_roles)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct invitation i, later;
    struct invited who;
    char body[200];
    int64_t boss = make_user(&c, "chen@example.com", true);
    int64_t people = create(&c, "role",
                            "{'name':'P','key':'p','definition':{'objects':{'user':{'read':'all',"
                            "'update':'all'}},'rights':['manage_users']}}");
    int64_t reader =
        create(&c, "role", "{'name':'R','key':'r','definition':{'objects':{'*':{'read':'all'}}}}");
    snprintf(body, sizeof body, "{'name':'M','email':'m@example.com','roles':['%lld']}",
             (long long)people);
    int64_t manager = plain_user(&c, body);
    snprintf(body, sizeof body, "{'name':'R','email':'r@example.com','roles':['%lld']}",
             (long long)reader);
    int64_t other = plain_user(&c, body);
    int64_t fresh = plain_user(&c, "{'name':'N','email':'n@example.com'}");

    come_in_as(&c, other);
    assert_int_equal(auth_invite(&c, fresh, &i), ERR_DENIED);
    go_out(&c);
    c.problems.list.n = 0;
    come_in_as(&c, manager);
    assert_int_equal(auth_invite(&c, boss, &i), ERR_DENIED);
    assert_string_equal(problem(&c), "user_administrator");
    assert_int_equal(auth_invite(&c, manager, &i), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_self");
    assert_int_equal(auth_invite(&c, other, &i), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_roles");
    c.stale = true;
    assert_int_equal(auth_invite(&c, fresh, &i), ERR_DENIED);
    assert_string_equal(problem(&c), "proof_required");
    c.stale = false;
    assert_int_equal(auth_invite(&c, fresh, &i), OK);
    go_out(&c);

    assert_int_equal(look(&c, &i, &who), OK);
    snprintf(body, sizeof body, "{'roles':['%lld']}", (long long)reader);
    update_user(&c, fresh, body);
    assert_int_equal(look(&c, &i, &who), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_unknown");

    come_in_as(&c, boss);
    assert_int_equal(auth_invite(&c, boss, &later), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_self");
    assert_int_equal(auth_invite(&c, other, &later), OK);
    go_out(&c);
    assert_int_equal(look(&c, &later, &who), OK);
    end(&c);
}

TEST_APP(invitation_ends_with_who_made_it)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct invitation i;
    struct invited who;
    make_user(&c, "first@example.com", true);
    int64_t role = create(&c, "role", "{'name':'B','key':'b','administrator':true}");
    char body[100];
    snprintf(body, sizeof body, "{'name':'S','email':'s@example.com','roles':['%lld']}",
             (long long)role);
    int64_t boss = plain_user(&c, body);
    int64_t user = plain_user(&c, "{'name':'N','email':'n@example.com'}");
    come_in_as(&c, boss);
    assert_int_equal(auth_invite(&c, user, &i), OK);
    go_out(&c);
    assert_int_equal(look(&c, &i, &who), OK);
    update_user(&c, boss, "{'active':false}");
    assert_int_equal(look(&c, &i, &who), ERR_DENIED);
    assert_string_equal(problem(&c), "invitation_unknown");
    end(&c);
}

TEST_APP(invitation_guesses_are_slowed_down)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct invitation i, none = {.secret = "guess"};
    struct invited who;
    int64_t user = make_user(&c, "chen@example.com", false);
    assert_int_equal(auth_invite(&c, user, &i), OK);
    for (int n = 0; n < 5; n++) {
        clock_set(morning);
        assert_int_equal(look(&c, &none, &who), ERR_DENIED);
        assert_string_equal(problem(&c), "invitation_unknown");
    }
    assert_int_equal(look(&c, &none, &who), ERR_LIMIT);
    assert_string_equal(problem(&c), "too_many_attempts");
    assert_int_equal(look(&c, &i, &who), OK);
    end(&c);
}

struct racer {
    struct app *app;
    const struct invitation *invitation;
    _Atomic int *won, *used;
};

static void *race(void *arg)
{
    struct racer *r = arg;
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    struct login l;
    if (ctx_init(&c, r->app, arena, "test") != OK)
        return NULL;
    err_t e = accept(&c, r->invitation, NEW, &l);
    if (e == OK)
        ++*r->won;
    else if (e == ERR_DENIED && strcmp(problem(&c), "invitation_used") == 0)
        ++*r->used;
    ctx_done(&c);
    return NULL;
}

TEST_APP(invitation_used_twice_at_once_is_used_once)
{
    enum { RACERS = 3 };
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    struct invitation i;
    pthread_t threads[RACERS];
    _Atomic int won = 0, used = 0;
    int64_t user = plain_user(&c, "{'name':'N','email':'n@example.com'}");
    assert_int_equal(auth_invite(&c, user, &i), OK);
    struct racer racer = {app, &i, &won, &used};
    for (int n = 0; n < RACERS; n++)
        assert_int_equal(pthread_create(&threads[n], NULL, race, &racer), 0);
    for (int n = 0; n < RACERS; n++)
        pthread_join(threads[n], NULL);
    assert_int_equal(won, 1);
    assert_int_equal(used, RACERS - 1);
    end(&c);
}

static void *disable(void *arg)
{
    struct racer *r = arg;
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    int64_t user;
    str folded;
    if (ctx_init(&c, r->app, arena, "test") != OK)
        return NULL;
    if (account_find(&c, S("n@example.com"), &user, &folded) == OK)
        update_user(&c, user, "{'active':false}");
    ctx_done(&c);
    return NULL;
}

TEST_APP(invitation_lets_nobody_in_who_is_disabled_meanwhile)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c = begin(app, arena);
    int64_t user = plain_user(&c, "{'name':'N','email':'n@example.com'}");
    for (int n = 0; n < 4; n++) {
        struct invitation i;
        struct racer racer = {.app = app};
        struct login l;
        struct session s;
        pthread_t thread;
        update_user(&c, user, "{'active':true}");
        assert_int_equal(auth_invite(&c, user, &i), OK);
        assert_int_equal(pthread_create(&thread, NULL, disable, &racer), 0);
        err_t e = accept(&c, &i, NEW, &l);
        pthread_join(thread, NULL);
        if (e == OK)
            assert_int_equal(session(&c, &l, &s), ERR_DENIED);
        else
            assert_string_equal(problem(&c), "invitation_unknown");
    }
    end(&c);
}
