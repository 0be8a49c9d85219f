#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/test.h"
#include "sheet/fixture.h"

static void check_rows(const char *rows, const char *want)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    assert_str(fixture_read(arena, fixture_rows(arena, rows), 0), want);
}

static void check(const struct fixture_part *parts, const char *want)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    assert_str(fixture_read(arena, fixture_xlsx(arena, parts), 0), want);
}

TEST(xlsx_reads_each_kind_of_cell)
{
    check_rows("<row r=\"2\"><c r=\"A2\"><v>1.5</v></c><c r=\"C2\" t=\"b\"><v>1</v></c>"
               "<c r=\"D2\" t=\"e\"><v>#N/A</v></c>"
               "<c r=\"E2\" t=\"str\"><f>A2&amp;\"x\"</f><v>1.5x</v></c>"
               "<c r=\"F2\"><f>SUM(A2)</f><v>3</v></c>"
               "<c r=\"G2\" t=\"inlineStr\"><is><t>王</t></is></c>"
               "<c r=\"H2\" t=\"d\"><v>2024-03-05</v></c>"
               "<c r=\"I2\" t=\"d\"><v>2024-03-05T14:30:00</v></c></row>",
               "2: #1.5||?1|!#N/A|1.5x|#3|王|@2024-03-05|@2024-03-05T14:30:00Z\n");
}

TEST(xlsx_counts_rows_and_cells_without_names)
{
    check_rows(
        "<row><c><v>1</v></c><c/><c><v>3</v></c></row><row/><row><c><v>4</v></c></row>"
        "<row r=\"10\"><c r=\"B10\"><v>5</v></c><c><v>6</v></c></row><row><c><v>7</v></c></row>",
        "1: #1||#3\n3: #4\n10: |#5|#6\n11: #7\n");
}

TEST(xlsx_leaves_out_empty_cells_and_rows)
{
    check_rows(
        "<row r=\"1\"><c r=\"A1\" s=\"3\"/><c r=\"XFD1\" s=\"1\"/></row>"
        "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\" t=\"inlineStr\"><is><t></t></is></c>"
        "</row>",
        "2: #1\n");
    check_rows("", "");
}

TEST(xlsx_shows_numbers_with_the_digits_people_see)
{
    check_rows("<row><c><v>0.10000000000000001</v></c><c><v>1.3812345678E10</v></c>"
               "<c><v>13812345678</v></c><c><v>1.1010119900307101E+17</v></c><c><v>-0.5</v></c>"
               "<c><v>5.0000000000000003E-2</v></c></row>",
               "1: #0.1|#13812345678|#13812345678|#1.1010119900307101E+17|#-0.5|#0.05\n");
}

TEST(xlsx_reads_shared_strings)
{
    check(
        (struct fixture_part[]){
            {"xl/sharedStrings.xml",
             "<sst><si><t>one</t></si><si><r><rPr><b/></rPr><t>ri</t></r><r><t "
             "xml:space=\"preserve\">ch </t></r><rPh sb=\"0\" eb=\"1\"><t>phonetic</t></rPh></si>"
             "<si><t>a_x000D__x005F_x_b&lt;&#x738B;</t></si><si/></sst>"},
            {"xl/worksheets/sheet1.xml",
             "<worksheet><sheetData><row><c t=\"s\"><v>1</v></c><c t=\"s\"><v>0</v></c>"
             "<c t=\"s\"><v>2</v></c><c t=\"s\"><v>3</v></c></row></sheetData></worksheet>"},
            {0}},
        "1: rich |one|a\r_x_b<王\n");
}

TEST(xlsx_refuses_a_missing_shared_string)
{
    check_rows("<row><c><v>1</v></c></row><row><c t=\"s\"><v>0</v></c></row>",
               "1: #1\nsheet_broken(xl/worksheets/sheet1.xml, string, :2)");
}

static const char date_styles[] =
    "<styleSheet><numFmts><numFmt numFmtId=\"164\" formatCode=\"yyyy&quot;年&quot;m&quot;月&quot;"
    "d&quot;日&quot;\"/><numFmt numFmtId=\"165\" formatCode=\"[$-804]yyyy/m/d\\ h:mm;@\"/>"
    "<numFmt numFmtId=\"166\" formatCode=\"[h]:mm\"/><numFmt numFmtId=\"167\" "
    "formatCode=\"0.00&quot;days&quot;\"/></numFmts><cellStyleXfs><xf numFmtId=\"14\"/>"
    "</cellStyleXfs><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"22\"/>"
    "<xf numFmtId=\"164\"/><xf numFmtId=\"165\"/><xf numFmtId=\"166\"/><xf numFmtId=\"167\"/>"
    "<xf numFmtId=\"20\"/></cellXfs></styleSheet>";

