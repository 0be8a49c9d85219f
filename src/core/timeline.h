/* timeline: what happened with a record, newest first: what refers to it (follow-ups, interactions,
 * orders, comments, tasks) and its own changes. Each kind is read page by page from its own index
 * and merged here, so that the length of a life does not matter. */
#pragma once

#include "core/change.h"
#include "core/record.h"

struct timeline_entry {
    const char *kind; /* "follow_up", "order" … "change" */
    int64_t at, id;
    struct record *record; /* NULL for a change */
    enum mine mine;        /* the record */
    /* Changes of one person in one go, newest first. */
    const struct change *changes;
    size_t change_count;
};

struct timeline_page {
    struct timeline_entry *entries;
    size_t count;
    bool has_more;
    str next; /* cursor */
};

/* kind empty = all. ERR_INVALID: an unknown kind, or a cursor that is not ours. The caller has read
 * the record; entries are those that he may read. */
err_t timeline_read(struct ctx *,
                    const struct object *,
                    int64_t id,
                    str kind,
                    str after,
                    size_t limit,
                    struct timeline_page *out) MUST_USE;
