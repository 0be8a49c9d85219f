#include <stdlib.h>

#include "base/limits.h"
#include "core/record_internal.h"
#include "model/query.h"

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void write_field(struct ctx *c,
                        const struct record *r,
                        const struct field *f,
                        enum field_access access,
                        bool changeable,
                        struct jw *w)
{
    value live[FIELD_PARTS] = {0};
    const value *cells = f->live ? live : &r->cells[f->first_column];
    jw_key(w, f->name);
    if (f->live && record_live_formula(c, r, f, live) != OK)
        jw_null(w);
    else if (access == FIELD_MASK && cells[0].kind != VALUE_NULL)
        jw_str(w, field_mask(c->arena, f, cells));
    else if (cells[0].kind == VALUE_TEXT && f->column_count == 1)
        field_write(f, &V_TEXT(access_text(c->access, f, changeable, cells[0].s, c->arena)), w);
    else
        field_write(f, cells, w);
}

static bool shown(const struct field *f)
{
    return !(f->builtin && f == f->object->deleted_at);
}

/* The ids of those among the records that the caller may change, sorted. */
struct changeable {
    int64_t *ids;
    size_t n;
};

static bool may_change(const struct changeable *own, int64_t id)
{
    return own->n && bsearch(&id, own->ids, own->n, sizeof id, by_number);
}

static err_t find_within(
    struct ctx *c, struct record *const *records, size_t count, enum op op, struct changeable *out)
{
    *out = (struct changeable){0};
    if (!count)
        return OK;
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, count);
    for (size_t i = 0; i < count; i++)
        ids[i] = record_id(records[i]);
    TRY(record_within(c, records[0]->object, op, ids, count, &out->ids, &out->n));
    qsort(out->ids, out->n, sizeof *out->ids, by_number);
    return OK;
}

/* Only where a field tells these from others. */
static err_t find_changeable(struct ctx *c,
                             struct record *const *records,
                             size_t count,
                             const struct field *const *fields,
                             size_t field_count,
                             struct changeable *out)
{
    bool matters = false;
    *out = (struct changeable){0};
    for (size_t i = 0; i < field_count && !matters; i++)
        matters = access_field(c->access, fields[i]) < FIELD_READ &&
                  access_field(c->access, fields[i]) != access_field_own(c->access, fields[i]);
    return matters ? find_within(c, records, count, OP_UPDATE, out) : OK;
}

err_t record_own(struct ctx *c, const struct record *r, bool *out)
{
    struct record *one = (struct record *)r;
    const struct object *o = r->object;
    struct changeable own;
    TRY(find_changeable(c, &one, 1, (const struct field *const *)o->fields, o->field_count, &own));
    *out = may_change(&own, record_id(r));
    return OK;
}

/* What the caller may do with records beyond reading them. */
struct doable {
    struct changeable update, remove;
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
    if (may_change(&may->update, id))
        jw_str(w, S("update"));
    if (may_change(&may->remove, id))
        jw_str(w, S("delete"));
    jw_close(w, ']');
}

static enum field_access seen(struct ctx *c, const struct field *f, bool changeable)
{
    enum field_access all = access_field(c->access, f);
    return all >= FIELD_READ || !changeable ? all : access_field_own(c->access, f);
}

static void write_record(struct ctx *c,
                         const struct record *r,
                         const struct field *const *fields,
                         size_t n,
                         bool changeable,
                         const struct doable *may,
                         struct jw *w)
{
    size_t masked = 0;
    jw_open(w, '{');
    for (size_t i = 0; i < n; i++) {
        const struct field *f = fields[i];
        enum field_access access = seen(c, f, changeable);
        if (access == FIELD_HIDDEN || !shown(f))
            continue;
        masked += access == FIELD_MASK;
        write_field(c, r, f, access, changeable, w);
    }
    if (masked) {
        jw_key(w, S("_masked"));
        jw_open(w, '[');
        for (size_t i = 0; i < n; i++)
            if (seen(c, fields[i], changeable) == FIELD_MASK && shown(fields[i]))
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

/* When it cannot be told whether the record may be changed, it may not. */
void record_write_json(struct ctx *c,
                       const struct record *r,
                       const struct field *const *fields,
                       size_t field_count,
                       struct jw *w)
{
    struct changeable own;
    struct record *one = (struct record *)r;
    all_fields(r->object, &fields, &field_count);
    bool known = find_changeable(c, &one, 1, fields, field_count, &own) == OK;
    write_record(c, r, fields, field_count, known && may_change(&own, record_id(r)), NULL, w);
}

err_t record_write_whole(struct ctx *c, const struct record *r, struct jw *w)
{
    struct record *one = (struct record *)r;
    const struct object *o = r->object;
    struct doable may;
    TRY(find_doable(c, &one, 1, &may));
    bool own;
    TRY(record_own(c, r, &own));
    write_record(c, r, (const struct field *const *)o->fields, o->field_count, own, &may, w);
    return OK;
}

err_t record_write_list(struct ctx *c,
                        struct record *const *records,
                        size_t count,
                        const struct field *const *fields,
                        size_t field_count,
                        struct jw *w)
{
    struct changeable own = {0};
    struct doable may;
    if (count)
        all_fields(records[0]->object, &fields, &field_count);
    TRY(find_changeable(c, records, count, fields, field_count, &own));
    TRY(find_doable(c, records, count, &may));
    jw_open(w, '[');
    for (size_t i = 0; i < count; i++)
        write_record(c, records[i], fields, field_count, may_change(&own, record_id(records[i])),
                     &may, w);
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

static str title_text(struct ctx *c, const struct object *o, bool changeable, value v)
{
    const struct field *f = o->title;
    enum field_access access = seen(c, f, changeable);
    if (access == FIELD_HIDDEN)
        return (str){0};
    if (access == FIELD_MASK)
        return v.kind == VALUE_TEXT ? field_mask(c->arena, f, &v) : S("***");
    struct field_context context = ctx_field(c, S(""));
    return v.kind == VALUE_NULL ? (str){0} : field_format(f, &context, &v);
}

str record_title(struct ctx *c, const struct record *r)
{
    const struct field *f = r->object->title;
    struct record *one = (struct record *)r;
    struct changeable own;
    bool known = find_changeable(c, &one, 1, &f, 1, &own) == OK;
    return title_text(c, r->object, known && may_change(&own, record_id(r)), record_cell(r, f, 0));
}

static void
write_title(struct ctx *c, const struct object *o, int64_t id, value title, struct jw *w)
{
    jw_key(w, arena_printf(c->arena, "%lld", (long long)id));
    jw_str(w, title_text(c, o, false, title));
}

/* Most records that are written or read are the caller's own. */
static void write_self(struct ctx *c, const struct object *o, struct wanted *wanted, struct jw *w)
{
    struct access_self self;
    if (!str_eqz(o->name, "user") || !access_self(c, &self))
        return;
    for (size_t i = 0; i < wanted->ids.n; i++)
        if (wanted->ids.at[i] == c->user) {
            write_title(c, o, c->user, self.title, w);
            wanted->ids.at[i] = wanted->ids.at[--wanted->ids.n];
        }
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
    write_self(c, o, wanted, w);
    if (!wanted->ids.n)
        return OK;
    TRY(query_titles(o, wanted->ids.at, wanted->ids.n, scope, &env, &q));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    while (db_next(rows))
        write_title(c, o, db_int(rows, 0), db_cell(rows, 1), w);
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
