#include "core/import_reading.h"
#include "core/import_words.h"

enum { COUNTRY, PROVINCE, CITY, DISTRICT, STREET };

/* What is in the column of a province or city and is none goes to the street. */
static void set_aside(struct ctx *c, struct import_line *line, value *cells)
{
    struct text_address a;
    for (unsigned p = CITY; p >= PROVINCE; p--) {
        str text = cells[p].kind == VALUE_TEXT ? cells[p].s : (str){0}, rest = text;
        bool chinese = text.n && text_is_han(utf8_next(&rest));
        if (!chinese || text_address_split(c->arena, text, &a))
            continue;
        str street = cells[STREET].kind == VALUE_TEXT ? cells[STREET].s : (str){0};
        cells[STREET] = V_TEXT(arena_concat(c->arena, text, street));
        cells[p] = V_NULL;
        import_remark(c, line, "import_division", text);
    }
}

/* 浙江 + 杭州 in columns of their own get their full names, and one street with all in it is split.
 */
static void finish_address(struct ctx *c, struct import_line *line, const struct field *f)
{
    value *cells = &line->given->cells[f->first_column];
    struct text_address a;
    str joined = {0};
    if (!line->set[f->index] ||
        (cells[COUNTRY].kind == VALUE_TEXT && !str_eqz(cells[COUNTRY].s, "CN")))
        return;
    set_aside(c, line, cells);
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

/* "石佳怡17732508216" in the name's column, where no other has the phone. */
static void finish_name_phone(struct import_reading *r)
{
    const struct object *o = r->work->map.object;
    const struct field *title = o->title, *phone = object_field(o, S("phone"));
    struct text_phone found = {0};
    str digits, name;
    if (!phone || import_line_has(r->line, phone) || !import_line_has(r->line, title) ||
        title->search != SEARCH_NAME || !import_settable(r->ctx, phone))
        return;
    name = import_cut_phone(r, record_cell(r->line->given, title, 0).s, &digits);
    name = str_trim(name);
    if (digits.n < 11 || !name.n || !text_phone_parse(digits, r->ctx->phone_region, &found))
        return;
    for (size_t i = 0; i < r->work->map.count; i++)
        if (r->work->map.columns[i].target.field == title)
            r->column = &r->work->map.columns[i];
    *import_cells_of(r, title) = V_TEXT(name);
    import_put_phone(r, phone, &found);
    if (r->column)
        *VEC_PUSH(r->ctx->arena, r->line->spread) = (struct import_spread){r->column->index, phone};
    import_repaired(r);
    r->column = NULL;
}

/* "公司名称" above the names: what is in it is a company. */
static bool says_company(struct import_reading *r, const struct field *company)
{
    const struct import_map *map = &r->work->map;
    for (size_t i = 0; company && i < map->count; i++) {
        const struct import_column *col = &map->columns[i];
        if (col->target.field == map->object->title && col->index < r->line->cell_count &&
            !import_blank(text_trim(r->line->cells[col->index])))
            return import_names(r->ctx->arena, company, col->header);
    }
    return false;
}

/* Without a name, the next field that is searched as one stands in; and a customer that is called
 * a company, by its name or the header, or has a person beside it, is one, unless the file says. */
static void finish_title(struct import_reading *r)
{
    struct import_line *line = r->line;
    const struct object *o = r->work->map.object;
    const struct field *title = o->title, *kind = object_field(o, S("kind"));
    const struct field *company = object_field(o, S("company"));
    bool firm = says_company(r, company);
    if (title->search != SEARCH_NAME)
        return;
    for (size_t i = 0; i < o->field_count && !import_line_has(line, title); i++) {
        const struct field *f = o->fields[i];
        if (f->search != SEARCH_NAME || !import_line_has(line, f) || f->multi)
            continue;
        line->given->cells[title->first_column] = line->given->cells[f->first_column];
        line->set[title->index] = true;
        firm = f == company;
        import_repaired(r);
    }
    bool unsaid = kind && import_line_has(line, title) && !import_line_has(line, kind);
    if (unsaid && str_eqz(o->name, "customer") &&
        (line->beside.n || firm || text_company_like(record_cell(line->given, title, 0).s))) {
        line->given->cells[kind->first_column] = V_TEXT(S("company"));
        line->set[kind->index] = true;
    }
}

/* Has one of its columns something in this row, understood or not? */
static bool says(const struct import_reading *r, const struct field *f)
{
    const struct import_map *map = &r->work->map;
    for (size_t i = 0; i < map->count; i++) {
        size_t at = map->columns[i].index;
        if (map->columns[i].target.field == f && at < r->line->cell_count &&
            text_trim(r->line->cells[at]).n)
            return true;
    }
    return false;
}

/* The file's source, where the row names none and the field knows it. */
static err_t finish_source(struct import_reading *r)
{
    const struct field *f = object_field(r->work->map.object, S("source"));
    if (!r->work->source.n || !f || says(r, f) || import_line_has(r->line, f) ||
        !import_settable(r->ctx, f))
        return OK;
    if (!f->choice_count) {
        return import_parse(r, f, r->work->source);
    }
    const struct choice *choice = import_choice(r->work, r->ctx, f, r->work->source);
    if (choice)
        *import_cells_of(r, f) = V_TEXT(choice->key);
    return OK;
}

/* Long texts grow line by line out of several cells: only now is known how long they are. */
static void refuse_too_long(struct import_reading *r)
{
    struct arena *arena = r->ctx->arena;
    const struct object *o = r->work->map.object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (!str_eqz(S("long_text"), f->type->name) || !import_line_has(r->line, f) ||
            utf8_count(record_cell(r->line->given, f, 0).s) <= f->max_chars)
            continue;
        struct import_problem *own = VEC_PUSH(arena, r->line->problems);
        own->column = SIZE_MAX;
        own->problem = (struct problem){.pointer = import_field_path(arena, o, f),
                                        .code = "too_long",
                                        .args = {arena_printf(arena, "%u", f->max_chars)}};
        r->line->given->cells[f->first_column] = V_NULL;
    }
}

err_t import_finish(struct import_reading *r)
{
    const struct object *o = r->work->map.object;
    for (size_t i = 0; i < o->field_count; i++)
        if (str_eqz(S("address"), o->fields[i]->type->name))
            finish_address(r->ctx, r->line, o->fields[i]);
    import_wechat_finish(r);
    import_beside_finish(r);
    finish_name_phone(r);
    finish_title(r);
    refuse_too_long(r);
    return finish_source(r);
}
