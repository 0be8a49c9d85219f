/* Records that come along with the rows' own: the contact beside a company's name. They are of an
 * object whose definition says "import_with", and known again among those of the same record. */
#include "core/import_reading.h"

#include "base/limits.h"

/* ---- what cannot stand alone ---- */

static str text_of(value v)
{
    return v.kind == VALUE_TEXT ? v.s : (str){0};
}

static str title_of(const struct record *r, const struct object *o)
{
    return text_of(record_cell(r, o->title, 0));
}

bool import_same_label(const struct field *a, const struct field *b)
{
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        if (str_eq(a->label.text[lang], b->label.text[lang]))
            return true;
    return false;
}

/* What the field names it can name as well. */
static bool takes_values_of(const struct field *own, const struct field *f)
{
    if (own->type != f->type || own->target != f->target)
        return false;
    for (size_t i = 0; i < f->choice_count; i++) {
        size_t k = 0;
        while (k < own->choice_count && !str_eq(own->choices[k].key, f->choices[i].key))
            k++;
        if (k == own->choice_count)
            return false;
    }
    return true;
}

/* The empty field of the row's own that is for the same: the same key, or called the same. */
static const struct field *counterpart(struct import_reading *r, const struct field *f)
{
    const struct object *o = r->work->map.object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *own = o->fields[i];
        bool same = f->identity.n ? str_eq(own->identity, f->identity) : import_same_label(own, f);
        if (same && takes_values_of(own, f) && field_stored(own) && import_settable(r->ctx, own) &&
            !import_line_has(r->line, own))
            return own;
    }
    return NULL;
}

static const struct import_column *column_of(const struct import_reading *r, const struct field *f)
{
    for (size_t i = 0; i < r->work->map.count; i++)
        if (r->work->map.columns[i].target.field == f)
            return &r->work->map.columns[i];
    return NULL;
}

static str header_of(const struct import_reading *r, const struct field *f)
{
    const struct import_column *col = column_of(r, f);
    return col && col->header.n ? col->header : f->label.text[r->ctx->lang];
}

/* A link as the file has it: its id says nothing to people. */
static str words_of(const struct import_reading *r, const struct field *f, const value *cells)
{
    struct field_context context = ctx_field(r->ctx, S(""));
    const struct import_column *col = f->target ? column_of(r, f) : NULL;
    str text = col && col->index < r->line->cell_count ? r->line->cells[col->index] : (str){0};
    return text.n ? text : field_format(f, &context, cells);
}

/* Goes where it can in the row's own record, else to the notes. Where there are none it is left
 * out, and the row says so. */
static void give(struct import_reading *r, const struct import_beside *b)
{
    for (size_t i = 0; i < b->object->field_count; i++) {
        const struct field *f = b->object->fields[i];
        const value *cells = &b->given->cells[f->first_column];
        if (f == b->object->title || !import_line_has(r->line, f))
            continue;
        const struct field *own = counterpart(r, f);
        if (own)
            memcpy(import_cells_of(r, own), cells, f->column_count * sizeof *cells);
        else if (r->work->notes)
            import_append(r, r->work->notes,
                          import_pair(r->ctx, header_of(r, f), words_of(r, f, cells)));
        else
            import_lost(r->ctx, r->line, "import_left_out", header_of(r, f));
    }
}

void import_beside_finish(struct import_reading *r)
{
    struct import_line *line = r->line;
    const struct field *title = r->work->map.object->title;
    for (size_t i = 0; i < line->beside.n; i++)
        import_part_name(r, &line->beside.at[i]);
    for (size_t i = 0; i < line->beside.n;) {
        const struct import_beside b = line->beside.at[i];
        str name = title_of(b.given, b.object), own = text_of(import_given(line, title, 0));
        if (name.n && !own.n) {
            *import_cells_of(r, title) = V_TEXT(name);
            import_remark(r->ctx, line, "import_named_after", header_of(r, b.object->title));
        } else if (name.n &&
                   !str_eq(text_fold(r->ctx->arena, name), text_fold(r->ctx->arena, own))) {
            import_lend_mobile(r, &line->beside.at[i]);
            i++;
            continue;
        }
        give(r, &b);
        line->beside.at[i] = line->beside.at[--line->beside.n];
    }
}

/* ---- writing ---- */

static bool same(struct ctx *c, const struct import_beside *b, const struct record *r)
{
    if (str_eq(text_fold(c->arena, title_of(b->given, b->object)),
               text_fold(c->arena, title_of(r, b->object))))
        return true;
    for (size_t i = 0; i < b->object->field_count; i++) {
        const struct field *f = b->object->fields[i];
        value v = f->identity.n && b->set[i] ? record_cell(b->given, f, 0) : V_NULL;
        if (v.kind == VALUE_TEXT && value_eq(v, record_cell(r, f, 0)))
            return true;
    }
    return false;
}

