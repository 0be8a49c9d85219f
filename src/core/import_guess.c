/* Which row is the header, and which column is which field: by the words that a definition lists
 * (labels in three languages, "import"), then by what the values look like. */
#include "core/import_guess.h"

#include "base/limits.h"
#include "base/message.h"
#include "text/text.h"

enum { HEADER_MOST_CHARS = 40 };

static const double LEAST_SHARE = 0.6;

static void learn_words(struct import_guesser *g)
{
    import_words_init(g->ctx, g->object, false, &g->words);
    for (size_t i = 0; i < g->ctx->model->object_count; i++)
        if (import_comes_along(g->ctx, g->object, g->ctx->model->objects[i]))
            import_words_init(g->ctx, g->ctx->model->objects[i], true,
                              VEC_PUSH(g->ctx->arena, g->beside));
}

/* ---- values ---- */

struct looks {
    size_t filled, phone, email, date, url, number, address, name, company, wechat, with_phone;
    size_t province, city, district; /* by their names alone */
};

static size_t count_han(str s)
{
    size_t n = 0;
    while (s.n)
        n += text_is_han(utf8_next(&s));
    return n;
}

static bool is_date(str s)
{
    int64_t day;
    bool year = s.n >= 8 && (s.p[0] == '1' || s.p[0] == '2') && s.p[1] >= '0' && s.p[1] <= '9';
    return day_parse(str_cut(s, 0, 10), &day) == OK ||
           (year && (str_find(s, S("年")) == 4 || s.p[4] == '/' || s.p[4] == '.'));
}

static bool wechat_like(str s)
{
    if (s.n < 6 || s.n > 20 || !((s.p[0] | 32) >= 'a' && (s.p[0] | 32) <= 'z'))
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fine =
            ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!fine)
            return false;
    }
    return true;
}

static void look(struct ctx *c, str s, struct looks *l)
{
    struct text_phone phone;
    struct text_address address;
    str email;
    double number;
    l->filled++;
    size_t han = count_han(s);
    bool is_phone = text_phone_parse(s, c->phone_region, &phone) && phone.e164[0];
    bool label = str_find(s, S("电话")) != SIZE_MAX || str_find(s, S("手机")) != SIZE_MAX ||
                 str_find(s, S("電話")) != SIZE_MAX || str_find(s, S("手機")) != SIZE_MAX;
    bool named = han >= 2 && !label;
    l->phone += (is_phone && !named) || phone.lossy;
    l->with_phone += named && (is_phone || text_phone_find(s, c->phone_region, &phone, 1) == 1);
    l->email += text_email_parse(c->arena, s, &email);
    l->date += is_date(s);
    l->url +=
        str_starts(s, S("http://")) || str_starts(s, S("https://")) || str_starts(s, S("www."));
    l->number += str_to_real(s, &number) == OK;
    bool company = text_company_like(s);
    l->company += company;
    l->address += !company && han >= 3 && text_address_split(c->arena, s, &address);
    bool division = han >= 2 && text_address_split(c->arena, s, &address) && !address.street.n;
    l->province += division && str_starts(address.province, s);
    l->city += division && str_starts(address.city, s);
    l->district += division && str_starts(address.district, s);
    l->name += han >= 2 && han <= 4 && utf8_count(s) == han;
    l->wechat += wechat_like(s) && !is_phone;
}

static bool most(size_t n, const struct looks *l)
{
    return l->filled >= 2 && (double)n >= LEAST_SHARE * (double)l->filled;
}

const struct field *import_field_in(const struct import_guesser *g,
                                    const struct object *o,
                                    const char *type,
                                    const char *identity)
{
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (str_eqz(str_from(f->type->name), type) && import_settable(g->ctx, f) &&
            (!*identity || str_eqz(f->identity, identity)))
            return f;
    }
    return NULL;
}

static const struct field *
field_of(const struct import_guesser *g, const char *type, const char *identity)
{
    return import_field_in(g, g->object, type, identity);
}

static struct import_target whole(const struct field *f)
{
    return (struct import_target){f, WHOLE_FIELD};
}

/* "杭州", "宁波市": which part of an address such names are; field NULL: none. */
static struct import_target by_divisions(const struct import_guesser *g, const struct looks *l)
{
    const struct field *f = field_of(g, "address", "");
    struct import_target out = {0};
    const char *part = most(l->city, l)       ? "city"
                       : most(l->province, l) ? "province"
                       : most(l->district, l) ? "district"
                                              : NULL;
    str path =
        f && part ? arena_printf(g->ctx->arena, STR_FMT ".%s", STR_ARG(f->name), part) : (str){0};
    return path.n && import_target_own(g->object, path, &out) == OK ? out
                                                                    : (struct import_target){0};
}

