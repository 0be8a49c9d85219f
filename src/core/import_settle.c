/* Columns are guessed each for itself; here they settle what is whose. */
#include "core/import_guess.h"

static bool taken(const struct import_map *map, const struct field *f)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->columns[i].target.field == f)
            return true;
    return false;
}

/* The title of what comes along, when the header is a word for that ("联系人"). NULL. */
static const struct field *beside_title(const struct import_guesser *g,
                                        const struct import_column *col)
{
    str key = import_header_key(g->ctx->arena, col->header);
    for (size_t i = 0; key.n && i < g->beside.n; i++) {
        const struct import_target *t = import_words_exact(&g->beside.at[i], key);
        if (!t)
            t = import_words_within(&g->beside.at[i], key);
        if (t && t->field == g->beside.at[i].object->title)
            return t->field;
    }
    return NULL;
}

/* The header speaks of what comes along by its name: "联系人姓名", but not "姓名". */
static bool says_beside(const struct import_guesser *g, const struct import_column *col)
{
    str key = import_header_key(g->ctx->arena, col->header);
    for (size_t i = 0; i < g->beside.n; i++)
        for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
            str label = g->beside.at[i].object->label.text[lang];
            if (str_starts(key, import_header_key(g->ctx->arena, label)))
                return true;
        }
    return false;
}

/* A second name, as that of the person beside the company's, is not lost. */
static const struct field *second_name(const struct import_guesser *g,
                                       const struct import_map *map,
                                       const struct import_column *col)
{
    const struct field *notes = object_field(g->object, S("notes")), *other = beside_title(g, col);
    bool fits =
        notes && str_eqz(S("long_text"), notes->type->name) && import_settable(g->ctx, notes);
    if (col->target.field != g->object->title)
        return NULL;
    return other && !taken(map, other) ? other : fits ? notes : NULL;
}

/* Of two columns for one field the surer keeps it, of two names the one that is no word for what
 * comes along, then the first. */
static bool
loses(const struct import_guesser *g, const struct import_column *a, const struct import_column *b)
{
    if (a->target.field == g->object->title && a->confidence == b->confidence) {
        bool mine = beside_title(g, a) != NULL, other = beside_title(g, b) != NULL;
        if (mine != other)
            return mine;
    }
    return b->confidence > a->confidence || (b->confidence == a->confidence && b->index < a->index);
}

/* "联系人手机" as a field of the row's own. */
static struct import_target own_target(const struct import_guesser *g,
                                       const struct import_column *col)
{
    str key = import_header_key(g->ctx->arena, col->header), rest;
    const struct import_target *own = NULL;
    if (import_words_beside(g->beside.at, g->beside.n, key, &rest)) {
        own = import_words_exact(&g->words, rest);
        own = own ? own : import_words_within(&g->words, rest);
    }
    return own ? *own : (struct import_target){0};
}

/* A second column of the same kind goes to the next field of it (phone, then phone2), a second name
 * to what comes along or to the notes; what is left over is left out. */
static void settle_twins(const struct import_guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_column *a = &map->columns[i];
        for (size_t k = 0; a->target.field && k < map->count; k++) {
            struct import_column *b = &map->columns[k];
            bool same = k != i && b->target.field == a->target.field &&
                        b->target.part == a->target.part &&
                        !str_eqz(S("long_text"), a->target.field->type->name);
            if (!same || !loses(g, a, b))
                continue;
            const struct field *next = NULL;
            const struct object *o = a->target.field->object;
            for (size_t n = a->target.field->index + 1; n < o->field_count && !next; n++) {
                const struct field *f = o->fields[n];
                if (a->target.part == WHOLE_FIELD && f->type == a->target.field->type &&
                    f->identity.n && str_eq(f->identity, a->target.field->identity) &&
                    import_settable(g->ctx, f))
                    next = f;
            }
            if (next && taken(map, next))
                next = NULL;
            if (!next && a->named.field && !taken(map, a->named.field))
                next = a->named.field; /* what the header says, though the values look otherwise */
            if (!next)
                next = second_name(g, map, a);
            if (!next && o != g->object && !taken(map, own_target(g, a).field))
                next = own_target(g, a).field;
            bool sure = next && next->object != g->object;
            a->target.field = next;
            a->confidence = sure ? a->confidence : next ? GUESS_LOOKS : 0;
        }
    }
}

