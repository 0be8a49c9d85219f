#include "base/message.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/asset.h"
#include "base/json.h"
#include "base/map.h"

static struct {
    pthread_once_t once;
    struct arena *arena; /* for the life of the process */
    struct map sentences[LANG_COUNT];
} catalogue = {.once = PTHREAD_ONCE_INIT};

static void load_one(enum lang lang)
{
    str path = arena_printf(catalogue.arena, "messages/%s.json", lang_tag(lang));
    const struct asset *asset = asset_find(path);
    json_t *tree =
        asset ? json_loadb(asset->bytes.p, asset->bytes.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!tree) {
        fprintf(stderr, "fatal: " STR_FMT " is missing or not JSON\n", STR_ARG(path));
        abort();
    }
    const char *key;
    json_t *text;
    json_object_foreach(json_keep(catalogue.arena, tree), key, text)
    {
        str *s = ARENA_NEW(catalogue.arena, str);
        *s = json_str(text);
        map_put(catalogue.arena, &catalogue.sentences[lang], str_from(key), s);
    }
}

static void load(void)
{
    catalogue.arena = arena_new(SIZE_MAX / 2);
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        load_one(lang);
}

str message_get(enum lang lang, str key)
{
    pthread_once(&catalogue.once, load);
    const str *found = map_get(&catalogue.sentences[lang], key);
    if (!found)
        found = map_get(&catalogue.sentences[LANG_EN], key);
    return found ? *found : key;
}

str message_format(struct arena *arena, enum lang lang, str key, const str *args, size_t n)
{
    str sentence = message_get(lang, key);
    str out = {0};
    for (size_t i = 0, from = 0; i <= sentence.n; i++) {
        bool hole = i + 2 < sentence.n && sentence.p[i] == '{' && sentence.p[i + 2] == '}' &&
                    sentence.p[i + 1] >= '0' && sentence.p[i + 1] <= '9';
        if (!hole && i < sentence.n)
            continue;
        out = arena_concat(arena, out, str_cut(sentence, from, i));
        if (hole) {
            size_t which = (size_t)(sentence.p[i + 1] - '0');
            if (which < n)
                out = arena_concat(arena, out, args[which]);
            from = i + 3;
            i += 2;
        }
    }
    return out;
}

/* Arguments that are words of ours and not of the input: they are sentences' keys, less this. */
static const struct {
    const char *code;
    size_t arg;
    const char *key;
} WORDS[] = {
    {"json_syntax", 2, "json_why_%s"},
    {"sheet_broken", 1, "sheet_why_%s"},
    {"wrong_type", 0, "type_%s"},
    {"model_wrong_type", 0, "type_%s"},
};

static str in_language(struct arena *arena, enum lang lang, const char *key, str word)
{
    str whole = arena_printf(arena, key, arena_strz(arena, word));
    return map_get(&catalogue.sentences[LANG_EN], whole) ? message_get(lang, whole) : word;
}

str message_of_problem(struct arena *arena, enum lang lang, const struct problem *p)
{
    str args[PROBLEM_ARGS];
    memcpy(args, p->args, sizeof args);
    pthread_once(&catalogue.once, load);
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (str_eqz(str_from(p->code), WORDS[i].code))
            args[WORDS[i].arg] = in_language(arena, lang, WORDS[i].key, args[WORDS[i].arg]);
    return message_format(arena, lang, str_from(p->code), args, PROBLEM_ARGS);
}
