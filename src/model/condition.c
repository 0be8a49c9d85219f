#include "model/condition_node.h"

#include "base/id.h"
#include "text/text.h"

void condition_refuse(struct condition_parser *p, str at, const char *code, str a, str b)
{
    p->failed = true;
    problem_add_str(p->problems, at, code, a, b, (str){0});
}

struct condition *condition_new(struct arena *arena, enum node_kind kind)
{
    struct condition *c = ARENA_NEW(arena, struct condition);
    c->kind = kind;
    return c;
}

static struct condition *with_members(struct arena *arena,
                                      enum node_kind kind,
                                      const struct condition *a,
                                      const struct condition *b)
{
    struct condition *c = condition_new(arena, kind);
    c->members = ARENA_ARRAY(arena, const struct condition *, 2);
    c->members[0] = a;
    c->members[1] = b;
    c->member_count = b ? 2 : 1;
    return c;
}

struct condition *condition_not(struct arena *arena, const struct condition *c)
{
    return with_members(arena, NODE_NOT, c, NULL);
}

/* ---- parsing ---- */

static const struct condition *read_members(struct condition_parser *p,
                                            const struct object *object,
                                            enum node_kind kind,
                                            const json_t *list,
                                            str at,
                                            unsigned depth)
{
    if (!json_is_array(list)) {
        condition_refuse(p, at, "condition_list", (str){0}, (str){0});
        return NULL;
    }
    struct condition *c = condition_new(p->arena, kind);
    size_t n = json_array_size(list);
    if (n > LIMIT_CONDITION_NODES) {
        condition_refuse(p, at, "condition_too_large", (str){0}, (str){0});
        return NULL;
    }
    c->members = ARENA_ARRAY(p->arena, const struct condition *, n);
    for (; c->member_count < n && p->nodes <= LIMIT_CONDITION_NODES; c->member_count++)
        c->members[c->member_count] =
            condition_node(p, object, json_array_get(list, c->member_count),
                           pointer_index(p->arena, at, c->member_count), depth + 1);
    return p->failed ? NULL : c;
}

static const struct condition *
read_segment(struct condition_parser *p, const struct object *object, const json_t *json, str at)
{
    struct condition *c = condition_new(p->arena, NODE_SEGMENT);
    if (!model_object(p->model, S("segment")) || object->root != ROOT_SELF)
        condition_refuse(p, at, "condition_no_segments", (str){0}, (str){0});
    else if (id_parse(json_str(json), &c->segment) != OK)
        condition_refuse(p, at, "condition_value_id", json_str(json), S("inSegment"));
    return p->failed ? NULL : c;
}

static const struct condition *read_batch(struct condition_parser *p, const json_t *json, str at)
{
    struct condition *c = condition_new(p->arena, NODE_BATCH);
    if (id_parse(json_str(json), &c->batch) != OK)
        condition_refuse(p, at, "condition_value_id", json_str(json), S("inBatch"));
    return p->failed ? NULL : c;
}

/* all, any, not, inSegment, inBatch: a single member. */
static const struct condition *read_single(struct condition_parser *p,
                                           const struct object *object,
                                           const json_t *json,
                                           str at,
                                           unsigned depth)
{
    const char *key = json_object_iter_key(json_object_iter((json_t *)json));
    const json_t *member = json_object_get(json, key);
    str name = str_from(key), place = pointer_join(p->arena, at, name);
    if (json_object_size(json) == 1) {
        if (str_eqz(name, "all"))
            return read_members(p, object, NODE_ALL, member, place, depth);
        if (str_eqz(name, "any"))
            return read_members(p, object, NODE_ANY, member, place, depth);
        if (str_eqz(name, "not")) {
            const struct condition *inner = condition_node(p, object, member, place, depth + 1);
            return inner ? condition_not(p->arena, inner) : NULL;
        }
        if (str_eqz(name, "inSegment"))
            return read_segment(p, object, member, place);
        if (str_eqz(name, "inBatch"))
            return read_batch(p, member, place);
        if (str_eqz(name, "me"))
            return condition_me(p, object, json, at);
    }
    condition_refuse(p, at, "condition_form", name, (str){0});
    return NULL;
}

const struct condition *condition_node(struct condition_parser *p,
                                       const struct object *object,
                                       const json_t *json,
                                       str at,
                                       unsigned depth)
{
    const char *refused = NULL;
    if (!json_is_object(json))
        refused = "condition_not_object";
    else if (depth > LIMIT_CONDITION_DEPTH)
        refused = "condition_too_deep";
    else if (++p->nodes > LIMIT_CONDITION_NODES)
        refused = "condition_too_large";
    if (refused) {
        condition_refuse(p, at, refused, (str){0}, (str){0});
        return NULL;
    }
    if (json_object_size(json) == 0)
        return condition_new(p->arena, NODE_ALL);
    if (json_object_get(json, "field"))
        return condition_leaf(p, object, json, at);
    if (json_object_get(json, "did"))
        return condition_did(p, object, json, at, depth);
    return read_single(p, object, json, at, depth);
}

err_t condition_parse(const struct model *model,
                      const struct object *object,
                      const json_t *json,
                      str at,
                      struct problems *problems,
                      struct arena *arena,
                      struct condition **out)
{
    if (!json || json_is_null(json) || (json_is_object(json) && json_object_size(json) == 0)) {
        *out = NULL;
        return OK;
    }
    struct condition_parser p = {.model = model, .problems = problems, .arena = arena};
    const struct condition *c = condition_node(&p, object, json, at, 1);
    if (!c || p.failed)
        return ERR_INVALID;
    *out = (struct condition *)c;
    return OK;
}

/* ---- which fields ---- */

