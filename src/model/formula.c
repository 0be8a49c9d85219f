#include "model/formula_node.h"

#include <math.h>

static value evaluate(const struct evaluation *, const struct expression *);

int64_t formula_day(const struct evaluation *e, enum formula_type type, value v)
{
    if (type == FORMULA_DATE)
        return v.i;
    if (e->env->zone)
        return zone_day(e->env->zone, v.i);
    return v.i / CLOCK_DAY - (v.i % CLOCK_DAY < 0);
}

static str real_text(struct arena *arena, double x)
{
    for (int digits = 1; digits <= 17; digits++) {
        str s = arena_printf(arena, "%.*g", digits, x);
        double back;
        if (str_to_real(s, &back) == OK && back == x)
            return s;
    }
    return (str){0};
}

value formula_text(const struct evaluation *e, enum formula_type type, value v)
{
    char z[INSTANT_CHARS + 1];
    switch (type) {
    case FORMULA_INT:
        return V_TEXT(arena_printf(e->arena, "%lld", (long long)v.i));
    case FORMULA_REAL:
        return V_TEXT(v.kind == VALUE_INT ? arena_printf(e->arena, "%lld", (long long)v.i)
                                          : real_text(e->arena, v.r));
    case FORMULA_BOOL:
        return V_TEXT(v.b ? S("true") : S("false"));
    case FORMULA_DATE:
        return V_TEXT(arena_str(e->arena, (str){z, day_format(v.i, z)}));
    case FORMULA_INSTANT:
        return V_TEXT(arena_str(e->arena, (str){z, instant_format(v.i, z)}));
    case FORMULA_TEXT:
    case FORMULA_EMPTY:
        break;
    }
    return v;
}

static value field_value(const struct evaluation *e, const struct expression *x)
{
    const struct record *record = e->record;
    if (x->link) {
        value id = record_cell(record, x->link, 0);
        if (id.kind != VALUE_INT)
            return V_NULL;
        record = e->source->follow(e->source->context, x->link, id.i);
    }
    return record ? record_cell(record, x->field, x->part) : V_NULL;
}

/* ---- operators ---- */

static value whole_arithmetic(enum formula_op op, int64_t a, int64_t b)
{
    int64_t result = 0;
    bool failed = true;
    switch (op) {
    case OP_ADD:
        failed = __builtin_add_overflow(a, b, &result);
        break;
    case OP_SUBTRACT:
        failed = __builtin_sub_overflow(a, b, &result);
        break;
    case OP_MULTIPLY:
        failed = __builtin_mul_overflow(a, b, &result);
        break;
    case OP_REMAINDER:
        failed = b == 0;
        result = failed || b == -1 ? 0 : a % b;
        break;
    default:
        break;
    }
    return failed ? V_NULL : V_INT(result);
}

static value real_arithmetic(enum formula_op op, double a, double b)
{
    switch (op) {
    case OP_ADD:
        return formula_number(a + b);
    case OP_SUBTRACT:
        return formula_number(a - b);
    case OP_MULTIPLY:
        return formula_number(a * b);
    case OP_DIVIDE:
        return b == 0 ? V_NULL : formula_number(a / b);
    case OP_REMAINDER:
        return b == 0 ? V_NULL : formula_number(fmod(a, b));
    default:
        return V_NULL;
    }
}

static bool is_day(value v)
{
    return v.kind == VALUE_INT && v.i >= civil_to_day((struct civil){1, 1, 1}) &&
           v.i <= civil_to_day((struct civil){9999, 12, 31});
}

static value arithmetic(const struct evaluation *e, const struct expression *x)
{
    value a = evaluate(e, x->arguments[0]), b = evaluate(e, x->arguments[1]);
    if (a.kind == VALUE_NULL || b.kind == VALUE_NULL)
        return V_NULL;
    if (a.kind == VALUE_INT && b.kind == VALUE_INT && x->op != OP_DIVIDE) {
        value v = whole_arithmetic(x->op, a.i, b.i);
        return x->type == FORMULA_DATE && !is_day(v) ? V_NULL : v;
    }
    return real_arithmetic(x->op, formula_real(a), formula_real(b));
}

static bool compare(const struct evaluation *e, const struct expression *x)
{
    value a = evaluate(e, x->arguments[0]), b = evaluate(e, x->arguments[1]);
    if (a.kind == VALUE_NULL || b.kind == VALUE_NULL)
        return x->op == OP_UNEQUAL;
    int c = value_cmp(a, b);
    switch (x->op) {
    case OP_EQUAL:
        return c == 0;
    case OP_UNEQUAL:
        return c != 0;
    case OP_LESS:
        return c < 0;
    case OP_LESS_EQUAL:
        return c <= 0;
    case OP_MORE:
        return c > 0;
    default:
        return c >= 0;
    }
}

static bool is_true(const struct evaluation *e, const struct expression *x)
{
    value v = evaluate(e, x);
    return v.kind == VALUE_BOOL && v.b;
}

static value join(const struct evaluation *e, const struct expression *x)
{
    value parts[2];
    for (size_t i = 0; i < 2; i++) {
        parts[i] = evaluate(e, x->arguments[i]);
        parts[i] = parts[i].kind == VALUE_NULL ? V_TEXT(S(""))
                                               : formula_text(e, x->arguments[i]->type, parts[i]);
    }
    if (parts[0].s.n + parts[1].s.n > FORMULA_TEXT_BYTES)
        return V_NULL;
    return V_TEXT(arena_concat(e->arena, parts[0].s, parts[1].s));
}

