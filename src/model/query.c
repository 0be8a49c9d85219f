#include "model/query.h"

#include "base/limits.h"
#include "model/field_type.h"
#include "model/query_internal.h"
#include "model/schema.h"

void query_columns(const struct object *o, const bool *wanted, struct sql *q)
{
    sql_add(q, "SELECT ");
    for (size_t i = 0; i < o->column_count; i++) {
        if (i)
            sql_add(q, ", ");
        if (!wanted || wanted[i])
            sql_column(q, "t", o->columns[i].name);
        else
            sql_add(q, "NULL");
    }
}

void query_from(const struct object *o, struct sql *q)
{
    sql_add(q, " FROM ");
    sql_name(q, o->name);
    sql_add(q, " t");
}

void query_prepare(struct arena *arena, struct object *o)
{
    AUTO_ARENA scratch = arena_new(16 * MIB);
    AUTO_SQL select;
    AUTO_SQL insert;
    sql_init(&select, scratch);
    sql_init(&insert, scratch);
    query_columns(o, NULL, &select);
    query_from(o, &select);
    query_insert_text(o, &insert);
    o->select_sql = arena_str(arena, buf_str(&select.text));
    o->insert_sql = arena_str(arena, buf_str(&insert.text));
    o->insert_params = insert.params.n;
}

static bool never_empty(const struct column *c)
{
    const struct object *o = c->field->object;
    return c->field == o->id || c->field == o->version || c->field == o->created_at ||
           c->field == o->updated_at;
}

/* One key of the order. Sorts after the first give two keys where a cell may be empty: whether it
 * is, then the value or a stand-in. */
struct key {
    const struct column *column; /* NULL = the id */
    const struct field *set;     /* as the query's */
    bool descending, blank_flag, filled;
};
enum { KEYS = QUERY_SORTS * 2 + 1 };

static size_t keys_of(const struct query *query, struct key keys[KEYS])
{
    size_t n = 0;
    for (size_t i = query->blanks ? 1 : 0; i < query->sort_count; i++) {
        const struct column *c = query->sort[i].column;
        bool descending = query->sort[i].descending;
        bool nullable = i > 0 && !never_empty(c);
        if (nullable)
            keys[n++] = (struct key){.column = c, .blank_flag = true};
        keys[n++] = (struct key){.column = c, .descending = descending, .filled = nullable};
    }
    bool descending = query->sort_count == 0 || query->sort[0].descending;
    keys[n++] = (struct key){.set = query->set, .descending = descending};
    return n;
}

size_t query_key_count(const struct query *query)
{
    struct key keys[KEYS];
    return keys_of(query, keys);
}

bool query_never_blank(const struct query *query)
{
    return query->sort_count == 0 || never_empty(query->sort[0].column);
}

static void write_key(const struct key *k, struct sql *q)
{
    if (!k->column) {
        sql_column(q, k->set ? "m" : "t", k->set ? field_link_record_column(k->set) : S("id"));
        return;
    }
    str name = column_order_name(q->arena, k->column);
    bool number = k->column->storage == STORE_INT || k->column->storage == STORE_REAL;
    if (k->blank_flag || k->filled)
        sql_add(q, k->blank_flag ? "CASE WHEN " : "COALESCE(");
    sql_column(q, "t", name);
    if (k->blank_flag)
        sql_add(q, " IS NULL THEN 1 ELSE 0 END");
    else if (k->filled)
        sql_add(q, number ? ", 0)" : k->column->storage == STORE_BOOL ? ", FALSE)" : ", '')");
}

static enum storage key_storage(const struct key *k)
{
    return !k->column || k->blank_flag ? STORE_INT : k->column->storage;
}

enum storage query_key_storage(const struct query *query, size_t key)
{
    struct key keys[KEYS];
    return key < keys_of(query, keys) ? key_storage(&keys[key]) : STORE_TEXT;
}

static bool one_direction(const struct key *keys, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (keys[i].descending != keys[0].descending)
            return false;
    return true;
}

/* (k1, k2, id) > ($1, $2, $3), or spelled out where the directions differ. */
static void write_range(const struct query *query, const struct key *key, struct sql *q)
{
    sql_add(q, " AND ");
    write_key(key, q);
    bool same = query->range == RANGE_SAME_KEY;
    sql_add(q, same ? " = " : key->descending ? " < " : " > ");
    sql_value(q, query->after[0], (int)key_storage(key));
    if (!same)
        return;
    sql_add(q, key->descending ? " AND t.\"id\" < " : " AND t.\"id\" > ");
    sql_value(q, query->after[1], STORE_INT);
}

