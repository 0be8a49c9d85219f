#include "base/limits.h"
#include "core/record_internal.h"
#include "model/query.h"

static void write_field(struct ctx *c,
                        const struct record *r,
                        const struct field *f,
                        enum field_access access,
                        struct jw *w)
{
    value live[FIELD_PARTS] = {0};
    const value *cells = f->live ? live : &r->cells[f->first_column];
    jw_key(w, f->name);
    if (f->live && record_live_formula(c, r, f, live) != OK)
        jw_null(w);
    else if (access == FIELD_MASK && cells[0].kind != VALUE_NULL)
        jw_str(w, field_mask(c->arena, f, cells));
    else
        field_write(f, cells, w);
}

static bool shown(const struct field *f)
{
    return !(f->builtin && f == f->object->deleted_at);
}

/* Is the record in the caller's scope for updating? When that cannot be told, it is not. */
static bool changeable(struct ctx *c, const struct record *r)
{
    const struct condition *scope;
    struct condition_env env = ctx_env(c);
    struct condition_source source = record_source(c);
    bool inside = true;
    if (access_scope(c->access, r->object, OP_UPDATE, &scope) != OK)
        return false;
    return !scope || (condition_match(scope, &env, r, &source, &inside) == OK && inside);
}

/* What the caller may see of a record; whether they may change it is asked when it matters. */
struct view {
    struct ctx *ctx;
    const struct record *record;
    bool asked, changeable;
};

static enum field_access view_field(struct view *v, const struct field *f)
{
    enum field_access all = access_field(v->ctx->access, f);
    enum field_access own = access_field_own(v->ctx->access, f);
    if (all >= FIELD_READ || all == own)
        return all;
    if (!v->asked)
        v->changeable = changeable(v->ctx, v->record);
    v->asked = true;
    return v->changeable ? own : all;
}

void record_write_json(struct ctx *c,
                       const struct record *r,
                       const struct field *const *fields,
                       size_t field_count,
                       struct jw *w)
{
    const struct object *o = r->object;
    const struct field *const *list = fields ? fields : (const struct field *const *)o->fields;
    size_t n = fields ? field_count : o->field_count, masked = 0;
    struct view view = {.ctx = c, .record = r};
    jw_open(w, '{');
    for (size_t i = 0; i < n; i++) {
        const struct field *f = list[i];
        enum field_access access = view_field(&view, f);
        if (access == FIELD_HIDDEN || !shown(f))
            continue;
        masked += access == FIELD_MASK;
        write_field(c, r, f, access, w);
    }
    if (masked) {
        jw_key(w, S("_masked"));
        jw_open(w, '[');
        for (size_t i = 0; i < n; i++)
            if (view_field(&view, list[i]) == FIELD_MASK && shown(list[i]))
                jw_str(w, list[i]->name);
        jw_close(w, ']');
    }
    jw_close(w, '}');
}

/* ---- titles ---- */

struct wanted {
    VEC(int64_t) ids;
};

static void want(struct ctx *c, struct wanted *w, int64_t id)
{
    for (size_t i = 0; i < w->ids.n; i++)
        if (w->ids.at[i] == id)
            return;
    *VEC_PUSH(c->arena, w->ids) = id;
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

static str title_text(struct ctx *c, const struct object *o, value v)
{
    const struct field *f = o->title;
    if (access_field(c->access, f) < FIELD_READ)
        return v.kind == VALUE_TEXT ? field_mask(c->arena, f, &v) : S("***");
    struct field_context context = ctx_field(c, S(""));
    return v.kind == VALUE_NULL ? (str){0} : field_format(f, &context, &v);
}

static err_t
write_titles(struct ctx *c, const struct object *o, const struct wanted *wanted, struct jw *w)
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
    TRY(query_titles(o, wanted->ids.at, wanted->ids.n, scope, &env, &q));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    while (db_next(rows)) {
        jw_key(w, arena_printf(c->arena, "%lld", (long long)db_int(rows, 0)));
        jw_str(w, title_text(c, o, db_cell(rows, 1)));
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
