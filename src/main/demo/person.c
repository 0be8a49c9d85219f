#include "base/clock.h"
#include "main/demo/world.h"

/* Mobile prefixes in use; the demo's numbers are spread over all of them. */
static const char *const PREFIXES[] = {
    "134", "135", "136", "137", "138", "139", "147", "150", "151", "152",
    "157", "158", "159", "178", "182", "183", "184", "187", "188", "198",
    "130", "131", "132", "145", "155", "156", "166", "175", "176", "185",
    "186", "133", "153", "173", "177", "180", "181", "189", "191", "199",
};
enum { PREFIX_COUNT = sizeof PREFIXES / sizeof *PREFIXES };
#define STRIDE UINT64_C(2654435761) /* a prime: counting in its steps meets each number once */

static const struct name *any(const struct names *list, struct luck *dice)
{
    return &list->at[luck_below(dice, list->n)];
}

void make_person(struct demo *d, struct luck *dice, struct person *p)
{
    static const unsigned decades[] = {9, 27, 61, 93, 100};
    const struct material *m = &d->m;
    p->gender = luck_chance(dice, 0.58) ? FEMALE : MALE;
    p->decade = (int)luck_pick(dice, decades, DECADES);
    p->birth_year = 1960 + 10 * p->decade + luck_range(dice, 0, p->decade == 4 ? 5 : 9);
    const struct name *surname = &m->surnames.at[luck_pick(dice, m->surname_upto, m->surnames.n)];
    p->surname = surname->text;
    if (p->decade < 4 && luck_chance(dice, 0.35)) {
        const struct name *a = any(&m->first[p->gender], dice);
        const struct name *b = any(&m->second[p->gender], dice);
        p->given = arena_concat(d->scratch, a->text, b->text);
        p->latin = arena_printf(d->scratch, STR_FMT STR_FMT STR_FMT, STR_ARG(surname->latin),
                                STR_ARG(a->latin), STR_ARG(b->latin));
    } else {
        const struct name *given = any(&m->given[p->gender][p->decade], dice);
        p->given = given->text;
        p->latin = arena_concat(d->scratch, surname->latin, given->latin);
    }
    p->name = arena_concat(d->scratch, p->surname, p->given);
}

static bool surname_first(const struct country *c)
{
    return str_eqz(c->language, "ja") || str_eqz(c->language, "ko") ||
           str_eqz(c->language, "zh-TW");
}

/* Lower-case ASCII letters of s, accents dropped; empty when it has none. */
static str plain(struct arena *arena, str s)
{
    static const struct {
        uint32_t c;
        const char *letters;
    } accents[] = {{0xe4, "ae"}, {0xf6, "oe"}, {0xfc, "ue"}, {0xdf, "ss"}, {0xe9, "e"},
                   {0xc9, "e"},  {0xe8, "e"},  {0xea, "e"},  {0xe7, "c"}};
    char *out = arena_alloc(arena, 2 * s.n + 1);
    size_t n = 0;
    while (s.n) {
        uint32_t c = utf8_next(&s);
        if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
            out[n++] = (char)(c | 0x20);
        for (size_t i = 0; i < sizeof accents / sizeof *accents; i++)
            for (const char *p = accents[i].letters; c == accents[i].c && *p; p++)
                out[n++] = *p;
    }
    return (str){out, n};
}

void make_foreign_person(struct demo *d,
                         struct luck *dice,
                         const struct country *c,
                         struct person *p)
{
    p->gender = luck_chance(dice, 0.5) ? FEMALE : MALE;
    p->decade = luck_range(dice, 1, 3);
    p->birth_year = 1960 + 10 * p->decade + luck_range(dice, 0, 9);
    p->surname = list_pick(&c->surnames, dice);
    p->given = list_pick(&c->given[p->gender], dice);
    p->name = surname_first(c) ? arena_concat(d->scratch, p->surname, p->given)
                               : arena_printf(d->scratch, STR_FMT " " STR_FMT, STR_ARG(p->given),
                                              STR_ARG(p->surname));
    p->latin = plain(d->scratch, p->name);
    if (!p->latin.n)
        p->latin = S("buyer");
}

str make_mobile(struct demo *d)
{
    uint64_t all = PREFIX_COUNT * UINT64_C(100000000);
    uint64_t number = (d->phones++ % all * STRIDE + d->phone_offset) % all;
    return arena_printf(d->scratch, "+86%s%08llu", PREFIXES[number / 100000000],
                        (unsigned long long)(number % 100000000));
}

