/* vec: a growing array in an arena.
 *
 *     VEC(struct column) columns = {0};
 *     *VEC_PUSH(arena, columns) = (struct column){…};
 *     for (size_t i = 0; i < columns.n; i++) use(&columns.at[i]);
 *
 * Pointers into it are void after the next push. */
#pragma once

#include <string.h>

#include "base/arena.h"

#define VEC(type)                                                                                  \
    struct {                                                                                       \
        type *at;                                                                                  \
        size_t n, cap;                                                                             \
    }

/* A pointer to a new, zeroed last element. */
#define VEC_PUSH(arena, vec)                                                                       \
    ((vec).at = vec_grow_((arena), (vec).at, (vec).n, &(vec).cap, sizeof *(vec).at),               \
     &(vec).at[(vec).n++])

static inline void *vec_grow_(struct arena *arena, void *at, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return at;
    size_t more = *cap ? *cap * 2 : 8;
    void *p = arena_array(arena, more, size);
    if (n)
        memcpy(p, at, n * size);
    *cap = more;
    return p;
}
