/* search_block: newest first on PostgreSQL, whose index gives everything that fits or nothing.
 *
 * Each record of a space has a place, in the order of coming. The index knows of each in which
 * block of 2^10 places it lies, and of 2^13, 2^16 and 2^19. Words are looked for in the two newest
 * of the small blocks; where that leaves too few, in the two newest of larger ones, at last in all.
 */
#include "core/record_internal.h"
#include "core/search_internal.h"
#include "model/query.h"

enum { SMALLEST_BITS = 10, MORE_BITS = 3, NEWEST = 2 };

static unsigned bits(unsigned level)
{
    return SMALLEST_BITS + level * MORE_BITS;
}

static str tag(struct arena *arena, unsigned level, int64_t place)
{
    return arena_printf(arena, "_%c%lld", 'a' + (char)level, (long long)(place >> bits(level)));
}

void search_block_tags(struct text_terms *terms, int64_t place)
{
    for (unsigned level = 0; level < SEARCH_LEVELS; level++)
        text_terms_tag(terms, tag(terms->arena, level, place));
}

str search_block_newest(struct arena *arena, int64_t places, unsigned level)
{
    str out = {0};
    int64_t newest = (places - 1) >> bits(level < SEARCH_LEVELS ? level : 0);
    if (level >= SEARCH_LEVELS || newest < NEWEST)
        return out;
    for (int64_t i = 0; i < NEWEST; i++)
        out = arena_printf(arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i ? " " : "",
                           STR_ARG(tag(arena, level, (newest - i) << bits(level))));
    return out;
}

unsigned search_block_wider(unsigned level, size_t found, size_t wanted)
{
    size_t expected = found << MORE_BITS;
    if (!found)
        return level + 2;
    for (level++; level < SEARCH_LEVELS && expected < wanted; level++)
        expected <<= MORE_BITS;
    return level;
}

/* ---- places ---- */

static const str PLACES = S("SELECT customers, places FROM search_space");
static const str KNOWN =
    S("SELECT id, place FROM search WHERE place IS NOT NULL AND id IN @ints($1)");
static const str TAKEN =
    S("UPDATE search_space SET places = $2 WHERE customers = $1 AND places < $2");

err_t search_places(struct ctx *c, struct search_places *out)
{
    *out = (struct search_places){{0}};
    if (db_conn_kind(c->conn) == DB_SQLITE)
        return OK;
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, PLACES, NULL, 0, &rows));
    while (db_next(rows))
        out->of[db_bool(rows, 0) ? TEXT_MAIN : TEXT_OTHERS] = db_int(rows, 1);
    return db_rows_error(rows);
}

err_t search_places_take(
    struct ctx *c, enum text_space space, const int64_t *ids, size_t n, int64_t *of)
{
    struct search_places given;
    TRY(search_places(c, &given));
    int64_t before = given.of[space], places = before;
    value in = V_TEXT(query_ids_json(c->arena, ids, n));
    for (size_t i = 0; i < n; i++)
        of[i] = -1;
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, KNOWN, &in, 1, &rows));
    while (db_next(rows))
        for (size_t i = 0; i < n; i++)
            if (ids[i] == db_int(rows, 0))
                of[i] = db_int(rows, 1);
    TRY(db_rows_error(rows));
    for (size_t i = 0; i < n; i++)
        if (of[i] < 0)
            of[i] = places++;
    value params[] = {V_BOOL(space == TEXT_MAIN), V_INT(places)};
    return places > before ? db_run(c->conn, TAKEN, params, 2, NULL) : OK;
}
