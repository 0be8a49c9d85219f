/* arena: memory that lives and dies together.
 *
 * One arena serves one request, job step, command or immutable structure, and is freed whole. It
 * belongs to one thread at a time. When the machine is out of memory, or an arena grows past its
 * ceiling, the process aborts: whoever fills an arena from outside bytes bounds them first
 * (base/limits.h). */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include "base/str.h"

struct arena;

struct arena *arena_new(size_t max_bytes);
void arena_free(struct arena *);  /* NULL is fine; runs what was deferred, newest first */
void arena_reset(struct arena *); /* as free and new, keeping one block */
size_t arena_used(const struct arena *);

/* Zeroed, aligned for any type. Never NULL. size may be 0. */
void *arena_alloc(struct arena *, size_t size) __attribute__((malloc, returns_nonnull));
/* count * size, aborting on overflow. */
void *arena_array(struct arena *, size_t count, size_t size) __attribute__((returns_nonnull));
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_array((arena), (count), sizeof(type)))

/* Copies; the copy is followed by a NUL that is not counted. */
str arena_str(struct arena *, str s);
str arena_lower(struct arena *, str s); /* a copy with A-Z in lower case */
char *arena_strz(struct arena *, str s);
str arena_printf(struct arena *, const char *format, ...) __attribute__((format(printf, 2, 3)));
str arena_vprintf(struct arena *, const char *format, va_list)
    __attribute__((format(printf, 2, 0)));
str arena_concat(struct arena *, str a, str b);

/* Calls fn(pointer) when the arena is freed or reset. */
void arena_defer(struct arena *, void (*fn)(void *), void *pointer);

static inline void arena_free_p(struct arena **a)
{
    arena_free(*a);
}
#define AUTO_ARENA __attribute__((cleanup(arena_free_p))) struct arena *
