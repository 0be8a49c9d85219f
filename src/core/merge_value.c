/* What the kept record becomes: whose value each field takes. */
#include "core/merge_internal.h"

#include <string.h>

#include "base/id.h"

/* ---- fields ---- */

bool merge_takes(const struct field *f)
{
    const struct object *o = f->object;
    return field_stored(f) && !f->builtin && !f->computed && !f->auto_prefix.n &&
           f != o->customer && f != o->access_via;
}

static bool empty(const struct record *r, const struct field *f)
{
    return record_cell(r, f, 0).kind == VALUE_NULL;
}

static void take(struct record *to, const struct record *from, const struct field *f)
{
    memcpy(&to->cells[f->first_column], &from->cells[f->first_column],
           f->column_count * sizeof *to->cells);
}

static const struct record *by_id(const struct merged *m, str text)
{
    int64_t id;
    if (id_parse(text, &id) != OK)
        return NULL;
    if (record_id(m->kept) == id)
        return m->kept;
    for (size_t i = 0; i < m->other_count; i++)
        if (record_id(m->others[i]) == id)
            return m->others[i];
    return NULL;
}

static value united(struct ctx *c, const struct merged *m, const struct field *f)
{
    VEC(str) all = {0};
    for (size_t i = 0; i <= m->other_count; i++) {
        str *members;
        size_t n =
            multi_members(c->arena, record_cell(i ? m->others[i - 1] : m->kept, f, 0), &members);
        for (size_t k = 0; k < n; k++)
            *VEC_PUSH(c->arena, all) = members[k];
    }
    return multi_cell(c->arena, all.at, all.n);
}

/* The texts below each other, those that say the same once; as many as the field has room for. */
static value below_each_other(struct ctx *c, const struct merged *m, const struct field *f)
{
    str text = {0};
    for (size_t i = 0; i <= m->other_count; i++) {
        value v = record_cell(i ? m->others[i - 1] : m->kept, f, 0);
        if (v.kind != VALUE_TEXT || str_find(text, v.s) != SIZE_MAX)
            continue;
        str both = text.n
                       ? arena_printf(c->arena, STR_FMT "\n" STR_FMT, STR_ARG(text), STR_ARG(v.s))
                       : v.s;
        if (!text.n || !f->max_chars || utf8_count(both) <= f->max_chars)
            text = both;
    }
    return text.n ? V_TEXT(text) : V_NULL;
}

static void
by_itself(struct ctx *c, const struct merged *m, const struct field *f, struct record *r)
{
    value *cell = &r->cells[f->first_column];
    if (f->multi)
        *cell = united(c, m, f);
    else if (str_eqz(S("long_text"), f->type->name))
        *cell = below_each_other(c, m, f);
    for (size_t i = 0; i < m->other_count && empty(r, f); i++)
        take(r, m->others[i], f);
}

static err_t bad(struct ctx *c, const char *key, const char *code, str arg)
{
    str at = pointer_join(c->arena, S("/values"), str_from(key));
    problem_add_str(&c->problems, at, code, arg, (str){0}, (str){0});
    return ERR_INVALID;
}

static err_t
as_chosen(struct ctx *c, const struct merge *m, const struct merged *all, struct record *r)
{
    const char *key;
    json_t *chosen;
    err_t e = OK;
    json_object_foreach((json_t *)m->values, key, chosen)
    {
        const struct field *f = object_field(m->object, str_from(key));
        const struct record *from = by_id(all, json_str(chosen));
        if (!f || access_field_own(c->access, f) == FIELD_HIDDEN)
            e = bad(c, key, "unknown_field", str_from(key));
        else if (!merge_takes(f) || f->readonly || access_field_own(c->access, f) < FIELD_WRITE)
            e = bad(c, key, "read_only", f->label.text[c->lang]);
        else if (!from)
            e = bad(c, key, "merge_not_among", f->label.text[c->lang]);
        else
            take(r, from, f);
    }
    return e;
}

/* The department of a record is that of its owner. */
static void follow_owner(const struct merged *m, struct record *r)
{
    const struct object *o = r->object;
    for (size_t i = 0; o->owner && i < m->other_count; i++)
        if (value_eq(record_cell(r, o->owner, 0), record_cell(m->others[i], o->owner, 0)) &&
            !value_eq(record_cell(r, o->owner, 0), record_cell(m->kept, o->owner, 0)))
            take(r, m->others[i], o->department);
}

err_t merge_values(struct ctx *c,
                   const struct merge *m,
                   const struct merged *all,
                   struct record **after)
{
    struct record *r = record_copy(c->arena, all->kept);
    for (size_t i = 0; i < m->object->field_count; i++)
        if (merge_takes(m->object->fields[i]))
            by_itself(c, all, m->object->fields[i], r);
    TRY(as_chosen(c, m, all, r));
    follow_owner(all, r);
    *after = r;
    return OK;
}

/* ---- identity keys that have no place ---- */

static bool has_key(const struct record *r, const struct field *like, value key)
{
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (f->identity.n && str_eq(f->identity, like->identity) &&
            value_eq(record_cell(r, f, 0), key))
            return true;
    }
    return false;
}

static bool known(const struct merge_rest *rests, size_t n, const struct field *like, value key)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(rests[i].field->identity, like->identity) &&
            value_eq(record_cell(rests[i].from, rests[i].field, 0), key))
            return true;
    return false;
}

/* Another field of the kind takes what the result's own has no room for. */
static bool to_free_field(struct record *after, const struct field *like, value key)
{
    for (size_t i = 0; i < after->object->field_count; i++) {
        const struct field *f = after->object->fields[i];
        if (f->type == like->type && f->identity.n && str_eq(f->identity, like->identity) &&
            merge_takes(f) && empty(after, f)) {
            after->cells[f->first_column] = key;
            return true;
        }
    }
    return false;
}

size_t merge_rests(const struct merged *m, struct record *after, struct merge_rest out[MERGE_RESTS])
{
    size_t n = 0;
    for (size_t i = 0; i <= m->other_count; i++) {
        const struct record *r = i ? m->others[i - 1] : m->kept;
        for (size_t k = 0; k < r->object->field_count && n < MERGE_RESTS; k++) {
            const struct field *f = r->object->fields[k];
            value key = f->identity.n && field_stored(f) ? record_cell(r, f, 0) : V_NULL;
            if (key.kind == VALUE_TEXT && !has_key(after, f, key) && !known(out, n, f, key) &&
                !to_free_field(after, f, key))
                out[n++] = (struct merge_rest){r, f};
        }
    }
    return n;
}
