/* search_rebuild: the index and what names are compared by made anew, object by object, as a job.
 */
#include "base/clock.h"
#include "base/limits.h"
#include "core/job.h"
#include "core/match.h"
#include "core/record_internal.h"
#include "core/search_internal.h"
#include "core/setting.h"

/* Another number with every change of the terms that text/terms.c or search_index.c make, and of
 * the keys that match.c makes. */
enum { TERMS_VERSION = 3 };
/* Before a job begins all processes have noticed that the model is another. */
enum { REST_SECONDS = 5 };

/* ---- what the index knows of an object's records ---- */

static const char *setting_of(struct ctx *c, const struct object *o)
{
    return arena_printf(c->arena, "search_shape:" STR_FMT, STR_ARG(o->name)).p;
}

static str shape(struct ctx *c, const struct object *o)
{
    str out = arena_printf(c->arena, "%d%s", TERMS_VERSION, o->owned ? " owned" : "");
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (f->search != SEARCH_NONE && field_stored(f))
            out = arena_printf(c->arena, STR_FMT " " STR_FMT ":%d", STR_ARG(out), STR_ARG(f->id),
                               (int)f->search);
    }
    return out;
}

static err_t note_shape(struct ctx *c, const struct object *o)
{
    str is = shape(c, o);
    return setting_put(c->app, setting_of(c, o), json_keep(c->arena, json_stringn(is.p, is.n)));
}

/* ---- the job: {"object", "model"} ---- */

struct page {
    const struct object *object;
    struct list_page of;
};

static err_t index_page(struct ctx *c, void *arg)
{
    const struct page *p = arg;
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, p->of.count + 1);
    struct search_documents documents = {0};
    for (size_t i = 0; i < p->of.count; i++)
        ids[i] = record_id(p->of.records[i]);
    TRY(db_lock(c->conn,
                SEARCH_LOCK)); /* what is read once it is held is no older than the index */
    for (size_t i = 0; i < p->of.count; i++)
        TRY(match_key_again(c, p->of.records[i]));
    TRY(search_documents(c, p->object, ids, p->of.count, &documents));
    return search_put(c, &documents);
}

/* One page; *q moves to the next one. */
static err_t
rebuild_page(struct ctx *c, struct arena *whole, struct list_query *q, size_t *done, bool *more)
{
    struct page p = {.object = q->object};
    TRY(record_list(c, q, &p.of));
    TRY(ctx_transact(c, index_page, &p));
    *done += p.of.count;
    *more = p.of.has_more;
    q->after = arena_str(whole, p.of.next);
    return OK;
}

static err_t run(struct ctx *c, struct job *job, json_t **result)
{
    const struct object *o = model_object(c->model, json_get_str(job->args, "object"));
    struct list_query q = {.object = o, .limit = LIMIT_LIST_PAGE};
    struct arena *whole = c->arena;
    size_t done = 0;
    bool more = o && o->searchable && !o->internal;
    if (c->model->version < json_get_int(job->args, "model", 0))
        return ERR_UNAVAILABLE; /* this process has not noticed yet */
    c->access = NULL;
    AUTO_ARENA of_page = arena_new(LIMIT_REQUEST_ARENA);
    while (more) {
        c->arena = of_page;
        err_t e = rebuild_page(c, whole, &q, &done, &more);
        c->arena = whole;
        TRY(e);
        arena_reset(of_page);
        TRY(job_progress(c, job, done, 0));
    }
    TRY(search_sort_in(c));
    if (done)
        TRY(note_shape(c, o));
    *result = json_pack("{s:I}", "records", (json_int_t)done);
    return OK;
}

void search_rebuild_attach(void)
{
    static struct job_kind kind = {.name = "reindex", .label = "job_reindex", .run = run};
    job_kind_add(&kind);
}

/* ---- when it is due ---- */

static err_t enqueue(struct ctx *c, const struct object *o)
{
    int64_t id;
    json_t *args = json_keep(c->arena, json_pack("{s:s%,s:I}", "object", o->name.p, o->name.n,
                                                 "model", (json_int_t)c->model->version));
    str key = arena_printf(c->arena, "reindex:" STR_FMT ":%lld", STR_ARG(o->name),
                           (long long)c->model->version);
    return job_enqueue(c, "reindex", args, key.p, c->now + REST_SECONDS * CLOCK_SECOND, &id);
}

static const str ANYTHING = S("SELECT 1 FROM search LIMIT 1");

static err_t has_any(struct ctx *c, const struct object *o, bool *any)
{
    struct list_query q = {.object = o, .limit = 1};
    struct list_page page;
    TRY(record_list(c, &q, &page));
    *any = page.count > 0;
    return OK;
}

err_t search_rebuild_outdated(struct ctx *c)
{
    value one;
    err_t e = db_one(c->conn, c->arena, ANYTHING, NULL, 0, &one, 1);
    bool empty = e == ERR_NOT_FOUND, any;
    if (e != OK && !empty)
        return e;
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        str was = setting_text(c->app, c->arena, setting_of(c, o), S(""));
        if (!o->searchable || o->internal || str_eq(was, shape(c, o)))
            continue;
        TRY(has_any(c, o, &any));
        if (any && !empty)
            TRY(enqueue(c, o));
        else
            TRY(note_shape(c, o));
    }
    return OK;
}
