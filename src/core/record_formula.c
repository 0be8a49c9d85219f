#include "core/record_internal.h"
#include "model/formula.h"

/* The result as the field's cells: whole numbers where those are kept, money with its currency. */
static void to_cells(struct ctx *c, const struct field *f, value v, value *cells)
{
    v = formula_fit(v, f->shape->parts[0].storage);
    cells[0] = v;
    if (f->shape->part_count > 1)
        cells[1] =
            v.kind == VALUE_NULL ? V_NULL : V_TEXT(f->currency.n ? f->currency : c->currency);
}

/* What a kept figure is worked out of stays as it is until the figure is written: who changes it
 * comes after, and whoever works the figure out anew finds the record (core/fill.c). */
static const struct record *hold(void *context, const struct field *ref, int64_t id)
{
    struct ctx *c = context;
    struct record *r;
    if (!ref->target || record_load(c, ref->target, id, &r) != OK || !record_live(r))
        return NULL;
    return r;
}

static err_t evaluate(struct ctx *c, const struct record *r, const struct field *f, value *cells)
{
    struct condition_env env = ctx_env(c);
    struct condition_source source = record_source(c);
    value v;
    source.follow = hold;
    TRY(formula_eval(f->formula, &env, r, &source, c->arena, &v));
    to_cells(c, f, v, cells);
    return OK;
}

err_t record_formulas(struct ctx *c, struct record *r)
{
    record_figure_currencies(c, r);
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (f->formula && field_stored(f))
            TRY(evaluate(c, r, f, &r->cells[f->first_column]));
    }
    return OK;
}

err_t record_live_formula(struct ctx *c,
                          const struct record *r,
                          const struct field *f,
                          value *cells)
{
    return evaluate(c, r, f, cells);
}
