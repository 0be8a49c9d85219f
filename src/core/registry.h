/* registry: which model is in force. The model is immutable and swapped whole when an administrator
 * changes it (here or on another node); whoever works with one keeps a reference. */
#pragma once

#include "base/buf.h"
#include "core/ctx.h"

struct registry;
struct registry *registry_new(void);
void registry_free(struct registry *);

/* The model in force; give it back with model_release. */
const struct model *model_hold(struct app *);
void model_release(struct app *, const struct model *);

/* Core tables (core/schema.sql) and those of the model are brought up to date under a lock;
 * additive steps only. ERR_CONFLICT: the database was made by a newer binary, or "migrate_busy":
 * somebody held a table all the time. */
err_t registry_migrate(struct app *, struct problems *) MUST_USE;
/* The SQL that registry_migrate would run; only reads. */
err_t registry_plan(struct app *, struct problems *, struct buf *plan) MUST_USE;
err_t registry_load(struct app *, struct problems *) MUST_USE;
/* Looks whether another node changed the model; at most once a second. */
void registry_refresh(struct app *);

/* ERR_DENIED: "right_missing": what decides who may do what (guarded) is for administrators;
 * "proof_required" (auth_fresh) unless it is a dry run. */
err_t registry_may_patch(struct ctx *, str object, bool dry_run) MUST_USE;
/* Run-time change: patch (in the format of docs/internals/objects.md, RFC 7396) merged over the
 * object's patch; NULL patch with an own object removes it. Checked, migrated and stored, together
 * with the jobs that work out formulas and roll-ups (core/fill.h); then swapped.
 * dry_run: only problems and plan. ERR_INVALID (also "model_shipped", "model_internal"),
 * ERR_CONFLICT ("model_busy": somebody held a table for long), ERR_DENIED "model_administrators",
 * "model_sensitive": it decides who sees what, and `by` is no administrator. */
err_t registry_patch(struct app *,
                     str object,
                     const json_t *patch,
                     int64_t by,
                     bool administrator,
                     bool dry_run,
                     struct problems *,
                     struct buf *plan) MUST_USE;
