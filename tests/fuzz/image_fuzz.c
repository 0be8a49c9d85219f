/* A picture from outside: what is left of it is the same when it is cleaned once more. */
#include <stdlib.h>
#include <string.h>

#include "core/image.h"
#include "fuzz.h"

static const char *const TYPES[] = {"image/jpeg", "image/png", "image/gif", "image/webp"};

static char *clean(const char *type, str bytes, size_t *n, enum image_fault *fault)
{
    FILE *out = tmpfile();
    if (!out)
        abort();
    *fault = image_clean(str_from(type), bytes, out);
    *n = (size_t)ftell(out);
    char *text = malloc(*n + 1);
    rewind(out);
    if (!text || fread(text, 1, *n, out) != *n)
        abort();
    fclose(out);
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof TYPES / sizeof *TYPES; i++) {
        size_t n, again_n;
        enum image_fault fault, again_fault;
        char *once = clean(TYPES[i], (str){(const char *)data, size}, &n, &fault);
        char *again = clean(TYPES[i], (str){once, n}, &again_n, &again_fault);
        if (!fault && (again_fault || again_n != n || memcmp(once, again, n)))
            abort();
        free(once);
        free(again);
    }
    return 0;
}
