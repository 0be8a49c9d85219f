#include "main/demo/demo.h"

#include "base/limits.h"
#include "main/demo/world.h"

static err_t generate(struct demo *d)
{
    TRY(material_load(d->arena, &d->m));
    TRY(calendar_make(d));
    d->phone_offset = d->options->seed * UINT64_C(7919) % UINT64_C(1000000007);
    TRY(emit_setup(d));
    struct customer *c = ARENA_NEW(d->arena, struct customer);
    for (int64_t i = 0; i < d->options->customers; i++) {
        arena_reset(d->scratch);
        plan_customer(d, c, i);
        TRY(emit_customer(d, c));
    }
    return emit_leads(d);
}

err_t demo_generate(const struct demo_options *options, demo_emit *emit, void *context)
{
    if (options->customers < DEMO_LEAST_CUSTOMERS || options->customers > DEMO_MOST_CUSTOMERS)
        return ERR_INVALID;
    AUTO_ARENA arena = arena_new(64 * MIB);
    AUTO_ARENA scratch = arena_new(4 * MIB);
    struct demo *d = ARENA_NEW(arena, struct demo);
    d->options = options;
    d->emit = emit;
    d->context = context;
    d->arena = arena;
    d->scratch = scratch;
    return generate(d);
}
