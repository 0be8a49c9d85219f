/* query_write: rows and the members of their sets, written. */
#include "model/field_type.h"
#include "model/query_internal.h"
#include "model/schema.h"
#include "text/text.h"

/* Each column, with its folded text and its sort key where it has them. */
void query_insert_text(const struct object *o, struct sql *q)
{
    sql_add(q, "INSERT INTO ");
    sql_name(q, o->name);
    sql_add(q, " (");
    for (size_t i = 0; i < o->column_count; i++) {
        const struct column *c = &o->columns[i];
        sql_add(q, i ? ", " : "");
        sql_name(q, c->name);
        if (column_has_fold(c)) {
            sql_add(q, ", ");
            sql_name(q, column_fold_name(q->arena, c));
        }
        if (column_has_sort(c)) {
            sql_add(q, ", ");
            sql_name(q, column_sort_name(q->arena, c));
        }
    }
    sql_add(q, ") VALUES (");
    for (size_t i = 0; i < o->column_count; i++) {
        const struct column *c = &o->columns[i];
        sql_add(q, i ? ", " : "");
        sql_value(q, V_NULL, c->storage);
        for (int k = column_has_fold(c) + column_has_sort(c); k > 0; k--) {
            sql_add(q, ", ");
            sql_value(q, V_NULL, STORE_TEXT);
        }
    }
    sql_add(q, ")");
}

/* The columns that follow from a cell: its folded text and its sort key. */
static void derived(const struct column *c, value v, struct arena *arena, value *fold, value *sort)
{
    bool text = v.kind == VALUE_TEXT;
    *fold = text ? V_TEXT(text_fold(arena, v.s)) : V_NULL;
    *sort = text && column_has_sort(c) ? V_TEXT(text_sort_key(arena, v.s, true)) : V_NULL;
}

err_t query_insert(const struct record *r, struct sql *q)
{
    const struct object *o = r->object;
    value *params = ARENA_ARRAY(q->arena, value, o->insert_params);
    size_t n = 0;
    for (size_t i = 0; i < o->column_count; i++) {
        const struct column *c = &o->columns[i];
        value fold = V_NULL, sort = V_NULL;
        bool folds = column_has_fold(c), sorts = column_has_sort(c);
        params[n++] = r->cells[i];
        if (folds || sorts)
            derived(c, r->cells[i], q->arena, &fold, &sort);
        if (folds)
            params[n++] = fold;
        if (sorts)
            params[n++] = sort;
    }
    q->params.at = params;
    q->params.n = q->params.cap = n;
    sql_adds(q, o->insert_sql);
    return sql_check(q);
}

static void assign(struct sql *q, bool *first, str name, value v, enum storage storage)
{
    sql_add(q, *first ? "" : ", ");
    *first = false;
    sql_name(q, name);
    sql_add(q, " = ");
    sql_value(q, v, storage);
}

static void where_row(const struct record *r, struct sql *q)
{
    const struct object *o = r->object;
    sql_add(q, " WHERE \"id\" = ");
    sql_value(q, V_INT(record_id(r)), STORE_INT);
    if (o->customer) {
        sql_add(q, " AND ");
        sql_name(q, field_column(o->customer, 0)->name);
        sql_add(q, " = ");
        sql_value(q, record_cell(r, o->customer, 0), STORE_INT);
    }
}

err_t query_update(const struct record *before,
                   const struct record *after,
                   struct sql *q,
                   bool *any)
{
    const struct object *o = after->object;
    bool first = true;
    sql_add(q, "UPDATE ");
    sql_name(q, o->name);
    sql_add(q, " SET ");
    for (size_t i = 0; i < o->column_count; i++) {
        const struct column *c = &o->columns[i];
        value fold, sort;
        if (value_eq(before->cells[i], after->cells[i]))
            continue;
        assign(q, &first, c->name, after->cells[i], c->storage);
        derived(c, after->cells[i], q->arena, &fold, &sort);
        if (column_has_fold(c))
            assign(q, &first, column_fold_name(q->arena, c), fold, STORE_TEXT);
        if (column_has_sort(c))
            assign(q, &first, column_sort_name(q->arena, c), sort, STORE_TEXT);
    }
    *any = !first;
    where_row(before, q);
    sql_add(q, " AND \"version\" = ");
    sql_value(q, record_cell(before, o->version, 0), STORE_INT);
    return sql_check(q);
}

/* ---- members of sets ---- */

static void link_owner(const struct field *f, const struct record *r, struct sql *q, bool values)
{
    if (f->object->root == ROOT_CUSTOMER) {
        if (values)
            sql_value(q, record_cell(r, f->object->customer, 0), STORE_INT);
        else
            sql_add(q, "\"customer_id\"");
        sql_add(q, ", ");
    }
    if (values)
        sql_value(q, V_INT(record_id(r)), STORE_INT);
    else
        sql_name(q, field_link_record_column(f));
}

static void link_rows(const struct field *f, const struct record *r, struct sql *q)
{
    sql_name(q, field_link_table(q->arena, f));
    sql_add(q, " WHERE (");
    link_owner(f, r, q, false);
    sql_add(q, ") = (");
    link_owner(f, r, q, true);
    sql_add(q, ")");
}

err_t query_link_clear(const struct field *f, const struct record *r, struct sql *q)
{
    sql_add(q, "DELETE FROM ");
    link_rows(f, r, q);
    return sql_check(q);
}

err_t query_link_members(const struct field *f, const struct record *r, struct sql *q)
{
    sql_add(q, "SELECT \"value\" FROM ");
    link_rows(f, r, q);
    return sql_check(q);
}

err_t query_link_holders(
    const struct field *f, value member, bool live, size_t limit, struct sql *q)
{
    sql_add(q, "SELECT ");
    sql_name(q, field_link_record_column(f));
    sql_add(q, " FROM ");
    sql_name(q, field_link_table(q->arena, f));
    sql_add(q, " WHERE \"value\" = ");
    sql_value(q, member, (int)f->shape->multi_storage);
    if (live) {
        sql_add(q, " AND EXISTS (SELECT 1 FROM ");
        sql_name(q, f->object->name);
        sql_add(q, " r WHERE r.\"id\" = ");
        sql_name(q, field_link_record_column(f));
        sql_add(q, " AND r.\"deleted_at\" IS NULL)");
    }
    sql_add(q, " LIMIT ");
    sql_value(q, V_INT((int64_t)limit), STORE_INT);
    return sql_check(q);
}

err_t query_link_add(const struct field *f, const struct record *r, str member, struct sql *q)
{
    sql_add(q, "INSERT INTO ");
    sql_name(q, field_link_table(q->arena, f));
    sql_add(q, " (");
    link_owner(f, r, q, false);
    sql_add(q, ", \"value\") VALUES (");
    link_owner(f, r, q, true);
    sql_add(q, ", ");
    int64_t id = 0;
    bool number = f->type->multi_storage == STORE_INT;
    if (number)
        TRY(str_to_int(member, &id));
    sql_value(q, number ? V_INT(id) : V_TEXT(member), (int)f->type->multi_storage);
    sql_add(q, ")");
    return sql_check(q);
}
