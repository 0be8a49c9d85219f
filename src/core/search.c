#include "core/search.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "core/change.h"
#include "core/record_internal.h"
#include "model/query.h"
#include "text/text.h"

/* Candidates an object and tier: over all objects fewer, for people look at the first few. */
enum { CANDIDATES = 100, CANDIDATES_OVER_ALL = 40, SEARCHED_FIELDS = 24 };

/* ---- the index ---- */

static enum text_kind text_kind_of(const struct field *f)
{
    return f->search == SEARCH_NAME ? TEXT_NAME : f->search == SEARCH_CODE ? TEXT_CODE : TEXT_PROSE;
}

/* What the index knows of a field: its text as people see it, and phones as they are dialled. */
static str searched_text(struct ctx *c, const struct record *r, const struct field *f)
{
    struct field_context context = ctx_field(c, S(""));
    const value *cells = &r->cells[f->first_column];
    if (f->search == SEARCH_CODE && cells[0].kind == VALUE_TEXT)
        return cells[0].s;
    return field_format(f, &context, cells);
}

static str document(struct ctx *c, const struct record *r)
{
    struct text_terms terms = {.arena = c->arena};
    text_terms_tag(&terms, r->object->name);
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (f->search == SEARCH_NONE || !field_stored(f))
            continue;
        str s = searched_text(c, r, f);
        if (s.n)
            text_index_terms(&terms, s, text_kind_of(f));
    }
    return text_terms_document(&terms);
}

static const str SQLITE_FORGET = S("INSERT INTO search_index (search_index, rowid, doc) SELECT "
                                   "'delete', id, doc FROM search WHERE id = $1");
static const str SQLITE_PUT = S("INSERT INTO search (id, doc) VALUES ($1, $2) ON CONFLICT (id) DO "
                                "UPDATE SET doc = excluded.doc");
static const str SQLITE_INDEX = S("INSERT INTO search_index (rowid, doc) VALUES ($1, $2)");
static const str SEARCH_DELETE = S("DELETE FROM search WHERE id = $1");
static const str POSTGRES_PUT =
    S("INSERT INTO search (id, terms) VALUES ($1, array_to_tsvector(string_to_array($2, ' '))) "
      "ON CONFLICT (id) DO UPDATE SET terms = excluded.terms");

/* doc empty: the record is not to be found any more. */
static err_t put(struct ctx *c, int64_t id, str doc)
{
    value params[] = {V_INT(id), V_TEXT(doc)};
    if (db_conn_kind(c->conn) == DB_POSTGRES)
        return doc.n ? db_run(c->conn, POSTGRES_PUT, params, 2, NULL)
                     : db_run(c->conn, SEARCH_DELETE, params, 1, NULL);
    TRY(db_run(c->conn, SQLITE_FORGET, params, 1, NULL));
    if (!doc.n)
        return db_run(c->conn, SEARCH_DELETE, params, 1, NULL);
    TRY(db_run(c->conn, SQLITE_PUT, params, 2, NULL));
    return db_run(c->conn, SQLITE_INDEX, params, 2, NULL);
}

static err_t index_record(struct ctx *c, const struct object *o, int64_t id)
{
    struct record *r;
    err_t e = record_load(c, o, id, &r);
    if (e == ERR_NOT_FOUND)
        return put(c, id, (str){0});
    TRY(e);
    return put(c, id, record_live(r) ? document(c, r) : (str){0});
}

/* Does the change touch what is searched? */
static bool concerns(const struct object *o, const struct change *ch)
{
    if (ch->op == CHANGE_DERIVE || ch->op == CHANGE_REVEAL)
        return false;
    if (ch->op != CHANGE_UPDATE)
        return true;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        char quoted[64];
        int n = snprintf(quoted, sizeof quoted, "\"" STR_FMT "\":", STR_ARG(f->id));
        str key = {quoted, (size_t)n};
        if (f->search != SEARCH_NONE &&
            (str_find(ch->after, key) != SIZE_MAX || str_find(ch->before, key) != SIZE_MAX))
            return true;
    }
    return false;
}

