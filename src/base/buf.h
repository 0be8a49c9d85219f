/* buf: growing bytes on the heap, with a ceiling.
 *
 * Writing past the ceiling sets `full` and drops the bytes; who fills a buf checks `full` once at
 * the end (err: ERR_LIMIT). Out of memory aborts. */
#pragma once

#include <stdarg.h>

#include "base/str.h"

struct buf {
    char *p;
    size_t n, cap;
    size_t max; /* ceiling in bytes, see base/limits.h */
    bool full;  /* something was dropped */
};

void buf_init(struct buf *, size_t max);
void buf_done(struct buf *);
void buf_clear(struct buf *); /* keeps the memory */
void buf_add(struct buf *, str s);
void buf_addz(struct buf *, const char *z);
void buf_byte(struct buf *, char c);
void buf_int(struct buf *, int64_t v);
void buf_printf(struct buf *, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline str buf_str(const struct buf *b)
{
    return (str){b->p, b->n};
}
#define AUTO_BUF __attribute__((cleanup(buf_done))) struct buf
