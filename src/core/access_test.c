#include "core/access.h"

#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "core/change.h"
#include "core/record.h"
#include "core/search.h"
#include "core/test_app.h"

/* One user in a small enterprise: department 1 with user `me`, department 2 with user `other`. */
struct office {
    struct ctx server, user;
    int64_t role, me, other, department;
};

static const struct object *object(const struct ctx *c, const char *name)
{
    return model_object(c->model, str_from(name));
}

static err_t try_create(struct ctx *c, const char *name, const char *body, int64_t *id)
{
    struct record *r;
    c->problems.list.n = 0;
    TRY(record_create(c, object(c, name), test_json(c->arena, body), NULL, &r));
    *id = record_id(r);
    return OK;
}

__attribute__((format(printf, 3, 4))) static int64_t
create(struct ctx *c, const char *name, const char *format, ...)
{
    va_list args;
    int64_t id = 0;
    va_start(args, format);
    str body = arena_vprintf(c->arena, format, args);
    va_end(args);
    assert_int_equal(try_create(c, name, body.p, &id), OK);
    return id;
}

static err_t update(struct ctx *c, const char *name, int64_t id, const char *body)
{
    struct record *r;
    c->problems.list.n = 0;
    return record_update(c, object(c, name), id, 0, test_json(c->arena, body), NULL, &r);
}

static void set_role(struct office *o, const char *definition)
{
    str body = arena_printf(o->server.arena, "{'definition':%s}", definition);
    assert_int_equal(update(&o->server, "role", o->role, body.p), OK);
}

/* The user's next request. */
static err_t come_in(struct office *o)
{
    const struct access *access;
    TRY(access_hold(o->user.app, o->user.conn, o->user.model, o->me, &access));
    access_release(o->user.access);
    o->user.access = access;
    return OK;
}

static void open_office(struct office *o, struct app *app, struct arena *arena, const char *role)
{
    assert_int_equal(ctx_init(&o->server, app, arena, "test"), OK);
    assert_int_equal(ctx_init(&o->user, app, arena, "test"), OK);
    o->role = create(&o->server, "role", "{'name':'r','key':'r','definition':%s}", role);
    o->department = create(&o->server, "department", "{'name':'d1'}");
    int64_t elsewhere = create(&o->server, "department", "{'name':'d2'}");
    o->me = create(&o->server, "user",
                   "{'name':'me','email':'me@example.com','department':'%lld','roles':['%lld']}",
                   (long long)o->department, (long long)o->role);
    o->other =
        create(&o->server, "user", "{'name':'other','email':'o@example.com','department':'%lld'}",
               (long long)elsewhere);
    o->user.user = o->me;
    assert_int_equal(come_in(o), OK);
}

static void close_office(struct office *o)
{
    ctx_done(&o->user);
    ctx_done(&o->server);
}

static bool may(const struct office *o, const char *name, enum op op)
{
    return access_may(o->user.access, object(&o->user, name), op);
}

/* ---- what changes is seen by the next request ---- */

TEST_APP(access_changes_are_seen_at_once)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    open_office(&o, app, arena, "{'objects':{'customer':{'read':'all'}}}");
    const struct access *first = o.user.access;
    assert_int_equal(come_in(&o), OK);
    assert_ptr_equal(o.user.access, first);
    assert_false(may(&o, "customer", OP_UPDATE));
    set_role(&o, "{'objects':{'customer':{'read':'all','update':'own'}}}");
    assert_int_equal(come_in(&o), OK);
    assert_true(may(&o, "customer", OP_UPDATE));
    size_t n;
    (void)access_departments(o.user.access, &n);
    assert_int_equal(n, 1);
    create(&o.server, "department", "{'name':'below','parent':'%lld'}", (long long)o.department);
    assert_int_equal(come_in(&o), OK);
    (void)access_departments(o.user.access, &n);
    assert_int_equal(n, 2);
    assert_int_equal(update(&o.server, "user", o.me, "{'roles':[]}"), OK);
    assert_int_equal(come_in(&o), OK);
    assert_false(may(&o, "customer", OP_READ));
    assert_int_equal(update(&o.server, "user", o.me, "{'active':false}"), OK);
    assert_int_equal(come_in(&o), ERR_NOT_FOUND);
    close_office(&o);
}

