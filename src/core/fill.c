#include "core/fill.h"

#include "base/limits.h"
#include "core/job.h"
#include "core/record_internal.h"
#include "core/registry.h"
#include "model/formula.h"

/* ---- the job: {"object", "via"?, "of"?: [ids], "rollups"?, "model"?: version} ---- */

enum { PAGE = LIMIT_LIST_PAGE };

struct filling {
    struct ctx *ctx; /* of the job */
    struct job *job;
    const struct object *object;
    bool rollups;
    int64_t ids[2 * PAGE]; /* still to be filled */
    size_t count, done;
};

static err_t fill_one(struct ctx *c, const struct filling *f, int64_t id)
{
    struct record *was, *is;
    err_t e = record_load(c, f->object, id, &was);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    is = record_copy(c->arena, was);
    for (size_t i = 0; f->rollups && i < f->object->field_count; i++)
        if (f->object->fields[i]->rollup)
            TRY(record_recount(c, f->object->fields[i], is));
    return record_store(c, CHANGE_DERIVE, was, is, NULL);
}

static err_t fill_work(struct ctx *c, void *arg)
{
    const struct filling *f = arg;
    for (size_t i = 0; i < f->count; i++)
        TRY(fill_one(c, f, f->ids[i]));
    return OK;
}

static err_t fill_listed(struct ctx *c, struct filling *f)
{
    TRY(ctx_transact(c, fill_work, f));
    f->done += f->count;
    f->count = 0;
    return job_progress(f->ctx, f->job, f->done, 0);
}

/* What is less than a page waits for that of the next condition. */
static err_t fill_matching(struct ctx *c, struct filling *f, const struct condition *where)
{
    const struct field *shown[] = {f->object->id};
    struct list_query q = {
        .object = f->object, .where = where, .limit = PAGE, .fields = shown, .field_count = 1};
    struct list_page page;
    do {
        TRY(record_list(c, &q, &page));
        for (size_t i = 0; i < page.count; i++)
            f->ids[f->count++] = record_id(page.records[i]);
        int64_t last = f->count ? f->ids[f->count - 1] : 0;
        TRY(f->count >= PAGE ? fill_listed(c, f) : OK);
        arena_reset(c->arena);
        q.after = record_cursor(c, last);
    } while (page.has_more);
    return OK;
}

/* The job may be faster than the change of the model that asked for it is known here. */
static err_t need_model(struct ctx *c, int64_t version)
{
    if (c->model->version >= version)
        return OK;
    TRY(registry_load(c->app, NULL));
    const struct model *now = model_hold(c->app);
    model_release(c->app, c->model);
    c->model = now;
    c->currency = now->base_currency;
    return OK;
}

static err_t run(struct ctx *c, struct job *job, json_t **result)
{
    TRY(need_model(c, json_get_int(job->args, "model", 0)));
    const struct object *o = model_object(c->model, json_get_str(job->args, "object"));
    struct filling f = {
        .ctx = c, .job = job, .object = o, .rollups = json_get_bool(job->args, "rollups", false)};
    if (!o)
        return OK; /* removed in the meantime */
    const struct field *via = object_field(o, json_get_str(job->args, "via"));
    const json_t *of = json_object_get(job->args, "of");
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    c->access = NULL; /* whoever asked, every record gets its figures */
    struct ctx of_page = *c;
    of_page.arena = arena;
    of_page.problems = (struct problems){.arena = arena};
    if (!of)
        TRY(fill_matching(&of_page, &f, NULL));
    for (size_t i = 0; via && i < json_array_size(of); i++) {
        int64_t id = json_integer_value(json_array_get(of, i));
        TRY(fill_matching(&of_page, &f, condition_ids(c->arena, via, &id, 1)));
    }
    TRY(fill_listed(&of_page, &f));
    *result = json_pack("{s:I}", "records", (json_int_t)f.done);
    return OK;
}

static err_t enqueue(struct ctx *c, const struct object *o, str via, json_t *args, int64_t cause)
{
    int64_t id;
    /* One job for one cause: a job that is under way has passed records that a later cause wants.
     */
    str key = arena_printf(c->arena, "fill:" STR_FMT ":" STR_FMT ":%lld", STR_ARG(o->name),
                           STR_ARG(via), (long long)cause);
    return job_enqueue(c, "fill", json_keep(c->arena, args), key.p, 0, &id);
}

