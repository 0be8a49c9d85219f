#include "base/id.h"
#include "core/record_internal.h"
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

static err_t add_key(struct ctx *c,
                     const struct field *f,
                     value key,
                     const struct record *r,
                     const struct write_options *o)
{
    const struct object *customer = model_object(c->model, S("customer"));
    int64_t owner =
        r->object->root == ROOT_SELF ? record_id(r) : record_cell(r, r->object->customer, 0).i;
    int64_t by;
    TRY(holder(c, f, key, &by));
    if (by == owner || (by && o && o->allow_duplicate))
        return OK;
    if (by)
        return taken(c, f, customer, by);
    value params[] = {V_INT(id_new()), V_INT(c->now), V_TEXT(f->identity), key, V_INT(owner)};
    return db_run(c->conn, SQL_IDENTITY_ADD, params, 5, NULL);
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
        if (!f->identity.n)
            continue;
        value old = key_of(before, f), new = key_of(after, f);
        if (value_eq(old, new))
            continue;
        if (old.kind == VALUE_TEXT) {
            int64_t owner =
                o->root == ROOT_SELF ? record_id(before) : record_cell(before, o->customer, 0).i;
            value params[] = {V_TEXT(f->identity), old, V_INT(owner)};
            TRY(db_run(c->conn, SQL_IDENTITY_REMOVE, params, 3, NULL));
        }
        if (new.kind == VALUE_TEXT)
            TRY(add_key(c, f, new, after, options));
    }
    return OK;
}
