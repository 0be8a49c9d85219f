/* Which row is the header, and which column is which field: by the words that a definition lists
 * (labels in three languages, "import"), then by what the values look like. */
#include "core/import_reading.h"

#include "base/limits.h"
#include "core/import_words.h"
#include "base/message.h"
#include "text/text.h"

enum { HEADER_MOST_CHARS = 40 };

static const double SURE = 1, PART = 0.7, LOOKS = 0.6, LEAST_SHARE = 0.6;

struct guesser {
    struct ctx *ctx;
    const struct object *object;
    struct import_words words;
    VEC(struct import_words) beside; /* of the objects that may come along */
};

static void learn_words(struct guesser *g)
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

/* The first settable field of a type; identity "" = any. */
static const struct field *
field_in(const struct guesser *g, const struct object *o, const char *type, const char *identity)
{
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (str_eqz(str_from(f->type->name), type) && import_settable(g->ctx, f) &&
            (!*identity || str_eqz(f->identity, identity)))
            return f;
    }
    return NULL;
}

static const struct field *field_of(const struct guesser *g, const char *type, const char *identity)
{
    return field_in(g, g->object, type, identity);
}

static struct import_target whole(const struct field *f)
{
    return (struct import_target){f, WHOLE_FIELD};
}

/* "杭州", "宁波市": which part of an address such names are; field NULL: none. */
static struct import_target by_divisions(const struct guesser *g, const struct looks *l)
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
static struct import_target by_values(const struct guesser *g, const struct looks *l)
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

static void split_name_phone(const struct guesser *g, struct import_column *col)
{
    const struct field *phone = field_of(g, "phone", "");
    if (!phone)
        return;
    *VEC_PUSH(g->ctx->arena, col->split) = (struct import_target){g->object->title, WHOLE_FIELD};
    *VEC_PUSH(g->ctx->arena, col->split) = (struct import_target){phone, WHOLE_FIELD};
    col->target.field = NULL;
    col->confidence = LOOKS;
}

static void guess_column(const struct guesser *g, const struct looks *l, struct import_column *col)
{
    str key = import_header_key(g->ctx->arena, col->header);
    if (import_is_reason(g->ctx->arena, col->header))
        return;
    const struct import_target *t = import_words_exact(&g->words, key);
    col->confidence = SURE;
    if (!t)
        t = import_words_beside(g->beside.at, g->beside.n, key, NULL);
    if (!t && key.n) {
        t = import_words_within(&g->words, key);
        col->confidence = PART;
        if (t && t->field->target) /* a shop's name is nobody's owner */
            t = NULL;
    }
    bool exact = t && col->confidence == SURE;
    col->named = exact ? *t : (struct import_target){0};
    if (t && fits(t->field, exact, l)) {
        col->target = *t;
    } else {
        struct import_target seen = by_values(g, l);
        if (seen.field && import_settable(g->ctx, seen.field))
            col->target = seen;
        else if (t)
            col->target = *t;
        col->confidence = col->target.field ? LOOKS : 0;
    }
    bool names = col->target.field && (col->target.field == g->object->title ||
                                       str_eqz(S("phone"), col->target.field->type->name));
    if ((names || !col->target.field) && most(l->with_phone, l))
        split_name_phone(g, col);
}

static bool taken(const struct import_map *map, const struct field *f)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->columns[i].target.field == f)
            return true;
    return false;
}

/* The title of what comes along, when the header is a word for that ("联系人"). NULL. */
static const struct field *beside_title(const struct guesser *g, const struct import_column *col)
{
    str key = import_header_key(g->ctx->arena, col->header);
    for (size_t i = 0; key.n && i < g->beside.n; i++) {
        const struct import_target *t = import_words_exact(&g->beside.at[i], key);
        if (!t)
            t = import_words_within(&g->beside.at[i], key);
        if (t && t->field == g->beside.at[i].object->title)
            return t->field;
    }
    return NULL;
}

