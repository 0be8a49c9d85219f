#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/test.h"
#include "sheet/fixture.h"
#include "sheet/guard.h"

static const struct sheet_column columns[] = {
    {.heading = S("姓名")},
    {.heading = S("数量"), .kind = COLUMN_NUMBER},
    {.heading = S("金额"), .kind = COLUMN_MONEY, .decimals = 2},
    {.heading = S("占比"), .kind = COLUMN_PERCENT, .decimals = 1},
    {.heading = S("生日"), .kind = COLUMN_DAY},
    {.heading = S("时间"), .kind = COLUMN_INSTANT},
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static const char *write_rows(struct arena *arena,
                              enum sheet_format format,
                              str name,
                              const value (*rows)[COLUMNS],
                              size_t count)
{
    const char *path = fixture_path(arena);
    struct sheet_writer *writer;
    assert_int_equal(sheet_create(path, format, name, columns, COLUMNS, &writer), OK);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sheet_write(writer, rows[i], COLUMNS), OK);
    assert_int_equal(sheet_finish(writer), OK);
    return path;
}

static str file_text(struct arena *arena, const char *path)
{
    char *text = arena_alloc(arena, MIB);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t n = fread(text, 1, MIB, file);
    fclose(file);
    return (str){text, n};
}

/* 2024-03-05 and 14:30:05.25 of that day. */
enum { DAY = 19787 };
static const int64_t instant = DAY * CLOCK_DAY + (14 * 3600 + 30 * 60 + 5) * CLOCK_SECOND + 250000;

TEST(write_xlsx_is_read_back)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    const value rows[][COLUMNS] = {
        {V_TEXT(S("王芳")), V_INT(3), V_INT(-123456), V_REAL(0.256), V_INT(DAY), V_INT(instant)},
        {V_TEXT(S("=1+1")), V_REAL(0.1), V_NULL, V_NULL, V_INT(-40000), V_NULL},
        {V_INT(7), V_INT(INT64_C(1234567890123456789)), V_BOOL(true), V_TEXT(S("x")), V_NULL,
         V_NULL},
        {V_TEXT(S("a\x01\xff\0b")), V_NULL, V_NULL, V_NULL, V_NULL, V_NULL},
    };
    const char *path = write_rows(arena, SHEET_XLSX, S("客户/清单"), rows, 4);
    assert_str(fixture_read(arena, path, 0),
               "1: 姓名|数量|金额|占比|生日|时间\n"
               "2: 王芳|#3|#-1234.56|#0.256|@2024-03-05|@2024-03-05T14:30:05.250000Z\n"
               "3: =1+1|#0.1|||1860-06-26\n"
               "4: 7|1234567890123456789|?1|x\n"
               "5: a\x01��b\n");
    struct sheet_reader *reader;
    assert_int_equal(sheet_open(arena, path, NULL, &reader), OK);
    assert_str(sheet_info(reader, 0).name, "客户_清单");
    sheet_close(reader);
}

TEST(write_csv_guards_formulas_and_is_read_back)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    const value rows[][COLUMNS] = {
        {V_TEXT(S("=cmd|' /C calc'!A0")), V_INT(-3), V_INT(-5), V_REAL(0.07), V_INT(DAY),
         V_INT(instant)},
        {V_TEXT(S("a,\"b\"\r\nc")), V_REAL(-0.1), V_INT(1000), V_NULL, V_NULL, V_NULL},
        {V_TEXT(S("'=x")), V_TEXT(S("＋86")), V_TEXT(S("\xef\xbb\xbf @x")), V_TEXT(S("'quoted'")),
         V_NULL, V_NULL},
    };
    const char *path = write_rows(arena, SHEET_CSV, S(""), rows, 3);
    assert_str(file_text(arena, path),
               "\xef\xbb\xbf姓名,数量,金额,占比,生日,时间\r\n"
               "\"'=cmd|' /C calc'!A0\",-3,-0.05,7%,2024-03-05,2024-03-05 14:30:05\r\n"
               "\"a,\"\"b\"\"\r\nc\",-0.1,10.00,,,\r\n"
               "\"''=x\",\"'＋86\",\"'\xef\xbb\xbf @x\",'quoted',,\r\n");
    assert_str(fixture_read(arena, path, 0),
               "1: 姓名|数量|金额|占比|生日|时间\n"
               "2: =cmd|' /C calc'!A0|-3|-0.05|7%|2024-03-05|2024-03-05 14:30:05\n"
               "3: a,\"b\"\r\nc|-0.1|10.00\n"
               "5: '=x|＋86|\xef\xbb\xbf @x|'quoted'\n");
}

