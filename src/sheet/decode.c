#include "sheet/decode.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"

enum { RAW = 32 * KIB, SNIFF = 64 * KIB };

struct decoder {
    int fd;
    off_t start, at, size; /* bytes: after the BOM, read so far, all */
    const char *encoding;
    iconv_t cd; /* (iconv_t)-1 for UTF-8 */
    size_t raw_n, shown;
    bool broken;
    char raw[RAW];
    char text[DECODE_CHUNK];
};

static bool is_continuation(const unsigned char *p, size_t n)
{
    while (n--)
        if ((p[n] & 0xc0) != 0x80)
            return false;
    return true;
}

/* Length of the sequence at p; 0 when ill-formed or cut off by the end. */
static size_t sequence(const unsigned char *p, size_t n)
{
    unsigned char c = p[0];
    if (c == 0)
        return 0;
    if (c < 0x80)
        return 1;
    if (c >= 0xc2 && c <= 0xdf)
        return n >= 2 && is_continuation(p + 1, 1) ? 2 : 0;
    if (c >= 0xe0 && c <= 0xef) {
        if (n < 3 || !is_continuation(p + 1, 2) || (c == 0xe0 && p[1] < 0xa0) ||
            (c == 0xed && p[1] > 0x9f))
            return 0;
        return 3;
    }
    if (c >= 0xf0 && c <= 0xf4) {
        if (n < 4 || !is_continuation(p + 1, 3) || (c == 0xf0 && p[1] < 0x90) ||
            (c == 0xf4 && p[1] > 0x8f))
            return 0;
        return 4;
    }
    return 0;
}

/* Whether what stands at p may be the beginning of a sequence that goes on after the end. */
static bool may_go_on(const unsigned char *p, size_t n)
{
    if (n == 0 || n > 3 || p[0] < 0xc2 || p[0] > 0xf4)
        return false;
    size_t length = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    return n < length && is_continuation(p + 1, n - 1);
}

size_t decode_valid_prefix(const char *p, size_t n)
{
    const unsigned char *u = (const unsigned char *)p;
    size_t at = 0;
    while (at < n) {
        if (u[at] && u[at] < 0x80) {
            at++;
            continue;
        }
        size_t length = sequence(u + at, n - at);
        if (length == 0)
            break;
        at += length;
    }
    return at;
}

static ssize_t read_at(int fd, char *to, size_t n, off_t at)
{
    size_t done = 0;
    while (done < n) {
        ssize_t got = pread(fd, to + done, n - done, at + (off_t)done);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        done += (size_t)got;
    }
    return (ssize_t)done;
}

struct utf8_census {
    uint64_t wide;   /* sequences of several bytes */
    uint64_t broken; /* bytes that belong to none */
    size_t first_broken_line;
};

static err_t take_census(struct decoder *d, struct utf8_census *out)
{
    struct utf8_census census = {0};
    size_t line = 1, kept = 0;
    off_t at = d->start;
    for (;;) {
        ssize_t got = read_at(d->fd, d->raw + kept, RAW - kept, at);
        if (got < 0)
            return ERR_UNAVAILABLE;
        at += got;
        const unsigned char *p = (const unsigned char *)d->raw;
        size_t n = kept + (size_t)got, i = 0;
        while (i < n) {
            if (p[i] && p[i] < 0x80) {
                line += p[i++] == '\n';
                continue;
            }
            size_t length = sequence(p + i, n - i);
            if (length == 0 && got > 0 && may_go_on(p + i, n - i))
                break;
            if (length == 0 && census.broken++ == 0)
                census.first_broken_line = line;
            census.wide += length > 1;
            i += length ? length : 1;
        }
        kept = n - i;
        memmove(d->raw, d->raw + i, kept);
        if (got == 0)
            break;
    }
    *out = census;
    return OK;
}

static const char *by_mark(str head, off_t *start)
{
    static const struct {
        str mark;
        const char *encoding;
    } marks[] = {
        {{"\xef\xbb\xbf", 3}, "UTF-8"},
        {{"\xff\xfe", 2}, "UTF-16LE"},
        {{"\xfe\xff", 2}, "UTF-16BE"},
        {{"\x84\x31\x95\x33", 4}, "GB18030"},
    };
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (str_starts(head, marks[i].mark)) {
            *start = (off_t)marks[i].mark.n;
            return marks[i].encoding;
        }
    }
    return NULL;
}

