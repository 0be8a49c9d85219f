#include "core/merge.h"

#include "base/id.h"
#include "base/limits.h"
#include "core/change.h"
#include "core/record_internal.h"
#include "core/test_app.h"

struct stage {
    struct ctx c;
    struct arena *arena;
    const struct object *customer;
};

static void begin(struct stage *s, struct app *app)
{
    job_kinds_core();
    merge_attach();
    s->arena = arena_new(256 * MIB);
    assert_int_equal(ctx_init(&s->c, app, s->arena, "test"), OK);
    s->customer = model_object(s->c.model, S("customer"));
}

static void end(struct stage *s)
{
    ctx_done(&s->c);
    arena_free(s->arena);
}

static int64_t create(struct stage *s, const char *object, json_t *body)
{
    struct record *r;
    assert_int_equal(record_create(&s->c, model_object(s->c.model, str_from(object)),
                                   json_keep(s->arena, body), NULL, &r),
                     OK);
    return record_id(r);
}

static const char *text_of(struct stage *s, int64_t id)
{
    return arena_printf(s->arena, "%lld", (long long)id).p;
}

static int64_t customer(struct stage *s, const char *body)
{
    return create(s, "customer", json_incref(test_json(s->arena, body)));
}

static const json_t *json_of(struct stage *s, const char *object, int64_t id)
{
    struct record *r;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    const struct object *o = model_object(s->c.model, str_from(object));
    assert_int_equal(record_load(&s->c, o, id, &r), OK);
    record_write_json(&s->c, r, NULL, 0, &w);
    return json_keep(s->arena, json_loadb(out.p, out.n, 0, NULL));
}

static const char *value_of(struct stage *s, const char *object, int64_t id, const char *field)
{
    return json_string_value(json_object_get(json_of(s, object, id), field));
}

static bool live(struct stage *s, int64_t id)
{
    struct record *r;
    assert_int_equal(record_load(&s->c, s->customer, id, &r), OK);
    return record_live(r);
}

static json_t *request(struct stage *s, int64_t other, const char *values)
{
    return json_keep(s->arena, json_pack("{s:[s],s:O}", "others", text_of(s, other), "values",
                                         test_json(s->arena, values)));
}

static json_t *job_of(struct stage *s, int64_t id)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(job_write_json(&s->c, id, &w), OK);
    return json_keep(s->arena, json_loadb(out.p, out.n, 0, NULL));
}

/* The batch. */
static int64_t merge(struct stage *s, int64_t kept, int64_t other, const char *values)
{
    struct merge m;
    int64_t job, batch;
    assert_int_equal(merge_read(&s->c, s->customer, kept, request(s, other, values), &m), OK);
    assert_int_equal(merge_start(&s->c, &m, &job), OK);
    assert_int_equal(job_run_due(s->c.app), OK);
    const json_t *j = job_of(s, job);
    assert_string_equal(json_get_str(j, "state").p, "done");
    assert_int_equal(id_parse(json_get_str(json_object_get(j, "result"), "batch"), &batch), OK);
    return batch;
}

static struct undo_result undo(struct stage *s, int64_t batch)
{
    struct undo_result out;
    assert_int_equal(batch_undo(&s->c, batch, false, &out, NULL, NULL), OK);
    return out;
}

TEST_APP(merge_takes_what_the_other_had)
{
    struct stage s;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'王小明','phone':'13812345678','tags':['老客户'],"
                                "'notes':'爱喝茶'}");
    int64_t other = customer(&s, "{'name':'王晓明','phone':'13912345678','phone2':'13712345678',"
                                 "'email':'w@example.com','tags':['展会'],'notes':'要发票'}");
    int64_t task = create(
        &s, "task", json_pack("{s:s,s:s}", "subject", "回电话", "customer", text_of(&s, other)));
    merge(&s, kept, other, "{}");

    assert_false(live(&s, other));
    assert_string_equal(value_of(&s, "task", task, "customer"), text_of(&s, kept));
    assert_string_equal(value_of(&s, "customer", kept, "name"), "王小明");
    assert_string_equal(value_of(&s, "customer", kept, "phone"), "+8613812345678");
    assert_string_equal(value_of(&s, "customer", kept, "email"), "w@example.com");
    assert_string_equal(value_of(&s, "customer", kept, "notes"), "爱喝茶\n要发票");
    assert_int_equal(json_array_size(json_object_get(json_of(&s, "customer", kept), "tags")), 2);
    int64_t into;
    assert_int_equal(merge_into(&s.c, other, &into), OK);
    assert_int_equal(into, kept);
    end(&s);
}

