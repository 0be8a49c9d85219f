#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <xlsxwriter.h>
#include <zip.h>

#include "base/clock.h"
#include "base/limits.h"
#include "sheet/serial.h"
#include "sheet/writer.h"

enum {
    MAX_ROWS = 1048576,
    MAX_CELL_UNITS = 32767, /* UTF-16 */
    MAX_NAME_CHARS = 31,
    FIRST_DATE = -25508, /* 1900-03-01; Excel's calendar is wrong before it */
    FIRST_SERIAL = 61,   /* the same day as Excel counts */
    END_SERIAL = 2958466 /* the day after 9999-12-31 */
};
static const int64_t exact_integer = INT64_C(999999999999999);

struct xlsx_writer {
    struct sheet_writer writer;
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_format *bold;
    lxw_format **formats; /* by column */
    str name;
    unsigned sheet_count;
    lxw_row_t row; /* next */
};

static struct xlsx_writer *xlsx_of(struct sheet_writer *writer)
{
    return (struct xlsx_writer *)writer;
}

static err_t outcome(lxw_error error)
{
    return error == LXW_NO_ERROR ? OK : ERR_UNAVAILABLE;
}

/* The text as libxlsxwriter wants it: ends in NUL, well-formed, without what XML cannot hold, cut
 * to what a cell can. */
static const char *clean(struct buf *out, str text, size_t max_units)
{
    buf_clear(out);
    for (size_t units = 0; text.n && units < max_units;) {
        char bytes[4];
        uint32_t c = utf8_next(&text);
        if (c == 0 || c == 0xfffe || c == 0xffff)
            c = 0xfffd;
        units += c > 0xffff ? 2 : 1;
        if (units <= max_units)
            buf_add(out, (str){bytes, utf8_put(c, bytes)});
    }
    buf_byte(out, 0);
    return out->p;
}

/* A sheet's name may not hold []:*?/\ nor begin or end with '. */
static const char *clean_name(struct xlsx_writer *xlsx)
{
    struct buf *out = &xlsx->writer.scratch;
    char number[16] = "";
    if (xlsx->sheet_count)
        snprintf(number, sizeof number, " (%u)", xlsx->sheet_count + 1);
    clean(out, xlsx->name, MAX_NAME_CHARS - strlen(number));
    out->n--;
    for (size_t i = 0; i < out->n; i++) {
        bool edge = i == 0 || i + 1 == out->n;
        if (strchr("[]:*?/\\", out->p[i]) || (unsigned char)out->p[i] < ' ' ||
            (edge && out->p[i] == '\''))
            out->p[i] = '_';
    }
    if (out->n == 0)
        buf_addz(out, "Sheet");
    buf_addz(out, number);
    buf_byte(out, 0);
    return out->p;
}

static double width_of(const struct sheet_column *column)
{
    static const unsigned usual[] = {
        [COLUMN_TEXT] = 20,    [COLUMN_NUMBER] = 12, [COLUMN_MONEY] = 14,
        [COLUMN_PERCENT] = 10, [COLUMN_DAY] = 12,    [COLUMN_INSTANT] = 20,
    };
    enum { FILTER_ARROW = 4, WIDEST = 255 };
    unsigned width = column->width, heading = FILTER_ARROW;
    if (width)
        return width < WIDEST ? width : WIDEST;
    for (str s = column->heading; s.n && heading < 60;)
        heading += utf8_next(&s) >= 0x2e80 ? 2 : 1;
    return heading > usual[column->kind] ? heading : usual[column->kind];
}

static lxw_format *format_of(struct xlsx_writer *xlsx, const struct sheet_column *column)
{
    char code[40];
    const char *zeros = "000000000";
    int decimals = (int)column->decimals;
    const char *point = decimals ? "." : "";
    switch (column->kind) {
    case COLUMN_TEXT:
        snprintf(code, sizeof code, "@");
        break;
    case COLUMN_NUMBER:
        if (decimals == 0)
            return NULL;
        snprintf(code, sizeof code, "#,##0.%.*s", decimals, zeros);
        break;
    case COLUMN_MONEY:
        snprintf(code, sizeof code, "#,##0%s%.*s", point, decimals, zeros);
        break;
    case COLUMN_PERCENT:
        snprintf(code, sizeof code, "0%s%.*s%%", point, decimals, zeros);
        break;
    case COLUMN_DAY:
        snprintf(code, sizeof code, "yyyy-mm-dd");
        break;
    case COLUMN_INSTANT:
        snprintf(code, sizeof code, "yyyy-mm-dd hh:mm:ss");
        break;
    }
    lxw_format *format = workbook_add_format(xlsx->book);
    format_set_num_format(format, code);
    return format;
}

