#include "base/limits.h"
#include "base/test.h"
#include "text/phone_lib.h"
#include "text/text.h"

TEST(text_clean)
{
    AUTO_ARENA a = arena_new(1 << 20);
    assert_str(text_clean(a, S("\xEF\xBB\xBF"
                               "a\xE2\x80\x8B\x01"
                               "b\tc\r\nd\xC2\xA0"
                               "e")),
               "ab\tc\nd e");
    assert_str(text_clean(a, S("e\xCC\x81")), "é");
    assert_str(text_clean(a, S("\xFFx\xC0\x80")), "\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD");
    assert_str(text_clean(a, S("👨\u200D👩 a\u200Db")), "👨\u200D👩 ab");
}

TEST(text_trim)
{
    static const char *const blank[] = {"", " ", "\t\n", "　　", "\u00a0\u2003\u200b\ufeff"};
    for (size_t i = 0; i < sizeof blank / sizeof *blank; i++)
        assert_str(text_trim(str_from(blank[i])), "");
    assert_str(text_trim(S("　\u00a0\t张 三\u200b　\n")), "张 三");
    assert_str(text_trim(S("a")), "a");
    assert_str(text_trim(S("👍")), "👍");
    assert_str(text_trim(S("a\xFF ")), "a\xFF");
}

TEST(text_fold)
{
    AUTO_ARENA a = arena_new(1 << 20);
    assert_str(text_fold(a, S("  ＡＢＣ１２３　 龍門客棧 ")), "abc123 龙门客栈");
    assert_str(text_fold(a, S("Ünïcödé Straße Ærø")), "unicode strasse aero");
    assert_str(text_fold(a, S("（株）㈱ ㎏ ﬁ")), "(株)(株) kg fi");
    assert_str(text_fold(a, S("")), "");
    assert_str(text_fold(a, S("ИВАН йод")), "иван иод");
}

TEST(text_phone)
{
    struct text_phone p;
    assert_true(text_phone_parse(S("１３８ ００１３-8000"), "CN", &p));
    assert_string_equal(p.e164, "+8613800138000");
    assert_true(p.mobile && p.repaired && !p.lossy);
    assert_false(text_phone_parse(S("1.38E+10"), "CN", &p));
    assert_true(p.lossy);
    assert_true(text_phone_parse(S("1.3800138000E+10"), "CN", &p));
    assert_string_equal(p.e164, "+8613800138000");
}

static void assert_phone(const char *text, const char *region, const char *e164)
{
    struct text_phone p;
    bool valid = text_phone_parse(str_from(text), region, &p);
    if (valid != (e164 != NULL) || (e164 && strcmp(p.e164, e164) != 0))
        fail_msg("%s: %d %s", text, valid, p.e164);
}

TEST(text_phone_forms)
{
    assert_phone("13800138000", "CN", "+8613800138000");
    assert_phone("0086-138-0013-8000", "CN", "+8613800138000");
    assert_phone("+86 (138) 0013 8000", "US", "+8613800138000");
    assert_phone("(86)13800138000", "CN", "+8613800138000");
    assert_phone("13800138000.0", "CN", "+8613800138000");
    assert_phone("13800138000(李)", "CN", "+8613800138000");
    assert_phone("手机:138 0013 8000", "CN", "+8613800138000");
    assert_phone("电话：０１０－１２３４５６７８", "CN", "+861012345678");
    assert_phone("010-12345678 转 802", "CN", "+861012345678");
    assert_phone("400-800-1234", "CN", "+864008001234");
    assert_phone("0571 8765 4321", "CN", "+8657187654321");
    assert_phone("0912 345 678", "TW", "+886912345678");
    assert_phone("0912345678", "CN", NULL);
    assert_phone("+852 9123 4567", "CN", "+85291234567");
    assert_phone("00 1 415 555 2671", "CN", "+14155552671");
    assert_phone("(415) 555-2671", "US", "+14155552671");
    assert_phone("13800138000 13900139000", "CN", NULL);
    assert_phone("1380013800", "CN", NULL);
    assert_phone("138001380001", "CN", NULL);
    assert_phone("11111111111", "CN", NULL);
    assert_phone("1.3800138E+10", "CN", NULL);
    assert_phone("1.38E+10000000000000000000", "CN", NULL);
    assert_phone("2026-11-21", "CN", NULL);
    assert_phone("no", "CN", NULL);
    assert_phone("", "CN", NULL);
    assert_phone("+", "CN", NULL);
}

