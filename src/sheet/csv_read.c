#include <string.h>

#include "base/limits.h"
#include "sheet/decode.h"
#include "sheet/guard.h"
#include "sheet/reader.h"

enum state {
    FIELD_START,
    IN_PLAIN,
    IN_QUOTED,
    AFTER_QUOTE, /* a quote inside a quoted field: its end, or half of "" */
    AFTER_ROW
};

struct csv_reader {
    struct sheet_reader reader;
    struct decoder *decoder;
    char separator;
    bool declared; /* by a first line "sep=;" */
    str chunk;     /* decoded and not yet parsed */
    enum state state;
    size_t spaces;       /* seen in AFTER_QUOTE */
    size_t line;         /* physical line, from 1 */
    size_t quoted_since; /* line of the opening quote */
    bool after_cr;
};

static struct csv_reader *csv_of(struct sheet_reader *reader)
{
    return (struct csv_reader *)reader;
}

static const char separators[] = {',', ';', '\t', '|'};

/* Fields in each of the sample's first rows if c were the separator. */
enum { SNIFF_ROWS = 30 };
static size_t count_fields(str sample, char c, size_t counts[static SNIFF_ROWS])
{
    size_t rows = 0, fields = 1;
    bool quoted = false, fresh = true, blank = true;
    for (size_t i = 0; i < sample.n && rows < SNIFF_ROWS; i++) {
        char x = sample.p[i];
        if (x == '"' && (quoted || fresh)) {
            quoted = !quoted;
            blank = fresh = false;
        } else if (quoted) {
            continue;
        } else if (x == '\n' || x == '\r') {
            if (!blank)
                counts[rows++] = fields;
            fields = 1;
            fresh = blank = true;
        } else {
            fields += x == c;
            fresh = x == c;
            blank = false;
        }
    }
    if (!blank && !quoted && rows < SNIFF_ROWS)
        counts[rows++] = fields;
    return rows;
}

/* The separator that splits most rows into one same number of fields, and into the most fields. */
static char find_separator(str sample)
{
    char best = ',';
    size_t best_rows = 0, best_fields = 1;
    for (size_t s = 0; s < sizeof separators; s++) {
        size_t counts[SNIFF_ROWS], n = count_fields(sample, separators[s], counts);
        for (size_t i = 0; i < n; i++) {
            size_t same = 0;
            for (size_t j = 0; j < n; j++)
                same += counts[j] == counts[i];
            bool better = same > best_rows || (same == best_rows && counts[i] > best_fields);
            if (counts[i] > 1 && better) {
                best = separators[s];
                best_rows = same;
                best_fields = counts[i];
            }
        }
    }
    return best;
}

/* Excel's own declaration: sep=; alone in the first line. Returns its length, 0 when none. */
static size_t declared_separator(str sample, char *separator)
{
    if (sample.n < 6 || !str_ieq_ascii(str_cut(sample, 0, 4), S("sep=")))
        return 0;
    if (sample.p[5] != '\n' && sample.p[5] != '\r')
        return 0;
    *separator = sample.p[4];
    return sample.p[5] == '\r' && sample.n > 6 && sample.p[6] == '\n' ? 7 : 6;
}

static err_t csv_select(struct sheet_reader *reader,
                        size_t sheet __attribute__((unused)),
                        struct problems *problems __attribute__((unused)))
{
    struct csv_reader *csv = csv_of(reader);
    TRY(decode_rewind(csv->decoder));
    TRY(decode_next(csv->decoder, &csv->chunk));
    csv->state = FIELD_START;
    csv->line = 1;
    csv->after_cr = false;
    if (csv->declared) {
        char separator;
        csv->chunk = str_cut(csv->chunk, declared_separator(csv->chunk, &separator), SIZE_MAX);
        csv->line = 2;
    }
    return OK;
}

