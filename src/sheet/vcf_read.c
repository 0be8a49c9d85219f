#include <string.h>

#include "base/clock.h"
#include "base/limits.h"
#include "sheet/reader.h"
#include "sheet/vcf_line.h"

enum {
    MAX_COLUMNS = 200,
    MAX_NAME = 100,
    MAX_VALUES = 1000, /* of one card */
    CARD_BYTES = 8 * MIB,
    CARD_ARENA = CARD_BYTES + 32 * VCF_LINE_BYTES /* one more property, decoded */
};

struct vcf_reader {
    struct sheet_reader reader;
    struct decoder *decoder;
    struct vcf_lines lines;
    struct arena *memory; /* of the card being read */
    VEC(str) names;       /* the columns; empty until the first select */
    bool headed;          /* the row of names was given */
    size_t cards;         /* that were given: rows are counted by them */
};

static struct vcf_reader *vcf_of(struct sheet_reader *reader)
{
    return (struct vcf_reader *)reader;
}

/* One value of a card. */
struct card_value {
    str name, text;
};
struct card {
    VEC(struct card_value) values;
    size_t line;
};

static bool is_ignored(str name)
{
    static const str names[] = {S("VERSION"), S("PRODID"),      S("PHOTO"),        S("LOGO"),
                                S("SOUND"),   S("KEY"),         S("REV"),          S("MAILER"),
                                S("CLASS"),   S("SORT-STRING"), S("X-ABLABEL"),    S("X-ABADR"),
                                S("SOURCE"),  S("XML"),         S("CLIENTPIDMAP"), S("PROFILE"),
                                S("LABEL")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(name, names[i]))
            return true;
    }
    return false;
}

static bool is_wide(str s)
{
    while (s.n) {
        if (utf8_next(&s) >= 0x2e80)
            return true;
    }
    return false;
}

static void join(struct arena *arena, str *whole, str separator, str part)
{
    if (part.n == 0)
        return;
    *whole = whole->n ? arena_concat(arena, arena_concat(arena, *whole, separator), part) : part;
}

enum { STRUCTURED_PARTS = 8 };
static size_t take_parts(struct arena *arena, str raw, str parts[static STRUCTURED_PARTS])
{
    size_t n = 0;
    str part;
    while (n < STRUCTURED_PARTS && vcf_split(arena, &raw, ';', &part))
        parts[n++] = str_trim(part);
    return n;
}

/* Family; given; additional; prefixes; suffixes: as one writes it, 张三 or John Smith. */
static str name_of(struct arena *arena, str raw)
{
    static const size_t eastern[] = {0, 1, 2}, western[] = {3, 1, 2, 0, 4};
    str parts[STRUCTURED_PARTS] = {0}, whole = {0};
    take_parts(arena, raw, parts);
    bool wide = is_wide(parts[0]) || is_wide(parts[1]);
    for (size_t i = 0; i < (wide ? 3 : 5); i++)
        join(arena, &whole, wide ? S("") : S(" "), parts[wide ? eastern[i] : western[i]]);
    return whole;
}

/* Box; extended; street; locality; region; postal code; country: largest first where written in
 * Chinese, with the postal code left out, else the usual western order. */
static str address_of(struct arena *arena, str raw)
{
    static const size_t eastern[] = {6, 4, 3, 2, 1, 0}, western[] = {0, 1, 2, 3, 4, 5, 6};
    str parts[STRUCTURED_PARTS] = {0}, whole = {0};
    take_parts(arena, raw, parts);
    bool wide = is_wide(raw);
    for (size_t i = 0; i < (wide ? 6 : 7); i++) {
        str part = parts[wide ? eastern[i] : western[i]];
        join(arena, &whole, wide ? S("") : S(", "), part);
    }
    return whole;
}

static void add(struct arena *arena, struct card *card, str name, str text)
{
    text = str_trim(text);
    if (text.n && card->values.n <= MAX_VALUES)
        *VEC_PUSH(arena, card->values) = (struct card_value){name, text};
}

static void add_organisation(struct arena *arena, struct card *card, str raw)
{
    str company = {0}, part, department = {0};
    vcf_split(arena, &raw, ';', &company);
    for (size_t i = 0; i < STRUCTURED_PARTS && vcf_split(arena, &raw, ';', &part); i++)
        join(arena, &department, S("/"), str_trim(part));
    add(arena, card, S("ORG"), company);
    add(arena, card, S("DEPARTMENT"), department);
}

