/* Ways by which somebody who is no administrator could come to more than he was given. */
#include <pthread.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/access.h"
#include "core/bulk.h"
#include "core/change.h"
#include "core/export.h"
#include "core/job.h"
#include "core/quality.h"
#include "core/record_internal.h"
#include "core/registry.h"
#include "core/registry_guard.h"
#include "core/test_app.h"
#include "sql_core.h"

struct scene {
    struct arena *arena;
    struct app *app;
    struct ctx server, user;
    int64_t administrators, boss, role, me;
    int64_t root, department;
};

static const struct object *object(const struct ctx *c, const char *name)
{
    return model_object(c->model, str_from(name));
}

__attribute__((format(printf, 4, 5))) static err_t
create(struct ctx *c, const char *name, int64_t *id, const char *format, ...)
{
    struct record *r;
    va_list args;
    va_start(args, format);
    str body = arena_vprintf(c->arena, format, args);
    va_end(args);
    c->problems.list.n = 0;
    TRY(record_create(c, object(c, name), test_json(c->arena, body.p), NULL, &r));
    *id = record_id(r);
    return OK;
}

__attribute__((format(printf, 4, 5))) static err_t
update(struct ctx *c, const char *name, int64_t id, const char *format, ...)
{
    struct record *r;
    va_list args;
    va_start(args, format);
    str body = arena_vprintf(c->arena, format, args);
    va_end(args);
    c->problems.list.n = 0;
    return record_update(c, object(c, name), id, 0, test_json(c->arena, body.p), NULL, &r);
}

static err_t remove_record(struct ctx *c, const char *name, int64_t id)
{
    struct record *r;
    c->problems.list.n = 0;
    return record_delete(c, object(c, name), id, 0, &r);
}

static void come_in(struct scene *s)
{
    if (s->user.conn)
        ctx_done(&s->user);
    assert_int_equal(ctx_init(&s->user, s->app, s->arena, "test"), OK);
    s->user.user = s->me;
    assert_int_equal(access_hold(s->app, s->user.conn, s->user.model, s->me, &s->user.access), OK);
}

static void open_scene(struct scene *s, struct app *app, const char *definition)
{
    *s = (struct scene){.arena = arena_new(64 * MIB), .app = app};
    struct ctx *c = &s->server;
    assert_int_equal(ctx_init(c, app, s->arena, "test"), OK);
    assert_int_equal(
        create(c, "role", &s->administrators, "{'name':'a','key':'a','administrator':true}"), OK);
    assert_int_equal(create(c, "user", &s->boss, "{'name':'b','email':'b@x.com','roles':['%lld']}",
                            (long long)s->administrators),
                     OK);
    assert_int_equal(
        create(c, "role", &s->role, "{'name':'r','key':'r','definition':%s}", definition), OK);
    assert_int_equal(create(c, "department", &s->root, "{'name':'root'}"), OK);
    assert_int_equal(create(c, "department", &s->department, "{'name':'mine','parent':'%lld'}",
                            (long long)s->root),
                     OK);
    assert_int_equal(create(c, "user", &s->me,
                            "{'name':'me','email':'me@x.com','roles':['%lld'],'department':'%lld'}",
                            (long long)s->role, (long long)s->department),
                     OK);
    come_in(s);
}

static void close_scene(struct scene *s)
{
    ctx_done(&s->user);
    ctx_done(&s->server);
    arena_free(s->arena);
}

static err_t
patch(struct scene *s, bool administrator, const char *name, const char *format, long long id)
{
    struct problems problems = {.arena = s->arena};
    AUTO_BUF plan;
    buf_init(&plan, MIB);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    str text = arena_printf(s->arena, format, id);
#pragma GCC diagnostic pop
    err_t e = registry_patch(s->app, str_from(name), test_json(s->arena, text.p), s->me,
                             administrator, false, &problems, &plan);
    if (e == OK)
        come_in(s);
    return e;
}

