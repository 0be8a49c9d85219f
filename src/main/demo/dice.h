/* dice: chance that repeats. xoshiro256++, seeded through splitmix64; every customer has a stream
 * of its own, so that one more field here does not change everybody there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
    uint64_t s[4];
};

void dice_seed(struct dice *, uint64_t seed, uint64_t stream);
uint64_t dice_next(struct dice *);
double dice_unit(struct dice *);                  /* [0, 1) */
size_t dice_below(struct dice *, size_t n);       /* 0 … n-1; n > 0 */
int dice_range(struct dice *, int low, int high); /* both included */
bool dice_chance(struct dice *, double p);
double dice_exponential(struct dice *, double mean);
double dice_normal(struct dice *, double mean, double deviation);
double dice_gamma(struct dice *, double shape, double scale); /* shape >= 1 */
/* An index by its weight: upto[i] is the sum of the weights up to and including i. */
size_t dice_pick(struct dice *, const unsigned *upto, size_t n);
