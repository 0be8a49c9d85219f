#include "core/record.h"

#include "base/limits.h"
#include "core/record_internal.h"
#include "model/query.h"
#include "sql_core.h"

/* Runs a composed query for at most one record. */
static err_t fetch(struct ctx *c, const struct object *o, struct sql *q, struct record **out)
{
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&q->text), q->params.at, q->params.n, &rows));
    if (!db_next(rows)) {
        TRY(db_rows_error(rows));
        return ERR_NOT_FOUND;
    }
    *out = query_record(rows, o, c->arena);
    return OK;
}

err_t record_load(struct ctx *c, const struct object *o, int64_t id, struct record **out)
{
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_by_id(o, id, c->in_transaction, NULL, NULL, &q));
    return fetch(c, o, &q, out);
}

err_t record_peek(struct ctx *c, const struct object *o, int64_t id, struct record **out)
{
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_by_id(o, id, false, NULL, NULL, &q));
    return fetch(c, o, &q, out);
}

bool record_live(const struct record *r)
{
    return record_cell(r, r->object->deleted_at, 0).kind == VALUE_NULL;
}

value record_customer(const struct record *r)
{
    const struct object *o = r->object;
    const struct field *via = o->customer ? o->customer : o->access_via;
    if (o->root == ROOT_SELF)
        return V_ID(record_id(r));
    return via && via->target->root == ROOT_SELF ? record_cell(r, via, 0) : V_NULL;
}

static err_t in_scope(
    struct ctx *c, const struct object *o, int64_t id, enum op op, bool lock, struct record **out)
{
    const struct condition *scope;
    struct condition_env env = ctx_env(c);
    err_t e = access_scope(c->access, o, op, &scope);
    if (e == ERR_DENIED)
        return op == OP_READ ? ERR_NOT_FOUND : ERR_DENIED;
    TRY(e);
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_by_id(o, id, lock && !scope, scope, &env, &q));
    TRY(fetch(c, o, &q, out));
    /* A scope looks at other tables, whose rows are nobody's to hold. */
    return lock && scope && db_conn_kind(c->conn) == DB_POSTGRES ? record_load(c, o, id, out) : OK;
}

err_t record_in_scope(
    struct ctx *c, const struct object *o, int64_t id, enum op op, struct record **out)
{
    return in_scope(c, o, id, op, c->in_transaction, out);
}

err_t record_see(struct ctx *c, const struct object *o, int64_t id, struct record **out)
{
    return in_scope(c, o, id, OP_READ, false, out);
}

err_t record_get(struct ctx *c, const struct object *o, int64_t id, enum op op, struct record **out)
{
    struct record *r;
    TRY(record_in_scope(c, o, id, op, &r));
    if (!record_live(r))
        return ERR_NOT_FOUND;
    *out = r;
    return OK;
}

err_t record_among(struct ctx *c,
                   const struct object *o,
                   const struct condition *scope,
                   const int64_t *ids,
                   size_t n,
                   int64_t **out,
                   size_t *count)
{
    struct condition_env env = ctx_env(c);
    int64_t *seen = ARENA_ARRAY(c->arena, int64_t, n);
    size_t found = 0;
    *count = 0;
    *out = seen;
    if (!scope) {
        memcpy(seen, ids, n * sizeof *ids);
        *count = n;
        return OK;
    }
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_titles(o, ids, n, scope, &env, &q));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    while (found < n && db_next(rows))
        seen[found++] = db_int(rows, 0);
    *count = found;
    return db_rows_error(rows);
}

err_t record_within(struct ctx *c,
                    const struct object *o,
                    enum op op,
                    const int64_t *ids,
                    size_t n,
                    int64_t **out,
                    size_t *count)
{
    const struct condition *scope;
    err_t e = access_scope(c->access, o, op, &scope);
    if (e == ERR_DENIED) {
        *count = 0;
        *out = ARENA_ARRAY(c->arena, int64_t, n);
        return OK;
    }
    TRY(e);
    return record_among(c, o, scope, ids, n, out, count);
}

err_t record_visible(struct ctx *c,
                     const struct object *o,
                     const int64_t *ids,
                     size_t n,
                     int64_t **out,
                     size_t *count)
{
    return record_within(c, o, OP_READ, ids, n, out, count);
}

/* ---- one record's surroundings, for formulas and conditions ---- */

static const struct record *follow(void *context, const struct field *ref, int64_t id)
{
    struct ctx *c = context;
    struct record *r;
    if (!ref->target || record_peek(c, ref->target, id, &r) != OK || !record_live(r))
        return NULL;
    return r;
}

static err_t children(void *context,
                      const struct field *via,
                      int64_t id,
                      err_t (*each)(void *, const struct record *),
                      void *arg)
{
    struct ctx *c = context;
    const struct object *o = via->object;
    const struct query query = {
        .object = o,
        .where = condition_ids(c->arena, via, &id, 1),
        .limit = INT32_MAX,
    };
    struct condition_env env = ctx_env(c);
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_select(&query, &env, &q));
    AUTO_ROWS rows = NULL;
    AUTO_ARENA of_one =
        arena_new(LIMIT_REQUEST_ARENA); /* nobody keeps a child, and many may come */
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    while (db_next(rows)) {
        TRY(each(arg, query_record(rows, o, of_one)));
        arena_reset(of_one);
    }
    return db_rows_error(rows);
}

static err_t in_batch(void *context, int64_t batch, int64_t record, bool *out)
{
    struct ctx *c = context;
    value params[] = {V_INT(batch), V_INT(record)}, found;
    err_t e = db_one(c->conn, NULL, SQL_BATCH_TOUCHED, params, 2, &found, 1);
    *out = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

struct condition_source record_source(struct ctx *c)
{
    return (struct condition_source){
        .context = c, .follow = follow, .children = children, .in_batch = in_batch};
}
