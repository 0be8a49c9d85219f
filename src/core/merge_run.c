/* The job of a merge. How far it has come shows in what names whom. */
#include "base/id.h"
#include "base/limits.h"
#include "core/bulk_internal.h"
#include "core/change.h"
#include "core/merge_internal.h"
#include "sql_core.h"

enum { PAGE = 200 };

struct run {
    struct ctx *ctx; /* of the job */
    struct job *job;
    struct merge merge;
    size_t done;
};

struct chunk {
    const struct merge *merge;
    const struct merge_way *way;
    const int64_t *ids;
    size_t count, taken;
};

static err_t chunk_work(struct ctx *c, void *arg)
{
    struct chunk *k = arg;
    struct merged all;
    int64_t end = bulk_chunk_end();
    TRY(merge_load(c, k->merge, &all)); /* nothing moves to what somebody deletes meanwhile */
    for (k->taken = 0; k->taken < k->count && (!k->taken || clock_monotonic() < end); k->taken++)
        TRY(merge_move(c, k->way, k->ids[k->taken]));
    return OK;
}

/* Everything that names one of the others in one ref; each transaction in memory of its own. */
static err_t move_all(struct run *r, const struct field *f, int64_t from)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct merge_way way;
    TRY(merge_way(r->ctx, f, r->merge.object, from, r->merge.kept, &way));
    for (;;) {
        struct ctx c = *r->ctx;
        struct chunk k = {.merge = &r->merge, .way = &way};
        int64_t *ids;
        arena_reset(arena);
        c.arena = arena;
        c.problems = (struct problems){.arena = arena};
        c.now = clock_now();
        c.access = NULL; /* only a merge moves what belongs to a customer */
        TRY(merge_namers(&c, &way, PAGE, &ids, &k.count));
        if (!k.count)
            return OK;
        k.ids = ids;
        TRY(ctx_transact(&c, chunk_work, &k));
        r->done += k.taken;
        TRY(job_progress(r->ctx, r->job, r->done, 0));
    }
}

/* What has come to name one of the others since it was moved, by one ref. */
static err_t move_late(struct ctx *c, const struct merge_way *way)
{
    int64_t *ids;
    size_t n = PAGE;
    while (n == PAGE) {
        TRY(merge_namers(c, way, PAGE, &ids, &n));
        for (size_t at = 0; at < n; at++)
            TRY(merge_move(c, way, ids[at]));
    }
    return OK;
}

static err_t move_all_late(struct ctx *c, const struct merge *m)
{
    const struct field **refs;
    size_t ref_count = merge_refs(c, m->object, &refs);
    for (size_t i = 0; i < ref_count; i++)
        for (size_t k = 0; k < m->other_count; k++) {
            struct merge_way way;
            TRY(merge_way(c, refs[i], m->object, m->others[k], m->kept, &way));
            TRY(move_late(c, &way));
        }
    return OK;
}

static err_t last_work(struct ctx *c, void *arg)
{
    const struct run *r = arg;
    const struct access *mine = c->access;
    struct merged all;
    TRY(merge_load(c, &r->merge, &all)); /* from here on nothing comes to name them */
    c->access = NULL;
    err_t e = move_all_late(c, &r->merge);
    c->access = mine;
    TRY(e);
    return merge_finish(c, &r->merge);
}

/* A run that was killed after its last transaction has nothing left to do. */
static err_t is_done(struct ctx *c, const struct job *job, const struct merge *m, bool *out)
{
    value params[] = {V_INT(m->others[0]), V_INT(job->batch)}, one;
    err_t e = db_one(c->conn, c->arena, SQL_MERGED_BY, params, 2, &one, 1);
    *out = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err_t read_request(struct ctx *c, struct job *job, struct merge *m, bool *done)
{
    const struct object *o = model_object(c->model, json_get_str(job->args, "object"));
    struct merge asked = {.object = o};
    TRY(o ? id_parse(json_get_str(job->args, "kept"), &asked.kept) : ERR_NOT_FOUND);
    TRY(id_parse(json_str(json_array_get(json_object_get(job->args, "others"), 0)),
                 &asked.others[0]));
    TRY(is_done(c, job, &asked, done));
    return *done ? OK : merge_read(c, o, asked.kept, job->args, m);
}

err_t merge_job(struct ctx *c, struct job *job, json_t **result)
{
    struct run r = {.ctx = c, .job = job};
    const struct field **refs;
    bool done;
    (void)lang_parse(json_get_str(job->args, "lang"), &c->lang);
    *result =
        json_pack("{s:s,s:O}", "batch", arena_printf(c->arena, "%lld", (long long)job->batch).p,
                  "id", json_object_get(job->args, "kept"));
    TRY(read_request(c, job, &r.merge, &done));
    size_t ref_count = done ? 0 : merge_refs(c, r.merge.object, &refs);
    for (size_t i = 0; i < ref_count; i++)
        for (size_t k = 0; k < r.merge.other_count; k++)
            TRY(move_all(&r, refs[i], r.merge.others[k]));
    if (!done)
        TRY(ctx_transact(c, last_work, &r));
    return OK;
}
