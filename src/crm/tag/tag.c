#include "crm/tag/tag.h"

#include "base/id.h"
#include "core/record_internal.h"
#include "sql_crm.h"

err_t tag_ensure(struct ctx *c, str name)
{
    const struct object *tags = model_object(c->model, S("tag"));
    value param = V_TEXT(name), found;
    str key = c->known ? arena_concat(c->arena, S("tag:"), name) : name;
    if (c->known && map_get(c->known, key))
        return OK;
    err_t e = db_one(c->conn, c->arena, SQL_TAG_FIND, &param, 1, &found, 1);
    if (e == OK && c->known)
        map_put(c->arena, c->known, key, c->known);
    if (e != ERR_NOT_FOUND)
        return e;
    const struct access *mine = c->access;
    struct record *r;
    json_t *body = json_keep(c->arena, json_pack("{s:s%}", "name", name.p, name.n));
    size_t problems = c->problems.list.n;
    c->access = NULL; /* whoever may tag a record may name the tag */
    e = record_create(c, tags, body, NULL, &r);
    c->access = mine;
    if (e != ERR_CONFLICT || db_one(c->conn, c->arena, SQL_TAG_FIND, &param, 1, &found, 1) != OK)
        return e;
    c->problems.list.n = problems; /* another named it meanwhile */
    return OK;
}

static err_t written(struct ctx *c, const struct record *before, const struct record *after)
{
    const struct object *o = after->object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        bool tags = f->multi && str_eqz(str_from(f->type->name), "tags");
        value old = before && tags ? record_cell(before, f, 0) : V_NULL;
        if (!tags || value_eq(old, record_cell(after, f, 0)))
            continue;
        str *members;
        size_t n = multi_members(c->arena, record_cell(after, f, 0), &members);
        for (size_t k = 0; k < n; k++)
            TRY(tag_ensure(c, members[k]));
    }
    return OK;
}

void tag_attach(void)
{
    static struct record_hook hook = {.object = NULL, .after = written};
    record_hook_add(&hook);
}
