#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/file.h"
#include "core/import_testing.h"
#include "sql_core.h"

#define BEGIN                                                                                      \
    AUTO_ARENA arena = arena_new(64 * MIB);                                                        \
    struct ctx c;                                                                                  \
    import_attach();                                                                               \
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK)

static const char LIST[] = "姓名,手机\n王小明,13800138000\n乙,12\n";

static int64_t start(struct ctx *c, int64_t file)
{
    struct record *r;
    assert_int_equal(import_create(c, file, S("customer"), &r), OK);
    return record_id(r);
}

static int64_t number(struct ctx *c, const char *sql, value param)
{
    value n;
    assert_int_equal(db_one(c->conn, c->arena, str_from(sql), &param, 1, &n, 1), OK);
    return n.i;
}

static int64_t customers(struct ctx *c)
{
    return number(c, "SELECT count(*) FROM customer WHERE id > $1", V_INT(0));
}

static bool has_bytes(struct ctx *c, int64_t file)
{
    struct stored_file f;
    return file_load(c, file, &f) == OK && access(f.path, F_OK) == 0;
}

static int64_t made(struct ctx *c, const char *object, const char *text)
{
    struct record *r;
    assert_int_equal(record_create(c, model_object(c->model, str_from(object)),
                                   test_json(c->arena, text), NULL, &r),
                     OK);
    return record_id(r);
}

TEST_APP(import_is_deleted_with_its_file_and_rows)
{
    BEGIN;
    struct record *r;
    struct stored_file file;
    int64_t job;
    int64_t kept = keep_text(&c, LIST, "list.csv"), id = start(&c, kept), twin = start(&c, kept);
    assert_int_equal(import_start(&c, id, IMPORT_RUN, &job), OK);
    assert_int_equal(import_delete(&c, id), ERR_CONFLICT);
    assert_string_equal(c.problems.list.at[0].code, "import_busy");
    c.problems.list.n = 0;
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(import_delete(&c, id), OK);
    assert_int_equal(import_get(&c, id, &r), ERR_NOT_FOUND);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_UNDO), ERR_NOT_FOUND);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(customers(&c), 1);
    assert_int_equal(number(&c, "SELECT count(*) FROM import_row WHERE import_id = $1", V_INT(id)),
                     0);
    /* the other import of the same file still has it */
    assert_int_equal(file_load(&c, kept, &file), OK);
    assert_int_equal(access(file.path, F_OK), 0);
    assert_int_equal(import_delete(&c, twin), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_int_not_equal(access(file.path, F_OK), 0);
    assert_int_equal(file_load(&c, kept, &file), ERR_NOT_FOUND);
    ctx_done(&c);
}

