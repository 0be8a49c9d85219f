/* The contact beside the company: a record of its own that comes along with the row. */
#include <stdio.h>

#include "base/limits.h"
#include "core/file.h"
#include "core/import_testing.h"
#include "core/registry.h"

#define BEGIN                                                                                      \
    AUTO_ARENA arena = arena_new(256 * MIB);                                                       \
    struct ctx c;                                                                                  \
    import_attach();                                                                               \
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK)

static int64_t start(struct ctx *c, const char *text)
{
    struct record *r;
    int64_t file = keep_text(c, text, "list.csv");
    assert_int_equal(import_create(c, file, S("customer"), &r), OK);
    return record_id(r);
}

static void step(struct ctx *c, int64_t id, enum import_step s)
{
    assert_int_equal(import_do(c, NULL, id, s), OK);
}

static str goes_to(struct ctx *c, int64_t id, size_t i)
{
    return json_get_str(json_array_get(json_object_get(view(c, id), "columns"), i), "field");
}

/* Contacts that came along. */
static int64_t along(struct ctx *c, int64_t id, const char *figure)
{
    const json_t *list = json_object_get(json_object_get(view(c, id), "report"), "beside");
    return json_get_int(json_array_get(list, 0), figure, 0);
}

static bool says(struct ctx *c, int64_t id, const char *outcome, const char *words)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    struct record *r;
    assert_int_equal(import_get(c, id, &r), OK);
    assert_int_equal(import_rows_json(c, r, str_from(outcome), 0, 100, &w), OK);
    return str_find(buf_str(&out), str_from(words)) != SIZE_MAX;
}

/* From now on a user of that role. */
static void come_in(struct ctx *c, const char *definition)
{
    struct record *role, *user;
    json_t *body = test_json(c->arena, "{'name':'销售','key':'s'}");
    json_object_set(body, "definition", test_json(c->arena, definition));
    assert_int_equal(record_create(c, model_object(c->model, S("role")), body, NULL, &role), OK);
    char text[200];
    snprintf(text, sizeof text, "{'name':'乙','email':'b@example.com','roles':['%lld']}",
             (long long)record_id(role));
    assert_int_equal(
        record_create(c, model_object(c->model, S("user")), test_json(c->arena, text), NULL, &user),
        OK);
    c->user = record_id(user);
    assert_int_equal(access_hold(c->app, c->conn, c->model, c->user, &c->access), OK);
}

static const char COMPANIES[] =
    "联系人,客户名称,电话,联系人手机,联系人职位,Contact email\n"
    "王总,宁波云帆贸易有限公司,0574-88776655,13800001234,总经理,wang@yunfan.cn\n"
    "李经理,宁波云帆贸易有限公司,,13800001235,,\n"
    ",杭州星河科技有限公司,0571-88448470,,,\n"
    "赵六,赵六,13800001236,,,\n";

TEST_APP(import_makes_contacts_of_the_people_beside_companies)
{
    BEGIN;
    int64_t id = start(&c, COMPANIES);
    static const char *const want[] = {"contact.name",  "name",          "phone",
                                       "contact.phone", "contact.title", "contact.email"};
    for (size_t i = 0; i < 6; i++)
        assert_str(goes_to(&c, id, i), want[i]);
    for (enum import_step s = IMPORT_CHECK; s <= IMPORT_RUN; s++) {
        step(&c, id, s);
        assert_int_equal(figure(&c, id, "created"), 3);
        assert_int_equal(figure(&c, id, "merged"), 1);
        assert_int_equal(along(&c, id, "created"), 2);
        assert_true(says(&c, id, "created", "联系人：王总"));
        assert_int_equal(count(&c, "contact", "{}"), s == IMPORT_CHECK ? 0 : 2);
    }
    assert_int_equal(count(&c, "contact",
                           "{'all':[{'field':'name','eq':'王总'},{'field':'title','eq':'总经理'},"
                           "{'field':'phone','eq':'+8613800001234'},"
                           "{'field':'customer.name','eq':'宁波云帆贸易有限公司'}]}"),
                     1);
    assert_int_equal(count(&c, "customer",
                           "{'all':[{'field':'phone','eq':'+8657488776655'},"
                           "{'field':'notes','isNull':true}]}"),
                     1);
    /* the same file again changes nothing */
    int64_t again = start(&c, COMPANIES);
    step(&c, again, IMPORT_RUN);
    assert_int_equal(figure(&c, again, "skipped"), 4);
    assert_int_equal(count(&c, "contact", "{}"), 2);
    /* and undoing takes the people with their companies */
    c.now = clock_now();
    step(&c, id, IMPORT_UNDO);
    assert_int_equal(count(&c, "contact", "{}"), 0);
    assert_int_equal(count(&c, "customer", "{}"), 0);
    ctx_done(&c);
}

