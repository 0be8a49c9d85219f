/* search_hit: what people see of a record that was found. */
#include "core/record_internal.h"
#include "core/search_internal.h"

enum { SNIPPET_CHARS = 40, BEFORE_CHARS = 10 };

static str show(struct ctx *c, const struct record *r, enum mine mine, const struct field *f)
{
    return record_value_text(c, f, mine, &r->cells[f->first_column]);
}

/* The fields that the object's definition names for it; not links, which would have to be named. */
static void summarize(struct ctx *c, struct search_hit *hit)
{
    const json_t *layouts = json_object_get(hit->object->definition, "layouts");
    size_t i;
    json_t *name;
    json_array_foreach(json_object_get(layouts, "summary"), i, name)
    {
        const struct field *f = object_field(hit->object, json_str(name));
        if (f && field_stored(f) && !f->target && hit->summary_count < SEARCH_SUMMARY_FIELDS &&
            access_view(c->access, f, hit->mine) != FIELD_HIDDEN &&
            !field_empty(f, &hit->record->cells[f->first_column]))
            hit->summary[hit->summary_count++] = f;
    }
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
    return f && access_view(c->access, f, fit->mine) >= FIELD_READ
               ? record_cell(fit->record, f, 0).i
               : 0;
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
    enum mine *mine = ARENA_ARRAY(c->arena, enum mine, page.count + 1);
    TRY(record_mine_of(c, page.records, page.count, &customers->title, 1, mine));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < page.count; k++)
            if (record_id(page.records[k]) == hits[i].customer)
                hits[i].customer_name = show(c, page.records[k], mine[k], customers->title);
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
            .record = r,
            .mine = fits[i].mine,
            .title = show(c, r, fits[i].mine, r->object->title),
            .customer = customer_of(c, &fits[i]),
            .score = fits[i].score,
            .matched = matched,
        };
        summarize(c, &hits[i]);
        if (matched && matched != r->object->title)
            hits[i].text = snippet(c, show(c, r, fits[i].mine, matched), query);
    }
    return name_customers(c, hits, n);
}

static void write_customer(const struct search_hit *hit, struct jw *w)
{
    if (!hit->customer_name.n) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, hit->customer);
    jw_key(w, S("title"));
    jw_str(w, hit->customer_name);
    jw_close(w, '}');
}

static void write_matched(const struct search_hit *hit, struct jw *w)
{
    if (!hit->matched) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    jw_key(w, S("field"));
    jw_str(w, hit->matched->name);
    jw_key(w, S("text"));
    jw_str(w, hit->text.n ? hit->text : hit->title);
    jw_close(w, '}');
}

static void write_summary(struct ctx *c, const struct search_hit *hit, struct jw *w)
{
    jw_open(w, '{');
    for (size_t i = 0; i < hit->summary_count; i++) {
        const struct field *f = hit->summary[i];
        jw_key(w, f->name);
        record_write_value(c, hit->record, f, hit->mine, w);
    }
    jw_close(w, '}');
}

void search_write_hit(struct ctx *c, const struct search_hit *hit, struct jw *w)
{
    jw_open(w, '{');
    jw_key(w, S("object"));
    jw_str(w, hit->object->name);
    jw_key(w, S("id"));
    jw_id(w, hit->id);
    jw_key(w, S("title"));
    jw_str(w, hit->title);
    jw_key(w, S("customer"));
    write_customer(hit, w);
    jw_key(w, S("summary"));
    write_summary(c, hit, w);
    jw_key(w, S("score"));
    jw_int(w, hit->score);
    jw_key(w, S("matched"));
    write_matched(hit, w);
    jw_close(w, '}');
}
