#include <stdio.h>
#include <string.h>

#include <zip.h>

#include "base/limits.h"
#include "base/message.h"
#include "base/test.h"
#include "sheet/fixture.h"
#include "sheet/spill.h"
#include "sheet/tag_guard.h"

static str load(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = arena_alloc(arena, MIB);
    size_t n = fread(bytes, 1, MIB, file);
    fclose(file);
    return (str){bytes, n};
}

static const char *usual_xlsx(struct arena *arena)
{
    return fixture_xlsx(
        arena,
        (struct fixture_part[]){
            {"xl/sharedStrings.xml", "<sst><si><t>one</t></si><si><t>two</t></si></sst>"},
            {"xl/styles.xml", "<styleSheet><cellXfs><xf numFmtId=\"14\"/></cellXfs></styleSheet>"},
            {"xl/worksheets/sheet1.xml",
             "<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" "
             "s=\"0\"><v>45000</v></c></row><row r=\"2\"><c r=\"A2\" t=\"s\"><v>1</v></c>"
             "<c r=\"B2\"><v>12.5</v></c></row></sheetData></worksheet>"},
            {0}});
}

TEST(robust_truncated_xlsx_is_refused_at_every_length)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    str whole = load(arena, usual_xlsx(arena));
    for (size_t n = 1; n < whole.n; n++) {
        AUTO_ARENA one = arena_new(16 * MIB);
        str verdict = fixture_verdict(one, fixture_file(one, str_cut(whole, 0, n)));
        if (n >= 4)
            assert_true(str_starts(verdict, S("sheet_broken(zip, ")));
    }
}

/* Every sentence that a mutated file can draw must be one of the header's. */
static bool is_known(str verdict)
{
    static const str known[] = {
        S("ok"),
        S("sheet_broken("),
        S("sheet_bomb("),
        S("sheet_encrypted("),
        S("sheet_empty("),
        S("sheet_encoding("),
        S("sheet_open_quote("),
        S("sheet_too_wide("),
        S("sheet_html("),
        S("sheet_old_xls("),
        S("sheet_row_too_large("),
        S("sheet_unknown("),
        S("sheet_open_card("),
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_starts(verdict, known[i]))
            return true;
    }
    return false;
}

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static void mutate(const char *path, unsigned rounds)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    str whole = load(arena, path);
    uint32_t state = 20261121;
    for (unsigned round = 0; round < rounds; round++) {
        AUTO_ARENA one = arena_new(64 * MIB);
        char *bytes = arena_strz(one, whole);
        for (uint32_t i = 0; i < 1 + round % 7; i++)
            bytes[next_random(&state) % whole.n] = (char)next_random(&state);
        str verdict = fixture_verdict(one, fixture_file(one, (str){bytes, whole.n}));
        if (!is_known(verdict))
            fail_msg("round %u: " STR_FMT, round, STR_ARG(verdict));
    }
}

TEST(robust_mutated_files_draw_known_answers)
{
    AUTO_ARENA arena = arena_new(MIB);
    mutate(usual_xlsx(arena), 1500);
    mutate(fixture_file(
               arena,
               S("BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=CD=F5"
                 ";=\n=B7=BC\nADR:;;a;b;c;d;e\nORG:x;y;z\nTEL;TYPE=\"a:b\":1\n 2\nBDAY:19900101\n"
                 "END:VCARD\n")),
           500);
    mutate(fixture_file(arena, S("姓名,\"城\"\"市\",c\r\n1,2,3\r\n\"x\ny\",'=1,\"z\"\r\n")), 500);
}

/* n bytes of spaces within a sheet, stored well compressed. */
static const char *bomb(struct arena *arena, size_t n)
{
    static const char head[] = "<worksheet><sheetData><row><c><v>1</v></c></row>";
    char *text = arena_alloc(arena, n + sizeof head);
    memset(text, ' ', n);
    memcpy(text, head, sizeof head - 1);
    return fixture_xlsx(arena, (struct fixture_part[]){{"xl/worksheets/sheet1.xml", text}, {0}});
}

