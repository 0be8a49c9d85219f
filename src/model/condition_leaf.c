/* {"field":PATH, OP:OPERAND} and {"me":PATH}. */
#include <math.h>

#include "base/id.h"
#include "model/condition_node.h"
#include "text/text.h"

/* Which kinds an operator takes. */
enum {
    ON_TEXT = 1 << KIND_TEXT | 1 << KIND_PHONE,
    ON_TIME = 1 << KIND_DATE | 1 << KIND_INSTANT,
    ON_ORDER = ON_TEXT | ON_TIME | 1 << KIND_INT | 1 << KIND_REAL,
    ON_EQUAL = ON_ORDER | 1 << KIND_CHOICE | 1 << KIND_ID | 1 << KIND_BOOL,
};

static const struct operator
{
    const char *name;
    enum test test;
    unsigned kinds;
    bool negated;
    bool sets; /* for sets and nothing else */
}
operators[] = {
    {"eq", TEST_EQ, ON_EQUAL, false, false},
    {"ne", TEST_EQ, ON_EQUAL, true, false},
    {"lt", TEST_LT, ON_ORDER, false, false},
    {"le", TEST_LE, ON_ORDER, false, false},
    {"gt", TEST_GT, ON_ORDER, false, false},
    {"ge", TEST_GE, ON_ORDER, false, false},
    {"between", TEST_BETWEEN, ON_ORDER, false, false},
    {"in", TEST_IN, ON_EQUAL, false, false},
    {"has", TEST_HAS_ANY, ON_EQUAL, false, true},
    {"hasAny", TEST_HAS_ANY, ON_EQUAL, false, true},
    {"hasAll", TEST_HAS_ALL, ON_EQUAL, false, true},
    {"contains", TEST_CONTAINS, ON_TEXT, false, false},
    {"startsWith", TEST_STARTS, ON_TEXT, false, false},
    {"isNull", TEST_PRESENT, 0, true, false},
    {"older", TEST_OLDER, ON_TIME, false, false},
    {"within", TEST_WITHIN, ON_TIME, false, false},
};

struct reader {
    struct condition_parser *p;
    struct leaf *leaf;
    const struct operator* op;
};

static bool refuse(struct reader *r, str at, const char *code, str detail)
{
    condition_refuse(r->p, at, code, detail, r->leaf->path.field->name);
    return false;
}

static bool read_whole(struct reader *r, const json_t *json, str at, value *out)
{
    double real = json_is_real(json) ? json_real_value(json) : 0.5;
    if (json_is_integer(json))
        *out = V_INT(json_integer_value(json));
    else if (rint(real) == real && fabs(real) < 9007199254740992.0)
        *out = V_INT((int64_t)real);
    else
        return refuse(r, at, "condition_value_whole", (str){0});
    return true;
}

static bool read_choice(struct reader *r, str key, str at, value *out)
{
    const struct field *f = r->leaf->path.field;
    for (size_t i = 0; i < f->choice_count; i++)
        if (str_eq(key, f->choices[i].key)) {
            *out = V_TEXT(f->choices[i].key);
            return true;
        }
    return refuse(r, at, "condition_value_choice", key);
}

static bool read_time(struct reader *r, str text, str at, struct operand *out)
{
    int64_t i;
    bool instant = r->leaf->path.kind == KIND_INSTANT;
    if (day_parse(text, &i) == OK) {
        out->day = instant;
    } else if (!instant) {
        return refuse(r, at, "condition_value_date", text);
    } else if (instant_parse(text, &i) != OK) {
        return refuse(r, at, "condition_value_instant", text);
    }
    out->v = V_INT(i);
    return true;
}

static bool read_text(struct reader *r, const json_t *json, str at, struct operand *out)
{
    str s = json_str(json);
    int64_t id;
    if (!json_is_string(json))
        return refuse(r, at, "condition_value_text", (str){0});
    switch (r->leaf->path.kind) {
    case KIND_CHOICE:
        return read_choice(r, s, at, &out->v);
    case KIND_ID:
        if (id_parse(s, &id) != OK)
            return refuse(r, at, "condition_value_id", s);
        out->v = V_INT(id);
        return true;
    case KIND_DATE:
    case KIND_INSTANT:
        return read_time(r, s, at, out);
    default:
        out->v = V_TEXT(arena_str(r->p->arena, s));
        return true;
    }
}

