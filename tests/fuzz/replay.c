#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz.h"

#ifndef FUZZING
enum { MOST_FILES = 4096, MOST_BYTES = 1 << 20 };

static struct input {
    uint8_t *bytes;
    size_t n;
} inputs[MOST_FILES];
static size_t input_count;

static int read_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *bytes = malloc(MOST_BYTES);
    if (!f || !bytes || input_count == MOST_FILES) {
        fprintf(stderr, "%s: cannot be read\n", path);
        free(bytes);
        if (f)
            fclose(f);
        return 1;
    }
    size_t n = fread(bytes, 1, MOST_BYTES, f);
    fclose(f);
    inputs[input_count++] = (struct input){bytes, n};
    LLVMFuzzerTestOneInput(bytes, n);
    return 0;
}

static int read_path(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
        return read_file(path);
    struct dirent **names;
    int failed = 0, n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        char inner[4096];
        snprintf(inner, sizeof inner, "%s/%s", path, names[i]->d_name);
        if (names[i]->d_name[0] != '.')
            failed |= read_file(inner);
        free(names[i]);
    }
    free(names);
    return failed;
}

static uint64_t state = 1;

static size_t below(size_t n)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return n ? (size_t)(state >> 33) % n : 0;
}

/* Changes, cuts, repeats, or takes a piece of another input. */
static void mutate(uint8_t *bytes, size_t *n)
{
    for (size_t times = 1 + below(4); times > 0; times--) {
        const struct input *other = &inputs[below(input_count)];
        size_t at = below(*n + 1), from = below(other->n + 1), piece = below(other->n - from + 1);
        switch (below(4)) {
        case 0:
            if (at < *n)
                bytes[at] = (uint8_t)below(256);
            break;
        case 1:
            piece = below(*n - at + 1);
            memmove(bytes + at, bytes + at + piece, *n - at - piece);
            *n -= piece;
            break;
        default:
            if (*n + piece > MOST_BYTES)
                break;
            memmove(bytes + at + piece, bytes + at, *n - at);
            memcpy(bytes + at, other->bytes + from, piece);
            *n += piece;
        }
    }
}

static void try_changes(unsigned long long rounds)
{
    uint8_t *bytes = malloc(MOST_BYTES);
    for (; bytes && rounds > 0; rounds--) {
        const struct input *start = &inputs[below(input_count)];
        size_t n = start->n;
        memcpy(bytes, start->bytes, n);
        mutate(bytes, &n);
        LLVMFuzzerTestOneInput(bytes, n);
    }
    free(bytes);
}

int main(int argc, char **argv)
{
    int failed = 0;
    unsigned long long rounds = 0;
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--rounds") == 0 && i + 1 < argc)
            rounds = strtoull(argv[++i], NULL, 10);
        else
            failed |= read_path(argv[i]);
    if (input_count == 0)
        failed = 1;
    else
        try_changes(rounds);
    printf("%zu inputs replayed\n", input_count);
    for (size_t i = 0; i < input_count; i++)
        free(inputs[i].bytes);
    return failed;
}
#endif
