#include "base/value.h"

static int rank(enum value_kind kind)
{
    return kind == VALUE_REAL ? VALUE_INT : (int)kind;
}

static int cmp_int(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

/* Exact even where the integer has more than 53 bits. */
static int cmp_int_real(int64_t a, double b)
{
    if (b >= 9223372036854775808.0)
        return -1;
    if (b < -9223372036854775808.0)
        return 1;
    int64_t whole = (int64_t)b;
    int c = cmp_int(a, whole);
    if (c)
        return c;
    double rest = b - (double)whole;
    return rest > 0 ? -1 : rest < 0;
}

int value_cmp(value a, value b)
{
    if (rank(a.kind) != rank(b.kind))
        return rank(a.kind) < rank(b.kind) ? -1 : 1;
    switch (a.kind) {
    case VALUE_NULL:
        return 0;
    case VALUE_BOOL:
        return (int)a.b - (int)b.b;
    case VALUE_INT:
        return b.kind == VALUE_INT ? cmp_int(a.i, b.i) : cmp_int_real(a.i, b.r);
    case VALUE_REAL:
        if (b.kind == VALUE_INT)
            return -cmp_int_real(b.i, a.r);
        return a.r < b.r ? -1 : a.r > b.r;
    case VALUE_TEXT:
        return str_cmp(a.s, b.s);
    }
    return 0;
}

bool value_eq(value a, value b)
{
    return value_cmp(a, b) == 0;
}
