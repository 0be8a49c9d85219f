/* search_rebuild: the index made anew, object by object, as a job. */
#include "base/limits.h"
#include "core/job.h"
#include "core/record_internal.h"
#include "core/search_internal.h"
#include "core/setting.h"

/* Another number with every change of the terms that text/terms.c or search_index.c make. */
enum { TERMS_VERSION = 2 };
static const char SETTING[] = "search_shapes";

/* ---- the job: {"object"} ---- */

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
    *result = json_pack("{s:I}", "records", (json_int_t)done);
    return OK;
}

void search_rebuild_attach(void)
{
    static struct job_kind kind = {.name = "reindex", .label = "job_reindex", .run = run};
    job_kind_add(&kind);
}

/* ---- when it is due ---- */

/* What the index knows of the object's records. */
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

struct outdated {
    const struct object **objects;
    size_t n;
};

static err_t enqueue(struct ctx *c, void *arg)
{
    const struct outdated *all = arg;
    for (size_t i = 0; i < all->n; i++) {
        str name = all->objects[i]->name;
        int64_t id;
        json_t *args = json_keep(c->arena, json_pack("{s:s%}", "object", name.p, name.n));
        str key = arena_printf(c->arena, "reindex:" STR_FMT ":%lld", STR_ARG(name),
                               (long long)c->model->version);
        TRY(job_enqueue(c, "reindex", args, key.p, 0, &id));
    }
    return OK;
}

err_t search_rebuild_outdated(struct ctx *c)
{
    json_t *before = setting_get(c->app, c->arena, SETTING);
    json_t *after = json_keep(c->arena, json_object());
    size_t count = c->model->object_count;
    struct outdated all = {ARENA_ARRAY(c->arena, const struct object *, count + 1), 0};
    for (size_t i = 0; i < count; i++) {
        const struct object *o = c->model->objects[i];
        str is = o->searchable && !o->internal ? shape(c, o) : S("");
        str was = json_get_str(before, arena_strz(c->arena, o->name));
        if (was.n && is.n && !str_eq(was, is))
            all.objects[all.n++] = o;
        json_object_setn_new(after, o->name.p, o->name.n, json_stringn(is.p, is.n));
    }
    if (before && json_equal(before, after))
        return OK;
    TRY(ctx_transact(c, enqueue, &all));
    return setting_put(c->app, SETTING, after);
}
