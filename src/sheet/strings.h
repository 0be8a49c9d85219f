/* strings: the shared strings of an .xlsx, in bounded memory. */
#pragma once

#include "base/buf.h"
#include "sheet/package.h"
#include "sheet/spill.h"

struct strings {
    struct spill bytes;
    struct spill ends; /* uint64_t each: where the string ends in bytes */
    size_t n;
};

void strings_init(struct strings *);
void strings_done(struct strings *);
err_t strings_read(struct strings *,
                   struct package *,
                   const char *part,
                   struct problems *) MUST_USE;
/* Appends string i to out. ERR_NOT_FOUND: there is no such string. */
err_t strings_get(struct strings *, size_t i, struct buf *out) MUST_USE;
/* Undoes Excel's escapes (_x000D_) in place; returns the new length. */
size_t strings_unescape(char *p, size_t n);
