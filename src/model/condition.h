/* condition: one language for lists, segments, stage guards, automation, scopes and rules
 * (docs/internals/conditions.md). Parsed once, then evaluated as SQL (condition_sql), on one record
 * in memory (condition_match), and on the audience index (room audience, later). All three agree on
 * every record: nothing is ever "unknown", a comparison with an empty field is false, and `not` is
 * its exact complement. */
#pragma once

#include "base/clock.h"
#include "model/model.h"
#include "model/sql.h"

/* What the words of a condition stand for when it is evaluated. */
struct condition_env {
    int64_t now;                   /* instant */
    const struct zone *zone;       /* whose calendar: the user's or the enterprise's */
    int64_t me;                    /* user id for {"me":"owner"}; 0 = nobody, matches nothing */
    const int64_t *my_departments; /* own and below, for {"me":"department"} */
    size_t my_department_count;
    bool row_by_row; /* SQL: the rows come by themselves, few of them; links are looked up for each
                      */
};

/* ERR_INVALID: unknown field, wrong type, too deep, too large …; problems point into the JSON under
 * `at`. A NULL or JSON null / {} condition gives *out = NULL, which matches everything. */
err_t condition_parse(const struct model *,
                      const struct object *,
                      const json_t *,
                      str at,
                      struct problems *,
                      struct arena *,
                      struct condition **out) MUST_USE;

/* A set that must have this member wherever the condition holds; NULL = it says nothing of the
 * kind. */
const struct field *condition_member(const struct condition *, value *member);
/* Conditions of fields of the record's own of which one holds wherever this one does: the members
 * of an `any`, or the one that is `in`. 0: it says nothing of the kind, or has more than `most`. */
size_t condition_one_of(const struct condition *,
                        bool (*may)(const struct field *),
                        size_t most,
                        const struct condition **out);
/* Calls each for every field that the condition looks at, with its path from the object, so that
 * access can refuse unreadable ones. Stops at and returns the first non-OK. */
err_t condition_fields(const struct condition *,
                       err_t (*each)(void *, const struct field *),
                       void *) MUST_USE;

/* Calls each for every link that the condition follows: ref from its object to its target or, going
 * down, from the target to all records that refer to it. Stops at and returns the first non-OK. */
err_t condition_links(const struct condition *,
                      err_t (*each)(void *, const struct field *ref, bool down),
                      void *) MUST_USE;

/* Appends one boolean SQL expression about the row `alias` of the object's table. */
err_t condition_sql(const struct condition *,
                    const struct condition_env *,
                    const char *alias,
                    struct sql *) MUST_USE;

/* Where one-record evaluation finds what is not in the record itself. */
struct condition_source {
    void *context;
    /* The record behind a ref; NULL when there is none (or it is deleted). */
    const struct record *(*follow)(void *context, const struct field *ref, int64_t id);
    /* Calls each for every live record of `children` whose `via` is the id. */
    err_t (*children)(void *context,
                      const struct field *via,
                      int64_t id,
                      err_t (*each)(void *, const struct record *),
                      void *);
    /* Is the record in the segment? */
    bool (*in_segment)(void *context, int64_t segment, int64_t record);
    /* Has the batch made or changed it? */
    err_t (*in_batch)(void *context, int64_t batch, int64_t record, bool *out);
};
/* ERR_UNAVAILABLE / ERR_INTERNAL when the source fails. */
err_t condition_match(const struct condition *,
                      const struct condition_env *,
                      const struct record *,
                      const struct condition_source *,
                      bool *out) MUST_USE;

/* Building conditions in C (scopes); arena-owned, NULL means "everything". */
struct condition *condition_and(struct arena *, const struct condition *, const struct condition *);
struct condition *condition_or(struct arena *, const struct condition *, const struct condition *);
struct condition *condition_never(struct arena *);
/* field in (ids); field is a ref or id. */
struct condition *condition_ids(struct arena *, const struct field *, const int64_t *, size_t);
/* The whole text but for what text_fold evens out, by the index where the field is searched as a
 * name. */
struct condition *condition_same(struct arena *, const struct field *, str text);
/* The condition holds for the record that the ref names. */
struct condition *condition_via(struct arena *, const struct field *ref, const struct condition *);
