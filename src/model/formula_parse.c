/* Text to typed tree. From loose to tight: or, and, not, comparison, &, + -, * / %, unary -. */
#include "model/formula_node.h"

enum { MOST_DEPTH = 40, MOST_BYTES = 8 * KIB };

struct parser {
    const struct model *model;
    const struct object *object;
    struct problems *problems;
    struct arena *arena;
    str at;
    str text, rest;
    unsigned nodes, depth;
    bool uses_now;
};

/* Column of what comes next, counted in characters from 1. */
static size_t column(const struct parser *p)
{
    return utf8_count(str_cut(p->text, 0, p->text.n - p->rest.n)) + 1;
}

static struct expression *refuse_at(struct parser *p, size_t where, const char *code, str detail)
{
    str place = arena_printf(p->arena, "%zu", where);
    problem_add_str(p->problems, p->at, code, place, detail, (str){0});
    return NULL;
}

static struct expression *refuse(struct parser *p, const char *code, str detail)
{
    return refuse_at(p, column(p), code, detail);
}

/* ---- words ---- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void skip(struct parser *p, size_t n)
{
    p->rest = str_cut(p->rest, n, p->rest.n);
}

static void skip_space(struct parser *p)
{
    while (p->rest.n && (p->rest.p[0] == ' ' || p->rest.p[0] == '\t' || p->rest.p[0] == '\n' ||
                         p->rest.p[0] == '\r'))
        skip(p, 1);
}

static bool take(struct parser *p, const char *sign)
{
    skip_space(p);
    if (!str_starts(p->rest, str_from(sign)))
        return false;
    skip(p, strlen(sign));
    return true;
}

/* Length of the name in front, dots included. */
static size_t name_length(str s)
{
    size_t n = 0;
    while (n < s.n && (is_letter(s.p[n]) || (n && (is_digit(s.p[n]) || s.p[n] == '.'))))
        n++;
    return n;
}

static bool take_word(struct parser *p, const char *word)
{
    skip_space(p);
    if (!str_eqz(str_cut(p->rest, 0, name_length(p->rest)), word))
        return false;
    skip(p, strlen(word));
    return true;
}

/* ---- nodes ---- */

static struct expression *expression(struct parser *p);

static struct expression *new_node(struct parser *p, enum formula_op op, size_t where)
{
    if (++p->nodes > LIMIT_FORMULA_NODES)
        return refuse_at(p, where, "formula_too_large", (str){0});
    struct expression *x = ARENA_NEW(p->arena, struct expression);
    x->op = op;
    x->column = where;
    return x;
}

static struct expression *literal(struct parser *p, enum formula_type type, value v, size_t where)
{
    struct expression *x = new_node(p, OP_LITERAL, where);
    if (x) {
        x->type = type;
        x->literal = v;
    }
    return x;
}

static struct expression *with_arguments(
    struct parser *p, enum formula_op op, size_t where, struct expression *a, struct expression *b)
{
    struct expression *x = new_node(p, op, where);
    if (!x)
        return NULL;
    x->arguments = ARENA_ARRAY(p->arena, struct expression *, 2);
    x->arguments[0] = a;
    x->arguments[1] = b;
    x->argument_count = b ? 2 : 1;
    return x;
}

static const char *type_name(enum formula_type type)
{
    static const char *const names[] = {
        [FORMULA_EMPTY] = "empty",    [FORMULA_INT] = "number",   [FORMULA_REAL] = "number",
        [FORMULA_TEXT] = "text",      [FORMULA_BOOL] = "boolean", [FORMULA_DATE] = "date",
        [FORMULA_INSTANT] = "instant"};
    return names[type];
}

static bool mismatch(struct parser *p, const struct expression *x, const char *wanted)
{
    str detail = arena_printf(p->arena, "%s, %s", wanted, type_name(x->type));
    refuse_at(p, x->column, "formula_type", detail);
    return false;
}

/* The type that both fit; false when there is none. */
static bool unify(enum formula_type a, enum formula_type b, enum formula_type *out)
{
    if (formula_is_number(a) && formula_is_number(b))
        *out = a == FORMULA_INT && b == FORMULA_INT ? FORMULA_INT : FORMULA_REAL;
    else if (a == b || b == FORMULA_EMPTY)
        *out = a;
    else
        return false;
    return true;
}

/* ---- fields ---- */

