/* TEST(name) { … } defines and registers a unit test; the runner (base/test_main.c) runs those
 * whose name contains one of its arguments, or all. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

struct test_entry {
    const char *name, *file;
    void (*run)(void **state);
    struct test_entry *next;
};
void test_register(struct test_entry *);

#define TEST(id)                                                                                   \
    static void test_##id(void **state);                                                           \
    static struct test_entry test_entry_##id = {#id, __FILE__, test_##id, NULL};                   \
    __attribute__((constructor)) static void test_register_##id(void)                              \
    {                                                                                              \
        test_register(&test_entry_##id);                                                           \
    }                                                                                              \
    static void test_##id(void **state __attribute__((unused)))

/* Shows both texts when they differ. */
#define assert_str(got, want) assert_str_(got, want, __FILE__, __LINE__)
void assert_str_(str got, const char *want, const char *file, int line);
