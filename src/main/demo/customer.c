#include <string.h>

#include "base/clock.h"
#include "main/demo/world.h"

static void add_tag(json_t *tags, const char *tag)
{
    for (size_t i = 0; i < json_array_size(tags); i++)
        if (str_eqz(json_str(json_array_get(tags, i)), tag))
            return;
    json_array_append_new(tags, json_string_nocheck(tag));
}

static bool bought(const struct customer *c, const char *word)
{
    for (size_t i = 0; i < c->order_count; i++)
        for (size_t k = 0; k < c->orders[i].line_count; k++)
            if (str_find(c->orders[i].lines[k].product->name, str_from(word)) != SIZE_MAX)
                return true;
    return false;
}

static bool bought_on(const struct customer *c, int month, int day)
{
    for (size_t i = 0; i < c->order_count; i++) {
        struct civil date = civil_from_day(local_day(c->orders[i].at));
        if (date.month == month && date.day <= day)
            return true;
    }
    return false;
}

static void tag_person(struct customer *c, json_t *tags)
{
    static const char *const tastes[] = {"手冲咖啡", "中式插花", "极简风",  "日式",
                                         "新中式",   "露营",     "收藏茶器"};
    struct luck *dice = &c->dice;
    if (bought(c, "白") && luck_chance(dice, 0.6))
        add_tag(tags, "爱喝白茶");
    if (bought(c, "普") && luck_chance(dice, 0.6))
        add_tag(tags, "爱喝普洱");
    if (bought(c, "龙井") && luck_chance(dice, 0.6))
        add_tag(tags, "爱喝龙井");
    if (bought_on(c, 11, 11) && luck_chance(dice, 0.8))
        add_tag(tags, "双11买家");
    if (c->won_total >= 200000)
        add_tag(tags, "高客单");
    else if (c->won_count && luck_chance(dice, 0.12))
        add_tag(tags, "价格敏感");
    if (str_eqz(c->channel, "douyin") && c->won_count && luck_chance(dice, 0.5))
        add_tag(tags, "直播间下单");
    if (luck_chance(dice, 0.25))
        add_tag(tags, tastes[luck_below(dice, sizeof tastes / sizeof *tastes)]);
    if (c->won_count > 1 && luck_chance(dice, 0.1))
        add_tag(tags, "好评客户");
    if (c->won_count && luck_chance(dice, 0.03))
        add_tag(tags, luck_chance(dice, 0.8) ? "收到破损" : "投诉过");
    if (str_find(c->notes, S("加厚包装")) != SIZE_MAX)
        add_tag(tags, "加厚包装");
    if (c->story)
        add_tag(tags, c->index ? "达人" : "收藏茶器");
    if (c->story && c->index)
        add_tag(tags, "爱晒单");
}

static void put_tags(struct customer *c, json_t *r)
{
    struct luck *dice = &c->dice;
    json_t *tags = json_array();
    if (!c->is_company)
        tag_person(c, tags);
    if (c->kind && luck_chance(dice, 0.7))
        add_tag(tags, list_pick(&c->kind->tags, dice).p);
    if (c->is_company && c->country && str_eqz(c->source, "exhibition"))
        add_tag(tags, "广交会");
    if (c->is_company && c->country && c->won_count && luck_chance(dice, 0.3))
        add_tag(tags, "OEM");
    if (c->stage == STAGE_INTERESTED || c->stage == STAGE_QUOTE)
        add_tag(tags, luck_chance(dice, 0.35)  ? "意向高"
                      : luck_chance(dice, 0.6) ? "意向中"
                                               : "意向低");
    if (json_array_size(tags))
        json_object_set_new_nocheck(r, "tags", tags);
    else
        json_decref(tags);
}

static void put_address(struct customer *c, json_t *r)
{
    struct luck *dice = &c->dice;
    double known = c->migrated ? 0.5 : c->won_count ? 0.92 : 0.35;
    if (!c->story && !c->twin && !luck_chance(dice, known))
        return;
    json_t *a = json_object();
    put(a, "country", c->country ? c->country->code : S("CN"));
    put(a, "province", c->region);
    put(a, "city", c->city_name);
    if (!c->migrated || luck_chance(dice, 0.7)) {
        put(a, "district", c->district);
        put(a, "street", c->street);
        if (luck_chance(dice, 0.4))
            put(a, "postcode", c->postcode);
    }
    json_object_set_new_nocheck(r, "address", a);
}

static void put_person(struct demo *d, struct customer *c, json_t *r)
{
    struct luck *dice = &c->dice;
    const struct person *p = &c->who;
    put(r, "company", c->company);
    if (!c->country && !c->story && luck_chance(dice, 0.22))
        put(r, "job_title", list_pick(&d->m.jobs, dice));
    if (luck_chance(dice, 0.85))
        putz(r, "gender", p->gender == FEMALE ? "female" : "male");
    if (c->story || luck_chance(dice, 0.34)) {
        struct civil birthday = {.year = p->birth_year};
        birthday.month = luck_range(dice, 1, 12);
        birthday.day = luck_range(dice, 1, 28);
        put_day(r, "birthday", civil_to_day(birthday));
    }
    if (c->won_count && luck_chance(dice, 0.5))
        put(r, "member_number",
            arena_printf(d->scratch, "M%08lld", (long long)(10000000 + c->index)));
}

