#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/change.h"
#include "core/record.h"
#include "core/test_app.h"
#include "core/timeline.h"

static struct record *create(struct ctx *c, const char *name)
{
    struct record *r = NULL;
    json_t *body = json_keep(c->arena, json_pack("{s:s}", "name", name));
    assert_int_equal(record_create(c, model_object(c->model, S("customer")), body, NULL, &r), OK);
    return r;
}

static void rename_to(struct ctx *c, int64_t id, const char *name)
{
    struct record *r;
    json_t *body = json_keep(c->arena, json_pack("{s:s}", "name", name));
    assert_int_equal(record_update(c, model_object(c->model, S("customer")), id, 0, body, NULL, &r),
                     OK);
}

TEST_APP(change_history_is_newest_first_and_holds_what_differs)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct change_page page;
    struct record *gone;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = record_id(create(&c, "王小明"));
    assert_int_equal(batch_begin(&c, "bulk", S("三月"), &c.batch), OK);
    int64_t batch = c.batch;
    rename_to(&c, id, "王大明");
    c.batch = 0;
    assert_int_equal(record_delete(&c, model_object(c.model, S("customer")), id, 0, &gone), OK);
    assert_int_equal(change_history(&c, id, 0, 10, &page), OK);
    assert_int_equal(page.n, 3);
    assert_int_equal(page.at[0].op, CHANGE_DELETE);
    assert_int_equal(page.at[0].after.n, 0);
    assert_true(str_find(page.at[0].before, S("王大明")) != SIZE_MAX);
    assert_int_equal(page.at[1].op, CHANGE_UPDATE);
    assert_str(page.at[1].before, "{\"name\":\"王小明\"}");
    assert_str(page.at[1].after, "{\"name\":\"王大明\"}");
    assert_true(page.at[1].batch == batch && page.at[0].batch == 0);
    assert_true(page.at[1].customer == id && page.at[1].version == 2);
    assert_int_equal(page.at[2].op, CHANGE_CREATE);
    assert_int_equal(page.at[2].before.n, 0);
    int64_t second = page.at[1].id;
    assert_int_equal(change_history(&c, id, second, 10, &page), OK);
    assert_int_equal(page.n, 1);
    assert_int_equal(page.at[0].op, CHANGE_CREATE);
    ctx_done(&c);
}

/* Each takes two megabytes in the log. */
struct large {
    const struct record *of;
    int edits;
};

static err_t append_large(struct ctx *c, void *arg)
{
    const struct large *large = arg;
    const struct object *o = large->of->object;
    struct record *sides[2];
    char *text = arena_alloc(c->arena, MIB);
    memset(text, 'x', MIB);
    for (int i = 0; i < 2; i++) {
        text[0] = (char)('a' + i);
        sides[i] = record_copy(c->arena, large->of);
        sides[i]->cells[object_field(o, S("notes"))->first_column] =
            V_TEXT(arena_str(c->arena, (str){text, MIB}));
    }
    for (int i = 0; i < large->edits; i++) {
        TRY(change_append(c, CHANGE_UPDATE, o, sides[i % 2], sides[1 - i % 2]));
        TRY(db_settle(c->conn));
    }
    return OK;
}

static void edit_largely(struct app *app, int64_t id, int edits)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct record *r;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(record_get(&c, model_object(c.model, S("customer")), id, OP_READ, &r), OK);
    struct large large = {r, edits};
    assert_int_equal(ctx_transact(&c, append_large, &large), OK);
    ctx_done(&c);
}

TEST_APP(change_history_of_large_edits_comes_in_small_pages)
{
    enum { EDITS = 16 };
    AUTO_ARENA arena = arena_new(20 * MIB);
    struct ctx c;
    struct change_page page;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id = record_id(create(&c, "王小明")), before = 0;
    edit_largely(app, id, EDITS);
    size_t seen = 0, pages = 0;
    do {
        arena_reset(arena);
        assert_int_equal(change_history(&c, id, before, 200, &page), OK);
        assert_in_range(page.n, 1, 5);
        before = page.at[page.n - 1].id;
        seen += page.n;
        pages++;
    } while (page.more);
    assert_int_equal(seen, EDITS + 1);
    assert_int_equal(pages, 5);
    ctx_done(&c);
}

