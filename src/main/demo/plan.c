#include "base/clock.h"
#include "main/demo/world.h"

enum { TWIN_EVERY = 125, TWIN_AT = 77 }; /* one customer in 125 is in the book twice */

struct weighted_key {
    const char *key;
    unsigned upto;
};

static str pick_key(struct luck *dice, const struct weighted_key *list, size_t n)
{
    unsigned at = (unsigned)luck_below(dice, list[n - 1].upto);
    size_t i = 0;
    while (list[i].upto <= at)
        i++;
    return str_from(list[i].key);
}
#define PICK_KEY(dice, list) pick_key((dice), (list), sizeof(list) / sizeof *(list))

static void choose_source(struct customer *c)
{
    static const struct weighted_key persons[] = {
        {"tmall", 26}, {"douyin", 46},   {"xiaohongshu", 58}, {"wecom", 68}, {"store", 78},
        {"jd", 86},    {"referral", 91}, {"wechat", 95},      {"weibo", 97}, {"website", 100}};
    static const struct weighted_key companies[] = {
        {"cold_call", 20}, {"referral", 40}, {"exhibition", 54}, {"website", 68}, {"search", 78},
        {"wechat", 86},    {"ad", 92},       {"store", 96},      {"partner", 100}};
    static const struct weighted_key abroad[] = {
        {"b2b", 36}, {"exhibition", 70}, {"email", 84}, {"referral", 92}, {"website", 100}};
    static const struct weighted_key foreign_persons[] = {
        {"website", 70}, {"store", 85}, {"other", 100}};
    struct luck *dice = &c->dice;
    if (c->is_company)
        c->source = c->country ? PICK_KEY(dice, abroad) : PICK_KEY(dice, companies);
    else
        c->source = c->country ? PICK_KEY(dice, foreign_persons) : PICK_KEY(dice, persons);
}

static void choose_channel(struct customer *c)
{
    static const char *const shops[] = {"tmall", "douyin", "xiaohongshu", "jd", "store"};
    c->channel = luck_chance(&c->dice, 0.6) ? S("mini_program") : S("wecom");
    for (size_t i = 0; i < sizeof shops / sizeof *shops; i++)
        if (str_eqz(c->source, shops[i]))
            c->channel = c->source;
    if (c->is_company)
        c->channel = c->country ? S("export") : S("sales");
    else if (c->country)
        c->channel = S("website");
}

static void choose_time(struct demo *d, struct customer *c)
{
    enum { MIGRATION_DAYS = 12 };
    double share = ((double)c->index + 0.5) / (double)d->options->customers;
    size_t low = 0, high = (size_t)d->days - 1;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (d->arrivals[mid] < share)
            low = mid + 1;
        else
            high = mid;
    }
    int64_t day = d->first_day + (int64_t)low;
    c->migrated = low < MIGRATION_DAYS;
    c->created =
        c->migrated || c->is_company ? office_time(&c->dice, day) : shopping_time(&c->dice, day);
    if (c->created > d->options->now - CLOCK_HOUR)
        c->created -= CLOCK_DAY;
}

static void live_in(struct customer *c, const struct city *city)
{
    c->city = city;
    c->region = city->province;
    c->city_name = city->name;
    c->postcode = city->postcode;
    c->district = list_pick(&city->districts, &c->dice);
}

static void choose_place(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    if (c->country) {
        const struct foreign_city *f =
            &c->country->cities[luck_below(dice, c->country->city_count)];
        c->region = f->region;
        c->city_name = f->name;
        c->postcode = f->postcode;
        return;
    }
    live_in(c, &d->m.cities[luck_pick(dice, d->m.city_upto, d->m.city_count)]);
}

static void make_private(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    if (c->country) {
        make_foreign_person(d, dice, c->country, &c->who);
        c->phone = make_foreign_phone(d, dice, c->country);
        c->street = foreign_street(d, c);
    } else {
        make_person(d, dice, &c->who);
        c->phone = make_mobile(d);
        c->street = make_street(d, dice, false);
        if (luck_chance(dice, 0.52))
            c->wechat = make_wechat(d, dice, &c->who);
        if (luck_chance(dice, 0.6))
            c->nickname = make_nickname(d, dice, &c->who, c->city);
    }
    c->name = c->who.name;
    if (luck_chance(dice, c->country ? 0.8 : 0.16))
        c->email = make_email(d, dice, &c->who, c->country != NULL);
    if (luck_chance(dice, c->country ? 0.1 : 0.24))
        c->phone = (str){0}; /* only a WeChat or shop account is known */
}

static const struct known *look_back(struct demo *d, struct luck *dice, bool company)
{
    size_t have = d->known_count < KNOWN ? d->known_count : KNOWN;
    for (int tries = 0; have && tries < 12; tries++) {
        const struct known *k = &d->known[luck_below(dice, have)];
        if (k->is_company == company && k->city)
            return k;
    }
    return NULL;
}

