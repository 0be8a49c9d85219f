#include "db/statement.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/limits.h"
#include "base/log.h"
#include "db/dialect.h"
#include "db/driver.h"

/* Eight bytes a step: a statement is looked up on every call. */
static uint64_t hash_text(str s)
{
    uint64_t h = s.n * 0x9e3779b97f4a7c15u;
    for (; s.n >= 8; s = str_cut(s, 8, s.n)) {
        uint64_t word;
        memcpy(&word, s.p, 8);
        h = (h ^ word) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    uint64_t rest = 0;
    if (s.n)
        memcpy(&rest, s.p, s.n);
    h = (h ^ rest) * 0xff51afd7ed558ccdu;
    return h ^ h >> 32;
}

static struct statement **bucket_of(struct statements *all, uint64_t hash)
{
    return &all->buckets[hash % STATEMENT_BUCKETS];
}

static void unlink_age(struct statements *all, struct statement *s)
{
    *(s->newer ? &s->newer->older : &all->newest) = s->older;
    *(s->older ? &s->older->newer : &all->oldest) = s->newer;
}

static void link_newest(struct statements *all, struct statement *s)
{
    s->newer = NULL;
    s->older = all->newest;
    *(all->newest ? &all->newest->newer : &all->oldest) = s;
    all->newest = s;
}

static struct statement *find(struct statements *all, str text, uint64_t hash)
{
    struct statement *s = *bucket_of(all, hash);
    while (s && !(s->hash == hash && str_eq(s->text, text)))
        s = s->same_bucket;
    if (s && s != all->newest) {
        unlink_age(all, s);
        link_newest(all, s);
    }
    return s;
}

static void free_statement(struct db_conn *c, struct statement *s)
{
    c->db->driver->finalise(c, s);
    free((char *)s->text.p);
    free(s->order);
    free(s);
}

/* Takes it out of the cache; a busy one is freed when its rows are. */
static void forget(struct db_conn *c, struct statement *s)
{
    struct statement **at = bucket_of(&c->statements, s->hash);
    while (*at != s)
        at = &(*at)->same_bucket;
    *at = s->same_bucket;
    unlink_age(&c->statements, s);
    c->statements.count--;
    s->kept = false;
    if (!s->busy)
        free_statement(c, s);
}

static void keep(struct db_conn *c, struct statement *s)
{
    if (c->statements.count >= STATEMENTS_KEPT)
        forget(c, c->statements.oldest);
    struct statement **bucket = bucket_of(&c->statements, s->hash);
    s->same_bucket = *bucket;
    *bucket = s;
    link_newest(&c->statements, s);
    c->statements.count++;
    s->kept = true;
}

static err_t prepare(struct db_conn *c, struct statement *s)
{
    AUTO_BUF sql;
    buf_init(&sql, LIMIT_SQL_BYTES);
    if (dialect_expand(c->db->driver->kind, s->text, &sql) != OK)
        return FAULT_DETAIL("unknown @word in SQL", s->text);
    buf_byte(&sql, '\0');
    if (sql.full)
        return FAULT("SQL is too long");
    return c->db->driver->prepare(c, s, (str){sql.p, sql.n - 1});
}

err_t statement_get(struct db_conn *c, str text, struct statement **out)
{
    uint64_t hash = hash_text(text);
    struct statement *s = find(&c->statements, text, hash);
    bool second = s && s->busy;
    if (s && !second) {
        *out = s;
        return OK;
    }
    s = db_alloc(sizeof *s);
    s->hash = hash;
    s->text = (str){memcpy(db_alloc(text.n + 1), text.p, text.n), text.n};
    err_t e = prepare(c, s);
    if (e != OK) {
        free_statement(c, s);
        return e;
    }
    if (!second)
        keep(c, s);
    *out = s;
    return OK;
}

void statement_release(struct db_conn *c, struct statement *s)
{
    s->busy = false;
    if (!s->kept)
        free_statement(c, s);
}

void statement_drop(struct db_conn *c, struct statement *s)
{
    if (s->kept)
        forget(c, s);
}

void statement_drop_all(struct db_conn *c)
{
    while (c->statements.oldest)
        forget(c, c->statements.oldest);
}
