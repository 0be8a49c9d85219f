/* test_app: an app on an empty database, on both kinds: TEST_APP(name) { … uses app … } makes
 * name_sqlite and name_postgres (see db/test_db.h). */
#pragma once

#include "core/app.h"
#include "core/ctx.h"
#include "db/test_db.h"

struct test_app {
    struct test_db at;
    struct app *app;
    char folder[64];
};

void test_app_open(struct test_app *, enum db_kind);
void test_app_close(struct test_app *);
/* As if a process of that name had been killed: lower-case letters and digits. */
void test_app_process_gone(const struct test_app *, const char *name);
/* A tree from text with ' for ". */
json_t *test_json(struct arena *, const char *text);
/* The definition of a role that every enterprise begins with; borrowed. NULL: there is none. */
json_t *test_shipped_role(struct arena *, const char *key);

#define TEST_APP(id)                                                                               \
    static void app_##id(struct app *app, struct test_app *at);                                    \
    static void app_run_##id(enum db_kind kind)                                                    \
    {                                                                                              \
        struct test_app at;                                                                        \
        test_app_open(&at, kind);                                                                  \
        app_##id(at.app, &at);                                                                     \
        test_app_close(&at);                                                                       \
    }                                                                                              \
    TEST(id##_sqlite)                                                                              \
    {                                                                                              \
        app_run_##id(DB_SQLITE);                                                                   \
    }                                                                                              \
    TEST(id##_postgres)                                                                            \
    {                                                                                              \
        app_run_##id(DB_POSTGRES);                                                                 \
    }                                                                                              \
    static void app_##id(struct app *app __attribute__((unused)),                                  \
                         struct test_app *at __attribute__((unused)))
