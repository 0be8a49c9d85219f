#include "core/search.h"
__attribute__((weak)) err_t search_find(
    struct ctx *c, const struct object *o, str q, size_t l, struct search_hit **h, size_t *n)
{
    (void)c;
    (void)o;
    (void)q;
    (void)l;
    *h = NULL;
    *n = 0;
    return OK;
}
