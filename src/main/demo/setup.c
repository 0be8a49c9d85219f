#include "base/clock.h"
#include "base/id.h"
#include "main/demo/world.h"

static const char *const STAGE_KEYS[] = {"new", "contacted", "interested", "quote",
                                         "won", "repeat",    "dormant",    "lost"};
enum { MOST_DEPARTMENTS = 16, MOST_ROLES = 16 };

/* Ids of what has a key in the material. */
struct keys {
    str key[MOST_DEPARTMENTS];
    int64_t id[MOST_DEPARTMENTS];
    size_t n;
};

static int64_t key_id(const struct keys *keys, str key)
{
    for (size_t i = 0; i < keys->n; i++)
        if (str_eq(keys->key[i], key))
            return keys->id[i];
    return 0;
}

const struct staff *staff_find(const struct demo *d, const char *key)
{
    for (size_t i = 0; i < d->staff_count; i++)
        if (str_eqz(d->staff[i].key, key))
            return &d->staff[i];
    return d->boss;
}

/* Everything here was there before the first customer. */
static err_t emit_early(struct demo *d, const char *object, json_t *record, int64_t *id)
{
    int64_t by = d->boss ? d->boss->id : 0;
    return emit_new(d, object, d->start - 30 * CLOCK_DAY, by, record, id);
}

static err_t emit_departments(struct demo *d, struct keys *departments)
{
    const json_t *rows = json_object_get(d->m.firm, "departments");
    for (size_t i = 0; i < json_array_size(rows) && i < MOST_DEPARTMENTS; i++) {
        const json_t *row = json_array_get(rows, i);
        json_t *r = json_object();
        put(r, "name", json_get_str(row, "name"));
        put_id(r, "parent", key_id(departments, json_get_str(row, "parent")));
        put_int(r, "position", (int64_t)i);
        departments->key[i] = json_get_str(row, "key");
        TRY(emit_early(d, "department", r, &departments->id[i]));
        departments->n++;
    }
    return OK;
}

static err_t emit_managers(struct demo *d, const struct keys *departments)
{
    const json_t *rows = json_object_get(d->m.firm, "departments");
    for (size_t i = 0; i < departments->n; i++) {
        const json_t *row = json_array_get(rows, i);
        json_t *r = json_object();
        put(r, "name", json_get_str(row, "name"));
        put_id(r, "parent", key_id(departments, json_get_str(row, "parent")));
        put_int(r, "position", (int64_t)i);
        put_id(r, "manager", staff_find(d, json_get_str(row, "manager").p)->id);
        int64_t at = id_instant(departments->id[i]);
        TRY(emit_as(d, "department", departments->id[i], at, at, d->boss->id, r));
    }
    return OK;
}

static err_t emit_roles(struct demo *d, struct keys *roles)
{
    const json_t *rows = json_object_get(d->m.firm, "roles");
    for (size_t i = 0; i < json_array_size(rows) && i < MOST_ROLES; i++) {
        json_t *r = json_deep_copy(json_array_get(rows, i));
        roles->key[i] = json_get_str(json_array_get(rows, i), "key");
        TRY(emit_early(d, "role", r, &roles->id[i]));
        roles->n++;
    }
    return OK;
}

static err_t emit_user(struct demo *d,
                       const json_t *row,
                       const struct keys *departments,
                       const struct keys *roles)
{
    struct staff *s = &d->staff[d->staff_count];
    *s = (struct staff){
        .key = json_get_str(row, "key"),
        .name = json_get_str(row, "name"),
        .department = key_id(departments, json_get_str(row, "department")),
        .weight = (unsigned)json_get_int(row, "weight", 0),
        .left = json_get_bool(row, "left", false),
    };
    json_t *r = json_object(), *list = json_array(), *role;
    size_t i;
    json_array_foreach(json_object_get(row, "roles"), i, role)
    {
        str id = arena_printf(d->arena, "%lld", (long long)key_id(roles, json_str(role)));
        json_array_append_new(list, json_stringn(id.p, id.n));
    }
    str mail = json_get_str(row, "mail"), language = json_get_str(row, "language");
    put(r, "name", s->name);
    put(r, "email", arena_concat(d->arena, mail, S("@yunfan.example")));
    put(r, "phone", make_mobile(d));
    put(r, "job_title", json_get_str(row, "title"));
    put_id(r, "department", s->department);
    json_object_set_new(r, "roles", list);
    put_bool(r, "active", !s->left);
    put(r, "language", language.n ? language : S("zh-CN"));
    putz(r, "time_zone", "Asia/Shanghai");
    TRY(emit_early(d, "user", r, &s->id));
    d->staff_count++;
    return OK;
}

