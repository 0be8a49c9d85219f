/* id: 63-bit record ids, ordered by time: 41 bits of milliseconds since 2020, 10 bits of node,
 * 12 bits of counter. Unique while each running process on a database has its own node number.
 * In JSON an id is a string of decimal digits. */
#pragma once

#include "base/str.h"

enum { ID_NODES = 1024 };
void id_set_node(unsigned node); /* 0..1023 */
/* Ids made from now on are greater than this one, whatever the clock says. */
void id_set_least(int64_t id);
int64_t id_new(void);           /* never repeats, ascends within the process; thread-safe */
int64_t id_instant(int64_t id); /* when it was made, microseconds UTC */
/* The smallest id made at or after the instant. */
int64_t id_floor(int64_t at);
enum { ID_CHARS = 19 };
/* Decimal digits of a positive id. ERR_INVALID otherwise. */
err_t id_parse(str s, int64_t *id) MUST_USE;

/* Random from the kernel. */
void random_bytes(void *out, size_t n);
/* 256 random bits as 43 characters of base64url, NUL-terminated: tokens, keys, file names. */
enum { TOKEN_CHARS = 43 };
void token_new(char out[static TOKEN_CHARS + 1]);
