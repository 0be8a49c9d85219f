/* Which records each operation reaches: grants to conditions, once for each user and model.
 *
 *   rows(op) = reach(op) ∧ reach(READ)
 *   reach    = scope                                            the object stands for itself
 *            = via(linked) ∨ (link empty ∧ scope) ∨ beside      it has access_via
 * where linked is rows(READ) of the linked record for reading and rows(UPDATE) for writing. */
#include "base/limits.h"
#include "core/access_role.h"

enum progress { OPEN, WORKING, READY };

struct rows_maker {
    struct access *access;
    const struct grant *grants;
    uint8_t (*progress)[OP_COUNT]; /* enum progress by object and op */
};

static const struct rows NOTHING = {0}, EVERYTHING = {.any = true};

static struct rows some(const struct condition *where)
{
    return (struct rows){.any = true, .where = where};
}

static struct rows either(struct arena *arena, struct rows a, struct rows b)
{
    if (!a.any || !b.any)
        return a.any ? a : b;
    return some(condition_or(arena, a.where, b.where));
}

static struct rows both(struct arena *arena, struct rows a, struct rows b)
{
    if (!a.any || !b.any)
        return NOTHING;
    return some(a.where == b.where ? a.where : condition_and(arena, a.where, b.where));
}

/* The fields that say whose a record is. A user is their own; a department belongs to those in it;
 * what has no owner belongs to who made it. */
struct anchors {
    const struct field *person, *department;
};

static struct anchors anchors_of(const struct object *o)
{
    if (str_eqz(o->name, "user"))
        return (struct anchors){o->id, object_field(o, S("department"))};
    if (str_eqz(o->name, "department"))
        return (struct anchors){o->created_by, o->id};
    if (o->owned)
        return (struct anchors){o->owner, o->department};
    return (struct anchors){o->created_by, NULL};
}

static struct rows scope_rows(const struct access *a, const struct object *o, struct scope scope)
{
    if (scope.level == LEVEL_ALL)
        return EVERYTHING;
    struct anchors anchors = anchors_of(o);
    struct rows rows = scope.when ? some(scope.when) : NOTHING;
    if (scope.level >= LEVEL_OWN)
        rows = either(a->arena, rows, some(condition_ids(a->arena, anchors.person, &a->user, 1)));
    if (scope.level == LEVEL_DEPARTMENT && anchors.department && a->department)
        rows = either(a->arena, rows,
                      some(condition_ids(a->arena, anchors.department, &a->department, 1)));
    if (scope.level == LEVEL_BELOW && anchors.department && a->department_count)
        rows = either(
            a->arena, rows,
            some(condition_ids(a->arena, anchors.department, a->departments, a->department_count)));
    return rows;
}

static struct rows rows_of(const struct rows_maker *, const struct object *, enum op);

static struct rows unlinked(const struct rows_maker *m, const struct object *o, enum op op)
{
    struct rows own = scope_rows(m->access, o, m->grants[o->index].ops[op]);
    struct arena *arena = m->access->arena;
    json_t *empty = json_keep(arena, json_pack("{s:s%,s:b}", "field", o->access_via->name.p,
                                               o->access_via->name.n, "isNull", 1));
    struct condition *is_empty;
    if (!own.any || o->access_via->required ||
        condition_parse(m->access->model, o, empty, (str){0}, NULL, arena, &is_empty) != OK)
        return NOTHING;
    return both(arena, own, some(is_empty));
}

static struct rows reach(const struct rows_maker *m, const struct object *o, enum op op)
{
    struct access *a = m->access;
    const struct field *via = o->access_via;
    if (!via || !via->target)
        return scope_rows(a, o, m->grants[o->index].ops[op]);
    struct rows linked = rows_of(m, via->target, op == OP_READ ? OP_READ : OP_UPDATE);
    if (linked.any)
        linked.where = condition_via(a->arena, via, linked.where);
    if (linked.any && !linked.where)
        return EVERYTHING;
    return either(a->arena, either(a->arena, linked, unlinked(m, o, op)),
                  scope_rows(a, o, m->grants[o->index].beside[op]));
}