TEST_APP(import_that_is_deleted_leaves_files_of_records_and_of_others)
{
    BEGIN;
    int64_t kept = keep_text(&c, LIST, "list.csv"), others = keep_text(&c, LIST, "list.csv");
    int64_t customer = made(&c, "customer", "{'name':'宁波云帆贸易有限公司','kind':'company'}");
    char text[200];
    snprintf(text, sizeof text,
             "{'customer':'%lld','kind':'call','text':'通话','recording':'%lld'}",
             (long long)customer, (long long)kept);
    made(&c, "follow_up", text);
    assert_int_equal(import_delete(&c, start(&c, kept)), OK);
    c.user = made(&c, "user", "{'name':'乙','email':'b@example.com'}");
    assert_int_equal(import_delete(&c, start(&c, others)), OK);
    int64_t own = keep_text(&c, LIST, "list.csv");
    assert_int_equal(import_delete(&c, start(&c, own)), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_true(has_bytes(&c, kept));
    assert_true(has_bytes(&c, others));
    assert_false(has_bytes(&c, own));
    ctx_done(&c);
}

static void come_in(struct ctx *c, int64_t role, const char *imports)
{
    struct record *r;
    str text = arena_printf(c->arena, "{'definition':{'objects':{'import':%s}}}", imports);
    access_release(c->access);
    c->access = NULL;
    assert_int_equal(record_update(c, model_object(c->model, S("role")), role, 0,
                                   test_json(c->arena, text.p), NULL, &r),
                     OK);
    assert_int_equal(access_hold(c->app, c->conn, c->model, c->user, &c->access), OK);
}

TEST_APP(import_is_not_deleted_by_who_may_only_read_it)
{
    BEGIN;
    struct record *r;
    char text[200];
    int64_t id = start(&c, keep_text(&c, LIST, "list.csv"));
    int64_t role = made(&c, "role", "{'name':'查看','key':'look','definition':{'objects':{}}}");
    snprintf(text, sizeof text, "{'name':'乙','email':'b@example.com','roles':['%lld']}",
             (long long)role);
    c.user = made(&c, "user", text);
    come_in(&c, role, "{'read':'all'}");
    assert_int_equal(import_get(&c, id, &r), OK);
    assert_int_equal(import_delete(&c, id), ERR_DENIED);
    come_in(&c, role, "{'read':'all','delete':'own'}");
    assert_int_equal(import_delete(&c, id), ERR_DENIED);
    assert_int_equal(import_get(&c, id, &r), OK);
    come_in(&c, role, "{'read':'all','delete':'all'}");
    assert_int_equal(import_delete(&c, id), OK);
    access_release(c.access);
    c.access = NULL;
    ctx_done(&c);
}

/* ---- at the same time ---- */

struct race {
    struct app *app;
    int64_t id;
    pthread_t thread;
    err_t outcome;
};

static void *delete_beside(void *arg)
{
    struct race *race = arg;
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, race->app, arena, "test"), OK);
    race->outcome = import_delete(&c, race->id);
    ctx_done(&c);
    return NULL;
}

/* Holds the import while somebody else is about to delete it. */
static err_t start_slowly(struct ctx *c, void *arg)
{
    struct race *race = arg;
    struct record *r;
    int64_t job;
    TRY(record_load(c, import_object(c), race->id, &r));
    assert_int_equal(pthread_create(&race->thread, NULL, delete_beside, race), 0);
    usleep(300000);
    return import_start(c, race->id, IMPORT_RUN, &job);
}

TEST_APP(import_that_starts_meanwhile_is_not_deleted)
{
    BEGIN;
    struct race race = {.app = app, .id = start(&c, keep_text(&c, LIST, "list.csv"))};
    struct record *r;
    assert_int_equal(ctx_transact(&c, start_slowly, &race), OK);
    pthread_join(race.thread, NULL);
    assert_int_equal(race.outcome, ERR_CONFLICT);
    assert_int_equal(import_get(&c, race.id, &r), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(customers(&c), 1);
    ctx_done(&c);
}

static err_t answer(struct ctx *c, void *arg)
{
    const int64_t *id = arg;
    value params[] = {V_INT(*id), V_INT(3), V_TEXT(S("{\"line\":3,\"choice\":\"create\"}"))};
    return db_run(c->conn, SQL_IMPORT_ROW_ANSWER, params, 3, NULL);
}

TEST_APP(import_that_is_deleted_meanwhile_writes_no_answers)
{
    BEGIN;
    struct record *r;
    int64_t line = 3;
    made(&c, "customer", "{'name':'王晓明'}");
    int64_t id = start(&c, keep_text(&c, "姓名\n李四\n王小明\n", "list.csv"));
    assert_int_equal(import_change(&c, id, 0, test_json(arena, "{'policy':'ask'}"), &r), OK);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_RUN), OK);
    assert_int_equal(ctx_transact(&c, answer, &id), OK);
    assert_int_equal(import_get(&c, id, &r), OK);
    assert_int_equal(customers(&c), 2);
    assert_int_equal(import_delete(&c, id), OK);
    assert_int_equal(import_run_answered(&c, r, &line, 1), ERR_NOT_FOUND);
    assert_int_equal(customers(&c), 2);
    ctx_done(&c);
}
