#include "core/access_world.h"

#include <stdio.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"

enum { MAX_SHOWN = 20 };

const struct role_set ROLE_SET[ROLE_SETS] = {{{0}, 0}, {{1}, 1},    {{2}, 1},    {{3}, 1},
                                             {{4}, 1}, {{1, 4}, 2}, {{2, 3}, 2}, {{0}, 1}};

/* ---- making records ---- */

static int64_t create(struct world *w, const struct object *o, const json_t *body)
{
    struct record *r;
    struct ctx *c = &w->server;
    c->problems.list.n = 0;
    err_t e = record_create(c, o, body, NULL, &r);
    for (size_t i = 0; e != OK && i < c->problems.list.n; i++)
        print_error(STR_FMT STR_FMT " %s\n", STR_ARG(o->name),
                    STR_ARG(c->problems.list.at[i].pointer), c->problems.list.at[i].code);
    assert_int_equal(e, OK);
    return record_id(r);
}

static int64_t create_text(struct world *w, const char *object, const char *format, int64_t a)
{
    char body[400];
    snprintf(body, sizeof body, format, (long long)a, (long long)a);
    return create(w, model_object(w->server.model, str_from(object)), test_json(w->arena, body));
}

static int64_t make(struct world *, const struct object *, int person, int linked);

int64_t world_made(struct world *w, const struct object *o, int person)
{
    if (str_eqz(o->name, "user"))
        return w->people[person];
    if (str_eqz(o->name, "department"))
        return w->departments[person];
    if (!w->made[person][o->index])
        w->made[person][o->index] = make(w, o, person, person);
    return w->made[person][o->index];
}

static json_t *id_json(int64_t id)
{
    char text[ID_CHARS + 1];
    snprintf(text, sizeof text, "%lld", (long long)id);
    return json_string(text);
}

/* Some right value, different each time. */
static json_t *sample(struct world *w, const struct field *f, int person)
{
    const char *type = f->type->name;
    unsigned n = ++w->number;
    if (f->choice_count)
        return json_stringn(f->choices[n % f->choice_count].key.p,
                            f->choices[n % f->choice_count].key.n);
    if (f->target && !f->multi)
        return id_json(f->target->root == ROOT_SELF ? make(w, f->target, person, person)
                                                    : world_made(w, f->target, person));
    if (!strcmp(type, "phone"))
        return json_sprintf("139%08u", n);
    if (!strcmp(type, "email"))
        return json_sprintf("u%u@example.com", n);
    if (!strcmp(type, "money"))
        return json_pack("{s:i,s:s}", "amount", (int)n, "currency", "CNY");
    if (!strcmp(type, "number") || !strcmp(type, "percent"))
        return json_integer(1);
    if (!strcmp(type, "instant"))
        return json_string("2026-11-01T08:00:00Z");
    if (!strcmp(type, "date"))
        return json_string("2026-11-01");
    return json_sprintf(f->wechat_id ? "wx_%06u" : "v%u", n);
}

/* A record that `person` made and owns, linked to what `linked` made. */
static int64_t make(struct world *w, const struct object *o, int person, int linked)
{
    json_t *body = json_keep(w->arena, json_object());
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if ((f->builtin && f != o->owner) || f->computed || f->fallback)
            continue;
        json_t *v = NULL;
        if (f == o->owner)
            v = id_json(w->people[person]);
        else if (f == o->access_via || f == o->customer)
            v = linked == NOBODY ? NULL : id_json(world_made(w, f->target, linked));
        else if (f->required || f->sensitive || f->auto_prefix.n)
            v = sample(w, f, linked == NOBODY ? person : linked);
        else if (str_eqz(f->name, "lead"))
            v = id_json(world_made(w, f->target, person));
        if (v)
            json_object_setn_new(body, f->name.p, f->name.n, v);
    }
    if (o->owner)
        json_object_set_new(body, "owner", id_json(w->people[person]));
    w->server.user = w->people[person];
    return create(w, o, body);
}

