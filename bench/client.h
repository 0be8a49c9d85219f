/* client: many keep-alive connections that ask as fast as they are answered. */
#pragma once

#include "base/buf.h"

struct client_load {
    unsigned port, connections;
    double seconds;
    int status; /* what every answer must be */
    /* Writes the next request; `n` differs between all requests of all connections. */
    void (*request)(struct buf *, uint64_t n, void *context);
    void *context;
};
struct client_result {
    double per_second;
    double p50_ms, p95_ms;
};
/* Ends the program when an answer is not what it must be. */
struct client_result client_run(const struct client_load *);

/* One connection, one request at a time. */
struct client_line;
struct client_line *client_open(unsigned port);
/* How many milliseconds the answer took; it must be a 200. */
double client_ask(struct client_line *,
                  void (*request)(struct buf *, uint64_t n, void *context),
                  uint64_t n,
                  void *context);
const char *client_body(const struct client_line *); /* of the last answer */
void client_close(struct client_line *);