/* "公司" beside "联系人" is the row's own name, and that of a person there. */
static void settle_company(const struct import_guesser *g, struct import_map *map)
{
    const struct field *company = object_field(g->object, S("company")), *person = NULL;
    struct import_column *names = NULL, *firm = NULL;
    for (size_t i = 0; i < map->count; i++) {
        struct import_column *col = &map->columns[i];
        if (col->target.field == g->object->title && !names)
            names = col;
        if (company && col->target.field == company && col->named.field == company)
            firm = col;
    }
    if (names && firm && says_beside(g, names))
        person = beside_title(g, names);
    if (!person || taken(map, person))
        return;
    firm->target = (struct import_target){g->object->title, WHOLE_FIELD};
    names->target = (struct import_target){person, WHOLE_FIELD};
}

/* A name and a phone in the cells of "联系人", beside the company's name: both are the person's. In
 * other columns beside one of names it is phones with words to them: the name is known. */
static void settle_split(const struct import_guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_column *col = &map->columns[i];
        const struct field *title = col->split.n ? beside_title(g, col) : NULL;
        if (!col->split.n || !taken(map, g->object->title))
            continue;
        if (!title || taken(map, title)) {
            col->target = col->split.at[1];
            col->split.n = 0;
            continue;
        }
        const struct field *phone = import_field_in(g, title->object, "phone", "");
        if (phone) {
            col->split.at[0].field = title;
            col->split.at[1].field = phone;
        }
    }
}

static bool named(const struct import_map *map, const struct object *other)
{
    for (size_t i = 0; i < map->count; i++)
        for (size_t k = 0; k < map->columns[i].split.n; k++)
            if (map->columns[i].split.at[k].field == other->title)
                return true;
    return taken(map, other->title);
}

/* What says something of a person only: beside the name of what comes along it is that person's. */
static const struct field *
persons_own(const struct import_guesser *g, const struct import_map *map, const struct field *own)
{
    static const char *const of_people[] = {"title", "gender", "birthday"};
    for (size_t i = 0; i < g->beside.n; i++)
        for (size_t k = 0; k < sizeof of_people / sizeof *of_people; k++) {
            const struct object *other = g->beside.at[i].object;
            const struct field *f = object_field(other, str_from(of_people[k]));
            if (f && f != other->title && import_same_label(own, f) && named(map, other) &&
                !taken(map, f) && import_settable(g->ctx, f))
                return f;
        }
    return NULL;
}

static void settle_person(const struct import_guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_target *t = &map->columns[i].target;
        bool own = t->field && t->field->object == g->object && t->part == WHOLE_FIELD;
        const struct field *f = own ? persons_own(g, map, t->field) : NULL;
        t->field = f ? f : t->field;
    }
}

/* What comes along needs a name: without a column for that, "联系人手机" is the row's own phone. */
static void settle_beside(const struct import_guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_column *col = &map->columns[i];
        if (!col->target.field || col->target.field->object == g->object ||
            named(map, col->target.field->object))
            continue;
        col->target = own_target(g, col);
        col->confidence = col->target.field ? GUESS_PART : 0;
    }
}

/* "详细地址" beside "省份" and "城市" is the street only. */
static void settle_address(const struct import_guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_target *t = &map->columns[i].target, street;
        bool parts = false;
        if (!t->field || t->part != WHOLE_FIELD || !str_eqz(S("address"), t->field->type->name))
            continue;
        for (size_t k = 0; k < map->count; k++)
            parts = parts || (map->columns[k].target.field == t->field &&
                              map->columns[k].target.part != WHOLE_FIELD);
        str path = arena_printf(g->ctx->arena, STR_FMT ".street", STR_ARG(t->field->name));
        if (parts && import_target_own(g->object, path, &street) == OK)
            *t = street;
    }
}

void import_settle(const struct import_guesser *g, struct import_map *map)
{
    settle_twins(g, map);
    settle_company(g, map);
    settle_split(g, map);
    settle_person(g, map);
    settle_beside(g, map);
    settle_twins(g, map); /* of what has come back to the row's own */
    settle_address(g, map);
}
