/* A text becomes a field of the row: by its type, with a reason where it cannot. */
#include "core/import_reading.h"

void import_append(struct import_reading *r, const struct field *f, str text)
{
    bool any = import_line_has(r->line, f);
    value *cell = import_cells_of(r, f);
    *cell = V_TEXT(
        any ? arena_printf(r->ctx->arena, STR_FMT "\n" STR_FMT, STR_ARG(cell->s), STR_ARG(text))
            : text);
}

void import_keep_text(struct import_reading *r, str text)
{
    str *kept = &r->line->kept;
    import_append(r, r->work->notes, text);
    *kept = kept->n
                ? arena_printf(r->ctx->arena, STR_FMT "\n" STR_FMT, STR_ARG(*kept), STR_ARG(text))
                : text;
}

/* A good customer is not refused for a birthday without a year: what is neither needed nor a key
 * goes to the notes, with its header, unless the import is strict. */
static bool mild(const struct import_reading *r, const struct field *f)
{
    bool key = f->identity.n && !str_eqz(S("email"), f->type->name);
    bool needed = f->object == r->work->map.object && (f->required || key || f->unique);
    return !r->work->strict && !needed && r->work->notes && r->work->notes != f;
}

static void
refuse(struct import_reading *r, const struct field *f, const struct problem *p, str text)
{
    struct import_problem *own = VEC_PUSH(r->ctx->arena, r->line->problems);
    own->column = r->column ? r->column->index : SIZE_MAX;
    own->problem = *p;
    own->problem.pointer = import_field_path(r->ctx->arena, r->work->map.object, f);
    own->value = text;
    own->mild = mild(r, f);
    if (own->mild) {
        str head =
            r->column && r->column->header.n ? r->column->header : f->label.text[r->ctx->lang];
        import_keep_text(r, import_pair(r->ctx, head, text));
    }
}

static void refuse_code(struct import_reading *r, const struct field *f, const char *code, str text)
{
    struct problem p = {.code = code, .args = {text}};
    refuse(r, f, &p, text);
}

/* ---- kinds of fields ---- */

void import_put_phone(struct import_reading *r,
                      const struct field *f,
                      const struct text_phone *phone)
{
    value *cell = import_cells_of(r, f);
    *cell = V_TEXT(arena_str(r->ctx->arena, str_from(phone->e164)));
}

static bool plain_number(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || (i == 0 && s.p[i] == '+')))
            return false;
    return true;
}

static void
put_further_phone(struct import_reading *r, const struct field *f, const struct text_phone *phone)
{
    import_put_phone(r, f, phone);
    if (r->column)
        *VEC_PUSH(r->ctx->arena, r->line->spread) = (struct import_spread){r->column->index, f};
}

/* A spreadsheet that showed a number as 1.38E+10 has often been saved with what it showed: three
 * digits and zeros. */
static bool digits_lost(str text)
{
    size_t zeros = 0;
    while (zeros < text.n && text.p[text.n - 1 - zeros] == '0')
        zeros++;
    return text.n >= 11 && zeros >= 8 && plain_number(text);
}

/* A number to send messages to comes first. */
static void mobile_first(struct text_phone *all, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].mobile) {
            struct text_phone mobile = all[i];
            memmove(all + 1, all, i * sizeof *all);
            all[0] = mobile;
            return;
        }
}

/* One number, or several: the others go to the object's further phone fields. */
static void take_phones(
    struct import_reading *r, const struct field *f, str text, struct text_phone *all, size_t n)
{
    const struct object *o = f->object;
    size_t taken = 0;
    mobile_first(all, n);
    import_put_phone(r, f, &all[taken++]);
    for (size_t i = 0; i < o->field_count && taken < n; i++) {
        const struct field *next = o->fields[i];
        if (next != f && next->type == f->type && next->identity.n && import_free(r, next))
            put_further_phone(r, next, &all[taken++]);
    }
    if (taken < n && r->work->notes) {
        import_keep_text(r, text);
        import_remark(r->ctx, r->line, "import_no_room", text);
        r->line->problems.at[r->line->problems.n - 1].problem.args[1] =
            r->work->notes->label.text[r->ctx->lang];
    } else if (taken < n) {
        import_lost(r->ctx, r->line, "import_left_out", text);
    }
    import_repaired(r);
}

