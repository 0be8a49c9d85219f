/* A formula of an administrator: parsed and evaluated; its result is of its storage. */
#include <stdlib.h>

#include "base/limits.h"
#include "fuzz.h"
#include "fuzz_model.h"
#include "model/formula.h"

static void check(int holds)
{
    if (!holds)
        abort();
}

static enum value_kind kind_of(enum storage storage)
{
    return storage == STORE_BOOL   ? VALUE_BOOL
           : storage == STORE_INT  ? VALUE_INT
           : storage == STORE_REAL ? VALUE_REAL
                                   : VALUE_TEXT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct problems p = {.arena = arena};
    const struct model *model;
    const struct object *customer = fuzz_customer(&model);
    struct formula *f;
    str text = {(const char *)data, size};
    err_t e = formula_parse(model, customer, text, S(""), &p, arena, &f);
    check((e == OK) != problems_any(&p));
    if (e != OK)
        return 0;
    struct condition_env env = {.now = INT64_C(1795236600000000)};
    for (unsigned salt = 0; salt < 2; salt++) {
        value v;
        struct record *r = fuzz_record(arena, customer, salt);
        check(formula_eval(f, &env, r, &FUZZ_SOURCE, arena, &v) == OK);
        check(v.kind == VALUE_NULL || v.kind == kind_of(formula_storage(f)));
        check(v.kind != VALUE_TEXT || utf8_valid(v.s));
    }
    return 0;
}
