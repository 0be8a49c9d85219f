#include "api/records.h"
#include "base/map.h"
#include "core/change.h"
#include "model/query.h"

static const char *const OPS[] = {"create", "update", "delete", "restore",
                                  "derive", "erase",  "reveal"};

/* One side of a change of one field, masked as the field is. */
static void
write_side(struct call *call, const struct field *f, const json_t *side, enum field_access access)
{
    const json_t *j = json_object_get(side, arena_strz(call->ctx.arena, f->id));
    bool shown = j && !json_is_null(j);
    if (!shown)
        jw_null(&call->out);
    else if (access == FIELD_MASK)
        jw_str(&call->out, S("***"));
    else
        jw_tree(&call->out, j);
}

static void write_changes(struct call *call, const struct object *o, const struct change *ch)
{
    struct arena *arena = call->ctx.arena;
    json_t *before =
        json_keep(arena, json_loadb(ch->before.p ? ch->before.p : "", ch->before.n, 0, NULL));
    json_t *after =
        json_keep(arena, json_loadb(ch->after.p ? ch->after.p : "", ch->after.n, 0, NULL));
    jw_open(&call->out, '[');
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        const char *id = arena_strz(arena, f->id);
        enum field_access access = access_field(call->ctx.access, f);
        if (access == FIELD_HIDDEN || (!json_object_get(before, id) && !json_object_get(after, id)))
            continue;
        jw_open(&call->out, '{');
        jw_key(&call->out, S("field"));
        jw_str(&call->out, f->name);
        jw_key(&call->out, S("before"));
        write_side(call, f, before, access);
        jw_key(&call->out, S("after"));
        write_side(call, f, after, access);
        jw_close(&call->out, '}');
    }
    jw_close(&call->out, ']');
}

static str actor_key(struct ctx *c, int64_t id)
{
    return arena_printf(c->arena, "%lld", (long long)id);
}

static void write_change(struct call *call,
                         const struct object *o,
                         const struct change *ch,
                         const struct map *names)
{
    struct jw *w = &call->out;
    const str *actor = map_get(names, actor_key(&call->ctx, ch->actor));
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, ch->id);
    jw_key(w, S("at"));
    jw_instant(w, ch->at);
    jw_key(w, S("actor"));
    if (ch->actor) {
        jw_open(w, '{');
        jw_key(w, S("id"));
        jw_id(w, ch->actor);
        jw_key(w, S("name"));
        jw_str(w, actor ? *actor : (str){0});
        jw_close(w, '}');
    } else {
        jw_null(w);
    }
    jw_key(w, S("through"));
    jw_str(w, ch->through);
    jw_key(w, S("op"));
    jw_str(w, str_from(OPS[ch->op]));
    jw_key(w, S("batch"));
    jw_id(w, ch->batch);
    jw_key(w, S("version"));
    jw_int(w, ch->version);
    jw_key(w, S("changes"));
    write_changes(call, o, ch);
    jw_close(w, '}');
}

/* The names of all who made these changes, by actor's id as text; gone colleagues keep theirs. */
static err_t read_names(struct ctx *c, const struct change *changes, size_t n, struct map *names)
{
    const struct object *users = model_object(c->model, S("user"));
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, n);
    struct condition_env env = ctx_env(c);
    AUTO_SQL q;
    AUTO_ROWS rows = NULL;
    for (size_t i = 0; i < n; i++)
        ids[i] = changes[i].actor;
    sql_init(&q, c->arena);
    TRY(query_titles(users, ids, n, NULL, &env, &q));
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    while (db_next(rows)) {
        str *name = ARENA_NEW(c->arena, str);
        *name = arena_str(c->arena, db_text(rows, 1));
        map_put(c->arena, names, actor_key(c, db_int(rows, 0)), name);
    }
    return db_rows_error(rows);
}

err_t records_history(struct call *call)
{
    const struct object *o;
    int64_t id, before, limit;
    struct record *r;
    struct change *changes;
    size_t n;
    TRY(call_object(call, &o));
    TRY(call_id(call, 1, &id));
    TRY(call_query_int(call, "after", 1, INT64_MAX, 0, &before));
    TRY(call_query_int(call, "limit", 1, 200, 50, &limit));
    TRY(record_get(&call->ctx, o, id, OP_READ, &r));
    TRY(change_history(&call->ctx, id, before, (size_t)limit + 1, &changes, &n));
    bool more = n > (size_t)limit;
    if (more)
        n = (size_t)limit;
    struct map names = {0};
    TRY(read_names(&call->ctx, changes, n, &names));
    call_begin(call, 200);
    jw_open(&call->out, '[');
    for (size_t i = 0; i < n; i++)
        write_change(call, o, &changes[i], &names);
    jw_close(&call->out, ']');
    jw_key(&call->out, S("has_more"));
    jw_bool(&call->out, more);
    jw_key(&call->out, S("next"));
    jw_id(&call->out, more ? changes[n - 1].id : 0);
    call_end(call);
    return OK;
}
