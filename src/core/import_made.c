/* What the cells of a row are made of, as people read it: names for numbers, all parts of an
 * address, all numbers of a cell. */
#include "core/import_internal.h"

#include "text/text.h"

/* The name of the record that a ref names. */
static str name_of(struct ctx *c, const struct field *f, int64_t id)
{
    const struct object *o = f->target;
    bool staff = str_eqz(o->name, "user") || str_eqz(o->name, "department");
    struct record *r;
    err_t e = staff ? record_load(c, o, id, &r) : record_get(c, o, id, OP_READ, &r);
    return e == OK ? record_title(c, r) : (str){0};
}

str import_cells_text(struct ctx *c, const struct field *f, const value *cells)
{
    struct field_context context = ctx_field(c, S(""));
    if (str_eqz(S("ref"), f->type->name))
        return cells[0].kind == VALUE_INT ? name_of(c, f, cells[0].i) : (str){0};
    if (cells[0].kind == VALUE_NULL && f->column_count == 1)
        return (str){0};
    str text = field_format(f, &context, cells), midnight = S(" 00:00:00");
    bool day = str_eqz(S("instant"), f->type->name) && str_ends(text, midnight);
    return day ? str_cut(text, 0, text.n - midnight.n) : text;
}

static str text_of(struct ctx *c, const struct import_line *line, const struct import_target *t)
{
    const struct field *f = t->field;
    value cells[FIELD_PARTS];
    if (access_field(c->access, f) < FIELD_READ)
        return (str){0};
    for (unsigned p = 0; p < f->column_count; p++)
        cells[p] = import_given(line, f, p);
    if (t->part != WHOLE_FIELD)
        return cells[t->part].kind == VALUE_TEXT ? cells[t->part].s : (str){0};
    return import_cells_text(c, f, cells);
}

static void add(struct ctx *c, str *all, str one)
{
    if (one.n)
        *all = all->n ? arena_printf(c->arena, STR_FMT " / " STR_FMT, STR_ARG(*all), STR_ARG(one))
                      : one;
}

/* It goes to a record that comes along. */
static bool beside(const struct import_line *line, const struct import_column *column)
{
    const struct field *f = column->target.field;
    return f && f->object != line->given->object;
}

static str all_of(struct ctx *c, const struct import_line *line, const struct import_column *column)
{
    str all = {0};
    if (column->target.field)
        add(c, &all, text_of(c, line, &column->target));
    for (size_t i = 0; i < column->split.n; i++)
        add(c, &all, text_of(c, line, &column->split.at[i]));
    if (all.n && beside(line, column))
        all = import_pair(c, column->target.field->object->label.text[c->lang], all);
    for (size_t i = 0; i < line->spread.n; i++) {
        struct import_target further = {line->spread.at[i].field, WHOLE_FIELD};
        if (line->spread.at[i].column == column->index)
            add(c, &all, text_of(c, line, &further));
    }
    return all;
}

/* Only what was repaired, or is more than one value, differs from its cell in more than looks. */
static bool worth_telling(const struct import_line *line, const struct import_column *column)
{
    const struct field *f = column->target.field;
    bool repaired = false;
    for (size_t i = 0; i < line->repairs.n; i++)
        repaired = repaired || line->repairs.at[i] == column->index;
    return repaired || beside(line, column) || column->split.n ||
           column->target.part != WHOLE_FIELD || f->multi || str_eqz(S("ref"), f->type->name) ||
           str_eqz(S("date"), f->type->name) || str_eqz(S("address"), f->type->name);
}

err_t import_made_json(struct import_work *work,
                       struct ctx *c,
                       const struct import_line *line,
                       struct jw *w)
{
    jw_open(w, '{');
    for (size_t i = 0; i < work->map.count; i++) {
        const struct import_column *column = &work->map.columns[i];
        if (!column->target.field && !column->split.n)
            continue;
        str cell = column->index < line->cell_count ? line->cells[column->index] : (str){0};
        str made = all_of(c, line, column);
        bool given = import_blank(text_trim(cell)) && column->fallback.n;
        if (!made.n || !(given || worth_telling(line, column)) ||
            str_eq(text_fold(c->arena, made), text_fold(c->arena, cell)))
            continue;
        jw_key(w, arena_printf(c->arena, "%zu", column->index));
        jw_str(w, made);
    }
    jw_close(w, '}');
    return OK;
}
