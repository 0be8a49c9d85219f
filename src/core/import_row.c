/* What became of the rows, cell by cell; and the refused ones as a file that can be corrected and
 * imported again. */
#include "core/import_internal.h"

#include "base/id.h"
#include "base/limits.h"
#include "base/message.h"
#include "core/file.h"
#include "sql_core.h"

enum { ROW_COLUMNS = 6, REFUSED_PAGE = 200, ENDING_CHARS = 4 };
enum { LINE, OUTCOME, RECORD, CELLS, PROBLEMS, CANDIDATES, ANSWER };

static json_t *read_json(struct ctx *c, str text)
{
    json_t *tree = NULL;
    return text.n && json_read(c->arena, text, NULL, &tree) == OK ? tree : NULL;
}

static enum import_outcome outcome_of(str word)
{
    enum import_outcome o = 0;
    while (o < IMPORT_REFUSED && !str_eqz(word, import_outcome_stored(o)) &&
           !str_eqz(word, import_outcome_name(o)))
        o++;
    return str_eqz(word, "ask") ? IMPORT_ASK : o;
}

static struct import_stored read_row(struct ctx *c, const struct db_rows *rows)
{
    return (struct import_stored){
        .line = db_int(rows, LINE),
        .record = db_int(rows, RECORD),
        .outcome = outcome_of(db_text(rows, OUTCOME)),
        .cells = read_json(c, arena_str(c->arena, db_text(rows, CELLS))),
        .problems = read_json(c, arena_str(c->arena, db_text(rows, PROBLEMS))),
        .candidates = read_json(c, arena_str(c->arena, db_text(rows, CANDIDATES))),
        .answer = read_json(c, arena_str(c->arena, db_text(rows, ANSWER))),
    };
}

/* Where its columns go, for those who may not write there too. */
static err_t read_work(struct ctx *c, const struct record *import, struct import_work *out)
{
    const struct access *mine = c->access;
    c->access = NULL;
    err_t e = import_work_init(c, import, true, out);
    c->access = mine;
    return e;
}

struct row_page {
    struct import_stored *at;
    size_t n;
    bool more;
};

/* A page of rows after a line, shorter when there is much in them; outcome empty = all. */
static err_t
read_page(struct ctx *c, int64_t id, str outcome, int64_t after, size_t limit, struct row_page *out)
{
    value all[] = {V_INT(id), V_INT(after), V_INT((int64_t)limit + 1)};
    value some[] = {V_INT(id), V_TEXT(outcome), V_INT(after), V_INT((int64_t)limit + 1)};
    struct row_page page = {.at = ARENA_ARRAY(c->arena, struct import_stored, limit)};
    size_t bytes = 0;
    AUTO_ROWS rows = NULL;
    TRY(outcome.n ? db_query(c->conn, SQL_IMPORT_ROW_PAGE_OF, some, 4, &rows)
                  : db_query(c->conn, SQL_IMPORT_ROW_PAGE, all, 3, &rows));
    while (!page.more && db_next(rows)) {
        page.more = page.n == limit || bytes >= LIMIT_PAGE_BYTES;
        if (page.more)
            continue;
        page.at[page.n++] = read_row(c, rows);
        bytes += db_text(rows, CELLS).n + db_text(rows, CANDIDATES).n;
    }
    TRY(db_rows_error(rows));
    *out = page;
    return OK;
}

static str sentence(struct ctx *c, const struct import_sight *sight, const json_t *problem)
{
    const json_t *args = json_object_get(problem, "args");
    str list[PROBLEM_ARGS];
    for (size_t i = 0; i < PROBLEM_ARGS; i++)
        list[i] = json_str(json_array_get(args, i));
    import_shown_args(c, sight, json_get_int(problem, "column", -1), list);
    return message_format(c->arena, c->lang, json_get_str(problem, "code"), list, PROBLEM_ARGS);
}

/* The column that a problem is about: its header, else the field's name. */
static str place(struct ctx *c, const struct import_rows *rows, const json_t *problem)
{
    int64_t index = json_get_int(problem, "column", -1);
    str pointer = json_get_str(problem, "field"), name;
    if (str_starts(pointer, S("/")))
        pointer = str_cut(pointer, 1, pointer.n);
    str_split(&pointer, '/', &name);
    for (size_t i = 0; i < json_array_size(rows->columns) && index >= 0; i++) {
        const json_t *column = json_array_get(rows->columns, i);
        if (json_get_int(column, "index", -1) == index)
            return import_heading(c, rows->object, column);
    }
    const struct field *f = name.n ? object_field(rows->object, name) : NULL;
    return f ? f->label.text[c->lang] : (str){0};
}

static str value_of(struct ctx *c, const struct import_rows *rows, const json_t *problem)
{
    return import_shown_value(c, &rows->sight, json_get_int(problem, "column", -1),
                              json_get_str(problem, "value"));
}

