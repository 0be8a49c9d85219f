#include <stdio.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/access.h"
#include "core/auth.h"
#include "core/bulk.h"
#include "core/file.h"
#include "core/import_internal.h"
#include "core/job_internal.h"
#include "core/record.h"
#include "core/test_app.h"

enum { PIECES = 6, EVENT_AFTER = 3 };

struct scene {
    struct arena *arena;
    struct app *app;
    struct ctx server;
    int64_t me, other, role, other_role, token;
};

/* A job in pieces, in whose middle something happens. */
static struct {
    struct scene *scene;
    void (*happens)(struct scene *);
    unsigned runs, done, allowed; /* allowed: pieces at which he could change customers */
} work;

static int64_t create(struct scene *s, const char *object, const char *body)
{
    struct record *r;
    assert_int_equal(record_create(&s->server, model_object(s->server.model, str_from(object)),
                                   test_json(s->arena, body), NULL, &r),
                     OK);
    return record_id(r);
}

static void update(struct scene *s, const char *object, int64_t id, const char *body)
{
    struct record *r;
    assert_int_equal(record_update(&s->server, model_object(s->server.model, str_from(object)), id,
                                   0, test_json(s->arena, body), NULL, &r),
                     OK);
}

static int64_t create_user(struct scene *s, const char *name, int64_t role)
{
    return create(s, "user",
                  arena_printf(s->arena, "{'name':'%s','email':'%s@example.com','roles':['%lld']}",
                               name, name, (long long)role)
                      .p);
}

/* Goes on where it was, as kinds are to. */
static err_t pieces_run(struct ctx *c, struct job *job, json_t **result)
{
    (void)result;
    work.runs++;
    while (work.done < PIECES) {
        if (access_may(c->access, model_object(c->model, S("customer")), OP_UPDATE))
            work.allowed++;
        if (++work.done == EVENT_AFTER && work.happens)
            work.happens(work.scene);
        TRY(job_progress(c, job, work.done, PIECES));
    }
    return OK;
}

static void begin(struct scene *s, struct app *app)
{
    static struct job_kind kind = {.name = "test_pieces", .label = "job_purge", .run = pieces_run};
    job_kind_add(&kind);
    job_kinds_core();
    bulk_attach();
    import_attach();
    *s = (struct scene){.arena = arena_new(256 * MIB), .app = app};
    assert_int_equal(ctx_init(&s->server, app, s->arena, "test"), OK);
    s->role = create(s, "role",
                     "{'name':'a','key':'a','definition':{'objects':{'customer':"
                     "{'read':'all','update':'all'}}}}");
    s->other_role = create(s, "role",
                           "{'name':'b','key':'b','definition':{'objects':{'customer':"
                           "{'read':'all'}}}}");
    s->me = create_user(s, "me", s->role);
    s->other = create_user(s, "other", s->other_role);
    work = (typeof(work)){.scene = s};
}

static void end(struct scene *s)
{
    clock_set(0);
    ctx_done(&s->server);
    arena_free(s->arena);
}

static int64_t add_token(struct scene *s, unsigned days)
{
    struct ctx *c = &s->server;
    char secret[64];
    int64_t id;
    c->user = s->me;
    assert_int_equal(auth_token_create(c, s->me, S("erp"), NULL, days, secret, &id), OK);
    c->user = 0;
    return id;
}

static int64_t enqueue(struct scene *s, const char *kind, const char *args)
{
    struct ctx *c = &s->server;
    int64_t id;
    c->user = s->me;
    c->token = s->token;
    assert_int_equal(job_enqueue(c, kind, test_json(s->arena, args), NULL, 0, &id), OK);
    c->user = c->token = 0;
    return id;
}

static const json_t *show(struct scene *s, int64_t id)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(job_write_json(&s->server, id, &w), OK);
    return json_keep(s->arena, json_loadb(out.p, out.n, 0, NULL));
}

static void assert_failed(struct scene *s, int64_t id, const char *code)
{
    const json_t *j = show(s, id), *errors = json_object_get(j, "error");
    assert_str(json_get_str(j, "state"), "failed");
    assert_int_equal(json_array_size(errors), 1);
    assert_str(json_get_str(json_array_get(errors, 0), "code"), code);
}

static void assert_gone(struct scene *s, int64_t id)
{
    assert_failed(s, id, "job_actor_gone");
}

static const json_t *run_while(struct scene *s, void (*happens)(struct scene *))
{
    int64_t id = enqueue(s, "test_pieces", "{}");
    work.happens = happens;
    assert_int_equal(job_run_due(s->app), OK);
    return show(s, id);
}