TEST_APP(timeline_of_large_edits_comes_in_small_pages)
{
    enum { EDITS = 16 };
    AUTO_ARENA arena = arena_new(20 * MIB);
    struct ctx c;
    struct timeline_page page;
    char next[80] = "";
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *customers = model_object(c.model, S("customer"));
    int64_t id = record_id(create(&c, "王小明"));
    edit_largely(app, id, EDITS);
    size_t edits = 0, pages = 0;
    do {
        arena_reset(arena);
        c.problems = (struct problems){.arena = arena};
        assert_int_equal(timeline_read(&c, customers, id, S(""), str_from(next), 30, &page), OK);
        for (size_t i = 0; i < page.count; i++)
            edits += page.entries[i].change_count;
        snprintf(next, sizeof next, STR_FMT, STR_ARG(page.next));
        pages++;
    } while (page.has_more);
    assert_int_equal(edits, EDITS + 1);
    assert_int_equal(pages, 5);
    ctx_done(&c);
}

TEST_APP(change_ids_never_fall_behind_the_log)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    int64_t far = id_floor(clock_now() + 10 * CLOCK_SECOND);
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    create(&c, "甲");
    char sql[100];
    snprintf(sql, sizeof sql, "UPDATE change SET id = %lld", (long long)far);
    test_db_script(app->db, str_from(sql));
    assert_int_equal(change_open(app), OK);
    assert_true(id_new() > far);
    ctx_done(&c);
}

/* ---- readers ---- */

/* Notes each change it gets in a table: (place, id), where getting one twice is a conflict. */
struct noting {
    _Atomic unsigned calls, got, failing; /* failing: so many calls fail after they wrote */
    int64_t last;
    _Atomic bool disorder;
};

static err_t note(struct ctx *c, const struct change *ch, size_t n, void *context)
{
    struct noting *t = context;
    t->calls++;
    for (size_t i = 0; i < n; i++) {
        value id = V_INT(ch[i].id);
        TRY(db_run(c->conn, S("INSERT INTO noted (id) VALUES ($1)"), &id, 1, NULL));
    }
    if (t->failing) {
        t->failing--;
        return ERR_UNAVAILABLE;
    }
    t->got += (unsigned)n;
    return OK;
}

static err_t hear(struct ctx *c, const struct change *ch, size_t n, void *context)
{
    struct noting *t = context;
    (void)c;
    t->calls++;
    if (t->failing) {
        t->failing--;
        return ERR_UNAVAILABLE;
    }
    for (size_t i = 0; i < n; i++) {
        if (ch[i].tx == 0 && ch[i].id <= t->last)
            t->disorder = true;
        t->last = ch[i].id;
    }
    t->got += (unsigned)n;
    return OK;
}

static void make_noted(struct app *app)
{
    test_db_script(app->db, S("CREATE TABLE noted (id bigint PRIMARY KEY)"));
}

static int64_t count(struct app *app, const char *sql)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct db_conn *conn;
    value v;
    assert_int_equal(db_acquire(app->db, &conn), OK);
    assert_int_equal(db_one(conn, arena, str_from(sql), NULL, 0, &v, 1), OK);
    db_release(conn);
    return v.i;
}

static int64_t not_noted(struct app *app)
{
    return count(app, "SELECT count(*) FROM change WHERE id NOT IN (SELECT id FROM noted)");
}

static void *write_some(void *arg)
{
    struct app *app = arg;
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (int i = 0; i < 25; i++)
        create(&c, "并发");
    ctx_done(&c);
    return NULL;
}

static void write_from_four(struct app *app)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_some, app), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

TEST_APP(log_readers_get_each_change_once_though_they_fail)
{
    struct noting exact = {.failing = 2}, kept = {.failing = 1}, live = {0};
    make_noted(app);
    log_reader_add(
        app,
        &(struct log_reader){
            .name = "exact", .transactional = true, .batch = 7, .read = note, .context = &exact});
    log_reader_add(
        app, &(struct log_reader){.name = "kept", .batch = 10, .read = hear, .context = &kept});
    log_reader_add(app, &(struct log_reader){.name = "live",
                                             .batch = 10,
                                             .read = hear,
                                             .context = &live,
                                             .from_now = true,
                                             .ephemeral = true});
    assert_int_equal(log_readers_start(app), OK);
    write_from_four(app);
    assert_int_equal(log_readers_settle(app, 20000), OK);
    int64_t changes = count(app, "SELECT count(*) FROM change");
    assert_true(changes >= 100);
    assert_int_equal(not_noted(app), 0);
    assert_int_equal(exact.got, changes);
    assert_int_equal(kept.got, changes);
    assert_int_equal(live.got, changes);
    assert_false(kept.disorder || live.disorder);
    log_readers_stop(app);
}

