#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/test_db.h"

static const char schema[] =
    "CREATE TABLE item (id bigint PRIMARY KEY, name text, size double precision);"
    "CREATE UNIQUE INDEX item_name ON item (name);"
    "CREATE TABLE part (item_id bigint NOT NULL REFERENCES item (id), code text NOT NULL,"
    " UNIQUE (item_id, code))";

/* One statement as a work. */
struct statement_work {
    str sql;
    const value *params;
    size_t n;
    int64_t changed;
    char conflict[128];
};

static err_t run_statement(struct db_conn *c, void *arg)
{
    struct statement_work *w = arg;
    err_t e = db_run(c, w->sql, w->params, w->n, &w->changed);
    str name = db_conflict_name(c);
    snprintf(w->conflict, sizeof w->conflict, STR_FMT, STR_ARG(name));
    return e;
}

static err_t insert(struct db *db, int64_t id, const char *name)
{
    const value params[] = {V_INT(id), name ? V_TEXT(str_from(name)) : V_NULL};
    struct statement_work w = {.sql =
                                   S("INSERT INTO item (id, name) VALUES ($1, CAST($2 AS text))"),
                               .params = params,
                               .n = 2};
    return db_transact(db, run_statement, &w);
}

static int64_t count_rows(struct db *db)
{
    struct db_conn *c;
    value n;
    assert_int_equal(db_acquire(db, &c), OK);
    assert_int_equal(db_one(c, NULL, S("SELECT count(*) FROM item"), NULL, 0, &n, 1), OK);
    db_release(c);
    return n.i;
}

TEST_DB(db_reads_what_it_wrote)
{
    test_db_script(db, str_from(schema));
    assert_int_equal(insert(db, 1, "张三"), OK);
    assert_int_equal(insert(db, 2, NULL), OK);
    struct db_conn *c;
    assert_int_equal(db_acquire(db, &c), OK);
    AUTO_ROWS rows = NULL;
    assert_int_equal(db_query(c, S("SELECT id, name FROM item ORDER BY id"), NULL, 0, &rows), OK);
    assert_true(db_next(rows));
    assert_int_equal(db_int(rows, 0), 1);
    assert_str(db_text(rows, 1), "张三");
    assert_true(db_next(rows));
    assert_true(db_is_null(rows, 1));
    assert_false(db_next(rows));
    assert_int_equal(db_rows_error(rows), OK);
    db_rows_free(rows);
    rows = NULL;
    db_release(c);
    assert_int_equal(count_rows(db), 2);
}