/* ="138…", which shops write to keep Excel from making a number of it: the text within. */
static str unwrap_formula(str text)
{
    bool wrapped = text.n >= 3 && str_starts(text, S("=\"")) && text.p[text.n - 1] == '"';
    str inside = wrapped ? str_cut(text, 2, text.n - 1) : text;
    return str_find_byte(inside, '"') == SIZE_MAX ? inside : text;
}

/* The text of the last cell is complete. */
static void end_field(struct row *row)
{
    size_t last = row->n - 1, start = row->starts[last];
    str text = str_cut(buf_str(&row->text), start, SIZE_MAX);
    str bare = guard_remove(text);
    if (bare.n == text.n)
        bare = unwrap_formula(text);
    if (bare.n < text.n) {
        memmove(row->text.p + start, bare.p, bare.n);
        row->text.n -= text.n - bare.n;
    }
    row_end_cell(row, last);
    row->cells[last].kind = bare.n ? CELL_TEXT : CELL_EMPTY;
}

/* The number of bytes at the front of s that stand for themselves. */
static size_t plain_run(str s, char separator)
{
    size_t n = 0;
    while (n < s.n && s.p[n] != separator && s.p[n] != '\n' && s.p[n] != '\r')
        n++;
    return n;
}

static void pass_line_end(struct csv_reader *csv, char c)
{
    if (!(c == '\n' && csv->after_cr))
        csv->line++;
    csv->after_cr = c == '\r';
}

static bool take_line_end(struct csv_reader *csv, char c)
{
    if (c != '\n' && c != '\r')
        return false;
    pass_line_end(csv, c);
    csv->state = AFTER_ROW;
    return true;
}

/* What a byte that is neither quoted text nor plain text does. False when it is text. */
static bool take_mark(struct csv_reader *csv, char c)
{
    if (c == csv->separator)
        csv->state = FIELD_START;
    else if (!take_line_end(csv, c))
        return false;
    end_field(&csv->reader.row);
    return true;
}

static void take_after_quote(struct csv_reader *csv, char c)
{
    struct buf *text = &csv->reader.row.text;
    if (c == '"' && csv->spaces == 0) {
        buf_byte(text, '"');
        csv->state = IN_QUOTED;
    } else if (take_mark(csv, c)) {
        return;
    } else if (c == ' ') {
        csv->spaces++;
    } else {
        /* The quote was meant as a character: "19" screen". */
        buf_byte(text, '"');
        for (; csv->spaces; csv->spaces--)
            buf_byte(text, ' ');
        if (c != '"') {
            buf_byte(text, c);
            csv->state = IN_QUOTED;
        }
    }
}

static void take_quoted(struct csv_reader *csv)
{
    str *s = &csv->chunk;
    size_t n = 0;
    while (n < s->n && s->p[n] != '"') {
        if (s->p[n] == '\n' || s->p[n] == '\r')
            pass_line_end(csv, s->p[n]);
        else
            csv->after_cr = false;
        n++;
    }
    buf_add(&csv->reader.row.text, str_cut(*s, 0, n));
    if (n < s->n) {
        csv->state = AFTER_QUOTE;
        csv->spaces = 0;
        csv->after_cr = false;
        n++;
    }
    *s = str_cut(*s, n, s->n);
}

/* Begins a field. Beyond the last column only empty fields are borne, as some programs write to
 * the right of every row. False when there is text. */
static bool begin_field(struct csv_reader *csv)
{
    str *s = &csv->chunk;
    char c = s->p[0];
    if (row_cell(&csv->reader.row, csv->reader.row.n)) {
        csv->state = c == '"' ? IN_QUOTED : IN_PLAIN;
        csv->quoted_since = csv->line;
        *s = str_cut(*s, c == '"', s->n);
        return true;
    }
    *s = str_cut(*s, 1, s->n);
    return c == csv->separator || take_line_end(csv, c);
}

