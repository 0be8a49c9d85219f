#include "base/test.h"
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
