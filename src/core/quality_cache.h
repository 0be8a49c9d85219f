/* quality_cache: figures of data quality that have been counted already. Counting reads all
 * customers, so it takes at most a twentieth of the time: figures that took a second to count are
 * shown for twenty, with the moment they were counted at. Thread-safe. */
#pragma once

#include "core/ctx.h"

struct quality_cache;

/* The figures kept under the key while they are young enough; empty = count them. */
str quality_cache_get(struct ctx *, str key, int64_t *counted_at);
void quality_cache_put(struct ctx *, str key, str figures, int64_t took);
void quality_cache_free(struct quality_cache *);