TEST(write_guard_knows_every_dangerous_beginning)
{
    static const char *const dangerous[] = {"=1",
                                            "+1",
                                            "-1",
                                            "@a",
                                            "＝1",
                                            "＋1",
                                            "－1",
                                            "＠a",
                                            "\ta",
                                            "\ra",
                                            "  =1",
                                            "\n+1",
                                            "\xe3\x80\x80=1",
                                            "\xc2\xa0=1",
                                            "'=1",
                                            "''=1",
                                            "\xef\xbb\xbf=1",
                                            "\x01@x"};
    for (size_t i = 0; i < sizeof dangerous / sizeof *dangerous; i++)
        assert_true(guard_needed(str_from(dangerous[i])));
    static const char *const harmless[] = {"", "a=1", "1-2", "'a", "王-芳", " ", "''"};
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        assert_false(guard_needed(str_from(harmless[i])));
    assert_str(guard_remove(S("'=1")), "=1");
    assert_str(guard_remove(S("''=1")), "'=1");
    assert_str(guard_remove(S("'a")), "'a");
}

TEST(write_goes_on_in_a_further_sheet)
{
    AUTO_ARENA arena = arena_new(MIB);
    const char *path = fixture_path(arena);
    struct sheet_writer *writer;
    assert_int_equal(sheet_create(path, SHEET_XLSX, S("客户"), columns, 1, &writer), OK);
    for (int i = 1; i < 1048576 - 1; i++)
        assert_int_equal(sheet_write(writer, NULL, 0), OK);
    assert_int_equal(sheet_write(writer, (const value[]){V_TEXT(S("last"))}, 1), OK);
    assert_int_equal(sheet_write(writer, (const value[]){V_TEXT(S("first"))}, 1), OK);
    assert_int_equal(sheet_finish(writer), OK);
    assert_str(fixture_describe(arena, path),
               "== 客户\n1: 姓名\n1048576: last\n== 客户 (2)\n1: 姓名\n2: first\n");
}

TEST(write_refuses_what_it_cannot_do)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct sheet_writer *writer = NULL;
    const char *path = fixture_path(arena);
    assert_int_equal(sheet_create(path, SHEET_VCF, S(""), columns, COLUMNS, &writer), ERR_INVALID);
    assert_int_equal(sheet_create("/nonexistent/a.csv", SHEET_CSV, S(""), columns, 1, &writer),
                     ERR_UNAVAILABLE);
    assert_int_equal(sheet_create(path, SHEET_CSV, S(""), columns, 1, &writer), OK);
    const value two[] = {V_INT(1), V_INT(2)};
    assert_int_equal(sheet_write(writer, two, 2), ERR_INVALID);
    sheet_abandon(writer);
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(sheet_create(path, SHEET_XLSX, S(""), columns, 1, &writer), OK);
    assert_int_equal(sheet_write(writer, two, 1), OK);
    sheet_abandon(writer);
    assert_int_equal(access(path, F_OK), -1);
    sheet_abandon(NULL);
}

TEST(write_notices_a_full_disk)
{
    AUTO_ARENA arena = arena_new(MIB);
    for (enum sheet_format format = SHEET_XLSX; format <= SHEET_CSV; format++) {
        struct sheet_writer *writer;
        const char *path = fixture_path(arena); /* a link, as the writer removes its file */
        assert_int_equal(unlink(path), 0);
        assert_int_equal(symlink("/dev/full", path), 0);
        err_t e = sheet_create(path, format, S(""), columns, COLUMNS, &writer);
        assert_int_equal(e, OK);
        for (int i = 0; i < 20000 && e == OK; i++)
            e = sheet_write(writer, (const value[]){V_TEXT(S("some text")), V_INT(i)}, 2);
        assert_true(e == OK || e == ERR_UNAVAILABLE);
        assert_int_equal(sheet_finish(writer), ERR_UNAVAILABLE);
        assert_int_equal(access(path, F_OK), -1);
    }
}