/* "13,800,138,012" as a spreadsheet shows a number; anything else as it is. */
static str without_thousands(struct arena *arena, str text)
{
    str plain = import_half_width(arena, text);
    char *out = arena_alloc(arena, plain.n + 1);
    size_t n = 0, group = 0;
    for (size_t i = 0; i < plain.n; i++) {
        bool comma = plain.p[i] == ',', first = n == group;
        if (!comma && (plain.p[i] < '0' || plain.p[i] > '9'))
            return text;
        if (comma && (first ? !group || group > 3 : group != 3))
            return text;
        group = comma ? 0 : group + 1;
        if (!comma)
            out[n++] = plain.p[i];
    }
    return n > group && group == 3 ? (str){out, n} : text;
}

static void take_phone(struct import_reading *r, const struct field *f, str text)
{
    enum { PHONES = 4 };
    struct text_phone all[PHONES] = {0};
    size_t n = 1;
    str figure = without_thousands(r->ctx->arena, text);
    if (digits_lost(figure)) {
        refuse_code(r, f, "phone_lossy", text);
        return;
    }
    str rest = import_take_mails(r, f, figure);
    if (!rest.n)
        return;
    if (text_phone_parse(rest, r->ctx->phone_region, &all[0])) {
        if (all[0].repaired || !plain_number(text))
            import_repaired(r);
        import_put_phone(r, f, &all[0]);
    } else if (all[0].lossy) {
        refuse_code(r, f, "phone_lossy", text);
        return;
    } else {
        n = text_phone_find(rest, r->ctx->phone_region, all, PHONES);
        if (n)
            take_phones(r, f, text, all, n);
    }
    if (!import_take_words(r, f, figure, rest, all, n) && !n)
        refuse_code(r, f, "invalid_phone", text);
}

err_t import_parse(struct import_reading *r, const struct field *f, str text)
{
    struct problems problems = {.arena = r->ctx->arena};
    struct field_context context = ctx_field(r->ctx, f->name);
    value cells[FIELD_PARTS] = {0};
    context.problems = &problems;
    err_t e = field_parse(f, &context, text, cells);
    if (e == OK) {
        memcpy(import_cells_of(r, f), cells, f->column_count * sizeof *cells);
        return OK;
    }
    if (e != ERR_INVALID)
        return e;
    if (problems.list.n)
        refuse(r, f, &problems.list.at[0], text);
    else
        refuse_code(r, f, "invalid", text);
    return OK;
}

static err_t take_choice(struct import_reading *r, const struct field *f, str text)
{
    const struct choice *found = import_choice(r->work, r->ctx, f, text);
    if (found && !import_choice_says(r->ctx, found, text))
        import_repaired(r);
    return import_parse(r, f, found ? found->key : text);
}

static err_t take_ref(struct import_reading *r, const struct field *f, str text)
{
    int64_t id;
    err_t e = import_ref(r->work->refs, r->ctx, f, text, &id);
    if (e == OK)
        *import_cells_of(r, f) = V_INT(id);
    else if (e == ERR_NOT_FOUND || e == ERR_CONFLICT)
        refuse_code(r, f, e == ERR_CONFLICT ? "import_ref_ambiguous" : "import_ref_unknown", text);
    else
        return e;
    return OK;
}

/* A date or an instant that Excel knows as such. */
static bool take_time(struct import_reading *r, const struct field *f)
{
    const struct sheet_cell *cell = r->cell;
    bool day = str_eqz(S("date"), f->type->name);
    if (!cell || (cell->kind != CELL_DAY && cell->kind != CELL_INSTANT))
        return false;
    int64_t days = cell->kind == CELL_DAY ? cell->at : cell->at / CLOCK_DAY;
    int64_t rest = cell->kind == CELL_DAY ? 0 : cell->at % CLOCK_DAY;
    int64_t start = r->ctx->zone ? zone_day_start(r->ctx->zone, days) : days * CLOCK_DAY;
    *import_cells_of(r, f) = V_INT(day ? days : start + rest);
    return true;
}

