/* test_db: an empty database for a test, on both kinds.
 *
 *     TEST_DB(name) { … uses db … }
 *
 * makes two tests, name_sqlite and name_postgres; the second is skipped unless RENMAI_TEST_PG holds
 * the URL of a PostgreSQL database (tests/with-postgres gives one), in which it has a schema of its
 * own. */
#pragma once

#include "base/test.h"
#include "db/db.h"

struct test_db {
    struct db *db;
    char url[1024];  /* of exactly this database, for opening it a second time */
    char schema[64]; /* PostgreSQL */
};

/* Skips the running test when there is no such database. */
void test_db_open(struct test_db *, enum db_kind);
void test_db_close(struct test_db *);
/* Runs a script in a work; asserts that it is OK. */
void test_db_script(struct db *, str sql);

#define TEST_DB(id)                                                                                \
    static void db_##id(struct db *db, const struct test_db *at);                                  \
    static void db_run_##id(enum db_kind kind)                                                     \
    {                                                                                              \
        struct test_db at;                                                                         \
        test_db_open(&at, kind);                                                                   \
        db_##id(at.db, &at);                                                                       \
        test_db_close(&at);                                                                        \
    }                                                                                              \
    TEST(id##_sqlite)                                                                              \
    {                                                                                              \
        db_run_##id(DB_SQLITE);                                                                    \
    }                                                                                              \
    TEST(id##_postgres)                                                                            \
    {                                                                                              \
        db_run_##id(DB_POSTGRES);                                                                  \
    }                                                                                              \
    static void db_##id(struct db *db __attribute__((unused)),                                     \
                        const struct test_db *at __attribute__((unused)))
