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

/* What is no id is what the customer is called there, or goes to the notes with its header. */
static err_t keep(struct import_reading *r, const struct field *f, str text)
{
    const struct field *name = object_field(f->object, S("nickname")), *notes = r->work->notes;
    size_t digits = 0;
    while (digits < text.n && text.p[digits] >= '0' && text.p[digits] <= '9')
        digits++;
    if (name && digits < text.n && import_free(r, name) && is_id(r, name, text)) {
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

err_t import_take_wechat(struct import_reading *r, const struct field *f, str text)
{
    str plain = text_trim(import_half_width(r->ctx->arena, text));
    if (says_phone(r->ctx->arena, plain)) {
        size_t column = r->column ? r->column->index : SIZE_MAX;
        *VEC_PUSH(r->ctx->arena, r->line->as_phone) = (struct import_as_phone){column, f, plain};
        return OK;
    }
    if (!r->work->strict && !is_id(r, f, plain))
        return keep(r, f, text);
    size_t before = r->line->problems.n;
    TRY(import_parse(r, f, plain));
    if (!str_eq(plain, text) && r->line->problems.n == before)
        import_repaired(r);
    return OK;
}

/* The first mobile number that the row gives a record of the object, as an account is written. */
static str mobile_of(struct import_reading *r, const struct object *o)
{
    struct text_phone p;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        value v = str_eqz(S("phone"), f->type->name) ? import_given(r->line, f, 0) : V_NULL;
        if (v.kind == VALUE_TEXT && text_phone_parse(v.s, r->ctx->phone_region, &p) && p.mobile)
            return str_cut(v.s, str_starts(v.s, S("+86")) ? 3 : 1, v.s.n);
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
