#include "sheet/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/log.h"

enum { BLOCK = 4 * KIB, BLOCKS = 1024 };

/* Direct-mapped: block number modulo BLOCKS. */
struct spill_block {
    uint64_t number; /* from 1; 0 is empty */
    char bytes[BLOCK];
};

void spill_init(struct spill *s, size_t memory)
{
    *s = (struct spill){.tail_max = memory, .fd = -1};
}

void spill_done(struct spill *s)
{
    if (s->fd >= 0)
        close(s->fd);
    free(s->tail);
    free(s->cache);
    spill_init(s, s->tail_max);
}

uint64_t spill_size(const struct spill *s)
{
    return s->flushed + s->tail_n;
}

static int open_unnamed(void)
{
    const char *places[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        int fd = places[i] ? open(places[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) : -1;
        if (fd >= 0)
            return fd;
    }
    return -1;
}

static err_t append(struct spill *s, const char *p, size_t n)
{
    if (s->fd < 0) {
        s->fd = open_unnamed();
        s->cache = calloc(BLOCKS, sizeof *s->cache);
        if (!s->cache)
            abort();
    }
    while (n) {
        ssize_t put = s->fd < 0 ? -1 : pwrite(s->fd, p, n, (off_t)s->flushed);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0) {
            log_event(LOG_ERROR, "spill_failed", "errno", LOG_INT(errno), NULL);
            return ERR_UNAVAILABLE;
        }
        s->flushed += (uint64_t)put;
        p += put;
        n -= (size_t)put;
    }
    return OK;
}

static void grow(struct spill *s, size_t need)
{
    if (need <= s->tail_cap)
        return;
    size_t cap = s->tail_cap ? s->tail_cap : 4 * KIB;
    while (cap < need)
        cap *= 2;
    s->tail = realloc(s->tail, cap);
    if (!s->tail)
        abort();
    s->tail_cap = cap;
}

err_t spill_add(struct spill *s, const void *bytes, size_t n)
{
    if (s->tail_n + n > s->tail_max) {
        TRY(append(s, s->tail, s->tail_n));
        s->tail_n = 0;
        if (n > s->tail_max)
            return append(s, bytes, n);
    }
    grow(s, s->tail_n + n);
    if (n)
        memcpy(s->tail + s->tail_n, bytes, n);
    s->tail_n += n;
    return OK;
}

err_t spill_piece(struct spill *s, uint64_t at, size_t n, str *out)
{
    if (at >= s->flushed) {
        *out = (str){s->tail + (at - s->flushed), n};
        return OK;
    }
    uint64_t number = at / BLOCK + 1;
    struct spill_block *block = &s->cache[number % BLOCKS];
    if (block->number != number) {
        ssize_t got = pread(s->fd, block->bytes, BLOCK, (off_t)((number - 1) * BLOCK));
        if (got < 0)
            return ERR_UNAVAILABLE;
        /* The last block may still grow, so only whole ones are kept. */
        block->number = got == BLOCK ? number : 0;
    }
    size_t length = BLOCK - at % BLOCK;
    if (length > s->flushed - at)
        length = (size_t)(s->flushed - at);
    *out = (str){block->bytes + at % BLOCK, length < n ? length : n};
    return OK;
}
