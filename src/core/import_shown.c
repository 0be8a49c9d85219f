/* What somebody sees of an import's rows. Who may change the import sees the file as it is; others
 * see of a cell what they would see of the fields that it goes to, and nothing of one that goes
 * nowhere. */
#include "core/import_internal.h"

#include "text/text.h"

err_t import_may_change(struct ctx *c, const struct record *import, bool *out)
{
    struct record *unused;
    *out = import_own(c, import);
    if (*out)
        return OK;
    err_t e = record_get(c, import_object(c), record_id(import), OP_UPDATE, &unused);
    *out = e == OK;
    return e == ERR_NOT_FOUND || e == ERR_DENIED ? OK : e;
}

static bool is_clear(const struct ctx *c, const struct field *f)
{
    return access_field(c->access, f) >= FIELD_READ;
}

static bool is_phone(const struct field *f)
{
    return str_eqz(S("phone"), f->type->name);
}

static bool hides_phones(const struct ctx *c, const struct object *o)
{
    for (size_t i = 0; i < o->field_count; i++)
        if (is_phone(o->fields[i]) && !is_clear(c, o->fields[i]))
            return true;
    return false;
}

static size_t target_count(const struct import_column *col)
{
    return (col->target.field ? 1 : 0) + col->split.n;
}

static const struct import_target *target_at(const struct import_column *col, size_t i)
{
    size_t own = col->target.field ? 1 : 0;
    return i < own ? &col->target : &col->split.at[i - own];
}

/* It goes somewhere, and all of it where the reader reads. */
static bool column_clear(const struct ctx *c, const struct import_column *col)
{
    for (size_t i = 0; i < target_count(col); i++)
        if (!is_clear(c, target_at(col, i)->field))
            return false;
    return target_count(col) > 0;
}

static const struct import_column *column_at(const struct import_sight *s, int64_t index)
{
    for (size_t i = 0; i < s->map.count; i++)
        if ((int64_t)s->map.columns[i].index == index)
            return &s->map.columns[i];
    return NULL;
}

/* The columns as they are set, whatever the reader may write; none, where the model has changed. */
static err_t read_map(struct ctx *c, const struct record *import, struct import_map *out)
{
    const struct object *o = model_object(c->model, import_text(import, "object"));
    const struct access *mine = c->access;
    size_t told = c->problems.list.n;
    *out = (struct import_map){.object = o};
    c->access = NULL;
    err_t e = o ? import_map_read(c, o, import_json(c, import, "columns"), out) : OK;
    c->access = mine;
    c->problems.list.n = told;
    return err_is_fault(e) ? e : OK;
}

err_t import_sight_of(struct ctx *c, const struct record *import, struct import_sight *out)
{
    struct import_sight s = {.clear = true};
    TRY(import_may_change(c, import, &s.whole));
    if (!s.whole) {
        TRY(read_map(c, import, &s.map));
        s.phones = s.map.object && hides_phones(c, s.map.object);
    }
    for (size_t i = 0; i < s.map.count; i++) {
        const struct import_column *col = &s.map.columns[i];
        s.clear = s.clear && (!target_count(col) || column_clear(c, col));
        for (size_t k = 0; k < target_count(col); k++)
            s.phones = s.phones || hides_phones(c, target_at(col, k)->field->object);
    }
    *out = s;
    return OK;
}

str import_shown_text(struct ctx *c, const struct import_sight *s, str text)
{
    return s->phones ? text_mask_phones(c->arena, text) : text;
}

/* ---- a cell ---- */

/* What the row says of a field, as the reader sees the field. */
static str of_field(struct ctx *c,
                    const struct import_sight *s,
                    const struct import_line *line,
                    const struct import_target *t)
{
    enum field_access can = access_field(c->access, t->field);
    value cells[FIELD_PARTS];
    for (unsigned p = 0; p < t->field->column_count; p++)
        cells[p] = import_given(line, t->field, p);
    if (can == FIELD_HIDDEN || cells[0].kind == VALUE_NULL)
        return (str){0};
    if (can == FIELD_MASK)
        return field_mask(c->arena, t->field, cells);
    str text = import_cells_text(c, t->field, cells);
    return is_phone(t->field) ? text : import_shown_text(c, s, text);
}

