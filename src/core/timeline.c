#include "core/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/record_internal.h"
#include "model/query.h"

enum { TOGETHER_MINUTES = 5, TOGETHER_MOST = 100 };

/* Objects of which a record has many, and the time that orders them; each has an index of the ref,
 * the time and the id. */
static const struct {
    const char *object, *at;
} SOURCES[] = {
    {"follow_up", "at"},       {"interaction", "at"},  {"order", "placed_at"},
    {"comment", "created_at"}, {"task", "created_at"},
};
enum { SOURCE_COUNT = sizeof SOURCES / sizeof *SOURCES };

/* Where a page begins: strictly before (at, id); changes have an id below `change`. */
struct cursor {
    int64_t at, id, change;
};

struct reading {
    struct ctx *ctx;
    const struct object *object;
    int64_t id;
    struct cursor from;
    size_t limit; /* entries of each kind, at most */
    VEC(struct timeline_entry) entries;
    size_t bytes; /* of what has been read; beyond LIMIT_PAGE_BYTES a kind gives one entry only */
    bool cut;     /* by bytes: beyond `last` there are entries that have not been read */
    struct timeline_entry last;
};

static bool before(const struct timeline_entry *a, const struct timeline_entry *b)
{
    return a->at != b->at ? a->at > b->at : a->id > b->id;
}

/* There is more of this kind, older than its last entry: older ones of other kinds have to wait. */
static void cut_here(struct reading *r)
{
    const struct timeline_entry *last = &r->entries.at[r->entries.n - 1];
    if (!r->cut || before(last, &r->last))
        r->last = *last;
    r->cut = true;
}

/* ---- what refers to the record ---- */

static const struct field *ref_to(const struct object *source, const struct object *target)
{
    const struct field *f = object_field(source, target->name);
    return f && f->target == target && field_stored(f) && !f->multi ? f : NULL;
}

/* A comment names what it is about by object and id. */
static err_t about(struct reading *r, const struct object *source, const struct condition **out)
{
    struct ctx *c = r->ctx;
    struct condition *where;
    str id = arena_printf(c->arena, "%lld", (long long)r->id);
    json_t *j = json_keep(c->arena, json_pack("{s:[{s:s,s:s%},{s:s,s:s%}]}", "all", "field",
                                              "object", "eq", r->object->name.p, r->object->name.n,
                                              "field", "record", "eq", id.p, id.n));
    TRY(condition_parse(c->model, source, j, S(""), &c->problems, c->arena, &where));
    *out = where;
    return OK;
}

/* NULL in *out: this kind has nothing to do with the object. */
static err_t
source_condition(struct reading *r, const struct object *source, const struct condition **out)
{
    const struct field *ref = ref_to(source, r->object);
    *out = NULL;
    if (ref)
        *out = condition_ids(r->ctx->arena, ref, &r->id, 1);
    else if (str_eqz(source->name, "comment"))
        return about(r, source, out);
    return OK;
}

/* Whose the records of one kind are, asked once for all. */
static err_t find_mine(struct ctx *c, struct timeline_entry *entries, size_t n)
{
    struct record **records = ARENA_ARRAY(c->arena, struct record *, n + 1);
    enum mine *mine = ARENA_ARRAY(c->arena, enum mine, n + 1);
    for (size_t i = 0; i < n; i++)
        records[i] = entries[i].record;
    TRY(record_mine_of(c, records, n, NULL, 0, mine));
    for (size_t i = 0; i < n; i++)
        entries[i].mine = mine[i];
    return OK;
}

static err_t read_source(struct reading *r, size_t which)
{
    struct ctx *c = r->ctx;
    const struct object *source = model_object(c->model, str_from(SOURCES[which].object));
    const struct field *at = source ? object_field(source, str_from(SOURCES[which].at)) : NULL;
    struct condition_env env = ctx_env(c);
    value after[] = {V_INT(r->from.at), V_INT(r->from.id)};
    struct query q = {.object = source, .after = after, .limit = r->limit, .sort_count = 1};
    if (!at || access_field(c->access, at) < FIELD_READ)
        return OK;
    size_t begin = r->entries.n;
    err_t e = access_scope(c->access, source, OP_READ, &q.scope);
    if (e != OK)
        return e == ERR_DENIED ? OK : e;
    q.sort[0] = (struct query_sort){field_column(at, 0), true};
    TRY(source_condition(r, source, &q.where));
    if (!q.where)
        return OK;
    AUTO_SQL sql;
    sql_init(&sql, c->arena);
    TRY(query_select(&q, &env, &sql));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&sql.text), sql.params.at, sql.params.n, &rows));
    for (bool first = true; db_next(rows); first = false) {
        if (!first && r->bytes >= LIMIT_PAGE_BYTES) {
            cut_here(r);
            break;
        }
        struct record *record = query_record(rows, source, c->arena);
        r->bytes += record_bytes(record);
        *VEC_PUSH(c->arena, r->entries) =
            (struct timeline_entry){.kind = SOURCES[which].object,
                                    .at = record_cell(record, at, 0).i,
                                    .id = record_id(record),
                                    .record = record};
    }
    TRY(db_rows_error(rows));
    if (r->entries.n == begin)
        return OK;
    return find_mine(c, r->entries.at + begin, r->entries.n - begin);
}

