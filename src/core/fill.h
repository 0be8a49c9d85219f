/* fill: works out stored formulas and roll-ups anew where something else than a write of the record
 * itself has changed them: the model got a new one, or a formula looks at a record that was
 * written.
 */
#pragma once

#include "core/ctx.h"

/* Adds the job kind and the log reader; once, before they start. */
void fill_attach(struct app *);
/* In the transaction that changes the model: enqueues the work for formulas and roll-ups that are
 * new or other than before. */
err_t fill_after_model(struct ctx *,
                       const struct model *before,
                       const struct model *after) MUST_USE;
