#include "base/id.h"
#include "core/auth.h"
#include "core/record_internal.h"
#include "sql_core.h"

struct write {
    const struct object *object;
    int64_t id, version;
    const json_t *body;
    const struct write_options *options;
    enum change_op op;
    struct record **out;
    const struct given_cells *given; /* instead of the body */
};

static void problem_at(struct ctx *c, str name, const char *code)
{
    problem_add_str(&c->problems, pointer_join(c->arena, S(""), name), code, name, (str){0},
                    (str){0});
}

/* People know the field by its label. */
static void problem_on(struct ctx *c, const struct field *f, const char *code)
{
    problem_add_str(&c->problems, pointer_join(c->arena, S(""), f->name), code,
                    f->label.text[c->lang], (str){0}, (str){0});
}

static bool trusted_system(const struct field *f)
{
    const struct object *o = f->object;
    return f == o->id || f == o->created_at || f == o->created_by || f == o->updated_at ||
           f == o->department;
}

/* May the body set this field? Adds the problem when not. */
static bool may_set(struct ctx *c, const struct write *w, const struct field *f, str name)
{
    bool trusted = w->options && w->options->trusted;
    if (f && w->options && w->options->imported &&
        (f == w->object->created_at || f == w->object->department))
        return true;
    if (!f || access_field_own(c->access, f) == FIELD_HIDDEN) {
        problem_at(c, name, "unknown_field");
        return false;
    }
    if (trusted && trusted_system(f))
        return true;
    bool server_work = !c->access && !f->builtin && !f->computed;
    if (!server_work &&
        (f->readonly || f->computed || access_field_own(c->access, f) < FIELD_WRITE)) {
        problem_on(c, f, "read_only");
        return false;
    }
    return true;
}

static err_t take_cells(struct ctx *c, const struct write *w, struct record *r)
{
    size_t before = c->problems.list.n;
    for (size_t i = 0; i < w->object->field_count; i++) {
        const struct field *f = w->object->fields[i];
        if (w->given->set[i] && may_set(c, w, f, f->name))
            memcpy(&r->cells[f->first_column], &w->given->record->cells[f->first_column],
                   f->column_count * sizeof *r->cells);
    }
    return c->problems.list.n > before ? ERR_INVALID : OK;
}

static err_t read_body(struct ctx *c, const struct write *w, struct record *r)
{
    if (w->given)
        return take_cells(c, w, r);
    size_t before = c->problems.list.n;
    const char *key;
    json_t *j;
    if (!json_is_object(w->body)) {
        problem_add(&c->problems, S(""), "wrong_type", "object", NULL);
        return ERR_INVALID;
    }
    json_object_foreach((json_t *)w->body, key, j)
    {
        str name = str_from(key);
        const struct field *f = object_field(w->object, name);
        if (!may_set(c, w, f, name))
            continue;
        struct field_context context = ctx_field(c, pointer_join(c->arena, S(""), name));
        err_t e = field_read(f, &context, j, &r->cells[f->first_column]);
        if (e != OK && e != ERR_INVALID)
            return e;
    }
    return c->problems.list.n > before ? ERR_INVALID : OK;
}

static bool empty(const struct record *r, const struct field *f)
{
    for (unsigned p = 0; p < f->column_count; p++)
        if (record_cell(r, f, p).kind != VALUE_NULL)
            return false;
    return true;
}

/* Is something said already of this field, or of the body as a whole? */
static bool told(const struct ctx *c, size_t from, const struct field *f)
{
    str at = pointer_join(c->arena, S(""), f->name);
    for (size_t i = from; i < c->problems.list.n; i++) {
        str p = c->problems.list.at[i].pointer;
        if (!p.n || (str_starts(p, at) && (p.n == at.n || p.p[at.n] == '/')))
            return true;
    }
    return false;
}

static err_t check_required(struct ctx *c, const struct record *r, size_t from)
{
    err_t bad = OK;
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (f->required && !f->computed && !f->auto_prefix.n && field_stored(f) && empty(r, f) &&
            !told(c, from, f)) {
            problem_on(c, f, "required");
            bad = ERR_INVALID;
        }
    }
    return bad;
}

/* The first record that the default of a ref asks for, among those the caller may read; looked up
 * once where many are written. */
