/* Files that are no good table: refused in words, and nothing is left of them. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/file.h"
#include "core/import.h"
#include "core/test_app.h"

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
