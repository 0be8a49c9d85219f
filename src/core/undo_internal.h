/* undo_internal: what the files of undo share. */
#pragma once

#include "core/change_internal.h"
#include "core/record_internal.h"

/* What the batch did to one record. */
struct undo_net {
    const struct object *object;
    int64_t id;
    bool lived_before, lives_after;
    json_t *before, *after; /* fields by id; `after` of what was not there before is the whole */
};

struct undo_item {
    int64_t change, record;
    str object;
    int64_t newest; /* of the batch's changes of the record; 0: there is none */
    struct undo_net net;
};

/* Why something stays, in what is told of it; compared by address. */
extern const char UNDO_USED[], UNDO_EDITED[];

/* What the batch did to these records, or when that is much, to the first of them: *n. */
err_t undo_read_nets(struct ctx *, int64_t batch, struct undo_item *, size_t *n) MUST_USE;
/* Is this the newest of what the batch did to the record? Its turn comes but once. */
bool undo_is_newest(const struct undo_item *);
/* Nothing there is absent, null, or a set without members. */
bool undo_has_value(struct ctx *, const struct record *, const struct field *, const json_t *);
/* Why what the batch made stays; NULL: it goes. */
err_t undo_why_kept(struct ctx *,
                    int64_t batch,
                    const struct undo_net *,
                    const struct record *now,
                    const char **why) MUST_USE;
