/* What stands in a phone's cell, or one of WeChat ids, beside its numbers: accounts, e-mail
 * addresses, names, extensions. */
#include "core/import_reading.h"

enum { LEAST_DIGITS = 5 }; /* of a number that is looked for in its text */

bool import_free(struct import_reading *r, const struct field *f)
{
    const struct import_line *line = r->line;
    for (size_t i = 0; i < r->work->map.count; i++) {
        const struct import_column *col = &r->work->map.columns[i];
        bool says = col->target.field == f && col != r->column;
        for (size_t k = 0; k < col->split.n; k++)
            says = says || col->split.at[k].field == f;
        str text = col->index < line->cell_count ? text_trim(line->cells[col->index]) : (str){0};
        if (says && (!import_blank(text) || col->fallback.n))
            return false;
    }
    return import_settable(r->ctx, f) && !import_line_has(line, f);
}

/* ---- where it goes ---- */

static void
tell(struct import_reading *r, const struct field *f, str words, const struct field *place)
{
    const char *code = f->wechat_id ? "import_no_wechat" : "import_other_account";
    import_remark(r->ctx, r->line, code, words);
    r->line->problems.at[r->line->problems.n - 1].problem.args[1] = place->label.text[r->ctx->lang];
    import_repaired(r);
}

/* The first free field of the kind that takes it. */
static bool
to_field(struct import_reading *r, const struct field *phone, bool wechat, str text, str words)
{
    const struct object *o = phone->object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        struct problems problems = {.arena = r->ctx->arena};
        struct field_context context = ctx_field(r->ctx, f->name);
        value cells[FIELD_PARTS] = {0};
        context.problems = &problems;
        if (!(wechat ? f->wechat_id : str_eqz(S("email"), f->type->name)) || !import_free(r, f) ||
            field_parse(f, &context, text, cells) != OK || cells[0].kind == VALUE_NULL)
            continue;
        memcpy(import_cells_of(r, f), cells, f->column_count * sizeof *cells);
        if (r->column)
            *VEC_PUSH(r->ctx->arena, r->line->spread) = (struct import_spread){r->column->index, f};
        tell(r, phone, words, f);
        return true;
    }
    return false;
}

/* The whole cell, once. */
static bool to_notes(struct import_reading *r, const struct field *phone, str text, str words)
{
    const struct field *notes = r->work->notes;
    if (!notes)
        return false;
    value had = import_given(r->line, notes, 0);
    if (had.kind != VALUE_TEXT || str_find(had.s, text) == SIZE_MAX)
        import_keep_text(r, text);
    tell(r, phone, words, notes);
    return true;
}

/* ---- e-mail addresses ---- */

static bool in_mail(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-' || c == '+';
}

/* ---- words ---- */

static bool is_edge(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '-' || c == ':' || c == '(' || c == ')' || c == '.' ||
           c == '[' || c == ']' || c == '*' || c == 0x3010 || c == 0x3011;
}

static bool is_end(uint32_t c)
{
    return c == ',' || c == ';' || c == '/' || c == '|' || c == '\n' || c == '\r' || c == 0x3001 ||
           c == 0x3002;
}

/* The next words between commas, without the signs around them. */
static bool next_words(str *rest, str *out)
{
    str s = *rest, words = {0};
    if (!s.n)
        return false;
    size_t n = 0;
    while (s.n) {
        size_t before = s.n;
        uint32_t c = utf8_next(&s);
        if (is_end(c))
            break;
        n += before - s.n;
        if (is_edge(c) && !words.n)
            continue;
        if (!words.n)
            words.p = rest->p + n - (before - s.n);
        if (!is_edge(c) || c == '-')
            words.n = (size_t)(rest->p + n - words.p);
    }
    *rest = s;
    *out = words;
    return true;
}

