/* migrate: the tables that are not objects, by numbered scripts (core/schema/0001.sql …). */
#pragma once

#include "base/buf.h"
#include "db/db.h"

/* Runs the scripts that have not run yet, inside a work and under a lock that other nodes wait for;
 * with plan, writes them there instead. ERR_CONFLICT: the database knows a script that this binary
 * does not. */
err_t migrate_core(struct db_conn *, struct arena *, struct problems *, struct buf *plan) MUST_USE;
/* Inside a work: until its end no other node changes tables or the model. */
err_t migrate_lock(struct db_conn *) MUST_USE;
/* Has the first script run? */
bool migrate_core_done(struct db_conn *);
