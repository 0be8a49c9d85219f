/* A condition as SQL. `not` is pushed down to the leaves, so that no expression is ever NULL where
 * it would matter: a positive test may be NULL for an empty field, which a WHERE and an AND / OR of
 * positive tests treat as false; a negative one says what it means for an empty field. */
#include "model/condition_emitter.h"

static void node(const struct emitter *, const struct condition *, const char *alias, bool negated);

static void add_constant(const struct emitter *e, bool truth)
{
    sql_add(e->sql, truth ? "TRUE" : "FALSE");
}

/* Longer than every alias around it, so it hides none. */
static const char *inner_alias(const struct emitter *e, const char *alias)
{
    return arena_printf(e->sql->arena, "%s_", alias).p;
}

static void
add_present(const struct emitter *e, const struct leaf *leaf, const char *alias, bool negated)
{
    const struct path *path = &leaf->path;
    unsigned parts = path->whole ? path->field->column_count : 1;
    for (unsigned i = 0; i < parts; i++) {
        sql_add(e->sql, i == 0 ? "(" : negated ? " AND " : " OR ");
        sql_column(e->sql, alias, field_column(path->field, path->part + i)->name);
        sql_add(e->sql, negated ? " IS NULL" : " IS NOT NULL");
    }
    sql_add(e->sql, ")");
}

/* ---- sets ---- */

/* " FROM the set's members WHERE they are the record's AND in the list)" */
static void add_members(const struct emitter *e, const struct leaf *leaf, const char *alias)
{
    const struct field *f = leaf->path.field;
    const struct object *o = f->object;
    const char *inner = inner_alias(e, alias);
    struct target member = {inner, S("value"), f->shape->multi_storage};
    sql_add(e->sql, " FROM ");
    sql_name(e->sql, field_link_table(e->sql->arena, f));
    sql_add(e->sql, " AS ");
    sql_add(e->sql, inner);
    sql_add(e->sql, " WHERE ");
    if (o->root == ROOT_CUSTOMER) {
        sql_column(e->sql, inner, S("customer_id"));
        sql_add(e->sql, " = ");
        sql_column(e->sql, alias, field_column(o->customer, 0)->name);
        sql_add(e->sql, " AND ");
    }
    sql_column(e->sql, inner, field_link_record_column(f));
    sql_add(e->sql, " = ");
    sql_column(e->sql, alias, field_column(o->id, 0)->name);
    sql_add(e->sql, " AND ");
    if (leaf->operand_count == 1)
        add_compared(e, &member, " = ", leaf->operands[0].v);
    else
        add_in(e, &member, leaf);
    sql_add(e->sql, ")");
}

static void
set_test(const struct emitter *e, const struct leaf *leaf, const char *alias, bool negated)
{
    bool all = leaf->test == TEST_HAS_ALL && leaf->operand_count > 1;
    sql_add(e->sql, negated ? "NOT " : "");
    sql_add(e->sql, all ? "((SELECT COUNT(*)" : "EXISTS (SELECT 1");
    add_members(e, leaf, alias);
    if (all) {
        sql_add(e->sql, " = ");
        sql_value(e->sql, V_INT((int64_t)leaf->operand_count), STORE_INT);
        sql_add(e->sql, ")");
    }
}

/* ---- leaves ---- */

/* Tests that no record passes. */
static bool hopeless(const struct emitter *e, const struct leaf *leaf)
{
    switch (leaf->test) {
    case TEST_IN:
    case TEST_HAS_ANY:
        return leaf->operand_count == 0;
    case TEST_ME:
        return e->env->me == 0;
    case TEST_MY_DEPARTMENTS:
        return e->env->my_department_count == 0;
    default:
        return false;
    }
}

static void
leaf_here(const struct emitter *e, const struct leaf *leaf, const char *alias, bool negated)
{
    const struct column *column = path_column(&leaf->path);
    struct target t = {alias, column->name, column->storage};
    if (leaf->test == TEST_HAS_ALL && leaf->operand_count == 0) {
        add_constant(e, !negated);
    } else if (leaf->test == TEST_HAS_ANY || leaf->test == TEST_HAS_ALL) {
        set_test(e, leaf, alias, negated);
    } else if (leaf->test == TEST_PRESENT) {
        add_present(e, leaf, alias, negated);
    } else if (!negated) {
        sql_add(e->sql, "(");
        add_cell_test(e, &t, leaf);
        sql_add(e->sql, ")");
    } else {
        sql_add(e->sql, "(");
        add_target(e, &t);
        sql_add(e->sql, " IS NULL OR NOT (");
        add_cell_test(e, &t, leaf);
        sql_add(e->sql, "))");
    }
}

/* " FROM target AS inner WHERE it is not deleted AND ": the caller adds what must hold of it and
 * closes the bracket that it opened before. */
