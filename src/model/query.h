/* query: the statements that read and write the rows of an object. The one place, with conditions,
 * where SQL is composed. */
#pragma once

#include "db/db.h"
#include "model/condition.h"

struct query_sort {
    const struct column *column;
    bool descending;
};
enum { QUERY_SORTS = 3 };

struct query {
    const struct object *object;
    const struct condition *scope, *where; /* both must hold; NULL = no restriction */
    const int64_t *ids;                    /* only these; NULL = no restriction */
    size_t id_count;
    /* Only those whose set in this field has the member, walked in the order of the set's index, of
     * what is sorted by id: it costs as many rows as have it. NULL = no restriction. */
    const struct field *set;
    value member;
    bool deleted;                        /* the deleted ones instead of the live ones */
    struct query_sort sort[QUERY_SORTS]; /* none: by id, newest first */
    size_t sort_count;
    /* Empty cells come last in both directions: a list sorted by a column is first the rows that
     * have a value there, then (blanks) those that have none, so that an index serves both. */
    bool blanks;
    const bool *wanted; /* by column; the cells of the others are NULL. NULL = all are */
    /* A page that continues is asked for in two ranges of the index, where there is one sort: first
     * the rows with the same key as the last one seen and a later id, then those beyond. SQLite
     * would walk all rows with the same key for (key, id) > ($1, $2). */
    enum { RANGE_WHOLE, RANGE_SAME_KEY, RANGE_BEYOND } range;
    const value
        *after; /* the keys of the last row seen, query_key_count of them; NULL = from the start */
    size_t limit;
};

/* Makes the texts that depend on the object alone; when the model is loaded. */
void query_prepare(struct arena *, struct object *);

/* All columns of the object in order (NULL where not wanted), then the keys of the sort (for the
 * next page's `after`). */
err_t query_select(const struct query *, const struct condition_env *, struct sql *) MUST_USE;
size_t query_key_count(const struct query *);
enum storage query_key_storage(const struct query *, size_t key);
/* The column sorted by has a cell in every row: there are no blanks to ask for. */
bool query_never_blank(const struct query *);
/* The ids of live records for which one of the conditions holds, at most `limit`; some more than
 * once. */
err_t query_one_of(const struct object *,
                   const struct condition *const *,
                   size_t n,
                   size_t limit,
                   const struct condition_env *,
                   struct sql *) MUST_USE;
/* One number: how many, counting no further than ceiling (0 = all). */
err_t query_count(const struct query *,
                  const struct condition_env *,
                  int64_t ceiling,
                  struct sql *) MUST_USE;
/* All columns of the row with this id, deleted or not; scope may be NULL. lock: until the end of
 * the transaction nobody else writes it (PostgreSQL; on SQLite there is one writer anyway). */
err_t query_by_id(const struct object *,
                  int64_t id,
                  bool lock,
                  const struct condition *scope,
                  const struct condition_env *,
                  struct sql *) MUST_USE;
/* The current row of `rows` as a record of the object. */
struct record *query_record(const struct db_rows *rows, const struct object *, struct arena *);

err_t query_insert(const struct record *, struct sql *) MUST_USE;
/* Writes the cells that differ, where id (and customer) and version are those of before. False in
 * *any when nothing differs. */
err_t query_update(const struct record *before,
                   const struct record *after,
                   struct sql *,
                   bool *any) MUST_USE;
/* The id of a live record, other than this one, that has its value in the unique field. */
err_t query_taken(const struct field *, const struct record *, struct sql *) MUST_USE;
/* The members of a set: all rows of the record are removed / read / one is added. */
err_t query_link_clear(const struct field *, const struct record *, struct sql *) MUST_USE;
err_t query_link_members(const struct field *, const struct record *, struct sql *) MUST_USE;
/* The ids of the records whose set has the member, deleted ones too unless `live`, at most `limit`.
 */
err_t query_link_holders(
    const struct field *, value member, bool live, size_t limit, struct sql *) MUST_USE;
err_t query_link_add(const struct field *,
                     const struct record *,
                     str member,
                     struct sql *) MUST_USE;
/* A parameter for @ints and @in_ints. */
str query_ids_json(struct arena *, const int64_t *ids, size_t n);
/* All columns (or the id) of the live records in the scope that the search index finds, newest
 * first; text/text.h makes the expressions. */
struct query_hits {
    const struct object *object;
    const struct condition *scope;
    str match;     /* FTS5 MATCH; PostgreSQL: a JSON array of tsqueries, of which one must fit */
    str within[3]; /* PostgreSQL: tsqueries that must fit too, the first first; or empty */
    bool only_ids;
    size_t limit;
};
err_t query_search(const struct query_hits *,
                   enum db_kind,
                   const struct condition_env *,
                   struct sql *) MUST_USE;
/* id and object of whatever fits, newest first; of h only match, within and limit count. limit: on
 * SQLite of all together, for it stops there; on PostgreSQL of each object, for it reads all. */
err_t query_search_sample(const struct query_hits *h, enum db_kind, struct sql *) MUST_USE;
/* id and title of the records with these ids within the scope, deleted ones too. */
err_t query_titles(const struct object *,
                   const int64_t *ids,
                   size_t n,
                   const struct condition *scope,
                   const struct condition_env *,
                   struct sql *) MUST_USE;
/* Live parents with an id above `after`, by id: all columns, then each roll-up's figure over their
 * live children as it should be, in the order of the fields. */
err_t query_rollups(const struct object *,
                    int64_t after,
                    size_t limit,
                    const struct condition_env *,
                    struct sql *) MUST_USE;
/* A customer to whom a live record gives the identity key in one of these fields: this one, if he
 * is among them. */
err_t query_giver(const struct field *const *fields,
                  size_t n,
                  value key,
                  int64_t customer,
                  struct sql *) MUST_USE;
/* One row when a live record names the id in one of these refs that the batch has not made, or that
 * has been changed since. */
err_t query_needed(
    const struct field *const *refs, size_t n, int64_t id, int64_t batch, struct sql *) MUST_USE;
/* A roll-up's figure over the live children of one parent: its cells in the parent's order. */
err_t query_rollup(const struct field *,
                   int64_t parent,
                   const struct condition_env *,
                   struct sql *) MUST_USE;
