/* history: how changes are told, in the history of a record and in its timeline. */
#pragma once

#include "api/api.h"
#include "base/map.h"
#include "core/change.h"

/* What is asked for once for all entries of a page. */
struct history_known {
    struct map users, batches; /* by id: their names and titles */
};

/* The batch that a change belongs to, and what it is called while the caller may take it back. */
err_t history_write_batch(struct call *, struct history_known *, int64_t batch) MUST_USE;
str history_op(enum change_op); /* "create", "update" … */
/* {"id","name"} of a colleague, or null for the server. */
void history_write_actor(struct call *, struct history_known *, int64_t user);
/* [{"field","before","after"}] of what the caller may read; masked fields stay so, but on his own
 * records (record_own). Values by field id, as the log keeps them. */
void history_write_changes(
    struct call *, const struct object *, enum mine, const json_t *before, const json_t *after);
/* The refs of one side of a change, as a record, so that record_titles finds their names. */
struct record *history_side(struct call *, const struct object *, const json_t *side);
