/* The words by which a column's header is known: labels in three languages, and the definition's
 * "import". */
#include "core/import_words.h"

#include "base/message.h"
#include "text/text.h"

/* Headers of what is a part of an address. */
static const struct part_word {
    const char *part, *words;
} part_words[] = {
    {"country", "国家|国别|國家|country|nation"},
    {"province", "省|省份|所在省|所在省份|省市|province|state|region|state/region|县市"},
    {"city", "市|城市|所在城市|所在市|地市|city|town"},
    {"district", "区|区县|县区|所在区|区域|區|鄉鎮市區|district|county"},
    {"street", "街道|详细地址|街道地址|门牌|street|street address|address line 1|address 1"},
    {"postcode", "邮编|邮政编码|郵遞區號|postcode|zip|zip code|postal code|zip/postal code"},
};

str import_header_key(struct arena *arena, str header)
{
    str s = text_fold(arena, header);
    size_t open = str_find_byte(s, '(');
    if (open != SIZE_MAX && open > 0 && s.p[s.n - 1] == ')')
        s = str_cut(s, 0, open);
    while (s.n && (s.p[0] == '*' || s.p[0] == ' ' || s.p[0] == '#'))
        s = str_cut(s, 1, s.n);
    while (s.n && (s.p[s.n - 1] == '*' || s.p[s.n - 1] == ':' || s.p[s.n - 1] == ' '))
        s = str_cut(s, 0, s.n - 1);
    return s;
}

static void add_word(struct import_words *w, str word, struct import_target target)
{
    str key = import_header_key(w->ctx->arena, word);
    if (!key.n || map_get(&w->by_key, key))
        return;
    struct import_target *t = ARENA_NEW(w->ctx->arena, struct import_target);
    *t = target;
    map_put(w->ctx->arena, &w->by_key, key, t);
    *VEC_PUSH(w->ctx->arena, w->keys) = key;
}

static void add_list(struct import_words *w, const json_t *list, struct import_target target)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        add_word(w, json_str(json_array_get(list, i)), target);
}

/* "姓名 / 名称" is two words. */
static void add_label(struct import_words *w, str label, struct import_target target)
{
    str rest = label, part;
    add_word(w, label, target);
    while (str_split(&rest, '/', &part))
        add_word(w, part, target);
}

static void add_all(struct import_words *w)
{
    const struct object *o = w->object;
    const json_t *others = json_object_get(o->definition, "import");
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        struct import_target target = {f, WHOLE_FIELD};
        if (!import_settable(w->ctx, f) || (w->beside && (f->builtin || f == o->import_with)))
            continue;
        add_word(w, f->name, target);
        for (enum lang lang = 0; lang < LANG_COUNT; lang++)
            add_label(w, f->label.text[lang], target);
        add_list(w, json_object_get(f->definition, "import"), target);
        add_list(w, json_object_get(others, arena_strz(w->ctx->arena, f->name)), target);
    }
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        for (size_t k = 0; str_eqz(S("address"), f->type->name) && import_settable(w->ctx, f) &&
                           k < sizeof part_words / sizeof *part_words;
             k++) {
            str words = str_from(part_words[k].words), word;
            struct import_target target;
            str path =
                arena_printf(w->ctx->arena, STR_FMT ".%s", STR_ARG(f->name), part_words[k].part);
            if (import_target_own(o, path, &target) != OK)
                continue;
            while (str_split(&words, '|', &word))
                add_word(w, word, target);
        }
    }
}

/* The longest word that the header contains ("客户手机号码1" has 手机号码); of two as long the
 * later one, which says what the thing is ("微信群昵称" is a 昵称). */
const struct import_target *import_words_within(const struct import_words *w, str key)
{
    str best = {0};
    size_t best_at = 0;
    for (size_t i = 0; i < w->keys.n; i++) {
        str word = w->keys.at[i];
        bool wide = (unsigned char)word.p[0] >= 0x80, long_enough = word.n >= (wide ? 6u : 4u);
        size_t at = word.n >= best.n && long_enough ? str_find(key, word) : SIZE_MAX;
        if (at == SIZE_MAX || (word.n == best.n && at <= best_at))
            continue;
        best = word;
        best_at = at;
    }
    return best.n ? map_get(&w->by_key, best) : NULL;
}

void import_words_init(struct ctx *c, const struct object *o, bool beside, struct import_words *out)
{
    *out = (struct import_words){.ctx = c, .object = o, .beside = beside};
    add_all(out);
}

const struct import_target *import_words_exact(const struct import_words *w, str key)
{
    return key.n ? map_get(&w->by_key, key) : NULL;
}

/* What follows the label in a header that begins with it: "手机" of "联系人手机". */
static bool behind_label(struct arena *arena, const struct object *o, str key, str *rest)
{
    for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
        str label = import_header_key(arena, o->label.text[lang]);
        str tail = str_cut(key, label.n, key.n);
        bool apart = tail.n && ((unsigned char)tail.p[0] >= 0x80 || tail.p[0] == ' ');
        if (!label.n || !str_starts(key, label) || !apart)
            continue;
        *rest = str_trim(str_starts(tail, S("的")) ? str_cut(tail, 3, tail.n) : tail);
        return true;
    }
    return false;
}

const struct import_target *
import_words_beside(const struct import_words *all, size_t n, str key, str *rest)
{
    for (size_t i = 0; i < n; i++) {
        str tail;
        if (!behind_label(all[i].ctx->arena, all[i].object, key, &tail))
            continue;
        const struct import_target *t = import_words_exact(&all[i], tail);
        t = t ? t : import_words_within(&all[i], tail);
        if (t && rest)
            *rest = tail;
        if (t)
            return t;
    }
    return NULL;
}

bool import_names(struct arena *arena, const struct field *f, str header)
{
    const json_t *words = json_object_get(f->definition, "import");
    str key = import_header_key(arena, header);
    bool named = false;
    for (size_t i = 0; i < LANG_COUNT; i++)
        named = named || str_eq(import_header_key(arena, f->label.text[i]), key);
    for (size_t i = 0; i < json_array_size(words); i++)
        named = named || str_eq(import_header_key(arena, json_str(json_array_get(words, i))), key);
    return named;
}

bool import_is_reason(struct arena *arena, str header)
{
    str key = import_header_key(arena, header);
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        if (str_eq(key, import_header_key(arena, message_get(lang, S("import_reason")))))
            return true;
    return false;
}