/* UTF-16 without a mark shows by the zero bytes of its separators, digits and line ends. */
static err_t by_zeros(str head, struct problems *problems, const char **encoding)
{
    size_t zeros[2] = {0};
    for (size_t i = 0; i < head.n; i++)
        zeros[i & 1] += head.p[i] == 0;
    if (zeros[0] + zeros[1] == 0)
        return OK;
    if (zeros[1] > 8 * zeros[0])
        *encoding = "UTF-16LE";
    else if (zeros[0] > 8 * zeros[1])
        *encoding = "UTF-16BE";
    else {
        problem_add(problems, S(""), "sheet_unknown", NULL);
        return ERR_INVALID;
    }
    return OK;
}

/* Big5 and GB18030 share most byte pairs. In Chinese written in Big5 two of five pairs end in
 * ASCII, pairs begin at A1 and never end in 7F to A0; in GB18030 ASCII ends are rare, and come with
 * what Big5 has not. */
static bool looks_like_big5(str head)
{
    size_t pairs = 0, low = 0;
    for (size_t i = 0; i + 1 < head.n; i++) {
        unsigned char lead = (unsigned char)head.p[i], trail = (unsigned char)head.p[i + 1];
        if (lead < 0x80)
            continue;
        if (lead < 0xa1 || lead > 0xf9 || trail < 0x40 || (trail > 0x7e && trail < 0xa1) ||
            trail == 0xff)
            return false;
        pairs++;
        low += trail < 0x80;
        i++;
    }
    return pairs >= 4 && low * 6 > pairs;
}

static err_t refuse_encoding(struct decoder *d, size_t line, struct problems *problems)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%zu", line);
    problem_add(problems, S(""), "sheet_encoding", digits, d->encoding, NULL);
    return ERR_INVALID;
}

static err_t check_whole(struct decoder *d, struct problems *problems)
{
    TRY(decode_rewind(d));
    size_t line = 1;
    for (;;) {
        str chunk;
        err_t e = decode_next(d, &chunk);
        if (e == ERR_INVALID)
            return refuse_encoding(d, line, problems);
        if (e != OK)
            return e;
        if (chunk.n == 0)
            return decode_rewind(d);
        for (const char *p = chunk.p; (p = memchr(p, '\n', (size_t)(chunk.p + chunk.n - p))); p++)
            line++;
    }
}

static err_t find_encoding(struct decoder *d, struct problems *problems)
{
    char *head = malloc(SNIFF);
    if (!head)
        abort();
    ssize_t got = read_at(d->fd, head, SNIFF, 0);
    str text = {head, got > 0 ? (size_t)got : 0};
    err_t e = got < 0 ? ERR_UNAVAILABLE : OK;
    d->encoding = by_mark(text, &d->start);
    if (e == OK && !d->encoding)
        e = by_zeros(text, problems, &d->encoding);
    bool big5 = e == OK && looks_like_big5(text);
    free(head);
    TRY(e);
    if (d->size == d->start) {
        problem_add(problems, S(""), "sheet_empty", NULL);
        return ERR_INVALID;
    }
    if (!d->encoding || strcmp(d->encoding, "UTF-8") == 0) {
        struct utf8_census census;
        TRY(take_census(d, &census));
        /* A few broken bytes among many good sequences are a damaged UTF-8 file; in text of another
         * encoding hardly any sequence is good. */
        if (!d->encoding && census.broken * 10 > census.wide)
            d->encoding = big5 ? "BIG5" : "GB18030";
        else
            d->encoding = "UTF-8";
        if (census.broken && strcmp(d->encoding, "UTF-8") == 0)
            return refuse_encoding(d, census.first_broken_line, problems);
    }
    return OK;
}

err_t decode_open(struct arena *arena,
                  const char *path,
                  struct problems *problems,
                  struct decoder **out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return ERR_UNAVAILABLE;
    struct decoder *d = ARENA_NEW(arena, struct decoder);
    d->fd = fd;
    d->cd = (iconv_t)-1;
    struct stat st;
    err_t e = fstat(fd, &st) == 0 ? OK : ERR_UNAVAILABLE;
    if (e == OK) {
        d->size = st.st_size;
        e = find_encoding(d, problems);
    }
    if (e == OK && strcmp(d->encoding, "UTF-8") != 0) {
        d->cd = iconv_open("UTF-8", d->encoding);
        e = d->cd == (iconv_t)-1 ? ERR_UNAVAILABLE : check_whole(d, problems);
    }
    if (e == OK)
        e = decode_rewind(d);
    if (e != OK) {
        decode_close(d);
        return e;
    }
    *out = d;
    return OK;
}

