#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/test.h"
#include "sheet/fixture.h"

/* The tests are run from the root of the source or from the folder of the build. */
static DIR *open_folder(const char *path, char folder[static 64])
{
    static const char *const roots[] = {"", "../"};
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        snprintf(folder, 64, "%s%s", roots[i], path);
        DIR *dir = opendir(folder);
        if (dir)
            return dir;
    }
    fail_msg("no %s here", path);
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
    char folder[64];
    DIR *dir = open_folder("src/sheet/testdata", folder);
    size_t checked = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        str name = str_from(entry->d_name);
        if (!str_ends(name, S(".want")))
            continue;
        AUTO_ARENA arena = arena_new(16 * MIB);
        const char *want = arena_printf(arena, "%s/%s", folder, entry->d_name).p;
        str file =
            arena_printf(arena, "%s/" STR_FMT, folder, STR_ARG(str_cut(name, 0, name.n - 5)));
        str text = load(arena, want);
        assert_str(fixture_describe(arena, file.p), arena_strz(arena, text));
        checked++;
    }
    closedir(dir);
    assert_true(checked >= 10);
}

/* What the fuzzer found worth keeping: read to the end, or refused with a problem. */
TEST(corpus_of_the_fuzzer_gets_answers)
{
    char folder[64];
    DIR *dir = open_folder("tests/fuzz/corpus/sheet", folder);
    size_t checked = 0;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        AUTO_ARENA arena = arena_new(64 * MIB);
        str file = arena_printf(arena, "%s/%s", folder, entry->d_name);
        str verdict = fixture_verdict(arena, file.p);
        if (!str_eqz(verdict, "ok") && !str_starts(verdict, S("sheet_")))
            fail_msg("%s: " STR_FMT, file.p, STR_ARG(verdict));
        checked++;
    }
    closedir(dir);
    assert_true(checked >= 50);
}
