#include <stdio.h>
#include <stdlib.h>

#include "api/stream_hub.h"
#include "base/limits.h"

/* What the change means to a screen; NULL: nothing. */
static const char *word(enum change_op op)
{
    static const char *const words[] = {
        [CHANGE_CREATE] = "create",   [CHANGE_UPDATE] = "update", [CHANGE_DELETE] = "delete",
        [CHANGE_RESTORE] = "restore", [CHANGE_DERIVE] = "update", [CHANGE_ERASE] = "delete",
        [CHANGE_REVEAL] = NULL,
    };
    return op < sizeof words / sizeof *words ? words[op] : NULL;
}

static int by_id(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Marks the changes of records of the object that may be read. */
static err_t mark_visible(
    struct ctx *c, const struct object *o, const struct change *changes, size_t n, bool *visible)
{
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, n), *seen;
    size_t count = 0, seen_count;
    for (size_t i = 0; i < n; i++)
        if (str_eq(changes[i].object, o->name))
            ids[count++] = changes[i].record;
    if (!count)
        return OK;
    TRY(record_visible(c, o, ids, count, &seen, &seen_count));
    qsort(seen, seen_count, sizeof *seen, by_id);
    for (size_t i = 0; i < n; i++)
        visible[i] = visible[i] ||
                     (str_eq(changes[i].object, o->name) &&
                      bsearch(&changes[i].record, seen, seen_count, sizeof *seen, by_id) != NULL);
    return OK;
}

/* Of several changes of one record a screen needs the last. */
static bool *superseded(struct arena *arena, const struct change *changes, size_t n)
{
    bool *out = ARENA_ARRAY(arena, bool, n);
    struct map later = {0};
    for (size_t i = n; i-- > 0;) {
        str key = arena_printf(arena, "%lld", (long long)changes[i].record);
        bool edit = changes[i].op == CHANGE_UPDATE || changes[i].op == CHANGE_DERIVE;
        out[i] = edit && map_get(&later, key);
        map_put(arena, &later, key, (void *)(uintptr_t)&changes[i]);
    }
    return out;
}

static void write_change(const struct change *ch, struct buf *out)
{
    struct jw w = {.out = out};
    buf_printf(out, "id: %lld-%lld\nevent: change\ndata: ", (long long)ch->tx, (long long)ch->id);
    jw_open(&w, '{');
    jw_key(&w, S("object"));
    jw_str(&w, ch->object);
    jw_key(&w, S("id"));
    jw_id(&w, ch->record);
    jw_key(&w, S("op"));
    jw_str(&w, str_from(word(ch->op)));
    jw_key(&w, S("version"));
    jw_int(&w, ch->version);
    jw_close(&w, '}');
    buf_addz(out, "\n\n");
}

err_t stream_write_changes(struct ctx *c, const struct change *changes, size_t n, struct buf *out)
{
    bool *visible = ARENA_ARRAY(c->arena, bool, n);
    const bool *old = superseded(c->arena, changes, n);
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        if (!o->internal && access_may(c->access, o, OP_READ))
            TRY(mark_visible(c, o, changes, n, visible));
    }
    for (size_t i = 0; i < n; i++)
        if (visible[i] && !old[i] && word(changes[i].op))
            write_change(&changes[i], out);
    return OK;
}

err_t viewer_enter(struct ctx *c, const struct viewer *v)
{
    TRY(access_hold(c->app, c->conn, c->model, v->user, &c->access));
    c->user = v->user;
    c->lang = v->lang;
    if (v->scopes) {
        json_t *scopes = json_keep(c->arena, json_loads(v->scopes, 0, NULL));
        c->access = access_narrow(c->arena, c->access, scopes);
    }
    return OK;
}

static err_t tell_viewer(struct stream_hub *hub,
                         struct ctx *as,
                         struct viewer *v,
                         const struct change *changes,
                         size_t n)
{
    struct place last = {changes[n - 1].tx, changes[n - 1].id};
    AUTO_BUF events;
    buf_init(&events, STREAM_BACKLOG);
    err_t e = viewer_enter(as, v);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    e = stream_write_changes(as, changes, n, &events);
    access_release(as->access);
    TRY(e);
    hub_tell(hub, v, events.full ? S("event: reset\ndata: {}\n\n") : buf_str(&events), &last);
    return OK;
}

err_t stream_feed(struct ctx *c, const struct change *changes, size_t n, void *context)
{
    struct stream_hub *hub = context;
    size_t count;
    err_t e = OK;
    pthread_mutex_lock(&hub->lock);
    hub->claimed = (struct place){changes[n - 1].tx, changes[n - 1].id};
    pthread_mutex_unlock(&hub->lock);
    struct viewer **viewers = hub_viewers(hub, c->arena, &count);
    AUTO_ARENA scratch = arena_new(LIMIT_REQUEST_ARENA);
    for (size_t i = 0; i < count && e == OK; i++) {
        struct ctx as = *c;
        arena_reset(scratch);
        as.arena = as.problems.arena = scratch;
        as.access = NULL;
        e = tell_viewer(hub, &as, viewers[i], changes, n);
    }
    hub_release(hub, viewers, count);
    return e;
}
