/* Files that are no good table: refused in words, and nothing is left of them. */
#include <iconv.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/file.h"
#include "core/import.h"
#include "core/test_app.h"
#include "sheet/fixture.h"

static err_t keep(struct ctx *c, str bytes, const char *name, int64_t *id)
{
    const char *path = file_spool_path(c);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
    assert_int_equal(fclose(f), 0);
    err_t e = file_keep(c, path, str_from(name), id);
    unlink(path);
    return e;
}

static void assert_refused(struct ctx *c, str bytes, const char *name, const char *code)
{
    struct record *r;
    int64_t file;
    c->problems.list.n = 0;
    err_t e = keep(c, bytes, name, &file);
    if (e == OK)
        e = import_create(c, file, S("customer"), &r);
    assert_int_equal(e, ERR_INVALID);
    assert_int_equal(c->problems.list.n, 1);
    assert_string_equal(c->problems.list.at[0].code, code);
    c->problems.list.n = 0;
}

static int64_t count_imports(struct ctx *c)
{
    struct list_query q = {.object = model_object(c->model, S("import")), .op = OP_READ};
    int64_t n;
    assert_int_equal(record_count(c, &q, 0, &n), OK);
    return n;
}

/* n times the text. */
static str repeat(struct arena *arena, const char *text, size_t n)
{
    size_t length = strlen(text);
    char *out = arena_alloc(arena, n * length + 1);
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * length, text, length);
    return (str){out, n * length};
}

TEST_APP(import_refuses_bad_files)
{
    AUTO_ARENA arena = arena_new(512 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_refused(&c, S("\n\n,,\n"), "blank.csv", "sheet_empty");
    assert_refused(&c, S(""), "empty.csv", "file_empty");
    assert_refused(&c, S("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old"), "old.xls", "sheet_old_xls");
    assert_refused(&c, S("<html><table></table></html>"), "page.xls", "file_type_refused");
    assert_refused(&c, S("PK\x03\x04 cut off here"), "cut.xlsx", "sheet_broken");
    assert_refused(&c, S("姓名,手机\n\"甲,13800138000\n"), "quote.csv", "sheet_open_quote");
    assert_refused(&c, repeat(arena, "x", 40 * MIB), "line.csv", "sheet_row_too_large");
    assert_refused(&c, repeat(arena, "x,", 1500), "wide.csv", "sheet_too_wide");
    assert_int_equal(count_imports(&c), 0);
    ctx_done(&c);
}

/* The second of two columns with one header is left out, and is there to be mapped. */
TEST_APP(import_takes_duplicate_headers_and_many_columns)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct record *r;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    AUTO_BUF text;
    buf_init(&text, MIB);
    buf_addz(&text, "姓名,手机,姓名");
    for (int i = 3; i < 200; i++)
        buf_printf(&text, ",列%d", i);
    buf_addz(&text, "\n甲,13800138000,乙");
    for (int i = 3; i < 200; i++)
        buf_printf(&text, ",v%d", i);
    buf_addz(&text, "\n");
    int64_t file;
    assert_int_equal(keep(&c, buf_str(&text), "wide.csv", &file), OK);
    assert_int_equal(import_create(&c, file, S("customer"), &r), OK);
    assert_int_equal(import_do(&c, NULL, record_id(r), IMPORT_RUN), OK);
    struct list_query q = {
        .object = model_object(c.model, S("customer")), .op = OP_READ, .limit = 2};
    struct list_page page;
    assert_int_equal(record_list(&c, &q, &page), OK);
    assert_int_equal(page.count, 1);
    assert_str(record_cell(page.records[0], q.object->title, 0).s, "甲");
    ctx_done(&c);
}