static err_t first_of(struct ctx *c, const struct field *f, value *cell)
{
    str key = arena_printf(c->arena, "first:" STR_FMT "." STR_FMT, STR_ARG(f->object->name),
                           STR_ARG(f->name));
    const struct field *const only[] = {f->target->id};
    struct list_query q = {.object = f->target,
                           .where = f->first->where,
                           .sort = {{.field = f->first->by}},
                           .sort_count = 1,
                           .limit = 1,
                           .op = OP_READ,
                           .fields = only,
                           .field_count = 1};
    struct list_page page = {0};
    const value *known = c->known ? map_get(c->known, key) : NULL;
    if (!known) {
        err_t e = record_list_unchecked(c, &q, &page);
        if (e != OK && e != ERR_DENIED)
            return e;
        value *fresh = ARENA_NEW(c->arena, value);
        *fresh = page.count ? V_INT(record_id(page.records[0])) : V_NULL;
        known = fresh;
        if (c->known)
            map_put(c->arena, c->known, key, fresh);
    }
    *cell = *known;
    return OK;
}

/* A field's default: a value, or a word for what is only known now. */
static err_t read_default(struct ctx *c, const struct field *f, value *cells)
{
    if (f->first)
        return first_of(c, f, cells);
    str word = json_str(f->fallback);
    const char *shape = f->shape->name;
    if (str_eqz(word, "now") && str_eqz(S("instant"), shape))
        cells[0] = V_INT(c->now);
    else if (str_eqz(word, "today") && str_eqz(S("date"), shape))
        cells[0] = V_INT(zone_day(c->zone, c->now));
    else if (str_eqz(word, "me") && str_eqz(S("ref"), shape))
        cells[0] = V_ID(c->user);
    else {
        struct field_context context = ctx_field(c, pointer_join(c->arena, S(""), f->name));
        return field_read(f, &context, f->fallback, cells);
    }
    return OK;
}

/* Nobody is given rights by a default that he could not write himself. */
static bool may_default(const struct ctx *c, const struct field *f)
{
    return !f->object->guarded || access_field_own(c->access, f) == FIELD_WRITE;
}

static bool is_given(const struct write *w, const struct field *f)
{
    return w->given ? w->given->set[f->index]
                    : json_object_getn(w->body, f->name.p, f->name.n) != NULL;
}

/* What a new record starts with. */
static err_t start(struct ctx *c, const struct write *w, struct record *r)
{
    const struct object *o = r->object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        value *cells = &r->cells[f->first_column];
        if (f->fallback && field_stored(f) && may_default(c, f) && !is_given(w, f))
            TRY(read_default(c, f, cells));
        if (f->rollup && (f->rollup->fn == ROLLUP_COUNT || f->rollup->fn == ROLLUP_SUM)) {
            cells[0] = f->shape->parts[0].storage == STORE_REAL ? V_REAL(0) : V_INT(0);
            if (f->column_count > 1)
                cells[1] = V_TEXT(c->currency);
        }
    }
    r->cells[o->id->first_column] = V_INT(id_new());
    r->cells[o->version->first_column] = V_INT(1);
    r->cells[o->created_at->first_column] = r->cells[o->updated_at->first_column] = V_INT(c->now);
    r->cells[o->created_by->first_column] = r->cells[o->updated_by->first_column] = V_ID(c->user);
    if (o->owner)
        r->cells[o->owner->first_column] = V_ID(c->user);
    return OK;
}

/* Order numbers and the like: the prefix, the local day, the millisecond of the day and the id's
 * counter, so that two in one millisecond differ. */
static void make_auto(struct ctx *c, struct record *r)
{
    int64_t today = zone_day(c->zone, id_instant(record_id(r)));
    struct civil day = civil_from_day(today);
    int64_t ms = (id_instant(record_id(r)) - zone_day_start(c->zone, today)) / 1000;
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (f->auto_prefix.n && empty(r, f))
            r->cells[f->first_column] = V_TEXT(arena_printf(
                c->arena, STR_FMT "%04d%02d%02d%08lld%03lld", STR_ARG(f->auto_prefix), day.year,
                day.month, day.day, (long long)ms, (long long)(record_id(r) % 4096 % 1000)));
    }
}

/* The department of a record is the one that its owner was in when he got it: who changes
 * departments leaves his customers to those who looked after them with him, until they are handed
 * over. */
static err_t set_department(struct ctx *c, const struct record *before, struct record *after)
{
    const struct object *o = after->object;
    if (!o->owner ||
        (before && value_eq(record_cell(before, o->owner, 0), record_cell(after, o->owner, 0))))
        return OK;
    value owner = record_cell(after, o->owner, 0), department = V_NULL;
    int64_t own;
    if (owner.kind == VALUE_INT && owner.i == c->user && access_own_department(c, &own)) {
        department = V_ID(own);
    } else if (owner.kind == VALUE_INT) {
        err_t e = db_one(c->conn, c->arena, SQL_USER_DEPARTMENT, &owner, 1, &department, 1);
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
    }
    after->cells[o->department->first_column] = department;
    return OK;
}

