#include <math.h>

#include "base/clock.h"
#include "main/demo/world.h"

static bool has(str text, const char *word)
{
    return str_find(text, str_from(word)) != SIZE_MAX;
}

/* "@douyin …" is for customers from Douyin. */
static str rest_of(str pattern, str *source)
{
    str rest = pattern;
    *source = (str){0};
    if (str_starts(pattern, S("@"))) {
        str_split(&rest, ' ', source);
        *source = str_cut(*source, 1, source->n);
    }
    return rest;
}

static bool fits(const struct customer *c, str pattern)
{
    const struct product *p = c->topic;
    str source;
    rest_of(pattern, &source);
    if (source.n && !str_eq(source, c->source))
        return false;
    if (has(pattern, "{w}"))
        return p && p->glazed;
    if (has(pattern, "{t}"))
        return p && str_eqz(p->category, "茶叶");
    if (has(pattern, "{x}"))
        return p && str_eqz(p->category, "香氛");
    return !has(pattern, "{u}") || (p && p->cycle);
}

str talk_pick(struct customer *c, const struct list *list)
{
    for (int tries = 0; tries < 12; tries++) {
        str pattern = list_pick(list, &c->dice);
        if (pattern.n && fits(c, pattern))
            return pattern;
    }
    return (str){0};
}

str talk_about(struct demo *d, struct customer *c, const struct list *list)
{
    c->topic = product_pick(d, &c->dice, false);
    str pattern = talk_pick(c, list), text = pattern.n ? talk_text(d, c, pattern) : pattern;
    c->topic = NULL;
    return text;
}

static str product_name(const struct product *p, bool english)
{
    return english && p->english.n ? p->english : p->name;
}

str talk_text(struct demo *d, struct customer *c, str pattern)
{
    struct luck *dice = &c->dice;
    const struct material *m = &d->m;
    bool gift = c->is_company && !c->country;
    const struct product *p = c->topic ? c->topic : product_pick(d, dice, gift);
    const struct product *other = c->second ? c->second : product_pick(d, dice, gift);
    while (other == p)
        other = product_pick(d, dice, false);
    str source, words = rest_of(pattern, &source);
    bool english = words.n && (unsigned char)words.p[0] < 0x80 && words.p[0] != '{';
    int pieces = c->country ? 50 * luck_range(dice, 4, 30) : 10 * luck_range(dice, 4, 40);
    if (c->pieces)
        pieces = (int)c->pieces;
    int64_t amount = c->sum ? c->sum / 100 : (int64_t)pieces * p->price * 8 / 10;
    int64_t moment = c->moment ? c->moment : d->options->now;
    int64_t quiet = (moment - (c->last_won ? c->last_won : c->created)) / CLOCK_DAY;
    str name = product_name(p, english), caller = address_of(d, c);
    str day = list_pick(&m->days, dice);
    str occasion = list_pick(c->is_company ? &m->occasions : &m->person_occasions, dice);
    const struct city *city = &m->cities[luck_below(dice, m->city_count)];
    struct slot slots[] = {
        {'n', caller},
        {'h', c->who.gender == FEMALE ? S("她") : S("他")},
        {'p', name},
        {'w', name},
        {'t', name},
        {'x', name},
        {'u', name},
        {'2', product_name(other, english)},
        {'q', arena_printf(d->scratch, "%d", pieces)},
        {'d', day},
        {'o', occasion},
        {'c', c->city ? city_short(city) : c->city_name},
        {'m', arena_printf(d->scratch, "%lld", (long long)amount)},
        {'k', arena_printf(d->scratch, "%lld", (long long)(quiet > 90 ? quiet : 90))},
    };
    return fill(d->scratch, words, slots, sizeof slots / sizeof *slots);
}

static bool said(const struct customer *c, str pattern)
{
    for (size_t i = 0; i < c->talk_count; i++)
        if (c->talks[i].pattern.p == pattern.p)
            return true;
    return false;
}

static void add_talk(struct demo *d, struct customer *c, int64_t at, enum phase phase)
{
    if (at < c->created || at > d->options->now - CLOCK_MINUTE || c->talk_count == MOST_TALKS)
        return;
    c->moment = at;
    for (int tries = 0; tries < 6; tries++) {
        str pattern = talk_pick(c, &d->m.talk[c->audience][phase]);
        bool two = phase == PHASE_WON && !c->is_company && has(pattern, "{p2}");
        if (!pattern.n || said(c, pattern) || (two && !c->second))
            continue;
        size_t i = c->talk_count++;
        for (; i > 0 && c->talks[i - 1].at > at; i--)
            c->talks[i] = c->talks[i - 1];
        c->talks[i] = (struct talk){at, phase, pattern, talk_text(d, c, pattern)};
        return;
    }
}

