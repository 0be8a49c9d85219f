#include "text/linkage.h"

#include <math.h>

#include "text/linkage_weights.h"
#include "text/names.h"
#include "text/pinyin.h"
#include "text/words.h"

enum {
    PHONE_TAIL = 8,
    PHONE_SHORT_TAIL = 4,
    PHONE_HEAD = 7,
    PHONE_MIN = 6,
    TEXT_MIN = 3,
    WECHAT_END = 5
};

struct link_person {
    str raw_name;
    struct name name;
    str phone;   /* digits of the national number */
    str email;   /* lower case */
    str local;   /* letters and digits before the @ */
    str wechat;  /* lower case */
    str company; /* core */
    str street;  /* without divisions, letters, digits and Han only */
    str last;    /* last character of a Han name, for nicknames */
};

static str national_digits(struct arena *arena, str s, const char *region)
{
    struct text_phone phone;
    if (text_phone_find(s, region ? region : "CN", &phone, 1)) {
        str e164 = str_from(phone.e164);
        bool china = str_starts(e164, S("+86"));
        return arena_str(arena, str_cut(e164, china ? 3 : 1, e164.n));
    }
    /* mistyped ones are compared as they are, without the country */
    str digits = words_joined(arena, text_fold(arena, s), false);
    if (!is_digits(digits))
        return (str){0};
    if (str_starts(digits, S("0086")))
        return str_cut(digits, 4, digits.n);
    return str_starts(digits, S("86")) && digits.n > 11 ? str_cut(digits, 2, digits.n) : digits;
}

static str street_of(struct arena *arena, str s)
{
    struct text_address parts;
    text_address_split(arena, s, &parts);
    return words_joined(arena, text_fold(arena, parts.street), true);
}

static str last_char(str han)
{
    size_t at = han.n;
    while (at > 0 && ((unsigned char)han.p[--at] & 0xC0) == 0x80)
        ;
    return str_cut(han, at, han.n);
}

const struct link_person *link_prepare(struct arena *arena, const struct link_record *r)
{
    struct link_person *p = ARENA_NEW(arena, struct link_person);
    p->raw_name = r->name;
    p->name = name_read(arena, r->name);
    p->phone = national_digits(arena, r->phone, r->region);
    p->email = text_fold(arena, r->email);
    size_t at = str_find_byte(p->email, '@');
    p->local = words_joined(arena, str_cut(p->email, 0, at), false);
    p->wechat = text_fold(arena, r->wechat);
    p->company = text_company_core(arena, r->company);
    p->street = street_of(arena, r->address);
    if (p->name.han && p->name.title.n == 0)
        p->last = last_char(p->name.plain);
    return p;
}

/* ---- levels ---- */

static enum link_level compare_names(struct arena *arena, str a, str b)
{
    switch (text_names_compare(arena, a, b, NULL)) {
    case TEXT_NAMES_EQUAL:
        return LINK_EQUAL;
    case TEXT_NAMES_SOUND:
        return LINK_SOUNDS;
    case TEXT_NAMES_CONSISTENT:
        return LINK_CONSISTENT;
    case TEXT_NAMES_SIMILAR:
        return LINK_CLOSE;
    case TEXT_NAMES_DIFFER:
        break;
    }
    return LINK_DIFFERS;
}

static enum link_level compare_ids(str a, str b)
{
    if (str_eq(a, b))
        return LINK_EQUAL;
    return is_one_edit(a, b) ? LINK_CLOSE : LINK_DIFFERS;
}

/* One is the beginning or the end of the other, or they look alike. */
static enum link_level compare_texts(str a, str b)
{
    const double alike = 0.93;
    if (str_eq(a, b))
        return LINK_EQUAL;
    str shorter = a.n < b.n ? a : b, longer = a.n < b.n ? b : a;
    bool part =
        shorter.n >= 2 * TEXT_MIN && (str_starts(longer, shorter) || str_ends(longer, shorter));
    return part || text_jaro_winkler(a, b) >= alike ? LINK_CLOSE : LINK_DIFFERS;
}

