#include "core/change.h"

#include "base/id.h"
#include "base/limits.h"
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

/* What a history need not hold: it is in the change itself. */
static bool implied(const struct field *f)
{
    const struct object *o = f->object;
    return f == o->id || f == o->version || f == o->created_at || f == o->created_by ||
           f == o->updated_at || f == o->updated_by || f == o->deleted_at;
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
        if (implied(f) || !field_stored(f) || !(other ? differs(f, r, other) : any_cell(f, r)))
            continue;
        jw_key(&w, f->id);
        field_write(f, &r->cells[f->first_column], &w);
    }
    jw_close(&w, '}');
    return V_TEXT(arena_str(c->arena, buf_str(&out)));
}

err_t change_append(struct ctx *c,
                    enum change_op op,
                    const struct object *o,
                    const struct record *before,
                    const struct record *after)
{
    const struct record *now = after ? after : before;
    bool edit = op == CHANGE_UPDATE || op == CHANGE_DERIVE;
    value old = fields_json(c, before, edit ? after : NULL);
    value new = fields_json(c, after, edit ? before : NULL);
    if (edit && str_eqz(new.s, "{}") && str_eqz(old.s, "{}"))
        return OK;
    int64_t customer = o->root == ROOT_SELF ? record_id(now)
                       : o->customer        ? record_cell(now, o->customer, 0).i
                                            : 0;
    value params[] = {V_INT(id_new()),
                      V_INT(c->now),
                      V_ID(c->user),
                      V_TEXT(str_from(c->through)),
                      V_ID(c->batch),
                      V_INT(op),
                      V_TEXT(o->name),
                      V_INT(record_id(now)),
                      V_ID(customer),
                      record_cell(now, o->version, 0),
                      old,
                      new};
    return db_run(c->conn, SQL_CHANGE_ADD, params, sizeof params / sizeof *params, NULL);
}
