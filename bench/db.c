/* bench_db URL… — what the db room costs, with the bare library beside it in the same run.
 * Tables bench_db_… are made and dropped. One JSON object a line. */
#include <libpq-fe.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "db/db.h"

enum { THREADS = 16, ROWS = 10000, READS = 200000, SECONDS = 2 };

#define READ_SQL "SELECT name, score FROM bench_db_row WHERE id = $1"
#define INSERT_SQL "INSERT INTO bench_db_row (id, name, score) VALUES ($1, $2, $3)"

static void die(const char *what)
{
    fprintf(stderr, "bench_db: %s\n", what);
    exit(1);
}

static void check(err_t e, const char *what)
{
    if (e != OK)
        die(what);
}

static err_t run_script(struct db_conn *c, void *arg)
{
    return db_script(c, *(const str *)arg);
}

static void script(struct db *db, str sql)
{
    check(db_transact(db, run_script, &sql), sql.p);
}

static _Atomic int64_t next_id;

static err_t insert_one(struct db_conn *c, void *arg)
{
    const value params[] = {V_INT(*(const int64_t *)arg), V_TEXT(S("张三丰 Zhang Sanfeng")),
                            V_INT(4711)};
    return db_run(c, S(INSERT_SQL), params, 3, NULL);
}

struct inserter {
    struct db *db;
    int64_t until, done;
    pthread_t thread;
};

static void *insert_rows(void *arg)
{
    struct inserter *me = arg;
    while (clock_monotonic() < me->until) {
        int64_t id = ++next_id;
        check(db_transact(me->db, insert_one, &id), "insert");
        me->done++;
    }
    return NULL;
}

static double inserts_a_second(struct db *db, int threads)
{
    struct inserter all[THREADS];
    int64_t start = clock_monotonic(), done = 0;
    for (int i = 0; i < threads; i++) {
        all[i] = (struct inserter){.db = db, .until = start + SECONDS * CLOCK_SECOND};
        if (pthread_create(&all[i].thread, NULL, insert_rows, &all[i]))
            die("thread");
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(all[i].thread, NULL);
        done += all[i].done;
    }
    return (double)done * 1e6 / (double)(clock_monotonic() - start);
}

static double read_microseconds(struct db *db)
{
    struct db_conn *c;
    check(db_acquire(db, &c), "acquire");
    int64_t start = clock_monotonic(), sum = 0;
    for (int i = 0; i < READS; i++) {
        value id = V_INT(i % ROWS + 1);
        AUTO_ROWS rows = NULL;
        check(db_query(c, S(READ_SQL), &id, 1, &rows), "query");
        while (db_next(rows))
            sum += db_int(rows, 1) + (int64_t)db_text(rows, 0).n;
    }
    double each = (double)(clock_monotonic() - start) / READS;
    db_release(c);
    return sum ? each : 0;
}

static double bare_sqlite_read(const char *path)
{
    sqlite3 *handle;
    sqlite3_stmt *stmt;
    if (sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) ||
        sqlite3_prepare_v2(handle, READ_SQL, -1, &stmt, NULL))
        die("bare sqlite");
    int64_t start = clock_monotonic(), sum = 0;
    for (int i = 0; i < READS; i++) {
        sqlite3_bind_int64(stmt, 1, i % ROWS + 1);
        while (sqlite3_step(stmt) == SQLITE_ROW)
            sum += sqlite3_column_int64(stmt, 1) + sqlite3_column_bytes(stmt, 0);
        sqlite3_reset(stmt);
    }
    double each = (double)(clock_monotonic() - start) / READS;
    sqlite3_finalize(stmt);
    sqlite3_close(handle);
    return sum ? each : 0;
}

static double bare_postgres_read(const char *url)
{
    PGconn *pg = PQconnectdb(url);
    PQclear(PQprepare(pg, "read", READ_SQL, 0, NULL));
    int64_t start = clock_monotonic(), sum = 0;
    for (int i = 0; i < READS / 10; i++) {
        char id[24];
        const char *params[] = {id};
        snprintf(id, sizeof id, "%d", i % ROWS + 1);
        PGresult *r = PQexecPrepared(pg, "read", 1, params, NULL, NULL, 0);
        sum += PQntuples(r);
        PQclear(r);
    }
    double each = (double)(clock_monotonic() - start) / (READS / 10.0);
    PQfinish(pg);
    return sum ? each : 0;
}

static void measure(const char *url)
{
    struct db *db;
    struct db_options options = {.url = str_from(url), .readers = THREADS};
    check(db_open(&options, NULL, &db), "open");
    script(db, S("CREATE TABLE bench_db_row (id @id PRIMARY KEY, name @text, score bigint)"));
    script(db, S("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
                 " INSERT INTO bench_db_row SELECT i, 'name ' || i, i FROM n"));
    next_id = ROWS;
    double one = inserts_a_second(db, 1);
    struct db_stats before, after;
    db_stats(db, &before);
    double many = inserts_a_second(db, THREADS);
    db_stats(db, &after);
    double read = read_microseconds(db);
    bool sqlite = db_kind(db) == DB_SQLITE;
    double bare = sqlite ? bare_sqlite_read(url + strlen("sqlite:")) : bare_postgres_read(url);
    printf(
        "{\"bench\":\"db\",\"kind\":\"%s\",\"inserts_1_thread\":%.0f,\"inserts_%d_threads\":%.0f,"
        "\"ratio\":%.1f,\"works_a_commit\":%.1f,\"read_us\":%.2f,\"bare_read_us\":%.2f}\n",
        sqlite ? "sqlite" : "postgresql", one, THREADS, many, many / one,
        (double)(after.transactions - before.transactions) /
            (double)(after.commits - before.commits),
        read, bare);
    script(db, S("DROP TABLE bench_db_row"));
    db_close(db);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        die("usage: bench_db URL...");
    for (int i = 1; i < argc; i++)
        measure(argv[i]);
    return 0;
}
