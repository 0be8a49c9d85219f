#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/test.h"
#include "sheet/fixture.h"

/* The tests are run from the root of the source or from the folder of the build. */
static DIR *open_corpus(const char **folder)
{
    static const char *const folders[] = {"src/sheet/testdata", "../src/sheet/testdata"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        DIR *dir = opendir(*folder = folders[i]);
        if (dir)
            return dir;
    }
    fail_msg("no src/sheet/testdata here");
    return NULL;
}

static str load(struct arena *arena, const char *path)
{
    char *text = arena_alloc(arena, MIB);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, MIB, file);
    fclose(file);
    return (str){text, n};
}

/* Files of other programs: x.xlsx with x.xlsx.want, which says what is read. */
TEST(corpus_is_read_as_wanted)
{
    const char *folder;
    DIR *dir = open_corpus(&folder);
    size_t checked = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        str name = str_from(entry->d_name);
        if (!str_ends(name, S(".want")))
            continue;
        AUTO_ARENA arena = arena_new(16 * MIB);
        const char *want = arena_printf(arena, "%s/%s", folder, entry->d_name).p;
        str file =
            arena_printf(arena, "%s/" STR_FMT, folder, STR_ARG(str_cut(name, 0, name.n - 5)));
        print_message("%s\n", file.p);
        str text = load(arena, want);
        assert_str(fixture_describe(arena, file.p), arena_strz(arena, text));
        checked++;
    }
    closedir(dir);
    assert_true(checked >= 10);
}
