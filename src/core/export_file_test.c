/* What becomes of the files of exports: customer lists that lie about. */
#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "core/access.h"
#include "core/export.h"
#include "core/file.h"
#include "core/job.h"
#include "core/test_app.h"

struct scene {
    struct arena *arena;
    struct app *app;
    struct ctx server;
    int64_t role, me;
};

static int64_t create(struct scene *s, const char *object, const char *body)
{
    struct record *r;
    const struct object *o = model_object(s->server.model, str_from(object));
    assert_int_equal(record_create(&s->server, o, test_json(s->arena, body), NULL, &r), OK);
    return record_id(r);
}

static void begin(struct scene *s, struct app *app)
{
    job_kinds_core();
    export_attach();
    *s = (struct scene){.arena = arena_new(64 * MIB), .app = app};
    assert_int_equal(ctx_init(&s->server, app, s->arena, "test"), OK);
    s->role = create(s, "role",
                     "{'name':'a','key':'a','definition':{'objects':{'customer':"
                     "{'read':'all','export':true}}}}");
    s->me = create(s, "user",
                   arena_printf(s->arena, "{'name':'a','email':'a@example.com','roles':['%lld']}",
                                (long long)s->role)
                       .p);
    create(s, "customer", "{'name':'王小明','phone':'13800138000'}");
}

static void end(struct scene *s)
{
    clock_set(0);
    ctx_done(&s->server);
    arena_free(s->arena);
}

static struct ctx sign_in(struct scene *s)
{
    struct ctx c;
    assert_int_equal(ctx_init(&c, s->app, s->arena, "test"), OK);
    c.user = s->me;
    assert_int_equal(access_hold(s->app, c.conn, c.model, s->me, &c.access), OK);
    return c;
}

static err_t find(struct scene *s, int64_t id, struct stored_file *out)
{
    struct ctx c = sign_in(s);
    err_t e = file_find(&c, id, out);
    ctx_done(&c);
    return e;
}

static err_t start(struct ctx *c, int64_t *job)
{
    struct export e;
    const struct object *o = model_object(c->model, S("customer"));
    TRY(export_read(c, o, test_json(c->arena, "{'format':'csv'}"), &e));
    return export_start(c, &e, job);
}

/* Exports all customers; the file. */
static int64_t export(struct scene *s)
{
    struct ctx c = sign_in(s);
    int64_t job;
    value file;
    assert_int_equal(start(&c, &job), OK);
    ctx_done(&c);
    assert_int_equal(job_run_due(s->app), OK);
    assert_int_equal(db_one(s->server.conn, s->arena, S("SELECT id FROM file"), NULL, 0, &file, 1),
                     OK);
    return file.i;
}

TEST_APP(export_files_are_given_while_one_may_export)
{
    struct scene s;
    struct stored_file file;
    struct record *r;
    begin(&s, app);
    int64_t id = export(&s);
    assert_int_equal(find(&s, id, &file), OK);
    assert_int_equal(record_update(&s.server, model_object(s.server.model, S("role")), s.role, 0,
                                   test_json(s.arena, "{'definition':{'objects':{'customer':"
                                                      "{'read':'all'}}}}"),
                                   NULL, &r),
                     OK);
    assert_int_equal(find(&s, id, &file), ERR_NOT_FOUND);
    end(&s);
}

TEST_APP(export_files_go_after_a_week)
{
    struct scene s;
    struct stored_file file;
    int64_t removed;
    begin(&s, app);
    int64_t id = export(&s);
    assert_int_equal(find(&s, id, &file), OK);
    const char *path = arena_strz(s.arena, str_from(file.path));
    assert_int_equal(file_expire(&s.server, &removed), OK);
    assert_int_equal(removed, 0);
    assert_int_equal(access(path, F_OK), 0);
    clock_set(s.server.now + EXPORT_DAYS * CLOCK_DAY + CLOCK_MINUTE);
    assert_int_equal(find(&s, id, &file), ERR_NOT_FOUND);
    s.server.now = clock_now();
    assert_int_equal(file_expire(&s.server, &removed), OK);
    assert_int_equal(removed, 1);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(file_load(&s.server, id, &file), ERR_NOT_FOUND);
    end(&s);
}

/* ---- many at once ---- */

enum { AT_ONCE = 12, AN_HOUR = 5 };

static void *ask(void *arg)
{
    struct scene s = *(struct scene *)arg;
    int64_t job;
    s.arena = arena_new(16 * MIB);
    struct ctx c = sign_in(&s);
    err_t e = start(&c, &job);
    ctx_done(&c);
    arena_free(s.arena);
    return (void *)(intptr_t)e;
}

TEST_APP(exports_are_few_however_many_ask_at_once)
{
    struct scene s;
    pthread_t threads[AT_ONCE];
    size_t started = 0, refused = 0;
    begin(&s, app);
    for (size_t i = 0; i < AT_ONCE; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &s), 0);
    for (size_t i = 0; i < AT_ONCE; i++) {
        void *e;
        pthread_join(threads[i], &e);
        started += (err_t)(intptr_t)e == OK;
        refused += (err_t)(intptr_t)e == ERR_LIMIT;
    }
    assert_int_equal(started, AN_HOUR);
    assert_int_equal(refused, AT_ONCE - AN_HOUR);
    end(&s);
}