static void add_from(const struct emitter *e, struct path_link link, const char *inner)
{
    const struct object *target = link.down ? link.ref->object : link.ref->target;
    sql_add(e->sql, " FROM ");
    sql_name(e->sql, target->name);
    sql_add(e->sql, " AS ");
    sql_add(e->sql, inner);
    sql_add(e->sql, " WHERE ");
    sql_column(e->sql, inner, field_column(target->deleted_at, 0)->name);
    sql_add(e->sql, " IS NULL AND ");
}

/* The same, of the one linked to the row `alias`. */
static void
add_linked(const struct emitter *e, struct path_link link, const char *alias, const char *inner)
{
    const struct object *target = link.ref->target;
    add_from(e, link, inner);
    sql_column(e->sql, link.down ? inner : alias, field_column(link.ref, 0)->name);
    sql_add(e->sql, " = ");
    sql_column(e->sql, link.down ? alias : inner, field_column(target->id, 0)->name);
    sql_add(e->sql, " AND ");
}

/* Does the test find its records by an index of ids, few of them? A person's or a parent's are; a
 * department's or a state's may be half of all. `link`: the first of the path still to go. */
static bool leaf_picks(const struct leaf *leaf, unsigned link)
{
    const struct field *f = leaf->path.field;
    const struct object *o = f->object;
    bool by_id = f == o->id ||
                 (leaf->path.kind == KIND_ID && !f->multi && !f->builtin && f != o->department);
    for (; link < leaf->path.link_count; link++)
        if (leaf->path.links[link].down)
            return false;
    return by_id && leaf->operand_count <= LIST_INLINE &&
           (leaf->test == TEST_ME || leaf->test == TEST_EQ || leaf->test == TEST_IN);
}

static bool picks(const struct condition *c)
{
    bool all = c->kind == NODE_ALL;
    switch (c->kind) {
    case NODE_LEAF:
        return leaf_picks(c->leaf, 0);
    case NODE_VIA:
        return picks(c->members[0]);
    case NODE_ALL:
    case NODE_ANY:
        for (size_t i = 0; i < c->member_count; i++)
            if (picks(c->members[i]) == all)
                return all;
        return !all;
    default:
        return false;
    }
}

/* What picks few records is asked once, and those lead to the rows that name them, so that a page
 * of one's own is found without a walk through everybody's. Otherwise each row's link is looked
 * up, in the order in which the rows are wanted. */
static const char *
open_link(const struct emitter *e, struct path_link link, const char *alias, bool few, bool negated)
{
    const char *inner = inner_alias(e, alias);
    if (e->env->row_by_row && !negated && !link.down) { /* correlated: no planner makes it a join */
        sql_add(e->sql, "1 IN (SELECT 1");
        add_linked(e, link, alias, inner);
        return inner;
    }
    if (few && !negated && !link.down) {
        sql_column(e->sql, alias, field_column(link.ref, 0)->name);
        sql_add(e->sql, " IN (SELECT ");
        sql_column(e->sql, inner, field_column(link.ref->target->id, 0)->name);
        add_from(e, link, inner);
        return inner;
    }
    sql_add(e->sql, negated ? "NOT EXISTS (SELECT 1" : "EXISTS (SELECT 1");
    add_linked(e, link, alias, inner);
    return inner;
}

static void
leaf_node(const struct emitter *e, const struct leaf *leaf, const char *alias, bool negated)
{
    if (hopeless(e, leaf)) {
        add_constant(e, negated);
        return;
    }
    const struct path *path = &leaf->path;
    if (path->link_count == 0) {
        leaf_here(e, leaf, alias, negated);
        return;
    }
    for (unsigned i = 0; i < path->link_count; i++)
        alias = open_link(e, path->links[i], alias, leaf_picks(leaf, i + 1), negated && i == 0);
    leaf_here(e, leaf, alias, false);
    for (unsigned i = 0; i < path->link_count; i++)
        sql_add(e->sql, ")");
}

/* ---- events ---- */

static const char *comparison_sign(const struct comparison *c)
{
    static const char *const signs[] = {[TEST_EQ] = " = ",
                                        [TEST_LT] = " < ",
                                        [TEST_LE] = " <= ",
                                        [TEST_GT] = " > ",
                                        [TEST_GE] = " >= "};
    return c->negated ? " <> " : signs[c->test];
}

/* Sums are made in doubles: both databases then agree with memory and none overflows. */
static void add_figures(const struct emitter *e, const struct did *did, const char *inner)
{
    sql_add(e->sql, "COUNT(*)");
    sql_add(e->sql, comparison_sign(&did->times));
    sql_value(e->sql, V_REAL(did->times.number), STORE_REAL);
    if (!did->sum)
        return;
    sql_add(e->sql, " AND COALESCE(SUM(CAST(");
    sql_column(e->sql, inner, field_column(did->sum, 0)->name);
    sql_add(e->sql, " AS double precision)), 0)");
    sql_add(e->sql, comparison_sign(&did->total));
    sql_value(e->sql, V_REAL(did->total.number), STORE_REAL);
}

