/* asset: files that are part of the binary (objects, messages, SQL, screen, tables of characters).
 * tools/embed makes the table at build; paths are as in the source tree ("objects/crm/order.json").
 */
#pragma once

#include "base/str.h"

struct asset {
    str path;
    str bytes;
    str gzip;      /* the same compressed, or empty where that saves nothing */
    str type;      /* media type */
    char etag[24]; /* quoted strong validator */
};

const struct asset *asset_find(str path); /* NULL when there is none */
/* The assets whose path starts with prefix, in order of path: [*first, *first + count). */
size_t asset_list(str prefix, const struct asset **first);