static void add(struct ctx *c, str *all, str one)
{
    if (one.n)
        *all = all->n ? arena_printf(c->arena, STR_FMT " / " STR_FMT, STR_ARG(*all), STR_ARG(one))
                      : one;
}

static str of_fields(struct ctx *c,
                     const struct import_sight *s,
                     const struct import_line *line,
                     const struct import_column *col)
{
    str all = {0};
    for (size_t i = 0; i < target_count(col); i++)
        add(c, &all, of_field(c, s, line, target_at(col, i)));
    for (size_t i = 0; i < line->spread.n; i++) {
        struct import_target further = {line->spread.at[i].field, WHOLE_FIELD};
        if (line->spread.at[i].column == col->index)
            add(c, &all, of_field(c, s, line, &further));
    }
    return all;
}

static bool
cell_clear(const struct ctx *c, const struct import_line *line, const struct import_column *col)
{
    for (size_t i = 0; i < line->spread.n; i++)
        if (line->spread.at[i].column == col->index && !is_clear(c, line->spread.at[i].field))
            return false;
    return column_clear(c, col);
}

static str shown_cell(struct ctx *c,
                      const struct import_sight *s,
                      const struct import_line *line,
                      const struct import_column *col,
                      str cell)
{
    if (!cell_clear(c, line, col))
        return of_fields(c, s, line, col);
    return col->target.field && is_phone(col->target.field) ? cell : import_shown_text(c, s, cell);
}

void import_shown_cells(struct ctx *c,
                        const struct import_sight *s,
                        const struct import_line *line,
                        const json_t *cells,
                        struct jw *w)
{
    if (s->whole) {
        jw_tree(w, cells);
        return;
    }
    jw_open(w, '[');
    for (size_t i = 0; i < json_array_size(cells); i++) {
        const struct import_column *col = column_at(s, (int64_t)i);
        str cell = json_str(json_array_get(cells, i));
        str shown = col && cell.n ? shown_cell(c, s, line, col, cell) : (str){0};
        if (shown.n)
            jw_str(w, shown);
        else
            jw_null(w);
    }
    jw_close(w, ']');
}

/* ---- what is told of a column ---- */

static bool told(const struct ctx *c, const struct import_sight *s, int64_t column)
{
    const struct import_column *col = column < 0 ? NULL : column_at(s, column);
    return s->whole || (column < 0 ? s->clear : col && column_clear(c, col));
}

str import_shown_value(struct ctx *c, const struct import_sight *s, int64_t column, str text)
{
    return told(c, s, column) ? import_shown_text(c, s, text) : (str){0};
}

void import_shown_args(struct ctx *c, const struct import_sight *s, int64_t column, str *args)
{
    bool all = told(c, s, column);
    for (size_t i = 0; i < PROBLEM_ARGS; i++)
        if (args[i].n)
            args[i] = all ? import_shown_text(c, s, args[i]) : S("…");
}

static json_t *shown_samples(struct ctx *c, const struct import_sight *s, const json_t *list)
{
    json_t *out = json_array();
    for (size_t i = 0; i < json_array_size(list); i++) {
        str text = import_shown_text(c, s, json_str(json_array_get(list, i)));
        json_array_append_new(out, json_stringn(text.p, text.n));
    }
    return out;
}

json_t *import_shown_columns(struct ctx *c, const struct import_sight *s, json_t *columns)
{
    static const char *const lists[] = {"samples", "unknown"};
    if (s->whole)
        return columns;
    json_t *out = json_keep(c->arena, json_deep_copy(columns));
    for (size_t i = 0; i < json_array_size(out); i++) {
        json_t *j = json_array_get(out, i);
        bool all = told(c, s, json_get_int(j, "index", INT64_MAX));
        for (size_t k = 0; k < sizeof lists / sizeof *lists; k++)
            json_object_set_new(j, lists[k],
                                all ? shown_samples(c, s, json_object_get(j, lists[k]))
                                    : json_array());
        if (all)
            continue;
        json_object_set_new(j, "translate", json_object());
        json_object_set_new(j, "default", json_null());
    }
    return out;
}
