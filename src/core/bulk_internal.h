/* bulk_internal: what the files of bulk share. */
#pragma once

#include "core/bulk.h"

enum bulk_outcome {
    BULK_CHANGED,
    BULK_UNCHANGED, /* it was so already */
    BULK_LEFT,      /* gone, or no longer matching when its turn came */
    BULK_REFUSED,
    BULK_OUTCOMES
};

struct bulk_refusal {
    int64_t record;
    str title, code, detail;
};

/* Within a transaction. `seen`: as its page showed it. *refusal only when BULK_REFUSED. */
err_t bulk_record(struct ctx *,
                  const struct bulk *,
                  const struct record *seen,
                  enum bulk_outcome *,
                  struct bulk_refusal *refusal) MUST_USE;
/* A refusal by the problems from `first` on, else by the outcome itself. */
struct bulk_refusal
bulk_refusal_of(struct ctx *, const struct record *, err_t outcome, size_t first);
void bulk_write_refusals(const struct bulk_refusal *, size_t n, struct jw *);

/* How long a transaction goes on taking records. */
int64_t bulk_chunk_end(void); /* monotonic */

err_t bulk_job(struct ctx *, struct job *, json_t **result) MUST_USE;
