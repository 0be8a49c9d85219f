#include "core/bulk.h"

#include <stdio.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/change.h"
#include "core/test_app.h"

struct stage {
    struct ctx c;
    struct arena *arena;
    const struct object *customer;
};

static void begin(struct stage *s, struct app *app)
{
    job_kinds_core();
    bulk_attach();
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
    struct record *r;
    assert_int_equal(record_create(&s->c, s->customer, test_json(s->arena, body), NULL, &r), OK);
    return record_id(r);
}

static void fill(struct stage *s, int n)
{
    char body[100];
    for (int i = 0; i < n; i++) {
        snprintf(body, sizeof body, "{'name':'客户%d','company':'甲','tags':['旧']}", i);
        create(s, body);
    }
}

static int64_t count(struct stage *s, const char *where)
{
    struct condition *parsed;
    int64_t n;
    assert_int_equal(condition_parse(s->c.model, s->customer, test_json(s->arena, where), S(""),
                                     &s->c.problems, s->arena, &parsed),
                     OK);
    struct list_query q = {.object = s->customer, .where = parsed, .op = OP_READ};
    assert_int_equal(record_count(&s->c, &q, 0, &n), OK);
    return n;
}

static int64_t start(struct stage *s, const char *request)
{
    struct bulk b;
    int64_t job;
    assert_int_equal(bulk_read(&s->c, s->customer, test_json(s->arena, request), &b), OK);
    assert_int_equal(bulk_count(&s->c, &b), OK);
    assert_int_equal(bulk_start(&s->c, &b, &job), OK);
    return job;
}

static json_t *job_of(struct stage *s, int64_t id)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(job_write_json(&s->c, id, &w), OK);
    return json_keep(s->arena, json_loadb(out.p, out.n, 0, NULL));
}

static const json_t *run(struct stage *s, const char *request)
{
    int64_t job = start(s, request);
    assert_int_equal(job_run_due(s->c.app), OK);
    const json_t *j = job_of(s, job);
    assert_str(json_get_str(j, "state"), "done");
    return json_object_get(j, "result");
}

TEST_APP(bulk_changes_all_that_match_in_one_batch)
{
    struct stage s;
    struct undo_result undone;
    int64_t batch;
    begin(&s, app);
    fill(&s, 450);
    create(&s, "{'name':'别人','company':'丙'}");
    create(&s, "{'name':'已是','company':'甲','tags':['新']}");
    const json_t *r = run(&s, "{'where':{'field':'company','eq':'甲'},"
                              "'change':{'tags':{'add':['新'],'remove':['旧']}},'title':'换标签'}");
    assert_int_equal(json_get_int(r, "matched", 0), 451);
    assert_int_equal(json_get_int(r, "changed", 0), 450);
    assert_int_equal(json_get_int(r, "unchanged", 0), 1);
    assert_int_equal(json_get_int(r, "refused", -1), 0);
    assert_int_equal(count(&s, "{'field':'tags','hasAny':['旧']}"), 0);
    assert_int_equal(count(&s, "{'field':'tags','hasAny':['新']}"), 451);
    assert_int_equal(id_parse(json_get_str(r, "batch"), &batch), OK);
    assert_int_equal(batch_undo(&s.c, batch, false, &undone, NULL, NULL), OK);
    assert_int_equal(undone.restored, 450);
    assert_int_equal(count(&s, "{'field':'tags','hasAny':['旧']}"), 450);
    end(&s);
}

TEST_APP(bulk_deletes_and_tells_what_is_asked_wrongly)
{
    static const struct {
        const char *request, *code, *at;
    } bad[] = {
        {"{'where':null}", "required", "/change"},
        {"{'where':null,'change':{}}", "required", "/change"},
        {"{'change':{'company':'乙'}}", "required", "/where"},
        {"{'where':null,'delete':true,'change':{'company':'乙'}}", "bad_parameter", "/change"},
        {"{'where':null,'change':{'nothing':1}}", "unknown_field", "/change/nothing"},
        {"{'where':null,'change':{'version':1}}", "read_only", "/change/version"},
        {"{'where':null,'change':{'company':1}}", "wrong_type", "/change/company"},
        {"{'where':null,'change':{'tags':{}}}", "required", "/change/tags"},
        {"{'where':null,'change':{'tags':{'plus':[]}}}", "unknown_field", "/change/tags/plus"},
        {"{'where':null,'change':{'tags':{'add':'x'}}}", "wrong_type", "/change/tags/add"},
    };
    struct stage s;
    struct bulk b;
    begin(&s, app);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        s.c.problems.list.n = 0;
        assert_int_equal(bulk_read(&s.c, s.customer, test_json(s.arena, bad[i].request), &b),
                         ERR_INVALID);
        assert_string_equal(s.c.problems.list.at[0].code, bad[i].code);
        assert_str(s.c.problems.list.at[0].pointer, bad[i].at);
    }
    s.c.problems.list.n = 0;
    fill(&s, 30);
    const json_t *r = run(&s, "{'where':null,'delete':true}");
    assert_int_equal(json_get_int(r, "changed", 0), 30);
    assert_int_equal(count(&s, "{'field':'company','eq':'甲'}"), 0);
    end(&s);
}

/* What others have changed since is changed if it still matches, and left alone if not. */
static void change_others(struct stage *s, int64_t id, const char *body)
{
    struct record *r;
    assert_int_equal(record_update(&s->c, s->customer, id, 0, test_json(s->arena, body), NULL, &r),
                     OK);
}

