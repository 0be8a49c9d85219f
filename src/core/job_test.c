#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/access.h"
#include "core/job_internal.h"
#include "core/process.h"
#include "core/record.h"
#include "core/test_app.h"

static void add_kinds(void);

struct at_work {
    struct ctx c;
    struct arena *arena;
};

static void begin(struct at_work *w, struct app *app)
{
    add_kinds();
    w->arena = arena_new(64 * MIB);
    assert_int_equal(ctx_init(&w->c, app, w->arena, "test"), OK);
}

static void end(struct at_work *w)
{
    clock_set(0);
    ctx_done(&w->c);
    arena_free(w->arena);
}

static int64_t enqueue(struct ctx *c, const char *kind)
{
    int64_t id;
    assert_int_equal(job_enqueue(c, kind, NULL, NULL, 0, &id), OK);
    return id;
}

static json_t *show(struct ctx *c, int64_t id)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(job_write_json(c, id, &w), OK);
    json_t *tree = json_keep(c->arena, json_loadb(out.p, out.n, 0, NULL));
    assert_non_null(tree);
    return tree;
}

static void assert_state(struct ctx *c, int64_t id, const char *state)
{
    assert_str(json_get_str(show(c, id), "state"), state);
}

/* ---- kinds for the tests ---- */

static _Atomic unsigned runs, faults_left;
static _Atomic bool hold, held;

static err_t count_run(struct ctx *c, struct job *job, json_t **result)
{
    (void)c;
    runs++;
    *result = json_pack("{s:i,s:O}", "run", (int)job->attempt, "args", job->args);
    return OK;
}

static err_t fail_run(struct ctx *c, struct job *job, json_t **result)
{
    (void)c;
    (void)job;
    (void)result;
    runs++;
    if (!faults_left)
        return OK;
    faults_left--;
    return ERR_UNAVAILABLE;
}

static err_t refuse_run(struct ctx *c, struct job *job, json_t **result)
{
    (void)job;
    (void)result;
    problem_add(&c->problems, S("/file"), "required", NULL);
    return ERR_INVALID;
}

/* Works until it is told to stop. */
static err_t long_run(struct ctx *c, struct job *job, json_t **result)
{
    (void)result;
    runs++;
    for (size_t i = 1;; i++) {
        err_t e = job_progress(c, job, i, 1000000);
        held = true;
        if (e != OK || !hold)
            return e;
        usleep(2000);
    }
}

static size_t going_on;

/* Gets one further with each attempt. */
static err_t go_on_run(struct ctx *c, struct job *job, json_t **result)
{
    (void)result;
    err_t e = job_progress(c, job, ++going_on, 100);
    return e == OK ? ERR_UNAVAILABLE : e;
}

static err_t rights_run(struct ctx *c, struct job *job, json_t **result)
{
    (void)job;
    *result = json_pack("{s:b,s:I}", "limited", c->access != NULL, "user", (json_int_t)c->user);
    return OK;
}

static int64_t order_of_runs[16];

static err_t order_run(struct ctx *c, struct job *job, json_t **result)
{
    (void)c;
    (void)result;
    order_of_runs[runs++] = job->actor;
    return OK;
}

