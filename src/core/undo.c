/* Takes a batch back record by record, newest first. What the batch did to a record is folded into
 * one step: whether it lived before and after, and for each field the value before and after. A
 * field goes back only while it still has the value that the batch gave it; thus later work is
 * kept, and a second run finds done what the first did. */
#include "base/id.h"
#include "base/limits.h"
#include "base/message.h"
#include "core/access.h"
#include "core/change_internal.h"
#include "core/record_internal.h"
#include "model/query.h"
#include "sql_core.h"

/* A transaction takes what it gets done in this time, and no more than a chunk: others write in
 * between. */
enum { CHUNK = 200, MOST_KEPT = 1000, CHUNK_MS = 40 };

struct item {
    int64_t change, record;
    str object;
    const struct change *changes; /* all that the batch did to the record, oldest first */
    size_t change_count;
};

struct undo {
    struct ctx *ctx;
    int64_t batch;
    bool preview;
    bool careful;             /* a savepoint around each record: one of the chunk failed */
    const struct access *who; /* whoever asked for it */
    struct undo_result *out;
    struct arena *out_arena;
    struct item *items; /* of the chunk */
    size_t item_count;
    size_t taken;    /* items of the chunk that there was time for */
    size_t restored; /* in the chunk */
    VEC(struct undo_kept) kept;
    VEC(struct item) put_off; /* what is named by its value: when all that may name it is settled */
    bool last;                /* now those */
};

/* What the batch did to one record. */
struct net {
    const struct object *object;
    int64_t id;
    bool lived_before, lives_after;
    json_t *before, *after; /* fields by id; `after` of what was not there before is the whole */
};

static void keep(struct undo *u, const struct item *item, str field, const char *why)
{
    *VEC_PUSH(u->ctx->arena, u->kept) = (struct undo_kept){item->object, item->record, field, why};
}

static const char USED[] = "undo_used", EDITED[] = "undo_edited_later";

/* ---- what the batch did ---- */

static json_t *object_of(struct ctx *c, str text)
{
    json_t *j = json_keep(c->arena, json_loadb(text.p ? text.p : "", text.n, 0, NULL));
    return j ? j : json_keep(c->arena, json_object());
}

static void fold(struct ctx *c, struct net *net, const struct change *ch, bool first)
{
    if (first)
        net->lived_before = ch->op == CHANGE_UPDATE || ch->op == CHANGE_DELETE;
    net->lives_after = ch->op != CHANGE_DELETE;
    if (ch->op == CHANGE_DELETE)
        return;
    if (ch->op == CHANGE_UPDATE)
        json_object_update_missing(net->before, object_of(c, ch->before));
    else
        json_object_clear(net->after);
    json_object_update(net->after, object_of(c, ch->after));
}

static void fold_all(struct ctx *c, const struct item *item, struct net *net)
{
    *net = (struct net){.object = model_object(c->model, item->object),
                        .id = item->record,
                        .before = json_keep(c->arena, json_object()),
                        .after = json_keep(c->arena, json_object())};
    for (size_t i = 0; i < item->change_count; i++)
        fold(c, net, &item->changes[i], i == 0);
}

/* Is this the newest of what the batch did to the record? Its turn comes but once. */
static bool is_newest(const struct item *item)
{
    return item->change_count && item->changes[item->change_count - 1].id == item->change;
}

/* ---- what is to be done ---- */

/* Nothing there: absent, null, or a set without members. */
static bool is_blank(const json_t *j)
{
    return !j || json_is_null(j) || (json_is_array(j) && json_array_size(j) == 0);
}

static bool has_value(struct ctx *c, const struct record *r, const struct field *f, const json_t *j)
{
    const json_t *now = record_field_json(c, r, f);
    return is_blank(j) ? is_blank(now) : json_equal(now, j);
}

static const struct field *field_by_id(const struct object *o, str id)
{
    for (size_t i = 0; i < o->field_count; i++)
        if (str_eq(o->fields[i]->id, id))
            return o->fields[i];
    return NULL;
}

/* Is the record all that the batch left? What the server works out itself does not count. */
static bool untouched(struct ctx *c, const struct net *net, const struct record *r)
{
    for (size_t i = 0; i < net->object->field_count; i++) {
        const struct field *f = net->object->fields[i];
        if (change_implies(f) || f->computed || f->readonly || !field_stored(f))
            continue;
        if (!has_value(c, r, f, json_object_get(net->after, arena_strz(c->arena, f->id))))
            return false;
    }
    return true;
}

