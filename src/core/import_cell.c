/* A row's cells become a record's: read by the field's type, repaired where that is certain,
 * refused with a reason where it is not. */
#include "core/import_internal.h"

#include "base/limits.h"
#include "text/text.h"

str import_half_width(struct arena *arena, str s)
{
    bool any = false;
    for (size_t i = 0; i + 2 < s.n && !any; i++) {
        unsigned char a = (unsigned char)s.p[i], b = (unsigned char)s.p[i + 1];
        any = (a == 0xef && (b == 0xbc || b == 0xbd)) || (a == 0xe3 && b == 0x80);
    }
    if (!any)
        return s;
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    while (s.n) {
        uint32_t c = utf8_next(&s);
        if (c >= 0xff01 && c <= 0xff5e)
            c -= 0xfee0;
        else if (c == 0x3000)
            c = ' ';
        n += utf8_put(c, out + n);
    }
    return (str){out, n};
}

bool import_blank(str s)
{
    static const char *const words[] = {"-",    "--",   "---",  "—",      "——",   "/",    "\\",
                                        "?",    "？",   ".",    "无",     "無",   "没有", "沒有",
                                        "暂无", "暫無", "不详", "不詳",   "未知", "n/a",  "na",
                                        "none", "null", "nil",  "unknown"};
    if (s.n > 12)
        return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_ieq_ascii(s, str_from(words[i])))
            return true;
    return !s.n;
}

str import_cell_text(struct arena *arena, const struct sheet_cell *cell)
{
    char text[INSTANT_CHARS + 1];
    if (cell->kind == CELL_DAY)
        return arena_str(arena, (str){text, day_format(cell->at, text)});
    if (cell->kind != CELL_INSTANT)
        return cell->text;
    size_t n = instant_format(cell->at, text);
    text[10] = ' ';
    return arena_str(arena, (str){text, n < 19 ? n : 19});
}

/* ---- one row being read ---- */

struct reading {
    struct import_work *work;
    struct ctx *ctx;
    struct import_line *line;
    const struct import_column *column;
    const struct sheet_cell *cell; /* NULL: a default, or a part of a cell */
};

static value *cells_of(struct reading *r, const struct field *f)
{
    r->line->set[f->index] = true;
    return &r->line->given->cells[f->first_column];
}

static bool has(const struct import_line *line, const struct field *f)
{
    return line->set[f->index] && line->given->cells[f->first_column].kind != VALUE_NULL;
}

static void append_text(struct reading *r, const struct field *f, str text)
{
    bool any = has(r->line, f);
    value *cell = cells_of(r, f);
    *cell = V_TEXT(
        any ? arena_printf(r->ctx->arena, STR_FMT "\n" STR_FMT, STR_ARG(cell->s), STR_ARG(text))
            : text);
}

/* A good customer is not refused for a birthday without a year: what is neither needed nor a key
 * goes to the notes, with its header, unless the import is strict. */
static bool mild(const struct reading *r, const struct field *f)
{
    bool key = f->identity.n && !str_eqz(S("email"), f->type->name);
    return !r->work->strict && !f->required && !key && !f->unique && r->work->notes &&
           r->work->notes != f;
}

static void refuse(struct reading *r, const struct field *f, const struct problem *p, str text)
{
    struct import_problem *own = VEC_PUSH(r->ctx->arena, r->line->problems);
    own->column = r->column->index;
    own->problem = *p;
    own->problem.pointer = f->name;
    own->value = text;
    own->mild = mild(r, f);
    if (own->mild) {
        str head = r->column->header.n ? r->column->header : f->label.text[r->ctx->lang];
        append_text(
            r, r->work->notes,
            arena_printf(r->ctx->arena, STR_FMT "：" STR_FMT, STR_ARG(head), STR_ARG(text)));
    }
}

static void refuse_code(struct reading *r, const struct field *f, const char *code, str text)
{
    struct problem p = {.code = code, .args = {text}};
    refuse(r, f, &p, text);
}