TEST(xlsx_knows_dates_by_their_format)
{
    check(
        (struct fixture_part[]){
            {"xl/styles.xml", date_styles},
            {"xl/worksheets/sheet1.xml",
             "<worksheet><sheetData><row><c s=\"1\"><v>45356</v></c>"
             "<c s=\"2\"><v>45356.604166666664</v></c><c s=\"3\"><v>45356</v></c>"
             "<c s=\"4\"><v>45356</v></c><c s=\"5\"><v>1.5</v></c><c s=\"6\"><v>45356</v></c>"
             "<c s=\"7\"><v>0.5</v></c><c s=\"0\"><v>45356</v></c><c s=\"1\"><v>59</v></c>"
             "<c s=\"1\"><v>61</v></c><c s=\"1\"><v>-1</v></c><c s=\"1\"><v>1E+9</v></c>"
             "</row></sheetData></worksheet>"},
            {0}},
        "1: @2024-03-05|@2024-03-05T14:30:00Z|@2024-03-05|@2024-03-05T00:00:00Z|#1.5|#45356|#0.5|"
        "#45356|@1900-02-28|@1900-03-01|#-1|#1000000000\n");
}

TEST(xlsx_knows_the_1904_date_system)
{
    check(
        (struct fixture_part[]){
            {"xl/workbook.xml",
             "<workbook><workbookPr date1904=\"1\"/><sheets><sheet name=\"a\" id=\"s1\"/></sheets>"
             "</workbook>"},
            {"xl/styles.xml", date_styles},
            {"xl/worksheets/sheet1.xml",
             "<worksheet><sheetData><row><c s=\"1\"><v>43894</v></c><c s=\"1\"><v>0</v></c></row>"
             "</sheetData></worksheet>"},
            {0}},
        "1: @2024-03-05|@1904-01-01\n");
}

/* WPS and other programs: prefixes on every name, targets from the root, other folders. */
TEST(xlsx_reads_prefixed_names_and_rooted_targets)
{
    static const struct fixture_part parts[] = {
        {"_rels/.rels",
         "<Relationships><Relationship Id=\"a\" Type=\"http://purl.oclc.org/ooxml/officeDocument/"
         "relationships/officeDocument\" Target=\"/book/main.xml\"/></Relationships>"},
        {"book/_rels/main.xml.rels",
         "<x:Relationships xmlns:x=\"x\"><x:Relationship Id=\"q\" Type=\"http://x/worksheet\" "
         "Target=\"/data/One.xml\"/><x:Relationship Id=\"c\" Type=\"http://x/chartsheet\" "
         "Target=\"c.xml\"/><x:Relationship Id=\"w\" Type=\"http://x/worksheet\" "
         "Target=\"../data/./two.xml\"/></x:Relationships>"},
        {"book/main.xml",
         "<x:workbook xmlns:x=\"x\" xmlns:r=\"r\"><x:sheets><x:sheet name=\"客户\" r:id=\"q\"/>"
         "<x:sheet name=\"图\" r:id=\"c\"/><x:sheet name=\"旧\" state=\"veryHidden\" r:id=\"w\"/>"
         "</x:sheets></x:workbook>"},
        {"data/one.xml",
         "<x:worksheet xmlns:x=\"x\"><x:sheetData><x:row><x:c t=\"inlineStr\"><x:is><x:t>王</x:t>"
         "</x:is></x:c></x:row></x:sheetData></x:worksheet>"},
        {"data/two.xml",
         "<worksheet><sheetData><row><c><v>2</v></c></row></sheetData></worksheet>"},
        {0}};
    AUTO_ARENA arena = arena_new(16 * MIB);
    const char *path = fixture_xlsx(arena, parts);
    assert_str(fixture_verdict(arena, path), "ok");
    struct sheet_reader *reader;
    assert_int_equal(sheet_open(arena, path, NULL, &reader), OK);
    assert_int_equal(sheet_count(reader), 2);
    assert_str(sheet_info(reader, 0).name, "客户");
    assert_false(sheet_info(reader, 0).hidden);
    assert_str(sheet_info(reader, 1).name, "旧");
    assert_true(sheet_info(reader, 1).hidden);
    assert_int_equal(sheet_select(reader, 2, NULL), ERR_NOT_FOUND);
    sheet_close(reader);
    assert_str(fixture_read(arena, path, 0), "1: 王\n");
    assert_str(fixture_read(arena, path, 1), "1: #2\n");
}

