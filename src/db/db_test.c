/* Statements, values, rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/dialect.h"
#include "db/sql_named.h"
#include "db/test_items.h"
#include "sql_db.h"

static struct db_conn *reader(struct db *db)
{
    struct db_conn *c = NULL;
    assert_int_equal(db_acquire(db, &c), OK);
    return c;
}

TEST_DB(db_reads_what_it_wrote)
{
    make_items(db);
    assert_int_equal(insert_item(db, 1, "张三"), OK);
    assert_int_equal(insert_item(db, 2, NULL), OK);
    struct db_conn *c = reader(db);
    struct db_rows *rows = NULL;
    assert_int_equal(db_query(c, S("SELECT id, name FROM item ORDER BY id"), NULL, 0, &rows), OK);
    assert_int_equal(db_columns(rows), 2);
    assert_true(db_next(rows));
    assert_int_equal(db_int(rows, 0), 1);
    assert_str(db_text(rows, 1), "张三");
    assert_true(db_next(rows));
    assert_true(db_is_null(rows, 1));
    assert_str(db_text(rows, 1), "");
    assert_int_equal(db_int(rows, 1), 0);
    assert_int_equal(db_cell(rows, 9).kind, VALUE_NULL);
    assert_false(db_next(rows));
    assert_false(db_next(rows));
    assert_int_equal(db_rows_error(rows), OK);
    db_rows_free(rows);
    value none;
    assert_int_equal(db_one(c, NULL, S("SELECT id FROM item WHERE id = 3"), NULL, 0, &none, 1),
                     ERR_NOT_FOUND);
    db_release(c);
}

/* Values that went in come out the same. */
struct row {
    value id, name, size, done;
};

static err_t insert_row(struct db_conn *c, void *arg)
{
    const struct row *row = arg;
    const value params[] = {row->done, row->id, row->size, row->name};
    return db_run(c,
                  S("INSERT INTO item (id, name, size, done) VALUES ($2, CAST($4 AS text),"
                    " CAST($3 AS double precision), CAST($1 AS boolean))"),
                  params, 4, NULL);
}

static void assert_row(struct db *db, const struct row *want)
{
    struct db_conn *c = reader(db);
    struct db_rows *rows = NULL;
    assert_int_equal(
        db_query(c, S("SELECT name, size, done FROM item WHERE id = $1"), &want->id, 1, &rows), OK);
    assert_true(db_next(rows));
    assert_true(value_eq(db_cell(rows, 0), want->name));
    assert_true(value_eq(db_cell(rows, 1), want->size));
    assert_int_equal(db_is_null(rows, 2), want->done.kind == VALUE_NULL);
    assert_int_equal(db_bool(rows, 2), want->done.kind == VALUE_BOOL && want->done.b);
    db_rows_free(rows);
    db_release(c);
}

