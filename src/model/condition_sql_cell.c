/* Tests on one cell. */
#include "model/condition_emitter.h"
#include "model/schema.h"
#include "text/text.h"

void add_target(const struct emitter *e, const struct target *t)
{
    sql_column(e->sql, t->alias, t->column);
}

void add_compared(const struct emitter *e, const struct target *t, const char *op, value v)
{
    add_target(e, t);
    sql_add(e->sql, op);
    sql_value(e->sql, v, (int)t->storage);
}

void add_span(const struct emitter *e, const struct target *t, struct span s)
{
    if (s.low == s.high) {
        add_compared(e, t, " = ", V_INT(s.low));
    } else if (s.low == INT64_MIN) {
        add_compared(e, t, " <= ", V_INT(s.high));
    } else if (s.high == INT64_MAX) {
        add_compared(e, t, " >= ", V_INT(s.low));
    } else {
        add_compared(e, t, " >= ", V_INT(s.low));
        sql_add(e->sql, " AND ");
        add_compared(e, t, " <= ", V_INT(s.high));
    }
}

/* A balanced tree of ORs: SQLite refuses expressions a thousand levels deep. */
static void
add_any_span(const struct emitter *e, const struct target *t, const struct operand *days, size_t n)
{
    sql_add(e->sql, "(");
    if (n == 1) {
        add_span(e, t, operand_span(days, e->env));
    } else {
        add_any_span(e, t, days, n / 2);
        sql_add(e->sql, " OR ");
        add_any_span(e, t, days + n / 2, n - n / 2);
    }
    sql_add(e->sql, ")");
}

/* Long lists are one parameter, so that their statements are few. */
static void add_in_array(const struct emitter *e, const struct leaf *leaf, bool texts)
{
    AUTO_BUF list;
    buf_init(&list, LIMIT_JSON_BYTES * 8);
    struct jw w = {.out = &list};
    jw_open(&w, '[');
    for (size_t i = 0; i < leaf->operand_count; i++)
        if (texts)
            jw_str(&w, leaf->operands[i].v.s);
        else
            jw_int(&w, leaf->operands[i].v.i);
    jw_close(&w, ']');
    value array = V_TEXT(arena_str(e->sql->arena, buf_str(&list)));
    *VEC_PUSH(e->sql->arena, e->sql->params) = array;
    buf_printf(&e->sql->text, texts ? " IN @texts($%zu)" : " IN @ints($%zu)", e->sql->params.n);
}

void add_in(const struct emitter *e, const struct target *t, const struct leaf *leaf)
{
    bool texts = t->storage == STORE_TEXT;
    add_target(e, t);
    if (leaf->operand_count > LIST_INLINE && (texts || t->storage == STORE_INT)) {
        add_in_array(e, leaf, texts);
        return;
    }
    for (size_t i = 0; i < leaf->operand_count; i++) {
        sql_add(e->sql, i ? ", " : " IN (");
        sql_value(e->sql, leaf->operands[i].v, (int)t->storage);
    }
    sql_add(e->sql, ")");
}

static void add_my_departments(const struct emitter *e, const struct target *t)
{
    size_t n = e->env->my_department_count;
    struct leaf mine = {.operand_count = n,
                        .operands = ARENA_ARRAY(e->sql->arena, struct operand, n)};
    for (size_t i = 0; i < n; i++)
        mine.operands[i].v = V_INT(e->env->my_departments[i]);
    add_in(e, t, &mine);
}

/* The text anywhere, as a LIKE pattern. */
static str like_pattern(struct arena *arena, str s)
{
    char *out = arena_alloc(arena, s.n * 2 + 2);
    size_t n = 0;
    out[n++] = '%';
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '%' || s.p[i] == '_' || s.p[i] == '\\')
            out[n++] = '\\';
        out[n++] = s.p[i];
    }
    out[n++] = '%';
    return (str){out, n};
}

/* The least text that is greater than all that start with s, byte by byte; empty when none is. */
static str text_behind(struct arena *arena, str s)
{
    while (s.n) {
        size_t last = s.n - 1;
        while (last && ((unsigned char)s.p[last] & 0xc0) == 0x80)
            last--;
        str rest = str_cut(s, last, s.n);
        uint32_t point = utf8_next(&rest);
        s.n = last;
        if (point == 0x10ffff)
            continue;
        char next[4];
        size_t n = utf8_put(point == 0xd7ff ? 0xe000 : point + 1, next);
        return arena_concat(arena, s, (str){next, n});
    }
    return s;
}