struct change_and_fail {
    struct office *office;
    const struct access *seen_within;
};

/* Compiles what is about to be undone. */
static err_t change_and_fail(struct ctx *c, void *arg)
{
    struct change_and_fail *f = arg;
    TRY(update(c, "role", f->office->role, "{'definition':{'objects':{'*':{'read':'all'}}}}"));
    access_release(f->seen_within);
    TRY(access_hold(c->app, c->conn, c->model, f->office->me, &f->seen_within));
    return ERR_CONFLICT;
}

TEST_APP(access_undone_changes_leave_nothing)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    open_office(&o, app, arena, "{'objects':{'customer':{'read':'own'}}}");
    struct change_and_fail f = {.office = &o};
    assert_int_equal(ctx_transact(&o.server, change_and_fail, &f), ERR_CONFLICT);
    assert_true(access_may(f.seen_within, object(&o.user, "order"), OP_READ));
    access_release(f.seen_within);
    assert_int_equal(come_in(&o), OK);
    assert_false(may(&o, "order", OP_READ));
    set_role(&o, "{'objects':{'customer':{'read':'all'}}}");
    assert_int_equal(come_in(&o), OK);
    assert_false(may(&o, "order", OP_READ));
    const struct condition *scope;
    assert_int_equal(access_scope(o.user.access, object(&o.user, "customer"), OP_READ, &scope), OK);
    assert_null(scope);
    close_office(&o);
}

TEST_APP(access_departments_in_a_circle_are_walked_once)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    open_office(&o, app, arena, "{'objects':{'*':{'read':'below'}}}");
    int64_t below =
        create(&o.server, "department", "{'name':'x','parent':'%lld'}", (long long)o.department);
    str body = arena_printf(arena, "{'parent':'%lld'}", (long long)below);
    assert_int_equal(update(&o.server, "department", o.department, body.p), OK);
    assert_int_equal(come_in(&o), OK);
    size_t n;
    const int64_t *list = access_departments(o.user.access, &n);
    assert_int_equal(n, 2);
    assert_int_equal(list[0], o.department);
    assert_int_equal(list[1], below);
    close_office(&o);
}

/* ---- roles ---- */

static err_t break_role(struct ctx *c, void *definition)
{
    value text = V_TEXT(*(const str *)definition);
    TRY(db_run(c->conn, S("UPDATE role SET definition = $1"), &text, 1, NULL));
    return access_forget(c);
}

/* As after a field was taken out of the model. */
TEST_APP(access_broken_parts_of_a_role_grant_nothing)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    open_office(&o, app, arena, "{}");
    str broken = json_text(
        arena, test_json(arena, "{'objects':{'customer':{'read':{'field':'colour','eq':'red'},"
                                "'create':true},'task':{'read':'everything'},"
                                "'product':{'read':'all','fields':{'gone':'read'}},"
                                "'lead':'all','*':{'read':{'me':'owner'}}},"
                                "'rights':['undo','fly']}"));
    assert_int_equal(ctx_transact(&o.server, break_role, &broken), OK);
    assert_int_equal(come_in(&o), OK);
    assert_false(may(&o, "customer", OP_READ));
    assert_false(may(&o, "customer", OP_CREATE));
    assert_false(may(&o, "task", OP_READ));
    assert_false(may(&o, "lead", OP_READ));
    assert_false(may(&o, "order", OP_READ)); /* no conditions under "*" */
    assert_true(may(&o, "product", OP_READ));
    assert_true(access_right(o.user.access, RIGHT_UNDO));
    assert_false(access_right(o.user.access, RIGHT_REVEAL));
    close_office(&o);
}

