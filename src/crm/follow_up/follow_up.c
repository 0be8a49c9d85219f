#include "crm/follow_up/follow_up.h"

#include "core/record_internal.h"
#include "sql_crm.h"

/* Puts the date into `next_follow_up_at` of what the ref names. */
static err_t put_next(struct ctx *c, const struct record *was, const struct field *target, value at)
{
    struct record *is = record_copy(c->arena, was);
    is->cells[target->first_column] = at;
    return record_store(c, CHANGE_DERIVE, was, is, NULL);
}

/* Copies `next_at` to `next_follow_up_at` of what the ref names, unless a later follow-up of it has
 * been written already: the newest follow-up decides. When one is deleted, the newest that is left.
 */
static err_t
copy_next(struct ctx *c, const struct record *after, const char *ref_name, str newest_sql)
{
    const struct field *ref = object_field(after->object, str_from(ref_name));
    const struct field *next = object_field(after->object, S("next_at"));
    value id = ref ? record_cell(after, ref, 0) : V_NULL;
    if (id.kind != VALUE_INT || !next)
        return OK;
    const struct field *target = object_field(ref->target, S("next_follow_up_at"));
    const struct field *last = object_field(ref->target, S("last_follow_up_at"));
    const struct field *at = object_field(after->object, S("at"));
    struct record *was;
    err_t e = target ? record_load(c, ref->target, id.i, &was) : ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    if (!record_live(after)) {
        value left = V_NULL;
        e = db_one(c->conn, c->arena, newest_sql, &id, 1, &left, 1);
        return e == OK || e == ERR_NOT_FOUND ? put_next(c, was, target, left) : e;
    }
    bool newest =
        !last || !at || value_cmp(record_cell(after, at, 0), record_cell(was, last, 0)) >= 0;
    return newest ? put_next(c, was, target, record_cell(after, next, 0)) : OK;
}

static err_t written(struct ctx *c, const struct record *before, const struct record *after)
{
    (void)before;
    TRY(copy_next(c, after, "customer", SQL_FOLLOW_UP_NEWEST_OF_CUSTOMER));
    return copy_next(c, after, "lead", SQL_FOLLOW_UP_NEWEST_OF_LEAD);
}

void follow_up_attach(void)
{
    static struct record_hook hook = {.object = "follow_up", .after = written};
    record_hook_add(&hook);
}
