#include <string.h>

#include "base/limits.h"
#include "base/test.h"
#include "sheet/fixture.h"

static void check(str bytes, const char *want)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    assert_str(fixture_read(arena, fixture_file(arena, bytes), 0), want);
}

static void check_encoding(str bytes, const char *encoding, const char *want)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    const char *path = fixture_file(arena, bytes);
    struct sheet_reader *reader;
    assert_int_equal(sheet_open(arena, path, NULL, &reader), OK);
    assert_string_equal(sheet_encoding(reader), encoding);
    assert_int_equal(sheet_format(reader), SHEET_CSV);
    assert_int_equal(sheet_count(reader), 1);
    sheet_close(reader);
    assert_str(fixture_read(arena, path, 0), want);
}

TEST(csv_reads_quotes_and_line_ends)
{
    check(S("a,b,c\r\n1,\"x,y\",\"he said \"\"hi\"\"\"\r\n"),
          "1: a|b|c\n2: 1|x,y|he said \"hi\"\n");
    check(S("a,b\n\"1\n2\",3\n4,5"), "1: a|b\n2: 1\n2|3\n4: 4|5\n");
    check(S("a\rb\r\rc"), "1: a\n2: b\n4: c\n");
    check(S("a,b\r\r\n\r\r\nc,d"), "1: a|b\n5: c|d\n");
    check(S("\"\",\"\"\n\"\"\"\"\n"), "2: \"\n");
}

TEST(csv_tolerates_ragged_rows_and_stray_quotes)
{
    check(S("a,b,c\n1\n1,2,3,4\n,,\n,,x,,\n"), "1: a|b|c\n2: 1\n3: 1|2|3|4\n5: ||x\n");
    check(S("a,b\n5\" pipe,x\n\"19\" screen\",y\n\"z\" ,w\n"),
          "1: a|b\n2: 5\" pipe|x\n3: 19\" screen|y\n4: z|w\n");
}

TEST(csv_takes_texts_out_of_formulas_and_guards)
{
    check(S("a\n=\"0138\",x\n\"=\"\"0139\"\"\",y\n=\"\",z\n=A1&\"x\"\n'=1,'1\n'=\"a\"\n"),
          "1: a\n2: 0138|x\n3: 0139|y\n4: |z\n5: =A1&\"x\"\n6: =1|'1\n7: =\"a\"\n");
}

TEST(csv_finds_the_separator)
{
    check(S("a;b;c\n1,5;2;3\n"), "1: a|b|c\n2: 1,5|2|3\n");
    check(S("a\tb\n1,2\t3,4\n"), "1: a|b\n2: 1,2|3,4\n");
    check(S("a|b\n1|2\n"), "1: a|b\n2: 1|2\n");
    check(S("\"a,x\";b\n1;2\n"), "1: a,x|b\n2: 1|2\n");
    check(S("sep=;\r\na,b;c\r\n"), "2: a,b|c\n");
    check(S("one column\nonly\n"), "1: one column\n2: only\n");
}

TEST(csv_finds_the_encoding)
{
    check_encoding(S("姓名,城市\n王芳,上海\n"), "UTF-8", "1: 姓名|城市\n2: 王芳|上海\n");
    check_encoding(S("\xef\xbb\xbf姓名,城市\n"), "UTF-8", "1: 姓名|城市\n");
    check_encoding(S("\xd0\xd5\xc3\xfb,\xb3\xc7\xca\xd0\n\xcd\xf5\xb7\xbc,\xc9\xcf\xba\xa3\n"),
                   "GB18030", "1: 姓名|城市\n2: 王芳|上海\n");
    check_encoding(S("\xff\xfe\xd3\x59\x0d\x54,\0\x0a\0"), "UTF-16LE", "1: 姓名\n");
    check_encoding(S("\xfe\xff\x59\xd3\x54\x0d\0,\0x\0\x0a"), "UTF-16BE", "1: 姓名|x\n");
    check_encoding(S("\xd3\x59\x0d\x54,\0a\0\x0d\0\x0a\0"), "UTF-16LE", "1: 姓名|a\n");
    check_encoding(S("\x59\xd3\x54\x0d\0,\0b\0\x0d\0\x0a"), "UTF-16BE", "1: 姓名|b\n");
    check_encoding(S("\x95\x34\xb2\x35,1\n"), "GB18030", "1: 𠮷|1\n");
    check_encoding(S("\xa9m\xa6W,\xab\xb0\xa5\xab,\xb3\xc6\xb5\xf9\n\xb3\xaf\xa9\xc9\xa7g,"
                     "\xbbO\xa5_,\xa4U\xb6g\xa6^\xb9q\n"),
                   "BIG5", "1: 姓名|城市|備註\n2: 陳怡君|臺北|下週回電\n");
    check_encoding(S("\xd0\xd5\xc3\xfb,\xb3\xc7\xca\xd0,\x82\xe4\xd4]\n\xea\x90\xe2\xf9\xbe\xfd,"
                     "\xc5_\xb1\xb1,\xcf\xc2\xdfL\xbb\xd8\xeb\x8a\n"),
                   "GB18030", "1: 姓名|城市|備註\n2: 陳怡君|臺北|下週回電\n");
}

