/* Time zones from the system's TZif files (RFC 8536). */
#include "base/clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct zone {
    struct zone *next;
    char *name;
    size_t count;    /* transitions */
    int64_t *at;     /* seconds, ascending */
    int32_t *offset; /* in force from at[i] on */
    int32_t first;   /* before the first transition */
};

enum { MOST_BYTES = 64 * 1024 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct zone *zones;

static uint32_t be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t be64(const unsigned char *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

static size_t block_size(const unsigned char *h, size_t time_size)
{
    return be32(h + 32) * time_size + be32(h + 32) + be32(h + 36) * 6u + be32(h + 40) +
           be32(h + 28) * (time_size + 4) + be32(h + 24) + be32(h + 20);
}

/* The version 2+ block of a TZif file, which has 64-bit times. */
static bool parse(const unsigned char *p, size_t n, struct zone *z)
{
    if (n < 44 || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
        return false;
    size_t skip = 44 + block_size(p, 4);
    if (skip + 44 > n)
        return false;
    p += skip;
    n -= skip;
    size_t times = be32(p + 32), types = be32(p + 36);
    if (44 + block_size(p, 8) > n || types == 0)
        return false;
    const unsigned char *at = p + 44, *index = at + times * 8, *type = index + times;
    z->first = (int32_t)be32(type);
    z->count = times;
    z->at = calloc(times + 1, sizeof *z->at);
    z->offset = calloc(times + 1, sizeof *z->offset);
    if (!z->at || !z->offset)
        return false;
    for (size_t i = 0; i < times; i++) {
        if (index[i] >= types)
            return false;
        z->at[i] = be64(at + i * 8);
        z->offset[i] = (int32_t)be32(type + index[i] * 6u);
    }
    return true;
}

static bool name_ok(str name)
{
    if (name.n == 0 || name.n > 64 || name.p[0] == '/')
        return false;
    for (size_t i = 0; i < name.n; i++) {
        char c = name.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '/' || c == '_' || c == '-' || c == '+'))
            return false;
    }
    return true;
}

static struct zone *load(str name)
{
    char path[128];
    snprintf(path, sizeof path, "/usr/share/zoneinfo/" STR_FMT, STR_ARG(name));
    FILE *f = fopen(path, "rb");
    if (!f)
        return NULL;
    unsigned char *bytes = malloc(MOST_BYTES);
    size_t n = bytes ? fread(bytes, 1, MOST_BYTES, f) : 0;
    fclose(f);
    struct zone *z = calloc(1, sizeof *z);
    if (z && bytes && parse(bytes, n, z) && (z->name = strndup(name.p, name.n))) {
        free(bytes);
        return z;
    }
    free(bytes);
    if (z) {
        free(z->at);
        free(z->offset);
        free(z);
    }
    return NULL;
}

const struct zone *zone_find(str name)
{
    if (!name_ok(name))
        return NULL;
    pthread_mutex_lock(&lock);
    struct zone *z = zones;
    while (z && !str_eqz(name, z->name))
        z = z->next;
    if (!z && (z = load(name))) {
        z->next = zones;
        zones = z;
    }
    pthread_mutex_unlock(&lock);
    return z;
}

int zone_offset(const struct zone *z, int64_t at)
{
    int64_t seconds = at / CLOCK_SECOND - (at % CLOCK_SECOND < 0);
    size_t low = 0, high = z->count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (z->at[mid] <= seconds)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? z->offset[low - 1] : z->first;
}

int64_t zone_day(const struct zone *z, int64_t at)
{
    int64_t local = at + zone_offset(z, at) * CLOCK_SECOND;
    return local / CLOCK_DAY - (local % CLOCK_DAY < 0);
}

int64_t zone_day_start(const struct zone *z, int64_t day)
{
    int64_t utc = day * CLOCK_DAY;
    int64_t guess = utc - zone_offset(z, utc) * CLOCK_SECOND;
    return utc - zone_offset(z, guess) * CLOCK_SECOND;
}
