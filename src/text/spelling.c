#include "text/spelling.h"

#include "text/words.h"

/* ---- of a name ---- */

struct readings {
    struct pinyin_letters at[PINYIN_READINGS];
    size_t n;
};

/* How many characters; 0 when not all of them are read, or there are too many. */
static size_t read_name(str folded, struct readings out[static NAME_CHARS_MAX])
{
    size_t n = 0;
    struct run run;
    while (run_next(&folded, &run)) {
        while (run.kind != RUN_GAP && run.text.n) {
            if (n == NAME_CHARS_MAX)
                return 0;
            uint32_t c = utf8_next(&run.text);
            out[n].n = run.kind == RUN_WIDE ? pinyin_letters_of(c, out[n].at) : 0;
            if (out[n++].n == 0)
                return 0;
        }
    }
    return n;
}

size_t name_spellings(struct arena *arena, str folded, struct spelling out[static SPELLINGS_MAX])
{
    struct readings chars[NAME_CHARS_MAX];
    size_t pick[NAME_CHARS_MAX] = {0}, n = read_name(folded, chars), made = 0, at = 0;
    while (n && at < n && made < SPELLINGS_MAX) {
        char *full = arena_alloc(arena, n * SYLLABLE_BYTES), *initials = arena_alloc(arena, n);
        size_t length = 0;
        for (size_t i = 0; i < n; i++) {
            const struct pinyin_letters *letters = &chars[i].at[pick[i]];
            memcpy(full + length, letters->z, letters->n);
            length += letters->n;
            initials[i] = letters->z[0];
        }
        out[made++] = (struct spelling){{full, length}, {initials, n}};
        for (at = 0; at < n && ++pick[at] == chars[at].n; at++)
            pick[at] = 0;
    }
    return made;
}

/* ---- of a word that somebody typed ---- */

/* A whole one; what has no vowel (hng) is in no name. */
static bool is_syllable(str s)
{
    bool vowel = false;
    for (size_t i = 0; i < s.n; i++)
        vowel = vowel || memchr("aeiou", s.p[i], 5);
    return vowel && pinyin_is_piece(s);
}

/* Bit i: the first i letters can be cut into whole syllables. */
static uint32_t sound_from_start(str letters)
{
    uint32_t reached = 1;
    for (size_t at = 0; at < letters.n; at++)
        for (size_t n = 1; (reached >> at & 1) && n < SYLLABLE_BYTES && at + n <= letters.n; n++)
            if (is_syllable(str_cut(letters, at, at + n)))
                reached |= UINT32_C(1) << (at + n);
    return reached;
}

/* Bit i: what follows the first i letters can. */
static uint32_t sound_to_end(str letters)
{
    uint32_t sound = UINT32_C(1) << letters.n;
    for (size_t at = letters.n; at-- > 0;)
        for (size_t n = 1; n < SYLLABLE_BYTES && at + n <= letters.n; n++)
            if ((sound >> (at + n) & 1) && is_syllable(str_cut(letters, at, at + n)))
                sound |= UINT32_C(1) << at;
    return sound;
}

bool spelling_is_sound(str letters)
{
    return letters.n <= TYPO_MAX + 1 && (sound_from_start(letters) >> letters.n & 1);
}

struct mending {
    struct arena *arena;
    str broken;
    struct spellings out;
};

/* With this in the place of `less` letters. */
static void attempt(struct mending *m, size_t at, size_t less, str instead)
{
    str rest = str_cut(m->broken, at + less, m->broken.n);
    str whole = arena_printf(m->arena, "%.*s" STR_FMT STR_FMT, (int)at, m->broken.p,
                             STR_ARG(instead), STR_ARG(rest));
    for (size_t i = 0; i < m->out.n; i++)
        if (str_eq(m->out.at[i], whole))
            return;
    if (spelling_is_sound(whole))
        *VEC_PUSH(m->arena, m->out) = whole;
}

static void attempt_all(struct mending *m, size_t at)
{
    size_t left = m->broken.n - at;
    for (char c = 'a'; c <= 'z'; c++) {
        attempt(m, at, 0, (str){&c, 1});
        if (left)
            attempt(m, at, 1, (str){&c, 1});
    }
    if (left)
        attempt(m, at, 1, S(""));
    if (left > 1)
        attempt(m, at, 2, (str){(char[]){m->broken.p[at + 1], m->broken.p[at]}, 2});
}

/* Is there an end of a syllable among these? */
static bool any_end(uint32_t ends, size_t from, size_t to)
{
    for (size_t at = from; at <= to; at++)
        if (ends >> at & 1)
            return true;
    return false;
}

struct spellings spelling_mended(struct arena *arena, str letters)
{
    struct mending m = {.arena = arena, .broken = letters};
    uint32_t before = sound_from_start(letters), behind = sound_to_end(letters);
    for (size_t at = 1; at <= letters.n; at++) {
        size_t first = at < SYLLABLE_BYTES ? 0 : at - SYLLABLE_BYTES;
        size_t last = at + SYLLABLE_BYTES < letters.n ? at + SYLLABLE_BYTES : letters.n;
        if (any_end(before, first, at) && any_end(behind, at, last))
            attempt_all(&m, at);
    }
    return m.out;
}
