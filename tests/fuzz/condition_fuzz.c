/* A condition from outside: parsed, written as SQL, matched; refused ones say why. */
#include <stdlib.h>

#include "base/json.h"
#include "base/limits.h"
#include "fuzz.h"
#include "fuzz_model.h"

static void check(int holds)
{
    if (!holds)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct problems p = {.arena = arena};
    const struct model *model;
    const struct object *customer = fuzz_customer(&model);
    struct condition *c = NULL;
    json_t *tree;
    if (json_read(arena, (str){(const char *)data, size}, &p, &tree) != OK)
        return 0;
    err_t e = condition_parse(model, customer, tree, S(""), &p, arena, &c);
    check((e == OK) != problems_any(&p));
    if (e != OK)
        return 0;
    struct condition_env env = {
        .now = INT64_C(1795236600000000), .zone = zone_find(S("Asia/Shanghai")), .me = 7};
    AUTO_SQL sql;
    sql_init(&sql, arena);
    e = condition_sql(c, &env, "t", &sql);
    check(e == OK || e == ERR_LIMIT);
    bool holds;
    for (unsigned salt = 0; salt < 2; salt++)
        check(condition_match(c, &env, fuzz_record(arena, customer, salt), &FUZZ_SOURCE, &holds) ==
              OK);
    return 0;
}
