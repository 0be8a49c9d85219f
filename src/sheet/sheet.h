/* sheet: tables in files, in and out: .xlsx, .csv, .vcf. Knows rows and cells, nothing of records.
 *
 * Readers stream: memory is bounded whatever the file's size (security I4: bytes, ratio and number
 * of entries are counted while inflating; paths inside an archive are ignored; DOCTYPE refused). */
#pragma once

#include "base/arena.h"
#include "base/problem.h"
#include "base/value.h"

enum sheet_format { SHEET_XLSX, SHEET_CSV, SHEET_VCF };

enum sheet_cell_kind {
    CELL_EMPTY,
    CELL_TEXT,
    CELL_NUMBER,
    CELL_BOOL,
    CELL_DAY,
    CELL_INSTANT,
    CELL_ERROR
};

struct sheet_cell {
    enum sheet_cell_kind kind;
    str text;      /* as written in the file (xlsx numbers: the digits in the XML) */
    double number; /* CELL_NUMBER, CELL_BOOL */
    int64_t at; /* CELL_DAY: days since 1970; CELL_INSTANT: microseconds, local wall time as UTC */
};

struct sheet_info {
    str name;
    bool hidden;
};

struct sheet_reader;

/* Looks at the bytes, not at the name: zip = xlsx, BEGIN:VCARD = vcf, else csv (UTF-8, UTF-16 with
 * or without BOM, GB18030; separator , ; tab or | found from the first lines).
 * ERR_INVALID with problems "sheet_broken", "sheet_bomb", "sheet_encrypted", "sheet_old_xls",
 * "sheet_encoding", "sheet_empty"; ERR_UNAVAILABLE cannot be read. */
err_t sheet_open(struct arena *,
                 const char *path,
                 struct problems *,
                 struct sheet_reader **) MUST_USE;
enum sheet_format sheet_format(const struct sheet_reader *);
const char *sheet_encoding(const struct sheet_reader *); /* "UTF-8", "UTF-16LE", "GB18030" … */
size_t sheet_count(const struct sheet_reader *);
struct sheet_info sheet_info(const struct sheet_reader *, size_t sheet);
/* Starts reading a sheet from its first row; may be called again. Without it, sheet_next reads the
 * first sheet. ERR_NOT_FOUND: no such sheet. */
err_t sheet_select(struct sheet_reader *, size_t sheet, struct problems *) MUST_USE;
/* The next row that is not wholly empty. Cells are borrowed until the next call; trailing empty
 * cells are left out. *line is the row's number in the file, from 1. *end at the end. A vcf gives
 * first a row of the property names of all cards (FN, TEL, EMAIL, ORG, TITLE, ADR, URL, BDAY, NOTE,
 * X-…; several values of one property are joined by newlines), then one row a card. */
err_t sheet_next(struct sheet_reader *,
                 struct sheet_cell **cells,
                 size_t *count,
                 size_t *line,
                 bool *end,
                 struct problems *) MUST_USE;
/* 0..1, by bytes read of those in the sheet. */
double sheet_progress(const struct sheet_reader *);
void sheet_close(struct sheet_reader *);

/* Writing. Cells whose first character could start a formula get a leading ' in csv, and are typed
 * as text in xlsx (security O3). xlsx is written in constant memory. */
struct sheet_writer;
struct sheet_column {
    str heading;
    enum {
        COLUMN_TEXT,
        COLUMN_NUMBER,
        COLUMN_MONEY,
        COLUMN_PERCENT,
        COLUMN_DAY,
        COLUMN_INSTANT
    } kind;
    unsigned width; /* characters, 0 = by kind */
    unsigned decimals;
};
err_t sheet_create(const char *path,
                   enum sheet_format,
                   str sheet_name,
                   const struct sheet_column *,
                   size_t columns,
                   struct sheet_writer **) MUST_USE;
/* INT in a MONEY column is minor units, in a DAY column days, in an INSTANT column microseconds of
 * local wall time. */
err_t sheet_write(struct sheet_writer *, const value *cells, size_t count) MUST_USE;
err_t sheet_finish(struct sheet_writer *) MUST_USE; /* frees; ERR_UNAVAILABLE: disk full */
void sheet_abandon(struct sheet_writer *);          /* frees and removes the file; NULL is fine */
