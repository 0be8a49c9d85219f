/* What whoever manages people may not do to them: raise himself, or touch administrators. And there
 * is always an administrator. */
#include "core/access_role.h"
#include "core/record_internal.h"
#include "sql_core.h"

static err_t any(struct ctx *c, str sql, int64_t id, bool *out)
{
    value param = V_INT(id), one;
    err_t e = db_one(c->conn, c->arena, sql, &param, id ? 1 : 0, &one, 1);
    *out = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static value cell(const struct record *r, const char *name)
{
    const struct field *f = r ? object_field(r->object, str_from(name)) : NULL;
    return f ? record_cell(r, f, 0) : V_NULL;
}

static err_t refuse(struct ctx *c, err_t e, const char *pointer, const char *code)
{
    problem_add(&c->problems, str_from(pointer), code, NULL);
    return e;
}

static bool is_true(value v)
{
    return v.kind == VALUE_BOOL && v.b;
}

static err_t is_administrator(struct ctx *c, const struct record *user, bool *out)
{
    value roles = cell(user, "roles");
    str *ids = NULL;
    size_t n = roles.kind == VALUE_TEXT ? multi_members(c->arena, roles, &ids) : 0;
    *out = false;
    for (size_t i = 0; i < n && !*out; i++) {
        int64_t id;
        TRY(str_to_int(ids[i], &id));
        TRY(any(c, SQL_ACCESS_ROLE_ADMINISTRATOR, id, out));
    }
    return OK;
}

/* Who has the link can be the user: it is for those who could give his roles themselves. */
err_t access_may_invite(struct ctx *c, const struct record *user)
{
    bool administrator;
    value roles = cell(user, "roles");
    str *ids;
    if (c->user && record_id(user) == c->user)
        return refuse(c, ERR_DENIED, "", "invitation_self");
    if (access_administrator(c->access))
        return OK;
    TRY(is_administrator(c, user, &administrator));
    if (administrator)
        return refuse(c, ERR_DENIED, "", "user_administrator");
    bool any_role = roles.kind == VALUE_TEXT && multi_members(c->arena, roles, &ids) > 0;
    return any_role ? refuse(c, ERR_DENIED, "", "invitation_roles") : OK;
}

static bool in_tree(const struct ctx *c, value department)
{
    size_t n;
    const int64_t *ids = access_departments(c->access, &n);
    for (size_t i = 0; i < n; i++)
        if (department.kind == VALUE_INT && department.i == ids[i])
            return true;
    return false;
}

static err_t before_user(struct ctx *c, const struct record *before, struct record *after)
{
    bool administrator = false;
    value department = cell(after, "department");
    if (access_administrator(c->access))
        return OK;
    if (before && record_id(before) == c->user)
        return refuse(c, ERR_DENIED, "", "user_self");
    if (before)
        TRY(is_administrator(c, before, &administrator));
    if (administrator)
        return refuse(c, ERR_DENIED, "", "user_administrator");
    if (department.kind != VALUE_NULL && !value_eq(department, cell(before, "department")) &&
        !in_tree(c, department))
        return refuse(c, ERR_INVALID, "/department", "department_outside");
    return OK;
}

/* A department brings its people's records into the sight of those above it. */
static err_t before_department(struct ctx *c, const struct record *before, struct record *after)
{
    value parent = cell(after, "parent");
    if (access_administrator(c->access) || value_eq(parent, cell(before, "parent")))
        return OK;
    if (!in_tree(c, parent) || (before && !in_tree(c, V_INT(record_id(before)))))
        return refuse(c, ERR_INVALID, "/parent", "department_outside");
    return OK;
}

static err_t check_left(struct ctx *c)
{
    bool left;
    TRY(any(c, SQL_ACCESS_ADMINISTRATORS, 0, &left));
    return left ? OK : refuse(c, ERR_CONFLICT, "", "last_administrator");
}

static err_t after_user(struct ctx *c, const struct record *before, const struct record *after)
{
    bool was = false;
    (void)after;
    if (before && record_live(before) && is_true(cell(before, "active")))
        TRY(is_administrator(c, before, &was));
    return was ? check_left(c) : OK;
}

static err_t after_role(struct ctx *c, const struct record *before, const struct record *after)
{
    bool held;
    if (!before || !record_live(before) || !is_true(cell(before, "administrator")) ||
        (record_live(after) && is_true(cell(after, "administrator"))))
        return OK;
    TRY(any(c, SQL_ACCESS_ROLE_HELD, record_id(before), &held));
    return held ? check_left(c) : OK;
}

void access_people_attach(void)
{
    static struct record_hook user = {.object = "user", .before = before_user, .after = after_user};
    static struct record_hook role = {.object = "role", .after = after_role};
    static struct record_hook department = {.object = "department", .before = before_department};
    record_hook_add(&user);
    record_hook_add(&role);
    record_hook_add(&department);
}