/* "手机（13800）：…": without the value where the sentence has it already. */
static str reason(struct ctx *c, const struct import_rows *rows, const json_t *problem)
{
    str where = place(c, rows, problem), cell = value_of(c, rows, problem);
    str said = sentence(c, &rows->sight, problem), full_stop = S("。");
    if (str_ends(said, full_stop))
        said = str_cut(said, 0, said.n - full_stop.n);
    else if (str_ends(said, S(".")))
        said = str_cut(said, 0, said.n - 1);
    str args[] = {where, cell, said};
    if (!where.n)
        return said;
    bool there = !cell.n || str_find(said, cell) != SIZE_MAX;
    return message_format(c->arena, c->lang,
                          there ? S("import_reason_of") : S("import_reason_value"), args, 3);
}

str import_reasons(struct ctx *c, const struct import_rows *rows, str problems)
{
    const json_t *list = read_json(c, problems);
    str out = {0};
    for (size_t i = 0; i < json_array_size(list); i++)
        out = arena_printf(c->arena, STR_FMT STR_FMT STR_FMT, STR_ARG(out),
                           STR_ARG(i ? message_get(c->lang, S("import_reason_and")) : (str){0}),
                           STR_ARG(reason(c, rows, json_array_get(list, i))));
    return out;
}

/* ---- JSON ---- */

static void
write_problems(struct ctx *c, const struct import_rows *rows, const json_t *list, struct jw *w)
{
    jw_open(w, '[');
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *p = json_array_get(list, i);
        jw_open(w, '{');
        jw_key(w, S("column"));
        jw_tree(w, json_object_get(p, "column"));
        jw_key(w, S("code"));
        jw_str(w, json_get_str(p, "code"));
        jw_key(w, S("message"));
        jw_str(w, reason(c, rows, p));
        jw_key(w, S("value"));
        jw_str(w, value_of(c, rows, p));
        jw_key(w, S("mild"));
        jw_bool(w, json_get_bool(p, "mild", false));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* A long text may hold what stood in the cell of another field. */
static bool is_shown(struct ctx *c, const struct import_sight *sight, const struct field *f)
{
    bool together =
        str_eqz(S("long_text"), f->type->name) || str_eqz(S("rich_text"), f->type->name);
    return access_field(c->access, f) >= FIELD_READ && (sight->whole || !together);
}

/* What the row's cells were read as, and what more than them is made of them; that is in the cells
 * themselves for those who may not change the import. */
static err_t write_changes(struct import_work *work,
                           struct ctx *c,
                           const struct import_sight *sight,
                           const struct import_line *line,
                           struct jw *w)
{
    jw_open(w, '{');
    for (size_t i = 0; i < work->map.object->field_count; i++) {
        const struct field *f = work->map.object->fields[i];
        if (!line->set[i] || !is_shown(c, sight, f))
            continue;
        jw_key(w, f->name);
        field_write(f, &line->given->cells[f->first_column], w);
    }
    jw_close(w, '}');
    jw_key(w, S("made"));
    if (sight->whole)
        return import_made_json(work, c, line, w);
    jw_open(w, '{');
    jw_close(w, '}');
    return OK;
}

static err_t write_row(struct import_work *work,
                       struct ctx *c,
                       const struct import_rows *of,
                       const struct import_stored *row,
                       struct jw *w)
{
    struct import_line line = {0};
    bool visible;
    TRY(import_cells_again(work, c, row->cells, &line)); /* only the cells are kept */
    jw_open(w, '{');
    jw_key(w, S("line"));
    jw_int(w, row->line);
    jw_key(w, S("outcome"));
    jw_str(w, str_from(import_outcome_name(
                  row->outcome == IMPORT_ASK ? import_answer_outcome(row->answer) : row->outcome)));
    jw_key(w, S("known"));
    TRY(import_known_json(c, of->object, row, &visible, w));
    jw_key(w, S("record"));
    jw_id(w, visible ? row->record : 0);
    jw_key(w, S("values"));
    import_shown_cells(c, &of->sight, &line, row->cells, w);
    jw_key(w, S("problems"));
    write_problems(c, of, row->problems, w);
    jw_key(w, S("changes"));
    TRY(write_changes(work, c, &of->sight, &line, w));
    jw_close(w, '}');
    return OK;
}

err_t import_rows_json(struct ctx *c,
                       const struct record *import,
                       str outcome,
                       int64_t after,
                       size_t limit,
                       struct jw *w)
{
    struct import_work work;
    struct row_page page;
    str stored = outcome.n ? str_from(import_outcome_stored(outcome_of(outcome))) : outcome;
    TRY(read_work(c, import, &work));
    struct import_rows of = {work.map.object, import_json(c, import, "columns"), {0}};
    TRY(import_sight_of(c, import, &of.sight));
    TRY(read_page(c, record_id(import), stored, after, limit, &page));
    jw_open(w, '{');
    jw_key(w, S("data"));
    jw_open(w, '[');
    for (size_t i = 0; i < page.n; i++)
        TRY(write_row(&work, c, &of, &page.at[i], w));
    jw_close(w, ']');
    jw_key(w, S("has_more"));
    jw_bool(w, page.more);
    jw_key(w, S("next"));
    jw_id(w, page.more ? page.at[page.n - 1].line : 0);
    jw_close(w, '}');
    return OK;
}

err_t import_sample_json(struct ctx *c, const struct record *import, struct jw *w)
{
    struct import_work work;
    struct row_page page;
    TRY(read_work(c, import, &work));
    struct import_rows of = {work.map.object, import_json(c, import, "columns"), {0}};
    TRY(import_sight_of(c, import, &of.sight));
    TRY(read_page(c, record_id(import), S("refuse"), 0, IMPORT_REPORT_ROWS, &page));
    jw_open(w, '[');
    for (size_t i = 0; i < page.n; i++)
        TRY(write_row(&work, c, &of, &page.at[i], w));
    jw_close(w, ']');
    return OK;
}

err_t import_duplicates_json(struct ctx *c, const struct record *import, struct jw *w)
{
    struct import_work work;
    struct row_page page = {0};
    bool may;
    TRY(import_may_change(c, import, &may)); /* who answers */
    TRY(read_work(c, import, &work));
    if (may)
        TRY(read_page(c, record_id(import), S("ask"), 0, IMPORT_REPORT_ROWS, &page));
    jw_open(w, '[');
    for (size_t i = 0; i < page.n; i++)
        TRY(import_waiting_json(&work, c, &page.at[i], w));
    jw_close(w, ']');
    return OK;
}

/* ---- the file of refused rows ---- */

static err_t open_file(struct ctx *c,
                       const struct object *o,
                       const json_t *columns,
                       const char *path,
                       enum sheet_format format,
                       size_t *width,
                       struct sheet_writer **out)
{
    size_t n = json_array_size(columns) < LIMIT_SHEET_COLUMNS - 1 ? json_array_size(columns)
                                                                  : LIMIT_SHEET_COLUMNS - 1;
    struct sheet_column *heads = ARENA_ARRAY(c->arena, struct sheet_column, n + 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *column = json_array_get(columns, i);
        heads[i].heading = import_heading(c, o, column);
    }
    heads[n] =
        (struct sheet_column){.heading = message_get(c->lang, S("import_reason")), .width = 50};
    *width = n;
    return sheet_create(path, format, message_get(c->lang, S("import_refused_sheet")), heads, n + 1,
                        out);
}

static err_t write_refused(
    struct ctx *c, const struct import_rows *of, int64_t id, size_t width, struct sheet_writer *out)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct row_page page = {.more = true};
    int64_t after = 0;
    while (page.more) {
        struct ctx of_page = *c;
        of_page.arena = arena;
        TRY(read_page(&of_page, id, S("refuse"), after, REFUSED_PAGE, &page));
        for (size_t i = 0; i < page.n; i++) {
            value *cells = ARENA_ARRAY(arena, value, width + 1);
            for (size_t k = 0; k < width; k++)
                cells[k] = V_TEXT_OR_NULL(json_str(json_array_get(page.at[i].cells, k)));
            cells[width] =
                V_TEXT(import_reasons(&of_page, of, json_text(arena, page.at[i].problems)));
            TRY(sheet_write(out, cells, width + 1));
            after = page.at[i].line;
        }
        arena_reset(arena);
    }
    return OK;
}