static void fill(struct world *w)
{
    const struct model *m = w->server.model;
    for (size_t i = 0; i < m->object_count; i++) {
        const struct object *o = m->objects[i];
        if (str_eqz(o->name, "user") || str_eqz(o->name, "department") ||
            str_eqz(o->name, "role") || str_eqz(o->name, "identity_key"))
            continue;
        for (int person = 0; person < PEOPLE; person++) {
            world_made(w, o, person);
            for (int linked = 0; o->access_via && linked < PEOPLE; linked++)
                make(w, o, person, linked);
            if (o->access_via && !o->access_via->required && !o->customer)
                make(w, o, person, NOBODY);
        }
    }
}

static void add_role(struct world *w, const char *definition)
{
    char body[3000];
    size_t n = w->role_count++;
    snprintf(body, sizeof body, "{'name':'r%zu','key':'r%zu','administrator':%s,'definition':%s}",
             n, n, *definition ? "false" : "true", *definition ? definition : "{}");
    w->roles[n] = *definition ? test_json(w->arena, definition) : NULL;
    w->role_ids[n] = create(w, model_object(w->server.model, S("role")), test_json(w->arena, body));
}

static void add_roles(struct world *w)
{
    char name[600];
    struct record *customer;
    const struct object *o = model_object(w->server.model, S("customer"));
    assert_int_equal(record_get(&w->server, o, world_made(w, o, OTHER), OP_READ, &customer), OK);
    add_role(w, ""); /* administrator */
    add_role(w, "{'objects':{'customer':{'read':'own','create':true,'update':'own',"
                "'fields':{'phone':'write','email':'hidden','name':'read'}},"
                "'order':{'read':'all','create':true,'update':'all','delete':'all'},"
                "'follow_up':{'read':'own','create':true,'update':'own','delete':'own'},"
                "'product':{'read':'all','fields':{'cost':'hidden','name':'own'}},"
                "'lead':{'read':'department','update':'own','fields':{'email':'mask','name':'own'}}"
                ",'file':{'read':false},"
                "'*':{'read':'own'}}}");
    add_role(w, "{'objects':{'customer':{'read':'below','update':'department','export':true},"
                "'*':{'read':'below','update':'department','delete':'own','create':true,"
                "'export':true,'fields':{'*':'read'}}},'rights':['manage_users']}");
    add_role(w, "{'objects':{'*':{'read':'department','update':'all','delete':'below'}}}");
    snprintf(name, sizeof name,
             "{'objects':{'customer':{'read':{'any':[{'me':'owner'},{'field':'name','eq':'" STR_FMT
             "'}]},'update':{'me':'owner'}},'order':{'read':{},'update':{'me':'owner'}},"
             "'task':{'update':'all'},'contact':{'read':'below','export':true,"
             "'fields':{'phone':'read','*':'hidden'}}}}",
             STR_ARG(record_cell(customer, o->title, 0).s));
    add_role(w, name);
}

void world_build(struct world *w, struct app *app, struct arena *arena)
{
    *w = (struct world){.arena = arena};
    assert_int_equal(ctx_init(&w->server, app, arena, "test"), OK);
    for (int p = 0; p < PEOPLE; p++)
        w->made[p] = ARENA_ARRAY(arena, int64_t, w->server.model->object_count);
    int64_t top = create_text(w, "department", "{'name':'top %lld'}", 0);
    int64_t team = create_text(w, "department", "{'name':'team','parent':'%lld'}", top);
    w->departments[ME] = w->departments[MATE] = team;
    w->departments[BELOW] = create_text(w, "department", "{'name':'sub','parent':'%lld'}", team);
    w->departments[OTHER] = create_text(w, "department", "{'name':'else','parent':'%lld'}", top);
    for (int p = 0; p < PEOPLE; p++) {
        char format[200];
        snprintf(format, sizeof format,
                 "{'name':'p%d','email':'p%d@example.com','phone':'1370013700%d','department':"
                 "'%%lld'}",
                 p, p, p);
        w->people[p] = create_text(w, "user", format, w->departments[p]);
    }
    fill(w);
    add_roles(w);
}

/* ---- the naive evaluation ---- */

