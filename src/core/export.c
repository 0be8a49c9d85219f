#include "core/export.h"

#include <unistd.h>

#include "base/limits.h"
#include "base/message.h"
#include "core/auth.h"
#include "core/change.h"
#include "core/file.h"
#include "core/import_internal.h"
#include "core/search.h"
#include "sheet/sheet.h"
#include "sql_core.h"

enum { EXPORT_PAGE = 1000 };

/* ---- what is asked for ---- */

static err_t bad(struct ctx *c, const char *at, const char *code, str arg)
{
    problem_add_str(&c->problems, str_from(at), code, arg, (str){0}, (str){0});
    return ERR_INVALID;
}

static err_t read_sort(struct ctx *c, const struct object *o, str text, struct list_query *q)
{
    str word;
    while (text.n && str_split(&text, ',', &word)) {
        bool descending = str_starts(word, S("-"));
        struct import_target t;
        str path = descending ? str_cut(word, 1, word.n) : word;
        if (q->sort_count == sizeof q->sort / sizeof *q->sort)
            return bad(c, "/sort", "too_many", S("3"));
        if (import_target_own(o, path, &t) != OK ||
            access_field(c->access, t.field) == FIELD_HIDDEN)
            return bad(c, "/sort", "unknown_field", path);
        struct list_sort *s = &q->sort[q->sort_count++];
        s->field = t.field;
        s->part = t.part == WHOLE_FIELD ? 0 : t.part;
        s->descending = descending;
    }
    return OK;
}

static err_t add_field(struct ctx *c, struct export *e, str name)
{
    const struct field *f = object_field(e->object, name);
    if (!f || access_field(c->access, f) == FIELD_HIDDEN)
        return bad(c, "/fields", "unknown_field", name);
    if (e->field_count < e->object->field_count)
        e->fields[e->field_count++] = f;
    return OK;
}

/* The fields named, else those columns of the list that the caller may see. */
static err_t read_fields(struct ctx *c, const json_t *names, struct export *e)
{
    const struct object *o = e->object;
    const json_t *layout = json_object_get(json_object_get(o->definition, "layouts"), "list");
    str text = json_str(names), name;
    e->fields = ARENA_ARRAY(c->arena, const struct field *, o->field_count);
    while (text.n && str_split(&text, ',', &name))
        TRY(add_field(c, e, name));
    for (size_t i = 0; i < json_array_size(names); i++)
        TRY(add_field(c, e, json_str(json_array_get(names, i))));
    for (size_t i = 0; (!names || json_is_null(names)) && i < json_array_size(layout); i++) {
        const struct field *f = object_field(o, json_str(json_array_get(layout, i)));
        if (f && access_field(c->access, f) != FIELD_HIDDEN)
            TRY(add_field(c, e, f->name));
    }
    return e->field_count ? OK : bad(c, "/fields", "required", (str){0});
}

err_t export_read(struct ctx *c, const struct object *o, const json_t *body, struct export *out)
{
    struct export e = {.object = o, .request = body};
    struct condition *where;
    str format = json_get_str(body, "format");
    e.query = (struct list_query){.object = o, .op = OP_EXPORT, .limit = EXPORT_PAGE};
    if (!access_may(c->access, o, OP_EXPORT))
        return ERR_DENIED;
    if (format.n && !str_eqz(format, "xlsx") && !str_eqz(format, "csv"))
        return bad(c, "/format", "unknown_choice", format);
    e.csv = str_eqz(format, "csv");
    TRY(condition_parse(c->model, o, json_object_get(body, "where"), S("/where"), &c->problems,
                        c->arena, &where));
    e.query.where = where;
    if (where)
        TRY(access_check_condition(c->access, where, S("/where"), &c->problems));
    TRY(read_sort(c, o, json_get_str(body, "sort"), &e.query));
    TRY(read_fields(c, json_object_get(body, "fields"), &e));
    TRY(search_narrow_all(c, json_get_str(body, "q"), S("/q"), &e.query));
    *out = e;
    return OK;
}

/* People's only: an export is how a customer list leaves the house. Within the transaction that
 * starts it. */
static err_t check_rate(struct ctx *c)
{
    enum { AN_HOUR = 5 };
    value params[] = {V_INT(c->user), V_TEXT(S("export")), V_INT(c->now - CLOCK_HOUR)}, cells[2];
    if (!c->user)
        return OK;
    TRY(db_lock(c->conn, arena_printf(c->arena, "export:%lld", (long long)c->user)));
    TRY(db_one(c->conn, c->arena, SQL_JOB_COUNT_SINCE, params, 3, cells, 2));
    if (cells[0].i < AN_HOUR)
        return OK;
    int64_t seconds = (cells[1].i + CLOCK_HOUR - c->now) / CLOCK_SECOND + 1;
    problem_add_str(&c->problems, S(""), "too_many_exports",
                    arena_printf(c->arena, "%lld", (long long)seconds), (str){0}, (str){0});
    return ERR_LIMIT;
}

