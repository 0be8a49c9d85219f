/* texttables FOLDER OUT.bin OUT.S — packs src/text/tables/ into the blob that src/text/tables.h
 * lays out, and writes the assembly that puts it into the binary. The folding table is made from
 * Unicode's own data (ICU) and simplified.tsv. */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>
#include <unicode/ustring.h>

#include "../src/text/tables.h"

enum { UNICODE_END = 0x110000, LINE_BYTES = 4096, FOLD_EXPANSIONS = 0x800 };

static const char *folder;
static FILE *blob;
static struct text_tables header;
static uint32_t simplified[UNICODE_END];   /* 0 = stays */
static uint16_t *readings_of[UNICODE_END]; /* count, readings … */
static uint32_t used_of[UNICODE_END];      /* bit i: some word uses readings_of[c][i] */

static void die(const char *what, const char *which)
{
    fprintf(stderr, "texttables: %s: %s\n", what, which);
    exit(1);
}

static void *grow(void *p, size_t count, size_t size)
{
    p = realloc(p, count * size);
    if (!p)
        die("out of memory", "grow");
    return p;
}

static struct table_span put(const void *p, size_t count, size_t size)
{
    long at = ftell(blob);
    while (at % 8) {
        fputc(0, blob);
        at++;
    }
    if (count && fwrite(p, size, count, blob) != count)
        die(strerror(errno), "blob");
    return (struct table_span){(uint32_t)at, (uint32_t)count};
}

/* Calls row(first column, second column) for each line that is no comment. */
static void read_rows(const char *name, void (*row)(char *a, char *b))
{
    char path[LINE_BYTES], line[LINE_BYTES];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (!f)
        die(strerror(errno), path);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = '\0';
        char *tab = strchr(line, '\t');
        if (line[0] == '#')
            continue;
        if (!tab)
            die("no tab", line);
        *tab = '\0';
        row(line, tab + 1);
    }
    fclose(f);
}

/* UTF-16 to code points; returns how many. */
static size_t decode_units(const UChar *units, int32_t n, uint32_t *out, size_t max)
{
    UErrorCode e = U_ZERO_ERROR;
    int32_t done = 0;
    u_strToUTF32((UChar32 *)out, (int32_t)max, &done, units, n, &e);
    if (U_FAILURE(e) && e != U_BUFFER_OVERFLOW_ERROR)
        die(u_errorName(e), "UTF-16");
    return (size_t)done < max ? (size_t)done : max;
}

/* UTF-8 to code points, at most max; returns how many. */
static size_t decode(const char *s, uint32_t *out, size_t max)
{
    UChar units[LINE_BYTES];
    UErrorCode e = U_ZERO_ERROR;
    int32_t n = 0;
    u_strFromUTF8(units, LINE_BYTES, &n, s, -1, &e);
    if (U_FAILURE(e))
        die("not UTF-8", s);
    return decode_units(units, n, out, max);
}

static uint32_t one_char(const char *s)
{
    uint32_t c[2];
    if (decode(s, c, 2) != 1)
        die("not one character", s);
    return c[0];
}

/* ---- folding ---- */

static void add_simplified(char *a, char *b)
{
    simplified[one_char(a)] = one_char(b);
}

static bool drops_accents(UChar32 base)
{
    UErrorCode e = U_ZERO_ERROR;
    UScriptCode script = uscript_getScript(base, &e);
    return script == USCRIPT_LATIN || script == USCRIPT_GREEK || script == USCRIPT_CYRILLIC;
}

static bool is_accent(uint32_t c)
{
    return c < 0x370 && u_charType((UChar32)c) == U_NON_SPACING_MARK;
}

static bool is_foldable(uint32_t c)
{
    int8_t type = u_charType((UChar32)c);
    return c >= 0x20 && type != U_SURROGATE && type != U_PRIVATE_USE_CHAR && type != U_UNASSIGNED;
}

/* Latin letters without a decomposition, and what people type for them. */
static const struct {
    uint32_t letter;
    const char *plain;
} latin[] = {{0xE6, "ae"}, {0xF0, "d"},  {0xF8, "o"},  {0xFE, "th"},  {0x111, "d"},
             {0x127, "h"}, {0x131, "i"}, {0x142, "l"}, {0x153, "oe"}, {0x167, "t"}};

static const char *plain_latin(uint32_t c)
{
    for (size_t i = 0; i < sizeof latin / sizeof *latin; i++)
        if (latin[i].letter == c)
            return latin[i].plain;
    return NULL;
}