TEST_APP(access_roles_are_checked_before_they_are_stored)
{
    static const struct {
        const char *definition, *code, *at;
    } cases[] = {
        {"[]", "role_object", "/d"},
        {"{'object':{}}", "role_unknown_key", "/d/object"},
        {"{'objects':[]}", "role_object", "/d/objects"},
        {"{'objects':{'ship':{}}}", "role_unknown_object", "/d/objects/ship"},
        {"{'objects':{'order':'all'}}", "role_object", "/d/objects/order"},
        {"{'objects':{'order':{'paint':true}}}", "role_unknown_key", "/d/objects/order/paint"},
        {"{'objects':{'order':{'read':true}}}", "role_scope", "/d/objects/order/read"},
        {"{'objects':{'order':{'create':'own'}}}", "role_yes_or_no", "/d/objects/order/create"},
        {"{'objects':{'*':{'read':{}}}}", "role_condition_for_all", "/d/objects/*/read"},
        {"{'objects':{'order':{'read':{'field':'x','eq':1}}}}", "condition_unknown_field",
         "/d/objects/order/read/field"},
        {"{'objects':{'order':{'fields':{'state':'look'}}}}", "role_field_word",
         "/d/objects/order/fields/state"},
        {"{'objects':{'order':{'fields':{'shape':'read'}}}}", "role_unknown_field",
         "/d/objects/order/fields/shape"},
        {"{'rights':'undo'}", "role_list", "/d/rights"},
        {"{'rights':['undo','fly']}", "role_unknown_right", "/d/rights/1"},
    };
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct problems problems = {.arena = arena};
        assert_int_equal(access_check_role(c.model, test_json(arena, cases[i].definition), S("/d"),
                                           &problems, arena),
                         ERR_INVALID);
        assert_int_equal(problems.list.n, 1);
        assert_string_equal(problems.list.at[0].code, cases[i].code);
        assert_str(problems.list.at[0].pointer, cases[i].at);
    }
    assert_int_equal(
        access_check_role(c.model,
                          test_json(arena, "{'objects':{'*':{'read':'below','fields':{'*':'read'}},"
                                           "'order':{'read':{},'update':{'me':'owner'},"
                                           "'delete':false,'export':true,"
                                           "'fields':{'amount':'hidden'}}},'rights':['reveal']}"),
                          S("/d"), NULL, arena),
        OK);
    assert_int_equal(
        access_check_role(c.model, test_json(arena, "{'rights':['fly']}"), S("/d"), NULL, arena),
        ERR_INVALID);
    ctx_done(&c);
}

TEST_APP(access_roles_are_refused_when_they_are_written)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    int64_t id;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(
        try_create(&c, "role", "{'name':'n','key':'n','definition':{'rights':['fly']}}", &id),
        ERR_INVALID);
    assert_string_equal(c.problems.list.at[0].code, "role_unknown_right");
    assert_str(c.problems.list.at[0].pointer, "/definition/rights/0");
    id = create(&c, "role", "{'name':'n','key':'n'}");
    assert_int_equal(update(&c, "role", id, "{'definition':{'objects':{'ship':{}}}}"), ERR_INVALID);
    assert_int_equal(update(&c, "role", id, "{'definition':{'rights':['undo']}}"), OK);
    ctx_done(&c);
}

static str titles(struct ctx *c, const char *name, int64_t id)
{
    AUTO_BUF out;
    struct record *r;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(record_get(c, object(c, name), id, OP_READ, &r), OK);
    assert_int_equal(record_titles(c, &r, 1, &w), OK);
    return arena_str(c->arena, buf_str(&out));
}

static const char *json_of(struct ctx *c, int64_t customer)
{
    AUTO_BUF out;
    struct record *r;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(record_get(c, object(c, "customer"), customer, OP_READ, &r), OK);
    assert_int_equal(record_write_whole(c, r, &w), OK);
    return arena_str(c->arena, buf_str(&out)).p;
}

