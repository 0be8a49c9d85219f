#include "core/import_reading.h"

enum { WORDS_KEPT = 5000, WORD_BYTES = 200 };

/* "10", "10人", "约 1,200 人", "50+": a bare number of things. */
static bool bare_number(struct arena *arena, str s, double *out)
{
    static const char *const around[] = {"约",   "大约", "人",   "名",     "位",    "个",
                                         "左右", "以上", "约莫", "people", "staff", "+"};
    char *digits = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    bool any = true;
    s = str_trim(s);
    while (any) {
        any = false;
        for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
            str word = str_from(around[i]);
            bool first = s.n > word.n && str_starts(s, word),
                 last = s.n > word.n && str_ends(s, word);
            if (first)
                s = str_trim(str_cut(s, word.n, s.n));
            else if (last)
                s = str_trim(str_cut(s, 0, s.n - word.n));
            any = any || first || last;
        }
    }
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ',')
            digits[n++] = s.p[i];
    return str_to_real((str){digits, n}, out) == OK;
}

/* The bounds that a label names: "10-49 人", "1000 人以上", "1,000 or more". */
static bool bounds(str label, double *from, double *to)
{
    double found[2] = {0};
    size_t n = 0;
    bool in_number = false, other = false;
    for (size_t i = 0; i < label.n; i++) {
        bool digit = label.p[i] >= '0' && label.p[i] <= '9';
        if (digit && !in_number && n++ == 2)
            return false;
        if (digit)
            found[n - 1] = found[n - 1] * 10 + (label.p[i] - '0');
        other = other || (!digit && n == 0 && label.p[i] != ' ');
        in_number = digit || (in_number && label.p[i] == ',');
    }
    bool open = str_find(label, S("以上")) != SIZE_MAX ||
                str_find(label, S("or more")) != SIZE_MAX || str_ends(label, S("+"));
    *from = found[0];
    *to = open ? 1e15 : found[1];
    return !other && (n == 2 || (n == 1 && open));
}

/* "10" of "10-49 人". */
static const struct choice *within_range(struct ctx *c, const struct field *f, str text)
{
    double number, from, to;
    if (!bare_number(c->arena, text, &number))
        return NULL;
    for (size_t i = 0; i < f->choice_count; i++)
        for (enum lang lang = 0; lang < LANG_COUNT; lang++)
            if (bounds(f->choices[i].label.text[lang], &from, &to) && number >= from &&
                number < to + 1)
                return &f->choices[i];
    return NULL;
}

/* "b级", "B 类客户", "grade b": the word without what only says that it is one of several. */
static str bare_word(str s)
{
    static const char *const behind[] = {"客户", "级", "类", "等", "档", "型", "customer", "class"};
    static const char *const before[] = {"grade", "class", "level", "级别", "等级"};
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++)
        if (s.n > strlen(behind[i]) && str_ends(s, str_from(behind[i])))
            s = str_trim(str_cut(s, 0, s.n - strlen(behind[i])));
    for (size_t i = 0; i < sizeof before / sizeof *before; i++)
        if (s.n > strlen(before[i]) && str_starts(s, str_from(before[i])))
            s = str_trim(str_cut(s, strlen(before[i]), s.n));
    return s;
}

/* A word for a choice, where the type itself knows key and label only: a part of a label ("展会" of
 * "展会 / 活动"), a word of the definition's "import", or a label within a longer word. */
static const struct choice *look_word(struct ctx *c, const struct field *f, str want)
{
    const struct choice *within = NULL;
    size_t found = 0;
    json_t *choices = json_object_get(f->definition, "choices");
    for (size_t i = 0; i < f->choice_count; i++) {
        const struct choice *choice = &f->choices[i];
        const json_t *words =
            json_object_get(json_object_get(choices, arena_strz(c->arena, choice->key)), "import");
        for (size_t k = 0; k < json_array_size(words); k++)
            if (str_eq(text_fold(c->arena, json_str(json_array_get(words, k))), want))
                return choice;
        bool holds = false;
        if (str_eq(text_fold(c->arena, choice->key), want))
            return choice;
        for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
            str rest = text_fold(c->arena, choice->label.text[lang]), part;
            if (str_eq(rest, want))
                return choice;
            str words_of = rest;
            while (str_split(&rest, '/', &part)) {
                part = str_trim(part);
                if (str_eq(part, want))
                    return choice;
                holds = holds || (part.n >= 4 && str_find(want, part) != SIZE_MAX);
            }
            while (str_split(&words_of, ' ', &part)) {
                if (str_eq(part, want))
                    return choice;
                holds = holds || (part.n >= 6 && str_find(want, part) != SIZE_MAX);
            }
        }
        if (holds) {
            within = choice;
            found++;
        }
    }
    return found == 1 ? within : NULL;
}

static const struct choice *look(struct ctx *c, const struct field *f, str text)
{
    str want = text_fold(c->arena, text), bare = bare_word(want);
    const struct choice *found = look_word(c, f, want);
    if (!found && bare.n < want.n)
        found = look_word(c, f, bare);
    return found ? found : within_range(c, f, want);
}

bool import_choice_says(struct ctx *c, const struct choice *choice, str word)
{
    str want = text_fold(c->arena, word), part;
    if (str_eq(text_fold(c->arena, choice->key), want))
        return true;
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        str rest = text_fold(c->arena, choice->label.text[lang]);
        if (str_eq(rest, want))
            return true;
        while (str_split(&rest, '/', &part))
            if (str_eq(str_trim(part), want))
                return true;
    }
    return false;
}

const struct choice *
import_choice(struct import_work *w, struct ctx *c, const struct field *f, str text)
{
    static const struct choice none;
    str key = arena_printf(c->arena, STR_FMT ":" STR_FMT, STR_ARG(f->name), STR_ARG(text));
    const struct choice *known = map_get(&w->words, key);
    if (known)
        return known == &none ? NULL : known;
    known = look(c, f, text);
    if (w->words.n < WORDS_KEPT && key.n <= WORD_BYTES)
        map_put(w->ctx->arena, &w->words, arena_str(w->ctx->arena, key),
                (void *)(known ? known : &none));
    return known;
}