TEST_DB(db_keeps_values_exactly)
{
    make_items(db);
    struct row rows[] = {
        {V_INT(INT64_MAX), V_TEXT(S("𠮷野家 ‘’ \"'; DROP TABLE item;-- \\")), V_REAL(0.1),
         V_BOOL(true)},
        {V_INT(INT64_MIN), V_TEXT(S("")), V_REAL(-1.7976931348623157e308), V_BOOL(false)},
        {V_INT(0), V_NULL, V_NULL, V_NULL},
        {V_INT(7), V_TEXT(S("1")), V_REAL(5e-324), V_BOOL(true)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(db_transact(db, insert_row, &rows[i]), OK);
        assert_row(db, &rows[i]);
    }
}

static err_t insert_part(struct db_conn *c, void *arg)
{
    const value params[] = {V_INT(1), V_TEXT(*(const str *)arg)};
    return db_run(c, S("INSERT INTO part (item_id, code) VALUES ($1, $2)"), params, 2, NULL);
}

TEST_DB(db_keeps_big_texts)
{
    make_items(db);
    test_db_script(db, S("CREATE TABLE big (body text)"));
    const size_t n = 3 * 1000 * 1000;
    char *body = malloc(n);
    assert_non_null(body);
    for (size_t i = 0; i < n; i += 3)
        memcpy(body + i, "\xe4\xba\xba", 3);
    struct db_conn *c = reader(db);
    struct db_rows *rows = NULL;
    value param = V_TEXT(((str){body, n}));
    assert_int_equal(db_query(c, S("SELECT CAST($1 AS text)"), &param, 1, &rows), OK);
    memset(body, 'x', 3); /* the row has its own copy */
    assert_true(db_next(rows));
    str got = db_text(rows, 0);
    assert_int_equal(got.n, n);
    assert_memory_equal(got.p, "\xe4\xba\xba\xe4\xba\xba", 6);
    assert_memory_equal(got.p + 3, body + 3, n - 3);
    db_rows_free(rows);
    db_release(c);
    free(body);
}

TEST_DB(db_refuses_ill_formed_text)
{
    make_items(db);
    assert_int_equal(insert_item(db, 1, "a"), OK);
    str bad[] = {S("a\0b"), S("\xff"), S("\xed\xa0\x80"), S("\xe4\xba")};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(db_transact(db, insert_part, &bad[i]), ERR_INVALID);
    value nan = V_REAL(__builtin_nan("")), n;
    struct db_conn *c = reader(db);
    str sql = S("SELECT CAST($1 AS double precision)");
    assert_int_equal(db_one(c, NULL, sql, &nan, 1, &n, 1), ERR_INVALID);
    db_release(c);
    str good = S("人");
    assert_int_equal(db_transact(db, insert_part, &good), OK);
}

TEST_DB(db_finds_wrong_sql)
{
    make_items(db);
    struct db_conn *c = reader(db);
    const value two[] = {V_INT(1), V_INT(2)};
    struct db_rows *rows = NULL;
    assert_int_equal(db_query(c, S("SELECT nothing FROM item"), NULL, 0, &rows), ERR_INTERNAL);
    assert_int_equal(db_query(c, S("SELECT 1 WHERE 1 = \"one\""), NULL, 0, &rows), ERR_INTERNAL);
    assert_int_equal(db_query(c, S("SELECT 1; SELECT 2"), NULL, 0, &rows), ERR_INTERNAL);
    assert_int_equal(db_query(c, S("SELECT id FROM item WHERE id = $1"), two, 2, &rows),
                     ERR_INTERNAL);
    assert_int_equal(db_query(c, S("SELECT id FROM item WHERE id = $1"), NULL, 0, &rows),
                     ERR_INTERNAL);
    assert_int_equal(db_query(c, S("SELECT @nonsense"), NULL, 0, &rows), ERR_INTERNAL);
    assert_int_equal(db_query(c, S("SELECT id FROM item WHERE id IN @ints"), NULL, 0, &rows),
                     ERR_INTERNAL);
    assert_int_equal(db_run(c, S("INSERT INTO item (id) VALUES (1)"), NULL, 0, NULL), ERR_INTERNAL);
    assert_int_equal(ask_int(c, S("SELECT count(*) FROM item")), 0);
    db_release(c);
}

static str first_text(struct db_conn *c, struct arena *arena, str sql)
{
    value v = V_NULL;
    assert_int_equal(db_one(c, arena, sql, NULL, 0, &v, 1), OK);
    return v.kind == VALUE_TEXT ? v.s : S("not a text");
}

TEST_DB(db_speaks_one_dialect)
{
    AUTO_ARENA arena = arena_new(SIZE_MAX / 2);
    test_db_script(db, db_kind(db) == DB_SQLITE ? S("CREATE TABLE doc (body text)")
                                                : S("CREATE TABLE doc (body jsonb)"));
    test_db_script(db, S("INSERT INTO doc VALUES ('{\"a\":\"人\",\"n\":5}')"));
    struct db_conn *c = reader(db);
    assert_int_equal(ask_int(c, S("SELECT greatest(1, NULL, 3, 2)")), 3);
    assert_int_equal(ask_int(c, S("SELECT least(2, NULL, 9007199254740993)")), 2);
    assert_int_equal(ask_int(c, S("SELECT CAST(sum(n) AS bigint) FROM (SELECT 9007199254740993 AS n"
                                  " UNION ALL SELECT 2) AS t")),
                     9007199254740995);
    assert_int_equal(ask_int(c, S("SELECT sum(n) FROM (SELECT 9007199254740993 AS n"
                                  " UNION ALL SELECT 2) AS t")),
                     9007199254740995);
    assert_str(first_text(c, arena, S("SELECT greatest('b', 'a')")), "b");
    assert_str(first_text(c, arena,
                          S("SELECT string_agg(n, '、') FROM (SELECT CAST('甲' AS text) AS n"
                            " UNION ALL SELECT '乙' UNION ALL SELECT NULL) AS t")),
               "甲、乙");
    assert_str(first_text(c, arena, S("SELECT body ->> 'a' FROM doc")), "人");
    assert_int_equal(ask_int(c, S("SELECT CAST(body ->> 'n' AS bigint) FROM doc")), 5);
    assert_int_equal(ask_int(c, S("SELECT count(*) WHERE 'abc' LIKE 'ABC'")), 0);
    assert_int_equal(ask_int(c, S("SELECT count(*) WHERE NULL IS NOT DISTINCT FROM NULL")), 1);
    value empty = V_INT(1);
    assert_int_equal(db_one(c, arena,
                            S("SELECT string_agg(n, ',') FROM (SELECT 'x' AS n) AS t"
                              " WHERE n = 'y'"),
                            NULL, 0, &empty, 1),
                     OK);
    assert_int_equal(empty.kind, VALUE_NULL);
    db_release(c);
}

static err_t lock_rows(struct db_conn *c, void *arg __attribute__((unused)))
{
    assert_int_equal(ask_int(c, S("SELECT id FROM item ORDER BY id LIMIT 1 @skip_locked")), 1);
    return OK;
}

/* Its own number is not below the horizon while it runs. */
static err_t own_transaction(struct db_conn *c, void *arg)
{
    *(int64_t *)arg = ask_int(c, S("SELECT @tx"));
    assert_true(ask_int(c, S("SELECT @horizon")) >= *(int64_t *)arg);
    assert_int_equal(ask_int(c, S("SELECT count(*) WHERE @tx < @horizon")),
                     db_conn_kind(c) == DB_SQLITE);
    return OK;
}

TEST_DB(db_expands_words)
{
    make_items(db);
    assert_int_equal(insert_item(db, 1, "a"), OK);
    assert_int_equal(insert_item(db, 2, "b"), OK);
    assert_int_equal(insert_item(db, INT64_MAX, "@ints($1)"), OK);
    struct db_conn *c = reader(db);
    value n, ids = V_TEXT(S("[2, 9223372036854775807, 2, 5]"));
    str sql = S("SELECT count(*) FROM item WHERE id IN @ints($1)");
    assert_int_equal(db_one(c, NULL, sql, &ids, 1, &n, 1), OK);
    assert_int_equal(n.i, 2);
    value names = V_TEXT(S("[\"b\", \"@ints($1)\", \"\\u4eba\"]"));
    sql = S("SELECT count(*) FROM item WHERE name IN @texts($1) AND name <> '@ints'");
    assert_int_equal(db_one(c, NULL, sql, &names, 1, &n, 1), OK);
    assert_int_equal(n.i, 2);
    value none = V_TEXT(S("[]"));
    assert_int_equal(db_one(c, NULL, sql, &none, 1, &n, 1), OK);
    assert_int_equal(n.i, 0);
    assert_true(ask_int(c, S("SELECT @horizon")) > 0);
    db_release(c);
    int64_t tx;
    assert_int_equal(db_transact(db, own_transaction, &tx), OK);
    assert_int_equal(db_transact(db, lock_rows, NULL), OK);
}

static err_t returning(struct db_conn *c, void *arg __attribute__((unused)))
{
    struct db_rows *rows = NULL;
    TRY(db_query(c, S("INSERT INTO item (id) VALUES (1), (2), (3) RETURNING id"), NULL, 0, &rows));
    db_rows_free(rows); /* unread */
    int64_t changed = -1;
    TRY(db_run(c, S("UPDATE item SET name = NULL WHERE id >= 2"), NULL, 0, &changed));
    assert_int_equal(changed, 2);
    TRY(db_run(c, S("DELETE FROM item WHERE id = 9"), NULL, 0, &changed));
    assert_int_equal(changed, 0);
    TRY(db_run(c, S("DELETE FROM item WHERE id = 3 RETURNING name"), NULL, 0, &changed));
    assert_int_equal(changed, 1);
    TRY(db_run(c, S("SELECT id FROM item"), NULL, 0, &changed));
    assert_int_equal(changed, 0);
    return OK;
}

TEST_DB(db_counts_changes)
{
    make_items(db);
    assert_int_equal(db_transact(db, returning, NULL), OK);
    assert_int_equal(count_items(db), 2);
}

TEST_DB(db_nests_the_same_statement)
{
    make_items(db);
    for (int i = 1; i <= 3; i++)
        assert_int_equal(insert_item(db, i, NULL), OK);
    struct db_conn *c = reader(db);
    str sql = S("SELECT id FROM item ORDER BY id");
    struct db_rows *outer = NULL, *inner = NULL;
    int pairs = 0;
    assert_int_equal(db_query(c, sql, NULL, 0, &outer), OK);
    while (db_next(outer)) {
        assert_int_equal(db_query(c, sql, NULL, 0, &inner), OK);
        while (db_next(inner))
            pairs++;
        db_rows_free(inner);
    }
    db_rows_free(outer);
    assert_int_equal(pairs, 9);
    db_release(c);
}

TEST_DB(db_forgets_old_statements)
{
    struct db_conn *c = reader(db);
    struct db_rows *first = NULL;
    assert_int_equal(db_query(c, S("SELECT 1000"), NULL, 0, &first), OK);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 300; i++) {
            char sql[32];
            snprintf(sql, sizeof sql, "SELECT %d", i);
            assert_int_equal(ask_int(c, str_from(sql)), i);
        }
    assert_true(db_next(first)); /* still readable though its statement was forgotten */
    assert_int_equal(db_int(first, 0), 1000);
    db_rows_free(first);
    db_release(c);
}

