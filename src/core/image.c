/* Sources: JPEG, ITU-T T.81 annex B; Exif 2.32, 4.5.4 and 4.6.4 (orientation); PNG, W3C third
 * edition; GIF89a; WebP, RFC 9649. */
#include "core/image.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"

struct walk {
    str in;
    size_t at;
    FILE *out;
    uint64_t pixels; /* 0 = not known yet */
};

static bool has(const struct walk *w, size_t n)
{
    return w->in.n - w->at >= n;
}

/* The byte so far behind where the walk is. */
static unsigned byte(const struct walk *w, size_t i)
{
    return (unsigned char)w->in.p[w->at + i];
}

static uint32_t big(const struct walk *w, size_t i, unsigned bytes)
{
    uint32_t n = 0;
    for (unsigned k = 0; k < bytes; k++)
        n = n << 8 | byte(w, i + k);
    return n;
}

static uint32_t little(const struct walk *w, size_t i, unsigned bytes)
{
    uint32_t n = 0;
    for (unsigned k = bytes; k-- > 0;)
        n = n << 8 | byte(w, i + k);
    return n;
}

static bool is_at(const struct walk *w, size_t i, const char *text, size_t n)
{
    return has(w, i + n) && memcmp(w->in.p + w->at + i, text, n) == 0;
}

static void pass(struct walk *w, size_t n, bool keep)
{
    if (keep)
        fwrite(w->in.p + w->at, 1, n, w->out);
    w->at += n;
}

static void measure(struct walk *w, uint32_t width, uint32_t height)
{
    w->pixels = (uint64_t)width * height;
}

/* ---- JPEG ---- */

/* 1 to 8, of the Exif segment where the walk is; 1 = as it lies. */
static unsigned orientation(const struct walk *segment, size_t n)
{
    struct walk w = {.in = {segment->in.p + segment->at, n}, .at = 10};
    bool small = n >= 18 && is_at(&w, 0, "II*\0", 4);
    if (n < 18 || (!small && !is_at(&w, 0, "MM\0*", 4)))
        return 1;
    uint32_t (*number)(const struct walk *, size_t, unsigned) = small ? little : big;
    uint32_t first = number(&w, 4, 4);
    if (first > n || !has(&w, (size_t)first + 2))
        return 1;
    w.at += first;
    for (uint32_t left = number(&w, 0, 2), at = 2; left && has(&w, at + 12); left--, at += 12)
        if (number(&w, at, 2) == 0x0112 && number(&w, at + 2, 2) == 3) {
            uint32_t value = number(&w, at + 8, 2);
            return value >= 1 && value <= 8 ? value : 1;
        }
    return 1;
}

/* An Exif segment that says nothing else. */
static void write_orientation(struct walk *w, unsigned value)
{
    static const char before[] = "\xff\xe1\0\x22"
                                 "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
    static const char after[6] = {0};
    fwrite(before, 1, sizeof before - 1, w->out);
    fputc((int)value, w->out);
    fwrite(after, 1, sizeof after, w->out);
}

