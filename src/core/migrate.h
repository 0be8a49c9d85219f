/* migrate: the tables that are not objects, by numbered scripts (core/schema/0001.sql …). */
#pragma once

#include "base/buf.h"
#include "db/db.h"

/* Runs the scripts that have not run yet, inside a work and under a lock that other nodes wait for;
 * with plan, writes them there instead. ERR_CONFLICT: the database knows a script that this binary
 * does not. As migrate_lock. */
err_t migrate_core(struct db_conn *, struct arena *, struct problems *, struct buf *plan) MUST_USE;
/* Inside a work: until its end no other node changes tables or the model. A table that others hold
 * is waited for so long, because all who come after wait behind: then ERR_UNAVAILABLE with
 * db_lock_waited. */
err_t migrate_lock(struct db_conn *, unsigned seconds) MUST_USE;
/* Has the first script run? */
bool migrate_core_done(struct db_conn *);
