#include "model/query.h"

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
