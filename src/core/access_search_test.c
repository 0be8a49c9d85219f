/* The matrix of rights for the search: what any role finds in any field, and what its hits say. */
#include "base/limits.h"
#include "core/access_world.h"
#include "core/change.h"
#include "core/record_internal.h"
#include "core/search_internal.h"

/* EACH: of which records the words are taken; every search is held against all. It shares no factor
 * with the number of people, so that all relations have their turn. */
enum { FIELDS = 24, HITS = 200, EACH = 3 };

static bool is_searched(const struct field *f)
{
    return f->search != SEARCH_NONE && field_stored(f);
}

/* Do the words stand in a field that they may read on this record? */
static bool fits(struct world *w, const struct record *r, str words)
{
    struct text_field texts[FIELDS];
    bool own = world_reaches(w, r, OP_UPDATE);
    size_t n = 0;
    for (size_t i = 0; i < r->object->field_count && n < FIELDS; i++) {
        const struct field *f = r->object->fields[i];
        if (is_searched(f) && world_field(w, f, own) >= FIELD_READ)
            texts[n++] = (struct text_field){search_text(&w->server, f, &r->cells[f->first_column]),
                                             search_kind(f)};
    }
    return n && text_match_fields(w->arena, words, texts, n) > 0;
}

static json_t *shown(struct world *w, const struct search_hit *hit)
{
    json_t *tree;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw j = {.out = &out};
    search_write_hit(&w->user, hit, &j);
    assert_int_equal(json_read(w->arena, buf_str(&out), NULL, &tree), OK);
    return tree;
}

/* A part of a hit that tells a field: nothing of a hidden one, a masked one masked. */
static void compare_value(
    struct world *w, const struct record *r, const struct field *f, const json_t *said, bool own)
{
    enum field_access want = world_field(w, f, own);
    str plain = search_text(&w->server, f, &r->cells[f->first_column]);
    bool there = said && !json_is_null(said) && !str_eqz(json_str(said), "");
    world_compare(w, !there || want != FIELD_HIDDEN, "hit shows hidden", f->object, f->name);
    world_compare(w, !there || want != FIELD_MASK || !str_eq(json_str(said), plain),
                  "hit shows masked", f->object, f->name);
}

static void compare_hit(struct world *w, const struct record *r, const struct search_hit *hit)
{
    const struct object *o = r->object;
    bool own = world_reaches(w, r, OP_UPDATE);
    const json_t *json = shown(w, hit), *matched = json_object_get(json, "matched");
    const char *name;
    json_t *said;
    compare_value(w, r, o->title, json_object_get(json, "title"), own);
    json_object_foreach(json_object_get(json, "summary"), name, said)
        compare_value(w, r, object_field(o, str_from(name)), said, own);
    if (!json_is_null(matched)) {
        const struct field *f = object_field(o, json_get_str(matched, "field"));
        world_compare(w, world_field(w, f, own) >= FIELD_READ, "matched", o, f->name);
    }
    if (json_is_null(json_object_get(json, "customer")))
        return;
    struct record *customer;
    world_compare(w, world_field(w, o->customer, own) >= FIELD_READ, "customer of hit", o, S(""));
    assert_int_equal(record_get(&w->server, o->customer->target, hit->customer, OP_READ, &customer),
                     OK);
    world_compare(w, world_reaches(w, customer, OP_READ), "customer of hit", o, S(""));
}

static const struct search_hit *hit_of(const struct search_hit *hits, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (hits[i].id == id)
            return &hits[i];
    return NULL;
}

static void
search_for(struct world *w, const struct list_page *all, const struct field *f, str words)
{
    struct search_hit *hits;
    size_t n, wanted = 0;
    const struct object *o = f->object;
    assert_int_equal(search_find(&w->user, o, words, HITS, &hits, &n), OK);
    for (size_t i = 0; i < all->count; i++) {
        const struct record *r = all->records[i];
        const struct search_hit *hit = hit_of(hits, n, record_id(r));
        bool want = world_reaches(w, r, OP_READ) && fits(w, r, words);
        wanted += want;
        world_compare(w, want == (hit != NULL), "search by field", o, f->name);
        if (hit)
            compare_hit(w, r, hit);
    }
    world_compare(w, n == wanted, "number of hits", o, f->name);
}

static void search_object(struct world *w, const struct object *o)
{
    struct list_page all;
    struct list_query q = {.object = o, .limit = LIMIT_LIST_PAGE};
    assert_int_equal(record_list(&w->server, &q, &all), OK);
    for (size_t i = 0; i < all.count; i += EACH)
        for (size_t k = 0; k < o->field_count; k++) {
            const struct field *f = o->fields[k];
            str words = is_searched(f)
                            ? search_text(&w->server, f, &all.records[i]->cells[f->first_column])
                            : (str){0};
            if (words.n)
                search_for(w, &all, f, words);
        }
}

TEST_APP(access_matrix_of_the_search_has_no_differences)
{
    AUTO_ARENA arena = arena_new(1024 * (size_t)MIB);
    struct world w;
    search_attach(app);
    world_build(&w, app, arena);
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 60000), OK);
    log_readers_stop(app);
    for (size_t i = 0; i < ROLE_SETS; i++) {
        size_t before = w.differences;
        world_look_as(&w, app, &ROLE_SET[i]);
        for (size_t k = 0; k < w.server.model->object_count; k++) {
            const struct object *o = w.server.model->objects[k];
            if (o->searchable && !o->internal)
                search_object(&w, o);
        }
        ctx_done(&w.user);
        if (w.differences > before)
            print_error("^ role set %zu: %zu differences\n", i, w.differences - before);
    }
    print_message("%zu checks, %zu differences\n", w.checks, w.differences);
    assert_int_equal(w.differences, 0);
    assert_true(w.checks > 1000);
    ctx_done(&w.server);
}