/* Whoever sees phones masked does not read them in the notes, nor finds anybody by them; on what he
 * may change he sees both. */
TEST_APP(access_masks_phones_in_texts)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    struct search_hit *hits;
    size_t n;
    open_office(&o, app, arena,
                "{'objects':{'customer':{'read':'all','update':'own','fields':{'phone':'mask'}}}}");
    search_attach(app);
    assert_int_equal(log_readers_start(app), OK);
    int64_t other = create(&o.server, "customer",
                           "{'name':'x','phone':'13800138000','notes':'或 13533334444'}");
    int64_t mine = create(&o.server, "customer",
                          "{'name':'y','notes':'13533334445','owner':'%lld'}", (long long)o.me);
    assert_int_equal(log_readers_settle(app, 60000), OK);
    assert_non_null(strstr(json_of(&o.user, other), "或 135****4444"));
    assert_non_null(strstr(json_of(&o.user, mine), "13533334445"));
    assert_int_equal(search_find(&o.user, NULL, S("13533334444"), 5, &hits, &n), OK);
    assert_int_equal(n, 0);
    assert_int_equal(search_find(&o.server, NULL, S("13533334444"), 5, &hits, &n), OK);
    assert_int_equal(n, 1);
    log_readers_stop(app);
    close_office(&o);
}

/* A new record is the caller's, of his department, and shows his name: as they are now, also where
 * they have just been changed, before that is committed. */
static err_t move_and_create(struct ctx *c, void *arg)
{
    struct office *o = arg;
    int64_t own, id = 0;
    assert_true(access_own_department(c, &own));
    assert_int_equal(own, o->department);
    TRY(try_create(c, "customer", "{'name':'x'}", &id));
    assert_non_null(strstr(titles(c, "customer", id).p, "\"me\""));

    int64_t department = create(c, "department", "{'name':'d3'}");
    str body =
        arena_printf(c->arena, "{'name':'moved','department':'%lld'}", (long long)department);
    TRY(update(c, "user", o->me, body.p));
    assert_false(access_own_department(c, &own));
    TRY(try_create(c, "customer", "{'name':'y'}", &id));
    struct record *r;
    TRY(record_get(c, object(c, "customer"), id, OP_READ, &r));
    assert_int_equal(record_cell(r, r->object->department, 0).i, department);
    assert_non_null(strstr(titles(c, "customer", id).p, "\"moved\""));
    return OK;
}

TEST_APP(access_knows_the_caller_until_people_change)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    int64_t own;
    open_office(&o, app, arena, "{}");
    assert_int_equal(update(&o.server, "role", o.role, "{'administrator':true}"), OK);
    assert_int_equal(come_in(&o), OK);
    assert_false(access_own_department(&o.server, &own));
    assert_int_equal(ctx_transact(&o.user, move_and_create, &o), OK);
    close_office(&o);
}

/* Who looks after people cannot give rights, not even to themselves. */
TEST_APP(access_rights_are_given_by_administrators_only)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    static const char *const everything = "{'read':'all','create':true,'update':'all','delete':"
                                          "'all','export':true}";
    str role = arena_printf(arena, "{'objects':{'*':%s}}", everything);
    open_office(&o, app, arena, role.p);
    assert_int_equal(update(&o.user, "role", o.role, "{'name':'x'}"), ERR_DENIED);
    assert_int_equal(update(&o.user, "user", o.other, "{'name':'x'}"), ERR_DENIED);
    assert_int_equal(update(&o.user, "department", o.department, "{'name':'x'}"), ERR_DENIED);
    role = arena_printf(arena, "{'objects':{'*':%s},'rights':['manage_users']}", everything);
    set_role(&o, role.p);
    assert_int_equal(come_in(&o), OK);
    assert_int_equal(update(&o.user, "user", o.other, "{'name':'x'}"), OK);
    assert_int_equal(update(&o.user, "department", o.department, "{'name':'x'}"), OK);
    assert_int_equal(update(&o.user, "role", o.role, "{'administrator':true}"), ERR_DENIED);
    str roles = arena_printf(arena, "{'roles':['%lld']}", (long long)o.role);
    assert_int_equal(update(&o.user, "user", o.me, roles.p), ERR_INVALID);
    assert_string_equal(o.user.problems.list.at[0].code, "read_only");
    int64_t id;
    assert_int_equal(try_create(&o.user, "role", "{'name':'n','key':'n'}", &id), ERR_DENIED);
    close_office(&o);
}