/* "电话", "Tel", "手机1": it says nothing more than the column. */
static bool is_label(struct arena *arena, str words)
{
    static const char *const labels[] = {
        "电话",     "電話",     "手机",     "手機",     "座机",     "座機",      "固话",
        "号码",     "號碼",     "联系电话", "联系方式", "聯絡電話", "手机号",    "手机号码",
        "电话号码", "移动电话", "行動電話", "办公电话", "邮箱",     "电子邮箱",  "邮件",
        "信箱",     "email",    "e-mail",   "mail",     "tel",      "telephone", "phone",
        "mobile",   "cell",     "mob",      "ph",       "m",        "t",         "或",
        "和",       "及",       "or",       "and",      "&",
    };
    str folded = text_fold(arena, words);
    while (folded.n && ((folded.p[folded.n - 1] >= '1' && folded.p[folded.n - 1] <= '9') ||
                        is_edge((unsigned char)folded.p[folded.n - 1])))
        folded.n--;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (str_eqz(folded, labels[i]))
            return true;
    return false;
}

static bool says_something(struct arena *arena, str rest)
{
    str words;
    while (next_words(&rest, &words))
        if (words.n && !is_label(arena, words))
            return true;
    return false;
}

str import_take_mails(struct import_reading *r, const struct field *phone, str text)
{
    struct arena *arena = r->ctx->arena;
    str rest = import_half_width(arena, text);
    size_t at, taken = 0;
    while ((at = str_find_byte(rest, '@')) < rest.n) {
        size_t from = at, to = at + 1;
        while (from && in_mail(rest.p[from - 1]))
            from--;
        while (to < rest.n && in_mail(rest.p[to]))
            to++;
        str mail = str_cut(rest, from, to);
        if (from == at || str_find_byte(str_cut(rest, at, to), '.') >= to - at ||
            !(to_field(r, phone, false, mail, mail) || to_notes(r, phone, text, mail)))
            break;
        rest = arena_printf(arena, STR_FMT "\n" STR_FMT, STR_ARG(str_cut(rest, 0, from)),
                            STR_ARG(str_cut(rest, to, rest.n)));
        taken++;
    }
    return !taken ? text : says_something(arena, rest) ? rest : (str){0};
}

bool import_wechat_in(struct arena *arena, str words, str *account)
{
    static const char *const heads[] = {"微信号", "微信", "薇信", "wechat",
                                        "weixin", "v信",  "wx",   "vx"};
    str folded = text_fold(arena, words);
    for (size_t i = 0; i < sizeof heads / sizeof *heads && folded.n == words.n; i++) {
        str head = str_from(heads[i]);
        if (!str_starts(folded, head))
            continue;
        str rest = str_trim(str_cut(words, head.n, words.n));
        *account = str_trim(str_cut(rest, str_starts(rest, S(":")), rest.n));
        return account->n > 0;
    }
    return false;
}

bool import_says_same_number(struct arena *arena, str words)
{
    static const char *const all[] = {
        "微信同号",   "微信同號",   "同微信",       "手机同微信",     "手机号同微信",
        "电话同微信", "微信同手机", "微信同手机号", "微信号同手机号", "微信号同手机",
        "微信同电话", "微信同步",   "手机微信同号", "电话微信同号",   "微信手机同号",
        "微信号同号", "vx同号",     "wx同号",       "v信同号",        "wechat同号",
    };
    str folded = text_fold(arena, words);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_eqz(folded, all[i]))
            return true;
    return false;
}

/* "QQ 12345678", "q:12345678". */
static bool is_qq(struct arena *arena, str words)
{
    str s = text_fold(arena, words);
    if (str_starts(s, S("扣扣")))
        return true;
    size_t q = str_starts(s, S("qq")) ? 2 : str_starts(s, S("q")) ? 1 : 0;
    return q && (q == s.n || s.p[q] < 'a' || s.p[q] > 'z');
}

static bool speaks_of_account(struct arena *arena, str rest)
{
    str words, account;
    while (next_words(&rest, &words))
        if (import_wechat_in(arena, words, &account) || is_qq(arena, words))
            return true;
    return false;
}

