/* computed: what a formula or a roll-up is worked out from. */
#pragma once

#include "model/model.h"

/* Calls each for every field that f reads, of its own object and of others; none when f is not
 * computed. */
err_t computed_fields(const struct field *f,
                      err_t (*each)(void *, const struct field *),
                      void *) MUST_USE;