TEST_APP(log_readers_go_on_where_they_were)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct noting first = {0}, second = {0}, late = {0};
    struct log_reader r = {.name = "kept", .batch = 3, .read = hear, .context = &first};
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (int i = 0; i < 5; i++)
        create(&c, "甲");
    log_reader_add(app, &r);
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 20000), OK);
    log_readers_stop(app);
    int64_t before = count(app, "SELECT count(*) FROM change");
    assert_int_equal(first.got, before);
    create(&c, "乙");
    int64_t more = count(app, "SELECT count(*) FROM change") - before;
    r.context = &second;
    log_reader_add(app, &r);
    log_reader_add(
        app, &(struct log_reader){
                 .name = "late", .batch = 3, .read = hear, .context = &late, .from_now = true});
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 20000), OK);
    assert_int_equal(second.got, more);
    assert_int_equal(late.got, 0);
    log_readers_stop(app);
    ctx_done(&c);
}

/* While one prepares, another reads the first change. */
struct overtaken {
    struct noting note;
    struct app *app;
    _Atomic unsigned preparations;
    int64_t prepared_from;
};

static err_t read_ahead_work(struct db_conn *conn, void *arg)
{
    const struct change *ch = arg;
    value moved[] = {V_INT(ch->tx), V_INT(ch->id)};
    TRY(db_run(conn, S("INSERT INTO noted (id) VALUES ($1)"), &moved[1], 1, NULL));
    return db_run(conn, S("UPDATE reader_position SET tx = $1, id = $2 WHERE reader = 'overtaken'"),
                  moved, 2, NULL);
}

static err_t prepare_overtaken(struct ctx *c, const struct change *ch, size_t n, void *context)
{
    struct overtaken *t = context;
    struct change first = ch[0];
    (void)c;
    (void)n;
    t->prepared_from = first.id;
    return t->preparations++ ? OK : db_transact(t->app->db, read_ahead_work, &first);
}

static err_t note_overtaken(struct ctx *c, const struct change *ch, size_t n, void *context)
{
    struct overtaken *t = context;
    if (ch[0].id != t->prepared_from)
        t->note.disorder = true;
    return note(c, ch, n, &t->note);
}

TEST_APP(log_readers_throw_away_what_they_prepared_for_another_position)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct overtaken t = {.app = app};
    make_noted(app);
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (int i = 0; i < 5; i++)
        create(&c, "甲");
    ctx_done(&c);
    log_reader_add(app, &(struct log_reader){.name = "overtaken",
                                             .transactional = true,
                                             .batch = 100,
                                             .prepare = prepare_overtaken,
                                             .read = note_overtaken,
                                             .context = &t});
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 20000), OK);
    assert_int_equal(not_noted(app), 0);
    assert_int_equal(t.preparations, 2);
    assert_int_equal(t.note.calls, 1);
    assert_int_equal(t.note.got, count(app, "SELECT count(*) FROM change") - 1);
    assert_false(t.note.disorder);
    log_readers_stop(app);
}

/* ---- several committers, several processes: PostgreSQL ---- */

struct slow {
    struct app *app;
    _Atomic bool wrote, may_end;
};

static err_t slow_work(struct ctx *c, void *arg)
{
    struct slow *s = arg;
    create(c, "慢");
    s->wrote = true;
    while (!s->may_end)
        usleep(1000);
    return OK;
}

static void *write_slowly(void *arg)
{
    struct slow *s = arg;
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, s->app, arena, "test"), OK);
    assert_int_equal(ctx_transact(&c, slow_work, s), OK);
    ctx_done(&c);
    return NULL;
}

TEST_APP(log_readers_do_not_skip_what_commits_late)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct slow slow = {.app = app};
    struct noting heard = {0};
    pthread_t thread;
    if (db_kind(app->db) == DB_SQLITE) /* one writer: nothing commits late */
        return;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    log_reader_add(
        app, &(struct log_reader){.name = "kept", .batch = 50, .read = hear, .context = &heard});
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(pthread_create(&thread, NULL, write_slowly, &slow), 0);
    while (!slow.wrote)
        usleep(1000);
    create(&c, "快");
    assert_int_equal(log_readers_settle(app, 600), ERR_UNAVAILABLE);
    assert_int_equal(heard.got, 0);
    slow.may_end = true;
    pthread_join(thread, NULL);
    assert_int_equal(log_readers_settle(app, 20000), OK);
    assert_int_equal(heard.got, count(app, "SELECT count(*) FROM change"));
    log_readers_stop(app);
    ctx_done(&c);
}

static struct app *open_second(const struct test_app *at)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct problems problems = {.arena = arena};
    struct app *app = NULL;
    struct app_options o = {
        .db_url = str_from(at->at.url), .data_folder = str_from(at->folder), .node = -1};
    assert_int_equal(app_open(&o, &problems, &app), OK);
    return app;
}