/* ---- kinds of fields ---- */

static void put_phone(struct reading *r, const struct field *f, const struct text_phone *phone)
{
    value *cell = cells_of(r, f);
    *cell = V_TEXT(arena_str(r->ctx->arena, str_from(phone->e164)));
}

static bool plain_number(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (!((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '-' || (i == 0 && s.p[i] == '+')))
            return false;
    return true;
}

/* One number, or several: the others go to the object's further phone fields. */
static void take_phone(struct reading *r, const struct field *f, str text)
{
    struct text_phone phone = {0}, all[4];
    const struct object *o = r->work->map.object;
    if (text_phone_parse(text, r->ctx->phone_region, &phone)) {
        r->line->repaired += phone.repaired || !plain_number(text);
        put_phone(r, f, &phone);
        return;
    }
    if (phone.lossy) {
        refuse_code(r, f, "phone_lossy", text);
        return;
    }
    size_t n = text_phone_find(text, r->ctx->phone_region, all, 4), taken = 0;
    if (n == 0) {
        refuse_code(r, f, "invalid_phone", text);
        return;
    }
    put_phone(r, f, &all[taken++]);
    for (size_t i = 0; i < o->field_count && taken < n; i++) {
        const struct field *next = o->fields[i];
        if (next != f && next->type == f->type && !has(r->line, next) &&
            import_settable(r->ctx, next) && next->identity.n)
            put_phone(r, next, &all[taken++]);
    }
    if (taken < n && r->work->notes)
        append_text(r, r->work->notes, text);
    r->line->repaired++;
}

/* A word for a choice, where the type itself knows key and label only: a part of a label ("展会" of
 * "展会 / 活动"), a word of the definition's "import", or a label within a longer word. */
static const struct choice *find_choice(struct ctx *c, const struct field *f, str text)
{
    str want = text_fold(c->arena, text);
    const struct choice *within = NULL;
    size_t found = 0;
    json_t *choices = json_object_get(f->definition, "choices");
    for (size_t i = 0; i < f->choice_count; i++) {
        const struct choice *choice = &f->choices[i];
        const json_t *words =
            json_object_get(json_object_get(choices, arena_strz(c->arena, choice->key)), "import");
        for (size_t k = 0; k < json_array_size(words); k++)
            if (str_eq(text_fold(c->arena, json_str(json_array_get(words, k))), want))
                return choice;
        bool holds = false;
        for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
            str rest = text_fold(c->arena, choice->label.text[lang]), part;
            if (str_eq(rest, want))
                return choice;
            str words_of = rest;
            while (str_split(&rest, '/', &part)) {
                part = str_trim(part);
                if (str_eq(part, want))
                    return choice;
                holds = holds || (part.n >= 4 && str_find(want, part) != SIZE_MAX);
            }
            while (str_split(&words_of, ' ', &part))
                if (str_eq(part, want))
                    return choice;
        }
        if (holds) {
            within = choice;
            found++;
        }
    }
    return found == 1 ? within : NULL;
}