/* What the values say, field NULL when they say nothing sure. */
static struct import_target by_values(const struct import_guesser *g, const struct looks *l)
{
    const struct field *company = object_field(g->object, S("company"));
    if (most(l->phone, l))
        return whole(field_of(g, "phone", ""));
    if (most(l->email, l))
        return whole(field_of(g, "email", ""));
    if (most(l->url, l))
        return whole(field_of(g, "url", ""));
    if (most(l->company, l))
        return whole(company ? company : g->object->title);
    struct import_target division = by_divisions(g, l);
    if (division.field)
        return division;
    if (most(l->address, l) && !most(l->name, l))
        return whole(field_of(g, "address", ""));
    if (most(l->name, l))
        return whole(g->object->title);
    if (most(l->wechat, l))
        return whole(field_of(g, "text", "wechat"));
    return (struct import_target){0};
}

/* Does what the header says fit what the values are? */
static bool fits(const struct field *f, bool exact, const struct looks *l)
{
    const char *type = f->type->name;
    if (l->filled < 2)
        return true;
    if (str_eqz(S("phone"), type))
        return (l->phone + l->with_phone) * 3 >= l->filled;
    if (str_eqz(S("email"), type))
        return l->email * 3 >= l->filled;
    if (str_eqz(f->identity, "wechat"))
        return exact ? !most(l->email, l) : l->wechat * 3 >= l->filled;
    return true;
}

/* ---- columns ---- */

static void split_name_phone(const struct import_guesser *g, struct import_column *col)
{
    const struct field *phone = field_of(g, "phone", "");
    if (!phone)
        return;
    *VEC_PUSH(g->ctx->arena, col->split) = (struct import_target){g->object->title, WHOLE_FIELD};
    *VEC_PUSH(g->ctx->arena, col->split) = (struct import_target){phone, WHOLE_FIELD};
    col->target.field = NULL;
    col->confidence = GUESS_LOOKS;
}

static void
guess_column(const struct import_guesser *g, const struct looks *l, struct import_column *col)
{
    str key = import_header_key(g->ctx->arena, col->header);
    if (import_is_reason(g->ctx->arena, col->header))
        return;
    const struct import_target *t = import_words_exact(&g->words, key);
    col->confidence = GUESS_SURE;
    if (!t)
        t = import_words_beside(g->beside.at, g->beside.n, key, NULL);
    if (!t && key.n) {
        t = import_words_within(&g->words, key);
        col->confidence = GUESS_PART;
        if (t && t->field->target) /* a shop's name is nobody's owner */
            t = NULL;
    }
    bool exact = t && col->confidence == GUESS_SURE;
    col->named = exact ? *t : (struct import_target){0};
    if (t && fits(t->field, exact, l)) {
        col->target = *t;
    } else {
        struct import_target seen = by_values(g, l);
        if (seen.field && import_settable(g->ctx, seen.field))
            col->target = seen;
        else if (t)
            col->target = *t;
        col->confidence = col->target.field ? GUESS_LOOKS : 0;
    }
    bool names = col->target.field && (col->target.field == g->object->title ||
                                       str_eqz(S("phone"), col->target.field->type->name));
    if ((names || !col->target.field) && most(l->with_phone, l))
        split_name_phone(g, col);
}

static void add_sample(struct arena *arena, struct import_column *col, str s)
{
    for (size_t i = 0; i < col->samples.n; i++)
        if (str_eq(col->samples.at[i], s))
            return;
    if (col->samples.n < IMPORT_SAMPLES)
        *VEC_PUSH(arena, col->samples) = arena_str(arena, utf8_prefix(s, 80));
}

/* ---- rows ---- */

struct scan {
    str *cells[IMPORT_SCAN];
    size_t counts[IMPORT_SCAN], lines[IMPORT_SCAN];
    size_t rows, width;
};

static err_t read_rows(struct ctx *c, struct sheet_reader *reader, struct scan *s)
{
    struct sheet_cell *cells;
    size_t count, line, bytes = 0;
    bool end = false;
    while (s->rows < IMPORT_SCAN && bytes < IMPORT_SCAN_BYTES) {
        TRY(sheet_next(reader, &cells, &count, &line, &end, &c->problems));
        if (end)
            break;
        str *row = ARENA_ARRAY(c->arena, str, count);
        for (size_t i = 0; i < count; i++) {
            str text = import_cell_text(c->arena, &cells[i]);
            row[i] = arena_str(c->arena, utf8_prefix(text, IMPORT_SCAN_CHARS));
            bytes += text.n;
        }
        s->cells[s->rows] = row;
        s->lines[s->rows] = line;
        s->counts[s->rows++] = count;
        s->width = count > s->width ? count : s->width;
    }
    return OK;
}

