#include "crm/follow_up/follow_up.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "core/change.h"
#include "core/job.h"
#include "core/merge.h"
#include "core/record_internal.h"
#include "core/test_app.h"

struct stage {
    struct ctx c;
    struct arena *arena;
    const struct object *customers, *follow_ups;
};

static void begin(struct stage *s, struct app *app)
{
    static bool attached;
    if (!attached)
        follow_up_attach();
    attached = true;
    job_kinds_core();
    merge_attach();
    s->arena = arena_new(256 * MIB);
    assert_int_equal(ctx_init(&s->c, app, s->arena, "test"), OK);
    s->customers = model_object(s->c.model, S("customer"));
    s->follow_ups = model_object(s->c.model, S("follow_up"));
}

static void end(struct stage *s)
{
    ctx_done(&s->c);
    arena_free(s->arena);
}

static json_t *day(struct stage *s, int days)
{
    char text[INSTANT_CHARS + 1];
    instant_format(s->c.now + days * CLOCK_DAY, text);
    return days ? json_string(text) : json_null();
}

static int64_t customer(struct stage *s, const char *name, int planned)
{
    struct record *r;
    json_t *body = json_keep(
        s->arena, json_pack("{s:s,s:o}", "name", name, "next_follow_up_at", day(s, planned)));
    assert_int_equal(record_create(&s->c, s->customers, body, NULL, &r), OK);
    return record_id(r);
}

/* Spoken with `at` days from now; the next time in `next` days, 0 = none said. */
static int64_t talk(struct stage *s, int64_t customer, int at, int next)
{
    struct record *r;
    str id = arena_printf(s->arena, "%lld", (long long)customer);
    json_t *body = json_keep(s->arena, json_pack("{s:s,s:s,s:o,s:o}", "customer", id.p, "text", "t",
                                                 "at", day(s, at), "next_at", day(s, next)));
    if (!at)
        json_object_del(body, "at");
    assert_int_equal(record_create(&s->c, s->follow_ups, body, NULL, &r), OK);
    return record_id(r);
}

static void change(struct stage *s, const struct object *o, int64_t id, json_t *body)
{
    struct record *r;
    assert_int_equal(record_update(&s->c, o, id, 0, json_keep(s->arena, body), NULL, &r), OK);
}

static void remove_talk(struct stage *s, int64_t id)
{
    struct record *r;
    assert_int_equal(record_delete(&s->c, s->follow_ups, id, 0, &r), OK);
}

static void plan(struct stage *s, int64_t id, int days)
{
    change(s, s->customers, id, json_pack("{s:o}", "next_follow_up_at", day(s, days)));
}

#define assert_planned(s, id, days) planned_is(s, id, days, __LINE__)
static void planned_is(struct stage *s, int64_t id, int days, int line)
{
    struct record *r;
    assert_int_equal(record_load(&s->c, s->customers, id, &r), OK);
    value v = record_cell(r, object_field(s->customers, S("next_follow_up_at")), 0);
    int64_t want = days ? s->c.now + days * CLOCK_DAY : 0, is = v.kind == VALUE_INT ? v.i : 0;
    if (llabs(want - is) > CLOCK_DAY / 2)
        fail_msg("line %d: wanted day %d, got %g", line, days,
                 is ? (double)(is - s->c.now) / (double)CLOCK_DAY : 0);
}

TEST_APP(follow_up_without_a_date_leaves_the_plan)
{
    struct stage s;
    begin(&s, app);
    int64_t id = customer(&s, "王小明", 28);
    int64_t first = talk(&s, id, -1, 0);
    assert_planned(&s, id, 28);
    talk(&s, id, 1, 0); /* one that is still to come, too */
    assert_planned(&s, id, 28);
    change(&s, s.follow_ups, first, json_pack("{s:s}", "text", "other"));
    remove_talk(&s, first);
    assert_planned(&s, id, 28);
    int64_t overdue = customer(&s, "李四", -3);
    talk(&s, overdue, -5, 0);
    assert_planned(&s, overdue, -3);
    int64_t did = talk(&s, overdue, -1, 0);
    assert_planned(&s, overdue, 0);
    remove_talk(&s, did);
    assert_planned(&s, overdue, -3);
    end(&s);
}

