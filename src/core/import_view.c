/* An import as the API tells of it. */
#include "core/import_internal.h"

#include "sql_core.h"

static void member(struct ctx *c, const struct record *r, const char *field, struct jw *w)
{
    const struct field *f = object_field(r->object, str_from(field));
    (void)c;
    jw_key(w, f->name);
    field_write(f, &r->cells[f->first_column], w);
}

/* When a file of the same bytes has been imported, by whom, and which import that was, if the
 * caller may look into it; null: none was. */
static err_t write_same_file(struct ctx *c, const struct record *r, struct jw *w)
{
    const struct field *f = object_field(r->object, S("file"));
    value params[] = {V_INT(record_id(r)), V_TEXT(import_text(r, "object")), record_cell(r, f, 0)};
    value found[3];
    struct record *other;
    err_t e = db_one(c->conn, c->arena, SQL_IMPORT_SAME_FILE, params, 3, found, 3);
    if (e == ERR_NOT_FOUND) {
        jw_null(w);
        return OK;
    }
    TRY(e);
    e = import_get(c, found[0].i, &other);
    if (err_is_fault(e))
        return e;
    jw_open(w, '{');
    jw_key(w, S("import"));
    jw_id(w, e == OK ? found[0].i : 0);
    jw_key(w, S("at"));
    if (found[1].kind == VALUE_INT)
        jw_instant(w, found[1].i);
    else
        jw_null(w);
    jw_key(w, S("by"));
    jw_str(w, import_user_name(c, found[2].kind == VALUE_INT ? found[2].i : 0));
    jw_close(w, '}');
    return OK;
}

static err_t write_columns(struct ctx *c, const struct record *r, struct jw *w)
{
    struct import_sight sight;
    TRY(import_sight_of(c, r, &sight));
    jw_key(w, S("columns"));
    jw_tree(w, import_shown_columns(c, &sight, import_json(c, r, "columns")));
    return OK;
}

static err_t write_import(struct ctx *c, const struct record *r, bool whole, struct jw *w)
{
    static const char *const brief[] = {
        "id",     "version",    "name",     "object",    "state",      "policy",   "owner",
        "job",    "batch",      "source",   "sheet",     "header_row", "encoding", "created_at",
        "strict", "started_at", "ended_at", "undone_at", "file"};
    jw_open(w, '{');
    for (size_t i = 0; i < sizeof brief / sizeof *brief; i++)
        member(c, r, brief[i], w);
    if (whole) {
        member(c, r, "sheets", w);
        TRY(write_columns(c, r, w));
        jw_key(w, S("same_file"));
        TRY(write_same_file(c, r, w));
    }
    const json_t *report = import_json(c, r, "report");
    jw_key(w, S("error"));
    if (json_get_str(report, "error").n)
        jw_str(w, json_get_str(report, "error"));
    else
        jw_null(w);
    jw_key(w, S("report"));
    TRY(import_report_json(c, r, whole, w));
    bool removable;
    TRY(import_may_delete(c, r, &removable));
    jw_key(w, S("_may"));
    jw_open(w, '[');
    if (removable)
        jw_str(w, S("delete"));
    jw_close(w, ']');
    jw_close(w, '}');
    return OK;
}

err_t import_write_json(struct ctx *c, const struct record *r, struct jw *w)
{
    return write_import(c, r, true, w);
}

err_t import_list_json(struct ctx *c, size_t limit, struct jw *w)
{
    struct list_query q = {.object = import_object(c), .limit = limit, .op = OP_READ};
    struct list_page page;
    const struct access *mine = c->access;
    if (!access_administrator(c->access))
        q.where = condition_ids(c->arena, import_object(c)->owner, &c->user, 1);
    c->access = NULL;
    err_t e = record_list(c, &q, &page);
    c->access = mine;
    TRY(e);
    jw_open(w, '[');
    for (size_t i = 0; i < page.count; i++)
        TRY(write_import(c, page.records[i], false, w));
    jw_close(w, ']');
    return OK;
}