static err_t read_changes(struct ctx *c, const struct change *changes, size_t n, void *context)
{
    struct map seen = {0};
    (void)context;
    for (size_t i = n; i-- > 0;) { /* newest first: one record is read once */
        const struct object *o = model_object(c->model, changes[i].object);
        str key = arena_printf(c->arena, "%lld", (long long)changes[i].record);
        if (!o || !o->searchable || o->internal || !concerns(o, &changes[i]) || map_get(&seen, key))
            continue;
        map_put(c->arena, &seen, key, c);
        TRY(index_record(c, o, changes[i].record));
    }
    return OK;
}

void search_attach(struct app *app)
{
    static const struct log_reader reader = {.name = "search",
                                             .transactional = true,
                                             .batch = 500,
                                             .rest_milliseconds = 150,
                                             .read = read_changes};
    log_reader_add(app, &reader);
}

/* ---- asking ---- */

static const struct field *subtitle_field(const struct ctx *c, const struct object *o)
{
    static const char *const likely[] = {"company", "phone", "email", "code", "number", "state"};
    for (size_t i = 0; i < sizeof likely / sizeof *likely; i++) {
        const struct field *f = object_field(o, str_from(likely[i]));
        if (f && f != o->title && field_stored(f) && access_field(c->access, f) >= FIELD_READ)
            return f;
    }
    return NULL;
}

/* What the caller may see of a field: more on records that he may change. */
static enum field_access view(const struct ctx *c, const struct field *f, bool own)
{
    return own ? access_field_own(c->access, f) : access_field(c->access, f);
}

/* Scores the record on the fields that the caller may read. */
static int
score(struct ctx *c, const struct record *r, bool own, str query, const struct field **best)
{
    struct text_field texts[SEARCHED_FIELDS];
    const struct field *fields[SEARCHED_FIELDS];
    size_t n = 0;
    for (size_t i = 0; i < r->object->field_count && n < SEARCHED_FIELDS; i++) {
        const struct field *f = r->object->fields[i];
        if (f->search == SEARCH_NONE || !field_stored(f) || view(c, f, own) < FIELD_READ)
            continue;
        str s = searched_text(c, r, f);
        if (!s.n)
            continue;
        fields[n] = f;
        texts[n++] = (struct text_field){s, text_kind_of(f)};
    }
    int all = text_match_fields(c->arena, query, texts, n), most = 0;
    *best = NULL;
    for (size_t i = 0; all && most < all && i < n; i++) {
        int one = text_match(c->arena, query, texts[i].text, texts[i].kind);
        if (one > most) {
            most = one;
            *best = fields[i];
        }
    }
    return all;
}

struct finding {
    str query;
    VEC(struct search_hit) hits;
    struct map seen;
};

static str show(struct ctx *c, const struct record *r, bool own, const struct field *f)
{
    struct field_context context = ctx_field(c, S(""));
    const value *cells = &r->cells[f->first_column];
    if (cells[0].kind == VALUE_NULL)
        return (str){0};
    return view(c, f, own) < FIELD_READ ? field_mask(c->arena, f, cells)
                                        : field_format(f, &context, cells);
}

/* What people look for by its own name comes before what merely mentions it. */
static int weighted(const struct record *r, const struct field *best, int points)
{
    int weight = best == r->object->title ? 100 : 80;
    if (r->object->root == ROOT_SELF)
        weight += 15;
    return points * weight / 115;
}

static void take(struct ctx *c, struct finding *f, const struct record *r, bool own)
{
    const struct field *best, *subtitle = subtitle_field(c, r->object);
    str key = arena_printf(c->arena, "%lld", (long long)record_id(r));
    if (map_get(&f->seen, key))
        return;
    int points = score(c, r, own, f->query, &best);
    if (!points)
        return;
    map_put(c->arena, &f->seen, key, c);
    *VEC_PUSH(c->arena, f->hits) = (struct search_hit){
        .object = r->object,
        .id = record_id(r),
        .title = show(c, r, own, r->object->title),
        .subtitle = subtitle ? show(c, r, own, subtitle) : (str){0},
        .score = weighted(r, best, points),
        .matched = best,
    };
}

/* Does it make a difference whose record it is? */
static bool own_matters(const struct ctx *c, const struct object *o)
{
    for (size_t i = 0; i < o->field_count; i++)
        if (o->fields[i]->search != SEARCH_NONE &&
            access_field_own(c->access, o->fields[i]) > access_field(c->access, o->fields[i]))
            return true;
    return false;
}

