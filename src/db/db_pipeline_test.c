/* Statements that nobody waits for. */
#include "db/test_items.h"

static err_t insert_unseen(struct db_conn *c, int64_t id)
{
    value params[] = {V_INT(id), V_NULL};
    return db_run(c, S("INSERT INTO item (id, name) VALUES ($1, CAST($2 AS text))"), params, 2,
                  NULL);
}

static err_t send_unseen(struct db_conn *c, int64_t id)
{
    value params[] = {V_INT(id), V_NULL};
    return db_send(c, S("INSERT INTO item (id, name) VALUES ($1, CAST($2 AS text))"), params, 2);
}

static err_t insert_many(struct db_conn *c, void *arg)
{
    int64_t n = *(const int64_t *)arg;
    db_pipeline(c);
    for (int64_t id = 1; id <= n; id++) {
        TRY(insert_unseen(c, id));
        if (id % 100 == 0)
            assert_int_equal(ask_int(c, S("SELECT count(*) FROM item")), id);
    }
    return OK;
}

TEST_DB(db_pipeline_writes_all)
{
    int64_t n = 777;
    make_items(db);
    assert_int_equal(db_transact(db, insert_many, &n), OK);
    assert_int_equal(count_items(db), 777);
}

static err_t twice(struct db_conn *c, void *arg)
{
    bool settled = *(const bool *)arg;
    db_pipeline(c);
    TRY(insert_unseen(c, 1));
    TRY(insert_unseen(c, 1));
    if (!settled)
        return insert_unseen(c, 2);
    assert_int_equal(db_settle(c), ERR_CONFLICT);
    assert_str(db_conflict_name(c), "item_pkey");
    assert_int_equal(insert_unseen(c, 3), ERR_CONFLICT); /* nothing runs any more */
    return OK;
}

TEST_DB(db_pipeline_tells_failures_at_last)
{
    make_items(db);
    for (int settled = 0; settled <= 1 && db_kind(db) == DB_POSTGRES; settled++) {
        bool how = settled;
        assert_int_equal(db_transact(db, twice, &how), ERR_CONFLICT);
        assert_int_equal(count_items(db), 0);
    }
    int64_t n = 5; /* the connection is as good as new */
    assert_int_equal(db_transact(db, insert_many, &n), OK);
    assert_int_equal(count_items(db), 5);
}

static err_t gives_up(struct db_conn *c, void *arg __attribute__((unused)))
{
    db_pipeline(c);
    TRY(insert_unseen(c, 1));
    err_t e = insert_unseen(c, 1);
    return e == OK ? ERR_LIMIT : e;
}

TEST_DB(db_pipeline_of_a_work_that_gives_up)
{
    int64_t n = 3;
    make_items(db);
    assert_int_not_equal(db_transact(db, gives_up, NULL), OK);
    assert_int_equal(db_transact(db, insert_many, &n), OK);
    assert_int_equal(count_items(db), 3);
}

static err_t taken(struct db_conn *c, void *arg)
{
    const bool *sent = arg;
    return *sent ? send_unseen(c, 1) : insert_unseen(c, 1);
}

static err_t nests(struct db_conn *c, void *arg)
{
    db_pipeline(c);
    TRY(insert_unseen(c, 1));
    assert_int_equal(db_nested(c, taken, arg), ERR_CONFLICT);
    return insert_unseen(c, 2);
}

TEST_DB(db_pipeline_waits_within_savepoints)
{
    make_items(db);
    for (int sent = 0; sent <= 1; sent++) {
        bool how = sent;
        assert_int_equal(db_transact(db, nests, &how), OK);
        assert_int_equal(count_items(db), 2);
        test_db_script(db, S("DELETE FROM item"));
    }
}

static err_t sends_and_refuses(struct db_conn *c, void *arg __attribute__((unused)))
{
    (void)send_unseen(c, 1);
    return ERR_INVALID;
}

static err_t outlives_refused(struct db_conn *c, void *arg __attribute__((unused)))
{
    TRY(insert_unseen(c, 1));
    assert_int_equal(db_nested(c, sends_and_refuses, NULL), ERR_INVALID);
    return insert_unseen(c, 2);
}

TEST_DB(db_nested_that_refuses_with_a_failed_statement_sent)
{
    make_items(db);
    assert_int_equal(db_transact(db, outlives_refused, NULL), OK);
    assert_int_equal(count_items(db), 2);
}

static err_t send_returning(struct db_conn *c, void *arg)
{
    int64_t n = *(const int64_t *)arg;
    for (int64_t id = 1; id <= n; id++) {
        value params[] = {V_INT(id), V_NULL};
        TRY(db_send(c,
                    S("INSERT INTO item (id, name) VALUES ($1, CAST($2 AS text)) "
                      "ON CONFLICT DO NOTHING RETURNING *"),
                    params, 2));
    }
    return OK;
}

/* The plan goes stale while the pipeline is full of the statement: it is dropped while it is sent.
 */
TEST_DB(db_pipeline_full_of_a_stale_statement)
{
    int64_t n = 3;
    make_items(db);
    assert_int_equal(db_transact(db, send_returning, &n), OK);
    test_db_script(db, S("ALTER TABLE item ADD COLUMN later bigint"));
    n = 2000;
    assert_int_equal(db_transact(db, send_returning, &n), OK);
    assert_int_equal(count_items(db), 2000);
}

/* ---- ahead of the next ---- */

#define TWO S("SELECT count(*), 5 FROM item")

TEST_DB(db_ahead_comes_with_the_next_statement)
{
    struct db_conn *c;
    int64_t n = 3, cells[AHEAD_CELLS];
    make_items(db);
    assert_int_equal(db_transact(db, insert_many, &n), OK);
    assert_int_equal(db_acquire(db, &c), OK);
    for (int i = 0; i < 3; i++) {
        db_ahead(c, TWO);
        assert_int_equal(ask_int(c, S("SELECT count(*) FROM item WHERE id > 1")), 2);
        assert_int_equal(db_ahead_take(c, cells), OK);
        assert_int_equal(cells[0], 3);
        assert_int_equal(cells[1], 5);
    }
    db_release(c);
}

TEST_DB(db_ahead_is_run_when_nothing_follows_and_tells_when_there_is_no_row)
{
    struct db_conn *c;
    int64_t cells[AHEAD_CELLS];
    make_items(db);
    assert_int_equal(db_acquire(db, &c), OK);
    db_ahead(c, TWO);
    assert_int_equal(db_ahead_take(c, cells), OK);
    assert_int_equal(cells[1], 5);
    for (int followed = 0; followed <= 1; followed++) {
        db_ahead(c, S("SELECT id, id FROM item WHERE id = 0"));
        if (followed)
            assert_int_equal(ask_int(c, S("SELECT 7")), 7);
        assert_int_equal(db_ahead_take(c, cells), ERR_NOT_FOUND);
    }
    db_release(c);
}

TEST_DB(db_ahead_survives_the_failure_of_what_follows)
{
    struct db_conn *c;
    int64_t cells[AHEAD_CELLS];
    struct db_rows *rows;
    value nothing = V_INT(0);
    make_items(db);
    assert_int_equal(db_acquire(db, &c), OK);
    db_ahead(c, TWO);
    assert_int_not_equal(
        db_query(c, S("SELECT CAST(name AS bigint) / $1 FROM nowhere"), &nothing, 1, &rows), OK);
    assert_int_equal(db_ahead_take(c, cells), OK);
    assert_int_equal(cells[0], 0);
    assert_int_equal(ask_int(c, S("SELECT 7")), 7);
    db_release(c);
}
