#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <wctype.h>

#include "model/formula_node.h"
#include "text/text.h"

double formula_real(value v)
{
    return v.kind == VALUE_INT ? (double)v.i : v.r;
}

value formula_number(double x)
{
    return isfinite(x) ? V_REAL(x) : V_NULL;
}

static value whole(double x)
{
    return x >= -9223372036854775808.0 && x < 9223372036854775808.0 ? V_INT((int64_t)x) : V_NULL;
}

/* Half away from zero, as people round: 1.005 to two digits is 1.01 although the double is a little
 * less. */
static double round_half(double x)
{
    return round(x + copysign(fabs(x) * 4.5e-16, x));
}

static value call_round(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    if (a[0].kind == VALUE_INT && x->argument_count == 1)
        return a[0];
    if (x->argument_count == 1)
        return whole(round_half(a[0].r));
    int64_t digits = a[1].i;
    if (digits < -15 || digits > 15)
        return V_NULL;
    double scale = pow(10, (double)(digits < 0 ? -digits : digits)), number = formula_real(a[0]);
    double rounded =
        digits < 0 ? round_half(number / scale) * scale : round_half(number * scale) / scale;
    return x->type == FORMULA_INT ? whole(rounded) : formula_number(rounded);
}

static value call_floor(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    (void)x;
    return a[0].kind == VALUE_INT ? a[0] : whole(floor(a[0].r));
}

static value call_ceil(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    (void)x;
    return a[0].kind == VALUE_INT ? a[0] : whole(ceil(a[0].r));
}

static value call_abs(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    (void)x;
    if (a[0].kind == VALUE_REAL)
        return V_REAL(fabs(a[0].r));
    return a[0].i == INT64_MIN ? V_NULL : V_INT(a[0].i < 0 ? -a[0].i : a[0].i);
}

static value call_min(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    value least = a[0];
    for (size_t i = 1; i < x->argument_count; i++)
        if (value_cmp(a[i], least) < 0)
            least = a[i];
    return least;
}

static value call_max(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    value most = a[0];
    for (size_t i = 1; i < x->argument_count; i++)
        if (value_cmp(a[i], most) > 0)
            most = a[i];
    return most;
}

/* ---- text ---- */

static value call_len(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    (void)x;
    return V_INT((int64_t)utf8_count(a[0].s));
}

static locale_t unicode;

static void make_unicode(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
}

static value map_letters(const struct evaluation *e, str s, bool upper)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_unicode);
    char *out = arena_alloc(e->arena, s.n * 4);
    size_t n = 0;
    while (s.n) {
        wint_t c = utf8_next(&s);
        if (unicode)
            c = upper ? towupper_l(c, unicode) : towlower_l(c, unicode);
        n += utf8_put((uint32_t)c, out + n);
    }
    return V_TEXT(((str){out, n}));
}

static value call_upper(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)x;
    return map_letters(e, a[0].s, true);
}

static value call_lower(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)x;
    return map_letters(e, a[0].s, false);
}

static value call_trim(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    (void)x;
    return V_TEXT(str_trim(a[0].s));
}

static value call_left(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    (void)x;
    return V_TEXT(utf8_prefix(a[0].s, a[1].i < 0 ? 0 : (size_t)a[1].i));
}

static value call_right(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    (void)x;
    size_t all = utf8_count(a[0].s), wanted = a[1].i < 0 ? 0 : (size_t)a[1].i;
    if (wanted >= all)
        return a[0];
    str left = utf8_prefix(a[0].s, all - wanted);
    return V_TEXT(str_cut(a[0].s, left.n, a[0].s.n));
}

static value call_contains(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)x;
    return V_BOOL(str_find(text_fold(e->arena, a[0].s), text_fold(e->arena, a[1].s)) != SIZE_MAX);
}

static value call_text(const struct evaluation *e, const struct expression *x, const value *a)
{
    return formula_text(e, x->arguments[0]->type, a[0]);
}

static value call_number(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    if (formula_is_number(x->arguments[0]->type))
        return V_REAL(formula_real(a[0]));
    double number;
    return str_to_real(str_trim(a[0].s), &number) == OK ? V_REAL(number) : V_NULL;
}

/* ---- calendar ---- */

static struct civil civil_of(const struct evaluation *e, const struct expression *x, const value *a)
{
    return civil_from_day(formula_day(e, x->arguments[0]->type, a[0]));
}

static value call_year(const struct evaluation *e, const struct expression *x, const value *a)
{
    return V_INT(civil_of(e, x, a).year);
}

static value call_month(const struct evaluation *e, const struct expression *x, const value *a)
{
    return V_INT(civil_of(e, x, a).month);
}

static value call_day(const struct evaluation *e, const struct expression *x, const value *a)
{
    return V_INT(civil_of(e, x, a).day);
}

static value call_days(const struct evaluation *e, const struct expression *x, const value *a)
{
    return V_INT(formula_day(e, x->arguments[0]->type, a[0]) -
                 formula_day(e, x->arguments[1]->type, a[1]));
}

static value call_date(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)e;
    (void)x;
    for (size_t i = 0; i < 3; i++)
        if (a[i].i < 1 || a[i].i > 9999)
            return V_NULL;
    struct civil c = {(int)a[0].i, (int)a[1].i, (int)a[2].i};
    return civil_valid(c) ? V_INT(civil_to_day(c)) : V_NULL;
}

static value call_today(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)x;
    (void)a;
    return V_INT(formula_day(e, FORMULA_INSTANT, V_INT(e->env->now)));
}

static value call_now(const struct evaluation *e, const struct expression *x, const value *a)
{
    (void)x;
    (void)a;
    return V_INT(e->env->now);
}

static const struct formula_function functions[] = {
    {"abs", "n", 1, FORMULA_EMPTY, call_abs},
    {"ceil", "n", 1, FORMULA_INT, call_ceil},
    {"coalesce", "s*", 1, FORMULA_EMPTY},
    {"contains", "tt", 2, FORMULA_BOOL, call_contains},
    {"date", "iii", 3, FORMULA_DATE, call_date},
    {"day", "d", 1, FORMULA_INT, call_day},
    {"days", "dd", 2, FORMULA_INT, call_days},
    {"floor", "n", 1, FORMULA_INT, call_floor},
    {"if", "bss", 2, FORMULA_EMPTY},
    {"isblank", "a", 1, FORMULA_BOOL},
    {"left", "ti", 2, FORMULA_TEXT, call_left},
    {"len", "t", 1, FORMULA_INT, call_len},
    {"lower", "t", 1, FORMULA_TEXT, call_lower},
    {"max", "s*", 1, FORMULA_EMPTY, call_max},
    {"min", "s*", 1, FORMULA_EMPTY, call_min},
    {"month", "d", 1, FORMULA_INT, call_month},
    {"now", "", 0, FORMULA_INSTANT, call_now, true},
    {"number", "v", 1, FORMULA_REAL, call_number},
    {"right", "ti", 2, FORMULA_TEXT, call_right},
    {"round", "ni", 1, FORMULA_REAL, call_round},
    {"text", "a", 1, FORMULA_TEXT, call_text},
    {"today", "", 0, FORMULA_DATE, call_today, true},
    {"trim", "t", 1, FORMULA_TEXT, call_trim},
    {"upper", "t", 1, FORMULA_TEXT, call_upper},
    {"year", "d", 1, FORMULA_INT, call_year},
};

const struct formula_function *formula_function_find(str name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (str_eqz(name, functions[i].name))
            return &functions[i];
    return NULL;
}
