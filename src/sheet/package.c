#include "sheet/package.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <libxml/parser.h>
#include <zip.h>

#include "base/limits.h"
#include "sheet/tag_guard.h"

enum { CHUNK = 32 * KIB };

struct package {
    zip_t *zip;
    uint64_t inflated;
};

struct part {
    struct package *package;
    const struct part_handler *handler;
    void *context;
    char *name;
    zip_file_t *file;
    xmlParserCtxtPtr parser;
    uint64_t size, packed; /* as the archive says */
    uint64_t inflated;
    unsigned depth;
    const char *refused; /* by a callback */
    struct tag_guard guard;
    char chunk[CHUNK];
};

struct part_attributes {
    int n;
    const xmlChar **at; /* name, prefix, URI, value, end */
};

str part_attribute(const struct part_attributes *attributes, const char *name)
{
    for (int i = 0; i < attributes->n; i++) {
        const xmlChar **a = attributes->at + (ptrdiff_t)i * 5;
        if (strcmp((const char *)a[0], name) == 0)
            return (str){(const char *)a[3], (size_t)(a[4] - a[3])};
    }
    return (str){0};
}

err_t part_broken(const char *name, size_t line, const char *why, struct problems *problems)
{
    char at[24] = "";
    if (line)
        snprintf(at, sizeof at, ":%zu", line);
    problem_add(problems, S(""), "sheet_broken", name, why, at, NULL);
    return ERR_INVALID;
}

static err_t bomb(struct problems *problems)
{
    problem_add(problems, S(""), "sheet_bomb", NULL);
    return ERR_INVALID;
}

static uint64_t little(const unsigned char *p, size_t n)
{
    uint64_t v = 0;
    while (n--)
        v = v << 8 | p[n];
    return v;
}

static bool fits(uint64_t entries, uint64_t directory)
{
    return entries <= LIMIT_ARCHIVE_ENTRIES && directory <= (uint64_t)LIMIT_ARCHIVE_ENTRIES * KIB;
}

/* Whether the record at p, an end of central directory, promises a bearable number of entries. */
static bool end_record_fits(int fd, const unsigned char *p, bool after_locator)
{
    unsigned char end64[56];
    if (!after_locator)
        return fits(little(p + 10, 2), little(p + 12, 4));
    off_t at = (off_t)(little(p - 20 + 8, 8) & INT64_MAX);
    if (pread(fd, end64, sizeof end64, at) != (ssize_t)sizeof end64)
        return false;
    return fits(little(end64 + 32, 8), little(end64 + 40, 8));
}

/* libzip keeps all entries in memory, so their number is looked up before it opens the file. Any
 * end record in the tail might be the one that it takes. */
static err_t count_entries(int fd, struct problems *problems)
{
    enum { RECORD = 22, LOCATOR = 20, TAIL = 64 * KIB + RECORD + LOCATOR };
    off_t size = lseek(fd, 0, SEEK_END);
    if (size < 0)
        return ERR_UNAVAILABLE;
    size_t want = size < TAIL ? (size_t)size : TAIL;
    unsigned char *tail = malloc(TAIL);
    if (!tail)
        abort();
    ssize_t got = pread(fd, tail, want, size - (off_t)want);
    err_t e = got < 0 ? ERR_UNAVAILABLE : OK;
    for (ssize_t i = 0; e == OK && i + RECORD <= got; i++) {
        if (memcmp(tail + i, "PK\x05\x06", 4) != 0)
            continue;
        bool located = i >= LOCATOR && memcmp(tail + i - LOCATOR, "PK\x06\x07", 4) == 0;
        if (!end_record_fits(fd, tail + i, located))
            e = bomb(problems);
    }
    free(tail);
    return e;
}

static void start_libraries(void)
{
    xmlInitParser();
}

