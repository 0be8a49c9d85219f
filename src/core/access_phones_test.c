/* Whoever sees the phone of a customer masked reads it nowhere in the long texts of what belongs to
 * the customer; on his own customers he reads all of them. */
#include "base/limits.h"
#include "core/access.h"
#include "core/record_internal.h"
#include "core/search.h"
#include "core/test_app.h"
#include "core/timeline.h"

static const char *const IN_CLEAR = "13633334444", *const MASKED = "136****4444";

/* Every long text of a shipped object that belongs to a customer, or names one; of the lines some.
 */
static const struct {
    const char *object, *field, *body;
} TEXTS[] = {
    {"customer", "notes", "{'name':'x'}"},
    {"contact", "notes", "{'name':'x'}"},
    {"order", "notes", "{'amount':{'amount':1,'currency':'CNY'}}"},
    {"follow_up", "text", "{'kind':'call'}"},
    {"interaction", "text", "{'kind':'comment','platform':'douyin','at':'2026-11-01T08:00:00Z'}"},
    {"comment", "text", "{'object':'customer','record':'1'}"},
    {"task", "description", "{'subject':'x'}"},
    {"lead", "notes", "{'name':'x'}"},
    {"lead", "need", "{'name':'x'}"},
    {"task", "subject", "{}"},
    {"follow_up", "next_plan", "{'kind':'call','text':'打 13633334444 找王总'}"},
    {"contact", "title", "{'name':'x'}"},
};
enum { TEXT_COUNT = sizeof TEXTS / sizeof *TEXTS };

struct firm {
    struct arena *arena;
    struct ctx server, sales;
    int64_t mate, mine, theirs; /* a colleague; a customer of the salesman's, and one of his */
};

static const struct object *object(const struct ctx *c, const char *name)
{
    return model_object(c->model, str_from(name));
}

static int64_t make(struct ctx *c, const char *name, json_t *body)
{
    struct record *r;
    assert_int_equal(record_create(c, object(c, name), json_keep(c->arena, body), NULL, &r), OK);
    return record_id(r);
}

static json_t *id_json(int64_t id)
{
    return json_sprintf("%lld", (long long)id);
}

static int64_t customer_of(struct firm *f, int64_t owner)
{
    json_t *body = json_pack("{s:s, s:o}", "name", "x", "owner", id_json(owner));
    return make(&f->server, "customer", body);
}

static void open_firm(struct firm *f, struct app *app, json_t *definition)
{
    assert_int_equal(ctx_init(&f->server, app, f->arena, "test"), OK);
    struct ctx *c = &f->server;
    int64_t role = make(
        c, "role", json_pack("{s:s, s:s, s:O}", "key", "r", "name", "r", "definition", definition));
    int64_t department = make(c, "department", json_pack("{s:s}", "name", "d"));
    int64_t me = make(c, "user",
                      json_pack("{s:s, s:s, s:o, s:[o]}", "name", "me", "email", "me@x.com",
                                "department", id_json(department), "roles", id_json(role)));
    f->mate = make(c, "user",
                   json_pack("{s:s, s:s, s:o}", "name", "mate", "email", "mate@x.com", "department",
                             id_json(department)));
    f->mine = customer_of(f, me);
    f->theirs = customer_of(f, f->mate);
    assert_int_equal(ctx_init(&f->sales, app, f->arena, "test"), OK);
    f->sales.user = me;
    assert_int_equal(access_hold(app, f->sales.conn, f->sales.model, me, &f->sales.access), OK);
}

static void close_firm(struct firm *f)
{
    ctx_done(&f->sales);
    ctx_done(&f->server);
}

