#include "base/id.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"

#define EPOCH_MS INT64_C(1577836800000) /* 2020-01-01 */
enum { COUNTER_BITS = 12, NODE_BITS = 10 };

static _Atomic unsigned node_number;
static _Atomic int64_t last; /* milliseconds << COUNTER_BITS | counter */

void id_set_node(unsigned node)
{
    atomic_store(&node_number, node & ((1u << NODE_BITS) - 1));
}

void id_set_least(int64_t id)
{
    int64_t least = ((id >> (NODE_BITS + COUNTER_BITS)) + 1) << COUNTER_BITS;
    int64_t seen = atomic_load(&last);
    while (seen < least - 1 && !atomic_compare_exchange_weak(&last, &seen, least - 1))
        ;
}

int64_t id_new(void)
{
    int64_t ms = clock_now() / 1000 - EPOCH_MS;
    int64_t least = (ms > 0 ? ms : 0) << COUNTER_BITS;
    int64_t seen = atomic_load(&last), next;
    do
        next = seen >= least ? seen + 1 : least;
    while (!atomic_compare_exchange_weak(&last, &seen, next));
    int64_t counter = next & ((1 << COUNTER_BITS) - 1);
    return (next >> COUNTER_BITS << (NODE_BITS + COUNTER_BITS)) |
           (int64_t)node_number << COUNTER_BITS | counter;
}

int64_t id_instant(int64_t id)
{
    return ((id >> (NODE_BITS + COUNTER_BITS)) + EPOCH_MS) * 1000;
}

int64_t id_floor(int64_t at)
{
    const int64_t most = INT64_MAX >> (NODE_BITS + COUNTER_BITS);
    int64_t ms = at / 1000 - EPOCH_MS;
    if (ms > most)
        return INT64_MAX; /* later than any id */
    return ms > 0 ? ms << (NODE_BITS + COUNTER_BITS) : 0;
}

err_t id_parse(str s, int64_t *id)
{
    int64_t v;
    if (s.n == 0 || s.p[0] < '1' || s.p[0] > '9')
        return ERR_INVALID;
    TRY(str_to_int(s, &v));
    *id = v;
    return OK;
}

void random_bytes(void *out, size_t n)
{
    char *p = out;
    while (n) {
        ssize_t got = getrandom(p, n, 0);
        if (got < 0) {
            perror("fatal: getrandom");
            abort();
        }
        p += got;
        n -= (size_t)got;
    }
}

void token_new(char out[static TOKEN_CHARS + 1])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char bytes[33];
    random_bytes(bytes, 32);
    bytes[32] = 0;
    for (size_t i = 0; i < TOKEN_CHARS; i++) {
        size_t bit = i * 6;
        unsigned pair = (unsigned)bytes[bit / 8] << 8 | (bit / 8 < 32 ? bytes[bit / 8 + 1] : 0u);
        out[i] = digits[pair >> (10 - bit % 8) & 63];
    }
    out[TOKEN_CHARS] = '\0';
}