/* A piece is looked for in each text; a beginning is a range of an index. */
static void add_search(const struct emitter *e, const struct target *t, const struct leaf *leaf)
{
    struct arena *arena = e->sql->arena;
    str wanted = leaf->operands[0].v.s, behind = {0};
    struct target fold = {t->alias, column_fold_name(arena, path_column(&leaf->path)), STORE_TEXT};
    if (leaf->test == TEST_CONTAINS) {
        add_compared(e, &fold, " LIKE ", V_TEXT(like_pattern(arena, wanted)));
        sql_add(e->sql, " ESCAPE '\\'");
        return;
    }
    add_compared(e, &fold, " >= ", V_TEXT(wanted));
    behind = text_behind(arena, wanted);
    if (behind.n) {
        sql_add(e->sql, " AND ");
        add_compared(e, &fold, " < ", V_TEXT(behind));
    }
}

static void add_among(const struct emitter *e, const struct target *t, const struct leaf *leaf)
{
    if (leaf->test == TEST_EQ)
        add_compared(e, t, " = ", leaf->operands[0].v);
    else
        add_in(e, t, leaf);
}

static value order_key(struct arena *arena, const struct column *column, str text)
{
    return V_TEXT(column_has_sort(column) ? text_sort_key(arena, text, true)
                                          : text_fold(arena, text));
}

/* Texts are indexed by what they sort by, so that one that is looked for is named by that too. */
static void add_named(const struct emitter *e, const struct target *t, const struct leaf *leaf)
{
    struct arena *arena = e->sql->arena;
    const struct column *column = path_column(&leaf->path);
    struct target order = {t->alias, column_order_name(arena, column), t->storage};
    if (str_eq(order.column, column->name)) {
        add_among(e, t, leaf);
        return;
    }
    struct leaf keys = *leaf;
    keys.operands = ARENA_ARRAY(arena, struct operand, leaf->operand_count);
    for (size_t i = 0; i < leaf->operand_count; i++)
        keys.operands[i].v = order_key(arena, column, leaf->operands[i].v.s);
    sql_add(e->sql, "(");
    add_among(e, &order, &keys);
    sql_add(e->sql, " AND ");
    add_among(e, t, leaf);
    sql_add(e->sql, ")");
}

/* The sort key of a text is that of its fold. */
static void add_same(const struct emitter *e, const struct target *t, const struct leaf *leaf)
{
    struct arena *arena = e->sql->arena;
    const struct column *column = path_column(&leaf->path);
    struct target fold = {t->alias, column_fold_name(arena, column), STORE_TEXT};
    if (column_has_sort(column)) {
        struct target sort = {t->alias, column_sort_name(arena, column), STORE_TEXT};
        add_compared(e, &sort, " = ", V_TEXT(text_sort_key(arena, leaf->operands[0].v.s, true)));
        sql_add(e->sql, " AND ");
    }
    add_compared(e, &fold, " = ", leaf->operands[0].v);
}

void add_cell_test(const struct emitter *e, const struct target *t, const struct leaf *leaf)
{
    static const char *const signs[] = {
        [TEST_LT] = " < ", [TEST_LE] = " <= ", [TEST_GT] = " > ", [TEST_GE] = " >= "};
    const struct operand *o = leaf->operands;
    bool time = leaf->path.kind == KIND_DATE || leaf->path.kind == KIND_INSTANT;
    switch (leaf->test) {
    case TEST_IN:
        if (leaf->sorted)
            add_named(e, t, leaf);
        else
            add_any_span(e, t, leaf->operands, leaf->operand_count);
        return;
    case TEST_CONTAINS:
    case TEST_STARTS:
        add_search(e, t, leaf);
        return;
    case TEST_SAME:
        add_same(e, t, leaf);
        return;
    case TEST_ME:
        add_compared(e, t, " = ", V_INT(e->env->me));
        return;
    case TEST_MY_DEPARTMENTS:
        add_my_departments(e, t);
        return;
    default:
        break;
    }
    if (!time && leaf->test == TEST_EQ) {
        add_named(e, t, leaf);
        return;
    }
    if (time) {
        add_span(e, t, leaf_span(leaf, e->env));
    } else if (leaf->test == TEST_BETWEEN) {
        add_compared(e, t, " >= ", o[0].v);
        sql_add(e->sql, " AND ");
        add_compared(e, t, " <= ", o[1].v);
    } else {
        add_compared(e, t, signs[leaf->test], o[0].v);
    }
}
