#include "core/access_role.h"

#include "core/record.h"

const char *const ACCESS_OP_WORDS[OP_COUNT] = {"read", "create", "update", "delete", "export"};
static const char *const level_words[] = {[LEVEL_OWN] = "own",
                                          [LEVEL_DEPARTMENT] = "department",
                                          [LEVEL_BELOW] = "below",
                                          [LEVEL_ALL] = "all"};
const char *const ACCESS_FIELD_WORDS[FIELD_WRITE + 1] = {[FIELD_HIDDEN] = "hidden",
                                                         [FIELD_MASK] = "mask",
                                                         [FIELD_READ] = "read",
                                                         [FIELD_WRITE] = "write"};
const char *const ACCESS_RIGHT_WORDS[RIGHT_COUNT] = {
    "reveal", "import", "manage_model", "manage_users", "see_jobs", "manage_jobs", "undo"};

static bool word_index(const char *const *words, size_t n, str word, unsigned *out)
{
    for (unsigned i = 0; i < n; i++)
        if (words[i] && str_eqz(word, words[i])) {
            *out = i;
            return true;
        }
    return false;
}

bool access_op_parse(str word, enum op *out)
{
    unsigned i;
    bool found = word_index(ACCESS_OP_WORDS, OP_COUNT, word, &i);
    if (found)
        *out = (enum op)i;
    return found;
}

bool access_role_right(str word, enum right *out)
{
    unsigned i;
    bool found = word_index(ACCESS_RIGHT_WORDS, RIGHT_COUNT, word, &i);
    if (found)
        *out = (enum right)i;
    return found;
}

static bool field_word(const json_t *word, struct field_grant *out)
{
    unsigned i;
    if (str_eqz(json_str(word), "own")) {
        *out = (struct field_grant){FIELD_MASK, FIELD_WRITE};
        return true;
    }
    bool found = word_index(ACCESS_FIELD_WORDS, FIELD_WRITE + 1, json_str(word), &i);
    if (found)
        *out = (struct field_grant){(enum field_access)i, (enum field_access)i};
    return found;
}

static struct field_grant word_for(const json_t *fields, const struct field *f)
{
    json_t *map = (json_t *)fields;
    struct field_grant grant = {FIELD_HIDDEN, FIELD_HIDDEN};
    const json_t *word = json_object_getn(map, f->name.p, f->name.n);
    if (!word && !f->sensitive && !f->builtin)
        word = json_object_get(map, "*");
    if (word)
        (void)field_word(word, &grant);
    else if (f->sensitive)
        grant = (struct field_grant){FIELD_MASK, FIELD_WRITE};
    else
        grant = (struct field_grant){FIELD_WRITE, FIELD_WRITE};
    return grant;
}

static enum field_access at_most(enum field_access a, enum field_access most)
{
    return a < most ? a : most;
}

struct field_grant access_role_field(const struct entry *e, const struct field *f)
{
    bool writes = access_granted(e->ops[OP_CREATE]) || access_granted(e->ops[OP_UPDATE]);
    struct field_grant grant = word_for(e->fields, f);
    if (!writes && !access_granted(e->ops[OP_READ]))
        return (struct field_grant){FIELD_HIDDEN, FIELD_HIDDEN};
    if (!writes)
        return (struct field_grant){at_most(grant.all, FIELD_READ), at_most(grant.all, FIELD_READ)};
    return grant;
}

struct reader {
    const struct model *model;
    const struct object *object; /* NULL: only the words are checked */
    bool star;
    struct problems *problems;
    struct arena *arena;
};

static bool refuse(const struct reader *r, str at, const char *code, str a, str b)
{
    problem_add_str(r->problems, at, code, a, b, (str){0});
    return false;
}

static bool read_scope(const struct reader *r, const json_t *j, str at, struct scope *out)
{
    unsigned level;
    *out = (struct scope){0};
    if (json_is_false(j))
        return true;
    if (word_index(level_words, LEVEL_ALL + 1, json_str(j), &level)) {
        out->level = (enum level)level;
        return true;
    }
    if (!json_is_object(j))
        return refuse(r, at, "role_scope", (str){0}, (str){0});
    if (r->star)
        return refuse(r, at, "role_condition_for_all", (str){0}, (str){0});
    if (!r->object)
        return true;
    struct condition *when;
    if (condition_parse(r->model, r->object, j, at, r->problems, r->arena, &when) != OK)
        return false;
    out->when = when;
    if (!when)
        out->level = LEVEL_ALL;
    return true;
}

static bool read_op(const struct reader *r, enum op op, const json_t *j, str at, struct scope *out)
{
    if (op != OP_CREATE && op != OP_EXPORT)
        return read_scope(r, j, at, out);
    if (!json_is_boolean(j))
        return refuse(r, at, "role_yes_or_no", (str){0}, (str){0});
    *out = (struct scope){.level = json_is_true(j) ? LEVEL_ALL : LEVEL_NONE};
    return true;
}

