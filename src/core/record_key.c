#include "base/id.h"
#include "core/record_internal.h"
#include "model/query.h"
#include "sql_core.h"

static value key_of(const struct record *r, const struct field *f)
{
    return r && record_live(r) ? record_cell(r, f, 0) : V_NULL;
}

/* Who has the key; 0 = nobody. */
static err_t holder(struct ctx *c, const struct field *f, value key, int64_t *out)
{
    value params[] = {V_TEXT(f->identity), key}, found;
    err_t e = db_one(c->conn, c->arena, SQL_IDENTITY_FIND, params, 2, &found, 1);
    *out = e == OK ? found.i : 0;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err_t taken(struct ctx *c, const struct field *f, const struct object *customer, int64_t by)
{
    struct record *other;
    bool visible = record_get(c, customer, by, OP_READ, &other) == OK;
    str id = visible ? arena_printf(c->arena, "%lld", (long long)by) : (str){0};
    problem_add_str(&c->problems, pointer_join(c->arena, S(""), f->name), "duplicate_identity",
                    f->label.text[c->lang], id, (str){0});
    return ERR_CONFLICT;
}

static int64_t owner_of(const struct record *r)
{
    const struct object *o = r->object;
    return o->root == ROOT_SELF ? record_id(r) : record_cell(r, o->customer, 0).i;
}

/* Does the live record give this key to this customer through any of its fields? */
static bool gives(const struct record *r, str kind, value key, int64_t owner)
{
    if (!r || !record_live(r) || owner_of(r) != owner)
        return false;
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (str_eq(f->identity, kind) && f->identity.n && value_eq(record_cell(r, f, 0), key))
            return true;
    }
    return false;
}

/* A customer to whom any live record gives the key, this one if he is among them. *out 0 = nobody.
 */
static err_t find_giver(struct ctx *c, str kind, value key, int64_t customer, int64_t *out)
{
    VEC(const struct field *) fields = {0};
    value found;
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        for (size_t k = 0; o->root != ROOT_NONE && k < o->field_count; k++)
            if (o->fields[k]->identity.n && str_eq(o->fields[k]->identity, kind))
                *VEC_PUSH(c->arena, fields) = o->fields[k];
    }
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_giver(fields.at, fields.n, key, customer, &q));
    err_t e = db_one(c->conn, c->arena, buf_str(&q.text), q.params.at, q.params.n, &found, 1);
    *out = e == OK ? found.i : 0;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err_t insert_key(struct ctx *c, str kind, value key, int64_t owner)
{
    value params[] = {V_INT(id_new()), V_INT(c->now), V_TEXT(kind), key, V_INT(owner)};
    return db_send(c->conn, SQL_IDENTITY_ADD, params, 5);
}

static err_t
claim(struct ctx *c, const struct field *f, value key, int64_t owner, const struct write_options *o)
{
    int64_t by = 0;
    if (!o || !o->keys_free)
        TRY(holder(c, f, key, &by));
    if (by == owner || (by && o && o->allow_duplicate))
        return OK;
    if (by)
        return taken(c, f, model_object(c->model, S("customer")), by);
    return insert_key(c, f->identity, key, owner);
}

/* The record no longer gives the key to the customer. He keeps it while another of his records
 * does; else it goes to whoever else has the value. */
static err_t let_go(struct ctx *c, const struct field *f, value key, int64_t owner)
{
    int64_t giver, removed;
    TRY(find_giver(c, f->identity, key, owner, &giver));
    if (giver == owner)
        return OK;
    value params[] = {V_TEXT(f->identity), key, V_INT(owner)};
    TRY(db_run(c->conn, SQL_IDENTITY_REMOVE, params, 3, &removed));
    return removed && giver ? insert_key(c, f->identity, key, giver) : OK;
}

err_t record_identity(struct ctx *c,
                      const struct record *before,
                      const struct record *after,
                      const struct write_options *options)
{
    const struct object *o = after->object;
    if (o->root == ROOT_NONE)
        return OK;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        value old = f->identity.n ? key_of(before, f) : V_NULL;
        if (old.kind == VALUE_TEXT && !gives(after, f->identity, old, owner_of(before)))
            TRY(let_go(c, f, old, owner_of(before)));
    }
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        value new = f->identity.n ? key_of(after, f) : V_NULL;
        if (new.kind == VALUE_TEXT && !gives(before, f->identity, new, owner_of(after)))
            TRY(claim(c, f, new, owner_of(after), options));
    }
    return OK;
}
