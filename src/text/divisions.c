#include "text/divisions.h"

static const char *const kinds[] = {
    "特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "林区", "新区",
    "矿区",       "省",     "市",     "区",     "县",     "盟",   "旗",
};
static const char *const peoples[] = {
    "蒙古族", "蒙古",   "回族",     "藏族",   "维吾尔", "苗族",   "彝族",   "壮族",
    "布依族", "朝鲜族", "满族",     "侗族",   "瑶族",   "白族",   "土家族", "哈尼族",
    "哈萨克", "傣族",   "黎族",     "傈僳族", "佤族",   "畲族",   "拉祜族", "水族",
    "纳西族", "景颇族", "柯尔克孜", "土族",   "羌族",   "仫佬族", "布朗族", "锡伯",
    "仡佬族", "撒拉族", "毛南族",   "裕固族", "保安族", "东乡族", "塔吉克", "独龙族",
};

str division_name(const struct table_division *d)
{
    return str_from(TABLE(division_names, char) + d->name);
}

static uint32_t six_digits(uint32_t code)
{
    while (code && code < 100000)
        code *= 100;
    return code;
}

const struct table_division *division_by_code(uint32_t code)
{
    const struct table_division *all = TABLE(divisions, struct table_division);
    size_t low = 0, high = TABLES->divisions.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (six_digits(all[middle].code) < six_digits(code))
            low = middle + 1;
        else
            high = middle;
    }
    return low < TABLES->divisions.count && all[low].code == code ? &all[low] : NULL;
}

/* The first division in order of name not before the text. */
static size_t first_from(str text)
{
    const struct table_division *all = TABLE(divisions_by_name, struct table_division);
    size_t low = 0, high = TABLES->divisions_by_name.count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (str_cmp(division_name(&all[middle]), text) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t division_list(str folded, const struct table_division **first)
{
    char next[4] = {0};
    if (folded.n < 3 || (unsigned char)folded.p[0] < 0xE0)
        return 0;
    memcpy(next, folded.p, 3);
    next[2]++; /* continuation bytes end at 0xBF: no carry into the byte before */
    size_t from = first_from(str_cut(folded, 0, 3)), to = first_from((str){next, 3});
    *first = TABLE(divisions_by_name, struct table_division) + from;
    return to - from;
}

static str strip(str name, const char *const *endings, size_t n, bool *stripped)
{
    for (size_t i = 0; i < n; i++) {
        str ending = str_from(endings[i]);
        if (str_ends(name, ending) && name.n >= ending.n + strlen("一二")) {
            *stripped = true;
            return str_cut(name, 0, name.n - ending.n);
        }
    }
    *stripped = false;
    return name;
}

size_t division_stem(str name)
{
    bool stripped;
    str stem = strip(name, kinds, sizeof kinds / sizeof *kinds, &stripped);
    while (stripped && str_find(name, S("自治")) != SIZE_MAX)
        stem = strip(stem, peoples, sizeof peoples / sizeof *peoples, &stripped);
    return stem.n;
}

size_t division_match(const struct table_division *d, str folded)
{
    str name = division_name(d);
    if (str_starts(folded, name))
        return name.n;
    size_t stem = division_stem(name);
    return str_starts(folded, str_cut(name, 0, stem)) ? stem : 0;
}
