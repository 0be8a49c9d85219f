/* words: a folded text cut into runs. Private to this room. */
#pragma once

#include "text/text.h"

/* Before each term of TEXT_OTHERS. */
enum { OTHERS_MARK = '~' };

enum run_kind {
    RUN_WORD, /* [a-z0-9]+ */
    RUN_WIDE, /* Han and other letters beyond ASCII, emoji */
    RUN_GAP,  /* spaces and signs */
};
struct run {
    enum run_kind kind;
    str text;
};
/* Takes the next run off *rest; false at the end. */
bool run_next(str *rest, struct run *out);
/* The text without its gaps; of words only, or of wide runs too. */
str words_joined(struct arena *, str folded, bool wide);
/* Takes the next word of a query off *rest: what lies between spaces; but numbers and signs that
 * follow one another ("138 0013") are one word. False at the end. */
bool query_word_next(str *rest, str *word);
/* Other ways the same number of five digits or more may be stored: without 00 (seven or more, for
 * what is left would be in many), 0, +86. Returns how many. */
enum { NUMBER_VARIANTS = 2 };
size_t number_variants(str digits, str out[static NUMBER_VARIANTS]);
enum {
    QUERY_CHARS = 200, /* of a query that are looked at */
    QUERY_WORDS = 16,  /* and of these characters the first words */
    TYPO_MIN = 4,      /* letters of the words in which an error is forgiven */
    TYPO_MAX = 20,
};
bool is_letters(str); /* [a-z]+ */
bool is_digits(str);  /* [0-9]+ */
/* Equal, or one byte more, less, other, or two neighbours exchanged. */
bool is_one_edit(str a, str b);