static void add_kinds(void)
{
    static struct job_kind kinds[] = {
        {.name = "test_count", .label = "job_purge", .run = count_run},
        {.name = "test_fail", .label = "job_purge", .run = fail_run, .max_attempts = 3},
        {.name = "test_refuse", .label = "job_purge", .run = refuse_run},
        {.name = "test_long", .label = "job_purge", .run = long_run, .lease_seconds = 1},
        {.name = "test_goes_on", .label = "job_purge", .run = go_on_run, .goes_on = true},
        {.name = "test_rights", .label = "job_purge", .run = rights_run},
        {.name = "test_order", .label = "job_purge", .run = order_run},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        job_kind_add(&kinds[i]);
    job_kinds_core();
    runs = faults_left = 0;
    hold = held = false;
}

/* ---- one process ---- */

TEST_APP(jobs_run_once_and_keep_their_result)
{
    struct at_work w;
    begin(&w, app);
    int64_t id, same, later;
    json_t *args = json_keep(w.arena, json_pack("{s:s}", "file", "7"));
    assert_int_equal(job_enqueue(&w.c, "test_count", args, "k", 0, &id), OK);
    assert_int_equal(job_enqueue(&w.c, "test_count", args, "k", 0, &same), OK);
    assert_true(id == same);
    assert_int_equal(job_enqueue(&w.c, "test_count", args, NULL, clock_now() + CLOCK_HOUR, &later),
                     OK);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 1);
    json_t *j = show(&w.c, id);
    assert_str(json_get_str(j, "state"), "done");
    assert_str(json_get_str(json_object_get(json_object_get(j, "result"), "args"), "file"), "7");
    assert_state(&w.c, later, "waiting");
    assert_int_equal(job_enqueue(&w.c, "test_count", args, "k", 0, &same), OK);
    assert_true(id != same);
    assert_int_equal(job_enqueue(&w.c, "of a newer version", NULL, NULL, 0, &id), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_state(&w.c, id, "waiting");
    end(&w);
}

struct in_transaction {
    int64_t id;
    bool fail;
};

static err_t enqueue_inside(struct ctx *c, void *arg)
{
    struct in_transaction *t = arg;
    TRY(job_enqueue(c, "test_count", NULL, NULL, 0, &t->id));
    return t->fail ? ERR_DENIED : OK;
}

TEST_APP(jobs_are_enqueued_with_their_transaction)
{
    struct at_work w;
    begin(&w, app);
    struct in_transaction t = {.fail = true};
    assert_int_equal(ctx_transact(&w.c, enqueue_inside, &t), ERR_DENIED);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 0);
    t.fail = false;
    assert_int_equal(ctx_transact(&w.c, enqueue_inside, &t), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 1);
    assert_state(&w.c, t.id, "done");
    end(&w);
}

TEST_APP(jobs_are_tried_again_later_and_then_die)
{
    struct at_work w;
    begin(&w, app);
    int64_t start = clock_now();
    faults_left = 3;
    int64_t id = enqueue(&w.c, "test_fail");
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 1);
    assert_state(&w.c, id, "waiting");
    clock_set(start + 15 * CLOCK_SECOND);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 2);
    clock_set(start + 26 * CLOCK_SECOND);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 2);
    clock_set(start + 60 * CLOCK_SECOND);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 3);
    assert_state(&w.c, id, "dead");
    assert_true(json_get_str(show(&w.c, id), "message").n > 0);
    clock_set(start + 2 * CLOCK_HOUR);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 3);
    assert_int_equal(job_retry(&w.c, id), OK);
    assert_int_equal(job_retry(&w.c, id), ERR_CONFLICT);
    assert_int_equal(job_run_due(app), OK);
    assert_state(&w.c, id, "done");
    end(&w);
}

TEST(jobs_back_off_doubles_with_a_ceiling)
{
    for (int i = 0; i < 200; i++) {
        int64_t first = job_backoff(1), third = job_backoff(3), late = job_backoff(60);
        assert_in_range(first, 8 * CLOCK_SECOND, 12 * CLOCK_SECOND);
        assert_in_range(third, 35 * CLOCK_SECOND, 45 * CLOCK_SECOND);
        assert_in_range(late, 50 * CLOCK_MINUTE, 70 * CLOCK_MINUTE);
    }
}

TEST_APP(jobs_that_are_refused_say_why)
{
    struct at_work w;
    begin(&w, app);
    int64_t id = enqueue(&w.c, "test_refuse");
    assert_int_equal(job_run_due(app), OK);
    json_t *j = show(&w.c, id), *error = json_array_get(json_object_get(j, "error"), 0);
    assert_str(json_get_str(j, "state"), "failed");
    assert_str(json_get_str(error, "code"), "required");
    assert_str(json_get_str(error, "pointer"), "/file");
    assert_true(json_get_str(error, "detail").n > 0);
    end(&w);
}

/* Neither what people asked for nor the server's own waits for all of the others. */
TEST_APP(jobs_of_people_and_of_the_server_take_turns)
{
    struct at_work w;
    struct record *user;
    begin(&w, app);
    assert_int_equal(record_create(&w.c, model_object(w.c.model, S("user")),
                                   test_json(w.arena, "{'name':'甲','email':'a@example.com'}"),
                                   NULL, &user),
                     OK);
    for (int i = 0; i < 6; i++) {
        w.c.user = i < 4 ? 0 : record_id(user);
        enqueue(&w.c, "test_order");
    }
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(order_of_runs[i], i == 0 || i == 2 ? record_id(user) : 0);
    end(&w);
}