static const char PEOPLE[] = "{'objects':{'*':{'read':'all','create':true,'update':'all',"
                             "'delete':'all'}},'rights':['manage_users','manage_model']}";

static void assert_refused(const struct ctx *c, const char *code)
{
    assert_true(c->problems.list.n > 0);
    assert_string_equal(c->problems.list.at[0].code, code);
}

TEST_APP(rights_a_default_gives_no_roles)
{
    struct scene s;
    int64_t id;
    struct record *r;
    open_scene(&s, app, PEOPLE);
    assert_int_equal(patch(&s, true, "user", "{'fields':{'roles':{'default':['%lld']}}}",
                           (long long)s.administrators),
                     OK);
    assert_int_equal(create(&s.user, "user", &id, "{'name':'n','email':'n@x.com'}"), OK);
    assert_int_equal(record_load(&s.user, object(&s.user, "user"), id, &r), OK);
    const struct field *roles = object_field(r->object, S("roles"));
    str *members;
    value v = record_cell(r, roles, 0);
    assert_int_equal(v.kind == VALUE_NULL ? 0 : multi_members(s.arena, v, &members), 0);
    value active = record_cell(r, object_field(r->object, S("active")), 0);
    assert_true(active.kind == VALUE_BOOL && active.b);
    close_scene(&s);
}

TEST_APP(rights_what_guards_is_patched_by_proven_administrators)
{
    struct scene s;
    open_scene(&s, app, PEOPLE);
    assert_int_equal(registry_may_patch(&s.user, S("user"), true), ERR_DENIED);
    assert_refused(&s.user, "right_missing");
    assert_int_equal(registry_may_patch(&s.user, S("customer"), false), OK);
    s.user.stale = true;
    s.user.problems.list.n = 0;
    assert_int_equal(registry_may_patch(&s.user, S("customer"), true), OK);
    assert_int_equal(registry_may_patch(&s.user, S("customer"), false), ERR_DENIED);
    assert_refused(&s.user, "proof_required");
    assert_int_equal(patch(&s, true, "role", "{'guarded':false}", 0), ERR_INVALID);
    assert_int_equal(patch(&s, true, "role", "{'guarded':null}", 0), ERR_INVALID);
    assert_int_equal(patch(&s, true, "role", "{'guarded':true}", 0), OK);
    close_scene(&s);
}

TEST_APP(rights_what_is_sensitive_stays_so)
{
    struct scene s;
    open_scene(&s, app, PEOPLE);
    static const char bare[] = "{'fields':{'phone':{'sensitive':false}}}";
    static const char secret[] =
        "{'fields':{'vice':{'type':'text','label':'Vice','sensitive':true}}}";
    assert_int_equal(patch(&s, false, "customer", bare, 0), ERR_DENIED);
    assert_int_equal(patch(&s, false, "customer", secret, 0), OK);
    assert_int_equal(patch(&s, false, "customer", "{'fields':{'vice':null}}", 0), ERR_DENIED);
    assert_int_equal(patch(&s, true, "customer", bare, 0), OK);
    close_scene(&s);
}

