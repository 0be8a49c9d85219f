#include "sheet/strings.h"

#include <string.h>

#include "base/limits.h"

enum { MAX_TEXT = 4 * 32767 }; /* Excel's longest in UTF-8, and more than that */

struct strings_parser {
    struct strings *strings;
    struct buf text;
    bool in_text;
    unsigned phonetic; /* depth of rPh: how it is read aloud, not what it says */
    err_t failed;
};

void strings_init(struct strings *strings)
{
    strings->n = 0;
    spill_init(&strings->bytes, 8 * MIB);
    spill_init(&strings->ends, 4 * MIB);
}

void strings_done(struct strings *strings)
{
    spill_done(&strings->bytes);
    spill_done(&strings->ends);
    strings->n = 0;
}

static bool hex4(const char *p, uint32_t *out)
{
    uint32_t v = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if (c >= 'A' && c <= 'F')
            digit = (uint32_t)(c - 'A') + 10;
        else if (c >= 'a' && c <= 'f')
            digit = (uint32_t)(c - 'a') + 10;
        else
            return false;
        v = v << 4 | digit;
    }
    *out = v;
    return true;
}

size_t strings_unescape(char *p, size_t n)
{
    const char *first = n ? memchr(p, '_', n) : NULL;
    if (!first)
        return n;
    size_t from = (size_t)(first - p), to = from;
    while (from < n) {
        uint32_t c;
        bool escaped = n - from >= 7 && p[from] == '_' && p[from + 1] == 'x' &&
                       p[from + 6] == '_' && hex4(p + from + 2, &c) && c != 0 &&
                       !(c >= 0xd800 && c <= 0xdfff);
        if (escaped) {
            char bytes[4];
            size_t length = utf8_put(c, bytes);
            memcpy(p + to, bytes, length);
            to += length;
            from += 7;
        } else {
            p[to++] = p[from++];
        }
    }
    return to;
}

static void start(void *context,
                  const char *name,
                  const struct part_attributes *attributes __attribute__((unused)))
{
    struct strings_parser *parser = context;
    if (strcmp(name, "si") == 0)
        buf_clear(&parser->text);
    else if (strcmp(name, "rPh") == 0)
        parser->phonetic++;
    else if (strcmp(name, "t") == 0)
        parser->in_text = parser->phonetic == 0;
}

static void text(void *context, str s)
{
    struct strings_parser *parser = context;
    if (parser->in_text)
        buf_add(&parser->text, s);
}

static void end(void *context, const char *name)
{
    struct strings_parser *parser = context;
    if (strcmp(name, "t") == 0)
        parser->in_text = false;
    else if (strcmp(name, "rPh") == 0)
        parser->phonetic--;
    if (strcmp(name, "si") != 0 || parser->failed)
        return;
    struct strings *strings = parser->strings;
    size_t n = strings_unescape(parser->text.p, parser->text.n);
    err_t e = parser->text.full ? ERR_LIMIT : spill_add(&strings->bytes, parser->text.p, n);
    uint64_t at = spill_size(&strings->bytes);
    if (e == OK)
        e = spill_add(&strings->ends, &at, sizeof at);
    strings->n += e == OK;
    parser->failed = e;
}

err_t strings_read(struct strings *strings,
                   struct package *package,
                   const char *name,
                   struct problems *problems)
{
    static const struct part_handler handler = {start, end, text};
    struct strings_parser parser = {.strings = strings};
    struct part *part;
    TRY(part_open(package, name, &handler, &parser, problems, &part));
    buf_init(&parser.text, MAX_TEXT);
    bool at_end = false;
    err_t e = OK;
    while (e == OK && !at_end) {
        e = part_feed(part, &at_end, problems);
        if (e == OK && parser.failed == ERR_LIMIT)
            e = part_broken(name, 0, "long", problems);
        else if (e == OK)
            e = parser.failed;
    }
    part_close(part);
    buf_done(&parser.text);
    return e;
}

static err_t end_of(struct strings *strings, size_t i, uint64_t *out)
{
    /* Never split: blocks and the tail hold whole numbers. */
    str piece;
    TRY(spill_piece(&strings->ends, (uint64_t)i * sizeof *out, sizeof *out, &piece));
    memcpy(out, piece.p, sizeof *out);
    return OK;
}

err_t strings_get(struct strings *strings, size_t i, struct buf *out)
{
    if (i >= strings->n)
        return ERR_NOT_FOUND;
    uint64_t at = 0, to;
    if (i > 0)
        TRY(end_of(strings, i - 1, &at));
    TRY(end_of(strings, i, &to));
    while (at < to && !out->full) {
        str piece;
        TRY(spill_piece(&strings->bytes, at, (size_t)(to - at), &piece));
        buf_add(out, piece);
        at += piece.n;
    }
    return OK;
}
