#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "main/demo/world.h"

/* Yuan for one unit of the currency, on average over the window. */
static double base_rate(str currency)
{
    static const struct {
        const char *code;
        double rate;
    } rates[] = {{"USD", 7.12}, {"EUR", 7.78}, {"GBP", 9.12}, {"AUD", 4.66}, {"CAD", 5.18}};
    for (size_t i = 0; i < sizeof rates / sizeof *rates; i++)
        if (str_eqz(currency, rates[i].code))
            return rates[i].rate;
    return 1;
}

/* The same for everybody on a day: a slow wave of two per cent. */
static double rate_on(str currency, int64_t day)
{
    double rate = base_rate(currency);
    if (rate != 1)
        rate *= 1 + 0.02 * sin((double)day / 57 + rate);
    return round(rate * 10000) / 10000;
}

static str currency_of(const struct customer *c)
{
    return c->country ? c->country->currency : S("CNY");
}

const struct product *product_pick(struct demo *d, struct luck *dice, bool gift)
{
    for (int tries = 0;; tries++) {
        const struct product *p =
            &d->m.products[luck_pick(dice, d->m.product_upto, d->m.product_count)];
        if (!gift || p->gift || tries > 20)
            return p;
    }
}

/* The two festival boxes are sold before their festival only. */
static bool in_season(const struct product *p, int64_t day)
{
    if (str_eqz(p->code, "YF-LH-003"))
        return days_to_autumn(day) <= 60;
    if (str_eqz(p->code, "YF-LH-004"))
        return days_to_spring(day) <= 60;
    return true;
}

static const struct product *choose(struct demo *d, struct customer *c, int64_t day, bool again)
{
    struct luck *dice = &c->dice;
    bool tea_trade = c->kind && str_eqz(c->kind->industry, "food_service");
    bool gift = c->is_company && !c->country && !tea_trade;
    for (int tries = 0;; tries++) {
        const struct product *p = product_pick(d, dice, gift);
        bool fits = in_season(p, day);
        if (again && !p->cycle && !c->is_company && luck_chance(dice, 0.5))
            fits = false; /* who comes back comes for what is used up */
        if (c->country && c->is_company && str_eqz(p->category, "礼盒"))
            fits = false;
        if (tea_trade && !str_eqz(p->category, "茶具") && !str_eqz(p->category, "茶叶"))
            fits = false;
        if (fits || tries > 30)
            return p;
    }
}

static int quantity(struct customer *c, const struct product *p)
{
    struct luck *dice = &c->dice;
    if (c->country && c->is_company)
        return 50 * luck_range(dice, 2, p->price > 250 ? 8 : 24);
    if (c->kind && str_eqz(c->kind->industry, "food_service"))
        return luck_range(dice, 3, p->price > 300 ? 12 : 48);
    if (c->is_company)
        return 10 * luck_range(dice, 2, p->price > 400 ? 12 : 30);
    return luck_chance(dice, 0.76) ? 1 : luck_chance(dice, 0.75) ? 2 : luck_range(dice, 3, 6);
}

static void add_line(struct demo *d, struct customer *c, struct order *o, int64_t day, bool again)
{
    const struct product *p = choose(d, c, day, again);
    for (size_t i = 0; i < o->line_count; i++)
        if (o->lines[i].product == p)
            return;
    struct order_line *l = &o->lines[o->line_count++];
    *l = (struct order_line){.product = p, .quantity = quantity(c, p), .price = p->price * 100};
    if (c->country) {
        double share = c->is_company ? 0.46 : 1.15;
        double price = p->price * share / base_rate(c->country->currency);
        l->price = (int64_t)(round(price * 20) * 5); /* to 0.05 */
    } else if (c->is_company) {
        l->discount = l->quantity >= 200 ? 0.25 : l->quantity >= 60 ? 0.18 : 0.1;
    }
    o->goods += llround((double)(l->price * l->quantity) * (1 - l->discount));
}

static bool big_sale(int64_t day)
{
    struct civil c = civil_from_day(day);
    return (c.month == 11 && c.day <= 11) || (c.month == 6 && c.day <= 18);
}

