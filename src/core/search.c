#include "core/search.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "core/record_internal.h"
#include "core/search_internal.h"
#include "model/query.h"

/* Candidates an object and tier: over all objects fewer, for people look at the first few.
 * SAMPLE: how many records of whatever object the index is asked for first. */
enum {
    CANDIDATES = 100,
    CANDIDATES_OVER_ALL = 40,
    SAMPLE = 100,
    MANY_DEPARTMENTS = 64,
    OWN_MOST = 500,
};

struct finding {
    str query;
    const struct condition *where; /* in a search of one object */
    bool cut;                      /* there may be others */
    struct search_places places;
    struct search_fits fits;
    size_t called; /* of the fits those of the first tiers: what is called so */
    struct map seen;
};

static err_t take_all(struct ctx *c, struct finding *f, struct record *const *records, size_t n)
{
    struct record **fresh = ARENA_ARRAY(c->arena, struct record *, n + 1);
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        str key = arena_printf(c->arena, "%lld", (long long)record_id(records[i]));
        if (map_get(&f->seen, key))
            continue;
        map_put(c->arena, &f->seen, key, c);
        fresh[count++] = records[i];
    }
    return search_judge(c, f->query, fresh, count, &f->fits);
}

/* False: the words say nothing in this tier. */
static bool express(
    struct ctx *c, str query, struct text_among among, enum text_tier tier, struct query_hits *h)
{
    if (db_conn_kind(c->conn) == DB_SQLITE) {
        h->match = text_query_fts5(c->arena, query, among, tier);
    } else {
        struct text_tsquery t = text_query_tsquery(c->arena, query, among, tier);
        h->match = t.any;
        memcpy(h->within, t.within, sizeof t.within);
    }
    return h->match.n;
}

/* The tags of those whose records the caller reads; empty: anybody's, or of too many departments
 * for an expression. */
static str whose(struct ctx *c, const struct object *o)
{
    struct access_whose of;
    str tags = {0};
    if (!access_whose(c->access, o, &of) || of.department_count > MANY_DEPARTMENTS)
        return tags;
    tags = search_owner_tag(c->arena, of.user);
    for (size_t i = 0; i < of.department_count; i++)
        tags = arena_printf(c->arena, STR_FMT " " STR_FMT, STR_ARG(tags),
                            STR_ARG(search_department_tag(c->arena, of.departments[i])));
    return tags;
}

err_t search_rows(struct ctx *c,
                  const struct searching *s,
                  struct query_hits *h,
                  struct db_rows **rows)
{
    struct condition_env env = ctx_env(c);
    struct text_among among = {search_space(h->object), {s->blocks, {0}, whose(c, h->object)}};
    if (among.space == TEXT_OTHERS)
        among.tags[1] = h->object->name;
    if (!express(c, s->words, among, s->tier, h))
        return OK;
    TRY(access_scope(c->access, h->object, OP_READ, &h->scope));
    h->scope = condition_and(c->arena, h->scope, s->where);
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_search(h, db_conn_kind(c->conn), &env, &q));
    return db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, rows);
}

/* Names are seldom equal: larger blocks at once. */
static unsigned first_level(enum text_tier tier)
{
    return tier == TEXT_EXACT ? 2 : 0;
}

struct found {
    struct record **at;
    size_t n;
};

static err_t find_among(struct ctx *c,
                        const struct searching *s,
                        const struct object *o,
                        size_t limit,
                        struct found *out)
{
    struct query_hits h = {.object = o, .limit = limit};
    AUTO_ROWS rows = NULL;
    out->n = 0;
    TRY(search_rows(c, s, &h, &rows));
    if (!rows)
        return OK;
    while (db_next(rows))
        out->at[out->n++] = query_record(rows, o, c->arena);
    return db_rows_error(rows);
}

/* What belongs to his own customers, where the caller reads no other: their records have no tags of
 * owners. */
static bool reads_own(const struct ctx *c, const struct object *o)
{
    struct access_whose of;
    return o->access_via && o->access_via->target && access_follows(c->access, o) &&
           access_whose(c->access, o->access_via->target, &of) && of.department_count == 0;
}

/* Where these are few, they are looked at, however many others the words fit. */
static err_t find_own(struct ctx *c, const struct object *o, struct finding *f, bool *done)
{
    struct list_query q = {.object = o, .limit = OWN_MOST, .where = f->where};
    struct list_page page;
    TRY(record_list(c, &q, &page));
    *done = !page.has_more;
    return *done ? take_all(c, f, page.records, page.count) : OK;
}

