#include "crm/relation/relation.h"

#include "core/record_internal.h"

static err_t before_write(struct ctx *c, const struct record *before, struct record *after)
{
    const struct field *other = object_field(after->object, S("other"));
    (void)before;
    if (!value_eq(record_cell(after, after->object->customer, 0), record_cell(after, other, 0)))
        return OK;
    problem_add(&c->problems, S("/other"), "relation_to_self", NULL);
    return ERR_INVALID;
}

void relation_attach(void)
{
    static struct record_hook hook = {.object = "relation", .before = before_write};
    record_hook_add(&hook);
}