static const json_t *entry_of(const json_t *role, const struct object *o, bool *by_name)
{
    json_t *objects = json_object_get(role, "objects");
    json_t *entry = json_object_getn(objects, o->name.p, o->name.n);
    *by_name = entry != NULL;
    return entry ? entry : json_object_get(objects, "*");
}

static int64_t id_cell(const struct record *r, const struct field *f)
{
    return f ? record_cell(r, f, 0).i : 0;
}

static bool holds(const struct world *w, const json_t *c, const struct record *r)
{
    json_t *j;
    size_t i;
    if (json_object_size(c) == 0)
        return true;
    json_array_foreach(json_object_get(c, "any"), i, j) if (holds(w, j, r)) return true;
    if (json_object_get(c, "me"))
        return id_cell(r, object_field(r->object, json_get_str(c, "me"))) == w->people[ME];
    if (json_object_get(c, "eq"))
        return str_eq(record_cell(r, object_field(r->object, json_get_str(c, "field")), 0).s,
                      json_get_str(c, "eq"));
    return false;
}

static bool in_scope(const struct world *w, const json_t *scope, const struct record *r)
{
    const struct object *o = r->object;
    bool is_user = str_eqz(o->name, "user"), is_department = str_eqz(o->name, "department");
    int64_t person = is_user ? record_id(r) : id_cell(r, o->owned ? o->owner : o->created_by);
    int64_t department = is_user         ? id_cell(r, object_field(o, S("department")))
                         : is_department ? record_id(r)
                         : o->owned      ? id_cell(r, o->department)
                                         : 0;
    str word = json_str(scope);
    if (json_is_object(scope))
        return holds(w, scope, r);
    if (json_is_true(scope) || str_eqz(word, "all"))
        return true;
    bool mine = str_eqz(word, "department") || str_eqz(word, "below")
                    ? department == w->departments[ME]
                    : false;
    if (str_eqz(word, "below"))
        mine |= department == w->departments[BELOW];
    return word.n && (person == w->people[ME] || mine);
}

const char *world_op_name(enum op op)
{
    static const char *const names[] = {"read", "create", "update", "delete", "export"};
    return names[op];
}

static bool granted(const json_t *scope)
{
    return scope && !json_is_false(scope);
}

static bool right_held(const struct world *w, const char *right)
{
    for (size_t i = 0; i < w->held_count; i++) {
        json_t *j;
        size_t k;
        json_array_foreach(json_object_get(w->held[i], "rights"), k,
                           j) if (str_eqz(json_str(j), right)) return true;
    }
    return false;
}

bool world_grants(const struct world *w, const struct object *o, enum op op)
{
    bool writes = op == OP_CREATE || op == OP_UPDATE || op == OP_DELETE;
    bool people = str_eqz(o->name, "user") || str_eqz(o->name, "department");
    if (w->administrator)
        return true;
    if (writes && (str_eqz(o->name, "role") || (people && !right_held(w, "manage_users"))))
        return false;
    for (size_t i = 0; i < w->held_count; i++) {
        bool by_name;
        if (granted(json_object_get(entry_of(w->held[i], o, &by_name), world_op_name(op))))
            return true;
    }
    return false;
}

static bool link_reaches(struct world *w, const struct record *r, enum op op)
{
    const struct field *via = r->object->access_via;
    struct record *behind;
    assert_int_equal(record_get(&w->server, via->target, id_cell(r, via), OP_READ, &behind), OK);
    return world_reaches(w, behind, op == OP_READ ? OP_READ : OP_UPDATE);
}

bool world_reaches(struct world *w, const struct record *r, enum op op)
{
    const struct object *o = r->object;
    const struct field *via = o->access_via;
    if (w->administrator)
        return true;
    if (!world_grants(w, o, op) || (op != OP_READ && !world_reaches(w, r, OP_READ)))
        return false;
    if (op == OP_EXPORT)
        return true;
    bool linked = via && id_cell(r, via);
    if (linked && link_reaches(w, r, op))
        return true;
    for (size_t i = 0; i < w->held_count; i++) {
        bool by_name;
        const json_t *scope = json_object_get(entry_of(w->held[i], o, &by_name), world_op_name(op));
        bool counts = !linked || (by_name && !str_eqz(json_str(scope), "all"));
        if (granted(scope) && counts && in_scope(w, scope, r))
            return true;
    }
    return false;
}

