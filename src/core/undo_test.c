#include <stdio.h>

#include "base/limits.h"
#include "core/access.h"
#include "core/change.h"
#include "core/job.h"
#include "core/record.h"
#include "core/test_app.h"
#include "core/undo_internal.h"
#include "sql_core.h"

struct stage {
    struct ctx c;
    struct arena *arena;
    const struct object *customer;
};

static void begin(struct stage *s, struct app *app)
{
    job_kinds_core();
    s->arena = arena_new(256 * MIB);
    assert_int_equal(ctx_init(&s->c, app, s->arena, "test"), OK);
    s->customer = model_object(s->c.model, S("customer"));
}

static void end(struct stage *s)
{
    ctx_done(&s->c);
    arena_free(s->arena);
}

static int64_t create(struct stage *s, const char *body)
{
    struct record *r = NULL;
    assert_int_equal(record_create(&s->c, s->customer, test_json(s->arena, body), NULL, &r), OK);
    return record_id(r);
}

static void update(struct stage *s, int64_t id, const char *body)
{
    struct record *r;
    assert_int_equal(record_update(&s->c, s->customer, id, 0, test_json(s->arena, body), NULL, &r),
                     OK);
}

static void delete (struct stage *s, int64_t id)
{
    struct record *r;
    assert_int_equal(record_delete(&s->c, s->customer, id, 0, &r), OK);
}

static void assert_text(struct stage *s, int64_t id, const char *field, const char *want)
{
    struct record *r;
    assert_int_equal(record_get(&s->c, s->customer, id, OP_READ, &r), OK);
    value v = record_cell(r, object_field(s->customer, str_from(field)), 0);
    if (want)
        assert_str(v.s, want);
    else
        assert_int_equal(v.kind, VALUE_NULL);
}

static bool exists(struct stage *s, int64_t id)
{
    struct record *r;
    err_t e = record_get(&s->c, s->customer, id, OP_READ, &r);
    assert_true(e == OK || e == ERR_NOT_FOUND);
    return e == OK;
}

static int64_t begin_batch(struct stage *s)
{
    assert_int_equal(batch_begin(&s->c, "bulk", S("三月"), &s->c.batch), OK);
    return s->c.batch;
}

static int64_t undo_batch_of(struct stage *s, int64_t batch)
{
    value id = V_INT(batch), v;
    assert_int_equal(db_one(s->c.conn, s->arena, S("SELECT undo_batch_id FROM batch WHERE id = $1"),
                            &id, 1, &v, 1),
                     OK);
    return v.i;
}

static void undo(struct stage *s, int64_t batch, size_t restored, size_t kept)
{
    struct undo_result r;
    s->c.batch = 0;
    assert_int_equal(batch_undo(&s->c, batch, true, &r, NULL, NULL), OK);
    assert_int_equal(r.restored, restored);
    assert_int_equal(r.kept_total, kept);
    assert_int_equal(batch_undo(&s->c, batch, false, &r, NULL, NULL), OK);
    assert_int_equal(r.restored, restored);
    assert_int_equal(r.kept_total, kept);
}

TEST_APP(undo_takes_all_back_and_can_be_undone)
{
    struct stage s;
    begin(&s, app);
    int64_t changed = create(&s, "{'name':'王小明','company':'甲','tags':['vip']}");
    int64_t removed = create(&s, "{'name':'李雷','phone':'13900139000','tags':['华东']}");
    int64_t batch = begin_batch(&s);
    update(&s, changed, "{'company':'乙','tags':['vip','华东']}");
    update(&s, changed, "{'company':'丙','wechat':'wx1001'}");
    delete (&s, removed);
    int64_t made = create(&s, "{'name':'韩梅梅','phone':'13700137000'}");
    update(&s, made, "{'company':'丁'}");
    int64_t brief = create(&s, "{'name':'过客'}");
    delete (&s, brief);
    undo(&s, batch, 3, 0);
    assert_text(&s, changed, "company", "甲");
    assert_text(&s, changed, "tags", "[\"vip\"]");
    assert_true(exists(&s, removed));
    assert_false(exists(&s, made));
    assert_false(exists(&s, brief));
    create(&s, "{'name':'新来','phone':'13700137000'}"); /* the key is free again */

    struct undo_result r;
    assert_int_equal(batch_undo(&s.c, batch, false, &r, NULL, NULL), ERR_CONFLICT);
    assert_string_equal(s.c.problems.list.at[0].code, "batch_undone");
    s.c.problems.list.n = 0;
    assert_int_equal(batch_undo(&s.c, 12345, false, &r, NULL, NULL), ERR_NOT_FOUND);

    /* Undoing the undoing: also what has the phone that somebody else has by now. */
    int64_t again = undo_batch_of(&s, batch);
    assert_int_equal(batch_undo(&s.c, again, false, &r, NULL, NULL), OK);
    assert_text(&s, changed, "company", "丙");
    assert_false(exists(&s, removed));
    assert_int_equal(r.restored, 3);
    assert_int_equal(r.kept_total, 0);
    assert_true(exists(&s, made));
    end(&s);
}