/* The header speaks of what comes along by its name: "联系人姓名", but not "姓名". */
static bool says_beside(const struct guesser *g, const struct import_column *col)
{
    str key = import_header_key(g->ctx->arena, col->header);
    for (size_t i = 0; i < g->beside.n; i++)
        for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
            str label = g->beside.at[i].object->label.text[lang];
            if (str_starts(key, import_header_key(g->ctx->arena, label)))
                return true;
        }
    return false;
}

/* A second name, as that of the person beside the company's, is not lost. */
static const struct field *
second_name(const struct guesser *g, const struct import_map *map, const struct import_column *col)
{
    const struct field *notes = object_field(g->object, S("notes")), *other = beside_title(g, col);
    bool fits =
        notes && str_eqz(S("long_text"), notes->type->name) && import_settable(g->ctx, notes);
    if (col->target.field != g->object->title)
        return NULL;
    return other && !taken(map, other) ? other : fits ? notes : NULL;
}

/* Of two columns for one field the surer keeps it, of two names the one that is no word for what
 * comes along, then the first. */
static bool
loses(const struct guesser *g, const struct import_column *a, const struct import_column *b)
{
    if (a->target.field == g->object->title && a->confidence == b->confidence) {
        bool mine = beside_title(g, a) != NULL, other = beside_title(g, b) != NULL;
        if (mine != other)
            return mine;
    }
    return b->confidence > a->confidence || (b->confidence == a->confidence && b->index < a->index);
}

/* "联系人手机" as a field of the row's own. */
static struct import_target own_target(const struct guesser *g, const struct import_column *col)
{
    str key = import_header_key(g->ctx->arena, col->header), rest;
    const struct import_target *own = NULL;
    if (import_words_beside(g->beside.at, g->beside.n, key, &rest)) {
        own = import_words_exact(&g->words, rest);
        own = own ? own : import_words_within(&g->words, rest);
    }
    return own ? *own : (struct import_target){0};
}

/* A second column of the same kind goes to the next field of it (phone, then phone2), a second name
 * to what comes along or to the notes; what is left over is left out. */
static void settle(const struct guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_column *a = &map->columns[i];
        for (size_t k = 0; a->target.field && k < map->count; k++) {
            struct import_column *b = &map->columns[k];
            bool same = k != i && b->target.field == a->target.field &&
                        b->target.part == a->target.part &&
                        !str_eqz(S("long_text"), a->target.field->type->name);
            if (!same || !loses(g, a, b))
                continue;
            const struct field *next = NULL;
            const struct object *o = a->target.field->object;
            for (size_t n = a->target.field->index + 1; n < o->field_count && !next; n++) {
                const struct field *f = o->fields[n];
                if (a->target.part == WHOLE_FIELD && f->type == a->target.field->type &&
                    f->identity.n && str_eq(f->identity, a->target.field->identity) &&
                    import_settable(g->ctx, f))
                    next = f;
            }
            if (next && taken(map, next))
                next = NULL;
            if (!next && a->named.field && !taken(map, a->named.field))
                next = a->named.field; /* what the header says, though the values look otherwise */
            if (!next)
                next = second_name(g, map, a);
            if (!next && o != g->object && !taken(map, own_target(g, a).field))
                next = own_target(g, a).field;
            bool sure = next && next->object != g->object;
            a->target.field = next;
            a->confidence = sure ? a->confidence : next ? LOOKS : 0;
        }
    }
}

/* "公司" beside "联系人" is the row's own name, and that of a person there. */
static void settle_company(const struct guesser *g, struct import_map *map)
{
    const struct field *company = object_field(g->object, S("company")), *person = NULL;
    struct import_column *names = NULL, *firm = NULL;
    for (size_t i = 0; i < map->count; i++) {
        struct import_column *col = &map->columns[i];
        if (col->target.field == g->object->title && !names)
            names = col;
        if (company && col->target.field == company && col->named.field == company)
            firm = col;
    }
    if (names && firm && says_beside(g, names))
        person = beside_title(g, names);
    if (!person || taken(map, person))
        return;
    firm->target = (struct import_target){g->object->title, WHOLE_FIELD};
    names->target = (struct import_target){person, WHOLE_FIELD};
}

