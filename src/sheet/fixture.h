/* fixture: files for the tests of this room, and what was read of them as text. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "sheet/sheet.h"

/* A new temporary file with the bytes; its path, removed with the arena. */
char *fixture_file(struct arena *, str bytes);
char *fixture_path(struct arena *);

/* Parts of a package; a NULL name ends the list. */
struct fixture_part {
    const char *name, *text;
};
/* An .xlsx of the parts given; those that a minimal workbook needs and are not given (content
 * types, relations, a workbook with one sheet "Sheet1" at xl/worksheets/sheet1.xml) are added. */
char *fixture_xlsx(struct arena *, const struct fixture_part *);
/* A package whose only sheet has this text in its sheetData. */
char *fixture_rows(struct arena *, const char *rows);

/* Opens the file and reads the sheet. One line a row: "line: cell|cell"; an empty cell is nothing,
 * a text itself, others with a sign before their text: #number ?bool @day~ @instant !error. What
 * was refused: the problem's code and its arguments, as "sheet_broken(xl/a.xml, missing)". */
str fixture_read(struct arena *, const char *path, size_t sheet);
/* "ok" or the problem with which the file is refused, on opening or reading any sheet. */
str fixture_verdict(struct arena *, const char *path);
/* All sheets: "== name" or "== name (hidden)", then its rows. */
str fixture_describe(struct arena *, const char *path);
