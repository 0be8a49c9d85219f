#include "text/text.h"

enum { JARO_MAX = 64 /* code points that are compared */ };

static size_t decode(str s, uint32_t out[static JARO_MAX])
{
    size_t n = 0;
    while (s.n && n < JARO_MAX)
        out[n++] = utf8_next(&s);
    return n;
}

static double jaro(const uint32_t *a, size_t an, const uint32_t *b, size_t bn)
{
    bool a_used[JARO_MAX] = {false}, b_used[JARO_MAX] = {false};
    size_t longer = an > bn ? an : bn, window = longer / 2 > 0 ? longer / 2 - 1 : 0, same = 0;
    for (size_t i = 0; i < an; i++) {
        size_t from = i > window ? i - window : 0;
        for (size_t k = from; k < bn && k <= i + window; k++) {
            if (b_used[k] || a[i] != b[k])
                continue;
            a_used[i] = b_used[k] = true;
            same++;
            break;
        }
    }
    if (same == 0)
        return 0;
    size_t moved = 0, k = 0;
    for (size_t i = 0; i < an; i++) {
        if (!a_used[i])
            continue;
        while (!b_used[k])
            k++;
        moved += a[i] != b[k++];
    }
    double m = (double)same;
    return (m / (double)an + m / (double)bn + (m - (double)moved / 2) / m) / 3;
}

double text_jaro_winkler(str a, str b)
{
    uint32_t x[JARO_MAX], y[JARO_MAX];
    size_t xn = decode(a, x), yn = decode(b, y), prefix = 0;
    if (xn == 0 || yn == 0)
        return xn == yn ? 1 : 0;
    double j = jaro(x, xn, y, yn);
    while (prefix < 4 && prefix < xn && prefix < yn && x[prefix] == y[prefix])
        prefix++;
    return j + (double)prefix * 0.1 * (1 - j);
}
