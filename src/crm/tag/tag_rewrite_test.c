#include "core/access.h"
#include "core/change.h"
#include "core/job.h"
#include "core/record_internal.h"
#include "core/test_app.h"
#include "crm/tag/tag.h"

#include "base/limits.h"

struct desk {
    struct arena *arena;
    struct app *app;
    struct ctx c;
    const struct object *customer, *tag;
};

static void begin(struct desk *d, struct app *app)
{
    *d = (struct desk){.arena = arena_new(64 * MIB), .app = app};
    job_kinds_core();
    tag_attach();
    assert_int_equal(ctx_init(&d->c, app, d->arena, "test"), OK);
    d->customer = model_object(d->c.model, S("customer"));
    d->tag = model_object(d->c.model, S("tag"));
}

static void end(struct desk *d)
{
    ctx_done(&d->c);
    arena_free(d->arena);
}

static int64_t tagged(struct desk *d, const char *tags)
{
    struct record *r;
    str body = arena_printf(d->arena, "{'name':'甲','tags':[%s]}", tags);
    static const struct write_options options = {.allow_duplicate = true};
    assert_int_equal(record_create(&d->c, d->customer, test_json(d->arena, body.p), &options, &r),
                     OK);
    return record_id(r);
}

static str tags_of(struct desk *d, int64_t id)
{
    struct record *r;
    assert_int_equal(record_load(&d->c, d->customer, id, &r), OK);
    value v = record_cell(r, object_field(d->customer, S("tags")), 0);
    return v.kind == VALUE_TEXT ? v.s : (str){0};
}

/* 0: there is none of the name. */
static int64_t tag_named(struct desk *d, const char *name)
{
    value key = V_TEXT(str_from(name)), id;
    err_t e =
        db_one(d->c.conn, d->arena, S("SELECT id FROM tag WHERE name = $1 AND deleted_at IS NULL"),
               &key, 1, &id, 1);
    return e == OK ? id.i : 0;
}

static err_t call_it(struct desk *d, int64_t tag, const char *name)
{
    struct record *r;
    json_t *body = json_keep(d->arena, json_pack("{s:s}", "name", name));
    return record_update(&d->c, d->tag, tag, 0, body, NULL, &r);
}

static void delete_it(struct desk *d, int64_t tag)
{
    struct record *r;
    assert_int_equal(record_delete(&d->c, d->tag, tag, 0, &r), OK);
}

static void work(struct desk *d)
{
    value left;
    assert_int_equal(job_run_due(d->app), OK);
    assert_int_equal(db_one(d->c.conn, d->arena,
                            S("SELECT count(*) FROM job WHERE kind = 'tag_rewrite' AND "
                              "state <> 'done'"),
                            NULL, 0, &left, 1),
                     OK);
    assert_int_equal(left.i, 0);
}

static void undo_last(struct desk *d)
{
    struct undo_result u;
    value batch;
    assert_int_equal(db_one(d->c.conn, d->arena, S("SELECT max(id) FROM batch WHERE kind = 'tag'"),
                            NULL, 0, &batch, 1),
                     OK);
    assert_int_equal(batch_undo(&d->c, batch.i, false, &u, NULL, NULL), OK);
    assert_int_equal(u.kept_total, 0);
    work(d);
}

TEST_APP(tag_renamed_is_renamed_on_its_records_and_back)
{
    struct desk d;
    begin(&d, app);
    int64_t one = tagged(&d, "'OEM','老客户'"), other = tagged(&d, "'OEM'");
    int64_t tag = tag_named(&d, "OEM");
    assert_int_equal(call_it(&d, tag, "代工"), OK);
    work(&d);
    assert_str(tags_of(&d, one), "[\"代工\",\"老客户\"]");
    assert_str(tags_of(&d, other), "[\"代工\"]");
    int64_t later = tagged(&d, "'代工'");
    undo_last(&d);
    assert_int_equal(tag_named(&d, "OEM"), tag);
    assert_int_equal(tag_named(&d, "代工"), 0);
    assert_str(tags_of(&d, one), "[\"OEM\",\"老客户\"]");
    assert_str(tags_of(&d, other), "[\"OEM\"]");
    assert_str(tags_of(&d, later), "[\"OEM\"]"); /* what has the tag has it still */
    end(&d);
}

TEST_APP(tag_renamed_twice_has_its_last_name)
{
    struct desk d;
    begin(&d, app);
    int64_t one = tagged(&d, "'a'"), tag = tag_named(&d, "a");
    assert_int_equal(call_it(&d, tag, "b"), OK);
    int64_t other = tagged(&d, "'b'");
    assert_int_equal(call_it(&d, tag, "c"), OK);
    work(&d);
    assert_str(tags_of(&d, one), "[\"c\"]");
    assert_str(tags_of(&d, other), "[\"c\"]");
    assert_int_equal(tag_named(&d, "b"), 0);
    assert_int_equal(call_it(&d, tag, "d"), OK);
    assert_int_equal(call_it(&d, tag, "c"), OK); /* and back, before anything was done */
    work(&d);
    assert_str(tags_of(&d, one), "[\"c\"]");
    end(&d);
}