/* What says something of a person is that person's in every row, and what reaches the company too
 * is not lost. */
TEST_APP(import_gives_the_person_beside_a_company_what_is_a_persons)
{
    BEGIN;
    int64_t id = start(&c, "公司名称,联系人,职务,手机,性别,生日,邮箱,微信\n"
                           "恒通物流一,孙一,经理,13512350001,男,1980-02-03,a@ht.cn,sun_yi_1\n"
                           "恒通物流一,孙二,财务,13512350002,女,1985-04-05,b@ht.cn,sun_er_2\n");
    static const char *const want[] = {"name",  "contact.name",   "contact.title",
                                       "phone", "contact.gender", "contact.birthday",
                                       "email", "wechat"};
    for (size_t i = 0; i < 8; i++)
        assert_str(goes_to(&c, id, i), want[i]);
    step(&c, id, IMPORT_RUN);
    assert_int_equal(count(&c, "customer", "{}"), 1);
    assert_int_equal(count(&c, "customer",
                           "{'all':[{'field':'job_title','isNull':true},"
                           "{'field':'gender','isNull':true},{'field':'birthday','isNull':true},"
                           "{'field':'email','eq':'a@ht.cn'},"
                           "{'field':'notes','eq':'邮箱：b@ht.cn\\n微信号：sun_er_2'}]}"),
                     1);
    assert_int_equal(
        count(&c, "contact",
              "{'all':[{'field':'name','eq':'孙一'},{'field':'title','eq':'经理'},"
              "{'field':'gender','eq':'male'},{'field':'birthday','eq':'1980-02-03'}]}"),
        1);
    assert_int_equal(count(&c, "contact",
                           "{'all':[{'field':'name','eq':'孙二'},{'field':'title','eq':'财务'},"
                           "{'field':'gender','eq':'female'},"
                           "{'field':'birthday','eq':'1985-04-05'}]}"),
                     1);
    /* without a contact's name it is the customer's */
    id = start(&c, "公司名称,职务\n恒通物流二,经理\n");
    assert_str(goes_to(&c, id, 1), "job_title");
    ctx_done(&c);
}

TEST_APP(import_fills_in_a_contact_that_is_known)
{
    BEGIN;
    step(&c, start(&c, "客户名称,联系人\n宁波云帆贸易有限公司,Mr. Wang\n"), IMPORT_RUN);
    int64_t id =
        start(&c, "客户名称,联系人,联系人手机\n宁波云帆贸易有限公司,MR. WANG,13800001234\n");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "updated"), 1);
    assert_int_equal(along(&c, id, "updated"), 1);
    assert_int_equal(count(&c, "contact", "{'field':'phone','eq':'+8613800001234'}"), 1);
    assert_int_equal(count(&c, "contact", "{}"), 1);
    /* a person of several names is known by the phone, and a shop by its person's */
    id = start(&c, "客户名称,联系人,联系人手机\n巷口小店,老张,13900001111\n");
    step(&c, id, IMPORT_RUN);
    id = start(&c, "客户名称,联系人,联系人手机\n巷口小店,张老板,13900001111\n");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 0);
    assert_int_equal(count(&c, "contact", "{}"), 2);
    /* the phone of a contact says nothing about a customer of another name */
    id = start(&c, "客户名称,联系人,联系人手机\n街角小店,老张,13900001111\n");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 1);
    ctx_done(&c);
}

TEST_APP(import_takes_the_person_where_there_is_no_company)
{
    BEGIN;
    struct record *stage;
    assert_int_equal(record_create(&c, model_object(c.model, S("stage")),
                                   test_json(arena, "{'name':'新客户'}"), NULL, &stage),
                     OK);
    int64_t id = start(&c, "客户名称,联系人,联系人手机,联系人部门\n"
                           "宁波云帆贸易有限公司,王总,13800001234,\n"
                           ",李经理,13800001235,采购部\n"
                           "巷口小店,,13900001111,\n");
    step(&c, id, IMPORT_CHECK);
    assert_int_equal(figure(&c, id, "created"), 3);
    assert_int_equal(figure(&c, id, "refused"), 0);
    assert_int_equal(figure(&c, id, "warned"), 0);
    assert_true(says(&c, id, "created", "这一行没有名称，用了“联系人”"));
    step(&c, id, IMPORT_RUN);
    assert_int_equal(count(&c, "contact", "{}"), 1);
    assert_int_equal(count(&c, "customer", "{'field':'stage.name','eq':'新客户'}"), 3);
    assert_int_equal(count(&c, "customer",
                           "{'all':[{'field':'name','eq':'李经理'},{'field':'kind','eq':'person'},"
                           "{'field':'phone','eq':'+8613800001235'},"
                           "{'field':'notes','eq':'联系人部门：采购部'}]}"),
                     1);
    assert_int_equal(count(&c, "customer",
                           "{'all':[{'field':'name','eq':'巷口小店'},"
                           "{'field':'phone','eq':'+8613900001111'}]}"),
                     1);
    /* without a company's name anywhere, a contact's phone is the customer's */
    id = start(&c, "联系人,联系人手机\n钱七,13800001237\n");
    assert_str(goes_to(&c, id, 0), "name");
    assert_str(goes_to(&c, id, 1), "phone");
    ctx_done(&c);
}

