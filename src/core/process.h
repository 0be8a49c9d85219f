/* process: which processes work on the database, and which of them are gone.
 *
 * Each has a random name and, as long as it lives, the lock (flock) of a file of that name in
 * <data folder>/processes. The kernel takes the lock from it when it ends, however it ends, and
 * never before: so a name whose file is there and unlocked is that of a process that is gone,
 * whatever became of connections to the database. Of processes with another data folder nothing is
 * known here; what they held is free when their leases end. */
#pragma once

#include "core/app.h"

/* Names this process. ERR_UNAVAILABLE: the file cannot be made. */
err_t process_open(struct app *) MUST_USE;
void process_close(struct app *); /* nothing of it is left */
/* Calls gone for each that is, which is then forgotten unless gone fails. */
err_t process_each_gone(struct app *, err_t (*gone)(struct app *, str name)) MUST_USE;
/* About once a second: sees to it that no other process has this one's node number. Takes it again,
 * or another that is free, when the connection that held it is lost. Any thread. */
void process_keep_node(struct app *);