/* A name and a phone in the cells of "联系人", beside the company's name: both are the person's. */
static void settle_split(const struct guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_column *col = &map->columns[i];
        const struct field *title = col->split.n ? beside_title(g, col) : NULL;
        if (!title || !taken(map, g->object->title) || taken(map, title))
            continue;
        const struct field *phone = field_in(g, title->object, "phone", "");
        if (phone) {
            col->split.at[0].field = title;
            col->split.at[1].field = phone;
        }
    }
}

static bool named(const struct import_map *map, const struct object *other)
{
    for (size_t i = 0; i < map->count; i++)
        for (size_t k = 0; k < map->columns[i].split.n; k++)
            if (map->columns[i].split.at[k].field == other->title)
                return true;
    return taken(map, other->title);
}

/* What comes along needs a name: without a column for that, "联系人手机" is the row's own phone. */
static void settle_beside(const struct guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_column *col = &map->columns[i];
        if (!col->target.field || col->target.field->object == g->object ||
            named(map, col->target.field->object))
            continue;
        col->target = own_target(g, col);
        col->confidence = col->target.field ? PART : 0;
    }
}

/* "详细地址" beside "省份" and "城市" is the street only. */
static void settle_address(const struct guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_target *t = &map->columns[i].target, street;
        bool parts = false;
        if (!t->field || t->part != WHOLE_FIELD || !str_eqz(S("address"), t->field->type->name))
            continue;
        for (size_t k = 0; k < map->count; k++)
            parts = parts || (map->columns[k].target.field == t->field &&
                              map->columns[k].target.part != WHOLE_FIELD);
        str path = arena_printf(g->ctx->arena, STR_FMT ".street", STR_ARG(t->field->name));
        if (parts && import_target_own(g->object, path, &street) == OK)
            *t = street;
    }
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
    size_t count, line;
    bool end = false;
    while (s->rows < IMPORT_SCAN) {
        TRY(sheet_next(reader, &cells, &count, &line, &end, &c->problems));
        if (end)
            break;
        str *row = ARENA_ARRAY(c->arena, str, count);
        for (size_t i = 0; i < count; i++)
            row[i] = arena_str(c->arena, import_cell_text(c->arena, &cells[i]));
        s->cells[s->rows] = row;
        s->lines[s->rows] = line;
        s->counts[s->rows++] = count;
        s->width = count > s->width ? count : s->width;
    }
    return OK;
}

/* The row that has most known headers; without any, the first row when it is all words above rows
 * that are not. SIZE_MAX: there is none. */
static size_t find_header(const struct guesser *g, const struct scan *s)
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
    if (!f)
        return;
    if (str_eqz(S("date"), f->type->name) || str_eqz(S("instant"), f->type->name))
        col->date_order = import_date_order_of(col);
    if (!str_eqz(S("choice"), f->type->name))
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
    struct guesser g = {.ctx = c, .object = o};
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
            col->header = str_trim(text_clean(c->arena, s->cells[header][i]));
        for (size_t r = first; r < s->rows; r++) {
            str cell = i < s->counts[r] ? str_trim(s->cells[r][i]) : (str){0};
            if (import_blank(cell))
                continue;
            look(c, cell, &l);
            add_sample(c->arena, col, cell);
        }
        guess_column(&g, &l, col);
    }
    settle(&g, &map);
    settle_company(&g, &map);
    settle_split(&g, &map);
    settle_beside(&g, &map);
    settle(&g, &map);
    settle_address(&g, &map);
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
