#include "model/schema.h"

#include "base/buf.h"
#include "base/limits.h"

static const struct schema_table *find_table(const struct schema *s, str name)
{
    for (size_t i = 0; s && i < s->table_count; i++)
        if (str_eq(s->tables[i].name, name))
            return &s->tables[i];
    return NULL;
}

static const struct schema_column *find_column(const struct schema_table *t, str name)
{
    for (size_t i = 0; i < t->column_count; i++)
        if (str_eq(t->columns[i].name, name))
            return &t->columns[i];
    return NULL;
}

static const struct schema_index *find_index(const struct schema_table *t, str name)
{
    for (size_t i = 0; i < t->index_count; i++)
        if (str_eq(t->indexes[i].name, name))
            return &t->indexes[i];
    return NULL;
}

static const char *column_type(enum db_kind kind, enum storage storage)
{
    static const char *const types[][2] = {
        [STORE_BOOL] = {"INTEGER", "boolean"},
        [STORE_INT] = {"INTEGER", "bigint"},
        [STORE_REAL] = {"REAL", "double precision"},
        [STORE_TEXT] = {"TEXT", "text COLLATE \"C\""},
        [STORE_JSON] = {"TEXT", "text COLLATE \"C\""},
    };
    return types[storage][kind == DB_POSTGRES];
}

static void push(struct schema_plan *plan, struct buf *sql, bool destructive, str table, str column)
{
    *VEC_PUSH(plan->arena, plan->steps) =
        (struct schema_step){.sql = arena_str(plan->arena, buf_str(sql)),
                             .destructive = destructive,
                             .table = table,
                             .column = column};
    buf_clear(sql);
}

static void names(struct buf *sql, const str *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(sql, "%s\"" STR_FMT "\"", i ? ", " : "", STR_ARG(list[i]));
}

static void create_table(enum db_kind kind,
                         const struct schema_table *t,
                         struct buf *sql,
                         struct schema_plan *plan)
{
    /* SQLite keeps rows by "id" alone; the customer leads only where rows are spread over nodes. */
    bool by_id = kind == DB_SQLITE && !t->link;
    buf_printf(sql, "CREATE TABLE \"" STR_FMT "\" (", STR_ARG(t->name));
    for (size_t i = 0; i < t->column_count; i++) {
        const struct schema_column *c = &t->columns[i];
        bool key = by_id && str_eqz(c->name, "id");
        buf_printf(sql, "%s\n    \"" STR_FMT "\" %s%s", i ? "," : "", STR_ARG(c->name),
                   column_type(kind, c->storage),
                   key           ? " PRIMARY KEY"
                   : c->not_null ? " NOT NULL"
                                 : "");
    }
    if (!by_id) {
        buf_addz(sql, ",\n    PRIMARY KEY (");
        names(sql, t->key, t->key_count);
        buf_addz(sql, ")");
    }
    buf_addz(sql, kind == DB_POSTGRES ? "\n)"
                  : t->link           ? "\n) STRICT, WITHOUT ROWID"
                                      : "\n) STRICT");
    push(plan, sql, false, t->name, (str){0});
    if (!t->link && t->key_count > 1) { /* by customer, and for refs and GET by the id alone */
        bool sqlite = kind == DB_SQLITE;
        buf_printf(sql, "CREATE INDEX \"" STR_FMT "_%s\" ON \"" STR_FMT "\" (", STR_ARG(t->name),
                   sqlite ? "customer" : "id", STR_ARG(t->name));
        if (sqlite)
            names(sql, t->key, t->key_count);
        else
            buf_addz(sql, "\"id\"");
        buf_addz(sql, ")");
        push(plan, sql, false, t->name, (str){0});
    }
}

static void create_index(const struct schema_table *t,
                         const struct schema_index *i,
                         struct buf *sql,
                         struct schema_plan *plan)
{
    buf_printf(sql, "CREATE %sINDEX \"" STR_FMT "\" ON \"" STR_FMT "\" (",
               i->unique ? "UNIQUE " : "", STR_ARG(i->name), STR_ARG(t->name));
    names(sql, i->columns, i->column_count);
    static const char *const rows[] = {[INDEX_ALL] = ")",
                                       [INDEX_LIVE] = ") WHERE \"deleted_at\" IS NULL",
                                       [INDEX_DELETED] = ") WHERE \"deleted_at\" IS NOT NULL"};
    buf_addz(sql, rows[i->rows]);
    push(plan, sql, false, t->name, (str){0});
}

