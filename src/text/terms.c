#include "text/pinyin.h"
#include "text/spelling.h"
#include "text/words.h"

enum {
    WORD_MAX = 128, /* letters of one word that are indexed */
    PROSE_CHARS = 2000,
    FIELD_CHARS = 200,
    TERMS_MAX = 20000, /* of one record: a tsvector holds a megabyte */
    WHOLE_MAX = 64,    /* bytes of the longest value with a term of its own */
};

static void add(struct text_terms *t, str term)
{
    if (t->list.n >= TERMS_MAX || map_get(&t->seen, term))
        return;
    str kept = arena_str(t->arena, term);
    map_put(t->arena, &t->seen, kept, t);
    *VEC_PUSH(t->arena, t->list) = kept;
}

static void add_marked(struct text_terms *t, char mark, str s)
{
    char term[WHOLE_MAX + 2];
    if (s.n == 0 || s.n > WHOLE_MAX)
        return;
    term[0] = mark;
    memcpy(term + 1, s.p, s.n);
    add(t, (str){term, s.n + 1});
}

static void add_wide(struct text_terms *t, str run)
{
    str before = {0};
    while (run.n) {
        const char *from = run.p;
        utf8_next(&run);
        str one = {from, (size_t)(run.p - from)};
        add(t, one);
        if (before.n)
            add(t, (str){before.p, before.n + one.n});
        before = one;
    }
}

static void add_word(struct text_terms *t, str word)
{
    char marked[WORD_MAX + 2];
    if (word.n > WORD_MAX)
        word.n = WORD_MAX;
    marked[0] = '^';
    memcpy(marked + 1, word.p, word.n);
    marked[word.n + 1] = '$';
    add(t, (str){marked, 2});
    for (size_t i = 0; i + 3 <= word.n + 2; i++)
        add(t, (str){marked + i, 3});
}

static void add_typos(struct text_terms *t, str word)
{
    char less[TYPO_MAX];
    if (word.n < TYPO_MIN || word.n > TYPO_MAX || !is_letters(word))
        return;
    add_marked(t, '$', word);
    for (size_t i = 0; i < word.n; i++) {
        memcpy(less, word.p, i);
        memcpy(less + i, word.p + i + 1, word.n - i - 1);
        add_marked(t, '$', (str){less, word.n - 1});
    }
}

/* ---- names ---- */

struct syllable_set {
    struct pinyin_letters readings[PINYIN_READINGS];
    size_t n;
};

static void add_beginnings(struct text_terms *t, const struct syllable_set *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t n = 1; n <= s->readings[i].n; n++)
            add_marked(t, '_', (str){s->readings[i].z, n});
}

/* "_zhang_w" and "_z_w" of two neighbours, for all readings. */
static void add_pairs(struct text_terms *t, const struct syllable_set *s)
{
    for (size_t i = 0; i < s[0].n; i++) {
        for (size_t j = 0; j < s[1].n; j++) {
            char term[SYLLABLE_BYTES + 2];
            const struct pinyin_letters *first = &s[0].readings[i];
            memcpy(term, first->z, first->n);
            term[first->n] = '_';
            term[first->n + 1] = s[1].readings[j].z[0];
            add_marked(t, '_', (str){term, first->n + 2u});
            add_marked(t, '_', (str){(char[]){first->z[0], '_', s[1].readings[j].z[0]}, 3});
        }
    }
}

/* "_z_w_l" of three neighbours, for all readings. */
static void add_triples(struct text_terms *t, const struct syllable_set *s)
{
    for (size_t i = 0; i < s[0].n; i++)
        for (size_t j = 0; j < s[1].n; j++)
            for (size_t k = 0; k < s[2].n; k++) {
                char term[] = {s[0].readings[i].z[0], '_', s[1].readings[j].z[0], '_',
                               s[2].readings[k].z[0]};
                add_marked(t, '_', (str){term, sizeof term});
            }
}

/* One stretch of Han characters. */
static void add_pinyin(struct text_terms *t, const struct syllable_set *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add_beginnings(t, &s[i]);
        if (i + 2 <= n)
            add_pairs(t, s + i);
        if (i + 3 <= n)
            add_triples(t, s + i);
    }
}

static void add_spellings(struct text_terms *t, str folded)
{
    struct spelling all[SPELLINGS_MAX];
    size_t n = name_spellings(t->arena, folded, all);
    for (size_t i = 0; i < n; i++) {
        add_marked(t, '=', all[i].full);
        add_marked(t, '=', all[i].initials);
    }
}

