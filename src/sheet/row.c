#include "sheet/reader.h"

#include "base/limits.h"

void row_init(struct row *row, struct arena *arena)
{
    *row = (struct row){
        .cells = ARENA_ARRAY(arena, struct sheet_cell, LIMIT_SHEET_COLUMNS),
        .starts = ARENA_ARRAY(arena, size_t, LIMIT_SHEET_COLUMNS),
    };
    buf_init(&row->text, LIMIT_SHEET_ROW);
    buf_byte(&row->text, 0); /* text.p is never NULL, so that offsets may be added to it */
    buf_clear(&row->text);
}

void row_done(struct row *row)
{
    buf_done(&row->text);
}

void row_clear(struct row *row)
{
    buf_clear(&row->text);
    row->n = 0;
}

struct sheet_cell *row_cell(struct row *row, size_t column)
{
    if (column >= LIMIT_SHEET_COLUMNS)
        return NULL;
    while (row->n <= column) {
        row->starts[row->n] = row->text.n;
        row->cells[row->n++] = (struct sheet_cell){0};
    }
    row->starts[column] = row->text.n;
    return &row->cells[column];
}

void row_end_cell(struct row *row, size_t column)
{
    row->cells[column].text.n = row->text.n - row->starts[column];
}

void row_finish(struct row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        if (row->cells[i].text.n)
            row->cells[i].text.p = row->text.p + row->starts[i];
    }
    while (row->n && row->cells[row->n - 1].kind == CELL_EMPTY)
        row->n--;
}
