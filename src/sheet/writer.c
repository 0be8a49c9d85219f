#include "sheet/writer.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"

enum { WRITER_ARENA = 4 * MIB, MAX_DECIMALS = 9 };

void writer_add_minor(struct buf *out, int64_t minor, unsigned decimals)
{
    uint64_t unit = 1, amount = minor < 0 ? 0 - (uint64_t)minor : (uint64_t)minor;
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    buf_printf(out, "%s%llu", minor < 0 ? "-" : "", (unsigned long long)(amount / unit));
    if (decimals)
        buf_printf(out, ".%0*llu", (int)decimals, (unsigned long long)(amount % unit));
}

void writer_add_instant(struct buf *out, int64_t at)
{
    char text[INSTANT_CHARS + 1];
    size_t n = instant_format(at - (at % CLOCK_SECOND + CLOCK_SECOND) % CLOCK_SECOND, text);
    str whole = {text, n}, day = str_cut(whole, 0, DAY_CHARS);
    buf_add(out, day);
    buf_byte(out, ' ');
    buf_add(out, str_cut(whole, DAY_CHARS + 1, n - 1));
}

static const struct sheet_column *
copy_columns(struct arena *arena, const struct sheet_column *columns, size_t count)
{
    struct sheet_column *copy = ARENA_ARRAY(arena, struct sheet_column, count);
    for (size_t i = 0; i < count; i++) {
        copy[i] = columns[i];
        copy[i].heading = arena_str(arena, utf8_prefix(columns[i].heading, 1000));
        if (copy[i].decimals > MAX_DECIMALS)
            copy[i].decimals = MAX_DECIMALS;
    }
    return copy;
}

err_t sheet_create(const char *path,
                   enum sheet_format format,
                   str sheet_name,
                   const struct sheet_column *columns,
                   size_t count,
                   struct sheet_writer **out)
{
    if (format == SHEET_VCF || count > LIMIT_SHEET_COLUMNS)
        return ERR_INVALID;
    struct arena *arena = arena_new(WRITER_ARENA);
    struct sheet_writer *writer;
    path = arena_strz(arena, str_from(path));
    err_t e = format == SHEET_CSV ? csv_create(arena, path, &writer)
                                  : xlsx_create(arena, path, sheet_name, &writer);
    if (e != OK) {
        arena_free(arena);
        return e;
    }
    writer->arena = arena;
    writer->path = path;
    writer->columns = copy_columns(arena, columns, count);
    writer->column_count = count;
    buf_init(&writer->scratch, LIMIT_SHEET_ROW);
    e = writer->kind->head(writer);
    if (e != OK) {
        sheet_abandon(writer);
        return e;
    }
    *out = writer;
    return OK;
}

err_t sheet_write(struct sheet_writer *writer, const value *cells, size_t count)
{
    if (count > writer->column_count)
        return ERR_INVALID;
    return writer->kind->write(writer, cells, count);
}

static void forget(struct sheet_writer *writer)
{
    buf_done(&writer->scratch);
    arena_free(writer->arena);
}

err_t sheet_finish(struct sheet_writer *writer)
{
    err_t e = writer->kind->finish(writer);
    if (e != OK)
        unlink(writer->path);
    forget(writer);
    return e;
}

void sheet_abandon(struct sheet_writer *writer)
{
    if (!writer)
        return;
    writer->kind->abandon(writer);
    unlink(writer->path);
    forget(writer);
}