static int64_t holder(struct stage *s, const char *phone)
{
    struct list_page page;
    struct condition *where;
    const struct object *o = model_object(s->c.model, S("identity_key"));
    json_t *tree = json_keep(s->arena, json_pack("{s:s,s:s}", "field", "value", "eq", phone));
    assert_int_equal(condition_parse(s->c.model, o, tree, S(""), NULL, s->arena, &where), OK);
    struct list_query q = {.object = o, .where = where, .limit = 2, .op = OP_READ};
    assert_int_equal(record_list(&s->c, &q, &page), OK);
    assert_true(page.count < 2);
    return page.count ? record_cell(page.records[0], object_field(o, S("customer")), 0).i : 0;
}

TEST_APP(merge_keeps_every_way_to_reach_somebody)
{
    struct stage s;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'王小明','phone':'13812345678'}");
    int64_t other = customer(&s, "{'name':'王晓明','phone':'13912345678','phone2':'13712345678'}");
    int64_t batch = merge(&s, kept, other, "{}");
    static const char *const phones[] = {"+8613812345678", "+8613912345678", "+8613712345678"};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(holder(&s, phones[i]), kept);
    assert_string_equal(value_of(&s, "customer", kept, "phone2"),
                        phones[2]); /* the first: a contact */

    undo(&s, batch);
    assert_int_equal(holder(&s, phones[0]), kept);
    assert_int_equal(holder(&s, phones[1]), other);
    assert_int_equal(holder(&s, phones[2]), other);
    end(&s);
}

TEST_APP(merge_takes_the_chosen_values)
{
    struct stage s;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'云帆','phone':'13812345678','tags':['老客户']}");
    int64_t other = customer(&s, "{'name':'云帆贸易','phone':'13912345678','tags':['展会']}");
    const char *values =
        arena_printf(s.arena, "{'name':'%lld','tags':'%lld'}", (long long)other, (long long)other)
            .p;
    merge(&s, kept, other, values);
    assert_string_equal(value_of(&s, "customer", kept, "name"), "云帆贸易");
    assert_string_equal(value_of(&s, "customer", kept, "phone"), "+8613812345678");
    assert_int_equal(json_array_size(json_object_get(json_of(&s, "customer", kept), "tags")), 1);
    end(&s);
}

TEST_APP(merge_goes_back_whole_but_for_later_edits)
{
    struct stage s;
    struct record *r;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲','company':'云帆'}");
    int64_t other = customer(&s, "{'name':'乙','notes':'在杭州','email':'b@example.com'}");
    int64_t task = create(
        &s, "task", json_pack("{s:s,s:s}", "subject", "回电话", "customer", text_of(&s, other)));
    int64_t batch = merge(&s, kept, other, "{}");
    assert_string_equal(value_of(&s, "customer", kept, "email"), "b@example.com");
    assert_int_equal(record_update(&s.c, s.customer, kept, 0,
                                   test_json(s.arena, "{'company':'新云帆'}"), NULL, &r),
                     OK);
    undo(&s, batch);
    assert_true(live(&s, other));
    assert_string_equal(value_of(&s, "task", task, "customer"), text_of(&s, other));
    assert_string_equal(value_of(&s, "customer", kept, "company"), "新云帆");
    assert_null(value_of(&s, "customer", kept, "email"));
    int64_t into;
    assert_int_equal(merge_into(&s.c, other, &into), OK);
    assert_int_equal(into, 0);
    end(&s);
}

TEST_APP(merge_leaves_no_link_of_one_with_itself)
{
    struct stage s;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲'}"), other = customer(&s, "{'name':'乙'}");
    int64_t third = customer(&s, "{'name':'丙'}");
    int64_t between = create(&s, "relation",
                             json_pack("{s:s,s:s,s:s}", "customer", text_of(&s, kept), "other",
                                       text_of(&s, other), "kind", "friend"));
    int64_t away = create(&s, "relation",
                          json_pack("{s:s,s:s,s:s}", "customer", text_of(&s, third), "other",
                                    text_of(&s, other), "kind", "friend"));
    merge(&s, kept, other, "{}");
    struct record *r;
    assert_int_equal(record_load(&s.c, model_object(s.c.model, S("relation")), between, &r), OK);
    assert_false(record_live(r));
    assert_string_equal(value_of(&s, "relation", away, "other"), text_of(&s, kept));
    end(&s);
}

TEST_APP(merge_of_many_goes_page_by_page)
{
    enum { MANY = 450 };
    struct stage s;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲'}"), other = customer(&s, "{'name':'乙'}");
    int64_t ids[MANY];
    for (size_t i = 0; i < MANY; i++)
        ids[i] =
            create(&s, "task",
                   json_pack("{s:s,s:s}", "subject", "回电话", "customer", text_of(&s, other)));
    merge(&s, kept, other, "{}");
    for (size_t i = 0; i < MANY; i += 50)
        assert_string_equal(value_of(&s, "task", ids[i], "customer"), text_of(&s, kept));
    end(&s);
}

