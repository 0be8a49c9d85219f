#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "main/demo/world.h"

/* What people do on a platform: kinds with running sums of their weights. */
struct habit {
    const char *platform;
    double
        share[AUDIENCES + 1]; /* who has an account: persons, companies, foreign firms, persons */
    double events;            /* on average */
    bool counted;             /* shows followers */
    const char *kinds[5];
    unsigned upto[5];
};
enum { KINDS = 5, MOST_FOLLOWERS = 480000 };
static const struct habit HABITS[] = {
    {"wecom",
     {0.58, 0.5, 0, 0},
     2.6,
     false,
     {"message", "reply", "open", "like", "click"},
     {46, 72, 86, 94, 100}},
    {"weibo",
     {0.13, 0.04, 0, 0},
     2.0,
     true,
     {"like", "comment", "share", "follow", "mention"},
     {42, 70, 88, 96, 100}},
    {"douyin",
     {0.23, 0.03, 0, 0},
     2.2,
     true,
     {"like", "comment", "live", "follow", "collect"},
     {40, 64, 82, 92, 100}},
    {"xiaohongshu",
     {0.19, 0.02, 0, 0},
     1.8,
     true,
     {"like", "collect", "comment", "follow", "share"},
     {40, 66, 86, 95, 100}},
    {"official",
     {0.16, 0.2, 0, 0},
     1.4,
     false,
     {"open", "like", "comment", "share", "click"},
     {60, 76, 86, 94, 100}},
    {"whatsapp",
     {0, 0, 0.6, 0.5},
     2.2,
     false,
     {"message", "reply", "open", "message", "message"},
     {60, 92, 100, 100, 100}},
    {"linkedin",
     {0, 0, 0.42, 0.05},
     0.9,
     true,
     {"like", "comment", "follow", "share", "open"},
     {50, 66, 84, 92, 100}},
    {"instagram",
     {0, 0, 0.15, 0.5},
     1.4,
     true,
     {"like", "comment", "follow", "share", "collect"},
     {56, 76, 88, 94, 100}},
};

static str target_of(struct demo *d, struct customer *c, const char *platform)
{
    const json_t *list = json_object_get(d->m.targets, platform);
    size_t n = json_array_size(list);
    str pattern = n ? json_str(json_array_get(list, luck_below(&c->dice, n))) : (str){0};
    return pattern.n ? talk_text(d, c, pattern) : (str){0};
}

static const char *mood_name(enum mood mood)
{
    return mood == POSITIVE ? "positive" : mood == NEUTRAL ? "neutral" : "negative";
}

static enum mood mood_of(struct luck *dice)
{
    static const unsigned upto[] = {55, 90, 100};
    return (enum mood)luck_pick(dice, upto, MOODS);
}

static str words_for(struct demo *d, struct customer *c, const char *kind, json_t *r)
{
    struct luck *dice = &c->dice;
    const struct list *list = NULL;
    if (strcmp(kind, "comment") == 0 || strcmp(kind, "mention") == 0) {
        enum mood mood = c->story ? POSITIVE : mood_of(dice);
        putz(r, "sentiment", mood_name(mood));
        list = &d->m.social_comments[mood];
    } else if (strcmp(kind, "message") == 0) {
        list = c->country     ? &d->m.foreign_messages
               : c->won_count ? &d->m.messages
                              : &d->m.first_messages;
    } else if (strcmp(kind, "reply") == 0 && !c->country) {
        list = &d->m.replies;
    } else if (strcmp(kind, "idea") == 0) {
        list = &d->m.ideas;
    }
    if (!list)
        return (str){0};
    if (c->country && list != &d->m.foreign_messages)
        return S("Lovely glaze!");
    return talk_about(d, c, list);
}

static err_t emit_event(struct demo *d,
                        struct customer *c,
                        const char *platform,
                        const char *kind,
                        int64_t at,
                        int64_t account)
{
    json_t *r = json_object();
    int64_t id;
    put_id(r, "customer", c->id);
    putz(r, "kind", kind);
    putz(r, "platform", platform);
    put_instant(r, "at", at);
    put_id(r, "account", account);
    str text = words_for(d, c, kind, r);
    put(r, "text", text);
    bool talk = strcmp(kind, "message") == 0 || strcmp(kind, "reply") == 0;
    if (!talk && strcmp(kind, "follow") != 0 && strcmp(kind, "add_friend") != 0)
        put(r, "target", target_of(d, c, platform));
    if (talk || strcmp(kind, "add_friend") == 0)
        put_id(r, "staff", c->owner->id);
    return emit_new(d, "interaction", at, c->owner->id, r, &id);
}

static int64_t some_time(struct demo *d, struct customer *c)
{
    int64_t first = local_day(c->created), today = local_day(d->options->now);
    int64_t day = first + (int64_t)luck_below(&c->dice, (size_t)(today - first + 1));
    int64_t at = shopping_time(&c->dice, day);
    return at < c->created ? c->created + CLOCK_HOUR : at;
}

static int64_t followers_of(struct luck *dice)
{
    if (luck_chance(dice, 0.012)) /* somebody known in her circle */
        return (int64_t)fmin(exp(luck_normal(dice, 9.8, 0.9)), MOST_FOLLOWERS);
    return (int64_t)fmin(exp(luck_normal(dice, 4.3, 1.1)), 9000);
}

