/* An import as the API tells of it. */
#include "core/import_internal.h"

static void member(struct ctx *c, const struct record *r, const char *field, struct jw *w)
{
    const struct field *f = object_field(r->object, str_from(field));
    (void)c;
    jw_key(w, f->name);
    field_write(f, &r->cells[f->first_column], w);
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
        member(c, r, "columns", w);
    }
    const json_t *report = import_json(c, r, "report");
    jw_key(w, S("error"));
    if (json_get_str(report, "error").n)
        jw_str(w, json_get_str(report, "error"));
    else
        jw_null(w);
    jw_key(w, S("report"));
    TRY(import_report_json(c, r, whole, w));
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