/* A small archive that unpacks to very much is given up before it is unpacked. */
TEST_APP(import_refuses_zip_bombs)
{
    enum { MORE = 10 * MIB };
    AUTO_ARENA arena = arena_new(512 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    str spaces = repeat(arena, " ", LIMIT_ARCHIVE_RATIO_FROM + MORE);
    FILE *f = fopen(fixture_rows(arena, arena_strz(arena, spaces)), "rb");
    assert_non_null(f);
    char *bytes = arena_alloc(arena, MIB);
    str small = {bytes, fread(bytes, 1, MIB, f)};
    fclose(f);
    assert_in_range(small.n, 100, MIB - 1);
    assert_refused(&c, small, "bomb.xlsx", "sheet_bomb");
    assert_int_equal(count_imports(&c), 0);
    ctx_done(&c);
}

static str encode(struct arena *arena, const char *encoding, const char *text)
{
    iconv_t to = iconv_open(encoding, "UTF-8");
    char *in = (char *)(uintptr_t)text, *out = arena_alloc(arena, 4000), *at = out;
    size_t left = strlen(text), room = 4000;
    assert_true(to != (iconv_t)-1);
    assert_int_equal(iconv(to, &in, &left, &at, &room), 0);
    iconv_close(to);
    return (str){out, (size_t)(at - out)};
}

static void assert_named(struct ctx *c, const char *name)
{
    struct list_query q = {
        .object = model_object(c->model, S("customer")), .op = OP_READ, .limit = 9};
    struct list_page page;
    bool found = false;
    assert_int_equal(record_list(c, &q, &page), OK);
    for (size_t i = 0; i < page.count; i++)
        found = found || str_eqz(record_cell(page.records[i], q.object->title, 0).s, name);
    if (!found)
        fail_msg("nobody is called %s", name);
}

/* Whatever a spreadsheet wrote is read as it was meant, without a mark of its encoding too. */
TEST_APP(import_reads_encodings)
{
    static const struct {
        const char *encoding, *name, *text;
    } files[] = {
        {"UTF-16LE", "王小明", "姓名,手机\n王小明,13800138000\n李四,13900139000\n"},
        {"UTF-16BE", "陈海波", "姓名,手机\n陈海波,13800138001\n李四,13900139001\n"},
        {"GB18030", "林雪芬", "姓名,手机\n林雪芬,13800138002\n李四,13900139002\n"},
        {"BIG5", "陳雪芬", "姓名,手機\n陳雪芬,13800138003\n李四,13900139003\n"},
    };
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct record *r;
        int64_t file;
        assert_int_equal(keep(&c, encode(arena, files[i].encoding, files[i].text), "a.csv", &file),
                         OK);
        assert_int_equal(import_create(&c, file, S("customer"), &r), OK);
        assert_int_equal(import_do(&c, NULL, record_id(r), IMPORT_RUN), OK);
        assert_named(&c, files[i].name);
    }
    ctx_done(&c);
}

/* What is text in no encoding that we read, and what is no text, makes no customers. */
TEST_APP(import_refuses_other_bytes)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    char noise[4096];
    uint32_t x = 1;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (char)((x = x * 1103515245 + 12345) >> 16);
    assert_refused(&c, (str){noise, sizeof noise}, "noise.csv", "file_type_refused");
    assert_refused(&c, S("Name,Phone\nM\xfcller,13800138000\nJos\xe9,13900139000\n"), "latin.csv",
                   "sheet_encoding");
    assert_int_equal(count_imports(&c), 0);
    ctx_done(&c);
}

/* Much in few rows is read in small pieces: the guess, the check, and what it shows. */
TEST_APP(import_of_very_large_cells_is_checked)
{
    enum { SMALL = 3, LARGE = 25, CHARS = 3400000 };
    AUTO_ARENA arena = arena_new(256 * MIB);
    AUTO_ARENA small = arena_new(120 * MIB);
    struct ctx c;
    struct record *r;
    json_t *rows;
    int64_t file;
    import_attach();
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const char *path = file_spool_path(&c);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    char *text = arena_alloc(arena, CHARS + 1);
    memset(text, 'x', CHARS);
    fputs("姓名,备注\n", f);
    for (int i = 0; i < LARGE; i++)
        fprintf(f, "大客户%d,%s\n", i, text);
    for (int i = 0; i < SMALL; i++)
        fprintf(f, "客户%d,短\n", i);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(file_keep(&c, path, S("large.csv"), &file), OK);
    unlink(path);
    c.arena = c.problems.arena = small;
    assert_int_equal(import_create(&c, file, S("customer"), &r), OK);
    int64_t id = record_id(r);
    assert_int_equal(import_do(&c, NULL, id, IMPORT_CHECK), OK);
    assert_int_equal(import_get(&c, id, &r), OK);
    assert_int_equal(record_cell(r, object_field(r->object, S("refused")), 0).i, LARGE);
    assert_int_equal(record_cell(r, object_field(r->object, S("created")), 0).i, SMALL);
    AUTO_BUF out;
    buf_init(&out, 64 * MIB);
    struct jw w = {.out = &out};
    assert_int_equal(import_rows_json(&c, r, S("refused"), 0, 200, &w), OK);
    assert_false(out.full);
    rows = json_keep(arena, json_loadb(out.p, out.n, 0, NULL));
    assert_in_range(json_array_size(json_object_get(rows, "data")), 1, 4);
    assert_true(json_is_true(json_object_get(rows, "has_more")));
    ctx_done(&c);
}
