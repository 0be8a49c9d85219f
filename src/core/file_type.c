#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/file.h"

static const struct magic {
    const char *bytes;
    size_t n, at;
    const char *type;
} magics[] = {
    {"\x89PNG\r\n\x1a\n", 8, 0, "image/png"},
    {"\xff\xd8\xff", 3, 0, "image/jpeg"},
    {"GIF8", 4, 0, "image/gif"},
    {"WEBP", 4, 8, "image/webp"},
    {"%PDF-", 5, 0, "application/pdf"},
};

/* Archives whose inside is told by the name alone; whoever reads one looks into it. */
static const struct ending {
    const char *name, *type;
} zips[] = {
    {".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    {".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
    {".pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
    {".zip", "application/zip"},
};

static bool ends_with(str name, const char *ending)
{
    str e = str_from(ending);
    return name.n >= e.n && str_ieq_ascii(str_cut(name, name.n - e.n, name.n), e);
}

/* By its mark, or by the zero bytes of separators and digits, all in one half of the pairs. */
static bool is_utf16(str head)
{
    size_t zeros[2] = {0};
    if (str_starts(head, S("\xff\xfe")) || str_starts(head, S("\xfe\xff")))
        return true;
    for (size_t i = 0; i < head.n; i++)
        zeros[i & 1] += head.p[i] == 0;
    return zeros[0] > 8 * zeros[1] || zeros[1] > 8 * zeros[0];
}

static bool is_text(str head)
{
    bool utf16 = is_utf16(head);
    for (size_t i = 0; i < head.n; i++) {
        unsigned char c = (unsigned char)head.p[i];
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && !(utf16 && c == 0))
            return utf16;
    }
    return true;
}

/* Markup that a browser could run. */
static bool is_markup(str head)
{
    str s = str_trim(head);
    if (str_starts(s, S("\xef\xbb\xbf")))
        s = str_trim(str_cut(s, 3, s.n));
    return s.n && s.p[0] == '<';
}

const char *file_type(const char *path, str name)
{
    char bytes[4096];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    if (n <= 0)
        return NULL;
    str head = {bytes, (size_t)n};
    for (size_t i = 0; i < sizeof magics / sizeof *magics; i++) {
        const struct magic *m = &magics[i];
        if (head.n >= m->at + m->n && memcmp(head.p + m->at, m->bytes, m->n) == 0)
            return m->type;
    }
    if (str_starts(head, S("PK\x03\x04"))) {
        for (size_t i = 0; i < sizeof zips / sizeof *zips; i++)
            if (ends_with(name, zips[i].name))
                return zips[i].type;
        return "application/zip";
    }
    if (str_starts(head, S("\xd0\xcf\x11\xe0")))
        return "application/vnd.ms-office"; /* .xls: kept, so that its reader can say what to do */
    if (!is_text(head) || is_markup(head))
        return NULL;
    if (str_ieq_ascii(str_cut(str_trim(head), 0, 11), S("BEGIN:VCARD")))
        return "text/vcard";
    return ends_with(name, ".csv") || ends_with(name, ".tsv") ? "text/csv" : "text/plain";
}
