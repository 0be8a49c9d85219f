/* schema: the tables that a model needs, and the steps from the tables there are.
 *
 * The schema that a database has is kept in it as JSON (model_state.schema); the difference to the
 * one that the model wants is a list of statements. Additive steps (tables, columns, indexes) are
 * taken at start; what would lose data is only taken when asked. */
#pragma once

#include "db/db.h"
#include "model/model.h"

struct schema_column {
    str name;
    enum storage storage;
    bool not_null;
};
enum index_rows { INDEX_ALL, INDEX_LIVE, INDEX_DELETED }; /* by deleted_at */
struct schema_index {
    str name;
    str *columns; /* names */
    size_t column_count;
    bool unique;
    enum index_rows rows;
};
struct schema_table {
    str name;
    struct schema_column *columns;
    size_t column_count;
    str *key; /* primary key */
    size_t key_count;
    struct schema_index *indexes;
    size_t index_count;
    bool link; /* holds the members of a set */
};
struct schema {
    struct schema_table *tables;
    size_t table_count;
};

/* Does an index begin with the field's column? */
bool schema_looks_up(const struct field *);
struct schema *schema_of_model(struct arena *, const struct model *);
str schema_to_json(struct arena *, const struct schema *);
/* ERR_INTERNAL: not what schema_to_json wrote. */
err_t schema_from_json(struct arena *, str json, struct schema **out) MUST_USE;

struct schema_step {
    str sql;
    bool destructive;
    str table, column; /* a new column of a table that may have rows: wants filling when computed */
};
struct schema_plan {
    struct arena *arena;
    VEC(struct schema_step) steps;
};
/* ERR_INVALID: a column would change its storage (problem "model_storage_changed"). have may be
 * NULL: an empty database. */
err_t schema_diff(enum db_kind,
                  const struct schema *have,
                  const struct schema *want,
                  struct problems *,
                  struct schema_plan *out) MUST_USE;
/* What the database has after the additive steps: want, and what was left of have. */
struct schema *schema_union(struct arena *, const struct schema *have, const struct schema *want);

/* Sorting by a name goes by its pinyin: such a column has a second one, `<name>_sort`. */
bool column_has_sort(const struct column *);
str column_sort_name(struct arena *, const struct column *);
/* What a column sorts by: pinyin for names, folded text for texts, else itself. */
str column_order_name(struct arena *, const struct column *);
