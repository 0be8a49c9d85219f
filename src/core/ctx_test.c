#include "base/limits.h"
#include "base/test.h"
#include "core/test_app.h"

static err_t count_run(struct ctx *c, void *arg)
{
    (void)c;
    ++*(int *)arg;
    return OK;
}

static err_t read_long(struct ctx *c)
{
    static const str endless = S("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                                 "WHERE i < 2000000000) SELECT count(*) FROM n");
    value count;
    return db_one(c->conn, c->arena, endless, NULL, 0, &count, 1);
}

/* A part of a transaction that has begun in time. */
static err_t run_late_within(struct ctx *c, void *arg)
{
    c->until = clock_monotonic() - 1;
    return ctx_transact(c, count_run, arg);
}

TEST_APP(ctx_has_its_time_as_a_whole)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    int runs = 0;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(ctx_in_time(&c), OK); /* who has none has all of it */
    ctx_deadline(&c, LIMIT_REQUEST_MS);
    assert_int_equal(ctx_in_time(&c), OK);
    assert_int_equal(ctx_transact(&c, count_run, &runs), OK);
    assert_int_equal(runs, 1);

    ctx_deadline(&c, 50);
    assert_int_equal(read_long(&c), ERR_LIMIT);
    assert_true(ctx_too_slow(&c));
    while (clock_monotonic() < c.until) {
    }
    assert_int_equal(ctx_in_time(&c), ERR_LIMIT);
    assert_string_equal(c.problems.list.at[0].code, "too_slow");
    assert_true(c.late);
    assert_int_equal(ctx_transact(&c, count_run, &runs), ERR_LIMIT);
    assert_int_equal(runs, 1);
    ctx_deadline(&c, LIMIT_REQUEST_MS);
    assert_int_equal(ctx_transact(&c, run_late_within, &runs), OK);
    assert_int_equal(runs, 2);
    ctx_done(&c);
}

static err_t write_and_read_long(struct ctx *c, void *arg)
{
    value key = V_TEXT(S("late"));
    (void)arg;
    TRY(db_run(c->conn, S("INSERT INTO setting (key, value, updated_at) VALUES ($1, $1, 0)"), &key,
               1, NULL));
    return read_long(c);
}

TEST_APP(ctx_ends_what_reads_long_while_all_wait)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    int runs = 0;
    value count;
    if (db_kind(app->db) != DB_SQLITE)
        return;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    ctx_deadline(&c, 50);
    assert_int_equal(ctx_transact(&c, write_and_read_long, NULL), ERR_LIMIT);
    assert_true(ctx_too_slow(&c));
    assert_string_equal(c.problems.list.at[0].code, "too_slow");
    ctx_deadline(&c, 0);
    c.until = 0;
    assert_int_equal(db_one(c.conn, arena, S("SELECT count(*) FROM setting WHERE key = 'late'"),
                            NULL, 0, &count, 1),
                     OK);
    assert_int_equal(count.i, 0);
    assert_int_equal(ctx_transact(&c, count_run, &runs), OK);
    assert_int_equal(runs, 1);
    ctx_done(&c);
}

TEST_APP(ctx_leaves_a_later_statement_what_is_left)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    ctx_deadline(&c, LIMIT_REQUEST_MS);
    c.until = clock_monotonic() + CLOCK_SECOND; /* of the twenty */
    assert_int_equal(ctx_in_time(&c), OK);
    assert_int_equal(db_deadline(c.conn, 0), 1000); /* milliseconds */
    ctx_done(&c);
}
