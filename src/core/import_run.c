/* Check and run: chunks of rows, each one transaction. A chunk is first tried as a whole; when a
 * row of it fails in the database it is done again with a savepoint around each row, so that one
 * bad row costs the others nothing and good files pay for no savepoints. */
#include "core/import_internal.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/message.h"
#include "core/change.h"
#include "core/job_internal.h"
#include "sql_core.h"

enum { KEPT_LINES = 2000 }; /* of those that went well, the first are kept for looking at */

struct chunk {
    struct import_work *work;
    struct import_line *lines;
    size_t n, first_line;
    bool careful;
    bool answered;              /* rows that waited for a person's answer */
    struct import_tally *tally; /* of all chunks before it */
    bool complete;              /* a check got to the end of its work, which is then undone */
};

static const char *const stored_names[] = {"create", "update", "merge", "skip", "refuse", "ask"};
static const char *const names[] = {"created", "updated", "merged", "skipped", "refused", "ask"};

const char *import_outcome_stored(enum import_outcome o)
{
    return stored_names[o];
}

const char *import_outcome_name(enum import_outcome o)
{
    return names[o];
}

/* ---- one row ---- */

static bool refused(const struct import_line *line)
{
    for (size_t i = 0; i < line->problems.n; i++)
        if (!line->problems.at[i].mild)
            return true;
    return false;
}

static void refuse(struct ctx *c, struct import_line *line, size_t column, const struct problem *p)
{
    struct import_problem *own = VEC_PUSH(c->arena, line->problems);
    own->column = column;
    own->problem = *p;
    own->value = column < line->cell_count ? line->cells[column] : (str){0};
    line->outcome = IMPORT_REFUSED;
}

static size_t column_of(const struct import_work *w, str pointer)
{
    str rest = str_cut(pointer, 1, pointer.n), name;
    str_split(&rest, '/', &name);
    for (size_t i = 0; i < w->map.count; i++) {
        const struct import_column *col = &w->map.columns[i];
        if (col->target.field && str_eq(col->target.field->name, name))
            return col->index;
        for (size_t k = 0; k < col->split.n; k++)
            if (str_eq(col->split.at[k].field->name, name))
                return col->index;
    }
    return SIZE_MAX;
}

/* What a write said, in the words of the row. */
static void refuse_write(
    struct import_work *w, struct ctx *c, struct import_line *line, err_t e, size_t problems_before)
{
    for (size_t i = problems_before; i < c->problems.list.n; i++) {
        const struct problem *p = &c->problems.list.at[i];
        refuse(c, line, column_of(w, p->pointer), p);
    }
    if (c->problems.list.n == problems_before) {
        struct problem p = {.code = e == ERR_CONFLICT ? "duplicate" : "import_denied"};
        refuse(c, line, SIZE_MAX, &p);
    }
    c->problems.list.n = problems_before;
}

static bool all_empty(const struct record *r, const struct field *f)
{
    for (unsigned p = 0; p < f->column_count; p++)
        if (record_cell(r, f, p).kind != VALUE_NULL)
            return false;
    return true;
}

static bool differs(const struct record *a, const struct record *b, const struct field *f)
{
    for (unsigned p = 0; p < f->column_count; p++)
        if (!value_eq(record_cell(a, f, p), record_cell(b, f, p)))
            return true;
    return false;
}

/* Labels add up: what the record has and what the row has. */
static void
unite(struct ctx *c, const struct record *before, struct record *given, const struct field *f)
{
    str *a, *b;
    size_t n = multi_members(c->arena, record_cell(before, f, 0), &a);
    size_t m = multi_members(c->arena, record_cell(given, f, 0), &b);
    str *all = ARENA_ARRAY(c->arena, str, n + m);
    memcpy(all, a, n * sizeof *all);
    memcpy(all + n, b, m * sizeof *all);
    given->cells[f->first_column] = multi_cell(c->arena, all, n + m);
}