/* The folded form of one code point in UTF-16; its length, or -1 when it has no place in cap. */
static int32_t fold(uint32_t c, UChar *out, int32_t cap)
{
    UErrorCode e = U_ZERO_ERROR;
    const UNormalizer2 *casefold = unorm2_getNFKCCasefoldInstance(&e);
    const UNormalizer2 *nfd = unorm2_getNFDInstance(&e);
    UChar source[2], folded[64], bare[128];
    uint32_t parts[128];
    int32_t n = 0;
    if (u_isUWhiteSpace((UChar32)c)) {
        out[0] = ' ';
        return 1;
    }
    U16_APPEND_UNSAFE(source, n, (UChar32)c);
    n = unorm2_normalize(casefold, source, n, folded, 64, &e);
    int32_t m = unorm2_normalize(nfd, folded, n, bare, 128, &e);
    size_t count = decode_units(bare, m, parts, 128);
    if (U_FAILURE(e))
        die(u_errorName(e), "fold");
    bool strips = count && (drops_accents((UChar32)parts[0]) || is_accent(parts[0]));
    if (!strips)
        count = decode_units(folded, n, parts, 128);
    int32_t done = 0;
    for (size_t i = 0; i < count; i++) {
        if (strips && is_accent(parts[i]))
            continue;
        if (done + 2 > cap)
            return -1;
        uint32_t part = simplified[parts[i]] ? simplified[parts[i]] : parts[i];
        const char *plain = plain_latin(part);
        while (plain && plain[1])
            out[done++] = (UChar)*plain++;
        if (plain)
            part = (uint32_t)*plain;
        U16_APPEND_UNSAFE(out, done, (UChar32)part);
    }
    return done;
}

/* The table entry of a code point of the basic plane. */
static uint16_t near_fold(uint32_t c, uint16_t (*expansions)[FOLD_EXPAND_UNITS], size_t *count)
{
    UChar to[64];
    int32_t n = is_foldable(c) ? fold(c, to, 64) : -1;
    if (n < 0 || n > FOLD_EXPAND_UNITS)
        return (uint16_t)c;
    if (n == 1)
        return to[0];
    if (*count == FOLD_EXPANSIONS)
        die("too many", "expansions");
    memcpy(expansions[*count], to, (size_t)n * sizeof *to);
    return (uint16_t)(FOLD_EXPAND + (*count)++);
}

static void put_near_folds(void)
{
    static uint8_t index[FOLD_PAGES];
    static uint16_t pages[FOLD_PAGES][FOLD_PAGE];
    static uint16_t expansions[FOLD_EXPANSIONS][FOLD_EXPAND_UNITS];
    size_t page_count = 1, expansion_count = 0;
    for (uint32_t page = 0; page < FOLD_PAGES; page++) {
        bool same = true;
        for (uint32_t i = 0; i < FOLD_PAGE; i++) {
            uint32_t c = page * FOLD_PAGE + i;
            pages[page_count][i] = near_fold(c, expansions, &expansion_count);
            same = same && pages[page_count][i] == c;
        }
        if (!same)
            index[page] = (uint8_t)page_count++;
    }
    header.fold_index = put(index, FOLD_PAGES, 1);
    header.fold_pages = put(pages, page_count, sizeof pages[0]);
    header.fold_expansions = put(expansions, expansion_count, sizeof expansions[0]);
}

static void put_far_folds(void)
{
    struct table_pair *far = NULL;
    size_t count = 0;
    for (uint32_t c = 0x10000; c < UNICODE_END; c++) {
        UChar to[64];
        uint32_t one[2];
        int32_t n = is_foldable(c) ? fold(c, to, 64) : -1;
        if (n < 1 || decode_units(to, n, one, 2) != 1 || one[0] == c)
            continue;
        far = grow(far, count + 1, sizeof *far);
        far[count++] = (struct table_pair){c, one[0]};
    }
    header.fold_far = put(far, count, sizeof *far);
    free(far);
}

/* ---- pinyin ---- */

static char (*syllables)[SYLLABLE_BYTES];
static size_t syllable_count;
static bool collecting; /* first pass: only the syllables */

static int by_text(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* "zhang1" to its number. */
static uint16_t reading(const char *text, size_t n)
{
    char letters[SYLLABLE_BYTES] = {0};
    if (n < 2 || n > SYLLABLE_BYTES - 1 || text[n - 1] < '1' || text[n - 1] > '5')
        die("no reading", text);
    memcpy(letters, text, n - 1);
    char(*hit)[SYLLABLE_BYTES] =
        syllable_count ? bsearch(letters, syllables, syllable_count, sizeof *syllables, by_text)
                       : NULL;
    if (!hit && !collecting)
        die("unknown syllable", text);
    if (!hit) {
        syllables = grow(syllables, syllable_count + 1, sizeof *syllables);
        memcpy(syllables[syllable_count++], letters, sizeof letters);
        qsort(syllables, syllable_count, sizeof *syllables, by_text);
        return 0;
    }
    return (uint16_t)((size_t)(hit - syllables) * READING_TONES + (size_t)(text[n - 1] - '0'));
}

/* Readings separated by spaces; returns how many. */
static size_t read_list(char *text, uint16_t *out, size_t max)
{
    size_t n = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        if (n == max)
            die("too many readings", text);
        out[n++] = reading(text, length);
        text += length + (text[length] == ' ');
    }
    return n;
}