static void add_test(json_t *list, const struct field *f, const char *op, str text)
{
    str path = f->name;
    json_array_append_new(list,
                          json_pack("{s:s%, s:s%}", "field", path.p, path.n, op, text.p, text.n));
}

/* Those of the record whose names begin alike, or who have one of the keys. */
static err_t
narrow(struct ctx *c, const struct import_beside *b, int64_t with, struct condition **out)
{
    struct problems none = {.arena = c->arena};
    struct condition *alike;
    json_t *any = json_array();
    add_test(any, b->object->title, "startsWith", title_of(b->given, b->object));
    for (size_t i = 0; i < b->object->field_count; i++) {
        const struct field *f = b->object->fields[i];
        value v = f->identity.n && b->set[i] ? record_cell(b->given, f, 0) : V_NULL;
        if (v.kind == VALUE_TEXT)
            add_test(any, f, "eq", v.s);
    }
    json_t *tree = json_keep(c->arena, json_pack("{s:o}", "any", any));
    *out = condition_ids(c->arena, b->object->import_with, &with, 1);
    err_t e = condition_parse(c->model, b->object, tree, S(""), &none, c->arena, &alike);
    if (e == OK)
        *out = condition_and(c->arena, *out, alike);
    return e == ERR_INVALID ? OK : e; /* a name that cannot be searched for */
}

static err_t
look_through(struct ctx *c, const struct import_beside *b, int64_t with, struct record **out)
{
    struct condition *where;
    TRY(narrow(c, b, with, &where));
    struct list_query q = {
        .object = b->object, .where = where, .limit = LIMIT_LIST_PAGE, .op = OP_READ};
    struct list_page page = {.has_more = true};
    *out = NULL;
    while (page.has_more && !*out) {
        TRY(record_list(c, &q, &page));
        for (size_t i = 0; i < page.count && !*out; i++)
            if (same(c, b, page.records[i]))
                *out = page.records[i];
        q.after = page.next;
    }
    return OK;
}

/* The one that is there already, whoever may see it; NULL. */
static err_t find(struct ctx *c, const struct import_beside *b, int64_t with, struct record **out)
{
    const struct access *mine = c->access;
    c->access = NULL;
    err_t e = look_through(c, b, with, out);
    c->access = mine;
    return e;
}

static err_t
write_one(struct import_work *w, struct ctx *c, struct import_beside *b, int64_t with, bool fresh)
{
    const struct object *o = b->object;
    const struct write_options options = {
        .allow_duplicate = true, .quiet_refs = true, .joined = true};
    struct record *known = NULL, *given = record_copy(c->arena, b->given), *after;
    bool *set = ARENA_ARRAY(c->arena, bool, o->field_count);
    struct given_cells cells = {given, set};
    memcpy(set, b->set, o->field_count * sizeof *set);
    if (!fresh)
        TRY(find(c, b, with, &known));
    if (!known) {
        given->cells[o->import_with->first_column] = V_INT(with);
        set[o->import_with->index] = true;
        TRY(record_create_cells(c, o, &cells, &options, &after));
        b->outcome = IMPORT_CREATED;
        return OK;
    }
    err_t e = record_get(c, o, record_id(known), OP_UPDATE, &known);
    if (e == ERR_NOT_FOUND || e == ERR_DENIED)
        return OK; /* it stays as it is */
    TRY(e);
    if (!import_choose_changes(c, known, w->overwrite, given, set))
        return OK;
    TRY(record_update_cells(c, o, record_id(known), &cells, &options, &after));
    b->outcome = IMPORT_UPDATED;
    return OK;
}

/* The first row of the file that brings it; rows of one record are known by the first of them. */
static bool brought(struct import_work *w,
                    struct ctx *c,
                    const struct import_line *line,
                    const struct import_beside *b)
{
    size_t first = line->same_as_line ? line->same_as_line : line->line;
    str name = text_fold(c->arena, title_of(b->given, b->object));
    str key = arena_printf(c->arena, "%zu " STR_FMT, first, STR_ARG(name));
    size_t had = import_seen_put(w->seen, b->object->name, key, line->line);
    return had && had < line->line;
}

err_t import_beside_write(
    struct import_work *w, struct ctx *c, struct import_line *line, bool fresh, bool *wrote)
{
    *wrote = false;
    for (size_t i = 0; i < line->beside.n; i++) {
        struct import_beside *b = &line->beside.at[i];
        line->writing = b->object;
        TRY(write_one(w, c, b, line->record, fresh));
        *wrote = *wrote || b->outcome != IMPORT_SKIPPED;
        brought(w, c, line, b);
    }
    return OK;
}

void import_beside_foresee(struct import_work *w, struct ctx *c, struct import_line *line)
{
    for (size_t i = 0; i < line->beside.n; i++)
        if (!brought(w, c, line, &line->beside.at[i]))
            line->beside.at[i].outcome = IMPORT_CREATED;
}