/* The fields that the row changes in a record that there is; false when it changes none. */
static bool choose_changes(struct import_work *w,
                           struct ctx *c,
                           const struct import_line *line,
                           const struct record *before,
                           bool overwrite,
                           struct record *given,
                           bool *set)
{
    const struct object *o = w->map.object;
    bool any = false;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        set[i] = line->set[i] && f != o->created_at && !all_empty(line->given, f);
        if (!set[i])
            continue;
        if (f->multi && !all_empty(before, f))
            unite(c, before, given, f);
        else if (!overwrite && !all_empty(before, f))
            set[i] = false;
        set[i] = set[i] && differs(before, given, f);
        any = any || set[i];
    }
    return any;
}

static err_t
update(struct import_work *w, struct ctx *c, struct import_line *line, int64_t id, bool overwrite)
{
    const struct object *o = w->map.object;
    const struct write_options options = {
        .allow_duplicate = true, .quiet_refs = true, .joined = true};
    struct record *before, *given = record_copy(c->arena, line->given);
    bool *set = ARENA_ARRAY(c->arena, bool, o->field_count);
    /* Out of scope is refused alike whether anything would change or not: it tells nothing. */
    err_t e = record_get(c, o, id, OP_UPDATE, &before);
    if (e != OK)
        return e == ERR_NOT_FOUND ? ERR_DENIED : e;
    line->record = id;
    line->after = before;
    if (!choose_changes(w, c, line, before, overwrite, given, set)) {
        line->outcome = IMPORT_SKIPPED;
        return OK;
    }
    struct given_cells cells = {given, set};
    return record_update_cells(c, o, id, &cells, &options, &line->after);
}

static err_t create(struct import_work *w, struct ctx *c, struct import_line *line, bool careful)
{
    const struct object *o = w->map.object;
    const struct write_options options = {.allow_duplicate = line->candidates.n > 0,
                                          .quiet_refs = true,
                                          .keys_free = !careful && line->candidates.n == 0,
                                          .imported = true,
                                          .joined = true};
    bool *set = ARENA_ARRAY(c->arena, bool, o->field_count);
    struct record *given = record_copy(c->arena, line->given);
    memcpy(set, line->set, o->field_count * sizeof *set);
    if (o->owner) {
        int64_t department;
        value owner = set[o->owner->index] ? record_cell(given, o->owner, 0) : V_ID(c->user);
        TRY(import_department(w->refs, c, owner.kind == VALUE_INT ? owner.i : 0, &department));
        given->cells[o->department->first_column] = V_ID(department);
        set[o->department->index] = true;
    }
    struct given_cells cells = {given, set};
    TRY(record_create_cells(c, o, &cells, &options, &line->after));
    line->record = record_id(line->after);
    return OK;
}

/* careful: a savepoint is around it, so that it may find out what is wrong. */
static err_t
write_line(struct import_work *w, struct ctx *c, struct import_line *line, bool careful)
{
    if (line->outcome == IMPORT_CREATED)
        return create(w, c, line, careful);
    return update(w, c, line, line->record, w->overwrite);
}

struct one_line {
    struct import_work *work;
    struct import_line *line;
};

static err_t write_alone(struct ctx *c, void *arg)
{
    struct one_line *one = arg;
    return write_line(one->work, c, one->line, true);
}

/* What is to be done with a row: its outcome, and the record it goes to. */
static void decide(struct import_work *w, struct import_line *line)
{
    const struct import_candidate *best = line->candidates.n ? &line->candidates.at[0] : NULL;
    bool same_file = line->same_as_line > 0;
    str choice = json_get_str(line->answer, "choice");
    int64_t id = 0;
    if (line->answer && str_eqz(choice, "update") &&
        str_to_int(json_get_str(line->answer, "id"), &id) == OK) {
        line->outcome = IMPORT_UPDATED;
        line->record = id;
        return;
    }
    if (line->answer && (str_eqz(choice, "create") || str_eqz(choice, "skip"))) {
        line->outcome = str_eqz(choice, "create") ? IMPORT_CREATED : IMPORT_SKIPPED;
        return;
    }
    bool certain = best && best->certain;
    line->record = certain ? best->id : 0;
    if (w->on_duplicate == IMPORT_ASK)
        line->outcome = same_file && certain ? IMPORT_MERGED : best ? IMPORT_ASK : IMPORT_CREATED;
    else if (!certain || w->on_duplicate == IMPORT_CREATED)
        line->outcome = IMPORT_CREATED;
    else if (w->on_duplicate == IMPORT_SKIPPED)
        line->outcome = IMPORT_SKIPPED;
    else
        line->outcome = same_file ? IMPORT_MERGED : IMPORT_UPDATED;
}