TEST_APP(rights_managing_people_raises_nobody)
{
    struct scene s;
    int64_t id, below, aside;
    open_scene(&s, app, PEOPLE);
    struct ctx *c = &s.user;
    assert_int_equal(update(c, "user", s.me, "{'department':'%lld'}", (long long)s.root),
                     ERR_DENIED);
    assert_refused(c, "user_self");
    assert_int_equal(update(c, "user", s.me, "{'name':'x'}"), ERR_DENIED);
    assert_int_equal(update(c, "user", s.boss, "{'email':'mine@x.com'}"), ERR_DENIED);
    assert_refused(c, "user_administrator");
    assert_int_equal(remove_record(c, "user", s.boss), ERR_DENIED);
    assert_int_equal(create(c, "user", &id, "{'name':'n','email':'n@x.com','department':'%lld'}",
                            (long long)s.root),
                     ERR_INVALID);
    assert_refused(c, "department_outside");
    assert_int_equal(create(c, "user", &id, "{'name':'n','email':'n@x.com','department':'%lld'}",
                            (long long)s.department),
                     OK);
    assert_int_equal(update(c, "user", id, "{'job_title':'x'}"), OK);
    assert_int_equal(update(c, "user", id, "{'department':'%lld'}", (long long)s.root),
                     ERR_INVALID);
    assert_int_equal(create(c, "department", &below, "{'name':'below','parent':'%lld'}",
                            (long long)s.department),
                     OK);
    assert_int_equal(create(&s.server, "department", &aside, "{'name':'aside'}"), OK);
    assert_int_equal(update(c, "department", aside, "{'parent':'%lld'}", (long long)s.department),
                     ERR_INVALID);
    assert_int_equal(update(c, "department", s.department, "{'parent':null}"), ERR_INVALID);
    assert_int_equal(update(c, "department", aside, "{'name':'beside'}"), OK);
    close_scene(&s);
}

TEST_APP(rights_an_administrator_remains)
{
    struct scene s;
    int64_t second;
    open_scene(&s, app, PEOPLE);
    struct ctx *c = &s.server;
    assert_int_equal(update(c, "user", s.boss, "{'active':false}"), ERR_CONFLICT);
    assert_refused(c, "last_administrator");
    assert_int_equal(update(c, "user", s.boss, "{'roles':[]}"), ERR_CONFLICT);
    assert_int_equal(remove_record(c, "user", s.boss), ERR_CONFLICT);
    assert_int_equal(remove_record(c, "role", s.administrators), ERR_CONFLICT);
    assert_int_equal(update(c, "role", s.administrators, "{'administrator':false}"), ERR_CONFLICT);
    assert_int_equal(update(c, "user", s.boss, "{'name':'B'}"), OK);
    assert_int_equal(create(c, "user", &second, "{'name':'c','email':'c@x.com','roles':['%lld']}",
                            (long long)s.administrators),
                     OK);
    assert_int_equal(update(c, "user", s.boss, "{'active':false}"), OK);
    assert_int_equal(remove_record(c, "user", second), ERR_CONFLICT);
    close_scene(&s);
}

static enum field_access sees(const struct scene *s, const char *name)
{
    return access_field(s->user.access, object_field(object(&s->user, "customer"), str_from(name)));
}

TEST_APP(rights_a_formula_shows_no_more_than_its_fields)
{
    struct scene s;
    open_scene(&s, app, "{}");
    assert_int_equal(patch(&s, true, "customer",
                           "{'fields':{'peek':{'type':'formula','result':'text','formula':'phone'},"
                           "'peek2':{'type':'formula','result':'text','formula':'upper(phone)'},"
                           "'firm':{'type':'formula','result':'text','formula':'company'},"
                           "'loud':{'type':'formula','result':'text','formula':'upper(name)'}}}",
                           0),
                     OK);
    ctx_done(&s.server);
    assert_int_equal(ctx_init(&s.server, app, s.arena, "test"), OK);
    assert_int_equal(update(&s.server, "role", s.role, "%s",
                            "{'definition':{'objects':{'customer':{'read':'all','update':'own',"
                            "'fields':{'company':'hidden','peek':'read','*':'read'}}}}}"),
                     OK);
    come_in(&s);
    assert_true(object_field(object(&s.user, "customer"), S("peek2"))->sensitive);
    assert_false(object_field(object(&s.user, "customer"), S("loud"))->sensitive);
    assert_int_equal(sees(&s, "peek"), FIELD_MASK);
    assert_int_equal(sees(&s, "peek2"), FIELD_MASK);
    assert_int_equal(sees(&s, "firm"), FIELD_HIDDEN);
    assert_int_equal(sees(&s, "loud"), FIELD_READ);
    const struct field *peek = object_field(object(&s.user, "customer"), S("peek"));
    assert_int_equal(access_field_own(s.user.access, peek), FIELD_READ);
    close_scene(&s);
}