/* Some came through somebody who was here before. */
static void choose_relations(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    double luck = luck_unit(dice);
    if (c->country)
        return;
    if (str_eqz(c->source, "referral") || luck < 0.015)
        c->referrer = look_back(d, dice, luck_chance(dice, c->is_company ? 0.6 : 0.05));
    if (c->referrer)
        c->source = S("referral");
    if (c->is_company || luck < 0.5)
        return;
    if (luck < 0.515)
        c->relative = look_back(d, dice, false);
    else if (luck < 0.545)
        c->employer = look_back(d, dice, true);
    if (c->relative) { /* lives at the same address; a brother or sister shares the surname */
        if (luck_chance(dice, 0.5)) {
            c->who.surname = str_from(c->relative->surname);
            c->name = c->who.name = arena_concat(d->scratch, c->who.surname, c->who.given);
        }
        live_in(c, c->relative->city);
        c->district = (str){0};
        c->street = str_from(c->relative->street);
    }
    if (c->employer)
        c->company = str_from(c->employer->name);
}

/* The same person or firm a second time, as it happens in an office. */
static void choose_twin(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    if (c->index % TWIN_EVERY != TWIN_AT || c->country)
        return;
    const struct known *k = look_back(d, dice, c->is_company);
    if (!k)
        return;
    c->twin = k;
    c->referrer = c->relative = c->employer = NULL;
    live_in(c, k->city);
    c->name = str_from(k->name);
    if (c->is_company) { /* the legal form is left out */
        c->name = str_cut(c->name, 0, c->name.n - (str_ends(c->name, S("有限公司")) ? 12 : 0));
        return;
    }
    c->who.name = c->name;
    c->who.surname = str_from(k->surname);
    switch (c->index / TWIN_EVERY % 3) {
    case 0: /* the same phone, noted by another colleague under a short name */
        c->phone = str_from(k->phone);
        c->name = arena_concat(d->scratch, c->who.surname,
                               c->who.gender == FEMALE ? S("女士") : S("先生"));
        break;
    case 1: /* a new phone, the same WeChat */
        c->wechat = str_from(k->wechat);
        break;
    default: /* the same name and phone, from another shop */
        c->phone = str_from(k->phone);
        break;
    }
}

static void choose_owner(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    enum team team = c->country                                     ? TEAM_EXPORT
                     : c->is_company || str_eqz(c->source, "store") ? TEAM_SALES
                     : luck_chance(dice, 0.8)                       ? TEAM_SERVICE
                                                                    : TEAM_SALES;
    c->owner = staff_pick(d, dice, team);
    enum { LEFT_DAYS = 100 }; /* ago */
    bool since = c->created > d->options->now - LEFT_DAYS * CLOCK_DAY;
    if (c->owner->left && since)
        c->owner = staff_find(d, "chen");
    if (str_eqz(c->source, "store") && !c->country)
        c->owner = staff_find(d, "wu");
}

static void choose_stage(struct demo *d, struct customer *c)
{
    static const unsigned persons[] = {24, 54, 82, 82, 82, 82, 82, 100};
    static const unsigned companies[] = {12, 36, 56, 80, 80, 80, 80, 100};
    struct luck *dice = &c->dice;
    int64_t age = (d->options->now - c->created) / CLOCK_DAY;
    int64_t quiet = (d->options->now - c->last_won) / CLOCK_DAY;
    if (c->won_count == 0) {
        c->stage = age < 4
                       ? STAGE_NEW
                       : (enum stage)luck_pick(dice, c->is_company ? companies : persons, STAGES);
        return;
    }
    c->stage = c->won_count > 1 ? STAGE_REPEAT : STAGE_WON;
    if (quiet > (c->is_company ? 240 : 165))
        c->stage = luck_chance(dice, 0.12)   ? STAGE_LOST
                   : luck_chance(dice, 0.75) ? STAGE_DORMANT
                                             : c->stage;
}

void plan_customer(struct demo *d, struct customer *c, int64_t index)
{
    *c = (struct customer){.index = index};
    struct luck *dice = &c->dice;
    luck_seed(dice, d->options->seed, (uint64_t)index);
    c->story = index < 2;
    double luck = luck_unit(dice);
    bool abroad = !c->story && luck < 0.08;
    c->is_company = !c->story && (luck < 0.065 || (luck >= 0.08 && luck < 0.19));
    if (abroad)
        c->country = &d->m.countries[luck_pick(dice, d->m.country_upto, d->m.country_count)];
    c->audience = abroad && c->is_company ? FOREIGN : c->is_company ? COMPANIES : PERSONS;
    choose_time(d, c);
    choose_place(d, c);
    if (c->story) {
        plan_story(d, c);
        return;
    }
    if (c->is_company)
        make_company(d, c);
    else
        make_private(d, c);
    choose_source(c);
    choose_relations(d, c);
    choose_twin(d, c);
    choose_channel(c);
    choose_owner(d, c);
    plan_orders(d, c);
    choose_stage(d, c);
    if (c->country && !c->is_company)
        return; /* buys on the website, nobody calls */
    if (luck_chance(dice, 0.3))
        c->notes = talk_about(d, c, &d->m.notes[c->audience]);
    plan_talks(d, c);
}
