/* Which customers may be the same by their names. */
#include "core/match.h"

#include "base/limits.h"
#include "core/job.h"
#include "core/search.h"
#include "core/test_app.h"

static int64_t customer(struct ctx *c, const char *kind, const char *name)
{
    struct record *r;
    json_t *body = json_keep(c->arena, json_pack("{s:s,s:s}", "kind", kind, "name", name));
    assert_int_equal(record_create(c, model_object(c->model, S("customer")), body, NULL, &r), OK);
    return record_id(r);
}

/* Asserts that the only one that may be the same as `id` is `other`, for this reason. */
static void assert_match(struct ctx *c, int64_t id, int64_t other, const char *reason)
{
    struct match found[MATCH_MOST];
    struct record *r;
    size_t n;
    assert_int_equal(record_get(c, model_object(c->model, S("customer")), id, OP_READ, &r), OK);
    assert_int_equal(match_duplicates(c, r, found, &n), OK);
    assert_int_equal(n, 1);
    assert_int_equal(found[0].id, other);
    assert_int_equal(found[0].reason_count, 1);
    assert_string_equal(found[0].reasons[0], reason);
    assert_false(found[0].certain);
}

static void assert_pair(struct ctx *c, const char *one, const char *other, const char *reason)
{
    int64_t a = customer(c, "company", one), b = customer(c, "company", other);
    assert_match(c, a, b, reason);
    assert_match(c, b, a, reason);
}

TEST_APP(match_companies_by_their_sound)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    match_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    customer(&c, "person", "锦秀纺织");
    customer(&c, "company", "锦华纺织有限公司");
    assert_pair(&c, "锦绣纺织有限公司", "绍兴锦秀纺织有限公司", "match_company_sound");
    assert_pair(&c, "杭州云帆贸易有限公司", "云帆（杭州）贸易公司", "match_company");
    assert_pair(&c, "Al Noor Trading LLC", "Al-Noor Trading", "match_company_sound");
    ctx_done(&c);
}

TEST_APP(match_keys_are_made_anew_with_the_index)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    int64_t job;
    match_attach();
    search_attach(app);
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t one = customer(&c, "company", "锦绣纺织有限公司");
    int64_t other = customer(&c, "company", "锦秀纺织有限公司");
    test_db_script(app->db, S("DELETE FROM match_key"));
    assert_int_equal(
        job_enqueue(&c, "reindex", test_json(arena, "{'object':'customer'}"), "again", 0, &job),
        OK);
    assert_int_equal(job_run_due(app), OK);
    assert_match(&c, one, other, "match_company_sound");
    ctx_done(&c);
}

static int64_t person(struct ctx *c, const char *name, const char *phone)
{
    struct record *r;
    json_t *body = json_keep(c->arena, json_pack("{s:s,s:s?}", "name", name, "phone", phone));
    assert_int_equal(record_create(c, model_object(c->model, S("customer")), body, NULL, &r), OK);
    return record_id(r);
}

static size_t alike_to(struct ctx *c, int64_t id)
{
    struct match found[MATCH_MOST];
    struct record *r;
    size_t n;
    assert_int_equal(record_get(c, model_object(c->model, S("customer")), id, OP_READ, &r), OK);
    assert_int_equal(match_duplicates(c, r, found, &n), OK);
    return n;
}

TEST_APP(match_tells_a_name_alone_only_where_it_says_something)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    match_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t one = person(&c, "欧阳静雯", "13812345678");
    assert_int_equal(alike_to(&c, one), 0);
    person(&c, "欧阳静雯", "13912345678"); /* another phone */
    assert_int_equal(alike_to(&c, one), 0);
    person(&c, "欧阳静文", NULL);
    assert_int_equal(alike_to(&c, one), 1);
    person(&c, "欧阳静雯", NULL);
    assert_int_equal(alike_to(&c, one), 2);
    person(&c, "欧阳静雯", NULL); /* the fourth of this name */
    assert_int_equal(alike_to(&c, one), 0);
    ctx_done(&c);
}
