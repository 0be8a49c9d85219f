/* What clears away, and what a killed process leaves. */
#include <unistd.h>

#include "base/limits.h"
#include "core/job.h"
#include "core/test_app.h"

enum { MANY = 2345 };

static err_t run_sql(struct ctx *c, void *arg)
{
    const char *sql = arg;
    return db_run(c->conn, str_from(sql), NULL, 0, NULL);
}

static void write_sql(struct ctx *c, const char *sql)
{
    assert_int_equal(ctx_transact(c, run_sql, (void *)sql), OK);
}

static int64_t number(struct ctx *c, const char *sql)
{
    value n;
    assert_int_equal(db_one(c->conn, c->arena, str_from(sql), NULL, 0, &n, 1), OK);
    return n.i;
}

static err_t add_replays(struct ctx *c, void *arg)
{
    (void)arg;
    for (int64_t i = 0; i < MANY + 1; i++) {
        value params[] = {V_TEXT(arena_printf(c->arena, "k%lld", (long long)i)),
                          V_INT(i < MANY ? 1000 : clock_now())};
        TRY(db_run(c->conn,
                   S("INSERT INTO idempotency (user_id, key, request, status, etag, location, "
                     "reply, at) VALUES (7, $1, '', 200, '', '', '', $2)"),
                   params, 2, NULL));
    }
    return OK;
}

TEST_APP(jobs_clear_away_by_chunks)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    int64_t id;
    job_kinds_core();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(ctx_transact(&c, add_replays, NULL), OK);
    write_sql(
        &c, "INSERT INTO import_row (import_id, line, outcome, cells) VALUES (5, 1, 'ask', '[]')");
    assert_int_equal(job_enqueue(&c, "idempotency_purge", NULL, NULL, 0, &id), OK);
    assert_int_equal(job_enqueue(&c, "import_purge", NULL, NULL, 0, &id), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(number(&c, "SELECT count(*) FROM idempotency"), 1);
    /* of an import that nobody has ended */
    assert_int_equal(number(&c, "SELECT count(*) FROM import_row"), 1);
    ctx_done(&c);
}

/* The lease has long to run, but its holder is gone. */
TEST_APP(jobs_of_a_killed_process_are_due_at_once)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    int64_t id;
    job_kinds_core();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(job_enqueue(&c, "session_purge", NULL, NULL, 0, &id), OK);
    write_sql(&c,
              "UPDATE job SET state = 'running', attempts = 1, lease_by = 'gone:x', lease_until = "
              "9000000000000000");
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(number(&c, "SELECT count(*) FROM job WHERE state = 'running'"), 1);
    test_app_process_gone(at, "gone");
    assert_int_equal(job_runner_start(app, 1), OK);
    for (int i = 0; i < 200 && number(&c, "SELECT count(*) FROM job WHERE state = 'done'") == 0;
         i++)
        usleep(50000);
    assert_int_equal(
        number(&c, "SELECT count(*) FROM job WHERE state = 'done' AND kind = 'session_purge'"), 1);
    ctx_done(&c);
}
