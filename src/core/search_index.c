/* search_index: the terms of each record, kept by a log reader. */
#include "base/clock.h"
#include "base/limits.h"
#include "core/change.h"
#include "core/record_internal.h"
#include "core/search_internal.h"
#include "model/query.h"

static str id_key(struct ctx *c, int64_t id)
{
    return arena_printf(c->arena, "%lld", (long long)id);
}

enum text_space search_space(const struct object *o)
{
    return o->root == ROOT_SELF ? TEXT_MAIN : TEXT_OTHERS;
}

enum text_kind search_kind(const struct field *f)
{
    return f->search == SEARCH_NAME ? TEXT_NAME : f->search == SEARCH_CODE ? TEXT_CODE : TEXT_PROSE;
}

str search_text(struct ctx *c, const struct field *f, const value *cells)
{
    struct field_context context = ctx_field(c, S(""));
    if (f->search == SEARCH_CODE && cells[0].kind == VALUE_TEXT)
        return cells[0].s;
    return field_format(f, &context, cells);
}

str search_owner_tag(struct arena *arena, int64_t user)
{
    return arena_printf(arena, "_o%lld", (long long)user);
}

str search_department_tag(struct arena *arena, int64_t department)
{
    return arena_printf(arena, "_p%lld", (long long)department);
}

static void add_whose(struct ctx *c, struct text_terms *terms, const struct record *r)
{
    value owner = record_cell(r, r->object->owner, 0);
    value department = record_cell(r, r->object->department, 0);
    if (owner.kind == VALUE_INT)
        text_terms_tag(terms, search_owner_tag(c->arena, owner.i));
    if (department.kind == VALUE_INT)
        text_terms_tag(terms, search_department_tag(c->arena, department.i));
}

static str document(struct ctx *c, const struct record *r)
{
    struct text_terms terms = {.arena = c->arena};
    if (search_space(r->object) == TEXT_OTHERS)
        text_terms_tag(&terms, r->object->name);
    if (r->object->owned)
        add_whose(c, &terms, r);
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (f->search == SEARCH_NONE || !field_stored(f))
            continue;
        str s = search_text(c, f, &r->cells[f->first_column]);
        if (s.n)
            text_index_terms(&terms, s, search_kind(f));
        if (f == r->object->title && f->search == SEARCH_NAME)
            text_index_start(&terms, s);
    }
    return text_terms_document(&terms, search_space(r->object));
}

/* Statements that SQLite can do without a savepoint of their own: each savepoint makes FTS5 write
 * out what it has gathered. So no INSERT … SELECT and no ON CONFLICT here. */
static const str SQLITE_OLD = S("SELECT doc FROM search WHERE id = $1");
static const str SQLITE_FORGET =
    S("INSERT INTO search_index (search_index, rowid, doc) VALUES ('delete', $1, $2)");
static const str SQLITE_ADD = S("INSERT INTO search (id, object, doc) VALUES ($1, $3, $2)");
static const str SQLITE_CHANGE = S("UPDATE search SET doc = $2 WHERE id = $1");
static const str SQLITE_INDEX = S("INSERT INTO search_index (rowid, doc) VALUES ($1, $2)");
static const str SEARCH_DELETE = S("DELETE FROM search WHERE id = $1");
static const str POSTGRES_PUT =
    S("INSERT INTO search (id, object, place, terms) "
      "VALUES ($1, $3, $4, array_to_tsvector(string_to_array($2, ' '))) "
      "ON CONFLICT (id) DO UPDATE SET terms = excluded.terms, place = excluded.place "
      "WHERE search.terms IS DISTINCT FROM excluded.terms");

static err_t put_sqlite(struct ctx *c, const struct object *o, int64_t id, str doc)
{
    value params[] = {V_INT(id), V_TEXT(doc), V_TEXT(o->name)}, old[] = {V_INT(id), V_NULL};
    err_t e = db_one(c->conn, c->arena, SQLITE_OLD, params, 1, &old[1], 1);
    bool had = e == OK;
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (had && str_eq(old[1].s, doc))
        return OK;
    if (had)
        TRY(db_run(c->conn, SQLITE_FORGET, old, 2, NULL));
    if (!doc.n)
        return had ? db_run(c->conn, SEARCH_DELETE, params, 1, NULL) : OK;
    TRY(db_run(c->conn, had ? SQLITE_CHANGE : SQLITE_ADD, params, had ? 2 : 3, NULL));
    return db_run(c->conn, SQLITE_INDEX, params, 2, NULL);
}

