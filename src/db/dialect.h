/* dialect: the words that SQLite and PostgreSQL spell differently.
 *
 *   @ints($n) @texts($n)  a sub-select of the members of a JSON array given as text
 *   @tx                   a bigint: the number of the running transaction (SQLite: 0)
 *   @horizon              a bigint: no transaction with a smaller number is still running
 *   @next_tx              a bigint above the number of every transaction that the statement sees
 *   @skip_locked          take rows for this transaction, leaving those that others have taken
 *   @id @text             types of columns: an integer key, a text that sorts by its bytes */
#pragma once

#include "base/buf.h"
#include "db/db.h"

/* Appends sql with the words expanded; quoted text and comments stay as they are. ERR_INVALID: an
 * unknown word. */
err_t dialect_expand(enum db_kind, str sql, struct buf *out) MUST_USE;
