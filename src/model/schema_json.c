/* The schema as kept in the database:
 * [{"name","link","columns":[["name",storage,not_null]…],"key":[…],
 *   "indexes":[["name",unique,rows,["column"…]]…]}…] */
#include "base/jw.h"
#include "base/limits.h"
#include "base/log.h"
#include "model/schema.h"

static void write_names(struct jw *w, const str *list, size_t n)
{
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++)
        jw_str(w, list[i]);
    jw_close(w, ']');
}

static void write_table(struct jw *w, const struct schema_table *t)
{
    jw_open(w, '{');
    jw_key(w, S("name"));
    jw_str(w, t->name);
    jw_key(w, S("link"));
    jw_bool(w, t->link);
    jw_key(w, S("columns"));
    jw_open(w, '[');
    for (size_t i = 0; i < t->column_count; i++) {
        jw_open(w, '[');
        jw_str(w, t->columns[i].name);
        jw_int(w, t->columns[i].storage);
        jw_bool(w, t->columns[i].not_null);
        jw_close(w, ']');
    }
    jw_close(w, ']');
    jw_key(w, S("key"));
    write_names(w, t->key, t->key_count);
    jw_key(w, S("indexes"));
    jw_open(w, '[');
    for (size_t i = 0; i < t->index_count; i++) {
        const struct schema_index *x = &t->indexes[i];
        jw_open(w, '[');
        jw_str(w, x->name);
        jw_bool(w, x->unique);
        jw_int(w, x->rows);
        write_names(w, x->columns, x->column_count);
        jw_close(w, ']');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

str schema_to_json(struct arena *arena, const struct schema *s)
{
    AUTO_BUF out;
    buf_init(&out, 64 * MIB);
    struct jw w = {.out = &out};
    jw_open(&w, '[');
    for (size_t i = 0; i < s->table_count; i++)
        write_table(&w, &s->tables[i]);
    jw_close(&w, ']');
    return arena_str(arena, buf_str(&out));
}

static str *read_names(struct arena *arena, const json_t *list, size_t *n)
{
    *n = json_array_size(list);
    str *out = ARENA_ARRAY(arena, str, *n ? *n : 1);
    for (size_t i = 0; i < *n; i++)
        out[i] = json_str(json_array_get(list, i));
    return out;
}

/* Once it was whether only live rows are in it. */
static enum index_rows read_rows(const json_t *j)
{
    return json_is_true(j) ? INDEX_LIVE : (enum index_rows)json_integer_value(j);
}

static void read_table(struct arena *arena, const json_t *j, struct schema_table *t)
{
    const json_t *columns = json_object_get(j, "columns"), *indexes = json_object_get(j, "indexes");
    t->name = json_get_str(j, "name");
    t->link = json_get_bool(j, "link", false);
    t->column_count = json_array_size(columns);
    t->columns = ARENA_ARRAY(arena, struct schema_column, t->column_count + 1);
    for (size_t i = 0; i < t->column_count; i++) {
        const json_t *c = json_array_get(columns, i);
        t->columns[i] = (struct schema_column){
            .name = json_str(json_array_get(c, 0)),
            .storage = (enum storage)json_integer_value(json_array_get(c, 1)),
            .not_null = json_is_true(json_array_get(c, 2)),
        };
    }
    t->key = read_names(arena, json_object_get(j, "key"), &t->key_count);
    t->index_count = json_array_size(indexes);
    t->indexes = ARENA_ARRAY(arena, struct schema_index, t->index_count + 1);
    for (size_t i = 0; i < t->index_count; i++) {
        const json_t *x = json_array_get(indexes, i);
        t->indexes[i].name = json_str(json_array_get(x, 0));
        t->indexes[i].unique = json_is_true(json_array_get(x, 1));
        t->indexes[i].rows = read_rows(json_array_get(x, 2));
        t->indexes[i].columns =
            read_names(arena, json_array_get(x, 3), &t->indexes[i].column_count);
    }
}

err_t schema_from_json(struct arena *arena, str json, struct schema **out)
{
    json_t *tree = json_keep(arena, json_loadb(json.p ? json.p : "", json.n, 0, NULL));
    if (!json_is_array(tree))
        return FAULT("the kept schema is damaged");
    struct schema *s = ARENA_NEW(arena, struct schema);
    s->table_count = json_array_size(tree);
    s->tables = ARENA_ARRAY(arena, struct schema_table, s->table_count + 1);
    for (size_t i = 0; i < s->table_count; i++)
        read_table(arena, json_array_get(tree, i), &s->tables[i]);
    *out = s;
    return OK;
}
