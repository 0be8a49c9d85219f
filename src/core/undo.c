/* Takes a batch back record by record, newest first. What the batch did to a record is folded into
 * one step: whether it lived before and after, and for each field the value before and after. A
 * field goes back only while it still has the value that the batch gave it; thus later work is
 * kept, and a second run finds done what the first did. */
#include "base/id.h"
#include "base/limits.h"
#include "base/message.h"
#include "core/access.h"
#include "core/change_internal.h"
#include "core/merge.h"
#include "core/record_internal.h"
#include "core/undo_internal.h"
#include "sql_core.h"

/* A transaction takes what it gets done in this time, and no more than a chunk: others write in
 * between. What is large is a chunk sooner. */
enum { CHUNK = 200, MOST_KEPT = 1000, CHUNK_MS = 40, CHUNK_BYTES = 64 * MIB };

struct undo {
    struct ctx *ctx;
    int64_t batch;
    bool preview;
    bool careful;             /* a savepoint around each record: one of the chunk failed */
    const struct access *who; /* whoever asked for it */
    struct undo_result *out;
    struct arena *out_arena;
    struct undo_item *items; /* of the chunk */
    size_t item_count;
    size_t taken;    /* items of the chunk that there was time for */
    size_t restored; /* in the chunk */
    VEC(struct undo_kept) kept;
    VEC(struct undo_item) put_off;
    /* What is named by its value, such as tags: what the batch renamed or deleted first, for others
     * name it so again; what it made when all that may name it is settled. */
    enum { TURN_NAMES, TURN_REST, TURN_MADE_NAMES } turn;
};

static void keep(struct undo *u, const struct undo_item *item, str field, const char *why)
{
    *VEC_PUSH(u->ctx->arena, u->kept) = (struct undo_kept){item->object, item->record, field, why};
}

/* ---- what is to be done ---- */

static const struct field *field_by_id(const struct object *o, str id)
{
    for (size_t i = 0; i < o->field_count; i++)
        if (str_eq(o->fields[i]->id, id))
            return o->fields[i];
    return NULL;
}

/* May whoever asked change this record? People and rights are put back by administrators only. */
static err_t allowed(struct undo *u, const struct undo_net *net, bool *out)
{
    struct ctx *c = u->ctx;
    struct record *unused;
    *out = !u->who || access_administrator(u->who);
    if (*out || net->object->guarded)
        return OK;
    c->access = u->who;
    err_t e = record_in_scope(c, net->object, net->id, OP_UPDATE, &unused);
    c->access = NULL;
    *out = e == OK;
    return e == ERR_NOT_FOUND || e == ERR_DENIED ? OK : e;
}

/* What a record belongs to must be there, or it would be out of reach with it. */
static err_t target_lives(struct ctx *c, const struct field *f, value cell, bool *out)
{
    const struct object *o = f->object;
    struct record *target;
    *out = true;
    if ((f != o->customer && f != o->access_via) || cell.kind != VALUE_INT)
        return OK;
    err_t e = record_peek(c, f->target, cell.i, &target);
    *out = e == OK && record_live(target);
    return e == ERR_NOT_FOUND ? OK : e;
}

/* Puts one field of `r` back, unless somebody changed it since; *changed tells. */
static err_t put_field_back(struct undo *u,
                            const struct undo_item *item,
                            const struct undo_net *net,
                            const char *id,
                            struct record *r,
                            bool *changed)
{
    struct ctx *c = u->ctx;
    const struct field *f = field_by_id(net->object, str_from(id));
    const json_t *before = json_object_get(net->before, id);
    if (!f || !field_stored(f)) {
        keep(u, item, str_from(id), "undo_field_gone");
        return OK;
    }
    if (f->computed || undo_has_value(c, r, f, before))
        return OK;
    if (!undo_has_value(c, r, f, json_object_get(net->after, id))) {
        keep(u, item, f->name, UNDO_EDITED);
        return OK;
    }
    if (!f->builtin && !f->readonly && access_field_own(u->who, f) < FIELD_WRITE) {
        keep(u, item, f->name, "undo_read_only");
        return OK;
    }
    struct field_context context = ctx_field(c, pointer_join(c->arena, S(""), f->name));
    value cells[FIELD_PARTS] = {0};
    err_t e = field_read(f, &context, before, cells);
    if (e == ERR_INVALID) {
        keep(u, item, f->name, "undo_refused");
        return OK;
    }
    TRY(e);
    bool there;
    TRY(target_lives(c, f, cells[0], &there));
    if (!there) {
        keep(u, item, f->name, "undo_gone");
        return OK;
    }
    for (unsigned p = 0; p < f->column_count; p++)
        r->cells[f->first_column + p] = cells[p];
    *changed = true;
    return OK;
}