static bool read_operand(struct reader *r, const json_t *json, str at, struct operand *out)
{
    switch (r->leaf->path.kind) {
    case KIND_BOOL:
        if (!json_is_boolean(json))
            return refuse(r, at, "condition_value_boolean", (str){0});
        out->v = V_BOOL(json_is_true(json));
        return true;
    case KIND_INT:
        return read_whole(r, json, at, &out->v);
    case KIND_REAL:
        if (!json_is_number(json))
            return refuse(r, at, "condition_value_number", (str){0});
        out->v = V_REAL(json_number_value(json));
        return true;
    default:
        return read_text(r, json, at, out);
    }
}

static int operand_cmp(const void *a, const void *b)
{
    return value_cmp(((const struct operand *)a)->v, ((const struct operand *)b)->v);
}

static str member_token(struct arena *arena, value v)
{
    if (v.kind == VALUE_INT)
        return arena_printf(arena, "\"%lld\"", (long long)v.i);
    AUTO_BUF b;
    buf_init(&b, LIMIT_JSON_BYTES * 8);
    jw_add_string(&b, v.s);
    return arena_str(arena, buf_str(&b));
}

/* Sorts for the search in memory, drops repeats, writes the members of sets. */
static void finish_list(struct reader *r)
{
    struct leaf *leaf = r->leaf;
    leaf->sorted = true;
    for (size_t i = 0; i < leaf->operand_count; i++)
        leaf->sorted = leaf->sorted && !leaf->operands[i].day;
    if (leaf->sorted && leaf->operand_count > 1) {
        size_t n = 1;
        qsort(leaf->operands, leaf->operand_count, sizeof *leaf->operands, operand_cmp);
        for (size_t i = 1; i < leaf->operand_count; i++)
            if (operand_cmp(&leaf->operands[i], &leaf->operands[n - 1]) != 0)
                leaf->operands[n++] = leaf->operands[i];
        leaf->operand_count = n;
    }
    if (path_is_set(&leaf->path))
        for (size_t i = 0; i < leaf->operand_count; i++)
            leaf->operands[i].token = member_token(r->p->arena, leaf->operands[i].v);
}

static bool read_list(struct reader *r, const json_t *json, str at)
{
    size_t n = json_array_size(json);
    if (!json_is_array(json))
        return refuse(r, at, "condition_value_list", (str){0});
    if (n > LIMIT_CONDITION_LIST)
        return refuse(r, at, "condition_list_too_long", (str){0});
    r->leaf->operands = ARENA_ARRAY(r->p->arena, struct operand, n);
    r->leaf->operand_count = n;
    bool fine = true;
    for (size_t i = 0; i < n; i++) {
        str place = pointer_index(r->p->arena, at, i);
        fine = read_operand(r, json_array_get(json, i), place, &r->leaf->operands[i]) && fine;
    }
    return fine;
}

static bool read_one(struct reader *r, const json_t *json, str at)
{
    r->leaf->operands = ARENA_NEW(r->p->arena, struct operand);
    r->leaf->operand_count = 1;
    return read_operand(r, json, at, r->leaf->operands);
}

/* Stored phones are + and digits; people search with spaces and dashes. */
static str phone_characters(struct arena *arena, str s)
{
    char *out = arena_alloc(arena, s.n);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '+')
            out[n++] = s.p[i];
    return (str){out, n};
}

static bool read_search(struct reader *r, const json_t *json, str at)
{
    if (!column_has_fold(path_column(&r->leaf->path)))
        return refuse(r, at, "condition_not_searchable", str_from(r->op->name));
    if (!json_is_string(json))
        return refuse(r, at, "condition_value_text", (str){0});
    if (utf8_count(json_str(json)) > LIMIT_CONDITION_TEXT)
        return refuse(r, at, "too_long", arena_printf(r->p->arena, "%d", LIMIT_CONDITION_TEXT));
    str folded = text_fold(r->p->arena, json_str(json));
    if (r->leaf->path.kind == KIND_PHONE)
        folded = phone_characters(r->p->arena, folded);
    if (folded.n == 0)
        return refuse(r, at, "condition_value_empty", (str){0});
    r->leaf->operands = ARENA_NEW(r->p->arena, struct operand);
    r->leaf->operands[0].v = V_TEXT(folded);
    r->leaf->operand_count = 1;
    return true;
}

static bool read_moment(struct reader *r, const json_t *json, str at)
{
    struct moment *m = &r->leaf->moment;
    if (!moment_parse(json_str(json), m) || (m->ahead && r->op->test == TEST_OLDER))
        return refuse(r, at, "condition_value_duration", json_str(json));
    if (r->leaf->path.kind == KIND_DATE && m->unit == MOMENT_MINUTES)
        return refuse(r, at, "condition_value_days", json_str(json));
    return true;
}