TEST(csv_finds_gb18030_after_a_long_ascii_beginning)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    size_t n = 200000;
    char *bytes = arena_alloc(arena, n + 8);
    memset(bytes, 'x', n);
    for (size_t i = 79; i < n; i += 80)
        bytes[i] = '\n';
    memcpy(bytes + n, "\xcd\xf5\xb7\xbc\n", 5);
    str text = fixture_read(arena, fixture_file(arena, (str){bytes, n + 5}), 0);
    assert_true(str_ends(text, S("2501: 王芳\n")));
}

TEST(csv_refuses_what_is_not_text)
{
    check(S("姓名,城市,电话,来源,标签,备注\na\xff,b\n"), "sheet_encoding(2, UTF-8)");
    check(S("\xef\xbb\xbf"
            "a\n\xb0\xa1\n"),
          "sheet_encoding(2, UTF-8)");
    check(S("\xcd\xf5\xb7\xbc\n\xcd\xf5\xb7\xbc\xff\n"), "sheet_encoding(2, GB18030)");
    check(S("\xff\xfe"
            "a\0\x0a\0\x00\xd8"),
          "sheet_encoding(2, UTF-16LE)");
    check(S("ab\0\0\0\0c,d"), "sheet_unknown()");
    check(S("%PDF-1.7 whatever"), "sheet_unknown()");
    check(S("<html><table><tr><td>1</td></tr></table></html>"), "sheet_html()");
    check(S(""), "sheet_empty()");
    check(S("\xef\xbb\xbf\r\n "), "sheet_empty()");
    check(S("a,b\n\"open,c\nd,e\n"), "1: a|b\nsheet_open_quote(2)");
}

TEST(csv_bounds_columns_and_rows)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    char *bytes = arena_alloc(arena, 8 * MIB);
    memset(bytes, ',', 2000);
    bytes[1000] = 'x';
    assert_str(fixture_verdict(arena, fixture_file(arena, (str){bytes, 1001})),
               "sheet_too_wide(1)");
    bytes[1000] = ',';
    assert_str(fixture_verdict(arena, fixture_file(arena, (str){bytes, 2000})), "ok");
    bytes[999] = 'x';
    assert_str(fixture_verdict(arena, fixture_file(arena, (str){bytes, 1000})), "ok");
    memset(bytes, 'x', 8 * MIB);
    assert_str(fixture_verdict(arena, fixture_file(arena, (str){bytes, 5 * MIB})),
               "sheet_row_too_large(1)");
    bytes[0] = '"';
    assert_str(fixture_verdict(arena, fixture_file(arena, (str){bytes, 5 * MIB})),
               "sheet_open_quote(1)");
}

TEST(csv_reads_across_chunks)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    AUTO_BUF bytes, want;
    buf_init(&bytes, 8 * MIB);
    buf_init(&want, 8 * MIB);
    for (int i = 1; i <= 20000; i++) {
        buf_printf(&bytes, "%d,\"王\"\"%d\"\"芳\",x%d\r\n", i, i * 7, i % 13);
        buf_printf(&want, "%d: %d|王\"%d\"芳|x%d\n", i, i, i * 7, i % 13);
    }
    str got = fixture_read(arena, fixture_file(arena, buf_str(&bytes)), 0);
    assert_true(str_eq(got, buf_str(&want)));
}