static err_t
load(struct ctx *c, const struct object *o, const int64_t *ids, size_t n, struct map *live)
{
    struct query query = {.object = o, .ids = ids, .id_count = n, .limit = n};
    struct condition_env env = ctx_env(c);
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_select(&query, &env, &q));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    while (db_next(rows)) {
        struct record *r = query_record(rows, o, c->arena);
        map_put(c->arena, live, id_key(c, record_id(r)), r);
    }
    return db_rows_error(rows);
}

err_t search_documents(struct ctx *c,
                       const struct object *o,
                       const int64_t *ids,
                       size_t n,
                       struct search_documents *out)
{
    struct map live = {0};
    if (!n)
        return OK;
    TRY(load(c, o, ids, n, &live));
    for (size_t i = 0; i < n; i++) {
        const struct record *r = map_get(&live, id_key(c, ids[i]));
        *VEC_PUSH(c->arena, *out) =
            (struct search_document){o, ids[i], r ? document(c, r) : (str){0}};
    }
    return OK;
}

static err_t put_postgres(struct ctx *c, const struct search_document *d, int64_t place)
{
    struct text_terms blocks = {.arena = c->arena};
    value id = V_INT(d->id);
    if (!d->text.n)
        return db_send(c->conn, SEARCH_DELETE, &id, 1);
    search_block_tags(&blocks, place);
    str terms = text_terms_document(&blocks, search_space(d->object));
    terms = arena_printf(c->arena, STR_FMT " " STR_FMT, STR_ARG(d->text), STR_ARG(terms));
    value params[] = {id, V_TEXT(terms), V_TEXT(d->object->name), V_INT(place)};
    return db_send(c->conn, POSTGRES_PUT, params, 4);
}

static err_t put_space(struct ctx *c, const struct search_documents *all, enum text_space space)
{
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, all->n + 1);
    int64_t *places = ARENA_ARRAY(c->arena, int64_t, all->n + 1);
    size_t n = 0, at = 0;
    for (size_t i = 0; i < all->n; i++)
        if (search_space(all->at[i].object) == space && all->at[i].text.n)
            ids[n++] = all->at[i].id;
    if (n)
        TRY(search_places_take(c, space, ids, n, places));
    for (size_t i = 0; i < all->n; i++)
        if (search_space(all->at[i].object) == space)
            TRY(put_postgres(c, &all->at[i], all->at[i].text.n ? places[at++] : 0));
    return OK;
}

err_t search_put(struct ctx *c, const struct search_documents *all)
{
    if (db_conn_kind(c->conn) == DB_POSTGRES) {
        TRY(put_space(c, all, TEXT_MAIN));
        return put_space(c, all, TEXT_OTHERS);
    }
    for (size_t i = 0; i < all->n; i++)
        TRY(put_sqlite(c, all->at[i].object, all->at[i].id, all->at[i].text));
    return OK;
}

/* Does the change touch what the index knows of the record? */
static bool concerns(const struct object *o, const struct change *ch)
{
    if (ch->op == CHANGE_DERIVE || ch->op == CHANGE_REVEAL)
        return false;
    if (ch->op != CHANGE_UPDATE)
        return true;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        bool known =
            f->search != SEARCH_NONE || (o->owned && (f == o->owner || f == o->department));
        if (known && change_touches(ch, f))
            return true;
    }
    return false;
}

/* ---- what is left to do when much was written at once (an import, the demo) ----
 *
 * PostgreSQL plans by statistics that its own daemon may gather only minutes later; what its index
 * has not sorted in yet, every question reads through. SQLite's index is in some twenty pieces by
 * then, each of which every question has to look into: they are merged into one, a little at a
 * time, so that nobody waits long to write. */

enum { BATCH = 500, MUCH_LEAST = 5000, MUCH_SHARE = 20, MERGE_PAGES = 300 };

/* To sort in costs the same posting lists again and again: so that those who write all the time do
 * not pay for it as much as for the writing, what came within this time is sorted in together. */
enum { SORT_MICROSECONDS = 2000000 };

struct upkeep {
    struct search_documents prepared;
    int64_t changes; /* since it was last seen to */
    int64_t due;     /* after so many it is looked at how many are much */
    bool merging;
    bool unsorted;
    int64_t sorted_at;     /* monotonic */
    int64_t model_version; /* for which the records are known to be indexed as they should; or -1 */
};

static const str POSTGRES_KNOWN =
    S("SELECT CAST(reltuples AS bigint) FROM pg_class WHERE oid = CAST('search' AS regclass)");
static const str SQLITE_KNOWN = S("SELECT count(*) FROM search");
static const str SQLITE_MERGE =
    S("INSERT INTO search_index (search_index, rank) VALUES ('merge', $1)");