static void add_char(char *a, char *b)
{
    uint16_t list[32];
    uint32_t c = one_char(a);
    size_t n = read_list(b, list + 1, 31);
    list[0] = (uint16_t)n;
    if (collecting)
        return;
    readings_of[c] = grow(NULL, n + 1, sizeof *list);
    memcpy(readings_of[c], list, (n + 1) * sizeof *list);
}

static struct table_pair *common;
static size_t common_count;

/* A word has the character with this reading, whatever its tone. */
static void note_use(uint32_t c, uint16_t r)
{
    const uint16_t *list = readings_of[c];
    for (unsigned i = 1; list && i <= list[0]; i++)
        if (list[i] / READING_TONES == r / READING_TONES)
            used_of[c] |= UINT32_C(1) << i;
}

/* Drops the readings of old books: people who look for 张伟 do not mean 张立, which was once read
 * so. A character that is in no word keeps all. */
static void keep_used(uint32_t c)
{
    uint16_t *list = readings_of[c], kept = 1;
    if (!used_of[c])
        return;
    for (unsigned i = 2; i <= list[0]; i++)
        if (used_of[c] >> i & 1)
            list[++kept] = list[i];
    list[0] = kept;
}

static void add_common(char *a, char *b)
{
    uint16_t r = reading(b, strlen(b));
    if (collecting)
        return;
    common = grow(common, common_count + 1, sizeof *common);
    common[common_count++] = (struct table_pair){one_char(a), r};
    note_use(one_char(a), r);
}

static uint16_t *pool;
static size_t pool_count;
static uint32_t *phrases;
static size_t phrase_count;

static void add_phrase(char *a, char *b)
{
    uint32_t c[PHRASE_MAX + 1];
    uint16_t r[PHRASE_MAX + 1];
    size_t n = decode(a, c, PHRASE_MAX + 1);
    if (n > PHRASE_MAX)
        return;
    if (read_list(b, r, PHRASE_MAX) != n)
        die("readings and characters differ", a);
    if (collecting)
        return;
    pool = grow(pool, pool_count + 1 + 2 * n, sizeof *pool);
    phrases = grow(phrases, phrase_count + 1, sizeof *phrases);
    phrases[phrase_count++] = (uint32_t)pool_count;
    pool[pool_count++] = (uint16_t)n;
    for (size_t i = 0; i < n; i++) {
        uint32_t plain = simplified[c[i]] ? simplified[c[i]] : c[i];
        pool[pool_count++] = (uint16_t)(plain < 0x10000 ? plain : c[i]);
        note_use(c[i], r[i]);
        note_use(plain, r[i]);
    }
    memcpy(pool + pool_count, r, n * sizeof *r);
    pool_count += n;
}

/* Order of characters, a prefix before the longer phrase; equal ones in order of the file. */
static int by_phrase(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    uint16_t n = pool[x] < pool[y] ? pool[x] : pool[y];
    for (uint16_t i = 1; i <= n; i++)
        if (pool[x + i] != pool[y + i])
            return pool[x + i] < pool[y + i] ? -1 : 1;
    if (pool[x] != pool[y])
        return pool[x] < pool[y] ? -1 : 1;
    return x < y ? -1 : x > y;
}

static struct table_surname *surnames;
static size_t surname_count;

static void add_surname(char *a, char *b)
{
    uint32_t c[2] = {0};
    uint16_t r[2] = {0};
    size_t n = decode(a, c, 2);
    if (read_list(b, r, 2) != n)
        die("readings and characters differ", a);
    if (collecting)
        return;
    surnames = grow(surnames, surname_count + 1, sizeof *surnames);
    surnames[surname_count++] =
        (struct table_surname){.chars = {(uint16_t)c[0], (uint16_t)c[1]}, .readings = {r[0], r[1]}};
    for (size_t i = 0; i < n; i++)
        note_use(c[i], r[i]);
}

static int by_chars(const void *a, const void *b)
{
    const struct table_surname *x = a, *y = b;
    if (x->chars[0] != y->chars[0])
        return x->chars[0] < y->chars[0] ? -1 : 1;
    return x->chars[1] < y->chars[1] ? -1 : x->chars[1] > y->chars[1];
}

static int by_from(const void *a, const void *b)
{
    const struct table_pair *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}

