/* The job of a bulk change. What is kept with each transaction: how far it has come and what it has
 * counted. */
#include "base/id.h"
#include "base/limits.h"
#include "core/bulk_internal.h"
#include "core/record_internal.h"
#include "core/search.h"
#include "sql_core.h"

enum { PAGE = 200 };

struct tally {
    int64_t outcomes[BULK_OUTCOMES];
    struct bulk_refusal refusals[BULK_REFUSALS];
    size_t refusal_count;
};

static const char *const names[BULK_OUTCOMES] = {"changed", "unchanged", "left", "refused"};

struct run {
    struct ctx *ctx; /* of the job; what outlives a page is in its arena */
    struct job *job;
    struct bulk bulk;
    struct tally tally;
    int64_t last; /* the record that was done last; INT64_MAX = none */
    bool begun;   /* it is kept how far it has come */
};

/* Records of a page that fit into one transaction. */
struct chunk {
    struct run *run;
    struct record *const *records;
    size_t count, taken;
    struct tally tally; /* with those before */
};

/* ---- the tally ---- */

static int64_t seen(const struct tally *t)
{
    int64_t n = 0;
    for (size_t i = 0; i < BULK_OUTCOMES; i++)
        n += t->outcomes[i];
    return n;
}

static str tally_json(struct arena *arena, const struct run *r, const struct tally *t)
{
    AUTO_BUF out;
    buf_init(&out, LIMIT_JSON_BYTES);
    struct jw w = {.out = &out};
    jw_open(&w, '{');
    jw_key(&w, S("batch"));
    jw_id(&w, r->job->batch);
    jw_key(&w, S("matched"));
    jw_int(&w, seen(t));
    for (size_t i = 0; i < BULK_OUTCOMES; i++) {
        jw_key(&w, str_from(names[i]));
        jw_int(&w, t->outcomes[i]);
    }
    bulk_write_refusals(t->refusals, t->refusal_count, &w);
    jw_close(&w, '}');
    return arena_str(arena, buf_str(&out));
}

static err_t read_tally(struct ctx *c, str text, struct tally *out)
{
    json_t *j;
    struct tally t = {0};
    TRY(json_read(c->arena, text, NULL, &j));
    for (size_t i = 0; i < BULK_OUTCOMES; i++)
        t.outcomes[i] = json_get_int(j, names[i], 0);
    const json_t *list = json_object_get(j, "refusals");
    for (size_t i = 0; i < json_array_size(list) && i < BULK_REFUSALS; i++) {
        const json_t *one = json_array_get(list, i);
        struct bulk_refusal *r = &t.refusals[t.refusal_count++];
        *r = (struct bulk_refusal){0, json_get_str(one, "title"), json_get_str(one, "code"),
                                   json_get_str(one, "detail")};
        TRY(id_parse(json_get_str(one, "id"), &r->record));
    }
    *out = t;
    return OK;
}

/* The chunk is written for good: what it counted counts. */
static void take_over(struct run *r, const struct chunk *k)
{
    struct arena *arena = r->ctx->arena;
    size_t had = r->tally.refusal_count;
    r->tally = k->tally;
    for (size_t i = had; i < r->tally.refusal_count; i++) {
        struct bulk_refusal *one = &r->tally.refusals[i];
        one->title = arena_str(arena, one->title);
        one->code = arena_str(arena, one->code);
        one->detail = arena_str(arena, one->detail);
    }
    r->last = record_id(k->records[k->taken - 1]);
    r->begun = true;
}

/* ---- where it is ---- */

/* With the records themselves: whoever has been taken for dead and finds that another has gone on
 * in his place undoes his chunk. */
static err_t store_progress(struct ctx *c, const struct chunk *k)
{
    const struct run *r = k->run;
    int64_t changed;
    value params[] = {V_INT(r->job->id), V_INT(record_id(k->records[k->taken - 1])),
                      V_TEXT(tally_json(c->arena, r, &k->tally)), V_INT(c->now), V_INT(r->last)};
    TRY(db_run(c->conn, SQL_BULK_PROGRESS_PUT, params, 5, &changed));
    return changed ? OK : ERR_UNAVAILABLE;
}

static err_t load_progress(struct run *r)
{
    struct ctx *c = r->ctx;
    value id = V_INT(r->job->id), cells[2];
    err_t e = db_one(c->conn, c->arena, SQL_BULK_PROGRESS_GET, &id, 1, cells, 2);
    r->last = INT64_MAX;
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    r->begun = true;
    r->last = cells[0].i;
    return read_tally(c, cells[1].s, &r->tally);
}

/* ---- page by page ---- */

static err_t chunk_work(struct ctx *c, void *arg)
{
    struct chunk *k = arg;
    int64_t end = bulk_chunk_end();
    k->tally = k->run->tally;
    for (k->taken = 0; k->taken < k->count && (!k->taken || clock_monotonic() < end); k->taken++) {
        enum bulk_outcome outcome;
        struct bulk_refusal refusal;
        TRY(bulk_record(c, &k->run->bulk, k->records[k->taken], &outcome, &refusal));
        k->tally.outcomes[outcome]++;
        if (outcome == BULK_REFUSED && k->tally.refusal_count < BULK_REFUSALS)
            k->tally.refusals[k->tally.refusal_count++] = refusal;
    }
    return store_progress(c, k);
}

static err_t run_page(struct run *r, struct ctx *c, const struct list_page *page)
{
    size_t total = (size_t)json_get_int(r->job->args, "total", 0);
    for (size_t at = 0; at < page->count;) {
        struct chunk k = {.run = r, .records = page->records + at, .count = page->count - at};
        TRY(ctx_transact(c, chunk_work, &k));
        take_over(r, &k);
        at += k.taken;
        size_t done = (size_t)seen(&r->tally);
        TRY(job_progress(r->ctx, r->job, done, total < done ? done : total));
    }
    return OK;
}

static err_t run_pages(struct run *r)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    const struct object *o = r->bulk.object;
    const struct field *shown[] = {o->id, o->version};
    bool hits = r->bulk.query.ids;
    int64_t below = r->last;
    for (bool more = true; more;) {
        struct ctx c = *r->ctx;
        struct list_query q = r->bulk.query;
        struct list_page page;
        if (hits)
            search_slice(&r->bulk.query, below, PAGE, &q);
        c.arena = arena;
        c.problems = (struct problems){.arena = arena};
        c.now = clock_now();
        q.fields = shown;
        q.field_count = sizeof shown / sizeof *shown;
        q.limit = PAGE;
        if (r->begun && !hits)
            q.after = record_cursor(&c, r->last);
        TRY(record_list(&c, &q, &page));
        TRY(run_page(r, &c, &page));
        more = hits ? q.id_count == PAGE : page.has_more;
        if (hits && more)
            below = q.ids[q.id_count - 1];
        arena_reset(arena);
    }
    return OK;
}

err_t bulk_job(struct ctx *c, struct job *job, json_t **result)
{
    struct run r = {.ctx = c, .job = job};
    const struct object *o = model_object(c->model, json_get_str(job->args, "object"));
    if (!o)
        return ERR_NOT_FOUND;
    (void)lang_parse(json_get_str(job->args, "lang"), &c->lang);
    TRY(bulk_read(c, o, job->args, &r.bulk));
    TRY(load_progress(&r));
    err_t e = run_pages(&r);
    if (e == OK || e == ERR_LIMIT) {
        str text = tally_json(c->arena, &r, &r.tally);
        *result = json_loadb(text.p, text.n, 0, NULL);
    }
    return e;
}