static err_t add_column(struct db_conn *c, void *arg)
{
    str all = S("SELECT * FROM item");
    value cells[1];
    if (*(int *)arg)
        TRY(db_run(c, S("ALTER TABLE item ADD COLUMN more text"), NULL, 0, NULL));
    ++*(int *)arg;
    return db_one(c, NULL, all, NULL, 0, cells, 1);
}

TEST_DB(db_survives_an_altered_table)
{
    make_items(db);
    assert_int_equal(insert_item(db, 1, "a"), OK);
    struct db_conn *c = reader(db);
    struct db_rows *rows = NULL;
    str all = S("SELECT * FROM item");
    assert_int_equal(db_query(c, all, NULL, 0, &rows), OK);
    db_rows_free(rows);
    int calls = 0;
    assert_int_equal(db_transact(db, add_column, &calls), OK);
    assert_int_equal(db_transact(db, add_column, &calls), OK);
    assert_int_equal(db_query(c, all, NULL, 0, &rows), OK);
    assert_true(db_next(rows));
    assert_int_equal(db_columns(rows), 5);
    db_rows_free(rows);
    db_release(c);
}

TEST_DB(db_prepares_every_named_statement)
{
    struct db_conn *c = reader(db);
    assert_int_equal(ask_int(c, SQL_DB_ALIVE), 1);
    assert_true(sql_named_count > 0);
    assert_int_equal(db_prepare(c, S("SELECT 1 FROM nowhere")), ERR_INTERNAL);
    for (size_t i = 0; i < sql_named_count; i++)
        if (str_starts(str_from(sql_named[i].file), S("src/db/")))
            assert_int_equal(db_prepare(c, sql_named[i].text), OK);
    db_release(c);
}

