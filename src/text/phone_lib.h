/* phone_lib: the C face of libphonenumber (phone.cc). Private to this room. The library loads its
 * tables at the first call and is safe from many threads afterwards. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct phone_lib_number {
    char e164[20];
    char region[4];
    bool mobile;
};
/* Are there numbers of the country? */
bool phone_lib_knows(const char *region);
/* text: ASCII, NUL-terminated. False when it is no valid number. */
bool phone_lib_parse(const char *text, const char *region, struct phone_lib_number *out);
/* For a number in E.164: as its own country writes it, or with +; returns the length, 0 when it is
 * none. */
size_t phone_lib_format(const char *e164, bool national, char *out, size_t size);
/* Digits of the country code and of the area code, 0 where there is none. False: no number. */
bool phone_lib_lengths(const char *e164, size_t *country, size_t *area);

#ifdef __cplusplus
}
#endif