static err_t may_start(struct ctx *c, const json_t *args)
{
    (void)args;
    TRY(auth_fresh(c));
    return check_rate(c);
}

struct starting {
    const struct export *export;
    int64_t job;
};

static err_t start_work(struct ctx *c, void *arg)
{
    static const char *const members[] = {"where", "q", "sort", "fields", "format"};
    struct starting *s = arg;
    const struct export *e = s->export;
    TRY(may_start(c, NULL));
    json_t *args = json_keep(c->arena, json_object());
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        json_t *j = json_object_get(e->request, members[i]);
        if (j)
            json_object_set(args, members[i], j);
    }
    json_object_set_new(args, "object", json_stringn(e->object->name.p, e->object->name.n));
    return job_enqueue(c, "export", args, NULL, 0, &s->job);
}

err_t export_start(struct ctx *c, const struct export *e, int64_t *job)
{
    struct starting s = {.export = e};
    TRY(ctx_transact(c, start_work, &s));
    *job = s.job;
    job_wake(c, s.job);
    return OK;
}

/* ---- columns and cells ---- */

static enum sheet_column_kind kind_of(const struct ctx *c, const struct field *f)
{
    static const struct {
        const char *shape;
        enum sheet_column_kind kind;
    } kinds[] = {{"number", COLUMN_NUMBER}, {"integer", COLUMN_NUMBER},
                 {"money", COLUMN_MONEY},   {"percent", COLUMN_PERCENT},
                 {"date", COLUMN_DAY},      {"instant", COLUMN_INSTANT}};
    if (access_field(c->access, f) == FIELD_MASK || f == f->object->version)
        return COLUMN_TEXT;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eqz(str_from(f->shape->name), kinds[i].shape))
            return kinds[i].kind;
    return COLUMN_TEXT;
}

static str title_of(const json_t *titles, struct arena *arena, int64_t id)
{
    str key = arena_printf(arena, "%lld", (long long)id);
    const json_t *title = json_object_getn(titles, key.p, key.n);
    return title ? json_str(title) : key;
}

static value ref_cell(struct ctx *c, const struct field *f, value v, const json_t *titles)
{
    if (!f->multi)
        return V_TEXT(title_of(titles, c->arena, v.i));
    str *members, out = {0};
    size_t n = multi_members(c->arena, v, &members);
    for (size_t i = 0; i < n; i++) {
        int64_t id = 0;
        if (str_to_int(members[i], &id) == OK)
            out = arena_printf(c->arena, STR_FMT "%s" STR_FMT, STR_ARG(out), i ? ", " : "",
                               STR_ARG(title_of(titles, c->arena, id)));
    }
    return V_TEXT(out);
}

static value cell_of(struct ctx *c,
                     const struct record *r,
                     const struct field *f,
                     enum sheet_column_kind kind,
                     const json_t *titles)
{
    value live[FIELD_PARTS] = {0};
    const value *cells = f->live ? live : &r->cells[f->first_column];
    bool masked;
    if (f->live && record_live_formula(c, r, f, live) != OK)
        return V_NULL;
    cells = access_cells(c->access, f, MINE_NOT, cells, c->arena, &masked);
    if (!cells || masked)
        return cells ? cells[0] : V_NULL;
    if (field_empty(f, cells))
        return V_NULL;
    if (kind == COLUMN_MONEY && cells[1].kind == VALUE_TEXT && str_eq(cells[1].s, c->currency))
        return cells[0];
    if (kind == COLUMN_INSTANT && c->zone)
        return V_INT(cells[0].i + zone_offset(c->zone, cells[0].i) * CLOCK_SECOND);
    if (kind != COLUMN_TEXT && kind != COLUMN_MONEY)
        return cells[0];
    bool tags = str_eqz(S("tags"), f->type->name);
    if (f->target && !tags)
        return ref_cell(c, f, cells[0], titles);
    struct field_context context = ctx_field(c, f->name);
    return V_TEXT(field_format(f, &context, cells));
}

/* ---- the file ---- */

struct writing {
    struct ctx *ctx;
    struct job *job;
    const struct export *export;
    struct sheet_writer *out;
    enum sheet_column_kind *kinds;
    size_t rows;
    int64_t total;
};

static err_t write_page(struct writing *w, struct ctx *c, const struct list_page *page)
{
    const struct export *e = w->export;
    AUTO_BUF text;
    json_t *titles;
    buf_init(&text, 16 * MIB);
    struct jw titles_out = {.out = &text};
    TRY(record_titles(c, page->records, page->count, &titles_out));
    titles = json_keep(c->arena, json_loadb(text.p, text.n, 0, NULL));
    value *cells = ARENA_ARRAY(c->arena, value, e->field_count);
    for (size_t i = 0; i < page->count; i++) {
        for (size_t k = 0; k < e->field_count; k++)
            cells[k] = cell_of(c, page->records[i], e->fields[k], w->kinds[k], titles);
        TRY(sheet_write(w->out, cells, e->field_count));
    }
    w->rows += page->count;
    return w->job ? job_progress(w->ctx, w->job, w->rows, (size_t)w->total) : OK;
}

