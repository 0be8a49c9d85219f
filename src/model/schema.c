#include "model/schema.h"

#include "model/field_type.h"

bool column_has_sort(const struct column *c)
{
    return c->storage == STORE_TEXT && c->field->search == SEARCH_NAME;
}

str column_sort_name(struct arena *arena, const struct column *c)
{
    return arena_concat(arena, c->name, S("_sort"));
}

str column_order_name(struct arena *arena, const struct column *c)
{
    return column_has_sort(c)   ? column_sort_name(arena, c)
           : column_has_fold(c) ? column_fold_name(arena, c)
                                : c->name;
}

struct build {
    struct arena *arena;
    const struct object *object;
    VEC(struct schema_column) columns;
    VEC(struct schema_index) indexes;
};

/* Index names are unique in a database and at most 63 bytes: long ones end in a hash. */
static str index_name(struct arena *arena, str table, const str *columns, size_t n)
{
    str name = arena_str(arena, table);
    for (size_t i = 0; i < n; i++)
        name = arena_printf(arena, STR_FMT "_" STR_FMT, STR_ARG(name), STR_ARG(columns[i]));
    if (name.n > 58)
        name = arena_printf(arena, STR_FMT "_%08x", STR_ARG(str_cut(name, 0, 49)),
                            (unsigned)str_hash(name));
    return arena_concat(arena, name, S("_ix"));
}

static void
add_index(struct build *b, const str *columns, size_t n, bool unique, enum index_rows rows)
{
    str *copy = ARENA_ARRAY(b->arena, str, n);
    memcpy(copy, columns, n * sizeof *copy);
    str table = b->object->name;
    if (rows == INDEX_DELETED)
        table = arena_concat(b->arena, table, S("_deleted"));
    struct schema_index index = {.columns = copy,
                                 .column_count = n,
                                 .unique = unique,
                                 .rows = rows,
                                 .name = index_name(b->arena, table, copy, n)};
    for (size_t i = 0; i < b->indexes.n; i++)
        if (str_eq(b->indexes.at[i].name, index.name))
            return;
    *VEC_PUSH(b->arena, b->indexes) = index;
}

static str main_column(const struct field *f)
{
    return field_column(f, 0)->name;
}

static void object_columns(struct build *b)
{
    const struct object *o = b->object;
    for (size_t i = 0; i < o->column_count; i++) {
        const struct column *c = &o->columns[i];
        bool not_null = c->field == o->id || c->field == o->version || c->field == o->created_at ||
                        c->field == o->updated_at || c->field == o->customer;
        *VEC_PUSH(b->arena, b->columns) = (struct schema_column){c->name, c->storage, not_null};
        if (column_has_fold(c))
            *VEC_PUSH(b->arena, b->columns) =
                (struct schema_column){column_fold_name(b->arena, c), STORE_TEXT, false};
        if (column_has_sort(c))
            *VEC_PUSH(b->arena, b->columns) =
                (struct schema_column){column_sort_name(b->arena, c), STORE_TEXT, false};
    }
}

/* The declared list's columns: of one that is unique as they are, the rooting customer first; else
 * as lists sort by them, the id last so that pages continue in the index. */
static void declared_index(struct build *b, const json_t *fields, bool unique)
{
    const struct object *o = b->object;
    str columns[12];
    size_t n = 0;
    if (unique && o->customer)
        columns[n++] = main_column(o->customer);
    for (size_t i = 0; i < json_array_size(fields) && n < 10; i++) {
        const struct field *f = object_field(o, json_str(json_array_get(fields, i)));
        if (f && field_stored(f) && f != o->customer)
            columns[n++] =
                unique ? main_column(f) : column_order_name(b->arena, field_column(f, 0));
        else if (f == o->customer && !unique)
            columns[n++] = main_column(f);
    }
    if (!unique)
        columns[n++] = S("id");
    add_index(b, columns, n, unique, INDEX_LIVE);
}

/* What a customer has is found by the table's key. */
static bool is_link(const struct field *f)
{
    const struct object *o = f->object;
    return str_eqz(str_from(f->type->name), "ref") && !f->builtin && f != o->department &&
           f != o->customer;
}