/* Both scopes only name levels: the narrower one says it all. */
static bool plain(const struct object *o, struct scope a, struct scope b)
{
    return !o->access_via && !a.when && !b.when;
}

static bool same_scope(struct scope a, struct scope b)
{
    return a.level == b.level && a.when == b.when;
}

/* Whoever reads it may do this, too: one condition, not the same one twice. */
static bool as_far_as_read(const struct rows_maker *m, const struct object *o, enum op op)
{
    const struct grant *g = &m->grants[o->index];
    if (!o->access_via || !o->access_via->target)
        return false;
    struct rows read = rows_of(m, o->access_via->target, OP_READ);
    struct rows update = rows_of(m, o->access_via->target, OP_UPDATE);
    return read.any == update.any && read.where == update.where &&
           same_scope(g->ops[op], g->ops[OP_READ]) && same_scope(g->beside[op], g->beside[OP_READ]);
}

static struct rows work_out(const struct rows_maker *m, const struct object *o, enum op op)
{
    const struct grant *g = &m->grants[o->index];
    if (!access_granted(g->ops[op]))
        return NOTHING;
    if (op == OP_READ)
        return reach(m, o, op);
    struct rows readable = rows_of(m, o, OP_READ);
    if (op == OP_EXPORT)
        return readable;
    if (op == OP_CREATE)
        return o->access_via ? reach(m, o, op) : EVERYTHING;
    if (plain(o, g->ops[op], g->ops[OP_READ]))
        return g->ops[op].level < g->ops[OP_READ].level ? scope_rows(m->access, o, g->ops[op])
                                                        : readable;
    if (as_far_as_read(m, o, op))
        return readable;
    return both(m->access->arena, reach(m, o, op), readable);
}

const struct field *access_belongs(const struct object *o)
{
    for (size_t i = 0; !o->access_via && o->root != ROOT_SELF && i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (f->target && f->target->root == ROOT_SELF && field_stored(f) && !f->multi)
            return f;
    }
    return o->access_via;
}

/* Links that lead in a circle reach nothing. */
static struct rows rows_of(const struct rows_maker *m, const struct object *o, enum op op)
{
    struct rows *rows = &m->access->objects[o->index].rows[op];
    uint8_t *progress = &m->progress[o->index][op];
    if (*progress == OPEN) {
        *progress = WORKING;
        *rows = work_out(m, o, op);
        *progress = READY;
    }
    return *progress == READY ? *rows : NOTHING;
}

/* What belongs to a record that the user may update, where it is not within rows(UPDATE) itself. */
static struct rows linked(const struct rows_maker *m, const struct object *o, unsigned steps)
{
    const struct field *f = access_belongs(o);
    if (!f || !f->target || steps == LIMIT_PATH_LINKS)
        return NOTHING;
    struct rows above = linked(m, f->target, steps + 1);
    if (f == o->access_via && !above.any && rows_of(m, o, OP_UPDATE).any)
        return NOTHING;
    struct rows rows = either(m->access->arena, rows_of(m, f->target, OP_UPDATE), above);
    if (rows.any)
        rows.where = condition_via(m->access->arena, f, rows.where);
    return rows;
}

static enum level whose(const struct object *o, struct scope read)
{
    bool plain = o->owned && !o->access_via && !read.when;
    return plain && read.level < LEVEL_ALL ? read.level : LEVEL_NONE;
}

void access_rows(struct access *a, const struct grant *grants)
{
    size_t n = a->model->object_count;
    struct rows_maker m = {a, grants, arena_array(a->arena, n, sizeof *m.progress)};
    for (size_t i = 0; i < n; i++) {
        for (enum op op = 0; op < OP_COUNT; op++) {
            struct rows rows = rows_of(&m, a->model->objects[i], op);
            a->objects[i].may[op] = access_granted(grants[i].ops[op]) && rows.any;
        }
        a->objects[i].linked = linked(&m, a->model->objects[i], 0);
        a->objects[i].whose = whose(a->model->objects[i], grants[i].ops[OP_READ]);
        a->objects[i].link_only =
            a->model->objects[i]->access_via && !access_granted(grants[i].beside[OP_READ]);
    }
}
