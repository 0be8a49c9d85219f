/* What tools/embed writes; only base/asset.c reads it. */
#pragma once

struct asset_entry {
    const char *path, *type, *etag;
};
/* Four numbers an asset: offset from asset_spans and length, of the bytes and of their gzip twin.
 */
struct asset_span {
    int offset;
    unsigned length;
};
extern const struct asset_entry asset_entries[];
extern const unsigned asset_entry_count;
extern const struct asset_span asset_spans[];