/* ---- its own changes ---- */

/* Changes are told in one with the newest of them when the same person made them in the same way
 * within the minutes before it: however long the person goes on, a page reads few of them. */
static bool together(const struct change *newest, const struct change *older)
{
    return newest->op == CHANGE_UPDATE && older->op == CHANGE_UPDATE &&
           newest->actor == older->actor && newest->batch == older->batch &&
           str_eq(newest->through, older->through) &&
           newest->at - older->at <= TOGETHER_MINUTES * CLOCK_MINUTE;
}

/* The changes before the cursor: their ids ascend with time, and their time is the id's. */
static int64_t change_bound(const struct cursor *from)
{
    int64_t floor = id_floor(from->at), next = id_floor(from->at + 1000);
    bool whole_millisecond = id_instant(floor) == from->at;
    int64_t bound = !whole_millisecond ? next
                    : from->id < floor ? floor
                    : from->id < next  ? from->id
                                       : next;
    return bound < from->change ? bound : from->change;
}

static err_t read_changes(struct reading *r)
{
    struct ctx *c = r->ctx;
    VEC(struct change) all = {0};
    VEC(size_t) groups = {0}; /* where each begins */
    struct change_page page;
    int64_t bound = change_bound(&r->from);
    size_t newest = 0;
    do {
        TRY(change_edits(c, r->id, bound, r->limit * 2, &page));
        for (size_t i = 0; i < page.n; i++) {
            if (!all.n || all.n - newest == TOGETHER_MOST ||
                !together(&all.at[newest], &page.at[i]))
                *VEC_PUSH(c->arena, groups) = newest = all.n;
            *VEC_PUSH(c->arena, all) = page.at[i];
            bound = page.at[i].id;
        }
        r->bytes += page.bytes;
    } while (page.more && groups.n <= r->limit && r->bytes < LIMIT_PAGE_BYTES);
    for (size_t i = 0; i < groups.n; i++) {
        size_t end = i + 1 < groups.n ? groups.at[i + 1] : all.n;
        struct change *first = &all.at[groups.at[i]];
        *VEC_PUSH(c->arena, r->entries) =
            (struct timeline_entry){.kind = "change",
                                    .at = id_instant(first->id),
                                    .id = first->id,
                                    .changes = first,
                                    .change_count = end - groups.at[i]};
    }
    if (page.more)
        cut_here(r);
    return OK;
}

/* ---- merging ---- */

static int by_time(const void *a, const void *b)
{
    return before(a, b) ? -1 : before(b, a);
}

static err_t read_cursor(struct ctx *c, str text, struct cursor *out)
{
    str part[3];
    int64_t n[3];
    *out = (struct cursor){INT64_MAX / 2, INT64_MAX, INT64_MAX};
    if (!text.n)
        return OK;
    bool good = true;
    for (int i = 0; i < 3; i++)
        good = good && str_split(&text, '.', &part[i]) && str_to_int(part[i], &n[i]) == OK;
    if (!good || text.p || n[0] < 0 || n[0] > INT64_MAX / 2) {
        problem_add(&c->problems, S("after"), "bad_cursor", NULL);
        return ERR_INVALID;
    }
    *out = (struct cursor){n[0], n[1], n[2]};
    return OK;
}

static void finish(struct reading *r, size_t limit, struct timeline_page *out)
{
    struct timeline_entry *all = r->entries.at;
    struct cursor next = r->from;
    size_t n = r->entries.n;
    if (n)
        qsort(all, n, sizeof *all, by_time);
    while (r->cut && before(&r->last, &all[n - 1]))
        n--;
    *out = (struct timeline_page){.entries = all, .count = n < limit ? n : limit};
    out->has_more = n > limit || r->cut;
    if (!out->has_more)
        return;
    for (size_t i = 0; i < out->count; i++)
        if (all[i].change_count)
            next.change = all[i].changes[all[i].change_count - 1].id;
    out->next = arena_printf(r->ctx->arena, "%lld.%lld.%lld", (long long)all[out->count - 1].at,
                             (long long)all[out->count - 1].id, (long long)next.change);
}

err_t timeline_read(struct ctx *c,
                    const struct object *o,
                    int64_t id,
                    str kind,
                    str after,
                    size_t limit,
                    struct timeline_page *out)
{
    struct reading r = {.ctx = c, .object = o, .id = id, .limit = limit + 1};
    bool known = !kind.n || str_eqz(kind, "change");
    for (size_t i = 0; i < SOURCE_COUNT; i++)
        known = known || str_eqz(kind, SOURCES[i].object);
    if (!known) {
        problem_add(&c->problems, S("kind"), "bad_parameter", "kind", NULL);
        return ERR_INVALID;
    }
    TRY(read_cursor(c, after, &r.from));
    for (size_t i = 0; i < SOURCE_COUNT; i++)
        if (!kind.n || str_eqz(kind, SOURCES[i].object))
            TRY(read_source(&r, i));
    if (!kind.n || str_eqz(kind, "change"))
        TRY(read_changes(&r));
    finish(&r, limit, out);
    return OK;
}
