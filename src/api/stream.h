/* stream: what happens, told to open screens as server-sent events.
 *
 *   change log ─► an ephemeral reader ─► what may each viewer see? ─► his open streams
 *   jobs, model, ended sessions ─► the keeper's thread, once a second ─┘
 *
 * Streams of one user (and the same token scopes) are one viewer, asked about once a change however
 * many screens he has open. An idle stream costs its struct and a heartbeat every 20 s.
 *
 * An event's id is the place in the log, "tx-id". A client that comes back with Last-Event-ID gets
 * what it missed; when that is too much or unknown, `event: reset` tells it to load anew. */
#pragma once

#include "api/api.h"

/* Before log_readers_start and job_runner_start: adds the reader and listens to jobs. */
struct stream_hub *stream_hub_new(struct app *) MUST_USE;
/* After log_readers_stop and job_runner_stop; NULL is fine. */
void stream_hub_free(struct stream_hub *);

err_t stream_get(struct call *) MUST_USE;