static err_t put_fields_back(struct undo *u,
                             const struct undo_item *item,
                             const struct undo_net *net,
                             struct record *r,
                             bool *changed)
{
    const char *id;
    json_t *unused;
    json_object_foreach(net->before, id, unused) TRY(put_field_back(u, item, net, id, r, changed));
    return OK;
}

/* ---- doing it ---- */

struct store {
    enum change_op op;
    const struct record *before;
    struct record *after;
};

static err_t store_work(struct ctx *c, void *arg)
{
    const struct store *s = arg;
    /* The rules held when the values were written; a later rule must not stand in the way. A record
     * comes back beside one that has its phone by now: better twice than gone. */
    const struct write_options options = {.trusted = true,
                                          .allow_duplicate = s->op == CHANGE_RESTORE};
    return record_store(c, s->op, s->before, s->after, &options);
}

/* A value may be taken by now. That is seldom: a chunk is tried without savepoints first, in a
 * pipeline, and done again with them when a record of it fails. */
static err_t store(struct undo *u,
                   const struct undo_item *item,
                   enum change_op op,
                   const struct record *before,
                   struct record *after)
{
    struct store s = {op, before, after};
    if (u->preview) {
        u->restored++;
        return OK;
    }
    err_t e = u->careful ? ctx_transact(u->ctx, store_work, &s) : store_work(u->ctx, &s);
    if (err_is_fault(e) || (e != OK && !u->careful))
        return e;
    if (e == OK)
        u->restored++;
    else
        keep(u, item, (str){0}, e == ERR_CONFLICT ? "undo_taken" : "undo_refused");
    return OK;
}

static bool has_its_turn(const struct undo *u, const struct undo_net *net)
{
    if (!net->object || !record_asks_use(net->object))
        return u->turn == TURN_REST;
    return u->turn == (net->lived_before ? TURN_NAMES : TURN_MADE_NAMES);
}

static err_t put_back(struct undo *u, const struct undo_item *item)
{
    struct ctx *c = u->ctx;
    const struct undo_net *net = &item->net;
    struct record *now;
    bool changed = false;
    if (!undo_is_newest(item) || !has_its_turn(u, net))
        return OK;
    if (!net->lived_before && !net->lives_after)
        return OK;
    err_t e = net->object ? record_load(c, net->object, item->record, &now) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND) {
        keep(u, item, (str){0}, "undo_gone");
        return OK;
    }
    TRY(e);
    bool may;
    const char *why;
    TRY(allowed(u, net, &may));
    if (!may) {
        keep(u, item, (str){0}, "undo_refused");
        return OK;
    }
    struct record *after = record_copy(c->arena, now);
    value *deleted = &after->cells[net->object->deleted_at->first_column];
    if (!net->lived_before) { /* made or restored by the batch */
        if (!record_live(now))
            return OK;
        TRY(undo_why_kept(c, u->batch, net, now, &why));
        if (why) {
            keep(u, item, (str){0}, why);
            return OK;
        }
        *deleted = V_INT(c->now);
        return store(u, item, CHANGE_DELETE, now, after);
    }
    bool restore = !net->lives_after && !record_live(now);
    if (!restore && !record_live(now)) {
        keep(u, item, (str){0}, "undo_gone");
        return OK;
    }
    TRY(put_fields_back(u, item, net, after, &changed));
    if (restore)
        *deleted = V_NULL;
    return restore || changed ? store(u, item, restore ? CHANGE_RESTORE : CHANGE_UPDATE, now, after)
                              : OK;
}

static bool goes_on(const struct ctx *c, int64_t end)
{
    return clock_monotonic() < end && arena_used(c->arena) < CHUNK_BYTES;
}

static err_t chunk_work(struct ctx *c, void *arg)
{
    struct undo *u = arg;
    u->ctx = c;
    u->kept.n = 0;
    u->restored = 0;
    if (!u->preview && !u->careful)
        db_pipeline(c->conn);
    int64_t end = clock_monotonic() + CHUNK_MS * CLOCK_SECOND / 1000;
    for (u->taken = 0; u->taken < u->item_count && (!u->taken || goes_on(c, end));) {
        TRY(put_back(u, &u->items[u->taken++]));
        c->problems.list.n = 0;
    }
    return OK;
}