static err_t emit_account(struct demo *d,
                          struct customer *c,
                          const char *platform,
                          bool counted,
                          int64_t followers,
                          int64_t *id)
{
    struct luck *dice = &c->dice;
    json_t *r = json_object(), *interests = json_array();
    int64_t bound = c->created + luck_range(dice, 1, 600) * CLOCK_MINUTE;
    put_id(r, "customer", c->id);
    putz(r, "platform", platform);
    put(r, "nickname", c->nickname.n ? c->nickname : c->is_company ? c->name : c->who.name);
    if (counted) {
        put_int(r, "followers", followers);
        put_int(r, "following", luck_range(dice, 20, 900));
        put_int(r, "posts", luck_range(dice, 0, followers > 5000 ? 1800 : 160));
        put_bool(r, "verified", followers > 50000);
        if (followers > 50000)
            put(r, "verified_as", list_pick(&d->m.verified, dice));
        if (!c->country)
            put(r, "bio", talk_text(d, c, list_pick(&d->m.bios, dice)));
        for (int i = luck_range(dice, 0, 3); i > 0; i--) {
            str word = list_pick(&d->m.interests, dice);
            bool have = false;
            for (size_t k = 0; k < json_array_size(interests); k++)
                have = have || str_eq(json_str(json_array_get(interests, k)), word);
            if (!have)
                json_array_append_new(interests, json_stringn_nocheck(word.p, word.n));
        }
    }
    if (json_array_size(interests))
        json_object_set_new_nocheck(r, "interests", interests);
    else
        json_decref(interests);
    if (bound < d->options->now)
        put_instant(r, "bound_at", bound);
    return emit_new(d, "social_account", c->created, c->owner->id, r, id);
}

/* 小王 has some hundred readers, 小李 several million on two platforms. */
static err_t emit_story(struct demo *d, struct customer *c)
{
    bool famous = c->index == 1;
    static const char *const platforms[] = {"weibo", "douyin"};
    static const int64_t famous_followers[] = {4863000, 3127000};
    for (int i = 0; i < (famous ? 2 : 1); i++) {
        int64_t account;
        TRY(emit_account(d, c, platforms[i], true, famous ? famous_followers[i] : 386, &account));
        for (int k = famous ? 22 : 5; k > 0; k--) {
            static const char *const kinds[] = {"share", "comment", "like"};
            TRY(emit_event(d, c, platforms[i], kinds[k % 3], some_time(d, c), account));
        }
    }
    return OK;
}

static err_t emit_reviews(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    for (size_t i = 0; i < c->order_count && !c->is_company; i++) {
        const struct order *o = &c->orders[i];
        if (!o->won || c->country || !luck_chance(dice, 0.12))
            continue;
        enum mood mood = mood_of(dice);
        json_t *r = json_object();
        int64_t id, at = o->at + luck_range(dice, 6, 20) * CLOCK_DAY;
        put_id(r, "customer", c->id);
        putz(r, "kind", "review");
        put(r, "platform", str_eqz(c->channel, "sales") ? S("wecom") : c->channel);
        put_instant(r, "at", at);
        c->topic = o->lines[0].product;
        put(r, "text", talk_text(d, c, talk_pick(c, &d->m.reviews[mood])));
        c->topic = NULL;
        put_id(r, "product", o->lines[0].product->id);
        putz(r, "sentiment", mood_name(mood));
        put_int(r, "stars", mood == POSITIVE ? 5 : mood == NEUTRAL ? 4 : luck_range(dice, 1, 2));
        TRY(emit_new(d, "interaction", at, c->owner->id, r, &id));
    }
    return OK;
}

static err_t emit_browsing(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    if (c->is_company || c->country)
        return OK;
    for (int i = (int)luck_exponential(dice, 1.0); i > 0; i--) {
        const char *kind = luck_chance(dice, 0.75) ? "visit" : "cart";
        TRY(emit_event(d, c, "mini_program", kind, some_time(d, c), 0));
    }
    if (str_eqz(c->source, "store"))
        TRY(emit_event(d, c, "store", "store", c->created, 0));
    if (luck_chance(dice, 0.012))
        TRY(emit_event(d, c, "wecom", "idea", some_time(d, c), 0));
    return OK;
}

err_t emit_social(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    if (c->story)
        return emit_story(d, c);
    int who = c->country && !c->is_company ? AUDIENCES : (int)c->audience;
    for (size_t i = 0; i < sizeof HABITS / sizeof *HABITS; i++) {
        const struct habit *h = &HABITS[i];
        if (!luck_chance(dice, h->share[who]))
            continue;
        int64_t account;
        TRY(emit_account(d, c, h->platform, h->counted, followers_of(dice), &account));
        if (i == 0)
            TRY(emit_event(d, c, h->platform, "add_friend", c->created, account));
        for (int k = (int)luck_exponential(dice, h->events); k > 0; k--) {
            const char *kind = h->kinds[luck_pick(dice, h->upto, KINDS)];
            TRY(emit_event(d, c, h->platform, kind, some_time(d, c), account));
        }
    }
    TRY(emit_reviews(d, c));
    return emit_browsing(d, c);
}
