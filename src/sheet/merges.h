/* merges: cells that a sheet shows as one. The file has what they hold in the first of them only,
 * and says which they are behind all rows. What the first holds is true of those below it, too. */
#pragma once

#include "sheet/package.h"
#include "sheet/reader.h"

struct merge {
    uint32_t column; /* the first */
    size_t first, last;
};
struct merge_held;
struct merges {
    struct merge *list; /* those of several rows, by their first */
    size_t n, cap, next;
    struct merge_held *held; /* by column; NULL: nothing is merged */
    size_t columns;
};

/* Reads the part to its end when it has any. What is wrong with it is left to who reads its rows.
 */
void merges_read(struct merges *, struct package *, const char *part);
void merges_done(struct merges *); /* zeroed is fine */
/* Fills the empty cells of a row that are merged with one above, in their first column; rows come
 * in their order. Returns how many bytes that made. */
size_t merges_fill(struct merges *, struct row *, size_t line);
