#include "api/rate.h"

#include <pthread.h>

#include "base/clock.h"

enum { A_MINUTE = 600, SLOTS = 4096, PROBES = 8 };

/* Tokens share the table by their ids; one that finds no slot takes over the one longest unused. */
static struct bucket {
    int64_t token;
    int64_t at;  /* monotonic, when `left` was right */
    double left; /* calls */
} buckets[SLOTS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static struct bucket *find(int64_t token)
{
    uint64_t hash = (uint64_t)token * 0x9e3779b97f4a7c15u >> 52;
    struct bucket *oldest = &buckets[hash % SLOTS];
    for (size_t i = 0; i < PROBES; i++) {
        struct bucket *b = &buckets[(hash + i) % SLOTS];
        if (b->token == token)
            return b;
        if (b->at < oldest->at)
            oldest = b;
    }
    *oldest = (struct bucket){.token = token, .left = A_MINUTE};
    return oldest;
}

bool rate_allow(int64_t token, unsigned *seconds)
{
    const double a_microsecond = (double)A_MINUTE / CLOCK_MINUTE;
    int64_t now = clock_monotonic();
    pthread_mutex_lock(&lock);
    struct bucket *b = find(token);
    if (b->at)
        b->left += (double)(now - b->at) * a_microsecond;
    if (b->left > A_MINUTE)
        b->left = A_MINUTE;
    b->at = now;
    bool allowed = b->left >= 1;
    if (allowed)
        b->left -= 1;
    *seconds = allowed ? 0 : (unsigned)((1 - b->left) / a_microsecond / CLOCK_SECOND) + 1;
    pthread_mutex_unlock(&lock);
    return allowed;
}
