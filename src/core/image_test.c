#include "core/image.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/limits.h"
#include "base/test.h"

#define BYTES(s) ((str){(s), sizeof(s) - 1})

/* What is left of it; "!" broken, "#" too large. */
static str cleaned(struct arena *arena, const char *type, str bytes)
{
    FILE *out = tmpfile();
    assert_non_null(out);
    enum image_fault fault = image_clean(str_from(type), bytes, out);
    long n = ftell(out);
    char *text = arena_alloc(arena, (size_t)n + 1);
    rewind(out);
    assert_int_equal(fread(text, 1, (size_t)n, out), n);
    fclose(out);
    return fault == IMAGE_BROKEN ? S("!") : fault ? S("#") : (str){text, (size_t)n};
}

static str join(struct arena *arena, const str *parts, size_t n)
{
    str all = S("");
    for (size_t i = 0; i < n; i++)
        all = arena_concat(arena, all, parts[i]);
    return all;
}
#define JOIN(...)                                                                                  \
    join(arena, (const str[]){__VA_ARGS__}, sizeof((const str[]){__VA_ARGS__}) / sizeof(str))

static void assert_bytes(str got, str want)
{
    assert_int_equal(got.n, want.n);
    assert_memory_equal(got.p, want.p, want.n);
}

/* ---- JPEG ---- */

#define SOI BYTES("\xff\xd8")
#define JFIF BYTES("\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0")
#define ICC BYTES("\xff\xe2\0\x11ICC_PROFILE\0\1\1x")
#define FRAME BYTES("\xff\xc0\0\x0b\x08\0\x20\0\x30\1\1\x11\0")
#define SCAN                                                                                       \
    BYTES("\xff\xda\0\x08\1\1\0\0\x3f\0ab\xff\0c\xff\xd0"                                          \
          "d")
#define TABLE BYTES("\xff\xc4\0\x04\0\0")
#define EOI BYTES("\xff\xd9")

TEST(image_jpeg_keeps_what_it_shows)
{
    AUTO_ARENA arena = arena_new(MIB);
    str xmp = BYTES("\xff\xe1\0\x20http://ns.adobe.com/xap/1.0/\0x");
    str comment = BYTES("\xff\xfe\0\x08secret");
    str shop = BYTES("\xff\xed\0\x08"
                     "camera");
    str got = cleaned(arena, "image/jpeg",
                      JOIN(SOI, JFIF, xmp, ICC, comment, shop, FRAME, SCAN, comment, TABLE, SCAN,
                           EOI, S("behind the end")));
    assert_bytes(got, JOIN(SOI, JFIF, ICC, FRAME, SCAN, TABLE, SCAN, EOI));
    assert_bytes(cleaned(arena, "image/jpeg", got), got);
}

TEST(image_jpeg_stays_turned)
{
    AUTO_ARENA arena = arena_new(MIB);
    str little = BYTES("\xff\xe1\0\x34"
                       "Exif\0\0II*\0\x08\0\0\0\2\0"
                       "\x0f\1\2\0\6\0\0\0\x26\0\0\0"
                       "\x12\1\3\0\1\0\0\0\6\0\0\0\0\0\0\0Canon\0");
    str big = BYTES("\xff\xe1\0\x22"
                    "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0");
    assert_int_equal(little.n, 0x34 + 2);
    assert_bytes(cleaned(arena, "image/jpeg", JOIN(SOI, little, FRAME, SCAN, EOI)),
                 JOIN(SOI, big, FRAME, SCAN, EOI));
    assert_bytes(cleaned(arena, "image/jpeg", JOIN(SOI, big, FRAME, SCAN, EOI)),
                 JOIN(SOI, big, FRAME, SCAN, EOI));
    str upright = BYTES("\xff\xe1\0\x22"
                        "Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1\0\1\0\0\0\0\0\0");
    str far_off = BYTES("\xff\xe1\0\x22"
                        "Exif\0\0MM\0*\xff\xff\xff\xff\0\1\1\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0");
    assert_bytes(cleaned(arena, "image/jpeg", JOIN(SOI, upright, far_off, FRAME, SCAN, EOI)),
                 JOIN(SOI, FRAME, SCAN, EOI));
}

TEST(image_jpeg_that_is_cut_off)
{
    AUTO_ARENA arena = arena_new(MIB);
    assert_bytes(cleaned(arena, "image/jpeg", JOIN(SOI, FRAME, SCAN)), JOIN(SOI, FRAME, SCAN, EOI));
    assert_str(cleaned(arena, "image/jpeg", JOIN(SOI, FRAME)), "!");
    assert_str(cleaned(arena, "image/jpeg", JOIN(SOI, SCAN, EOI)), "!");
    assert_str(cleaned(arena, "image/jpeg", JOIN(SOI, BYTES("\xff\xc0\0\x05\x08\0\x20"), EOI)),
               "!");
    str vast = BYTES("\xff\xc0\0\x0b\x08\x40\0\x40\0\1\1\x11\0");
    assert_str(cleaned(arena, "image/jpeg", JOIN(SOI, vast, SCAN, EOI)), "#");
}

