/* record_view: what the caller sees of records: whose they are to him, and each value. */
#include <stdlib.h>

#include "core/record_internal.h"

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

/* ---- whose they are ---- */

/* Those that were found are at least that much his. */
static void
raise_to(enum mine mine, int64_t *found, size_t count, const int64_t *ids, size_t n, enum mine *out)
{
    if (count)
        qsort(found, count, sizeof *found, by_number);
    for (size_t i = 0; i < n && count; i++)
        if (out[i] < mine && bsearch(&ids[i], found, count, sizeof *found, by_number))
            out[i] = mine;
}

static bool all_mine(const enum mine *mine, size_t n)
{
    size_t i = 0;
    while (i < n && mine[i] == MINE)
        i++;
    return i == n;
}

/* Are there fields that show more on his own records? And texts that do? */
static void what_matters(const struct access *a, const struct field *f, bool *fields, bool *texts)
{
    enum field_access all = access_view(a, f, MINE_NOT);
    *fields = *fields || (all < FIELD_READ && all != access_view(a, f, MINE));
    *texts = *texts || (all >= FIELD_READ && access_masks_phones(a, f));
}

err_t record_mine(struct ctx *c,
                  const struct object *o,
                  const int64_t *ids,
                  size_t n,
                  const struct field *const *fields,
                  size_t field_count,
                  enum mine *out)
{
    const struct condition *scope;
    bool values = false, texts = false;
    int64_t *found;
    size_t count;
    for (size_t i = 0; i < n; i++)
        out[i] = MINE_NOT;
    for (size_t i = 0; i < (fields ? field_count : o->field_count); i++)
        what_matters(c->access, fields ? fields[i] : o->fields[i], &values, &texts);
    if (!n || !(values || texts))
        return OK;
    TRY(record_within(c, o, OP_UPDATE, ids, n, &found, &count));
    raise_to(MINE, found, count, ids, n, out);
    if (!texts || all_mine(out, n))
        return OK;
    err_t e = access_scope_linked(c->access, o, &scope);
    if (e != OK)
        return e == ERR_DENIED ? OK : e;
    TRY(record_among(c, o, scope, ids, n, &found, &count));
    raise_to(MINE_LINKED, found, count, ids, n, out);
    return OK;
}

err_t record_mine_of(struct ctx *c,
                     struct record *const *records,
                     size_t n,
                     const struct field *const *fields,
                     size_t field_count,
                     enum mine *out)
{
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = record_id(records[i]);
    return n ? record_mine(c, records[0]->object, ids, n, fields, field_count, out) : OK;
}

err_t record_own(struct ctx *c, const struct record *r, enum mine *out)
{
    int64_t id = record_id(r);
    return record_mine(c, r->object, &id, 1, NULL, 0, out);
}

/* ---- a value ---- */

void record_write_value(
    struct ctx *c, const struct record *r, const struct field *f, enum mine mine, struct jw *w)
{
    value live[FIELD_PARTS] = {0};
    const value *cells = f->live ? live : &r->cells[f->first_column];
    bool masked;
    if (f->live && record_live_formula(c, r, f, live) != OK)
        cells = NULL;
    if (cells)
        cells = access_cells(c->access, f, mine, cells, c->arena, &masked);
    if (!cells)
        jw_null(w);
    else if (masked)
        jw_str(w, cells[0].s);
    else
        field_write(f, cells, w);
}

str record_value_text(struct ctx *c, const struct field *f, enum mine mine, const value *cells)
{
    struct field_context context = ctx_field(c, S(""));
    bool masked;
    cells = access_cells(c->access, f, mine, cells, c->arena, &masked);
    if (!cells || field_empty(f, cells))
        return (str){0};
    return masked ? cells[0].s : field_format(f, &context, cells);
}
