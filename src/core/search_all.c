/* All hits of words, for an export or a bulk change: the ids that the index gives, and of these the
 * ones whose fields the words fit. Of the records themselves only a page is held. */
#include "base/limits.h"
#include "core/record_internal.h"
#include "core/search_internal.h"
#include "model/query.h"

enum { PAGE = 500 };

struct hits {
    int64_t *at;
    size_t n;
};

static err_t too_many(struct ctx *c, str at)
{
    str most = arena_printf(c->arena, "%zu", c->app->most_hits);
    problem_add_str(&c->problems, at, "too_many_hits", most, (str){0}, (str){0});
    return ERR_INVALID;
}

err_t search_check_words(struct ctx *c, str words, str at)
{
    if (words.n <= SEARCH_MOST_CHARS || utf8_count(words) <= SEARCH_MOST_CHARS)
        return OK;
    str most = arena_printf(c->arena, "%d", SEARCH_MOST_CHARS);
    problem_add_str(&c->problems, at, "too_long", most, (str){0}, (str){0});
    return ERR_INVALID;
}

static err_t candidates(
    struct ctx *c, const struct list_query *q, str words, enum text_tier tier, struct hits *out)
{
    size_t most = c->app->most_hits;
    struct searching s = {words, tier, q->where, {0}};
    struct query_hits h = {.object = q->object, .limit = most + 1, .only_ids = true};
    *out = (struct hits){ARENA_ARRAY(c->arena, int64_t, most + 1), 0};
    AUTO_ROWS rows = NULL;
    TRY(search_rows(c, &s, &h, &rows));
    if (!rows)
        return OK;
    while (out->n <= most && db_next(rows))
        out->at[out->n++] = db_int(rows, 0);
    return db_rows_error(rows);
}

/* Keeps those of one page that the words fit; `kept` may lie over the pages before. */
static err_t keep_fitting(struct ctx *c,
                          const struct object *o,
                          str words,
                          const int64_t *ids,
                          size_t n,
                          struct hits *kept)
{
    struct list_query q = {.object = o, .ids = ids, .id_count = n, .limit = n, .op = OP_READ};
    struct list_page page;
    bool fits[PAGE];
    TRY(record_list(c, &q, &page));
    TRY(search_fitting(c, words, page.records, page.count, fits));
    for (size_t i = 0; i < page.count; i++)
        if (fits[i])
            kept->at[kept->n++] = record_id(page.records[i]);
    return OK;
}

static err_t find_tier(struct ctx *c,
                       const struct list_query *q,
                       str words,
                       str at,
                       enum text_tier tier,
                       struct hits *out)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct hits all;
    TRY(candidates(c, q, words, tier, &all));
    if (all.n > c->app->most_hits)
        return too_many(c, at);
    *out = (struct hits){all.at, 0};
    for (size_t i = 0; i < all.n; i += PAGE) {
        TRY(ctx_in_time(c));
        struct ctx page = *c;
        size_t n = all.n - i < PAGE ? all.n - i : PAGE;
        page.arena = arena;
        page.problems = (struct problems){.arena = arena};
        TRY(keep_fitting(&page, q->object, words, all.at + i, n, out));
        arena_reset(arena);
    }
    return OK;
}

err_t search_narrow_all(struct ctx *c, str words, str at, struct list_query *q)
{
    struct hits found = {ARENA_ARRAY(c->arena, int64_t, 1), 0};
    words = str_trim(words);
    if (!words.n)
        return OK;
    TRY(search_check_words(c, words, at));
    if (q->where)
        TRY(access_check_condition(c->access, q->where, S("where"), &c->problems));
    if (q->object->searchable && !q->object->internal) {
        TRY(find_tier(c, q, words, at, TEXT_PARTS, &found)); /* the exact ones are among them */
        if (!found.n)
            TRY(find_tier(c, q, words, at, TEXT_TYPOS, &found));
    }
    q->ids = found.at;
    q->id_count = found.n;
    return OK;
}

void search_slice(const struct list_query *q, int64_t below, size_t most, struct list_query *out)
{
    size_t low = 0, high = q->id_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (q->ids[middle] < below)
            high = middle;
        else
            low = middle + 1;
    }
    *out = *q;
    out->ids = q->ids + low;
    out->id_count = q->id_count - low < most ? q->id_count - low : most;
}