static bool formula_kind(enum kind kind, enum formula_type *out)
{
    static const enum formula_type types[] = {
        [KIND_TEXT] = FORMULA_TEXT, [KIND_PHONE] = FORMULA_TEXT,     [KIND_CHOICE] = FORMULA_TEXT,
        [KIND_BOOL] = FORMULA_BOOL, [KIND_INT] = FORMULA_INT,        [KIND_REAL] = FORMULA_REAL,
        [KIND_DATE] = FORMULA_DATE, [KIND_INSTANT] = FORMULA_INSTANT};
    if (kind == KIND_ID || kind == KIND_OPAQUE)
        return false;
    *out = types[kind];
    return true;
}

static struct expression *field_at(struct parser *p, str name, size_t where)
{
    struct problems own = {.arena = p->arena};
    struct condition_parser paths = {.model = p->model, .problems = &own, .arena = p->arena};
    struct path path;
    if (!path_parse(&paths, p->object, name, p->at, &path))
        return refuse_at(p, where, "formula_unknown_field", name);
    struct expression *x = new_node(p, OP_FIELD, where);
    if (!x)
        return NULL;
    if (path.link_count > 1 || (path.link_count == 1 && path.links[0].down))
        return refuse_at(p, where, "formula_one_link", name);
    bool of_formula = path.link_count == 0 && str_eqz(S("formula"), path.field->type->name);
    if (path_is_set(&path) || of_formula || !formula_kind(path.kind, &x->type))
        return refuse_at(p, where, "formula_field_type", name);
    x->link = path.link_count ? path.links[0].ref : NULL;
    x->field = path.field;
    x->part = path.part;
    return x;
}

/* ---- calls ---- */

static bool argument_fits(struct parser *p, char parameter, const struct expression *x)
{
    enum formula_type t = x->type;
    switch (parameter) {
    case 'n':
        return formula_is_number(t) || mismatch(p, x, "number");
    case 'i':
        return t == FORMULA_INT || mismatch(p, x, "whole number");
    case 't':
        return t == FORMULA_TEXT || mismatch(p, x, "text");
    case 'd':
        return t == FORMULA_DATE || t == FORMULA_INSTANT || mismatch(p, x, "date");
    case 'v':
        return formula_is_number(t) || t == FORMULA_TEXT || mismatch(p, x, "text");
    case 'b':
        return t == FORMULA_BOOL || mismatch(p, x, "boolean");
    default:
        return true;
    }
}

/* The type of a call whose arguments are of one type, and of the others. */
static bool result_type(struct parser *p, struct expression *x)
{
    const char *parameters = x->function->parameters;
    enum formula_type shared = FORMULA_EMPTY;
    bool any = false;
    for (size_t i = 0; i < x->argument_count; i++) {
        const struct expression *a = x->arguments[i];
        char parameter = i < strlen(parameters) && parameters[i] != '*' ? parameters[i] : 's';
        if (!argument_fits(p, parameter, a))
            return false;
        if (parameter != 's')
            continue;
        if (!any)
            shared = a->type;
        else if (!unify(shared, a->type, &shared))
            return mismatch(p, a, type_name(shared));
        any = true;
    }
    x->type = x->function->result;
    if (x->type == FORMULA_EMPTY)
        x->type = any ? shared : x->arguments[0]->type;
    /* round(x) and round(x, 0) are whole */
    if (str_eqz(S("round"), x->function->name)) {
        const struct expression *digits = x->argument_count > 1 ? x->arguments[1] : NULL;
        if (!digits || (digits->op == OP_LITERAL && digits->literal.i == 0))
            x->type = FORMULA_INT;
    }
    return true;
}

static size_t most_arguments(const struct formula_function *f)
{
    size_t n = strlen(f->parameters);
    return n && f->parameters[n - 1] == '*' ? LIMIT_FORMULA_NODES : n;
}

/* After the opening bracket. */
static struct expression *call(struct parser *p, str name, size_t where)
{
    const struct formula_function *f = formula_function_find(name);
    if (!f)
        return refuse_at(p, where, "formula_unknown_function", name);
    struct expression *x = new_node(p, OP_CALL, where);
    if (!x)
        return NULL;
    VEC(struct expression *) arguments = {0};
    bool closed = take(p, ")");
    while (!closed) {
        struct expression *a = expression(p);
        if (!a)
            return NULL;
        *VEC_PUSH(p->arena, arguments) = a;
        closed = take(p, ")");
        if (!closed && !take(p, ","))
            return refuse(p, "formula_expected", S(")"));
    }
    x->function = f;
    x->arguments = arguments.at;
    x->argument_count = arguments.n;
    if (arguments.n < f->least || arguments.n > most_arguments(f))
        return refuse_at(p, where, "formula_arguments", name);
    p->uses_now = p->uses_now || f->uses_now;
    return result_type(p, x) ? x : NULL;
}

