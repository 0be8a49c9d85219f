#include "core/file_internal.h"
#include "core/record_internal.h"
#include "model/query.h"
#include "sql_core.h"

static struct record_hook *hooks; /* filled at start, before any thread */

void record_hook_add(struct record_hook *hook)
{
    hook->next = hooks;
    hooks = hook;
}

static bool is_about(const struct record_hook *h, const struct object *o)
{
    return !h->object || str_eqz(o->name, h->object);
}

bool record_asks_use(const struct object *o)
{
    for (const struct record_hook *h = hooks; h; h = h->next)
        if (h->used && is_about(h, o))
            return true;
    return false;
}

err_t record_used(struct ctx *c, const struct record *r, bool *out)
{
    *out = false;
    for (const struct record_hook *h = hooks; h && !*out; h = h->next)
        if (h->used && is_about(h, r->object))
            TRY(h->used(c, r, out));
    return OK;
}

static err_t
call_hooks(struct ctx *c, const struct record *before, struct record *after, bool written)
{
    for (const struct record_hook *h = hooks; h; h = h->next) {
        if (h->object && !str_eqz(after->object->name, h->object))
            continue;
        if (!written && h->before)
            TRY(h->before(c, before, after));
        if (written && h->after)
            TRY(h->after(c, before, after));
    }
    return OK;
}

static err_t begin_batch(struct ctx *c, const struct record *before, const struct record *after)
{
    for (const struct record_hook *h = hooks; h && !c->batch; h = h->next) {
        str title = {0};
        if (!h->batch || !is_about(h, after->object))
            continue;
        TRY(h->batch(c, before, after, &title));
        if (title.n)
            TRY(batch_begin(c, h->object, title, &c->batch));
    }
    return OK;
}

static err_t run_query(struct ctx *c, struct sql *q, int64_t *changed)
{
    return db_run(c->conn, buf_str(&q->text), q->params.at, q->params.n, changed);
}

static err_t send_query(struct ctx *c, struct sql *q)
{
    return db_send(c->conn, buf_str(&q->text), q->params.at, q->params.n);
}

static err_t duplicate(struct ctx *c, const struct field *f)
{
    problem_add_str(&c->problems, pointer_join(c->arena, S(""), f->name), "duplicate",
                    f->label.text[c->lang], (str){0}, (str){0});
    return ERR_CONFLICT;
}

/* A unique index said no: say at which field. */
static err_t conflict(struct ctx *c, const struct object *o)
{
    str index = db_conflict_name(c->conn);
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (f->unique && field_stored(f) && str_find(index, field_column(f, 0)->name) != SIZE_MAX)
            return duplicate(c, f);
    }
    problem_add_str(&c->problems, S(""), "duplicate", o->label.text[c->lang], (str){0}, (str){0});
    return ERR_CONFLICT;
}

static str lock_name(struct ctx *c, const struct field *f, value v)
{
    str text = v.kind == VALUE_TEXT ? v.s : arena_printf(c->arena, "%lld", (long long)v.i);
    return arena_printf(c->arena, STR_FMT "." STR_FMT "=" STR_FMT, STR_ARG(f->object->name),
                        STR_ARG(f->name), STR_ARG(text));
}

static err_t check_unique_field(struct ctx *c, const struct field *f, const struct record *after)
{
    value found;
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_taken(f, after, &q));
    TRY(db_lock(c->conn, lock_name(c, f, record_cell(after, f, 0))));
    err_t e = db_one(c->conn, NULL, buf_str(&q.text), q.params.at, q.params.n, &found, 1);
    return e == OK ? duplicate(c, f) : e == ERR_NOT_FOUND ? OK : e;
}

/* The unique index of a customer's records tells customers apart, for rows that are spread over
 * nodes by customer: what others have is asked for. */
static err_t check_unique(struct ctx *c, const struct record *before, const struct record *after)
{
    const struct object *o = after->object;
    bool appears = !before || !record_live(before);
    if (!o->customer || !record_live(after))
        return OK;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (!f->unique || !field_stored(f) || record_cell(after, f, 0).kind == VALUE_NULL)
            continue;
        if (appears || !value_eq(record_cell(before, f, 0), record_cell(after, f, 0)))
            TRY(check_unique_field(c, f, after));
    }
    return OK;
}

