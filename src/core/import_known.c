/* Which records a row may be, why, and what it changes of the one that it is: kept with the row,
 * and told as far as whoever asks may see that record. */
#include "core/import_internal.h"

#include "base/id.h"
#include "base/message.h"

/* ---- as it is kept ---- */

str import_changes_json(struct ctx *c,
                        const struct record *before,
                        const struct record *given,
                        const bool *set)
{
    json_t *list = json_keep(c->arena, json_array());
    for (size_t i = 0; i < before->object->field_count; i++) {
        const struct field *f = before->object->fields[i];
        if (!set[i])
            continue;
        json_t *one = json_object();
        json_object_set_new(one, "field", json_stringn(f->name.p, f->name.n));
        json_object_set(one, "before", record_field_json(c, before, f));
        json_object_set(one, "after", record_field_json(c, given, f));
        json_array_append_new(list, one);
    }
    return json_text(c->arena, list);
}

/* ---- as it is told ---- */

/* Somebody looks at a record. */
struct look {
    struct ctx *ctx;
    const struct record *record;
    enum mine mine;
};

/* ERR_NOT_FOUND: not by him. */
static err_t look_at(struct ctx *c, const struct object *o, int64_t id, struct look *out)
{
    struct record *r;
    err_t e = record_get(c, o, id, OP_READ, &r);
    if (e != OK)
        return e == ERR_DENIED ? ERR_NOT_FOUND : e;
    *out = (struct look){.ctx = c, .record = r};
    return record_own(c, r, &out->mine);
}

static bool hidden(const struct look *l, const struct field *f)
{
    return access_view(l->ctx->access, f, l->mine) == FIELD_HIDDEN;
}

/* As people read it, as far as he may. */
static str shown(const struct look *l, const struct field *f, const value *cells)
{
    struct ctx *c = l->ctx;
    bool masked;
    cells = access_cells(c->access, f, l->mine, cells, c->arena, &masked);
    if (!cells || field_empty(f, cells))
        return (str){0};
    return masked ? cells[0].s : import_cells_text(c, f, cells);
}

static void write_text(struct jw *w, const char *key, str text)
{
    jw_key(w, str_from(key));
    if (text.n)
        jw_str(w, text);
    else
        jw_null(w);
}

static void write_who(const struct look *l, const json_t *reasons, struct jw *w)
{
    const struct field *title = l->record->object->title;
    jw_key(w, S("id"));
    jw_id(w, record_id(l->record));
    jw_key(w, S("title"));
    jw_str(w, shown(l, title, &l->record->cells[title->first_column]));
    jw_key(w, S("reasons"));
    jw_open(w, '[');
    for (size_t i = 0; i < json_array_size(reasons); i++)
        jw_str(w, message_get(l->ctx->lang, json_str(json_array_get(reasons, i))));
    jw_close(w, ']');
}

static str side(const struct look *l, const struct field *f, const json_t *j)
{
    struct problems none = {.arena = l->ctx->arena};
    struct field_context context = ctx_field(l->ctx, f->name);
    value cells[FIELD_PARTS] = {0};
    context.problems = &none;
    return field_read(f, &context, j, cells) == OK ? shown(l, f, cells) : (str){0};
}

