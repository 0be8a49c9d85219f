#include <math.h>

#include "model/field/types.h"

/* Minor units of a currency: ISO 4217, those that differ from 2. */
static unsigned exponent(str currency)
{
    static const char *const none[] = {"JPY", "KRW", "VND", "CLP", "ISK",
                                       "PYG", "UGX", "XAF", "XOF"};
    static const char *const three[] = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        if (str_eqz(currency, none[i]))
            return 0;
    for (size_t i = 0; i < sizeof three / sizeof *three; i++)
        if (str_eqz(currency, three[i]))
            return 3;
    return 2;
}

/* Minor units; a thousand such amounts still add up in 64 bits. */
#define MOST INT64_C(900000000000000)

static bool currency_ok(str s)
{
    if (s.n != 3)
        return false;
    for (size_t i = 0; i < 3; i++)
        if (s.p[i] < 'A' || s.p[i] > 'Z')
            return false;
    return true;
}

static err_t
load_money(struct model *m, struct field *f, const json_t *d, struct problems *problems, str at)
{
    f->currency = arena_str(m->arena, json_get_str(d, "currency"));
    if (f->currency.n && !currency_ok(f->currency)) {
        problem_add(problems, pointer_join(m->arena, at, S("currency")), "invalid_currency", NULL);
        return ERR_INVALID;
    }
    const json_t *min = json_object_get(d, "min"), *max = json_object_get(d, "max");
    f->has_min = json_is_number(min);
    f->has_max = json_is_number(max);
    f->min = json_number_value(min);
    f->max = json_number_value(max);
    return OK;
}

static err_t set(const struct field *f,
                 const struct field_context *c,
                 int64_t amount,
                 str currency,
                 value *cells)
{
    if (!currency.n)
        currency = f->currency.n ? f->currency : c->currency;
    if (!currency_ok(currency) || (f->currency.n && !str_eq(currency, f->currency))) {
        field_problem(c, "invalid_currency", currency, f->currency);
        return ERR_INVALID;
    }
    if (amount > MOST || amount < -MOST) {
        field_problem(c, "too_large", S("9 000 000 000 000"), (str){0});
        return ERR_INVALID;
    }
    if ((f->has_min && (double)amount < f->min) || (f->has_max && (double)amount > f->max)) {
        bool small = f->has_min && (double)amount < f->min;
        field_problem(c, small ? "too_small" : "too_large",
                      arena_printf(c->arena, "%.2f", (small ? f->min : f->max) / 100), (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_INT(amount);
    cells[1] = V_TEXT(arena_str(c->arena, currency));
    return OK;
}

static err_t
read_money(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    const json_t *amount = json_object_get(j, "amount"), *currency = json_object_get(j, "currency");
    size_t known = (amount ? 1u : 0u) + (currency ? 1u : 0u);
    if (!json_is_object(j) || !json_is_integer(amount) || (currency && !json_is_string(currency)) ||
        json_object_size(j) != known) {
        field_problem(c, "wrong_type", S("{amount, currency}"), (str){0});
        return ERR_INVALID;
    }
    return set(f, c, json_integer_value(amount), json_str(currency), cells);
}

/* "¥1,234.50", "USD 99", "1234.5元", "1.2万" */
static err_t parse_money(const struct field *f, const struct field_context *c, str s, value *cells)
{
    static const struct {
        const char *mark, *currency;
    } marks[] = {{"￥", "CNY"},  {"¥", "CNY"}, {"元", "CNY"}, {"HK$", "HKD"}, {"NT$", "TWD"},
                 {"US$", "USD"}, {"$", "USD"}, {"€", "EUR"},  {"£", "GBP"}};
    str currency = {0}, digits = s;
    double scale = 1, v;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        str mark = str_from(marks[i].mark);
        if (str_starts(digits, mark) || str_ends(digits, mark)) {
            currency = str_from(marks[i].currency);
            digits = str_starts(digits, mark) ? str_cut(digits, mark.n, digits.n)
                                              : str_cut(digits, 0, digits.n - mark.n);
            break;
        }
    }
    digits = str_trim(digits);
    if (!currency.n && digits.n > 3 && currency_ok(str_cut(digits, 0, 3))) {
        currency = str_cut(digits, 0, 3);
        digits = str_trim(str_cut(digits, 3, digits.n));
    } else if (!currency.n && digits.n > 3 &&
               currency_ok(str_cut(digits, digits.n - 3, digits.n))) {
        currency = str_cut(digits, digits.n - 3, digits.n);
        digits = str_trim(str_cut(digits, 0, digits.n - 3));
    }
    if (str_ends(digits, S("万"))) {
        scale = 10000;
        digits = str_cut(digits, 0, digits.n - 3);
    }
    char plain[64];
    size_t n = 0;
    for (size_t i = 0; i < digits.n && n + 1 < sizeof plain; i++)
        if (digits.p[i] != ',' && digits.p[i] != ' ')
            plain[n++] = digits.p[i];
    if (str_to_real((str){plain, n}, &v) != OK || fabs(v * scale) > 9e12) {
        field_problem(c, "invalid_number", s, (str){0});
        return ERR_INVALID;
    }
    str known = currency.n ? currency : f->currency.n ? f->currency : c->currency;
    return set(f, c, (int64_t)llround(v * scale * pow(10, exponent(known))), currency, cells);
}

static void write_money(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_open(w, '{');
    jw_key(w, S("amount"));
    jw_int(w, cells[0].i);
    jw_key(w, S("currency"));
    if (cells[1].kind == VALUE_TEXT)
        jw_str(w, cells[1].s);
    else
        jw_null(w);
    jw_close(w, '}');
}

static str format_money(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    str currency = cells[1].kind == VALUE_TEXT ? cells[1].s : c->currency;
    unsigned digits = exponent(currency);
    return arena_printf(c->arena, "%.*f " STR_FMT, (int)digits,
                        (double)cells[0].i / pow(10, digits), STR_ARG(currency));
}

static void schema_money(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "object", NULL);
    jw_key(w, S("required"));
    jw_raw(w, S("[\"amount\"]"));
    jw_key(w, S("additionalProperties"));
    jw_bool(w, false);
    jw_key(w, S("properties"));
    jw_raw(w, S("{\"amount\":{\"type\":\"integer\",\"description\":\"minor units\"},"
                "\"currency\":{\"type\":[\"string\",\"null\"],\"description\":\"ISO 4217\"}}"));
}

const struct field_type FIELD_MONEY = {
    .name = "money",
    .parts = {{"", NULL, STORE_INT}, {"_currency", "currency", STORE_TEXT}},
    .part_count = 2,
    .sortable = true,
    .load = load_money,
    .read = read_money,
    .write = write_money,
    .parse = parse_money,
    .format = format_money,
    .schema = schema_money,
};
