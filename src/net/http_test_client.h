/* A client for tests that sends exactly the bytes it is given. */
#pragma once

#include <poll.h>

#include "net/http_server.h"

int client_connect(unsigned port);
/* False when the server has closed. */
bool client_send(int fd, str bytes);
/* One reply by its Content-Length, or all until the server closes when there is none. */
str client_reply(int fd, struct arena *);
/* Everything until the server closes; fails the test when it does not within 5 s. */
str client_rest(int fd, struct arena *);
/* Connects, sends, and reads until the server closes. */
str client_exchange(unsigned port, str bytes, struct arena *);
str reply_body(str reply);
int reply_status(str reply);
bool reply_has(str reply, const char *text);