TEST_APP(bulk_previews_without_writing)
{
    struct stage s;
    struct bulk b;
    AUTO_BUF out;
    begin(&s, app);
    int64_t taken = create(&s, "{'name':'甲','phone':'13900139000'}");
    create(&s, "{'name':'乙'}");
    change_others(&s, taken, "{'company':'丁'}");
    assert_int_equal(
        bulk_read(&s.c, s.customer,
                  test_json(s.arena, "{'where':null,'change':{'phone':'13900139000'}}"), &b),
        OK);
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(bulk_preview(&s.c, &b, &w), OK);
    json_t *j = json_keep(s.arena, json_loadb(out.p, out.n, 0, NULL));
    assert_int_equal(json_get_int(j, "matches", 0), 2);
    assert_int_equal(json_get_int(j, "changeable", 0), 2);
    const json_t *refusals = json_object_get(j, "refusals");
    assert_int_equal(json_array_size(refusals), 1);
    assert_str(json_get_str(json_array_get(refusals, 0), "code"), "duplicate_identity");
    assert_str(json_get_str(json_array_get(refusals, 0), "title"), "乙");
    assert_int_equal(count(&s, "{'field':'phone','isNull':true}"), 1);

    const json_t *r = run(&s, "{'where':null,'change':{'phone':'13900139000'}}");
    assert_int_equal(json_get_int(r, "unchanged", 0), 1);
    assert_int_equal(json_get_int(r, "refused", 0), 1);
    assert_int_equal(json_array_size(json_object_get(r, "refusals")), 1);
    end(&s);
}

static int64_t made(struct stage *s, const char *object, const char *body)
{
    struct record *r;
    const struct object *o = model_object(s->c.model, str_from(object));
    assert_int_equal(record_create(&s->c, o, test_json(s->arena, body), NULL, &r), OK);
    return record_id(r);
}

/* What the records are called for who asked for the change is not told to who sees all jobs. */
TEST_APP(bulk_names_what_it_refused_to_who_asked)
{
    struct stage s;
    begin(&s, app);
    int64_t role = made(&s, "role",
                        "{'name':'r','key':'r','definition':{'objects':{'customer':{'read':'all'}},"
                        "'rights':['see_jobs']}}");
    str user =
        arena_printf(s.arena, "{'name':'n','email':'n@x.com','roles':['%lld']}", (long long)role);
    int64_t other = made(&s, "user", user.p);
    create(&s, "{'name':'甲','phone':'13900139000'}");
    create(&s, "{'name':'乙'}");
    int64_t job = start(&s, "{'where':null,'change':{'phone':'13900139000'}}");
    assert_int_equal(job_run_due(app), OK);
    for (int looks = 0; looks < 2; looks++) {
        const json_t *result = json_object_get(job_of(&s, job), "result");
        const json_t *one = json_array_get(json_object_get(result, "refusals"), 0);
        assert_str(json_get_str(one, "title"), looks ? "" : "乙");
        assert_true(json_get_str(one, "detail").n > 0);
        s.c.user = other;
        if (!looks)
            assert_int_equal(access_hold(app, s.c.conn, s.c.model, other, &s.c.access), OK);
    }
    end(&s);
}

struct statement {
    str text;
    int64_t id;
};

static err_t statement_work(struct ctx *c, void *arg)
{
    const struct statement *s = arg;
    value id = V_INT(s->id);
    return db_run(c->conn, s->text, &id, 1, NULL);
}

static void sql(struct stage *s, const char *text, int64_t id)
{
    struct statement st = {str_from(text), id};
    assert_int_equal(ctx_transact(&s->c, statement_work, &st), OK);
}

TEST_APP(bulk_that_was_taken_back_is_not_tried_again)
{
    struct stage s;
    struct undo_result undone;
    int64_t batch;
    begin(&s, app);
    fill(&s, 5);
    int64_t job = start(&s, "{'where':{'field':'company','eq':'甲'},'change':{'company':'乙'}}");
    assert_int_equal(job_run_due(app), OK);
    sql(&s, "UPDATE job SET state = 'cancelled' WHERE id = $1", job);
    assert_int_equal(id_parse(json_get_str(job_of(&s, job), "batch"), &batch), OK);
    assert_int_equal(batch_undo(&s.c, batch, false, &undone, NULL, NULL), OK);
    assert_int_equal(job_retry(&s.c, job), ERR_CONFLICT);
    assert_string_equal(s.c.problems.list.at[0].code, "batch_undone");
    assert_str(json_get_str(job_of(&s, job), "state"), "cancelled");
    end(&s);
}

/* As if the process had been killed after its last transaction, before the job was ended. */
TEST_APP(bulk_goes_on_where_it_was)
{
    struct stage s;
    begin(&s, app);
    fill(&s, 250);
    int64_t job = start(&s, "{'where':{'field':'company','eq':'甲'},"
                            "'change':{'company':'乙'}}");
    assert_int_equal(job_run_due(app), OK);
    fill(&s, 5); /* later: not reached by the next attempt */
    sql(&s, "UPDATE job SET state = 'waiting', ended_at = NULL, result = NULL WHERE id = $1", job);
    assert_int_equal(job_run_due(app), OK);
    const json_t *j = job_of(&s, job);
    assert_str(json_get_str(j, "state"), "done");
    assert_int_equal(json_get_int(json_object_get(j, "result"), "changed", 0), 250);
    assert_int_equal(count(&s, "{'field':'company','eq':'甲'}"), 5);
    end(&s);
}