static void assert_stopped(struct scene *s, void (*happens)(struct scene *))
{
    int64_t id;
    assert_int_equal(id_parse(json_get_str(run_while(s, happens), "id"), &id), OK);
    assert_gone(s, id);
    assert_int_equal(work.runs, 1);
    assert_int_equal(work.done, EVENT_AFTER);
}

static void assert_done(const json_t *j, unsigned runs, unsigned allowed)
{
    assert_str(json_get_str(j, "state"), "done");
    assert_int_equal(json_get_int(j, "attempts", 0), 1);
    assert_int_equal(work.runs, runs);
    assert_int_equal(work.done, PIECES);
    assert_int_equal(work.allowed, allowed);
}

/* ---- the actor ---- */

static void disable(struct scene *s)
{
    update(s, "user", s->me, "{'active':false}");
}

TEST_APP(job_rights_of_who_is_disabled_end_the_job)
{
    struct scene s;
    begin(&s, app);
    assert_stopped(&s, disable);
    end(&s);
}

static void narrow(struct scene *s)
{
    update(s, "role", s->role, "{'definition':{'objects':{'customer':{'read':'all'}}}}");
}

static void take_role(struct scene *s)
{
    update(s, "user", s->me,
           arena_printf(s->arena, "{'roles':['%lld']}", (long long)s->other_role).p);
}

static void move(struct scene *s)
{
    int64_t id = create(s, "department", "{'name':'南京'}");
    update(s, "user", s->me, arena_printf(s->arena, "{'department':'%lld'}", (long long)id).p);
}

TEST_APP(job_rights_that_are_narrowed_start_it_again)
{
    struct scene s;
    begin(&s, app);
    assert_done(run_while(&s, narrow), 2, EVENT_AFTER);
    end(&s);
}

TEST_APP(job_rights_of_who_gets_other_roles_start_it_again)
{
    struct scene s;
    begin(&s, app);
    assert_done(run_while(&s, take_role), 2, EVENT_AFTER);
    end(&s);
}

TEST_APP(job_rights_of_who_moves_start_it_again)
{
    struct scene s;
    begin(&s, app);
    assert_done(run_while(&s, move), 2, PIECES);
    end(&s);
}

static void edit_others(struct scene *s)
{
    update(s, "user", s->other, "{'active':false}");
    update(s, "user", s->me, "{'name':'Me'}");
    update(s, "role", s->other_role, "{'definition':{'objects':{'customer':{'read':'own'}}}}");
    create(s, "department", "{'name':'苏州'}");
}

TEST_APP(job_rights_of_others_do_not_disturb_it)
{
    struct scene s;
    begin(&s, app);
    assert_done(run_while(&s, edit_others), 1, PIECES);
    end(&s);
}

/* ---- the API token ---- */

static void end_token(struct scene *s)
{
    s->server.user = s->me;
    assert_int_equal(auth_token_delete(&s->server, s->token), OK);
    s->server.user = 0;
}

static void let_expire(struct scene *s)
{
    (void)s;
    clock_set(clock_now() + 2 * CLOCK_DAY);
}

static void end_another_token(struct scene *s)
{
    int64_t mine = s->token;
    s->token = add_token(s, 1);
    end_token(s);
    s->token = mine;
}

TEST_APP(job_rights_of_a_token_that_is_ended_end_the_job)
{
    struct scene s;
    begin(&s, app);
    s.token = add_token(&s, 30);
    assert_stopped(&s, end_token);
    end(&s);
}

TEST_APP(job_rights_of_a_token_that_expires_end_the_job)
{
    struct scene s;
    begin(&s, app);
    s.token = add_token(&s, 1);
    assert_stopped(&s, let_expire);
    end(&s);
}

TEST_APP(job_rights_of_another_token_do_not_disturb_it)
{
    struct scene s;
    begin(&s, app);
    s.token = add_token(&s, 30);
    assert_done(run_while(&s, end_another_token), 1, PIECES);
    end(&s);
}

TEST_APP(job_rights_of_a_token_ended_before_it_starts_are_none)
{
    struct scene s;
    begin(&s, app);
    s.token = add_token(&s, 30);
    int64_t id = enqueue(&s, "test_pieces", "{}");
    end_token(&s);
    assert_int_equal(job_run_due(app), OK);
    assert_gone(&s, id);
    assert_int_equal(work.runs, 0);
    end(&s);
}

/* ---- a bulk change ---- */

