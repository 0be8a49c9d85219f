/* The matrix of rights (security Z1): every object of the shipped model, people in four relations,
 * several roles, every operation and every field. What comes out and the naive evaluation must
 * never differ. */
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "core/access_world.h"

/* ---- holding the two against each other ---- */

static str id_text(struct world *w, int64_t id)
{
    return arena_printf(w->arena, "%lld", (long long)id);
}

static bool has_id(const struct list_page *page, int64_t id)
{
    for (size_t i = 0; i < page->count; i++)
        if (record_id(page->records[i]) == id)
            return true;
    return false;
}

static err_t same_body(struct world *w, const struct object *o, int64_t id, const json_t *body)
{
    struct record *r;
    w->user.problems.list.n = 0;
    return record_update(&w->user, o, id, 0, body, NULL, &r);
}

static void compare_record(struct world *w, const struct record *r, const struct list_page *listed)
{
    const struct object *o = r->object;
    int64_t id = record_id(r);
    struct record *got;
    str at = id_text(w, id);
    json_t *nothing = json_keep(w->arena, json_object());
    bool reads = world_reaches(w, r, OP_READ);
    world_compare(w, has_id(listed, id) == reads, "list", o, at);
    world_compare(w, record_get(&w->user, o, id, OP_READ, &got) == (reads ? OK : ERR_NOT_FOUND),
                  "get", o, at);
    static const enum op others[] = {OP_UPDATE, OP_DELETE, OP_EXPORT};
    for (size_t i = 0; i < 3; i++) {
        enum op op = others[i];
        err_t e = record_get(&w->user, o, id, op, &got),
              missing = record_get(&w->user, o, 1, op, &got);
        world_compare(w, world_reaches(w, r, op) ? e == OK : (e != OK && e == missing),
                      world_op_name(op), o, at);
    }
    bool writes = world_reaches(w, r, OP_UPDATE) && !o->append_only;
    err_t e = same_body(w, o, id, nothing), missing = same_body(w, o, 1, nothing);
    world_compare(w, e == (writes ? OK : reads ? ERR_DENIED : missing), "write", o, at);
    world_compare(w, missing != OK, "write of nothing", o, at);
}

static bool has_problem(const struct ctx *c, const char *code)
{
    for (size_t i = 0; i < c->problems.list.n; i++)
        if (!strcmp(c->problems.list.at[i].code, code))
            return true;
    return false;
}

static void compare_question(struct world *w, const struct field *f, bool reads)
{
    struct condition *where;
    struct list_page page;
    struct list_query q = {.object = f->object, .limit = 1};
    const json_t *json =
        json_keep(w->arena, json_pack("{s:s%,s:b}", "field", f->name.p, f->name.n, "isNull", 1));
    if (!field_stored(f) ||
        condition_parse(w->server.model, f->object, json, (str){0}, NULL, w->arena, &where) != OK)
        return;
    q.where = where;
    err_t e = record_list(&w->user, &q, &page);
    world_compare(w, reads ? e == OK : e == ERR_INVALID, "filter by field", f->object, f->name);
    q.where = NULL;
    q.sort_count = 1;
    q.sort[0].field = f;
    if (!f->shape->sortable)
        return;
    e = record_list(&w->user, &q, &page);
    world_compare(w, reads ? e == OK : e == ERR_INVALID, "sort by field", f->object, f->name);
}

static bool says_may(const json_t *shown, const char *what)
{
    const json_t *word;
    size_t i;
    json_array_foreach(json_object_get(shown, "_may"), i,
                       word) if (str_eqz(json_str(word), what)) return true;
    return false;
}

/* How a record that they read is shown to them. */
static void compare_shown(struct world *w, const struct record *r, const json_t *shown)
{
    const struct object *o = r->object;
    bool own = world_reaches(w, r, OP_UPDATE);
    world_compare(w, says_may(shown, "update") == (own && !o->append_only), "may update", o, S(""));
    world_compare(w,
                  says_may(shown, "delete") == (world_reaches(w, r, OP_DELETE) && !o->append_only),
                  "may delete", o, S(""));
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        enum field_access want = world_field(w, f, own);
        bool masked = false;
        json_t *name;
        size_t k;
        json_array_foreach(json_object_get(shown, "_masked"), k, name) masked |=
            str_eq(json_str(name), f->name);
        bool there = json_object_getn(shown, f->name.p, f->name.n) != NULL;
        bool never = f == o->deleted_at;
        world_compare(w,
                      never || (there == (want != FIELD_HIDDEN) && masked == (want == FIELD_MASK)),
                      "showing field", o, f->name);
    }
}

