/* change_internal: what the files around the change log share. */
#pragma once

#include "core/change.h"

/* Fields that the log leaves out, for the change itself tells them. */
bool change_implies(const struct field *);
struct batch {
    str kind, title;
    int64_t at, actor, undo_until, undone_at, undo_batch;
    bool guarded;
};
/* sql: batch_get or batch_take. The caller's own, or any with RIGHT_UNDO; else ERR_NOT_FOUND. */
err_t batch_read(struct ctx *, str sql, int64_t id, struct batch *out) MUST_USE;
/* Can it still be taken back? ERR_CONFLICT "batch_undone", "batch_too_old". */
err_t batch_check(struct ctx *, const struct batch *) MUST_USE;

/* Of a row with the columns that change_after selects. */
struct change change_of_row(const struct db_rows *, struct arena *);
/* The rows of such a statement, no more than `most_bytes` and one. */
err_t change_read(struct db_conn *,
                  struct arena *,
                  str sql,
                  const value *params,
                  size_t param_count,
                  size_t most_bytes,
                  struct change **out,
                  size_t *n) MUST_USE;
