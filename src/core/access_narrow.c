/* Scopes of API tokens: PLURAL:OP, where either may be "*"; right:NAME; "*" for all. */
#include "core/access_role.h"

struct token_scope {
    bool everything, is_right, all_objects, all_ops;
    const struct object *object;
    enum op op;
    enum right right;
};

static bool parse(const struct model *model, str text, struct token_scope *out)
{
    *out = (struct token_scope){0};
    if (str_eqz(text, "*"))
        return out->everything = true;
    str rest = text, what;
    if (!str_split(&rest, ':', &what) || !rest.p)
        return false;
    if (str_eqz(what, "right")) {
        out->is_right = true;
        return access_role_right(rest, &out->right);
    }
    out->all_objects = str_eqz(what, "*");
    out->object = out->all_objects ? NULL : model_object_by_plural(model, what);
    out->all_ops = str_eqz(rest, "*");
    return (out->all_objects || out->object) && (out->all_ops || access_op_parse(rest, &out->op));
}

err_t access_check_scopes(const struct model *model,
                          const json_t *scopes,
                          str at,
                          struct problems *problems,
                          struct arena *arena)
{
    size_t n = json_array_size(scopes);
    err_t outcome = OK;
    if (n == 0) {
        problem_add(problems, at, "required", NULL);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < n; i++) {
        struct token_scope ignored;
        str text = json_str(json_array_get(scopes, i));
        if (parse(model, text, &ignored))
            continue;
        problem_add_str(problems, pointer_index(arena, at, i), "unknown_scope", text, (str){0},
                        (str){0});
        outcome = ERR_INVALID;
    }
    return outcome;
}

struct wanted {
    bool rights[RIGHT_COUNT];
    bool (*ops)[OP_COUNT]; /* by object */
};

static void want(const struct model *model, const struct token_scope *s, struct wanted *w)
{
    for (enum right r = 0; r < RIGHT_COUNT; r++)
        w->rights[r] |= s->everything || (s->is_right && s->right == r);
    for (size_t i = 0; i < model->object_count; i++)
        for (enum op op = 0; op < OP_COUNT; op++)
            w->ops[i][op] |= s->everything || ((s->all_objects || s->object == model->objects[i]) &&
                                               (s->all_ops || s->op == op));
}

static enum field_access most_of(const bool may[OP_COUNT])
{
    return may[OP_CREATE] || may[OP_UPDATE] ? FIELD_WRITE
           : may[OP_READ]                   ? FIELD_READ
                                            : FIELD_HIDDEN;
}

const struct access *
access_narrow(struct arena *arena, const struct access *whole, const json_t *scopes)
{
    const struct model *model = whole->model;
    size_t n = model->object_count;
    struct wanted w = {.ops = arena_array(arena, n, sizeof *w.ops)};
    bool everything = false;
    for (size_t i = 0; i < json_array_size(scopes); i++) {
        struct token_scope s;
        /* A scope of an object that is gone allows nothing. */
        if (!parse(model, json_str(json_array_get(scopes, i)), &s))
            continue;
        everything |= s.everything;
        want(model, &s, &w);
    }
    if (everything)
        return whole;
    struct access *a = ARENA_NEW(arena, struct access);
    a->whole = whole;
    a->model = model;
    a->user = whole->user;
    a->department = whole->department;
    a->epoch = whole->epoch;
    a->source = whole->source;
    a->departments = whole->departments;
    a->department_count = whole->department_count;
    a->objects = ARENA_ARRAY(arena, struct object_access, n);
    for (enum right r = 0; r < RIGHT_COUNT; r++)
        a->rights[r] = whole->rights[r] && w.rights[r];
    for (size_t i = 0; i < n; i++) {
        a->objects[i] = whole->objects[i];
        for (enum op op = 0; op < OP_COUNT; op++)
            a->objects[i].may[op] &= w.ops[i][op];
        a->objects[i].linked.any &= w.ops[i][OP_UPDATE];
        a->objects[i].most = most_of(a->objects[i].may);
    }
    return a;
}

err_t access_check_active(struct ctx *c)
{
    bool may = !c->scopes || access_right(c->access, RIGHT_IMPORT);
    for (size_t i = 0; i < c->model->object_count && !may; i++)
        for (enum op op = OP_READ + 1; op < OP_COUNT; op++)
            may = may || access_may(c->access, c->model->objects[i], op);
    if (may)
        return OK;
    problem_add(&c->problems, S(""), "scope_missing", "*:update", NULL);
    return ERR_DENIED;
}
