/* Which row is the header, and which column is which field: by the words that a definition lists
 * (labels in three languages, "import"), then by what the values look like. */
#include "core/import_reading.h"

#include "base/limits.h"
#include "base/message.h"
#include "text/text.h"

enum { HEADER_MOST_CHARS = 40 };

static const double SURE = 1, PART = 0.7, LOOKS = 0.6, LEAST_SHARE = 0.6;

struct guesser {
    struct ctx *ctx;
    const struct object *object;
    struct map words; /* folded header: struct import_target */
    VEC(str) keys;    /* the same, for parts of headers */
};

/* Headers of what is a part of an address. */
static const struct part_word {
    const char *part, *words;
} part_words[] = {
    {"country", "国家|国别|國家|country|nation"},
    {"province", "省|省份|所在省|所在省份|省市|province|state|region|state/region|县市"},
    {"city", "市|城市|所在城市|所在市|地市|city|town"},
    {"district", "区|区县|县区|所在区|区域|區|鄉鎮市區|district|county"},
    {"street", "街道|详细地址|街道地址|门牌|street|street address|address line 1|address 1"},
    {"postcode", "邮编|邮政编码|郵遞區號|postcode|zip|zip code|postal code|zip/postal code"},
};

/* Folded, without what stands in brackets, marks of required fields and signs at the ends. */
static str header_key(struct arena *arena, str header)
{
    str s = text_fold(arena, header);
    size_t open = str_find_byte(s, '(');
    if (open != SIZE_MAX && open > 0 && s.p[s.n - 1] == ')')
        s = str_cut(s, 0, open);
    while (s.n && (s.p[0] == '*' || s.p[0] == ' ' || s.p[0] == '#'))
        s = str_cut(s, 1, s.n);
    while (s.n && (s.p[s.n - 1] == '*' || s.p[s.n - 1] == ':' || s.p[s.n - 1] == ' '))
        s = str_cut(s, 0, s.n - 1);
    return s;
}

static void add_word(struct guesser *g, str word, struct import_target target)
{
    str key = header_key(g->ctx->arena, word);
    if (!key.n || map_get(&g->words, key))
        return;
    struct import_target *t = ARENA_NEW(g->ctx->arena, struct import_target);
    *t = target;
    map_put(g->ctx->arena, &g->words, key, t);
    *VEC_PUSH(g->ctx->arena, g->keys) = key;
}

static void add_list(struct guesser *g, const json_t *list, struct import_target target)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        add_word(g, json_str(json_array_get(list, i)), target);
}

/* "姓名 / 名称" is two words. */
static void add_label(struct guesser *g, str label, struct import_target target)
{
    str rest = label, part;
    add_word(g, label, target);
    while (str_split(&rest, '/', &part))
        add_word(g, part, target);
}

static void add_words(struct guesser *g)
{
    const struct object *o = g->object;
    const json_t *others = json_object_get(o->definition, "import");
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        struct import_target target = {f, WHOLE_FIELD};
        if (!import_settable(g->ctx, f))
            continue;
        add_word(g, f->name, target);
        for (enum lang lang = 0; lang < LANG_COUNT; lang++)
            add_label(g, f->label.text[lang], target);
        add_list(g, json_object_get(f->definition, "import"), target);
        add_list(g, json_object_get(others, arena_strz(g->ctx->arena, f->name)), target);
    }
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        for (size_t k = 0; str_eqz(S("address"), f->type->name) && import_settable(g->ctx, f) &&
                           k < sizeof part_words / sizeof *part_words;
             k++) {
            str words = str_from(part_words[k].words), word;
            struct import_target target;
            str path =
                arena_printf(g->ctx->arena, STR_FMT ".%s", STR_ARG(f->name), part_words[k].part);
            if (import_target_find(o, path, &target) != OK)
                continue;
            while (str_split(&words, '|', &word))
                add_word(g, word, target);
        }
    }
}

/* The longest word that the header contains ("客户手机号码1" has 手机号码); of two as long the
 * later one, which says what the thing is ("微信群昵称" is a 昵称). */
static const struct import_target *contained(const struct guesser *g, str key)
{
    str best = {0};
    size_t best_at = 0;
    for (size_t i = 0; i < g->keys.n; i++) {
        str w = g->keys.at[i];
        bool wide = (unsigned char)w.p[0] >= 0x80;
        size_t at = w.n >= best.n && w.n >= (wide ? 6u : 4u) ? str_find(key, w) : SIZE_MAX;
        if (at == SIZE_MAX || (w.n == best.n && at <= best_at))
            continue;
        best = w;
        best_at = at;
    }
    return best.n ? map_get(&g->words, best) : NULL;
}

/* ---- values ---- */

struct looks {
    size_t filled, phone, email, date, url, number, address, name, company, wechat, with_phone;
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
    l->name += han >= 2 && han <= 4 && utf8_count(s) == han;
    l->wechat += wechat_like(s) && !is_phone;
}

static bool most(size_t n, const struct looks *l)
{
    return l->filled >= 2 && (double)n >= LEAST_SHARE * (double)l->filled;
}

