/* spill: bytes appended once and read at random, in bounded memory: what does not fit goes to an
 * unnamed temporary file. */
#pragma once

#include <stdint.h>

#include "base/str.h"

struct spill {
    char *tail; /* the newest bytes */
    size_t tail_n, tail_cap, tail_max;
    uint64_t flushed; /* bytes before the tail, in the file */
    int fd;           /* -1: all is in the tail */
    struct spill_block *cache;
};

void spill_init(struct spill *, size_t memory);
void spill_done(struct spill *);
uint64_t spill_size(const struct spill *);
/* ERR_UNAVAILABLE: no room on the disk. */
err_t spill_add(struct spill *, const void *bytes, size_t n) MUST_USE;
/* A run of at most n of the bytes from at on, which must be there; borrowed until the next call. */
err_t spill_piece(struct spill *, uint64_t at, size_t n, str *piece) MUST_USE;
