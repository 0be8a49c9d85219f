#include "crm/follow_up/follow_up.h"

#include "core/record_internal.h"
#include "model/field_type.h"
#include "sql_crm.h"

/* What a follow-up can be about, and the fields that tell what comes next. */
struct about {
    const struct field *ref, *at, *next, *target;
    str later_sql;
};

static bool find_fields(const struct object *o, const char *ref, str later_sql, struct about *out)
{
    struct about a = {.ref = object_field(o, str_from(ref)),
                      .at = object_field(o, S("at")),
                      .next = object_field(o, S("next_at")),
                      .later_sql = later_sql};
    if (a.ref)
        a.target = object_field(a.ref->target, S("next_follow_up_at"));
    *out = a;
    return a.at && a.next && a.target;
}

static value cell_of(const struct record *r, const struct field *f)
{
    return r && record_live(r) ? record_cell(r, f, 0) : V_NULL;
}

/* Has a follow-up at this time done what was planned? Not what is still to come. */
static bool done(struct ctx *c, value planned, value at)
{
    return planned.kind == VALUE_INT && at.kind == VALUE_INT && planned.i <= at.i &&
           planned.i <= c->now;
}

/* NULL when there is nobody (any more). */
static err_t load(struct ctx *c, const struct about *a, value id, struct record **out)
{
    *out = NULL;
    if (id.kind != VALUE_INT)
        return OK;
    err_t e = record_load(c, a->ref->target, id.i, out);
    if (e == OK && !record_live(*out))
        *out = NULL;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err_t put(struct ctx *c, const struct about *a, const struct record *was, value at)
{
    struct record *is = record_copy(c->arena, was);
    is->cells[a->target->first_column] = at;
    return record_store(c, CHANGE_DERIVE, was, is, NULL);
}

/* What was planned before the follow-up came: what the first change since then replaced. */
static err_t planned_before(struct ctx *c,
                            const struct about *a,
                            const struct record *follow_up,
                            const struct record *of,
                            value *out)
{
    value params[] = {V_INT(record_id(of)), V_INT(record_id(follow_up))};
    AUTO_ROWS rows = NULL;
    *out = record_cell(of, a->target, 0);
    TRY(db_query(c->conn, SQL_FOLLOW_UP_CHANGES_SINCE, params, 2, &rows));
    while (db_next(rows)) {
        struct change ch = {.before = db_text(rows, 0), .after = db_text(rows, 1)};
        if (!change_touches(&ch, a->target))
            continue;
        json_t *before = json_keep(c->arena, json_loadb(ch.before.p, ch.before.n, 0, NULL));
        struct field_context context = ctx_field(c, S(""));
        const char *id = arena_strz(c->arena, a->target->id);
        return field_read(a->target, &context, json_object_get(before, id), out);
    }
    return db_rows_error(rows);
}

/* The follow-up no longer says it: what was planned before it comes back, unless another date has
 * been set since. */
static err_t withdraw(struct ctx *c, const struct about *a, const struct record *before)
{
    struct record *was;
    value said = record_cell(before, a->next, 0), planned;
    TRY(load(c, a, record_cell(before, a->ref, 0), &was));
    if (!was || !value_eq(record_cell(was, a->target, 0), said))
        return OK;
    TRY(planned_before(c, a, before, was, &planned));
    if (said.kind != VALUE_INT && !done(c, planned, record_cell(before, a->at, 0)))
        return OK; /* it had taken nothing away */
    return put(c, a, was, planned);
}

/* The newest follow-up that names a date decides, and a date gone by never replaces one to come. */
static err_t announce(struct ctx *c, const struct about *a, const struct record *after, bool moved)
{
    struct record *was;
    value id = record_cell(after, a->ref, 0), said = record_cell(after, a->next, 0);
    TRY(load(c, a, id, &was));
    if (!was)
        return OK;
    value planned = record_cell(was, a->target, 0);
    if (planned.kind == VALUE_INT && planned.i > c->now && (moved || said.i <= c->now))
        return OK;
    value params[] = {id, V_INT(record_id(after)), record_cell(after, a->at, 0), said}, one;
    err_t e = db_one(c->conn, c->arena, a->later_sql, params, 4, &one, 1);
    return e == ERR_NOT_FOUND ? put(c, a, was, said) : e;
}

/* A new follow-up without a date: what was planned until then is done. */
static err_t settle(struct ctx *c, const struct about *a, const struct record *after)
{
    struct record *was;
    TRY(load(c, a, record_cell(after, a->ref, 0), &was));
    if (!was || !done(c, record_cell(was, a->target, 0), record_cell(after, a->at, 0)))
        return OK;
    return put(c, a, was, V_NULL);
}

static err_t
tell(struct ctx *c, const struct about *a, const struct record *before, const struct record *after)
{
    value had = cell_of(before, a->next), has = cell_of(after, a->next);
    value of_before = cell_of(before, a->ref), of = cell_of(after, a->ref);
    bool moved = before && !value_eq(of_before, of), lives = record_live(after);
    if (before && !moved && value_eq(had, has))
        return OK;
    /* A merge takes the date with the other values, after all that was about them has moved. */
    bool merging = moved && lives && str_eqz(S("job"), c->through);
    if (of_before.kind == VALUE_INT && !merging && (!lives || moved || has.kind != VALUE_INT))
        TRY(withdraw(c, a, before));
    if (has.kind == VALUE_INT)
        return announce(c, a, after, of_before.kind == VALUE_INT && moved);
    return lives && of_before.kind != VALUE_INT ? settle(c, a, after) : OK;
}

static err_t written(struct ctx *c, const struct record *before, const struct record *after)
{
    struct about a;
    if (find_fields(after->object, "customer", SQL_FOLLOW_UP_LATER_OF_CUSTOMER, &a))
        TRY(tell(c, &a, before, after));
    if (find_fields(after->object, "lead", SQL_FOLLOW_UP_LATER_OF_LEAD, &a))
        TRY(tell(c, &a, before, after));
    return OK;
}

void follow_up_attach(void)
{
    static struct record_hook hook = {.object = "follow_up", .after = written};
    record_hook_add(&hook);
}
