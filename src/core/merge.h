/* merge: records that turn out to be one become one, as a job in one batch that can be undone.
 *
 *   what names the others ─► names the one that is kept, in transactions of 40 ms each
 *   the others ─► deleted; their values ─► the one that is kept, in the last transaction
 *
 * A run that was killed goes on: what has moved names the kept one already. Ways to reach somebody
 * (identity keys) that the kept record has no field for go to a record that may come along with it,
 * such as a contact. */
#pragma once

#include "core/job.h"
#include "core/record.h"

enum { MERGE_OTHERS = 20, MERGE_COUNTED = 1000 };

struct merge {
    const struct object *object;
    int64_t kept;
    int64_t others[MERGE_OTHERS];
    size_t other_count;
    const json_t *values; /* {field: id of the record whose value it becomes}; the rest by itself */
    const json_t *request;
};

/* {"others":[id],"values":{field: id},"title","versions":{id: version}}. What nobody chose: the
 * kept record's value, else that of the first other that has one; sets are united, long texts put
 * below each other. ERR_INVALID with problems; ERR_DENIED unless the caller may change all of them;
 * ERR_NOT_FOUND. */
err_t merge_read(
    struct ctx *, const struct object *, int64_t kept, const json_t *, struct merge *) MUST_USE;
/* {"records":[…],"result":{…},"titles":{…},"moves":[{"object","field","count"}],"rests":[{"id",
 * "field","beside"}]}: the kept record and the others as the caller may see them; what would come
 * of them; what would name the kept one, counted up to MERGE_COUNTED + 1; identity keys that the
 * result has no field for, and whether a record beside it will hold them. ERR_INVALID: a rule. */
err_t merge_preview(struct ctx *, const struct merge *, struct jw *) MUST_USE;
/* ERR_INVALID with problems when the result would break a rule; ERR_CONFLICT "stale" when a record
 * is no longer the version that was seen. */
err_t merge_start(struct ctx *, const struct merge *, int64_t *job) MUST_USE;
/* What a merge moved by the server's right goes back by it, too, where the caller may change the
 * records that were kept. */
err_t merge_may_undo(struct ctx *, int64_t batch, bool *out) MUST_USE;
/* The living record that a deleted one was merged into, by way of further merges; 0 = none. */
err_t merge_into(struct ctx *, int64_t id, int64_t *out) MUST_USE;
void merge_attach(void);