TEST(robust_bombs_are_refused)
{
    AUTO_ARENA arena = arena_new((size_t)LIMIT_ARCHIVE_RATIO_FROM + 64 * MIB);
    assert_str(fixture_verdict(arena, bomb(arena, LIMIT_ARCHIVE_RATIO_FROM + 10 * MIB)),
               "sheet_bomb()");
}

static bool guard_passes(struct tag_guard guard, const char *text)
{
    /* byte by byte and at once must agree */
    struct tag_guard whole = guard;
    bool stepped = true;
    for (const char *p = text; *p && stepped; p++)
        stepped = tag_guard_feed(&guard, p, 1);
    assert_int_equal(tag_guard_feed(&whole, text, strlen(text)), stepped);
    return stepped;
}

TEST(robust_endless_tags_are_refused)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    AUTO_BUF tag;
    buf_init(&tag, MIB);
    for (int i = 0; i < 10000; i++)
        buf_printf(&tag, " a%d=\">\"", i);
    buf_byte(&tag, 0);
    static const char *const before[] = {
        "<x",
        "<x b='>'",
        "<!-- ' > <x --><x",
        "<!-->-- <y ' --><x",
        "<![CDATA[>\"<]]><x",
        "<?p ' > \" ?><x b='",
    };
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        const char *text = arena_printf(arena, "%s%s", before[i], tag.p).p;
        assert_false(guard_passes((struct tag_guard){0}, text));
    }
    const char *rows = arena_printf(arena, "<row%s/>", tag.p).p;
    assert_str(fixture_verdict(arena, fixture_rows(arena, rows)),
               "sheet_broken(xl/worksheets/sheet1.xml, long)");
    static const char *const around[] = {"<!--%s-->", "<![CDATA[%s]]>", "<?p %s?>", "<a>%s</a>"};
    for (size_t i = 0; i < sizeof around / sizeof *around; i++)
        assert_true(guard_passes((struct tag_guard){0}, arena_printf(arena, around[i], tag.p).p));
}

TEST(robust_parts_are_utf8)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    struct fixture_part parts[] = {{"xl/worksheets/sheet1.xml", "\xff\xfe<"}, {0}};
    assert_str(fixture_verdict(arena, fixture_xlsx(arena, parts)),
               "sheet_broken(xl/worksheets/sheet1.xml, utf8)");
    parts[0].text = "<?xml version=\"1.0\" encoding=\"UTF-7\"?><worksheet><sheetData><row>"
                    "<c t=\"str\"><v>+AGE-</v></c></row></sheetData></worksheet>";
    assert_str(fixture_read(arena, fixture_xlsx(arena, parts), 0), "1: +AGE-\n");
}

TEST(robust_too_many_entries_are_refused)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    struct fixture_part *parts = ARENA_ARRAY(arena, struct fixture_part, 1100);
    for (size_t i = 0; i < 1001; i++)
        parts[i] = (struct fixture_part){arena_printf(arena, "junk/%zu", i).p, ""};
    assert_str(fixture_verdict(arena, fixture_xlsx(arena, parts)), "sheet_bomb()");
}

TEST(robust_archive_with_password)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    const char *path = usual_xlsx(arena);
    zip_t *zip = zip_open(path, 0, NULL);
    assert_non_null(zip);
    for (zip_uint64_t i = 0; i < (zip_uint64_t)zip_get_num_entries(zip, 0); i++)
        assert_int_equal(zip_file_set_encryption(zip, i, ZIP_EM_AES_256, "secret"), 0);
    assert_int_equal(zip_close(zip), 0);
    assert_str(fixture_verdict(arena, path), "sheet_encrypted()");
}

