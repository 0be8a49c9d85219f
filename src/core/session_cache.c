#include "core/session_cache.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

enum { SETS = 1024, WAYS = 4, SCOPES_MOST = 4 * KIB };

struct session_cache {
    pthread_mutex_t lock;
    struct auth_epoch epoch;
    struct known_session *at[SETS][WAYS]; /* last used first */
};

struct session_cache *session_cache_new(void)
{
    struct session_cache *c = calloc(1, sizeof *c);
    if (!c)
        abort();
    pthread_mutex_init(&c->lock, NULL);
    return c;
}

static void forget(struct known_session *s)
{
    if (!s)
        return;
    free((char *)s->scopes.p);
    sodium_memzero(s, sizeof *s);
    free(s);
}

void session_cache_free(struct session_cache *c)
{
    if (!c)
        return;
    for (size_t i = 0; i < SETS; i++)
        for (size_t w = 0; w < WAYS; w++)
            forget(c->at[i][w]);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* The hash is as good as random: its first characters are. */
static struct known_session **set_of(struct session_cache *c, const char *hash)
{
    uint64_t n = 5381;
    for (size_t i = 0; i < 8; i++)
        n = n * 33 + (unsigned char)hash[i];
    return c->at[n % SETS];
}

static void to_front(struct known_session **set, size_t way)
{
    struct known_session *s = set[way];
    memmove(set + 1, set, way * sizeof(struct known_session *));
    set[0] = s;
}

static size_t way_of(struct known_session **set, const char *hash)
{
    size_t way = 0;
    while (way < WAYS && !(set[way] && strcmp(set[way]->hash, hash) == 0))
        way++;
    return way;
}

struct auth_epoch session_cache_epoch(struct session_cache *c)
{
    pthread_mutex_lock(&c->lock);
    struct auth_epoch epoch = c->epoch;
    pthread_mutex_unlock(&c->lock);
    return epoch;
}

void session_cache_note(struct session_cache *c, const struct auth_epoch *epoch)
{
    pthread_mutex_lock(&c->lock);
    c->epoch = *epoch;
    pthread_mutex_unlock(&c->lock);
}

bool session_cache_find(struct session_cache *c,
                        struct arena *arena,
                        const char *hash,
                        const struct auth_epoch *epoch,
                        struct known_session *out)
{
    pthread_mutex_lock(&c->lock);
    struct known_session **set = set_of(c, hash);
    size_t way = way_of(set, hash);
    bool found = way < WAYS && set[way]->epoch.rights == epoch->rights &&
                 set[way]->epoch.sessions == epoch->sessions;
    if (found) {
        to_front(set, way);
        *out = *set[0];
        if (out->scopes.p)
            out->scopes = arena_str(arena, out->scopes);
    }
    pthread_mutex_unlock(&c->lock);
    return found;
}

static struct known_session *copy_of(const struct known_session *s)
{
    struct known_session *copy = malloc(sizeof *copy);
    if (!copy)
        abort();
    *copy = *s;
    if (s->scopes.p) {
        char *scopes = malloc(s->scopes.n + 1);
        if (!scopes)
            abort();
        memcpy(scopes, s->scopes.p, s->scopes.n);
        copy->scopes.p = scopes;
    }
    return copy;
}

void session_cache_keep(struct session_cache *c, const struct known_session *s)
{
    if (s->scopes.n > SCOPES_MOST)
        return;
    struct known_session *copy = copy_of(s);
    pthread_mutex_lock(&c->lock);
    struct known_session **set = set_of(c, s->hash);
    size_t way = way_of(set, s->hash);
    if (way == WAYS)
        way = WAYS - 1;
    struct known_session *old = set[way];
    set[way] = copy;
    to_front(set, way);
    pthread_mutex_unlock(&c->lock);
    forget(old);
}