/* The newest records of one object within the caller's scope. */
static err_t
find_in(struct ctx *c, const struct object *o, enum text_tier tier, size_t limit, struct finding *f)
{
    struct searching s = {f->query, tier, f->where, {0}};
    struct found found = {ARENA_ARRAY(c->arena, struct record *, limit), 0};
    unsigned level = first_level(tier);
    bool done = false;
    if (tier == TEXT_PARTS && reads_own(c, o))
        TRY(find_own(c, o, f, &done));
    if (done)
        return OK;
    do {
        s.blocks = search_block_newest(c->arena, f->places.of[search_space(o)], level);
        TRY(find_among(c, &s, o, limit, &found));
        bool rare = tier == TEXT_START && !found.n;
        level = rare ? SEARCH_LEVELS : search_block_wider(level, found.n, limit);
    } while (s.blocks.n && found.n < limit);
    f->cut = f->cut || found.n == limit;
    return take_all(c, f, found.at, found.n);
}

/* What a sample of the index has of one object. */
struct sampled {
    const struct object *object;
    VEC(int64_t) ids;
};

struct samples {
    struct sampled *of; /* the objects still looked for */
    size_t n;
};

static void put_into(struct ctx *c, struct samples *all, str object, int64_t id)
{
    for (size_t i = 0; i < all->n; i++)
        if (str_eq(all->of[i].object->name, object)) {
            *VEC_PUSH(c->arena, all->of[i].ids) = id;
            return;
        }
}

/* The newest `limit` that the index has; *n: how many there are of them. */
static err_t sample(struct ctx *c, struct samples *all, const struct query_hits *h, size_t *n)
{
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(query_search_sample(h, db_conn_kind(c->conn), &q));
    AUTO_ROWS rows = NULL;
    for (size_t i = 0; i < all->n; i++)
        all->of[i].ids.n = 0;
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    for (*n = 0; db_next(rows); ++*n)
        put_into(c, all, db_text(rows, 1), db_int(rows, 0));
    return db_rows_error(rows);
}

/* The newest of these within the caller's scope. Where that leaves too few, and the index may have
 * others, it is asked for what is within the scope. */
static err_t take_sampled(struct ctx *c,
                          struct finding *f,
                          const struct sampled *s,
                          enum text_tier tier,
                          size_t wanted,
                          bool whole)
{
    struct list_query q = {
        .object = s->object, .ids = s->ids.at, .id_count = s->ids.n, .limit = wanted};
    struct list_page page;
    if (!s->ids.n)
        return OK;
    TRY(record_list(c, &q, &page));
    if (!whole && page.count < wanted)
        return find_in(c, s->object, tier, wanted, f);
    return take_all(c, f, page.records, page.count);
}

static str tags_of(struct ctx *c, const struct samples *all)
{
    str tags = {0};
    for (size_t i = 0; i < all->n; i++)
        tags = arena_printf(c->arena, STR_FMT "%s" STR_FMT, STR_ARG(tags), i ? " " : "",
                            STR_ARG(all->of[i].object->name));
    return tags;
}

/* What was found of an object is enough, or all there is. */
static err_t take_enough(struct ctx *c,
                         struct finding *f,
                         struct samples *all,
                         enum text_tier tier,
                         size_t wanted,
                         bool whole)
{
    size_t left = 0;
    for (size_t i = 0; i < all->n; i++)
        if (whole || all->of[i].ids.n >= wanted)
            TRY(take_sampled(c, f, &all->of[i], tier, wanted, whole));
        else
            all->of[left++] = all->of[i];
    all->n = left;
    return OK;
}

static size_t most_of_one(const struct samples *all)
{
    size_t most = 0;
    for (size_t i = 0; i < all->n; i++)
        if (all->of[i].ids.n > most)
            most = all->of[i].ids.n;
    return most;
}

/* Asks for the newest of all objects together. Those of which the answer has enough are done with,
 * the others are asked for again without them, by their tags: one of n objects fills a sample of n
 * times what is wanted of each. The tags of most records cost much, so that there are none before
 * they leave something out. */
static err_t find_others(
    struct ctx *c, struct samples *all, enum text_tier tier, size_t wanted, struct finding *f)
{
    struct text_among among = {.space = TEXT_OTHERS};
    bool of_each = db_conn_kind(c->conn) == DB_POSTGRES, tagged = false;
    unsigned level = first_level(tier);
    for (size_t limit = of_each ? wanted : SAMPLE; all->n;
         limit = of_each ? wanted : wanted * all->n + 1) {
        size_t asked = all->n, n;
        among.tags[0] = search_block_newest(c->arena, f->places.of[TEXT_OTHERS], level);
        among.tags[1] = tagged ? tags_of(c, all) : (str){0};
        struct query_hits h = {.limit = limit};
        if (!express(c, f->query, among, tier, &h))
            return OK;
        TRY(sample(c, all, &h, &n));
        bool exhausted = of_each || n < limit;
        TRY(take_enough(c, f, all, tier, wanted, exhausted && !among.tags[0].n));
        tagged = tagged || !exhausted || all->n < asked;
        if (exhausted)
            level = search_block_wider(level, most_of_one(all), wanted);
    }
    return OK;
}

