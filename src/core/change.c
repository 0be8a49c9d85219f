#include "core/change_internal.h"

#include <stdio.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "sql_core.h"

static bool differs(const struct field *f, const struct record *a, const struct record *b)
{
    for (unsigned p = 0; p < f->column_count; p++)
        if (!value_eq(record_cell(a, f, p), record_cell(b, f, p)))
            return true;
    return false;
}

static bool any_cell(const struct field *f, const struct record *r)
{
    for (unsigned p = 0; p < f->column_count; p++)
        if (record_cell(r, f, p).kind != VALUE_NULL)
            return true;
    return false;
}

bool change_implies(const struct field *f)
{
    const struct object *o = f->object;
    return f == o->id || f == o->version || f == o->created_at || f == o->created_by ||
           f == o->updated_at || f == o->updated_by || f == o->deleted_at;
}

bool change_touches(const struct change *ch, const struct field *f)
{
    char quoted[64];
    int n = snprintf(quoted, sizeof quoted, "\"" STR_FMT "\":", STR_ARG(f->id));
    str key = {quoted, (size_t)n};
    return str_find(ch->after, key) != SIZE_MAX || str_find(ch->before, key) != SIZE_MAX;
}

/* The cells of `r` that are not those of `other`, as a JSON object by field id. */
static value fields_json(struct ctx *c, const struct record *r, const struct record *other)
{
    if (!r)
        return V_NULL;
    AUTO_BUF out;
    buf_init(&out, 16 * MIB);
    struct jw w = {.out = &out};
    jw_open(&w, '{');
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (change_implies(f) || !field_stored(f) ||
            !(other ? differs(f, r, other) : any_cell(f, r)))
            continue;
        jw_key(&w, f->id);
        field_write(f, &r->cells[f->first_column], &w);
    }
    jw_close(&w, '}');
    return V_TEXT(arena_str(c->arena, buf_str(&out)));
}

struct occasion {
    int64_t id, at, actor;
};

static struct occasion now_and_here(const struct ctx *c)
{
    return (struct occasion){id_new(), c->now, c->user};
}

static err_t append(struct ctx *c,
                    struct occasion when,
                    enum change_op op,
                    const struct object *o,
                    const struct record *now,
                    value old,
                    value new)
{
    int64_t customer = o->root == ROOT_SELF ? record_id(now)
                       : o->customer        ? record_cell(now, o->customer, 0).i
                                            : 0;
    value params[] = {V_INT(when.id),
                      V_INT(when.at),
                      V_ID(when.actor),
                      V_TEXT(str_from(c->through)),
                      V_ID(c->batch),
                      V_INT(op),
                      V_TEXT(o->name),
                      V_INT(record_id(now)),
                      V_ID(customer),
                      record_cell(now, o->version, 0),
                      old,
                      new};
    return db_send(c->conn, SQL_CHANGE_ADD, params, sizeof params / sizeof *params);
}

err_t change_append(struct ctx *c,
                    enum change_op op,
                    const struct object *o,
                    const struct record *before,
                    const struct record *after)
{
    bool edit = op == CHANGE_UPDATE || op == CHANGE_DERIVE;
    bool had = edit || op == CHANGE_DELETE, has = op != CHANGE_DELETE && op != CHANGE_ERASE;
    value old = fields_json(c, had ? before : NULL, edit ? after : NULL);
    value new = fields_json(c, has ? after : NULL, edit ? before : NULL);
    if (edit && str_eqz(new.s, "{}") && str_eqz(old.s, "{}"))
        return OK;
    return append(c, now_and_here(c), op, o, after ? after : before, old, new);
}

err_t change_append_former(struct ctx *c, const struct record *r)
{
    const struct object *o = r->object;
    struct occasion then = {record_id(r), record_cell(r, o->created_at, 0).i,
                            record_cell(r, o->created_by, 0).i};
    return append(c, then, CHANGE_CREATE, o, r, V_NULL, fields_json(c, r, NULL));
}

err_t change_append_reveal(struct ctx *c, const struct record *r, const struct field *f)
{
    json_t *looked = json_keep(c->arena, json_object());
    json_object_setn_new(looked, f->id.p, f->id.n, json_string("***"));
    return append(c, now_and_here(c), CHANGE_REVEAL, r->object, r, V_NULL,
                  V_TEXT(json_text(c->arena, looked)));
}

static value act_json(struct arena *arena, const json_t *j)
{
    return j ? V_TEXT(json_text(arena, j)) : V_NULL;
}

err_t change_append_act(struct db_conn *conn, struct arena *arena, const struct change_act *a)
{
    value params[] = {V_INT(id_new()),
                      V_INT(clock_now()),
                      V_ID(a->actor),
                      V_TEXT(str_from(a->through)),
                      V_NULL,
                      V_INT(a->op),
                      V_TEXT(str_from(a->object)),
                      V_INT(a->record),
                      V_NULL,
                      V_INT(0),
                      act_json(arena, a->before),
                      act_json(arena, a->after)};
    return db_run(conn, SQL_CHANGE_ADD, params, sizeof params / sizeof *params, NULL);
}

err_t change_act(
    struct ctx *c, const char *object, enum change_op op, int64_t record, const json_t *what)
{
    bool gone = op == CHANGE_DELETE;
    struct change_act a = {.object = object,
                           .op = op,
                           .record = record,
                           .actor = c->user,
                           .through = c->through,
                           .before = gone ? what : NULL,
                           .after = gone ? NULL : what};
    return change_append_act(c->conn, c->arena, &a);
}

/* ---- reading ---- */

