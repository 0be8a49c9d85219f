#include "crm/tag/tag.h"

#include "base/id.h"
#include "core/record_internal.h"
#include "crm/tag/tag_rewrite.h"
#include "sql_crm.h"
#include "text/text.h"

/* ---- one name, however it is written ---- */

/* Tags of before `folded` was kept: those that have not been written since. */
static err_t find_unfolded(struct ctx *c, str folded, str *out)
{
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_TAG_UNFOLDED, NULL, 0, &rows));
    while (!out->n && db_next(rows))
        if (str_eq(text_fold(c->arena, db_text(rows, 0)), folded))
            *out = arena_str(c->arena, db_text(rows, 0));
    return out->n ? OK : db_rows_error(rows);
}

/* As the tag is written: this very name, else one that differs in case, width or spaces only;
 * empty: there is none. */
static err_t find(struct ctx *c, str name, str *out)
{
    value params[] = {V_TEXT(name), V_TEXT(text_fold(c->arena, name))}, found;
    *out = (str){0};
    err_t e = db_one(c->conn, c->arena, SQL_TAG_FIND, params, 2, &found, 1);
    if (e == OK)
        *out = found.s;
    return e == ERR_NOT_FOUND ? find_unfolded(c, params[1].s, out) : e;
}

static err_t create(struct ctx *c, str name, str *out)
{
    const struct access *mine = c->access;
    struct record *r;
    json_t *body = json_keep(c->arena, json_pack("{s:s%}", "name", name.p, name.n));
    size_t problems = c->problems.list.n;
    *out = name;
    c->access = NULL; /* whoever may tag a record may name the tag */
    err_t e = record_create(c, model_object(c->model, S("tag")), body, NULL, &r);
    c->access = mine;
    if (e != ERR_CONFLICT || find(c, name, out) != OK || !out->n)
        return e;
    c->problems.list.n = problems; /* another named it meanwhile */
    return OK;
}

static err_t being_rewritten(struct ctx *c, str pointer, str name)
{
    problem_add_str(&c->problems, pointer, "tag_rewriting", name, (str){0}, (str){0});
    return ERR_CONFLICT;
}

/* By an old name that is being rewritten the tag of the new one is meant. */
static err_t find_renamed(struct ctx *c, str name, str *out)
{
    struct record *tag;
    int64_t id;
    TRY(tag_rewriting(c, name, &id));
    if (!id)
        return OK;
    TRY(record_peek(c, model_object(c->model, S("tag")), id, &tag));
    if (!record_live(tag))
        return being_rewritten(c, S(""), name);
    *out = record_cell(tag, tag->object->title, 0).s;
    return OK;
}

err_t tag_ensure(struct ctx *c, str name, str *as)
{
    str key = c->known ? arena_concat(c->arena, S("tag:"), name) : name;
    const str *known = c->known ? map_get(c->known, key) : NULL;
    if (known) {
        *as = *known;
        return OK;
    }
    TRY(find(c, name, as));
    if (!as->n)
        TRY(find_renamed(c, name, as));
    if (!as->n)
        TRY(create(c, name, as));
    if (c->known) {
        str *kept = ARENA_NEW(c->arena, str);
        *kept = *as;
        map_put(c->arena, c->known, key, kept);
    }
    return OK;
}

/* ---- records that are tagged ---- */

static bool among(const str *members, size_t n, str one)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(members[i], one))
            return true;
    return false;
}

/* What is new among the tags is written as the tag is. */
static err_t written_as(struct ctx *c, value old, value *cell)
{
    str *before, *members;
    size_t had = multi_members(c->arena, old, &before);
    size_t n = multi_members(c->arena, *cell, &members);
    for (size_t i = 0; i < n; i++)
        if (!among(before, had, members[i]))
            TRY(tag_ensure(c, members[i], &members[i]));
    *cell = n ? multi_cell(c->arena, members, n) : *cell;
    return OK;
}

static err_t writing(struct ctx *c, const struct record *before, struct record *after)
{
    const struct object *o = after->object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        value old = before && tag_holds(f) ? record_cell(before, f, 0) : V_NULL;
        if (tag_holds(f) && !value_eq(old, record_cell(after, f, 0)))
            TRY(written_as(c, old, &after->cells[f->first_column]));
    }
    return OK;
}

/* ---- tags themselves ---- */

/* A name that is being rewritten would be taken from the records of the other tag, too. */
static err_t check_free(struct ctx *c, const struct record *tag)
{
    str name = record_cell(tag, tag->object->title, 0).s;
    int64_t other;
    TRY(tag_rewriting(c, name, &other));
    return other && other != record_id(tag) ? being_rewritten(c, S("/name"), name) : OK;
}

/* Two of one name that were there before `folded` stay two: only one of them has it. */
static err_t fold_name(struct ctx *c, const struct record *before, struct record *after)
{
    const struct object *o = after->object;
    const struct field *f = object_field(o, S("folded"));
    value *cell = &after->cells[f->first_column], found;
    bool renamed =
        !before || !value_eq(record_cell(before, o->title, 0), record_cell(after, o->title, 0));
    value params[] = {V_TEXT(text_fold(c->arena, record_cell(after, o->title, 0).s)),
                      V_INT(record_id(after))};
    if (!record_live(after) || (!renamed && cell->kind != VALUE_NULL))
        return OK;
    if (renamed)
        TRY(check_free(c, after));
    err_t e = db_one(c->conn, c->arena, SQL_TAG_FOLDED_BY, params, 2, &found, 1);
    if (e == ERR_NOT_FOUND)
        *cell = params[0];
    if (e != OK || !renamed)
        return e == ERR_NOT_FOUND ? OK : e;
    problem_add_str(&c->problems, S("/name"), "duplicate", o->title->label.text[c->lang], (str){0},
                    (str){0});
    return ERR_CONFLICT;
}

/* Does a live record have the tag? */
static err_t used(struct ctx *c, const struct record *tag, bool *out)
{
    str name = record_cell(tag, tag->object->title, 0).s;
    *out = false;
    for (size_t i = 0; i < c->model->object_count && !*out; i++) {
        const struct object *o = c->model->objects[i];
        for (size_t k = 0; k < o->field_count && !*out; k++) {
            const struct field *f = o->fields[k];
            struct condition *where;
            struct list_page page;
            if (!tag_holds(f))
                continue;
            json_t *has = json_keep(c->arena, json_pack("{s:s%, s:s%}", "field", f->name.p,
                                                        f->name.n, "has", name.p, name.n));
            TRY(condition_parse(c->model, o, has, S(""), &c->problems, c->arena, &where));
            struct list_query q = {.object = o, .where = where, .limit = 1, .op = OP_READ};
            TRY(record_list(c, &q, &page));
            *out = page.count > 0;
        }
    }
    return OK;
}

void tag_attach(void)
{
    static struct record_hook tagged = {.object = NULL, .before = writing};
    static struct record_hook tag = {.object = "tag",
                                     .before = fold_name,
                                     .after = tag_rewrite_start,
                                     .used = used,
                                     .batch = tag_rewrite_batch};
    static bool done;
    if (!done) {
        record_hook_add(&tagged);
        record_hook_add(&tag);
        tag_rewrite_attach();
    }
    done = true;
}