TEST_APP(log_readers_of_two_processes_share_the_work)
{
    struct noting exact[2] = {0}, kept[2] = {0};
    if (db_kind(app->db) == DB_SQLITE)
        return;
    make_noted(app);
    struct app *apps[2] = {app, open_second(at)};
    for (int i = 0; i < 2; i++) {
        log_reader_add(apps[i], &(struct log_reader){.name = "exact",
                                                     .transactional = true,
                                                     .batch = 5,
                                                     .read = note,
                                                     .context = &exact[i]});
        log_reader_add(apps[i], &(struct log_reader){
                                    .name = "kept", .batch = 5, .read = hear, .context = &kept[i]});
        assert_int_equal(log_readers_start(apps[i]), OK);
    }
    write_from_four(apps[0]);
    assert_int_equal(log_readers_settle(apps[0], 20000), OK);
    assert_int_equal(log_readers_settle(apps[1], 20000), OK);
    int64_t changes = count(app, "SELECT count(*) FROM change");
    assert_int_equal(not_noted(app), 0);
    assert_int_equal(kept[0].got + kept[1].got, changes);
    assert_true(kept[0].got == 0 || kept[1].got == 0);
    app_close(apps[1]);
    log_readers_stop(app);
}

static err_t note_slowly(struct ctx *c, const struct change *ch, size_t n, void *context)
{
    TRY(note(c, ch, n, context));
    usleep(20000);
    return OK;
}

TEST_APP(log_readers_survive_a_killed_process)
{
    struct noting t = {0};
    struct log_reader r = {
        .name = "exact", .transactional = true, .batch = 3, .read = note_slowly, .context = &t};
    if (db_kind(app->db) == DB_SQLITE)
        return;
    make_noted(app);
    write_from_four(app);
    pid_t child = fork();
    if (child == 0) {
        struct app *mine = open_second(at);
        log_reader_add(mine, &r);
        if (log_readers_start(mine) == OK)
            for (;;)
                pause();
        _exit(1);
    }
    while (count(app, "SELECT count(*) FROM noted") < 20)
        usleep(5000);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    assert_true(not_noted(app) > 0);
    log_reader_add(app, &r);
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 20000), OK);
    assert_int_equal(not_noted(app), 0);
    log_readers_stop(app);
}

static err_t raise_numbers(struct ctx *c, void *arg)
{
    (void)arg;
    return db_run(c->conn, S("UPDATE change SET tx = tx + 3000000000"), NULL, 0, NULL);
}

/* A dump of a cluster with high transaction numbers, restored into a young one. */
TEST(log_goes_on_after_a_restore_into_another_cluster_postgres)
{
    struct test_app at;
    struct ctx c;
    struct change *ch;
    size_t n;
    int64_t tx, id;
    test_app_open(&at, DB_POSTGRES); /* may skip the test: nothing is held yet */
    AUTO_ARENA arena = arena_new(64 * MIB);
    assert_int_equal(ctx_init(&c, at.app, arena, "test"), OK);
    create(&c, "王小明");
    assert_int_equal(ctx_transact(&c, raise_numbers, NULL), OK);
    assert_int_equal(change_settled(&c, &tx, &id), OK);
    assert_int_equal(tx, 0);
    assert_int_equal(change_open(at.app), OK);
    assert_int_equal(change_settled(&c, &tx, &id), OK);
    assert_true(tx > 3000000000);
    int64_t next = record_id(create(&c, "李四"));
    assert_int_equal(change_open(at.app), OK);
    assert_int_equal(change_heads_after(&c, tx, id, 10, &ch, &n), OK);
    assert_int_equal(n, 1);
    assert_true(ch[0].record == next && !ch[0].after.n);
    assert_true(ch[0].tx > tx && ch[0].tx < tx + 1000);
    ctx_done(&c);
    test_app_close(&at);
}

TEST_APP(change_logs_former_days_as_of_then)
{
    static const struct write_options former = {.trusted = true, .former = true};
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct change_page page;
    struct record *r;
    int64_t day;
    char body[120];
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(day_parse(S("2024-03-05"), &day), OK);
    int64_t id = id_floor(day * CLOCK_DAY) + 7;
    snprintf(body, sizeof body, "{'id':'%lld','name':'甲','created_at':'2024-03-05T00:00:00Z'}",
             (long long)id);
    assert_int_equal(record_create(&c, model_object(c.model, S("customer")), test_json(arena, body),
                                   &former, &r),
                     OK);
    assert_int_equal(change_history(&c, id, 0, 10, &page), OK);
    assert_int_equal(page.n, 1);
    assert_int_equal(page.at[0].at, day * CLOCK_DAY);
    assert_int_equal(page.at[0].id, id);
    ctx_done(&c);
}