TEST(text_phone_says_what_it_mended)
{
    struct text_phone p;
    assert_true(text_phone_parse(S(" 138-0013-8000 "), "CN", &p));
    assert_false(p.repaired);
    assert_string_equal(p.region, "CN");
    assert_true(text_phone_parse(S("13800138000.0"), "CN", &p) && p.repaired);
    assert_true(text_phone_parse(S("01012345678"), "CN", &p) && !p.mobile);
    assert_false(text_phone_parse(S("1.38E+10"), "CN", &p));
    assert_true(p.lossy && p.e164[0] == '\0');
}

TEST(text_phone_finds_all)
{
    struct text_phone p[4];
    assert_int_equal(text_phone_find(S("13800138000/010-12345678 转 2"), "CN", p, 4), 2);
    assert_string_equal(p[0].e164, "+8613800138000");
    assert_string_equal(p[1].e164, "+861012345678");
    assert_int_equal(text_phone_find(S("138 0013 8000 139 0013 9000"), "CN", p, 4), 2);
    assert_string_equal(p[1].e164, "+8613900139000");
    assert_int_equal(text_phone_find(S("13800138000、13900139000"), "CN", p, 1), 1);
    assert_int_equal(text_phone_find(S("张三"), "CN", p, 4), 0);
}

/* The short way for Chinese mobile numbers says what libphonenumber says. */
TEST(text_phone_mobile_prefixes)
{
    for (int prefix = 100; prefix < 200; prefix++) {
        char digits[16];
        struct text_phone near;
        struct phone_lib_number far;
        snprintf(digits, sizeof digits, "%d%08d", prefix, 62345678);
        bool short_way = text_phone_parse(str_from(digits), "CN", &near) && near.mobile;
        bool asked = phone_lib_parse(digits, "CN", &far) && far.mobile;
        if (short_way != asked)
            fail_msg("%s: %d %d", digits, short_way, asked);
    }
}

TEST(text_phone_masks)
{
    AUTO_ARENA a = arena_new(1 << 20);
    assert_str(text_phone_mask(a, S("+8613800138000")), "138****8000");
    assert_str(text_phone_mask(a, S("+861012345678")), "010****5678");
    assert_str(text_phone_mask(a, S("+8657187654321")), "0571****4321");
    assert_str(text_phone_mask(a, S("+864008001234")), "400****1234");
    assert_str(text_phone_mask(a, S("+14155552671")), "+1 415****71");
    assert_str(text_phone_mask(a, S("12")), "****");
    assert_str(text_phone_mask(a, S("")), "****");
    assert_str(text_phone_format(a, S("+8613800138000"), "CN"), "138 0013 8000");
    assert_str(text_phone_format(a, S("+8613800138000"), "US"), "+86 138 0013 8000");
    assert_str(text_phone_format(a, S("x"), "CN"), "x");
}

TEST(text_pinyin)
{
    AUTO_ARENA a = arena_new(1 << 20);
    assert_str(text_pinyin(a, S("单雄信"), true), "shan xiong xin");
    assert_str(text_pinyin(a, S("單純"), false), "dan chun");
    assert_str(text_pinyin(a, S("尉迟恭"), true), "yu chi gong");
    assert_str(text_pinyin(a, S("吕布"), true), "lv bu");
    assert_str(text_pinyin(a, S("A座 王总"), false), "a zuo wang zong");
    assert_str(text_pinyin(a, S("银行行长"), false), "yin hang hang zhang");
    assert_str(text_pinyin(a, S(""), true), "");
}

TEST(text_sort_key)
{
    static const char *const order[] = {"007",  "阿明",   "Bob", "陈静", "黎明", "李安",
                                        "李四", "单雄信", "Tom", "曾黎", "张三"};
    AUTO_ARENA a = arena_new(1 << 20);
    for (size_t i = 0; i + 1 < sizeof order / sizeof *order; i++) {
        str x = text_sort_key(a, str_from(order[i]), true);
        str y = text_sort_key(a, str_from(order[i + 1]), true);
        if (str_cmp(x, y) >= 0)
            fail_msg(STR_FMT " is not before " STR_FMT, STR_ARG(x), STR_ARG(y));
    }
}

