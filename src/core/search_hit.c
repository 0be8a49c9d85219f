/* search_hit: what people see of a record that was found. */
#include "core/record_internal.h"
#include "core/search_internal.h"

enum { SUMMARY_FIELDS = 3, SNIPPET_CHARS = 40, BEFORE_CHARS = 10 };

static str show(struct ctx *c, const struct search_fit *fit, const struct field *f)
{
    struct field_context context = ctx_field(c, S(""));
    const value *cells = &fit->record->cells[f->first_column];
    enum field_access view = search_view(c, f, fit->own);
    unsigned empty = 0;
    while (empty < f->column_count && cells[empty].kind == VALUE_NULL)
        empty++;
    if (empty == f->column_count || view == FIELD_HIDDEN)
        return (str){0};
    return view == FIELD_MASK ? field_mask(c->arena, f, cells) : field_format(f, &context, cells);
}

/* The fields that the object's definition names for it. */
static str summary(struct ctx *c, const struct search_fit *fit)
{
    const struct object *o = fit->record->object;
    const json_t *names = json_object_get(json_object_get(o->definition, "layouts"), "summary");
    str out = {0};
    size_t i, shown = 0;
    json_t *name;
    json_array_foreach((json_t *)names, i, name)
    {
        const struct field *f = object_field(o, json_str(name));
        str s = f && field_stored(f) && shown < SUMMARY_FIELDS ? show(c, fit, f) : (str){0};
        if (!s.n)
            continue;
        out = arena_printf(c->arena, STR_FMT "%s" STR_FMT, STR_ARG(out), shown++ ? " · " : "",
                           STR_ARG(s));
    }
    return out;
}

/* Of a long text what stands around the words, where they stand there as they were written. */
static str snippet(struct ctx *c, str text, str query)
{
    size_t at = str_find(text, query), skipped = 0;
    str from = text;
    if (at != SIZE_MAX && utf8_count(str_cut(text, 0, at)) > BEFORE_CHARS)
        skipped = utf8_count(str_cut(text, 0, at)) - BEFORE_CHARS;
    for (size_t i = 0; i < skipped; i++)
        utf8_next(&from);
    str some = utf8_prefix(from, SNIPPET_CHARS);
    return arena_printf(c->arena, "%s" STR_FMT "%s", skipped ? "…" : "", STR_ARG(some),
                        some.n < from.n ? "…" : "");
}

/* Whose it is, where the caller may see that; 0. */
static int64_t customer_of(struct ctx *c, const struct search_fit *fit)
{
    const struct field *f = fit->record->object->customer;
    return f && search_view(c, f, fit->own) >= FIELD_READ ? record_cell(fit->record, f, 0).i : 0;
}

/* What belongs to a customer bears his name. */
static err_t name_customers(struct ctx *c, struct search_hit *hits, size_t n)
{
    const struct object *customers = model_object(c->model, S("customer"));
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, n + 1);
    struct list_query q = {.object = customers, .ids = ids, .limit = n};
    struct list_page page;
    for (size_t i = 0; i < n; i++)
        if (hits[i].customer)
            ids[q.id_count++] = hits[i].customer;
    if (!q.id_count || !access_may(c->access, customers, OP_READ))
        return OK;
    TRY(record_list(c, &q, &page));
    for (size_t i = 0; i < n; i++) {
        struct search_fit fit = {0};
        for (size_t k = 0; k < page.count && !fit.record; k++)
            if (record_id(page.records[k]) == hits[i].customer)
                fit.record = page.records[k];
        if (!fit.record)
            continue;
        str name = show(c, &fit, customers->title);
        hits[i].subtitle = arena_printf(c->arena, STR_FMT "%s" STR_FMT, STR_ARG(name),
                                        hits[i].subtitle.n ? " · " : "", STR_ARG(hits[i].subtitle));
    }
    return OK;
}

err_t search_present(
    struct ctx *c, const struct search_fit *fits, size_t n, str query, struct search_hit **out)
{
    struct search_hit *hits = *out = ARENA_ARRAY(c->arena, struct search_hit, n + 1);
    for (size_t i = 0; i < n; i++) {
        const struct record *r = fits[i].record;
        const struct field *matched = fits[i].matched;
        hits[i] = (struct search_hit){
            .object = r->object,
            .id = record_id(r),
            .title = show(c, &fits[i], r->object->title),
            .subtitle = summary(c, &fits[i]),
            .customer = customer_of(c, &fits[i]),
            .score = fits[i].score,
            .matched = matched,
        };
        if (matched && matched != r->object->title)
            hits[i].text = snippet(c, show(c, &fits[i], matched), query);
    }
    return name_customers(c, hits, n);
}
