/* tag_rewrite: records keep the names of their tags (docs/decisions/0003), so a tag that is renamed
 * or deleted is rewritten on all that have it: by a job, in one batch with the tag's own change.
 *
 *   from ─► what the tag is called when a chunk begins, so that a further rename needs no order
 *   from ─► gone, when the tag is deleted by then
 *
 * As long as the job goes on, who tags a record by the old name gets the new one. */
#pragma once

#include "core/ctx.h"
#include "core/record.h"

/* Hooks of tags: the title of the batch, and its job; nothing when no record has the tag. */
err_t tag_rewrite_batch(struct ctx *,
                        const struct record *before,
                        const struct record *after,
                        str *title) MUST_USE;
err_t tag_rewrite_start(struct ctx *,
                        const struct record *before,
                        const struct record *after) MUST_USE;
/* The tag whose old name is being rewritten, however it is spelled; 0 = none. */
err_t tag_rewriting(struct ctx *, str name, int64_t *tag) MUST_USE;
void tag_rewrite_attach(void);
bool tag_holds(const struct field *); /* a field of tags */