static err_t take_all(struct ctx *c,
                      struct finding *f,
                      const struct object *o,
                      struct record *const *records,
                      size_t n)
{
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, n + 1), *own = NULL;
    size_t own_count = 0;
    for (size_t i = 0; i < n; i++)
        ids[i] = record_id(records[i]);
    if (n && own_matters(c, o))
        TRY(record_within(c, o, OP_UPDATE, ids, n, &own, &own_count));
    for (size_t i = 0; i < n; i++) {
        bool mine = false;
        for (size_t k = 0; k < own_count && !mine; k++)
            mine = own[k] == ids[i];
        take(c, f, records[i], mine);
    }
    return OK;
}

static err_t find_tier(
    struct ctx *c, const struct object *o, enum text_tier tier, size_t limit, struct finding *f)
{
    enum db_kind kind = db_conn_kind(c->conn);
    struct condition_env env = ctx_env(c);
    struct query_hits h = {.object = o, .limit = limit, .by_index = tier != TEXT_PARTS};
    h.expression = kind == DB_SQLITE ? text_query_fts5(c->arena, f->query, o->name, tier)
                                     : text_query_tsquery(c->arena, f->query, o->name, tier);
    if (!h.expression.n)
        return OK;
    err_t e = access_scope(c->access, o, OP_READ, &h.scope);
    if (e != OK)
        return e == ERR_DENIED ? OK : e;
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_search(&h, kind, &env, &q));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    VEC(struct record *) found = {0};
    while (db_next(rows))
        *VEC_PUSH(c->arena, found) = query_record(rows, o, c->arena);
    TRY(db_rows_error(rows));
    return take_all(c, f, o, found.at, found.n);
}

/* Typing errors are forgiven only where nothing fits as it was written. */
static err_t
find_in(struct ctx *c, const struct object *o, bool typos, size_t limit, struct finding *f)
{
    if (typos)
        return find_tier(c, o, TEXT_TYPOS, limit, f);
    TRY(find_tier(c, o, TEXT_EXACT, limit, f));
    return find_tier(c, o, TEXT_PARTS, limit, f);
}

static int by_score(const void *a, const void *b)
{
    const struct search_hit *x = a, *y = b;
    if (x->score != y->score)
        return y->score - x->score;
    return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

err_t search_find(struct ctx *c,
                  const struct object *object,
                  str query,
                  size_t limit,
                  struct search_hit **out,
                  size_t *n)
{
    struct finding f = {.query = query};
    size_t least = object ? CANDIDATES : CANDIDATES_OVER_ALL;
    size_t candidates = limit > least ? limit : least;
    for (int typos = 0; typos <= 1 && f.hits.n == 0; typos++)
        for (size_t i = 0; i < c->model->object_count; i++) {
            const struct object *o = c->model->objects[i];
            if ((object && o != object) || !o->searchable || o->internal ||
                !access_may(c->access, o, OP_READ))
                continue;
            TRY(find_in(c, o, typos, candidates, &f));
        }
    if (f.hits.n)
        qsort(f.hits.at, f.hits.n, sizeof *f.hits.at, by_score);
    *out = f.hits.at;
    *n = f.hits.n < limit ? f.hits.n : limit;
    return OK;
}

/* ---- from the beginning ---- */

struct rebuild {
    const struct object *object;
    struct record **records;
    size_t count;
};

static err_t rebuild_work(struct ctx *c, void *arg)
{
    struct rebuild *r = arg;
    for (size_t i = 0; i < r->count; i++)
        TRY(index_record(c, r->object, record_id(r->records[i])));
    return OK;
}

err_t search_rebuild(struct ctx *c,
                     const struct object *o,
                     bool (*progress)(void *, size_t, size_t),
                     void *context)
{
    struct list_query q = {.object = o, .limit = LIMIT_LIST_PAGE};
    struct arena *whole = c->arena, *of_page = arena_new(LIMIT_REQUEST_ARENA);
    struct list_page page;
    size_t done = 0;
    err_t e;
    do {
        c->arena = of_page;
        e = record_list(c, &q, &page);
        struct rebuild r = {o, page.records, page.count};
        if (e == OK)
            e = ctx_transact(c, rebuild_work, &r);
        c->arena = whole;
        if (e != OK)
            break;
        done += page.count;
        q.after = arena_str(whole, page.next);
        arena_reset(of_page);
        if (progress && !progress(context, done, 0))
            e = ERR_LIMIT;
    } while (e == OK && page.has_more);
    arena_free(of_page);
    return e;
}
