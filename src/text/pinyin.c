#include "text/pinyin.h"

#include "text/words.h"

static const uint16_t *reading_list(uint32_t c, size_t *n, uint16_t *single)
{
    *n = 0;
    if (c < HAN_FIRST || c >= HAN_END) {
        const struct table_pair *far =
            table_find_pair(TABLE(readings_far, struct table_pair), TABLES->readings_far.count, c);
        *single = far ? (uint16_t)far->to : 0;
        *n = far != NULL;
        return single;
    }
    uint16_t slot = TABLE(readings, uint16_t)[c - HAN_FIRST];
    if (slot & READING_MANY) {
        const uint16_t *list = TABLE(reading_pool, uint16_t) + (slot & ~READING_MANY);
        *n = list[0];
        return list + 1;
    }
    *single = slot;
    *n = slot != 0;
    return single;
}

static const char *syllable(uint16_t reading)
{
    return TABLE(syllables, char) + (size_t)(reading / READING_TONES) * SYLLABLE_BYTES;
}

static struct pinyin_letters search_letters(uint16_t reading)
{
    struct pinyin_letters out = {0};
    for (const char *z = syllable(reading); *z; z++)
        out.z[out.n++] = *z == 'v' ? 'u' : *z;
    return out;
}

static const struct table_surname *find_surname(uint32_t first, uint32_t second)
{
    const struct table_surname *all = TABLE(surnames, struct table_surname);
    size_t low = 0, high = TABLES->surnames.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        const uint16_t *c = all[middle].chars;
        if (c[0] < first || (c[0] == first && c[1] < second))
            low = middle + 1;
        else
            high = middle;
    }
    bool found =
        low < TABLES->surnames.count && all[low].chars[0] == first && all[low].chars[1] == second;
    return found ? &all[low] : NULL;
}

static size_t add_letters(struct pinyin_letters *out, size_t n, uint16_t reading)
{
    struct pinyin_letters letters = search_letters(reading);
    for (size_t i = 0; i < n; i++)
        if (memcmp(out[i].z, letters.z, sizeof letters.z) == 0)
            return n;
    out[n] = letters;
    return n + 1;
}

size_t pinyin_letters_of(uint32_t c, struct pinyin_letters out[static PINYIN_READINGS])
{
    size_t n, count = 0;
    uint16_t single;
    const uint16_t *list = reading_list(c, &n, &single);
    for (size_t i = 0; i < n && count + 1 < PINYIN_READINGS; i++)
        count = add_letters(out, count, list[i]);
    const struct table_surname *surname = find_surname(c, 0);
    return surname ? add_letters(out, count, surname->readings[0]) : count;
}