static void add_list(struct arena *arena, struct card *card, str name, str raw)
{
    str part;
    while (card->values.n <= MAX_VALUES && vcf_split(arena, &raw, ',', &part))
        add(arena, card, name, part);
}

static void add_property(struct arena *arena, struct card *card, const struct vcf_property *p)
{
    str raw = p->value, text = {0};
    if (is_ignored(p->name) || p->name.n == 0 || p->name.n > MAX_NAME || raw.n == 0)
        return;
    if (str_eqz(p->name, "N")) {
        add(arena, card, S("N"), name_of(arena, raw));
    } else if (str_eqz(p->name, "ADR")) {
        add(arena, card, S("ADR"), address_of(arena, raw));
    } else if (str_eqz(p->name, "ORG")) {
        add_organisation(arena, card, raw);
    } else if (str_eqz(p->name, "CATEGORIES") || str_eqz(p->name, "NICKNAME")) {
        add_list(arena, card, p->name, raw);
    } else {
        vcf_split(arena, &raw, 0, &text);
        if (str_eqz(p->name, "TEL") && str_ieq_ascii(str_cut(text, 0, 4), S("tel:")))
            text = str_cut(text, 4, text.n);
        add(arena, card, p->name, text);
    }
}

/* A card needs a formatted name only since 3.0; where it is missing, N stands in for it. */
static void settle_name(struct card *card)
{
    bool formatted = false;
    for (size_t i = 0; i < card->values.n; i++)
        formatted |= str_eqz(card->values.at[i].name, "FN");
    size_t kept = 0;
    for (size_t i = 0; i < card->values.n; i++) {
        struct card_value one = card->values.at[i];
        if (str_eqz(one.name, "N")) {
            if (formatted)
                continue;
            one.name = S("FN");
        }
        card->values.at[kept++] = one;
    }
    card->values.n = kept;
}

/* The next card; a card within a card (AGENT of 2.1) is passed over. */
static err_t
read_card(struct vcf_reader *vcf, struct card *card, bool *end, struct problems *problems)
{
    arena_reset(vcf->memory);
    *card = (struct card){0};
    unsigned depth = 0;
    for (;;) {
        struct vcf_property property;
        TRY(vcf_next(&vcf->lines, vcf->memory, &property, end, problems));
        if (*end)
            return depth ? reader_refuse(problems, "sheet_open_card", card->line) : OK;
        bool mark = str_ieq_ascii(str_trim(property.value), S("VCARD"));
        if (mark && str_eqz(property.name, "BEGIN")) {
            if (depth++ == 0)
                card->line = vcf->lines.started;
        } else if (mark && str_eqz(property.name, "END")) {
            if (depth > 0 && --depth == 0) {
                settle_name(card);
                return OK;
            }
        } else if (depth == 1) {
            add_property(vcf->memory, card, &property);
        }
        if (arena_used(vcf->memory) > CARD_BYTES || card->values.n > MAX_VALUES)
            return reader_refuse(problems, "sheet_row_too_large", card->line);
    }
}

static size_t column_of(const struct vcf_reader *vcf, str name)
{
    for (size_t i = 0; i < vcf->names.n; i++) {
        if (str_eq(vcf->names.at[i], name))
            return i;
    }
    return SIZE_MAX;
}

static size_t rank_of(str name)
{
    static const str order[] = {S("FN"),         S("TEL"),      S("EMAIL"),      S("ORG"),
                                S("DEPARTMENT"), S("TITLE"),    S("ADR"),        S("URL"),
                                S("BDAY"),       S("NICKNAME"), S("CATEGORIES"), S("NOTE")};
    enum { KNOWN = sizeof order / sizeof *order };
    for (size_t i = 0; i < KNOWN; i++) {
        if (str_eq(name, order[i]))
            return i;
    }
    return KNOWN;
}

/* Well-known names in their order, then the others as they appear. */
static void add_column(struct vcf_reader *vcf, str name)
{
    struct arena *arena = vcf->reader.arena;
    size_t i = vcf->names.n;
    *VEC_PUSH(arena, vcf->names) = S("");
    for (; i > 0 && rank_of(vcf->names.at[i - 1]) > rank_of(name); i--)
        vcf->names.at[i] = vcf->names.at[i - 1];
    vcf->names.at[i] = arena_str(arena, name);
}

static err_t vcf_rewind(struct vcf_reader *vcf)
{
    vcf_lines_done(&vcf->lines);
    vcf_lines_init(&vcf->lines, vcf->decoder);
    vcf->headed = false;
    vcf->cards = 0;
    return decode_rewind(vcf->decoder);
}