static void write_after(const struct query *query, const struct key *keys, size_t n, struct sql *q)
{
    if (query->range != RANGE_WHOLE) {
        write_range(query, &keys[0], q);
        return;
    }
    if (one_direction(keys, n)) {
        sql_add(q, " AND (");
        for (size_t i = 0; i < n; i++) {
            sql_add(q, i ? ", " : "");
            write_key(&keys[i], q);
        }
        sql_add(q, keys[0].descending ? ") < (" : ") > (");
        for (size_t i = 0; i < n; i++) {
            sql_add(q, i ? ", " : "");
            sql_value(q, query->after[i], (int)key_storage(&keys[i]));
        }
        sql_add(q, ")");
        return;
    }
    sql_add(q, " AND (");
    for (size_t last = 0; last < n; last++) {
        sql_add(q, last ? " OR (" : "(");
        for (size_t i = 0; i <= last; i++) {
            sql_add(q, i ? " AND " : "");
            write_key(&keys[i], q);
            sql_add(q, i < last ? " = " : keys[i].descending ? " < " : " > ");
            sql_value(q, query->after[i], (int)key_storage(&keys[i]));
        }
        sql_add(q, ")");
    }
    sql_add(q, ")");
}

str query_ids_json(struct arena *arena, const int64_t *ids, size_t n)
{
    AUTO_BUF out;
    buf_init(&out, SIZE_MAX / 2);
    buf_byte(&out, '[');
    for (size_t i = 0; i < n; i++) {
        if (i)
            buf_byte(&out, ',');
        buf_int(&out, ids[i]);
    }
    buf_byte(&out, ']');
    return arena_str(arena, buf_str(&out));
}

static void write_ids(const int64_t *ids, size_t n, struct sql *q)
{
    *VEC_PUSH(q->arena, q->params) = V_TEXT(query_ids_json(q->arena, ids, n));
    buf_printf(&q->text, "t.\"id\" @in_ints($%zu)", q->params.n);
}

/* The cross join holds SQLite to the order: the members first. */
static void write_from(const struct query *query, struct sql *q)
{
    const struct object *o = query->object;
    if (!query->set) {
        query_from(o, q);
        return;
    }
    sql_add(q, " FROM ");
    sql_name(q, field_link_table(q->arena, query->set));
    sql_add(q, " m CROSS JOIN ");
    sql_name(q, o->name);
    sql_add(q, " t");
}

static void write_member(const struct query *query, struct sql *q)
{
    sql_add(q, " AND m.\"value\" = ");
    sql_value(q, query->member, (int)query->set->shape->multi_storage);
    sql_add(q, " AND t.\"id\" = ");
    sql_column(q, "m", field_link_record_column(query->set));
    if (query->object->root == ROOT_CUSTOMER)
        sql_add(q, " AND t.\"customer_id\" = m.\"customer_id\"");
}

static err_t write_where(const struct query *query, const struct condition_env *env, struct sql *q)
{
    sql_add(q, query->deleted ? " WHERE t.\"deleted_at\" IS NOT NULL"
                              : " WHERE t.\"deleted_at\" IS NULL");
    if (!query_never_blank(query)) {
        sql_add(q, " AND ");
        sql_column(q, "t", column_order_name(q->arena, query->sort[0].column));
        sql_add(q, query->blanks ? " IS NULL" : " IS NOT NULL");
    }
    if (query->ids) {
        sql_add(q, " AND ");
        write_ids(query->ids, query->id_count, q);
    }
    if (query->set)
        write_member(query, q);
    const struct condition *both[] = {query->scope, query->where};
    for (size_t i = 0; i < 2; i++)
        if (both[i]) {
            sql_add(q, " AND ");
            TRY(condition_sql(both[i], env, "t", q));
        }
    return OK;
}

err_t query_select(const struct query *query, const struct condition_env *env, struct sql *q)
{
    struct key keys[KEYS];
    size_t n = keys_of(query, keys);
    query_columns(query->object, query->wanted, q);
    for (size_t i = 0; i < n; i++) {
        sql_add(q, ", ");
        write_key(&keys[i], q);
    }
    write_from(query, q);
    TRY(write_where(query, env, q));
    if (query->after)
        write_after(query, keys, n, q);
    sql_add(q, " ORDER BY ");
    for (size_t i = 0; i < n; i++) {
        sql_add(q, i ? ", " : "");
        write_key(&keys[i], q);
        sql_add(q, keys[i].descending ? " DESC" : "");
    }
    sql_add(q, " LIMIT ");
    sql_value(q, V_INT((int64_t)query->limit), STORE_INT);
    return sql_check(q);
}

