#include "core/import_reading.h"

enum { WORDS_KEPT = 5000, WORD_BYTES = 200 };

/* A word for a choice, where the type itself knows key and label only: a part of a label ("展会" of
 * "展会 / 活动"), a word of the definition's "import", or a label within a longer word. */
static const struct choice *look(struct ctx *c, const struct field *f, str text)
{
    str want = text_fold(c->arena, text);
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
            while (str_split(&words_of, ' ', &part))
                if (str_eq(part, want))
                    return choice;
        }
        if (holds) {
            within = choice;
            found++;
        }
    }
    return found == 1 ? within : NULL;
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
