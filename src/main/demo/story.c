#include "base/clock.h"
#include "main/demo/world.h"

/* Two customers are always there. 小王 buys for 5,000 yuan and is read by a few hundred; 小李 buys
 * for 2,000 and is read by millions. By what they buy he comes first, by what she moves, she. */
struct purchase {
    int percent; /* of the window that had passed */
    const char *products[3];
    int quantities[3];
};
static const struct purchase WANG[] = {
    {6, {"YF-CJ-008", "YF-CY-001"}, {1, 2}},
    {24, {"YF-CJ-007", "YF-CY-002"}, {1, 2}},
    {47, {"YF-CZ-001", "YF-CZ-004"}, {1, 1}},
    {70, {"YF-CY-007", "YF-CJ-002"}, {1, 1}},
    {92, {"YF-CY-002"}, {2}},
};
static const struct purchase LI[] = {
    {28, {"YF-CJ-007", "YF-JJ-001"}, {1, 1}},
    {55, {"YF-CZ-001", "YF-JJ-006"}, {1, 1}},
    {88, {"YF-CZ-002", "YF-CY-006", "YF-JJ-002"}, {1, 1, 1}},
};

static const struct product *find(const struct demo *d, const char *code)
{
    for (size_t i = 0; i < d->m.product_count; i++)
        if (str_eqz(d->m.products[i].code, code))
            return &d->m.products[i];
    return &d->m.products[0];
}

static void buy(struct demo *d, struct customer *c, const struct purchase *p)
{
    int64_t day = d->first_day + d->days * p->percent / 100;
    struct order *o = &c->orders[c->order_count++];
    *o = (struct order){.at = shopping_time(&c->dice, day), .won = true};
    for (int i = 0; i < 3 && p->products[i]; i++) {
        struct order_line *l = &o->lines[o->line_count++];
        l->product = find(d, p->products[i]);
        l->quantity = p->quantities[i];
        l->price = l->product->price * 100;
        o->goods += l->price * l->quantity;
    }
    o->amount = o->goods;
    c->won_count++;
    c->won_total += o->amount;
    c->last_won = o->at;
}

void plan_story(struct demo *d, struct customer *c)
{
    bool wang = c->index == 0;
    c->name = wang ? S("小王") : S("小李");
    c->nickname = wang ? S("喝茶的小王") : S("小李逛好物");
    c->who = (struct person){
        .name = c->name,
        .latin = wang ? S("xiaowang") : S("xiaoli"),
        .surname = wang ? S("王") : S("李"),
        .given = wang ? S("王") : S("李"),
        .gender = wang ? MALE : FEMALE,
        .decade = wang ? 2 : 3,
        .birth_year = wang ? 1986 : 1994,
    };
    c->city = &d->m.cities[wang ? 0 : 6];
    c->region = c->city->province;
    c->city_name = c->city->name;
    c->postcode = c->city->postcode;
    c->district = c->city->districts.at[0];
    c->street = wang ? S("文三路 199 号桂花园 3 幢 2 单元 602 室")
                     : S("滨江大道 1088 号翡翠湾 8 幢 1501 室");
    c->phone = make_mobile(d);
    c->wechat = make_wechat(d, &c->dice, &c->who);
    c->source = wang ? S("store") : S("xiaohongshu");
    c->owner = staff_find(d, wang ? "wu" : "xu");
    c->channel = wang ? S("store") : S("mini_program");
    c->stage = STAGE_REPEAT;
    c->notes = wang ? S("老茶客，懂行，每次都到店里试了再买。")
                    : S("家居博主，微博、抖音粉丝几百万。晒过两次我们的茶具，当天小程序访问翻了三倍"
                        "。合作要先打招呼，别群发。");
    for (size_t i = 0; wang && i < sizeof WANG / sizeof *WANG; i++)
        buy(d, c, &WANG[i]);
    for (size_t i = 0; !wang && i < sizeof LI / sizeof *LI; i++)
        buy(d, c, &LI[i]);
    plan_talks(d, c);
}
