/* A row's cells become a record's: read by the field's type, repaired where that is certain,
 * refused with a reason where it is not. */
#include "base/message.h"
#include "core/import_reading.h"

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
    if (cell->at % CLOCK_DAY == 0) /* a day, whatever its format shows */
        return arena_str(arena, (str){text, day_format(cell->at / CLOCK_DAY, text)});
    size_t n = instant_format(cell->at, text);
    text[10] = ' ';
    return arena_str(arena, (str){text, n < 19 ? n : 19});
}

str import_pair(struct ctx *c, str head, str text)
{
    str args[] = {head, text};
    return message_format(c->arena, c->lang, S("import_pair"), args, 2);
}

/* ---- one row ---- */

static struct import_beside *beside(struct import_reading *r, const struct object *o)
{
    struct arena *arena = r->ctx->arena;
    for (size_t i = 0; i < r->line->beside.n; i++)
        if (r->line->beside.at[i].object == o)
            return &r->line->beside.at[i];
    struct import_beside *b = VEC_PUSH(arena, r->line->beside);
    *b = (struct import_beside){o, record_new(arena, o), ARENA_ARRAY(arena, bool, o->field_count),
                                IMPORT_SKIPPED};
    return b;
}

value *import_cells_of(struct import_reading *r, const struct field *f)
{
    struct record *given = r->line->given;
    bool *set = r->line->set;
    if (f->object != given->object) {
        struct import_beside *b = beside(r, f->object);
        given = b->given;
        set = b->set;
    }
    set[f->index] = true;
    return &given->cells[f->first_column];
}

value import_given(const struct import_line *line, const struct field *f, unsigned part)
{
    if (f->object == line->given->object)
        return line->set[f->index] ? record_cell(line->given, f, part) : V_NULL;
    for (size_t i = 0; i < line->beside.n; i++)
        if (line->beside.at[i].object == f->object && line->beside.at[i].set[f->index])
            return record_cell(line->beside.at[i].given, f, part);
    return V_NULL;
}

bool import_line_has(const struct import_line *line, const struct field *f)
{
    return import_given(line, f, 0).kind != VALUE_NULL;
}

void import_remark(struct ctx *c, struct import_line *line, const char *code, str arg)
{
    *VEC_PUSH(c->arena, line->problems) = (struct import_problem){
        .column = SIZE_MAX,
        .problem = {.code = code, .args = {arg}},
        .mild = true,
        .remark = true,
    };
}

void import_lost(struct ctx *c, struct import_line *line, const char *code, str arg)
{
    import_remark(c, line, code, arg);
    line->problems.at[line->problems.n - 1].remark = false;
}

void import_repaired(struct import_reading *r)
{
    r->line->repaired++;
    *VEC_PUSH(r->ctx->arena, r->line->repairs) = r->column ? r->column->index : SIZE_MAX;
}

static err_t take_column(struct import_reading *r)
{
    const struct import_column *col = r->column;
    str text = r->cell ? text_trim(r->line->cells[col->index]) : (str){0};
    if (!col->target.field && !col->split.n)
        return OK;
    if (r->cell && r->cell->kind == CELL_ERROR)
        text = (str){0};
    const json_t *word = text.n ? json_object_getn(col->translate, text.p, text.n) : NULL;
    if (word)
        text = json_str(word);
    r->line->filled = r->line->filled || !import_blank(text);
    if (import_blank(text)) {
        text = col->fallback;
        r->cell = NULL;
    }
    if (!text.n)
        return OK;
    return col->split.n ? import_take_split(r, text) : import_take(r, &col->target, text);
}

/* A mapped column whose cells are told apart by them: a total has none. */
static bool tells_apart(const struct import_map *map, size_t index)
{
    for (size_t i = 0; i < map->count; i++) {
        const struct field *f = map->columns[i].target.field;
        if (map->columns[i].index == index && f && (f->identity.n || f->unique))
            return true;
    }
    return false;
}

