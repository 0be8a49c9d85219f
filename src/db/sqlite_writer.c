#include <errno.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/sqlite.h"

/* A group ends when nobody waits any more, or at these ceilings, which bound how long its first
 * member waits for the commit. */
enum { GROUP_MOST = 128, GROUP_MICROSECONDS = 2000 };

static struct sqlite_pending *take(struct sqlite_db *db)
{
    pthread_mutex_lock(&db->lock);
    struct sqlite_pending *p = db->first;
    if (p) {
        db->first = p->next;
        if (!db->first)
            db->last = &db->first;
    }
    pthread_mutex_unlock(&db->lock);
    return p;
}

/* False when the writer is to stop and nobody waits. */
static bool wait_for_work(struct sqlite_db *db)
{
    pthread_mutex_lock(&db->lock);
    while (!db->first && !db->stopping)
        pthread_cond_wait(&db->arrived, &db->lock);
    bool any = db->first;
    pthread_mutex_unlock(&db->lock);
    return any;
}

static bool in_transaction(const struct sqlite_conn *c)
{
    return !sqlite3_get_autocommit(c->handle);
}

/* A foreign key that is checked at commit must not bring down the neighbours. */
static bool owes_foreign_key(struct sqlite_conn *c)
{
    int owed = 0, unused = 0;
    sqlite3_db_status(c->handle, SQLITE_DBSTATUS_DEFERRED_FKS, &owed, &unused, 0);
    return owed != 0;
}

/* Rows that a work forgot to free would make the commit fail for all. */
static void stop_statements(struct sqlite_conn *c)
{
    for (sqlite3_stmt *s = NULL; (s = sqlite3_next_stmt(c->handle, s));)
        if (sqlite3_stmt_busy(s))
            sqlite3_reset(s);
}

static void roll_back(struct sqlite_conn *c)
{
    if (sqlite_command(&c->base, "ROLLBACK") != OK)
        log_event(LOG_ERROR, "rollback_failed", NULL);
}

static err_t run_work(struct sqlite_conn *c, const struct sqlite_pending *p)
{
    err_t e = db_run_work(&c->base, p->work, p->arg);
    if (!in_transaction(c))
        return e;
    if (c->base.open_rows)
        stop_statements(c);
    if (e == OK && owes_foreign_key(c)) {
        db_set_conflict(&c->base, S(""));
        e = ERR_CONFLICT;
    }
    return e;
}

/* The transaction holds nothing yet: it is this work's own savepoint, and a new one begins when the
 * work fails. (A savepoint copies every page it changes; within one, nested ones also have to look
 * through all copies made before.) */
static err_t run_first(struct sqlite_conn *c, struct sqlite_pending *p)
{
    p->result = run_work(c, p);
    if (p->result == OK)
        return OK;
    p->final = true;
    if (in_transaction(c))
        roll_back(c);
    return sqlite_command(&c->base, "BEGIN IMMEDIATE");
}

static err_t run_next(struct sqlite_conn *c, const struct sqlite_pending *p)
{
    TRY(sqlite_command(&c->base, "SAVEPOINT work"));
    err_t e = run_work(c, p);
    if (!in_transaction(c))
        return e;
    err_t undone = e == OK ? OK : sqlite_command(&c->base, "ROLLBACK TO SAVEPOINT work");
    err_t released = sqlite_command(&c->base, "RELEASE SAVEPOINT work");
    if (undone != OK || released != OK)
        roll_back(c);
    return e != OK ? e : released;
}

static err_t commit(struct sqlite_conn *c)
{
    err_t e = db_injected(c->base.db);
    if (e == OK)
        e = sqlite_command(&c->base, "COMMIT");
    if (e == OK)
        return OK;
    log_event(LOG_ERROR, "commit_failed", NULL);
    if (in_transaction(c))
        roll_back(c);
    return e == ERR_DISK_FULL ? e : ERR_UNAVAILABLE;
}

static void answer(struct sqlite_pending *group, err_t all)
{
    while (group) {
        struct sqlite_pending *next = group->next; /* group is gone once it is answered */
        if (all != OK && !group->final)
            group->result = all;
        sem_post(&group->answered);
        group = next;
    }
}

/* Runs what waits in one transaction, a savepoint each. Whoever read what another one of the group
 * wrote must not be answered before it is durable, so all are answered at the end; if it never is,
 * a refusal still stands when nothing of others was there to be read. */
static void run_group(struct sqlite_db *db)
{
    struct sqlite_conn *c = db->writer;
    struct sqlite_pending *group = NULL, **end = &group;
    bool holds_work = false;
    int64_t until = clock_monotonic() + GROUP_MICROSECONDS;
    err_t all = sqlite_command(&c->base, "BEGIN IMMEDIATE");
    for (int n = 0; n < GROUP_MOST && (n == 0 || clock_monotonic() < until); n++) {
        struct sqlite_pending *p = take(db);
        if (!p)
            break;
        p->next = NULL;
        *end = p;
        end = &p->next;
        if (all == OK && !holds_work) {
            all = run_first(c, p);
            holds_work = p->result == OK;
        } else if (all == OK) {
            p->result = run_next(c, p);
            if (!in_transaction(c)) { /* SQLite undid everything: disk full, I/O error */
                all = p->result == ERR_DISK_FULL ? ERR_DISK_FULL : ERR_UNAVAILABLE;
                break;
            }
        }
    }
    if (all == OK)
        all = commit(c);
    if (all == OK)
        db_count(&db->base.commits);
    answer(group, all);
}

static void *write_all(void *arg)
{
    struct sqlite_db *db = arg;
    while (wait_for_work(db))
        run_group(db);
    return NULL;
}

err_t sqlite_writer_start(struct sqlite_db *db)
{
    struct db_conn *c;
    TRY(sqlite_connect(&db->base, FOR_WRITING, &c));
    pthread_mutex_init(&db->lock, NULL);
    pthread_cond_init(&db->arrived, NULL);
    db->last = &db->first;
    db->writer = (struct sqlite_conn *)c;
    if (pthread_create(&db->thread, NULL, write_all, db))
        abort();
    return OK;
}

void sqlite_writer_stop(struct sqlite_db *db)
{
    pthread_mutex_lock(&db->lock);
    db->stopping = true;
    pthread_cond_signal(&db->arrived);
    pthread_mutex_unlock(&db->lock);
    pthread_join(db->thread, NULL);
    sqlite_disconnect(&db->writer->base);
    pthread_cond_destroy(&db->arrived);
    pthread_mutex_destroy(&db->lock);
}

err_t sqlite_transact(struct db *base, db_work work, void *arg)
{
    struct sqlite_db *db = (struct sqlite_db *)base;
    struct sqlite_pending p = {.work = work, .arg = arg};
    sem_init(&p.answered, 0, 0);
    pthread_mutex_lock(&db->lock);
    bool stopping = db->stopping;
    if (!stopping) {
        *db->last = &p;
        db->last = &p.next;
        pthread_cond_signal(&db->arrived);
    }
    pthread_mutex_unlock(&db->lock);
    while (!stopping && sem_wait(&p.answered) && errno == EINTR)
        ;
    sem_destroy(&p.answered);
    return stopping ? ERR_UNAVAILABLE : p.result;
}
