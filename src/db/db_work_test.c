/* Transactions, the pool, opening. */
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "db/test_items.h"

struct conflict {
    const char *sql;
    char name[128];
};

static err_t provoke(struct db_conn *c, void *arg)
{
    struct conflict *x = arg;
    err_t e = db_run(c, str_from(x->sql), NULL, 0, NULL);
    str name = db_conflict_name(c);
    snprintf(x->name, sizeof x->name, STR_FMT, STR_ARG(name));
    return e;
}

static void assert_conflict(struct db *db, const char *sql, const char *name)
{
    struct conflict x = {.sql = sql};
    assert_int_equal(db_transact(db, provoke, &x), ERR_CONFLICT);
    assert_string_equal(x.name, name);
}

TEST_DB(db_names_conflicts)
{
    make_items(db);
    assert_int_equal(insert_item(db, 1, "a"), OK);
    test_db_script(db, S("INSERT INTO part (item_id, code) VALUES (1, 'x')"));
    assert_conflict(db, "INSERT INTO item (id) VALUES (1)", "item_pkey");
    assert_conflict(db, "INSERT INTO item (id, name) VALUES (2, 'a')", "item_name");
    test_db_script(db, S("CREATE UNIQUE INDEX item_folded ON item (lower(name))"));
    assert_conflict(db, "INSERT INTO item (id, name) VALUES (2, 'A')", "item_folded");
    assert_conflict(db, "INSERT INTO part (item_id, code) VALUES (1, 'x')",
                    "part_item_id_code_key");
    /* SQLite does not tell which foreign key */
    const char *foreign = db_kind(db) == DB_SQLITE ? "" : "part_item_id_fkey";
    assert_conflict(db, "INSERT INTO part (item_id, code) VALUES (5, 'x')", foreign);
    assert_int_equal(transact_sql(db, "INSERT INTO part (item_id) VALUES (1)"), ERR_INTERNAL);
    assert_int_equal(transact_sql(db, "INSERT INTO part (item_id, code) VALUES (1, '')"),
                     ERR_INTERNAL);
    assert_int_equal(count_items(db), 1);
}

/* ---- many threads ---- */

enum { THREADS = 16, ROUNDS = 40 };

struct clerk {
    struct db *db;
    pthread_t thread;
    int number, wrong;
};

/* Every third gives up after writing, every fifth runs into a taken key. */
static err_t some_fail(struct db_conn *c, void *arg)
{
    int64_t id = *(const int64_t *)arg;
    TRY(insert_item_in(c, id, NULL));
    if (id % 5 == 0)
        TRY(insert_item_in(c, id, NULL));
    return id % 3 == 0 ? ERR_DENIED : OK;
}

static void *insert_many(void *arg)
{
    struct clerk *me = arg;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t id = me->number * ROUNDS + i + 1;
        err_t want = id % 5 == 0 ? ERR_CONFLICT : id % 3 == 0 ? ERR_DENIED : OK;
        me->wrong += db_transact(me->db, some_fail, &id) != want;
    }
    return NULL;
}

TEST_DB(db_commits_many_works_without_mixing_them)
{
    make_items(db);
    struct clerk clerks[THREADS] = {0};
    for (int i = 0; i < THREADS; i++) {
        clerks[i] = (struct clerk){.db = db, .number = i};
        assert_int_equal(pthread_create(&clerks[i].thread, NULL, insert_many, &clerks[i]), 0);
    }
    int64_t good = 0;
    for (int i = 0; i < THREADS; i++) {
        pthread_join(clerks[i].thread, NULL);
        assert_int_equal(clerks[i].wrong, 0);
    }
    for (int id = 1; id <= THREADS * ROUNDS; id++)
        good += id % 3 && id % 5;
    assert_int_equal(count_items(db), good);
    struct db_stats stats;
    db_stats(db, &stats);
    assert_int_equal(stats.transactions, THREADS * ROUNDS + 1);
    assert_int_equal(stats.conflicts, THREADS * ROUNDS / 5);
    if (db_kind(db) == DB_SQLITE)
        assert_true(stats.commits < stats.transactions);
}

/* ---- savepoints ---- */

static err_t inner_most(struct db_conn *c, void *arg __attribute__((unused)))
{
    TRY(insert_item_in(c, 3, NULL));
    return insert_item_in(c, 1, NULL); /* taken */
}

static err_t middle(struct db_conn *c, void *arg __attribute__((unused)))
{
    TRY(insert_item_in(c, 2, NULL));
    assert_int_equal(db_nested(c, inner_most, NULL), ERR_CONFLICT);
    assert_str(db_conflict_name(c), "item_pkey");
    return OK;
}

