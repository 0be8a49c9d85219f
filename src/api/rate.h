/* rate: how often a program may call (security C5): 600 requests a minute for each token, in bursts
 * of at most as many. Kept in memory, by process. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* False when the token has used up its share; *seconds then says when to come again. */
bool rate_allow(int64_t token, unsigned *seconds);