TEST_APP(import_keeps_the_person_in_the_notes_where_no_contact_may_be_made)
{
    BEGIN;
    struct record *r;
    come_in(&c, "{'objects':{'customer':{'read':'own','create':true,'update':'own'}},"
                "'rights':['import']}");
    int64_t id = start(&c, "客户名称,联系人\n宁波云帆贸易有限公司,王总\n");
    assert_str(goes_to(&c, id, 1), "notes");
    assert_int_equal(import_change(&c, id, 0,
                                   test_json(arena, "{'columns':[{'index':0,'field':'name'},"
                                                    "{'index':1,'field':'contact.name'}]}"),
                                   &r),
                     ERR_INVALID);
    c.problems.list.n = 0;
    step(&c, id, IMPORT_RUN);
    assert_int_equal(count(&c, "customer", "{'field':'notes','eq':'联系人：王总'}"), 1);
    access_release(c.access);
    c.access = NULL;
    ctx_done(&c);
}

TEST_APP(import_parts_a_phone_from_the_name_beside)
{
    BEGIN;
    int64_t id = start(&c, "客户名称,联系人,备注\n宁波恒隆贸易有限公司,吴刚 13705740001,老客户\n"
                           "宁波宏腾五金有限公司,陈霞,\n宁波腾达有限公司,杨娟,\n");
    step(&c, id, IMPORT_RUN);
    assert_int_equal(count(&c, "contact",
                           "{'all':[{'field':'name','eq':'吴刚'},"
                           "{'field':'phone','eq':'+8613705740001'}]}"),
                     1);
    ctx_done(&c);
}

/* Four people of one company, each with a number of his own: none of them is lost. */
TEST_APP(import_loses_no_number_of_a_company_known_already)
{
    BEGIN;
    static const char rows[] = "客户名称,联系人,手机\n"
                               "宁波恒隆贸易有限公司,杨娟娜,0574-89735819\n"
                               "宁波恒隆贸易有限公司,徐霞敏,0574-81272535\n"
                               "宁波恒隆贸易有限公司,陈霞磊,13987781659\n"
                               "宁波恒隆贸易有限公司,王明,0574-81272536\n";
    int64_t id = start(&c, rows);
    step(&c, id, IMPORT_CHECK);
    assert_true(says(&c, id, "merged", "另存到"));
    step(&c, id, IMPORT_RUN);
    assert_int_equal(count(&c, "customer",
                           "{'all':[{'field':'phone','eq':'+8657489735819'},"
                           "{'field':'phone2','eq':'+8657481272535'}]}"),
                     1);
    assert_int_equal(count(&c, "contact",
                           "{'all':[{'field':'name','eq':'陈霞磊'},"
                           "{'field':'phone','eq':'+8613987781659'}]}"),
                     1);
    assert_int_equal(count(&c, "contact",
                           "{'all':[{'field':'name','eq':'杨娟娜'},"
                           "{'field':'phone','isNull':true}]}"),
                     1);
    struct record *r;
    struct list_query q = {.object = model_object(c.model, S("customer")), .limit = 2};
    struct list_page page;
    assert_int_equal(record_list(&c, &q, &page), OK);
    assert_int_equal(page.count, 1);
    r = page.records[0];
    value notes = record_cell(r, object_field(r->object, S("notes")), 0);
    assert_true(str_find(notes.s, S("8127 2536")) != SIZE_MAX);

    id = start(&c, rows); /* once more: there is nothing to rescue */
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "updated"), 0);
    assert_int_equal(figure(&c, id, "skipped"), 4);
    ctx_done(&c);
}