str import_account_of(struct arena *arena, str e164)
{
    str number = arena_str(arena, e164);
    return str_cut(number, str_starts(number, S("+86")) ? 3 : 1, number.n);
}

static str account_of(struct arena *arena, const struct text_phone *all, size_t n)
{
    if (!n || (n > 1 && all[1].mobile))
        return (str){0};
    return import_account_of(arena, str_from(all[0].e164));
}

/* ---- the text without its numbers ---- */

static size_t over_signs(str text, size_t at)
{
    while (at < text.n) {
        str rest = str_cut(text, at, text.n);
        uint32_t c = utf8_next(&rest);
        if (!(c == ' ' || c == '-' || c == '(' || c == ')' || c == '.' || c == 0xb7 ||
              (c >= 0x2010 && c <= 0x2015) || c == 0x2212))
            break;
        at = text.n - rest.n;
    }
    return at;
}

/* Where the digits end that begin here; 0: others are here. */
static size_t digits_at(str text, size_t at, str digits)
{
    for (size_t i = 0; i < digits.n; i++) {
        at = i ? over_signs(text, at) : at;
        if (at >= text.n || text.p[at] != digits.p[i])
            return 0;
        at++;
    }
    return at;
}

static size_t before_signs(str text, size_t at)
{
    while (at && memchr(" -().+0", text.p[at - 1], 7))
        at--;
    return at;
}

/* The number begins before its own digits: "+86 138…", "(0574) 8765…". */
static size_t begin_of(str text, size_t at, str country)
{
    size_t from = before_signs(text, at);
    if (country.n && str_ends(str_cut(text, 0, from), country))
        from = before_signs(text, from - country.n);
    return from && text.p[from - 1] >= '0' && text.p[from - 1] <= '9' ? at : from;
}

static str cut_number(struct arena *arena, str text, const struct text_phone *phone)
{
    str digits = str_cut(str_from(phone->e164), 1, SIZE_MAX);
    for (size_t skip = 0; skip + LEAST_DIGITS <= digits.n; skip++)
        for (size_t at = 0; at < text.n; at++) {
            size_t end = digits_at(text, at, str_cut(digits, skip, digits.n));
            if (!end)
                continue;
            size_t from = begin_of(text, at, str_cut(digits, 0, skip));
            return arena_printf(arena, STR_FMT "\n" STR_FMT, STR_ARG(str_cut(text, 0, from)),
                                STR_ARG(str_cut(text, end, text.n)));
        }
    return text;
}

/* "13800138000.0", "1.3800138000E+10": a number as spreadsheets write it. */
static bool is_figure(str text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!memchr("0123456789.eE+", text.p[i], 14))
            return false;
    return true;
}

bool import_take_words(struct import_reading *r,
                       const struct field *phone,
                       str text,
                       str rest,
                       const struct text_phone *all,
                       size_t phone_count)
{
    struct arena *arena = r->ctx->arena;
    str account, words;
    bool understood = phone_count || !str_eq(rest, text), any = false;
    rest = str_trim(import_half_width(arena, rest));
    if ((phone_count && is_figure(rest)) || (!understood && !speaks_of_account(arena, rest)))
        return false;
    for (size_t i = 0; i < phone_count; i++)
        rest = cut_number(arena, rest, &all[i]);
    while (next_words(&rest, &words)) {
        if (!words.n || is_label(arena, words))
            continue;
        if (import_says_same_number(arena, words))
            account = account_of(arena, all, phone_count);
        else if (!import_wechat_in(arena, words, &account))
            account = (str){0};
        if ((account.n && to_field(r, phone, true, account, words)) ||
            to_notes(r, phone, text, words))
            any = true;
        else if (phone_count)
            import_lost(r->ctx, r->line, "import_left_out", words);
    }
    return any;
}