/* ---- the smallest parts ---- */

static struct expression *text_literal(struct parser *p, size_t where)
{
    char *out = arena_alloc(p->arena, p->rest.n);
    size_t n = 0, i = 1;
    for (; i < p->rest.n && p->rest.p[i] != '"'; i++) {
        if (p->rest.p[i] == '\\' && i + 1 < p->rest.n)
            i++;
        out[n++] = p->rest.p[i];
    }
    if (i >= p->rest.n)
        return refuse_at(p, where, "formula_open_text", (str){0});
    skip(p, i + 1);
    return literal(p, FORMULA_TEXT, V_TEXT(((str){out, n})), where);
}

static struct expression *number_literal(struct parser *p, size_t where)
{
    size_t n = 0;
    bool point = false;
    while (n < p->rest.n && (is_digit(p->rest.p[n]) || (p->rest.p[n] == '.' && !point))) {
        point = point || p->rest.p[n] == '.';
        n++;
    }
    str digits = str_cut(p->rest, 0, n);
    int64_t whole;
    double real;
    skip(p, n);
    if (!point && str_to_int(digits, &whole) == OK)
        return literal(p, FORMULA_INT, V_INT(whole), where);
    if (str_to_real(digits, &real) == OK)
        return literal(p, FORMULA_REAL, V_REAL(real), where);
    return refuse_at(p, where, "formula_expected", S("0-9"));
}

static struct expression *primary(struct parser *p)
{
    skip_space(p);
    size_t where = column(p), n = name_length(p->rest);
    if (take(p, "(")) {
        struct expression *x = expression(p);
        return x && !take(p, ")") ? refuse(p, "formula_expected", S(")")) : x;
    }
    if (p->rest.n && p->rest.p[0] == '"')
        return text_literal(p, where);
    if (p->rest.n && is_digit(p->rest.p[0]))
        return number_literal(p, where);
    if (n == 0)
        return refuse(p, p->rest.n ? "formula_unexpected" : "formula_ended",
                      str_cut(p->rest, 0, utf8_prefix(p->rest, 1).n));
    str name = str_cut(p->rest, 0, n);
    skip(p, n);
    if (str_starts(p->rest, S("("))) {
        skip(p, 1);
        return call(p, name, where);
    }
    if (str_eqz(name, "true") || str_eqz(name, "false"))
        return literal(p, FORMULA_BOOL, V_BOOL(str_eqz(name, "true")), where);
    return field_at(p, name, where);
}

static struct expression *unary(struct parser *p)
{
    skip_space(p);
    size_t where = column(p);
    if (!take(p, "-"))
        return primary(p);
    if (++p->depth > MOST_DEPTH)
        return refuse(p, "formula_too_large", (str){0});
    struct expression *inner = unary(p);
    p->depth--;
    if (!inner || (!formula_is_number(inner->type) && !mismatch(p, inner, "number")))
        return NULL;
    struct expression *x = with_arguments(p, OP_NEGATE, where, inner, NULL);
    if (x)
        x->type = inner->type;
    return x;
}

/* ---- operators between two ---- */

struct binary {
    const char *sign;
    enum formula_op op;
};

static bool comparable(enum formula_type a, enum formula_type b)
{
    enum formula_type shared;
    return unify(a, b, &shared);
}

/* Dates move by days and differ by days; everything else is numbers. */
static bool arithmetic_type(struct parser *p, struct expression *x)
{
    const struct expression *a = x->arguments[0], *b = x->arguments[1];
    bool moves = x->op == OP_ADD || x->op == OP_SUBTRACT;
    if (moves && a->type == FORMULA_DATE && b->type == FORMULA_INT) {
        x->type = FORMULA_DATE;
    } else if (x->op == OP_SUBTRACT && a->type == FORMULA_DATE && b->type == FORMULA_DATE) {
        x->type = FORMULA_INT;
    } else if (!formula_is_number(a->type)) {
        return mismatch(p, a, "number");
    } else if (!formula_is_number(b->type)) {
        return mismatch(p, b, "number");
    } else {
        bool whole = a->type == FORMULA_INT && b->type == FORMULA_INT && x->op != OP_DIVIDE;
        x->type = whole ? FORMULA_INT : FORMULA_REAL;
    }
    return true;
}

