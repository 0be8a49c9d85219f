/* pinyin: what search needs to know about syllables. Private to this room; the public part is in
 * text/text.h.
 *
 * A reading is syllable * READING_TONES + tone, 0 for none. "Search letters" are a syllable's
 * letters with u for ü, as everybody types something else for it. */
#pragma once

#include "text/tables.h"
#include "text/text.h"

enum { PINYIN_READINGS = 16 }; /* most readings of one character that are looked at */

struct pinyin_letters {
    char z[SYLLABLE_BYTES]; /* NUL-terminated */
    uint8_t n;
};

/* All readings of the character without tones and repeats, in search letters, usual ones first;
 * returns how many, 0 for what has none. */
size_t pinyin_letters_of(uint32_t c, struct pinyin_letters out[static PINYIN_READINGS]);
/* Is the text the beginning of a syllable (in search letters)? Empty is not. */
bool pinyin_is_prefix(str letters);
/* May a part of a word's pinyin stand for a syllable with more syllables after it: the whole
 * syllable, its first letter, or zh ch sh? */
bool pinyin_is_piece(str letters);
/* ü and v to u where only a ü can stand (after l n j q x y). */
str pinyin_search_letters(struct arena *, str folded);
/* Code points of a text. */
uint32_t *pinyin_chars(struct arena *, str s, size_t *n);
/* The best reading of each character in search letters (n = 0 for what has none), see text_pinyin.
 */
struct pinyin_letters *pinyin_best(struct arena *, const uint32_t *chars, size_t n, bool name);
/* Is it the first character of a surname of two (欧阳)? */
bool pinyin_is_double_surname(uint32_t first, uint32_t second);