static err_t diff_columns(enum db_kind kind,
                          const struct schema_table *have,
                          const struct schema_table *want,
                          struct buf *sql,
                          struct problems *problems,
                          struct schema_plan *plan)
{
    err_t bad = OK;
    for (size_t i = 0; i < want->column_count; i++) {
        const struct schema_column *c = &want->columns[i], *old = find_column(have, c->name);
        if (old && old->storage != c->storage) {
            problem_add_str(problems, want->name, "model_storage_changed", c->name, want->name,
                            (str){0});
            bad = ERR_INVALID;
        } else if (!old) {
            buf_printf(sql, "ALTER TABLE \"" STR_FMT "\" ADD COLUMN \"" STR_FMT "\" %s",
                       STR_ARG(want->name), STR_ARG(c->name), column_type(kind, c->storage));
            push(plan, sql, false, want->name, c->name);
        }
    }
    for (size_t i = 0; i < have->column_count; i++)
        if (!find_column(want, have->columns[i].name)) {
            buf_printf(sql, "ALTER TABLE \"" STR_FMT "\" DROP COLUMN \"" STR_FMT "\"",
                       STR_ARG(have->name), STR_ARG(have->columns[i].name));
            push(plan, sql, true, have->name, have->columns[i].name);
        }
    return bad;
}

static bool same_index(const struct schema_index *a, const struct schema_index *b)
{
    if (a->unique != b->unique || a->rows != b->rows || a->column_count != b->column_count)
        return false;
    for (size_t i = 0; i < a->column_count; i++)
        if (!str_eq(a->columns[i], b->columns[i]))
            return false;
    return true;
}

static void diff_indexes(const struct schema_table *have,
                         const struct schema_table *want,
                         struct buf *sql,
                         struct schema_plan *plan)
{
    for (size_t i = 0; have && i < have->index_count; i++) {
        const struct schema_index *now = find_index(want, have->indexes[i].name);
        if (now && same_index(now, &have->indexes[i]))
            continue;
        buf_printf(sql, "DROP INDEX \"" STR_FMT "\"", STR_ARG(have->indexes[i].name));
        push(plan, sql, false, want->name, (str){0});
    }
    for (size_t i = 0; i < want->index_count; i++) {
        const struct schema_index *old = have ? find_index(have, want->indexes[i].name) : NULL;
        if (!old || !same_index(old, &want->indexes[i]))
            create_index(want, &want->indexes[i], sql, plan);
    }
}

err_t schema_diff(enum db_kind kind,
                  const struct schema *have,
                  const struct schema *want,
                  struct problems *problems,
                  struct schema_plan *out)
{
    AUTO_BUF sql;
    buf_init(&sql, MIB);
    err_t bad = OK;
    for (size_t i = 0; i < want->table_count; i++) {
        const struct schema_table *t = &want->tables[i], *old = find_table(have, t->name);
        if (!old)
            create_table(kind, t, &sql, out);
        else if (diff_columns(kind, old, t, &sql, problems, out) != OK)
            bad = ERR_INVALID;
        diff_indexes(old, t, &sql, out);
    }
    for (size_t i = 0; have && i < have->table_count; i++)
        if (!find_table(want, have->tables[i].name)) {
            buf_printf(&sql, "DROP TABLE \"" STR_FMT "\"", STR_ARG(have->tables[i].name));
            push(out, &sql, true, have->tables[i].name, (str){0});
        }
    return bad;
}

struct schema *
schema_union(struct arena *arena, const struct schema *have, const struct schema *want)
{
    VEC(struct schema_table) tables = {0};
    for (size_t i = 0; i < want->table_count; i++) {
        struct schema_table t = want->tables[i];
        const struct schema_table *old = find_table(have, t.name);
        VEC(struct schema_column) columns = {0};
        for (size_t c = 0; c < t.column_count; c++)
            *VEC_PUSH(arena, columns) = t.columns[c];
        for (size_t c = 0; old && c < old->column_count; c++)
            if (!find_column(&t, old->columns[c].name))
                *VEC_PUSH(arena, columns) = old->columns[c];
        t.columns = columns.at;
        t.column_count = columns.n;
        *VEC_PUSH(arena, tables) = t;
    }
    for (size_t i = 0; have && i < have->table_count; i++)
        if (!find_table(want, have->tables[i].name))
            *VEC_PUSH(arena, tables) = have->tables[i];
    struct schema *s = ARENA_NEW(arena, struct schema);
    *s = (struct schema){.tables = tables.at, .table_count = tables.n};
    return s;
}
