/* dialect: the words that SQLite and PostgreSQL spell differently.
 *
 *   @ints($n) @texts($n)  a sub-select of the members of a JSON array given as text
 *   @horizon              a bigint: no transaction with a smaller number is still running
 *   @skip_locked          take rows for this transaction, leaving those that others have taken */
#pragma once

#include "base/buf.h"
#include "db/db.h"

/* Appends sql with the words expanded; quoted text stays as it is. ERR_INVALID: an unknown word. */
err_t dialect_expand(enum db_kind, str sql, struct buf *out) MUST_USE;
