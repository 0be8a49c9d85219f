#include "core/fill.h"

#include "base/limits.h"
#include "core/job.h"
#include "core/record_internal.h"
#include "model/formula.h"

/* ---- the job: {"object", "via"?, "id"?, "rollups"?} ---- */

struct filling {
    const struct object *object;
    bool rollups;
    struct record **records;
    size_t count;
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

static err_t fill_page(struct ctx *c, void *arg)
{
    const struct filling *f = arg;
    for (size_t i = 0; i < f->count; i++)
        TRY(fill_one(c, f, record_id(f->records[i])));
    return OK;
}

static err_t run(struct ctx *c, struct job *job, json_t **result)
{
    const struct object *o = model_object(c->model, json_get_str(job->args, "object"));
    struct filling f = {.object = o, .rollups = json_get_bool(job->args, "rollups", false)};
    struct list_query q = {.object = o, .limit = LIMIT_LIST_PAGE};
    struct list_page page;
    size_t done = 0;
    if (!o)
        return OK; /* removed in the meantime */
    const struct field *via = object_field(o, json_get_str(job->args, "via"));
    int64_t id = json_get_int(job->args, "id", 0);
    if (via)
        q.where = condition_ids(c->arena, via, &id, 1);
    c->access = NULL; /* whoever asked, every record gets its figures */
    struct arena *whole = c->arena, *of_page = arena_new(LIMIT_REQUEST_ARENA);
    err_t e;
    do {
        c->arena = of_page;
        e = record_list(c, &q, &page);
        f.records = page.records;
        f.count = page.count;
        if (e == OK)
            e = ctx_transact(c, fill_page, &f);
        c->arena = whole;
        if (e != OK)
            break;
        done += page.count;
        q.after = arena_str(whole, page.next);
        arena_reset(of_page);
        e = job_progress(c, job, done, 0);
    } while (e == OK && page.has_more);
    arena_free(of_page);
    TRY(e);
    *result = json_pack("{s:I}", "records", (json_int_t)done);
    return OK;
}

static err_t enqueue(struct ctx *c,
                     const struct object *o,
                     const struct field *via,
                     int64_t id,
                     bool rollups,
                     int64_t cause)
{
    json_t *args = json_keep(
        c->arena, json_pack("{s:s%,s:b}", "object", o->name.p, o->name.n, "rollups", (int)rollups));
    if (via) {
        json_object_set_new(args, "via", json_stringn(via->name.p, via->name.n));
        json_object_set_new(args, "id", json_integer(id));
    }
    /* One job for one cause: a job that is under way has passed records that a later cause wants.
     */
    str key = arena_printf(c->arena, "fill:" STR_FMT ":" STR_FMT ":%lld:%lld", STR_ARG(o->name),
                           STR_ARG(via ? via->name : S("")), (long long)id, (long long)cause);
    return job_enqueue(c, "fill", args, key.p, 0, &id);
}

/* ---- the reader: formulas over links ---- */

struct looking {
    const struct change *change;
    const struct object *written;
    const struct field *via; /* found: the formula's link to what was written */
};

static err_t look(void *context, const struct field *link, const struct field *used)
{
    struct looking *l = context;
    if (link && link->target == l->written && change_touches(l->change, used))
        l->via = link;
    return OK;
}

static err_t read_change(struct ctx *c, const struct change *ch)
{
    struct looking l = {.change = ch, .written = model_object(c->model, ch->object)};
    if (!l.written || (ch->op != CHANGE_UPDATE && ch->op != CHANGE_DERIVE))
        return OK;
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        for (size_t k = 0; k < o->field_count; k++) {
            const struct field *f = o->fields[k];
            l.via = NULL;
            if (!f->formula || !field_stored(f))
                continue;
            TRY(formula_fields(f->formula, look, &l));
            if (l.via)
                TRY(enqueue(c, o, l.via, ch->record, false, ch->id));
        }
    }
    return OK;
}

static err_t read_changes(struct ctx *c, const struct change *changes, size_t n, void *context)
{
    (void)context;
    for (size_t i = 0; i < n; i++)
        TRY(read_change(c, &changes[i]));
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
            TRY(enqueue(c, o, NULL, 0, rollups, after->version));
    }
    return OK;
}