TEST_APP(import_knows_a_shop_by_the_phone_beside_a_name_in_one_cell)
{
    BEGIN;
    static const char LIST[] = "客户名称,联系人\n巷口小店,老张13900001111\n";
    struct record *r;
    const json_t *columns =
        test_json(arena, "{'columns':[{'index':0,'field':'name'},"
                         "{'index':1,'split':['contact.name','contact.phone']}]}");
    for (int i = 0; i < 2; i++) {
        int64_t id = start(&c, LIST);
        assert_int_equal(import_change(&c, id, 0, columns, &r), OK);
        step(&c, id, IMPORT_RUN);
        assert_int_equal(figure(&c, id, "created"), i == 0);
    }
    assert_int_equal(count(&c, "customer", "{}"), 1);
    assert_int_equal(count(&c, "contact", "{'field':'phone','eq':'+8613900001111'}"), 1);
    ctx_done(&c);
}

TEST_APP(import_knows_a_contact_among_very_many)
{
    BEGIN;
    static const char LIST[] = "客户名称,联系人\n宁波云帆贸易有限公司,Mr. Wang\n";
    struct list_page page;
    struct record *r;
    step(&c, start(&c, LIST), IMPORT_RUN);
    struct list_query q = {
        .object = model_object(c.model, S("customer")), .limit = 1, .op = OP_READ};
    assert_int_equal(record_list(&c, &q, &page), OK);
    for (int i = 0; i < LIMIT_LIST_PAGE + 1; i++) {
        char text[200];
        snprintf(text, sizeof text, "{'customer':'%lld','name':'MR. WANG %d'}",
                 (long long)record_id(page.records[0]), i);
        assert_int_equal(record_create(&c, model_object(c.model, S("contact")),
                                       test_json(arena, text), NULL, &r),
                         OK);
    }
    step(&c, start(&c, LIST), IMPORT_RUN);
    assert_int_equal(count(&c, "contact", "{}"), LIMIT_LIST_PAGE + 2);
    ctx_done(&c);
}

static void patch(struct ctx *c, const char *object, const char *body)
{
    struct problems problems = {.arena = c->arena};
    AUTO_BUF plan;
    buf_init(&plan, MIB);
    assert_int_equal(registry_patch(c->app, str_from(object), test_json(c->arena, body), 0, true,
                                    false, &problems, &plan),
                     OK);
}

#define FIELD(label, type, more) "{'label':{'zh-CN':'" label "'},'type':'" type "'," more "}"

TEST_APP(import_gives_a_customer_no_choice_or_link_of_the_contact_that_it_cannot_have)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    patch(&c, "customer",
          "{'fields':{'grade':" FIELD(
              "等级", "choice",
              "'choices':{'a':{'zh-CN':'甲'}}") ","
                                                "'wish':" FIELD("想要", "ref",
                                                                "'target':'product'") "}}");
    patch(&c, "contact",
          "{'fields':{'grade':" FIELD(
              "等级", "choice",
              "'choices':{'b':{'zh-CN':'乙'}}") ","
                                                "'wish':" FIELD("想要", "ref",
                                                                "'target':'department'") "}}");
    ctx_done(&c);
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    struct record *r;
    assert_int_equal(record_create(&c, model_object(c.model, S("department")),
                                   test_json(arena, "{'name':'采购部'}"), NULL, &r),
                     OK);
    int64_t id = start(&c, "客户名称,联系人,评级,意向\n宁波云帆贸易有限公司,王总,乙,采购部\n"
                           ",李经理,乙,采购部\n");
    assert_int_equal(import_change(&c, id, 0,
                                   test_json(arena, "{'columns':[{'index':0,'field':'name'},"
                                                    "{'index':1,'field':'contact.name'},"
                                                    "{'index':2,'field':'contact.grade'},"
                                                    "{'index':3,'field':'contact.wish'}]}"),
                                   &r),
                     OK);
    step(&c, id, IMPORT_RUN);
    assert_int_equal(figure(&c, id, "created"), 2);
    assert_int_equal(count(&c, "customer",
                           "{'all':[{'field':'name','eq':'李经理'},"
                           "{'field':'grade','isNull':true},{'field':'wish','isNull':true},"
                           "{'field':'notes','eq':'等级：乙\\n想要：采购部'}]}"),
                     1);
    ctx_done(&c);
}

TEST_APP(import_says_which_cells_found_no_place)
{
    BEGIN;
    come_in(&c, "{'objects':{'customer':{'read':'own','create':true,'update':'own',"
                "'fields':{'notes':'read','*':'write'}},"
                "'contact':{'read':'own','create':true,'update':'own'}},'rights':['import']}");
    int64_t id = start(&c, "客户名称,联系人,联系人部门\n宁波云帆贸易有限公司,王总,采购部\n"
                           ",李经理,采购部\n");
    step(&c, id, IMPORT_CHECK);
    assert_int_equal(figure(&c, id, "created"), 2);
    assert_true(says(&c, id, "created", "没有地方放“联系人部门”"));
    access_release(c.access);
    c.access = NULL;
    ctx_done(&c);
}