static void on_progress(void *context, int64_t id)
{
    struct scene *s = context;
    void (*happens)(struct scene *) = work.happens;
    if (happens && json_get_int(show(s, id), "done", 0) > 0) {
        work.happens = NULL;
        happens(s);
    }
}

static int64_t count(struct scene *s, const char *company)
{
    const struct object *o = model_object(s->server.model, S("customer"));
    const char *where = arena_printf(s->arena, "{'field':'company','eq':'%s'}", company).p;
    struct condition *parsed;
    int64_t n;
    assert_int_equal(condition_parse(s->server.model, o, test_json(s->arena, where), S(""),
                                     &s->server.problems, s->arena, &parsed),
                     OK);
    struct list_query q = {.object = o, .where = parsed, .op = OP_READ};
    assert_int_equal(record_count(&s->server, &q, 0, &n), OK);
    return n;
}

/* Of 450 customers; what happens does so after the first of them are changed. */
static int64_t bulk_while(struct scene *s, void (*happens)(struct scene *))
{
    for (int i = 0; i < 450; i++)
        create(s, "customer", arena_printf(s->arena, "{'name':'客户%d','company':'甲'}", i).p);
    int64_t id = enqueue(s, "bulk",
                         "{'object':'customer','where':{'field':'company','eq':'甲'},"
                         "'change':{'company':'乙'},'total':450}");
    job_on_change(s->app, on_progress, s);
    work.happens = happens;
    assert_int_equal(job_run_due(s->app), OK);
    return id;
}

TEST_APP(job_rights_of_who_is_disabled_end_a_bulk_change)
{
    struct scene s;
    begin(&s, app);
    assert_gone(&s, bulk_while(&s, disable));
    assert_in_range(count(&s, "甲"), 250, 449);
    assert_int_equal(count(&s, "甲") + count(&s, "乙"), 450);
    end(&s);
}

TEST_APP(job_rights_that_are_narrowed_end_a_bulk_change)
{
    struct scene s;
    begin(&s, app);
    assert_str(json_get_str(show(&s, bulk_while(&s, narrow)), "state"), "failed");
    assert_in_range(count(&s, "甲"), 250, 449);
    end(&s);
}

TEST_APP(job_rights_that_change_let_a_bulk_change_go_on)
{
    struct scene s;
    begin(&s, app);
    const json_t *j = show(&s, bulk_while(&s, move));
    assert_str(json_get_str(j, "state"), "done");
    assert_int_equal(json_get_int(json_object_get(j, "result"), "changed", 0), 450);
    assert_int_equal(count(&s, "乙"), 450);
    end(&s);
}

/* ---- an import ---- */

static int64_t start_import(struct scene *s, int64_t *job)
{
    struct ctx *c = &s->server;
    struct record *r;
    int64_t file;
    const char *path = file_spool_path(c);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    fprintf(f, "客户名称,单位\n");
    for (int i = 0; i < 900; i++)
        fprintf(f, "客户%d,甲\n", i);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(file_keep(c, path, S("客户.csv"), &file), OK);
    c->user = s->me;
    assert_int_equal(import_create(c, file, S("customer"), &r), OK);
    assert_int_equal(import_start(c, record_id(r), IMPORT_RUN, job), OK);
    c->user = 0;
    return record_id(r);
}

static void take_import(struct scene *s)
{
    update(s, "role", s->role,
           "{'definition':{'objects':{'customer':{'read':'all','create':true,'update':'all'}}}}");
}

/* It is noted with the import, too. */
static void assert_import_ends(struct app *app, void (*happens)(struct scene *), const char *code)
{
    struct scene s;
    int64_t job;
    struct record *import;
    begin(&s, app);
    update(&s, "role", s.role,
           "{'definition':{'objects':{'customer':{'read':'all','create':true,'update':'all'}},"
           "'rights':['import']}}");
    int64_t id = start_import(&s, &job);
    job_on_change(app, on_progress, &s);
    work.happens = happens;
    assert_int_equal(job_run_due(app), OK);
    assert_failed(&s, job, code);
    assert_int_equal(import_get(&s.server, id, &import), OK);
    assert_true(import_in_state(import, "failed"));
    assert_in_range(count(&s, "甲"), 200, 899);
    end(&s);
}

TEST_APP(job_rights_to_import_that_are_taken_end_an_import)
{
    assert_import_ends(app, take_import, "denied");
}

TEST_APP(job_rights_of_who_is_disabled_end_an_import)
{
    assert_import_ends(app, disable, "job_actor_gone");
}
