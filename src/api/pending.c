#include "core/change.h"
#include "core/search.h"
__attribute__((weak)) err_t
change_history(struct ctx *c, int64_t r, int64_t b, size_t l, struct change **o, size_t *n)
{
    (void)c;
    (void)r;
    (void)b;
    (void)l;
    *o = NULL;
    *n = 0;
    return OK;
}
__attribute__((weak)) err_t batch_begin(struct ctx *c, const char *k, str t, int64_t *id)
{
    (void)c;
    (void)k;
    (void)t;
    *id = 1;
    return OK;
}
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