static err_t fail_jobs(struct ctx *c, void *arg)
{
    (void)arg;
    return db_run(c->conn, S("UPDATE job SET state = 'failed'"), NULL, 0, NULL);
}

TEST_APP(rights_a_retried_export_asks_what_the_first_did)
{
    struct scene s;
    int64_t id;
    open_scene(&s, app, "{'objects':{'customer':{'read':'all','export':true}}}");
    struct ctx *c = &s.user;
    export_attach();
    const json_t *args = test_json(s.arena, "{'object':'customer'}");
    assert_int_equal(job_enqueue(c, "export", args, NULL, 0, &id), OK);
    assert_int_equal(ctx_transact(c, fail_jobs, NULL), OK);
    c->stale = true;
    assert_int_equal(job_retry(c, id), ERR_DENIED);
    assert_refused(c, "proof_required");
    c->stale = false;
    assert_int_equal(job_retry(c, id), OK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(job_enqueue(c, "export", args, NULL, 0, &id), OK);
    assert_int_equal(ctx_transact(c, fail_jobs, NULL), OK);
    c->problems.list.n = 0;
    c->now = clock_now();
    assert_int_equal(job_retry(c, id), ERR_LIMIT);
    assert_refused(c, "too_many_exports");
    close_scene(&s);
}

static json_t *job_of(struct scene *s, int64_t id)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(job_write_json(&s->user, id, &w), OK);
    return json_keep(s->arena, json_loadb(out.p, out.n, 0, NULL));
}

TEST_APP(rights_who_sees_others_jobs_does_not_end_or_retry_them)
{
    struct scene s;
    int64_t plain, export;
    open_scene(&s, app,
               "{'objects':{'customer':{'read':'all','export':true}},'rights':['see_jobs']}");
    export_attach();
    job_kinds_core();
    const json_t *args = test_json(s.arena, "{'object':'customer'}");
    s.server.user = s.boss;
    assert_int_equal(job_enqueue(&s.server, "seal", NULL, NULL, 0, &plain), OK);
    assert_int_equal(job_enqueue(&s.server, "export", args, NULL, 0, &export), OK);
    assert_int_equal(job_cancel(&s.user, plain), ERR_DENIED);
    assert_refused(&s.user, "job_of_another");
    assert_true(json_is_false(json_object_get(job_of(&s, plain), "cancellable")));
    s.server.user = 0;
    assert_int_equal(update(&s.server, "role", s.role, "%s",
                            "{'definition':{'objects':{'customer':{'read':'all','export':true}},"
                            "'rights':['see_jobs','manage_jobs']}}"),
                     OK);
    come_in(&s);
    assert_true(json_is_true(json_object_get(job_of(&s, plain), "cancellable")));
    assert_int_equal(job_cancel(&s.user, plain), OK);
    assert_int_equal(job_cancel(&s.user, export), OK);
    assert_int_equal(job_retry(&s.user, plain), OK);
    assert_true(json_is_false(json_object_get(job_of(&s, export), "retryable")));
    assert_int_equal(job_retry(&s.user, export), ERR_DENIED);
    assert_refused(&s.user, "job_of_another");
    s.user.user = s.boss;
    assert_true(json_is_true(json_object_get(job_of(&s, export), "retryable")));
    assert_int_equal(job_retry(&s.user, export), OK);
    close_scene(&s);
}

