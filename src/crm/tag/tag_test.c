#include "crm/tag/tag.h"

#include <pthread.h>

#include <stdio.h>

#include "base/limits.h"
#include "core/change.h"
#include "core/record_internal.h"
#include "core/test_app.h"

struct tagger {
    struct app *app;
    pthread_t thread;
    pthread_barrier_t *start;
    int round;
    bool upper;
    err_t result;
    size_t problems;
};

static err_t name_tag(struct ctx *c, void *arg)
{
    str as;
    return tag_ensure(c, *(const str *)arg, &as);
}

static int64_t tags(struct ctx *c)
{
    value n;
    assert_int_equal(db_one(c->conn, c->arena,
                            S("SELECT count(*) FROM tag WHERE deleted_at IS NULL"), NULL, 0, &n, 1),
                     OK);
    return n.i;
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
    str name = arena_printf(arena, "%s%d", mine->upper ? "NEW " : "new ", mine->round);
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
            all[i] = (struct tagger){.app = app, .start = &start, .round = round, .upper = i % 2};
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
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(tags(&c), ROUNDS);
    ctx_done(&c);
}

#define BEGIN                                                                                      \
    AUTO_ARENA arena = arena_new(64 * MIB);                                                        \
    struct ctx c;                                                                                  \
    tag_attach();                                                                                  \
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK)

static struct record *made(struct ctx *c, const char *object, const char *body)
{
    struct record *r;
    assert_int_equal(record_create(c, model_object(c->model, str_from(object)),
                                   test_json(c->arena, body), NULL, &r),
                     OK);
    return r;
}

static struct record *tag_with(struct ctx *c, int64_t id, const char *body)
{
    struct record *r;
    assert_int_equal(record_update(c, model_object(c->model, S("customer")), id, 0,
                                   test_json(c->arena, body), NULL, &r),
                     OK);
    return r;
}

static str tags_of(const struct record *r)
{
    value v = record_cell(r, object_field(r->object, S("tags")), 0);
    return v.kind == VALUE_TEXT ? v.s : (str){0};
}

TEST_APP(tags_of_one_name_are_one)
{
    BEGIN;
    struct record *r;
    assert_str(tags_of(made(&c, "customer", "{'name':'甲','tags':['VIP']}")), "[\"VIP\"]");
    struct record *other = made(&c, "customer", "{'name':'乙','tags':['vip','Ｖip','老 客户']}");
    assert_str(tags_of(other), "[\"VIP\",\"老 客户\"]");
    assert_str(tags_of(tag_with(&c, record_id(other), "{'tags':['老  客户','vIP']}")),
               "[\"VIP\",\"老 客户\"]");
    assert_int_equal(tags(&c), 2);
    assert_int_equal(record_create(&c, model_object(c.model, S("tag")),
                                   test_json(arena, "{'name':'vip'}"), NULL, &r),
                     ERR_CONFLICT);
    assert_str(c.problems.list.at[0].pointer, "/name");
    ctx_done(&c);
}

static err_t forget_folded(struct ctx *c, void *arg)
{
    (void)arg;
    TRY(db_run(c->conn, S("UPDATE tag SET folded = NULL WHERE name <> ''"), NULL, 0, NULL));
    value copy[] = {V_INT(1), V_TEXT(S("Vip"))};
    return db_run(c->conn,
                  S("INSERT INTO tag (id, name, version, created_at, updated_at) "
                    "SELECT $1, $2, 1, created_at, updated_at FROM tag WHERE name = 'VIP'"),
                  copy, 2, NULL);
}

TEST_APP(tags_of_one_name_that_were_two_stay_two)
{
    BEGIN;
    made(&c, "customer", "{'name':'甲','tags':['VIP']}");
    assert_int_equal(ctx_transact(&c, forget_folded, NULL), OK);
    assert_str(tags_of(made(&c, "customer", "{'name':'乙','tags':['VIP']}")), "[\"VIP\"]");
    assert_str(tags_of(made(&c, "customer", "{'name':'丙','tags':['Vip']}")), "[\"Vip\"]");
    assert_str(tags_of(made(&c, "customer", "{'name':'丁','tags':['vip']}")), "[\"Vip\"]");
    assert_int_equal(tags(&c), 2);
    ctx_done(&c);
}

TEST_APP(tags_that_a_kept_record_has_are_not_undone)
{
    BEGIN;
    struct undo_result u;
    int64_t batch;
    assert_int_equal(batch_begin(&c, "import", S("名单"), &batch), OK);
    c.batch = batch;
    int64_t kept = record_id(made(&c, "customer", "{'name':'甲','tags':['留']}"));
    made(&c, "customer", "{'name':'乙','tags':['去','留']}");
    c.batch = 0;
    tag_with(&c, kept, "{'notes':'改过'}");
    assert_int_equal(batch_undo(&c, batch, false, &u, NULL, NULL), OK);
    assert_int_equal(u.restored, 2);
    assert_int_equal(u.kept_total, 2);
    assert_int_equal(u.kept_changed, 1);
    assert_int_equal(u.kept_used, 1);
    assert_int_equal(tags(&c), 1);
    ctx_done(&c);
}
