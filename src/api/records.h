/* records: the generic routes of every object. */
#pragma once

#include "api/api.h"

err_t records_list(struct call *) MUST_USE;
err_t records_create(struct call *) MUST_USE;
err_t records_get(struct call *) MUST_USE;
err_t records_update(struct call *) MUST_USE;
err_t records_delete(struct call *) MUST_USE;
err_t records_restore(struct call *) MUST_USE;
err_t records_count(struct call *) MUST_USE;
err_t records_batch(struct call *) MUST_USE;
err_t records_bulk_prepare(struct call *) MUST_USE;
err_t records_bulk(struct call *) MUST_USE;
err_t records_merge_prepare(struct call *) MUST_USE;
err_t records_merge(struct call *) MUST_USE;
err_t records_duplicates(struct call *) MUST_USE;
err_t records_history(struct call *) MUST_USE;
err_t records_timeline(struct call *) MUST_USE;
err_t records_reveal(struct call *) MUST_USE;

/* list_params.c: where, q, sort, limit, after, deleted, count of the request as a query; of a JSON
 * body where, q and sort, with all hits. All that is wrong with them is told. */
struct list_params {
    struct list_query query;
    const struct field **fields; /* to show; NULL = all */
    size_t field_count;
    enum list_count { COUNT_NONE, COUNT_FAST, COUNT_EXACT } count;
    /* Words were given: query.ids are the best hits, best first; more than the index gives (1,000)
     * may be there. */
    bool words, more_hits;
};
/* A page in the order of the hits, when words were given and no sort. */
err_t list_ranked(struct call *, const struct list_params *, struct list_page *out) MUST_USE;
err_t list_params(struct call *,
                  const struct object *,
                  const json_t *body,
                  struct list_params *out) MUST_USE;