/* A retry of what touches who may do what asks for proof as its beginning did; others do not. */
TEST_APP(rights_retried_bulk_work_asks_for_proof_where_it_weighs)
{
    struct scene s;
    int64_t people, customers;
    open_scene(&s, app,
               "{'objects':{'customer':{'read':'all','update':'all'},'role':{'read':'all'}}}");
    struct ctx *c = &s.user;
    bulk_attach();
    assert_int_equal(
        job_enqueue(c, "bulk", test_json(s.arena, "{'object':'role'}"), NULL, 0, &people), OK);
    assert_int_equal(
        job_enqueue(c, "bulk", test_json(s.arena, "{'object':'customer'}"), NULL, 0, &customers),
        OK);
    assert_int_equal(ctx_transact(c, fail_jobs, NULL), OK);
    c->stale = true;
    assert_int_equal(job_retry(c, people), ERR_DENIED);
    assert_refused(c, "proof_required");
    assert_int_equal(job_retry(c, customers), OK);
    c->stale = false;
    assert_int_equal(job_retry(c, people), OK);
    close_scene(&s);
}

TEST_APP(rights_quality_groups_by_what_may_be_read)
{
    struct scene s;
    open_scene(&s, app,
               "{'objects':{'customer':{'read':'all','fields':{'source':'hidden','*':'read'}}}}");
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(quality_json(&s.user, S("source"), &w), ERR_INVALID);
    assert_refused(&s.user, "not_filterable");
    assert_int_equal(quality_json(&s.user, S("owner"), &w), OK);
    close_scene(&s);
}

TEST_APP(rights_undo_writes_no_field_that_one_may_not)
{
    struct scene s;
    int64_t id;
    struct undo_result result;
    struct record *r;
    open_scene(&s, app,
               "{'objects':{'customer':{'read':'all','update':'all','fields':{'company':'read',"
               "'*':'write'}}},'rights':['undo']}");
    assert_int_equal(
        create(&s.server, "customer", &id, "{'name':'n','company':'old','notes':'old'}"), OK);
    assert_int_equal(batch_begin(&s.server, "bulk", S("b"), &s.server.batch), OK);
    assert_int_equal(update(&s.server, "customer", id, "{'company':'new','notes':'new'}"), OK);
    int64_t batch = s.server.batch;
    s.server.batch = 0;
    assert_int_equal(batch_undo(&s.user, batch, false, &result, NULL, NULL), OK);
    assert_int_equal(result.kept_total, 1);
    assert_int_equal(record_load(&s.server, object(&s.server, "customer"), id, &r), OK);
    assert_str(record_cell(r, object_field(r->object, S("company")), 0).s, "new");
    assert_str(record_cell(r, object_field(r->object, S("notes")), 0).s, "old");
    close_scene(&s);
}

/* ---- two at once ---- */

struct resigning {
    struct app *app;
    int64_t user;
    err_t outcome;
    pthread_t thread;
    struct resigning *other; /* begins when this one has written */
};

static void *resign(void *arg);

static err_t resign_work(struct ctx *c, void *arg)
{
    struct resigning *r = arg;
    err_t e = update(c, "user", r->user, "{'active':false}");
    if (e == OK && r->other) {
        assert_int_equal(pthread_create(&r->other->thread, NULL, resign, r->other), 0);
        usleep(200000); /* if nothing held it off, the other one would be through by now */
    }
    return e;
}

static void *resign(void *arg)
{
    struct resigning *r = arg;
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, r->app, arena, "test"), OK);
    r->outcome = ctx_transact(&c, resign_work, r);
    ctx_done(&c);
    return NULL;
}

TEST_APP(rights_one_of_two_administrators_who_leave_at_once_stays)
{
    struct scene s;
    int64_t second;
    open_scene(&s, app, "{'objects':{}}");
    assert_int_equal(create(&s.server, "user", &second,
                            "{'name':'c','email':'c@x.com','roles':['%lld']}",
                            (long long)s.administrators),
                     OK);
    struct resigning late = {.app = app, .user = second};
    struct resigning early = {.app = app, .user = s.boss, .other = &late};
    resign(&early);
    pthread_join(late.thread, NULL);
    assert_int_equal(early.outcome, OK);
    assert_int_equal(late.outcome, ERR_CONFLICT);
    close_scene(&s);
}

