/* {"did":"order.paid", "times":{cmp}, "within":DURATION, "where":c, "sum":{FIELD:{cmp}}} */
#include "model/condition_node.h"

static const struct {
    const char *name;
    enum test test;
    bool negated;
} comparisons[] = {
    {"eq", TEST_EQ, false}, {"ne", TEST_EQ, true},  {"lt", TEST_LT, false},
    {"le", TEST_LE, false}, {"gt", TEST_GT, false}, {"ge", TEST_GE, false},
};

bool comparison_holds(const struct comparison *c, double x)
{
    switch (c->test) {
    case TEST_LT:
        return x < c->number;
    case TEST_LE:
        return x <= c->number;
    case TEST_GT:
        return x > c->number;
    case TEST_GE:
        return x >= c->number;
    default:
        return (x == c->number) != c->negated;
    }
}

static bool
read_comparison(struct condition_parser *p, const json_t *json, str at, struct comparison *out)
{
    const char *key = json_object_iter_key(json_object_iter((json_t *)json));
    json_t *number = json_object_get(json, key);
    for (size_t i = 0; i < sizeof comparisons / sizeof *comparisons; i++)
        if (json_object_size(json) == 1 && json_is_number(number) &&
            str_eqz(str_from(key), comparisons[i].name)) {
            *out = (struct comparison){comparisons[i].test, comparisons[i].negated,
                                       json_number_value(number)};
            return true;
        }
    condition_refuse(p, at, "condition_comparison", (str){0}, (str){0});
    return false;
}

static bool read_event(struct condition_parser *p,
                       const struct object *from,
                       const json_t *json,
                       str at,
                       struct did *did)
{
    str rest = json_str(json), object_name, event_name;
    str at_did = pointer_join(p->arena, at, S("did"));
    if (from->root != ROOT_SELF) {
        condition_refuse(p, at_did, "condition_did_customer", from->name, (str){0});
        return false;
    }
    if (str_split(&rest, '.', &object_name) && str_split(&rest, '.', &event_name) && !rest.p) {
        const struct object *o = model_object(p->model, object_name);
        for (size_t i = 0; o && o->root == ROOT_CUSTOMER && i < o->event_count; i++)
            if (str_eq(o->events[i].name, event_name)) {
                did->object = o;
                did->event = &o->events[i];
                return true;
            }
    }
    condition_refuse(p, at_did, "condition_unknown_event", json_str(json), (str){0});
    return false;
}

static bool read_within(struct condition_parser *p, const json_t *json, str at, struct did *did)
{
    enum kind kind = path_kind(did->event->at, 0);
    did->has_within = moment_parse(json_str(json), &did->within);
    if (!did->has_within) {
        condition_refuse(p, at, "condition_value_duration", json_str(json), (str){0});
    } else if (kind == KIND_DATE && did->within.unit == MOMENT_MINUTES) {
        condition_refuse(p, at, "condition_value_days", json_str(json), did->event->at->name);
        return false;
    }
    return did->has_within;
}

static bool read_sum(struct condition_parser *p, const json_t *json, str at, struct did *did)
{
    const char *key = json_object_iter_key(json_object_iter((json_t *)json));
    if (json_object_size(json) != 1) {
        condition_refuse(p, at, "condition_comparison", (str){0}, (str){0});
        return false;
    }
    const struct field *f = object_field(did->object, str_from(key));
    str place = pointer_join(p->arena, at, str_from(key));
    if (!f) {
        condition_refuse(p, place, "condition_unknown_field", str_from(key), did->object->name);
        return false;
    }
    enum kind kind = field_stored(f) && !f->multi ? path_kind(f, 0) : KIND_OPAQUE;
    if (kind != KIND_INT && kind != KIND_REAL) {
        condition_refuse(p, place, "condition_operator_field", S("sum"), f->name);
        return false;
    }
    did->sum = f;
    return read_comparison(p, json_object_get(json, key), place, &did->total);
}

static bool read_member(struct condition_parser *p,
                        struct did *did,
                        const char *key,
                        const json_t *json,
                        str at,
                        unsigned depth)
{
    str place = pointer_join(p->arena, at, str_from(key));
    if (str_eqz(S("did"), key))
        return true;
    if (str_eqz(S("times"), key))
        return read_comparison(p, json, place, &did->times);
    if (str_eqz(S("within"), key))
        return read_within(p, json, place, did);
    if (str_eqz(S("sum"), key))
        return read_sum(p, json, place, did);
    if (str_eqz(S("where"), key)) {
        did->where = condition_node(p, did->object, json, place, depth + 1);
        return did->where != NULL;
    }
    condition_refuse(p, place, "condition_operator", str_from(key), (str){0});
    return false;
}

const struct condition *condition_did(struct condition_parser *p,
                                      const struct object *object,
                                      const json_t *json,
                                      str at,
                                      unsigned depth)
{
    struct did *did = ARENA_NEW(p->arena, struct did);
    did->times = (struct comparison){TEST_GE, false, 1};
    if (!read_event(p, object, json_object_get(json, "did"), at, did))
        return NULL;
    const char *key;
    json_t *member;
    bool fine = true;
    json_object_foreach((json_t *)json, key, member)
    {
        fine = read_member(p, did, key, member, at, depth) && fine;
    }
    struct condition *c = condition_new(p->arena, NODE_DID);
    c->did = did;
    return fine ? c : NULL;
}
