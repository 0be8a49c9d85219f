/* What is left after things go wrong: nothing acknowledged is lost, nothing undone is there. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "db/test_items.h"

static err_t insert_three(struct db_conn *c, void *arg __attribute__((unused)))
{
    for (int i = 1; i <= 3; i++)
        TRY(insert_item_in(c, i, NULL));
    return OK;
}

/* Three statements and the commit fail in turn; the fifth time nothing is left to fail. */
TEST_DB(db_fail_at_every_statement)
{
    make_items(db);
    for (unsigned nth = 1; nth <= 4; nth++) {
        db_fail_at(db, nth, ERR_UNAVAILABLE);
        assert_int_equal(db_transact(db, insert_three, NULL), ERR_UNAVAILABLE);
        assert_int_equal(count_items(db), 0);
    }
    db_fail_at(db, 5, ERR_INTERNAL);
    assert_int_equal(db_transact(db, insert_three, NULL), OK);
    struct db_conn *c;
    value n;
    assert_int_equal(db_acquire(db, &c), OK);
    assert_int_equal(db_one(c, NULL, S("SELECT 1"), NULL, 0, &n, 1), ERR_INTERNAL);
    assert_int_equal(db_one(c, NULL, S("SELECT 1"), NULL, 0, &n, 1), OK);
    db_fail_at(db, 1, ERR_INTERNAL);
    db_fail_at(db, 0, OK);
    assert_int_equal(db_one(c, NULL, S("SELECT 1"), NULL, 0, &n, 1), OK);
    db_release(c);
    assert_int_equal(count_items(db), 3);
}

static err_t refuse(struct db_conn *c, void *arg)
{
    TRY(insert_item_in(c, 1, NULL));
    return *(const err_t *)arg;
}

/* Nothing of it was to be kept, so the commit of its neighbours is none of its business. */
TEST_DB(db_keeps_a_refusal_when_the_commit_fails)
{
    err_t refusals[] = {ERR_CONFLICT, ERR_INVALID, ERR_DENIED};
    make_items(db);
    for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
        db_fail_at(db, 2, ERR_UNAVAILABLE);
        assert_int_equal(db_transact(db, refuse, &refusals[i]), refusals[i]);
        db_fail_at(db, 0, OK);
    }
    assert_int_equal(count_items(db), 0);
}

static err_t leave_orphan(struct db_conn *c, void *arg __attribute__((unused)))
{
    return db_run(c, S("INSERT INTO late (item_id) VALUES (99)"), NULL, 0, NULL);
}

TEST_DB(db_checks_deferred_foreign_keys)
{
    make_items(db);
    test_db_script(db, S("CREATE TABLE late (item_id bigint REFERENCES item (id)"
                         " DEFERRABLE INITIALLY DEFERRED)"));
    assert_int_equal(db_transact(db, leave_orphan, NULL), ERR_CONFLICT);
    assert_int_equal(insert_item(db, 1, NULL), OK);
    assert_int_equal(transact_sql(db, "INSERT INTO late (item_id) VALUES (1)"), OK);
}

static err_t forget_rows(struct db_conn *c, void *arg)
{
    TRY(insert_item_in(c, 2, NULL));
    return db_query(c, S("SELECT id FROM item"), NULL, 0, arg);
}

TEST_DB(db_finds_rows_left_open)
{
    make_items(db);
    struct db_rows *rows = NULL;
    assert_int_equal(insert_item(db, 1, NULL), OK);
    assert_int_equal(db_transact(db, forget_rows, &rows), ERR_INTERNAL);
    db_rows_free(rows);
    assert_int_equal(insert_item(db, 3, NULL), OK);
    assert_int_equal(count_items(db), 2);
}

/* ---- full disk ---- */

static err_t fill(struct db_conn *c, void *arg)
{
    value id = V_INT(*(const int64_t *)arg);
    return db_run(c,
                  S("INSERT INTO item (id, name) SELECT $1, CAST($1 AS text) || "
                    "replace(hex(zeroblob(2000)), '0', 'x')"),
                  &id, 1, NULL);
}

static err_t limit_pages(struct db_conn *c, void *arg)
{
    return db_script(c,
                     arg ? S("PRAGMA max_page_count = 40") : S("PRAGMA max_page_count = 1000000"));
}