/* Talk is about what was bought. */
static void talk_of(struct customer *c, const struct order *o)
{
    size_t i = luck_below(&c->dice, o->line_count);
    c->topic = o->lines[i].product;
    c->second = o->line_count > 1 ? o->lines[i ? 0 : 1].product : NULL;
    c->pieces = o->lines[i].quantity;
    c->sum = o->amount;
}

static int64_t office_after(struct customer *c, int64_t at, int low, int high)
{
    int64_t day = local_day(at) + luck_range(&c->dice, low, high);
    if ((day + 3) % 7 >= 5 && c->is_company)
        day += 2; /* not at the weekend */
    return office_time(&c->dice, day);
}

/* Calls and letters before anything is bought; `last` is the stage that they led to. */
static void plan_before(struct demo *d, struct customer *c, int64_t end, enum stage last)
{
    struct luck *dice = &c->dice;
    static const enum phase way[] = {PHASE_FIRST, PHASE_INTEREST, PHASE_QUOTE};
    int steps = last == STAGE_NEW         ? 0
                : last == STAGE_CONTACTED ? 1
                : last == STAGE_QUOTE     ? 3
                : last == STAGE_LOST      ? luck_range(dice, 1, 2)
                                          : 2;
    int64_t at = office_after(c, c->created, 0, 1);
    if (at < c->created)
        at = c->created + luck_range(dice, 5, 90) * CLOCK_MINUTE;
    if (luck_chance(dice, last == STAGE_NEW ? 0.5 : 0.2)) {
        add_talk(d, c, at, PHASE_NO_ANSWER);
        at = office_after(c, at, 1, 3);
    }
    for (int i = 0; i < steps && at < end; i++) {
        for (int more = luck_chance(dice, i ? 0.3 : 0) ? 2 : 1; more && at < end; more--) {
            add_talk(d, c, at, way[i]);
            at = office_after(c, at, 2, c->is_company ? 9 : 14);
        }
    }
    if (last == STAGE_LOST)
        add_talk(d, c, at, PHASE_LOST);
}

static void plan_around_orders(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    double care = c->is_company ? 0.7 : 0.3, again = c->is_company ? 0.6 : 0.22;
    for (size_t i = 0; i < c->order_count; i++) {
        const struct order *o = &c->orders[i];
        if (!o->won)
            continue;
        talk_of(c, o);
        if (i == 0 && luck_chance(dice, c->is_company ? 0.95 : 0.3))
            add_talk(d, c, o->at + luck_range(dice, 5, 50) * CLOCK_MINUTE, PHASE_WON);
        if (luck_chance(dice, care))
            add_talk(d, c, office_after(c, o->at, c->is_company ? 10 : 5, c->is_company ? 25 : 12),
                     PHASE_CARE);
        if (i == 0 || !luck_chance(dice, again))
            continue;
        talk_of(c, &c->orders[i - 1]);
        add_talk(d, c, office_after(c, o->at - 3 * CLOCK_DAY, 0, 1), PHASE_REPEAT);
    }
    if (c->stage == STAGE_DORMANT && luck_chance(dice, 0.8))
        add_talk(d, c, office_after(c, c->last_won, 115, 160), PHASE_WAKE);
    if (c->stage == STAGE_LOST)
        add_talk(d, c, office_after(c, c->last_won, 60, 170), PHASE_LOST);
}

static void plan_next(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    bool open = c->stage <= STAGE_QUOTE || c->stage == STAGE_DORMANT;
    if (c->stage == STAGE_LOST || !luck_chance(dice, open ? 0.62 : 0.25))
        return;
    int64_t today = local_day(d->options->now);
    /* Most are ahead; one in six has slipped. */
    int64_t day = today + (luck_chance(dice, 0.17)  ? luck_range(dice, -12, -1)
                           : luck_chance(dice, 0.2) ? 0
                                                    : luck_range(dice, 1, open ? 21 : 60));
    int64_t at = local_instant(day, 30 * luck_range(dice, 18, 35));
    int64_t last = c->talk_count ? c->talks[c->talk_count - 1].at : c->created;
    if (at > last)
        c->next_at = at;
}

void plan_talks(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    c->topic = product_pick(d, dice, c->is_company && !c->country);
    if (c->order_count)
        talk_of(c, &c->orders[0]);
    if (c->order_count == 0)
        plan_before(d, c, d->options->now, c->stage);
    else if (!c->migrated && (c->is_company || luck_chance(dice, 0.3)))
        plan_before(d, c, c->orders[0].at, c->is_company ? STAGE_QUOTE : STAGE_INTERESTED);
    plan_around_orders(d, c);
    c->topic = c->second = NULL;
    c->moment = c->pieces = c->sum = 0;
    plan_next(d, c);
}