err_t package_open(const char *path, struct problems *problems, struct package **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_libraries);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return ERR_UNAVAILABLE;
    err_t e = count_entries(fd, problems);
    close(fd);
    TRY(e);
    int code;
    zip_t *zip = zip_open(path, ZIP_RDONLY, &code);
    if (!zip)
        return part_broken("zip", 0, "zip", problems);
    struct package *package = calloc(1, sizeof *package);
    if (!package)
        abort();
    package->zip = zip;
    *out = package;
    return OK;
}

void package_close(struct package *package)
{
    if (!package)
        return;
    zip_discard(package->zip);
    free(package);
}

bool package_has(struct package *package, const char *name)
{
    return zip_name_locate(package->zip, name, ZIP_FL_NOCASE) >= 0;
}

uint64_t package_inflated(const struct package *package)
{
    return package->inflated;
}

void package_set_inflated(struct package *package, uint64_t bytes)
{
    package->inflated = bytes;
}

static void refuse(struct part *part, const char *why)
{
    if (!part->refused)
        part->refused = why;
    xmlStopParser(part->parser);
}

static void on_start(void *context,
                     const xmlChar *name,
                     const xmlChar *prefix __attribute__((unused)),
                     const xmlChar *uri __attribute__((unused)),
                     int namespaces __attribute__((unused)),
                     const xmlChar **namespace_list __attribute__((unused)),
                     int attributes,
                     int defaulted __attribute__((unused)),
                     const xmlChar **attribute_list)
{
    struct part *part = context;
    if (++part->depth > LIMIT_XML_DEPTH) {
        refuse(part, "deep");
        return;
    }
    struct part_attributes list = {attributes, attribute_list};
    part->handler->start(part->context, (const char *)name, &list);
}

static void on_end(void *context,
                   const xmlChar *name,
                   const xmlChar *prefix __attribute__((unused)),
                   const xmlChar *uri __attribute__((unused)))
{
    struct part *part = context;
    part->depth--;
    part->handler->end(part->context, (const char *)name);
}

static void on_text(void *context, const xmlChar *text, int n)
{
    struct part *part = context;
    if (part->handler->text && n > 0)
        part->handler->text(part->context, (str){(const char *)text, (size_t)n});
}

static void on_doctype(void *context,
                       const xmlChar *name __attribute__((unused)),
                       const xmlChar *public_id __attribute__((unused)),
                       const xmlChar *system_id __attribute__((unused)))
{
    refuse(context, "doctype");
}

static xmlParserCtxtPtr new_parser(struct part *part)
{
    xmlSAXHandler sax = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .internalSubset = on_doctype,
    };
    xmlParserCtxtPtr parser = xmlCreatePushParserCtxt(&sax, part, NULL, 0, NULL);
    if (!parser)
        abort();
    xmlCtxtUseOptions(parser, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                  XML_PARSE_IGNORE_ENC);
    return parser;
}

err_t part_open(struct package *package,
                const char *name,
                const struct part_handler *handler,
                void *context,
                struct problems *problems,
                struct part **out)
{
    zip_int64_t index = zip_name_locate(package->zip, name, ZIP_FL_NOCASE);
    if (index < 0)
        return part_broken(name, 0, "missing", problems);
    zip_stat_t st;
    if (zip_stat_index(package->zip, (zip_uint64_t)index, 0, &st) != 0)
        return part_broken(name, 0, "zip", problems);
    if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) && st.encryption_method != ZIP_EM_NONE) {
        problem_add(problems, S(""), "sheet_encrypted", NULL);
        return ERR_INVALID;
    }
    zip_file_t *file = zip_fopen_index(package->zip, (zip_uint64_t)index, 0);
    if (!file)
        return part_broken(name, 0, "zip", problems);
    struct part *part = calloc(1, sizeof *part);
    char *copy = strdup(name);
    if (!part || !copy)
        abort();
    *part = (struct part){
        .package = package,
        .handler = handler,
        .context = context,
        .name = copy,
        .file = file,
        .size = st.valid & ZIP_STAT_SIZE ? st.size : 0,
        .packed = st.valid & ZIP_STAT_COMP_SIZE ? st.comp_size : 0,
    };
    part->parser = new_parser(part);
    *out = part;
    return OK;
}