/* Spaces and signs between Han characters do not part them, Latin words and other scripts do. */
static void add_name(struct text_terms *t, str folded)
{
    VEC(struct syllable_set) stretch = {0};
    struct run run;
    while (run_next(&folded, &run)) {
        if (run.kind == RUN_GAP)
            continue;
        str rest = run.text;
        while (rest.n) {
            struct syllable_set set = {.n = 0};
            uint32_t c = utf8_next(&rest);
            if (run.kind == RUN_WIDE)
                set.n = pinyin_letters_of(c, set.readings);
            if (set.n) {
                *VEC_PUSH(t->arena, stretch) = set;
                continue;
            }
            add_pinyin(t, stretch.at, stretch.n);
            stretch.n = 0;
        }
    }
    add_pinyin(t, stretch.at, stretch.n);
}

void text_index_terms(struct text_terms *t, str s, enum text_kind kind)
{
    size_t chars = kind == TEXT_PROSE ? PROSE_CHARS : FIELD_CHARS;
    str folded = text_fold(t->arena, utf8_prefix(s, chars)), rest = folded;
    struct run run;
    while (run_next(&rest, &run)) {
        if (run.kind == RUN_WIDE)
            add_wide(t, run.text);
        if (run.kind != RUN_WORD)
            continue;
        add_word(t, run.text);
        if (kind == TEXT_NAME)
            add_typos(t, run.text);
    }
    str code = kind == TEXT_CODE ? words_joined(t->arena, folded, false) : (str){0};
    if (code.n && code.n < folded.n)
        add_word(t, code);
    if (kind == TEXT_NAME) {
        add_name(t, folded);
        add_spellings(t, folded);
    }
    if (kind != TEXT_PROSE)
        add_marked(t, '=', words_joined(t->arena, folded, true));
}

/* ---- what a record is called ---- */

/* "=^" and the two after one another. */
static void add_start(struct text_terms *t, str one, str other)
{
    char term[WHOLE_MAX];
    if (one.n + other.n + 1 > sizeof term)
        return;
    term[0] = '^';
    memcpy(term + 1, one.p, one.n);
    if (other.n)
        memcpy(term + 1 + one.n, other.p, other.n);
    add_marked(t, '=', (str){term, 1 + one.n + other.n});
}

static str letters_of(const struct pinyin_letters *l)
{
    return (str){l->z, l->n};
}

/* The first one and two characters as they are written, and their syllables in all readings. */
static void add_wide_start(struct text_terms *t, str run)
{
    struct syllable_set first = {.n = 0}, second = {.n = 0};
    str rest = run;
    first.n = pinyin_letters_of(utf8_next(&rest), first.readings);
    str one = str_cut(run, 0, run.n - rest.n), after = rest;
    add_start(t, one, (str){0});
    for (size_t i = 0; i < first.n; i++)
        add_start(t, letters_of(&first.readings[i]), (str){0});
    if (!rest.n)
        return;
    second.n = pinyin_letters_of(utf8_next(&after), second.readings);
    add_start(t, one, str_cut(rest, 0, rest.n - after.n));
    for (size_t i = 0; i < first.n; i++)
        for (size_t k = 0; k < second.n; k++)
            add_start(t, letters_of(&first.readings[i]), letters_of(&second.readings[k]));
}

void text_index_start(struct text_terms *t, str name)
{
    str rest = text_fold(t->arena, utf8_prefix(name, FIELD_CHARS));
    struct run run;
    bool wide = false;
    while (run_next(&rest, &run)) {
        if (run.kind == RUN_WIDE && !wide) {
            wide = true;
            add_wide_start(t, run.text);
        } else if (run.kind == RUN_WORD) {
            add_start(t, run.text, (str){0});
        }
    }
}

void text_terms_tag(struct text_terms *t, str tag)
{
    add(t, arena_concat(t->arena, S("=_"), tag));
}

str text_terms_document(const struct text_terms *t, enum text_space space)
{
    size_t n = 0, at = 0;
    for (size_t i = 0; i < t->list.n; i++)
        n += t->list.at[i].n + 2;
    char *out = ARENA_ARRAY(t->arena, char, n + 1);
    for (size_t i = 0; i < t->list.n; i++) {
        if (space == TEXT_OTHERS)
            out[at++] = OTHERS_MARK;
        memcpy(out + at, t->list.at[i].p, t->list.at[i].n);
        at += t->list.at[i].n;
        out[at++] = ' ';
    }
    return (str){out, at ? at - 1 : 0};
}
