#include "crm/tag/tag.h"

#include <pthread.h>

#include "base/limits.h"
#include "core/test_app.h"

struct tagger {
    struct app *app;
    pthread_t thread;
    pthread_barrier_t *start;
    int round;
    err_t result;
    size_t problems;
};

static err_t name_tag(struct ctx *c, void *arg)
{
    return tag_ensure(c, *(const str *)arg);
}

static void *tag_one(void *arg)
{
    struct tagger *mine = arg;
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    mine->result = ctx_init(&c, mine->app, arena, "test");
    pthread_barrier_wait(mine->start);
    if (mine->result != OK)
        return NULL;
    str name = arena_printf(arena, "新%d", mine->round);
    mine->result = ctx_transact(&c, name_tag, &name);
    mine->problems = c.problems.list.n;
    ctx_done(&c);
    return NULL;
}

TEST_APP(tags_named_by_many_at_once)
{
    enum { TAGGERS = 6, ROUNDS = 8 };
    pthread_barrier_t start;
    assert_int_equal(pthread_barrier_init(&start, NULL, TAGGERS), 0);
    for (int round = 0; round < ROUNDS; round++) {
        struct tagger all[TAGGERS];
        for (int i = 0; i < TAGGERS; i++) {
            all[i] = (struct tagger){.app = app, .start = &start, .round = round};
            assert_int_equal(pthread_create(&all[i].thread, NULL, tag_one, &all[i]), 0);
        }
        for (int i = 0; i < TAGGERS; i++)
            pthread_join(all[i].thread, NULL);
        for (int i = 0; i < TAGGERS; i++) {
            assert_int_equal(all[i].result, OK);
            assert_int_equal(all[i].problems, 0);
        }
    }
    pthread_barrier_destroy(&start);
}