TEST_APP(tag_takes_no_name_of_another)
{
    struct desk d;
    begin(&d, app);
    int64_t one = tagged(&d, "'a','b'"), tag = tag_named(&d, "a");
    assert_int_equal(call_it(&d, tag, "B"), ERR_CONFLICT);
    assert_int_equal(call_it(&d, tag, "c"), OK);
    assert_int_equal(call_it(&d, tag_named(&d, "b"), "a"), ERR_CONFLICT); /* until all is done */
    work(&d);
    assert_str(tags_of(&d, one), "[\"b\",\"c\"]");
    assert_int_equal(call_it(&d, tag_named(&d, "b"), "a"), OK);
    work(&d);
    assert_str(tags_of(&d, one), "[\"a\",\"c\"]");
    end(&d);
}

TEST_APP(tag_is_meant_by_its_old_name_while_that_is_rewritten)
{
    struct desk d;
    begin(&d, app);
    tagged(&d, "'OEM'");
    assert_int_equal(call_it(&d, tag_named(&d, "OEM"), "代工"), OK);
    int64_t late = tagged(&d, "'oem'");
    assert_str(tags_of(&d, late), "[\"代工\"]");
    work(&d);
    assert_int_equal(tag_named(&d, "OEM"), 0);
    assert_str(tags_of(&d, tagged(&d, "'OEM'")), "[\"OEM\"]"); /* then it is a name like others */
    end(&d);
}

TEST_APP(tag_deleted_goes_from_its_records_and_comes_back)
{
    struct desk d;
    struct record *r;
    begin(&d, app);
    int64_t one = tagged(&d, "'OEM','老客户'"), other = tagged(&d, "'OEM'");
    int64_t tag = tag_named(&d, "OEM");
    delete_it(&d, tag);
    assert_int_equal(record_create(&d.c, d.customer,
                                   test_json(d.arena, "{'name':'丙','tags':['OEM']}"), NULL, &r),
                     ERR_CONFLICT);
    assert_str(str_from(d.c.problems.list.at[0].code), "tag_rewriting");
    d.c.problems.list.n = 0;
    work(&d);
    assert_str(tags_of(&d, one), "[\"老客户\"]");
    assert_int_equal(tags_of(&d, other).n, 0);
    undo_last(&d);
    assert_int_equal(tag_named(&d, "OEM"), tag);
    assert_str(tags_of(&d, one), "[\"OEM\",\"老客户\"]");
    assert_str(tags_of(&d, other), "[\"OEM\"]");
    end(&d);
}

TEST_APP(tag_on_no_record_needs_no_job)
{
    struct desk d;
    value n;
    begin(&d, app);
    int64_t one = tagged(&d, "'a'"), tag = tag_named(&d, "a");
    struct record *r;
    assert_int_equal(record_delete(&d.c, d.customer, one, 0, &r), OK);
    assert_int_equal(call_it(&d, tag, "b"), OK);
    delete_it(&d, tag);
    assert_int_equal(db_one(d.c.conn, d.arena, S("SELECT count(*) FROM job"), NULL, 0, &n, 1), OK);
    assert_int_equal(n.i, 0);
    end(&d);
}

/* Marketing names the tags and changes no customer: the records follow by the server's right. */
TEST_APP(tag_is_rewritten_for_who_may_change_tags_only)
{
    struct desk d;
    struct record *role, *user;
    begin(&d, app);
    int64_t one = tagged(&d, "'OEM'"), tag = tag_named(&d, "OEM");
    assert_int_equal(
        record_create(&d.c, model_object(d.c.model, S("role")),
                      test_json(d.arena, "{'key':'m','name':'m','definition':{'objects':{"
                                         "'customer':{'read':'all','fields':{'tags':'read'}},"
                                         "'tag':{'read':'all','update':'all','delete':'all'}}}}"),
                      NULL, &role),
        OK);
    str body = arena_printf(d.arena, "{'name':'m','email':'m@x.com','roles':['%lld']}",
                            (long long)record_id(role));
    assert_int_equal(record_create(&d.c, model_object(d.c.model, S("user")),
                                   test_json(d.arena, body.p), NULL, &user),
                     OK);
    d.c.user = record_id(user);
    assert_int_equal(access_hold(app, d.c.conn, d.c.model, d.c.user, &d.c.access), OK);
    assert_int_equal(call_it(&d, tag, "代工"), OK);
    work(&d);
    assert_str(tags_of(&d, one), "[\"代工\"]");
    undo_last(&d);
    assert_str(tags_of(&d, one), "[\"OEM\"]");
    delete_it(&d, tag);
    work(&d);
    assert_int_equal(tags_of(&d, one).n, 0);
    undo_last(&d);
    assert_str(tags_of(&d, one), "[\"OEM\"]");
    end(&d);
}