/* What follows the operator. *negated is turned for isNull false. */
static bool read_operands(struct reader *r, const json_t *json, str at, bool *negated)
{
    switch (r->op->test) {
    case TEST_PRESENT:
        if (!json_is_boolean(json))
            return refuse(r, at, "condition_value_boolean", (str){0});
        *negated = json_is_true(json);
        return true;
    case TEST_BETWEEN:
        if (json_array_size(json) != 2)
            return refuse(r, at, "condition_value_two", (str){0});
        return read_list(r, json, at);
    case TEST_IN:
    case TEST_HAS_ANY:
    case TEST_HAS_ALL:
        if (!(str_eqz(S("has"), r->op->name) ? read_one(r, json, at) : read_list(r, json, at)))
            return false;
        finish_list(r);
        return true;
    case TEST_CONTAINS:
    case TEST_STARTS:
        return read_search(r, json, at);
    case TEST_OLDER:
    case TEST_WITHIN:
        return read_moment(r, json, at);
    default:
        return read_one(r, json, at);
    }
}

static const struct operator* operator_find(const char *name)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (str_eqz(str_from(name), operators[i].name))
            return &operators[i];
    return NULL;
}

static bool operator_fits(const struct operator* op, const struct path *path)
{
    if (op->test == TEST_PRESENT)
        return true;
    return op->sets == path_is_set(path) && op->kinds >> path->kind & 1;
}

static const struct condition *wrap(struct arena *arena, const struct leaf *leaf, bool negated)
{
    struct condition *c = condition_new(arena, NODE_LEAF);
    c->leaf = leaf;
    return negated ? condition_not(arena, c) : c;
}

static const struct condition *read_operator(
    struct condition_parser *p, struct leaf *leaf, const char *key, const json_t *json, str at)
{
    struct reader r = {p, leaf, operator_find(key)};
    str place = pointer_join(p->arena, at, str_from(key));
    if (!r.op) {
        condition_refuse(p, place, "condition_operator", str_from(key), (str){0});
        return NULL;
    }
    if (!operator_fits(r.op, &leaf->path)) {
        refuse(&r, place, "condition_operator_field", str_from(key));
        return NULL;
    }
    bool negated = r.op->negated;
    leaf->test = r.op->test;
    if (!read_operands(&r, json, place, &negated))
        return NULL;
    return wrap(p->arena, leaf, negated);
}

static bool read_path(struct condition_parser *p,
                      const struct object *object,
                      const json_t *json,
                      str at,
                      struct path *out)
{
    if (!json_is_string(json)) {
        condition_refuse(p, at, "condition_value_text", (str){0}, (str){0});
        return false;
    }
    return path_parse(p, object, json_str(json), at, out);
}

const struct condition *
condition_leaf(struct condition_parser *p, const struct object *object, const json_t *json, str at)
{
    struct leaf *leaf = ARENA_NEW(p->arena, struct leaf);
    str place = pointer_join(p->arena, at, S("field"));
    if (!read_path(p, object, json_object_get(json, "field"), place, &leaf->path))
        return NULL;
    if (json_object_size(json) != 2) {
        condition_refuse(p, at, "condition_one_operator", leaf->path.field->name, (str){0});
        return NULL;
    }
    const char *key;
    json_t *operand;
    json_object_foreach((json_t *)json, key, operand)
    {
        if (!str_eqz(S("field"), key))
            return read_operator(p, leaf, key, operand, at);
    }
    return NULL;
}

const struct condition *
condition_me(struct condition_parser *p, const struct object *object, const json_t *json, str at)
{
    struct leaf *leaf = ARENA_NEW(p->arena, struct leaf);
    str place = pointer_join(p->arena, at, S("me"));
    if (!read_path(p, object, json_object_get(json, "me"), place, &leaf->path))
        return NULL;
    const struct field *f = leaf->path.field;
    if (!f->multi && f->target && str_eqz(f->target->name, "user")) {
        leaf->test = TEST_ME;
    } else if (!f->multi && f->target && str_eqz(f->target->name, "department")) {
        leaf->test = TEST_MY_DEPARTMENTS;
    } else {
        condition_refuse(p, place, "condition_me_field", f->name, (str){0});
        return NULL;
    }
    return wrap(p->arena, leaf, false);
}
