/* str: a borrowed run of bytes, pointer and length.
 *
 * A str never owns what it points to; the arena, buffer or literal it was taken from does. It may
 * hold any bytes; where text is meant it is UTF-8, NFC unless said otherwise. Not NUL-terminated,
 * except where a function promises it. An empty str may have p == NULL. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

typedef struct {
    const char *p;
    size_t n;
} str;

#define S(literal) ((str){"" literal, sizeof(literal) - 1})
/* For printf: printf(STR_FMT, STR_ARG(s)). Lengths are cut at INT_MAX. */
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)((s).n > INT32_MAX ? INT32_MAX : (s).n), (s).p

str str_from(const char *z); /* z may be NULL */
bool str_eq(str a, str b);
bool str_eqz(str a, const char *z);
bool str_ieq_ascii(str a, str b);
/* Bytewise order, shorter first among equal prefixes: <0, 0, >0. */
int str_cmp(str a, str b);
bool str_starts(str s, str prefix);
bool str_ends(str s, str suffix);
/* Index of the first occurrence, or SIZE_MAX. */
size_t str_find(str s, str needle);
size_t str_find_byte(str s, char c);
str str_cut(str s, size_t from, size_t to); /* clamped to s */
str str_trim(str s);                        /* ASCII white space at both ends */
/* Splits *rest at the first separator byte: puts the part before it in *part, the part after it in
 * *rest. False when *rest is exhausted (rest->p == NULL). "a,,b" gives "a", "", "b". */
bool str_split(str *rest, char separator, str *part);
uint64_t str_hash(str s);

/* Decimal integer over the whole of s, optional sign. ERR_INVALID when s is anything else or out of
 * range. */
err_t str_to_int(str s, int64_t *out) MUST_USE;
/* Decimal number over the whole of s, '.' as the point, optional exponent. ERR_INVALID otherwise,
 * also for NaN and infinities. */
err_t str_to_real(str s, double *out) MUST_USE;

/* UTF-8. */
bool utf8_valid(str s); /* refuses overlong forms, surrogates, > U+10FFFF; accepts NUL */
/* Takes one code point off the front of *s; an ill-formed byte comes back as U+FFFD. s->n > 0. */
uint32_t utf8_next(str *s);
/* Writes the code point, returns its length 1..4. */
size_t utf8_put(uint32_t c, char out[static 4]);
size_t utf8_count(str s); /* code points */
/* The longest prefix with at most max code points. */
str utf8_prefix(str s, size_t max);
