/* What a batch did to a record, folded into one step, and why what it made is to stay. */
#include "core/undo_internal.h"

#include "base/limits.h"
#include "model/query.h"
#include "sql_core.h"

const char UNDO_USED[] = "undo_used", UNDO_EDITED[] = "undo_edited_later";

/* ---- what the batch did ---- */

static json_t *object_of(str text)
{
    json_t *j = json_loadb(text.p ? text.p : "", text.n, 0, NULL);
    return j ? j : json_object();
}

static struct undo_item *item_of(struct undo_item *items, size_t n, int64_t record)
{
    for (size_t i = 0; i < n; i++)
        if (items[i].record == record)
            return &items[i];
    return NULL;
}

static void fold(struct undo_item *item, const struct change *ch)
{
    struct undo_net *net = &item->net;
    if (!item->newest)
        net->lived_before = ch->op == CHANGE_UPDATE || ch->op == CHANGE_DELETE;
    item->newest = ch->id;
    net->lives_after = ch->op != CHANGE_DELETE;
    if (ch->op == CHANGE_DELETE)
        return;
    json_auto_t *before = object_of(ch->before), *after = object_of(ch->after);
    if (ch->op == CHANGE_UPDATE)
        json_object_update_missing(net->before, before);
    else
        json_object_clear(net->after);
    json_object_update(net->after, after);
}

static void begin(struct ctx *c, struct undo_item *item)
{
    item->newest = 0;
    item->net = (struct undo_net){.object = model_object(c->model, item->object),
                                  .id = item->record,
                                  .before = json_keep(c->arena, json_object()),
                                  .after = json_keep(c->arena, json_object())};
}

/* One change after the other is read and folded: a record may have been changed very often. *whole
 * becomes false when there was more than a page of it, and several items. */
static err_t read_nets(struct ctx *c, int64_t batch, struct undo_item *items, size_t n, bool *whole)
{
    size_t bytes = 0;
    AUTO_BUF ids;
    buf_init(&ids, MIB);
    for (size_t i = 0; i < n; i++) {
        begin(c, &items[i]);
        buf_printf(&ids, "%c%lld", i ? ',' : '[', (long long)items[i].record);
    }
    buf_addz(&ids, "]");
    value params[] = {V_TEXT(buf_str(&ids)), V_INT(batch)};
    AUTO_ARENA one = arena_new(LIMIT_REQUEST_ARENA);
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_UNDO_CHANGES, params, 2, &rows));
    while ((n == 1 || bytes < LIMIT_PAGE_BYTES) && db_next(rows)) {
        struct change ch = change_of_row(rows, one);
        struct undo_item *item = item_of(items, n, ch.record);
        if (item)
            fold(item, &ch);
        bytes += ch.before.n + ch.after.n;
        arena_reset(one);
    }
    *whole = n == 1 || bytes < LIMIT_PAGE_BYTES;
    return db_rows_error(rows);
}

err_t undo_read_nets(struct ctx *c, int64_t batch, struct undo_item *items, size_t *n)
{
    bool whole;
    TRY(read_nets(c, batch, items, *n, &whole));
    while (!whole) {
        *n /= 2;
        TRY(read_nets(c, batch, items, *n, &whole));
    }
    return OK;
}

bool undo_is_newest(const struct undo_item *item)
{
    return item->newest && item->newest == item->change;
}

/* ---- what it made and what became of it ---- */

static bool is_blank(const json_t *j)
{
    return !j || json_is_null(j) || (json_is_array(j) && json_array_size(j) == 0);
}

bool undo_has_value(struct ctx *c, const struct record *r, const struct field *f, const json_t *j)
{
    const json_t *now = record_field_json(c, r, f);
    return is_blank(j) ? is_blank(now) : json_equal(now, j);
}

/* Is the record all that the batch left? What the server works out itself does not count. */
static bool untouched(struct ctx *c, const struct undo_net *net, const struct record *r)
{
    for (size_t i = 0; i < net->object->field_count; i++) {
        const struct field *f = net->object->fields[i];
        if (change_implies(f) || f->computed || f->readonly || !field_stored(f))
            continue;
        if (!undo_has_value(c, r, f, json_object_get(net->after, arena_strz(c->arena, f->id))))
            return false;
    }
    return true;
}

/* Has later work been hung on what the batch made: an order, a follow-up, a task …? */
static err_t needed(struct ctx *c, int64_t batch, const struct undo_net *net, bool *out)
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
    TRY(query_needed(refs.at, refs.n, net->id, batch, &q));
    err_t e = db_one(c->conn, c->arena, buf_str(&q.text), q.params.at, q.params.n, &one, 1);
    *out = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* What came along with a record that the batch made stays when that does. */
static err_t owner_stays(
    struct ctx *c, int64_t batch, const struct undo_net *net, const struct record *r, bool *out)
{
    const struct field *with = net->object->import_with;
    value id = with ? record_cell(r, with, 0) : V_NULL;
    struct undo_item owner = {.record = id.i, .object = with ? with->target->name : (str){0}};
    struct record *now;
    size_t one = 1;
    const char *why = NULL;
    *out = false;
    if (id.kind != VALUE_INT)
        return OK;
    TRY(undo_read_nets(c, batch, &owner, &one));
    if (!owner.newest || owner.net.lived_before)
        return OK;
    err_t e = record_load(c, with->target, owner.record, &now);
    if (e == OK && record_live(now))
        TRY(undo_why_kept(c, batch, &owner.net, now, &why));
    *out = why != NULL;
    return e == ERR_NOT_FOUND ? OK : e;
}

err_t undo_why_kept(struct ctx *c,
                    int64_t batch,
                    const struct undo_net *net,
                    const struct record *now,
                    const char **out)
{
    bool used = false;
    *out = NULL;
    if (!untouched(c, net, now)) {
        *out = UNDO_EDITED;
        return OK;
    }
    TRY(needed(c, batch, net, &used));
    if (!used)
        TRY(owner_stays(c, batch, net, now, &used));
    if (!used)
        TRY(record_used(c, now, &used));
    *out = used ? UNDO_USED : NULL;
    return OK;
}
