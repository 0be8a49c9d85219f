/* The readers of .xlsx, .csv and .vcf, given the bytes of a whole file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/limits.h"
#include "sheet/sheet.h"
#include "fuzz.h"

enum { MAX_ROWS = 100000 };

/* Touches every byte that was read, so that a sanitizer sees bad ones; text must be UTF-8. */
static void read_sheet(struct sheet_reader *reader, size_t sheet, struct problems *problems)
{
    if (sheet_select(reader, sheet, problems) != OK)
        return;
    for (size_t rows = 0; rows < MAX_ROWS; rows++) {
        struct sheet_cell *cells;
        size_t count, line;
        bool end;
        if (sheet_next(reader, &cells, &count, &line, &end, problems) != OK || end)
            return;
        for (size_t i = 0; i < count; i++) {
            if (!utf8_valid(cells[i].text) || (cells[i].kind == CELL_EMPTY && cells[i].text.n))
                abort();
        }
        if (count == 0 || cells[count - 1].kind == CELL_EMPTY)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int fd = -1;
    static char path[64];
    if (fd < 0) {
        fd = memfd_create("sheet", MFD_CLOEXEC);
        if (fd < 0)
            abort();
        snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    }
    if (ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
        abort();
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct problems problems = {.arena = arena};
    struct sheet_reader *reader = NULL;
    err_t e = sheet_open(arena, path, &problems, &reader);
    if (e == ERR_INVALID && !problems_any(&problems))
        abort();
    for (size_t i = 0; e == OK && i < sheet_count(reader); i++)
        read_sheet(reader, i, &problems);
    sheet_close(reader);
    return 0;
}