TEST(robust_ole_files_are_told_apart)
{
    AUTO_ARENA arena = arena_new(MIB);
    char bytes[40000] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    assert_str(fixture_verdict(arena, fixture_file(arena, (str){bytes, sizeof bytes})),
               "sheet_old_xls()");
    /* across the border of two blocks of reading */
    static const char name[] = "EncryptedPackage";
    for (size_t i = 0; i < sizeof name - 1; i++)
        bytes[16 * KIB - 9 + 2 * i] = name[i];
    assert_str(fixture_verdict(arena, fixture_file(arena, (str){bytes, sizeof bytes})),
               "sheet_encrypted()");
}

TEST(robust_what_is_no_file)
{
    AUTO_ARENA arena = arena_new(MIB);
    assert_str(fixture_verdict(arena, "/nonexistent"), "unavailable");
    assert_str(fixture_verdict(arena, "/tmp"), "unavailable");
}

TEST(robust_spill_gives_back_what_went_to_disk)
{
    struct spill spill;
    spill_init(&spill, 4 * KIB);
    enum { N = 100000 };
    for (uint64_t i = 0; i < N; i++) {
        uint64_t word = i * UINT64_C(0x9e3779b97f4a7c15);
        assert_int_equal(spill_add(&spill, &word, sizeof word), OK);
    }
    assert_int_equal(spill_size(&spill), N * 8);
    assert_true(spill.fd >= 0);
    uint32_t seed = 7;
    for (int round = 0; round < 50000; round++) {
        uint64_t i = next_random(&seed) % N, word;
        str piece;
        assert_int_equal(spill_piece(&spill, i * 8, 8, &piece), OK);
        assert_int_equal(piece.n, 8);
        memcpy(&word, piece.p, 8);
        assert_true(word == i * UINT64_C(0x9e3779b97f4a7c15));
    }
    spill_done(&spill);
}

TEST(robust_many_shared_strings_are_found_on_disk)
{
    enum { N = 250000, STEP = 7919 };
    AUTO_ARENA arena = arena_new(16 * MIB);
    AUTO_BUF strings, rows;
    buf_init(&strings, 64 * MIB);
    buf_init(&rows, 64 * MIB);
    buf_addz(&strings, "<sst>");
    for (int i = 0; i < N; i++)
        buf_printf(&strings, "<si><t>上海某某贸易有限公司第%d号</t></si>", i);
    buf_addz(&strings, "</sst>");
    buf_addz(&rows, "<worksheet><sheetData>");
    for (int i = 0, at = 0; i < 20000; i++, at = (at + STEP) % N)
        buf_printf(&rows, "<row><c t=\"s\"><v>%d</v></c><c><v>%d</v></c></row>", at, at);
    buf_addz(&rows, "</sheetData></worksheet>");
    buf_byte(&strings, 0);
    buf_byte(&rows, 0);
    const char *path = fixture_xlsx(
        arena, (struct fixture_part[]){
                   {"xl/sharedStrings.xml", strings.p}, {"xl/worksheets/sheet1.xml", rows.p}, {0}});
    struct sheet_reader *reader;
    assert_int_equal(sheet_open(arena, path, NULL, &reader), OK);
    for (size_t seen = 0;; seen++) {
        struct sheet_cell *cells;
        size_t count, line;
        bool end;
        assert_int_equal(sheet_next(reader, &cells, &count, &line, &end, NULL), OK);
        if (end) {
            assert_int_equal(seen, 20000);
            break;
        }
        char want[64];
        snprintf(want, sizeof want, "上海某某贸易有限公司第%.0f号", cells[1].number);
        assert_str(cells[0].text, want);
    }
    sheet_close(reader);
}

TEST(robust_problems_have_sentences)
{
    static const char *const codes[] = {
        "sheet_bomb",     "sheet_broken",        "sheet_empty",   "sheet_encoding",
        "sheet_html",     "sheet_encrypted",     "sheet_old_xls", "sheet_open_quote",
        "sheet_too_wide", "sheet_row_too_large", "sheet_unknown", "sheet_open_card"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        for (enum lang lang = 0; lang < LANG_COUNT; lang++)
            assert_false(str_eqz(message_get(lang, str_from(codes[i])), codes[i]));
    }
}
