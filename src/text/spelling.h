/* spelling: a whole name in Latin letters, as people type it. Private to this room. */
#pragma once

#include "text/pinyin.h"

enum {
    NAME_CHARS_MAX = 8, /* characters of the longest name that is spelt as a whole */
    SPELLINGS_MAX = 16, /* of one name with characters of several readings */
};

struct spelling {
    str full, initials; /* "zhangwei", "zw" */
};
/* Those of a value that is nothing but Han characters, spaces and signs; 0: it is not, or long. */
size_t name_spellings(struct arena *, str folded, struct spelling out[static SPELLINGS_MAX]);

/* Can it be cut into whole syllables? What cannot was typed wrong, or is no pinyin. */
bool spelling_is_sound(str letters);
struct spellings {
    str *at;
    size_t n, cap;
};
/* What can be cut into whole syllables and is one error away (is_one_edit) from these TYPO_MAX
 * letters at most, which cannot; its first letter is taken to be right. A few, for only a change of
 * the broken syllable mends it; no repeats. */
struct spellings spelling_mended(struct arena *, str letters);
