/* title_cache: titles of records that are few and seldom change (stages, people, departments), as
 * they were last read. One holds while the epoch of rights that was read before it stands, which
 * whatever changes such a record raises in its transaction, on every node. */
#pragma once

#include "base/arena.h"
#include "model/model.h"

struct title_cache;
struct title_cache *title_cache_new(void);
void title_cache_free(struct title_cache *); /* NULL is fine */

/* Are the object's titles kept? */
bool title_cache_of(const struct object *);
/* What a title was read with. Titles of another one are forgotten. */
struct title_moment {
    int64_t epoch; /* access_epoch */
    int64_t model; /* its version */
};
/* The title in the arena; false: it has to be read. */
bool title_cache_find(
    struct title_cache *, struct title_moment, int64_t id, struct arena *, str *out);
/* In the place of another one. A title of more than 100 bytes is not kept. */
void title_cache_keep(struct title_cache *, struct title_moment, int64_t id, str title);