/* EXISTS where once is enough, else one row of figures that answers itself. */
static void
did_node(const struct emitter *e, const struct did *did, const char *alias, bool negated)
{
    struct path_link link = {did->object->customer, true};
    const struct field *at = did->event->at;
    const char *inner = inner_alias(e, alias);
    bool once = did->times.test == TEST_GE && did->times.number > 0 && did->times.number <= 1;
    sql_add(e->sql, negated ? "NOT " : "");
    sql_add(e->sql, once && !did->sum ? "EXISTS (SELECT 1" : "(SELECT ");
    if (!once || did->sum)
        add_figures(e, did, inner);
    add_linked(e, link, alias, inner);
    struct target moment = {inner, field_column(at, 0)->name, STORE_INT};
    if (did->has_within) {
        add_span(e, &moment, moment_within(&did->within, e->env, path_kind(at, 0)));
    } else {
        add_target(e, &moment);
        sql_add(e->sql, " IS NOT NULL");
    }
    const struct condition *narrowed[] = {did->event->where, did->where};
    for (size_t i = 0; i < 2; i++)
        if (narrowed[i]) {
            sql_add(e->sql, " AND ");
            node(e, narrowed[i], inner, false);
        }
    sql_add(e->sql, ")");
}

/* ---- the tree ---- */

static void
members_node(const struct emitter *e, const struct condition *c, const char *alias, bool negated)
{
    bool all = (c->kind == NODE_ALL) != negated;
    if (c->member_count == 0) {
        add_constant(e, all);
        return;
    }
    for (size_t i = 0; i < c->member_count; i++) {
        sql_add(e->sql, i == 0 ? "(" : all ? " AND " : " OR ");
        node(e, c->members[i], alias, negated);
    }
    sql_add(e->sql, ")");
}

static void segment_node(const struct emitter *e, int64_t segment, const char *alias, bool negated)
{
    const char *inner = inner_alias(e, alias);
    sql_add(e->sql, negated ? "NOT EXISTS (" : "EXISTS (");
    sql_add(e->sql, "SELECT 1 FROM segment_member AS ");
    sql_add(e->sql, inner);
    sql_add(e->sql, " WHERE ");
    sql_column(e->sql, inner, S("segment_id"));
    sql_add(e->sql, " = ");
    sql_value(e->sql, V_INT(segment), STORE_INT);
    sql_add(e->sql, " AND ");
    sql_column(e->sql, inner, S("customer_id"));
    sql_add(e->sql, " = ");
    sql_column(e->sql, alias, S("id"));
    sql_add(e->sql, ")");
}

/* The records that the batch made or changed: asked once, by its index; of those that it did not,
 * each is asked about. */
static void batch_node(const struct emitter *e, int64_t batch, const char *alias, bool negated)
{
    const char *inner = inner_alias(e, alias);
    if (!negated) {
        sql_column(e->sql, alias, S("id"));
        sql_add(e->sql, " IN (SELECT ");
        sql_column(e->sql, inner, S("record_id"));
    } else {
        sql_add(e->sql, "NOT EXISTS (SELECT 1");
    }
    sql_add(e->sql, " FROM change AS ");
    sql_add(e->sql, inner);
    sql_add(e->sql, " WHERE ");
    if (negated) {
        sql_column(e->sql, inner, S("record_id"));
        sql_add(e->sql, " = ");
        sql_column(e->sql, alias, S("id"));
        sql_add(e->sql, " AND ");
    }
    sql_column(e->sql, inner, S("batch_id"));
    sql_add(e->sql, " = ");
    sql_value(e->sql, V_INT(batch), STORE_INT);
    sql_add(e->sql, " AND ");
    sql_column(e->sql, inner, S("op"));
    sql_add(e->sql, " IN (0, 1))"); /* CHANGE_CREATE, CHANGE_UPDATE */
}

static void
node(const struct emitter *e, const struct condition *c, const char *alias, bool negated)
{
    switch (c->kind) {
    case NODE_ALL:
    case NODE_ANY:
        members_node(e, c, alias, negated);
        return;
    case NODE_NOT:
        node(e, c->members[0], alias, !negated);
        return;
    case NODE_LEAF:
        leaf_node(e, c->leaf, alias, negated);
        return;
    case NODE_DID:
        did_node(e, c->did, alias, negated);
        return;
    case NODE_SEGMENT:
        segment_node(e, c->segment, alias, negated);
        return;
    case NODE_BATCH:
        batch_node(e, c->batch, alias, negated);
        return;
    case NODE_VIA: {
        const struct condition *of = c->members[0];
        const char *inner =
            open_link(e, (struct path_link){c->ref, false}, alias, picks(of), negated);
        node(e, of, inner, false);
        sql_add(e->sql, ")");
        return;
    }
    }
}

err_t condition_sql(const struct condition *c,
                    const struct condition_env *env,
                    const char *alias,
                    struct sql *sql)
{
    struct emitter e = {env, sql};
    if (c)
        node(&e, c, alias, false);
    else
        add_constant(&e, true);
    return sql_check(sql);
}
