/* Batches: changes that belong together. Taking one back is in undo.c. */
#include "base/id.h"
#include "base/message.h"
#include "core/access.h"
#include "core/auth.h"
#include "core/change_internal.h"
#include "core/record_internal.h"
#include "sql_core.h"

static int64_t id_of(value v)
{
    return v.kind == VALUE_INT ? v.i : 0;
}

err_t batch_title(struct ctx *c, const json_t *request, str *out)
{
    const json_t *title = json_object_get(request, "title");
    bool text = !title || json_is_string(title);
    if (text && utf8_count(json_str(title)) <= BATCH_TITLE_CHARS) {
        *out = json_str(title);
        return OK;
    }
    str want = text ? arena_printf(c->arena, "%d", BATCH_TITLE_CHARS) : S("string");
    problem_add_str(&c->problems, S("/title"), text ? "too_long" : "wrong_type", want, (str){0},
                    (str){0});
    return ERR_INVALID;
}

err_t batch_read(struct ctx *c, str sql, int64_t id, struct batch *out)
{
    value key = V_INT(id), v[8];
    TRY(db_one(c->conn, c->arena, sql, &key, 1, v, 8));
    struct batch b = {v[0].s, v[1].s,      v[2].i,      id_of(v[3]),
                      v[4].i, id_of(v[5]), id_of(v[6]), v[7].i != 0};
    if (!access_right(c->access, RIGHT_UNDO) && b.actor != c->user)
        return ERR_NOT_FOUND;
    *out = b;
    return OK;
}

err_t batch_check(struct ctx *c, const struct batch *b)
{
    if (!b->undone_at && c->now <= b->undo_until)
        return OK;
    problem_add(&c->problems, S(""), b->undone_at ? "batch_undone" : "batch_too_old", NULL);
    return ERR_CONFLICT;
}

/* Nobody takes back what is still being done. */
static err_t check_at_rest(struct ctx *c, int64_t id)
{
    value key = V_INT(id), one;
    err_t e = db_one(c->conn, c->arena, SQL_JOB_OF_BATCH, &key, 1, &one, 1);
    if (e == OK)
        problem_add(&c->problems, S(""), "batch_running", NULL);
    return e == OK ? ERR_CONFLICT : e == ERR_NOT_FOUND ? OK : e;
}

/* A token takes back what its scopes let it write. What hangs on a merged customer goes with it. */
static err_t check_scopes(struct ctx *c, const struct batch *b, int64_t id)
{
    value key = V_INT(id);
    AUTO_ROWS rows = NULL;
    if (!c->scopes)
        return OK;
    TRY(db_query(c->conn, SQL_BATCH_OBJECTS, &key, 1, &rows));
    while (db_next(rows)) {
        const struct object *o = model_object(c->model, db_text(rows, 0));
        bool follows = o && o->root != ROOT_SELF && str_eqz(b->kind, "merge");
        if (!o || o->internal || follows || access_may(c->access, o, OP_UPDATE))
            continue;
        problem_add_str(&c->problems, S(""), "scope_missing",
                        arena_concat(c->arena, o->plural, S(":update")), (str){0}, (str){0});
        return ERR_DENIED;
    }
    return db_rows_error(rows);
}

err_t batch_may_undo(struct ctx *c, int64_t id)
{
    struct batch b;
    TRY(batch_read(c, SQL_BATCH_GET, id, &b));
    TRY(batch_check(c, &b));
    TRY(check_at_rest(c, id));
    TRY(check_scopes(c, &b, id));
    return b.guarded ? auth_fresh(c) : OK;
}

static err_t write_counts(struct ctx *c, int64_t batch, struct jw *w)
{
    int64_t counts[CHANGE_RESTORE + 1] = {0};
    value key = V_INT(batch);
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_BATCH_COUNTS, &key, 1, &rows));
    while (db_next(rows))
        counts[db_int(rows, 0)] = db_int(rows, 1);
    TRY(db_rows_error(rows));
    jw_key(w, S("counts"));
    jw_open(w, '{');
    jw_key(w, S("created"));
    jw_int(w, counts[CHANGE_CREATE]);
    jw_key(w, S("updated"));
    jw_int(w, counts[CHANGE_UPDATE]);
    jw_key(w, S("deleted"));
    jw_int(w, counts[CHANGE_DELETE]);
    jw_key(w, S("restored"));
    jw_int(w, counts[CHANGE_RESTORE]);
    jw_close(w, '}');
    return OK;
}

static err_t write_actor(struct ctx *c, int64_t id, struct jw *w)
{
    const struct object *users = model_object(c->model, S("user"));
    struct record *user = NULL;
    err_t e = id ? record_load(c, users, id, &user) : ERR_NOT_FOUND;
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    jw_key(w, S("actor"));
    if (!id) {
        jw_null(w);
        return OK;
    }
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, id);
    jw_key(w, S("name"));
    jw_str(w, user ? record_cell(user, users->title, 0).s : (str){0});
    jw_close(w, '}');
    return OK;
}

err_t batch_write_json(struct ctx *c, int64_t id, struct jw *w)
{
    struct batch b;
    TRY(batch_read(c, SQL_BATCH_GET, id, &b));
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, id);
    jw_key(w, S("kind"));
    jw_str(w, b.kind);
    jw_key(w, S("title"));
    jw_str(w, b.title);
    jw_key(w, S("at"));
    jw_instant(w, b.at);
    TRY(write_actor(c, b.actor, w));
    TRY(write_counts(c, id, w));
    jw_key(w, S("undo_until"));
    jw_instant(w, b.undo_until);
    jw_key(w, S("undone_at"));
    if (b.undone_at)
        jw_instant(w, b.undone_at);
    else
        jw_null(w);
    jw_key(w, S("undo_batch"));
    jw_id(w, b.undo_batch);
    jw_close(w, '}');
    return OK;
}

void undo_write_json(struct ctx *c, const struct undo_result *r, struct jw *w)
{
    jw_open(w, '{');
    jw_key(w, S("restored"));
    jw_int(w, (int64_t)r->restored);
    jw_key(w, S("whole"));
    jw_bool(w, !r->part);
    jw_key(w, S("kept_total"));
    jw_int(w, (int64_t)r->kept_total);
    jw_key(w, S("kept_changed"));
    jw_int(w, (int64_t)r->kept_changed);
    jw_key(w, S("kept_used"));
    jw_int(w, (int64_t)r->kept_used);
    jw_key(w, S("kept_open"));
    jw_int(w, (int64_t)r->kept_open);
    jw_key(w, S("kept"));
    jw_open(w, '[');
    for (size_t i = 0; i < r->kept.n; i++) {
        const struct undo_kept *k = &r->kept.at[i];
        jw_open(w, '{');
        jw_key(w, S("object"));
        jw_str(w, k->object);
        jw_key(w, S("id"));
        jw_id(w, k->record);
        jw_key(w, S("field"));
        if (k->field.n)
            jw_str(w, k->field);
        else
            jw_null(w);
        jw_key(w, S("why"));
        jw_str(w, str_from(k->why));
        jw_key(w, S("detail"));
        jw_str(w, message_get(c->lang, str_from(k->why)));
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}
