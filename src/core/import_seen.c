/* Keys of earlier rows: an open table of words that hold 40 bits of a key's hash and 24 of its
 * line, so that a million rows with three keys each take 64 MiB. */
#include <stdlib.h>

#include "core/import_internal.h"

enum { LINE_BITS = 24, FIRST_SLOTS = 1 << 12 };
static const uint64_t LINE_MASK = (1u << LINE_BITS) - 1;

struct import_seen {
    uint64_t *slots; /* 0 = free */
    size_t cap, n;
};

static uint64_t *slots_new(size_t cap)
{
    uint64_t *slots = calloc(cap, sizeof *slots);
    if (!slots)
        abort();
    return slots;
}

struct import_seen *import_seen_new(void)
{
    struct import_seen *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    s->cap = FIRST_SLOTS;
    s->slots = slots_new(s->cap);
    return s;
}

void import_seen_free(struct import_seen *s)
{
    if (!s)
        return;
    free(s->slots);
    free(s);
}

static uint64_t hash_of(str kind, str key)
{
    uint64_t h = str_hash(key) ^ (str_hash(kind) * 0x9e3779b97f4a7c15u);
    h ^= h >> 31;
    h *= 0xbf58476d1ce4e5b9u;
    return h ^ h >> 29;
}

/* The slot of a tag, or the free one where it belongs. */
static uint64_t *place(const struct import_seen *s, uint64_t tag)
{
    for (size_t i = (size_t)(tag >> LINE_BITS) & (s->cap - 1);; i = (i + 1) & (s->cap - 1))
        if (!s->slots[i] || (s->slots[i] & ~LINE_MASK) == tag)
            return &s->slots[i];
}

static uint64_t tag_of(str kind, str key)
{
    return hash_of(kind, key) & ~LINE_MASK;
}

static void grow(struct import_seen *s)
{
    struct import_seen old = *s;
    s->cap *= 2;
    s->slots = slots_new(s->cap);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i])
            *place(s, old.slots[i] & ~LINE_MASK) = old.slots[i];
    free(old.slots);
}

size_t import_seen_get(const struct import_seen *s, str kind, str key)
{
    return (size_t)(*place(s, tag_of(kind, key)) & LINE_MASK);
}

size_t import_seen_put(struct import_seen *s, str kind, str key, size_t line)
{
    if (s->n * 3 >= s->cap * 2)
        grow(s);
    uint64_t *slot = place(s, tag_of(kind, key));
    if (*slot)
        return (size_t)(*slot & LINE_MASK);
    *slot = tag_of(kind, key) | (line < LINE_MASK ? line : LINE_MASK);
    s->n++;
    return 0;
}
