#include "main/demo/world.h"

str city_short(const struct city *city)
{
    return str_cut(city->name, 0, city->name.n - 3); /* without 市 */
}

str make_street(struct demo *d, struct luck *dice, bool office)
{
    str road = list_pick(&d->m.roads, dice);
    str house = list_pick(office ? &d->m.offices : &d->m.estates, dice);
    int number = luck_range(dice, 1, 899), block = luck_range(dice, 1, office ? 6 : 28);
    int room = 100 * luck_range(dice, 1, office ? 30 : 18) + luck_range(dice, 1, 4);
    if (office)
        return arena_printf(d->scratch, STR_FMT "%d号" STR_FMT "%d栋%d室", STR_ARG(road), number,
                            STR_ARG(house), block, room);
    int stair = luck_range(dice, 1, 4);
    return arena_printf(d->scratch, STR_FMT "%d号" STR_FMT "%d幢%d单元%d室", STR_ARG(road), number,
                        STR_ARG(house), block, stair, room);
}

/* Streets are listed in the order of the cities that they are in. */
str foreign_street(struct demo *d, struct customer *c)
{
    const struct list *streets = &c->country->streets;
    size_t i = 0;
    while (i + 1 < streets->n && i + 1 < c->country->city_count &&
           !str_eq(c->country->cities[i].name, c->city_name))
        i++;
    return arena_printf(d->scratch, STR_FMT " %d", STR_ARG(streets->at[i]),
                        luck_range(&c->dice, 1, 240));
}

static void make_domestic(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    const struct material *m = &d->m;
    c->kind = &m->kinds[luck_pick(dice, m->kind_upto, m->kind_count)];
    size_t first = luck_below(dice, m->brands.n);
    size_t second = (first + 1 + luck_below(dice, m->brands.n - 1)) % m->brands.n;
    const struct name *a = &m->brands.at[first], *b = &m->brands.at[second];
    str brand = arena_concat(d->scratch, a->text, b->text);
    str word = list_pick(&c->kind->words, dice);
    str form = m->suffixes.at[luck_pick(dice, m->suffix_upto, m->suffixes.n)];
    str place = city_short(c->city);
    bool law_or_clinic = str_ends(word, S("事务所")) || str_ends(word, S("门诊部"));
    if (law_or_clinic)
        form = (str){0};
    c->name = luck_chance(dice, 0.72)
                  ? arena_printf(d->scratch, STR_FMT STR_FMT STR_FMT STR_FMT, STR_ARG(place),
                                 STR_ARG(brand), STR_ARG(word), STR_ARG(form))
                  : arena_printf(d->scratch, STR_FMT STR_FMT "（" STR_FMT "）" STR_FMT,
                                 STR_ARG(brand), STR_ARG(word), STR_ARG(place), STR_ARG(form));
    c->nickname = luck_chance(dice, 0.4) ? brand : (str){0};
    if (luck_chance(dice, 0.45))
        c->email = arena_printf(d->scratch, "%s@" STR_FMT STR_FMT "%llu.example",
                                luck_chance(dice, 0.5) ? "info" : "xingzheng", STR_ARG(a->latin),
                                STR_ARG(b->latin), (unsigned long long)d->ids++);
    c->street = make_street(d, dice, true);
    c->phone = luck_chance(dice, 0.7) ? make_landline(d, c->city) : make_mobile(d);
    make_person(d, dice, &c->who);
}

/* "Fischer & Weber GmbH", "Wohnraum Fischer GmbH", "Wohnraum Hamburg GmbH"; Asian names have no
 * spaces. */
static str foreign_name(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    const struct country *k = c->country;
    str brand = list_pick(&k->brands, dice), form = list_pick(&k->forms, dice);
    str other = list_pick(&k->surnames, dice);
    bool spaced = (unsigned char)brand.p[0] < 0x80;
    const char *gap = spaced ? " " : "";
    int shape = luck_range(dice, 0, 2);
    if (shape == 0 && spaced && !str_eq(other, c->who.surname))
        return arena_printf(d->scratch, STR_FMT " & " STR_FMT " " STR_FMT, STR_ARG(c->who.surname),
                            STR_ARG(other), STR_ARG(form));
    str second = shape == 1 && spaced ? c->city_name : c->who.surname;
    return arena_printf(d->scratch, STR_FMT "%s" STR_FMT "%s" STR_FMT, STR_ARG(brand), gap,
                        STR_ARG(second), form.p[0] == '(' ? "" : gap, STR_ARG(form));
}

static void make_foreign(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    const struct country *k = c->country;
    make_foreign_person(d, dice, k, &c->who);
    c->name = foreign_name(d, c);
    if (luck_chance(dice, 0.85))
        c->email = arena_printf(d->scratch, STR_FMT "%llu@trade.example", STR_ARG(c->who.latin),
                                (unsigned long long)d->ids++);
    c->street = foreign_street(d, c);
    c->phone = make_foreign_phone(d, dice, k);
}

void make_company(struct demo *d, struct customer *c)
{
    if (c->country)
        make_foreign(d, c);
    else
        make_domestic(d, c);
}

static err_t emit_contact(struct demo *d, struct customer *c, const struct person *p, bool main)
{
    struct luck *dice = &c->dice;
    json_t *r = json_object();
    const struct names *titles = c->country ? &d->m.foreign_titles : &d->m.titles;
    const struct name *title = &titles->at[luck_below(dice, titles->n)];
    put_id(r, "customer", c->id);
    put(r, "name", p->name);
    put(r, "title", title->text);
    put(r, "decision", title->latin);
    putz(r, "gender", p->gender == FEMALE ? "female" : "male");
    put_bool(r, "main", main);
    if (luck_chance(dice, 0.9))
        put(r, "phone", c->country ? make_foreign_phone(d, dice, c->country) : make_mobile(d));
    if (!c->country && luck_chance(dice, 0.65))
        put(r, "wechat", make_wechat(d, dice, p));
    if (c->country || luck_chance(dice, 0.3))
        put(r, "email", make_email(d, dice, p, c->country != NULL));
    int64_t id;
    TRY(emit_new(d, "contact", c->created, c->owner->id, r, &id));
    if (main)
        c->contact = id;
    return OK;
}

err_t emit_contacts(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    TRY(emit_contact(d, c, &c->who, true));
    int more = luck_chance(dice, 0.45) ? luck_range(dice, 1, 2) : 0;
    for (int i = 0; i < more; i++) {
        struct person p;
        if (c->country)
            make_foreign_person(d, dice, c->country, &p);
        else
            make_person(d, dice, &p);
        TRY(emit_contact(d, c, &p, false));
    }
    return OK;
}
