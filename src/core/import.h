/* import: a file of strangers' making becomes records (docs/guide/en/import.md).
 *
 *   file ─► import_create ─► guess: sheet, header row, columns ─► people change them ─► check ─►
 * run
 *
 *   rows ─► cells read and repaired ─► known already? ─► created, updated, refused … ─► import_row
 *   (import_cell)  (import_ref)         (import_match)    (import_run) (import_report)
 *
 * check is a run whose transactions are undone, so its report is what the run will do. A run writes
 * chunks of rows; each commits with the place it has reached, so a run that was killed goes on
 * there and doubles nothing. Its records are one batch, "through" import, and can be undone. */
#pragma once

#include "core/job.h"
#include "core/record.h"

/* Job kinds, hooks; once at start. */
void import_attach(void);

/* Looks into the file and proposes a mapping: the import's record, to be kept. ERR_NOT_FOUND: no
 * such file; ERR_INVALID: a file that cannot be read ("sheet_…") or an object that is not imported;
 * ERR_DENIED. Takes long; import_keep only writes. */
err_t import_propose(struct ctx *, int64_t file, str object, json_t **out) MUST_USE;
err_t import_keep(struct ctx *, const json_t *proposal, struct record **out) MUST_USE;
/* Both. */
err_t import_create(struct ctx *, int64_t file, str object, struct record **out) MUST_USE;
/* Own imports, all for administrators, and by role. ERR_NOT_FOUND. Who may not change it sees no
 * more of its rows than of records. */
err_t import_get(struct ctx *, int64_t id, struct record **out) MUST_USE;
/* sheet, header_row, columns, policy, source. version 0 = any. ERR_CONFLICT "stale",
 * "import_state": it runs or has run already. ERR_DENIED: he may only read it; so with a check, a
 * run and answers. */
err_t import_change(
    struct ctx *, int64_t id, int64_t version, const json_t *body, struct record **out) MUST_USE;

enum import_step { IMPORT_CHECK, IMPORT_RUN, IMPORT_UNDO };
/* Enqueues the step. ERR_CONFLICT "import_state". */
err_t import_start(struct ctx *, int64_t id, enum import_step, int64_t *job) MUST_USE;
/* Does the step here and now; job may be NULL (commands, tests). ERR_LIMIT: cancelled. */
err_t import_do(struct ctx *, struct job *, int64_t id, enum import_step) MUST_USE;

/* The record and its rows, and its file unless that belongs to a record, is another's or serves
 * another import; what it has written stays, and cannot be undone by it. Own ones, all for
 * administrators, and by role. ERR_NOT_FOUND; ERR_DENIED: he may only read it; ERR_CONFLICT
 * "import_busy": a step is under way. */
err_t import_delete(struct ctx *, int64_t id) MUST_USE;

/* {"answers":[{"line","choice":"update|create|skip","id"}]} for rows that wait. Before the run they
 * are kept for it, afterwards they are done at once. */
err_t import_answer(struct ctx *, int64_t id, const json_t *answers) MUST_USE;

/* As in docs/internals/api.md. */
err_t import_write_json(struct ctx *, const struct record *, struct jw *) MUST_USE;
err_t import_list_json(struct ctx *, size_t limit, struct jw *) MUST_USE;
/* outcome: "" = all, "created" …; after: the last line seen. */
err_t import_rows_json(struct ctx *,
                       const struct record *,
                       str outcome,
                       int64_t after,
                       size_t limit,
                       struct jw *) MUST_USE;
/* "客户名单-未导入": the file's own name, to which the format's ending comes. */
str import_refused_name(struct ctx *, const struct record *);
/* The refused rows with their reasons, to be corrected and imported again. format "xlsx" or "csv".
 * Makes a temporary file; the caller removes it. ERR_DENIED: he may only read the import. */
err_t import_refused_file(struct ctx *,
                          const struct record *,
                          str format,
                          const char **path) MUST_USE;
