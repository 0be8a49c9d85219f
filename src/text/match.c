#include "text/pinyin.h"
#include "text/spelling.h"
#include "text/words.h"

enum {
    SCORE_EQUAL = 1000,
    SCORE_SAME_LETTERS = 990, /* but for spaces and signs */
    SCORE_PREFIX = 900,
    SCORE_WORD_START = 820,
    SCORE_PINYIN_FULL = 810,  /* every syllable of the name */
    SCORE_PINYIN_FIRST = 780, /* the first syllables, complete */
    SCORE_PINYIN_WHOLE = 760, /* every character, some by their first letters */
    SCORE_PINYIN_START = 700,
    SCORE_PINYIN = 600,
    SCORE_FRAGMENT = 520,
    SCORE_TYPO = 220,
    PENALTY_LENGTH = 40,  /* at most, for what the field has beyond the query */
    PENALTY_READING = 45, /* another reading than the best one */
    SPREAD_PERCENT = 90,  /* of the score when the words lie in several fields */
    STRETCH_MAX = 256,    /* Han characters of a name that are walked */
    TOKEN_MAX = 63,       /* bytes of a word read as pinyin: offsets are bits of 64 */
};

static int shortened(int score, str field, str word)
{
    size_t extra = field.n > word.n ? (field.n - word.n) / 2 : 0;
    return score - (int)(extra < PENALTY_LENGTH ? extra : PENALTY_LENGTH);
}

/* ---- as it is written ---- */

static enum run_kind first_kind(str s)
{
    struct run run = {.kind = RUN_GAP};
    run_next(&s, &run);
    return run.kind;
}

static bool starts_word(str field, size_t at)
{
    size_t before = at;
    while (before > 0 && ((unsigned char)field.p[--before] & 0xC0) == 0x80)
        ;
    return at == 0 ||
           first_kind(str_cut(field, before, at)) != first_kind(str_cut(field, at, field.n));
}

static int score_literal(str word, str field)
{
    str rest = word;
    struct run run;
    bool short_word = run_next(&rest, &run) && run.kind == RUN_WORD && run.text.n < 3 && !rest.n;
    int best = 0;
    for (size_t from = 0; from < field.n;) {
        size_t hit = str_find(str_cut(field, from, field.n), word);
        if (hit == SIZE_MAX)
            break;
        size_t at = from + hit;
        bool start = starts_word(field, at);
        int score = at == 0 ? SCORE_PREFIX : start ? SCORE_WORD_START : SCORE_FRAGMENT;
        if ((start || !short_word) && score > best)
            best = score;
        from = at + 1;
    }
    return best ? shortened(best, field, word) : 0;
}

/* Before a number as it is stored, and not as people dial it. */
static const str HOME = S("+86");

static int score_code(struct arena *arena, str word, str field)
{
    str letters = words_joined(arena, word, false), in = words_joined(arena, field, false);
    str variants[NUMBER_VARIANTS];
    size_t n = number_variants(letters, variants), at = SIZE_MAX;
    if (letters.n >= 3)
        at = str_find(in, letters);
    for (size_t i = 0; i < n && at == SIZE_MAX; i++)
        at = str_find(in, letters = variants[i]);
    if (at == SIZE_MAX)
        return 0;
    if (letters.n == in.n)
        return SCORE_SAME_LETTERS;
    bool begins = at == 0 || (at == HOME.n - 1 && str_starts(field, HOME));
    return shortened(begins ? SCORE_PREFIX : SCORE_FRAGMENT, in, letters);
}

/* ---- as pinyin ---- */

struct unit {
    uint32_t c;
    struct pinyin_letters readings[PINYIN_READINGS + 1]; /* the best one first */
    size_t n;
};

/* The offsets of the token reachable after one more character, as bits; full: no beginnings of
 * syllables. */