static err_t write_pages(struct writing *w)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct list_query q = w->export->query;
    bool more = true, hits = q.ids && !q.sort_count;
    int64_t below = INT64_MAX;
    AUTO_BUF after;
    buf_init(&after, MIB);
    while (more) {
        struct ctx c = *w->ctx;
        struct list_page page;
        if (hits)
            search_slice(&w->export->query, below, EXPORT_PAGE, &q);
        c.arena = arena;
        c.problems = (struct problems){.arena = c.arena};
        TRY(record_list(&c, &q, &page));
        TRY(write_page(w, &c, &page));
        more = hits ? q.id_count == EXPORT_PAGE : page.has_more;
        if (hits && more)
            below = q.ids[q.id_count - 1];
        buf_clear(&after);
        buf_add(&after, page.next);
        q.after = buf_str(&after);
        arena_reset(arena);
    }
    return OK;
}

static err_t open_file(struct writing *w, const char *path)
{
    const struct export *e = w->export;
    struct ctx *c = w->ctx;
    struct sheet_column *columns = ARENA_ARRAY(c->arena, struct sheet_column, e->field_count);
    w->kinds = ARENA_ARRAY(c->arena, enum sheet_column_kind, e->field_count);
    for (size_t i = 0; i < e->field_count; i++) {
        const struct field *f = e->fields[i];
        w->kinds[i] = kind_of(c, f);
        columns[i] =
            (struct sheet_column){.heading = f->label.text[c->lang],
                                  .kind = w->kinds[i],
                                  .decimals = w->kinds[i] == COLUMN_MONEY ? 2 : f->decimals};
    }
    return sheet_create(path, e->csv ? SHEET_CSV : SHEET_XLSX,
                        e->object->plural_label.text[c->lang], columns, e->field_count, &w->out);
}

struct taken {
    const struct export *export;
    size_t rows;
};

static err_t audit_work(struct ctx *c, void *arg)
{
    const struct taken *t = arg;
    const struct export *e = t->export;
    json_t *fields = json_array();
    for (size_t i = 0; i < e->field_count; i++)
        json_array_append_new(fields, json_stringn(e->fields[i]->name.p, e->fields[i]->name.n));
    json_t *what = json_pack("{s:s%, s:I, s:o}", "object", e->object->name.p, e->object->name.n,
                             "rows", (json_int_t)t->rows, "fields", fields);
    return change_act(c, "export", CHANGE_CREATE, 0, json_keep(c->arena, what));
}

/* Who took what out, and how much of it. Not by which condition: others read it, and there are
 * names and numbers in conditions. */
static err_t audit(struct ctx *c, const struct export *e, size_t rows)
{
    struct taken t = {e, rows};
    return ctx_transact(c, audit_work, &t);
}

err_t export_write(
    struct ctx *c, struct job *job, const struct export *e, const char *path, size_t *rows)
{
    struct writing w = {.ctx = c, .job = job, .export = e};
    TRY(record_count(c, &e->query, 0, &w.total));
    TRY(open_file(&w, path));
    err_t result = write_pages(&w);
    if (result != OK) {
        sheet_abandon(w.out);
        return result;
    }
    TRY(sheet_finish(w.out));
    *rows = w.rows;
    return audit(c, e, w.rows);
}

/* ---- the job ---- */

static str file_name(struct ctx *c, const struct export *e)
{
    char day[DAY_CHARS + 1];
    str date = {day, day_format(zone_day(c->zone, c->now), day)};
    return arena_printf(c->arena, STR_FMT " " STR_FMT ".%s",
                        STR_ARG(e->object->plural_label.text[c->lang]), STR_ARG(date),
                        e->csv ? "csv" : "xlsx");
}

static err_t run(struct ctx *c, struct job *job, json_t **result)
{
    const struct object *o = model_object(c->model, json_get_str(job->args, "object"));
    struct export e;
    int64_t file;
    size_t rows;
    char digits[24], until[INSTANT_CHARS + 1];
    if (!o)
        return ERR_NOT_FOUND;
    TRY(export_read(c, o, job->args, &e));
    const char *path = file_spool_path(c);
    TRY(export_write(c, job, &e, path, &rows));
    err_t kept = file_keep_export(c, path, file_name(c, &e), o, &file);
    if (kept != OK) {
        unlink(path);
        return kept;
    }
    snprintf(digits, sizeof digits, "%lld", (long long)file);
    instant_format(c->now + EXPORT_DAYS * CLOCK_DAY, until);
    *result =
        json_pack("{s:s, s:I, s:s}", "file", digits, "rows", (json_int_t)rows, "expires_at", until);
    return OK;
}

void export_attach(void)
{
    static struct job_kind kind = {
        .name = "export", .label = "job_export", .run = run, .may_retry = may_start};
    static bool done;
    if (!done)
        job_kind_add(&kind);
    done = true;
}
