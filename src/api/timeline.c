#include "api/history.h"
#include "api/records.h"
#include "base/json.h"
#include "core/timeline.h"

/* What several changes come to: the oldest "before", the newest "after" of each field. */
static void
merge(struct arena *arena, const struct timeline_entry *e, json_t **before, json_t **after)
{
    *before = json_keep(arena, json_object());
    *after = json_keep(arena, json_object());
    for (size_t i = e->change_count; i-- > 0;) {
        const struct change *ch = &e->changes[i];
        json_t *old =
            json_keep(arena, json_loadb(ch->before.p ? ch->before.p : "", ch->before.n, 0, NULL));
        json_t *new =
            json_keep(arena, json_loadb(ch->after.p ? ch->after.p : "", ch->after.n, 0, NULL));
        if (old)
            json_object_update_missing(*before, old);
        if (new)
            json_object_update(*after, new);
    }
}

/* *named: what the change came to, for the titles of its refs. */
static err_t write_change(struct call *call,
                          const struct object *o,
                          enum mine mine,
                          const struct timeline_entry *e,
                          struct history_known *known,
                          struct record **named)
{
    struct jw *w = &call->out;
    const struct change *newest = &e->changes[0];
    json_t *before, *after;
    merge(call->ctx.arena, e, &before, &after);
    jw_key(w, S("actor"));
    history_write_actor(call, known, newest->actor);
    jw_key(w, S("through"));
    jw_str(w, newest->through);
    jw_key(w, S("op"));
    jw_str(w, history_op(newest->op));
    TRY(history_write_batch(call, known, newest->batch));
    jw_key(w, S("count"));
    jw_int(w, (int64_t)e->change_count);
    jw_key(w, S("changes"));
    history_write_changes(call, o, mine, before, after);
    *named = history_side(call, o, after);
    return OK;
}

/* *named: the record whose refs want titles. */
static err_t write_entry(struct call *call,
                         const struct object *o,
                         enum mine mine,
                         const struct timeline_entry *e,
                         struct history_known *known,
                         struct record **named)
{
    struct jw *w = &call->out;
    const struct object *of = e->record ? e->record->object : o;
    jw_open(w, '{');
    jw_key(w, S("kind"));
    jw_str(w, str_from(e->kind));
    jw_key(w, S("at"));
    jw_instant(w, e->at);
    jw_key(w, S("id"));
    jw_id(w, e->id);
    jw_key(w, S("object"));
    jw_str(w, of->name);
    jw_key(w, S("record"));
    *named = e->record;
    if (e->record) {
        record_write_seen(&call->ctx, e->record, e->mine, w);
    } else {
        jw_null(w);
        TRY(write_change(call, o, mine, e, known, named));
    }
    jw_close(w, '}');
    return OK;
}

err_t records_timeline(struct call *call)
{
    struct ctx *c = &call->ctx;
    struct jw *w = &call->out;
    const struct object *o;
    struct timeline_page page;
    struct history_known known = {0};
    struct record *r;
    int64_t id, limit;
    str kind, after;
    enum mine mine;
    TRY(call_object(call, &o));
    TRY(call_id(call, 1, &id));
    TRY(call_query(call, "kind", &kind));
    TRY(call_query(call, "after", &after));
    TRY(call_query_int(call, "limit", 1, 100, 30, &limit));
    TRY(record_get(c, o, id, OP_READ, &r));
    TRY(record_own(c, r, &mine));
    TRY(timeline_read(c, o, id, kind, after, (size_t)limit, &page));
    struct record **named = ARENA_ARRAY(c->arena, struct record *, page.count + 1);
    call_begin(call, 200);
    jw_open(w, '[');
    for (size_t i = 0; i < page.count; i++)
        TRY(write_entry(call, o, mine, &page.entries[i], &known, &named[i]));
    jw_close(w, ']');
    jw_key(w, S("has_more"));
    jw_bool(w, page.has_more);
    jw_key(w, S("next"));
    if (page.has_more)
        jw_str(w, page.next);
    else
        jw_null(w);
    jw_key(w, S("titles"));
    TRY(record_titles(c, named, page.count, w));
    call_end(call);
    return OK;
}