TEST(dialect_leaves_quotes_alone)
{
    AUTO_BUF out;
    buf_init(&out, 1000);
    str sql = S("SELECT '@ints($1)', \"@x\", a @> b, '''@y' WHERE t IN @texts($12) @skip_locked");
    assert_int_equal(dialect_expand(DB_SQLITE, sql, &out), OK);
    assert_str(buf_str(&out), "SELECT '@ints($1)', \"@x\", a @> b, '''@y' WHERE t IN "
                              "(SELECT CAST(value AS TEXT) AS value FROM json_each($12)) ");
    buf_clear(&out);
    sql = S("a -- it's @foo\n/* @bar's */ @tx 'x");
    assert_int_equal(dialect_expand(DB_SQLITE, sql, &out), OK);
    assert_str(buf_str(&out), "a -- it's @foo\n/* @bar's */ 0 'x");
    static const char *const bad[] = {"@foo",     "@ints",    "@ints()",
                                      "@ints($)", "@ints($1", "@ints(1)"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(dialect_expand(DB_POSTGRES, str_from(bad[i]), &out), ERR_INVALID);
}

TEST_DB(db_processes_have_numbers_of_their_own)
{
    struct db *second = NULL;
    struct db_options o = {.url = str_from(at->url)};
    unsigned a, b, c;
    assert_int_equal(db_number_take(db, -1, 1024, &a), OK);
    if (db_kind(db) == DB_SQLITE) {
        assert_int_equal(a, 0);
        return;
    }
    assert_int_equal(db_open(&o, NULL, &second), OK);
    assert_int_equal(db_number_take(second, (int)a, 1024, &b), ERR_CONFLICT);
    assert_int_equal(db_number_take(second, -1, 1024, &b), OK);
    assert_int_not_equal(b, a);
    db_close(second);
    assert_int_equal(db_open(&o, NULL, &second), OK);
    assert_int_equal(db_number_take(second, (int)b, 1024, &c), OK);
    assert_int_equal(c, b);
    db_close(second);
}

static void cut_number(struct db *db, unsigned number)
{
    char sql[200];
    snprintf(
        sql, sizeof sql,
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND "
        "objid = %u",
        number);
    test_db_script(db, str_from(sql));
}

TEST_DB(db_numbers_outlive_their_connection)
{
    struct db *second = NULL;
    struct db_options o = {.url = str_from(at->url)};
    unsigned a, b;
    assert_int_equal(db_number_take(db, -1, 1024, &a), OK);
    b = a;
    assert_int_equal(db_number_keep(db, 1024, &b), OK);
    assert_int_equal(b, a);
    if (db_kind(db) == DB_SQLITE)
        return;
    cut_number(db, a);
    assert_int_equal(db_number_keep(db, 1024, &b), OK);
    assert_int_equal(b, a);
    assert_int_equal(db_open(&o, NULL, &second), OK);
    assert_int_equal(db_number_take(second, (int)a, 1024, &b), ERR_CONFLICT); /* held again */
    cut_number(db, a);
    assert_int_equal(db_number_take(second, (int)a, 1024, &b), OK);
    b = a;
    assert_int_equal(db_number_keep(db, 1024, &b), OK);
    assert_int_not_equal(b, a);
    db_close(second);
}
