#include "sheet/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zip.h>

#include "base/clock.h"
#include "base/limits.h"

static void remove_file(void *path)
{
    unlink(path);
}

char *fixture_path(struct arena *arena)
{
    char *path = arena_strz(arena, S("/tmp/sheet-test-XXXXXX"));
    int fd = mkstemp(path);
    if (fd < 0)
        abort();
    close(fd);
    arena_defer(arena, remove_file, path);
    return path;
}

char *fixture_file(struct arena *arena, str bytes)
{
    char *path = fixture_path(arena);
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes.p, 1, bytes.n, file) != bytes.n || fclose(file) != 0)
        abort();
    return path;
}

static const struct fixture_part usual[] = {
    {"[Content_Types].xml",
     "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"},
    {"_rels/.rels",
     "<Relationships><Relationship Id=\"r1\" "
     "Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" "
     "Target=\"xl/workbook.xml\"/></Relationships>"},
    {"xl/workbook.xml",
     "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Sheet1\" sheetId=\"1\" r:id=\"s1\"/></sheets>"
     "</workbook>"},
    {"xl/_rels/workbook.xml.rels",
     "<Relationships><Relationship Id=\"s1\" Type=\"http://x/worksheet\" "
     "Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"t\" Type=\"http://x/sharedStrings\" "
     "Target=\"sharedStrings.xml\"/><Relationship Id=\"u\" Type=\"http://x/styles\" "
     "Target=\"styles.xml\"/></Relationships>"},
    {NULL, NULL},
};

static void add_part(zip_t *zip, const struct fixture_part *part)
{
    zip_source_t *source = zip_source_buffer(zip, part->text, strlen(part->text), 0);
    if (!source || zip_file_add(zip, part->name, source, ZIP_FL_OVERWRITE) < 0)
        abort();
}

char *fixture_xlsx(struct arena *arena, const struct fixture_part *parts)
{
    char *path = fixture_path(arena);
    int code;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    if (!zip)
        abort();
    for (const struct fixture_part *part = usual; part->name; part++)
        add_part(zip, part);
    for (const struct fixture_part *part = parts; part->name; part++)
        add_part(zip, part);
    if (zip_close(zip) != 0)
        abort();
    return path;
}

char *fixture_rows(struct arena *arena, const char *rows)
{
    str text = arena_printf(
        arena, "<worksheet><sheetData>%s</sheetData><mergeCells count=\"0\"/></worksheet>", rows);
    return fixture_xlsx(
        arena, (struct fixture_part[]){{"xl/worksheets/sheet1.xml", text.p}, {NULL, NULL}});
}

static void show_problems(struct buf *out, const struct problems *problems)
{
    for (size_t i = 0; i < problems->list.n; i++) {
        const struct problem *problem = &problems->list.at[i];
        buf_printf(out, "%s(", problem->code);
        for (size_t j = 0; j < PROBLEM_ARGS && problem->args[j].n; j++)
            buf_printf(out, "%s" STR_FMT, j ? ", " : "", STR_ARG(problem->args[j]));
        buf_addz(out, ")");
    }
}

static void show_cell(struct buf *out, const struct sheet_cell *cell)
{
    char day[DAY_CHARS + 1], instant[INSTANT_CHARS + 1];
    switch (cell->kind) {
    case CELL_EMPTY:
        break;
    case CELL_TEXT:
        buf_add(out, cell->text);
        break;
    case CELL_NUMBER:
        buf_printf(out, "#" STR_FMT, STR_ARG(cell->text));
        break;
    case CELL_BOOL:
        buf_printf(out, "?%g", cell->number);
        break;
    case CELL_DAY:
        day_format(cell->at, day);
        buf_printf(out, "@%s", day);
        break;
    case CELL_INSTANT:
        instant_format(cell->at, instant);
        buf_printf(out, "@%s", instant);
        break;
    case CELL_ERROR:
        buf_printf(out, "!" STR_FMT, STR_ARG(cell->text));
        break;
    }
}

/* Reads on to the end; out may be NULL. */
static err_t read_rows(struct sheet_reader *reader, struct buf *out, struct problems *problems)
{
    for (;;) {
        struct sheet_cell *cells;
        size_t count, line;
        bool end;
        TRY(sheet_next(reader, &cells, &count, &line, &end, problems));
        if (end)
            return OK;
        if (out)
            buf_printf(out, "%zu: ", line);
        for (size_t i = 0; out && i < count; i++) {
            if (i)
                buf_byte(out, '|');
            show_cell(out, &cells[i]);
        }
        if (out)
            buf_byte(out, '\n');
    }
}

str fixture_read(struct arena *arena, const char *path, size_t sheet)
{
    AUTO_BUF out;
    buf_init(&out, 64 * MIB);
    struct problems problems = {.arena = arena};
    struct sheet_reader *reader = NULL;
    err_t e = sheet_open(arena, path, &problems, &reader);
    if (e == OK)
        e = sheet_select(reader, sheet, &problems);
    if (e == OK)
        e = read_rows(reader, &out, &problems);
    if (e != OK)
        buf_addz(&out, e == ERR_INVALID ? "" : err_name(e));
    show_problems(&out, &problems);
    sheet_close(reader);
    return arena_str(arena, buf_str(&out));
}

str fixture_verdict(struct arena *arena, const char *path)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct problems problems = {.arena = arena};
    struct sheet_reader *reader = NULL;
    err_t e = sheet_open(arena, path, &problems, &reader);
    for (size_t i = 0; e == OK && i < sheet_count(reader); i++) {
        e = sheet_select(reader, i, &problems);
        if (e == OK)
            e = read_rows(reader, NULL, &problems);
    }
    buf_addz(&out, e == OK ? "ok" : e == ERR_INVALID ? "" : err_name(e));
    show_problems(&out, &problems);
    sheet_close(reader);
    return arena_str(arena, buf_str(&out));
}

str fixture_describe(struct arena *arena, const char *path)
{
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct problems problems = {.arena = arena};
    struct sheet_reader *reader = NULL;
    err_t e = sheet_open(arena, path, &problems, &reader);
    for (size_t i = 0; e == OK && i < sheet_count(reader); i++) {
        struct sheet_info info = sheet_info(reader, i);
        buf_printf(&out, "== " STR_FMT "%s\n", STR_ARG(info.name), info.hidden ? " (hidden)" : "");
        e = sheet_select(reader, i, &problems);
        if (e == OK)
            e = read_rows(reader, &out, &problems);
    }
    show_problems(&out, &problems);
    sheet_close(reader);
    return arena_str(arena, buf_str(&out));
}
