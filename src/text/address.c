#include "text/divisions.h"

enum { ADDRESS_CHARS = 300, PROVINCE_END = 100, CITY_END = 10000 };

/* A text and its folded form of the same number of characters. */
struct reader {
    str original, folded; /* what is still to be read */
    char *units;          /* bytes of each folded character, then of each original one */
    size_t n;             /* characters left */
};

static struct reader open_reader(struct arena *arena, str s)
{
    size_t n = utf8_count(s), at = 0, bytes = 0;
    char *folded = ARENA_ARRAY(arena, char, n * 4 + 1);
    struct reader r = {.original = s, .units = ARENA_ARRAY(arena, char, n * 2 + 1), .n = n};
    for (str rest = s; rest.n; at += 2) {
        const char *from = rest.p;
        size_t length = utf8_put(fold_one(utf8_next(&rest)), folded + bytes);
        r.units[at] = (char)length;
        r.units[at + 1] = (char)(rest.p - from);
        bytes += length;
    }
    r.folded = (str){folded, bytes};
    return r;
}

/* Steps over so many bytes of the folded text. */
static void advance(struct reader *r, size_t bytes)
{
    while (bytes && r->n) {
        size_t folded = (size_t)r->units[0], original = (size_t)r->units[1];
        r->folded = str_cut(r->folded, folded, r->folded.n);
        r->original = str_cut(r->original, original, r->original.n);
        r->units += 2;
        r->n--;
        bytes -= folded < bytes ? folded : bytes;
    }
}

static void skip_signs(struct reader *r)
{
    while (r->n) {
        str rest = r->folded;
        uint32_t c = utf8_next(&rest);
        if (c != ' ' && c != ',' && c != ';' && c != ':' && c != '-' && c != '/' && c != 0x3001 &&
            c != 0xB7)
            return;
        advance(r, r->folded.n - rest.n);
    }
}

/* 白云大道, 西湖路: a stem that goes on like this is a street, not a district. */
static bool is_street(str after)
{
    static const char *const words[] = {"路", "街", "大道", "大街", "大桥", "道",
                                        "巷", "弄", "里",   "山",   "湖",   "桥",
                                        "站", "港", "村",   "镇",   "乡",   "广场"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_starts(after, str_from(words[i])))
            return true;
    return false;
}

static bool is_within(uint32_t code, uint32_t parent)
{
    if (parent == 0)
        return true;
    while (code > parent)
        code /= 100;
    return code == parent;
}

/* Groups such as 市辖区 stand for no place. */
static bool is_group(str name)
{
    return str_eq(name, S("市辖区")) || str_eq(name, S("县")) || str_ends(name, S("行政区划")) ||
           str_eq(name, S("直辖县"));
}

struct found {
    const struct table_division *division;
    size_t bytes;
    bool several; /* other divisions have the same name */
};

/* The longest name in [low, high) within the parent at the reader's place. */
static struct found find(const struct reader *r, uint32_t low, uint32_t high, uint32_t parent)
{
    const struct table_division *all = NULL;
    size_t n = division_list(r->folded, &all);
    struct found best = {0};
    for (size_t i = 0; i < n; i++) {
        uint32_t code = all[i].code;
        if (code < low || code >= high || !is_within(code, parent))
            continue;
        size_t bytes = division_match(&all[i], r->folded);
        str name = division_name(&all[i]);
        bool stem = bytes < name.n;
        if (bytes == 0 || is_group(name))
            continue;
        if (stem && low >= CITY_END &&
            (!parent || is_street(str_cut(r->folded, bytes, r->folded.n))))
            continue;
        if (bytes > best.bytes)
            best = (struct found){&all[i], bytes, false};
        else if (bytes == best.bytes)
            best.several = true;
    }
    return best;
}

static str name_of(uint32_t code)
{
    const struct table_division *d = division_by_code(code);
    return d ? division_name(d) : (str){0};
}

/* What a city's code says: its name, or its province's for the groups of 北京, or nothing. */
static str city_name(uint32_t code)
{
    str name = name_of(code);
    if (!is_group(name))
        return name;
    str province = name_of(code / 100);
    return str_ends(province, S("市")) ? province : (str){0};
}

static void take(struct reader *r, struct found found)
{
    advance(r, found.bytes);
    skip_signs(r);
}

static uint32_t take_city(struct reader *r, uint32_t province)
{
    /* 北京市 北京市 朝阳区 */
    str name = name_of(province);
    if (str_ends(name, S("市")) && str_starts(r->folded, name))
        take(r, (struct found){.bytes = name.n});
    struct found city = find(r, PROVINCE_END, CITY_END, province);
    struct found district = find(r, CITY_END, UINT32_MAX, province);
    if (!city.division || district.bytes > city.bytes)
        return 0;
    take(r, city);
    return city.division->code;
}

static void set_district(struct text_address *out, struct found found, bool certain)
{
    uint32_t code = found.division->code;
    out->district = division_name(found.division);
    if (!certain)
        return;
    out->province = name_of(code / 10000);
    out->city = city_name(code / 100);
    if (out->city.n == 0) { /* governed by the province itself */
        out->city = out->district;
        out->district = (str){0};
    }
}

bool text_address_split(struct arena *arena, str s, struct text_address *out)
{
    str text = str_trim(text_clean(arena, s));
    struct reader r = open_reader(arena, utf8_prefix(text, ADDRESS_CHARS));
    *out = (struct text_address){0};
    skip_signs(&r);
    if (str_starts(r.folded, S("中华人民共和国")))
        take(&r, (struct found){.bytes = strlen("中华人民共和国")});
    else if (str_starts(r.folded, S("中国")))
        take(&r, (struct found){.bytes = strlen("中国")});
    struct found province = find(&r, 1, PROVINCE_END, 0);
    struct found city = find(&r, PROVINCE_END, CITY_END, 0);
    struct found district = find(&r, CITY_END, UINT32_MAX, 0);
    uint32_t parent = 0;
    if (province.division && province.bytes >= city.bytes && province.bytes >= district.bytes) {
        take(&r, province);
        out->province = division_name(province.division);
        parent = province.division->code;
        uint32_t inner = take_city(&r, parent);
        out->city = inner ? city_name(inner) : (str){0};
        if (!inner && str_ends(out->province, S("市")))
            out->city = out->province;
        parent = inner ? inner : parent;
    } else if (city.division && city.bytes >= district.bytes && !city.several) {
        take(&r, city);
        parent = city.division->code;
        out->province = name_of(parent / 100);
        out->city = division_name(city.division);
    }
    district = find(&r, CITY_END, UINT32_MAX, parent);
    if (district.division) {
        take(&r, district);
        set_district(out, district, !district.several);
    }
    out->street = str_trim((str){r.original.p, (size_t)(text.p + text.n - r.original.p)});
    return out->province.n || out->city.n || out->district.n;
}
