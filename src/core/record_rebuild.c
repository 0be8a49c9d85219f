/* All roll-ups of an object anew: after a load that left them alone, and for repairs. */
#include "base/limits.h"
#include "core/record_internal.h"
#include "model/query.h"

enum { PAGE = 200 };

struct rebuild {
    const struct object *object;
    int64_t after; /* the id of the last record looked at */
    size_t repaired;
    bool done;
};

struct pair {
    struct record *was, *is;
};

/* The figures of a row of query_rollups, behind the columns. */
static struct pair take(struct ctx *c, const struct object *o, const struct db_rows *rows)
{
    struct pair p = {.was = query_record(rows, o, c->arena)};
    size_t at = o->column_count;
    p.is = record_copy(c->arena, p.was);
    for (size_t i = 0; i < o->field_count; i++) {
        if (!o->fields[i]->rollup)
            continue;
        value figure = db_cell(rows, at++);
        if (figure.kind == VALUE_TEXT)
            figure.s = arena_str(c->arena, figure.s);
        record_set_figure(c, o->fields[i], figure, p.is);
    }
    return p;
}

/* On PostgreSQL others may have written since the page was read: the record is locked, and what was
 * wrong is counted again. */
static err_t count_again(struct ctx *c, struct pair *p)
{
    const struct object *o = p->was->object;
    TRY(record_load(c, o, record_id(p->was), &p->was));
    p->is = record_copy(c->arena, p->was);
    for (size_t i = 0; i < o->field_count; i++)
        if (o->fields[i]->rollup)
            TRY(record_recount(c, o->fields[i], p->is));
    return OK;
}

static err_t read_page(struct ctx *c, struct rebuild *r, struct pair pairs[PAGE], size_t *n)
{
    struct condition_env env = ctx_env(c);
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_rollups(r->object, r->after, PAGE, &env, &q));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    for (*n = 0; *n < PAGE && db_next(rows); (*n)++)
        pairs[*n] = take(c, r->object, rows);
    return db_rows_error(rows);
}

static err_t rebuild_page(struct ctx *c, void *arg)
{
    static const struct write_options options = {.defer_rollups = true};
    struct rebuild *r = arg, next = *r;
    struct pair pairs[PAGE];
    size_t n = 0;
    TRY(read_page(c, r, pairs, &n));
    for (size_t i = 0; i < n; i++) {
        next.after = record_id(pairs[i].was);
        TRY(record_formulas(c, pairs[i].is));
        if (record_same(pairs[i].was, pairs[i].is))
            continue;
        if (db_conn_kind(c->conn) == DB_POSTGRES)
            TRY(count_again(c, &pairs[i]));
        TRY(record_store(c, CHANGE_DERIVE, pairs[i].was, pairs[i].is, &options));
        next.repaired++;
    }
    next.done = n < PAGE;
    *r = next;
    return OK;
}

static err_t rebuild_one(struct ctx *c, const struct object *o, size_t *repaired)
{
    struct rebuild r = {.object = o};
    while (!r.done) {
        struct ctx page = *c;
        AUTO_ARENA arena = arena_new(256 * MIB);
        page.arena = page.problems.arena = arena;
        page.problems.list.n = 0;
        TRY(ctx_transact(&page, rebuild_page, &r));
    }
    *repaired += r.repaired;
    return OK;
}

static bool has_rollups(const struct object *o)
{
    for (size_t i = 0; i < o->field_count; i++)
        if (o->fields[i]->rollup)
            return true;
    return false;
}

/* First the objects below, then this one. */
static err_t
rebuild_after_those_below(struct ctx *c, const struct object *o, bool *begun, size_t *repaired)
{
    if (begun[o->index] || !has_rollups(o))
        return OK;
    begun[o->index] = true;
    for (size_t i = 0; i < o->field_count; i++)
        if (o->fields[i]->rollup)
            TRY(rebuild_after_those_below(c, o->fields[i]->rollup->over, begun, repaired));
    return rebuild_one(c, o, repaired);
}

err_t record_rollups_rebuild(struct ctx *c, const struct object *object, size_t *repaired)
{
    bool *begun = ARENA_ARRAY(c->arena, bool, c->model->object_count);
    size_t count = 0;
    for (size_t i = 0; i < c->model->object_count; i++)
        if (!object || object == c->model->objects[i])
            TRY(rebuild_after_those_below(c, c->model->objects[i], begun, &count));
    if (repaired)
        *repaired = count;
    return OK;
}