static void fill_order(struct demo *d, struct customer *c, struct order *o, bool again)
{
    struct luck *dice = &c->dice;
    int64_t day = local_day(o->at);
    int lines = c->country && c->is_company ? luck_range(dice, 2, 5)
                : c->is_company             ? luck_range(dice, 1, 3)
                                : 1 + (luck_chance(dice, 0.38) ? luck_range(dice, 1, 3) : 0);
    for (int i = 0; i < lines; i++)
        add_line(d, c, o, day, again);
    if (!c->is_company && !c->country) {
        if (big_sale(day))
            o->off = o->goods / 30000 * 4000; /* 40 yuan off every 300 */
        else if (o->goods >= 20000 && luck_chance(dice, 0.14))
            o->off = 2000;
        o->shipping = o->goods - o->off >= 9900 ? 0 : 1000;
    } else if (c->country && !c->is_company) {
        o->shipping = 1800;
    }
    o->amount = o->goods - o->off + o->shipping;
    /* Old orders are settled; a few were cancelled or sent back. */
    o->won = luck_chance(dice, 0.95);
}

/* How long until the first order, in days. */
static double first_wait(struct customer *c)
{
    struct luck *dice = &c->dice;
    if (c->migrated)
        return luck_exponential(dice, 90);
    if (c->is_company)
        return 8 + luck_gamma(dice, 2, c->country ? 20 : 12);
    return luck_chance(dice, 0.5) ? 0 : luck_exponential(dice, 12);
}

void plan_orders(struct demo *d, struct customer *c)
{
    struct luck *dice = &c->dice;
    double buys = !c->is_company ? (c->country ? 0.6 : 0.74) : c->country ? 0.46 : 0.55;
    if (!luck_chance(dice, buys))
        return;
    double yearly = c->is_company ? 0.5 + luck_gamma(dice, 1.2, c->country ? 1.8 : 1.2)
                                  : 0.2 + luck_gamma(dice, 1.05, 1.9);
    double life = luck_exponential(dice, c->is_company ? 760 : 460) + 20;
    const double *season = c->is_company ? d->company_season : d->person_season;
    double most = c->is_company ? 3 : 5;
    double day = (double)(local_day(c->created) - d->first_day) + first_wait(c), end = day + life;
    bool first = true;
    while (c->order_count < MOST_ORDERS) {
        if (!first)
            day += luck_exponential(dice, 365 / (yearly * most));
        if (day >= (double)d->days || day > end)
            break;
        if (!first && !luck_chance(dice, season[(size_t)day] / most))
            continue;
        int64_t local = d->first_day + (int64_t)day;
        int64_t at = c->is_company ? office_time(dice, local) : shopping_time(dice, local);
        if (at < c->created)
            at = c->created + 20 * CLOCK_MINUTE;
        first = false;
        if (at > d->options->now - CLOCK_MINUTE)
            break;
        struct order *o = &c->orders[c->order_count++];
        *o = (struct order){.at = at};
        fill_order(d, c, o, c->order_count > 1);
    }
    for (size_t i = 0; i < c->order_count; i++)
        if (c->orders[i].won) {
            double rate = rate_on(currency_of(c), local_day(c->orders[i].at));
            c->won_count++;
            c->won_total += llround((double)c->orders[i].amount * rate);
            c->last_won = c->orders[i].at;
        }
}

/* Waybills as the carriers write them: letters, then so many digits. */
static void put_parcel(struct demo *d, struct customer *c, json_t *r)
{
    static const struct carrier {
        const char *name, *letters;
        int digits;
    } home[] = {{"顺丰", "SF", 13}, {"圆通", "YT", 13}, {"中通", "7", 13}, {"京东物流", "JD0", 12}},
      sea = {"中远海运", "COSU", 10}, air = {"DHL", "", 10};
    static const unsigned upto[] = {50, 65, 82, 100};
    const struct carrier *by = !c->country     ? &home[luck_pick(&c->dice, upto, 4)]
                               : c->is_company ? &sea
                                               : &air;
    unsigned long long most = 1;
    for (int i = 0; i < by->digits; i++)
        most *= 10;
    putz(r, "carrier", by->name);
    put(r, "tracking",
        arena_printf(d->scratch, "%s%0*llu", by->letters, by->digits,
                     (unsigned long long)luck_next(&c->dice) % most));
}

