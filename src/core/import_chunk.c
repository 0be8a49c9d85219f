/* Rows of one transaction. A chunk is first tried as a whole, in a pipeline; when a row of it fails
 * in the database it is done again with a savepoint around each row, so that one bad row costs the
 * others nothing and good files pay for no savepoints. */
#include "core/import_internal.h"

#include "base/limits.h"
#include "sql_core.h"

enum { KEPT_LINES = 2000 }; /* of each outcome, the first are kept for looking at */

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

/* alike: how many rows so far became what this one does. */
static bool worth_keeping(const struct import_line *line, int64_t alike)
{
    return alike <= KEPT_LINES || import_line_noted(line) || line->outcome == IMPORT_REFUSED ||
           line->outcome == IMPORT_ASK;
}

/* With the rows themselves: whoever has been taken for dead and finds that another has gone on in
 * his place undoes his chunk. */
static err_t store_progress(struct import_chunk *k, struct ctx *c, str tally)
{
    int64_t changed;
    value id = V_INT(k->work->id), last = V_INT((int64_t)k->lines[k->n - 1].line);
    value forward[] = {id, last, V_TEXT(tally), V_INT(k->done_line)};
    value counted[] = {id, V_TEXT(tally), V_TEXT(k->tally_stored)};
    TRY(k->answered ? db_run(c->conn, SQL_IMPORT_PROGRESS_TALLY, counted, 3, &changed)
                    : db_run(c->conn, SQL_IMPORT_PROGRESS_PUT, forward, 4, &changed));
    if (changed)
        return OK;
    if (!k->answered)
        return ERR_UNAVAILABLE;
    problem_add(&c->problems, S("/answers"), "import_answered", NULL);
    return ERR_CONFLICT;
}

static err_t store_lines(struct import_chunk *k, struct ctx *c)
{
    struct import_work *w = k->work;
    struct import_tally tally;
    import_tally_copy(c->arena, k->tally, &tally);
    for (size_t i = 0; i < k->n; i++) {
        const struct import_line *line = &k->lines[i];
        bool undone = w->dry && line->outcome == IMPORT_CREATED;
        import_tally_add(c->arena, &tally, w, line);
        if (!worth_keeping(line, tally.outcome[line->outcome]))
            continue;
        value params[] = {V_INT(w->id),
                          V_INT((int64_t)line->line),
                          V_TEXT(str_from(stored_names[line->outcome])),
                          V_ID(undone ? 0 : line->record),
                          V_TEXT(cells_json(c->arena, line)),
                          V_TEXT_OR_NULL(import_problems_json(c, line)),
                          V_TEXT_OR_NULL(import_candidates_json(c, line))};
        TRY(db_run(c->conn, SQL_IMPORT_ROW_PUT, params, 7, NULL));
    }
    return store_progress(k, c, import_tally_json(c->arena, &tally));
}

static err_t store_work(struct ctx *c, void *arg)
{
    return store_lines(arg, c);
}

/* Takes the waiting rows; ERR_CONFLICT: somebody else has answered one of them. They come back with
 * their outcome (store_lines). ERR_NOT_FOUND: the import has been deleted; it is not from here on.
 */
static err_t claim_lines(struct import_chunk *k, struct ctx *c)
{
    struct record *import;
    TRY(record_load(c, import_object(c), k->work->id, &import));
    if (!record_live(import))
        return ERR_NOT_FOUND;
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

static err_t write_chunk(struct import_chunk *k, struct ctx *c)
{
    if (k->answered)
        TRY(claim_lines(k, c));
    for (size_t i = 0; i < k->n; i++)
        k->lines[i].problems.n = k->lines[i].read_problems;
    TRY(import_match(k->work, c, k->lines, k->n));
    for (size_t i = 0; i < k->n; i++)
        TRY(import_do_line(k, c, &k->lines[i]));
    if (!k->work->dry)
        return store_lines(k, c);
    TRY(db_settle(c->conn));
    k->complete = true;
    return ERR_LIMIT; /* undone: it was a check */
}

static err_t chunk_work(struct ctx *c, void *arg)
{
    struct import_chunk *k = arg;
    struct map known = {0};
    k->complete = false;
    c->known = &known;
    if (!k->careful)
        db_pipeline(c->conn);
    err_t e = write_chunk(k, c);
    c->known = NULL;
    return e;
}

static err_t load_answers(struct import_chunk *k, struct ctx *c)
{
    value params[] = {V_INT(k->work->id), V_INT((int64_t)k->first_line - 1),
                      V_INT((int64_t)k->lines[k->n - 1].line)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_IMPORT_ROW_ANSWERS, params, 3, &rows));
    while (db_next(rows))
        for (size_t i = 0; i < k->n; i++) {
            json_t *answer;
            if ((int64_t)k->lines[i].line != db_int(rows, 0))
                continue;
            k->lines[i].asked = true;
            if (!db_is_null(rows, 1) &&
                json_read(c->arena, arena_str(c->arena, db_text(rows, 1)), NULL, &answer) == OK)
                k->lines[i].answer = answer;
        }
    return db_rows_error(rows);
}

err_t import_do_chunk(struct import_chunk *k, struct ctx *c)
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