static const str SQLITE_WRITTEN = S("SELECT total_changes()");

static const str POSTGRES_SORT = S("SELECT gin_clean_pending_list('search_terms')");

static err_t analyze(struct ctx *c, void *arg)
{
    (void)arg;
    return db_script(c->conn, S("ANALYZE"));
}

static err_t sort_in(struct ctx *c, void *arg)
{
    (void)arg;
    return db_script(c->conn, POSTGRES_SORT);
}

err_t search_sort_in(struct ctx *c)
{
    return db_conn_kind(c->conn) == DB_POSTGRES ? ctx_transact(c, sort_in, NULL) : OK;
}

/* The first step decides, by a negative number, that all pieces become one; the next ones go on. A
 * step that writes nothing but its own row has found nothing to do. */
static err_t merge(struct ctx *c, void *arg)
{
    struct upkeep *u = arg;
    value before, after, pages = V_INT(u->merging ? MERGE_PAGES : -MERGE_PAGES);
    TRY(db_one(c->conn, c->arena, SQLITE_WRITTEN, NULL, 0, &before, 1));
    TRY(db_run(c->conn, SQLITE_MERGE, &pages, 1, NULL));
    TRY(db_one(c->conn, c->arena, SQLITE_WRITTEN, NULL, 0, &after, 1));
    u->merging = after.i - before.i >= 2;
    return OK;
}

/* Before anything is written: an index that is empty is not outdated. */
static err_t look_at_model(struct ctx *c, struct upkeep *u)
{
    if (u->model_version == c->model->version || c->in_transaction)
        return OK;
    TRY(search_rebuild_outdated(c));
    u->model_version = c->model->version;
    return OK;
}

static err_t keep_up(struct ctx *c, void *context, bool *more)
{
    struct upkeep *u = context;
    bool lite = db_conn_kind(c->conn) == DB_SQLITE;
    value known = V_INT(0);
    TRY(look_at_model(c, u));
    if (u->unsorted && clock_monotonic() - u->sorted_at >= SORT_MICROSECONDS) {
        TRY(search_sort_in(c));
        u->unsorted = false;
        u->sorted_at = clock_monotonic();
    }
    if (!u->merging) {
        if (u->changes < MUCH_LEAST || u->changes < u->due)
            return OK;
        TRY(db_one(c->conn, c->arena, lite ? SQLITE_KNOWN : POSTGRES_KNOWN, NULL, 0, &known, 1));
        u->due = known.i / MUCH_SHARE;
        if (u->changes < u->due)
            return OK;
        u->changes = u->due = 0;
    }
    TRY(ctx_transact(c, lite ? merge : analyze, u));
    *more = u->merging;
    return OK;
}

/* Of the records of one object that changed, each once. */
static err_t prepare_object(struct ctx *c,
                            const struct object *o,
                            const struct change *changes,
                            size_t n,
                            struct search_documents *out)
{
    struct map seen = {0};
    VEC(int64_t) ids = {0};
    for (size_t i = 0; i < n; i++) {
        if (!str_eq(changes[i].object, o->name) || !concerns(o, &changes[i]))
            continue;
        str key = id_key(c, changes[i].record);
        if (map_get(&seen, key))
            continue;
        map_put(c->arena, &seen, key, c);
        *VEC_PUSH(c->arena, ids) = changes[i].record;
    }
    return search_documents(c, o, ids.at, ids.n, out);
}

/* A record that is written after it was read here has a change that is read later. */
static err_t prepare(struct ctx *c, const struct change *changes, size_t n, void *context)
{
    struct upkeep *u = context;
    u->prepared = (struct search_documents){0};
    TRY(look_at_model(c, u));
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        if (o->searchable && !o->internal)
            TRY(prepare_object(c, o, changes, n, &u->prepared));
    }
    return OK;
}

static err_t put_prepared(struct ctx *c, const struct change *changes, size_t n, void *context)
{
    struct upkeep *u = context;
    (void)changes;
    TRY(db_lock(c->conn, SEARCH_LOCK));
    TRY(search_put(c, &u->prepared));
    u->changes += (int64_t)n;
    u->unsorted = true;
    return OK;
}

void search_attach(struct app *app)
{
    struct upkeep *upkeep = ARENA_NEW(app->arena, struct upkeep);
    upkeep->model_version = -1;
    struct log_reader reader = {.name = "search",
                                .transactional = true,
                                .batch = BATCH,
                                .rest_milliseconds = 150,
                                .prepare = prepare,
                                .read = put_prepared,
                                .idle = keep_up,
                                .context = upkeep};
    log_reader_add(app, &reader);
    search_rebuild_attach();
}
