#include "base/limits.h"
#include "base/test.h"
#include "sheet/fixture.h"

static void check(str bytes, const char *want)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    assert_str(fixture_read(arena, fixture_file(arena, bytes), 0), want);
}

TEST(vcf_reads_version_3)
{
    check(S("BEGIN:VCARD\r\nVERSION:3.0\r\nN:王;芳;;;\r\nFN:王芳\r\nORG:上海某某\\, 公司;销售部\r\n"
            "TEL;TYPE=CELL:138 1234\r\n  5678\r\nitem1.TEL:021-1\r\nitem1.X-ABLabel:办公\r\n"
            "EMAIL:a@b.cn\r\nADR;TYPE=WORK:;;南京路1号;上海;上海市;200000;中国\r\n"
            "BDAY:19900305\r\nNOTE:一\\n二\\;三\r\nX-QQ:123\r\n"
            "PHOTO;ENCODING=b;TYPE=JPEG:AAAA\r\n BBBB\r\nEND:VCARD\r\n"),
          "0: FN|TEL|EMAIL|ORG|DEPARTMENT|ADR|BDAY|NOTE|X-QQ\n"
          "1: 王芳|138 1234 5678\n021-1|a@b.cn|上海某某, 公司|销售部|中国上海市上海南京路1号|"
          "@1990-03-05|一\n二;三|123\n");
}

TEST(vcf_reads_version_2_1_with_quoted_printable)
{
    check(S("BEGIN:VCARD\r\nVERSION:2.1\r\n"
            "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E7=8E=8B;=E8=\r\n=8A=B3;;;\r\n"
            "ORG;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=CD=F5\r\n"
            "TEL;CELL;PREF:13812345678\r\nEND:VCARD\r\n"
            "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Smith;John;;Dr.;\r\nTEL:1\r\nEND:VCARD\r\n"),
          "0: FN|TEL|ORG\n1: 王芳|13812345678|王\n2: Dr. John Smith|1\n");
}

TEST(vcf_reads_version_4)
{
    check(S("BEGIN:VCARD\nVERSION:4.0\nFN:Ann\nTEL;VALUE=uri;TYPE=\"voice,work:x\":tel:+86-138\n"
            "ADR:;;1 Road;Town;;123;UK\nCATEGORIES:a,b\\,c\nBDAY:--0305\nURL:https://x.cn\n"
            "END:VCARD\n"),
          "0: FN|TEL|ADR|URL|BDAY|CATEGORIES\n"
          "1: Ann|+86-138|1 Road, Town, 123, UK|https://x.cn|--0305|a\nb,c\n");
}

TEST(vcf_reads_gb18030_and_nested_cards)
{
    check(S("BEGIN:VCARD\nN:\xcd\xf5;\xb7\xbc\nAGENT:\nBEGIN:VCARD\nFN:inner\nEND:VCARD\nTEL:1\n"
            "END:VCARD\n"),
          "0: FN|TEL\n1: 王芳|1\n");
}

TEST(vcf_refuses_an_open_card)
{
    check(S("BEGIN:VCARD\nFN:a\nEND:VCARD\nBEGIN:VCARD\nFN:b\n"), "sheet_open_card(4)");
    check(S("BEGIN:VCARD\nEND:VCARD\n"), "");
}

TEST(vcf_bounds_what_a_card_holds)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    AUTO_BUF bytes;
    buf_init(&bytes, 16 * MIB);
    buf_addz(&bytes, "BEGIN:VCARD\nFN:a\nCATEGORIES:");
    for (int i = 0; i < 200000; i++)
        buf_addz(&bytes, "a,");
    buf_addz(&bytes, "\nEND:VCARD\n");
    assert_str(fixture_verdict(arena, fixture_file(arena, buf_str(&bytes))),
               "sheet_row_too_large(1)");
    buf_clear(&bytes);
    buf_addz(&bytes, "BEGIN:VCARD\nFN:a\nPHOTO:");
    for (int i = 0; i < 300000; i++)
        buf_addz(&bytes, "abcdefg");
    buf_addz(&bytes, "\nORG:");
    for (int i = 0; i < 100000; i++)
        buf_addz(&bytes, ";b");
    buf_addz(&bytes, "\nEND:VCARD\n");
    assert_str(fixture_verdict(arena, fixture_file(arena, buf_str(&bytes))), "ok");
}
