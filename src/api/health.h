/* health: /healthz, /readyz and /metrics, outside /api/v1 and without signing in.
 *
 * Figures are for those who run the server, so /metrics answers only callers on this machine; a
 * proxy in front gives the client's own address (X-Forwarded-For). */
#pragma once

#include "api/api.h"

/* False when the path is none of them. */
bool health_reply(struct api *, struct http_request *, struct http_reply *);