TEST_APP(jobs_can_be_cancelled_before_and_while_they_run)
{
    struct at_work w;
    begin(&w, app);
    int64_t waiting = enqueue(&w.c, "test_count");
    assert_int_equal(job_cancel(&w.c, waiting), OK);
    assert_state(&w.c, waiting, "cancelled");
    hold = true;
    int64_t running = enqueue(&w.c, "test_long");
    assert_int_equal(job_runner_start(app, 2), OK);
    while (!held)
        usleep(1000);
    assert_state(&w.c, running, "running");
    assert_int_equal(job_cancel(&w.c, running), OK);
    assert_true(job_runner_stop(app, 20));
    assert_state(&w.c, running, "cancelled");
    assert_int_equal(job_cancel(&w.c, running), ERR_CONFLICT);
    assert_int_equal(job_cancel(&w.c, 12345), ERR_NOT_FOUND);
    assert_int_equal(runs, 1);
    end(&w);
}

TEST_APP(jobs_are_put_back_when_the_process_stops)
{
    struct at_work w;
    begin(&w, app);
    hold = true;
    int64_t id = enqueue(&w.c, "test_long");
    assert_int_equal(job_runner_start(app, 1), OK);
    while (!held)
        usleep(1000);
    assert_true(job_runner_stop(app, 20));
    json_t *j = show(&w.c, id);
    assert_str(json_get_str(j, "state"), "waiting");
    assert_int_equal(json_get_int(j, "attempts", -1), 0);
    hold = false;
    assert_int_equal(job_run_due(app), OK);
    assert_state(&w.c, id, "done");
    end(&w);
}

/* ---- rights ---- */

TEST_APP(jobs_have_the_rights_of_who_asked_and_are_seen_by_him)
{
    struct at_work w;
    begin(&w, app);
    struct record *user;
    assert_int_equal(record_create(&w.c, model_object(w.c.model, S("user")),
                                   test_json(w.arena, "{'name':'甲','email':'a@example.com'}"),
                                   NULL, &user),
                     OK);
    int64_t by_server = enqueue(&w.c, "test_count");
    w.c.user = record_id(user);
    int64_t id = enqueue(&w.c, "test_rights");
    assert_int_equal(job_run_due(app), OK);
    json_t *result = json_object_get(show(&w.c, id), "result");
    assert_true(json_is_true(json_object_get(result, "limited")));
    assert_int_equal(json_get_int(result, "user", 0), record_id(user));
    assert_int_equal(access_hold(app, w.c.conn, w.c.model, w.c.user, &w.c.access), OK);
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw jw = {.out = &out};
    assert_int_equal(job_write_json(&w.c, by_server, &jw), ERR_NOT_FOUND);
    assert_int_equal(job_cancel(&w.c, by_server), ERR_NOT_FOUND);
    assert_int_equal(job_list_json(&w.c, (str){0}, (str){0}, 10, &jw), OK);
    assert_true(str_find(buf_str(&out), S("test_rights")) != SIZE_MAX);
    assert_true(str_find(buf_str(&out), S("test_count")) == SIZE_MAX);
    assert_int_equal(job_list_json(&w.c, (str){0}, S("x"), 10, &jw), ERR_INVALID);
    end(&w);
}

TEST_APP(jobs_say_what_they_are_about)
{
    struct at_work w;
    begin(&w, app);
    static const char *const about[][2] = {
        {"{'subject':'客户.xlsx','object':'order'}", "客户.xlsx"},
        {"{'object':'customer'}", "客户"},
        {"{'object':'gone'}", "object:gone"}};
    for (size_t i = 0; i < 3; i++) {
        int64_t id;
        json_t *args = test_json(w.c.arena, about[i][0]);
        assert_int_equal(job_enqueue(&w.c, "test_count", args, NULL, 0, &id), OK);
        assert_str(json_get_str(show(&w.c, id), "subject"), about[i][1]);
    }
    assert_true(json_is_null(json_object_get(show(&w.c, enqueue(&w.c, "test_count")), "subject")));
    end(&w);
}

TEST_APP(jobs_are_listed_page_by_page)
{
    struct at_work w;
    begin(&w, app);
    int64_t ids[3];
    for (int i = 0; i < 3; i++)
        ids[i] = enqueue(&w.c, "test_count");
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw jw = {.out = &out};
    buf_addz(&out, "{\"data\":");
    assert_int_equal(job_list_json(&w.c, S("waiting"), (str){0}, 2, &jw), OK);
    buf_addz(&out, "}");
    json_t *page = json_keep(w.arena, json_loadb(out.p, out.n, 0, NULL));
    assert_non_null(page);
    assert_int_equal(json_array_size(json_object_get(page, "data")), 2);
    assert_true(json_get_bool(page, "has_more", false));
    char want[ID_CHARS + 1];
    snprintf(want, sizeof want, "%lld", (long long)ids[1]);
    assert_str(json_get_str(page, "next"), want);
    end(&w);
}

