/* What a bulk change asks for, what it would do, and what it does to one record. */
#include "core/bulk_internal.h"

#include <stdlib.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/message.h"
#include "core/change.h"
#include "core/record_internal.h"
#include "core/search.h"

enum { PREVIEW_PAGE = 200, PREVIEW_REFUSALS = 5, CHUNK_MS = 40 };

int64_t bulk_chunk_end(void)
{
    return clock_monotonic() + CHUNK_MS * CLOCK_SECOND / 1000;
}

/* ---- what is asked for ---- */

static err_t bad(struct ctx *c, str at, const char *code, str arg)
{
    problem_add_str(&c->problems, at, code, arg, (str){0}, (str){0});
    return ERR_INVALID;
}

static enum op need(const struct bulk *b)
{
    return b->delete ? OP_DELETE : OP_UPDATE;
}

static err_t check_rights(struct ctx *c, const struct bulk *b)
{
    if (!access_may(c->access, b->object, need(b)))
        return ERR_DENIED;
    if (b->object->append_only && c->access) {
        problem_add(&c->problems, S(""), "append_only", NULL);
        return ERR_DENIED;
    }
    return record_guard(c, b->object);
}

/* {"add":[…],"remove":[…]} of a field with several values. */
static bool is_edit(const struct field *f, const json_t *j)
{
    return f->multi && json_is_object(j);
}

static err_t check_value(struct ctx *c, const struct field *f, str at, const json_t *j)
{
    value cells[FIELD_PARTS] = {0};
    struct field_context context = ctx_field(c, at);
    return field_read(f, &context, j, cells);
}

static err_t check_edit(struct ctx *c, const struct field *f, str at, const json_t *j)
{
    const char *key;
    json_t *members;
    if (json_object_size(j) == 0)
        return bad(c, at, "required", f->name);
    json_object_foreach((json_t *)j, key, members)
    {
        str place = pointer_join(c->arena, at, str_from(key));
        if (!str_eqz(S("add"), key) && !str_eqz(S("remove"), key))
            return bad(c, place, "unknown_field", str_from(key));
        if (!json_is_array(members))
            return bad(c, place, "wrong_type", S("array"));
        TRY(check_value(c, f, place, members));
    }
    return OK;
}

static err_t check_member(struct ctx *c, const struct bulk *b, str name, const json_t *j)
{
    const struct field *f = object_field(b->object, name);
    str at = pointer_join(c->arena, S("/change"), name);
    if (!f || access_field_own(c->access, f) == FIELD_HIDDEN)
        return bad(c, at, "unknown_field", name);
    if (f->readonly || f->computed || access_field_own(c->access, f) < FIELD_WRITE)
        return bad(c, at, "read_only", name);
    return is_edit(f, j) ? check_edit(c, f, at, j) : check_value(c, f, at, j);
}

static err_t check_change(struct ctx *c, const struct bulk *b)
{
    const char *key;
    json_t *j;
    size_t before = c->problems.list.n;
    if (b->delete &&b->change)
        return bad(c, S("/change"), "bad_parameter", S("change"));
    if (b->delete)
        return OK;
    if (!json_is_object(b->change) || json_object_size(b->change) == 0)
        return bad(c, S("/change"), "required", S("change"));
    json_object_foreach((json_t *)b->change, key, j)
    {
        err_t e = check_member(c, b, str_from(key), j);
        if (e != OK && e != ERR_INVALID)
            return e;
    }
    return c->problems.list.n > before ? ERR_INVALID : OK;
}

static int newest_first(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? 1 : *x > *y ? -1 : 0;
}

/* The hits of the words, as they were when it was asked for. */
static err_t read_ids(struct ctx *c, const json_t *list, struct list_query *q)
{
    if (!list)
        return OK;
    size_t n = json_array_size(list);
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = json_integer_value(json_array_get(list, i));
    qsort(ids, n, sizeof *ids, newest_first);
    q->ids = ids;
    q->id_count = n;
    return OK;
}

err_t bulk_read(struct ctx *c, const struct object *o, const json_t *request, struct bulk *out)
{
    struct condition *where;
    str words = json_get_str(request, "q");
    const json_t *ids = json_object_get(request, "ids");
    struct bulk b = {.object = o,
                     .delete = json_get_bool(request, "delete", false),
                     .change = json_object_get(request, "change"),
                     .request = request,
                     .query = {.object = o, .op = OP_READ}};
    TRY(check_rights(c, &b));
    TRY(check_change(c, &b));
    TRY(batch_title(c, request, &b.title));
    if (!json_object_get(request, "where") && !words.n && !ids) /* all of them is to be said */
        return bad(c, S("/where"), "required", S("where"));
    TRY(condition_parse(c->model, o, json_object_get(request, "where"), S("/where"), &c->problems,
                        c->arena, &where));
    b.query.where = where;
    if (where)
        TRY(access_check_condition(c->access, where, S("/where"), &c->problems));
    TRY(search_narrow_all(c, words, S("/q"), &b.query));
    TRY(read_ids(c, ids, &b.query));
    *out = b;
    return OK;
}