/* ---- creating ---- */

TEST_APP(access_creating_needs_the_linked_record)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    static const char *const order = "{'customer':'%lld','amount':{'amount':100,'currency':'CNY'}}";
    struct office o;
    int64_t id;
    open_office(&o, app, arena,
                "{'objects':{'customer':{'read':'all','update':'own'},"
                "'order':{'read':'all','create':true},'task':{'read':'own','create':true}}}");
    int64_t mine = create(&o.server, "customer", "{'name':'a','owner':'%lld'}", (long long)o.me);
    int64_t theirs =
        create(&o.server, "customer", "{'name':'b','owner':'%lld'}", (long long)o.other);
    str body = arena_printf(arena, order, (long long)mine);
    assert_int_equal(try_create(&o.user, "order", body.p, &id), OK);
    body = arena_printf(arena, order, (long long)theirs);
    assert_int_equal(try_create(&o.user, "order", body.p, &id), ERR_INVALID);
    assert_string_equal(o.user.problems.list.at[0].code, "unknown_ref");
    assert_int_equal(try_create(&o.user, "lead", "{'name':'x'}", &id), ERR_DENIED);
    assert_int_equal(try_create(&o.user, "task", "{'subject':'call'}", &id), OK);
    close_office(&o);
}

/* ---- conditions of callers ---- */

static err_t ask(struct office *o, const char *name, const char *where)
{
    struct condition *condition;
    o->user.problems.list.n = 0;
    assert_int_equal(condition_parse(o->user.model, object(&o->user, name),
                                     test_json(o->user.arena, where), S("/where"),
                                     &o->user.problems, o->user.arena, &condition),
                     OK);
    err_t e = access_check_condition(o->user.access, condition, S("/where"), &o->user.problems);
    if (e == ERR_INVALID)
        assert_string_equal(o->user.problems.list.at[0].code, "not_filterable");
    return e;
}

TEST_APP(access_filters_tell_nothing_out_of_sight)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    open_office(&o, app, arena,
                "{'objects':{'customer':{'read':'own','fields':{'notes':'hidden','phone':'read'}},"
                "'order':{'read':'all'},'order_line':{'read':'all'},'product':{'read':'all'},"
                "'user':{'read':'all'},'task':{'read':'own'}}}");
    assert_int_equal(ask(&o, "customer", "{'field':'name','eq':'a'}"), OK);
    assert_int_equal(ask(&o, "customer", "{'field':'phone','startsWith':'138'}"), OK);
    assert_int_equal(ask(&o, "customer", "{'field':'email','startsWith':'a'}"), ERR_INVALID);
    assert_int_equal(ask(&o, "customer", "{'not':{'any':[{'field':'notes','isNull':true}]}}"),
                     ERR_INVALID);
    /* Over a link: what lies behind is in sight with the record, or all of it is. */
    assert_int_equal(ask(&o, "order", "{'field':'customer.name','eq':'a'}"), OK);
    assert_int_equal(ask(&o, "customer", "{'field':'owner.name','eq':'a'}"), OK);
    assert_int_equal(ask(&o, "customer", "{'field':'owner.phone','startsWith':'1'}"), ERR_INVALID);
    assert_int_equal(ask(&o, "customer", "{'field':'order.state','eq':'paid'}"), OK);
    assert_int_equal(ask(&o, "customer", "{'field':'order_line.name','eq':'tea'}"), OK);
    assert_int_equal(ask(&o, "order_line", "{'field':'order.customer.name','eq':'a'}"), OK);
    /* A task of mine may be about somebody else's customer. */
    assert_int_equal(ask(&o, "task", "{'field':'customer.name','eq':'a'}"), ERR_INVALID);
    assert_int_equal(ask(&o, "task", "{'field':'customer','isNull':true}"), OK);
    assert_int_equal(ask(&o, "customer", "{'field':'contact.title','eq':'a'}"), ERR_INVALID);
    assert_int_equal(ask(&o, "customer", "{'did':'order.paid','times':{'ge':2}}"), OK);
    set_role(&o, "{'objects':{'customer':{'read':'own'},'order':{'read':'own'}}}");
    assert_int_equal(come_in(&o), OK);
    assert_int_equal(ask(&o, "order", "{'field':'customer.name','eq':'a'}"), ERR_INVALID);
    close_office(&o);
}