/* The first syllable not before the letters, NULL at the end. */
static const char *syllable_from(str letters)
{
    const char(*all)[SYLLABLE_BYTES] = (const char(*)[SYLLABLE_BYTES])TABLE(syllables, char);
    size_t low = 0, high = TABLES->syllables.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (strncmp(all[middle], letters.p, letters.n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < TABLES->syllables.count ? all[low] : NULL;
}

static bool is_umlaut_only(str letters)
{
    return str_eq(letters, S("lue")) || str_eq(letters, S("nue"));
}

bool pinyin_is_prefix(str letters)
{
    if (letters.n == 0 || letters.n >= SYLLABLE_BYTES || str_starts(letters, S("ng")))
        return false; /* nobody writes 嗯 in a name */
    const char *found = syllable_from(letters);
    return (found && strncmp(found, letters.p, letters.n) == 0) || is_umlaut_only(letters);
}

bool pinyin_is_piece(str letters)
{
    if (!pinyin_is_prefix(letters))
        return false;
    return letters.n == 1 || (letters.n == 2 && letters.p[1] == 'h') ||
           strlen(syllable_from(letters)) == letters.n || is_umlaut_only(letters);
}

str pinyin_search_letters(struct arena *arena, str folded)
{
    char *out = arena_strz(arena, folded);
    for (size_t i = 1; i < folded.n; i++)
        if (out[i] == 'v' && memchr("lnjqxy", out[i - 1], 6))
            out[i] = 'u';
    return (str){out, folded.n};
}

uint32_t *pinyin_chars(struct arena *arena, str s, size_t *n)
{
    uint32_t *chars = ARENA_ARRAY(arena, uint32_t, s.n + 1);
    *n = 0;
    while (s.n)
        chars[(*n)++] = utf8_next(&s);
    return chars;
}

/* ---- the best reading ---- */

bool pinyin_is_double_surname(uint32_t first, uint32_t second)
{
    return second && find_surname(first, second);
}

/* Readings of a surname at the beginning; returns how many characters it took. */
static size_t read_surname(const uint32_t *chars, size_t n, uint16_t *out)
{
    const struct table_surname *found = n > 1 ? find_surname(chars[0], chars[1]) : NULL;
    if (found) {
        memcpy(out, found->readings, sizeof found->readings);
        return 2;
    }
    found = n ? find_surname(chars[0], 0) : NULL;
    if (!found)
        return 0;
    out[0] = found->readings[0];
    return 1;
}

static int compare_phrase(const uint16_t *phrase, const uint32_t *chars, size_t n)
{
    for (size_t i = 0; i < n && i < phrase[0]; i++)
        if (phrase[1 + i] != chars[i])
            return phrase[1 + i] < chars[i] ? -1 : 1;
    return phrase[0] < n ? -1 : phrase[0] > n;
}

/* The readings of the phrase of exactly these characters, or NULL. */
static const uint16_t *find_phrase(const uint32_t *chars, size_t n)
{
    const uint32_t *all = TABLE(phrases, uint32_t);
    const uint16_t *pool = TABLE(phrase_pool, uint16_t);
    size_t low = 0, high = TABLES->phrases.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_phrase(pool + all[middle], chars, n) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < TABLES->phrases.count && compare_phrase(pool + all[low], chars, n) == 0;
    return found ? pool + all[low] + 1 + n : NULL;
}

static uint16_t read_char(uint32_t c, bool name)
{
    const struct table_pair *usual =
        name ? NULL : table_find_pair(TABLE(common, struct table_pair), TABLES->common.count, c);
    if (usual)
        return (uint16_t)usual->to;
    size_t n;
    uint16_t single;
    const uint16_t *list = reading_list(c, &n, &single);
    return n ? list[0] : 0;
}

/* One reading a character, 0 for what has none. */
static uint16_t *best_readings(struct arena *arena, const uint32_t *chars, size_t n, bool name)
{
    uint16_t *out = ARENA_ARRAY(arena, uint16_t, n + 2);
    size_t i = name ? read_surname(chars, n, out) : 0;
    while (i < n) {
        size_t length = n - i < PHRASE_MAX ? n - i : PHRASE_MAX;
        const uint16_t *phrase = NULL;
        if (!text_is_han(chars[i]))
            length = 1;
        while (length > 1 && !(phrase = find_phrase(chars + i, length)))
            length--;
        if (phrase)
            memcpy(out + i, phrase, length * sizeof *phrase);
        else
            out[i] = read_char(chars[i], name);
        i += length;
    }
    return out;
}

struct pinyin_letters *pinyin_best(struct arena *arena, const uint32_t *chars, size_t n, bool name)
{
    uint16_t *readings = best_readings(arena, chars, n, name);
    struct pinyin_letters *out = ARENA_ARRAY(arena, struct pinyin_letters, n);
    for (size_t i = 0; i < n; i++)
        if (readings[i])
            out[i] = search_letters(readings[i]);
    return out;
}

str text_pinyin(struct arena *arena, str s, bool name)
{
    size_t n;
    uint32_t *chars = pinyin_chars(arena, text_fold(arena, s), &n);
    uint16_t *readings = best_readings(arena, chars, n, name);
    char *out = ARENA_ARRAY(arena, char, n *(SYLLABLE_BYTES + 1) + 1);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        bool apart = i && (readings[i] || readings[i - 1]);
        if (apart && at && out[at - 1] != ' ' && chars[i] != ' ')
            out[at++] = ' ';
        if (!readings[i]) {
            at += utf8_put(chars[i], out + at);
            continue;
        }
        for (const char *z = syllable(readings[i]); *z; z++)
            out[at++] = *z;
    }
    return (str){out, at};
}

str text_sound(struct arena *arena, str s, bool name)
{
    return words_joined(arena, text_pinyin(arena, s, name), true);
}

str text_sort_key(struct arena *arena, str s, bool name)
{
    size_t n;
    uint32_t *chars = pinyin_chars(arena, text_fold(arena, s), &n);
    uint16_t *readings = best_readings(arena, chars, n, name);
    char *out = ARENA_ARRAY(arena, char, n *(SYLLABLE_BYTES + 5) + 1);
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (readings[i]) {
            for (const char *z = syllable(readings[i]); *z; z++)
                out[at++] = *z;
            out[at++] = (char)('0' + readings[i] % READING_TONES);
        }
        at += utf8_put(chars[i], out + at);
    }
    return (str){out, at};
}
