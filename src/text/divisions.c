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

const struct table_division *division_by_code(uint32_t code)
{
    const struct table_division *all = TABLE(divisions, struct table_division);
    for (size_t i = 0; i < TABLES->divisions.count; i++)
        if (all[i].code == code)
            return &all[i];
    return NULL;
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
    if (folded.n < 3 || memcmp(folded.p, name.p, 3) != 0)
        return 0;
    size_t stem = division_stem(name);
    return str_starts(folded, str_cut(name, 0, stem)) ? stem : 0;
}
