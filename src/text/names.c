#include "text/names.h"

#include "text/pinyin.h"
#include "text/words.h"

static const char *const titles[] = {
    "先生", "女士", "小姐", "太太", "夫人",   "老师", "经理", "主任", "医生",   "博士",   "教授",
    "律师", "老板", "师傅", "总监", "董事长", "部长", "院长", "校长", "工程师", "总经理", "同学",
    "总",   "董",   "工",   "哥",   "姐",     "叔",   "姨",   "局",   "处",
};
static const char *const endearments[] = {"小", "老", "阿", "大"};

static str without_brackets(struct arena *arena, str folded)
{
    char *out = ARENA_ARRAY(arena, char, folded.n + 1);
    size_t n = 0, depth = 0;
    while (folded.n) {
        const char *from = folded.p;
        uint32_t c = utf8_next(&folded);
        bool open = c == '(' || c == '[' || c == 0x3010;
        bool close = c == ')' || c == ']' || c == 0x3011;
        depth += open;
        if (depth == 0 && !close) {
            memcpy(out + n, from, (size_t)(folded.p - from));
            n += (size_t)(folded.p - from);
        }
        depth -= close && depth;
    }
    return (str){out, n};
}

static str take_title(str *han)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++) {
        str title = str_from(titles[i]);
        if (han->n > title.n && str_ends(*han, title) && han->n <= title.n + 6) {
            *han = str_cut(*han, 0, han->n - title.n);
            return title;
        }
    }
    return (str){0};
}

static str take_nickname(str han)
{
    for (size_t i = 0; i < sizeof endearments / sizeof *endearments; i++)
        if (str_starts(han, str_from(endearments[i])) && utf8_count(han) == 2)
            return str_cut(han, strlen(endearments[i]), han.n);
    return (str){0};
}

static str joined_pinyin(struct arena *arena, str han)
{
    str out = {0};
    size_t n;
    uint32_t *chars = pinyin_chars(arena, han, &n);
    struct pinyin_letters *best = pinyin_best(arena, chars, n, true);
    for (size_t i = 0; i < n; i++)
        out = arena_concat(arena, out, (str){best[i].z, best[i].n});
    return out;
}

static void read_han(struct arena *arena, struct name *name)
{
    str rest = name->plain, given;
    uint32_t first = utf8_next(&rest), second = 0;
    str after = rest;
    if (after.n)
        second = utf8_next(&after);
    given = pinyin_is_double_surname(first, second) && after.n ? after : rest;
    name->surname = str_cut(name->plain, 0, name->plain.n - given.n);
    /* the surname is read together with what follows, so that its own reading is found */
    str whole = joined_pinyin(arena, name->plain), part = joined_pinyin(arena, name->surname);
    name->surname_key = str_cut(whole, 0, part.n);
    name->keys[0] = whole;
    name->keys[1] = arena_concat(arena, str_cut(whole, part.n, whole.n), name->surname_key);
}

/* Letters and Han characters of a name that uses both count as Han when there is any. */
struct name name_read(struct arena *arena, str s)
{
    struct name name = {0};
    str rest = without_brackets(arena, text_fold(arena, s)), han = {0}, latin = {0}, last = {0};
    struct run run;
    while (run_next(&rest, &run)) {
        if (run.kind == RUN_GAP && han.n && str_find_byte(run.text, '-') != SIZE_MAX)
            break; /* 吕远豪-杭州 */
        str wide = run.kind == RUN_WIDE ? run.text : (str){0};
        while (wide.n) {
            const char *from = wide.p;
            if (text_is_han(utf8_next(&wide)))
                han = arena_concat(arena, han, (str){from, (size_t)(wide.p - from)});
        }
        if (run.kind != RUN_WORD || is_digits(run.text))
            continue;
        last = run.text;
        latin = arena_concat(arena, latin, run.text);
    }
    name.han = han.n > 0;
    name.plain = name.han ? han : latin;
    if (name.han) {
        name.nickname = take_nickname(name.plain);
        name.title = take_title(&name.plain);
        read_han(arena, &name);
    } else {
        name.keys[0] = latin;
        name.keys[1] =
            arena_concat(arena, last, str_cut(latin, 0, latin.n > last.n ? latin.n - last.n : 0));
    }
    return name;
}

static bool sounds_same(const struct name *a, const struct name *b)
{
    if (a->han && b->han)
        return str_eq(a->keys[0], b->keys[0]);
    return str_eq(a->keys[0], b->keys[0]) || str_eq(a->keys[0], b->keys[1]) ||
           str_eq(a->keys[1], b->keys[0]);
}

/* 王总 or 小王 or 阿明 beside a fuller name. */
static bool is_consistent(const struct name *shorter, const struct name *fuller)
{
    if (shorter->title.n && !fuller->han)
        return str_starts(fuller->keys[0], shorter->keys[0]) ||
               str_starts(fuller->keys[1], shorter->keys[0]);
    if (!shorter->han || !fuller->han)
        return false;
    if (shorter->title.n)
        return str_eq(shorter->surname, fuller->surname) &&
               (shorter->plain.n == shorter->surname.n || fuller->plain.n == fuller->surname.n);
    if (!shorter->nickname.n)
        return false;
    return str_starts(fuller->plain, shorter->nickname) ||
           str_ends(fuller->plain, shorter->nickname) ||
           (fuller->nickname.n && str_eq(fuller->nickname, shorter->nickname));
}

static double best_jaro(const struct name *a, const struct name *b)
{
    double best = text_jaro_winkler(a->keys[0], b->keys[0]);
    double turned = a->han && b->han ? 0 : text_jaro_winkler(a->keys[0], b->keys[1]);
    double chars = a->han && b->han ? text_jaro_winkler(a->plain, b->plain) : best;
    if (turned > best)
        best = turned;
    return a->han && b->han ? (best + chars) / 2 : best;
}

enum text_names text_names_compare(struct arena *arena, str a, str b, double *similarity)
{
    const double similar = 0.87;
    struct name x = name_read(arena, a), y = name_read(arena, b);
    double unused;
    if (!similarity)
        similarity = &unused;
    *similarity = 0;
    if (x.plain.n == 0 || y.plain.n == 0)
        return TEXT_NAMES_DIFFER;
    if (str_eq(x.plain, y.plain) && str_eq(x.title, y.title)) {
        *similarity = 1;
        return TEXT_NAMES_EQUAL;
    }
    bool bare = (x.title.n || y.title.n) && (x.plain.n == x.surname.n || y.plain.n == y.surname.n);
    if (!bare && sounds_same(&x, &y)) {
        *similarity = x.han == y.han ? 0.88 : 0.94;
        return TEXT_NAMES_SOUND;
    }
    if (is_consistent(&x, &y) || is_consistent(&y, &x)) {
        *similarity = 0.75;
        return TEXT_NAMES_CONSISTENT;
    }
    double j = bare ? 0 : best_jaro(&x, &y);
    *similarity = j * 0.85;
    return j >= similar ? TEXT_NAMES_SIMILAR : TEXT_NAMES_DIFFER;
}

double text_name_similarity(struct arena *arena, str a, str b)
{
    double similarity;
    text_names_compare(arena, a, b, &similarity);
    return similarity;
}
