/* What is called so comes before what merely mentions it, however much newer that is. */
#include "base/limits.h"
#include "core/change.h"
#include "core/record.h"
#include "core/search.h"
#include "core/test_app.h"

enum { NEWER = 150, LIMIT = 10 };

struct scene {
    struct arena *arena;
    struct ctx c;
};

static int64_t create(struct scene *s, const char *object, const char *body)
{
    struct record *r;
    const struct object *o = model_object(s->c.model, str_from(object));
    assert_int_equal(record_create(&s->c, o, test_json(s->arena, body), NULL, &r), OK);
    return record_id(r);
}

static void begin(struct scene *s, struct app *app)
{
    s->arena = arena_new(256 * MIB);
    assert_int_equal(ctx_init(&s->c, app, s->arena, "test"), OK);
    search_attach(app);
}

static void end(struct scene *s)
{
    log_readers_stop(s->c.app);
    ctx_done(&s->c);
    arena_free(s->arena);
}

/* In the list of customers and over all objects alike. */
static void assert_first(struct scene *s, const char *words, int64_t id)
{
    const struct object *of[] = {model_object(s->c.model, S("customer")), NULL};
    for (size_t i = 0; i < 2; i++) {
        struct search_hit *hits;
        size_t n;
        assert_int_equal(search_find(&s->c, of[i], str_from(words), LIMIT, &hits, &n), OK);
        assert_true(n > 0);
        assert_int_equal(record_id(hits[0].record), id);
    }
}

TEST_APP(search_ranks_names_before_mentions)
{
    struct scene s;
    begin(&s, app);
    int64_t shen = create(&s, "customer", "{'name':'沈从文'}");
    int64_t qian = create(&s, "customer", "{'name':'钱学森'}");
    int64_t place = create(&s, "customer", "{'name':'杭州云帆贸易有限公司','kind':'company'}");
    int64_t smith = create(&s, "customer", "{'name':'John Smith'}");
    for (int i = 0; i < NEWER; i++)
        create(&s, "customer",
               arena_printf(
                   s.arena,
                   "{'name':'黄生强%d','company':'杭州商行','email':'smith%d@example.com'}", i, i)
                   .p);
    assert_int_equal(log_readers_start(s.c.app), OK);
    assert_int_equal(log_readers_settle(s.c.app, 60000), OK);
    assert_first(&s, "shen", shen);
    assert_first(&s, "shencong", shen);
    assert_first(&s, "沈", shen);
    assert_first(&s, "qian", qian);
    assert_first(&s, "杭州", place);
    assert_first(&s, "smith", smith);
    end(&s);
}

/* A surname comes before names whose beginning merely begins so. */
TEST_APP(search_ranks_whole_syllables_first)
{
    struct scene s;
    begin(&s, app);
    int64_t li = create(&s, "customer", "{'name':'李时珍'}");
    for (int i = 0; i < NEWER; i++)
        create(&s, "customer", arena_printf(s.arena, "{'name':'林一%d'}", i).p);
    create(&s, "customer", "{'name':'梁朝'}");
    assert_int_equal(log_readers_start(s.c.app), OK);
    assert_int_equal(log_readers_settle(s.c.app, 60000), OK);
    assert_first(&s, "li", li);
    end(&s);
}