static err_t refuses(struct db_conn *c, void *arg __attribute__((unused)))
{
    TRY(insert_item_in(c, 4, NULL));
    return ERR_LIMIT;
}

static err_t outer(struct db_conn *c, void *arg __attribute__((unused)))
{
    TRY(insert_item_in(c, 1, NULL));
    TRY(db_nested(c, middle, NULL));
    assert_int_equal(db_nested(c, refuses, NULL), ERR_LIMIT);
    return insert_item_in(c, 5, NULL);
}

TEST_DB(db_nested_undoes_only_its_part)
{
    make_items(db);
    assert_int_equal(db_transact(db, outer, NULL), OK);
    assert_int_equal(count_items(db), 3);
    struct db_conn *c;
    assert_int_equal(db_acquire(db, &c), OK);
    assert_int_equal(ask_int(c, S("SELECT count(*) FROM item WHERE id IN (1, 2, 5)")), 3);
    db_release(c);
}

static err_t send_item(struct db_conn *c, int64_t id)
{
    value param = V_INT(id);
    return db_send(c, S("INSERT INTO item (id) VALUES ($1)"), &param, 1);
}

static err_t sends_many(struct db_conn *c, void *arg __attribute__((unused)))
{
    for (int64_t id = 1; id <= 200; id++)
        TRY(send_item(c, id));
    assert_int_equal(ask_int(c, S("SELECT count(*) FROM item")), 200);
    return send_item(c, 201);
}

static err_t sends_twice(struct db_conn *c, void *arg __attribute__((unused)))
{
    TRY(send_item(c, 300));
    return send_item(c, 1);
}

static err_t sends_within(struct db_conn *c, void *arg __attribute__((unused)))
{
    TRY(send_item(c, 301));
    assert_int_equal(db_nested(c, sends_twice, NULL), ERR_CONFLICT);
    return send_item(c, 302);
}

/* What was sent is there for the next statement and for the commit, and fails with them. */
TEST_DB(db_sends_without_waiting)
{
    make_items(db);
    assert_int_equal(db_transact(db, sends_many, NULL), OK);
    assert_int_equal(count_items(db), 201);
    assert_int_equal(db_transact(db, sends_twice, NULL), ERR_CONFLICT);
    assert_int_equal(count_items(db), 201);
    assert_int_equal(db_transact(db, sends_within, NULL), OK);
    assert_int_equal(count_items(db), 203);
}

static err_t hides_failure(struct db_conn *c, void *arg __attribute__((unused)))
{
    TRY(insert_item_in(c, 1, NULL));
    assert_int_equal(insert_item_in(c, 1, NULL), ERR_CONFLICT);
    assert_int_equal(insert_item_in(c, 2, NULL), ERR_CONFLICT); /* nothing runs any more */
    assert_int_equal(db_nested(c, refuses, NULL), ERR_CONFLICT);
    return OK;
}

TEST_DB(db_undoes_a_work_that_hides_a_failure)
{
    make_items(db);
    assert_int_equal(db_transact(db, hides_failure, NULL), ERR_CONFLICT);
    assert_int_equal(count_items(db), 0);
    assert_int_equal(insert_item(db, 1, NULL), OK);
}

static err_t nothing(struct db_conn *c __attribute__((unused)), void *arg __attribute__((unused)))
{
    return OK;
}

static err_t nested_first(struct db_conn *c, void *arg __attribute__((unused)))
{
    assert_int_equal(db_nested(c, refuses, NULL), ERR_LIMIT);
    return db_nested(c, nothing, NULL);
}

/* Works whose first step is something else than a statement that is known already. */
TEST_DB(db_begins_in_many_ways)
{
    make_items(db);
    for (int round = 0; round < 2; round++) {
        assert_int_equal(db_transact(db, nothing, NULL), OK);
        assert_int_equal(db_transact(db, refuses, NULL), ERR_LIMIT);
        assert_int_equal(db_transact(db, nested_first, NULL), OK);
        assert_int_equal(transact_sql(db, "SELECT wrong"), ERR_INTERNAL);
        assert_int_equal(insert_item(db, round, NULL), OK);
        assert_int_equal(insert_item(db, 0, NULL), ERR_CONFLICT);
    }
    assert_int_equal(count_items(db), 2);
}

static err_t transact_within(struct db_conn *c __attribute__((unused)), void *arg)
{
    return insert_item(arg, 1, NULL);
}

