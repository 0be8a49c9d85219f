/* A condition on one record in memory. */
#include "base/log.h"
#include "model/condition_node.h"
#include "text/text.h"

struct matcher {
    const struct condition_env *env;
    const struct condition_source *source;
    struct arena *scratch; /* for folding; made when first needed */
};

static err_t
node(struct matcher *, const struct condition *, const struct record *, bool *out) MUST_USE;

/* ---- one cell ---- */

static str fold(struct matcher *m, str s)
{
    if (!m->scratch)
        m->scratch = arena_new(LIMIT_REQUEST_ARENA);
    else
        arena_reset(m->scratch);
    return text_fold(m->scratch, s);
}

static bool among(const struct leaf *leaf, value cell)
{
    size_t low = 0, high = leaf->operand_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int c = value_cmp(cell, leaf->operands[mid].v);
        if (c == 0)
            return true;
        if (c < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return false;
}

static bool in_span(struct span s, value cell)
{
    return s.low <= cell.i && cell.i <= s.high;
}

static bool in_any_span(const struct leaf *leaf, const struct condition_env *env, value cell)
{
    for (size_t i = 0; i < leaf->operand_count; i++)
        if (in_span(operand_span(&leaf->operands[i], env), cell))
            return true;
    return false;
}

static bool is_mine(const struct condition_env *env, int64_t department)
{
    for (size_t i = 0; i < env->my_department_count; i++)
        if (env->my_departments[i] == department)
            return true;
    return false;
}

static bool compared(const struct leaf *leaf, value cell)
{
    int c = value_cmp(cell, leaf->operands[0].v);
    switch (leaf->test) {
    case TEST_LT:
        return c < 0;
    case TEST_LE:
        return c <= 0;
    case TEST_GT:
        return c > 0;
    case TEST_GE:
        return c >= 0;
    case TEST_BETWEEN:
        return c >= 0 && value_cmp(cell, leaf->operands[1].v) <= 0;
    default:
        return c == 0;
    }
}

static bool cell_test(struct matcher *m, const struct leaf *leaf, value cell)
{
    bool time = leaf->path.kind == KIND_DATE || leaf->path.kind == KIND_INSTANT;
    switch (leaf->test) {
    case TEST_PRESENT:
        return true;
    case TEST_ME:
        return m->env->me != 0 && cell.i == m->env->me;
    case TEST_MY_DEPARTMENTS:
        return is_mine(m->env, cell.i);
    case TEST_IN:
        return leaf->sorted ? among(leaf, cell) : in_any_span(leaf, m->env, cell);
    case TEST_CONTAINS:
        return str_find(fold(m, cell.s), leaf->operands[0].v.s) != SIZE_MAX;
    case TEST_SAME:
        return str_eq(fold(m, cell.s), leaf->operands[0].v.s);
    case TEST_STARTS:
        return str_starts(fold(m, cell.s), leaf->operands[0].v.s);
    default:
        return time ? in_span(leaf_span(leaf, m->env), cell) : compared(leaf, cell);
    }
}

/* ---- sets ---- */

/* Is the token, quotes included, a member of the canonical JSON array of strings? */
static bool set_has(str cell, str token)
{
    size_t i = 0;
    while (i < cell.n) {
        if (cell.p[i] != '"') {
            i++;
            continue;
        }
        size_t end = i + 1;
        while (end < cell.n && cell.p[end] != '"')
            end += cell.p[end] == '\\' ? 2 : 1;
        if (str_eq(str_cut(cell, i, end + 1), token))
            return true;
        i = end + 1;
    }
    return false;
}

static bool set_test(const struct leaf *leaf, value cell)
{
    bool all = leaf->test == TEST_HAS_ALL;
    for (size_t i = 0; i < leaf->operand_count; i++)
        if ((cell.kind == VALUE_TEXT && set_has(cell.s, leaf->operands[i].token)) != all)
            return !all;
    return all;
}

/* ---- links ---- */

static bool leaf_here(struct matcher *m, const struct leaf *leaf, const struct record *record)
{
    const struct path *path = &leaf->path;
    value cell = record_cell(record, path->field, path->part);
    for (unsigned i = 1; path->whole && cell.kind == VALUE_NULL && i < path->field->column_count;
         i++)
        cell = record_cell(record, path->field, i);
    if (leaf->test == TEST_HAS_ANY || leaf->test == TEST_HAS_ALL)
        return set_test(leaf, cell);
    return cell.kind != VALUE_NULL && cell_test(m, leaf, cell);
}

static const struct record *
followed(const struct matcher *m, const struct field *ref, const struct record *record)
{
    value id = record_cell(record, ref, 0);
    return id.kind == VALUE_INT ? m->source->follow(m->source->context, ref, id.i) : NULL;
}

struct walk {
    struct matcher *m;
    const struct leaf *leaf;
    unsigned next; /* link */
    bool found;
};

static err_t walk_on(struct walk *w, const struct record *record);

static err_t walk_child(void *context, const struct record *child)
{
    struct walk *w = context;
    if (w->found)
        return OK;
    struct walk deeper = *w;
    deeper.next++;
    TRY(walk_on(&deeper, child));
    w->found = deeper.found;
    return OK;
}

static err_t walk_on(struct walk *w, const struct record *record)
{
    const struct path *path = &w->leaf->path;
    for (; record && w->next < path->link_count; w->next++) {
        struct path_link link = path->links[w->next];
        const struct condition_source *source = w->m->source;
        if (link.down)
            return source->children(source->context, link.ref, record_id(record), walk_child, w);
        record = followed(w->m, link.ref, record);
    }
    w->found = record && leaf_here(w->m, w->leaf, record);
    return OK;
}

static err_t
leaf_node(struct matcher *m, const struct leaf *leaf, const struct record *record, bool *out)
{
    struct walk w = {.m = m, .leaf = leaf};
    TRY(walk_on(&w, record));
    *out = w.found;
    return OK;
}

/* ---- events ---- */

struct tally {
    struct matcher *m;
    const struct did *did;
    struct span span;
    double times, total;
};

static err_t count_event(void *context, const struct record *child)
{
    struct tally *t = context;
    value at = record_cell(child, t->did->event->at, 0);
    if (at.kind == VALUE_NULL || !in_span(t->span, at))
        return OK;
    const struct condition *narrowed[] = {t->did->event->where, t->did->where};
    for (size_t i = 0; i < 2; i++) {
        bool holds = true;
        if (narrowed[i])
            TRY(node(t->m, narrowed[i], child, &holds));
        if (!holds)
            return OK;
    }
    t->times++;
    if (t->did->sum) {
        value v = record_cell(child, t->did->sum, 0);
        t->total += v.kind == VALUE_INT ? (double)v.i : v.kind == VALUE_REAL ? v.r : 0;
    }
    return OK;
}

static err_t
did_node(struct matcher *m, const struct did *did, const struct record *record, bool *out)
{
    struct tally t = {.m = m, .did = did, .span = {INT64_MIN, INT64_MAX}};
    if (did->has_within)
        t.span = moment_within(&did->within, m->env, path_kind(did->event->at, 0));
    TRY(m->source->children(m->source->context, did->object->customer, record_id(record),
                            count_event, &t));
    *out = comparison_holds(&did->times, t.times) &&
           (!did->sum || comparison_holds(&did->total, t.total));
    return OK;
}

/* ---- the tree ---- */

static err_t
members_node(struct matcher *m, const struct condition *c, const struct record *record, bool *out)
{
    bool all = c->kind == NODE_ALL, holds = all;
    for (size_t i = 0; i < c->member_count && holds == all; i++)
        TRY(node(m, c->members[i], record, &holds));
    *out = holds;
    return OK;
}

static err_t
node(struct matcher *m, const struct condition *c, const struct record *record, bool *out)
{
    bool inner = false;
    switch (c->kind) {
    case NODE_ALL:
    case NODE_ANY:
        return members_node(m, c, record, out);
    case NODE_NOT:
        TRY(node(m, c->members[0], record, &inner));
        *out = !inner;
        return OK;
    case NODE_LEAF:
        return leaf_node(m, c->leaf, record, out);
    case NODE_DID:
        return did_node(m, c->did, record, out);
    case NODE_SEGMENT:
        *out = m->source->in_segment(m->source->context, c->segment, record_id(record));
        return OK;
    case NODE_BATCH:
        return m->source->in_batch(m->source->context, c->batch, record_id(record), out);
    case NODE_VIA: {
        const struct record *target = followed(m, c->ref, record);
        if (target)
            TRY(node(m, c->members[0], target, &inner));
        *out = inner;
        return OK;
    }
    }
    return FAULT("condition of no kind");
}

err_t condition_match(const struct condition *c,
                      const struct condition_env *env,
                      const struct record *record,
                      const struct condition_source *source,
                      bool *out)
{
    struct matcher m = {.env = env, .source = source};
    bool holds = true;
    err_t e = c ? node(&m, c, record, &holds) : OK;
    arena_free(m.scratch);
    if (e == OK)
        *out = holds;
    return e;
}
