#include "model/query_internal.h"

err_t query_taken(const struct field *f, const struct record *r, struct sql *q)
{
    const struct column *c = field_column(f, 0);
    sql_add(q, "SELECT t.\"id\" FROM ");
    sql_name(q, f->object->name);
    sql_add(q, " t WHERE t.\"deleted_at\" IS NULL AND ");
    sql_column(q, "t", c->name);
    sql_add(q, " = ");
    sql_value(q, record_cell(r, f, 0), (int)c->storage);
    sql_add(q, " AND t.\"id\" <> ");
    sql_value(q, V_INT(record_id(r)), STORE_INT);
    sql_add(q, " LIMIT 1");
    return sql_check(q);
}

static void
giver_in(const struct field *f, size_t place, value key, int64_t customer, struct sql *q)
{
    const struct object *o = f->object;
    str owner = o->customer ? field_column(o->customer, 0)->name : S("id");
    sql_add(q, "SELECT * FROM (SELECT ");
    sql_column(q, "t", owner);
    sql_add(q, " AS giver, CASE WHEN ");
    sql_column(q, "t", owner);
    sql_add(q, " = ");
    sql_value(q, V_INT(customer), STORE_INT);
    sql_add(q, " THEN 0 ELSE 1 END AS other, ");
    sql_value(q, V_INT((int64_t)place), STORE_INT);
    sql_add(q, " AS place");
    query_from(o, q);
    sql_add(q, " WHERE t.\"deleted_at\" IS NULL AND ");
    sql_column(q, "t", field_column(f, 0)->name);
    sql_add(q, " = ");
    sql_value(q, key, STORE_TEXT);
    sql_add(q, " ORDER BY other, t.\"id\" LIMIT 1) one");
}

err_t query_giver(
    const struct field *const *fields, size_t n, value key, int64_t customer, struct sql *q)
{
    sql_add(q, "SELECT giver FROM (");
    for (size_t i = 0; i < n; i++) {
        sql_add(q, i ? " UNION ALL " : "");
        giver_in(fields[i], i, key, customer, q);
    }
    sql_add(q, ") everywhere ORDER BY other, place LIMIT 1");
    return sql_check(q);
}