static err_t do_line(struct chunk *k, struct ctx *c, struct import_line *line)
{
    struct import_work *w = k->work;
    line->outcome = IMPORT_REFUSED;
    line->record = 0;
    line->after = NULL;
    if (refused(line))
        return OK;
    line->same_as_line = import_match_earlier(w, c, line);
    if (line->same_as_line >= k->first_line)
        TRY(import_match_again(w, c, line));
    decide(w, line);
    bool gone = w->dry && line->same_as_line && line->same_as_line < k->first_line;
    if (gone && line->outcome == IMPORT_CREATED && w->on_duplicate != IMPORT_CREATED) {
        /* the earlier row's record was undone with its chunk; the run will find it */
        line->outcome = w->on_duplicate == IMPORT_SKIPPED ? IMPORT_SKIPPED : IMPORT_MERGED;
        return OK;
    }
    if (line->outcome != IMPORT_ASK)
        import_match_remember(w, c, line);
    if (line->outcome == IMPORT_ASK || line->outcome == IMPORT_SKIPPED)
        return OK;
    struct one_line one = {w, line};
    size_t before = c->problems.list.n;
    err_t e = k->careful ? ctx_transact(c, write_alone, &one) : write_line(w, c, line, false);
    if (e == OK || err_is_fault(e) || !k->careful)
        return e;
    refuse_write(w, c, line, e, before);
    return OK;
}

/* ---- one chunk ---- */

static str cells_json(struct arena *arena, const struct import_line *line)
{
    AUTO_BUF out;
    buf_init(&out, 2 * LIMIT_SHEET_ROW);
    struct jw w = {.out = &out};
    jw_open(&w, '[');
    for (size_t i = 0; i < line->cell_count; i++)
        jw_str(&w, line->cells[i]);
    jw_close(&w, ']');
    return arena_str(arena, buf_str(&out));
}

static bool worth_keeping(const struct import_line *line, int64_t rows)
{
    return rows <= KEPT_LINES || line->problems.n || line->outcome == IMPORT_REFUSED ||
           line->outcome == IMPORT_ASK;
}

static err_t store_lines(struct chunk *k, struct ctx *c)
{
    struct import_work *w = k->work;
    struct import_tally tally;
    import_tally_copy(c->arena, k->tally, &tally);
    for (size_t i = 0; i < k->n; i++) {
        const struct import_line *line = &k->lines[i];
        bool exists = !w->dry || line->outcome == IMPORT_UPDATED;
        import_tally_add(c->arena, &tally, w, line);
        if (!worth_keeping(line, tally.rows))
            continue;
        value params[] = {V_INT(w->id),
                          V_INT((int64_t)line->line),
                          V_TEXT(str_from(stored_names[line->outcome])),
                          V_ID(exists ? line->record : 0),
                          V_TEXT(cells_json(c->arena, line)),
                          V_TEXT_OR_NULL(import_problems_json(c, line)),
                          V_TEXT_OR_NULL(import_candidates_json(c, line))};
        TRY(db_run(c->conn, SQL_IMPORT_ROW_PUT, params, 7, NULL));
    }
    value params[] = {V_INT(w->id), V_INT((int64_t)k->lines[k->n - 1].line),
                      V_TEXT(import_tally_json(c->arena, &tally))};
    return db_run(c->conn, SQL_IMPORT_PROGRESS_PUT, params, 3, NULL);
}

static err_t store_work(struct ctx *c, void *arg)
{
    return store_lines(arg, c);
}

/* Takes the waiting rows; ERR_CONFLICT: somebody else has answered one of them. They come back with
 * their outcome (store_lines). */
static err_t claim_lines(struct chunk *k, struct ctx *c)
{
    for (size_t i = 0; i < k->n; i++) {
        value params[] = {V_INT(k->work->id), V_INT((int64_t)k->lines[i].line)};
        int64_t taken;
        TRY(db_run(c->conn, SQL_IMPORT_ROW_CLAIM, params, 2, &taken));
        if (!taken) {
            problem_add(&c->problems, S("/answers"), "import_answered", NULL);
            return ERR_CONFLICT;
        }
    }
    return OK;
}