/* ---- one record ---- */

static bool has(const json_t *list, const json_t *member)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (json_equal(json_array_get(list, i), member))
            return true;
    return false;
}

/* What the set is after the edit. */
static json_t *edited(const json_t *now, const json_t *edit)
{
    json_t *out = json_array();
    const json_t *add = json_object_get(edit, "add"), *remove = json_object_get(edit, "remove");
    for (size_t i = 0; i < json_array_size(now); i++)
        if (!has(remove, json_array_get(now, i)))
            json_array_append(out, json_array_get(now, i));
    for (size_t i = 0; i < json_array_size(add); i++)
        if (!has(out, json_array_get(add, i)))
            json_array_append(out, json_array_get(add, i));
    return out;
}

static json_t *body_for(struct ctx *c, const struct bulk *b, const struct record *now)
{
    const char *key;
    json_t *j, *body = json_keep(c->arena, json_object());
    json_object_foreach((json_t *)b->change, key, j)
    {
        const struct field *f = object_field(b->object, str_from(key));
        if (f && is_edit(f, j))
            json_object_set_new(body, key, edited(record_field_json(c, now, f), j));
        else
            json_object_set(body, key, j);
    }
    return body;
}

/* Somebody has changed it since its page was read. */
static err_t still_matches(struct ctx *c, const struct bulk *b, int64_t id, bool *out)
{
    struct list_query q = b->query;
    struct list_page page;
    *out = false;
    if (b->query.ids)
        search_slice(&b->query, id + 1, 1, &q);
    if (b->query.ids && (q.id_count == 0 || q.ids[0] != id))
        return OK;
    q.ids = &id;
    q.id_count = 1;
    q.limit = 1;
    q.after = (str){0};
    TRY(record_list(c, &q, &page));
    *out = page.count == 1;
    return OK;
}

struct bulk_refusal
bulk_refusal_of(struct ctx *c, const struct record *r, err_t outcome, size_t first)
{
    const struct problem *p = c->problems.list.n > first ? &c->problems.list.at[first] : NULL;
    str code = p ? str_from(p->code) : outcome == ERR_DENIED ? S("denied") : S("conflict");
    return (struct bulk_refusal){.record = record_id(r),
                                 .title = record_title(c, r),
                                 .code = code,
                                 .detail = p ? message_of_problem(c->arena, c->lang, p)
                                             : message_get(c->lang, code)};
}

err_t bulk_record(struct ctx *c,
                  const struct bulk *b,
                  const struct record *seen,
                  enum bulk_outcome *outcome,
                  struct bulk_refusal *refusal)
{
    struct record *now, *after = NULL;
    bool matches = true;
    size_t first = c->problems.list.n;
    *outcome = BULK_LEFT;
    err_t e = record_load(c, b->object, record_id(seen), &now);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    const struct field *f = b->object->version;
    int64_t version = record_cell(now, f, 0).i;
    if (version != record_cell(seen, f, 0).i)
        TRY(still_matches(c, b, record_id(seen), &matches));
    if (!record_live(now) || !matches)
        return OK;
    e = b->delete ? record_delete(c, b->object, record_id(seen), version, &after)
                  : record_update(c, b->object, record_id(seen), version, body_for(c, b, now), NULL,
                                  &after);
    if (err_is_fault(e))
        return e;
    if (e == OK) {
        *outcome = record_cell(after, f, 0).i == version ? BULK_UNCHANGED : BULK_CHANGED;
    } else if (e != ERR_NOT_FOUND) {
        *outcome = BULK_REFUSED;
        *refusal = bulk_refusal_of(c, now, e, first);
    }
    c->problems.list.n = first;
    return OK;
}

/* ---- what it would do ---- */

struct trying {
    const struct bulk *bulk;
    struct list_page page;
    const int64_t *within; /* those of the page that the caller may change */
    size_t within_count;
    struct bulk_refusal found[PREVIEW_REFUSALS];
    size_t n;
};

