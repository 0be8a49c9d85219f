/* Whatever bytes come in, the text room answers with UTF-8, with terms that are safe in both
 * databases, and with itself when asked twice. */
#include "base/str.h"
#include "text/linkage.h"
#include "text/text.h"
#include "fuzz.h"

enum { ARENA_BYTES = 256 << 20, PHONES = 4, INPUT_MAX = 64 << 10 };

static void must(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "broken: %s\n", what);
    abort();
}

static bool is_safe_term(str term)
{
    for (size_t i = 0; i < term.n; i++) {
        char c = term.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80 ||
              memchr("^$_=", c, 4)))
            return false;
    }
    return term.n > 0 && utf8_valid(term);
}

static void check_terms(struct arena *arena, str s, enum text_kind kind)
{
    struct text_terms terms = {.arena = arena};
    text_index_terms(&terms, s, kind);
    for (size_t i = 0; i < terms.list.n; i++)
        must(is_safe_term(terms.list.at[i]), "term");
    for (enum text_tier tier = TEXT_EXACT; tier <= TEXT_TYPOS; tier++) {
        must(utf8_valid(text_query_fts5(
                 arena, s, (struct text_among){TEXT_OTHERS, {S("order"), S("_a1")}}, tier)),
             "fts5");
        struct text_tsquery q = text_query_tsquery(
            arena, s, (struct text_among){TEXT_OTHERS, {S("order"), S("_a1")}}, tier);
        must(utf8_valid(q.within[0]) && utf8_valid(q.within[1]) && utf8_valid(q.any), "tsquery");
    }
    int score = text_match(arena, s, s, kind);
    must(score == 0 || score >= 990 || s.n > 200, "matches itself");
}

static void check_phone(struct arena *arena, str s)
{
    struct text_phone phones[PHONES];
    if (text_phone_parse(s, "CN", &phones[0])) {
        struct text_phone again;
        str e164 = str_from(phones[0].e164);
        must(text_phone_parse(e164, "CN", &again) && str_eqz(e164, again.e164), "phone again");
        text_phone_mask(arena, e164);
        text_phone_format(arena, e164, "CN");
    }
    must(text_phone_find(s, "CN", phones, PHONES) <= PHONES, "phones");
    text_phone_mask(arena, s);
    text_phone_format(arena, s, "CN");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    str s = {(const char *)bytes, n > INPUT_MAX ? INPUT_MAX : n}, email;
    struct text_address address;
    AUTO_ARENA arena = arena_new(ARENA_BYTES);
    str clean = text_clean(arena, s), fold = text_fold(arena, s);
    must(utf8_valid(clean) && str_eq(text_clean(arena, clean), clean), "clean");
    must(utf8_valid(fold) && utf8_valid(text_pinyin(arena, s, true)), "fold");
    must(utf8_valid(text_sort_key(arena, s, false)), "sort key");
    for (enum text_kind kind = TEXT_NAME; kind <= TEXT_CODE; kind++)
        check_terms(arena, s, kind);
    check_phone(arena, s);
    if (text_email_parse(arena, s, &email))
        must(text_email_parse(arena, email, &email), "e-mail again");
    text_email_mask(arena, s);
    must(utf8_valid(text_company_core(arena, s)), "company");
    text_address_split(arena, s, &address);
    must(utf8_valid(address.street), "street");
    struct link_record record = {s, s, s, s, s, s};
    const struct link_person *person = link_prepare(arena, &record);
    struct link_result result;
    str keys[LINK_KEYS];
    link_keys(arena, person, keys);
    link_compare(arena, person, person, &result);
    must(result.posterior >= 0 && result.posterior <= 1, "posterior");
    return 0;
}
