#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/limits.h"
#include "sheet/merges.h"
#include "sheet/reader.h"
#include "sheet/strings.h"
#include "sheet/styles.h"
#include "sheet/workbook.h"
#include "sheet/xlsx_rows.h"

struct xlsx_reader {
    struct sheet_reader reader;
    struct package *package;
    struct workbook book;
    struct styles styles;
    struct strings strings;
    bool has_strings;
    uint64_t inflated; /* before any sheet was read */
    uint64_t shared;   /* bytes of shared strings and merged cells given out of this sheet */
    struct xlsx_rows rows;
    struct merges merges;
};

static struct xlsx_reader *xlsx_of(struct sheet_reader *reader)
{
    return (struct xlsx_reader *)reader;
}

static err_t xlsx_select(struct sheet_reader *reader, size_t sheet, struct problems *problems)
{
    struct xlsx_reader *xlsx = xlsx_of(reader);
    xlsx_rows_close(&xlsx->rows);
    merges_done(&xlsx->merges);
    xlsx->shared = 0;
    package_set_inflated(xlsx->package, xlsx->inflated);
    if (xlsx->book.strings && !xlsx->has_strings) {
        strings_done(&xlsx->strings);
        TRY(strings_read(&xlsx->strings, xlsx->package, xlsx->book.strings, problems));
        xlsx->has_strings = true;
        xlsx->inflated = package_inflated(xlsx->package);
    }
    const char *part = xlsx->book.sheets.at[sheet].part;
    merges_read(&xlsx->merges, xlsx->package, part);
    package_set_inflated(xlsx->package, xlsx->inflated);
    return xlsx_rows_open(&xlsx->rows, xlsx->package, part, problems);
}

/* Excel shows 15 digits; the file may hold 0.10000000000000001 or 1.3812345678E10. Larger whole
 * numbers have lost digits already and stay as they are written. */
static void add_number(struct buf *text, str written, double number)
{
    enum { EXACT_DIGITS = 15 };
    bool plain = written.n <= EXACT_DIGITS && !memchr(written.p, 'E', written.n) &&
                 !memchr(written.p, 'e', written.n);
    if (plain || !(fabs(number) < 1e15))
        buf_add(text, written);
    else if (number == floor(number))
        buf_int(text, (int64_t)number);
    else {
        char digits[40];
        int n = snprintf(digits, sizeof digits, "%.*g", EXACT_DIGITS, number);
        buf_add(text, (str){digits, (size_t)n});
    }
}

static void set_number(struct xlsx_reader *xlsx,
                       const struct raw_cell *raw,
                       str written,
                       struct sheet_cell *cell)
{
    written = str_trim(written);
    if (str_to_real(written, &cell->number) != OK) {
        cell->kind = CELL_TEXT;
        buf_add(&xlsx->reader.row.text, written);
        return;
    }
    enum serial_kind kind =
        raw->style < xlsx->styles.n ? xlsx->styles.kinds[raw->style] : SERIAL_NONE;
    int64_t day, in_day;
    cell->kind = CELL_NUMBER;
    if ((kind == SERIAL_DATE || kind == SERIAL_DATE_TIME ||
         (kind == SERIAL_TIME && cell->number >= 1)) &&
        serial_to_day(cell->number, xlsx->book.since_1904, &day, &in_day)) {
        bool whole = kind == SERIAL_DATE && in_day == 0;
        cell->kind = whole ? CELL_DAY : CELL_INSTANT;
        cell->at = whole ? day : day * CLOCK_DAY + in_day;
    }
    add_number(&xlsx->reader.row.text, written, cell->number);
}

/* ISO 8601, as strict files have it: a day, or a local time of day with it. */
static void set_iso_date(struct row *row, str written, struct sheet_cell *cell)
{
    char zoned[40];
    buf_add(&row->text, written);
    cell->kind = CELL_TEXT;
    if (day_parse(written, &cell->at) == OK) {
        cell->kind = CELL_DAY;
    } else if (written.n < sizeof zoned - 1) {
        int n = snprintf(zoned, sizeof zoned, STR_FMT "Z", STR_ARG(written));
        str text = {zoned, (size_t)n - str_ends(written, S("Z"))};
        if (instant_parse(text, &cell->at) == OK)
            cell->kind = CELL_INSTANT;
    }
}

/* A long text referred to by each of a million cells, or merged over them, is a bomb without any
 * compression. */
static bool is_shared_bomb(struct xlsx_reader *xlsx, size_t bytes)
{
    xlsx->shared += bytes;
    return xlsx->shared > 4 * (uint64_t)LIMIT_ARCHIVE_INFLATED;
}

