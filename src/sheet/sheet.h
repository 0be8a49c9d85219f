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
    str text;      /* as people see it; xlsx numbers in plain digits, dates as their number */
    double number; /* CELL_NUMBER, CELL_BOOL */
    int64_t at; /* CELL_DAY: days since 1970; CELL_INSTANT: microseconds, local wall time as UTC */
};

struct sheet_info {
    str name;
    bool hidden;
};

struct sheet_reader;

/* Looks at the bytes, not at the name: zip = xlsx, BEGIN:VCARD = vcf, else csv (UTF-8, UTF-16 with
 * or without BOM, GB18030, Big5; separator , ; tab or | found from the first lines).
 * ERR_INVALID with one problem (arguments in brackets), here or from a later call:
 *   sheet_broken (part, why, ":line" or "")   sheet_bomb            sheet_encrypted
 *   sheet_old_xls                             sheet_html (a web page named .xls)
 *   sheet_encoding (line, encoding)           sheet_unknown         sheet_empty
 *   sheet_open_quote (line)                   sheet_too_wide (line) sheet_row_too_large (line)
 *   sheet_open_card (line, of a contacts file)
 * ERR_UNAVAILABLE: the file cannot be read, or no room for a temporary one. The reader's outline is
 * in the arena, which must outlive it; what it reads is not. */
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
 * cells are left out. *line is the row's number in an xlsx, in the others the line it begins in,
 * from 1. *end at the end. After an error only sheet_select and sheet_close make sense.
 *
 * Cells of a csv are all text; ="0138" is given as 0138, and the ' of our own csv is taken off. Of
 * merged cells those in the first column have the value, in rows that hold anything else. A vcf
 * gives first, as line 0, a row of the property names of all cards, then one row a card: FN (from N
 * where it is missing), TEL, EMAIL, ORG, DEPARTMENT (the rest of ORG), TITLE, ADR (joined as one
 * writes it), URL, BDAY, NICKNAME, CATEGORIES, NOTE, then others as they appear; several values of
 * one property are joined by newlines; pictures, sounds and keys are left out. */
err_t sheet_next(struct sheet_reader *,
                 struct sheet_cell **cells,
                 size_t *count,
                 size_t *line,
                 bool *end,
                 struct problems *) MUST_USE;
/* 0..1, by bytes read of those in the sheet. */
double sheet_progress(const struct sheet_reader *);
void sheet_close(struct sheet_reader *);

/* Writing. Cells whose first character could start a formula get a leading ' in csv (which reading
 * a csv takes off again), and are typed as text in xlsx (security O3). xlsx is written in constant
 * memory; rows beyond Excel's 1,048,576 go on in a further sheet. csv is UTF-8 with BOM and CRLF.
 */
struct sheet_writer;
enum sheet_column_kind {
    COLUMN_TEXT,
    COLUMN_NUMBER,
    COLUMN_MONEY,
    COLUMN_PERCENT, /* 0.25 is 25 % */
    COLUMN_DAY,
    COLUMN_INSTANT
};
struct sheet_column {
    str heading;
    enum sheet_column_kind kind;
    unsigned width;    /* characters, 0 = by kind and heading */
    unsigned decimals; /* shown; of MONEY: digits of its minor unit; at most 9 */
};
/* ERR_INVALID: a format that is not written (SHEET_VCF) or more than LIMIT_SHEET_COLUMNS columns.
 * ERR_UNAVAILABLE: the file cannot be made. The columns are copied. */
err_t sheet_create(const char *path,
                   enum sheet_format,
                   str sheet_name,
                   const struct sheet_column *columns,
                   size_t count,
                   struct sheet_writer **) MUST_USE;
/* INT in a MONEY column is minor units, in a DAY column days, in an INSTANT column microseconds of
 * local wall time. TEXT is text in any column. ERR_INVALID: more cells than columns. */
err_t sheet_write(struct sheet_writer *, const value *cells, size_t count) MUST_USE;
/* Frees the writer in any case. ERR_UNAVAILABLE (the disk is full): the file is removed. */
err_t sheet_finish(struct sheet_writer *) MUST_USE;
void sheet_abandon(struct sheet_writer *); /* frees and removes the file; NULL is fine */