/* The row that has most known headers; without any, the first row when it is all words above rows
 * that are not. SIZE_MAX: there is none. */
static size_t find_header(const struct import_guesser *g, const struct scan *s)
{
    size_t best = SIZE_MAX, best_known = 0;
    for (size_t r = 0; r < s->rows && r < IMPORT_HEADER_ROWS; r++) {
        size_t known = 0, filled = 0;
        for (size_t i = 0; i < s->counts[r]; i++) {
            str key = utf8_count(s->cells[r][i]) <= HEADER_MOST_CHARS
                          ? import_header_key(g->ctx->arena, s->cells[r][i])
                          : (str){0};
            filled += s->cells[r][i].n > 0;
            known += import_words_exact(&g->words, key) != NULL;
            known += key.n && import_is_reason(g->ctx->arena, key) ? 2 : 0;
        }
        bool enough = known >= 2 || (known == 1 && filled <= 2);
        if (enough && known > best_known) {
            best = r;
            best_known = known;
        }
    }
    if (best != SIZE_MAX || s->rows < 2)
        return best;
    for (size_t i = 0; i < s->counts[0]; i++) {
        struct looks l = {0};
        if (!s->cells[0][i].n)
            return SIZE_MAX;
        look(g->ctx, s->cells[0][i], &l);
        if (l.phone || l.email || l.date || l.number)
            return SIZE_MAX;
    }
    return s->counts[0] >= s->width ? 0 : SIZE_MAX;
}

/* What people should decide about a column once it is known where it goes. */
static void look_closer(struct ctx *c, struct import_column *col)
{
    const struct field *f = col->target.field;
    bool time = f && (str_eqz(S("date"), f->type->name) || str_eqz(S("instant"), f->type->name));
    if (!time)
        col->date_order = DATES_PLAIN;
    if (!f || !str_eqz(S("choice"), f->type->name))
        return;
    struct import_work unasked = {.ctx = c};
    json_t *unknown = json_keep(c->arena, json_array());
    for (size_t i = 0; i < col->samples.n; i++) {
        str word = col->samples.at[i];
        if (!import_choice(&unasked, c, f, word))
            json_array_append_new(unknown, json_stringn(word.p, word.n));
    }
    col->unknown = unknown;
}

/* What cards call FN is 姓名（FN） to people. */
static str card_header(struct ctx *c, str name)
{
    str key = arena_concat(c->arena, S("vcard_"), name), word = message_get(c->lang, key);
    str args[] = {word, name};
    return str_eq(word, key) ? name
                             : message_format(c->arena, c->lang, S("import_card_header"), args, 2);
}

static size_t row_of_line(const struct scan *s, int64_t line)
{
    for (size_t r = 0; r < s->rows; r++)
        if ((int64_t)s->lines[r] == line)
            return r;
    return SIZE_MAX;
}

err_t import_guess(struct ctx *c,
                   struct sheet_reader *reader,
                   const struct object *o,
                   int64_t header_row,
                   struct import_guess *out)
{
    struct import_guesser g = {.ctx = c, .object = o};
    struct scan *s = ARENA_NEW(c->arena, struct scan);
    learn_words(&g);
    TRY(read_rows(c, reader, s));
    bool cards = sheet_format(reader) == SHEET_VCF; /* their names are line 0, no row of the file */
    size_t header =
        header_row < 0 && !cards ? find_header(&g, s) : row_of_line(s, cards ? 0 : header_row);
    size_t first = header == SIZE_MAX ? 0 : header + 1;
    struct import_map map = {.object = o, .count = s->width};
    map.columns = ARENA_ARRAY(c->arena, struct import_column, s->width);
    for (size_t i = 0; i < s->width; i++) {
        struct import_column *col = &map.columns[i];
        struct looks l = {0};
        col->index = i;
        if (header != SIZE_MAX && i < s->counts[header])
            col->header = text_trim(text_clean(c->arena, s->cells[header][i]));
        for (size_t r = first; r < s->rows; r++) {
            str cell = i < s->counts[r] ? text_trim(s->cells[r][i]) : (str){0};
            if (import_blank(cell))
                continue;
            look(c, cell, &l);
            add_sample(c->arena, col, cell);
            import_date_see(&col->date_order, cell);
        }
        guess_column(&g, &l, col);
    }
    import_settle(&g, &map);
    for (size_t i = 0; i < map.count; i++)
        look_closer(c, &map.columns[i]);
    for (size_t i = 0; cards && i < map.count; i++)
        map.columns[i].header = card_header(c, map.columns[i].header);
    *out = (struct import_guess){
        .header_row = header == SIZE_MAX ? 0 : (int64_t)s->lines[header],
        .map = map,
        .rows_seen = s->rows - first,
    };
    return OK;
}
