/* Words that fit more records than a list shows. */
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/access.h"
#include "core/bulk.h"
#include "core/change.h"
#include "core/export.h"
#include "core/file.h"
#include "core/search.h"
#include "core/test_app.h"

enum { OLDEST = 60, OTHERS = 1150, ALL = OLDEST + OTHERS, LIST = 1000 };

struct stage {
    struct ctx c;
    struct arena *arena;
    const struct object *customer;
    int64_t me; /* the owner of the first half of the oldest */
};

static int64_t create(struct stage *s, const char *object, const char *body)
{
    struct record *r;
    const struct object *o = model_object(s->c.model, str_from(object));
    assert_int_equal(record_create(&s->c, o, test_json(s->arena, body), NULL, &r), OK);
    return record_id(r);
}

static void begin(struct stage *s, struct app *app)
{
    char body[200];
    job_kinds_core();
    bulk_attach();
    s->arena = arena_new(512 * MIB);
    assert_int_equal(ctx_init(&s->c, app, s->arena, "test"), OK);
    s->customer = model_object(s->c.model, S("customer"));
    int64_t role = create(s, "role",
                          "{'name':'r','key':'r','definition':{'objects':{'customer':"
                          "{'read':'own','export':true,'fields':{'company':'hidden'}}}}}");
    snprintf(body, sizeof body, "{'name':'me','email':'me@example.com','roles':['%lld']}",
             (long long)role);
    s->me = create(s, "user", body);
    for (int i = 0; i < ALL; i++) {
        const char *kind = i < OLDEST ? "company" : "person";
        snprintf(body, sizeof body, "{'name':'王客户%d','kind':'%s','owner':'%lld'}", i, kind,
                 (long long)s->me);
        if (i >= OLDEST / 2)
            snprintf(body, sizeof body, "{'name':'王客户%d','kind':'%s'}", i, kind);
        create(s, "customer", body);
    }
    create(s, "customer", "{'name':'别人','kind':'company'}");
    search_attach(app);
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 60000), OK);
}

static void end(struct stage *s)
{
    log_readers_stop(s->c.app);
    ctx_done(&s->c);
    arena_free(s->arena);
}

static struct condition *where(struct stage *s, const char *text)
{
    struct condition *parsed;
    assert_int_equal(condition_parse(s->c.model, s->customer, test_json(s->arena, text), S(""),
                                     &s->c.problems, s->arena, &parsed),
                     OK);
    return parsed;
}

static struct list_query query(struct stage *s, const char *text)
{
    return (struct list_query){
        .object = s->customer, .where = text ? where(s, text) : NULL, .op = OP_READ};
}

static const char COMPANIES[] = "{'field':'kind','eq':'company'}";

TEST_APP(search_narrows_among_what_the_condition_leaves)
{
    struct stage s;
    struct ctx mine;
    bool more;
    begin(&s, app);
    struct list_query q = query(&s, NULL);
    assert_int_equal(search_narrow(&s.c, S("王"), LIST, &q, &more), OK);
    assert_int_equal(q.id_count, LIST);
    assert_true(more);
    q = query(&s, COMPANIES);
    assert_int_equal(search_narrow(&s.c, S("王"), LIST, &q, &more), OK);
    assert_int_equal(q.id_count, OLDEST);
    assert_false(more);
    q = query(&s, "{'field':'kind','eq':'person'}");
    assert_int_equal(search_narrow(&s.c, S("wangkehu"), OTHERS, &q, &more), OK);
    assert_int_equal(q.id_count, OTHERS);
    assert_false(more);
    assert_int_equal(search_narrow(&s.c, S("wangkehu"), OTHERS - 1, &q, &more), OK);
    assert_int_equal(q.id_count, OTHERS - 1);
    assert_true(more);

    assert_int_equal(ctx_init(&mine, app, s.arena, "test"), OK);
    mine.user = s.me;
    assert_int_equal(access_hold(app, mine.conn, mine.model, s.me, &mine.access), OK);
    q = query(&s, COMPANIES);
    assert_int_equal(search_narrow_all(&mine, S("王"), S("/q"), &q), OK);
    assert_int_equal(q.id_count, OLDEST / 2);
    q = query(&s, "{'field':'company','isNull':true}");
    assert_int_equal(search_narrow(&mine, S("王"), LIST, &q, &more), ERR_INVALID);
    assert_int_equal(search_narrow_all(&mine, S("王"), S("/q"), &q), ERR_INVALID);
    assert_null(q.ids);
    ctx_done(&mine);
    end(&s);
}

static size_t exported(struct stage *s, const char *body)
{
    struct export e;
    size_t rows;
    const char *path = file_spool_path(&s->c);
    assert_int_equal(export_read(&s->c, s->customer, test_json(s->arena, body), &e), OK);
    assert_int_equal(export_write(&s->c, NULL, &e, path, &rows), OK);
    unlink(path);
    return rows;
}

static void refused(struct stage *s, err_t e)
{
    assert_int_equal(e, ERR_INVALID);
    assert_string_equal(s->c.problems.list.at[0].code, "too_many_hits");
    assert_str(s->c.problems.list.at[0].pointer, "/q");
    assert_str(s->c.problems.list.at[0].args[0], "1209");
    s->c.problems.list.n = 0;
}

TEST_APP(export_and_bulk_reach_all_hits)
{
    static const char CHANGE[] = "{'q':'王','change':{'company':'甲'}}";
    struct stage s;
    struct bulk b;
    struct export e;
    int64_t job, n;
    AUTO_BUF out;
    begin(&s, app);
    assert_int_equal(exported(&s, "{'q':'王','format':'csv'}"), ALL);
    assert_int_equal(exported(&s, "{'q':'王','format':'csv','sort':'name'}"), ALL);
    assert_int_equal(exported(&s, "{'q':'没有的词','format':'csv'}"), 0);
    assert_int_equal(
        exported(&s, "{'q':'王','format':'csv','where':{'field':'kind','eq':'company'}}"), OLDEST);

    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(bulk_read(&s.c, s.customer, test_json(s.arena, CHANGE), &b), OK);
    assert_int_equal(bulk_preview(&s.c, &b, &w), OK);
    json_t *j = json_keep(s.arena, json_loadb(out.p, out.n, 0, NULL));
    assert_int_equal(json_get_int(j, "matches", 0), ALL);
    assert_int_equal(json_get_int(j, "changeable", 0), ALL);
    assert_int_equal(bulk_start(&s.c, &b, &job), OK);
    assert_int_equal(job_run_due(app), OK);
    struct list_query changed = query(&s, "{'field':'company','eq':'甲'}");
    assert_int_equal(record_count(&s.c, &changed, 0, &n), OK);
    assert_int_equal(n, ALL);

    app->most_hits = ALL;
    assert_int_equal(exported(&s, "{'q':'王','format':'csv'}"), ALL);
    app->most_hits = ALL - 1;
    refused(&s, bulk_read(&s.c, s.customer, test_json(s.arena, CHANGE), &b));
    refused(&s, export_read(&s.c, s.customer, test_json(s.arena, "{'q':'王'}"), &e));
    end(&s);
}