TEST(db_sqlite_survives_a_full_disk)
{
    struct test_db at;
    test_db_open(&at, DB_SQLITE);
    make_items(at.db);
    assert_int_equal(db_transact(at.db, limit_pages, at.db), OK);
    int64_t id = 0;
    err_t e = OK;
    while (e == OK && id < 100) {
        id++;
        e = db_transact(at.db, fill, &id);
    }
    assert_int_equal(e, ERR_DISK_FULL);
    assert_true(db_disk_was_full(at.db));
    assert_int_equal(count_items(at.db), id - 1);
    assert_int_equal(db_transact(at.db, limit_pages, NULL), OK);
    assert_false(db_disk_was_full(at.db));
    assert_int_equal(db_transact(at.db, fill, &id), OK);
    assert_int_equal(count_items(at.db), id);
    test_db_close(&at);
}

/* In a process of its own, because the limit on the size of files cannot be lifted again. Writes to
 * the log of SQLite fail at the commit. */
static int write_against_the_limit(struct db *db)
{
    const struct rlimit limit = {200 * 1024, 200 * 1024};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    if (sigaction(SIGXFSZ, &ignore, NULL) || setrlimit(RLIMIT_FSIZE, &limit))
        return 100;
    int64_t id = 1;
    err_t e = OK;
    for (; e == OK && id < 90; id++)
        e = db_transact(db, fill, &id);
    return e == ERR_UNAVAILABLE && count_items(db) == id - 2 ? (int)id - 2 : 101;
}

