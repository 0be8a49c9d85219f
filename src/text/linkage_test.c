#include "base/test.h"
#include "text/linkage.h"

static const struct link_record wang = {
    S("王小明"),      S("13800138000"),          S("wang.xm@qq.com"),
    S("wxid_abc123"), S("杭州云帆贸易有限公司"), S("浙江省杭州市西湖区文三路1号2幢301室"),
};

static struct link_result compare(struct link_record a, struct link_record b)
{
    AUTO_ARENA arena = arena_new(1 << 22);
    struct link_result r, turned;
    const struct link_person *x = link_prepare(arena, &a), *y = link_prepare(arena, &b);
    link_compare(arena, x, y, &r);
    link_compare(arena, y, x, &turned);
    assert_memory_equal(r.levels, turned.levels, sizeof r.levels);
    return r;
}

static bool share_key(struct link_record a, struct link_record b)
{
    AUTO_ARENA arena = arena_new(1 << 22);
    str x[LINK_KEYS], y[LINK_KEYS];
    size_t n = link_keys(arena, link_prepare(arena, &a), x);
    size_t m = link_keys(arena, link_prepare(arena, &b), y);
    bool shared = false;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < m; k++)
            shared = shared || str_eq(x[i], y[k]);
    return shared;
}

TEST(linkage_one_person_written_twice)
{
    struct link_record other = {
        .name = S("Xiaoming Wang"),
        .phone = S("+86 138-0013-8000"),
        .email = S("WANG.XM@QQ.COM"),
        .company = S("云帆贸易"),
        .address = S("西湖区文三路１号２幢３０１室"),
    };
    struct link_result r = compare(wang, other);
    assert_int_equal(r.levels[LINK_NAME], LINK_SOUNDS);
    assert_int_equal(r.levels[LINK_PHONE], LINK_EQUAL);
    assert_int_equal(r.levels[LINK_EMAIL], LINK_EQUAL);
    assert_int_equal(r.levels[LINK_WECHAT], LINK_MISSING);
    assert_int_equal(r.levels[LINK_COMPANY], LINK_EQUAL);
    assert_int_equal(r.levels[LINK_ADDRESS], LINK_EQUAL);
    assert_int_equal(r.ids, 2);
    assert_true(r.posterior > 0.99);
    assert_true(r.weights[LINK_PHONE] > 0 && r.weights[LINK_WECHAT] == 0);
    assert_true(share_key(wang, other));
}

TEST(linkage_errors_of_typing)
{
    struct link_record other = {
        .name = S("王小鸣"), .phone = S("13800138008"), .wechat = S("wxid_abc132")};
    struct link_result r = compare(wang, other);
    assert_int_equal(r.levels[LINK_NAME], LINK_SOUNDS);
    assert_int_equal(r.levels[LINK_PHONE], LINK_CLOSE);
    assert_int_equal(r.levels[LINK_WECHAT], LINK_CLOSE);
    assert_int_equal(r.ids, 0);
    assert_true(r.posterior > 0.5);
    assert_true(share_key(wang, other));
}

TEST(linkage_namesakes_and_families)
{
    struct link_record namesake = {
        .name = wang.name, .phone = S("13912345678"), .email = S("xm88@163.com")};
    struct link_result r = compare(wang, namesake);
    assert_true(r.posterior < 0.5);
    struct link_record wife = {
        .name = S("李芳"), .phone = wang.phone, .address = wang.address, .email = S("lf@163.com")};
    r = compare(wang, wife);
    assert_int_equal(r.levels[LINK_NAME], LINK_DIFFERS);
    assert_true(r.posterior < 0.99);
    assert_true(r.weights[LINK_NAME] < 0);
}

TEST(linkage_nicknames)
{
    struct link_record boss = {.name = S("王总"), .company = wang.company, .phone = wang.phone};
    assert_int_equal(compare(wang, boss).levels[LINK_NAME], LINK_CONSISTENT);
    assert_true(share_key(wang, boss));
    struct link_record nick = {.name = S("阿明"), .company = wang.company};
    assert_true(share_key(wang, nick));
}

TEST(linkage_nothing_known)
{
    struct link_record nothing = {0};
    struct link_result r = compare(wang, nothing);
    for (size_t f = 0; f < LINK_FIELDS; f++)
        assert_int_equal(r.levels[f], LINK_MISSING);
    assert_int_equal(r.ids, 0);
    assert_false(share_key(nothing, nothing));
    assert_false(share_key(wang, nothing));
}