static err_t write_chunk(struct chunk *k, struct ctx *c)
{
    if (k->answered)
        TRY(claim_lines(k, c));
    for (size_t i = 0; i < k->n; i++)
        k->lines[i].problems.n = k->lines[i].read_problems;
    TRY(import_match(k->work, c, k->lines, k->n));
    for (size_t i = 0; i < k->n; i++)
        TRY(do_line(k, c, &k->lines[i]));
    if (!k->work->dry)
        return store_lines(k, c);
    TRY(db_settle(c->conn));
    k->complete = true;
    return ERR_LIMIT; /* undone: it was a check */
}

static err_t chunk_work(struct ctx *c, void *arg)
{
    struct chunk *k = arg;
    struct map known = {0};
    k->complete = false;
    c->known = &known;
    if (!k->careful)
        db_pipeline(c->conn);
    err_t e = write_chunk(k, c);
    c->known = NULL;
    return e;
}

static err_t load_answers(struct chunk *k, struct ctx *c)
{
    value params[] = {V_INT(k->work->id), V_INT((int64_t)k->first_line - 1),
                      V_INT((int64_t)k->lines[k->n - 1].line)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_IMPORT_ROW_ANSWERS, params, 3, &rows));
    while (db_next(rows))
        for (size_t i = 0; i < k->n; i++) {
            json_t *answer;
            if ((int64_t)k->lines[i].line == db_int(rows, 0) &&
                json_read(c->arena, arena_str(c->arena, db_text(rows, 1)), NULL, &answer) == OK)
                k->lines[i].answer = answer;
        }
    return db_rows_error(rows);
}

static err_t do_chunk(struct chunk *k, struct ctx *c)
{
    k->first_line = k->lines[0].line;
    TRY(load_answers(k, c));
    k->careful = false;
    c->problems.list.n = 0;
    err_t e = ctx_transact(c, chunk_work, k);
    if (e != OK && !k->complete && !err_is_fault(e)) {
        k->careful = true;
        c->problems.list.n = 0;
        e = ctx_transact(c, chunk_work, k);
    }
    if (k->complete)
        e = ctx_transact(c, store_work, k);
    TRY(e);
    for (size_t i = 0; i < k->n; i++)
        import_tally_add(k->work->ctx->arena, k->tally, k->work, &k->lines[i]);
    return OK;
}

/* ---- the whole file ---- */

struct run {
    struct import_work work;
    struct ctx *ctx;
    struct job *job;
    struct sheet_reader *reader;
    struct import_tally tally;
    int64_t done_line;
};

/* Fills the chunk's rows; fewer than IMPORT_CHUNK at the end of the file. */
static err_t
read_chunk(struct run *r, struct ctx *c, struct import_line *lines, size_t *n, bool *end)
{
    *n = 0;
    while (*n < IMPORT_CHUNK && !*end) {
        struct sheet_cell *cells;
        size_t count, line;
        TRY(sheet_next(r->reader, &cells, &count, &line, end, &r->ctx->problems));
        if (*end || (int64_t)line <= r->work.header_row || (int64_t)line <= r->done_line)
            continue;
        struct import_line *one = &lines[(*n)++];
        *one = (struct import_line){.line = line};
        TRY(import_cells(&r->work, c, cells, count, one));
    }
    return OK;
}

static err_t report_progress(struct run *r)
{
    double share = sheet_progress(r->reader);
    size_t done = (size_t)r->tally.rows;
    size_t total = share > 0.001 ? (size_t)((double)done / share) : 0;
    return r->job ? job_progress(r->ctx, r->job, done, total < done ? done : total) : OK;
}

