#include <stdlib.h>

#include "base/limits.h"
#include "core/record_internal.h"
#include "core/title_cache.h"
#include "model/query.h"

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static bool shown(const struct field *f)
{
    return !(f->builtin && f == f->object->deleted_at);
}

/* The ids of those among the records that an operation reaches, sorted. */
struct reached {
    int64_t *ids;
    size_t n;
};

static bool is_reached(const struct reached *within, int64_t id)
{
    return within->n && bsearch(&id, within->ids, within->n, sizeof id, by_number);
}

static err_t find_within(
    struct ctx *c, struct record *const *records, size_t count, enum op op, struct reached *out)
{
    *out = (struct reached){0};
    if (!count)
        return OK;
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = record_id(records[i]);
    TRY(record_within(c, records[0]->object, op, ids, count, &out->ids, &out->n));
    qsort(out->ids, out->n, sizeof *out->ids, by_number);
    return OK;
}

/* What the caller may do with records beyond reading them. */
struct doable {
    struct reached update, remove;
};

static err_t
find_doable(struct ctx *c, struct record *const *records, size_t count, struct doable *out)
{
    *out = (struct doable){0};
    if (!count || (records[0]->object->append_only && c->access))
        return OK;
    TRY(find_within(c, records, count, OP_UPDATE, &out->update));
    return find_within(c, records, count, OP_DELETE, &out->remove);
}

static void write_may(const struct doable *may, int64_t id, struct jw *w)
{
    jw_key(w, S("_may"));
    jw_open(w, '[');
    if (is_reached(&may->update, id))
        jw_str(w, S("update"));
    if (is_reached(&may->remove, id))
        jw_str(w, S("delete"));
    jw_close(w, ']');
}

static void write_record(struct ctx *c,
                         const struct record *r,
                         const struct field *const *fields,
                         size_t n,
                         enum mine mine,
                         const struct doable *may,
                         struct jw *w)
{
    size_t masked = 0;
    jw_open(w, '{');
    for (size_t i = 0; i < n; i++) {
        const struct field *f = fields[i];
        enum field_access access = access_view(c->access, f, mine);
        if (access == FIELD_HIDDEN || !shown(f))
            continue;
        masked += access == FIELD_MASK;
        jw_key(w, f->name);
        record_write_value(c, r, f, mine, w);
    }
    if (masked) {
        jw_key(w, S("_masked"));
        jw_open(w, '[');
        for (size_t i = 0; i < n; i++)
            if (access_view(c->access, fields[i], mine) == FIELD_MASK && shown(fields[i]))
                jw_str(w, fields[i]->name);
        jw_close(w, ']');
    }
    if (may)
        write_may(may, record_id(r), w);
    jw_close(w, '}');
}

static void all_fields(const struct object *o, const struct field *const **fields, size_t *n)
{
    if (*fields)
        return;
    *fields = (const struct field *const *)o->fields;
    *n = o->field_count;
}

void record_write_seen(struct ctx *c, const struct record *r, enum mine mine, struct jw *w)
{
    const struct object *o = r->object;
    write_record(c, r, (const struct field *const *)o->fields, o->field_count, mine, NULL, w);
}

/* When it cannot be told whose the record is, it is not the caller's. */
void record_write_json(struct ctx *c,
                       const struct record *r,
                       const struct field *const *fields,
                       size_t field_count,
                       struct jw *w)
{
    enum mine mine;
    int64_t id = record_id(r);
    all_fields(r->object, &fields, &field_count);
    if (record_mine(c, r->object, &id, 1, fields, field_count, &mine) != OK)
        mine = MINE_NOT;
    write_record(c, r, fields, field_count, mine, NULL, w);
}

err_t record_write_whole(struct ctx *c, const struct record *r, struct jw *w)
{
    struct record *one = (struct record *)r;
    const struct object *o = r->object;
    struct doable may;
    enum mine mine;
    TRY(find_doable(c, &one, 1, &may));
    TRY(record_own(c, r, &mine));
    write_record(c, r, (const struct field *const *)o->fields, o->field_count, mine, &may, w);
    return OK;
}

err_t record_write_list(struct ctx *c,
                        struct record *const *records,
                        size_t count,
                        const struct field *const *fields,
                        size_t field_count,
                        struct jw *w)
{
    enum mine *mine = ARENA_ARRAY(c->arena, enum mine, count + 1);
    struct doable may;
    if (count)
        all_fields(records[0]->object, &fields, &field_count);
    TRY(record_mine_of(c, records, count, fields, field_count, mine));
    TRY(find_doable(c, records, count, &may));
    jw_open(w, '[');
    for (size_t i = 0; i < count; i++)
        write_record(c, records[i], fields, field_count, mine[i], &may, w);
    jw_close(w, ']');
    return OK;
}

/* ---- titles ---- */

struct wanted {
    VEC(int64_t) ids;
};

static void want(struct ctx *c, struct wanted *w, int64_t id)
{
    *VEC_PUSH(c->arena, w->ids) = id;
}

static void without_repeats(struct wanted *w)
{
    size_t n = 0;
    qsort(w->ids.at, w->ids.n, sizeof *w->ids.at, by_number);
    for (size_t i = 0; i < w->ids.n; i++)
        if (!n || w->ids.at[n - 1] != w->ids.at[i])
            w->ids.at[n++] = w->ids.at[i];
    w->ids.n = n;
}

