/* xlsx_rows: the rows of one worksheet, parsed a chunk ahead of the reader. */
#pragma once

#include "base/buf.h"
#include "sheet/package.h"

enum raw_kind { RAW_NUMBER, RAW_SHARED, RAW_TEXT, RAW_BOOL, RAW_ERROR, RAW_ISO_DATE };

struct raw_cell {
    uint32_t column; /* from 0 */
    uint32_t style;
    enum raw_kind kind;
    uint32_t n; /* its text: n bytes at `at` of rows->text */
    size_t at;
};

struct raw_row {
    size_t line;
    size_t first, count; /* in rows->cells */
};

struct xlsx_rows {
    struct part *part;
    const char *name;
    bool at_end;
    const char *refused; /* a problem, met at line */
    struct buf text;
    struct raw_cell *cells;
    size_t cell_count, cell_cap;
    struct raw_row *rows; /* the last one may still be growing */
    size_t row_count, row_cap;
    size_t next; /* first row not yet given out */
    /* where the parser stands */
    bool in_data, in_row, in_cell, in_value, in_formula;
    unsigned phonetic;
    size_t line;
    uint32_t column; /* of the next cell without a name */
    struct raw_cell cell;
};

/* "BC12" is column 54. UINT32_MAX when there are no letters. */
uint32_t xlsx_column_of(str name);
err_t xlsx_rows_open(struct xlsx_rows *,
                     struct package *,
                     const char *part,
                     struct problems *) MUST_USE;
void xlsx_rows_close(struct xlsx_rows *); /* zeroed is fine */
/* The next row that holds anything; *row is NULL at the end. Borrowed until the next call. */
err_t xlsx_rows_next(struct xlsx_rows *, const struct raw_row **row, struct problems *) MUST_USE;
