/* map: from str to pointer, in an arena. Keys are borrowed and must live as long as the map.
 * Zero-initialised is empty. Reading is safe from many threads once filling has ended. */
#pragma once

#include "base/arena.h"

struct map {
    struct map_slot {
        str key;
        void *value;
    } * slots;
    size_t n, cap; /* cap is a power of two or 0 */
};

/* NULL when absent. */
void *map_get(const struct map *, str key);
/* Sets or replaces; returns the earlier value or NULL. value must not be NULL. */
void *map_put(struct arena *, struct map *, str key, void *value);