str make_landline(struct demo *d, const struct city *city)
{
    if (!city->area_code.n)
        return make_mobile(d); /* numbers there are shorter */
    uint64_t number = 2000000 + (d->landlines++ * STRIDE + d->phone_offset) % 7900000;
    str area = str_cut(city->area_code, 1, city->area_code.n); /* without the 0 */
    return arena_printf(d->scratch, "+86" STR_FMT "8%07llu", STR_ARG(area),
                        (unsigned long long)number);
}

str make_foreign_phone(struct demo *d, struct luck *dice, const struct country *c)
{
    uint64_t most = 1;
    for (unsigned i = 0; i < c->digits; i++)
        most *= 10;
    uint64_t span = most - c->low - most / 10;
    uint64_t number = c->low + (d->foreign_phones++ * STRIDE + d->phone_offset) % span;
    str prefix = list_pick(&c->phones, dice);
    return arena_printf(d->scratch, STR_FMT "%0*llu", STR_ARG(prefix), (int)c->digits,
                        (unsigned long long)number);
}

/* A number of few letters, never the same twice. */
static str tail(struct demo *d, uint64_t counter)
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    uint64_t x = (counter * UINT64_C(0x9e3779b1) + d->options->seed) & 0x3fffffff;
    char *out = arena_alloc(d->scratch, 8);
    for (size_t i = 0; i < 6; i++, x >>= 5)
        out[i] = letters[x & 31];
    return (str){out, 6};
}

str make_wechat(struct demo *d, struct luck *dice, const struct person *p)
{
    str end = tail(d, d->ids++);
    if (luck_chance(dice, 0.3))
        return arena_printf(d->scratch, "wxid_%02d" STR_FMT, luck_range(dice, 10, 99),
                            STR_ARG(end));
    return arena_printf(d->scratch, STR_FMT "%s" STR_FMT, /* of 20 characters at most */
                        STR_ARG(str_cut(p->latin, 0, 13)), luck_chance(dice, 0.5) ? "_" : "",
                        STR_ARG(end));
}

str make_email(struct demo *d, struct luck *dice, const struct person *p, bool foreign)
{
    static const char *const hosts[] = {"qq", "163", "126", "foxmail", "sina"};
    str end = tail(d, d->ids++);
    if (foreign)
        return arena_printf(d->scratch, STR_FMT "." STR_FMT "@mail.example", STR_ARG(p->latin),
                            STR_ARG(end));
    if (luck_chance(dice, 0.45))
        return arena_printf(d->scratch, "%llu@qq.example",
                            (unsigned long long)(100000000 + d->ids * STRIDE % 900000000));
    return arena_printf(d->scratch, STR_FMT "." STR_FMT "@%s.example", STR_ARG(p->latin),
                        STR_ARG(end), hosts[luck_below(dice, sizeof hosts / sizeof *hosts)]);
}

static str last_character(str s)
{
    size_t at = s.n;
    while (at > 0 && ((unsigned char)s.p[--at] & 0xc0) == 0x80)
        ;
    return str_cut(s, at, s.n);
}

str make_nickname(struct demo *d,
                  struct luck *dice,
                  const struct person *p,
                  const struct city *city)
{
    if (luck_chance(dice, 0.55))
        return list_pick(&d->m.nicknames, dice);
    str place = city ? city_short(city) : S("海外");
    struct slot slots[] = {{'g', last_character(p->given)},
                           {'s', p->surname},
                           {'c', place},
                           {'y', list_pick(&d->m.years, dice)}};
    str pattern = list_pick(&d->m.nick_patterns, dice);
    if (p->gender == FEMALE && (str_ends(pattern, S("先生")) || str_starts(pattern, S("老"))))
        pattern = S("{s}小{g}");
    if (p->gender == MALE && (str_ends(pattern, S("太太")) || str_ends(pattern, S("姐")) ||
                              str_ends(pattern, S("妈妈"))))
        pattern = S("老{s}");
    return fill(d->scratch, pattern, slots, 4);
}

str address_of(struct demo *d, const struct customer *c)
{
    const struct person *p = &c->who;
    if (c->country && !surname_first(c->country))
        return arena_printf(d->scratch, "%s " STR_FMT, p->gender == FEMALE ? "Ms" : "Mr",
                            STR_ARG(p->surname));
    if (c->country && str_eqz(c->country->language, "ja"))
        return arena_concat(d->scratch, p->surname, S("さん"));
    const char *word = c->is_company && p->gender == MALE && p->decade < 3 ? "总"
                       : p->gender == FEMALE                               ? "女士"
                       : p->decade == 0                                    ? "老师"
                                                                           : "先生";
    return arena_concat(d->scratch, p->surname, str_from(word));
}
