#include "core/access_role.h"

#include <stdlib.h>

#include "base/id.h"
#include "base/limits.h"
#include "sql_core.h"
#include "text/text.h"

/* ---- the cache: compiled rights by user ----
 *
 * An entry holds for the epoch that was read before it was compiled. The epoch's row changes in the
 * transaction that changes rights, to a number that never comes twice: what was compiled from
 * something that was rolled back, or before a commit, never matches again. */

enum { SETS = 256, WAYS = 4 };

struct access_cache {
    pthread_mutex_t lock;
    struct access *at[SETS][WAYS]; /* newest first */
};

struct access_cache *access_cache_new(void)
{
    struct access_cache *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void access_cache_free(struct access_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < SETS; i++)
        for (size_t w = 0; w < WAYS; w++)
            access_release(c->at[i][w]);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

static struct access **set_of(struct access_cache *c, int64_t user)
{
    uint64_t hash = (uint64_t)user * UINT64_C(0x9e3779b97f4a7c15);
    return c->at[hash >> 56];
}

static void to_front(struct access **set, size_t way)
{
    struct access *a = set[way];
    memmove(set + 1, set, way * sizeof *set);
    set[0] = a;
}

static struct access *
find(struct access_cache *c, const struct model *model, int64_t epoch, int64_t user)
{
    if (!c)
        return NULL;
    struct access *found = NULL;
    pthread_mutex_lock(&c->lock);
    struct access **set = set_of(c, user);
    for (size_t way = 0; way < WAYS && !found; way++) {
        struct access *a = set[way];
        if (!a || a->user != user || a->epoch != epoch || a->model != model ||
            a->model_version != model->version)
            continue;
        found = a;
        found->holders++;
        to_front(set, way);
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}

/* In the place of the user's older one, or of the one not used for longest. */
static void keep(struct access_cache *c, struct access *a)
{
    if (!c)
        return;
    a->holders++;
    pthread_mutex_lock(&c->lock);
    struct access **set = set_of(c, a->user);
    size_t way = 0;
    while (way < WAYS - 1 && set[way] && set[way]->user != a->user)
        way++;
    struct access *old = set[way];
    set[way] = a;
    to_front(set, way);
    pthread_mutex_unlock(&c->lock);
    access_release(old);
}

err_t access_hold(struct app *app,
                  struct db_conn *conn,
                  const struct model *model,
                  int64_t user,
                  const struct access **out)
{
    value epoch = V_INT(0);
    err_t e = db_one(conn, NULL, SQL_ACCESS_EPOCH, NULL, 0, &epoch, 1);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    return access_hold_at(app, conn, model, epoch.i, user, out);
}

err_t access_hold_at(struct app *app,
                     struct db_conn *conn,
                     const struct model *model,
                     int64_t epoch,
                     int64_t user,
                     const struct access **out)
{
    struct access *a = find(app->access_cache, model, epoch, user);
    if (!a) {
        TRY(access_compile(conn, model, epoch, user, &a));
        keep(app->access_cache, a);
    }
    *out = a;
    return OK;
}

void access_release(const struct access *access)
{
    struct access *a = (struct access *)access;
    if (a && a->whole)
        access_release(a->whole);
    else if (a && --a->holders == 0)
        arena_free(a->arena);
}

err_t access_forget(struct ctx *ctx)
{
    value epoch = V_INT(id_new());
    ctx->people_changed = true;
    return db_run(ctx->conn, SQL_ACCESS_EPOCH_RAISE, &epoch, 1, NULL);
}

/* ---- questions ---- */

bool access_own_department(const struct ctx *c, int64_t *out)
{
    if (!c->access || c->access->user != c->user || c->people_changed)
        return false;
    *out = c->access->department;
    return true;
}

int64_t access_epoch(const struct access *a)
{
    return a ? a->epoch : 0;
}

uint64_t access_source(const struct access *a)
{
    return a ? a->source : 0;
}

bool access_may(const struct access *a, const struct object *o, enum op op)
{
    return !a || a->objects[o->index].may[op];
}

bool access_right(const struct access *a, enum right right)
{
    return !a || a->rights[right];
}

bool access_administrator(const struct access *a)
{
    return !a || a->administrator;
}

static enum field_access field_in(const struct access *a, const struct field *f, bool changeable)
{
    if (!a)
        return f->builtin || f->computed ? FIELD_READ : FIELD_WRITE;
    const struct object_access *o = &a->objects[f->object->index];
    enum field_access can = changeable ? o->own[f->index] : o->fields[f->index];
    return can < o->most ? can : o->most;
}

enum field_access access_field(const struct access *a, const struct field *f)
{
    return field_in(a, f, false);
}

enum field_access access_field_own(const struct access *a, const struct field *f)
{
    return field_in(a, f, true);
}

enum field_access access_view(const struct access *a, const struct field *f, enum mine mine)
{
    return field_in(a, f, mine == MINE);
}

bool access_masks_phones(const struct access *a, const struct field *f)
{
    const bool *phones = a ? a->objects[f->object->index].phones : NULL;
    return phones && phones[f->index];
}

static const value *one_text(struct arena *arena, str text)
{
    value *v = ARENA_NEW(arena, value);
    *v = V_TEXT(text);
    return v;
}

const value *access_cells(const struct access *a,
                          const struct field *f,
                          enum mine mine,
                          const value *cells,
                          struct arena *arena,
                          bool *masked)
{
    enum field_access access = access_view(a, f, mine);
    *masked = access == FIELD_MASK && !field_empty(f, cells);
    if (access == FIELD_HIDDEN)
        return NULL;
    if (*masked)
        return one_text(arena, field_mask(arena, f, cells));
    if (mine == MINE_NOT && cells[0].kind == VALUE_TEXT && access_masks_phones(a, f))
        return one_text(arena, text_mask_phones(arena, cells[0].s));
    return cells;
}

err_t access_scope(const struct access *a,
                   const struct object *o,
                   enum op op,
                   const struct condition **out)
{
    if (!access_may(a, o, op))
        return ERR_DENIED;
    *out = a ? a->objects[o->index].rows[op].where : NULL;
    return OK;
}

err_t access_scope_linked(const struct access *a,
                          const struct object *o,
                          const struct condition **out)
{
    if (!a || !a->objects[o->index].linked.any)
        return ERR_DENIED;
    *out = a->objects[o->index].linked.where;
    return OK;
}

bool access_whose(const struct access *a, const struct object *o, struct access_whose *out)
{
    enum level level = a ? a->objects[o->index].whose : LEVEL_NONE;
    *out = (struct access_whose){0};
    if (level == LEVEL_NONE)
        return false;
    out->user = a->user;
    if (level == LEVEL_DEPARTMENT && a->department) {
        out->departments = &a->department;
        out->department_count = 1;
    }
    if (level == LEVEL_BELOW) {
        out->departments = a->departments;
        out->department_count = a->department_count;
    }
    return true;
}

bool access_follows(const struct access *a, const struct object *o)
{
    return a && a->objects[o->index].link_only;
}

const int64_t *access_departments(const struct access *a, size_t *n)
{
    *n = a ? a->department_count : 0;
    return a ? a->departments : NULL;
}

/* ---- conditions of callers ---- */

struct check {
    const struct access *access;
    struct problems *problems;
    str at;
    bool refused;
};

static void refuse(struct check *c, const struct field *f)
{
    c->refused = true;
    problem_add_str(c->problems, c->at, "not_filterable", f->name, (str){0}, (str){0});
}

static err_t check_field(void *context, const struct field *f)
{
    struct check *c = context;
    if (access_field(c->access, f) < FIELD_READ)
        refuse(c, f);
    return OK;
}

/* Is who may read the record behind ref allowed to read the object's record too? */
static bool comes_with(const struct access *a, const struct object *o, const struct field *ref)
{
    for (unsigned steps = 0; steps < LIMIT_PATH_LINKS; steps++) {
        const struct field *via = o->access_via;
        if (!via || !a->objects[o->index].may[OP_READ])
            return false;
        if (via == ref)
            return true;
        /* One customer all the way up: order line, order, customer. */
        if (ref != o->customer || via->target->root != ROOT_CUSTOMER)
            return false;
        o = via->target;
        ref = o->customer;
    }
    return false;
}

/* A link may be followed where what is behind it is visible with what is before it; else a filter
 * would tell about records out of sight. */
static err_t check_link(void *context, const struct field *ref, bool down)
{
    struct check *c = context;
    const struct object *from = ref->object, *behind = down ? from : ref->target;
    const struct object_access *objects = c->access->objects;
    bool all = objects[behind->index].may[OP_READ] && !objects[behind->index].rows[OP_READ].where;
    bool along = down ? comes_with(c->access, behind, ref)
                      : objects[from->index].link_only && comes_with(c->access, from, ref);
    if (!all && !along)
        refuse(c, ref);
    return OK;
}

err_t access_check_condition(const struct access *a,
                             const struct condition *condition,
                             str at,
                             struct problems *problems)
{
    struct check c = {.access = a, .problems = problems, .at = at};
    if (!a)
        return OK;
    TRY(condition_fields(condition, check_field, &c));
    TRY(condition_links(condition, check_link, &c));
    return c.refused ? ERR_INVALID : OK;
}
