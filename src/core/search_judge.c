/* search_judge: whether the words fit a record, and how well, in the fields that the caller may
 * read. */
#include "core/record_internal.h"
#include "core/search_internal.h"

enum { SEARCHED_FIELDS = 24 };

/* What people look for by its own name comes before what merely mentions it. */
static int weighted(const struct record *r, const struct field *best, int points)
{
    int weight = best == r->object->title ? 100 : 80;
    if (r->object->root == ROOT_SELF)
        weight += 15;
    if (!json_object_get(r->object->definition, "menu")) /* a part of something, as an order line */
        weight -= 15;
    return points * weight / 115;
}

/* best: the field that the words fit, by weight; NULL: they fit several. */
static int
score(struct ctx *c, const struct record *r, enum mine mine, str query, const struct field **best)
{
    struct text_field texts[SEARCHED_FIELDS] = {0};
    const struct field *fields[SEARCHED_FIELDS];
    size_t n = 0;
    for (size_t i = 0; i < r->object->field_count && n < SEARCHED_FIELDS; i++) {
        const struct field *f = r->object->fields[i];
        if (f->search == SEARCH_NONE || !field_stored(f) ||
            access_view(c->access, f, mine) < FIELD_READ)
            continue;
        bool unused;
        str s = search_text(
            c, f, access_cells(c->access, f, mine, &r->cells[f->first_column], c->arena, &unused));
        if (!s.n)
            continue;
        fields[n] = f;
        texts[n++] = (struct text_field){s, search_kind(f)};
    }
    int all = text_match_fields(c->arena, query, texts, n), most = 0, points = 0;
    *best = NULL;
    for (size_t i = 0; all && i < n; i++) {
        if (most == all && fields[i] != r->object->title)
            continue;
        int one = text_match(c->arena, query, texts[i].text, texts[i].kind);
        int weighs = weighted(r, fields[i], one);
        most = one > most ? one : most;
        if (weighs > points) {
            points = weighs;
            *best = fields[i];
        }
    }
    return *best ? points : weighted(r, NULL, all);
}

err_t search_judge(
    struct ctx *c, str query, struct record *const *records, size_t n, struct search_fits *out)
{
    enum mine *mine = ARENA_ARRAY(c->arena, enum mine, n + 1);
    TRY(record_mine_of(c, records, n, NULL, 0, mine));
    for (size_t i = 0; i < n; i++) {
        const struct field *best;
        int points = score(c, records[i], mine[i], query, &best);
        if (points)
            *VEC_PUSH(c->arena, *out) = (struct search_fit){records[i], mine[i], points, best};
    }
    return OK;
}

err_t search_fitting(struct ctx *c, str query, struct record *const *records, size_t n, bool *fits)
{
    enum mine *mine = ARENA_ARRAY(c->arena, enum mine, n + 1);
    const struct field *best;
    TRY(record_mine_of(c, records, n, NULL, 0, mine));
    for (size_t i = 0; i < n; i++)
        fits[i] = score(c, records[i], mine[i], query, &best) > 0;
    return OK;
}
