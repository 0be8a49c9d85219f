/* test_items: the small schema that the tests of this room share. */
#pragma once

#include "db/test_db.h"

/* item (id, name unique as item_name, size), part (item_id to item, code, unique). */
void make_items(struct db *);
/* One transaction: name NULL gives NULL. */
err_t insert_item(struct db *, int64_t id, const char *name);
err_t insert_item_in(struct db_conn *, int64_t id, const char *name);
/* Committed rows of item, seen by a reading connection. */
int64_t count_items(struct db *);
/* The first cell, which is a whole number. */
int64_t ask_int(struct db_conn *, str sql);
/* One statement without parameters, as a transaction. */
err_t transact_sql(struct db *, const char *sql);
