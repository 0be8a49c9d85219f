/* What a formula is once parsed; only the files formula*.c look inside. */
#pragma once

#include "base/limits.h"
#include "model/condition_node.h"
#include "model/formula.h"

enum formula_type {
    FORMULA_EMPTY, /* the missing third argument of if */
    FORMULA_INT,
    FORMULA_REAL,
    FORMULA_TEXT,
    FORMULA_BOOL,
    FORMULA_DATE,
    FORMULA_INSTANT,
};

enum { FORMULA_TEXT_BYTES = 128 * KIB }; /* a longer text is empty */

enum formula_op {
    OP_LITERAL,
    OP_FIELD,
    OP_CALL,
    OP_NEGATE,
    OP_NOT,
    OP_AND,
    OP_OR,
    OP_EQUAL,
    OP_UNEQUAL,
    OP_LESS,
    OP_LESS_EQUAL,
    OP_MORE,
    OP_MORE_EQUAL,
    OP_JOIN,
    OP_ADD,
    OP_SUBTRACT,
    OP_MULTIPLY,
    OP_DIVIDE,
    OP_REMAINDER,
};

struct expression {
    enum formula_op op;
    enum formula_type type;
    size_t column; /* where it begins, from 1 */
    value literal;
    const struct field *link, *field; /* link is NULL for a field of the record itself */
    unsigned part;
    const struct formula_function *function;
    struct expression **arguments;
    size_t argument_count;
};

struct formula {
    struct expression *root;
    bool uses_now;
};

struct evaluation {
    const struct condition_env *env;
    const struct record *record;
    const struct condition_source *source;
    struct arena *arena;
};

/* A function of formulas. Its parameters, one letter each: n number, i whole number, t text,
 * v number or text, d date or instant, b boolean, a anything, s all of one type, * as many more of
 * the last as one likes. */
struct formula_function {
    const char *name, *parameters;
    unsigned least; /* arguments that must be there */
    /* FORMULA_EMPTY: the type of the last argument. */
    enum formula_type result;
    /* NULL: worked out by the evaluator itself, which decides what it looks at. Otherwise no
     * argument is empty. */
    value (*call)(const struct evaluation *, const struct expression *, const value *arguments);
    bool uses_now;
};

const struct formula_function *formula_function_find(str name);

static inline bool formula_is_number(enum formula_type t)
{
    return t == FORMULA_INT || t == FORMULA_REAL;
}
double formula_real(value v); /* of a number */
value formula_number(double); /* empty unless finite */
value formula_text(const struct evaluation *, enum formula_type, value);
int64_t formula_day(const struct evaluation *, enum formula_type, value);