static err_t run_chunks(struct run *r)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    bool end = false;
    while (!end) {
        struct ctx c = *r->ctx;
        c.arena = arena;
        c.problems = (struct problems){.arena = arena};
        c.now = clock_now();
        struct chunk k = {.work = &r->work, .tally = &r->tally};
        k.lines = ARENA_ARRAY(arena, struct import_line, IMPORT_CHUNK);
        TRY(read_chunk(r, &c, k.lines, &k.n, &end));
        if (k.n) {
            TRY(do_chunk(&k, &c));
            TRY(report_progress(r));
        }
        arena_reset(arena);
        if (r->tally.rows > IMPORT_ROWS) {
            problem_add(&r->ctx->problems, S(""), "import_too_many_rows", "1,000,000", NULL);
            return ERR_INVALID;
        }
    }
    return OK;
}

/* Where an earlier attempt got to. */
static err_t load_progress(struct run *r)
{
    struct ctx *c = r->ctx;
    value id = V_INT(r->work.id), cells[2];
    err_t e = db_one(c->conn, c->arena, SQL_IMPORT_PROGRESS_GET, &id, 1, cells, 2);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    r->done_line = cells[0].i;
    return import_tally_read(c->arena, cells[1].s, &r->tally);
}

static void set_policy(struct import_work *w, str policy)
{
    w->overwrite = str_eqz(policy, "overwrite");
    w->on_duplicate = str_eqz(policy, "skip")     ? IMPORT_SKIPPED
                      : str_eqz(policy, "create") ? IMPORT_CREATED
                      : str_eqz(policy, "ask")    ? IMPORT_ASK
                                                  : IMPORT_UPDATED;
}

static const struct field *notes_of(struct ctx *c, const struct object *o)
{
    const struct field *f = object_field(o, S("notes"));
    return f && str_eqz(S("long_text"), f->type->name) && import_settable(c, f) ? f : NULL;
}

err_t import_work_init(struct ctx *c, const struct record *r, bool dry, struct import_work *out)
{
    const struct object *o = model_object(c->model, import_text(r, "object"));
    struct import_work w = {.ctx = c,
                            .id = record_id(r),
                            .dry = dry,
                            .strict = import_flag(r, "strict"),
                            .source = import_text(r, "source"),
                            .header_row = import_int(r, "header_row")};
    if (!o)
        return ERR_NOT_FOUND;
    TRY(import_map_read(c, o, import_json(c, r, "columns"), &w.map));
    set_policy(&w, import_text(r, "policy"));
    w.refs = import_refs_new(c->arena);
    w.notes = notes_of(c, o);
    *out = w;
    return OK;
}

struct begin {
    int64_t id;
    bool dry;
};

/* Rows of an earlier check go; answers that were given to it stay for the run. */
static err_t begin_work(struct ctx *c, void *arg)
{
    const struct begin *b = arg;
    value id = V_INT(b->id);
    TRY(db_run(c->conn, b->dry ? SQL_IMPORT_ROW_CLEAR : SQL_IMPORT_ROW_CLEAR_DONE, &id, 1, NULL));
    return db_run(c->conn, SQL_IMPORT_PROGRESS_DELETE, &id, 1, NULL);
}

static err_t begin(struct ctx *c, struct record *r, bool dry, int64_t *batch)
{
    struct begin b = {record_id(r), dry};
    const char *state = dry ? "checking" : "running";
    bool resumed = !dry && str_eqz(import_text(r, "state"), "running");
    if (resumed) {
        int64_t id;
        *batch = str_to_int(import_text(r, "batch"), &id) == OK ? id : 0;
        return OK;
    }
    TRY(ctx_transact(c, begin_work, &b));
    if (!dry)
        TRY(batch_begin(c, "import", import_text(r, "name"), batch));
    char started[INSTANT_CHARS + 1], number[24];
    instant_format(c->now, started);
    snprintf(number, sizeof number, "%lld", (long long)*batch);
    json_t *body = json_pack("{s:s, s:s}", "state", state, "started_at", started);
    if (!dry)
        json_object_set_new(body, "batch", json_string(number));
    return import_set(c, b.id, body, &r);
}