static err_t end_sheet(struct xlsx_writer *xlsx)
{
    if (xlsx->writer.column_count == 0 || xlsx->row == 0)
        return OK;
    lxw_col_t last = (lxw_col_t)(xlsx->writer.column_count - 1);
    return outcome(worksheet_autofilter(xlsx->sheet, 0, 0, xlsx->row - 1, last));
}

static err_t begin_sheet(struct xlsx_writer *xlsx)
{
    const struct sheet_writer *writer = &xlsx->writer;
    xlsx->sheet = workbook_add_worksheet(xlsx->book, clean_name(xlsx));
    if (!xlsx->sheet)
        return ERR_UNAVAILABLE;
    xlsx->sheet_count++;
    if (!xlsx->formats) {
        xlsx->formats = ARENA_ARRAY(writer->arena, lxw_format *, writer->column_count);
        for (size_t i = 0; i < writer->column_count; i++)
            xlsx->formats[i] = format_of(xlsx, &writer->columns[i]);
    }
    worksheet_freeze_panes(xlsx->sheet, 1, 0);
    for (size_t i = 0; i < writer->column_count; i++) {
        const struct sheet_column *column = &writer->columns[i];
        const char *heading = clean(&xlsx->writer.scratch, column->heading, MAX_CELL_UNITS);
        lxw_col_t at = (lxw_col_t)i;
        lxw_error error =
            worksheet_set_column(xlsx->sheet, at, at, width_of(column), xlsx->formats[i]);
        if (error == LXW_NO_ERROR)
            error = worksheet_write_string(xlsx->sheet, 0, at, heading, xlsx->bold);
        TRY(outcome(error));
    }
    xlsx->row = 1;
    return OK;
}

static lxw_error put_text(struct xlsx_writer *xlsx, lxw_col_t column, str text)
{
    const char *cleaned = clean(&xlsx->writer.scratch, text, MAX_CELL_UNITS);
    return worksheet_write_string(xlsx->sheet, xlsx->row, column, cleaned, xlsx->formats[column]);
}

static lxw_error put_number(struct xlsx_writer *xlsx, lxw_col_t column, double number)
{
    return worksheet_write_number(xlsx->sheet, xlsx->row, column, number, xlsx->formats[column]);
}

/* What Excel cannot hold as a number or date goes in as text. */
static bool excel_number(const struct sheet_column *column, int64_t i, double *out)
{
    bool exact = i <= exact_integer && i >= -exact_integer;
    double unit = 1;
    switch (column->kind) {
    case COLUMN_TEXT:
        return false;
    case COLUMN_MONEY:
        for (unsigned digit = 0; digit < column->decimals; digit++)
            unit *= 10;
        *out = (double)i / unit;
        return exact;
    case COLUMN_DAY:
        *out = (double)(i - FIRST_DATE) + FIRST_SERIAL;
        return i >= FIRST_DATE && *out < END_SERIAL;
    case COLUMN_INSTANT:
        *out = serial_from_instant(i);
        return *out >= FIRST_SERIAL && *out < END_SERIAL;
    case COLUMN_NUMBER:
    case COLUMN_PERCENT:
        break;
    }
    *out = (double)i;
    return exact;
}

static void add_int(struct buf *out, const struct sheet_column *column, int64_t i)
{
    char day[DAY_CHARS + 1];
    if (column->kind == COLUMN_MONEY)
        writer_add_minor(out, i, column->decimals);
    else if (column->kind == COLUMN_DAY)
        buf_add(out, (str){day, day_format(i, day)});
    else if (column->kind == COLUMN_INSTANT)
        writer_add_instant(out, i);
    else
        buf_int(out, i);
}

static lxw_error put_int(struct xlsx_writer *xlsx, lxw_col_t at, int64_t i)
{
    const struct sheet_column *column = &xlsx->writer.columns[at];
    double number;
    if (excel_number(column, i, &number))
        return put_number(xlsx, at, number);
    AUTO_BUF text;
    buf_init(&text, KIB);
    add_int(&text, column, i);
    return put_text(xlsx, at, buf_str(&text));
}

