#include "main/demo/luck.h"

#include <math.h>

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

void luck_seed(struct luck *d, uint64_t seed, uint64_t stream)
{
    uint64_t x = seed;
    x = splitmix(&x) ^ stream;
    for (int i = 0; i < 4; i++)
        d->s[i] = splitmix(&x);
}

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

uint64_t luck_next(struct luck *d)
{
    uint64_t *s = d->s, result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

double luck_unit(struct luck *d)
{
    return (double)(luck_next(d) >> 11) * 0x1p-53;
}

size_t luck_below(struct luck *d, size_t n)
{
    return (size_t)(((unsigned __int128)luck_next(d) * n) >> 64);
}

int luck_range(struct luck *d, int low, int high)
{
    return low + (int)luck_below(d, (size_t)(high - low + 1));
}

bool luck_chance(struct luck *d, double p)
{
    return luck_unit(d) < p;
}

double luck_exponential(struct luck *d, double mean)
{
    return -mean * log(1 - luck_unit(d));
}

double luck_normal(struct luck *d, double mean, double deviation)
{
    double radius = sqrt(-2 * log(1 - luck_unit(d)));
    return mean + deviation * radius * cos(2 * M_PI * luck_unit(d));
}

/* G. Marsaglia, W. W. Tsang, "A Simple Method for Generating Gamma Variables" (2000). */
double luck_gamma(struct luck *d, double shape, double scale)
{
    double a = shape - 1.0 / 3, c = 1 / sqrt(9 * a);
    for (;;) {
        double x = luck_normal(d, 0, 1), v = 1 + c * x;
        if (v <= 0)
            continue;
        v = v * v * v;
        if (log(1 - luck_unit(d)) < 0.5 * x * x + a - a * v + a * log(v))
            return a * v * scale;
    }
}

size_t luck_pick(struct luck *d, const unsigned *upto, size_t n)
{
    size_t at = luck_below(d, upto[n - 1]), low = 0, high = n - 1;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (upto[mid] > at)
            high = mid;
        else
            low = mid + 1;
    }
    return low;
}