/* What a ref names must be there for the caller, and where it takes the record in (its customer,
 * the record that governs access) the caller must be able to change it (Z3). */
static err_t check_ref(struct ctx *c, const struct record *r, const struct field *f, int64_t id)
{
    const struct object *o = r->object;
    struct record *target;
    bool governs = f == o->customer || f == o->access_via;
    bool staff = str_eqz(f->target->name, "user") || str_eqz(f->target->name, "department");
    bool for_all = staff || f->target->internal || f->target == o;
    /* Many are in one stage and have one owner: nobody waits for the others that name them. */
    err_t e = governs   ? record_get(c, f->target, id, OP_UPDATE, &target)
              : for_all ? record_peek(c, f->target, id, &target)
                        : record_see(c, f->target, id, &target);
    if (e == OK && !record_live(target))
        e = ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND || e == ERR_DENIED) {
        problem_on(c, f, "unknown_ref");
        return ERR_INVALID;
    }
    return e;
}

err_t record_new_refs(struct ctx *c,
                      const struct record *before,
                      const struct record *after,
                      const struct field *f,
                      int64_t **ids,
                      size_t *n)
{
    value v = record_cell(after, f, 0);
    str *members = NULL;
    *n = 0;
    if (v.kind == VALUE_NULL || (before && value_eq(v, record_cell(before, f, 0))))
        return OK;
    size_t count = f->multi ? multi_members(c->arena, v, &members) : 1;
    *ids = ARENA_ARRAY(c->arena, int64_t, count + 1);
    if (!f->multi)
        (*ids)[0] = v.i;
    for (size_t i = 0; f->multi && i < count; i++)
        TRY(str_to_int(members[i], &(*ids)[i]));
    *n = count;
    return OK;
}

/* Just found for the caller by start(), or the caller himself: nothing to look up again. */
static bool as_started(const struct ctx *c, const struct write *w, const struct field *f)
{
    const struct object *o = f->object;
    return c->access && !is_given(w, f) && f != o->customer && f != o->access_via &&
           ((f->first && !c->known) || f == o->owner);
}

static err_t check_refs(struct ctx *c,
                        const struct write *w,
                        const struct record *before,
                        const struct record *after)
{
    const struct object *o = after->object;
    err_t bad = OK;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (!f->target || f->computed || !field_stored(f) || (f->builtin && f != o->owner) ||
            f == o->department || str_eqz(str_from(f->type->name), "tags") ||
            (!before && as_started(c, w, f)))
            continue;
        int64_t *ids;
        size_t n;
        TRY(record_new_refs(c, before, after, f, &ids, &n));
        for (size_t k = 0; k < n; k++) {
            err_t e = check_ref(c, after, f, ids[k]);
            if (e != OK && e != ERR_INVALID)
                return e;
            if (e == ERR_INVALID)
                bad = e;
        }
    }
    return bad;
}

/* The cells that are asked for. All that is wrong with them is said at once. */
static err_t
take(struct ctx *c, const struct write *w, const struct record *before, struct record *after)
{
    size_t from = c->problems.list.n;
    err_t bad = read_body(c, w, after);
    if (bad != OK && bad != ERR_INVALID)
        return bad;
    if (check_required(c, after, from) != OK)
        bad = ERR_INVALID;
    if (w->options && w->options->quiet_refs)
        return bad;
    err_t refs = check_refs(c, w, before, after);
    return refs == OK ? bad : refs;
}

/* The caller may create only what is in his scope. */
static err_t check_scope(struct ctx *c, const struct record *r)
{
    const struct condition *scope;
    struct condition_env env = ctx_env(c);
    struct condition_source source = record_source(c);
    bool inside = true;
    TRY(access_scope(c->access, r->object, OP_CREATE, &scope));
    if (scope)
        TRY(condition_match(scope, &env, r, &source, &inside));
    return inside ? OK : ERR_DENIED;
}

static err_t create_work(struct ctx *c, void *arg)
{
    struct write *w = arg;
    struct record *r = record_new(c->arena, w->object);
    bool trusted = w->options && (w->options->trusted || w->options->imported);
    TRY(start(c, w, r));
    TRY(take(c, w, NULL, r));
    make_auto(c, r);
    if (!(trusted && w->object->department &&
          record_cell(r, w->object->department, 0).kind != VALUE_NULL))
        TRY(set_department(c, NULL, r));
    TRY(check_scope(c, r));
    TRY(record_store(c, CHANGE_CREATE, NULL, r, w->options));
    *w->out = r;
    return OK;
}

err_t record_guard(struct ctx *c, const struct object *o)
{
    return o->guarded && c->access ? auth_fresh(c) : OK;
}

