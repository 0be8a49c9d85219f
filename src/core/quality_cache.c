#include "core/quality_cache.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

enum { ENTRIES = 256, TIMES = 20 };

struct entry {
    char *key, *figures;
    size_t key_n, figures_n;
    int64_t counted_at, until; /* until: monotonic */
};

struct quality_cache {
    pthread_mutex_t lock;
    struct entry entries[ENTRIES];
    size_t next; /* to be replaced when all are taken */
};

static struct quality_cache *cache_of(struct app *app)
{
    static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&making);
    if (!app->quality_cache) {
        struct quality_cache *cache = calloc(1, sizeof *cache);
        if (!cache)
            abort();
        pthread_mutex_init(&cache->lock, NULL);
        app->quality_cache = cache;
    }
    struct quality_cache *cache = app->quality_cache;
    pthread_mutex_unlock(&making);
    return cache;
}

static struct entry *find(struct quality_cache *cache, str key)
{
    for (size_t i = 0; i < ENTRIES; i++) {
        struct entry *e = &cache->entries[i];
        if (e->key && str_eq((str){e->key, e->key_n}, key))
            return e;
    }
    return NULL;
}

static void empty(struct entry *e)
{
    free(e->key);
    free(e->figures);
    *e = (struct entry){0};
}

static char *keep(str s)
{
    char *p = malloc(s.n + 1);
    if (!p)
        abort();
    memcpy(p, s.p, s.n);
    return p;
}

str quality_cache_get(struct ctx *c, str key, int64_t *counted_at)
{
    struct quality_cache *cache = cache_of(c->app);
    str figures = {0};
    pthread_mutex_lock(&cache->lock);
    const struct entry *e = find(cache, key);
    if (e && clock_monotonic() < e->until) {
        figures = arena_str(c->arena, (str){e->figures, e->figures_n});
        *counted_at = e->counted_at;
    }
    pthread_mutex_unlock(&cache->lock);
    return figures;
}

void quality_cache_put(struct ctx *c, str key, str figures, int64_t took)
{
    struct quality_cache *cache = cache_of(c->app);
    pthread_mutex_lock(&cache->lock);
    struct entry *e = find(cache, key);
    if (!e)
        e = &cache->entries[cache->next++ % ENTRIES];
    empty(e);
    *e = (struct entry){.key = keep(key),
                        .figures = keep(figures),
                        .key_n = key.n,
                        .figures_n = figures.n,
                        .counted_at = c->now,
                        .until = clock_monotonic() + took * TIMES};
    pthread_mutex_unlock(&cache->lock);
}

void quality_cache_free(struct quality_cache *cache)
{
    if (!cache)
        return;
    for (size_t i = 0; i < ENTRIES; i++)
        empty(&cache->entries[i]);
    pthread_mutex_destroy(&cache->lock);
    free(cache);
}
