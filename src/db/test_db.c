#include "db/test_db.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static err_t run_script(struct db_conn *c, void *arg)
{
    return db_script(c, *(const str *)arg);
}

void test_db_script(struct db *db, str sql)
{
    assert_int_equal(db_transact(db, run_script, &sql), OK);
}

static struct db *open_url(const char *url)
{
    struct db *db = NULL;
    struct db_options options = {.url = str_from(url)};
    assert_int_equal(db_open(&options, NULL, &db), OK);
    return db;
}

static void in_main_database(const char *format, const char *schema)
{
    char sql[256];
    snprintf(sql, sizeof sql, format, schema);
    struct db *main = open_url(getenv("RENMAI_TEST_PG"));
    test_db_script(main, str_from(sql));
    db_close(main);
}

static void open_postgres(struct test_db *at)
{
    static _Atomic unsigned number;
    const char *url = getenv("RENMAI_TEST_PG");
    if (!url || !*url)
        skip();
    snprintf(at->schema, sizeof at->schema, "t%d_%u", (int)getpid(), ++number);
    in_main_database("CREATE SCHEMA %s", at->schema);
    snprintf(at->url, sizeof at->url, "%s%coptions=-csearch_path%%3D%s", url,
             strchr(url, '?') ? '&' : '?', at->schema);
}

static void open_sqlite(struct test_db *at)
{
    char path[] = "/tmp/renmai-test-XXXXXX";
    assert_non_null(mkdtemp(path));
    snprintf(at->url, sizeof at->url, "sqlite:%s/db", path);
}

void test_db_open(struct test_db *at, enum db_kind kind)
{
    memset(at, 0, sizeof *at);
    if (kind == DB_POSTGRES)
        open_postgres(at);
    else
        open_sqlite(at);
    at->db = open_url(at->url);
}

static void remove_sqlite(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", ".lock", ".copy"};
    char name[1100];
    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
        unlink(name);
    }
    snprintf(name, sizeof name, "%s", path);
    *strrchr(name, '/') = '\0';
    rmdir(name);
}

void test_db_close(struct test_db *at)
{
    db_close(at->db);
    if (at->schema[0])
        in_main_database("DROP SCHEMA %s CASCADE", at->schema);
    else
        remove_sqlite(at->url + strlen("sqlite:"));
}