static bool is_frame(unsigned marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

/* Of the segments for applications those that change how it looks. */
static bool keeps(const struct walk *w, unsigned marker)
{
    if (marker == 0xe0)
        return is_at(w, 4, "JFIF", 5);
    if (marker == 0xe2)
        return is_at(w, 4, "ICC_PROFILE", 12);
    return marker == 0xee || ((marker & 0xf0) != 0xe0 && marker != 0xfe);
}

/* Up to the next marker that is not part of the scan. */
static void pass_scan(struct walk *w)
{
    size_t end = w->at;
    for (;;) {
        const char *ff = end < w->in.n ? memchr(w->in.p + end, 0xff, w->in.n - end) : NULL;
        end = ff ? (size_t)(ff - w->in.p) : w->in.n;
        if (w->in.n - end < 2) {
            end = w->in.n;
            break;
        }
        unsigned next = (unsigned char)w->in.p[end + 1];
        if (next != 0 && next != 0xff && (next < 0xd0 || next > 0xd7))
            break;
        end += next == 0xff ? 1 : 2;
    }
    pass(w, end - w->at, true);
}

static bool jpeg_segment(struct walk *w, unsigned marker)
{
    size_t n = has(w, 4) ? 2 + (size_t)big(w, 2, 2) : 0;
    if (n < 4 || !has(w, n) || (is_frame(marker) && n < 9))
        return false;
    if (is_frame(marker))
        measure(w, big(w, 7, 2), big(w, 5, 2));
    unsigned turned = marker == 0xe1 && is_at(w, 4, "Exif\0", 6) ? orientation(w, n) : 1;
    if (turned != 1)
        write_orientation(w, turned);
    pass(w, n, keeps(w, marker));
    return true;
}

static bool jpeg(struct walk *w)
{
    bool scanned = false;
    pass(w, 2, true);
    for (;;) {
        while (is_at(w, 0, "\xff\xff", 2))
            w->at++;
        if (!has(w, 2) || byte(w, 0) != 0xff)
            break;
        unsigned marker = byte(w, 1);
        if (marker == 0xd9) {
            pass(w, 2, true);
            return scanned;
        }
        if (!jpeg_segment(w, marker))
            break;
        if (marker == 0xda) {
            scanned = true;
            pass_scan(w);
        }
    }
    fputs("\xff\xd9", w->out);
    return scanned;
}

/* ---- PNG ---- */

static bool png(struct walk *w)
{
    static const char kept[] = "IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT bKGD pHYs cICP "
                               "acTL fcTL fdAT ";
    pass(w, 8, true);
    while (has(w, 12)) {
        uint32_t n = big(w, 0, 4);
        bool end = is_at(w, 4, "IEND", 4);
        if (n > INT32_MAX || !has(w, (size_t)n + 12))
            return false;
        if (is_at(w, 4, "IHDR", 4) && n >= 8)
            measure(w, big(w, 8, 4), big(w, 12, 4));
        bool keep = false;
        for (const char *k = kept; *k && !keep; k += 5)
            keep = is_at(w, 4, k, 4);
        pass(w, (size_t)n + 12, keep);
        if (end)
            return true;
    }
    return false;
}

/* ---- GIF ---- */

/* The length of the blocks from there to their end; 0: there is none. */
static size_t gif_blocks(const struct walk *w, size_t from)
{
    size_t i = from;
    while (has(w, i + 1)) {
        unsigned n = byte(w, i);
        i += 1 + (size_t)n;
        if (!n)
            return i - from;
    }
    return 0;
}

static size_t gif_colours(unsigned flags)
{
    return flags & 0x80 ? (size_t)3 * (2u << (flags & 7)) : 0;
}

/* What moves and what is seen through; of the applications' blocks how often it is repeated. */
static bool gif_keeps(const struct walk *w)
{
    return byte(w, 1) == 0xf9 || is_at(w, 1, "\xff\x0bNETSCAPE2.0", 13) ||
           is_at(w, 1,
                 "\xff\x0b"
                 "ANIMEXTS1.0",
                 13);
}

static bool gif(struct walk *w)
{
    bool shown = false;
    if (!has(w, 13) || !has(w, 13 + gif_colours(byte(w, 10))))
        return false;
    measure(w, little(w, 6, 2), little(w, 8, 2));
    pass(w, 13 + gif_colours(byte(w, 10)), true);
    while (has(w, 1) && byte(w, 0) != 0x3b) {
        bool picture = byte(w, 0) == 0x2c;
        if (!picture && byte(w, 0) != 0x21)
            break;
        size_t head = picture ? 11 : 2;
        if (picture && has(w, 10))
            head += gif_colours(byte(w, 9));
        size_t blocks = has(w, head) ? gif_blocks(w, head) : 0;
        if (!blocks && picture) {
            pass(w, w->in.n - w->at, true);
            return true;
        }
        if (!blocks)
            break;
        pass(w, head + blocks, picture || gif_keeps(w));
        shown = shown || picture;
    }
    fputc(0x3b, w->out);
    return shown;
}

/* ---- WebP ---- */

static void webp_measure(struct walk *w, uint32_t n)
{
    if (is_at(w, 0, "VP8X", 4) && n >= 10)
        measure(w, little(w, 12, 3) + 1, little(w, 15, 3) + 1);
    else if (is_at(w, 0, "VP8 ", 4) && n >= 10 && !w->pixels)
        measure(w, little(w, 14, 2) & 0x3fff, little(w, 16, 2) & 0x3fff);
    else if (is_at(w, 0, "VP8L", 4) && n >= 5 && !w->pixels)
        measure(w, (little(w, 9, 4) & 0x3fff) + 1, (little(w, 9, 4) >> 14 & 0x3fff) + 1);
}

/* The head says which chunks there are: that of Exif (8) and of XMP (4) are gone. */
static void pass_webp_head(struct walk *w, size_t n)
{
    enum { FLAGS = 8 };
    unsigned flags = byte(w, FLAGS) & ~12u;
    pass(w, FLAGS, true);
    fputc((int)flags, w->out);
    w->at++;
    pass(w, n - FLAGS - 1, true);
}

static bool webp(struct walk *w)
{
    static const char kept[] = "VP8 VP8LALPHANIMANMFICCP";
    bool shown = false;
    if (!is_at(w, 0, "RIFF", 4) || !has(w, 12))
        return false;
    if (w->in.n - 8 > little(w, 4, 4))
        w->in.n = 8 + (size_t)little(w, 4, 4);
    if (!has(w, 12))
        return false;
    pass(w, 12, true);
    while (has(w, 8)) {
        uint32_t n = little(w, 4, 4);
        size_t whole = 8 + (size_t)n + (n & 1);
        bool keep = false;
        if (!has(w, whole))
            return false;
        webp_measure(w, n);
        for (const char *k = kept; *k && !keep; k += 4)
            keep = is_at(w, 0, k, 4);
        shown = shown || is_at(w, 0, "VP8 ", 4) || is_at(w, 0, "VP8L", 4) || is_at(w, 0, "ANMF", 4);
        if (is_at(w, 0, "VP8X", 4) && n >= 10)
            pass_webp_head(w, whole);
        else
            pass(w, whole, keep);
    }
    long end = ftell(w->out);
    if (end < 12 || fseek(w->out, 4, SEEK_SET))
        return false;
    for (unsigned shift = 0; shift < 32; shift += 8)
        fputc((int)((uint32_t)(end - 8) >> shift & 0xff), w->out);
    return fseek(w->out, 0, SEEK_END) == 0 && shown;
}

enum image_fault image_clean(str type, str bytes, FILE *out)
{
    static const struct {
        const char *type;
        size_t least;
        bool (*clean)(struct walk *);
    } kinds[] = {{"image/jpeg", 4, jpeg},
                 {"image/png", 8, png},
                 {"image/gif", 6, gif},
                 {"image/webp", 12, webp}};
    struct walk w = {.in = bytes, .out = out};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eqz(type, kinds[i].type)) {
            bool whole = bytes.n >= kinds[i].least && kinds[i].clean(&w);
            return w.pixels > LIMIT_IMAGE_PIXELS ? IMAGE_TOO_LARGE
                   : whole && w.pixels           ? IMAGE_FINE
                                                 : IMAGE_BROKEN;
        }
    return IMAGE_BROKEN;
}