static uint64_t step(str token, const struct unit *unit, size_t readings, bool full, uint64_t from)
{
    uint64_t to = 0;
    for (size_t at = 0; at < token.n; at++) {
        if (!(from >> at & 1))
            continue;
        str rest = str_cut(token, at, token.n), after = rest;
        if (utf8_next(&after) == unit->c) {
            to |= UINT64_C(1) << (token.n - after.n);
            continue;
        }
        for (size_t i = 0; i < readings && i < unit->n; i++) {
            const struct pinyin_letters *letters = &unit->readings[i];
            for (size_t k = 0; k < letters->n && k < rest.n && letters->z[k] == rest.p[k]; k++)
                if (k + 1 == letters->n ||
                    (!full && (k + 1 == rest.n || k == 0 || letters->z[k] == 'h')))
                    to |= UINT64_C(1) << (at + k + 1);
        }
    }
    return to;
}

/* How many characters from the first on are spelt out by all of the token; 0: none are. */
static size_t full_from_start(str token, const struct unit *units, size_t n, size_t readings)
{
    uint64_t reached = 1;
    for (size_t i = 0; i < n && reached; i++) {
        reached = step(token, &units[i], readings, true, reached);
        if (reached >> token.n & 1)
            return i + 1;
    }
    return 0;
}

static int walk(str token, const struct unit *units, size_t n, size_t readings)
{
    int best = 0;
    for (size_t start = 0; start < n; start++) {
        uint64_t reached = 1;
        for (size_t i = start; i < n && reached; i++) {
            reached = step(token, &units[i], readings, false, reached);
            if (!(reached >> token.n & 1))
                continue;
            int score = start ? SCORE_PINYIN : i + 1 == n ? SCORE_PINYIN_WHOLE : SCORE_PINYIN_START;
            if (score > best)
                best = score;
        }
    }
    size_t full = best >= SCORE_PINYIN_START ? full_from_start(token, units, n, readings) : 0;
    return full == n && n                      ? SCORE_PINYIN_FULL
           : full && best < SCORE_PINYIN_FIRST ? SCORE_PINYIN_FIRST
                                               : best;
}

static int score_stretch(str token, const struct unit *units, size_t n)
{
    int best = walk(token, units, n, 1);
    if (best)
        return best;
    best = walk(token, units, n, PINYIN_READINGS + 1);
    return best ? best - PENALTY_READING : 0;
}

static struct unit unit_of(uint32_t c, struct pinyin_letters best)
{
    struct unit unit = {.c = c};
    unit.n = pinyin_letters_of(c, unit.readings + 1);
    unit.readings[0] = best;
    if (unit.n || best.n)
        unit.n++;
    return unit;
}

static int score_pinyin(struct arena *arena, str word, str field)
{
    str token = pinyin_search_letters(arena, words_joined(arena, word, true));
    bool letters = false;
    for (size_t i = 0; i < token.n; i++)
        letters = letters || (token.p[i] >= 'a' && token.p[i] <= 'z');
    if (!letters || token.n > TOKEN_MAX)
        return 0;
    size_t n, count = 0;
    uint32_t *chars = pinyin_chars(arena, utf8_prefix(field, STRETCH_MAX), &n);
    struct pinyin_letters *best = pinyin_best(arena, chars, n, true);
    struct unit *units = ARENA_ARRAY(arena, struct unit, n);
    int score = 0;
    for (size_t i = 0; i <= n; i++) {
        struct unit unit = i < n ? unit_of(chars[i], best[i]) : (struct unit){0};
        if (unit.n) {
            units[count++] = unit;
            continue;
        }
        char utf8[4];
        bool gap = i < n && first_kind((str){utf8, utf8_put(chars[i], utf8)}) == RUN_GAP;
        if (gap)
            continue;
        int here = score_stretch(token, units, count);
        score = here > score ? here : score;
        count = 0;
    }
    return score ? shortened(score, field, word) : 0;
}

/* ---- with an error ---- */

static bool is_forgiven(str word)
{
    return word.n >= TYPO_MIN && word.n <= TYPO_MAX && is_letters(word);
}

