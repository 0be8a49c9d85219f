#include "crm/tag/tag_rewrite.h"

#include "base/id.h"
#include "base/limits.h"
#include "base/message.h"
#include "core/bulk_internal.h"
#include "core/record_internal.h"
#include "model/query.h"
#include "sql_crm.h"
#include "text/text.h"

enum { PAGE = 200 };

bool tag_holds(const struct field *f)
{
    return f->multi && str_eqz(S("tags"), f->type->name);
}

static str name_of(const struct record *tag)
{
    return record_cell(tag, tag->object->title, 0).s;
}

/* ---- who has it ---- */

static err_t
holders(struct ctx *c, const struct field *f, str name, size_t limit, int64_t *ids, size_t *n)
{
    AUTO_SQL q;
    AUTO_ROWS rows = NULL;
    sql_init(&q, c->arena);
    TRY(query_link_holders(f, V_TEXT(name), true, limit, &q));
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    for (*n = 0; *n < limit && db_next(rows);)
        ids[(*n)++] = db_int(rows, 0);
    return db_rows_error(rows);
}

static const struct field *next_field(const struct ctx *c, size_t *object, size_t *field)
{
    for (; *object < c->model->object_count; ++*object, *field = 0) {
        const struct object *o = c->model->objects[*object];
        while (*field < o->field_count) {
            const struct field *f = o->fields[(*field)++];
            if (tag_holds(f))
                return f;
        }
    }
    return NULL;
}

static err_t is_held(struct ctx *c, str name, bool *out)
{
    size_t object = 0, field = 0, n = 0;
    int64_t one;
    const struct field *f;
    while (!n && (f = next_field(c, &object, &field)))
        TRY(holders(c, f, name, 1, &one, &n));
    *out = n > 0;
    return OK;
}

/* ---- a tag is renamed or deleted ---- */

/* The name that it has no more, if records have it; else empty. */
static err_t
lost_name(struct ctx *c, const struct record *before, const struct record *after, str *out)
{
    bool held;
    *out = (str){0};
    if (!before || !record_live(before) ||
        (record_live(after) && str_eq(name_of(before), name_of(after))))
        return OK;
    TRY(is_held(c, name_of(before), &held));
    if (held)
        *out = name_of(before);
    return OK;
}

err_t tag_rewrite_batch(struct ctx *c,
                        const struct record *before,
                        const struct record *after,
                        str *title)
{
    str names[2];
    TRY(lost_name(c, before, after, &names[0]));
    if (!names[0].n)
        return OK;
    names[1] = name_of(after);
    *title = record_live(after) ? message_format(c->arena, c->lang, S("tag_renamed"), names, 2)
                                : message_format(c->arena, c->lang, S("tag_deleted"), names, 1);
    return OK;
}

err_t tag_rewrite_start(struct ctx *c, const struct record *before, const struct record *after)
{
    char id[24];
    str from;
    int64_t job;
    TRY(lost_name(c, before, after, &from));
    if (!from.n)
        return OK;
    snprintf(id, sizeof id, "%lld", (long long)record_id(after));
    json_t *args = json_keep(c->arena, json_pack("{s:s,s:s%,s:s%}", "tag", id, "from", from.p,
                                                 from.n, "subject", from.p, from.n));
    return job_enqueue(c, "tag_rewrite", args, NULL, 0, &job);
}

err_t tag_rewriting(struct ctx *c, str name, int64_t *tag)
{
    str folded = text_fold(c->arena, name);
    AUTO_ROWS rows = NULL;
    *tag = 0;
    TRY(db_query(c->conn, SQL_TAG_REWRITES, NULL, 0, &rows));
    while (!*tag && db_next(rows)) {
        json_t *args;
        TRY(json_read(c->arena, arena_str(c->arena, db_text(rows, 0)), NULL, &args));
        if (str_eq(text_fold(c->arena, json_get_str(args, "from")), folded))
            TRY(id_parse(json_get_str(args, "tag"), tag));
    }
    return *tag ? OK : db_rows_error(rows);
}

/* ---- the job ---- */

struct run {
    struct ctx *ctx; /* of the job */
    struct job *job;
    int64_t tag;
    str from;
    size_t done;
};

struct chunk {
    const struct run *run;
    const struct field *field;
    const int64_t *ids;
    size_t count, taken;
    bool over; /* the tag has the old name again */
};

/* Empty `to`: it goes. */
static value rewritten(struct ctx *c, value cell, str from, str to)
{
    str *members;
    size_t kept = 0, n = multi_members(c->arena, cell, &members);
    for (size_t i = 0; i < n; i++) {
        str one = str_eq(members[i], from) ? to : members[i];
        if (one.n)
            members[kept++] = one;
    }
    return multi_cell(c->arena, members, kept);
}

static err_t rewrite(struct ctx *c, const struct chunk *k, int64_t id, str to)
{
    /* What was right when it was written stays right; a later rule must not stand in the way. */
    const struct write_options options = {.trusted = true, .allow_duplicate = true};
    struct record *before;
    TRY(record_load(c, k->field->object, id, &before));
    if (!record_live(before))
        return OK;
    struct record *after = record_copy(c->arena, before);
    value *cell = &after->cells[k->field->first_column];
    *cell = rewritten(c, *cell, k->run->from, to);
    return record_store(c, CHANGE_UPDATE, before, after, &options);
}

static err_t chunk_work(struct ctx *c, void *arg)
{
    struct chunk *k = arg;
    struct record *tag;
    int64_t end = bulk_chunk_end();
    TRY(record_load(c, model_object(c->model, S("tag")), k->run->tag, &tag)); /* it stays so */
    str to = record_live(tag) ? name_of(tag) : (str){0};
    k->over = str_eq(to, k->run->from);
    for (k->taken = 0; k->taken < k->count && !k->over; k->taken++) {
        if (k->taken && clock_monotonic() >= end)
            break;
        TRY(rewrite(c, k, k->ids[k->taken], to));
    }
    return OK;
}

static err_t run_field(struct run *r, const struct field *f)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    for (;;) {
        struct ctx c = *r->ctx;
        int64_t ids[PAGE];
        struct chunk k = {.run = r, .field = f, .ids = ids};
        arena_reset(arena);
        c.arena = arena;
        c.problems = (struct problems){.arena = arena};
        c.now = clock_now();
        c.access = NULL; /* whoever may name a tag names it for all */
        TRY(holders(&c, f, r->from, PAGE, ids, &k.count));
        if (!k.count)
            return OK;
        TRY(ctx_transact(&c, chunk_work, &k));
        if (k.over)
            return OK;
        r->done += k.taken;
        TRY(job_progress(r->ctx, r->job, r->done, 0));
    }
}

static err_t run_job(struct ctx *c, struct job *job, json_t **result)
{
    struct run r = {.ctx = c, .job = job, .from = json_get_str(job->args, "from")};
    size_t object = 0, field = 0;
    const struct field *f;
    TRY(id_parse(json_get_str(job->args, "tag"), &r.tag));
    while ((f = next_field(c, &object, &field)))
        TRY(run_field(&r, f));
    *result =
        json_pack("{s:s,s:I}", "batch", arena_printf(c->arena, "%lld", (long long)job->batch).p,
                  "changed", (json_int_t)r.done);
    return OK;
}

void tag_rewrite_attach(void)
{
    static struct job_kind kind = {
        .name = "tag_rewrite", .label = "job_tag_rewrite", .goes_on = true, .run = run_job};
    static bool done;
    if (!done)
        job_kind_add(&kind);
    done = true;
}
