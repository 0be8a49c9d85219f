/* query_search: records by the search index. */
#include "model/query_internal.h"

/* One statement for all words, whose plan is made once: by the index for one alternative after the
 * other, within what is asked for first, then newest first record by record. OFFSET 0 keeps the
 * planner from other ways, for it knows nothing of words that never come together. */
static void search_postgres(const struct query_hits *h, const char *columns, struct sql *q)
{
    sql_add(q, "SELECT DISTINCT ");
    sql_add(q, columns);
    sql_add(q, " FROM @texts($1) w CROSS JOIN LATERAL (SELECT * FROM search WHERE ");
    for (size_t i = 0; i < sizeof h->within / sizeof *h->within; i++)
        if (h->within[i].n) {
            *VEC_PUSH(q->arena, q->params) = V_TEXT(h->within[i]);
            buf_printf(&q->text, "terms @@ CAST($%zu AS tsquery) AND ", q->params.n);
        }
    sql_add(q, "terms @@ CAST(w.value AS tsquery) OFFSET 0) h");
}

/* Written out: for a limit that it does not know PostgreSQL would plan anew every time. */
static void write_limit(const struct query_hits *h, struct sql *q)
{
    buf_printf(&q->text, "%zu", h->limit);
}

err_t query_search(const struct query_hits *h,
                   enum db_kind kind,
                   const struct condition_env *env,
                   struct sql *q)
{
    bool lite = kind == DB_SQLITE;
    struct condition_env each = *env;
    each.row_by_row = !lite;
    *VEC_PUSH(q->arena, q->params) = V_TEXT(h->match);
    if (!lite) {
        sql_add(q, "WITH s AS MATERIALIZED (");
        search_postgres(h, "h.id", q);
        sql_add(q, ") ");
    }
    if (h->only_ids)
        sql_add(q, "SELECT t.\"id\"");
    else
        query_columns(h->object, NULL, q);
    sql_add(q, lite ? " FROM search_index JOIN "
                    : " FROM (SELECT id FROM s ORDER BY id DESC OFFSET 0) s "
                      "CROSS JOIN LATERAL (SELECT * FROM ");
    sql_name(q, h->object->name);
    sql_add(q, lite ? " t ON t.\"id\" = search_index.rowid WHERE search_index MATCH $1"
                    : " t WHERE t.\"id\" = s.id");
    sql_add(q, " AND t.\"deleted_at\" IS NULL");
    if (h->scope) {
        sql_add(q, " AND ");
        TRY(condition_sql(h->scope, &each, "t", q));
    }
    sql_add(q, lite ? " ORDER BY search_index.rowid DESC LIMIT "
                    : " OFFSET 0) t ORDER BY s.id DESC LIMIT ");
    write_limit(h, q);
    return sql_check(q);
}

err_t query_search_sample(const struct query_hits *h, enum db_kind kind, struct sql *q)
{
    *VEC_PUSH(q->arena, q->params) = V_TEXT(h->match);
    if (kind == DB_SQLITE) {
        sql_add(q, "SELECT s.id, s.object FROM search_index JOIN search s "
                   "ON s.id = search_index.rowid WHERE search_index MATCH $1 "
                   "ORDER BY search_index.rowid DESC LIMIT ");
    } else {
        sql_add(q, "SELECT id, object FROM (SELECT id, object, row_number() OVER "
                   "(PARTITION BY object ORDER BY id DESC) AS nth FROM (");
        search_postgres(h, "h.id, h.object", q);
        sql_add(q, ") s) s WHERE nth <= ");
    }
    write_limit(h, q);
    return sql_check(q);
}
