#include "base/map.h"

static struct map_slot *slot_of(const struct map *m, str key)
{
    size_t i = str_hash(key) >> 16 & (m->cap - 1);
    while (m->slots[i].value && !str_eq(m->slots[i].key, key))
        i = (i + 1) & (m->cap - 1);
    return &m->slots[i];
}

void *map_get(const struct map *m, str key)
{
    return m->cap ? slot_of(m, key)->value : NULL;
}

static void grow(struct arena *arena, struct map *m)
{
    struct map bigger = {.cap = m->cap ? m->cap * 2 : 16, .n = m->n};
    bigger.slots = ARENA_ARRAY(arena, struct map_slot, bigger.cap);
    for (size_t i = 0; i < m->cap; i++)
        if (m->slots[i].value)
            *slot_of(&bigger, m->slots[i].key) = m->slots[i];
    *m = bigger;
}

void *map_put(struct arena *arena, struct map *m, str key, void *value)
{
    if (m->n * 4 >= m->cap * 3)
        grow(arena, m);
    struct map_slot *slot = slot_of(m, key);
    void *before = slot->value;
    if (!before)
        m->n++;
    *slot = (struct map_slot){key, value};
    return before;
}