static enum field_access word_access(const json_t *word, bool own)
{
    str s = json_str(word);
    return str_eqz(s, "write")  ? FIELD_WRITE
           : str_eqz(s, "own")  ? (own ? FIELD_WRITE : FIELD_MASK)
           : str_eqz(s, "read") ? FIELD_READ
           : str_eqz(s, "mask") ? FIELD_MASK
                                : FIELD_HIDDEN;
}

static enum field_access role_field(const json_t *entry, const struct field *f, bool own)
{
    bool writes =
        granted(json_object_get(entry, "create")) || granted(json_object_get(entry, "update"));
    if (!writes && !granted(json_object_get(entry, "read")))
        return FIELD_HIDDEN;
    const json_t *fields = json_object_get(entry, "fields");
    const json_t *word = json_object_getn(fields, f->name.p, f->name.n);
    if (!word && !f->sensitive && !f->builtin)
        word = json_object_get(fields, "*");
    if (!word)
        return f->sensitive ? (own && writes ? FIELD_WRITE : FIELD_MASK)
               : writes     ? FIELD_WRITE
                            : FIELD_READ;
    enum field_access can = word_access(word, own && writes);
    return can == FIELD_WRITE && !writes ? FIELD_READ : can;
}

enum field_access world_field(const struct world *w, const struct field *f, bool own)
{
    const struct object *o = f->object;
    enum field_access can = w->administrator ? FIELD_WRITE : FIELD_HIDDEN;
    for (size_t i = 0; i < w->held_count; i++) {
        bool by_name;
        enum field_access one = role_field(entry_of(w->held[i], o, &by_name), f, own);
        can = one > can ? one : can;
    }
    bool writes =
        access_may(w->user.access, o, OP_CREATE) || access_may(w->user.access, o, OP_UPDATE);
    bool reads = access_may(w->user.access, o, OP_READ);
    bool of_sign_in = str_eqz(o->name, "user") &&
                      (str_eqz(f->name, "password_at") || str_eqz(f->name, "invited_until"));
    if ((!writes && !reads) || (of_sign_in && !w->administrator && !right_held(w, "manage_users")))
        return FIELD_HIDDEN;
    if (f == o->id || f == o->version)
        return can == FIELD_HIDDEN ? FIELD_HIDDEN : FIELD_READ;
    bool rights = str_eqz(o->name, "user") && str_eqz(f->name, "roles") && !w->administrator;
    bool fixed = f->builtin || f->computed || f->readonly || rights || !writes;
    return can == FIELD_WRITE && fixed ? FIELD_READ : can;
}

/* ---- looking ---- */

void world_look_as(struct world *w, struct app *app, const struct role_set *set)
{
    char list[80] = "", body[120];
    w->held_count = 0;
    w->administrator = false;
    for (size_t i = 0; i < set->n; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s'%lld'", i ? "," : "",
                 (long long)w->role_ids[set->roles[i]]);
        if (w->roles[set->roles[i]])
            w->held[w->held_count++] = w->roles[set->roles[i]];
        else
            w->administrator = true;
    }
    struct record *r;
    snprintf(body, sizeof body, "{'roles':[%s]}", list);
    w->server.user = 0;
    assert_int_equal(record_update(&w->server, model_object(w->server.model, S("user")),
                                   w->people[ME], 0, test_json(w->arena, body), NULL, &r),
                     OK);
    assert_int_equal(ctx_init(&w->user, app, w->arena, "test"), OK);
    w->user.user = w->people[ME];
    assert_int_equal(access_hold(app, w->user.conn, w->user.model, w->people[ME], &w->user.access),
                     OK);
}

void world_compare(struct world *w, bool same, const char *what, const struct object *o, str detail)
{
    w->checks++;
    if (same)
        return;
    if (w->differences++ < MAX_SHOWN)
        print_error("%s of " STR_FMT " " STR_FMT "\n", what, STR_ARG(o->name), STR_ARG(detail));
}