/* Those of the object that are called so, or begin so. */
static size_t called_so(const struct finding *f, const struct object *o)
{
    size_t n = 0;
    for (size_t i = 0; i < f->called; i++)
        n += f->fits.at[i].record->object == o;
    return n;
}

static err_t find_tier(struct ctx *c,
                       const struct object *const *objects,
                       size_t n,
                       enum text_tier tier,
                       size_t limit,
                       struct finding *f)
{
    size_t least = n == 1 ? CANDIDATES : CANDIDATES_OVER_ALL;
    size_t wanted = limit > least ? limit : least;
    struct samples others = {ARENA_ARRAY(c->arena, struct sampled, n), 0};
    for (size_t i = 0; i < n; i++)
        if (called_so(f, objects[i]) >= wanted)
            f->cut = true; /* what merely mentions the words would come after these */
        else if (n == 1 || search_space(objects[i]) == TEXT_MAIN)
            TRY(find_in(c, objects[i], tier, wanted, f));
        else if (tier != TEXT_START) /* of these there are few enough */
            others.of[others.n++].object = objects[i];
    return find_others(c, &others, tier, wanted, f);
}

static int by_score(const void *a, const void *b)
{
    const struct search_fit *x = a, *y = b;
    int64_t first = record_id(x->record), second = record_id(y->record);
    if (x->score != y->score)
        return y->score - x->score;
    return first < second ? 1 : first > second ? -1 : 0;
}

/* The best `limit`, but of each object at first no more than a quarter: forty lines of orders must
 * not hide the product. What is left over fills up. */
static struct search_fit *
mixed(struct ctx *c, const struct search_fit *fits, size_t n, size_t limit)
{
    struct search_fit *out = ARENA_ARRAY(c->arena, struct search_fit, limit + 1);
    size_t *taken = ARENA_ARRAY(c->arena, size_t, c->model->object_count), filled = 0;
    bool *used = ARENA_ARRAY(c->arena, bool, n + 1);
    size_t share = limit / 4 + 1;
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < n && filled < limit; i++) {
            size_t *of = &taken[fits[i].record->object->index];
            if (used[i] || (round == 0 && *of >= share))
                continue;
            used[i] = true;
            ++*of;
            out[filled++] = fits[i];
        }
    return out;
}

/* All that the candidates give, best first. */
static err_t find(struct ctx *c, const struct object *object, size_t limit, struct finding *f)
{
    const struct object **objects =
        ARENA_ARRAY(c->arena, const struct object *, c->model->object_count);
    size_t count = 0;
    for (size_t i = 0; i < c->model->object_count; i++) {
        const struct object *o = c->model->objects[i];
        if ((!object || o == object) && o->searchable && !o->internal &&
            access_may(c->access, o, OP_READ))
            objects[count++] = o;
    }
    TRY(search_places(c, &f->places));
    if (count) {
        TRY(find_tier(c, objects, count, TEXT_EXACT, limit, f));
        TRY(find_tier(c, objects, count, TEXT_START, limit, f));
        f->called = f->fits.n;
        TRY(find_tier(c, objects, count, TEXT_PARTS, limit, f));
    }
    if (count && !f->fits.n) /* typing errors are forgiven where nothing fits as it was written */
        TRY(find_tier(c, objects, count, TEXT_TYPOS, limit, f));
    if (f->fits.n)
        qsort(f->fits.at, f->fits.n, sizeof *f->fits.at, by_score);
    return OK;
}

err_t search_find(struct ctx *c,
                  const struct object *object,
                  str query,
                  size_t limit,
                  struct search_hit **out,
                  size_t *n)
{
    struct finding f = {.query = query};
    TRY(find(c, object, limit, &f));
    *n = f.fits.n < limit ? f.fits.n : limit;
    return search_present(c, object ? f.fits.at : mixed(c, f.fits.at, f.fits.n, *n), *n, query,
                          out);
}

err_t search_narrow(struct ctx *c, str words, size_t most, struct list_query *q, bool *more)
{
    struct finding f = {.query = str_trim(words), .where = q->where};
    *more = false;
    if (!f.query.n)
        return OK;
    if (q->where)
        TRY(access_check_condition(c->access, q->where, S("where"), &c->problems));
    TRY(find(c, q->object, most + 1, &f));
    size_t n = f.fits.n < most ? f.fits.n : most;
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = record_id(f.fits.at[i].record);
    *more = f.cut || f.fits.n > most;
    q->ids = ids;
    q->id_count = n;
    return OK;
}