static bool read_fields(const struct reader *r, const json_t *j, str at)
{
    if (!json_is_object(j))
        return refuse(r, at, "role_object", (str){0}, (str){0});
    bool good = true;
    const char *name;
    json_t *word;
    json_object_foreach((json_t *)j, name, word)
    {
        struct field_grant ignored;
        if (!field_word(word, &ignored))
            good = refuse(r, pointer_join(r->arena, at, str_from(name)), "role_field_word",
                          json_str(word), (str){0});
    }
    return good;
}

bool access_role_entry(const struct model *model,
                       const struct object *object,
                       const json_t *json,
                       bool star,
                       str at,
                       struct problems *problems,
                       struct arena *arena,
                       struct entry *out)
{
    struct reader r = {model, object, star, problems, arena};
    *out = (struct entry){0};
    if (!json_is_object(json))
        return refuse(&r, at, "role_object", (str){0}, (str){0});
    bool good = true;
    const char *name;
    json_t *item;
    json_object_foreach((json_t *)json, name, item)
    {
        str key = str_from(name), place = pointer_join(arena, at, key);
        enum op op;
        if (access_op_parse(key, &op)) {
            good &= read_op(&r, op, item, place, &out->ops[op]);
            out->open[op] = json_is_object(item) && out->ops[op].level == LEVEL_ALL;
        } else if (str_eqz(key, "fields")) {
            good &= read_fields(&r, item, place);
            out->fields = item;
        } else {
            good = refuse(&r, place, "role_unknown_key", key, (str){0});
        }
    }
    return good;
}

/* ---- checking a whole definition ---- */

static void check_field_names(const struct reader *r, const json_t *fields, str at)
{
    const char *name;
    json_t *word;
    json_object_foreach((json_t *)fields, name, word)
    {
        str key = str_from(name);
        if (!str_eqz(key, "*") && r->object && !object_field(r->object, key))
            (void)refuse(r, pointer_join(r->arena, at, key), "role_unknown_field", key,
                         r->object->name);
    }
}

static void check_objects(struct reader *r, const json_t *objects, str at)
{
    if (!json_is_object(objects)) {
        (void)refuse(r, at, "role_object", (str){0}, (str){0});
        return;
    }
    const char *name;
    json_t *json;
    json_object_foreach((json_t *)objects, name, json)
    {
        str key = str_from(name), place = pointer_join(r->arena, at, key);
        struct entry entry;
        r->star = str_eqz(key, "*");
        r->object = r->star ? NULL : model_object(r->model, key);
        if (!r->star && !r->object)
            (void)refuse(r, place, "role_unknown_object", key, (str){0});
        else if (access_role_entry(r->model, r->object, json, r->star, place, r->problems, r->arena,
                                   &entry))
            check_field_names(r, entry.fields, pointer_join(r->arena, place, S("fields")));
    }
}

static void check_rights(const struct reader *r, const json_t *rights, str at)
{
    if (!json_is_array(rights)) {
        (void)refuse(r, at, "role_list", (str){0}, (str){0});
        return;
    }
    for (size_t i = 0; i < json_array_size(rights); i++) {
        str word = json_str(json_array_get(rights, i));
        enum right ignored;
        if (!access_role_right(word, &ignored))
            (void)refuse(r, pointer_index(r->arena, at, i), "role_unknown_right", word, (str){0});
    }
}

err_t access_check_role(const struct model *model,
                        const json_t *definition,
                        str at,
                        struct problems *problems,
                        struct arena *arena)
{
    struct problems own = {.arena = arena};
    struct reader r = {.model = model, .problems = problems ? problems : &own, .arena = arena};
    size_t before = r.problems->list.n + r.problems->dropped;
    if (!json_is_object(definition)) {
        (void)refuse(&r, at, "role_object", (str){0}, (str){0});
        return ERR_INVALID;
    }
    const char *name;
    json_t *item;
    json_object_foreach((json_t *)definition, name, item)
    {
        str key = str_from(name), place = pointer_join(arena, at, key);
        if (str_eqz(key, "objects"))
            check_objects(&r, item, place);
        else if (str_eqz(key, "rights"))
            check_rights(&r, item, place);
        else
            (void)refuse(&r, place, "role_unknown_key", key, (str){0});
    }
    return r.problems->list.n + r.problems->dropped == before ? OK : ERR_INVALID;
}

/* ---- the hook ---- */

static err_t check_stored(struct ctx *c, const struct record *before, struct record *after)
{
    const struct field *f = object_field(after->object, S("definition"));
    value v = f ? record_cell(after, f, 0) : V_NULL;
    json_t *definition;
    if (v.kind != VALUE_TEXT || (before && value_eq(v, record_cell(before, f, 0))))
        return OK;
    TRY(json_read(c->arena, v.s, &c->problems, &definition));
    return access_check_role(c->model, definition, S("/definition"), &c->problems, c->arena);
}

void access_attach(void)
{
    static struct record_hook hook = {.object = "role", .before = check_stored};
    static bool attached;
    if (!attached) {
        record_hook_add(&hook);
        access_people_attach();
    }
    attached = true;
}