void decode_close(struct decoder *d)
{
    if (!d)
        return;
    if (d->cd != (iconv_t)-1)
        iconv_close(d->cd);
    close(d->fd);
}

const char *decode_encoding(const struct decoder *d)
{
    return d->encoding;
}

err_t decode_rewind(struct decoder *d)
{
    d->at = d->start;
    d->raw_n = d->shown = 0;
    d->broken = false;
    if (d->cd != (iconv_t)-1)
        iconv(d->cd, NULL, NULL, NULL, NULL);
    return OK;
}

/* Converts what is in raw; keeps the bytes of a sequence that goes on. */
static void convert(struct decoder *d, bool last, str *chunk)
{
    char *in = d->raw, *out = d->text;
    size_t in_left = d->raw_n, out_left = sizeof d->text;
    size_t done = iconv(d->cd, &in, &in_left, &out, &out_left);
    if (done == (size_t)-1 && errno != E2BIG && (errno != EINVAL || last))
        d->broken = true;
    memmove(d->raw, in, in_left);
    d->raw_n = in_left;
    *chunk = (str){d->text, sizeof d->text - out_left};
    const char *nul = memchr(d->text, 0, chunk->n);
    if (nul) {
        chunk->n = (size_t)(nul - d->text);
        d->broken = true;
    }
}

static void pass_utf8(struct decoder *d, bool last, str *chunk)
{
    size_t n = decode_valid_prefix(d->raw, d->raw_n);
    size_t left = d->raw_n - n;
    if (left && (last || !may_go_on((const unsigned char *)d->raw + n, left)))
        d->broken = true;
    *chunk = (str){d->raw, n};
    d->shown = n;
}

err_t decode_next(struct decoder *d, str *out)
{
    str chunk = {0};
    while (chunk.n == 0 && !d->broken) {
        d->raw_n -= d->shown;
        memmove(d->raw, d->raw + d->shown, d->raw_n);
        d->shown = 0;
        ssize_t got = read_at(d->fd, d->raw + d->raw_n, RAW - d->raw_n, d->at);
        if (got < 0)
            return ERR_UNAVAILABLE;
        d->at += got;
        d->raw_n += (size_t)got;
        if (d->raw_n == 0)
            break;
        if (d->cd == (iconv_t)-1)
            pass_utf8(d, got == 0, &chunk);
        else
            convert(d, got == 0, &chunk);
    }
    if (chunk.n == 0 && d->broken)
        return ERR_INVALID;
    *out = chunk;
    return OK;
}

double decode_progress(const struct decoder *d)
{
    return d->size > 0 ? (double)d->at / (double)d->size : 1;
}

static str convert_with(struct arena *arena, iconv_t cd, str bytes)
{
    size_t cap = bytes.n * 4 + 4, left = cap, in_left = bytes.n;
    char *out = arena_alloc(arena, cap), *w = out;
    char *in = (char *)(uintptr_t)bytes.p;
    while (in_left && iconv(cd, &in, &in_left, &w, &left) == (size_t)-1 && in_left && left > 3) {
        size_t n = utf8_put(0xfffd, w);
        w += n;
        left -= n;
        in++;
        in_left--;
    }
    str text = {out, cap - left};
    for (char *nul = out; (nul = memchr(nul, 0, (size_t)(out + text.n - nul)));)
        *nul = ' ';
    return text;
}

/* The charsets that phones and mail programs name, as iconv calls them. */
static const char *known_charset(str name)
{
    static const struct {
        str name;
        const char *charset;
    } known[] = {
        {S("GB2312"), "GB18030"},      {S("GBK"), "GB18030"},
        {S("GB18030"), "GB18030"},     {S("CP936"), "GB18030"},
        {S("BIG5"), "BIG5"},           {S("SHIFT_JIS"), "SHIFT_JIS"},
        {S("EUC-KR"), "EUC-KR"},       {S("ISO-8859-1"), "CP1252"},
        {S("WINDOWS-1252"), "CP1252"}, {S("ISO-8859-15"), "ISO-8859-15"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (str_ieq_ascii(name, known[i].name))
            return known[i].charset;
    }
    return NULL;
}

str decode_text(struct arena *arena, str charset, str bytes)
{
    const char *from = known_charset(charset);
    if (!from && decode_valid_prefix(bytes.p, bytes.n) == bytes.n)
        return bytes;
    iconv_t cd = iconv_open("UTF-8", from ? from : "GB18030");
    if (cd == (iconv_t)-1)
        return S("");
    str text = convert_with(arena, cd, bytes);
    iconv_close(cd);
    return text;
}
