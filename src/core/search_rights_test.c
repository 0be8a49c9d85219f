/* What narrow roles find, and what their hits say. */
#include <stdio.h>

#include "base/limits.h"
#include "core/access.h"
#include "core/change.h"
#include "core/search.h"
#include "core/test_app.h"

enum { OTHERS = 60, LIMIT = 20 };

struct stage {
    struct ctx c;
    struct arena *arena;
};

__attribute__((format(printf, 3, 4))) static int64_t
create(struct stage *s, const char *object, const char *format, ...)
{
    struct record *r;
    va_list args;
    va_start(args, format);
    str body = arena_vprintf(s->arena, format, args);
    va_end(args);
    const struct object *o = model_object(s->c.model, str_from(object));
    assert_int_equal(record_create(&s->c, o, test_json(s->arena, body.p), NULL, &r), OK);
    return record_id(r);
}

static int64_t person(struct stage *s, const char *name, const char *rights, int64_t department)
{
    int64_t role = create(s, "role", "{'name':'%s','key':'%s','definition':{'objects':%s}}", name,
                          name, rights);
    return create(s, "user",
                  "{'name':'%s','email':'%s@example.com','roles':['%lld'],'department':'%lld'}",
                  name, name, (long long)role, (long long)department);
}

/* A customer with a contact and an order. */
static void add_customer(struct stage *s, const char *name, int64_t owner)
{
    int64_t id = create(s, "customer", "{'name':'%s','owner':'%lld'}", name, (long long)owner);
    create(s, "contact", "{'name':'诸葛%s','customer':'%lld'}", name, (long long)id);
    create(s, "order", "{'customer':'%lld','amount':{'amount':5,'currency':'CNY'}}", (long long)id);
}

static void begin(struct stage *s, struct app *app)
{
    s->arena = arena_new(256 * MIB);
    assert_int_equal(ctx_init(&s->c, app, s->arena, "test"), OK);
    search_attach(app);
}

static void settle(struct app *app)
{
    assert_int_equal(log_readers_start(app), OK);
    assert_int_equal(log_readers_settle(app, 60000), OK);
}

static size_t find_as(
    struct stage *s, int64_t user, const char *object, const char *words, struct search_hit **hits)
{
    struct ctx mine;
    size_t n;
    assert_int_equal(ctx_init(&mine, s->c.app, s->arena, "test"), OK);
    mine.user = user;
    assert_int_equal(access_hold(mine.app, mine.conn, mine.model, user, &mine.access), OK);
    assert_int_equal(search_find(&mine, model_object(mine.model, str_from(object)), str_from(words),
                                 LIMIT, hits, &n),
                     OK);
    ctx_done(&mine);
    return n;
}

static void end(struct stage *s)
{
    log_readers_stop(s->c.app);
    ctx_done(&s->c);
    arena_free(s->arena);
}

/* Newer ones of others must not hide what is one's own, nor may they be found. */
TEST_APP(search_finds_what_belongs_to_ones_own_customers)
{
    struct stage s;
    struct search_hit *hits;
    begin(&s, app);
    int64_t sales = create(&s, "department", "{'name':'sales'}");
    int64_t others = create(&s, "department", "{'name':'others'}");
    int64_t seller = person(&s, "seller", "{'*':{'read':'own'}}", sales);
    int64_t head = person(&s, "head", "{'*':{'read':'department'}}", sales);
    int64_t stranger = person(&s, "stranger", "{'*':{'read':'own'}}", others);
    add_customer(&s, "东方一", seller);
    add_customer(&s, "东方二", seller);
    for (int i = 0; i < OTHERS; i++)
        add_customer(&s, arena_printf(s.arena, "西门%d", i).p, stranger);
    settle(app);

    assert_int_equal(find_as(&s, seller, "contact", "诸葛", &hits), 2);
    assert_int_equal(find_as(&s, seller, "order", "SO", &hits), 2);
    assert_int_equal(find_as(&s, seller, "customer", "西门", &hits), 0);
    assert_int_equal(find_as(&s, seller, "customer", "东方", &hits), 2);
    assert_int_equal(find_as(&s, head, "customer", "东方", &hits), 2);
    assert_int_equal(find_as(&s, head, "contact", "诸葛", &hits), 2);
    assert_int_equal(find_as(&s, stranger, "contact", "东方", &hits), 0);
    assert_int_equal(find_as(&s, stranger, "contact", "诸葛", &hits), LIMIT);
    end(&s);
}

TEST_APP(search_names_the_customer_only_to_who_may_see_the_link)
{
    struct stage s;
    struct search_hit *hits;
    begin(&s, app);
    int64_t sales = create(&s, "department", "{'name':'sales'}");
    int64_t open = person(&s, "open", "{'*':{'read':'all'}}", sales);
    int64_t hidden = person(
        &s, "hidden",
        "{'*':{'read':'all'},'contact':{'read':'all','fields':{'customer':'hidden'}}}", sales);
    add_customer(&s, "东方一", open);
    settle(app);

    assert_int_equal(find_as(&s, open, "contact", "诸葛", &hits), 1);
    assert_str(hits[0].customer_name, "东方一");
    assert_int_equal(find_as(&s, hidden, "contact", "诸葛", &hits), 1);
    assert_str(hits[0].customer_name, "");
    end(&s);
}