static void put_firm(struct demo *d, struct customer *c, json_t *r)
{
    static const char *const sizes[] = {"e1", "e10", "e50", "e200", "e1000"};
    static const unsigned upto[] = {22, 60, 84, 96, 100};
    struct luck *dice = &c->dice;
    if (c->kind && luck_chance(dice, 0.85))
        put(r, "industry", c->kind->industry);
    else if (c->country && luck_chance(dice, 0.7))
        putz(r, "industry", luck_chance(dice, 0.6) ? "retail" : "wholesale");
    if (luck_chance(dice, 0.5))
        putz(r, "employees", sizes[luck_pick(dice, upto, 5)]);
    if (!c->country && c->won_count && luck_chance(dice, 0.7))
        put(r, "tax_number",
            arena_printf(d->scratch, "91%.4sMA%010llu", c->postcode.p,
                         (unsigned long long)(luck_next(dice) % 10000000000u)));
    if (c->country && luck_chance(dice, 0.5))
        put(r, "website",
            arena_printf(d->scratch, "https://www." STR_FMT "%llu.example", STR_ARG(c->who.latin),
                         (unsigned long long)(c->index)));
}

static const char *level_of(const struct customer *c)
{
    int64_t a = c->is_company ? 25000000 : 300000, b = c->is_company ? 6000000 : 100000;
    return c->won_total >= a ? "a" : c->won_total >= b ? "b" : c->won_count ? "c" : "d";
}

static err_t emit_record(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    json_t *r = json_object();
    put(r, "name", c->name);
    putz(r, "kind", c->is_company ? "company" : "person");
    put(r, "nickname", c->nickname);
    put(r, "phone", c->phone);
    if (!c->country && !c->story && luck_chance(dice, 0.04))
        put(r, "phone2", make_mobile(d));
    put(r, "wechat", c->wechat);
    put(r, "email", c->email);
    if (c->is_company)
        put_firm(d, c, r);
    else
        put_person(d, c, r);
    if (!c->migrated || luck_chance(dice, 0.55))
        put(r, "source", c->source);
    put_id(r, "stage", d->stages[c->stage]);
    if (c->won_count || luck_chance(dice, 0.3))
        putz(r, "level", level_of(c));
    put_tags(c, r);
    put_address(c, r);
    if (c->country || luck_chance(dice, 0.3))
        put(r, "language", c->country ? c->country->language : S("zh-CN"));
    if (c->stage == STAGE_LOST && luck_chance(dice, 0.3))
        put_bool(r, "do_not_contact", true);
    put(r, "notes", c->notes);
    put_instant(r, "next_follow_up_at", c->next_at);
    put_owner(r, c->owner);
    int64_t updated = c->talk_count ? c->talks[c->talk_count - 1].at : c->created;
    int64_t by = c->migrated ? d->boss->id : c->owner->id;
    return emit_as(d, "customer", c->id, c->created, updated, by, r);
}

static err_t emit_relation(
    struct demo *d, int64_t from, int64_t to, const char *kind, str evidence, struct customer *c)
{
    struct luck *dice = &c->dice;
    json_t *r = json_object();
    int64_t id;
    put_id(r, "customer", from);
    put_id(r, "other", to);
    putz(r, "kind", kind);
    json_object_set_new_nocheck(r, "weight", json_real(luck_range(dice, 4, 19) / 20.0));
    put(r, "evidence", evidence);
    put_bool(r, "confirmed", luck_chance(dice, 0.7));
    return emit_new(d, "relation", c->created, c->owner->id, r, &id);
}

static err_t emit_relations(struct demo *d, struct customer *c)
{
    if (c->referrer) {
        str said = luck_chance(&c->dice, 0.5)
                       ? arena_printf(d->scratch, "首次咨询时说是%s介绍的。", c->referrer->name)
                       : S("使用了推荐码。");
        TRY(emit_relation(d, c->referrer->id, c->id, "referral", said, c));
    }
    if (c->relative)
        TRY(emit_relation(d, c->id, c->relative->id, "family", S("收货地址相同。"), c));
    if (c->employer)
        TRY(emit_relation(d, c->id, c->employer->id, "employee", S("公司礼品用着好，自己又来买。"),
                          c));
    return OK;
}

static void copy(char *to, size_t size, str from)
{
    str part = from.n < size ? from : (str){0};
    if (part.n)
        memcpy(to, part.p, part.n);
    to[part.n] = '\0';
}

static void remember(struct demo *d, const struct customer *c)
{
    struct known *k = &d->known[d->known_count++ % KNOWN];
    k->id = c->id;
    k->is_company = c->is_company;
    k->city = c->twin || c->story ? NULL : c->city;
    copy(k->name, sizeof k->name, c->name);
    copy(k->surname, sizeof k->surname, c->who.surname);
    copy(k->phone, sizeof k->phone, c->phone);
    copy(k->wechat, sizeof k->wechat, c->wechat);
    copy(k->street, sizeof k->street, c->street);
    if (!k->phone[0] || !k->name[0])
        k->city = NULL; /* nothing to refer to */
}

err_t emit_customer(struct demo *d, struct customer *c)
{
    c->id = next_id(d, c->created);
    TRY(emit_record(d, c));
    if (c->is_company)
        TRY(emit_contacts(d, c));
    TRY(emit_relations(d, c));
    TRY(emit_orders(d, c));
    TRY(emit_talks(d, c));
    TRY(emit_social(d, c));
    remember(d, c);
    return OK;
}
