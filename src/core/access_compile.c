/* A user's rights from the database: the user, their roles, the tree of departments. */
#include "core/access_role.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "model/computed.h"
#include "model/query.h"
#include "sql_core.h"

enum { ARENA_MOST = 64 * MIB };

static void made_of(struct access *a, const void *part, size_t n)
{
    a->source = (a->source ^ str_hash((str){part, n})) * 0x100000001b3u;
}

/* ---- departments ---- */

struct node {
    int64_t id, parent;
    bool taken;
};

static int by_parent(const void *a, const void *b)
{
    const struct node *x = a, *y = b;
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* The first node whose parent is not smaller. */
static size_t first_child(const struct node *nodes, size_t n, int64_t parent)
{
    size_t low = 0;
    while (low < n) {
        size_t middle = low + (n - low) / 2;
        if (nodes[middle].parent < parent)
            low = middle + 1;
        else
            n = middle;
    }
    return low;
}

/* The department and all below it; a circle in the tree is walked once. */
static void take_below(struct access *a, struct node *nodes, size_t n)
{
    int64_t *out = ARENA_ARRAY(a->arena, int64_t, n + 1);
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (nodes[i].id == a->department) {
            nodes[i].taken = true;
            out[count++] = a->department;
        }
    for (size_t done = 0; done < count; done++)
        for (size_t i = first_child(nodes, n, out[done]); i < n && nodes[i].parent == out[done];
             i++)
            if (!nodes[i].taken) {
                nodes[i].taken = true;
                out[count++] = nodes[i].id;
            }
    a->departments = out;
    a->department_count = count;
    made_of(a, out, count * sizeof *out);
}

static err_t read_departments(struct access *a, struct db_conn *conn)
{
    if (!a->department)
        return OK;
    AUTO_ROWS rows = NULL;
    AUTO_ARENA scratch = arena_new(ARENA_MOST);
    VEC(struct node) nodes = {0};
    TRY(db_query(conn, SQL_ACCESS_DEPARTMENTS, NULL, 0, &rows));
    while (db_next(rows))
        *VEC_PUSH(scratch, nodes) = (struct node){.id = db_int(rows, 0), .parent = db_int(rows, 1)};
    TRY(db_rows_error(rows));
    if (!nodes.n)
        return OK;
    qsort(nodes.at, nodes.n, sizeof *nodes.at, by_parent);
    take_below(a, nodes.at, nodes.n);
    if (!a->department_count)
        a->department = 0;
    return OK;
}

/* ---- roles ---- */

struct compiler {
    struct access *access;
    struct grant *grants;
    uint8_t **fields;    /* enum field_access by object and field */
    uint8_t **own;       /* the same on records that the user may update */
    struct arena *words; /* of problems that are only logged */
};

static bool is_named(const struct object *o, const char *name)
{
    return str_eqz(o->name, name);
}

static struct scope wider(struct arena *arena, struct scope a, struct scope b)
{
    const struct condition *when = a.when && b.when ? condition_or(arena, a.when, b.when)
                                   : a.when         ? a.when
                                                    : b.when;
    enum level level = a.level > b.level ? a.level : b.level;
    return (struct scope){level, level == LEVEL_ALL ? NULL : when};
}

static void add_fields(const struct compiler *c, const struct object *o, const struct entry *e)
{
    for (size_t i = 0; i < o->field_count; i++) {
        struct field_grant grant = access_role_field(e, o->fields[i]);
        uint8_t *all = &c->fields[o->index][i], *own = &c->own[o->index][i];
        if (grant.all > *all)
            *all = (uint8_t)grant.all;
        if (grant.own > *own)
            *own = (uint8_t)grant.own;
    }
}

static void
add_entry(const struct compiler *c, const struct object *o, const struct entry *e, bool by_name)
{
    struct grant *g = &c->grants[o->index];
    for (enum op op = 0; op < OP_COUNT; op++) {
        g->ops[op] = wider(c->access->arena, g->ops[op], e->ops[op]);
        if (by_name && (e->ops[op].level != LEVEL_ALL || e->open[op]))
            g->beside[op] = wider(c->access->arena, g->beside[op], e->ops[op]);
    }
    add_fields(c, o, e);
}

static void log_broken(int64_t role, str object, const struct problems *problems)
{
    const struct problem *first = problems->list.n ? &problems->list.at[0] : NULL;
    log_event(LOG_ERROR, "role_broken", "role", LOG_INT(role), "object", LOG_STR(object), "problem",
              LOG_Z(first ? first->code : ""), "at", LOG_STR(first ? first->pointer : S("")), NULL);
}

/* Broken parts of a role grant nothing. */
static void add_role(const struct compiler *c, int64_t role, const json_t *definition)
{
    struct access *a = c->access;
    const json_t *rights = json_object_get(definition, "rights");
    for (size_t i = 0; i < json_array_size(rights); i++) {
        enum right right;
        if (access_role_right(json_str(json_array_get(rights, i)), &right))
            a->rights[right] = true;
    }
    const json_t *objects = json_object_get(definition, "objects");
    for (size_t i = 0; i < a->model->object_count; i++) {
        const struct object *o = a->model->objects[i];
        const json_t *json = json_object_getn(objects, o->name.p, o->name.n);
        bool by_name = json != NULL;
        struct problems problems = {.arena = c->words};
        struct entry entry;
        if (!json)
            json = json_object_get(objects, "*");
        if (!json)
            continue;
        if (access_role_entry(a->model, o, json, !by_name,
                              pointer_join(c->words, (str){0}, o->name), &problems, a->arena,
                              &entry))
            add_entry(c, o, &entry, by_name);
        else
            log_broken(role, o->name, &problems);
    }
}

static err_t read_roles(const struct compiler *c, struct db_conn *conn)
{
    struct access *a = c->access;
    value user = V_INT(a->user);
    AUTO_ROWS rows = NULL;
    TRY(db_query(conn, SQL_ACCESS_USER_ROLES, &user, 1, &rows));
    while (db_next(rows)) {
        str text = db_text(rows, 2);
        int64_t role[] = {db_int(rows, 0), db_bool(rows, 1)};
        made_of(a, role, sizeof role);
        made_of(a, text.p, text.n);
        if (db_bool(rows, 1))
            a->administrator = true;
        if (db_is_null(rows, 2))
            continue;
        struct problems problems = {.arena = c->words};
        json_t *definition;
        /* Conditions borrow its texts. */
        if (json_read(a->arena, arena_str(a->arena, text), &problems, &definition) == OK)
            add_role(c, db_int(rows, 0), definition);
        else
            log_broken(db_int(rows, 0), S(""), &problems);
    }
    return db_rows_error(rows);
}

/* ---- what no role gives ---- */

/* Rights are given by administrators, people and departments by those who manage them; "*" in a
 * role must not open this door. */
static void guard_people(struct access *a)
{
    for (size_t i = 0; i < a->model->object_count; i++) {
        const struct object *o = a->model->objects[i];
        bool of_people = is_named(o, "user") || is_named(o, "department");
        if (!is_named(o, "role") && !(of_people && !a->rights[RIGHT_MANAGE_USERS]))
            continue;
        bool *may = a->objects[i].may;
        may[OP_CREATE] = may[OP_UPDATE] = may[OP_DELETE] = false;
    }
}

static void settle_field(const struct access *a, const struct field *f, uint8_t *can)
{
    const struct object *o = f->object;
    const bool *may = a->objects[o->index].may;
    bool fixed = f->builtin || f->computed || f->readonly;
    bool of_rights = !a->administrator && is_named(o, "user") && str_eqz(f->id, "roles");
    if (*can == FIELD_WRITE && (fixed || of_rights || !(may[OP_CREATE] || may[OP_UPDATE])))
        *can = FIELD_READ;
    if (*can != FIELD_HIDDEN && (f == o->id || f == o->version))
        *can = FIELD_READ;
    if (!may[OP_READ] && !may[OP_CREATE] && !may[OP_UPDATE])
        *can = FIELD_HIDDEN;
}

/* Who has no password yet is the business of those who manage people. */
static void hide_sign_in(const struct compiler *c)
{
    static const char *const names[] = {"password_at", "invited_until"};
    const struct object *users = model_object(c->access->model, S("user"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct field *f = users ? object_field(users, str_from(names[i])) : NULL;
        if (f && !c->access->rights[RIGHT_MANAGE_USERS])
            c->fields[users->index][f->index] = c->own[users->index][f->index] = FIELD_HIDDEN;
    }
}

struct least {
    const struct compiler *compiler;
    const struct object *object; /* of the computed field */
    uint8_t all, own;
};

static err_t lower(void *context, const struct field *f)
{
    struct least *l = context;
    const struct object *o = f->object;
    uint8_t all = l->compiler->fields[o->index][f->index];
    uint8_t own = o == l->object ? l->compiler->own[o->index][f->index] : all;
    if (!l->compiler->access->objects[o->index].may[OP_READ])
        return OK; /* a roll-up over records that he sees none of; what is sensitive is masked */
    l->all = all < l->all ? all : l->all;
    l->own = own < l->own ? own : l->own;
    return OK;
}

static bool lower_computed(const struct compiler *c, const struct field *f)
{
    uint8_t *all = &c->fields[f->object->index][f->index];
    uint8_t *own = &c->own[f->object->index][f->index];
    struct least l = {c, f->object, *all, *own};
    if (computed_fields(f, lower, &l) != OK || (l.all == *all && l.own == *own))
        return false;
    *all = l.all;
    *own = l.own;
    return true;
}

/* What is worked out from fields shows no more than they do. */
static void settle_computed(const struct compiler *c)
{
    const struct model *m = c->access->model;
    for (bool more = true; more;) { /* one may be worked out from another */
        more = false;
        for (size_t i = 0; i < m->object_count; i++)
            for (size_t k = 0; k < m->objects[i]->field_count; k++)
                more |= lower_computed(c, m->objects[i]->fields[k]);
    }
}

static void settle_fields(const struct compiler *c)
{
    struct access *a = c->access;
    for (size_t i = 0; i < a->model->object_count; i++) {
        const struct object *o = a->model->objects[i];
        for (size_t f = 0; f < o->field_count; f++) {
            settle_field(a, o->fields[f], &c->fields[i][f]);
            settle_field(a, o->fields[f], &c->own[i][f]);
        }
        a->objects[i].fields = c->fields[i];
        a->objects[i].own = c->own[i];
        a->objects[i].most = FIELD_WRITE;
    }
}

/* ---- phones in texts ---- */

static bool of_type(const struct field *f, const char *name)
{
    return str_eqz(str_from(f->type->name), name);
}

/* What belongs to a customer, however far from him, or names one, speaks of his phones. */
static bool masks_phones(const struct access *a, const struct object *o, unsigned steps)
{
    bool masks = false;
    for (size_t i = 0; i < o->field_count && !masks; i++) {
        const struct field *f = o->fields[i];
        bool link = f->target && (f == o->access_via || f->target->root == ROOT_SELF);
        masks = of_type(f, "phone") && a->objects[o->index].fields[i] <= FIELD_MASK;
        if (link && f->target != o && steps < LIMIT_PATH_LINKS)
            masks = masks || masks_phones(a, f->target, steps + 1);
    }
    return masks;
}

static err_t find_prose(void *context, const struct field *f)
{
    bool *found = context;
    bool line = of_type(f, "text") && f->search == SEARCH_PROSE;
    *found = *found || line || of_type(f, "long_text") || of_type(f, "rich_text");
    return *found ? OK : computed_fields(f, find_prose, context);
}

/* What people write in their own words, or what is worked out from it. */
static bool holds_phones(const struct field *f)
{
    bool found = false;
    bool text = !f->computed || str_eqz(S("text"), f->shape->name);
    return text && find_prose(&found, f) == OK && found;
}

static void settle_phones(struct access *a)
{
    for (size_t i = 0; i < a->model->object_count; i++) {
        const struct object *o = a->model->objects[i];
        if (!masks_phones(a, o, 0))
            continue;
        bool *phones = ARENA_ARRAY(a->arena, bool, o->field_count);
        for (size_t f = 0; f < o->field_count; f++)
            phones[f] = holds_phones(o->fields[f]);
        a->objects[i].phones = phones;
    }
}

/* ---- all of it ---- */

static void allow_all(const struct compiler *c)
{
    struct access *a = c->access;
    for (enum right r = 0; r < RIGHT_COUNT; r++)
        a->rights[r] = true;
    for (size_t i = 0; i < a->model->object_count; i++) {
        for (enum op op = 0; op < OP_COUNT; op++) {
            a->objects[i].may[op] = true;
            a->objects[i].rows[op] = (struct rows){.any = true};
        }
        for (size_t f = 0; f < a->model->objects[i]->field_count; f++)
            c->fields[i][f] = c->own[i][f] = FIELD_WRITE;
    }
}

static err_t compile(struct access *a, struct db_conn *conn)
{
    size_t n = a->model->object_count;
    AUTO_ARENA words = arena_new(ARENA_MOST);
    struct compiler c = {.access = a, .words = words};
    c.grants = ARENA_ARRAY(words, struct grant, n);
    c.fields = ARENA_ARRAY(words, uint8_t *, n);
    c.own = ARENA_ARRAY(words, uint8_t *, n);
    a->objects = ARENA_ARRAY(a->arena, struct object_access, n);
    for (size_t i = 0; i < n; i++) {
        c.fields[i] = ARENA_ARRAY(a->arena, uint8_t, a->model->objects[i]->field_count);
        c.own[i] = ARENA_ARRAY(a->arena, uint8_t, a->model->objects[i]->field_count);
    }
    TRY(read_departments(a, conn));
    TRY(read_roles(&c, conn));
    if (a->administrator) {
        allow_all(&c);
    } else {
        access_rows(a, c.grants);
        guard_people(a);
        hide_sign_in(&c);
        settle_computed(&c);
    }
    settle_fields(&c);
    settle_phones(a);
    return OK;
}

err_t access_compile(struct db_conn *conn,
                     const struct model *model,
                     int64_t epoch,
                     int64_t user,
                     struct access **out)
{
    value id = V_INT(user), department;
    AUTO_ARENA arena = arena_new(ARENA_MOST);
    struct access *a = ARENA_NEW(arena, struct access);
    TRY(db_one(conn, arena, SQL_ACCESS_USER, &id, 1, &department, 1));
    a->holders = 1;
    a->arena = arena;
    a->model = model;
    a->model_version = model->version;
    a->epoch = epoch;
    a->user = user;
    a->department = department.kind == VALUE_INT ? department.i : 0;
    TRY(compile(a, conn));
    arena = NULL; /* now its own */
    *out = a;
    return OK;
}
