/* record_internal: what the files of the record part share, and undo and import use. */
#pragma once

#include "core/change.h"
#include "core/record.h"

/* Whatever the rights, deleted or not; locked until the end when in a transaction. ERR_NOT_FOUND.
 */
err_t record_load(struct ctx *, const struct object *, int64_t id, struct record **out) MUST_USE;
/* The same without a lock: others may go on to change it, and nobody waits for anybody. */
err_t record_peek(struct ctx *, const struct object *, int64_t id, struct record **out) MUST_USE;
/* As record_get, but deleted ones too. */
err_t record_in_scope(
    struct ctx *, const struct object *, int64_t id, enum op, struct record **out) MUST_USE;
/* The same for reading, without a lock. */
err_t record_see(struct ctx *, const struct object *, int64_t id, struct record **out) MUST_USE;
bool record_live(const struct record *);
value record_customer(const struct record *); /* itself, or the one that it hangs on; or null */
bool record_same(const struct record *, const struct record *); /* all cells */
/* Which of these the condition (NULL = any) holds for, deleted or not, in any order. */
err_t record_among(struct ctx *,
                   const struct object *,
                   const struct condition *,
                   const int64_t *ids,
                   size_t n,
                   int64_t **out,
                   size_t *count) MUST_USE;
/* Looks at other records without a lock. */
struct condition_source record_source(struct ctx *);
/* Does a hook know whether records of the object are used? And is this one? */
bool record_asks_use(const struct object *);
err_t record_used(struct ctx *, const struct record *, bool *out) MUST_USE;
/* The field's value, unmasked. */
json_t *record_field_json(struct ctx *, const struct record *, const struct field *);

/* Writes a record inside a transaction, with all that follows from it: formulas, rules, the row,
 * sets, identity keys, roll-ups above, the log, hooks. before NULL = a new one. after's version,
 * updated_at and updated_by are set here (CHANGE_DERIVE leaves them). Nothing happens when no cell
 * differs. ERR_INVALID (a rule), ERR_CONFLICT (a key is taken). */
err_t record_store(struct ctx *,
                   enum change_op,
                   const struct record *before,
                   struct record *after,
                   const struct write_options *) MUST_USE;

/* Cells that are read and checked already, instead of a JSON body: those of the fields whose `set`
 * (by field index) is true. As record_create and record_update otherwise. */
struct given_cells {
    const struct record *record;
    const bool *set;
};
err_t record_create_cells(struct ctx *,
                          const struct object *,
                          const struct given_cells *,
                          const struct write_options *,
                          struct record **out) MUST_USE;
err_t record_update_cells(struct ctx *,
                          const struct object *,
                          int64_t id,
                          const struct given_cells *,
                          const struct write_options *,
                          struct record **out) MUST_USE;

/* As record_list in the caller's scope, but with a condition of the server's own, which may look at
 * what the caller may not. */
err_t record_list_unchecked(struct ctx *, const struct list_query *, struct list_page *) MUST_USE;

/* record_key.c: keys of identity_key that follow from the record's identity fields. */
err_t record_identity(struct ctx *,
                      const struct record *before,
                      const struct record *after,
                      const struct write_options *) MUST_USE;
/* record_rollup.c: the figures of the records that before and after refer to. */
err_t record_rollups(struct ctx *,
                     const struct record *before,
                     const struct record *after) MUST_USE;
/* The ids in a ref of the record, if the write changed it; in the arena. before may be NULL. */
err_t record_new_refs(struct ctx *,
                      const struct record *before,
                      const struct record *after,
                      const struct field *,
                      int64_t **ids,
                      size_t *n) MUST_USE;
/* Sums follow the currency of the field that they name (currency_of). */
void record_figure_currencies(struct ctx *, struct record *);
/* The figure of one roll-up counted anew, into the parent. */
void record_set_figure(struct ctx *, const struct field *, value figure, struct record *parent);
err_t record_recount(struct ctx *, const struct field *, struct record *parent) MUST_USE;
/* record_formula.c: stored formulas of the record, and those that look at the clock, when read. */
err_t record_formulas(struct ctx *, struct record *) MUST_USE;
err_t record_live_formula(struct ctx *,
                          const struct record *,
                          const struct field *,
                          value *cells) MUST_USE;