static bool is_too_large(uint64_t inflated, uint64_t packed)
{
    return inflated > LIMIT_ARCHIVE_INFLATED ||
           (inflated > LIMIT_ARCHIVE_RATIO_FROM && inflated / LIMIT_ARCHIVE_RATIO > packed);
}

static bool is_bomb(const struct part *part)
{
    return part->package->inflated > LIMIT_ARCHIVE_INFLATED ||
           is_too_large(part->inflated, part->packed);
}

/* Parts are read as UTF-8 only, so that the guard and the parser see the same. Others show by their
 * first bytes: a mark, a zero, or EBCDIC. */
static bool is_utf8(const char *p, size_t n)
{
    return n < 2 || ((p[0] == '<' || p[0] == ' ' || p[0] == '\n' || p[0] == '\r' || p[0] == '\t' ||
                      p[0] == '\xef') &&
                     p[1] != 0);
}

static err_t check_chunk(struct part *part, size_t n, struct problems *problems)
{
    if (is_bomb(part))
        return bomb(problems);
    if (part->inflated == n && !is_utf8(part->chunk, n))
        return part_broken(part->name, 0, "utf8", problems);
    if (!tag_guard_feed(&part->guard, part->chunk, n))
        return part_broken(part->name, 0, "long", problems);
    return OK;
}

err_t part_feed(struct part *part, bool *end, struct problems *problems)
{
    zip_int64_t got = zip_fread(part->file, part->chunk, CHUNK);
    if (got < 0)
        return part_broken(part->name, 0, "zip", problems);
    part->inflated += (uint64_t)got;
    part->package->inflated += (uint64_t)got;
    TRY(check_chunk(part, (size_t)got, problems));
    xmlParseChunk(part->parser, part->chunk, (int)got, got == 0);
    if (part->refused)
        return part_broken(part->name, 0, part->refused, problems);
    if (!part->parser->wellFormed) {
        const xmlError *error = xmlCtxtGetLastError(part->parser);
        size_t line = error && error->line > 0 ? (size_t)error->line : 0;
        return part_broken(part->name, line, "xml", problems);
    }
    *end = got == 0;
    return OK;
}

double part_progress(const struct part *part)
{
    return part->size ? (double)part->inflated / (double)part->size : 1;
}

void part_close(struct part *part)
{
    if (!part)
        return;
    xmlFreeParserCtxt(part->parser);
    zip_fclose(part->file);
    free(part->name);
    free(part);
}

err_t part_read(struct package *package,
                const char *name,
                const struct part_handler *handler,
                void *context,
                struct problems *problems)
{
    struct part *part;
    TRY(part_open(package, name, handler, context, problems, &part));
    bool end = false;
    err_t e = OK;
    while (e == OK && !end)
        e = part_feed(part, &end, problems);
    part_close(part);
    return e;
}

bool part_mentions(struct package *package, const char *name, const char *word)
{
    enum { WORD_MOST = 64 };
    char chunk[CHUNK + WORD_MOST];
    zip_stat_t st;
    zip_int64_t index = zip_name_locate(package->zip, name, ZIP_FL_NOCASE), got;
    if (index < 0 || zip_stat_index(package->zip, (zip_uint64_t)index, 0, &st) != 0)
        return false;
    zip_file_t *file = zip_fopen_index(package->zip, (zip_uint64_t)index, 0);
    size_t length = strlen(word), kept = 0;
    uint64_t inflated = 0;
    bool found = false;
    while (file && !found && !is_too_large(inflated, st.comp_size) &&
           (got = zip_fread(file, chunk + kept, CHUNK)) > 0) {
        size_t n = kept + (size_t)got;
        inflated += (uint64_t)got;
        found = memmem(chunk, n, word, length) != NULL;
        kept = n < length - 1 ? n : length - 1;
        memmove(chunk, chunk + n - kept, kept);
    }
    if (file)
        zip_fclose(file);
    return found;
}