TEST_DB(db_refuses_a_transaction_within_a_work)
{
    make_items(db);
    assert_int_equal(db_transact(db, transact_within, db), ERR_INTERNAL);
    assert_int_equal(count_items(db), 0);
}

/* ---- what readers see ---- */

static err_t look_from_outside(struct db_conn *c, void *arg)
{
    TRY(insert_item_in(c, 1, NULL));
    assert_int_equal(ask_int(c, S("SELECT count(*) FROM item")), 1);
    assert_int_equal(count_items(arg), 0);
    return OK;
}

TEST_DB(db_readers_see_only_what_is_committed)
{
    make_items(db);
    assert_int_equal(db_transact(db, look_from_outside, db), OK);
    assert_int_equal(count_items(db), 1);
}

TEST_DB(db_snapshot_stands_still)
{
    make_items(db);
    struct db_conn *c;
    str count = S("SELECT count(*) FROM item");
    assert_int_equal(db_acquire(db, &c), OK);
    assert_int_equal(db_snapshot_begin(c), OK);
    assert_int_equal(db_snapshot_begin(c), ERR_INTERNAL);
    assert_int_equal(ask_int(c, count), 0);
    assert_int_equal(insert_item(db, 1, NULL), OK);
    assert_int_equal(ask_int(c, count), 0);
    db_snapshot_end(c);
    assert_int_equal(ask_int(c, count), 1);
    /* a failure within ends with it */
    assert_int_equal(db_snapshot_begin(c), OK);
    assert_int_equal(db_prepare(c, S("SELECT nothing")), ERR_INTERNAL);
    value v;
    assert_int_equal(db_one(c, NULL, count, NULL, 0, &v, 1), ERR_INTERNAL);
    db_snapshot_end(c);
    assert_int_equal(ask_int(c, count), 1);
    assert_int_equal(db_snapshot_begin(c), OK);
    db_release(c); /* ends it */
    assert_int_equal(count_items(db), 1);
}

/* ---- deadlock ---- */

struct rival {
    struct db *db;
    pthread_barrier_t *meet;
    const char *first, *second;
    int calls;
    err_t result;
};

static err_t lock_both(struct db_conn *c, void *arg)
{
    struct rival *me = arg;
    TRY(db_run(c, str_from(me->first), NULL, 0, NULL));
    if (me->calls++ == 0)
        pthread_barrier_wait(me->meet);
    return db_run(c, str_from(me->second), NULL, 0, NULL);
}

static void *fight(void *arg)
{
    struct rival *me = arg;
    me->result = db_transact(me->db, lock_both, me);
    return NULL;
}

TEST(db_runs_the_victim_of_a_deadlock_again)
{
    struct test_db at;
    test_db_open(&at, DB_POSTGRES);
    make_items(at.db);
    assert_int_equal(insert_item(at.db, 1, NULL), OK);
    assert_int_equal(insert_item(at.db, 2, NULL), OK);
    static const char one[] = "UPDATE item SET size = coalesce(size, 0) + 1 WHERE id = 1";
    static const char two[] = "UPDATE item SET size = coalesce(size, 0) + 1 WHERE id = 2";
    pthread_barrier_t meet;
    pthread_barrier_init(&meet, NULL, 2);
    struct rival a = {at.db, &meet, one, two, 0, OK}, b = {at.db, &meet, two, one, 0, OK};
    pthread_t other;
    assert_int_equal(pthread_create(&other, NULL, fight, &a), 0);
    fight(&b);
    pthread_join(other, NULL);
    pthread_barrier_destroy(&meet);
    assert_int_equal(a.result, OK);
    assert_int_equal(b.result, OK);
    /* on a busy machine the victim may take its row again before the other side wakes */
    assert_in_range(a.calls + b.calls, 3, 6);
    struct db_conn *c;
    assert_int_equal(db_acquire(at.db, &c), OK);
    assert_int_equal(ask_int(c, S("SELECT CAST(sum(size) AS bigint) FROM item")), 4);
    db_release(c);
    test_db_close(&at);
}

/* ---- opening ---- */

static err_t open_quietly(const char *url, bool read_only, struct problems *problems)
{
    struct db *db = NULL;
    struct db_options options = {.url = str_from(url), .read_only = read_only};
    err_t e = db_open(&options, problems, &db);
    if (e == OK)
        db_close(db);
    return e;
}

