/* quality: how many customers can be reached and how much is known of them (S040), and which are to
 * be repaired first (S041). Counted in the caller's scope. */
#pragma once

#include "core/record.h"

/* by: "source" or "owner". {"counted_at","contacts","validity","completeness","records","groups",
 * "reference"}; of a large base not of this moment (core/quality_cache.h). */
err_t quality_json(struct ctx *, str by, struct jw *) MUST_USE;
/* Records to repair, cheapest first: without a contact but with notes that may hold one; without a
 * contact; with a gap in what is expected. problem "" = all, "no_contact", "missing". Writes the
 * array and then the members whole, has_more and next of the object around it. whole false: some
 * could not be found within a second or two. ERR_INVALID: a cursor. */
err_t quality_queue_json(struct ctx *, str problem, str after, size_t limit, struct jw *) MUST_USE;
