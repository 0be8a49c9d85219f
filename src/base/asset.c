#include "base/asset.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset_table.h"

static struct {
    pthread_once_t once;
    struct asset *all; /* sorted by path */
} table = {.once = PTHREAD_ONCE_INIT};

static str span(size_t i)
{
    const struct asset_span *s = &asset_spans[i];
    return s->length ? (str){(const char *)asset_spans + s->offset, s->length} : (str){0};
}

static void load(void)
{
    table.all = calloc(asset_entry_count + 1u, sizeof *table.all);
    if (!table.all)
        abort();
    for (size_t i = 0; i < asset_entry_count; i++) {
        struct asset *a = &table.all[i];
        a->path = str_from(asset_entries[i].path);
        a->type = str_from(asset_entries[i].type);
        a->bytes = span(i * 2);
        a->gzip = span(i * 2 + 1);
        snprintf(a->etag, sizeof a->etag, "%s", asset_entries[i].etag);
    }
}

/* The first asset whose path is not before key. */
static size_t lower_bound(str key)
{
    size_t low = 0, high = asset_entry_count;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (str_cmp(table.all[mid].path, key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const struct asset *asset_find(str path)
{
    pthread_once(&table.once, load);
    size_t i = lower_bound(path);
    return i < asset_entry_count && str_eq(table.all[i].path, path) ? &table.all[i] : NULL;
}

size_t asset_list(str prefix, const struct asset **first)
{
    pthread_once(&table.once, load);
    size_t i = lower_bound(prefix), n = 0;
    while (i + n < asset_entry_count && str_starts(table.all[i + n].path, prefix))
        n++;
    *first = &table.all[i];
    return n;
}