static void assert_email(const char *text, const char *want)
{
    AUTO_ARENA a = arena_new(1 << 20);
    str out = {0};
    if (text_email_parse(a, str_from(text), &out) != (want != NULL))
        fail_msg("%s", text);
    if (want)
        assert_str(out, want);
}

TEST(text_email)
{
    assert_email(" Zhang.San@QQ.COM ", "zhang.san@qq.com");
    assert_email("ｚｈａｎｇ＠１６３．ｃｏｍ", "zhang@163.com");
    assert_email("li@例子。中国", "li@例子.中国");
    assert_email("a+b@x-y.co", "a+b@x-y.co");
    assert_email("\"a b\"@x.com", "\"a b\"@x.com");
    assert_email("\"a\"b\"@x.com", NULL);
    assert_email("a@b", NULL);
    assert_email("a..b@x.com", NULL);
    assert_email(".a@x.com", NULL);
    assert_email("a b@x.com", NULL);
    assert_email("a@-x.com", NULL);
    assert_email("a@x..com", NULL);
    assert_email("a@1.2.3.4", NULL);
    assert_email("@x.com", NULL);
    assert_email("a@x.com\nbcc: b@x.com", NULL);
    assert_email("a@x.com,b@x.com", NULL);
    assert_email("", NULL);
    AUTO_ARENA a = arena_new(1 << 20);
    assert_str(text_email_mask(a, S("zhang@example.com")), "z***@example.com");
    assert_str(text_email_mask(a, S("张三@例子.中国")), "张***@例子.中国");
    assert_str(text_email_mask(a, S("nothing")), "***");
}

TEST(text_company_core)
{
    static const char *const pairs[][2] = {
        {"杭州云帆贸易有限公司", "云帆贸易"},
        {"云帆（杭州）贸易有限公司", "云帆贸易"},
        {"浙江省杭州市西湖区云帆贸易股份有限公司", "云帆贸易"},
        {"苏州工业园区精工制造有限公司", "精工制造"},
        {"工业园区精工制造", "精工制造"},
        {"海納進出口", "海纳进出口"},
        {"廈門海納進出口有限公司", "海纳进出口"},
        {"Acme Trading Co., Ltd.", "acme trading"},
        {"Cisco", "cisco"},
        {"公司", "公司"},
        {"北京银行", "北京银行"},
        {"", ""},
    };
    AUTO_ARENA a = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_str(text_company_core(a, str_from(pairs[i][0])), pairs[i][1]);
}

static void assert_address(const char *text, const char *want)
{
    AUTO_ARENA a = arena_new(1 << 20);
    struct text_address x;
    bool found = text_address_split(a, str_from(text), &x);
    str got =
        arena_printf(a, "%d" STR_FMT "|" STR_FMT "|" STR_FMT "|" STR_FMT, found,
                     STR_ARG(x.province), STR_ARG(x.city), STR_ARG(x.district), STR_ARG(x.street));
    assert_str(got, want);
}

TEST(text_address)
{
    assert_address("浙江省杭州市西湖区文三路 1 号", "1浙江省|杭州市|西湖区|文三路 1 号");
    assert_address("浙江杭州西湖区文三路1号", "1浙江省|杭州市|西湖区|文三路1号");
    assert_address("杭州市文三路1号", "1浙江省|杭州市||文三路1号");
    assert_address("杭州", "1浙江省|杭州市||");
    assert_address("北京市朝阳区建国路745号", "1北京市|北京市|朝阳区|建国路745号");
    assert_address("北京市北京市朝阳区建国路", "1北京市|北京市|朝阳区|建国路");
    assert_address("上海浦东新区张江路425号", "1上海市|上海市|浦东新区|张江路425号");
    assert_address("广州白云大道1号", "1广东省|广州市||白云大道1号");
    assert_address("广东省东莞市长安镇", "1广东省|东莞市||长安镇");
    assert_address("吉林市船营区解放路", "1吉林省|吉林市|船营区|解放路");
    assert_address("河南济源市宣化街", "1河南省|济源市||宣化街");
    assert_address("延边延吉市光明街", "1吉林省|延边朝鲜族自治州|延吉市|光明街");
    assert_address("內蒙古呼和浩特市", "1内蒙古自治区|呼和浩特市||");
    assert_address("台北市信義區信義路五段7號", "1台湾省|台北市|信义区|信義路五段7號");
    assert_address("中国 香港特别行政区 九龙 油尖旺区 弥敦道",
                   "1香港特别行政区|九龙|油尖旺区|弥敦道");
    assert_address("西湖区文三路", "1||西湖区|文三路");
    assert_address("5 Main Street", "0|||5 Main Street");
    assert_address("", "0|||");
}

