#include <errno.h>

#include "base/log.h"
#include "db/driver.h"

enum { WAIT_SECONDS = 30 };

/* Takes an idle one or the right to open one. */
static err_t reserve(struct db *db, struct db_pool *pool, struct db_conn **idle)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += WAIT_SECONDS;
    while (!db->closing && !pool->idle && pool->open >= pool->most)
        if (pthread_cond_timedwait(&db->returned, &db->lock, &until) == ETIMEDOUT) {
            log_event(LOG_ERROR, "db_pool_exhausted", "open", LOG_INT(pool->open), NULL);
            return ERR_UNAVAILABLE;
        }
    if (db->closing)
        return ERR_UNAVAILABLE;
    *idle = pool->idle;
    if (*idle)
        pool->idle = (*idle)->next_idle;
    else
        pool->open++;
    return OK;
}

static void give_up_place(struct db *db, struct db_pool *pool)
{
    pthread_mutex_lock(&db->lock);
    pool->open--;
    pthread_cond_broadcast(&db->returned);
    pthread_mutex_unlock(&db->lock);
}

err_t pool_take(struct db *db, enum db_purpose purpose, struct db_conn **out)
{
    struct db_pool *pool = &db->pools[purpose];
    struct db_conn *conn = NULL;
    pthread_mutex_lock(&db->lock);
    err_t e = reserve(db, pool, &conn);
    pthread_mutex_unlock(&db->lock);
    TRY(e);
    if (!conn) {
        e = db->driver->connect(db, purpose, &conn);
        if (e != OK) {
            give_up_place(db, pool);
            return e;
        }
    }
    *out = conn;
    return OK;
}

static void close_all(struct db *db, struct db_pool *pool, struct db_conn *list)
{
    while (list) {
        struct db_conn *next = list->next_idle;
        db->driver->disconnect(list);
        give_up_place(db, pool);
        list = next;
    }
}

void pool_put(struct db_conn *c)
{
    struct db *db = c->db;
    struct db_pool *pool = &db->pools[c->purpose];
    struct db_conn *useless = NULL;
    pthread_mutex_lock(&db->lock);
    if (c->broken) {
        /* The server went away: what lies idle is most likely dead too. */
        useless = c;
        c->next_idle = pool->idle;
        pool->idle = NULL;
    } else {
        c->next_idle = pool->idle;
        pool->idle = c;
        pthread_cond_broadcast(&db->returned);
    }
    pthread_mutex_unlock(&db->lock);
    close_all(db, pool, useless);
}

void pool_drain(struct db *db)
{
    pthread_mutex_lock(&db->lock);
    db->closing = true;
    pthread_cond_broadcast(&db->returned);
    for (int i = 0; i < PURPOSES; i++) {
        struct db_pool *pool = &db->pools[i];
        while (pool->open) {
            struct db_conn *list = pool->idle;
            pool->idle = NULL;
            if (!list) {
                pthread_cond_wait(&db->returned, &db->lock);
                continue;
            }
            pthread_mutex_unlock(&db->lock);
            close_all(db, pool, list);
            pthread_mutex_lock(&db->lock);
        }
    }
    pthread_mutex_unlock(&db->lock);
}
