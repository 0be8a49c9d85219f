#include "sheet/xlsx_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "sheet/reader.h"

/* Makes room for one more; out of memory aborts, growth is bounded by one chunk and one row. */
static void *grow(void *at, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return at;
    *cap = *cap ? *cap * 2 : 64;
    at = realloc(at, *cap * size);
    if (!at)
        abort();
    return at;
}

static void refuse(struct xlsx_rows *rows, const char *what)
{
    if (!rows->refused)
        rows->refused = what;
}

uint32_t xlsx_column_of(str name)
{
    uint32_t column = 0;
    size_t i = 0;
    for (; i < name.n && i < 4; i++) {
        char c = name.p[i];
        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c < 'A' || c > 'Z')
            break;
        column = column * 26 + (uint32_t)(c - 'A') + 1;
    }
    return column - 1;
}

static enum raw_kind kind_of(str type)
{
    if (type.n == 0)
        return RAW_NUMBER;
    switch (type.p[0]) {
    case 's':
        return type.n == 1 ? RAW_SHARED : RAW_TEXT; /* or "str", a formula's text */
    case 'i':
        return RAW_TEXT; /* "inlineStr" */
    case 'b':
        return RAW_BOOL;
    case 'e':
        return RAW_ERROR;
    case 'd':
        return RAW_ISO_DATE;
    default:
        return RAW_NUMBER;
    }
}

static void start_row(struct xlsx_rows *rows, const struct part_attributes *attributes)
{
    int64_t line;
    if (str_to_int(part_attribute(attributes, "r"), &line) != OK || line < 1 || line > INT32_MAX)
        line = (int64_t)rows->line + 1;
    rows->line = (size_t)line;
    rows->rows = grow(rows->rows, rows->row_count, &rows->row_cap, sizeof *rows->rows);
    rows->rows[rows->row_count++] = (struct raw_row){rows->line, rows->cell_count, 0};
    rows->in_row = true;
    rows->column = 0;
}

static void start_cell(struct xlsx_rows *rows, const struct part_attributes *attributes)
{
    uint32_t column = xlsx_column_of(part_attribute(attributes, "r"));
    int64_t style;
    if (str_to_int(part_attribute(attributes, "s"), &style) != OK || style < 0 || style > INT32_MAX)
        style = 0;
    rows->cell = (struct raw_cell){
        .column = column == UINT32_MAX ? rows->column : column,
        .style = (uint32_t)style,
        .kind = kind_of(part_attribute(attributes, "t")),
        .at = rows->text.n,
    };
    rows->column = rows->cell.column + 1;
    rows->in_cell = true;
}

static void end_cell(struct xlsx_rows *rows)
{
    struct raw_cell *cell = &rows->cell;
    rows->in_cell = rows->in_value = false;
    cell->n = (uint32_t)(rows->text.n - cell->at);
    if (cell->n == 0)
        return;
    struct raw_row *row = &rows->rows[rows->row_count - 1];
    if (rows->text.full)
        refuse(rows, "sheet_row_too_large");
    if (cell->column >= LIMIT_SHEET_COLUMNS || row->count >= LIMIT_SHEET_COLUMNS) {
        refuse(rows, "sheet_too_wide");
        return;
    }
    rows->cells = grow(rows->cells, rows->cell_count, &rows->cell_cap, sizeof *rows->cells);
    rows->cells[rows->cell_count++] = *cell;
    row->count++;
}

static void start(void *context, const char *name, const struct part_attributes *attributes)
{
    struct xlsx_rows *rows = context;
    if (rows->refused)
        return;
    if (rows->in_cell) {
        if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
            rows->in_value = rows->phonetic == 0;
        else if (strcmp(name, "rPh") == 0)
            rows->phonetic++;
    } else if (rows->in_row) {
        if (strcmp(name, "c") == 0)
            start_cell(rows, attributes);
    } else if (rows->in_data) {
        if (strcmp(name, "row") == 0)
            start_row(rows, attributes);
    } else if (strcmp(name, "sheetData") == 0) {
        rows->in_data = true;
    }
}

static void text(void *context, str s)
{
    struct xlsx_rows *rows = context;
    if (rows->in_value && !rows->refused)
        buf_add(&rows->text, s);
}

static void end(void *context, const char *name)
{
    struct xlsx_rows *rows = context;
    if (rows->refused)
        return;
    if (rows->in_cell) {
        if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
            rows->in_value = false;
        else if (strcmp(name, "rPh") == 0)
            rows->phonetic--;
        else if (strcmp(name, "c") == 0)
            end_cell(rows);
    } else if (rows->in_row) {
        if (strcmp(name, "row") == 0) {
            rows->in_row = false;
            if (rows->rows[rows->row_count - 1].count == 0)
                rows->row_count--;
        }
    } else if (strcmp(name, "sheetData") == 0) {
        rows->in_data = false;
    }
}

err_t xlsx_rows_open(struct xlsx_rows *rows,
                     struct package *package,
                     const char *name,
                     struct problems *problems)
{
    static const struct part_handler handler = {start, end, text};
    *rows = (struct xlsx_rows){.name = name};
    buf_init(&rows->text, LIMIT_SHEET_ROW);
    return part_open(package, name, &handler, rows, problems, &rows->part);
}

void xlsx_rows_close(struct xlsx_rows *rows)
{
    part_close(rows->part);
    buf_done(&rows->text);
    free(rows->cells);
    free(rows->rows);
    *rows = (struct xlsx_rows){0};
}

/* Forgets what was given out; a row that is still growing moves to the front. */
static void drop_given(struct xlsx_rows *rows)
{
    size_t kept = rows->row_count - rows->next;
    size_t first = kept ? rows->rows[rows->next].first : rows->cell_count;
    size_t text_at = first < rows->cell_count ? rows->cells[first].at
                     : rows->in_cell          ? rows->cell.at
                                              : rows->text.n;
    rows->cell_count -= first;
    rows->row_count = kept;
    rows->text.n -= text_at;
    if (rows->cell_count)
        memmove(rows->cells, rows->cells + first, rows->cell_count * sizeof *rows->cells);
    if (kept)
        memmove(rows->rows, rows->rows + rows->next, kept * sizeof *rows->rows);
    if (rows->text.n)
        memmove(rows->text.p, rows->text.p + text_at, rows->text.n);
    for (size_t i = 0; i < kept; i++)
        rows->rows[i].first -= first;
    for (size_t i = 0; i < rows->cell_count; i++)
        rows->cells[i].at -= text_at;
    rows->cell.at -= rows->in_cell ? text_at : 0;
    rows->next = 0;
}

err_t xlsx_rows_next(struct xlsx_rows *rows, const struct raw_row **out, struct problems *problems)
{
    while (rows->row_count - rows->next <= (size_t)rows->in_row) {
        if (rows->refused)
            return reader_refuse(problems, rows->refused, rows->line);
        if (rows->at_end) {
            *out = NULL;
            return OK;
        }
        drop_given(rows);
        TRY(part_feed(rows->part, &rows->at_end, problems));
    }
    *out = &rows->rows[rows->next++];
    return OK;
}