static err_t write_chunk(struct ctx *c, struct undo *u)
{
    u->careful = false;
    err_t e = ctx_transact(c, chunk_work, u);
    if (e == OK || err_is_fault(e))
        return e;
    u->careful = true;
    c->problems.list.n = 0;
    return ctx_transact(c, chunk_work, u);
}

/* Objects whose records are named by their value. */
static value named_objects(struct ctx *c)
{
    json_t *names = json_keep(c->arena, json_array());
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        if (record_asks_use(o))
            json_array_append_new(names, json_stringn(o->name.p, o->name.n));
    }
    return V_TEXT(json_text(c->arena, names));
}

static err_t read_items(struct ctx *c, struct undo *u, int64_t before)
{
    bool names = u->turn == TURN_NAMES;
    value params[] = {V_INT(u->batch), V_INT(before), V_INT(CHUNK),
                      names ? named_objects(c) : V_NULL};
    AUTO_ROWS rows = NULL;
    TRY(names ? db_query(c->conn, SQL_UNDO_WALK_NAMES, params, 4, &rows)
              : db_query(c->conn, SQL_UNDO_WALK, params, 3, &rows));
    u->items = ARENA_ARRAY(c->arena, struct undo_item, CHUNK);
    u->item_count = 0;
    while (u->item_count < CHUNK && db_next(rows))
        u->items[u->item_count++] =
            (struct undo_item){.change = db_int(rows, 0),
                               .record = db_int(rows, 2),
                               .object = arena_str(c->arena, db_text(rows, 1))};
    return db_rows_error(rows);
}

/* Somebody else may do it, or a value is free again: what was kept so is not done with. */
static bool can_pass(const char *why)
{
    static const char *const reasons[] = {"undo_refused", "undo_taken", "undo_read_only"};
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (str_eqz(str_from(why), reasons[i]))
            return true;
    return false;
}

/* The chunk is written for good: its outcome counts. */
static void take_over(struct undo *u)
{
    u->out->restored += u->restored;
    u->out->kept_total += u->kept.n;
    for (size_t i = 0; i < u->kept.n; i++) {
        u->out->kept_changed += u->kept.at[i].why == UNDO_EDITED;
        u->out->kept_used += u->kept.at[i].why == UNDO_USED;
        u->out->kept_open += can_pass(u->kept.at[i].why);
    }
    for (size_t i = 0; i < u->kept.n && u->out->kept.n < MOST_KEPT; i++) {
        struct undo_kept k = u->kept.at[i];
        k.object = arena_str(u->out_arena, k.object);
        k.field = arena_str(u->out_arena, k.field);
        *VEC_PUSH(u->out_arena, u->out->kept) = k;
    }
    for (size_t i = 0; i < u->taken && u->turn == TURN_REST; i++) {
        struct undo_item item = u->items[i];
        const struct object *o = model_object(u->ctx->model, item.object);
        if (!o || !record_asks_use(o) || !undo_is_newest(&item))
            continue;
        item.object = arena_str(u->out_arena, item.object);
        item.net = (struct undo_net){0};
        *VEC_PUSH(u->out_arena, u->put_off) = item;
    }
}

/* The items that have been read, as many as there is time for. */
static err_t do_items(struct ctx *c, struct undo *u)
{
    TRY(undo_read_nets(c, u->batch, u->items, &u->item_count));
    c->now = clock_now();
    TRY(u->preview ? chunk_work(c, u) : write_chunk(c, u));
    take_over(u);
    return OK;
}

static void start_chunk(struct ctx *c, struct undo *u)
{
    arena_reset(c->arena);
    u->kept = (typeof(u->kept)){0};
    c->problems = (struct problems){.arena = c->arena};
}

static err_t run_names(struct ctx *c, struct undo *u)
{
    u->turn = TURN_NAMES;
    for (int64_t before = INT64_MAX;; before = u->items[u->taken - 1].change) {
        start_chunk(c, u);
        TRY(read_items(c, u, before));
        if (!u->item_count)
            return OK;
        TRY(do_items(c, u));
    }
}

static err_t run_put_off(struct ctx *c, struct undo *u)
{
    u->turn = TURN_MADE_NAMES;
    for (size_t from = 0; from < u->put_off.n; from += u->taken) {
        size_t left = u->put_off.n - from;
        start_chunk(c, u);
        u->items = u->put_off.at + from;
        u->item_count = left < CHUNK ? left : CHUNK;
        TRY(do_items(c, u));
    }
    return OK;
}