/* Of what is one of a kind there cannot be two. */
TEST_APP(undo_leaves_deleted_what_another_has_the_number_of)
{
    struct stage s;
    struct record *r;
    struct undo_result out;
    begin(&s, app);
    const struct object *tags = model_object(s.c.model, S("tag"));
    const json_t *body = test_json(s.arena, "{'name':'旺季'}");
    assert_int_equal(record_create(&s.c, tags, body, NULL, &r), OK);
    int64_t batch = begin_batch(&s), id = record_id(r);
    assert_int_equal(record_delete(&s.c, tags, id, 0, &r), OK);
    s.c.batch = 0;
    assert_int_equal(record_create(&s.c, tags, body, NULL, &r), OK);
    assert_int_equal(batch_undo(&s.c, batch, false, &out, NULL, NULL), OK);
    assert_int_equal(out.restored, 0);
    assert_int_equal(out.kept_total, 1);
    assert_true(out.kept.at[0].record == id);
    assert_string_equal(out.kept.at[0].why, "undo_taken");
    end(&s);
}

TEST_APP(undo_keeps_what_was_edited_later)
{
    struct stage s;
    begin(&s, app);
    int64_t both = create(&s, "{'name':'王小明','company':'甲'}");
    int64_t gone = create(&s, "{'name':'李雷','company':'甲'}");
    int64_t batch = begin_batch(&s);
    update(&s, both, "{'name':'王大明','company':'乙'}");
    update(&s, gone, "{'company':'乙'}");
    int64_t edited = create(&s, "{'name':'韩梅梅'}");
    int64_t fresh = create(&s, "{'name':'小红'}");
    s.c.batch = 0;
    update(&s, both, "{'company':'丙'}");
    delete (&s, gone);
    update(&s, edited, "{'company':'丁'}");

    struct undo_result r;
    assert_int_equal(batch_undo(&s.c, batch, true, &r, NULL, NULL), OK);
    assert_int_equal(r.kept.n, 3);
    assert_true(r.kept.at[0].record == edited && r.kept.at[0].field.n == 0);
    assert_string_equal(r.kept.at[0].why, "undo_edited_later");
    assert_true(r.kept.at[1].record == gone);
    assert_string_equal(r.kept.at[1].why, "undo_gone");
    assert_true(r.kept.at[2].record == both);
    assert_str(r.kept.at[2].field, "company");
    assert_str(r.kept.at[2].object, "customer");
    assert_text(&s, both, "name", "王大明"); /* so far nothing was written */
    assert_true(exists(&s, fresh));

    undo(&s, batch, 2, 3);
    assert_text(&s, both, "name", "王小明");
    assert_text(&s, both, "company", "丙");
    assert_true(exists(&s, edited));
    assert_false(exists(&s, fresh));
    assert_false(exists(&s, gone));
    end(&s);
}

static int64_t contact_of(struct stage *s, int64_t customer, const char *name)
{
    struct record *r;
    str body = arena_printf(s->arena, "{'customer':'%lld','name':'%s'}", (long long)customer, name);
    assert_int_equal(record_create(&s->c, model_object(s->c.model, S("contact")),
                                   test_json(s->arena, body.p), NULL, &r),
                     OK);
    return record_id(r);
}

static bool has_contact(struct stage *s, int64_t id)
{
    struct record *r;
    return record_get(&s->c, model_object(s->c.model, S("contact")), id, OP_READ, &r) == OK;
}

TEST_APP(undo_keeps_what_belongs_to_what_stays)
{
    struct stage s;
    struct record *r;
    begin(&s, app);
    int64_t batch = begin_batch(&s);
    int64_t kept = create(&s, "{'name':'云帆贸易'}"), with = contact_of(&s, kept, "老张");
    int64_t gone = create(&s, "{'name':'星河科技'}"), without = contact_of(&s, gone, "老李");
    int64_t owner = create(&s, "{'name':'远山茶业'}"), edited = contact_of(&s, owner, "老王");
    s.c.batch = 0;
    update(&s, kept, "{'notes':'改过'}");
    assert_int_equal(record_update(&s.c, model_object(s.c.model, S("contact")), edited, 0,
                                   test_json(s.arena, "{'title':'店长'}"), NULL, &r),
                     OK);
    undo(&s, batch, 2, 4);
    assert_true(exists(&s, kept) && has_contact(&s, with));
    assert_true(exists(&s, owner) && has_contact(&s, edited));
    assert_false(exists(&s, gone) || has_contact(&s, without));
    end(&s);
}

