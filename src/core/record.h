/* record: reading and writing the records of any object, under the caller's rights.
 *
 * A write: rights → cells read and checked → in one transaction: refs, formulas, rules, row, sets,
 * identity keys, roll-ups of the records above, change log. */
#pragma once

#include "core/access.h"

/* ---- reading ---- */

/* ERR_NOT_FOUND: none, deleted, or not in the caller's scope for op. Cells live in ctx->arena. */
err_t record_get(
    struct ctx *, const struct object *, int64_t id, enum op, struct record **out) MUST_USE;

/* Which of these are in the caller's scope for op, deleted or not, in any order. */
err_t record_within(struct ctx *,
                    const struct object *,
                    enum op,
                    const int64_t *ids,
                    size_t n,
                    int64_t **out,
                    size_t *count) MUST_USE;
/* Which of these the caller may read, deleted or not, in any order. */
err_t record_visible(struct ctx *,
                     const struct object *,
                     const int64_t *ids,
                     size_t n,
                     int64_t **out,
                     size_t *count) MUST_USE;

struct list_query {
    const struct object *object;
    const struct condition *where; /* checked for access by record_list */
    const int64_t *ids;            /* only these (search hits); NULL = no restriction */
    size_t id_count;
    struct list_sort {
        const struct field *field;
        unsigned part;
        bool descending;
    } sort[3];
    size_t sort_count; /* 0 = newest first */
    str after;         /* cursor of the page before; empty = first page */
    size_t limit;      /* from 1 on; of a page of the API at most LIMIT_LIST_PAGE */
    enum op op;        /* OP_READ, OP_EXPORT: whose scope */
    bool deleted;      /* the deleted ones instead */
    /* What is wanted of each: the other cells may be NULL. fields NULL = all. */
    const struct field *const *fields;
    size_t field_count;
};
struct list_page {
    struct record **records;
    size_t count;
    bool has_more;
    str next; /* cursor, empty at the end */
};
/* ERR_INVALID: cursor, or a condition or sort on a field that may not be read; ERR_DENIED. */
err_t record_list(struct ctx *, const struct list_query *, struct list_page *out) MUST_USE;
bool record_sortable(const struct ctx *, const struct field *);
/* The cursor behind this record in a list without sort. */
str record_cursor(struct ctx *, int64_t id);
/* exact, or at most `ceiling` + 1 counted when ceiling > 0. */
err_t record_count(struct ctx *, const struct list_query *, int64_t ceiling, int64_t *out) MUST_USE;

/* Whose each of these is to the caller, as far as that makes a difference to what he sees of the
 * fields (NULL = all); else MINE_NOT. Deleted ones, too. */
err_t record_mine(struct ctx *,
                  const struct object *,
                  const int64_t *ids,
                  size_t n,
                  const struct field *const *fields,
                  size_t field_count,
                  enum mine *out) MUST_USE;
/* The same of records of one object. */
err_t record_mine_of(struct ctx *,
                     struct record *const *,
                     size_t n,
                     const struct field *const *fields,
                     size_t field_count,
                     enum mine *out) MUST_USE;
err_t record_own(struct ctx *, const struct record *, enum mine *out) MUST_USE;

/* A value of the record as the caller may read it: as JSON, and as people read it (empty: hidden,
 * or there is none). */
void record_write_value(
    struct ctx *, const struct record *, const struct field *, enum mine, struct jw *);
str record_value_text(struct ctx *, const struct field *, enum mine, const value *cells);
/* JSON object of what the caller may read, masked where need be. fields NULL = all. */
void record_write_json(struct ctx *,
                       const struct record *,
                       const struct field *const *fields,
                       size_t field_count,
                       struct jw *);
/* The same, all of it, where it is known whose it is. */
void record_write_seen(struct ctx *, const struct record *, enum mine, struct jw *);
/* All of it, with "_may": which of "update" and "delete" the caller may do with this record. */
err_t record_write_whole(struct ctx *, const struct record *, struct jw *) MUST_USE;
/* The records of one object, each with "_may", in an array; asks the database once for all. */
err_t record_write_list(struct ctx *,
                        struct record *const *,
                        size_t count,
                        const struct field *const *fields,
                        size_t field_count,
                        struct jw *) MUST_USE;
/* The record's title as the caller sees it. */
str record_title(struct ctx *, const struct record *);
/* {"id":"title"} of all records that the refs of these records name. */
err_t record_titles(struct ctx *, struct record *const *, size_t count, struct jw *) MUST_USE;

/* ---- writing ---- */

struct write_options {
    bool allow_duplicate; /* an identity key that another has is no conflict */
    bool trusted;         /* demo, import of history: created_at, created_by, id may be given */
    bool former;          /* logged as of its created_at (demo): change_append_former */
    bool quiet_refs;      /* refs are known to be good (demo, import) */
    bool keys_free;       /* nobody has its identity keys: looked up in this transaction */
    bool imported;        /* created_at and department may be given */
    bool joined; /* inside a transaction: no savepoint of its own; when it fails, the caller undoes
                    the whole */
    bool defer_rollups; /* figures above are left alone; record_rollups_rebuild follows */
};

/* Guarded objects are written by callers who have proved who they are: ERR_DENIED "proof_required"
 * (auth_fresh). Every write below asks it. */
err_t record_guard(struct ctx *, const struct object *) MUST_USE;

/* ERR_INVALID (problems), ERR_DENIED, ERR_CONFLICT ("duplicate", "duplicate_identity" with the
 * other's id as argument when visible). Each opens its own transaction, or joins the one that
 * ctx is in. */
err_t record_create(struct ctx *,
                    const struct object *,
                    const json_t *body,
                    const struct write_options *,
                    struct record **out) MUST_USE;
/* version: the one the caller saw; 0 = any (server's own work). ERR_CONFLICT "stale": *out is the
 * current record. A body that changes nothing makes no new version. */
err_t record_update(struct ctx *,
                    const struct object *,
                    int64_t id,
                    int64_t version,
                    const json_t *body,
                    const struct write_options *,
                    struct record **out) MUST_USE;
/* ERR_CONFLICT "stale": *out is the current record. */
err_t record_delete(
    struct ctx *, const struct object *, int64_t id, int64_t version, struct record **out) MUST_USE;
err_t record_restore(struct ctx *, const struct object *, int64_t id, struct record **out) MUST_USE;

/* Works out the roll-ups of all records of the object (NULL: of all objects) from the records
 * below, whose own come first, and the formulas after them; writes and logs those that were wrong.
 * A transaction for each few hundred. *repaired may be NULL. */
err_t record_rollups_rebuild(struct ctx *, const struct object *, size_t *repaired) MUST_USE;

/* Behaviour of features: called inside the transaction after the cells are ready and before they
 * are written (before = NULL on create), and after they are written. Registered once at start. */
struct record_hook {
    const char *object; /* NULL = all */
    err_t (*before)(struct ctx *, const struct record *before, struct record *after);
    err_t (*after)(struct ctx *, const struct record *before, const struct record *after);
    /* Of an object whose records are named by their value: does a live record name it? Then undo
     * leaves it. NULL = by nothing but refs. */
    err_t (*used)(struct ctx *, const struct record *, bool *out);
    /* The title of a batch, when the write is in none and further writes follow from it; empty:
     * none do. The batch is of the object's kind. NULL = none ever do. */
    err_t (*batch)(struct ctx *, const struct record *before, const struct record *after, str *out);
    const struct record_hook *next; /* filled by record_hook_add */
};
void record_hook_add(struct record_hook *);