/* False when the row has too many columns. */
static bool take(struct csv_reader *csv)
{
    str *s = &csv->chunk;
    struct row *row = &csv->reader.row;
    char c = s->p[0];
    if (csv->state == FIELD_START)
        return begin_field(csv);
    if (csv->state == IN_QUOTED) {
        take_quoted(csv);
    } else if (csv->state == AFTER_QUOTE) {
        *s = str_cut(*s, 1, s->n);
        take_after_quote(csv, c);
    } else {
        size_t n = plain_run(*s, csv->separator);
        buf_add(&row->text, str_cut(*s, 0, n));
        if (n < s->n)
            take_mark(csv, s->p[n++]);
        *s = str_cut(*s, n, s->n);
    }
    return true;
}

/* Makes the chunk non-empty, or *end. */
static err_t fill(struct csv_reader *csv, bool *end, struct problems *problems)
{
    if (csv->chunk.n == 0) {
        err_t e = decode_next(csv->decoder, &csv->chunk);
        if (e == ERR_INVALID)
            return reader_refuse(problems, "sheet_encoding", csv->line);
        if (e != OK)
            return e;
    }
    *end = csv->chunk.n == 0;
    return OK;
}

/* The file ends within a row. */
static err_t end_file(struct csv_reader *csv, struct problems *problems)
{
    if (csv->state == IN_QUOTED)
        return reader_refuse(problems, "sheet_open_quote", csv->quoted_since);
    if (csv->state != FIELD_START)
        end_field(&csv->reader.row);
    return OK;
}

static err_t
csv_next(struct sheet_reader *reader, size_t *line, bool *end, struct problems *problems)
{
    struct csv_reader *csv = csv_of(reader);
    struct row *row = &reader->row;
    bool at_end = false;
    TRY(fill(csv, &at_end, problems));
    if (!at_end && csv->after_cr && csv->chunk.p[0] == '\n') {
        csv->chunk = str_cut(csv->chunk, 1, csv->chunk.n);
        csv->after_cr = false;
        TRY(fill(csv, &at_end, problems));
    }
    csv->after_cr = false;
    csv->state = FIELD_START;
    *line = csv->line;
    *end = at_end;
    while (!at_end && csv->state != AFTER_ROW) {
        if (!take(csv))
            return reader_refuse(problems, "sheet_too_wide", *line);
        if (row->text.full && csv->state == IN_QUOTED)
            return reader_refuse(problems, "sheet_open_quote", csv->quoted_since);
        if (row->text.full)
            return reader_refuse(problems, "sheet_row_too_large", *line);
        TRY(fill(csv, &at_end, problems));
    }
    return csv->state == AFTER_ROW ? OK : end_file(csv, problems);
}

static double csv_progress(const struct sheet_reader *reader)
{
    return decode_progress(((const struct csv_reader *)reader)->decoder);
}

static void csv_close(struct sheet_reader *reader)
{
    decode_close(csv_of(reader)->decoder);
}

static const struct reader_kind csv_kind = {csv_select, csv_next, csv_progress, csv_close};

err_t csv_open(struct arena *arena,
               const char *path,
               struct problems *problems,
               struct sheet_reader **out)
{
    struct csv_reader *csv = ARENA_NEW(arena, struct csv_reader);
    TRY(decode_open(arena, path, problems, &csv->decoder));
    reader_init(&csv->reader, arena, SHEET_CSV, &csv_kind);
    csv->reader.encoding = decode_encoding(csv->decoder);
    *VEC_PUSH(arena, csv->reader.sheets) = (struct sheet_info){0};
    err_t e = decode_next(csv->decoder, &csv->chunk);
    if (e == OK) {
        csv->declared = declared_separator(csv->chunk, &csv->separator) > 0;
        if (!csv->declared)
            csv->separator = find_separator(csv->chunk);
    }
    if (e != OK) {
        sheet_close(&csv->reader);
        return e;
    }
    *out = &csv->reader;
    return OK;
}
