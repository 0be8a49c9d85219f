/* workbook: what an .xlsx holds and where: its sheets, shared strings and styles. */
#pragma once

#include "base/vec.h"
#include "sheet/package.h"

struct workbook_sheet {
    str name;
    bool hidden;
    const char *part; /* "xl/worksheets/sheet1.xml" */
};

struct workbook {
    VEC(struct workbook_sheet) sheets;
    const char *strings, *styles; /* parts; NULL when there are none */
    bool since_1904;
};

/* ERR_INVALID with "sheet_unknown" (a zip, but no workbook), "sheet_empty" (no sheet),
 * "sheet_broken" … */
err_t workbook_read(struct arena *,
                    struct package *,
                    struct problems *,
                    struct workbook *) MUST_USE;
