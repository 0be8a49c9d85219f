#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_BLOCK = 4096, LARGEST_BLOCK = 1 << 20, ALIGN = 16 };

struct block {
    struct block *next;
    size_t size, used;
    _Alignas(ALIGN) char bytes[];
};

struct deferred {
    struct deferred *next;
    void (*fn)(void *);
    void *pointer;
};

struct arena {
    struct block *blocks; /* newest first */
    struct deferred *deferred;
    size_t total, max;
};

static _Noreturn void die(const char *why)
{
    fprintf(stderr, "fatal: arena: %s\n", why);
    abort();
}

static struct block *block_new(struct arena *a, size_t least)
{
    size_t size = a->blocks ? a->blocks->size * 2 : FIRST_BLOCK;
    if (size > LARGEST_BLOCK)
        size = LARGEST_BLOCK;
    if (size < least)
        size = least;
    if (size > a->max - a->total)
        size = least;
    if (size > a->max - a->total)
        die("past its ceiling");
    struct block *b = malloc(sizeof *b + size);
    if (!b)
        die("out of memory");
    *b = (struct block){.next = a->blocks, .size = size};
    a->blocks = b;
    a->total += size;
    return b;
}

struct arena *arena_new(size_t max_bytes)
{
    struct arena *a = calloc(1, sizeof *a);
    if (!a)
        die("out of memory");
    a->max = max_bytes;
    return a;
}

static void run_deferred(struct arena *a)
{
    for (struct deferred *d = a->deferred; d; d = d->next)
        d->fn(d->pointer);
    a->deferred = NULL;
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    run_deferred(a);
    for (struct block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(a);
}

void arena_reset(struct arena *a)
{
    run_deferred(a);
    struct block *keep = NULL;
    for (struct block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        if (!next)
            keep = b;
        else
            free(b);
    }
    if (keep)
        keep->used = 0;
    a->blocks = keep;
    a->total = keep ? keep->size : 0;
}

size_t arena_used(const struct arena *a)
{
    return a->total;
}

static void *take(struct arena *a, size_t size)
{
    if (size > SIZE_MAX / 2)
        die("impossible size");
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    struct block *b = a->blocks;
    if (!b || b->size - b->used < size)
        b = block_new(a, size ? size : ALIGN);
    void *p = b->bytes + b->used;
    b->used += size;
    return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
    return memset(take(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes))
        die("impossible size");
    return arena_alloc(a, bytes);
}

char *arena_strz(struct arena *a, str s)
{
    char *p = take(a, s.n + 1);
    if (s.n)
        memcpy(p, s.p, s.n);
    p[s.n] = '\0';
    return p;
}

str arena_lower(struct arena *a, str s)
{
    char *out = arena_alloc(a, s.n + 1);
    for (size_t i = 0; i < s.n; i++)
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (char)(s.p[i] + 32) : s.p[i];
    out[s.n] = '\0';
    return (str){out, s.n};
}

str arena_str(struct arena *a, str s)
{
    return (str){arena_strz(a, s), s.n};
}

str arena_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    if (n < 0)
        die("bad format");
    char *p = take(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, format, again);
    va_end(again);
    return (str){p, (size_t)n};
}

str arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str s = arena_vprintf(a, format, args);
    va_end(args);
    return s;
}

str arena_concat(struct arena *a, str x, str y)
{
    char *p = take(a, x.n + y.n + 1);
    if (x.n)
        memcpy(p, x.p, x.n);
    if (y.n)
        memcpy(p + x.n, y.p, y.n);
    p[x.n + y.n] = '\0';
    return (str){p, x.n + y.n};
}

void arena_defer(struct arena *a, void (*fn)(void *), void *pointer)
{
    struct deferred *d = take(a, sizeof *d);
    *d = (struct deferred){.next = a->deferred, .fn = fn, .pointer = pointer};
    a->deferred = d;
}