/* ---- schedules ---- */

static int64_t next_of(const char *schedule, const char *zone, const char *now)
{
    int64_t at, next;
    assert_int_equal(instant_parse(str_from(now), &at), OK);
    assert_int_equal(job_schedule_next(schedule, zone_find(str_from(zone)), at, &next), OK);
    return next;
}

static void assert_next(const char *schedule, const char *zone, const char *now, const char *want)
{
    int64_t at;
    assert_int_equal(instant_parse(str_from(want), &at), OK);
    assert_int_equal(next_of(schedule, zone, now), at);
}

TEST(jobs_schedules_name_the_next_instant)
{
    assert_next("every 10m", "UTC", "2026-11-21T09:59:59Z", "2026-11-21T10:00:00Z");
    assert_next("every 10m", "UTC", "2026-11-21T10:00:00Z", "2026-11-21T10:10:00Z");
    assert_next("hourly", "Asia/Shanghai", "2026-11-21T10:20:00Z", "2026-11-21T11:00:00Z");
    assert_next("daily 03:10", "Asia/Shanghai", "2026-11-21T19:09:00Z", "2026-11-21T19:10:00Z");
    assert_next("daily 03:10", "Asia/Shanghai", "2026-11-21T19:10:00Z", "2026-11-22T19:10:00Z");
    /* The days on which clocks change: 03:10 is what the clock on the wall shows. */
    assert_next("daily 03:10", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:10:00Z");
    assert_next("daily 03:10", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T02:10:00Z");
    static const char *const wrong[] = {"",           "daily",       "daily 3:10",  "daily 24:00",
                                        "daily 03:6", "every",       "every m",     "every 0m",
                                        "every 10d",  "every 9999m", "daily 03:60", "weekly"};
    int64_t next;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(job_schedule_next(wrong[i], NULL, 0, &next), ERR_INVALID);
}

static _Atomic unsigned scheduled;

static err_t scheduled_run(struct ctx *c, struct job *job, json_t **result)
{
    (void)c;
    (void)job;
    (void)result;
    scheduled++;
    return OK;
}

static void add_scheduled(void)
{
    static struct job_kind kind = {
        .name = "test_scheduled", .label = "job_purge", .schedule = "hourly", .run = scheduled_run};
    job_kind_add(&kind);
    scheduled = 0;
}

TEST_APP(jobs_run_by_their_schedule)
{
    struct at_work w;
    begin(&w, app);
    add_scheduled();
    int64_t start = next_of("hourly", "UTC", "2026-11-21T09:30:00Z");
    clock_set(start + CLOCK_MINUTE);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(scheduled, 0);
    clock_set(start + CLOCK_HOUR + CLOCK_MINUTE);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(scheduled, 1);
    clock_set(start + 5 * CLOCK_HOUR + CLOCK_MINUTE); /* missed turns are made up for once */
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(scheduled, 2);
    end(&w);
}

/* ---- several processes: PostgreSQL ---- */

static struct app *open_second(const struct test_app *at, int node)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct problems problems = {.arena = arena};
    struct app *app = NULL;
    struct app_options o = {
        .db_url = str_from(at->at.url), .data_folder = str_from(at->folder), .node = node};
    assert_int_equal(app_open(&o, &problems, &app), OK);
    return app;
}

TEST_APP(jobs_run_on_one_of_two_processes)
{
    enum { JOBS = 60 };
    struct at_work w;
    if (db_kind(app->db) == DB_SQLITE)
        return;
    begin(&w, app);
    struct app *second = open_second(at, -1);
    int64_t ids[JOBS];
    for (int i = 0; i < JOBS; i++)
        ids[i] = enqueue(&w.c, "test_count");
    assert_int_equal(job_runner_start(app, 2), OK);
    assert_int_equal(job_runner_start(second, 2), OK);
    for (int i = 0; i < 1000 && runs < JOBS; i++)
        usleep(10000);
    assert_true(job_runner_stop(app, 20));
    assert_true(job_runner_stop(second, 20));
    assert_int_equal(runs, JOBS);
    for (int i = 0; i < JOBS; i++)
        assert_state(&w.c, ids[i], "done");
    app_close(second);
    end(&w);
}

TEST_APP(jobs_of_a_killed_process_are_taken_over)
{
    struct at_work w;
    if (db_kind(app->db) == DB_SQLITE)
        return;
    begin(&w, app);
    int64_t id = enqueue(&w.c, "test_long");
    pid_t child = fork();
    if (child == 0) {
        hold = true;
        struct app *mine = open_second(at, -1);
        if (job_runner_start(mine, 1) == OK)
            for (;;)
                pause();
        _exit(1);
    }
    while (!str_eqz(json_get_str(show(&w.c, id), "state"), "running"))
        usleep(5000);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    test_db_script(app->db, S("UPDATE job SET lease_until = 99999999999999999"));
    assert_int_equal(job_run_due(app), OK);
    assert_state(&w.c, id, "running");
    test_db_script(app->db, S("UPDATE job SET lease_until = 1")); /* it has run out */
    assert_int_equal(job_run_due(app), OK);
    json_t *j = show(&w.c, id);
    assert_str(json_get_str(j, "state"), "done");
    assert_int_equal(json_get_int(j, "attempts", 0), 2);
    end(&w);
}

/* The process that runs the job is killed, and the next one starts. */
static void kill_and_restart(struct test_app *at)
{
    static const str taken =
        S("UPDATE job SET state = 'running', attempts = attempts + 1, lease_by = 'gone:x', "
          "lease_until = 99999999999999999");
    struct app *app = at->app;
    test_db_script(app->db, taken);
    test_app_process_gone(at, "gone");
    assert_int_equal(job_runner_start(app, 0), OK);
    assert_true(job_runner_stop(app, 1));
}

/* Kills and restarts before a job gets anywhere are no attempts of it, but it cannot have many. */
TEST_APP(jobs_outlive_restarts)
{
    struct at_work w;
    begin(&w, app);
    int64_t id = enqueue(&w.c, "test_fail");
    for (int i = 0; i < 2; i++) {
        kill_and_restart(at);
        assert_state(&w.c, id, "waiting");
    }
    assert_int_equal(json_get_int(show(&w.c, id), "attempts", -1), 0);
    assert_int_equal(job_run_due(app), OK); /* it waits by now */
    assert_int_equal(runs, 0);
    test_db_script(app->db, S("UPDATE job SET run_at = 0"));
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 1);
    kill_and_restart(at);
    runs = 0;
    test_db_script(app->db, S("UPDATE job SET run_at = 0"));
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 0);
    assert_state(&w.c, id, "dead");
    end(&w);
}

