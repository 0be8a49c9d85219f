#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/test.h"

static struct test_entry *entries;
static size_t entry_count;

void test_register(struct test_entry *e)
{
    e->next = entries;
    entries = e;
    entry_count++;
}

void assert_str_(str got, const char *want, const char *file, int line)
{
    if (str_eqz(got, want))
        return;
    print_error("got  \"" STR_FMT "\"\nwant \"%s\"\n", STR_ARG(got), want);
    _fail(file, line);
}

static int wanted(const struct test_entry *e, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strstr(e->name, argv[i]) || strstr(e->file, argv[i]))
            return 1;
    return argc < 2;
}

/* UNIT_PART=1/2: the first of two parts, so that several processes share the work. */
static bool in_part(size_t index)
{
    const char *part = getenv("UNIT_PART");
    if (!part || strlen(part) != 3 || part[2] < '1' || part[2] > '9')
        return true;
    size_t of = (size_t)(part[2] - '0');
    return index % of == (size_t)(part[0] - '0') % of;
}

int main(int argc, char **argv)
{
    struct CMUnitTest *tests = calloc(entry_count + 1, sizeof *tests);
    if (!tests)
        return 1;
    size_t n = 0, index = 0;
    for (struct test_entry *e = entries; e; e = e->next)
        if (wanted(e, argc, argv) && in_part(index++ / 2)) /* on two databases each */
            tests[n++] = (struct CMUnitTest){.name = e->name, .test_func = e->run};
    if (n == 0) {
        fputs("no such test\n", stderr);
        return 1;
    }
    int failed = _cmocka_run_group_tests("unit", tests, n, NULL, NULL);
    free(tests);
    return failed != 0;
}
