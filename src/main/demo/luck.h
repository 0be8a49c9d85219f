/* luck: chance that repeats. xoshiro256++, seeded through splitmix64; every customer has a stream
 * of its own, so that one more field here does not change everybody there. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct luck {
    uint64_t s[4];
};

void luck_seed(struct luck *, uint64_t seed, uint64_t stream);
uint64_t luck_next(struct luck *);
double luck_unit(struct luck *);                  /* [0, 1) */
size_t luck_below(struct luck *, size_t n);       /* 0 … n-1; n > 0 */
int luck_range(struct luck *, int low, int high); /* both included */
bool luck_chance(struct luck *, double p);
double luck_exponential(struct luck *, double mean);
double luck_normal(struct luck *, double mean, double deviation);
double luck_gamma(struct luck *, double shape, double scale); /* shape >= 1 */
/* An index by its weight: upto[i] is the sum of the weights up to and including i. */
size_t luck_pick(struct luck *, const unsigned *upto, size_t n);
