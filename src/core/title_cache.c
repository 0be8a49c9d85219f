#include "core/title_cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 2048, TITLE_BYTES = 100 };

struct slot {
    int64_t id; /* 0 = none */
    size_t n;
    char title[TITLE_BYTES];
};

struct title_cache {
    pthread_mutex_t lock;
    struct title_moment moment;
    struct slot slots[SLOTS];
};

struct title_cache *title_cache_new(void)
{
    struct title_cache *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

void title_cache_free(struct title_cache *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    free(c);
}

bool title_cache_of(const struct object *o)
{
    return o->guarded || o->titles_kept;
}

static bool same_moment(const struct title_moment *a, const struct title_moment *b)
{
    return a->epoch == b->epoch && a->model == b->model;
}

/* Ids are of one sequence for all objects. */
static struct slot *slot_of(struct title_cache *c, int64_t id)
{
    uint64_t hash = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);
    return &c->slots[(hash >> 32) % SLOTS];
}

bool title_cache_find(
    struct title_cache *c, struct title_moment moment, int64_t id, struct arena *arena, str *out)
{
    pthread_mutex_lock(&c->lock);
    const struct slot *s = slot_of(c, id);
    bool found = same_moment(&c->moment, &moment) && s->id == id;
    if (found)
        *out = arena_str(arena, (str){s->title, s->n});
    pthread_mutex_unlock(&c->lock);
    return found;
}

void title_cache_keep(struct title_cache *c, struct title_moment moment, int64_t id, str title)
{
    if (title.n > TITLE_BYTES)
        return;
    pthread_mutex_lock(&c->lock);
    if (!same_moment(&c->moment, &moment)) {
        memset(c->slots, 0, sizeof c->slots);
        c->moment = moment;
    }
    struct slot *s = slot_of(c, id);
    s->id = id;
    s->n = title.n;
    memcpy(s->title, title.p, title.n);
    pthread_mutex_unlock(&c->lock);
}