static value negate(value v)
{
    if (v.kind == VALUE_INT)
        return v.i == INT64_MIN ? V_NULL : V_INT(-v.i);
    return v.kind == VALUE_REAL ? V_REAL(-v.r) : V_NULL;
}

/* ---- functions ---- */

static bool is_blank(value v)
{
    return v.kind == VALUE_NULL || (v.kind == VALUE_TEXT && v.s.n == 0);
}

static value coalesce(const struct evaluation *e, const struct expression *x)
{
    for (size_t i = 0; i < x->argument_count; i++) {
        value v = evaluate(e, x->arguments[i]);
        if (!is_blank(v))
            return v;
    }
    return V_NULL;
}

/* if, coalesce and isblank, which take empty arguments. */
static value call_special(const struct evaluation *e, const struct expression *x)
{
    if (str_eqz(S("coalesce"), x->function->name))
        return coalesce(e, x);
    if (str_eqz(S("isblank"), x->function->name))
        return V_BOOL(is_blank(evaluate(e, x->arguments[0])));
    size_t branch = is_true(e, x->arguments[0]) ? 1 : 2;
    return branch < x->argument_count ? evaluate(e, x->arguments[branch]) : V_NULL;
}

static value call(const struct evaluation *e, const struct expression *x)
{
    if (!x->function->call)
        return call_special(e, x);
    value *arguments = ARENA_ARRAY(e->arena, value, x->argument_count);
    for (size_t i = 0; i < x->argument_count; i++) {
        arguments[i] = evaluate(e, x->arguments[i]);
        bool overlong = arguments[i].kind == VALUE_TEXT && arguments[i].s.n > FORMULA_TEXT_BYTES;
        if (arguments[i].kind == VALUE_NULL || overlong)
            return V_NULL;
    }
    return x->function->call(e, x, arguments);
}

static value evaluate(const struct evaluation *e, const struct expression *x)
{
    switch (x->op) {
    case OP_LITERAL:
        return x->literal;
    case OP_FIELD:
        return field_value(e, x);
    case OP_CALL:
        return call(e, x);
    case OP_NEGATE:
        return negate(evaluate(e, x->arguments[0]));
    case OP_NOT:
        return V_BOOL(!is_true(e, x->arguments[0]));
    case OP_AND:
        return V_BOOL(is_true(e, x->arguments[0]) && is_true(e, x->arguments[1]));
    case OP_OR:
        return V_BOOL(is_true(e, x->arguments[0]) || is_true(e, x->arguments[1]));
    case OP_JOIN:
        return join(e, x);
    case OP_ADD:
    case OP_SUBTRACT:
    case OP_MULTIPLY:
    case OP_DIVIDE:
    case OP_REMAINDER:
        return arithmetic(e, x);
    default:
        return V_BOOL(compare(e, x));
    }
}

/* ---- outside ---- */

err_t formula_eval(const struct formula *f,
                   const struct condition_env *env,
                   const struct record *record,
                   const struct condition_source *source,
                   struct arena *arena,
                   value *out)
{
    struct evaluation e = {env, record, source, arena};
    *out = formula_fit(evaluate(&e, f->root), formula_storage(f));
    return OK;
}

value formula_fit(value v, enum storage storage)
{
    if (storage == STORE_REAL && v.kind == VALUE_INT)
        return V_REAL((double)v.i);
    if (storage != STORE_INT || v.kind != VALUE_REAL)
        return v;
    double whole = round(v.r);
    bool fits = whole >= -9223372036854775808.0 && whole < 9223372036854775808.0;
    return fits ? V_INT((int64_t)whole) : V_NULL;
}

enum storage formula_storage(const struct formula *f)
{
    switch (f->root->type) {
    case FORMULA_REAL:
        return STORE_REAL;
    case FORMULA_TEXT:
    case FORMULA_EMPTY:
        return STORE_TEXT;
    case FORMULA_BOOL:
        return STORE_BOOL;
    default:
        return STORE_INT;
    }
}

bool formula_gives(const struct formula *f, str result)
{
    switch (f->root->type) {
    case FORMULA_INT:
    case FORMULA_REAL:
        return str_eqz(result, "number") || str_eqz(result, "money");
    case FORMULA_BOOL:
        return str_eqz(result, "boolean");
    case FORMULA_DATE:
        return str_eqz(result, "date");
    case FORMULA_INSTANT:
        return str_eqz(result, "instant");
    default:
        return str_eqz(result, "text");
    }
}

bool formula_uses_now(const struct formula *f)
{
    return f->uses_now;
}

static err_t visit(const struct expression *x,
                   err_t (*each)(void *, const struct field *link, const struct field *),
                   void *context)
{
    if (x->op == OP_FIELD)
        return each(context, x->link, x->field);
    for (size_t i = 0; i < x->argument_count; i++)
        TRY(visit(x->arguments[i], each, context));
    return OK;
}

err_t formula_fields(const struct formula *f,
                     err_t (*each)(void *, const struct field *link, const struct field *),
                     void *context)
{
    return visit(f->root, each, context);
}
