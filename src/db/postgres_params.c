#include <stdlib.h>

#include "base/limits.h"
#include "db/postgres.h"

enum { KEPT_BYTES = 64 * KIB };

static void add(struct buf *b, value v)
{
    switch (v.kind) {
    case VALUE_BOOL:
        buf_add(b, v.b ? S("true") : S("false"));
        break;
    case VALUE_INT:
        buf_int(b, v.i);
        break;
    case VALUE_REAL:
        buf_printf(b, "%.17g", v.r);
        break;
    case VALUE_TEXT:
        buf_add(b, v.s);
        break;
    case VALUE_NULL:
        return;
    }
    buf_byte(b, '\0');
}

static void make_room(struct postgres_conn *c, size_t n)
{
    if (n <= c->values_cap)
        return;
    free(c->values);
    c->values = db_alloc(n * sizeof *c->values);
    c->values_cap = n;
}

const char *const *postgres_params(struct postgres_conn *c, const value *params, size_t n)
{
    if (c->texts.cap > KEPT_BYTES)
        postgres_params_done(c);
    make_room(c, n);
    c->texts.max = SIZE_MAX / 2;
    buf_clear(&c->texts);
    for (size_t i = 0; i < n; i++)
        add(&c->texts, params[i]);
    const char *at = c->texts.p;
    for (size_t i = 0; i < n; i++) {
        c->values[i] = params[i].kind == VALUE_NULL ? NULL : at;
        if (c->values[i])
            at += strlen(at) + 1;
    }
    return c->values;
}

void postgres_params_done(struct postgres_conn *c)
{
    buf_done(&c->texts);
    free(c->values);
    c->texts = (struct buf){0};
    c->values = NULL;
    c->values_cap = 0;
}