bool schema_looks_up(const struct field *f)
{
    const struct object *o = f->object;
    const json_t *lists = json_object_get(o->definition, "indexes");
    if (!field_stored(f) || f->multi)
        return false;
    if (f->unique || f->identity.n || is_link(f) || (o->owned && f == o->department))
        return true;
    for (size_t i = 0; i < json_array_size(lists); i++)
        if (str_eq(json_str(json_array_get(json_array_get(lists, i), 0)), f->name))
            return !column_has_sort(field_column(f, 0));
    return false;
}

static void field_indexes(struct build *b, const struct field *f)
{
    const struct object *o = b->object;
    if (f->unique && field_stored(f)) {
        str columns[2] = {o->customer ? main_column(o->customer) : main_column(f), main_column(f)};
        add_index(b, columns, o->customer ? 2 : 1, true, INDEX_LIVE);
        if (o->customer) /* no other customer's record has it either: core/record_store.c */
            add_index(b, &columns[1], 1, false, INDEX_LIVE);
    }
    if (is_link(f))
        add_index(b, (str[]){main_column(f), S("id")}, 2, false, INDEX_ALL);
    if (f->search == SEARCH_NAME && field_stored(f))
        add_index(b, (str[]){column_sort_name(b->arena, field_column(f, 0)), S("id")}, 2, false,
                  INDEX_LIVE);
    if (f->identity.n && field_stored(f))
        add_index(b, (str[]){main_column(f)}, 1, false, INDEX_LIVE);
}

static void object_table(struct arena *arena, const struct object *o, struct schema_table *t)
{
    struct build b = {.arena = arena, .object = o};
    object_columns(&b);
    for (size_t i = 0; i < o->field_count; i++)
        field_indexes(&b, o->fields[i]);
    if (!o->append_only)
        add_index(&b, (str[]){S("id")}, 1, false, INDEX_DELETED);
    if (o->owned)
        add_index(&b, (str[]){S("department_id"), S("id")}, 2, false, INDEX_LIVE);
    static const char *const kinds[] = {"indexes", "unique"};
    for (size_t k = 0; k < 2; k++) {
        const json_t *lists = json_object_get(o->definition, kinds[k]);
        for (size_t i = 0; i < json_array_size(lists); i++)
            declared_index(&b, json_array_get(lists, i), k == 1);
    }
    t->name = o->name;
    t->columns = b.columns.at;
    t->column_count = b.columns.n;
    t->indexes = b.indexes.at;
    t->index_count = b.indexes.n;
    t->key = ARENA_ARRAY(arena, str, 2);
    if (o->root == ROOT_CUSTOMER)
        t->key[t->key_count++] = main_column(o->customer);
    t->key[t->key_count++] = S("id");
}

static void link_table(struct arena *arena, const struct field *f, struct schema_table *t)
{
    bool rooted = f->object->root == ROOT_CUSTOMER;
    str record = field_link_record_column(f);
    t->link = true;
    t->name = field_link_table(arena, f);
    t->columns = ARENA_ARRAY(arena, struct schema_column, 3);
    t->key = ARENA_ARRAY(arena, str, 3);
    if (rooted)
        t->columns[t->column_count++] = (struct schema_column){S("customer_id"), STORE_INT, true};
    t->columns[t->column_count++] = (struct schema_column){record, STORE_INT, true};
    t->columns[t->column_count++] =
        (struct schema_column){S("value"), f->type->multi_storage, true};
    for (size_t i = 0; i < t->column_count; i++)
        t->key[t->key_count++] = t->columns[i].name;
    str *by_value = ARENA_ARRAY(arena, str, 2);
    by_value[0] = S("value");
    by_value[1] = record;
    t->indexes = ARENA_ARRAY(arena, struct schema_index, 1);
    t->indexes[t->index_count++] = (struct schema_index){
        .name = index_name(arena, t->name, by_value, 2), .columns = by_value, .column_count = 2};
}

struct schema *schema_of_model(struct arena *arena, const struct model *m)
{
    VEC(struct schema_table) tables = {0};
    for (size_t i = 0; i < m->object_count; i++) {
        object_table(arena, m->objects[i], VEC_PUSH(arena, tables));
        for (size_t j = 0; j < m->objects[i]->field_count; j++)
            if (m->objects[i]->fields[j]->multi)
                link_table(arena, m->objects[i]->fields[j], VEC_PUSH(arena, tables));
    }
    struct schema *s = ARENA_NEW(arena, struct schema);
    *s = (struct schema){.tables = tables.at, .table_count = tables.n};
    return s;
}
