#include "model/field/types.h"

/* A formula's `decimals` and `currency` belong to its result. */
static err_t
load_formula(struct model *m, struct field *f, const json_t *d, struct problems *problems, str at)
{
    (void)problems;
    (void)at;
    f->decimals = (unsigned)json_get_int(d, "decimals", 0);
    f->currency = arena_str(m->arena, json_get_str(d, "currency"));
    return OK;
}

/* Cells, JSON and text of both are those of their result: field->shape. */
const struct field_type FIELD_FORMULA = {.name = "formula", .load = load_formula};
const struct field_type FIELD_ROLLUP = {.name = "rollup"};