typedef err_t (*field_visitor)(void *, const struct field *);

static err_t path_fields(const struct path *path, field_visitor each, void *context)
{
    for (unsigned i = 0; i < path->link_count; i++)
        TRY(each(context, path->links[i].ref));
    return each(context, path->field);
}

static err_t did_fields(const struct did *did, field_visitor each, void *context)
{
    TRY(each(context, did->object->customer));
    TRY(each(context, did->event->at));
    TRY(condition_fields(did->event->where, each, context));
    if (did->sum)
        TRY(each(context, did->sum));
    return condition_fields(did->where, each, context);
}

const struct field *condition_member(const struct condition *c, value *member)
{
    const struct field *found = NULL;
    if (c->kind == NODE_LEAF) {
        const struct leaf *l = c->leaf;
        if (l->path.link_count || (l->test != TEST_HAS_ANY && l->test != TEST_HAS_ALL) ||
            l->operand_count != 1)
            return NULL;
        *member = l->operands[0].v;
        return l->path.field;
    }
    for (size_t i = 0; c->kind == NODE_ALL && !found && i < c->member_count; i++)
        found = condition_member(c->members[i], member);
    return found;
}

static bool is_own_value(const struct condition *c, bool (*may)(const struct field *))
{
    const struct leaf *l = c->leaf;
    return c->kind == NODE_LEAF && !l->path.link_count && !l->path.part && may(l->path.field) &&
           (l->test == TEST_EQ || l->test == TEST_IN);
}

size_t condition_one_of(const struct condition *c,
                        bool (*may)(const struct field *),
                        size_t most,
                        const struct condition **out)
{
    size_t n = 0;
    if (c->kind == NODE_LEAF && c->leaf->test == TEST_IN && is_own_value(c, may))
        out[n++] = c;
    for (size_t i = 0; c->kind == NODE_ALL && !n && i < c->member_count; i++)
        n = condition_one_of(c->members[i], may, most, out);
    if (c->kind != NODE_ANY || c->member_count > most)
        return n;
    for (size_t i = 0; i < c->member_count; i++)
        if (is_own_value(c->members[i], may))
            out[n++] = c->members[i];
    return n == c->member_count ? n : 0;
}

err_t condition_fields(const struct condition *c, field_visitor each, void *context)
{
    if (!c)
        return OK;
    if (c->leaf)
        return path_fields(&c->leaf->path, each, context);
    if (c->did)
        return did_fields(c->did, each, context);
    if (c->ref)
        TRY(each(context, c->ref));
    for (size_t i = 0; i < c->member_count; i++)
        TRY(condition_fields(c->members[i], each, context));
    return OK;
}

typedef err_t (*link_visitor)(void *, const struct field *ref, bool down);

err_t condition_links(const struct condition *c, link_visitor each, void *context)
{
    if (!c)
        return OK;
    for (unsigned i = 0; c->leaf && i < c->leaf->path.link_count; i++)
        TRY(each(context, c->leaf->path.links[i].ref, c->leaf->path.links[i].down));
    if (c->did) {
        TRY(each(context, c->did->object->customer, true));
        TRY(condition_links(c->did->event->where, each, context));
        TRY(condition_links(c->did->where, each, context));
    }
    if (c->ref)
        TRY(each(context, c->ref, false));
    for (size_t i = 0; i < c->member_count; i++)
        TRY(condition_links(c->members[i], each, context));
    return OK;
}

/* ---- building ---- */

struct condition *
condition_and(struct arena *arena, const struct condition *a, const struct condition *b)
{
    if (!a || !b)
        return (struct condition *)(a ? a : b);
    return with_members(arena, NODE_ALL, a, b);
}

struct condition *
condition_or(struct arena *arena, const struct condition *a, const struct condition *b)
{
    return a && b ? with_members(arena, NODE_ANY, a, b) : NULL;
}

struct condition *condition_never(struct arena *arena)
{
    return condition_new(arena, NODE_ANY);
}

static int id_cmp(const void *a, const void *b)
{
    int64_t x = ((const struct operand *)a)->v.i, y = ((const struct operand *)b)->v.i;
    return x < y ? -1 : x > y;
}

struct condition *
condition_ids(struct arena *arena, const struct field *field, const int64_t *ids, size_t n)
{
    struct leaf *leaf = ARENA_NEW(arena, struct leaf);
    leaf->path = (struct path){.field = field, .kind = KIND_ID};
    leaf->test = TEST_IN;
    leaf->operands = ARENA_ARRAY(arena, struct operand, n);
    leaf->operand_count = n;
    leaf->sorted = true;
    for (size_t i = 0; i < n; i++)
        leaf->operands[i].v = V_INT(ids[i]);
    qsort(leaf->operands, n, sizeof *leaf->operands, id_cmp);
    struct condition *c = condition_new(arena, NODE_LEAF);
    c->leaf = leaf;
    return c;
}

struct condition *condition_same(struct arena *arena, const struct field *field, str text)
{
    struct leaf *leaf = ARENA_NEW(arena, struct leaf);
    leaf->path = (struct path){.field = field, .kind = KIND_TEXT};
    leaf->test = TEST_SAME;
    leaf->operands = ARENA_NEW(arena, struct operand);
    leaf->operands[0].v = V_TEXT(text_fold(arena, text));
    leaf->operand_count = 1;
    struct condition *c = condition_new(arena, NODE_LEAF);
    c->leaf = leaf;
    return c;
}

struct condition *
condition_via(struct arena *arena, const struct field *ref, const struct condition *inner)
{
    if (!inner)
        return NULL;
    struct condition *c = with_members(arena, NODE_VIA, inner, NULL);
    c->ref = ref;
    return c;
}