/* changeable: some record that they may change, or NULL. */
static void compare_field(struct world *w, const struct field *f, const struct record *changeable)
{
    const struct object *o = f->object;
    enum field_access all = world_field(w, f, false), own = world_field(w, f, true);
    world_compare(w, access_field(w->user.access, f) == all, "access to field", o, f->name);
    world_compare(w, access_field_own(w->user.access, f) == own, "access to own field", o, f->name);
    if (access_may(w->user.access, o, OP_READ))
        compare_question(w, f, all >= FIELD_READ);
    /* Only what must be refused is tried: the others would change the world. */
    if (!changeable || o->append_only || own == FIELD_WRITE)
        return;
    json_t *body = json_keep(w->arena, json_object());
    json_object_setn_new(body, f->name.p, f->name.n, json_null());
    err_t e = same_body(w, o, record_id(changeable), body);
    bool refused = has_problem(&w->user, "unknown_field") || has_problem(&w->user, "read_only");
    world_compare(w, e == ERR_INVALID && refused, "writing field", o, f->name);
}

static json_t *shown_json(struct world *w, const struct record *r)
{
    json_t *tree;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw j = {.out = &out};
    assert_int_equal(record_write_whole(&w->user, r, &j), OK);
    assert_int_equal(json_read(w->arena, buf_str(&out), NULL, &tree), OK);
    return tree;
}

/* A page shows each record as it is shown by itself. */
static void compare_page(struct world *w, const struct object *o, const struct list_page *page)
{
    json_t *tree;
    AUTO_BUF out;
    buf_init(&out, 16 * MIB);
    struct jw j = {.out = &out};
    assert_int_equal(record_write_list(&w->user, page->records, page->count, NULL, 0, &j), OK);
    assert_int_equal(json_read(w->arena, buf_str(&out), NULL, &tree), OK);
    world_compare(w, json_array_size(tree) == page->count, "size of page", o, S(""));
    for (size_t i = 0; i < page->count; i++)
        world_compare(w, json_equal(json_array_get(tree, i), shown_json(w, page->records[i])),
                      "showing in a page", o, S(""));
}

static void compare_object(struct world *w, const struct object *o)
{
    struct list_page all, listed = {0};
    struct list_query q = {.object = o, .limit = LIMIT_LIST_PAGE};
    assert_int_equal(record_list(&w->server, &q, &all), OK);
    assert_false(all.has_more);
    err_t e = record_list(&w->user, &q, &listed);
    const struct record *changeable = NULL;
    int64_t count = 0, counted = 0;
    for (size_t i = 0; i < all.count; i++) {
        const struct record *r = all.records[i];
        compare_record(w, r, &listed);
        if (!world_reaches(w, r, OP_READ))
            continue;
        count++;
        compare_shown(w, r, shown_json(w, r));
        if (world_reaches(w, r, OP_UPDATE))
            changeable = r;
    }
    world_compare(w, e == OK || (e == ERR_DENIED && count == 0), "listing", o, S(""));
    compare_page(w, o, &listed);
    e = record_count(&w->user, &q, 0, &counted);
    world_compare(w, counted == count && (e == OK || e == ERR_DENIED), "count", o, S(""));
    for (size_t i = 0; i < o->field_count; i++)
        compare_field(w, o->fields[i], changeable);
}

TEST_APP(access_matrix_has_no_differences)
{
    AUTO_ARENA arena = arena_new(1024 * (size_t)MIB);
    struct world w;
    world_build(&w, app, arena);
    for (size_t i = 0; i < ROLE_SETS; i++) {
        size_t before = w.differences;
        world_look_as(&w, app, &ROLE_SET[i]);
        for (size_t o = 0; o < w.server.model->object_count; o++)
            compare_object(&w, w.server.model->objects[o]);
        ctx_done(&w.user);
        if (w.differences > before)
            print_error("^ role set %zu: %zu differences\n", i, w.differences - before);
    }
    print_message("%zu checks, %zu differences\n", w.checks, w.differences);
    assert_int_equal(w.differences, 0);
    assert_true(w.checks > 10000);
    ctx_done(&w.server);
}