/* State and its instants by age. Returns the instant of the last change. */
static int64_t put_state(struct demo *d, struct customer *c, const struct order *o, json_t *r)
{
    struct luck *dice = &c->dice;
    bool company = c->is_company, abroad = c->country != NULL;
    int64_t now = d->options->now;
    int64_t paid = o->at + (company ? luck_range(dice, 1, 6) * CLOCK_DAY
                                    : luck_range(dice, 1, 25) * CLOCK_MINUTE);
    int packed = !company ? luck_range(dice, 0, 2)
                 : abroad ? luck_range(dice, 25, 45)
                          : luck_range(dice, 3, 12);
    int64_t shipped = paid + packed * CLOCK_DAY + luck_range(dice, 2, 20) * CLOCK_HOUR;
    int64_t done = shipped + luck_range(dice, company ? 6 : 2, company ? 30 : 8) * CLOCK_DAY;
    int64_t cancelled = o->at + luck_range(dice, 1, 40) * CLOCK_HOUR;
    if (!o->won && luck_chance(dice, 0.6)) {
        putz(r, "state", cancelled < now ? "cancelled" : "open");
        return cancelled < now ? cancelled : o->at;
    }
    if (paid > now) {
        putz(r, "state", "open");
        return o->at;
    }
    put_instant(r, "paid_at", paid);
    if (shipped < now) {
        put_instant(r, "shipped_at", shipped);
        put_parcel(d, c, r);
    }
    bool finished = done < now;
    if (finished && o->won)
        put_instant(r, "done_at", done);
    putz(r, "state",
         finished && !o->won ? "refunded"
         : finished          ? "done"
         : shipped < now     ? "shipped"
                             : "paid");
    return finished ? done : shipped < now ? shipped : paid;
}

static const char *payment_of(struct customer *c)
{
    if (c->country)
        return c->is_company ? "tt" : "paypal";
    if (c->is_company)
        return "transfer";
    return luck_chance(&c->dice, 0.5) ? "wechat" : "alipay";
}

static err_t emit_lines(struct demo *d, struct customer *c, const struct order *o, int64_t order)
{
    for (size_t i = 0; i < o->line_count; i++) {
        const struct order_line *l = &o->lines[i];
        json_t *r = json_object();
        put_id(r, "customer", c->id);
        put_id(r, "order", order);
        put_id(r, "product", l->product->id);
        put(r, "name",
            c->country && l->product->english.n ? l->product->english : l->product->name);
        put_int(r, "quantity", l->quantity);
        put(r, "unit", c->country ? S("pcs") : l->product->unit);
        put_money(r, "price", l->price, currency_of(c).p);
        if (l->discount > 0)
            json_object_set_new_nocheck(r, "discount", json_real(l->discount));
        put_money(r, "amount", llround((double)(l->price * l->quantity) * (1 - l->discount)),
                  currency_of(c).p);
        put_int(r, "position", (int64_t)i + 1);
        int64_t id;
        TRY(emit_new(d, "order_line", o->at, c->owner->id, r, &id));
    }
    return OK;
}

static err_t emit_order(struct demo *d, struct customer *c, const struct order *o)
{
    json_t *r = json_object();
    int64_t day = local_day(o->at), id = next_id(d, o->at);
    struct civil date = civil_from_day(day);
    put_id(r, "customer", c->id);
    put(r, "number",
        arena_printf(d->scratch, "SO%04d%02d%02d%05llu", date.year, date.month, date.day,
                     (unsigned long long)++d->orders));
    put_instant(r, "placed_at", o->at);
    put_money(r, "amount", o->amount, currency_of(c).p);
    if (c->country)
        json_object_set_new_nocheck(r, "rate", json_real(rate_on(currency_of(c), day)));
    if (o->off)
        put_money(r, "discount", o->off, currency_of(c).p);
    if (o->shipping)
        put_money(r, "shipping", o->shipping, currency_of(c).p);
    put(r, "channel", c->channel);
    int64_t updated = put_state(d, c, o, r);
    if (json_object_get(r, "paid_at"))
        putz(r, "payment", payment_of(c));
    if (!c->is_company)
        put(r, "receiver", c->who.name);
    put_owner(r, c->owner);
    TRY(emit_as(d, "order", id, o->at, updated, c->owner->id, r));
    return emit_lines(d, c, o, id);
}

err_t emit_orders(struct demo *d, struct customer *c)
{
    for (size_t i = 0; i < c->order_count; i++)
        TRY(emit_order(d, c, &c->orders[i]));
    return OK;
}
