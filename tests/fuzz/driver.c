/* Replays a corpus through a fuzz target: DRIVER FOLDER. Links with any file that defines
 * LLVMFuzzerTestOneInput, where no fuzzing engine is at hand. */
#include <dirent.h>
#include <stdint.h>

#include "base/str.h"

enum { INPUT_MAX = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static bool replay(const char *folder, const char *name)
{
    char path[4096];
    static uint8_t bytes[INPUT_MAX];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        return false;
    }
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    /* every beginning and every end too: cheap mutations that find reads beyond the input */
    for (size_t i = 0; i <= n; i += n > 4096 ? n / 64 : 1) {
        uint8_t *exact = malloc(n - i + 1);
        if (!exact)
            return false;
        memcpy(exact, bytes + i, n - i);
        LLVMFuzzerTestOneInput(exact, n - i);
        memcpy(exact, bytes, n - i);
        LLVMFuzzerTestOneInput(exact, n - i);
        free(exact);
    }
    return true;
}

int main(int argc, char **argv)
{
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;
    size_t count = 0;
    if (!dir) {
        fputs("usage: driver FOLDER\n", stderr);
        return 2;
    }
    for (struct dirent *e; (e = readdir(dir));) {
        if (e->d_name[0] == '.')
            continue;
        if (!replay(argv[1], e->d_name))
            return 1;
        count++;
    }
    closedir(dir);
    printf("%zu inputs replayed\n", count);
    return count == 0;
}
