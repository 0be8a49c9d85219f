#include "core/test_app.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/asset.h"
#include "base/limits.h"

void test_app_open(struct test_app *t, enum db_kind kind)
{
    test_db_open(&t->at, kind); /* may skip the test: nothing is held yet */
    AUTO_ARENA arena = arena_new(MIB);
    struct problems problems = {.arena = arena};
    snprintf(t->folder, sizeof t->folder, "/tmp/renmai-test-XXXXXX");
    assert_non_null(mkdtemp(t->folder));
    db_close(t->at.db); /* the app opens it itself; the schema stays */
    t->at.db = NULL;
    struct app_options o = {.db_url = str_from(t->at.url),
                            .data_folder = str_from(t->folder),
                            .node = -1, /* a test that failed may hold the first */
                            .make = true,
                            .migrate = true};
    err_t e = app_open(&o, &problems, &t->app);
    for (size_t i = 0; i < problems.list.n; i++)
        print_error(STR_FMT " %s " STR_FMT "\n", STR_ARG(problems.list.at[i].pointer),
                    problems.list.at[i].code, STR_ARG(problems.list.at[i].args[0]));
    assert_int_equal(e, OK);
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st;
    (void)kind;
    (void)ftw;
    return remove(path);
}

void test_app_close(struct test_app *t)
{
    app_close(t->app);
    struct problems none = {0};
    struct db_options o = {.url = str_from(t->at.url)};
    assert_int_equal(db_open(&o, &none, &t->at.db), OK);
    test_db_close(&t->at);
    nftw(t->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

void test_app_process_gone(const struct test_app *t, const char *name)
{
    char path[160];
    snprintf(path, sizeof path, "%s/processes/%s", t->folder, name);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fclose(f), 0);
}

json_t *test_json(struct arena *arena, const char *text)
{
    char *z = arena_strz(arena, str_from(text));
    for (char *p = z; *p; p++)
        if (*p == '\'')
            *p = '"';
    json_error_t error;
    json_t *tree = json_loads(z, JSON_DECODE_ANY, &error);
    if (!tree)
        print_error("%s: %s\n", text, error.text);
    assert_non_null(tree);
    return json_keep(arena, tree);
}

json_t *test_shipped_role(struct arena *arena, const char *key)
{
    json_t *records, *one;
    size_t i;
    assert_int_equal(json_read(arena, asset_find(S("seed/base.json"))->bytes, NULL, &records), OK);
    json_array_foreach(records, i, one)
    {
        const json_t *record = json_object_get(one, "record");
        if (str_eqz(json_get_str(record, "key"), key))
            return json_object_get(record, "definition");
    }
    return NULL;
}