TEST(db_sqlite_survives_a_failing_commit)
{
    struct test_db at;
    test_db_open(&at, DB_SQLITE);
    make_items(at.db);
    db_close(at.db); /* a thread would not be there after fork */
    pid_t child = fork();
    struct db_options options = {.url = str_from(at.url)};
    if (child == 0) {
        struct db *db = NULL;
        int code = db_open(&options, NULL, &db) == OK ? write_against_the_limit(db) : 102;
        _exit(code);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_in_range(WEXITSTATUS(status), 1, 89);
    assert_int_equal(db_open(&options, NULL, &at.db), OK);
    assert_int_equal(count_items(at.db), WEXITSTATUS(status));
    test_db_close(&at);
}

/* ---- kill -9 ---- */

enum { WRITERS = 4, ACKNOWLEDGED = 200 };

struct diligent {
    struct db *db;
    int64_t first;
    int pipe;
};

/* Tells every id once it is durable. */
static void *write_and_tell(void *arg)
{
    const struct diligent *me = arg;
    for (int64_t id = me->first;; id += WRITERS)
        if (insert_item(me->db, id, NULL) == OK &&
            write(me->pipe, &id, sizeof id) != (ssize_t)sizeof id)
            return NULL;
}

static void write_until_killed(const char *url, int pipe_end)
{
    struct db *db = NULL;
    struct db_options options = {.url = str_from(url)};
    if (db_open(&options, NULL, &db) != OK)
        _exit(1);
    struct diligent writers[WRITERS];
    for (int i = 0; i < WRITERS; i++) {
        pthread_t thread;
        writers[i] = (struct diligent){db, i + 1, pipe_end};
        if (pthread_create(&thread, NULL, write_and_tell, &writers[i]))
            _exit(1);
    }
    for (;;)
        pause();
}

static void assert_present(struct db *db, const int64_t *ids, size_t n)
{
    struct db_conn *c;
    assert_int_equal(db_acquire(db, &c), OK);
    for (size_t i = 0; i < n; i++) {
        value id = V_INT(ids[i]), found = V_NULL;
        assert_int_equal(db_one(c, NULL, S("SELECT id FROM item WHERE id = $1"), &id, 1, &found, 1),
                         OK);
    }
    db_release(c);
}

TEST_DB(db_keeps_what_it_acknowledged_before_kill)
{
    make_items(db);
    struct db *first = db;
    struct db_options options = {.url = str_from(at->url)};
    int ends[2];
    int64_t ids[ACKNOWLEDGED];
    assert_int_equal(pipe(ends), 0);
    if (db_kind(db) == DB_SQLITE)
        db_close(first); /* the child is the one process that writes */
    pid_t child = fork();
    if (child == 0)
        write_until_killed(at->url, ends[1]);
    close(ends[1]);
    size_t n = 0;
    while (n < ACKNOWLEDGED && read(ends[0], &ids[n], sizeof ids[n]) == (ssize_t)sizeof ids[n])
        n++;
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(ends[0]);
    assert_int_equal(n, ACKNOWLEDGED);
    struct db *again = NULL;
    assert_int_equal(db_open(&options, NULL, &again), OK);
    assert_present(again, ids, n);
    assert_true(insert_item(again, ids[0], NULL) == ERR_CONFLICT);
    assert_int_equal(insert_item(again, 1000000, NULL), OK);
    if (db_kind(again) == DB_SQLITE)
        ((struct test_db *)at)->db = again;
    else
        db_close(again);
}

/* ---- lost connections ---- */

static void kill_backend(struct db *db, int64_t pid)
{
    struct db_conn *c;
    value param = V_INT(pid), done = V_NULL;
    assert_int_equal(db_acquire(db, &c), OK);
    assert_int_equal(
        db_one(c, NULL, S("SELECT pg_terminate_backend($1, 5000)"), &param, 1, &done, 1), OK);
    assert_true(done.b);
    db_release(c);
}

TEST(db_postgres_reads_on_after_a_lost_connection)
{
    struct test_db at;
    test_db_open(&at, DB_POSTGRES);
    make_items(at.db);
    struct db_conn *c, *d;
    value n;
    assert_int_equal(db_acquire(at.db, &c), OK);
    assert_int_equal(db_acquire(at.db, &d), OK);
    int64_t first = ask_int(c, S("SELECT pg_backend_pid()"));
    int64_t second = ask_int(d, S("SELECT pg_backend_pid()"));
    assert_true(first != second);
    db_release(c);
    db_release(d);
    struct test_db other;
    test_db_open(&other, DB_POSTGRES);
    kill_backend(other.db, first);
    kill_backend(other.db, second);
    test_db_close(&other);
    assert_int_equal(db_acquire(at.db, &c), OK);
    assert_int_equal(db_one(c, NULL, S("SELECT 1"), NULL, 0, &n, 1), ERR_UNAVAILABLE);
    db_release(c);
    /* the second dead one was not kept for the next caller */
    assert_int_equal(count_items(at.db), 0);
    struct db_stats stats;
    db_stats(at.db, &stats);
    assert_int_equal(stats.faults, 1);
    test_db_close(&at);
}

struct cut {
    struct db *db;
    int64_t pid;
    bool in_nested;
};

static err_t killed_midway(struct db_conn *c, void *arg)
{
    struct cut *cut = arg;
    TRY(insert_item_in(c, 1, NULL));
    cut->pid = ask_int(c, S("SELECT pg_backend_pid()"));
    kill_backend(cut->db, cut->pid);
    return insert_item_in(c, 2, NULL);
}

static err_t killed_and_hidden(struct db_conn *c, void *arg)
{
    assert_int_equal(db_nested(c, killed_midway, arg), ERR_UNAVAILABLE);
    return OK;
}

TEST(db_postgres_undoes_a_work_whose_connection_is_lost)
{
    struct test_db at;
    test_db_open(&at, DB_POSTGRES);
    make_items(at.db);
    struct cut cut = {.db = at.db};
    assert_int_equal(db_transact(at.db, killed_midway, &cut), ERR_UNAVAILABLE);
    assert_int_equal(db_transact(at.db, killed_and_hidden, &cut), ERR_UNAVAILABLE);
    assert_int_equal(count_items(at.db), 0);
    assert_int_equal(insert_item(at.db, 1, NULL), OK);
    test_db_close(&at);
}

static err_t backend_of(struct db_conn *c, void *arg)
{
    *(int64_t *)arg = ask_int(c, S("SELECT pg_backend_pid()"));
    return OK;
}

TEST(db_postgres_writes_on_after_a_lost_connection)
{
    struct test_db at;
    test_db_open(&at, DB_POSTGRES);
    make_items(at.db);
    for (int round = 0; round < 2; round++) {
        int64_t pid = 0;
        assert_int_equal(db_transact(at.db, backend_of, &pid), OK);
        kill_backend(at.db, pid);
        /* in the first round the lost statement had yet to be prepared */
        assert_int_equal(insert_item(at.db, 1, NULL), ERR_UNAVAILABLE);
        assert_int_equal(insert_item(at.db, 2 + round, NULL), OK);
    }
    assert_int_equal(count_items(at.db), 2);
    test_db_close(&at);
}