static err_t finish(struct run *r, err_t e)
{
    struct ctx *c = r->ctx;
    const struct import_tally *t = &r->tally;
    json_t *report = json_object();
    struct record *updated;
    char ended[INSTANT_CHARS + 1];
    const char *state = e == ERR_LIMIT ? r->work.dry ? "uploaded" : "cancelled"
                        : e != OK      ? "failed"
                        : r->work.dry  ? "checked"
                                       : "done";
    str tally = import_tally_json(c->arena, t);
    json_object_set_new(report, "tally", json_loadb(tally.p, tally.n, 0, NULL));
    if (e != OK && c->problems.list.n) {
        str text = message_of_problem(c->arena, c->lang, &c->problems.list.at[0]);
        json_object_set_new(report, "error", json_stringn(text.p, text.n));
    }
    instant_format(clock_now(), ended);
    json_t *body = json_pack(
        "{s:s, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "state", state, "report", report, "rows",
        (json_int_t)t->rows, "created", (json_int_t)t->outcome[IMPORT_CREATED], "updated",
        (json_int_t)t->outcome[IMPORT_UPDATED], "merged", (json_int_t)t->outcome[IMPORT_MERGED],
        "skipped", (json_int_t)t->outcome[IMPORT_SKIPPED], "refused",
        (json_int_t)t->outcome[IMPORT_REFUSED], "ended_at", ended);
    TRY(import_set(c, r->work.id, body, &updated));
    return e;
}

static err_t read_file(struct run *r, const struct record *import)
{
    err_t e = import_open_sheet(r->ctx, import, &r->reader);
    if (e == OK)
        e = run_chunks(r);
    if (r->reader)
        sheet_close(r->reader);
    import_seen_free(r->work.seen);
    return e;
}

err_t import_run(struct ctx *c, struct job *job, struct record *import, bool dry)
{
    struct run r = {.ctx = c, .job = job};
    int64_t batch = 0;
    TRY(import_work_init(c, import, dry, &r.work));
    TRY(begin(c, import, dry, &batch));
    if (!dry)
        TRY(load_progress(&r));
    const char *through = c->through;
    r.work.seen = import_seen_new();
    c->batch = batch;
    c->through = "import";
    err_t e = read_file(&r, import);
    c->batch = 0;
    c->through = through;
    bool put_back =
        e == ERR_LIMIT && job && atomic_load(&((struct job_running *)job->runner)->put_back);
    return err_is_fault(e) || put_back ? e : finish(&r, e);
}

/* ---- answers after the run ---- */

static err_t
read_answered(struct import_work *w, struct ctx *c, int64_t number, struct import_line *out)
{
    value params[] = {V_INT(w->id), V_INT(number)}, row[7];
    json_t *cells;
    TRY(db_one(c->conn, c->arena, SQL_IMPORT_ROW_GET, params, 2, row, 7));
    TRY(json_read(c->arena, row[3].s, &c->problems, &cells));
    size_t n = json_array_size(cells);
    struct sheet_cell *texts = ARENA_ARRAY(c->arena, struct sheet_cell, n);
    for (size_t i = 0; i < n; i++) {
        str text = json_str(json_array_get(cells, i));
        texts[i] = (struct sheet_cell){.kind = text.n ? CELL_TEXT : CELL_EMPTY, .text = text};
    }
    *out = (struct import_line){.line = (size_t)number};
    return import_cells(w, c, texts, n, out);
}

err_t import_run_answered(struct ctx *c, struct record *import, const int64_t *lines, size_t n)
{
    struct run r = {.ctx = c};
    struct chunk k = {.work = &r.work, .tally = &r.tally, .n = n, .answered = true};
    int64_t batch;
    TRY(import_work_init(c, import, false, &r.work));
    TRY(load_progress(&r));
    r.tally.rows -= (int64_t)n; /* they are counted anew */
    r.tally.outcome[IMPORT_ASK] -= (int64_t)n;
    k.lines = ARENA_ARRAY(c->arena, struct import_line, n);
    for (size_t i = 0; i < n; i++)
        TRY(read_answered(&r.work, c, lines[i], &k.lines[i]));
    if (str_to_int(import_text(import, "batch"), &batch) != OK)
        return ERR_CONFLICT;
    const char *through = c->through;
    r.work.seen = import_seen_new();
    c->batch = batch;
    c->through = "import";
    err_t e = do_chunk(&k, c);
    c->batch = 0;
    c->through = through;
    import_seen_free(r.work.seen);
    TRY(e);
    return finish(&r, OK);
}
