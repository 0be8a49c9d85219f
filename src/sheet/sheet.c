#include "sheet/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "sheet/reader.h"

void reader_init(struct sheet_reader *reader,
                 struct arena *arena,
                 enum sheet_format format,
                 const struct reader_kind *kind)
{
    reader->kind = kind;
    reader->arena = arena;
    reader->format = format;
    reader->encoding = "UTF-8";
    row_init(&reader->row, arena);
}

err_t reader_refuse(struct problems *problems, const char *what, size_t line)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", line);
    problem_add(problems, S(""), what, digits, NULL);
    return ERR_INVALID;
}

/* Whether the file holds the text in UTF-16LE, as the directory of an OLE file has its names. */
static bool holds_name(int fd, const char *name)
{
    char wide[64], block[16 * KIB];
    size_t n = 0, kept = 0;
    for (const char *c = name; *c && n + 2 <= sizeof wide; c++) {
        wide[n++] = *c;
        wide[n++] = 0;
    }
    off_t at = 0;
    ssize_t got;
    while ((got = pread(fd, block + kept, sizeof block - kept, at)) > 0) {
        size_t have = kept + (size_t)got;
        if (memmem(block, have, wide, n))
            return true;
        at += got;
        kept = have < n - 1 ? have : n - 1;
        memmove(block, block + have - kept, kept);
    }
    return false;
}

static str skip_mark_and_space(str head)
{
    if (str_starts(head, S("\xef\xbb\xbf")))
        head = str_cut(head, 3, head.n);
    return str_trim(head);
}

static bool is_markup(str head)
{
    static const str starts[] = {S("<html"), S("<!doctype"), S("<?xml"), S("<table"),
                                 S("<meta"), S("<style"),    S("<head"), S("<div")};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (str_ieq_ascii(str_cut(head, 0, starts[i].n), starts[i]))
            return true;
    }
    return false;
}

static bool is_other_file(str head)
{
    static const str magics[] = {S("%PDF-"),
                                 S("\x89PNG"),
                                 S("\xff\xd8\xff"),
                                 S("GIF8"),
                                 S("Rar!"),
                                 S("7z\xbc\xaf\x27\x1c"),
                                 S("\x1f\x8b"),
                                 S("{\\rtf"),
                                 S("\x7f"
                                   "ELF")};
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        if (str_starts(head, magics[i]))
            return true;
    }
    return false;
}

/* A vCard in UTF-8 or, with zero bytes left out, UTF-16. */
static bool is_card(str head)
{
    char plain[64];
    size_t n = 0;
    for (size_t i = 0; i < head.n && n < sizeof plain; i++) {
        unsigned char c = (unsigned char)head.p[i];
        if (c > 0 && c < 0x80)
            plain[n++] = head.p[i];
    }
    str text = str_trim((str){plain, n});
    return str_ieq_ascii(str_cut(text, 0, 11), S("BEGIN:VCARD"));
}

typedef err_t open_fn(struct arena *, const char *, struct problems *, struct sheet_reader **);

static err_t choose(int fd, str head, struct problems *problems, enum sheet_format *format)
{
    const char *refused = NULL;
    if (str_starts(head, S("PK\x03\x04")) || str_starts(head, S("PK\x05\x06")))
        *format = SHEET_XLSX;
    else if (str_starts(head, S("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")))
        refused = holds_name(fd, "EncryptedPackage") ? "sheet_encrypted" : "sheet_old_xls";
    else if (skip_mark_and_space(head).n == 0)
        refused = "sheet_empty";
    else if (is_markup(skip_mark_and_space(head)))
        refused = "sheet_html";
    else if (is_other_file(head))
        refused = "sheet_unknown";
    else
        *format = is_card(head) ? SHEET_VCF : SHEET_CSV;
    if (!refused)
        return OK;
    problem_add(problems, S(""), refused, NULL);
    return ERR_INVALID;
}

err_t sheet_open(struct arena *arena,
                 const char *path,
                 struct problems *problems,
                 struct sheet_reader **out)
{
    static open_fn *const openers[] = {xlsx_open, csv_open, vcf_open};
    char head[512];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return ERR_UNAVAILABLE;
    ssize_t got = pread(fd, head, sizeof head, 0);
    enum sheet_format format = SHEET_CSV;
    err_t e = got < 0 ? ERR_UNAVAILABLE : choose(fd, (str){head, (size_t)got}, problems, &format);
    close(fd);
    TRY(e);
    return openers[format](arena, path, problems, out);
}

enum sheet_format sheet_format(const struct sheet_reader *reader)
{
    return reader->format;
}

const char *sheet_encoding(const struct sheet_reader *reader)
{
    return reader->encoding;
}

size_t sheet_count(const struct sheet_reader *reader)
{
    return reader->sheets.n;
}

struct sheet_info sheet_info(const struct sheet_reader *reader, size_t sheet)
{
    return sheet < reader->sheets.n ? reader->sheets.at[sheet] : (struct sheet_info){0};
}

err_t sheet_select(struct sheet_reader *reader, size_t sheet, struct problems *problems)
{
    if (sheet >= reader->sheets.n)
        return ERR_NOT_FOUND;
    reader->selected = false;
    TRY(reader->kind->select(reader, sheet, problems));
    reader->selected = true;
    return OK;
}

err_t sheet_next(struct sheet_reader *reader,
                 struct sheet_cell **cells,
                 size_t *count,
                 size_t *line,
                 bool *end,
                 struct problems *problems)
{
    size_t row_line = 0;
    bool at_end = false;
    if (!reader->selected)
        TRY(sheet_select(reader, 0, problems));
    do {
        row_clear(&reader->row);
        TRY(reader->kind->next(reader, &row_line, &at_end, problems));
        row_finish(&reader->row);
    } while (!at_end && reader->row.n == 0);
    *cells = reader->row.cells;
    *count = reader->row.n;
    *line = row_line;
    *end = at_end;
    return OK;
}

double sheet_progress(const struct sheet_reader *reader)
{
    double progress = reader->kind->progress(reader);
    return progress < 0 ? 0 : progress > 1 ? 1 : progress;
}

void sheet_close(struct sheet_reader *reader)
{
    if (!reader)
        return;
    reader->kind->close(reader);
    row_done(&reader->row);
}