static err_t take_tags(struct import_reading *r, const struct field *f, str text)
{
    value before = import_given(r->line, f, 0);
    TRY(import_parse(r, f, text));
    if (before.kind == VALUE_NULL || !import_line_has(r->line, f))
        return OK;
    str *a, *b;
    size_t n = multi_members(r->ctx->arena, before, &a);
    size_t m = multi_members(r->ctx->arena, import_given(r->line, f, 0), &b);
    str *all = ARENA_ARRAY(r->ctx->arena, str, n + m);
    memcpy(all, a, n * sizeof *all);
    memcpy(all + n, b, m * sizeof *all);
    *import_cells_of(r, f) = multi_cell(r->ctx->arena, all, n + m);
    return OK;
}

/* "ＡＢＣ公司" as others write it; Chinese signs stay as they are. */
static str plain_letters(struct arena *arena, str s)
{
    char *out = ARENA_ARRAY(arena, char, s.n * 3 + 1);
    size_t n = 0;
    while (s.n) {
        uint32_t c = utf8_next(&s);
        bool wide = (c >= 0xff10 && c <= 0xff19) || (c >= 0xff21 && c <= 0xff3a) ||
                    (c >= 0xff41 && c <= 0xff5a);
        n += utf8_put(wide ? c - 0xfee0 : c == 0x3000 ? ' ' : c, out + n);
    }
    return (str){out, n};
}

static err_t take_text(struct import_reading *r, const struct field *f, str text)
{
    bool name = f == f->object->title || str_eqz(f->name, "company");
    str plain = name ? plain_letters(r->ctx->arena, text) : text;
    size_t before = r->line->problems.n;
    TRY(import_parse(r, f, plain));
    if (!str_eq(plain, text) && r->line->problems.n == before)
        import_repaired(r);
    return OK;
}

static err_t take_field(struct import_reading *r, const struct field *f, str text)
{
    const char *type = f->type->name;
    str plain = str_trim(import_half_width(r->ctx->arena, text));
    if (str_eqz(S("phone"), type)) {
        take_phone(r, f, text);
        return OK;
    }
    if (str_eqz(S("long_text"), type)) {
        bool several = import_line_has(r->line, f);
        import_append(r, f,
                      r->column && r->column->header.n && (several || r->column->foreign)
                          ? import_pair(r->ctx, r->column->header, text)
                          : text_clean(r->ctx->arena, text));
        return OK;
    }
    if (str_eqz(S("ref"), type))
        return take_ref(r, f, text);
    if (str_eqz(S("choice"), type))
        return take_choice(r, f, text);
    if (f->multi)
        return take_tags(r, f, text);
    if ((str_eqz(S("date"), type) || str_eqz(S("instant"), type)) && take_time(r, f))
        return OK;
    if (f->wechat_id)
        return import_take_wechat(r, f, text);
    if (str_eqz(S("text"), type))
        return take_text(r, f, text);
    if (str_eqz(S("address"), type))
        return import_parse(r, f, text);
    size_t before = r->line->problems.n;
    bool time = str_eqz(S("date"), type) || str_eqz(S("instant"), type);
    TRY(import_parse(r, f, time ? import_date_take(r, plain) : plain));
    int64_t day;
    value stored = import_given(r->line, f, 0);
    bool mail = str_eqz(S("email"), type) && stored.kind == VALUE_TEXT && !str_eq(stored.s, text);
    bool changed =
        mail || !str_eq(plain, text) || (time && day_parse(str_cut(plain, 0, 10), &day) != OK);
    if (changed && r->line->problems.n == before)
        import_repaired(r);
    return OK;
}

/* ---- targets ---- */

static err_t take_part(struct import_reading *r, const struct import_target *t, str text)
{
    const struct field *f = t->field;
    const char *part = f->shape->parts[t->part].name;
    text = text_clean(r->ctx->arena, text);
    if (!str_eqz(S("address"), f->type->name)) {
        refuse_code(r, f, "import_part", text);
        return OK;
    }
    if (str_eqz(S("country"), part)) {
        str code = text_country(r->ctx->arena, text);
        if (!code.n) {
            refuse_code(r, f, "import_country", text);
            return OK;
        }
        text = code;
    }
    import_cells_of(r, f)[t->part] = V_TEXT(utf8_prefix(text, 300));
    return OK;
}

err_t import_take(struct import_reading *r, const struct import_target *t, str text)
{
    return t->part == WHOLE_FIELD ? take_field(r, t->field, text) : take_part(r, t, text);
}