TEST_APP(merge_refuses_what_makes_no_sense)
{
    static const struct {
        const char *others, *code;
    } cases[] = {{"[]", "required"}, {"['x']", "unknown_ref"}, {"['12345']", "unknown_ref"}};
    struct stage s;
    struct merge m;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲'}"), other = customer(&s, "{'name':'乙'}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        s.c.problems.list.n = 0;
        const json_t *body =
            json_keep(s.arena, json_pack("{s:O}", "others", test_json(s.arena, cases[i].others)));
        assert_int_equal(merge_read(&s.c, s.customer, kept, body, &m), ERR_INVALID);
        assert_string_equal(s.c.problems.list.at[0].code, cases[i].code);
    }
    s.c.problems.list.n = 0;
    assert_int_equal(merge_read(&s.c, s.customer, kept, request(&s, kept, "{}"), &m), ERR_INVALID);
    assert_string_equal(s.c.problems.list.at[0].code, "merge_twice");

    s.c.problems.list.n = 0;
    int64_t job;
    assert_int_equal(
        merge_read(&s.c, s.customer, kept, request(&s, other, "{'name':'1','code':'2'}"), &m), OK);
    assert_int_equal(merge_start(&s.c, &m, &job), ERR_INVALID);
    assert_int_equal(s.c.problems.list.n, 2);
    assert_true(live(&s, other));
    end(&s);
}

TEST_APP(merge_of_what_has_changed_since_is_refused)
{
    struct stage s;
    struct merge m;
    struct record *r;
    int64_t job;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲'}"), other = customer(&s, "{'name':'乙'}");
    json_t *body = request(&s, other, "{}");
    json_object_set_new(body, "versions", json_pack("{s:i}", text_of(&s, other), 1));
    assert_int_equal(
        record_update(&s.c, s.customer, other, 1, test_json(s.arena, "{'notes':'x'}"), NULL, &r),
        OK);
    assert_int_equal(merge_read(&s.c, s.customer, kept, body, &m), OK);
    assert_int_equal(merge_start(&s.c, &m, &job), ERR_CONFLICT);
    assert_string_equal(s.c.problems.list.at[0].code, "stale");
    assert_str(s.c.problems.list.at[0].pointer,
               arena_printf(s.arena, "/versions/%s", text_of(&s, other)).p);
    json_object_set_new(body, "versions", json_pack("{s:i}", text_of(&s, other), 2));
    assert_int_equal(merge_start(&s.c, &m, &job), OK);
    end(&s);
}

TEST_APP(merge_of_equal_phones_goes_back)
{
    struct stage s;
    struct record *r;
    const struct write_options twice = {.allow_duplicate = true};
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲','phone':'13812345678'}");
    assert_int_equal(record_create(&s.c, s.customer,
                                   test_json(s.arena, "{'name':'乙','phone':'13812345678'}"),
                                   &twice, &r),
                     OK);
    int64_t other = record_id(r);
    int64_t task = create(
        &s, "task", json_pack("{s:s,s:s}", "subject", "回电话", "customer", text_of(&s, other)));
    struct undo_result out = undo(&s, merge(&s, kept, other, "{}"));
    assert_int_equal(out.kept_total, 0);
    assert_true(live(&s, other));
    assert_string_equal(value_of(&s, "task", task, "customer"), text_of(&s, other));
    assert_int_equal(holder(&s, "+8613812345678"), kept);
    end(&s);
}

/* The other is deleted after it was asked for: nothing has moved to nowhere. */
TEST_APP(merge_with_what_has_gone_fails)
{
    struct stage s;
    struct merge m;
    struct record *r;
    int64_t job;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲'}"), other = customer(&s, "{'name':'乙'}");
    int64_t task = create(
        &s, "task", json_pack("{s:s,s:s}", "subject", "回电话", "customer", text_of(&s, other)));
    assert_int_equal(merge_read(&s.c, s.customer, kept, request(&s, other, "{}"), &m), OK);
    assert_int_equal(merge_start(&s.c, &m, &job), OK);
    assert_int_equal(record_delete(&s.c, s.customer, kept, 0, &r), OK);
    assert_int_equal(job_run_due(s.c.app), OK);
    assert_string_equal(json_get_str(job_of(&s, job), "state").p, "failed");
    assert_true(live(&s, other));
    assert_string_equal(value_of(&s, "task", task, "customer"), text_of(&s, other));
    end(&s);
}

