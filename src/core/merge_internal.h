/* merge_internal: what the files of merge share. */
#pragma once

#include "core/merge.h"
#include "core/record_internal.h"

/* The records of a merge, whatever the rights, locked in a transaction. */
struct merged {
    struct record *kept;
    struct record *others[MERGE_OTHERS];
    size_t other_count;
};
/* Of the first one on nobody else writes them. ERR_CONFLICT "merge_gone": one of them is not there
 * any more. */
err_t merge_load(struct ctx *, const struct merge *, struct merged *) MUST_USE;

/* merge_value.c: what becomes of the kept record; *after is new. ERR_INVALID with problems. */
err_t merge_values(struct ctx *,
                   const struct merge *,
                   const struct merged *,
                   struct record **after) MUST_USE;
bool merge_takes(const struct field *); /* the field has a value that may come from another */
/* An identity key (a phone …) that the result has no field for. */
struct merge_rest {
    const struct record *from;
    const struct field *field;
};
enum { MERGE_RESTS = 256 };
/* Moves keys to free fields of the result; what is left then. */
size_t merge_rests(const struct merged *, struct record *after, struct merge_rest out[MERGE_RESTS]);

/* merge_beside.c: has a record beside the kept one a field for it? */
bool merge_held_beside(struct ctx *, const struct merge_rest *);
/* Writes those that have. */
err_t merge_make_beside(struct ctx *,
                        const struct record *kept,
                        const struct merge_rest *,
                        size_t n) MUST_USE;

/* merge_move.c: the fields that may name a record of the object. */
size_t merge_refs(struct ctx *, const struct object *, const struct field ***out);
/* One of the others, the kept one, and a ref, or the text beside an object's name, that may name
 * them. */
struct merge_way {
    const struct field *field;
    const struct object *of; /* what they are */
    int64_t from, to;
    str from_member, to_member; /* as texts and sets name them: tags by their names */
};
err_t merge_way(struct ctx *,
                const struct field *,
                const struct object *of,
                int64_t from,
                int64_t to,
                struct merge_way *) MUST_USE;
/* The live records that name the one merged away, at most `limit`. */
err_t merge_namers(
    struct ctx *, const struct merge_way *, size_t limit, int64_t **out, size_t *n) MUST_USE;
/* One of those names the kept one from now on; inside a transaction. Where the kept one has the
 * same already, such as a relation with the same third, the moved one is deleted. */
err_t merge_move(struct ctx *, const struct merge_way *, int64_t record) MUST_USE;

/* The last transaction: the others are deleted, the kept one gets its values. */
err_t merge_finish(struct ctx *, const struct merge *) MUST_USE;
err_t merge_job(struct ctx *, struct job *, json_t **result) MUST_USE;
