/* writer: what the two writers have in common, inside this room. */
#pragma once

#include "base/arena.h"
#include "base/buf.h"
#include "sheet/sheet.h"

struct writer_kind {
    err_t (*head)(struct sheet_writer *); /* writes the headings; the columns are known by now */
    err_t (*write)(struct sheet_writer *, const value *cells, size_t count);
    err_t (*finish)(struct sheet_writer *); /* closes the file */
    void (*abandon)(struct sheet_writer *); /* closes whatever is open; the file goes anyway */
};

/* First member of each writer. */
struct sheet_writer {
    const struct writer_kind *kind;
    struct arena *arena; /* holds the writer too */
    const char *path;
    const struct sheet_column *columns;
    size_t column_count;
    struct buf scratch;
};

err_t csv_create(struct arena *, const char *path, struct sheet_writer **) MUST_USE;
err_t xlsx_create(struct arena *,
                  const char *path,
                  str sheet_name,
                  struct sheet_writer **) MUST_USE;

/* 12345 minor units with 2 decimals: "123.45". */
void writer_add_minor(struct buf *, int64_t minor, unsigned decimals);
/* "2026-11-21 14:03:00". */
void writer_add_instant(struct buf *, int64_t at);