static size_t place_of(const struct wanted *w, int64_t id)
{
    const int64_t *found = bsearch(&id, w->ids.at, w->ids.n, sizeof id, by_number);
    return (size_t)(found - w->ids.at);
}

static void collect(struct ctx *c, const struct record *r, struct wanted *by_object)
{
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (!f->target || !field_stored(f) || str_eqz(str_from(f->shape->name), "tags") ||
            access_field(c->access, f) < FIELD_READ)
            continue;
        value v = record_cell(r, f, 0);
        struct wanted *w = &by_object[f->target->index];
        if (v.kind == VALUE_INT) {
            want(c, w, v.i);
        } else if (f->multi) {
            str *members;
            size_t n = multi_members(c->arena, v, &members);
            for (size_t k = 0; k < n; k++) {
                int64_t id;
                if (str_to_int(members[k], &id) == OK)
                    want(c, w, id);
            }
        }
    }
}

/* Of the title there is the first cell only. */
static str title_text(struct ctx *c, const struct object *o, enum mine mine, value v)
{
    const value cells[FIELD_PARTS] = {v};
    return record_value_text(c, o->title, mine, cells);
}

str record_title(struct ctx *c, const struct record *r)
{
    const struct object *o = r->object;
    int64_t id = record_id(r);
    enum mine mine;
    if (record_mine(c, o, &id, 1, &o->title, 1, &mine) != OK)
        mine = MINE_NOT;
    return title_text(c, o, mine, record_cell(r, o->title, 0));
}

static void write_title(
    struct ctx *c, const struct object *o, int64_t id, enum mine mine, value title, struct jw *w)
{
    jw_key(w, arena_printf(c->arena, "%lld", (long long)id));
    jw_str(w, title_text(c, o, mine, title));
}

static struct title_moment moment(const struct ctx *c)
{
    return (struct title_moment){access_epoch(c->access), c->model->version};
}

/* Not in a transaction that has changed such a record itself. */
static bool titles_hold(const struct ctx *c, const struct object *o)
{
    return title_cache_of(o) && c->access && !c->people_changed &&
           field_column(o->title, 0)->storage == STORE_TEXT;
}

/* All of them from memory; false, and nothing is written, when one has to be read. */
static bool write_kept(struct ctx *c,
                       const struct object *o,
                       const struct wanted *wanted,
                       const enum mine *mine,
                       struct jw *w)
{
    size_t n = wanted->ids.n;
    str *titles = ARENA_ARRAY(c->arena, str, n);
    for (size_t i = 0; i < n; i++)
        if (!title_cache_find(c->app->title_cache, moment(c), wanted->ids.at[i], c->arena,
                              &titles[i]))
            return false;
    for (size_t i = 0; i < n; i++)
        write_title(c, o, wanted->ids.at[i], mine[i], V_TEXT(titles[i]), w);
    return true;
}

static err_t
write_titles(struct ctx *c, const struct object *o, struct wanted *wanted, struct jw *w)
{
    const struct condition *scope = NULL;
    struct condition_env env = ctx_env(c);
    bool colleague = str_eqz(o->name, "user") || str_eqz(o->name, "department");
    err_t e = colleague ? OK : access_scope(c->access, o, OP_READ, &scope);
    if (e == ERR_DENIED)
        return OK;
    TRY(e);
    AUTO_SQL q;
    sql_init(&q, c->arena);
    without_repeats(wanted);
    enum mine *mine = ARENA_ARRAY(c->arena, enum mine, wanted->ids.n);
    TRY(record_mine(c, o, wanted->ids.at, wanted->ids.n, &o->title, 1, mine));
    bool kept = !scope && titles_hold(c, o);
    if (kept && write_kept(c, o, wanted, mine, w))
        return OK;
    TRY(query_titles(o, wanted->ids.at, wanted->ids.n, scope, &env, &q));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    while (db_next(rows)) {
        int64_t id = db_int(rows, 0);
        size_t at = place_of(wanted, id);
        write_title(c, o, id, mine[at], db_cell(rows, 1), w);
        if (kept)
            title_cache_keep(c->app->title_cache, moment(c), id, db_text(rows, 1));
    }
    return db_rows_error(rows);
}

err_t record_titles(struct ctx *c, struct record *const *records, size_t count, struct jw *w)
{
    struct wanted *by_object = ARENA_ARRAY(c->arena, struct wanted, c->model->object_count);
    for (size_t i = 0; i < count; i++)
        collect(c, records[i], by_object);
    jw_open(w, '{');
    err_t e = OK;
    for (size_t i = 0; e == OK && i < c->model->object_count; i++)
        if (by_object[i].ids.n)
            e = write_titles(c, c->model->objects[i], &by_object[i], w);
    jw_close(w, '}');
    return e;
}

json_t *record_field_json(struct ctx *c, const struct record *r, const struct field *f)
{
    AUTO_BUF out;
    buf_init(&out, 16 * MIB);
    struct jw w = {.out = &out};
    field_write(f, &r->cells[f->first_column], &w);
    return json_keep(c->arena, json_loadb(out.p, out.n, JSON_DECODE_ANY, NULL));
}
