#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/jw.h"
#include "base/limits.h"
#include "sheet/guard.h"
#include "sheet/writer.h"

struct csv_writer {
    struct sheet_writer writer;
    FILE *file;
    char buffer[64 * KIB];
};

static void add_text(struct buf *out, str text)
{
    bool guarded = guard_needed(text);
    bool quoted = guarded || (text.n && (text.p[0] == ' ' || text.p[text.n - 1] == ' '));
    for (size_t i = 0; i < text.n && !quoted; i++)
        quoted = strchr(",;\t\"\r\n", text.p[i]) != NULL;
    if (!quoted) {
        buf_add(out, text);
        return;
    }
    buf_byte(out, '"');
    if (guarded)
        buf_byte(out, '\'');
    for (size_t at; (at = str_find_byte(text, '"')) != SIZE_MAX;) {
        buf_add(out, str_cut(text, 0, at + 1));
        buf_byte(out, '"');
        text = str_cut(text, at + 1, text.n);
    }
    buf_add(out, text);
    buf_byte(out, '"');
}

static void add_real(struct buf *out, enum sheet_column_kind kind, double number)
{
    if (kind == COLUMN_PERCENT) {
        buf_printf(out, "%.15g%%", number * 100);
    } else {
        struct jw w = {.out = out};
        jw_real(&w, number);
    }
}

static void add_int(struct buf *out, const struct sheet_column *column, int64_t number)
{
    char day[DAY_CHARS + 1];
    switch (column->kind) {
    case COLUMN_MONEY:
        writer_add_minor(out, number, column->decimals);
        break;
    case COLUMN_PERCENT:
        add_real(out, COLUMN_PERCENT, (double)number);
        break;
    case COLUMN_DAY:
        buf_add(out, (str){day, day_format(number, day)});
        break;
    case COLUMN_INSTANT:
        writer_add_instant(out, number);
        break;
    case COLUMN_TEXT:
    case COLUMN_NUMBER:
        buf_int(out, number);
        break;
    }
}

static void add_cell(struct buf *out, const struct sheet_column *column, value cell)
{
    switch (cell.kind) {
    case VALUE_NULL:
        break;
    case VALUE_BOOL:
        buf_addz(out, cell.b ? "TRUE" : "FALSE");
        break;
    case VALUE_INT:
        add_int(out, column, cell.i);
        break;
    case VALUE_REAL:
        add_real(out, column->kind, cell.r);
        break;
    case VALUE_TEXT:
        add_text(out, cell.s);
        break;
    }
}

static err_t end_line(struct csv_writer *csv)
{
    struct buf *line = &csv->writer.scratch;
    buf_addz(line, "\r\n");
    if (line->full)
        return ERR_LIMIT;
    return fwrite(line->p, 1, line->n, csv->file) == line->n ? OK : ERR_UNAVAILABLE;
}

static err_t csv_head(struct sheet_writer *writer)
{
    buf_clear(&writer->scratch);
    for (size_t i = 0; i < writer->column_count; i++) {
        if (i)
            buf_byte(&writer->scratch, ',');
        add_text(&writer->scratch, writer->columns[i].heading);
    }
    return end_line((struct csv_writer *)writer);
}

static err_t csv_write(struct sheet_writer *writer, const value *cells, size_t count)
{
    buf_clear(&writer->scratch);
    for (size_t i = 0; i < writer->column_count; i++) {
        if (i)
            buf_byte(&writer->scratch, ',');
        if (i < count)
            add_cell(&writer->scratch, &writer->columns[i], cells[i]);
    }
    return end_line((struct csv_writer *)writer);
}

static err_t csv_finish(struct sheet_writer *writer)
{
    struct csv_writer *csv = (struct csv_writer *)writer;
    bool failed = fflush(csv->file) != 0 || ferror(csv->file);
    failed |= fclose(csv->file) != 0;
    return failed ? ERR_UNAVAILABLE : OK;
}

static void csv_abandon(struct sheet_writer *writer)
{
    fclose(((struct csv_writer *)writer)->file);
}

err_t csv_create(struct arena *arena, const char *path, struct sheet_writer **out)
{
    static const struct writer_kind kind = {csv_head, csv_write, csv_finish, csv_abandon};
    FILE *file = fopen(path, "wbe");
    if (!file)
        return ERR_UNAVAILABLE;
    struct csv_writer *csv = ARENA_NEW(arena, struct csv_writer);
    csv->writer.kind = &kind;
    csv->file = file;
    setvbuf(file, csv->buffer, _IOFBF, sizeof csv->buffer);
    fputs("\xef\xbb\xbf", file);
    *out = &csv->writer;
    return OK;
}