static lxw_error put(struct xlsx_writer *xlsx, lxw_col_t at, value cell)
{
    switch (cell.kind) {
    case VALUE_NULL:
        break;
    case VALUE_BOOL:
        return worksheet_write_boolean(xlsx->sheet, xlsx->row, at, cell.b, xlsx->formats[at]);
    case VALUE_INT:
        return put_int(xlsx, at, cell.i);
    case VALUE_REAL:
        return put_number(xlsx, at, cell.r);
    case VALUE_TEXT:
        return put_text(xlsx, at, cell.s);
    }
    return LXW_NO_ERROR;
}

static err_t xlsx_write(struct sheet_writer *writer, const value *cells, size_t count)
{
    struct xlsx_writer *xlsx = xlsx_of(writer);
    if (xlsx->row == MAX_ROWS) {
        TRY(end_sheet(xlsx));
        TRY(begin_sheet(xlsx));
    }
    for (size_t i = 0; i < count; i++)
        TRY(outcome(put(xlsx, (lxw_col_t)i, cells[i])));
    xlsx->row++;
    return OK;
}

/* libxlsxwriter does not look at the results of its writes to temporary files. */
static bool rows_were_written(lxw_workbook *book)
{
    lxw_worksheet *sheet;
    STAILQ_FOREACH(sheet, book->worksheets, list_pointers)
    {
        if (fflush(sheet->optimize_tmpfile) != 0 || ferror(sheet->optimize_tmpfile))
            return false;
    }
    return true;
}

static bool ends_well(zip_t *zip, const char *name)
{
    static const char want[] = "</worksheet>";
    enum { END = sizeof want - 1 };
    char block[16 * KIB];
    zip_file_t *file = zip_fopen(zip, name, 0);
    zip_int64_t got = -1;
    size_t kept = 0;
    while (file && (got = zip_fread(file, block + kept, sizeof block - kept)) > 0) {
        size_t have = kept + (size_t)got;
        kept = have < END ? have : END;
        memmove(block, block + have - kept, kept);
    }
    if (file)
        zip_fclose(file);
    return got == 0 && kept == END && memcmp(block, want, END) == 0;
}

/* Reads the file back: each sheet must be there to its last tag. */
static bool is_whole(const char *path, unsigned sheets)
{
    zip_t *zip = zip_open(path, ZIP_RDONLY, NULL);
    bool whole = zip != NULL;
    for (unsigned i = 1; i <= sheets && whole; i++) {
        char name[48];
        snprintf(name, sizeof name, "xl/worksheets/sheet%u.xml", i);
        whole = ends_well(zip, name);
    }
    if (zip)
        zip_discard(zip);
    return whole;
}

static err_t xlsx_finish(struct sheet_writer *writer)
{
    struct xlsx_writer *xlsx = xlsx_of(writer);
    err_t e = end_sheet(xlsx);
    bool written = rows_were_written(xlsx->book);
    lxw_error closed = workbook_close(xlsx->book);
    TRY(e);
    TRY(outcome(closed));
    return written && is_whole(writer->path, xlsx->sheet_count) ? OK : ERR_UNAVAILABLE;
}

static void xlsx_abandon(struct sheet_writer *writer)
{
    lxw_workbook_free(xlsx_of(writer)->book);
}

static err_t xlsx_head(struct sheet_writer *writer)
{
    return begin_sheet(xlsx_of(writer));
}

err_t xlsx_create(struct arena *arena, const char *path, str sheet_name, struct sheet_writer **out)
{
    static const struct writer_kind kind = {xlsx_head, xlsx_write, xlsx_finish, xlsx_abandon};
    const char *place = getenv("TMPDIR");
    lxw_workbook_options options = {
        .constant_memory = LXW_TRUE,
        .tmpdir = arena_strz(arena, str_from(place ? place : "/var/tmp")),
        .use_zip64 = LXW_TRUE,
    };
    struct xlsx_writer *xlsx = ARENA_NEW(arena, struct xlsx_writer);
    xlsx->writer.kind = &kind;
    xlsx->name = arena_str(arena, sheet_name);
    xlsx->book = workbook_new_opt(path, &options);
    if (!xlsx->book)
        return ERR_UNAVAILABLE;
    xlsx->bold = workbook_add_format(xlsx->book);
    format_set_bold(xlsx->bold);
    *out = &xlsx->writer;
    return OK;
}