TEST(text_names)
{
    static const struct {
        const char *a, *b;
        enum text_names want;
    } pairs[] = {
        {"张伟", "張偉", TEXT_NAMES_EQUAL},
        {"韩曦（客户）", "韩曦🌸", TEXT_NAMES_EQUAL},
        {"张伟", "张玮", TEXT_NAMES_SOUND},
        {"Binfeng Guo", "郭斌峰", TEXT_NAMES_SOUND},
        {"Huang Liyan", "黄立艳", TEXT_NAMES_SOUND},
        {"Wei Zhang", "ZHANG WEI", TEXT_NAMES_SOUND},
        {"单雄信", "Shan Xiongxin", TEXT_NAMES_SOUND},
        {"王总", "王小明", TEXT_NAMES_CONSISTENT},
        {"阿峰", "郭斌峰", TEXT_NAMES_CONSISTENT},
        {"阿峰", "老峰", TEXT_NAMES_CONSISTENT},
        {"小王", "王小明", TEXT_NAMES_CONSISTENT},
        {"王总", "李小明", TEXT_NAMES_DIFFER},
        {"Jonathan Smith", "Jonatan Smith", TEXT_NAMES_SIMILAR},
        {"张三", "李四", TEXT_NAMES_DIFFER},
        {"", "", TEXT_NAMES_DIFFER},
        {"🌸", "张三", TEXT_NAMES_DIFFER},
    };
    AUTO_ARENA a = arena_new(1 << 20);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        double x, y;
        enum text_names got = text_names_compare(a, str_from(pairs[i].a), str_from(pairs[i].b), &x);
        enum text_names turned =
            text_names_compare(a, str_from(pairs[i].b), str_from(pairs[i].a), &y);
        if (got != pairs[i].want || turned != got)
            fail_msg("%s %s: %d %d", pairs[i].a, pairs[i].b, (int)got, (int)turned);
        assert_true(x >= 0 && x <= 1);
        assert_float_equal(x, y, 1e-9);
    }
    assert_float_equal(text_jaro_winkler(S("MARTHA"), S("MARHTA")), 0.9611, 1e-4);
    assert_float_equal(text_jaro_winkler(S("DIXON"), S("DICKSONX")), 0.8133, 1e-4);
    assert_float_equal(text_jaro_winkler(S(""), S("a")), 0, 1e-9);
}

/* The short way of Chinese mobile numbers says what the library says. */
TEST(text_formats_chinese_mobiles_as_the_library)
{
    AUTO_ARENA arena = arena_new(4 * MIB);
    static const char *const regions[] = {"CN", "US"};
    for (int i = 0; i < 90 * 2; i++) {
        char e164[32], want[64];
        snprintf(e164, sizeof e164, "+86%d12345678", 110 + i / 2);
        struct phone_lib_number number;
        const char *region = regions[i % 2];
        size_t n =
            phone_lib_parse(e164, "ZZ", &number)
                ? phone_lib_format(e164, strcmp(number.region, region) == 0, want, sizeof want)
                : 0;
        if (n)
            assert_str(text_phone_format(arena, str_from(e164), region),
                       arena_strz(arena, (str){want, n}));
    }
}

TEST(phones_in_a_text_are_masked)
{
    static const char *const cases[][2] = {
        {"电话13533334444，或+86 138-2222-3344 / 020-36661234转802",
         "电话135****4444，或+86 138-****-3344 / 020-****1234转802"},
        {"13800138000 13900139000", "138****8000 139****9000"},
        {"call +49 30 1234 5678.", "call +49 30 **** 5678."},
        {"<p>138<b>0013</b>8000</p>", "<p>138<b>****</b>8000</p>"},
        {"138<0013<b8000", NULL},
        {"订单 SO202611220001，2026-11-22，¥138,001，税号 91330100MA27", NULL},
        {"138001380001, a13800138000, 13800138000b, 12345678901", NULL},
        {"+", NULL},
        {"", NULL},
    };
    AUTO_ARENA arena = arena_new(MIB);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_str(text_mask_phones(arena, str_from(cases[i][0])),
                   cases[i][1] ? cases[i][1] : cases[i][0]);
}