err_t query_count(const struct query *query,
                  const struct condition_env *env,
                  int64_t ceiling,
                  struct sql *q)
{
    struct query all = *query;
    all.sort_count = 0;
    sql_add(q, ceiling ? "SELECT COUNT(*) FROM (SELECT 1 AS one" : "SELECT COUNT(*)");
    write_from(&all, q);
    TRY(write_where(&all, env, q));
    if (ceiling) {
        sql_add(q, " LIMIT ");
        sql_value(q, V_INT(ceiling + 1), STORE_INT);
        sql_add(q, ") AS few");
    }
    return sql_check(q);
}

err_t query_one_of(const struct object *o,
                   const struct condition *const *conditions,
                   size_t n,
                   size_t limit,
                   const struct condition_env *env,
                   struct sql *q)
{
    for (size_t i = 0; i < n; i++) {
        sql_add(q, i ? " UNION ALL SELECT id FROM (SELECT t.\"id\""
                     : "SELECT id FROM (SELECT t.\"id\"");
        query_from(o, q);
        sql_add(q, " WHERE t.\"deleted_at\" IS NULL AND ");
        TRY(condition_sql(conditions[i], env, "t", q));
        sql_add(q, " LIMIT ");
        sql_value(q, V_INT((int64_t)limit), STORE_INT);
        sql_add(q, ") AS one");
    }
    sql_add(q, " LIMIT ");
    sql_value(q, V_INT((int64_t)limit), STORE_INT);
    return sql_check(q);
}

err_t query_by_id(const struct object *o,
                  int64_t id,
                  bool lock,
                  const struct condition *scope,
                  const struct condition_env *env,
                  struct sql *q)
{
    sql_adds(q, o->select_sql);
    sql_add(q, " WHERE t.\"id\" = ");
    sql_value(q, V_INT(id), STORE_INT);
    if (scope) {
        sql_add(q, " AND ");
        TRY(condition_sql(scope, env, "t", q));
    }
    if (lock)
        sql_add(q, " @for_update");
    return sql_check(q);
}

struct record *query_record(const struct db_rows *rows, const struct object *o, struct arena *arena)
{
    struct record *r = record_new(arena, o);
    for (size_t i = 0; i < o->column_count; i++) {
        value v = db_cell(rows, i);
        if (v.kind == VALUE_TEXT)
            v.s = arena_str(arena, v.s);
        else if (v.kind == VALUE_INT && o->columns[i].storage == STORE_BOOL)
            v = V_BOOL(v.i != 0);
        r->cells[i] = v;
    }
    return r;
}

err_t query_titles(const struct object *o,
                   const int64_t *ids,
                   size_t n,
                   const struct condition *scope,
                   const struct condition_env *env,
                   struct sql *q)
{
    sql_add(q, "SELECT t.\"id\", ");
    sql_column(q, "t", field_column(o->title, 0)->name);
    query_from(o, q);
    sql_add(q, " WHERE ");
    write_ids(ids, n, q);
    if (scope) {
        sql_add(q, " AND ");
        TRY(condition_sql(scope, env, "t", q));
    }
    return sql_check(q);
}

/* The change is looked for by the record: the batch may have a million of them. */
static void names_it(const struct field *ref, int64_t id, int64_t batch, struct sql *q)
{
    sql_add(q, "EXISTS (SELECT 1");
    query_from(ref->object, q);
    sql_add(q, " WHERE t.\"deleted_at\" IS NULL AND ");
    sql_column(q, "t", field_column(ref, 0)->name);
    sql_add(q, " = ");
    sql_value(q, V_INT(id), STORE_INT);
    sql_add(q, " AND NOT EXISTS (SELECT 1 FROM change h WHERE h.record_id = t.\"id\" "
               "AND h.op = 0 AND +h.batch_id = ");
    sql_value(q, V_INT(batch), STORE_INT);
    sql_add(q, " AND NOT EXISTS (SELECT 1 FROM change e WHERE e.record_id = t.\"id\" "
               "AND e.op = 1 AND (e.batch_id IS NULL OR +e.batch_id <> ");
    sql_value(q, V_INT(batch), STORE_INT);
    sql_add(q, "))))");
}

err_t query_needed(
    const struct field *const *refs, size_t n, int64_t id, int64_t batch, struct sql *q)
{
    sql_add(q, "SELECT 1 WHERE ");
    for (size_t i = 0; i < n; i++) {
        sql_add(q, i ? " OR " : "");
        names_it(refs[i], id, batch, q);
    }
    return sql_check(q);
}