static err_t run_write(struct ctx *c, err_t (*work)(struct ctx *, void *), struct write *w)
{
    bool joined = c->in_transaction && w->options && w->options->joined;
    size_t told = c->problems.list.n;
    if (joined)
        return work(c, w);
    err_t e = ctx_transact(c, work, w);
    /* Somebody was faster with a key, as only the database knew: by now it can be seen who. */
    return e == ERR_CONFLICT && c->problems.list.n == told ? ctx_transact(c, work, w) : e;
}

static err_t create_record(struct ctx *c, struct write *w)
{
    if (!access_may(c->access, w->object, OP_CREATE))
        return ERR_DENIED;
    TRY(record_guard(c, w->object));
    return run_write(c, create_work, w);
}

err_t record_create(struct ctx *c,
                    const struct object *o,
                    const json_t *body,
                    const struct write_options *options,
                    struct record **out)
{
    struct write w = {.object = o, .body = body, .options = options, .out = out};
    return create_record(c, &w);
}

err_t record_create_cells(struct ctx *c,
                          const struct object *o,
                          const struct given_cells *given,
                          const struct write_options *options,
                          struct record **out)
{
    struct write w = {.object = o, .given = given, .options = options, .out = out};
    return create_record(c, &w);
}

static err_t stale(struct ctx *c, const struct write *w, struct record *now)
{
    problem_add(&c->problems, S(""), "stale", NULL);
    *w->out = now;
    return ERR_CONFLICT;
}

/* What belongs to a customer stays with him; only a merge moves it. */
static err_t check_customer(struct ctx *c, const struct record *before, const struct record *after)
{
    const struct field *f = after->object->customer;
    if (!f || !c->access || value_eq(record_cell(before, f, 0), record_cell(after, f, 0)))
        return OK;
    problem_on(c, f, "customer_fixed");
    return ERR_INVALID;
}

static err_t change_work(struct ctx *c, void *arg)
{
    struct write *w = arg;
    const struct object *o = w->object;
    struct record *before;
    enum op need = w->op == CHANGE_UPDATE ? OP_UPDATE : OP_DELETE;
    TRY(record_load(c, o, w->id, &before));
    if (w->op == CHANGE_RESTORE ? record_live(before) : !record_live(before))
        return ERR_NOT_FOUND;
    struct record *unused;
    TRY(record_in_scope(c, o, w->id, OP_READ, &unused));
    err_t e = record_in_scope(c, o, w->id, need, &unused);
    if (e != OK)
        return e == ERR_NOT_FOUND ? ERR_DENIED : e;
    if (w->version && record_cell(before, o->version, 0).i != w->version)
        return stale(c, w, before);
    struct record *after = record_copy(c->arena, before);
    if (w->op == CHANGE_UPDATE) {
        TRY(take(c, w, before, after));
        TRY(check_customer(c, before, after));
        TRY(set_department(c, before, after));
    } else {
        after->cells[o->deleted_at->first_column] = w->op == CHANGE_DELETE ? V_INT(c->now) : V_NULL;
    }
    TRY(record_store(c, w->op, before, after, w->options));
    *w->out = after;
    return OK;
}

static err_t change_record(struct ctx *c, struct write *w)
{
    enum op need = w->op == CHANGE_UPDATE ? OP_UPDATE : OP_DELETE;
    if (!access_may(c->access, w->object, need))
        return ERR_DENIED;
    if (w->object->append_only && c->access) {
        problem_add(&c->problems, S(""), "append_only", NULL);
        return ERR_DENIED;
    }
    TRY(record_guard(c, w->object));
    return run_write(c, change_work, w);
}

err_t record_update(struct ctx *c,
                    const struct object *o,
                    int64_t id,
                    int64_t version,
                    const json_t *body,
                    const struct write_options *options,
                    struct record **out)
{
    struct write w = {o, id, version, body, options, CHANGE_UPDATE, out, NULL};
    return change_record(c, &w);
}

err_t record_update_cells(struct ctx *c,
                          const struct object *o,
                          int64_t id,
                          const struct given_cells *given,
                          const struct write_options *options,
                          struct record **out)
{
    struct write w = {o, id, 0, NULL, options, CHANGE_UPDATE, out, given};
    return change_record(c, &w);
}

err_t record_delete(
    struct ctx *c, const struct object *o, int64_t id, int64_t version, struct record **out)
{
    struct write w = {o, id, version, NULL, NULL, CHANGE_DELETE, out, NULL};
    return change_record(c, &w);
}

err_t record_restore(struct ctx *c, const struct object *o, int64_t id, struct record **out)
{
    struct write w = {o, id, 0, NULL, NULL, CHANGE_RESTORE, out, NULL};
    return change_record(c, &w);
}