/* Of an address from abroad there is no country: what is left of it is masked all the same. */
TEST_APP(rights_mask_an_address_of_which_only_the_street_is_known)
{
    struct scene s;
    int64_t id;
    struct record *r;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    open_scene(&s, app, "{'objects':{'customer':{'read':'all','fields':{'address':'mask'}}}}");
    assert_int_equal(
        create(&s.server, "customer", &id, "{'name':'x','address':{'street':'221b Baker Street'}}"),
        OK);
    assert_int_equal(record_get(&s.user, object(&s.user, "customer"), id, OP_READ, &r), OK);
    assert_int_equal(record_write_whole(&s.user, r, &w), OK);
    assert_true(str_find(buf_str(&out), S("Baker")) == SIZE_MAX);
    assert_true(str_find(buf_str(&out), S("\"address\":\"***\"")) != SIZE_MAX);
    close_scene(&s);
}

static err_t as_modeler(struct scene *s, const char *name, const char *text)
{
    return patch(s, false, name, text, 0);
}

TEST_APP(rights_who_sees_what_is_decided_by_administrators)
{
    struct scene s;
    open_scene(&s, app, PEOPLE);
    static const char *const refused[][2] = {
        {"order_line", "{'access':{'via':'product'}}"},
        {"follow_up", "{'access':{'via':'owner'}}"},
        {"order", "{'access':null}"},
        {"customer", "{'access':{'via':'stage'}}"},
        {"customer", "{'rules':{'x':{'when':{'field':'phone','startsWith':'139'},"
                     "'message':'x'}}}"},
        {"customer", "{'fields':{'copy':{'type':'formula','result':'text','formula':'notes'}}}"},
        {"stage", "{'fields':{'last':{'type':'rollup','over':'customer','via':'stage',"
                  "'fn':'last','field':'name'}}}"},
        {"order", "{'fields':{'paid_at':{'readonly':true}}}"},
        {"order", "{'fields':{'next':{'type':'ref','target':'customer',"
                  "'default':{'first':'name','where':{'field':'phone','eq':'1'}}}}}"},
        {"user", "{'label':'x'}"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_int_equal(as_modeler(&s, refused[i][0], refused[i][1]), ERR_DENIED);
    assert_int_equal(patch(&s, true, "customer", refused[3][1], 0), OK);
    assert_int_equal(as_modeler(&s, "order",
                                "{'label':'Deal','layouts':{'list':['number']},"
                                "'fields':{'number':{'label':'No','required':true},"
                                "'size':{'type':'number'}}}"),
                     OK);
    assert_int_equal(as_modeler(&s, "order", "{'fields':{'size':{'name':'length'}}}"), ERR_DENIED);
    assert_int_equal(as_modeler(&s, "order", "{'fields':{'size':{'type':'date'}}}"), ERR_DENIED);
    close_scene(&s);
}

#define SECRET "{'plural':'pays','title':'name','fields':{'name':{'type':'text'},"

/* What was there before comes back with its records. */
TEST_APP(rights_what_was_dropped_is_brought_back_by_administrators)
{
    struct scene s;
    open_scene(&s, app, PEOPLE);
    static const char looks[] =
        SECRET "'of':{'type':'ref','target':'customer'},"
               "'copy':{'type':'formula','result':'text','formula':'of.notes'}}}";
    static const char halves[] = SECRET "'size':{'type':'number'},'half':{'type':'formula',"
                                        "'result':'number','formula':'size / 2'}}}";
    assert_int_equal(as_modeler(&s, "pay", looks), ERR_DENIED);
    assert_int_equal(as_modeler(&s, "pay", halves), OK);
    assert_int_equal(as_modeler(&s, "pay", "{'owned':true}"), ERR_DENIED);
    assert_int_equal(as_modeler(&s, "order", "{'fields':{'sum':{'type':'number'}}}"), OK);
    assert_int_equal(as_modeler(&s, "order", "{'fields':{'sum':null}}"), OK);
    assert_int_equal(as_modeler(&s, "order", "{'fields':{'sum':{'type':'number'}}}"), ERR_DENIED);
    assert_int_equal(patch(&s, true, "order", "{'fields':{'sum':{'type':'number'}}}", 0), OK);
    close_scene(&s);
}

TEST(rights_every_key_of_a_definition_is_classified)
{
    size_t objects = 0, fields = 0;
    for (; MODEL_OBJECT_KEYS[objects]; objects++)
        if (guard_object_key(str_from(MODEL_OBJECT_KEYS[objects])) == GUARD_UNKNOWN)
            fail_msg("who may change an object's \"%s\"?", MODEL_OBJECT_KEYS[objects]);
    for (; MODEL_FIELD_KEYS[fields]; fields++)
        if (guard_field_key(str_from(MODEL_FIELD_KEYS[fields])) == GUARD_UNKNOWN)
            fail_msg("who may change a field's \"%s\"?", MODEL_FIELD_KEYS[fields]);
    assert_true(objects > 20 && fields > 30);
}

TEST_APP(rights_what_is_shipped_stays_what_the_program_knows)
{
    struct scene s;
    open_scene(&s, app, PEOPLE);
    static const char *const refused[][2] = {
        {"file", "{'fields':{'storage':{'name':'store'}}}"},
        {"file", "{'label':'x'}"},
        {"customer", "{'fields':{'name':{'name':'called'}}}"},
        {"customer", "{'fields':{'phone':{'type':'text'}}}"},
        {"customer", "{'fields':{'stage':{'target':'user'}}}"},
        {"customer", "{'fields':{'notes':null}}"},
        {"customer", "{'fields':null}"},
        {"customer", "{'owned':null}"},
        {"customer", "{'owned':false}"},
        {"user", "{'title':'roles'}"},
        {"order", "{'plural':'deals'}"},
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_int_equal(patch(&s, true, refused[i][0], refused[i][1], 0), ERR_INVALID);
    assert_int_equal(patch(&s, true, "customer",
                           "{'fields':{'notes':{'hidden':true,'label':'x','type':'long_text',"
                           "'name':null}}}",
                           0),
                     OK);
    close_scene(&s);
}

static err_t put_patches(struct ctx *c, void *arg)
{
    (void)arg;
    static const char *const kept[][2] = {
        {"file", "{\"object\":\"file\",\"fields\":{\"storage\":{\"name\":\"store\"}}}"},
        {"customer", "{\"object\":\"customer\",\"label\":\"Guest\",\"fields\":{\"notes\":null,"
                     "\"name\":{\"name\":\"called\",\"label\":\"Called\"}}}"},
    };
    for (size_t i = 0; i < 2; i++) {
        value params[] = {V_TEXT(str_from(kept[i][0])), V_TEXT(str_from(kept[i][1])), V_INT(1),
                          V_NULL};
        TRY(db_run(c->conn, SQL_MODEL_PATCH_PUT, params, 4, NULL));
    }
    return OK;
}

TEST_APP(rights_a_patch_from_before_takes_no_field_from_the_program)
{
    struct scene s;
    open_scene(&s, app, PEOPLE);
    assert_int_equal(ctx_transact(&s.server, put_patches, NULL), OK);
    assert_int_equal(registry_migrate(app, NULL), OK);
    assert_int_equal(registry_load(app, NULL), OK);
    come_in(&s);
    const struct object *o = object(&s.user, "customer");
    assert_non_null(object_field(object(&s.user, "file"), S("storage")));
    assert_str(o->label.text[LANG_EN], "Guest");
    assert_str(object_field(o, S("name"))->label.text[LANG_EN], "Called");
    assert_true(object_field(o, S("notes"))->hidden);
    assert_int_equal(patch(&s, true, "customer", "{'label':'Client'}", 0), OK);
    close_scene(&s);
}