static err_t parse(struct reading *r, const struct field *f, str text)
{
    struct problems problems = {.arena = r->ctx->arena};
    struct field_context context = ctx_field(r->ctx, f->name);
    value cells[FIELD_PARTS] = {0};
    context.problems = &problems;
    err_t e = field_parse(f, &context, text, cells);
    if (e == OK) {
        memcpy(cells_of(r, f), cells, f->column_count * sizeof *cells);
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

static err_t take_choice(struct reading *r, const struct field *f, str text)
{
    const struct choice *found = find_choice(r->ctx, f, text);
    return parse(r, f, found ? found->key : text);
}

static err_t take_ref(struct reading *r, const struct field *f, str text)
{
    int64_t id;
    err_t e = import_ref(r->work->refs, r->ctx, f, text, &id);
    if (e == OK)
        *cells_of(r, f) = V_INT(id);
    else if (e == ERR_NOT_FOUND || e == ERR_CONFLICT)
        refuse_code(r, f, e == ERR_CONFLICT ? "import_ref_ambiguous" : "import_ref_unknown", text);
    else
        return e;
    return OK;
}

/* A date or an instant that Excel knows as such. */
static bool take_time(struct reading *r, const struct field *f)
{
    const struct sheet_cell *cell = r->cell;
    bool day = str_eqz(S("date"), f->type->name);
    if (!cell || (cell->kind != CELL_DAY && cell->kind != CELL_INSTANT))
        return false;
    int64_t days = cell->kind == CELL_DAY ? cell->at : cell->at / CLOCK_DAY;
    int64_t rest = cell->kind == CELL_DAY ? 0 : cell->at % CLOCK_DAY;
    int64_t start = r->ctx->zone ? zone_day_start(r->ctx->zone, days) : days * CLOCK_DAY;
    *cells_of(r, f) = V_INT(day ? days : start + rest);
    return true;
}

static err_t take_tags(struct reading *r, const struct field *f, str text)
{
    value before = has(r->line, f) ? record_cell(r->line->given, f, 0) : V_NULL;
    TRY(parse(r, f, text));
    if (before.kind == VALUE_NULL || !has(r->line, f))
        return OK;
    str *a, *b;
    size_t n = multi_members(r->ctx->arena, before, &a);
    size_t m = multi_members(r->ctx->arena, record_cell(r->line->given, f, 0), &b);
    str *all = ARENA_ARRAY(r->ctx->arena, str, n + m);
    memcpy(all, a, n * sizeof *all);
    memcpy(all + n, b, m * sizeof *all);
    *cells_of(r, f) = multi_cell(r->ctx->arena, all, n + m);
    return OK;
}

static err_t take_field(struct reading *r, const struct field *f, str text)
{
    const char *type = f->type->name;
    str plain = str_trim(import_half_width(r->ctx->arena, text));
    if (str_eqz(S("phone"), type)) {
        take_phone(r, f, text);
        return OK;
    }
    if (str_eqz(S("long_text"), type)) {
        bool several = has(r->line, f);
        append_text(r, f,
                    several && r->column->header.n
                        ? arena_printf(r->ctx->arena, STR_FMT "：" STR_FMT,
                                       STR_ARG(r->column->header), STR_ARG(text))
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
    if (str_eqz(S("text"), type) || str_eqz(S("address"), type))
        return parse(r, f, text);
    size_t before = r->line->problems.n;
    TRY(parse(r, f, plain));
    bool time = str_eqz(S("date"), type) || str_eqz(S("instant"), type);
    int64_t day;
    bool changed = !str_eq(plain, text) || (time && day_parse(str_cut(plain, 0, 10), &day) != OK);
    r->line->repaired += changed && r->line->problems.n == before;
    return OK;
}

/* ---- targets ---- */

/* Names of countries that exports write; the field holds ISO codes. */
static str country_code(struct ctx *c, str text)
{
    static const char *const names[][2] = {
        {"CN", "中国|中國|china|prc|people's republic of china"},
        {"HK", "香港|中国香港|hong kong"},
        {"TW", "台湾|臺灣|台灣|taiwan"},
        {"MO", "澳门|澳門|macao|macau"},
        {"US", "美国|美國|united states|usa|u.s.a.|u.s."},
        {"GB", "英国|英國|united kingdom|uk|great britain|england"},
        {"DE", "德国|德國|germany|deutschland"},
        {"FR", "法国|法國|france"},
        {"JP", "日本|japan"},
        {"KR", "韩国|韓國|south korea|korea"},
        {"AU", "澳大利亚|澳洲|australia"},
        {"CA", "加拿大|canada"},
        {"IT", "意大利|義大利|italy"},
        {"ES", "西班牙|spain"},
        {"NL", "荷兰|荷蘭|netherlands|the netherlands"},
        {"BE", "比利时|比利時|belgium"},
        {"CH", "瑞士|switzerland"},
        {"AT", "奥地利|奧地利|austria"},
        {"SE", "瑞典|sweden"},
        {"NO", "挪威|norway"},
        {"DK", "丹麦|丹麥|denmark"},
        {"FI", "芬兰|芬蘭|finland"},
        {"PL", "波兰|波蘭|poland"},
        {"PT", "葡萄牙|portugal"},
        {"RU", "俄罗斯|俄羅斯|russia"},
        {"UA", "乌克兰|烏克蘭|ukraine"},
        {"TR", "土耳其|turkey"},
        {"IN", "印度|india"},
        {"ID", "印尼|印度尼西亚|indonesia"},
        {"MY", "马来西亚|馬來西亞|malaysia"},
        {"SG", "新加坡|singapore"},
        {"TH", "泰国|泰國|thailand"},
        {"VN", "越南|vietnam"},
        {"PH", "菲律宾|菲律賓|philippines"},
        {"AE", "阿联酋|阿聯|united arab emirates|uae"},
        {"SA", "沙特|沙特阿拉伯|saudi arabia"},
        {"IL", "以色列|israel"},
        {"EG", "埃及|egypt"},
        {"ZA", "南非|south africa"},
        {"BR", "巴西|brazil"},
        {"MX", "墨西哥|mexico"},
        {"AR", "阿根廷|argentina"},
        {"CL", "智利|chile"},
        {"NZ", "新西兰|紐西蘭|new zealand"},
        {"IE", "爱尔兰|愛爾蘭|ireland"},
        {"GR", "希腊|希臘|greece"},
        {"CZ", "捷克|czech republic|czechia"},
    };
    str want = text_fold(c->arena, text), word;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        str words = str_from(names[i][1]);
        if (str_ieq_ascii(want, str_from(names[i][0])))
            return str_from(names[i][0]);
        while (str_split(&words, '|', &word))
            if (str_eq(text_fold(c->arena, word), want))
                return str_from(names[i][0]);
    }
    return (str){0};
}

static err_t take_part(struct reading *r, const struct import_target *t, str text)
{
    const struct field *f = t->field;
    const char *part = f->shape->parts[t->part].name;
    text = text_clean(r->ctx->arena, text);
    if (!str_eqz(S("address"), f->type->name)) {
        refuse_code(r, f, "import_part", text);
        return OK;
    }
    if (str_eqz(S("country"), part)) {
        str code = country_code(r->ctx, text);
        if (!code.n) {
            refuse_code(r, f, "import_country", text);
            return OK;
        }
        text = code;
    }
    cells_of(r, f)[t->part] = V_TEXT(utf8_prefix(text, 300));
    return OK;
}

static err_t take(struct reading *r, const struct import_target *t, str text)
{
    return t->part == WHOLE_FIELD ? take_field(r, t->field, text) : take_part(r, t, text);
}

/* ---- several fields in one cell ---- */

static bool is_separator(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == ',' || c == ';' || c == '/' || c == '|' ||
           c == '-' || c == ':' || c == 0x3000 || c == 0x3001 || c == 0xff0c || c == 0xff1b ||
           c == 0xff1a || c == '(' || c == ')' || c == 0xff08 || c == 0xff09;
}

/* The longest run of a phone's characters is cut out of the text: "王小明 138-0013-8000". */
static str cut_phone(struct reading *r, str text, str *phone)
{
    size_t best = 0, best_n = 0, from = 0;
    bool in = false;
    str plain = import_half_width(r->ctx->arena, text);
    for (size_t i = 0; i <= plain.n; i++) {
        char c = i < plain.n ? plain.p[i] : 'x';
        bool digit = c >= '0' && c <= '9';
        bool part = digit || c == '+' || c == '-' || c == ' ' || c == '(' || c == ')';
        if (!in && (digit || c == '+')) {
            from = i;
            in = true;
        } else if (in && !part) {
            if (i - from > best_n) {
                best = from;
                best_n = i - from;
            }
            in = false;
        }
    }
    *phone = str_trim(str_cut(plain, best, best + best_n));
    return arena_printf(r->ctx->arena, STR_FMT " " STR_FMT, STR_ARG(str_cut(plain, 0, best)),
                        STR_ARG(str_cut(plain, best + best_n, plain.n)));
}

static str next_piece(str *rest)
{
    str s = *rest, before = s;
    while (s.n && (before = s, is_separator(utf8_next(&s))))
        *rest = s;
    s = before = *rest;
    while (s.n && (before = s, !is_separator(utf8_next(&s))))
        before = s;
    str piece = {rest->p, rest->n - before.n};
    *rest = before;
    return piece;
}

static err_t take_split(struct reading *r, str text)
{
    const struct import_column *col = r->column;
    str rest = text;
    r->cell = NULL;
    for (size_t i = 0; i < col->split.n; i++) {
        str phone = {0};
        if (!str_eqz(S("phone"), col->split.at[i].field->type->name))
            continue;
        rest = cut_phone(r, rest, &phone);
        if (phone.n)
            TRY(take(r, &col->split.at[i], phone));
    }
    size_t last = SIZE_MAX;
    for (size_t i = 0; i < col->split.n; i++)
        if (!str_eqz(S("phone"), col->split.at[i].field->type->name))
            last = i;
    for (size_t i = 0; i < col->split.n; i++) {
        if (str_eqz(S("phone"), col->split.at[i].field->type->name))
            continue;
        str piece = next_piece(&rest);
        if (i == last) { /* what is left belongs to the last */
            size_t end = rest.n;
            while (end && is_separator((unsigned char)rest.p[end - 1]))
                end--;
            piece = str_trim((str){piece.p, piece.n + end});
        }
        if (!import_blank(piece))
            TRY(take(r, &col->split.at[i], piece));
    }
    r->line->repaired++;
    return OK;
}

/* ---- the whole row ---- */

static err_t take_column(struct reading *r)
{
    const struct import_column *col = r->column;
    str text = r->cell ? str_trim(r->line->cells[col->index]) : (str){0};
    if (!col->target.field && !col->split.n)
        return OK;
    if (r->cell && r->cell->kind == CELL_ERROR)
        text = (str){0};
    const json_t *word = text.n ? json_object_getn(col->translate, text.p, text.n) : NULL;
    if (word)
        text = json_str(word);
    if (import_blank(text)) {
        text = col->fallback;
        r->cell = NULL;
    }
    if (!text.n)
        return OK;
    return col->split.n ? take_split(r, text) : take(r, &col->target, text);
}

/* 浙江 + 杭州 in columns of their own get their full names, and one street with all in it is split.
 */
static void finish_address(struct ctx *c, struct import_line *line, const struct field *f)
{
    enum { COUNTRY, PROVINCE, CITY, DISTRICT, STREET };
    value *cells = &line->given->cells[f->first_column];
    struct text_address a;
    str joined = {0};
    if (!line->set[f->index] ||
        (cells[COUNTRY].kind == VALUE_TEXT && !str_eqz(cells[COUNTRY].s, "CN")))
        return;
    for (unsigned p = PROVINCE; p <= STREET; p++)
        if (cells[p].kind == VALUE_TEXT)
            joined = arena_concat(c->arena, joined, cells[p].s);
    if (!joined.n || !text_address_split(c->arena, joined, &a))
        return;
    cells[COUNTRY] = V_TEXT(S("CN"));
    cells[PROVINCE] = V_TEXT_OR_NULL(a.province);
    cells[CITY] = V_TEXT_OR_NULL(a.city);
    cells[DISTRICT] = V_TEXT_OR_NULL(a.district);
    cells[STREET] = V_TEXT_OR_NULL(a.street);
}

static bool company_name(str s)
{
    static const char *const ends[] = {"公司", "集团", "集團", "商行", "工厂", "Ltd", "Ltd.",
                                       "Inc",  "Inc.", "LLC",  "GmbH", "Corp", "Co."};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (str_ends(s, str_from(ends[i])))
            return true;
    return false;
}

/* "石佳怡17732508216" in the name's column, where no other has the phone. */
static void finish_name_phone(struct reading *r)
{
    const struct object *o = r->work->map.object;
    const struct field *title = o->title, *phone = object_field(o, S("phone"));
    struct text_phone found = {0};
    str digits, name;
    if (!phone || has(r->line, phone) || !has(r->line, title) || title->search != SEARCH_NAME ||
        !import_settable(r->ctx, phone))
        return;
    name = cut_phone(r, record_cell(r->line->given, title, 0).s, &digits);
    name = str_trim(name);
    if (digits.n < 11 || !name.n || !text_phone_parse(digits, r->ctx->phone_region, &found))
        return;
    *cells_of(r, title) = V_TEXT(name);
    put_phone(r, phone, &found);
    r->line->repaired++;
}

/* Without a name, the next field that is searched as one stands in; and a customer that is called
 * a company is one, unless the file says. */
static void finish_title(struct import_line *line, const struct object *o)
{
    const struct field *title = o->title, *kind = object_field(o, S("kind"));
    if (title->search != SEARCH_NAME)
        return;
    for (size_t i = 0; i < o->field_count && !has(line, title); i++) {
        const struct field *f = o->fields[i];
        if (f->search != SEARCH_NAME || !has(line, f) || f->multi)
            continue;
        line->given->cells[title->first_column] = line->given->cells[f->first_column];
        line->set[title->index] = true;
        line->repaired++;
    }
    if (kind && has(line, title) && !has(line, kind) && str_eqz(o->name, "customer") &&
        company_name(record_cell(line->given, title, 0).s)) {
        line->given->cells[kind->first_column] = V_TEXT(S("company"));
        line->set[kind->index] = true;
    }
}

/* The file's source, where the row has none and the field knows it. */
static err_t finish_source(struct reading *r)
{
    const struct field *f = object_field(r->work->map.object, S("source"));
    if (!r->work->source.n || !f || has(r->line, f) || !import_settable(r->ctx, f))
        return OK;
    if (!f->choice_count) {
        return parse(r, f, r->work->source);
    }
    const struct choice *choice = find_choice(r->ctx, f, r->work->source);
    if (choice)
        *cells_of(r, f) = V_TEXT(choice->key);
    return OK;
}

err_t import_cells(struct import_work *w,
                   struct ctx *c,
                   const struct sheet_cell *cells,
                   size_t count,
                   struct import_line *line)
{
    const struct object *o = w->map.object;
    struct reading r = {.work = w, .ctx = c, .line = line};
    line->cells = ARENA_ARRAY(c->arena, str, count);
    line->cell_count = count;
    for (size_t i = 0; i < count; i++)
        line->cells[i] = arena_str(c->arena, import_cell_text(c->arena, &cells[i]));
    line->given = record_new(c->arena, o);
    line->set = ARENA_ARRAY(c->arena, bool, o->field_count);
    for (size_t i = 0; i < w->map.count; i++) {
        r.column = &w->map.columns[i];
        r.cell = r.column->index < count ? &cells[r.column->index] : NULL;
        TRY(take_column(&r));
    }
    for (size_t i = 0; i < o->field_count; i++)
        if (str_eqz(S("address"), o->fields[i]->type->name))
            finish_address(c, line, o->fields[i]);
    finish_name_phone(&r);
    finish_title(line, o);
    TRY(finish_source(&r));
    line->read_problems = line->problems.n;
    return OK;
}
