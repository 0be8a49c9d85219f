/* What clears away, and what a killed process leaves. */
#include <unistd.h>

#include "base/limits.h"
#include "core/auth.h"
#include "core/job.h"
#include "core/test_app.h"
#include "sql_core.h"

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

static void plan_names(struct ctx *c, str sql, const char *index)
{
    value params[] = {V_INT(1), V_INT(1000)};
    AUTO_ROWS rows = NULL;
    bool named = false;
    assert_int_equal(
        db_query(c->conn, arena_concat(c->arena, S("EXPLAIN QUERY PLAN "), sql), params, 2, &rows),
        OK);
    while (db_next(rows))
        named = named || str_find(db_text(rows, 3), str_from(index)) != SIZE_MAX;
    assert_int_equal(db_rows_error(rows), OK);
    assert_true(named);
}

TEST_APP(jobs_clear_away_ended_sessions_by_chunks)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    bool more = true;
    int times = 0;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    write_sql(&c, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2345) "
                  "INSERT INTO session (id, hash, user_id, csrf, pending, created_at, seen_at, "
                  "expires_at, proved_at, address, agent) SELECT i, 'h' || i, 7, '', FALSE, 0, 0, "
                  "CASE WHEN i = 1 THEN 9000000000000000 ELSE 1000 END, 0, '', '' FROM n");
    write_sql(&c, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) "
                  "INSERT INTO attempt (key, failures, last_at, next_at) SELECT 'k' || i, 1, 1000, "
                  "1000 FROM n");
    for (; more; times++)
        assert_int_equal(auth_sweep(&c, &more), OK);
    assert_int_equal(times, 3);
    assert_int_equal(number(&c, "SELECT count(*) FROM session"), 1);
    assert_int_equal(number(&c, "SELECT count(*) FROM attempt"), 0);
    if (db_conn_kind(c.conn) == DB_SQLITE) {
        plan_names(&c, SQL_AUTH_SESSIONS_EXPIRE, "session_by_expiry");
        plan_names(&c, SQL_AUTH_ATTEMPTS_EXPIRE, "attempt_by_last");
    }
    ctx_done(&c);
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
