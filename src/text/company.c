#include "text/divisions.h"

static const char *const forms[] = {
    "有限责任公司",
    "股份有限公司",
    "集团有限公司",
    "有限公司",
    "股份公司",
    "集团公司",
    "总公司",
    "公司",
    "集团",
    "股份",
    "(集团)",
    "个体工商户",
    "co.,ltd.",
    "co., ltd.",
    "co.,ltd",
    "co., ltd",
    "co. ltd",
    "co ltd",
    "company limited",
    "limited",
    "ltd.",
    "ltd",
    "inc.",
    "inc",
    "llc",
    "l.l.c.",
    "gmbh",
    "corporation",
    "corp.",
    "corp",
    "company",
    "s.a.",
    "pte.",
    "pte",
    "plc",
};
static const char *const zones[] = {"经济技术开发区", "高新技术开发区", "经济开发区", "工业园区",
                                    "高新区",         "开发区",         "保税区",     "自贸区"};
/* Without their place these say nothing. */
static const char *const generic[] = {"银行", "大学", "医院", "证券", "航空", "地铁", "机场",
                                      "饭店", "酒店", "宾馆", "学院", "日报", "晚报", "电视台"};
enum { CORE_BYTES_MIN = 6 /* two Han characters must be left */ };

static str strip_end(str s)
{
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        str form = str_from(forms[i]);
        if (str_ends(s, form) && s.n >= form.n + 2) {
            str left = str_cut(s, 0, s.n - form.n);
            bool latin = form.p[0] >= 'a' && form.p[0] <= 'z';
            if (!latin || left.p[left.n - 1] == ' ' || left.p[left.n - 1] == ',')
                return left;
        }
    }
    return s;
}

static size_t place_at(str s)
{
    const struct table_division *all = NULL;
    size_t n = division_list(s, &all), best = 0;
    for (size_t i = 0; i < n; i++) {
        str name = division_name(&all[i]);
        size_t bytes = division_match(&all[i], s);
        bool whole = bytes == name.n;
        if (all[i].code >= 10000 && !whole)
            continue; /* a district's stem may be a name */
        if (bytes > best)
            best = bytes;
    }
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
        if (str_starts(s, str_from(zones[i])) && strlen(zones[i]) > best)
            best = strlen(zones[i]);
    return best;
}

static bool is_generic(str s)
{
    for (size_t i = 0; i < sizeof generic / sizeof *generic; i++)
        if (str_eqz(s, generic[i]))
            return true;
    return false;
}

/* Brackets hold a place or a branch: 云帆(杭州)贸易. */
static str without_brackets(struct arena *arena, str s)
{
    size_t open = str_find_byte(s, '('), close = str_find_byte(s, ')');
    if (open == SIZE_MAX || close == SIZE_MAX || close < open)
        return s;
    str left = arena_concat(arena, str_cut(s, 0, open), str_cut(s, close + 1, s.n));
    return left.n >= CORE_BYTES_MIN ? without_brackets(arena, left) : s;
}

str text_company_core(struct arena *arena, str s)
{
    str core = without_brackets(arena, text_fold(arena, utf8_prefix(s, 200))), before;
    do {
        before = core;
        core = str_trim(strip_end(core));
        while (core.n && (core.p[core.n - 1] == ',' || core.p[core.n - 1] == '.'))
            core.n--;
    } while (core.n < before.n);
    size_t place;
    while ((place = place_at(core)) && core.n >= place + CORE_BYTES_MIN &&
           !is_generic(str_cut(core, place, core.n)))
        core = str_cut(core, place, core.n);
    return core;
}

bool text_company_like(str s)
{
    static const char *const ends[] = {
        "公司",   "集团",   "集團",   "商行",   "厂",     "廠",     "商社",   "合作社", "经营部",
        "經營部", "商贸",   "事务所", "事務所", "物流",   "家具城", "傢俱城", "建材城", "商城",
        "市场",   "市場",   "商场",   "商場",   "超市",   "门市部", "門市部", "批发部", "批發部",
        "经销部", "經銷部", "服务部", "服務部", "专卖店", "專賣店", "旗舰店", "旗艦店", "工作室",
        "酒店",   "饭店",   "飯店",   "宾馆",   "賓館",   "医院",   "醫院",   "学校",   "學校",
        "大学",   "大學",   "学院",   "學院",   "银行",   "銀行",   "研究院", "研究所", "个体户",
        "Ltd",    "Ltd.",   "Inc",    "Inc.",   "LLC",    "GmbH",   "Corp",   "Co.",    "Limited",
    };
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_ends(s, str_from(ends[i])))
            return true;
    return false;
}
