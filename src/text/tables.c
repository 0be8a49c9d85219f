#include "text/tables.h"

const struct table_pair *table_find_pair(const struct table_pair *pairs, size_t n, uint32_t from)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (pairs[middle].from < from)
            low = middle + 1;
        else
            high = middle;
    }
    return low < n && pairs[low].from == from ? &pairs[low] : NULL;
}
