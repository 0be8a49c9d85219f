/* reader: what the three readers have in common, inside this room. */
#pragma once

#include "base/buf.h"
#include "sheet/sheet.h"

struct reader_kind {
    err_t (*select)(struct sheet_reader *, size_t sheet, struct problems *);
    /* One row, which may be empty; its cells are in reader->row. */
    err_t (*next)(struct sheet_reader *, size_t *line, bool *end, struct problems *);
    double (*progress)(const struct sheet_reader *);
    void (*close)(struct sheet_reader *);
};

/* The row being read. Text grows while cells are added, so cells hold offsets until row_finish. */
struct row {
    struct buf text;
    struct sheet_cell *cells; /* LIMIT_SHEET_COLUMNS */
    size_t *starts;           /* offset in text of each cell's text */
    size_t n;
};

/* First member of each reader. */
struct sheet_reader {
    const struct reader_kind *kind;
    struct arena *arena;
    enum sheet_format format;
    const char *encoding;
    VEC(struct sheet_info) sheets;
    bool selected; /* a sheet is being read */
    struct row row;
};

err_t xlsx_open(struct arena *,
                const char *path,
                struct problems *,
                struct sheet_reader **) MUST_USE;
err_t csv_open(struct arena *,
               const char *path,
               struct problems *,
               struct sheet_reader **) MUST_USE;
err_t vcf_open(struct arena *,
               const char *path,
               struct problems *,
               struct sheet_reader **) MUST_USE;

void reader_init(struct sheet_reader *,
                 struct arena *,
                 enum sheet_format,
                 const struct reader_kind *);
/* ERR_INVALID with a problem at the line; what: "sheet_too_wide", "sheet_row_too_large" … */
err_t reader_refuse(struct problems *, const char *what, size_t line) MUST_USE;

void row_init(struct row *, struct arena *);
void row_done(struct row *);
void row_clear(struct row *);
/* The cell of a column from 0, whose text begins at the end of row->text; columns left out before
 * it are empty. NULL when there are too many columns. */
struct sheet_cell *row_cell(struct row *, size_t column);
/* The cell's text is all that was added since row_cell. */
void row_end_cell(struct row *, size_t column);
/* Points the cells to their texts and drops empty ones at the end. */
void row_finish(struct row *);
