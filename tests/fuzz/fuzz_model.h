/* fuzz_model: the shipped model, and a record to try things on. */
#pragma once

#include "model/condition.h"

const struct object *fuzz_customer(const struct model **model);
/* Every other cell is filled, by `salt`. */
struct record *fuzz_record(struct arena *, const struct object *, unsigned salt);
/* Every link leads to nothing. */
extern const struct condition_source FUZZ_SOURCE;