TEST_APP(undo_is_for_thirty_days_and_for_whom_it_belongs_to)
{
    struct stage s;
    struct undo_result r;
    begin(&s, app);
    struct record *user;
    assert_int_equal(record_create(&s.c, model_object(s.c.model, S("user")),
                                   test_json(s.arena, "{'name':'甲','email':'a@example.com'}"),
                                   NULL, &user),
                     OK);
    int64_t batch = begin_batch(&s);
    int64_t id = create(&s, "{'name':'韩梅梅'}");
    s.c.now += 31 * CLOCK_DAY;
    assert_int_equal(batch_undo(&s.c, batch, true, &r, NULL, NULL), ERR_CONFLICT);
    assert_string_equal(s.c.problems.list.at[0].code, "batch_too_old");
    s.c.now -= 31 * CLOCK_DAY;
    s.c.user = record_id(user);
    assert_int_equal(access_hold(app, s.c.conn, s.c.model, s.c.user, &s.c.access), OK);
    assert_int_equal(batch_undo(&s.c, batch, false, &r, NULL, NULL), ERR_NOT_FOUND);
    access_release(s.c.access);
    s.c.access = NULL;
    assert_true(exists(&s, id));
    end(&s);
}

struct stopping {
    size_t after, done, total;
};

static bool stop_after(void *context, size_t done, size_t total)
{
    struct stopping *s = context;
    s->done = done;
    s->total = total;
    return done < s->after;
}