TEST(db_refuses_wrong_urls)
{
    static const char *const urls[] = {
        "",          "sqlite:",          "mysql://x",
        "/tmp/x.db", "postgresql://%zz", "postgresql://localhost/x?nonsense=1"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        AUTO_ARENA arena = arena_new(SIZE_MAX / 2);
        struct problems problems = {.arena = arena};
        assert_int_equal(open_quietly(urls[i], false, &problems), ERR_INVALID);
        assert_string_equal(problems.list.at[0].code, "database_url");
    }
    AUTO_ARENA arena = arena_new(SIZE_MAX / 2);
    struct problems problems = {.arena = arena};
    assert_int_equal(open_quietly("sqlite:/nowhere/at/all", false, &problems), ERR_UNAVAILABLE);
    assert_string_equal(problems.list.at[0].code, "database_cannot_open");
    assert_int_equal(open_quietly("sqlite:/etc/passwd", true, &problems), ERR_UNAVAILABLE);
    assert_int_equal(open_quietly("postgresql://127.0.0.1:1/x", false, &problems), ERR_UNAVAILABLE);
}

TEST(db_sqlite_refuses_a_second_writer)
{
    struct test_db at;
    test_db_open(&at, DB_SQLITE);
    make_items(at.db);
    assert_int_equal(insert_item(at.db, 1, "a"), OK);
    AUTO_ARENA arena = arena_new(SIZE_MAX / 2);
    struct problems problems = {.arena = arena};
    assert_int_equal(open_quietly(at.url, false, &problems), ERR_CONFLICT);
    assert_string_equal(problems.list.at[0].code, "database_in_use");
    struct db *beside = NULL;
    struct db_options options = {.url = str_from(at.url), .read_only = true};
    assert_int_equal(db_open(&options, NULL, &beside), OK);
    assert_int_equal(count_items(beside), 1);
    assert_int_equal(insert_item(beside, 2, "b"), ERR_DENIED);
    assert_int_equal(insert_item(at.db, 2, "b"), OK);
    assert_int_equal(count_items(beside), 2);
    db_close(beside);
    test_db_close(&at);
}

static bool is_there(const char *url, const char *suffix)
{
    char path[1100];
    snprintf(path, sizeof path, "%s%s", url + strlen("sqlite:"), suffix);
    return access(path, F_OK) == 0;
}

TEST(db_sqlite_looking_leaves_nothing_behind)
{
    struct test_db at;
    test_db_open(&at, DB_SQLITE);
    make_items(at.db);
    assert_int_equal(insert_item(at.db, 1, "a"), OK);
    assert_true(is_there(at.url, "-wal"));
    db_close(at.db);
    struct db_options options = {.url = str_from(at.url), .readers = 2, .read_only = true};
    struct db_conn *c, *other;
    assert_int_equal(db_open(&options, NULL, &at.db), OK);
    assert_int_equal(db_acquire(at.db, &c), OK);
    assert_int_equal(db_acquire(at.db, &other), OK);
    assert_int_equal(insert_item(at.db, 2, "b"), ERR_DENIED);
    db_release(c);
    db_release(other);
    assert_int_equal(count_items(at.db), 1);
    db_close(at.db);
    assert_false(is_there(at.url, "-wal"));
    assert_false(is_there(at.url, "-shm"));
    options.read_only = false;
    assert_int_equal(db_open(&options, NULL, &at.db), OK);
    test_db_close(&at);
}

TEST(db_sqlite_in_memory)
{
    struct db *one = NULL, *two = NULL;
    struct db_options options = {.url = S("sqlite::memory:")};
    assert_int_equal(db_open(&options, NULL, &one), OK);
    assert_int_equal(db_open(&options, NULL, &two), OK);
    make_items(one);
    make_items(two);
    assert_int_equal(insert_item(one, 1, NULL), OK);
    assert_int_equal(count_items(one), 1);
    assert_int_equal(count_items(two), 0);
    db_close(one);
    db_close(two);
}

/* ---- the pool ---- */

struct taker {
    struct db *db;
    _Atomic pid_t thread;
};

static void *take_and_give(void *arg)
{
    struct taker *taker = arg;
    struct db_conn *c;
    taker->thread = gettid();
    assert_int_equal(db_acquire(taker->db, &c), OK);
    db_release(c);
    return NULL;
}

static bool is_asleep(pid_t thread)
{
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", (int)thread);
    FILE *f = fopen(path, "r");
    bool asleep = f && fgets(text, sizeof text, f) && strstr(text, ") S ");
    if (f)
        fclose(f);
    return asleep;
}