TEST_APP(follow_up_with_a_date_decides)
{
    struct stage s;
    begin(&s, app);
    int64_t id = customer(&s, "王小明", 28);
    int64_t said = talk(&s, id, -1, 7);
    assert_planned(&s, id, 7);
    talk(&s, id, -9, 20); /* written down late */
    assert_planned(&s, id, 7);
    change(&s, s.follow_ups, said, json_pack("{s:o}", "next_at", day(&s, 9)));
    assert_planned(&s, id, 9);
    plan(&s, id, 12);
    change(&s, s.follow_ups, said, json_pack("{s:s}", "text", "other"));
    assert_planned(&s, id, 12);
    int64_t old = customer(&s, "李四", 28);
    talk(&s, old, -90, -60);
    assert_planned(&s, old, 28);
    end(&s);
}

TEST_APP(follow_up_that_goes_gives_the_plan_back)
{
    struct stage s;
    begin(&s, app);
    int64_t id = customer(&s, "王小明", 28);
    int64_t said = talk(&s, id, -1, 7), again = talk(&s, id, 0, 14);
    remove_talk(&s, again);
    assert_planned(&s, id, 7);
    change(&s, s.follow_ups, said, json_pack("{s:o}", "next_at", day(&s, 9)));
    change(&s, s.follow_ups, said, json_pack("{s:n}", "next_at"));
    assert_planned(&s, id, 28);
    again = talk(&s, id, 0, 14);
    plan(&s, id, 20);
    remove_talk(&s, again);
    assert_planned(&s, id, 20);
    end(&s);
}

TEST_APP(follow_up_undone_gives_the_plan_back)
{
    struct stage s;
    struct undo_result undone;
    begin(&s, app);
    int64_t id = customer(&s, "王小明", 28);
    assert_int_equal(batch_begin(&s.c, "bulk", S("b"), &s.c.batch), OK);
    int64_t batch = s.c.batch;
    talk(&s, id, -1, 7);
    s.c.batch = 0;
    assert_planned(&s, id, 7);
    assert_int_equal(batch_undo(&s.c, batch, false, &undone, NULL, NULL), OK);
    assert_planned(&s, id, 28);
    end(&s);
}

static void merge(struct stage *s, struct app *app, int64_t kept, int64_t other)
{
    struct merge m;
    int64_t job;
    str id = arena_printf(s->arena, "%lld", (long long)other);
    json_t *request = json_keep(s->arena, json_pack("{s:[s]}", "others", id.p));
    assert_int_equal(merge_read(&s->c, s->customers, kept, request, &m), OK);
    assert_int_equal(merge_start(&s->c, &m, &job), OK);
    assert_int_equal(job_run_due(app), OK);
}

TEST_APP(follow_ups_that_move_overwrite_no_plan)
{
    struct stage s;
    begin(&s, app);
    int64_t planned = customer(&s, "王小明", 28), other = customer(&s, "王小明", 0);
    talk(&s, other, -1, 7);
    merge(&s, app, planned, other);
    assert_planned(&s, planned, 28);
    int64_t none = customer(&s, "李四", 0), second = customer(&s, "李四", 0);
    int64_t said = talk(&s, second, -1, 7);
    merge(&s, app, none, second);
    assert_planned(&s, none, 7);
    int64_t right = customer(&s, "赵六", 0);
    str id = arena_printf(s.arena, "%lld", (long long)right);
    change(&s, s.follow_ups, said, json_pack("{s:s}", "customer", id.p));
    assert_planned(&s, right, 7);
    end(&s);
}