/* How, as far as the text says it. */
static const char *way_of(struct customer *c, str text)
{
    static const struct {
        const char *word, *kind;
    } signs[] = {{"没回", "wecom"},      {"好友", "wecom"},       {"WhatsApp", "message"},
                 {"微信", "wechat"},     {"私信", "message"},     {"视频会议", "meeting"},
                 {"展会", "meeting"},    {"广交会上", "meeting"}, {"上门", "visit"},
                 {"拜访", "visit"},      {"公司，", "visit"},     {"到店", "meeting"},
                 {"电话", "call"},       {"接通", "call"},        {"打给", "call"},
                 {"样品一套", "sample"}, {"样品走", "sample"},    {"小样一份", "sample"},
                 {"邮件", "email"},      {"已发", "email"},       {"sent", "email"},
                 {"PI", "email"}};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (has(text, signs[i].word))
            return signs[i].kind;
    if (c->country)
        return luck_chance(&c->dice, 0.6) ? "email" : "message";
    if (c->is_company)
        return luck_chance(&c->dice, 0.6) ? "call" : "wechat";
    return luck_chance(&c->dice, 0.7) ? "wecom" : "call";
}

static const char *result_of(struct luck *dice, enum phase phase)
{
    static const char *const results[PHASES][2] = {
        [PHASE_FIRST] = {"reached", "interested"},
        [PHASE_INTEREST] = {"interested", "hesitant"},
        [PHASE_QUOTE] = {"interested", "hesitant"},
        [PHASE_WON] = {"agreed", "agreed"},
        [PHASE_CARE] = {"reached", "reached"},
        [PHASE_REPEAT] = {"agreed", "interested"},
        [PHASE_WAKE] = {"hesitant", "reached"},
        [PHASE_LOST] = {"refused", "refused"},
        [PHASE_NO_ANSWER] = {"no_answer", "no_answer"},
    };
    return results[phase][luck_chance(dice, 0.35)];
}

static err_t emit_task(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    bool done = luck_chance(dice, 0.45);
    int64_t due = local_instant(local_day(d->options->now) +
                                    (done ? luck_range(dice, -60, -3) : luck_range(dice, -4, 14)),
                                60 * luck_range(dice, 9, 18));
    int64_t made = due - luck_range(dice, 1, 8) * CLOCK_DAY;
    if (made < c->created || made > d->options->now)
        return OK;
    int64_t id;
    json_t *r = json_object();
    put(r, "subject", talk_about(d, c, &d->m.tasks));
    putz(r, "state", done ? "done" : luck_chance(dice, 0.2) ? "doing" : "open");
    putz(r, "priority", luck_chance(dice, 0.2) ? "high" : "normal");
    put_instant(r, "due_at", due);
    if (done)
        put_instant(r, "done_at", due - luck_range(dice, 0, 20) * CLOCK_HOUR);
    put_id(r, "customer", c->id);
    put_owner(r, c->owner);
    return emit_new(d, "task", made, c->owner->id, r, &id);
}

static err_t emit_comment(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    const struct staff *by = luck_chance(dice, 0.5) ? d->boss : staff_pick(d, dice, TEAM_SALES);
    if (by->left)
        by = d->boss;
    int64_t span = d->options->now - c->created, id;
    json_t *r = json_object();
    putz(r, "object", "customer");
    put_id(r, "record", c->id);
    put_id(r, "customer", c->id);
    put(r, "text", talk_about(d, c, &d->m.comments));
    int64_t at = c->created + (int64_t)((double)span * luck_unit(dice));
    return emit_new(d, "comment", at, by->id, r, &id);
}

static err_t emit_talk(struct demo *d, struct customer *c, size_t i)
{
    struct luck *dice = &c->dice;
    const struct talk *t = &c->talks[i];
    bool last = i + 1 == c->talk_count;
    int64_t next = last ? c->next_at : local_instant(local_day(c->talks[i + 1].at), 10 * 60), id;
    if (next > t->at + 75 * CLOCK_DAY && !last)
        next = 0; /* what came so late was not planned */
    json_t *r = json_object();
    put_id(r, "customer", c->id);
    put_id(r, "contact", c->contact);
    const char *kind = way_of(c, t->text);
    putz(r, "kind", kind);
    put(r, "text", t->text);
    putz(r, "result", result_of(dice, t->phase));
    put_instant(r, "at", t->at);
    if (next > t->at) {
        put_instant(r, "next_at", next);
        put(r, "next_plan", list_pick(&d->m.plans[c->audience][t->phase], dice));
    }
    if (str_eqz(str_from(kind), "call") && t->phase != PHASE_NO_ANSWER)
        put_int(r, "seconds", luck_range(dice, 35, 900));
    put_owner(r, c->owner);
    return emit_new(d, "follow_up", t->at, c->owner->id, r, &id);
}

err_t emit_talks(struct demo *d, struct customer *c)
{
    for (size_t i = 0; i < c->talk_count; i++)
        TRY(emit_talk(d, c, i));
    if (luck_chance(&c->dice, c->stage == STAGE_LOST ? 0 : 0.1))
        TRY(emit_task(d, c));
    if (luck_chance(&c->dice, c->is_company ? 0.12 : 0.01))
        TRY(emit_comment(d, c));
    return OK;
}
