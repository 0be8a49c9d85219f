#include "model/query.h"

#include "base/limits.h"
#include "model/field_type.h"
#include "model/schema.h"
#include "text/text.h"

static void select_columns(const struct object *o, const bool *wanted, struct sql *q)
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

static void from(const struct object *o, struct sql *q)
{
    sql_add(q, " FROM ");
    sql_name(q, o->name);
    sql_add(q, " t");
}

/* Each column, with its folded text and its sort key where it has them. */
static void insert_text(const struct object *o, struct sql *q)
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

void query_prepare(struct arena *arena, struct object *o)
{
    AUTO_ARENA scratch = arena_new(16 * MIB);
    AUTO_SQL select;
    AUTO_SQL insert;
    sql_init(&select, scratch);
    sql_init(&insert, scratch);
    select_columns(o, NULL, &select);
    from(o, &select);
    insert_text(o, &insert);
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
            keys[n++] = (struct key){c, false, true, false};
        keys[n++] = (struct key){c, descending, false, nullable};
    }
    keys[n++] = (struct key){.descending = query->sort_count == 0 || query->sort[0].descending};
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
        sql_add(q, "t.\"id\"");
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
    select_columns(query->object, query->wanted, q);
    for (size_t i = 0; i < n; i++) {
        sql_add(q, ", ");
        write_key(&keys[i], q);
    }
    from(query->object, q);
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
    from(all.object, q);
    TRY(write_where(&all, env, q));
    if (ceiling) {
        sql_add(q, " LIMIT ");
        sql_value(q, V_INT(ceiling + 1), STORE_INT);
        sql_add(q, ") AS few");
    }
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

err_t query_link_holders(const struct field *f, value member, size_t limit, struct sql *q)
{
    sql_add(q, "SELECT ");
    sql_name(q, field_link_record_column(f));
    sql_add(q, " FROM ");
    sql_name(q, field_link_table(q->arena, f));
    sql_add(q, " WHERE \"value\" = ");
    sql_value(q, member, (int)f->shape->multi_storage);
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
        select_columns(h->object, NULL, q);
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
    sql_value(q, V_INT((int64_t)h->limit), STORE_INT);
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
        search_postgres(h, "h.id, h.object", q);
        sql_add(q, " ORDER BY h.id DESC LIMIT ");
    }
    sql_value(q, V_INT((int64_t)h->limit), STORE_INT);
    return sql_check(q);
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
    from(o, q);
    sql_add(q, " WHERE ");
    write_ids(ids, n, q);
    if (scope) {
        sql_add(q, " AND ");
        TRY(condition_sql(scope, env, "t", q));
    }
    return sql_check(q);
}

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
    from(child, q);
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
    from(o, q);
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

/* The change is looked for by the record: the batch may have a million of them. */
static void names_it(const struct field *ref, int64_t id, int64_t batch, struct sql *q)
{
    sql_add(q, "EXISTS (SELECT 1");
    from(ref->object, q);
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