static err_t emit_stages(struct demo *d)
{
    const json_t *rows = json_object_get(d->m.firm, "stages");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        json_t *r = json_object();
        put(r, "name", json_get_str(row, "name"));
        putz(r, "object", "customer");
        put_int(r, "position", (int64_t)i + 1);
        put(r, "outcome", json_get_str(row, "outcome"));
        put(r, "color", json_get_str(row, "color"));
        if (json_get_int(row, "days", 0))
            put_int(r, "days", json_get_int(row, "days", 0));
        put_bool(r, "active", true);
        int64_t id;
        TRY(emit_early(d, "stage", r, &id));
        for (int k = 0; k < STAGES; k++)
            if (str_eqz(json_get_str(row, "key"), STAGE_KEYS[k]))
                d->stages[k] = id;
    }
    return OK;
}

static err_t emit_tags(struct demo *d)
{
    const json_t *groups = json_object_get(d->m.firm, "tag_groups");
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *row = json_array_get(groups, i), *tag;
        json_t *r = json_object();
        int64_t group, id;
        put(r, "name", json_get_str(row, "name"));
        put(r, "color", json_get_str(row, "color"));
        put_bool(r, "exclusive", json_get_bool(row, "exclusive", false));
        put_int(r, "position", (int64_t)i);
        TRY(emit_early(d, "tag_group", r, &group));
        size_t k;
        json_array_foreach(json_object_get(row, "tags"), k, tag)
        {
            r = json_object();
            put(r, "name", json_str(tag));
            put_id(r, "group", group);
            put(r, "color", json_get_str(row, "color"));
            put_int(r, "position", (int64_t)k);
            TRY(emit_early(d, "tag", r, &id));
        }
    }
    return OK;
}

static err_t emit_products(struct demo *d)
{
    for (size_t i = 0; i < d->m.product_count; i++) {
        struct product *p = &d->m.products[i];
        json_t *r = json_object();
        put(r, "name", p->name);
        put(r, "code", p->code);
        put(r, "category", p->category);
        put(r, "unit", p->unit);
        put(r, "spec", p->spec);
        put_money(r, "price", p->price * 100, "CNY");
        put_money(r, "cost", p->cost * 100, "CNY");
        if (p->cycle)
            put_int(r, "cycle_days", p->cycle);
        put_bool(r, "active", true);
        TRY(emit_early(d, "product", r, &p->id));
    }
    return OK;
}

static err_t emit_views(struct demo *d)
{
    const json_t *rows = json_object_get(d->m.firm, "views");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        json_t *r = json_deep_copy(json_array_get(rows, i));
        int64_t id;
        putz(r, "object", "customer");
        putz(r, "shared", "all");
        put_int(r, "position", (int64_t)i);
        put_owner(r, d->boss);
        TRY(emit_early(d, "saved_view", r, &id));
    }
    return OK;
}

err_t emit_setup(struct demo *d)
{
    struct keys departments = {0}, roles = {0};
    TRY(emit_departments(d, &departments));
    TRY(emit_roles(d, &roles));
    const json_t *staff = json_object_get(d->m.firm, "staff");
    for (size_t i = 0; i < json_array_size(staff) && i < MOST_STAFF; i++) {
        TRY(emit_user(d, json_array_get(staff, i), &departments, &roles));
        d->boss = &d->staff[0];
    }
    TRY(emit_managers(d, &departments));
    TRY(emit_stages(d));
    TRY(emit_tags(d));
    TRY(emit_products(d));
    return emit_views(d);
}

const struct staff *staff_pick(struct demo *d, struct luck *dice, enum team team)
{
    static const char *const manager[TEAMS] = {"zhou", "he", "zheng"};
    int64_t department = staff_find(d, manager[team])->department;
    unsigned upto[MOST_STAFF], sum = 0;
    const struct staff *who[MOST_STAFF];
    size_t n = 0;
    for (size_t i = 0; i < d->staff_count; i++)
        if (d->staff[i].department == department && d->staff[i].weight) {
            who[n] = &d->staff[i];
            upto[n++] = sum += d->staff[i].weight;
        }
    return n ? who[luck_pick(dice, upto, n)] : staff_find(d, manager[team]);
}