static bool binary_type(struct parser *p, struct expression *x)
{
    const struct expression *a = x->arguments[0], *b = x->arguments[1];
    if (x->op >= OP_ADD)
        return arithmetic_type(p, x);
    if (x->op == OP_JOIN) {
        x->type = FORMULA_TEXT;
        return true;
    }
    x->type = FORMULA_BOOL;
    if (x->op == OP_AND || x->op == OP_OR) {
        const struct expression *wrong = a->type != FORMULA_BOOL ? a : b;
        return wrong->type == FORMULA_BOOL || mismatch(p, wrong, "boolean");
    }
    return comparable(a->type, b->type) || mismatch(p, b, type_name(a->type));
}

static struct expression *binary(struct parser *p,
                                 struct expression *a,
                                 enum formula_op op,
                                 struct expression *(*operand)(struct parser *))
{
    struct expression *b = operand(p);
    if (!b)
        return NULL;
    struct expression *x = with_arguments(p, op, a->column, a, b);
    return x && binary_type(p, x) ? x : NULL;
}

/* operand { sign operand } with the signs given; the longer first. */
static struct expression *
chain(struct parser *p, const struct binary *signs, struct expression *(*operand)(struct parser *))
{
    struct expression *x = operand(p);
    while (x) {
        const struct binary *b = signs;
        while (b->sign && !(is_letter(b->sign[0]) ? take_word(p, b->sign) : take(p, b->sign)))
            b++;
        if (!b->sign)
            return x;
        x = binary(p, x, b->op, operand);
    }
    return NULL;
}

static struct expression *product(struct parser *p)
{
    static const struct binary signs[] = {
        {"*", OP_MULTIPLY}, {"/", OP_DIVIDE}, {"%", OP_REMAINDER}, {NULL, OP_LITERAL}};
    return chain(p, signs, unary);
}

static struct expression *sum(struct parser *p)
{
    static const struct binary signs[] = {{"+", OP_ADD}, {"-", OP_SUBTRACT}, {NULL, OP_LITERAL}};
    return chain(p, signs, product);
}

static struct expression *joined(struct parser *p)
{
    static const struct binary signs[] = {{"&", OP_JOIN}, {NULL, OP_LITERAL}};
    return chain(p, signs, sum);
}

static struct expression *comparison(struct parser *p)
{
    static const struct binary signs[] = {
        {"<>", OP_UNEQUAL}, {"!=", OP_UNEQUAL}, {"<=", OP_LESS_EQUAL}, {">=", OP_MORE_EQUAL},
        {"=", OP_EQUAL},    {"<", OP_LESS},     {">", OP_MORE},        {NULL, OP_LITERAL}};
    return chain(p, signs, joined);
}

static struct expression *negation(struct parser *p)
{
    skip_space(p);
    size_t where = column(p);
    if (!take_word(p, "not"))
        return comparison(p);
    if (++p->depth > MOST_DEPTH)
        return refuse(p, "formula_too_large", (str){0});
    struct expression *inner = negation(p);
    p->depth--;
    if (!inner || (inner->type != FORMULA_BOOL && !mismatch(p, inner, "boolean")))
        return NULL;
    struct expression *x = with_arguments(p, OP_NOT, where, inner, NULL);
    if (x)
        x->type = FORMULA_BOOL;
    return x;
}

static struct expression *conjunction(struct parser *p)
{
    static const struct binary signs[] = {{"and", OP_AND}, {NULL, OP_LITERAL}};
    return chain(p, signs, negation);
}

static struct expression *expression(struct parser *p)
{
    static const struct binary signs[] = {{"or", OP_OR}, {NULL, OP_LITERAL}};
    if (++p->depth > MOST_DEPTH)
        return refuse(p, "formula_too_large", (str){0});
    struct expression *x = chain(p, signs, conjunction);
    p->depth--;
    return x;
}

err_t formula_parse(const struct model *model,
                    const struct object *object,
                    str text,
                    str at,
                    struct problems *problems,
                    struct arena *arena,
                    struct formula **out)
{
    struct parser p = {.model = model,
                       .object = object,
                       .problems = problems,
                       .arena = arena,
                       .at = at,
                       .text = text,
                       .rest = text};
    struct expression *root;
    if (text.n > MOST_BYTES || !utf8_valid(text))
        root = refuse(&p, "formula_too_large", (str){0});
    else
        root = expression(&p);
    skip_space(&p);
    if (root && p.rest.n)
        root = refuse(&p, "formula_unexpected", utf8_prefix(p.rest, 1));
    if (!root)
        return ERR_INVALID;
    struct formula *f = ARENA_NEW(arena, struct formula);
    f->root = root;
    f->uses_now = p.uses_now;
    *out = f;
    return OK;
}