TEST(xlsx_can_be_read_again)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    const char *path = fixture_rows(arena, "<row><c><v>1</v></c></row><row><c><v>2</v></c></row>");
    struct sheet_reader *reader;
    assert_int_equal(sheet_open(arena, path, NULL, &reader), OK);
    for (int round = 0; round < 3; round++) {
        struct sheet_cell *cells;
        size_t count, line;
        bool end;
        assert_int_equal(sheet_next(reader, &cells, &count, &line, &end, NULL), OK);
        assert_int_equal(line, 1);
        assert_str(cells[0].text, "1");
        assert_true(sheet_progress(reader) >= 0 && sheet_progress(reader) <= 1);
        assert_int_equal(sheet_select(reader, 0, NULL), OK);
    }
    sheet_close(reader);
}

TEST(xlsx_refuses_doctype_depth_and_width)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    struct fixture_part parts[] = {
        {"xl/worksheets/sheet1.xml",
         "<!DOCTYPE worksheet [<!ENTITY a \"b\">]><worksheet>&a;</worksheet>"},
        {0}};
    assert_str(fixture_verdict(arena, fixture_xlsx(arena, parts)),
               "sheet_broken(xl/worksheets/sheet1.xml, doctype)");
    char deep[40 * 3 + 1] = "";
    for (size_t i = 0; i < 40; i++)
        memcpy(deep + i * 3, "<a>", 3);
    parts[0].text = deep;
    assert_str(fixture_verdict(arena, fixture_xlsx(arena, parts)),
               "sheet_broken(xl/worksheets/sheet1.xml, deep)");
    assert_str(fixture_verdict(arena, fixture_rows(arena, "<row><c r=\"ALM1\"><v>1</v></c></row>")),
               "sheet_too_wide(1)");
    assert_str(fixture_verdict(arena, fixture_rows(arena, "<row><c r=\"ALL1\"><v>1</v></c></row>")),
               "ok");
}

TEST(xlsx_names_what_is_missing)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    const char *path = fixture_xlsx(arena, (struct fixture_part[]){{0}});
    assert_str(fixture_verdict(arena, path), "sheet_broken(xl/worksheets/sheet1.xml, missing)");
    path = fixture_xlsx(arena, (struct fixture_part[]){{"_rels/.rels", "<Relationships/>"},
                                                       {"xl/workbook.xml", "<workbook/>"},
                                                       {0}});
    assert_str(fixture_verdict(arena, path), "sheet_empty()");
    path = fixture_xlsx(
        arena, (struct fixture_part[]){{"_rels/.rels",
                                        "<Relationships><Relationship Type=\"x/officeDocument\" "
                                        "Target=\"word/document.bin\"/></Relationships>"},
                                       {0}});
    assert_str(fixture_verdict(arena, path), "sheet_unknown()");
    path = fixture_file(arena, S("PK\x03\x04 and then nothing"));
    assert_true(str_starts(fixture_verdict(arena, path), S("sheet_broken(zip, ")));
}

static void check_merged(const char *rows, const char *merges, const char *want)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    str text = arena_printf(arena,
                            "<worksheet><sheetData>%s</sheetData><mergeCells>%s</mergeCells>"
                            "</worksheet>",
                            rows, merges);
    check((struct fixture_part[]){{"xl/worksheets/sheet1.xml", text.p}, {0}}, want);
}

TEST(xlsx_gives_merged_cells_the_value_of_the_first)
{
    check_merged("<row r=\"1\"><c r=\"A1\"><v>7</v></c></row>"
                 "<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\"><v>2</v></c></row>"
                 "<row r=\"3\"><c r=\"B3\"><v>3</v></c></row><row r=\"4\"/>"
                 "<row r=\"5\"><c r=\"C5\"><v>4</v></c></row>"
                 "<row r=\"6\"><c r=\"B6\"><v>5</v></c></row>",
                 "<mergeCell ref=\"C5:D6\"/><mergeCell ref=\"A2:A5\"/><mergeCell ref=\"A1:D1\"/>",
                 "1: #7\n2: #1|#2\n3: #1|#3\n5: #1||#4\n6: |#5|#4\n");
    check_merged("<row r=\"1\"><c r=\"A1\" t=\"str\"><v>王</v></c></row>"
                 "<row r=\"2\"><c r=\"B2\"><v>1</v></c></row>",
                 "<mergeCell ref=\"A1:A2\"/>", "1: 王\n2: 王|#1\n");
}

TEST(xlsx_leaves_alone_what_is_merged_for_looks)
{
    static const char rows[] = "<row r=\"1\"><c r=\"A1\"><v>7</v></c></row>"
                               "<row r=\"2\"><c r=\"B2\"><v>2</v></c></row>";
    static const char *const odd[] = {"A1:A100001", "A1:XFD1048576", "A1",  "A2:A1", ":",
                                      "A1:A2x",     "A0:A2",         "1:2", "B1:B2"};
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
        char merge[64];
        snprintf(merge, sizeof merge, "<mergeCell ref=\"%s\"/>", odd[i]);
        check_merged(rows, merge, "1: #7\n2: |#2\n");
    }
}