static err_t collect_names(struct vcf_reader *vcf, struct problems *problems)
{
    for (;;) {
        struct card card;
        bool end;
        TRY(read_card(vcf, &card, &end, problems));
        if (end)
            return vcf_rewind(vcf);
        for (size_t i = 0; i < card.values.n; i++) {
            str name = card.values.at[i].name;
            if (column_of(vcf, name) != SIZE_MAX)
                continue;
            if (vcf->names.n >= MAX_COLUMNS)
                return reader_refuse(problems, "sheet_too_wide", card.line);
            add_column(vcf, name);
        }
    }
}

static err_t vcf_select(struct sheet_reader *reader,
                        size_t sheet __attribute__((unused)),
                        struct problems *problems)
{
    struct vcf_reader *vcf = vcf_of(reader);
    TRY(vcf_rewind(vcf));
    if (vcf->names.n)
        return OK;
    return collect_names(vcf, problems);
}

/* 19900305, 1990-03-05 and 1990-03-05T00:00:00Z. */
static bool day_of(str text, int64_t *day)
{
    char dashed[DAY_CHARS];
    if (text.n == 8 && str_find_byte(text, '-') == SIZE_MAX) {
        memcpy(dashed, text.p, 4);
        dashed[4] = dashed[7] = '-';
        memcpy(dashed + 5, text.p + 4, 2);
        memcpy(dashed + 8, text.p + 6, 2);
        text = (str){dashed, DAY_CHARS};
    }
    return day_parse(str_cut(text, 0, DAY_CHARS), day) == OK;
}

static void set_cell(struct row *row, size_t column, str name, const struct card *card)
{
    struct sheet_cell *cell = row_cell(row, column);
    size_t start = row->text.n, found = 0;
    for (size_t i = 0; i < card->values.n; i++) {
        const struct card_value *one = &card->values.at[i];
        if (!str_eq(one->name, name))
            continue;
        if (found++)
            buf_byte(&row->text, '\n');
        buf_add(&row->text, one->text);
    }
    if (found == 0)
        return;
    row_end_cell(row, column);
    cell->kind = CELL_TEXT;
    if (str_eqz(name, "BDAY") && day_of(str_cut(buf_str(&row->text), start, SIZE_MAX), &cell->at))
        cell->kind = CELL_DAY;
}

static err_t
vcf_next_row(struct sheet_reader *reader, size_t *line, bool *end, struct problems *problems)
{
    struct vcf_reader *vcf = vcf_of(reader);
    struct row *row = &reader->row;
    struct card card = {0};
    bool heading = !vcf->headed;
    *end = false;
    if (!heading)
        TRY(read_card(vcf, &card, end, problems));
    vcf->headed = true;
    *line = heading || *end ? 0 : ++vcf->cards;
    for (size_t i = 0; i < vcf->names.n && !*end; i++) {
        if (heading) {
            row_cell(row, i)->kind = CELL_TEXT;
            buf_add(&row->text, vcf->names.at[i]);
            row_end_cell(row, i);
        } else {
            set_cell(row, i, vcf->names.at[i], &card);
        }
    }
    if (row->text.full)
        return reader_refuse(problems, "sheet_row_too_large", card.line);
    return OK;
}

static double vcf_progress(const struct sheet_reader *reader)
{
    return decode_progress(((const struct vcf_reader *)reader)->decoder);
}

static void vcf_close(struct sheet_reader *reader)
{
    struct vcf_reader *vcf = vcf_of(reader);
    vcf_lines_done(&vcf->lines);
    arena_free(vcf->memory);
    decode_close(vcf->decoder);
}

static const struct reader_kind vcf_kind = {vcf_select, vcf_next_row, vcf_progress, vcf_close};

err_t vcf_open(struct arena *arena,
               const char *path,
               struct problems *problems,
               struct sheet_reader **out)
{
    struct vcf_reader *vcf = ARENA_NEW(arena, struct vcf_reader);
    TRY(decode_open(arena, path, problems, &vcf->decoder));
    reader_init(&vcf->reader, arena, SHEET_VCF, &vcf_kind);
    vcf->reader.encoding = decode_encoding(vcf->decoder);
    *VEC_PUSH(arena, vcf->reader.sheets) = (struct sheet_info){0};
    vcf->memory = arena_new(CARD_ARENA);
    vcf_lines_init(&vcf->lines, vcf->decoder);
    *out = &vcf->reader;
    return OK;
}
