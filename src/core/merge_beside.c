/* Ways to reach somebody that the merged record has no field for are kept by a record beside it: a
 * contact of the customer. */
#include <string.h>

#include "core/merge_internal.h"
#include "sql_core.h"

/* The object whose records come along with those of this one. */
static const struct object *beside(struct ctx *c, const struct object *o)
{
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *other = c->model->objects[i];
        if (other->import_with && other->import_with->target == o && other->title)
            return other;
    }
    return NULL;
}

static const struct field *field_like(const struct object *o, const struct field *like)
{
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (f->identity.n && str_eq(f->identity, like->identity) && f->type == like->type &&
            merge_takes(f))
            return f;
    }
    return NULL;
}

bool merge_held_beside(struct ctx *c, const struct merge_rest *rest)
{
    const struct object *o = beside(c, rest->field->object);
    return o && field_like(o, rest->field);
}

static value name_of(const struct record *from, const struct record *kept)
{
    value name = record_cell(from, from->object->title, 0);
    return name.kind == VALUE_TEXT ? name : record_cell(kept, kept->object->title, 0);
}

/* Of one record's rests as many as fit into one record beside; *taken tells how many. */
static err_t make_one(struct ctx *c,
                      const struct object *o,
                      const struct record *kept,
                      const struct merge_rest *rests,
                      size_t n,
                      size_t *taken)
{
    const struct write_options options = {.joined = true, .allow_duplicate = true};
    struct record *r = record_new(c->arena, o), *made;
    bool *set = ARENA_ARRAY(c->arena, bool, o->field_count);
    memset(set, 0, o->field_count * sizeof *set);
    for (*taken = 0; *taken < n; ++*taken) {
        const struct merge_rest *rest = &rests[*taken];
        const struct field *f = field_like(o, rest->field);
        if (rest->from != rests->from || set[f->index])
            break;
        r->cells[f->first_column] = record_cell(rest->from, rest->field, 0);
        set[f->index] = true;
    }
    r->cells[o->import_with->first_column] = V_INT(record_id(kept));
    r->cells[o->title->first_column] = name_of(rests->from, kept);
    set[o->import_with->index] = set[o->title->index] = true;
    struct given_cells given = {r, set};
    return record_create_cells(c, o, &given, &options, &made);
}

/* Does a record beside the kept one have the key already? One that came over with another did, and
 * so the kept one holds the key. */
static err_t
is_held(struct ctx *c, const struct record *kept, const struct merge_rest *rest, bool *out)
{
    value params[] = {V_TEXT(rest->field->identity), record_cell(rest->from, rest->field, 0)}, by;
    err_t e = db_one(c->conn, c->arena, SQL_IDENTITY_FIND, params, 2, &by, 1);
    *out = e == OK && by.i == record_id(kept);
    return e == ERR_NOT_FOUND ? OK : e;
}

err_t merge_make_beside(struct ctx *c,
                        const struct record *kept,
                        const struct merge_rest *rests,
                        size_t n)
{
    const struct object *o = beside(c, kept->object);
    struct merge_rest held[MERGE_RESTS];
    size_t count = 0, taken;
    for (size_t i = 0; i < n; i++) {
        bool there;
        TRY(is_held(c, kept, &rests[i], &there));
        if (!there && merge_held_beside(c, &rests[i]))
            held[count++] = rests[i];
    }
    for (size_t i = 0; i < count; i += taken)
        TRY(make_one(c, o, kept, &held[i], count - i, &taken));
    return OK;
}