static bool is_figure(struct arena *arena, str s)
{
    static const char *const units[] = {"家", "个", "人", "位", "名", "条", "户", "笔",
                                        "行", "项", "件", "台", "元", "次", "張", "张"};
    str plain = str_trim(import_half_width(arena, s));
    bool digit = false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (str_ends(plain, str_from(units[i])))
            plain = str_cut(plain, 0, plain.n - strlen(units[i]));
    if (str_starts(plain, S("¥")) || str_starts(plain, S("￥")))
        utf8_next(&plain);
    for (size_t i = 0; i < plain.n; i++) {
        char c = plain.p[i];
        digit = digit || (c >= '0' && c <= '9');
        if (!((c >= '0' && c <= '9') || c == '.' || c == ',' || c == '-' || c == '%' || c == ' ' ||
              c == '$'))
            return false;
    }
    return digit;
}

static str without_spaces(struct arena *arena, str s)
{
    char *out = arena_alloc(arena, s.n + 1);
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ')
            out[n++] = s.p[i];
    return (str){out, n};
}

/* "合计", "总计：", "本页小计", "共 9 家". */
static bool is_total_word(struct arena *arena, str s)
{
    static const char *const heads[] = {"本页", "本頁", "本表", "本月", "以上", "全部"};
    static const char *const words[] = {
        "grandtotal", "subtotal", "totals", "total", "sum",  "合计", "合計", "总计", "總計", "小计",
        "小計",       "共计",     "共計",   "总共",  "一共", "总和", "汇总", "共有", "共",
    };
    str rest = without_spaces(arena, import_half_width(arena, text_fold(arena, s)));
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (str_starts(rest, str_from(heads[i])))
            rest = str_cut(rest, strlen(heads[i]), rest.n);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!str_starts(rest, str_from(words[i])))
            continue;
        bool counts = str_eqz(S("共"), words[i]);
        str after = str_cut(rest, strlen(words[i]), rest.n);
        bool sign = str_starts(after, S(":"));
        after = str_cut(after, sign, after.n);
        return after.n ? is_figure(arena, after) : !counts;
    }
    return false;
}

enum { FIGURE_DIGITS = 4 };

static size_t digits(str s)
{
    size_t n = 0;
    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] >= '0' && s.p[i] <= '9';
    return n;
}

/* A word for it, and figures or nothing in all other cells; what may be a phone, or the like, is no
 * figure. */
static bool is_total(struct import_work *w, struct ctx *c, const struct import_line *line)
{
    size_t words = 0, others = 0;
    for (size_t i = 0; i < line->cell_count; i++) {
        str s = text_trim(line->cells[i]);
        if (!s.n)
            continue;
        if (is_total_word(c->arena, s))
            words++;
        else if (!is_figure(c->arena, s) || (tells_apart(&w->map, i) && digits(s) > FIGURE_DIGITS))
            others++;
    }
    return words && !others && w->map.count > 1;
}

err_t import_cells(struct import_work *w,
                   struct ctx *c,
                   const struct sheet_cell *cells,
                   size_t count,
                   struct import_line *line)
{
    const struct object *o = w->map.object;
    struct import_reading r = {.work = w, .ctx = c, .line = line};
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
    r.column = NULL;
    line->total = is_total(w, c, line);
    TRY(import_finish(&r));
    line->read_problems = line->problems.n;
    return OK;
}

err_t import_cells_again(struct import_work *w,
                         struct ctx *c,
                         const json_t *kept,
                         struct import_line *line)
{
    size_t n = json_array_size(kept);
    struct sheet_cell *cells = ARENA_ARRAY(c->arena, struct sheet_cell, n);
    for (size_t i = 0; i < n; i++) {
        str text = json_str(json_array_get(kept, i));
        cells[i] = (struct sheet_cell){.kind = text.n ? CELL_TEXT : CELL_EMPTY, .text = text};
    }
    return import_cells(w, c, cells, n, line);
}