/* Has later work been hung on what the batch made: an order, a follow-up, a task …? */
static err_t needed(struct ctx *c, const struct undo *u, const struct net *net, bool *out)
{
    VEC(const struct field *) refs = {0};
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        bool own_keys = str_eqz(o->name, "identity_key"); /* they go with it */
        for (size_t k = 0; !own_keys && k < o->field_count; k++) {
            const struct field *f = o->fields[k];
            if (f->target == net->object && !f->builtin && !f->computed && !f->multi &&
                field_stored(f))
                *VEC_PUSH(c->arena, refs) = f;
        }
    }
    *out = false;
    if (!refs.n)
        return OK;
    value one;
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_needed(refs.at, refs.n, net->id, u->batch, &q));
    err_t e = db_one(c->conn, c->arena, buf_str(&q.text), q.params.at, q.params.n, &one, 1);
    *out = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err_t read_changes(struct ctx *, struct undo *, struct item *, size_t n) MUST_USE;
static err_t
why_kept(struct undo *, const struct net *, const struct record *, const char **) MUST_USE;

/* What came along with a record that the batch made stays when that does. */
static err_t owner_stays(struct undo *u, const struct net *net, const struct record *r, bool *out)
{
    struct ctx *c = u->ctx;
    const struct field *with = net->object->import_with;
    value id = with ? record_cell(r, with, 0) : V_NULL;
    struct item owner = {.record = id.i, .object = with ? with->target->name : (str){0}};
    struct record *now;
    struct net its;
    const char *why = NULL;
    *out = false;
    if (id.kind != VALUE_INT)
        return OK;
    TRY(read_changes(c, u, &owner, 1));
    if (!owner.change_count)
        return OK;
    fold_all(c, &owner, &its);
    if (its.lived_before)
        return OK;
    err_t e = record_load(c, its.object, its.id, &now);
    if (e == OK && record_live(now))
        TRY(why_kept(u, &its, now, &why));
    *out = why != NULL;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* Why what the batch made stays; NULL: it goes. */
static err_t
why_kept(struct undo *u, const struct net *net, const struct record *now, const char **out)
{
    bool used = false;
    *out = NULL;
    if (!untouched(u->ctx, net, now)) {
        *out = EDITED;
        return OK;
    }
    TRY(needed(u->ctx, u, net, &used));
    if (!used)
        TRY(owner_stays(u, net, now, &used));
    if (!used)
        TRY(record_used(u->ctx, now, &used));
    *out = used ? USED : NULL;
    return OK;
}

/* May whoever asked change this record? People and rights are put back by administrators only. */
static err_t allowed(struct undo *u, const struct net *net, bool *out)
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

/* Puts one field of `r` back, unless somebody changed it since; *changed tells. */
static err_t put_field_back(struct undo *u,
                            const struct item *item,
                            const struct net *net,
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
    if (f->computed || has_value(c, r, f, before))
        return OK;
    if (!has_value(c, r, f, json_object_get(net->after, id))) {
        keep(u, item, f->name, EDITED);
        return OK;
    }
    if (!f->builtin && !f->readonly && access_field_own(u->who, f) < FIELD_WRITE) {
        keep(u, item, f->name, "read_only");
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
    for (unsigned p = 0; p < f->column_count; p++)
        r->cells[f->first_column + p] = cells[p];
    *changed = true;
    return OK;
}

static err_t put_fields_back(
    struct undo *u, const struct item *item, const struct net *net, struct record *r, bool *changed)
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
    /* The rules held when the values were written; a later rule must not stand in the way. */
    const struct write_options options = {.trusted = true};
    return record_store(c, s->op, s->before, s->after, &options);
}

/* A value may be taken by now. That is seldom: a chunk is tried without savepoints first, in a
 * pipeline, and done again with them when a record of it fails. */
static err_t store(struct undo *u,
                   const struct item *item,
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

static err_t undo_item(struct undo *u, const struct item *item)
{
    struct ctx *c = u->ctx;
    struct net net;
    struct record *now;
    bool changed = false;
    if (!is_newest(item))
        return OK;
    fold_all(c, item, &net);
    if (net.object && record_asks_use(net.object) && !u->last)
        return OK;
    if (!net.lived_before && !net.lives_after)
        return OK;
    err_t e = net.object ? record_load(c, net.object, item->record, &now) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND) {
        keep(u, item, (str){0}, "undo_gone");
        return OK;
    }
    TRY(e);
    bool may;
    const char *why;
    TRY(allowed(u, &net, &may));
    if (!may) {
        keep(u, item, (str){0}, "undo_refused");
        return OK;
    }
    struct record *after = record_copy(c->arena, now);
    value *deleted = &after->cells[net.object->deleted_at->first_column];
    if (!net.lived_before) { /* made or restored by the batch */
        if (!record_live(now))
            return OK;
        TRY(why_kept(u, &net, now, &why));
        if (why) {
            keep(u, item, (str){0}, why);
            return OK;
        }
        *deleted = V_INT(c->now);
        return store(u, item, CHANGE_DELETE, now, after);
    }
    bool restore = !net.lives_after && !record_live(now);
    if (!restore && !record_live(now)) {
        keep(u, item, (str){0}, "undo_gone");
        return OK;
    }
    TRY(put_fields_back(u, item, &net, after, &changed));
    if (restore)
        *deleted = V_NULL;
    return restore || changed ? store(u, item, restore ? CHANGE_RESTORE : CHANGE_UPDATE, now, after)
                              : OK;
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
    for (u->taken = 0; u->taken < u->item_count && (!u->taken || clock_monotonic() < end);) {
        TRY(undo_item(u, &u->items[u->taken++]));
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

/* All changes of the records at once. */
static err_t read_changes(struct ctx *c, struct undo *u, struct item *items, size_t count)
{
    struct change *changes;
    size_t n, end;
    AUTO_BUF ids;
    buf_init(&ids, MIB);
    for (size_t i = 0; i < count; i++)
        buf_printf(&ids, "%c%lld", i ? ',' : '[', (long long)items[i].record);
    buf_addz(&ids, "]");
    value params[] = {V_TEXT(buf_str(&ids)), V_INT(u->batch)};
    TRY(change_read(c->conn, c->arena, SQL_UNDO_CHANGES, params, 2, SIZE_MAX, &changes, &n));
    for (size_t i = 0; i < n; i = end) {
        for (end = i + 1; end < n && changes[end].record == changes[i].record;)
            end++;
        for (size_t k = 0; k < count; k++)
            if (items[k].record == changes[i].record) {
                items[k].changes = &changes[i];
                items[k].change_count = end - i;
            }
    }
    return OK;
}

static err_t read_items(struct ctx *c, struct undo *u, int64_t before)
{
    value params[] = {V_INT(u->batch), V_INT(before), V_INT(CHUNK)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_UNDO_WALK, params, 3, &rows));
    u->items = ARENA_ARRAY(c->arena, struct item, CHUNK);
    u->item_count = 0;
    while (u->item_count < CHUNK && db_next(rows))
        u->items[u->item_count++] = (struct item){.change = db_int(rows, 0),
                                                  .record = db_int(rows, 2),
                                                  .object = arena_str(c->arena, db_text(rows, 1))};
    return db_rows_error(rows);
}

/* The chunk is written for good: its outcome counts. */
static void take_over(struct undo *u)
{
    u->out->restored += u->restored;
    u->out->kept_total += u->kept.n;
    for (size_t i = 0; i < u->kept.n; i++) {
        u->out->kept_changed += u->kept.at[i].why == EDITED;
        u->out->kept_used += u->kept.at[i].why == USED;
    }
    for (size_t i = 0; i < u->kept.n && u->out->kept.n < MOST_KEPT; i++) {
        struct undo_kept k = u->kept.at[i];
        k.object = arena_str(u->out_arena, k.object);
        k.field = arena_str(u->out_arena, k.field);
        *VEC_PUSH(u->out_arena, u->out->kept) = k;
    }
    for (size_t i = 0; i < u->taken && !u->last; i++) {
        struct item item = u->items[i];
        const struct object *o = model_object(u->ctx->model, item.object);
        if (!o || !record_asks_use(o) || !is_newest(&item))
            continue;
        item.object = arena_str(u->out_arena, item.object);
        item.changes = NULL;
        item.change_count = 0;
        *VEC_PUSH(u->out_arena, u->put_off) = item;
    }
}

/* The items that have been read, as many as there is time for. */
static err_t do_items(struct ctx *c, struct undo *u)
{
    TRY(read_changes(c, u, u->items, u->item_count));
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

static err_t run_put_off(struct ctx *c, struct undo *u)
{
    u->last = true;
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
    if (preview) {
        TRY(batch_read(c, SQL_BATCH_GET, batch, &b));
        TRY(batch_check(c, &b));
    } else {
        TRY(ctx_transact(c, open_work, &opening));
    }
    err_t e = run_as_undo(c, &u, opening.undo_batch, progress, context);
    result.part = preview && e == ERR_LIMIT && !db_too_slow(c->conn);
    if (e == ERR_LIMIT)
        *out = result;
    if (!result.part)
        TRY(e);
    if (!preview)
        TRY(ctx_transact(c, close_work, &opening));
    *out = result;
    return OK;
}