static err_t set_shared(struct xlsx_reader *xlsx,
                        str written,
                        size_t line,
                        struct sheet_cell *cell,
                        struct problems *problems)
{
    struct buf *text = &xlsx->reader.row.text;
    size_t before = text->n;
    int64_t i;
    err_t e = str_to_int(str_trim(written), &i);
    if (e == OK)
        e = i < 0 ? ERR_NOT_FOUND : strings_get(&xlsx->strings, (size_t)i, text);
    if (e == OK && is_shared_bomb(xlsx, text->n - before)) {
        problem_add(problems, S(""), "sheet_bomb", NULL);
        return ERR_INVALID;
    }
    if (e == OK || e == ERR_UNAVAILABLE) {
        cell->kind = CELL_TEXT;
        return e;
    }
    return part_broken(xlsx->rows.name, line, "string", problems);
}

static err_t set_cell(struct xlsx_reader *xlsx,
                      const struct raw_cell *raw,
                      size_t line,
                      struct problems *problems)
{
    struct row *row = &xlsx->reader.row;
    struct sheet_cell *cell = row_cell(row, raw->column);
    str written = {xlsx->rows.text.p + raw->at, raw->n};
    *cell = (struct sheet_cell){0};
    switch (raw->kind) {
    case RAW_SHARED:
        TRY(set_shared(xlsx, written, line, cell, problems));
        break;
    case RAW_TEXT:
        cell->kind = CELL_TEXT;
        written.n = strings_unescape(xlsx->rows.text.p + raw->at, raw->n);
        buf_add(&row->text, written);
        break;
    case RAW_NUMBER:
        set_number(xlsx, raw, written, cell);
        break;
    case RAW_ISO_DATE:
        set_iso_date(row, written, cell);
        break;
    case RAW_BOOL:
        cell->kind = CELL_BOOL;
        cell->number = written.p[0] == '1' || written.p[0] == 't';
        buf_add(&row->text, written);
        break;
    case RAW_ERROR:
        cell->kind = CELL_ERROR;
        buf_add(&row->text, written);
        break;
    }
    row_end_cell(row, raw->column);
    if (cell->text.n == 0)
        cell->kind = CELL_EMPTY;
    return OK;
}

static err_t
xlsx_next(struct sheet_reader *reader, size_t *line, bool *end, struct problems *problems)
{
    struct xlsx_reader *xlsx = xlsx_of(reader);
    const struct raw_row *raw;
    TRY(xlsx_rows_next(&xlsx->rows, &raw, problems));
    *end = !raw;
    if (!raw)
        return OK;
    *line = raw->line;
    for (size_t i = 0; i < raw->count; i++)
        TRY(set_cell(xlsx, &xlsx->rows.cells[raw->first + i], raw->line, problems));
    if (is_shared_bomb(xlsx, merges_fill(&xlsx->merges, &reader->row, raw->line))) {
        problem_add(problems, S(""), "sheet_bomb", NULL);
        return ERR_INVALID;
    }
    if (reader->row.text.full)
        return reader_refuse(problems, "sheet_row_too_large", raw->line);
    return OK;
}

static double xlsx_progress(const struct sheet_reader *reader)
{
    const struct xlsx_reader *xlsx = (const struct xlsx_reader *)reader;
    return xlsx->rows.part ? part_progress(xlsx->rows.part) : 0;
}

static void xlsx_close(struct sheet_reader *reader)
{
    struct xlsx_reader *xlsx = xlsx_of(reader);
    xlsx_rows_close(&xlsx->rows);
    merges_done(&xlsx->merges);
    strings_done(&xlsx->strings);
    package_close(xlsx->package);
}

static const struct reader_kind xlsx_kind = {xlsx_select, xlsx_next, xlsx_progress, xlsx_close};

static err_t read_outline(struct xlsx_reader *xlsx, struct problems *problems)
{
    struct arena *arena = xlsx->reader.arena;
    TRY(workbook_read(arena, xlsx->package, problems, &xlsx->book));
    if (xlsx->book.styles)
        TRY(styles_read(arena, xlsx->package, xlsx->book.styles, problems, &xlsx->styles));
    for (size_t i = 0; i < xlsx->book.sheets.n; i++) {
        const struct workbook_sheet *sheet = &xlsx->book.sheets.at[i];
        if (!package_has(xlsx->package, sheet->part))
            return part_broken(sheet->part, 0, "missing", problems);
        *VEC_PUSH(arena, xlsx->reader.sheets) = (struct sheet_info){sheet->name, sheet->hidden};
    }
    xlsx->inflated = package_inflated(xlsx->package);
    return OK;
}

err_t xlsx_open(struct arena *arena,
                const char *path,
                struct problems *problems,
                struct sheet_reader **out)
{
    struct xlsx_reader *xlsx = ARENA_NEW(arena, struct xlsx_reader);
    TRY(package_open(path, problems, &xlsx->package));
    reader_init(&xlsx->reader, arena, SHEET_XLSX, &xlsx_kind);
    strings_init(&xlsx->strings);
    err_t e = read_outline(xlsx, problems);
    if (e != OK) {
        sheet_close(&xlsx->reader);
        return e;
    }
    *out = &xlsx->reader;
    return OK;
}
