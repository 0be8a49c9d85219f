#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

str str_from(const char *z)
{
    return (str){z, z ? strlen(z) : 0};
}

bool str_eq(str a, str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eqz(str a, const char *z)
{
    return str_eq(a, str_from(z));
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_ieq_ascii(str a, str b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

int str_cmp(str a, str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int c = n ? memcmp(a.p, b.p, n) : 0;
    if (c)
        return c;
    return a.n < b.n ? -1 : a.n > b.n;
}

bool str_starts(str s, str prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool str_ends(str s, str suffix)
{
    return s.n >= suffix.n &&
           (suffix.n == 0 || memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n) == 0);
}

size_t str_find(str s, str needle)
{
    if (needle.n == 0)
        return 0;
    if (s.n < needle.n)
        return SIZE_MAX;
    const char *hit = memmem(s.p, s.n, needle.p, needle.n);
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

size_t str_find_byte(str s, char c)
{
    const char *hit = s.n ? memchr(s.p, c, s.n) : NULL;
    return hit ? (size_t)(hit - s.p) : SIZE_MAX;
}

str str_cut(str s, size_t from, size_t to)
{
    if (to > s.n)
        to = s.n;
    if (from > to)
        from = to;
    return (str){s.p ? s.p + from : NULL, to - from};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

str str_trim(str s)
{
    while (s.n && is_space(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && is_space(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool str_split(str *rest, char separator, str *part)
{
    if (!rest->p)
        return false;
    size_t at = str_find_byte(*rest, separator);
    if (at == SIZE_MAX) {
        *part = *rest;
        *rest = (str){NULL, 0};
        return true;
    }
    *part = (str){rest->p, at};
    *rest = (str){rest->p + at + 1, rest->n - at - 1};
    return true;
}

/* FNV-1a, 64 bit, with a final mix so that the low bits are usable as a table index. */
uint64_t str_hash(str s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    h ^= h >> 32;
    return h * 0x9e3779b97f4a7c15u;
}

err_t str_to_int(str s, int64_t *out)
{
    bool negative = false;
    if (s.n && (s.p[0] == '-' || s.p[0] == '+')) {
        negative = s.p[0] == '-';
        s = str_cut(s, 1, s.n);
    }
    if (s.n == 0)
        return ERR_INVALID;
    int64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return ERR_INVALID;
        int digit = s.p[i] - '0';
        if (__builtin_mul_overflow(v, 10, &v) ||
            __builtin_sub_overflow(v, digit, &v)) /* negative side holds INT64_MIN */
            return ERR_INVALID;
    }
    if (!negative && __builtin_sub_overflow(0, v, &v))
        return ERR_INVALID;
    *out = v;
    return OK;
}

err_t str_to_real(str s, double *out)
{
    char z[64];
    if (s.n == 0 || s.n >= sizeof z)
        return ERR_INVALID;
    for (size_t i = 0; i < s.n; i++)
        if (!strchr("0123456789+-.eE", s.p[i]) || s.p[i] == '\0')
            return ERR_INVALID;
    memcpy(z, s.p, s.n);
    z[s.n] = '\0';
    char *end;
    double v = strtod(z, &end);
    if (end != z + s.n || !isfinite(v))
        return ERR_INVALID;
    *out = v;
    return OK;
}

/* Decodes one code point at the front of s; 0 bytes used means ill-formed. */
static size_t decode(str s, uint32_t *out)
{
    unsigned char c = (unsigned char)s.p[0];
    if (c < 0x80) {
        *out = c;
        return 1;
    }
    size_t len = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
    if (c < 0xc2 || c > 0xf4 || s.n < len)
        return 0;
    uint32_t v = c & (0xffu >> (len + 1));
    for (size_t i = 1; i < len; i++) {
        unsigned char b = (unsigned char)s.p[i];
        if ((b & 0xc0) != 0x80)
            return 0;
        v = v << 6 | (b & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (v < least[len] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
        return 0;
    *out = v;
    return len;
}

bool utf8_valid(str s)
{
    while (s.n) {
        uint32_t c;
        size_t used = decode(s, &c);
        if (!used)
            return false;
        s.p += used;
        s.n -= used;
    }
    return true;
}

uint32_t utf8_next(str *s)
{
    uint32_t c;
    size_t used = decode(*s, &c);
    if (!used) {
        c = 0xfffd;
        used = 1;
    }
    s->p += used;
    s->n -= used;
    return c;
}

size_t utf8_put(uint32_t c, char out[static 4])
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

size_t utf8_count(str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += ((unsigned char)s.p[i] & 0xc0) != 0x80;
    return count;
}

str utf8_prefix(str s, size_t max)
{
    size_t i = 0;
    for (size_t count = 0; i < s.n; i++)
        if (((unsigned char)s.p[i] & 0xc0) != 0x80 && count++ == max)
            break;
    return (str){s.p, i};
}