/* What a colleague writes about the customer. */
static int64_t text_about(struct firm *f, size_t which, int64_t customer)
{
    const struct object *o = object(&f->server, TEXTS[which].object);
    json_t *body = test_json(f->arena, TEXTS[which].body);
    str text = arena_printf(f->arena, "打 %s 找王总", IN_CLEAR);
    json_object_set_new(body, TEXTS[which].field, json_stringn(text.p, text.n));
    if (object_field(o, S("customer")))
        json_object_set_new(body, "customer", id_json(customer));
    if (o->owned)
        json_object_set_new(body, "owner", id_json(f->mate));
    if (o->root != ROOT_SELF)
        return make(&f->server, TEXTS[which].object, json_incref(body));
    struct record *r;
    json_object_del(body, "owner");
    assert_int_equal(record_update(&f->server, o, customer, 0, body, NULL, &r), OK);
    return customer;
}

static struct record *read_record(struct ctx *c, const char *name, int64_t id)
{
    struct record *r;
    assert_int_equal(record_get(c, object(c, name), id, OP_READ, &r), OK);
    return r;
}

static void assert_shows(str text, bool open, const char *what)
{
    if ((str_find(text, str_from(IN_CLEAR)) != SIZE_MAX) != open ||
        (str_find(text, str_from(MASKED)) != SIZE_MAX) == open)
        fail_msg("%s: " STR_FMT, what, STR_ARG(text));
}

static void assert_record_shows(struct ctx *c, const char *name, int64_t id, bool open)
{
    struct record *r = read_record(c, name, id);
    AUTO_BUF whole, list;
    buf_init(&whole, MIB);
    buf_init(&list, MIB);
    struct jw w = {.out = &whole}, l = {.out = &list};
    assert_int_equal(record_write_whole(c, r, &w), OK);
    assert_shows(buf_str(&whole), open, name);
    assert_int_equal(record_write_list(c, &r, 1, NULL, 0, &l), OK);
    assert_shows(buf_str(&list), open, name);
    if (str_eqz(str_from(r->object->title->type->name), "long_text"))
        assert_shows(record_title(c, r), open, name);
}

/* Is a record of the object known by one of a customer's, over whatever links? */
static bool about_customers(const struct object *o)
{
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (f->target &&
            (f->target->root == ROOT_SELF || (f == o->access_via && about_customers(f->target))))
            return true;
    }
    return o->root == ROOT_SELF;
}

static bool is_listed(const struct field *f)
{
    bool listed = false;
    for (size_t i = 0; i < TEXT_COUNT; i++)
        listed = listed ||
                 (str_eqz(f->object->name, TEXTS[i].object) && str_eqz(f->name, TEXTS[i].field));
    return listed;
}

TEST_APP(access_phones_are_looked_for_in_all_shipped_texts)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (size_t i = 0; i < c.model->object_count; i++) {
        const struct object *o = c.model->objects[i];
        for (size_t k = 0; k < o->field_count && about_customers(o); k++) {
            str type = str_from(o->fields[k]->type->name);
            if (str_eqz(type, "long_text") || str_eqz(type, "rich_text"))
                assert_true(is_listed(o->fields[k]));
        }
    }
    ctx_done(&c);
}

TEST_APP(access_phones_are_masked_in_what_belongs_to_others)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct firm f = {.arena = arena};
    open_firm(&f, app, test_shipped_role(arena, "sales"));
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        assert_record_shows(&f.sales, TEXTS[i].object, text_about(&f, i, f.theirs), false);
        int64_t mine = text_about(&f, i, f.mine);
        assert_record_shows(&f.sales, TEXTS[i].object, mine, true);
        assert_record_shows(&f.server, TEXTS[i].object, mine, true);
    }
    close_firm(&f);
}

/* Follow-ups that nobody may change: those of his own customers are his to read all the same. */
TEST_APP(access_phones_of_own_customers_are_open_where_nothing_may_be_changed)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct firm f = {.arena = arena};
    open_firm(&f, app,
              test_json(arena, "{'objects':{'customer':{'read':'all','update':'own'},"
                               "'*':{'read':'all','create':true}}}"));
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        assert_record_shows(&f.sales, TEXTS[i].object, text_about(&f, i, f.theirs), false);
        assert_record_shows(&f.sales, TEXTS[i].object, text_about(&f, i, f.mine), true);
    }
    close_firm(&f);
}

