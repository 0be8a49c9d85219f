/* Roll-ups are kept by differences: counting and summing add what changed, the least, greatest and
 * last take a better value at once and look again (by index, one parent's children) only when the
 * one they had went away. `renmai check` compares them with a full count. */
#include "core/record_internal.h"
#include "model/query.h"

struct contribution {
    bool counts; /* live, linked to the parent, and its condition holds */
    value v, by;
};

static err_t contribution_of(struct ctx *c,
                             const struct field *f,
                             const struct record *child,
                             int64_t parent,
                             struct contribution *out)
{
    const struct rollup *r = f->rollup;
    *out = (struct contribution){.v = V_NULL, .by = V_NULL};
    if (!child || !record_live(child) || record_cell(child, r->via, 0).i != parent)
        return OK;
    if (r->where) {
        struct condition_env env = ctx_env(c);
        struct condition_source source = record_source(c);
        bool holds;
        TRY(condition_match(r->where, &env, child, &source, &holds));
        if (!holds)
            return OK;
    }
    out->counts = true;
    if (r->field)
        out->v = record_cell(child, r->field, 0);
    if (r->by)
        out->by = record_cell(child, r->by, 0);
    return OK;
}

/* Of a figure that is money: that of a field of the same record, or the base currency. */
static void set_currency(struct ctx *c, const struct field *f, struct record *parent)
{
    value *cells = &parent->cells[f->first_column];
    const struct field *of = f->rollup->currency_of;
    if (f->shape->part_count < 2)
        return;
    value currency = of ? record_cell(parent, of, 1) : V_NULL;
    if (currency.kind == VALUE_NULL)
        currency = V_TEXT(c->currency);
    cells[1] = cells[0].kind == VALUE_NULL ? V_NULL : currency;
}

void record_figure_currencies(struct ctx *c, struct record *r)
{
    for (size_t i = 0; i < r->object->field_count; i++)
        if (r->object->fields[i]->rollup && r->object->fields[i]->rollup->currency_of)
            set_currency(c, r->object->fields[i], r);
}

void record_set_figure(struct ctx *c, const struct field *f, value figure, struct record *parent)
{
    bool real = f->shape->parts[0].storage == STORE_REAL;
    value *cells = &parent->cells[f->first_column];
    if (figure.kind == VALUE_NULL && f->rollup->fn == ROLLUP_SUM)
        figure = real ? V_REAL(0) : V_INT(0);
    cells[0] = figure;
    set_currency(c, f, parent);
}

err_t record_recount(struct ctx *c, const struct field *f, struct record *parent)
{
    struct condition_env env = ctx_env(c);
    AUTO_SQL q;
    value cell = V_NULL;
    sql_init(&q, c->arena);
    TRY(query_rollup(f, record_id(parent), &env, &q));
    err_t e = db_one(c->conn, c->arena, buf_str(&q.text), q.params.at, q.params.n, &cell, 1);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    record_set_figure(c, f, cell, parent);
    return OK;
}

/* False when the figure outgrows 64 bits. */
static bool add_to(value *cell, value v, int sign)
{
    int64_t have = cell->kind == VALUE_INT ? cell->i : 0, sum;
    if (v.kind == VALUE_NULL)
        return true;
    bool fits = v.kind == VALUE_INT && (sign > 0 ? !__builtin_add_overflow(have, v.i, &sum)
                                                 : !__builtin_sub_overflow(have, v.i, &sum));
    if (fits)
        *cell = V_INT(sum);
    return fits;
}

static err_t too_large(struct ctx *c, const struct field *f)
{
    problem_add_str(&c->problems, S(""), "too_large", f->label.text[c->lang], (str){0}, (str){0});
    return ERR_INVALID;
}

/* The child's new value beats what the parent has, and its old value was not what it has. */
static bool better(enum rollup_fn fn,
                   value have,
                   const struct contribution *old,
                   const struct contribution *new)
{
    if (old->counts && (fn == ROLLUP_LAST || value_eq(old->v, have)))
        return false;
    if (!new->counts || new->v.kind == VALUE_NULL)
        return false;
    return have.kind == VALUE_NULL ||
           (fn == ROLLUP_MIN ? value_cmp(new->v, have) < 0 : value_cmp(new->v, have) > 0);
}

static err_t apply(struct ctx *c,
                   const struct field *f,
                   struct record *parent,
                   const struct record *before,
                   const struct record *after)
{
    struct contribution old, new;
    TRY(contribution_of(c, f, before, record_id(parent), &old));
    TRY(contribution_of(c, f, after, record_id(parent), &new));
    if (old.counts == new.counts && value_eq(old.v, new.v) && value_eq(old.by, new.by))
        return OK;
    value *cell = &parent->cells[f->first_column];
    enum rollup_fn fn = f->rollup->fn;
    if (fn == ROLLUP_COUNT) {
        int by = (int)new.counts - (int)old.counts;
        if (by && !add_to(cell, V_INT(1), by))
            return too_large(c, f);
    } else if (fn == ROLLUP_SUM && f->shape->parts[0].storage == STORE_INT) {
        if ((old.counts && !add_to(cell, old.v, -1)) || (new.counts && !add_to(cell, new.v, 1)))
            return too_large(c, f);
    } else if (fn != ROLLUP_LAST && fn != ROLLUP_SUM && better(fn, *cell, &old, &new)) {
        *cell = new.v;
    } else if (fn == ROLLUP_SUM || fn == ROLLUP_LAST || (old.counts && value_eq(old.v, *cell))) {
        TRY(record_recount(c, f, parent)); /* sums of doubles too: they must not drift */
    }
    set_currency(c, f, parent);
    return OK;
}

/* All roll-ups of one parent that look through `via`. */
static err_t update_parent(struct ctx *c,
                           const struct field *via,
                           int64_t id,
                           const struct record *before,
                           const struct record *after)
{
    const struct object *child = via->object;
    struct record *was, *is;
    err_t e = record_load(c, via->target, id, &was);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    is = record_copy(c->arena, was);
    for (size_t i = 0; i < child->rollups_over_this_count; i++)
        if (child->rollups_over_this[i]->rollup->via == via)
            TRY(apply(c, child->rollups_over_this[i], is, before, after));
    return record_store(c, CHANGE_DERIVE, was, is, NULL);
}

err_t record_rollups(struct ctx *c, const struct record *before, const struct record *after)
{
    const struct object *o = after->object;
    for (size_t i = 0; i < o->rollups_over_this_count; i++) {
        const struct field *via = o->rollups_over_this[i]->rollup->via;
        bool done = false;
        for (size_t k = 0; k < i; k++)
            done = done || o->rollups_over_this[k]->rollup->via == via;
        if (done)
            continue;
        int64_t old = before ? record_cell(before, via, 0).i : 0;
        int64_t new = record_cell(after, via, 0).i;
        if (old && old != new)
            TRY(update_parent(c, via, old, before, after));
        if (new)
            TRY(update_parent(c, via, new, before, after));
    }
    return OK;
}