/* ---- tokens ---- */

TEST_APP(access_tokens_narrow)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct office o;
    open_office(&o, app, arena,
                "{'objects':{'*':{'read':'all','create':true,'update':'own'}},"
                "'rights':['undo','import']}");
    const struct access *whole = o.user.access;
    o.user.access =
        access_narrow(arena, whole, test_json(arena, "['customers:read','orders:*','right:undo']"));
    assert_true(may(&o, "customer", OP_READ));
    assert_false(may(&o, "customer", OP_UPDATE));
    assert_true(may(&o, "order", OP_UPDATE));
    assert_false(may(&o, "order", OP_DELETE)); /* nor may the user */
    assert_false(may(&o, "task", OP_READ));
    assert_true(access_right(o.user.access, RIGHT_UNDO));
    assert_false(access_right(o.user.access, RIGHT_IMPORT));
    assert_false(access_right(o.user.access, RIGHT_REVEAL));
    assert_int_equal(
        access_field(o.user.access, object_field(object(&o.user, "customer"), S("name"))),
        FIELD_READ);
    assert_int_equal(
        access_field(o.user.access, object_field(object(&o.user, "customer"), S("phone"))),
        FIELD_MASK);
    assert_int_equal(
        access_field(o.user.access, object_field(object(&o.user, "task"), S("subject"))),
        FIELD_HIDDEN);
    assert_int_equal(update(&o.user, "customer", 1, "{}"), ERR_DENIED);
    access_release(o.user.access); /* and with it the whole */
    o.user.access = NULL;

    assert_int_equal(update(&o.server, "role", o.role, "{'administrator':true}"), OK);
    assert_int_equal(come_in(&o), OK);
    assert_true(access_administrator(o.user.access));
    o.user.access = access_narrow(arena, o.user.access, test_json(arena, "['*:read']"));
    assert_false(access_administrator(o.user.access));
    assert_true(may(&o, "role", OP_READ));
    assert_false(may(&o, "role", OP_UPDATE));
    assert_int_equal(
        access_field(o.user.access, object_field(object(&o.user, "customer"), S("phone"))),
        FIELD_READ);
    assert_int_equal(come_in(&o), OK);
    o.user.access = access_narrow(arena, o.user.access, test_json(arena, "['orders:read','*']"));
    assert_true(access_administrator(o.user.access));

    struct problems problems = {.arena = arena};
    static const char *const bad[] = {
        "[]", "['order:read']", "['orders:paint']", "['orders']", "['right:fly']", "[7]", "['**']"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(access_check_scopes(o.user.model, test_json(arena, bad[i]), S("/scopes"),
                                             &problems, arena),
                         ERR_INVALID);
    assert_int_equal(problems.list.n, sizeof bad / sizeof *bad);
    assert_int_equal(access_check_scopes(o.user.model,
                                         test_json(arena, "['*','*:read','orders:export',"
                                                          "'right:reveal','tasks:*']"),
                                         S("/scopes"), &problems, arena),
                     OK);
    close_office(&o);
}
