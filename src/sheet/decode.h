/* decode: a text file of unknown encoding as a stream of UTF-8. */
#pragma once

#include <stdint.h>

#include "base/arena.h"
#include "base/problem.h"

struct decoder;

/* Reads the file once to find its encoding and to make sure that it holds to it. ERR_INVALID with
 * "sheet_encoding" (line), "sheet_empty", "sheet_unknown" (bytes, not text). */
err_t decode_open(struct arena *, const char *path, struct problems *, struct decoder **) MUST_USE;
void decode_close(struct decoder *); /* NULL is fine */
const char *decode_encoding(const struct decoder *);
err_t decode_rewind(struct decoder *) MUST_USE;
/* Some more of the text, at most DECODE_CHUNK bytes, always whole code points, borrowed until the
 * next call; empty at the end. ERR_INVALID when the bytes that follow break the encoding. */
enum { DECODE_CHUNK = 128 * 1024 };
err_t decode_next(struct decoder *, str *chunk) MUST_USE;
double decode_progress(const struct decoder *);

/* The length of the longest well-formed prefix of UTF-8 without NUL. */
size_t decode_valid_prefix(const char *p, size_t n);
/* bytes in the named charset (of a vCard) as UTF-8; unknown charsets: as UTF-8 when well-formed,
 * else GB18030. Ill-formed bytes become U+FFFD. May return bytes itself. */
str decode_text(struct arena *, str charset, str bytes);