static bool is_within(const struct trying *t, const struct record *r)
{
    for (size_t i = 0; i < t->within_count; i++)
        if (t->within[i] == record_id(r))
            return true;
    return false;
}

static err_t try_work(struct ctx *c, void *arg)
{
    struct trying *t = arg;
    int64_t end = bulk_chunk_end();
    t->n = 0;
    for (size_t i = 0; i < t->page.count && t->n < PREVIEW_REFUSALS; i++) {
        enum bulk_outcome outcome = BULK_LEFT;
        if (!is_within(t, t->page.records[i]))
            t->found[t->n++] =
                bulk_refusal_of(c, t->page.records[i], ERR_DENIED, c->problems.list.n);
        else if (clock_monotonic() < end)
            TRY(bulk_record(c, t->bulk, t->page.records[i], &outcome, &t->found[t->n]));
        t->n += outcome == BULK_REFUSED;
    }
    return ERR_LIMIT; /* undone: it was a try */
}

static err_t try_some(struct ctx *c, const struct bulk *b, struct trying *out)
{
    struct trying t = {.bulk = b};
    struct list_query q = b->query;
    int64_t ids[PREVIEW_PAGE], *within;
    q.limit = PREVIEW_PAGE;
    TRY(record_list(c, &q, &t.page));
    for (size_t i = 0; i < t.page.count; i++)
        ids[i] = record_id(t.page.records[i]);
    TRY(record_within(c, b->object, need(b), ids, t.page.count, &within, &t.within_count));
    t.within = within;
    err_t e = ctx_transact(c, try_work, &t);
    if (e != ERR_LIMIT)
        return e;
    *out = t;
    return OK;
}

void bulk_write_refusals(const struct bulk_refusal *refusals, size_t n, struct jw *w)
{
    jw_key(w, S("refusals"));
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_key(w, S("id"));
        jw_id(w, refusals[i].record);
        jw_key(w, S("title"));
        jw_str(w, refusals[i].title);
        jw_key(w, S("code"));
        jw_str(w, refusals[i].code);
        jw_key(w, S("detail"));
        jw_str(w, refusals[i].detail);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

err_t bulk_preview(struct ctx *c, const struct bulk *b, struct jw *w)
{
    struct list_query may = b->query;
    struct trying t;
    int64_t matches, changeable;
    may.op = need(b);
    TRY(record_count(c, &b->query, 0, &matches));
    TRY(ctx_in_time(c));
    TRY(record_count(c, &may, 0, &changeable));
    TRY(ctx_in_time(c));
    TRY(try_some(c, b, &t));
    jw_open(w, '{');
    jw_key(w, S("matches"));
    jw_int(w, matches);
    jw_key(w, S("changeable"));
    jw_int(w, changeable < matches ? changeable : matches);
    bulk_write_refusals(t.found, t.n, w);
    jw_close(w, '}');
    return OK;
}

/* ---- asking for it ---- */

err_t bulk_count(struct ctx *c, struct bulk *b)
{
    return record_count(c, &b->query, 0, &b->total);
}

err_t bulk_start(struct ctx *c, const struct bulk *b, int64_t *job)
{
    static const char *const members[] = {"where", "change", "delete"};
    json_t *args = json_keep(c->arena, json_object());
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        json_t *j = json_object_get(b->request, members[i]);
        if (j)
            json_object_set(args, members[i], j);
    }
    if (b->query.ids) {
        json_t *ids = json_array();
        for (size_t i = 0; i < b->query.id_count; i++)
            json_array_append_new(ids, json_integer(b->query.ids[i]));
        json_object_set_new(args, "ids", ids);
    }
    json_object_set_new(args, "total", json_integer(b->total));
    json_object_set_new(args, "lang", json_string(lang_tag(c->lang)));
    json_object_set_new(args, "object", json_stringn(b->object->name.p, b->object->name.n));
    int64_t outer = c->batch;
    TRY(batch_begin(c, "bulk", b->title, &c->batch));
    err_t e = job_enqueue(c, "bulk", args, NULL, 0, job);
    c->batch = outer;
    return e;
}

static err_t may_retry(struct ctx *c, const json_t *args)
{
    const struct object *o = model_object(c->model, json_get_str(args, "object"));
    return o ? record_guard(c, o) : ERR_NOT_FOUND;
}

void bulk_attach(void)
{
    static struct job_kind kind = {.name = "bulk",
                                   .label = "job_bulk",
                                   .goes_on = true,
                                   .run = bulk_job,
                                   .may_retry = may_retry};
    static bool done;
    if (!done)
        job_kind_add(&kind);
    done = true;
}