/* ---- the others ---- */

TEST(image_png_keeps_what_it_shows)
{
    AUTO_ARENA arena = arena_new(MIB);
    str head = BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\2\0\0\0\3\x08\0\0\0\0crc1");
    str place = BYTES("\0\0\0\5eXIfplacecrc2"), text = BYTES("\0\0\0\4tEXta\0bccrc3");
    str gamma = BYTES("\0\0\0\4gAMA1234crc4"), data = BYTES("\0\0\0\3IDATabccrc5");
    str end = BYTES("\0\0\0\0IENDcrc6");
    str got = cleaned(arena, "image/png", JOIN(head, place, gamma, text, data, end, S("behind")));
    assert_bytes(got, JOIN(head, gamma, data, end));
    assert_str(cleaned(arena, "image/png", JOIN(head, data)), "!");
    assert_str(cleaned(arena, "image/png", JOIN(head, BYTES("\xff\xff\xff\xffIDATabccrc5"), end)),
               "!");
    str vast = BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\1\0\0\0\1\0\0\x08\0\0\0\0crc1");
    assert_str(cleaned(arena, "image/png", JOIN(vast, data, end)), "#");
}

TEST(image_gif_keeps_what_it_shows)
{
    AUTO_ARENA arena = arena_new(MIB);
    str head = BYTES("GIF89a\2\0\3\0\x80\0\0rgbRGB"), frame = BYTES(",\0\0\0\0\2\0\3\0\0\2\3abc\0");
    str again = BYTES("!\xff\x0bNETSCAPE2.0\3\1\0\0\0"), wait = BYTES("!\xf9\4\0\1\0\0\0");
    str xmp = BYTES("!\xff\x0bXMP DataXMP\4home\0"), comment = BYTES("!\xfe\6secret\0");
    str got = cleaned(arena, "image/gif",
                      JOIN(head, again, xmp, wait, frame, comment, wait, frame, S(";behind")));
    assert_bytes(got, JOIN(head, again, wait, frame, wait, frame, S(";")));
    str cut = JOIN(head, str_cut(frame, 0, frame.n - 2));
    assert_bytes(cleaned(arena, "image/gif", cut), cut);
    assert_str(cleaned(arena, "image/gif", JOIN(head, comment, S(";"))), "!");
    assert_str(cleaned(arena, "image/gif", str_cut(head, 0, 15)), "!");
}

TEST(image_webp_keeps_what_it_shows)
{
    AUTO_ARENA arena = arena_new(MIB);
    str head = BYTES("VP8X\x0a\0\0\0\x2c\0\0\0\1\0\0\2\0\0"), place = BYTES("EXIF\5\0\0\0place\0");
    str bare = BYTES("VP8X\x0a\0\0\0\x20\0\0\0\1\0\0\2\0\0");
    str profile = BYTES("ICCP\2\0\0\0ab"), data = BYTES("VP8L\6\0\0\0\x2f\1\x80\0\0x");
    str xmp = BYTES("XMP \2\0\0\0me");
    str whole = JOIN(BYTES("RIFF\x46\0\0\0WEBP"), head, profile, data, place, xmp);
    assert_int_equal(whole.n, 0x46 + 8);
    assert_bytes(cleaned(arena, "image/webp", JOIN(whole, S("behind"))),
                 JOIN(BYTES("RIFF\x2e\0\0\0WEBP"), bare, profile, data));
    assert_str(cleaned(arena, "image/webp", str_cut(whole, 0, 40)), "!");
    assert_str(cleaned(arena, "image/webp", BYTES("RIFF\2\0\0\0WEBP")), "!");
    assert_str(cleaned(arena, "image/webp", BYTES("RIFX\2\0\0\0WEBP")), "!");
}

/* Wherever it ends, nothing behind the end is looked at (ASan) and it ends. */
TEST(image_of_any_length)
{
    AUTO_ARENA arena = arena_new(16 * MIB);
    static const char *const types[] = {"image/jpeg", "image/png", "image/gif", "image/webp"};
    str whole[] = {JOIN(SOI, JFIF, ICC, FRAME, SCAN, TABLE, SCAN, EOI),
                   BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\2\0\0\0\3\x08\0\0\0\0crc1"
                         "\0\0\0\3IDATabccrc5\0\0\0\0IENDcrc6"),
                   BYTES("GIF89a\2\0\3\0\x80\0\0rgbRGB!\xff\x0bNETSCAPE2.0\3\1\0\0\0,\0\0\0\0\2\0\3"
                         "\0\x80rgbRGB\2\3abc\0;"),
                   BYTES("RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\0\0\0\x9d\1\x2a\2\0\3\0abcdefghijklmn")};
    for (size_t k = 0; k < 4; k++) {
        assert_bytes(cleaned(arena, types[k], whole[k]), whole[k]);
        for (size_t n = 0; n < whole[k].n; n++) {
            char *exact = malloc(n + !n);
            memcpy(exact, whole[k].p, n);
            str left = cleaned(arena, types[k], (str){exact, n});
            assert_true(left.n <= n + 2); /* an end is written where there was none */
            free(exact);
        }
    }
}