/* A token that only reads. */
TEST_APP(access_phones_are_masked_for_tokens_that_change_nothing)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct firm f = {.arena = arena};
    open_firm(&f, app,
              test_json(arena, "{'objects':{'customer':{'read':'all','update':'own'},"
                               "'*':{'read':'all','create':true}}}"));
    int64_t id = text_about(&f, 3, f.mine);
    assert_record_shows(&f.sales, "follow_up", id, true);
    f.sales.access = access_narrow(arena, f.sales.access, test_json(arena, "['*:read']"));
    assert_record_shows(&f.sales, "follow_up", id, false);
    close_firm(&f);
}

static str titles(struct ctx *c, const char *name, int64_t id)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    struct record *r = read_record(c, name, id);
    assert_int_equal(record_titles(c, &r, 1, &w), OK);
    return arena_str(c->arena, buf_str(&out));
}

TEST_APP(access_phones_are_masked_in_titles)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct firm f = {.arena = arena};
    open_firm(&f, app, test_shipped_role(arena, "sales"));
    const int64_t customers[] = {f.theirs, f.mine};
    for (size_t i = 0; i < 2; i++) {
        int64_t first = text_about(&f, 5, customers[i]);
        int64_t answer =
            make(&f.server, "comment",
                 json_pack("{s:s, s:s, s:s, s:o, s:o}", "object", "customer", "record", "1", "text",
                           "好", "customer", id_json(customers[i]), "reply_to", id_json(first)));
        assert_shows(titles(&f.sales, "comment", answer), i == 1, "titles");
    }
    close_firm(&f);
}

TEST_APP(access_phones_in_texts_find_nothing_of_others)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct firm f = {.arena = arena};
    struct search_hit *hits;
    size_t n;
    open_firm(&f, app, test_shipped_role(arena, "sales"));
    search_attach(app);
    assert_int_equal(log_readers_start(app), OK);
    text_about(&f, 3, f.theirs);
    int64_t mine = text_about(&f, 3, f.mine);
    assert_int_equal(log_readers_settle(app, 60000), OK);
    assert_int_equal(search_find(&f.server, NULL, str_from(IN_CLEAR), 5, &hits, &n), OK);
    assert_int_equal(n, 2);
    assert_int_equal(search_find(&f.sales, NULL, str_from(IN_CLEAR), 5, &hits, &n), OK);
    assert_int_equal(n, 1);
    assert_int_equal(hits[0].id, mine);
    assert_int_equal(search_find(&f.sales, NULL, S("找王总"), 5, &hits, &n), OK);
    assert_int_equal(n, 2);
    for (size_t i = 0; i < n; i++)
        assert_shows(hits[i].title, hits[i].id == mine, "hit");
    log_readers_stop(app);
    close_firm(&f);
}

TEST_APP(access_phones_are_masked_in_the_timeline)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct firm f = {.arena = arena};
    struct timeline_page page;
    open_firm(&f, app, test_shipped_role(arena, "sales"));
    const int64_t customers[] = {f.theirs, f.mine};
    for (size_t i = 0; i < 2; i++) {
        text_about(&f, 3, customers[i]);
        assert_int_equal(timeline_read(&f.sales, object(&f.sales, "customer"), customers[i],
                                       S("follow_up"), S(""), 10, &page),
                         OK);
        assert_int_equal(page.count, 1);
        AUTO_BUF out;
        buf_init(&out, MIB);
        struct jw w = {.out = &out};
        record_write_seen(&f.sales, page.entries[0].record, page.entries[0].mine, &w);
        assert_shows(buf_str(&out), i == 1, "entry");
    }
    close_firm(&f);
}
