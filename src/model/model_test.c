#include <stdio.h>

#include "base/limits.h"
#include "base/test.h"
#include "model/schema.h"

static void print_problems(const struct problems *p)
{
    for (size_t i = 0; i < p->list.n; i++)
        print_error(STR_FMT " %s " STR_FMT " " STR_FMT "\n", STR_ARG(p->list.at[i].pointer),
                    p->list.at[i].code, STR_ARG(p->list.at[i].args[0]),
                    STR_ARG(p->list.at[i].args[1]));
}

TEST(model_loads_what_ships)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    struct problems p = {.arena = arena};
    struct model *m = NULL;
    if (model_load_shipped(&p, &m) != OK)
        print_problems(&p);
    assert_non_null(m);
    const struct object *customer = model_object(m, S("customer"));
    assert_non_null(customer);
    assert_int_equal(customer->root, ROOT_SELF);
    assert_non_null(object_field(customer, S("name")));
    struct schema *want = schema_of_model(arena, m), *again;
    assert_int_equal(schema_from_json(arena, schema_to_json(arena, want), &again), OK);
    struct schema_plan plan = {.arena = arena};
    assert_int_equal(schema_diff(DB_SQLITE, again, want, &p, &plan), OK);
    assert_int_equal(plan.steps.n, 0);
    model_free(m);
}
