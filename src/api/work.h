/* work: search, jobs, batches. */
#pragma once

#include "api/api.h"

err_t search_all(struct call *) MUST_USE;