static void write_changes(const struct look *l, const json_t *changes, struct jw *w)
{
    const struct object *o = l->record->object;
    jw_open(w, '[');
    for (size_t i = 0; i < json_array_size(changes); i++) {
        const json_t *change = json_array_get(changes, i);
        const struct field *f = object_field(o, json_get_str(change, "field"));
        if (!f || hidden(l, f))
            continue;
        jw_open(w, '{');
        write_text(w, "field", f->name);
        write_text(w, "label", f->label.text[l->ctx->lang]);
        write_text(w, "before", side(l, f, json_object_get(change, "before")));
        write_text(w, "after", side(l, f, json_object_get(change, "after")));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static const json_t *candidate_of(const struct import_stored *row)
{
    for (size_t i = 0; i < json_array_size(row->candidates); i++) {
        const json_t *one = json_array_get(row->candidates, i);
        int64_t id;
        if (id_parse(json_get_str(one, "id"), &id) == OK && id == row->record)
            return one;
    }
    return NULL;
}

err_t import_known_json(struct ctx *c,
                        const struct object *o,
                        const struct import_stored *row,
                        bool *visible,
                        struct jw *w)
{
    struct look l;
    err_t e = row->record ? look_at(c, o, row->record, &l) : ERR_NOT_FOUND;
    *visible = e == OK;
    if (e == ERR_NOT_FOUND || (e == OK && row->outcome == IMPORT_CREATED)) {
        jw_null(w);
        return OK;
    }
    TRY(e);
    const json_t *found = candidate_of(row);
    jw_open(w, '{');
    write_who(&l, json_object_get(found, "reasons"), w);
    jw_key(w, S("changes"));
    write_changes(&l, json_object_get(found, "changes"), w);
    jw_close(w, '}');
    return OK;
}

/* ---- rows that wait for a person ---- */

static bool mapped(const struct import_map *map, const struct field *f)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct import_column *col = &map->columns[i];
        bool goes = col->target.field == f;
        for (size_t k = 0; k < col->split.n; k++)
            goes = goes || col->split.at[k].field == f;
        if (goes)
            return true;
    }
    return false;
}

/* The row beside the record, field by field: what either of them has of what the file is about. */
static void write_compared(const struct look *l,
                           const struct import_work *work,
                           const struct import_line *line,
                           struct jw *w)
{
    const struct object *o = l->record->object;
    jw_open(w, '[');
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        bool asked = f != o->created_at && (line->set[i] || mapped(&work->map, f));
        if (!asked || hidden(l, f))
            continue;
        value given[FIELD_PARTS];
        for (unsigned p = 0; p < f->column_count; p++)
            given[p] = import_given(line, f, p);
        str row = field_empty(f, given) ? (str){0} : import_cells_text(l->ctx, f, given);
        str record = shown(l, f, &l->record->cells[f->first_column]);
        if (!row.n && !record.n)
            continue;
        jw_open(w, '{');
        write_text(w, "field", f->name);
        write_text(w, "label", f->label.text[l->ctx->lang]);
        write_text(w, "row", row);
        write_text(w, "record", record);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static err_t write_candidate(struct import_work *work,
                             struct ctx *c,
                             const struct import_line *line,
                             const json_t *j,
                             struct jw *w)
{
    struct look l;
    int64_t id;
    if (id_parse(json_get_str(j, "id"), &id) != OK)
        return OK;
    err_t e = look_at(c, work->map.object, id, &l);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    jw_open(w, '{');
    write_who(&l, json_object_get(j, "reasons"), w);
    jw_key(w, S("score"));
    jw_tree(w, json_object_get(j, "score"));
    jw_key(w, S("fields"));
    write_compared(&l, work, line, w);
    jw_close(w, '}');
    return OK;
}

static void write_answer(const json_t *answer, struct jw *w)
{
    jw_open(w, '{');
    write_text(w, "choice", json_get_str(answer, "choice"));
    write_text(w, "id", json_get_str(answer, "id"));
    jw_close(w, '}');
}

err_t import_waiting_json(struct import_work *work,
                          struct ctx *c,
                          const struct import_stored *row,
                          struct jw *w)
{
    struct import_line line = {.line = (size_t)row->line};
    const struct field *title = work->map.object->title;
    TRY(import_cells_again(work, c, row->cells, &line));
    value name = import_given(&line, title, 0);
    jw_open(w, '{');
    jw_key(w, S("line"));
    jw_int(w, row->line);
    jw_key(w, S("answer"));
    if (json_is_object(row->answer))
        write_answer(row->answer, w);
    else
        jw_null(w);
    write_text(w, "title", name.kind == VALUE_NULL ? (str){0} : import_cells_text(c, title, &name));
    jw_key(w, S("candidates"));
    jw_open(w, '[');
    for (size_t k = 0; k < json_array_size(row->candidates); k++)
        TRY(write_candidate(work, c, &line, json_array_get(row->candidates, k), w));
    jw_close(w, ']');
    jw_close(w, '}');
    return OK;
}
