/* control: commands that run within the server which has the database open.
 *
 *   renmai token create …                       renmai serve
 *     │ {"command","language","database",          │ thread of its own, one command at a time
 *     │  "options","operands","secret"}\n          ▼
 *     └── data folder/control.sock ───────► the command's work() on the server's app
 *     ◄── {"result","out","problems"}\n ───────────┘
 *
 * The data folder is the command's own, or the one that the server of a SQLite file has written
 * into the file's lock.
 *
 * A second process cannot write to a SQLite file while the server runs, and need not to PostgreSQL.
 * Who may use the socket (mode 0600, in a folder of mode 0700) owns the data anyway. */
#pragma once

#include "main/command.h"

struct control;

/* Listens in the app's folder; `serving` is the invocation that opened it, `address` where it is
 * reached by browsers. ERR_UNAVAILABLE with a problem. */
err_t control_start(const struct invocation *serving,
                    struct app *,
                    str address,
                    struct control **out) MUST_USE;
void control_stop(struct control *); /* waits for a running command; NULL is fine */

/* Runs the invocation's command in the server that has this database open; its output and problems
 * go to the invocation. *served is false when there is none: then nothing has happened. */
err_t control_call(struct invocation *, bool *served) MUST_USE;
