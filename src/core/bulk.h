/* bulk: one change to all records that a condition finds, or their deletion, as a job.
 *
 *   where, q ─► pages by id, newest first ─► each record under the caller's rights ─► one batch
 *
 * A transaction takes the records that it gets done in 40 ms and stores with them how far it has
 * come, so that a run that was killed goes on there. A record that somebody changed since its page
 * was read is changed all the same if it still matches. What is created meanwhile is not reached.
 */
#pragma once

#include "core/job.h"
#include "core/record.h"

enum { BULK_REFUSALS = 50 };

struct bulk {
    const struct object *object;
    struct list_query query; /* what it reaches */
    bool delete;
    const json_t *change; /* {field: value} or, of sets, {field: {"add":[…],"remove":[…]}} */
    const json_t *request;
    str title;     /* of its batch */
    int64_t total; /* how many records that is: bulk_count */
};

/* {"where","q","change","delete","title"}; a job's arguments have "ids" instead of "q". ERR_INVALID
 * with problems; ERR_DENIED, "proof_required" for guarded objects. */
err_t bulk_read(struct ctx *, const struct object *, const json_t *, struct bulk *out) MUST_USE;
/* {"matches","changeable","refusals":[…]}: the refusals, at most five, are found by trying the
 * newest for a moment; nothing is kept of it. */
err_t bulk_preview(struct ctx *, const struct bulk *, struct jw *) MUST_USE;
/* Takes long; goes before bulk_start, which only writes. */
err_t bulk_count(struct ctx *, struct bulk *) MUST_USE;
err_t bulk_start(struct ctx *, const struct bulk *, int64_t *job) MUST_USE;
void bulk_attach(void);
