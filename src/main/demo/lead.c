#include "base/clock.h"
#include "main/demo/world.h"

static const char *const STATES[] = {"new", "contacted", "valid", "invalid"};
static const char *const REASONS[] = {"wrong_number", "no_answer", "no_need", "competitor",
                                      "price"};

/* A lead borrows the customer's shape for its words; it is not emitted as one. */
static void imagine(struct demo *d, struct customer *c, int64_t i)
{
    *c = (struct customer){.index = i, .created = d->options->now};
    struct luck *dice = &c->dice;
    luck_seed(dice, d->options->seed, ~(uint64_t)i);
    c->is_company = luck_chance(dice, 0.4);
    c->city = &d->m.cities[luck_pick(dice, d->m.city_upto, d->m.city_count)];
    if (c->is_company && luck_chance(dice, 0.25)) {
        c->country = &d->m.countries[luck_pick(dice, d->m.country_upto, d->m.country_count)];
        c->city = NULL;
        c->city_name = c->country->cities[luck_below(dice, c->country->city_count)].name;
    }
    c->audience = c->country ? FOREIGN : c->is_company ? COMPANIES : PERSONS;
    if (c->is_company) {
        make_company(d, c);
        c->company = c->name;
    } else {
        make_person(d, dice, &c->who);
    }
    c->owner = staff_pick(d, dice, c->country ? TEAM_EXPORT : TEAM_SALES);
}

static const char *source_of(struct customer *c)
{
    static const char *const persons[] = {"douyin", "xiaohongshu", "weibo", "website", "ad"};
    static const char *const companies[] = {"website", "exhibition", "search", "ad", "cold_call"};
    static const char *const foreign[] = {"b2b", "exhibition", "email", "website", "b2b"};
    const char *const *list = c->country ? foreign : c->is_company ? companies : persons;
    return list[luck_below(&c->dice, 5)];
}

static err_t emit_lead(struct demo *d, int64_t i)
{
    struct customer c;
    imagine(d, &c, i);
    struct luck *dice = &c.dice;
    const char *source = source_of(&c);
    c.source = str_from(source);
    static const unsigned upto[] = {34, 62, 80, 100};
    size_t state = luck_pick(dice, upto, 4);
    int64_t age = state == 0 ? luck_range(dice, 0, 9) : luck_range(dice, 3, 120);
    int64_t at = shopping_time(dice, local_day(d->options->now) - age), id, talk;
    if (at > d->options->now)
        at -= CLOCK_DAY;
    json_t *r = json_object();
    put(r, "name", c.who.name);
    put(r, "company", c.company);
    put(r, "phone", c.country ? make_foreign_phone(d, dice, c.country) : make_mobile(d));
    if (luck_chance(dice, 0.3))
        put(r, "wechat", c.country ? (str){0} : make_wechat(d, dice, &c.who));
    str need = talk_about(d, &c, &d->m.needs[c.audience]);
    put(r, "need", need);
    putz(r, "source", source);
    putz(r, "state", STATES[state]);
    if (state == 3)
        putz(r, "invalid_reason", REASONS[luck_below(dice, 5)]);
    if (luck_chance(dice, 0.6))
        put_int(r, "score",
                state == 2   ? luck_range(dice, 60, 95)
                : state == 3 ? luck_range(dice, 0, 30)
                             : luck_range(dice, 20, 80));
    int64_t next = local_instant(local_day(d->options->now) + luck_range(dice, -3, 9), 10 * 60);
    if (state < 3 && next > at && luck_chance(dice, 0.7))
        put_instant(r, "next_follow_up_at", next);
    put_owner(r, c.owner);
    TRY(emit_new(d, "lead", at, c.owner->id, r, &id));
    if (state == 0)
        return OK;
    int64_t when = at + luck_range(dice, 1, 40) * CLOCK_HOUR;
    r = json_object();
    put_id(r, "lead", id);
    putz(r, "kind", c.country ? "email" : "call");
    enum phase phase = state == 3 ? PHASE_NO_ANSWER : state == 1 ? PHASE_FIRST : PHASE_INTEREST;
    put(r, "text", talk_about(d, &c, &d->m.talk[c.audience][phase]));
    putz(r, "result", state == 3 ? "no_answer" : state == 1 ? "reached" : "interested");
    put_instant(r, "at", when);
    put_owner(r, c.owner);
    return emit_new(d, "follow_up", when, c.owner->id, r, &talk);
}

err_t emit_leads(struct demo *d)
{
    int64_t n = d->options->customers / 14;
    for (int64_t i = 0; i < n; i++) {
        TRY(emit_lead(d, i));
        arena_reset(d->scratch);
    }
    return OK;
}
