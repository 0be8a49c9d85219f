#include "api/history.h"
#include "api/records.h"

static const char *const OPS[] = {"create", "update", "delete", "restore",
                                  "derive", "erase",  "reveal"};

/* One side of a change of one field, masked as the field is. */
static void write_side(struct call *call, const struct field *f, const json_t *side, enum mine mine)
{
    const struct ctx *c = &call->ctx;
    const json_t *j = json_object_get(side, arena_strz(call->ctx.arena, f->id));
    value text[FIELD_PARTS] = {json_is_string(j) ? V_TEXT(json_str(j)) : V_NULL};
    bool shown = j && !json_is_null(j), unused;
    if (!shown)
        jw_null(&call->out);
    else if (access_view(c->access, f, mine) == FIELD_MASK)
        jw_str(&call->out, S("***"));
    else if (json_is_string(j))
        jw_str(&call->out, access_cells(c->access, f, mine, text, c->arena, &unused)->s);
    else
        jw_tree(&call->out, j);
}

void history_write_changes(struct call *call,
                           const struct object *o,
                           enum mine mine,
                           const json_t *before,
                           const json_t *after)
{
    struct arena *arena = call->ctx.arena;
    jw_open(&call->out, '[');
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        const char *id = arena_strz(arena, f->id);
        if (access_view(call->ctx.access, f, mine) == FIELD_HIDDEN ||
            (!json_object_get(before, id) && !json_object_get(after, id)))
            continue;
        jw_open(&call->out, '{');
        jw_key(&call->out, S("field"));
        jw_str(&call->out, f->name);
        jw_key(&call->out, S("before"));
        write_side(call, f, before, mine);
        jw_key(&call->out, S("after"));
        write_side(call, f, after, mine);
        jw_close(&call->out, '}');
    }
    jw_close(&call->out, ']');
}

struct record *history_side(struct call *call, const struct object *o, const json_t *side)
{
    struct ctx *c = &call->ctx;
    struct record *r = record_new(c->arena, o);
    struct field_context context = ctx_field(c, S(""));
    context.problems = NULL;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        json_t *j = json_object_get(side, arena_strz(c->arena, f->id));
        value *cells = &r->cells[f->first_column];
        if (j && f->target && field_stored(f) && field_read(f, &context, j, cells) != OK)
            cells[0] = V_NULL;
    }
    return r;
}

str history_op(enum change_op op)
{
    return str_from(OPS[op]);
}

/* The name of a colleague; empty when he is gone. */
static str user_name(struct ctx *c, int64_t id)
{
    const struct object *users = model_object(c->model, S("user"));
    const struct access *mine = c->access;
    struct record *r;
    c->access = NULL;
    err_t e = record_get(c, users, id, OP_READ, &r);
    c->access = mine;
    return e == OK ? record_cell(r, users->title, 0).s : (str){0};
}

static str *remembered(struct arena *arena, struct map *map, int64_t id, bool *is_new)
{
    str key = arena_printf(arena, "%lld", (long long)id), *text = map_get(map, key);
    *is_new = !text;
    if (*is_new) {
        text = ARENA_NEW(arena, str);
        map_put(arena, map, key, text);
    }
    return text;
}

void history_write_actor(struct call *call, struct history_known *known, int64_t user)
{
    bool is_new;
    struct jw *w = &call->out;
    if (!user) {
        jw_null(w);
        return;
    }
    str *name = remembered(call->ctx.arena, &known->users, user, &is_new);
    if (is_new)
        *name = user_name(&call->ctx, user);
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, user);
    jw_key(w, S("name"));
    jw_str(w, *name);
    jw_close(w, '}');
}

err_t history_write_batch(struct call *call, struct history_known *known, int64_t batch)
{
    struct jw *w = &call->out;
    bool is_new;
    str *title = remembered(call->ctx.arena, &known->batches, batch, &is_new);
    if (is_new)
        TRY(batch_undo_title(&call->ctx, batch, title));
    jw_key(w, S("batch"));
    jw_id(w, batch);
    jw_key(w, S("undo_title"));
    if (title->p)
        jw_str(w, *title);
    else
        jw_null(w);
    return OK;
}

static json_t *side(struct arena *arena, str kept)
{
    return json_keep(arena, json_loadb(kept.p ? kept.p : "", kept.n, 0, NULL));
}

/* sides: the two sides of the change, for their titles. */
static err_t write_change(struct call *call,
                          const struct object *o,
                          enum mine mine,
                          const struct change *ch,
                          struct history_known *known,
                          struct record **sides)
{
    struct jw *w = &call->out;
    const json_t *before = side(call->ctx.arena, ch->before);
    const json_t *after = side(call->ctx.arena, ch->after);
    sides[0] = history_side(call, o, before);
    sides[1] = history_side(call, o, after);
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, ch->id);
    jw_key(w, S("at"));
    jw_instant(w, ch->at);
    jw_key(w, S("actor"));
    history_write_actor(call, known, ch->actor);
    jw_key(w, S("through"));
    jw_str(w, ch->through);
    jw_key(w, S("op"));
    jw_str(w, history_op(ch->op));
    TRY(history_write_batch(call, known, ch->batch));
    jw_key(w, S("version"));
    jw_int(w, ch->version);
    jw_key(w, S("changes"));
    history_write_changes(call, o, mine, before, after);
    jw_close(w, '}');
    return OK;
}

err_t records_history(struct call *call)
{
    const struct object *o;
    int64_t id, before, limit;
    struct record *r;
    struct change_page page;
    enum mine mine;
    struct history_known known = {0};
    TRY(call_object(call, &o));
    TRY(call_id(call, 1, &id));
    TRY(call_query_int(call, "after", 1, INT64_MAX, 0, &before));
    TRY(call_query_int(call, "limit", 1, 200, 50, &limit));
    TRY(record_get(&call->ctx, o, id, OP_READ, &r));
    TRY(change_history(&call->ctx, id, before, (size_t)limit, &page));
    TRY(record_own(&call->ctx, r, &mine));
    struct record **sides = ARENA_ARRAY(call->ctx.arena, struct record *, 2 * page.n + 1);
    call_begin(call, 200);
    jw_open(&call->out, '[');
    for (size_t i = 0; i < page.n; i++)
        TRY(write_change(call, o, mine, &page.at[i], &known, &sides[2 * i]));
    jw_close(&call->out, ']');
    jw_key(&call->out, S("has_more"));
    jw_bool(&call->out, page.more);
    jw_key(&call->out, S("next"));
    jw_id(&call->out, page.more ? page.at[page.n - 1].id : 0);
    jw_key(&call->out, S("titles"));
    TRY(record_titles(&call->ctx, sides, 2 * page.n, &call->out));
    call_end(call);
    return OK;
}