/* What gets on between the kills is never given up. */
TEST_APP(jobs_that_get_on_outlive_any_number_of_kills)
{
    struct at_work w;
    begin(&w, app);
    int64_t id = enqueue(&w.c, "test_goes_on");
    going_on = 0;
    for (int i = 0; i < 8; i++) {
        kill_and_restart(at);
        kill_and_restart(at);
        test_db_script(app->db, S("UPDATE job SET run_at = 0"));
        assert_int_equal(job_run_due(app), OK);
        assert_state(&w.c, id, "waiting");
    }
    end(&w);
}

/* Two on one data folder, and the one that lives lost its number and the connection that held it.
 */
TEST_APP(jobs_of_a_living_process_stay_with_it)
{
    struct at_work w;
    char taken[160], cut[200];
    if (db_kind(app->db) == DB_SQLITE)
        return;
    begin(&w, app);
    struct app *second = open_second(at, -1);
    unsigned node = second->node;
    int64_t id = enqueue(&w.c, "test_count");
    snprintf(taken, sizeof taken,
             "UPDATE job SET state = 'running', attempts = 1, lease_by = '%s:x', "
             "lease_until = 99999999999999999",
             second->process);
    test_db_script(app->db, str_from(taken));
    snprintf(
        cut, sizeof cut,
        "SELECT pg_terminate_backend(pid, 10000) FROM pg_locks WHERE locktype = 'advisory' AND "
        "objid = %u",
        node);
    test_db_script(app->db, str_from(cut));
    struct app *third = open_second(at, (int)node); /* takes its number */
    assert_int_equal(third->node, node);
    assert_int_equal(job_runner_start(third, 0), OK);
    assert_state(&w.c, id, "running");
    process_keep_node(second);
    assert_int_not_equal(second->node, node);
    assert_int_equal((id_new() >> 12) & (ID_NODES - 1), second->node);
    app_close(third);
    app_close(second);
    end(&w);
}

/* A job that takes its process down each time is not taken up for ever. */
TEST_APP(jobs_that_crash_die)
{
    struct at_work w;
    begin(&w, app);
    int64_t id = enqueue(&w.c, "test_fail");
    test_db_script(app->db, S("UPDATE job SET state = 'running', attempts = 3, lease_until = 1"));
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(runs, 0);
    assert_state(&w.c, id, "dead");
    end(&w);
}
