/* check: holds what is kept twice against each other: roll-ups against a full count, sets against
 * their link tables, identity keys against the records they came from, uploaded files against their
 * sizes and digests, the log against its seals; and asks SQLite whether its file is whole.
 *
 * Each page of records is looked at within one snapshot, so it may run while others write. */
#pragma once

#include "base/jw.h"
#include "core/ctx.h"

/* Writes {"clean","checks":[{"check","looked","wrong","repaired","found":[…]}]}. repair: roll-ups
 * are counted anew where they were wrong. *clean: nothing wrong is left. */
err_t check_run(struct ctx *, bool repair, struct jw *, bool *clean) MUST_USE;