TEST_APP(undo_broken_off_goes_on_where_it_was)
{
    enum { MANY = 450 };
    struct stage s;
    struct undo_result r;
    begin(&s, app);
    int64_t ids[MANY];
    int64_t batch = begin_batch(&s);
    for (int i = 0; i < MANY; i++)
        ids[i] = create(&s, "{'name':'批量'}");
    s.c.batch = 0;
    struct stopping stop = {.after = 1};
    assert_int_equal(batch_undo(&s.c, batch, false, &r, stop_after, &stop), ERR_LIMIT);
    assert_in_range(stop.done, 1, 200); /* what there was time for */
    assert_int_equal(r.restored, stop.done);
    assert_int_equal(stop.total, MANY);
    assert_false(exists(&s, ids[MANY - 1]));
    assert_true(exists(&s, ids[0]));
    int64_t first = undo_batch_of(&s, batch), job;
    char args[60];
    snprintf(args, sizeof args, "{'batch':'%lld'}", (long long)batch);
    assert_int_equal(job_enqueue(&s.c, "undo", test_json(s.arena, args), NULL, 0, &job), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_false(exists(&s, ids[0]));
    assert_true(undo_batch_of(&s, batch) == first);
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(job_write_json(&s.c, job, &w), OK);
    assert_true(str_find(buf_str(&out), S("\"restored\":450,")) != SIZE_MAX);
    buf_clear(&out);
    w.need_comma = false;
    assert_int_equal(batch_write_json(&s.c, batch, &w), OK);
    assert_true(str_find(buf_str(&out), S("\"created\":450")) != SIZE_MAX);
    assert_true(str_find(buf_str(&out), S("\"undone_at\":\"20")) != SIZE_MAX);
    end(&s);
}

TEST_APP(undo_restores_figures_above)
{
    struct stage s;
    struct record *order;
    char body[300];
    begin(&s, app);
    int64_t id = create(&s, "{'name':'王小明'}");
    int64_t batch = begin_batch(&s);
    snprintf(body, sizeof body,
             "{'customer':'%lld','state':'paid','amount':{'amount':12500,'currency':'CNY'},"
             "'placed_at':'2026-03-01T00:00:00Z','paid_at':'2026-03-01T00:00:00Z'}",
             (long long)id);
    assert_int_equal(record_create(&s.c, model_object(s.c.model, S("order")),
                                   test_json(s.arena, body), NULL, &order),
                     OK);
    undo(&s, batch, 1, 0);
    struct record *r;
    assert_int_equal(record_get(&s.c, s.customer, id, OP_READ, &r), OK);
    assert_int_equal(record_cell(r, object_field(s.customer, S("order_count")), 0).i, 0);
    assert_int_equal(record_cell(r, object_field(s.customer, S("order_total")), 0).i, 0);
    end(&s);
}

/* A batch may have a million changes: what is asked about one record must not walk through them. */
TEST_APP(undo_asks_by_the_record)
{
    struct stage s;
    bool by_record = false;
    begin(&s, app);
    if (db_conn_kind(s.c.conn) == DB_SQLITE) {
        str sql = arena_concat(s.arena, S("EXPLAIN QUERY PLAN "), SQL_UNDO_CHANGES);
        value params[] = {V_TEXT(S("[1,2]")), V_INT(1)};
        AUTO_ROWS rows = NULL;
        assert_int_equal(db_query(s.c.conn, sql, params, 2, &rows), OK);
        while (db_next(rows)) {
            assert_int_equal(str_find(db_text(rows, 3), S("change_batch")), SIZE_MAX);
            by_record = by_record || str_find(db_text(rows, 3), S("change_record")) != SIZE_MAX;
        }
        assert_true(by_record);
    }
    end(&s);
}

static bool enough(void *context, size_t done, size_t total)
{
    (void)context, (void)done, (void)total;
    return false;
}

TEST_APP(undo_of_long_texts_goes_in_small_chunks)
{
    enum { RECORDS = 180, CHARS = 19000 };
    struct stage s;
    struct undo_item items[RECORDS];
    struct undo_result result;
    int64_t id[RECORDS];
    size_t n = RECORDS;
    begin(&s, app);
    str text = {arena_alloc(s.arena, 3 * CHARS), 3 * CHARS};
    for (int i = 0; i < CHARS; i++)
        memcpy((char *)text.p + 3 * i, "长", 3);
    for (int i = 0; i < RECORDS; i++) {
        id[i] = create(&s, "{'name':'王小明','notes':'短'}");
        items[i] = (struct undo_item){.record = id[i], .object = s.customer->name};
    }
    int64_t batch = begin_batch(&s);
    for (int i = 0; i < RECORDS; i++)
        update(&s, id[i], arena_printf(s.arena, "{'notes':'" STR_FMT "'}", STR_ARG(text)).p);
    s.c.batch = 0;
    assert_int_equal(undo_read_nets(&s.c, batch, items, &n), OK);
    assert_int_equal(n, RECORDS / 2);
    assert_true(items[n - 1].newest && items[n - 1].net.lived_before);
    assert_int_equal(batch_undo(&s.c, batch, false, &result, NULL, NULL), OK);
    assert_int_equal(result.restored, RECORDS);
    assert_text(&s, id[0], "notes", "短");
    assert_text(&s, id[RECORDS - 1], "notes", "短");
    end(&s);
}

TEST_APP(undo_preview_that_is_broken_off_says_so)
{
    struct stage s;
    struct undo_result whole = {0}, part = {0};
    begin(&s, app);
    int64_t batch = begin_batch(&s);
    for (int i = 0; i < 450; i++)
        create(&s, "{'name':'王小明'}");
    s.c.batch = 0;
    assert_int_equal(batch_undo(&s.c, batch, true, &whole, NULL, NULL), OK);
    assert_int_equal(whole.restored, 450);
    assert_false(whole.part);
    assert_int_equal(batch_undo(&s.c, batch, true, &part, enough, NULL), OK);
    assert_true(part.part);
    assert_true(part.restored > 0 && part.restored < 450);
    end(&s);
}

static const struct access *holder(struct stage *s, const char *definition, const char *email)
{
    struct record *role, *user;
    const struct access *access;
    str key = arena_printf(s->arena, "{'name':'%s','key':'%s','definition':%s}", email, email,
                           definition);
    const struct object *roles = model_object(s->c.model, S("role"));
    const struct object *users = model_object(s->c.model, S("user"));
    assert_int_equal(record_create(&s->c, roles, test_json(s->arena, key.p), NULL, &role), OK);
    str body = arena_printf(s->arena, "{'name':'x','email':'%s@x.com','roles':['%lld']}", email,
                            (long long)record_id(role));
    assert_int_equal(record_create(&s->c, users, test_json(s->arena, body.p), NULL, &user), OK);
    assert_int_equal(access_hold(s->c.app, s->c.conn, s->c.model, record_id(user), &access), OK);
    return access;
}

/* Who may not put it back does not close the batch for who may. */
TEST_APP(undo_that_was_refused_can_be_tried_again)
{
    struct stage s;
    struct undo_result r;
    begin(&s, app);
    int64_t id = create(&s, "{'name':'before'}");
    int64_t batch = begin_batch(&s);
    update(&s, id, "{'name':'after'}");
    s.c.batch = 0;
    s.c.access = holder(&s, "{'objects':{'*':{'read':'all'}},'rights':['undo']}", "reader");
    assert_int_equal(batch_undo(&s.c, batch, false, &r, NULL, NULL), OK);
    assert_int_equal(r.restored, 0);
    assert_int_equal(r.kept_open, 1);
    access_release(s.c.access);
    s.c.access = NULL;
    assert_int_equal(batch_may_undo(&s.c, batch), OK);
    assert_int_equal(batch_undo(&s.c, batch, false, &r, NULL, NULL), OK);
    assert_int_equal(r.restored, 1);
    assert_int_equal(r.kept_open, 0);
    assert_text(&s, id, "name", "before");
    assert_int_equal(batch_may_undo(&s.c, batch), ERR_CONFLICT);
    end(&s);
}
