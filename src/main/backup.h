/* backup: a whole enterprise in a folder of its own, made while others write:
 *
 *   backup.json     version, kind of database, when
 *   renmai.db       SQLite: a copy of one moment;  PostgreSQL: renmai.dump (pg_dump, custom format)
 *   files/          what people uploaded
 *   SHA256SUMS      of all these; its own digest is in backup.json
 *
 * The installation's key (data folder/key) is never part of it: who finds a backup shall not be
 * able to read the second factors in it. It is kept elsewhere, once. */
#pragma once

#include "main/command.h"

err_t command_backup(struct invocation *) MUST_USE;
/* Into a database and a data folder that hold nothing yet; nothing is written before all of the
 * backup has been found as it was made. */
err_t command_restore(struct invocation *) MUST_USE;