TEST_DB(db_acquire_waits_for_a_connection)
{
    struct db *small = NULL;
    struct db_options options = {.url = str_from(at->url), .readers = 1, .read_only = true};
    assert_int_equal(db_open(&options, NULL, &small), OK);
    struct db_conn *c;
    assert_int_equal(db_acquire(small, &c), OK);
    pthread_t other;
    struct taker taker = {.db = small};
    assert_int_equal(pthread_create(&other, NULL, take_and_give, &taker), 0);
    while (!taker.thread || !is_asleep(taker.thread))
        sched_yield();
    db_release(c);
    pthread_join(other, NULL);
    struct db_stats stats;
    db_stats(small, &stats);
    assert_int_equal(stats.connections, 1);
    db_close(small);
}

/* ---- backup ---- */

struct progress {
    int calls, done, all;
};

static void note_progress(void *arg, int done, int all)
{
    struct progress *p = arg;
    assert_true(done >= p->done && done <= all);
    *p = (struct progress){p->calls + 1, done, all};
}

TEST_DB(db_backup_is_a_whole_database)
{
    make_items(db);
    char path[1100];
    struct progress progress = {0};
    if (db_kind(db) == DB_POSTGRES) {
        assert_int_equal(db_backup(db, "/tmp/never", note_progress, &progress), ERR_INVALID);
        return;
    }
    test_db_script(db, S("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                         " WHERE i < 20000) INSERT INTO item (id, name)"
                         " SELECT i, 'a rather long name to fill pages ' || i FROM n"));
    snprintf(path, sizeof path, "%s.copy", at->url + strlen("sqlite:"));
    assert_int_equal(db_backup(db, path, note_progress, &progress), OK);
    assert_true(progress.calls > 0);
    snprintf(path, sizeof path, "%s.copy", at->url);
    struct db *copy = NULL;
    struct db_options options = {.url = str_from(path), .read_only = true};
    assert_int_equal(db_open(&options, NULL, &copy), OK);
    assert_int_equal(count_items(copy), 20000);
    db_close(copy);
    assert_int_equal(db_backup(db, "/nowhere/at/all", NULL, NULL), ERR_UNAVAILABLE);
}

/* ---- deadlines ---- */

static const char ENDLESS[] = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL "
                              "SELECT i + 1 FROM n WHERE i < 4000000000) SELECT count(*) FROM n";

static err_t ask(struct db_conn *c, const char *sql)
{
    value cell;
    return db_one(c, NULL, str_from(sql), NULL, 0, &cell, 1);
}

TEST_DB(db_deadline_stops_what_takes_too_long)
{
    struct db_conn *c;
    assert_int_equal(db_acquire(db, &c), OK);
    db_deadline(c, 100);
    assert_int_equal(ask(c, ENDLESS), ERR_LIMIT);
    assert_true(db_too_slow(c));
    /* the connection is as good as before, in a snapshot too */
    assert_int_equal(ask(c, "SELECT 1"), OK);
    assert_int_equal(db_snapshot_begin(c), OK);
    assert_int_equal(ask(c, "SELECT 1"), OK);
    assert_int_equal(ask(c, ENDLESS), ERR_LIMIT);
    assert_int_equal(ask(c, "SELECT 1"), ERR_LIMIT);
    db_snapshot_end(c);
    assert_int_equal(ask(c, "SELECT 1"), OK);
    db_release(c);
}

TEST_DB(db_deadline_ends_with_the_loan)
{
    static const char slow[] = "WITH RECURSIVE n(i) AS (SELECT CAST(1 AS bigint) UNION ALL "
                               "SELECT i + 1 FROM n WHERE i < 300000) SELECT count(*) FROM n";
    struct db_conn *c;
    assert_int_equal(db_acquire(db, &c), OK);
    db_deadline(c, 1);
    assert_int_equal(ask(c, slow), ERR_LIMIT);
    db_release(c);
    assert_int_equal(db_acquire(db, &c), OK);
    assert_false(db_too_slow(c));
    assert_int_equal(ask(c, slow), OK);
    db_release(c);
}

static err_t lock_twice(struct db_conn *c, void *arg)
{
    (void)arg;
    TRY(db_lock(c, S("order.number=1")));
    return db_lock(c, S("order.number=1"));
}

TEST_DB(db_lock_is_for_works)
{
    struct db_conn *c;
    assert_int_equal(db_transact(db, lock_twice, NULL), OK);
    assert_int_equal(db_transact(db, lock_twice, NULL), OK);
    assert_int_equal(db_acquire(db, &c), OK);
    assert_int_equal(db_lock(c, S("x")), ERR_INTERNAL);
    db_release(c);
}
