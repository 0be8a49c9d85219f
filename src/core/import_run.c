/* Check and run: the whole file, chunk by chunk, and the rows that waited for an answer. */
#include "core/import_internal.h"

#include <stdio.h>

#include "base/limits.h"
#include "base/message.h"
#include "core/change.h"
#include "core/job_internal.h"
#include "sql_core.h"

struct run {
    struct import_work work;
    struct ctx *ctx;
    struct job *job;
    struct sheet_reader *reader;
    struct import_tally tally;
    str tally_stored;
    int64_t done_line;
    size_t estimate; /* of all rows, while they are not all read */
};

static size_t bytes_of(const struct import_line *line)
{
    size_t n = 0;
    for (size_t i = 0; i < line->cell_count; i++)
        n += line->cells[i].n;
    return n;
}

/* Fills the chunk's rows: fewer than IMPORT_CHUNK at the end of the file, and when there is much in
 * them. */
static err_t
read_chunk(struct run *r, struct ctx *c, struct import_line *lines, size_t *n, bool *end)
{
    size_t bytes = 0;
    *n = 0;
    while (*n < IMPORT_CHUNK && bytes < IMPORT_CHUNK_BYTES && !*end) {
        struct sheet_cell *cells;
        size_t count, line;
        TRY(sheet_next(r->reader, &cells, &count, &line, end, &r->ctx->problems));
        if (*end || !line || (int64_t)line <= r->work.header_row)
            continue;
        struct import_line *one = &lines[(*n)++];
        *one = (struct import_line){.line = line};
        TRY(import_cells(&r->work, c, cells, count, one));
        bytes += bytes_of(one);
    }
    return OK;
}

/* Rows that an earlier attempt has done: their keys are known as if this one had. Takes them out of
 * the chunk. */
static err_t recall(struct run *r, struct ctx *c, struct import_line *lines, size_t *n)
{
    size_t old = 0;
    bool *out = ARENA_ARRAY(c->arena, bool, IMPORT_CHUNK);
    while (old < *n && (int64_t)lines[old].line <= r->done_line)
        old++;
    if (!old)
        return OK;
    value params[] = {V_INT(r->work.id), V_INT((int64_t)lines[0].line),
                      V_INT((int64_t)lines[old - 1].line)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_IMPORT_ROW_KEPT_OUT, params, 3, &rows));
    while (db_next(rows))
        for (size_t i = 0; i < old; i++)
            out[i] = out[i] || (int64_t)lines[i].line == db_int(rows, 0);
    TRY(db_rows_error(rows));
    for (size_t i = 0; i < old; i++)
        if (!out[i])
            import_match_remember(&r->work, c, &lines[i]);
    *n -= old;
    memmove(lines, lines + old, *n * sizeof *lines);
    return OK;
}

/* An estimate by bytes, in two digits, given up only when it is far off; the truth at the end. */
static size_t estimate(struct run *r, size_t done, double share)
{
    size_t round = 1, by_bytes = share > 0.01 ? (size_t)((double)done / share) : 0;
    while (by_bytes / round >= 100)
        round *= 10;
    by_bytes = (by_bytes + round - 1) / round * round;
    size_t off = by_bytes > r->estimate ? by_bytes - r->estimate : r->estimate - by_bytes;
    if (!r->estimate || off * 5 > r->estimate || done > r->estimate)
        r->estimate = by_bytes;
    return r->estimate > done ? r->estimate : done;
}

static err_t report_progress(struct run *r, bool end)
{
    size_t done = (size_t)r->tally.rows;
    if (!r->job)
        return OK;
    double share = sheet_progress(r->reader);
    return job_progress(r->ctx, r->job, done,
                        end || share <= 0.01 ? end * done : estimate(r, done, share));
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
        struct import_chunk k = {.work = &r->work, .tally = &r->tally, .done_line = r->done_line};
        k.lines = ARENA_ARRAY(arena, struct import_line, IMPORT_CHUNK);
        TRY(read_chunk(r, &c, k.lines, &k.n, &end));
        TRY(recall(r, &c, k.lines, &k.n));
        if (k.n) {
            TRY(import_do_chunk(&k, &c));
            r->done_line = (int64_t)k.lines[k.n - 1].line;
        }
        TRY(report_progress(r, end));
        arena_reset(arena);
        if (r->tally.rows > IMPORT_ROWS) { /* it ends as failed, and can be undone */
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
    r->tally_stored = cells[1].s;
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
    struct import_work w = {
        .ctx = c,
        .id = record_id(r),
        .dry = dry,
        .cards = json_is_null(record_field_json(c, r, object_field(r->object, S("header_row")))),
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

/* Who asked could when he did. */
static err_t may_import(struct ctx *c)
{
    if (access_right(c->access, RIGHT_IMPORT))
        return OK;
    problem_add(&c->problems, S(""), "denied", NULL);
    return ERR_DENIED;
}

static err_t read_file(struct run *r, const struct record *import)
{
    err_t e = may_import(r->ctx);
    if (e == OK)
        e = import_open_sheet(r->ctx, import, &r->reader);
    if (e == OK)
        e = run_chunks(r);
    if (r->reader)
        sheet_close(r->reader);
    import_seen_free(r->work.seen);
    return e;
}

/* A check reads all cells and so learns the order of days that the guess has not seen. again: some
 * were read in another. */
static err_t keep_orders(struct run *r, struct record **import, bool *again)
{
    struct ctx *c = r->ctx;
    bool set;
    json_t *columns = json_keep(c->arena, json_deep_copy(import_json(c, *import, "columns")));
    import_date_settle(&r->work.map, columns, &set, again);
    return set ? import_set(c, r->work.id, json_pack("{s:O}", "columns", columns), import) : OK;
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
    bool again = false;
    if (e == OK && dry)
        TRY(keep_orders(&r, &import, &again));
    if (again)
        return import_run(c, job, import, dry);
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
    *out = (struct import_line){.line = (size_t)number};
    return import_cells_again(w, c, cells, out);
}

err_t import_run_answered(struct ctx *c, struct record *import, const int64_t *lines, size_t n)
{
    struct run r = {.ctx = c};
    struct import_chunk k = {.work = &r.work, .tally = &r.tally, .n = n, .answered = true};
    int64_t batch;
    TRY(import_work_init(c, import, false, &r.work));
    TRY(load_progress(&r));
    k.tally_stored = r.tally_stored;
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
    err_t e = import_do_chunk(&k, c);
    c->batch = 0;
    c->through = through;
    import_seen_free(r.work.seen);
    TRY(e);
    return finish(&r, OK);
}