/* The first settable field of a type; identity "" = any. */
static const struct field *field_of(const struct guesser *g, const char *type, const char *identity)
{
    for (size_t i = 0; i < g->object->field_count; i++) {
        const struct field *f = g->object->fields[i];
        if (str_eqz(str_from(f->type->name), type) && import_settable(g->ctx, f) &&
            (!*identity || str_eqz(f->identity, identity)))
            return f;
    }
    return NULL;
}

/* What the values say, NULL when they say nothing sure. */
static const struct field *by_values(const struct guesser *g, const struct looks *l)
{
    const struct field *company = object_field(g->object, S("company"));
    if (most(l->phone, l))
        return field_of(g, "phone", "");
    if (most(l->email, l))
        return field_of(g, "email", "");
    if (most(l->url, l))
        return field_of(g, "url", "");
    if (most(l->company, l))
        return company ? company : g->object->title;
    if (most(l->address, l) && !most(l->name, l))
        return field_of(g, "address", "");
    if (most(l->name, l))
        return g->object->title;
    if (most(l->wechat, l))
        return field_of(g, "text", "wechat");
    return NULL;
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

bool import_is_reason(struct arena *arena, str header)
{
    str key = header_key(arena, header);
    for (enum lang lang = 0; lang < LANG_COUNT; lang++)
        if (str_eq(key, header_key(arena, message_get(lang, S("import_reason")))))
            return true;
    return false;
}

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
    str key = header_key(g->ctx->arena, col->header);
    if (import_is_reason(g->ctx->arena, col->header))
        return;
    const struct import_target *t = key.n ? map_get(&g->words, key) : NULL;
    col->confidence = SURE;
    if (!t && key.n) {
        t = contained(g, key);
        col->confidence = PART;
        if (t && t->field->target) /* a shop's name is nobody's owner */
            t = NULL;
    }
    bool exact = t && col->confidence == SURE;
    col->named = exact ? *t : (struct import_target){0};
    if (t && fits(t->field, exact, l)) {
        col->target = *t;
    } else {
        const struct field *f = by_values(g, l);
        if (f && import_settable(g->ctx, f))
            col->target = (struct import_target){f, WHOLE_FIELD};
        else if (t)
            col->target = *t;
        col->confidence = col->target.field ? LOOKS : 0;
    }
    bool names = col->target.field && (col->target.field == g->object->title ||
                                       str_eqz(S("phone"), col->target.field->type->name));
    if ((names || !col->target.field) && most(l->with_phone, l))
        split_name_phone(g, col);
}

bool import_names(struct arena *arena, const struct field *f, str header)
{
    const json_t *words = json_object_get(f->definition, "import");
    str key = header_key(arena, header);
    bool named = false;
    for (size_t i = 0; i < LANG_COUNT; i++)
        named = named || str_eq(header_key(arena, f->label.text[i]), key);
    for (size_t i = 0; i < json_array_size(words); i++)
        named = named || str_eq(header_key(arena, json_str(json_array_get(words, i))), key);
    return named;
}

static bool taken(const struct import_map *map, const struct field *f)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->columns[i].target.field == f)
            return true;
    return false;
}

/* A second name, as that of the person beside the company's, is not lost. */
static const struct field *notes_for(const struct guesser *g, const struct import_column *col)
{
    const struct field *notes = object_field(g->object, S("notes"));
    bool fits =
        notes && str_eqz(S("long_text"), notes->type->name) && import_settable(g->ctx, notes);
    return fits && col->target.field == g->object->title ? notes : NULL;
}

/* A second column of the same kind goes to the next field of it (phone, then phone2), a second name
 * to the notes; what is left over is left out. */
static void settle(const struct guesser *g, struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++) {
        struct import_column *a = &map->columns[i];
        for (size_t k = 0; a->target.field && k < map->count; k++) {
            struct import_column *b = &map->columns[k];
            bool same = k != i && b->target.field == a->target.field &&
                        b->target.part == a->target.part &&
                        !str_eqz(S("long_text"), a->target.field->type->name);
            bool loses = b->confidence > a->confidence || (b->confidence == a->confidence && k < i);
            if (!same || !loses)
                continue;
            const struct field *next = NULL;
            for (size_t n = a->target.field->index + 1; n < g->object->field_count && !next; n++) {
                const struct field *f = g->object->fields[n];
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
                next = notes_for(g, a);
            a->target.field = next;
            a->confidence = next ? LOOKS : 0;
        }
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
                          ? header_key(g->ctx->arena, s->cells[r][i])
                          : (str){0};
            filled += s->cells[r][i].n > 0;
            known += key.n && map_get(&g->words, key) != NULL;
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
    add_words(&g);
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
    for (size_t i = 0; i < map.count; i++)
        look_closer(c, &map.columns[i]);
    *out = (struct import_guess){
        .header_row = header == SIZE_MAX ? 0 : (int64_t)s->lines[header],
        .map = map,
        .rows_seen = s->rows - first,
    };
    return OK;
}
