/* What names a record that is merged away names the one that is kept from now on. */
#include "core/merge_internal.h"

#include "base/limits.h"
#include "model/query.h"

/* Who made it and the keys that follow from its fields are not moved; they name what they name. */
static bool movable(const struct field *f, const struct object *target)
{
    return f->target == target && field_stored(f) && !f->computed && !f->builtin &&
           !str_eqz(f->object->name, "identity_key");
}

/* Any record is named by its object and its id as a text: by comments, files, tasks. */
static bool names_any(const struct field *f)
{
    return str_eqz(f->name, "record") && f->shape->parts[0].storage == STORE_TEXT &&
           object_field(f->object, S("object"));
}

size_t merge_refs(struct ctx *c, const struct object *target, const struct field ***out)
{
    VEC(const struct field *) refs = {0};
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        for (size_t k = 0; k < o->field_count; k++)
            if (movable(o->fields[k], target) || names_any(o->fields[k]))
                *VEC_PUSH(c->arena, refs) = o->fields[k];
    }
    *out = refs.at;
    return refs.n;
}

static err_t member_of(struct ctx *c, const struct field *f, int64_t id, str *out)
{
    struct record *r;
    *out = arena_printf(c->arena, "%lld", (long long)id);
    if (!str_eqz(S("tags"), f->type->name))
        return OK;
    TRY(record_peek(c, f->target, id, &r));
    *out = record_cell(r, f->target->title, 0).s;
    return OK;
}

err_t merge_way(struct ctx *c,
                const struct field *f,
                const struct object *of,
                int64_t from,
                int64_t to,
                struct merge_way *out)
{
    struct merge_way w = {.field = f, .of = of, .from = from, .to = to};
    TRY(member_of(c, f, from, &w.from_member));
    TRY(member_of(c, f, to, &w.to_member));
    *out = w;
    return OK;
}

static err_t
holders(struct ctx *c, const struct merge_way *w, size_t limit, int64_t **out, size_t *n)
{
    AUTO_SQL q;
    AUTO_ROWS rows = NULL;
    sql_init(&q, c->arena);
    value member =
        w->field->type->multi_storage == STORE_INT ? V_INT(w->from) : V_TEXT(w->from_member);
    TRY(query_link_holders(w->field, member, true, limit, &q));
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    *out = ARENA_ARRAY(c->arena, int64_t, limit);
    for (*n = 0; *n < limit && db_next(rows);)
        (*out)[(*n)++] = db_int(rows, 0);
    return db_rows_error(rows);
}

static err_t naming(struct ctx *c, const struct merge_way *w, struct condition **out)
{
    *out = condition_ids(c->arena, w->field, &w->from, 1);
    if (w->field->target)
        return OK;
    json_t *tree =
        json_keep(c->arena, json_pack("{s:[{s:s,s:s%},{s:s,s:s%}]}", "all", "field", "object", "eq",
                                      w->of->name.p, w->of->name.n, "field", "record", "eq",
                                      w->from_member.p, w->from_member.n));
    return condition_parse(c->model, w->field->object, tree, S(""), NULL, c->arena, out);
}

err_t merge_namers(struct ctx *c, const struct merge_way *w, size_t limit, int64_t **out, size_t *n)
{
    const struct field *f = w->field;
    const struct field *shown[] = {f->object->id};
    struct list_page page;
    struct condition *where;
    if (f->multi)
        return holders(c, w, limit, out, n);
    TRY(naming(c, w, &where));
    struct list_query q = {.object = f->object,
                           .where = where,
                           .limit = limit,
                           .op = OP_READ,
                           .fields = shown,
                           .field_count = 1};
    const struct access *mine = c->access;
    c->access = NULL;
    err_t e = record_list_unchecked(c, &q, &page);
    c->access = mine;
    TRY(e);
    *out = ARENA_ARRAY(c->arena, int64_t, page.count + 1);
    for (*n = 0; *n < page.count; ++*n)
        (*out)[*n] = record_id(page.records[*n]);
    return OK;
}

static value moved(struct ctx *c, const struct merge_way *w, value cell)
{
    str *members;
    if (!w->field->target)
        return V_TEXT(w->to_member);
    if (!w->field->multi)
        return V_INT(w->to);
    size_t n = multi_members(c->arena, cell, &members);
    for (size_t i = 0; i < n; i++)
        if (str_eq(members[i], w->from_member))
            members[i] = w->to_member;
    return multi_cell(c->arena, members, n);
}

/* A link between the two of them would link the one with itself. */
static bool links_itself(const struct record *r, const struct field *moved, int64_t to)
{
    const struct object *o = r->object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (f != moved && f->required && !f->multi && movable(f, moved->target) &&
            record_cell(r, f, 0).kind == VALUE_INT && record_cell(r, f, 0).i == to)
            return moved->required;
    }
    return false;
}

struct moving {
    const struct record *before;
    struct record *after;
};

static err_t store_work(struct ctx *c, void *arg)
{
    const struct moving *m = arg;
    /* What was right when it was written stays right; a later rule must not stand in the way. */
    const struct write_options options = {.trusted = true, .allow_duplicate = true};
    return record_store(c, record_live(m->after) ? CHANGE_UPDATE : CHANGE_DELETE, m->before,
                        m->after, &options);
}

err_t merge_move(struct ctx *c, const struct merge_way *w, int64_t id)
{
    const struct field *f = w->field;
    struct moving m;
    struct record *before;
    size_t told = c->problems.list.n;
    TRY(record_load(c, f->object, id, &before));
    if (!record_live(before))
        return OK;
    m = (struct moving){before, record_copy(c->arena, before)};
    value *cell = &m.after->cells[f->first_column];
    value *deleted = &m.after->cells[f->object->deleted_at->first_column];
    if (f->target && links_itself(before, f, w->to))
        *deleted = V_INT(c->now);
    else
        *cell = id == w->to && f->target && !f->multi ? V_NULL : moved(c, w, *cell);
    err_t e = ctx_transact(c, store_work, &m);
    if (e != ERR_CONFLICT || !record_live(m.after))
        return e;
    c->problems.list.n = told;
    m.after = record_copy(c->arena, before);
    m.after->cells[f->object->deleted_at->first_column] = V_INT(c->now);
    return ctx_transact(c, store_work, &m);
}
