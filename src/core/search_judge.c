/* search_judge: whether the words fit a record, and how well, in the fields that the caller may
 * read. */
#include "core/record_internal.h"
#include "core/search_internal.h"

enum { SEARCHED_FIELDS = 24 };

enum field_access search_view(const struct ctx *c, const struct field *f, bool own)
{
    return own ? access_field_own(c->access, f) : access_field(c->access, f);
}

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
score(struct ctx *c, const struct record *r, bool own, str query, const struct field **best)
{
    struct text_field texts[SEARCHED_FIELDS] = {0};
    const struct field *fields[SEARCHED_FIELDS];
    size_t n = 0;
    for (size_t i = 0; i < r->object->field_count && n < SEARCHED_FIELDS; i++) {
        const struct field *f = r->object->fields[i];
        if (f->search == SEARCH_NONE || !field_stored(f) || search_view(c, f, own) < FIELD_READ)
            continue;
        str s = access_text(c->access, f, own, search_text(c, r, f), c->arena);
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

/* Does it make a difference whose record it is? */
static bool own_matters(const struct ctx *c, const struct object *o)
{
    for (size_t i = 0; i < o->field_count; i++)
        if (o->fields[i]->search != SEARCH_NONE &&
            access_field_own(c->access, o->fields[i]) > access_field(c->access, o->fields[i]))
            return true;
    return false;
}

/* mine: for each record, whether it is shown as the caller's own. */
static err_t find_mine(
    struct ctx *c, const struct object *o, struct record *const *records, size_t n, bool **mine)
{
    int64_t *ids = ARENA_ARRAY(c->arena, int64_t, n + 1), *own = NULL;
    size_t own_count = 0;
    *mine = ARENA_ARRAY(c->arena, bool, n + 1);
    for (size_t i = 0; i < n; i++)
        ids[i] = record_id(records[i]);
    if (n && own_matters(c, o))
        TRY(record_within(c, o, OP_UPDATE, ids, n, &own, &own_count));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < own_count && !(*mine)[i]; k++)
            (*mine)[i] = own[k] == ids[i];
    return OK;
}

err_t search_judge(struct ctx *c,
                   const struct object *o,
                   str query,
                   struct record *const *records,
                   size_t n,
                   struct search_fits *out)
{
    bool *mine;
    TRY(find_mine(c, o, records, n, &mine));
    for (size_t i = 0; i < n; i++) {
        const struct field *best;
        int points = score(c, records[i], mine[i], query, &best);
        if (points)
            *VEC_PUSH(c->arena, *out) = (struct search_fit){records[i], mine[i], points, best};
    }
    return OK;
}

err_t search_fitting(struct ctx *c,
                     const struct object *o,
                     str query,
                     struct record *const *records,
                     size_t n,
                     bool *fits)
{
    bool *mine;
    const struct field *best;
    TRY(find_mine(c, o, records, n, &mine));
    for (size_t i = 0; i < n; i++)
        fits[i] = score(c, records[i], mine[i], query, &best) > 0;
    return OK;
}