str import_refused_name(struct ctx *c, const struct record *import)
{
    str name = import_text(import, "name"), rest = name, ending = {0};
    while (str_split(&rest, '.', &ending))
        continue;
    bool has_ending = ending.n + 1 < name.n && ending.n <= ENDING_CHARS;
    str args[] = {has_ending ? str_cut(name, 0, name.n - ending.n - 1) : name};
    return message_format(c->arena, c->lang, S("import_refused_name"), args, 1);
}

err_t import_refused_file(struct ctx *c, const struct record *import, str format, const char **path)
{
    struct sheet_writer *out;
    const char *to = file_spool_path(c);
    size_t width;
    struct import_rows of = {model_object(c->model, import_text(import, "object")),
                             import_json(c, import, "columns"),
                             {0}};
    TRY(import_sight_of(c, import, &of.sight));
    if (!of.sight.whole)
        return ERR_DENIED; /* the rows are in it as they were in the file */
    if (!of.object)
        return ERR_NOT_FOUND;
    TRY(open_file(c, of.object, of.columns, to, str_eqz(format, "csv") ? SHEET_CSV : SHEET_XLSX,
                  &width, &out));
    err_t e = write_refused(c, &of, record_id(import), width, out);
    if (e != OK) {
        sheet_abandon(out);
        return e;
    }
    TRY(sheet_finish(out));
    *path = to;
    return OK;
}