/* ---- the reader: formulas over links ---- */

/* Records whose changes are felt by those that name them in `via`. */
struct felt {
    const struct field *via;
    VEC(int64_t) ids;
};

struct looking {
    struct arena *arena;
    const struct change *change;
    const struct object *written;
    VEC(struct felt) felt;
};

static struct felt *felt_through(struct looking *l, const struct field *via)
{
    for (size_t i = 0; i < l->felt.n; i++)
        if (l->felt.at[i].via == via)
            return &l->felt.at[i];
    struct felt *one = VEC_PUSH(l->arena, l->felt);
    *one = (struct felt){.via = via};
    return one;
}

static err_t look(void *context, const struct field *link, const struct field *used)
{
    struct looking *l = context;
    if (!link || link->target != l->written || !change_touches(l->change, used))
        return OK;
    struct felt *felt = felt_through(l, link);
    for (size_t i = 0; i < felt->ids.n; i++)
        if (felt->ids.at[i] == l->change->record)
            return OK;
    *VEC_PUSH(l->arena, felt->ids) = l->change->record;
    return OK;
}

static err_t read_change(struct ctx *c, struct looking *l)
{
    const struct change *ch = l->change;
    l->written = model_object(c->model, ch->object);
    if (!l->written || (ch->op != CHANGE_UPDATE && ch->op != CHANGE_DERIVE))
        return OK;
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        for (size_t k = 0; k < o->field_count; k++)
            if (o->fields[k]->formula && field_stored(o->fields[k]))
                TRY(formula_fields(o->fields[k]->formula, look, l));
    }
    return OK;
}

/* One job for each link, however many records of the batch are felt through it. */
static err_t read_changes(struct ctx *c, const struct change *changes, size_t n, void *context)
{
    struct looking l = {.arena = c->arena};
    (void)context;
    for (size_t i = 0; i < n; i++) {
        l.change = &changes[i];
        TRY(read_change(c, &l));
    }
    for (size_t i = 0; i < l.felt.n; i++) {
        const struct field *via = l.felt.at[i].via;
        const struct object *o = via->object;
        json_t *args = json_pack("{s:s%,s:s%,s:[]}", "object", o->name.p, o->name.n, "via",
                                 via->name.p, via->name.n, "of");
        for (size_t k = 0; k < l.felt.at[i].ids.n; k++)
            json_array_append_new(json_object_get(args, "of"),
                                  json_integer(l.felt.at[i].ids.at[k]));
        TRY(enqueue(c, o, via->name, args, changes[0].id));
    }
    return OK;
}

void fill_attach(struct app *app)
{
    static struct job_kind kind = {.name = "fill", .label = "job_fill", .run = run};
    static const struct log_reader reader = {.name = "fill",
                                             .transactional = true,
                                             .batch = 500,
                                             .read = read_changes,
                                             .rest_milliseconds = 150,
                                             .from_now = true};
    job_kind_add(&kind);
    log_reader_add(app, &reader);
}

/* ---- after a change of the model ---- */

static bool is_new(const struct field *f, const struct model *before)
{
    const struct object *o = model_object(before, f->object->name);
    const struct field *old = NULL;
    for (size_t i = 0; o && i < o->field_count; i++)
        if (str_eq(o->fields[i]->id, f->id))
            old = o->fields[i];
    return !old || (old->definition && !json_equal(old->definition, f->definition));
}

err_t fill_after_model(struct ctx *c, const struct model *before, const struct model *after)
{
    for (size_t i = 0; i < after->object_count; i++) {
        const struct object *o = after->objects[i];
        bool rollups = false, formulas = false;
        for (size_t k = 0; k < o->field_count; k++) {
            const struct field *f = o->fields[k];
            bool fresh = f->computed && field_stored(f) && is_new(f, before);
            rollups = rollups || (fresh && f->rollup);
            formulas = formulas || (fresh && f->formula);
        }
        if ((rollups || formulas) && model_object(before, o->name))
            TRY(enqueue(c, o, S(""),
                        json_pack("{s:s%,s:b,s:I}", "object", o->name.p, o->name.n, "rollups",
                                  (int)rollups, "model", (json_int_t)after->version),
                        after->version));
    }
    return OK;
}