static err_t run_chunks(struct ctx *c,
                        struct undo *u,
                        size_t total,
                        bool (*progress)(void *, size_t done, size_t total),
                        void *context)
{
    size_t done = 0;
    if (!u->preview) /* what was renamed is little beside what names it */
        TRY(run_names(c, u));
    u->turn = TURN_REST;
    for (int64_t before = INT64_MAX;;) {
        start_chunk(c, u);
        TRY(read_items(c, u, before));
        if (!u->item_count) /* a preview cannot know what its own work would leave unused */
            return u->preview ? OK : run_put_off(c, u);
        TRY(do_items(c, u));
        before = u->items[u->taken - 1].change;
        done += u->taken;
        if (progress && !progress(context, done, total))
            return ERR_LIMIT;
    }
}

/* ---- the whole ---- */

struct opening {
    int64_t batch, undo_batch;
};

/* The undoing is a batch itself, so that it can be undone; one that was broken off goes on. */
static err_t open_work(struct ctx *c, void *arg)
{
    struct opening *o = arg;
    struct batch b;
    TRY(batch_read(c, SQL_BATCH_TAKE, o->batch, &b));
    TRY(batch_check(c, &b));
    o->undo_batch = b.undo_batch;
    if (o->undo_batch)
        return OK;
    str title = message_format(c->arena, c->lang, S("undo_title"), &b.title, 1);
    TRY(batch_begin(c, "undo", title, &o->undo_batch));
    value params[] = {V_INT(o->batch), V_INT(o->undo_batch)};
    return db_run(c->conn, SQL_BATCH_UNDO_BEGINS, params, 2, NULL);
}

static err_t close_work(struct ctx *c, void *arg)
{
    const struct opening *o = arg;
    value params[] = {V_INT(o->batch), V_INT(c->now)};
    return db_run(c->conn, SQL_BATCH_UNDO_ENDS, params, 2, NULL);
}

err_t batch_restored(struct ctx *c, int64_t batch, size_t *out)
{
    struct batch b;
    value key, n;
    TRY(batch_read(c, SQL_BATCH_GET, batch, &b));
    key = V_INT(b.undo_batch);
    TRY(db_one(c->conn, c->arena, SQL_UNDO_RESTORED, &key, 1, &n, 1));
    *out = (size_t)n.i;
    return OK;
}

/* With the server's rights, as "undo", in memory that each chunk uses anew. */
static err_t run_as_undo(struct ctx *c,
                         struct undo *u,
                         int64_t undo_batch,
                         bool (*progress)(void *, size_t done, size_t total),
                         void *context)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct ctx mine = *c;
    value batch = V_INT(u->batch), total;
    mine.arena = arena;
    mine.access = NULL;
    mine.through = "undo";
    mine.batch = undo_batch;
    u->ctx = &mine;
    TRY(db_one(mine.conn, arena, SQL_UNDO_TOTAL, &batch, 1, &total, 1));
    return run_chunks(&mine, u, (size_t)total.i, progress, context);
}

/* What followed from another name was done by the server's right, and goes back by it. */
static bool of_names(struct ctx *c, const struct batch *b)
{
    const struct object *o = model_object(c->model, b->kind);
    return o && record_asks_use(o) && access_may(c->access, o, OP_UPDATE);
}

err_t batch_undo(struct ctx *c,
                 int64_t batch,
                 bool preview,
                 struct undo_result *out,
                 bool (*progress)(void *, size_t done, size_t total),
                 void *context)
{
    struct undo_result result = {0};
    struct undo u = {.batch = batch,
                     .preview = preview,
                     .who = c->access,
                     .out = &result,
                     .out_arena = c->arena};
    struct opening opening = {.batch = batch};
    struct batch b;
    bool whole = false;
    TRY(batch_read(c, SQL_BATCH_GET, batch, &b));
    if (str_eqz(b.kind, "merge"))
        TRY(merge_may_undo(c, batch, &whole));
    else
        whole = of_names(c, &b);
    if (whole)
        u.who = NULL;
    if (preview)
        TRY(batch_check(c, &b));
    else
        TRY(ctx_transact(c, open_work, &opening));
    err_t e = run_as_undo(c, &u, opening.undo_batch, progress, context);
    result.part = preview && e == ERR_LIMIT && !db_too_slow(c->conn);
    if (!preview && (e == OK || e == ERR_LIMIT))
        TRY(batch_restored(c, batch, &result.restored));
    if (e == ERR_LIMIT)
        *out = result;
    if (!result.part)
        TRY(e);
    if (!preview && !result.kept_open)
        TRY(ctx_transact(c, close_work, &opening));
    *out = result;
    return OK;
}
