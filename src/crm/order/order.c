#include "crm/order/order.h"

#include "core/record_internal.h"

/* A line belongs to the customer of its order, whatever the caller says. */
static err_t line_before(struct ctx *c, const struct record *before, struct record *after)
{
    const struct object *o = after->object;
    const struct field *order = object_field(o, S("order"));
    struct record *parent;
    (void)before;
    err_t e = record_load(c, order->target, record_cell(after, order, 0).i, &parent);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    if (!value_eq(record_cell(after, o->customer, 0),
                  record_cell(parent, parent->object->customer, 0))) {
        problem_add(&c->problems, S("/customer"), "order_line_customer", NULL);
        return ERR_INVALID;
    }
    return OK;
}

void order_attach(void)
{
    static struct record_hook hook = {.object = "order_line", .before = line_before};
    record_hook_add(&hook);
}