static void find_levels(struct arena *arena,
                        const struct link_person *a,
                        const struct link_person *b,
                        enum link_level out[static LINK_FIELDS])
{
    memset(out, 0, LINK_FIELDS * sizeof *out); /* all LINK_MISSING */
    if (a->name.plain.n && b->name.plain.n)
        out[LINK_NAME] = compare_names(arena, a->raw_name, b->raw_name);
    if (a->phone.n && b->phone.n)
        out[LINK_PHONE] = compare_ids(a->phone, b->phone);
    if (a->email.n && b->email.n) {
        out[LINK_EMAIL] = compare_ids(a->email, b->email);
        if (out[LINK_EMAIL] == LINK_DIFFERS && a->local.n >= TEXT_MIN && str_eq(a->local, b->local))
            out[LINK_EMAIL] = LINK_CLOSE;
    }
    if (a->wechat.n && b->wechat.n)
        out[LINK_WECHAT] = compare_ids(a->wechat, b->wechat);
    if (a->company.n && b->company.n)
        out[LINK_COMPANY] = compare_texts(a->company, b->company);
    if (a->street.n && b->street.n)
        out[LINK_ADDRESS] = compare_texts(a->street, b->street);
}

void link_compare(struct arena *arena,
                  const struct link_person *a,
                  const struct link_person *b,
                  struct link_result *out)
{
    *out = (struct link_result){0};
    find_levels(arena, a, b, out->levels);
    double sum = log2(link_prior / (1 - link_prior));
    for (size_t f = 0; f < LINK_FIELDS; f++) {
        const double *w = link_weights[f][out->levels[f]];
        if (out->levels[f] != LINK_MISSING)
            out->weights[f] = log2(w[0] / w[1]);
        sum += out->weights[f];
    }
    for (size_t f = LINK_PHONE; f <= LINK_WECHAT; f++)
        out->ids += out->levels[f] == LINK_EQUAL;
    out->posterior = 1 / (1 + exp2(-sum));
}

/* ---- keys ---- */

static void add_key(struct arena *arena, str *out, size_t *n, const char *kind, str a, str b)
{
    if (*n < LINK_KEYS && a.n)
        out[(*n)++] = arena_printf(arena, "%s:" STR_FMT "%s" STR_FMT, kind, STR_ARG(a),
                                   b.n ? ":" : "", STR_ARG(b));
}

static str tail(str s, size_t n)
{
    return s.n > n ? str_cut(s, s.n - n, s.n) : s;
}

/* Ids that WeChat made up itself are long and random: either end will do. */
static void add_wechat(struct arena *arena, str *out, size_t *n, str wechat)
{
    str prefix = S("wxid_"), rest = str_cut(wechat, prefix.n, wechat.n);
    if (!str_starts(wechat, prefix) || rest.n < 2 * WECHAT_END) {
        add_key(arena, out, n, "wechat", wechat, S(""));
        return;
    }
    add_key(arena, out, n, "wxid", str_cut(rest, 0, WECHAT_END), S(""));
    add_key(arena, out, n, "wxend", tail(rest, WECHAT_END), S(""));
}

static void
add_phone(struct arena *arena, str *out, size_t *n, const struct link_person *p, str nick)
{
    str initial = str_cut(p->name.keys[0], 0, 1);
    if (p->phone.n < PHONE_MIN)
        return;
    add_key(arena, out, n, "phone", tail(p->phone, PHONE_TAIL), S(""));
    if (initial.n)
        add_key(arena, out, n, "tail", tail(p->phone, PHONE_SHORT_TAIL), initial);
    if (nick.n)
        add_key(arena, out, n, "head", str_cut(p->phone, 0, PHONE_HEAD), nick);
}

size_t link_keys(struct arena *arena, const struct link_person *p, str out[static LINK_KEYS])
{
    size_t n = 0;
    str nick = p->name.nickname.n ? p->name.nickname : p->last;
    add_phone(arena, out, &n, p, nick);
    if (p->local.n >= TEXT_MIN)
        add_key(arena, out, &n, "email", p->local, S(""));
    add_wechat(arena, out, &n, p->wechat);
    if (p->name.title.n == 0 && p->name.nickname.n == 0) {
        add_key(arena, out, &n, "name", p->name.keys[0], S(""));
        if (!p->name.han && !str_eq(p->name.keys[0], p->name.keys[1]))
            add_key(arena, out, &n, "name", p->name.keys[1], S(""));
    }
    if (p->street.n >= 2 * TEXT_MIN)
        add_key(arena, out, &n, "street", p->street, S(""));
    if (nick.n)
        add_key(arena, out, &n, "given", p->company, nick);
    else if (p->name.title.n)
        add_key(arena, out, &n, "title", p->company, p->name.keys[0]);
    if (p->name.han && p->name.title.n == 0)
        add_key(arena, out, &n, "title", p->company, p->name.surname_key);
    return n;
}