static void put_readings(void)
{
    static uint16_t slots[HAN_END - HAN_FIRST];
    uint16_t *lists = NULL;
    struct table_pair *far = NULL;
    size_t list_count = 0, far_count = 0;
    for (uint32_t c = 0; c < UNICODE_END; c++) {
        const uint16_t *list = readings_of[c];
        if (!list)
            continue;
        keep_used(c);
        bool near = c >= HAN_FIRST && c < HAN_END;
        if (near && list[0] > 1) {
            if (list_count >= READING_MANY)
                die("too many", "reading lists");
            slots[c - HAN_FIRST] = (uint16_t)(READING_MANY | list_count);
            lists = grow(lists, list_count + list[0] + 1u, sizeof *lists);
            memcpy(lists + list_count, list, (list[0] + 1u) * sizeof *list);
            list_count += list[0] + 1u;
        } else if (near) {
            slots[c - HAN_FIRST] = list[1];
        } else {
            far = grow(far, far_count + 1, sizeof *far);
            far[far_count++] = (struct table_pair){c, list[1]};
        }
    }
    header.readings = put(slots, HAN_END - HAN_FIRST, sizeof *slots);
    header.reading_pool = put(lists, list_count, sizeof *lists);
    header.readings_far = put(far, far_count, sizeof *far);
    free(lists);
    free(far);
}

static void put_pinyin(void)
{
    for (int pass = 0; pass < 2; pass++) {
        collecting = pass == 0;
        read_rows("pinyin_chars.tsv", add_char);
        read_rows("pinyin_common.tsv", add_common);
        read_rows("pinyin_phrases.tsv", add_phrase);
        read_rows("surnames.tsv", add_surname);
    }
    qsort(phrases, phrase_count, sizeof *phrases, by_phrase);
    qsort(surnames, surname_count, sizeof *surnames, by_chars);
    qsort(common, common_count, sizeof *common, by_from);
    header.syllables = put(syllables, syllable_count, sizeof *syllables);
    put_readings();
    header.common = put(common, common_count, sizeof *common);
    header.phrases = put(phrases, phrase_count, sizeof *phrases);
    header.phrase_pool = put(pool, pool_count, sizeof *pool);
    header.surnames = put(surnames, surname_count, sizeof *surnames);
}

/* ---- divisions ---- */

static struct table_division *divisions;
static size_t division_count;
static char *names;
static size_t name_bytes;

static void add_division(char *code, char *name)
{
    size_t n = strlen(name) + 1;
    divisions = grow(divisions, division_count + 1, sizeof *divisions);
    divisions[division_count++] =
        (struct table_division){(uint32_t)strtoul(code, NULL, 10), (uint32_t)name_bytes};
    names = grow(names, name_bytes + n, 1);
    memcpy(names + name_bytes, name, n);
    name_bytes += n;
}

static int by_name(const void *a, const void *b)
{
    const struct table_division *x = a, *y = b;
    int c = strcmp(names + x->name, names + y->name);
    return c ? c : (x->code > y->code) - (x->code < y->code);
}

static uint32_t six_digits(uint32_t code)
{
    while (code < 100000)
        code *= 100;
    return code;
}

static int by_code(const void *a, const void *b)
{
    uint32_t x = six_digits(((const struct table_division *)a)->code);
    uint32_t y = six_digits(((const struct table_division *)b)->code);
    return x < y ? -1 : x > y;
}

static void put_divisions(void)
{
    read_rows("divisions.tsv", add_division);
    qsort(divisions, division_count, sizeof *divisions, by_code);
    header.divisions = put(divisions, division_count, sizeof *divisions);
    qsort(divisions, division_count, sizeof *divisions, by_name);
    header.divisions_by_name = put(divisions, division_count, sizeof *divisions);
    header.division_names = put(names, name_bytes, 1);
}

int main(int argc, char **argv)
{
    if (argc != 4)
        die("usage", "texttables FOLDER OUT.bin OUT.S");
    folder = argv[1];
    blob = fopen(argv[2], "wb");
    FILE *assembly = fopen(argv[3], "w");
    if (!blob || !assembly)
        die(strerror(errno), argv[2]);
    put(&header, 1, sizeof header);
    read_rows("simplified.tsv", add_simplified);
    put_near_folds();
    put_far_folds();
    put_pinyin();
    put_divisions();
    rewind(blob);
    put(&header, 1, sizeof header);
    if (fclose(blob))
        die(strerror(errno), argv[2]);
    char *path = realpath(argv[2], NULL);
    if (!path)
        die(strerror(errno), argv[2]);
    fprintf(assembly,
            ".section .rodata\n.balign 16\n.globl text_table_bytes\n.hidden text_table_bytes\n"
            "text_table_bytes:\n.incbin \"%s\"\n.section .note.GNU-stack,\"\",%%progbits\n",
            path);
    free(path);
    return fclose(assembly) != 0;
}