/* A name in pinyin, where the word is none as it stands. */
static bool is_misspelt(struct arena *arena, str word, str field)
{
    struct spelling all[SPELLINGS_MAX];
    str letters = pinyin_search_letters(arena, word);
    size_t n = spelling_is_sound(letters) ? 0 : name_spellings(arena, field, all);
    for (size_t i = 0; i < n; i++)
        if (letters.p[0] == all[i].full.p[0] && is_one_edit(letters, all[i].full))
            return true;
    return false;
}

static int score_typo(struct arena *arena, str word, str field)
{
    str rest = field;
    struct run run;
    if (!is_forgiven(word))
        return 0;
    while (run_next(&rest, &run))
        if (run.kind == RUN_WORD && is_forgiven(run.text) && is_one_edit(word, run.text))
            return shortened(SCORE_TYPO, field, word);
    return is_misspelt(arena, word, field) ? shortened(SCORE_TYPO, field, word) : 0;
}

/* ---- all together ---- */

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* "灵桥路777" is no number: only the whole of it counts, not its digits. */
static bool is_ascii(str word)
{
    for (size_t i = 0; i < word.n; i++)
        if ((unsigned char)word.p[i] >= 0x80)
            return false;
    return true;
}

static int score_word(struct arena *arena, str word, str field, enum text_kind kind)
{
    int score = score_literal(word, field);
    if (kind == TEXT_CODE && is_ascii(word))
        score = larger(score, score_code(arena, word, field));
    if (kind == TEXT_NAME && score < SCORE_PINYIN_WHOLE)
        score = larger(score, score_pinyin(arena, word, field));
    if (kind == TEXT_NAME && score == 0)
        score = score_typo(arena, word, field);
    return score;
}

/* A number of several parts counts as a whole, or part by part. */
static int score_number(struct arena *arena, str word, const struct text_field *fields, size_t n)
{
    int sum = 0, parts = 0;
    str part;
    while (parts < QUERY_WORDS && str_split(&word, ' ', &part)) {
        int best = 0;
        for (size_t i = 0; i < n; i++)
            best = larger(best, score_word(arena, part, fields[i].text, fields[i].kind));
        if (best == 0)
            return 0;
        sum += best;
        parts++;
    }
    return parts ? sum / parts : 0;
}

static int score_words(struct arena *arena, str query, const struct text_field *fields, size_t n)
{
    int sum = 0, words = 0;
    str word;
    while (words < QUERY_WORDS && query_word_next(&query, &word)) {
        int best = 0;
        if (words_joined(arena, word, true).n == 0)
            continue;
        for (size_t i = 0; i < n; i++)
            best = larger(best, score_word(arena, word, fields[i].text, fields[i].kind));
        if (best == 0 && str_find_byte(word, ' ') != SIZE_MAX)
            best = score_number(arena, word, fields, n);
        if (best == 0)
            return 0;
        sum += best;
        words++;
    }
    return words ? sum / words : 0;
}

int text_match_fields(struct arena *arena, str query, const struct text_field *fields, size_t n)
{
    str q = text_fold(arena, utf8_prefix(query, QUERY_CHARS));
    str joined = words_joined(arena, q, true);
    struct text_field *folded = ARENA_ARRAY(arena, struct text_field, n);
    int best = 0;
    if (joined.n == 0)
        return 0;
    for (size_t i = 0; i < n; i++) {
        folded[i] = (struct text_field){text_fold(arena, fields[i].text), fields[i].kind};
        if (str_eq(folded[i].text, q))
            return SCORE_EQUAL;
        if (str_eq(words_joined(arena, folded[i].text, true), joined))
            best = SCORE_SAME_LETTERS;
        else
            best = larger(best, score_words(arena, q, &folded[i], 1));
    }
    if (best || n < 2)
        return best;
    return score_words(arena, q, folded, n) * SPREAD_PERCENT / 100;
}

int text_match(struct arena *arena, str query, str field, enum text_kind kind)
{
    return text_match_fields(arena, query, &(struct text_field){field, kind}, 1);
}