TEST_APP(merge_out_of_time_merges_nothing)
{
    struct stage s;
    struct merge m;
    int64_t job;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲'}"), other = customer(&s, "{'name':'乙'}");
    assert_int_equal(merge_read(&s.c, s.customer, kept, request(&s, other, "{}"), &m), OK);
    s.c.until = 1;
    assert_int_equal(merge_start(&s.c, &m, &job), ERR_LIMIT);
    s.c.until = 0;
    assert_int_equal(job_run_due(s.c.app), OK);
    assert_true(live(&s, kept));
    assert_true(live(&s, other));
    end(&s);
}

/* Both know the same third: one relation is left. */
TEST_APP(merge_of_two_with_the_same_relation)
{
    struct stage s;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲'}"), other = customer(&s, "{'name':'乙'}");
    int64_t third = customer(&s, "{'name':'丙'}"), relations[2];
    for (size_t i = 0; i < 2; i++)
        relations[i] = create(&s, "relation",
                              json_pack("{s:s,s:s,s:s}", "customer", text_of(&s, third), "other",
                                        text_of(&s, i ? other : kept), "kind", "friend"));
    int64_t batch = merge(&s, kept, other, "{}");
    struct record *r;
    const struct object *o = model_object(s.c.model, S("relation"));
    assert_int_equal(record_load(&s.c, o, relations[1], &r), OK);
    assert_false(record_live(r));
    undo(&s, batch);
    assert_int_equal(record_load(&s.c, o, relations[1], &r), OK);
    assert_true(record_live(r));
    end(&s);
}

TEST_APP(merge_of_tags_that_deleted_records_have_ends)
{
    struct stage s;
    struct record *r;
    int64_t ids[2];
    begin(&s, app);
    const struct object *tags = model_object(s.c.model, S("tag"));
    ids[0] = create(&s, "tag", json_pack("{s:s}", "name", "新"));
    ids[1] = create(&s, "tag", json_pack("{s:s}", "name", "旧"));
    int64_t one = customer(&s, "{'name':'甲','tags':['旧']}");
    int64_t gone = customer(&s, "{'name':'乙','tags':['旧']}");
    assert_int_equal(record_delete(&s.c, s.customer, gone, 0, &r), OK);
    struct merge m;
    int64_t job;
    assert_int_equal(merge_read(&s.c, tags, ids[0], request(&s, ids[1], "{}"), &m), OK);
    assert_int_equal(merge_start(&s.c, &m, &job), OK);
    assert_int_equal(job_run_due(app), OK);
    assert_string_equal(json_get_str(job_of(&s, job), "state").p, "done");
    assert_string_equal(
        json_string_value(json_array_get(json_object_get(json_of(&s, "customer", one), "tags"), 0)),
        "新");
    end(&s);
}

TEST_APP(merge_takes_comments_along)
{
    struct stage s;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲'}"), other = customer(&s, "{'name':'乙'}");
    int64_t comment =
        create(&s, "comment",
               json_pack("{s:s,s:s,s:s,s:s}", "object", "customer", "record", text_of(&s, other),
                         "customer", text_of(&s, other), "text", "看过样品"));
    merge(&s, kept, other, "{}");
    assert_string_equal(value_of(&s, "comment", comment, "record"), text_of(&s, kept));
    assert_string_equal(value_of(&s, "comment", comment, "customer"), text_of(&s, kept));
    end(&s);
}

TEST_APP(merge_of_orders_of_two_customers_is_refused)
{
    struct stage s;
    struct merge m;
    int64_t orders[2];
    begin(&s, app);
    for (size_t i = 0; i < 2; i++) {
        int64_t whose = customer(&s, "{'name':'甲'}");
        orders[i] = create(
            &s, "order",
            json_pack("{s:s,s:{s:i}}", "customer", text_of(&s, whose), "amount", "amount", 100));
    }
    const struct object *o = model_object(s.c.model, S("order"));
    assert_int_equal(merge_read(&s.c, o, orders[0], request(&s, orders[1], "{}"), &m), ERR_INVALID);
    assert_string_equal(s.c.problems.list.at[0].code, "merge_apart");
    end(&s);
}

TEST_APP(merge_makes_no_second_contact_of_one_phone)
{
    struct stage s;
    struct list_page page;
    begin(&s, app);
    int64_t kept = customer(&s, "{'name':'甲','phone':'13812345678','phone2':'13712345678'}");
    int64_t other = customer(&s, "{'name':'乙','phone':'13912345678'}");
    create(&s, "contact",
           json_pack("{s:s,s:s,s:s}", "name", "陈建国", "phone", "13912345678", "customer",
                     text_of(&s, other)));
    merge(&s, kept, other, "{}");
    struct list_query q = {
        .object = model_object(s.c.model, S("contact")), .limit = 10, .op = OP_READ};
    assert_int_equal(record_list(&s.c, &q, &page), OK);
    assert_int_equal(page.count, 1);
    assert_int_equal(holder(&s, "+8613912345678"), kept);
    end(&s);
}
