#include "core/import_internal.h"

#include "base/id.h"
#include "base/limits.h"
#include "sql_core.h"
#include "text/text.h"

enum { REMEMBERED = 20000 };

/* An id, or why there is none. */
struct found {
    err_t result;
    int64_t id;
};

struct import_refs {
    struct arena *arena;
    struct map names; /* "user:张三" */
    struct map departments;
    size_t count;
};

struct import_refs *import_refs_new(struct arena *arena)
{
    struct import_refs *r = ARENA_NEW(arena, struct import_refs);
    r->arena = arena;
    return r;
}

static bool staff(const struct object *o)
{
    return str_eqz(o->name, "user") || str_eqz(o->name, "department");
}

/* The fields that name a record of the object: its title, what is unique, codes, e-mail, phone. */
static bool names_it(const struct field *f)
{
    bool text = f->column_count == 1 && f->shape->parts[0].storage == STORE_TEXT && !f->multi;
    return text && !f->builtin &&
           (f == f->object->title || f->unique || f->identity.n ||
            (str_eqz(S("email"), f->type->name) && str_eqz(f->object->name, "user")));
}

static json_t *equals(struct ctx *c, const struct field *f, str name)
{
    struct problems none = {.arena = c->arena};
    struct field_context context = ctx_field(c, f->name);
    value cells[FIELD_PARTS] = {0};
    context.problems = &none;
    if (field_parse(f, &context, name, cells) != OK || cells[0].kind != VALUE_TEXT)
        return NULL;
    str field = f->name;
    return json_pack("{s:s%, s:s%}", "field", field.p, field.n, "eq", cells[0].s.p, cells[0].s.n);
}

static err_t look_up(struct ctx *c, const struct object *o, str name, struct found *out)
{
    json_t *any = json_array();
    struct condition *where;
    struct list_page page;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        bool there = staff(o) || access_field(c->access, f) != FIELD_HIDDEN;
        json_t *one = there && names_it(f) ? equals(c, f, name) : NULL;
        if (one)
            json_array_append_new(any, one);
    }
    json_t *tree = json_keep(c->arena, json_pack("{s:o}", "any", any));
    *out = (struct found){.result = ERR_NOT_FOUND};
    if (json_array_size(any) == 0)
        return OK;
    TRY(condition_parse(c->model, o, tree, S(""), &c->problems, c->arena, &where));
    const struct access *mine = c->access;
    if (staff(o))
        c->access = NULL; /* everybody knows the names of colleagues */
    struct list_query q = {.object = o, .where = where, .limit = 2, .op = OP_READ};
    /* A filter on masked fields is refused to people; here they have named the value themselves. */
    err_t e = record_list_unchecked(c, &q, &page);
    c->access = mine;
    if (e == ERR_DENIED)
        return OK;
    TRY(e);
    if (page.count)
        *out = (struct found){page.count > 1 ? ERR_CONFLICT : OK, record_id(page.records[0])};
    return OK;
}

err_t import_ref(
    struct import_refs *refs, struct ctx *c, const struct field *f, str name, int64_t *id)
{
    str key = arena_printf(c->arena, STR_FMT ":" STR_FMT, STR_ARG(f->target->name), STR_ARG(name));
    struct found *known = map_get(&refs->names, key), fresh;
    if (!known) {
        TRY(look_up(c, f->target, name, &fresh));
        known = &fresh;
        if (refs->count++ < REMEMBERED) {
            known = ARENA_NEW(refs->arena, struct found);
            *known = fresh;
            map_put(refs->arena, &refs->names, arena_str(refs->arena, key), known);
        }
    }
    if (known->result == OK)
        *id = known->id;
    return known->result;
}

err_t import_department(struct import_refs *refs, struct ctx *c, int64_t user, int64_t *id)
{
    str key = arena_printf(c->arena, "%lld", (long long)user);
    struct found *known = map_get(&refs->departments, key);
    if (!known) {
        value params = V_INT(user), department = V_NULL;
        err_t e = db_one(c->conn, c->arena, SQL_USER_DEPARTMENT, &params, 1, &department, 1);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        known = ARENA_NEW(refs->arena, struct found);
        known->id = department.kind == VALUE_INT ? department.i : 0;
        map_put(refs->arena, &refs->departments, arena_str(refs->arena, key), known);
    }
    *id = known->id;
    return OK;
}