struct change change_of_row(const struct db_rows *rows, struct arena *arena)
{
    return (struct change){
        .id = db_int(rows, 0),
        .tx = db_int(rows, 1),
        .at = db_int(rows, 2),
        .actor = db_int(rows, 3),
        .through = arena_str(arena, db_text(rows, 4)),
        .batch = db_int(rows, 5),
        .op = (enum change_op)db_int(rows, 6),
        .object = arena_str(arena, db_text(rows, 7)),
        .record = db_int(rows, 8),
        .customer = db_int(rows, 9),
        .version = db_int(rows, 10),
        .before = arena_str(arena, db_text(rows, 11)),
        .after = arena_str(arena, db_text(rows, 12)),
    };
}

static size_t bytes_of(const struct change *ch)
{
    return sizeof *ch + ch->before.n + ch->after.n;
}

err_t change_read(struct db_conn *conn,
                  struct arena *arena,
                  str sql,
                  const value *params,
                  size_t param_count,
                  size_t most_bytes,
                  struct change **out,
                  size_t *n)
{
    VEC(struct change) found = {0};
    AUTO_ROWS rows = NULL;
    TRY(db_query(conn, sql, params, param_count, &rows));
    for (size_t bytes = 0; bytes < most_bytes && db_next(rows);) {
        struct change *ch = VEC_PUSH(arena, found);
        *ch = change_of_row(rows, arena);
        bytes += bytes_of(ch);
    }
    TRY(db_rows_error(rows));
    *out = found.at;
    *n = found.n;
    return OK;
}

static err_t read_page(struct ctx *c,
                       str sql,
                       int64_t record,
                       int64_t before_id,
                       size_t limit,
                       struct change_page *out)
{
    value params[] = {V_INT(record), V_INT(before_id ? before_id : INT64_MAX),
                      V_INT((int64_t)limit + 1)};
    VEC(struct change) found = {0};
    size_t bytes = 0;
    bool more = false;
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, sql, params, 3, &rows));
    while (!more && db_next(rows)) {
        more = found.n == limit || bytes >= LIMIT_PAGE_BYTES;
        if (more)
            continue;
        struct change *ch = VEC_PUSH(c->arena, found);
        *ch = change_of_row(rows, c->arena);
        bytes += bytes_of(ch);
    }
    TRY(db_rows_error(rows));
    *out = (struct change_page){found.at, found.n, bytes, more};
    return OK;
}

err_t change_history(
    struct ctx *c, int64_t record, int64_t before_id, size_t limit, struct change_page *out)
{
    return read_page(c, SQL_CHANGE_OF_RECORD, record, before_id, limit, out);
}

err_t change_edits(
    struct ctx *c, int64_t record, int64_t before_id, size_t limit, struct change_page *out)
{
    return read_page(c, SQL_CHANGE_EDITS_OF_RECORD, record, before_id, limit, out);
}

err_t change_settled(struct ctx *c, int64_t *tx, int64_t *id)
{
    value at[2] = {V_INT(0), V_INT(0)};
    err_t e = db_one(c->conn, c->arena, SQL_CHANGE_SETTLED, NULL, 0, at, 2);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *tx = at[0].i;
    *id = at[1].i;
    return OK;
}

err_t change_heads_after(
    struct ctx *c, int64_t tx, int64_t id, size_t limit, struct change **out, size_t *n)
{
    value params[] = {V_INT(tx), V_INT(id), V_INT((int64_t)limit)};
    return change_read(c->conn, c->arena, SQL_CHANGE_HEADS_AFTER, params, 3, SIZE_MAX, out, n);
}

static err_t move_epoch(struct db_conn *conn, void *arg)
{
    int64_t moved;
    (void)arg;
    TRY(db_run(conn, SQL_LOG_EPOCH_MOVE, NULL, 0, &moved));
    if (moved)
        log_event(LOG_INFO, "log_restored", NULL);
    return OK;
}

err_t change_open(struct app *app)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct db_conn *conn;
    value highest;
    TRY(db_acquire(app->db, &conn));
    err_t e = db_one(conn, arena, SQL_CHANGE_HIGHEST_ID, NULL, 0, &highest, 1);
    db_release(conn);
    TRY(e);
    TRY(db_transact(app->db, move_epoch, NULL));
    if (highest.kind != VALUE_INT)
        return OK;
    if (highest.i > id_floor(clock_now() + CLOCK_MINUTE))
        log_event(LOG_WARN, "clock_behind_log", "seconds",
                  LOG_INT((id_instant(highest.i) - clock_now()) / CLOCK_SECOND), NULL);
    id_set_least(highest.i);
    return OK;
}

/* ---- batches ---- */

struct begin {
    const char *kind;
    str title;
    int64_t id;
};

static err_t begin_work(struct ctx *c, void *arg)
{
    const struct begin *b = arg;
    value params[] = {V_INT(b->id),     V_TEXT(str_from(b->kind)),
                      V_TEXT(b->title), V_INT(c->now),
                      V_ID(c->user),    V_INT(c->now + UNDO_DAYS * CLOCK_DAY)};
    return db_run(c->conn, SQL_BATCH_ADD, params, 6, NULL);
}

err_t batch_begin(struct ctx *c, const char *kind, str title, int64_t *id)
{
    struct begin b = {kind, title, id_new()};
    TRY(ctx_transact(c, begin_work, &b));
    *id = b.id;
    return OK;
}

err_t batch_undo_title(struct ctx *c, int64_t batch, str *out)
{
    struct batch b;
    *out = (str){0};
    err_t e = batch ? batch_read(c, SQL_BATCH_GET, batch, &b) : ERR_NOT_FOUND;
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    if (!b.undone_at && c->now <= b.undo_until && !str_eqz(b.kind, "import"))
        *out = b.title.p ? b.title : S("");
    return OK;
}
