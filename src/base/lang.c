#include "base/lang.h"

static const char *const TAGS[LANG_COUNT] = {"zh-CN", "zh-TW", "en"};

const char *lang_tag(enum lang lang)
{
    return TAGS[lang];
}

static bool subtag_in(str tag, const char *const *wanted)
{
    str part;
    while (tag.p && tag.n) {
        size_t at = 0;
        while (at < tag.n && tag.p[at] != '-' && tag.p[at] != '_' && tag.p[at] != '.')
            at++;
        part = str_cut(tag, 0, at);
        for (size_t i = 0; wanted[i]; i++)
            if (str_ieq_ascii(part, str_from(wanted[i])))
                return true;
        tag = at < tag.n ? str_cut(tag, at + 1, tag.n) : (str){0};
    }
    return false;
}

bool lang_parse(str tag, enum lang *out)
{
    static const char *const traditional[] = {"TW", "HK", "MO", "Hant", NULL};
    str primary = tag;
    for (size_t i = 0; i < tag.n; i++)
        if (tag.p[i] == '-' || tag.p[i] == '_' || tag.p[i] == '.') {
            primary = str_cut(tag, 0, i);
            break;
        }
    if (str_ieq_ascii(primary, S("zh"))) {
        *out = subtag_in(tag, traditional) ? LANG_ZH_TW : LANG_ZH_CN;
        return true;
    }
    if (str_ieq_ascii(primary, S("en"))) {
        *out = LANG_EN;
        return true;
    }
    return false;
}

enum lang lang_negotiate(str header, enum lang fallback)
{
    enum lang best = fallback;
    double best_quality = 0;
    str item;
    while (str_split(&header, ',', &item)) {
        str rest = item, tag, param;
        if (!str_split(&rest, ';', &tag))
            continue;
        double quality = 1;
        while (str_split(&rest, ';', &param)) {
            param = str_trim(param);
            if (str_starts(param, S("q=")) &&
                str_to_real(str_cut(param, 2, param.n), &quality) != OK)
                quality = 0;
        }
        enum lang lang;
        if (quality > best_quality && lang_parse(str_trim(tag), &lang)) {
            best = lang;
            best_quality = quality;
        }
    }
    return best;
}
