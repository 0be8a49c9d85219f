/* What stands in the column of WeChat ids: an id, words for "the same as the phone", or a name. */
#include "core/import_reading.h"

/* "同上", "手机号": only in this column do they speak of the phone. */
static bool says_phone(struct arena *arena, str words)
{
    static const char *const all[] = {
        "同",           "同上",     "同号",          "同左",           "同手机",     "同手机号",
        "同手机号码",   "同电话",   "同电话号码",    "手机",           "手机号",     "手机号码",
        "电话",         "电话号码", "就是手机号",    "与手机号相同",   "和手机一样", "和手机号一样",
        "与手机号一致", "same",     "same as phone", "same as mobile", "phone",      "mobile",
    };
    str folded = text_fold(arena, words);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (str_eqz(folded, all[i]))
            return true;
    return import_says_same_number(arena, words);
}

static bool is_id(struct import_reading *r, const struct field *f, str text)
{
    struct problems problems = {.arena = r->ctx->arena};
    struct field_context context = ctx_field(r->ctx, f->name);
    value cells[FIELD_PARTS] = {0};
    context.problems = &problems;
    return field_parse(f, &context, text, cells) == OK;
}

static void tell(struct import_reading *r, str text, const struct field *place)
{
    import_remark(r->ctx, r->line, "import_no_wechat", text);
    r->line->problems.at[r->line->problems.n - 1].problem.args[1] = place->label.text[r->ctx->lang];
    import_repaired(r);
}

static err_t take_id(struct import_reading *r, const struct field *f, str id, str text)
{
    size_t before = r->line->problems.n;
    TRY(import_parse(r, f, id));
    if (!str_eq(id, text) && r->line->problems.n == before)
        import_repaired(r);
    return OK;
}

static bool has_phone(struct import_reading *r, str text)
{
    struct text_phone p = {0};
    return text_phone_find(text, r->ctx->phone_region, &p, 1) > 0 || p.lossy;
}

/* What is no id is what the customer is called there, or goes to the notes with its header. */
static err_t keep(struct import_reading *r, const struct field *f, str text)
{
    const struct field *name = object_field(f->object, S("nickname")), *notes = r->work->notes;
    size_t digits = 0;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    bool qq = str_starts(text_fold(r->ctx->arena, text), S("qq"));
    if (name && !qq && digits < text.n && !has_phone(r, text) && import_free(r, name) &&
        is_id(r, name, text)) {
        TRY(import_parse(r, name, text));
        if (r->column)
            *VEC_PUSH(r->ctx->arena, r->line->spread) =
                (struct import_spread){r->column->index, name};
        tell(r, text, name);
    } else if (notes) {
        import_keep_text(r, import_pair(r->ctx, f->label.text[r->ctx->lang], text));
        tell(r, text, notes);
    } else {
        import_lost(r->ctx, r->line, "import_left_out", text);
    }
    return OK;
}

/* "微信 abc_1001", "139 0013 9003": an account that is written otherwise. */
static err_t
take_number(struct import_reading *r, const struct field *f, str plain, str text, bool *taken)
{
    struct arena *arena = r->ctx->arena;
    struct text_phone phone = {0};
    str words = plain, account;
    if (import_wechat_in(arena, plain, &account))
        words = account;
    bool number = text_phone_parse(words, r->ctx->phone_region, &phone) && phone.mobile;
    str id = number ? import_account_of(arena, str_from(phone.e164)) : words;
    *taken = is_id(r, f, id);
    if (!*taken)
        return OK;
    TRY(take_id(r, f, id, text));
    if (number)
        import_take_words(r, f, text, words, &phone, 1);
    return OK;
}

err_t import_take_wechat(struct import_reading *r, const struct field *f, str text)
{
    str plain = text_trim(import_half_width(r->ctx->arena, text));
    if (says_phone(r->ctx->arena, plain)) {
        size_t column = r->column ? r->column->index : SIZE_MAX;
        *VEC_PUSH(r->ctx->arena, r->line->as_phone) = (struct import_as_phone){column, f, plain};
        return OK;
    }
    if (is_id(r, f, plain))
        return take_id(r, f, plain, text);
    bool taken = false;
    str rest = import_take_mails(r, f, plain);
    if (!rest.n)
        return OK;
    bool mails = !str_eq(rest, plain);
    rest = text_trim(rest);
    TRY(take_number(r, f, rest, text, &taken));
    if (taken)
        return OK;
    return r->work->strict ? take_id(r, f, rest, text) : keep(r, f, mails ? rest : text);
}

/* The first mobile number that the row gives a record of the object, as an account is written. */
static str mobile_of(struct import_reading *r, const struct object *o)
{
    struct text_phone p;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        value v = str_eqz(S("phone"), f->type->name) ? import_given(r->line, f, 0) : V_NULL;
        if (v.kind == VALUE_TEXT && text_phone_parse(v.s, r->ctx->phone_region, &p) && p.mobile)
            return import_account_of(r->ctx->arena, v.s);
    }
    return (str){0};
}

void import_wechat_finish(struct import_reading *r)
{
    for (size_t i = 0; i < r->line->as_phone.n; i++) {
        const struct import_as_phone *as = &r->line->as_phone.at[i];
        const struct field *f = as->field;
        str account = mobile_of(r, f->object);
        if (!account.n)
            account = mobile_of(r, r->work->map.object);
        if (import_line_has(r->line, f))
            continue;
        for (size_t k = 0; k < r->work->map.count; k++)
            if (r->work->map.columns[k].index == as->column)
                r->column = &r->work->map.columns[k];
        if (account.n) {
            *import_cells_of(r, f) = V_TEXT(account);
            import_repaired(r);
        } else if (r->work->notes) {
            import_keep_text(r, import_pair(r->ctx, f->label.text[r->ctx->lang], as->words));
            tell(r, as->words, r->work->notes);
        } else {
            import_lost(r->ctx, r->line, "import_left_out", as->words);
        }
        r->column = NULL;
    }
}
