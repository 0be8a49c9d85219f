/* query_rollup: figures over the children of a record. */
#include "model/query_internal.h"

/* parent 0: of the row p. */
static err_t
rollup_select(const struct field *f, int64_t parent, const struct condition_env *env, struct sql *q)
{
    static const char *const functions[] = {"COUNT", "SUM", "MIN", "MAX"};
    const struct rollup *r = f->rollup;
    const struct object *child = r->over;
    sql_add(q, "SELECT ");
    if (r->fn == ROLLUP_COUNT) {
        sql_add(q, "COUNT(*)");
    } else {
        const struct column *c = field_column(r->field, 0);
        if (r->fn == ROLLUP_LAST) {
            sql_column(q, "t", c->name);
        } else {
            bool whole_sum = r->fn == ROLLUP_SUM && c->storage == STORE_INT;
            sql_add(q, whole_sum ? "CAST(" : "");
            sql_add(q, functions[r->fn]);
            sql_add(q, "(");
            sql_column(q, "t", c->name);
            sql_add(q, whole_sum ? ") AS bigint)" : ")");
        }
    }
    query_from(child, q);
    sql_add(q, " WHERE t.\"deleted_at\" IS NULL AND ");
    sql_column(q, "t", field_column(r->via, 0)->name);
    sql_add(q, " = ");
    if (parent)
        sql_value(q, V_INT(parent), STORE_INT);
    else
        sql_add(q, "p.\"id\"");
    if (r->where) {
        sql_add(q, " AND ");
        TRY(condition_sql(r->where, env, "t", q));
    }
    if (r->fn == ROLLUP_LAST) {
        sql_add(q, " AND ");
        sql_column(q, "t", field_column(r->by, 0)->name);
        sql_add(q, " IS NOT NULL ORDER BY ");
        sql_column(q, "t", field_column(r->by, 0)->name);
        sql_add(q, " DESC, t.\"id\" DESC LIMIT 1");
    }
    return OK;
}

err_t query_rollup(const struct field *f,
                   int64_t parent,
                   const struct condition_env *env,
                   struct sql *q)
{
    TRY(rollup_select(f, parent, env, q));
    return sql_check(q);
}

err_t query_rollups(const struct object *o,
                    int64_t after,
                    size_t limit,
                    const struct condition_env *env,
                    struct sql *q)
{
    sql_add(q, "SELECT ");
    for (size_t i = 0; i < o->column_count; i++) {
        sql_add(q, i ? ", " : "");
        sql_column(q, "p", o->columns[i].name);
    }
    for (size_t i = 0; i < o->field_count; i++) {
        if (!o->fields[i]->rollup)
            continue;
        sql_add(q, ", (");
        TRY(rollup_select(o->fields[i], 0, env, q));
        sql_add(q, ")");
    }
    sql_add(q, " FROM ");
    sql_name(q, o->name);
    sql_add(q, " p WHERE p.\"deleted_at\" IS NULL AND p.\"id\" > ");
    sql_value(q, V_INT(after), STORE_INT);
    sql_add(q, " ORDER BY p.\"id\" LIMIT ");
    sql_value(q, V_INT((int64_t)limit), STORE_INT);
    return sql_check(q);
}