static err_t check_rules(struct ctx *c, const struct record *r)
{
    struct condition_env env = ctx_env(c);
    struct condition_source source = record_source(c);
    err_t bad = OK;
    for (size_t i = 0; i < r->object->rule_count; i++) {
        const struct rule *rule = &r->object->rules[i];
        bool broken;
        TRY(condition_match(rule->when, &env, r, &source, &broken));
        if (!broken)
            continue;
        str at = rule->field ? pointer_join(c->arena, S(""), rule->field->name) : S("");
        problem_add_str(&c->problems, at, "rule", rule->message.text[c->lang], rule->name,
                        (str){0});
        bad = ERR_INVALID;
    }
    return bad;
}

static err_t write_sets(struct ctx *c, const struct record *before, const struct record *after)
{
    const struct object *o = after->object;
    bool moved = before && o->customer && /* its sets are kept with its customer */
                 !value_eq(record_cell(before, o->customer, 0), record_cell(after, o->customer, 0));
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        value old = before ? record_cell(before, f, 0) : V_NULL;
        if (!f->multi || (!moved && value_eq(old, record_cell(after, f, 0))))
            continue;
        if (old.kind != VALUE_NULL) {
            AUTO_SQL clear;
            sql_init(&clear, c->arena);
            TRY(query_link_clear(f, before, &clear));
            TRY(send_query(c, &clear));
        }
        str *members;
        size_t n = multi_members(c->arena, record_cell(after, f, 0), &members);
        for (size_t k = 0; k < n; k++) {
            AUTO_SQL add;
            sql_init(&add, c->arena);
            TRY(query_link_add(f, after, members[k], &add));
            TRY(send_query(c, &add));
        }
    }
    return OK;
}

static err_t insert(struct ctx *c, const struct record *after)
{
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_insert(after, &q));
    err_t e = run_query(c, &q, NULL);
    return e == ERR_CONFLICT ? conflict(c, after->object) : e;
}

static err_t update(struct ctx *c, const struct record *before, const struct record *after)
{
    AUTO_SQL q;
    bool any;
    int64_t changed;
    sql_init(&q, c->arena);
    TRY(query_update(before, after, &q, &any));
    err_t e = run_query(c, &q, &changed);
    if (e == ERR_CONFLICT)
        return conflict(c, after->object);
    TRY(e);
    return changed == 1 ? OK : ERR_CONFLICT;
}

bool record_same(const struct record *a, const struct record *b)
{
    for (size_t i = 0; i < a->object->column_count; i++)
        if (!value_eq(a->cells[i], b->cells[i]))
            return false;
    return true;
}

static void stamp(struct ctx *c, struct record *r, int64_t version)
{
    const struct object *o = r->object;
    r->cells[o->version->first_column] = V_INT(version);
    r->cells[o->updated_at->first_column] = V_INT(c->now);
    r->cells[o->updated_by->first_column] = V_ID(c->user);
}

/* Who may do what is asked anew, and taking the batch back takes as much as writing it did. */
static err_t guarded_changed(struct ctx *c)
{
    value batch = V_INT(c->batch);
    TRY(access_forget(c));
    return c->batch ? db_run(c->conn, SQL_BATCH_GUARD, &batch, 1, NULL) : OK;
}

static err_t store(struct ctx *c,
                   enum change_op op,
                   const struct record *before,
                   struct record *after,
                   const struct write_options *options)
{
    const struct object *o = after->object;
    bool derived = op == CHANGE_DERIVE;
    TRY(record_formulas(c, after));
    if (before && record_same(before, after))
        return OK;
    if (!derived)
        TRY(call_hooks(c, before, after, false));
    if (!derived && record_live(after) && !(options && options->trusted))
        TRY(check_rules(c, after));
    if (before && !derived)
        stamp(c, after, record_cell(before, o->version, 0).i + 1);
    TRY(check_unique(c, before, after));
    if (!derived)
        TRY(begin_batch(c, before, after));
    if (!derived && record_live(after))
        TRY(file_attach(c, before, after));
    TRY(before ? update(c, before, after) : insert(c, after));
    TRY(write_sets(c, before, after));
    TRY(record_identity(c, before, after, options));
    if (!(options && options->defer_rollups))
        TRY(record_rollups(c, before, after));
    bool former = op == CHANGE_CREATE && options && options->former;
    TRY(former ? change_append_former(c, after) : change_append(c, op, o, before, after));
    if (o->guarded)
        TRY(guarded_changed(c));
    else if (o->titles_kept)
        TRY(access_forget(c));
    return derived ? OK : call_hooks(c, before, after, true);
}

err_t record_store(struct ctx *c,
                   enum change_op op,
                   const struct record *before,
                   struct record *after,
                   const struct write_options *options)
{
    int64_t outer = c->batch;
    err_t e = store(c, op, before, after, options);
    c->batch = outer;
    return e;
}
