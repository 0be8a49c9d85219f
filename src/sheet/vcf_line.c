#include "sheet/vcf_line.h"

#include <string.h>

#include "sheet/reader.h"

void vcf_lines_init(struct vcf_lines *lines, struct decoder *decoder)
{
    *lines = (struct vcf_lines){.decoder = decoder, .line = 1};
    buf_init(&lines->text, VCF_LINE_BYTES);
    buf_init(&lines->ahead, VCF_LINE_BYTES);
}

void vcf_lines_done(struct vcf_lines *lines)
{
    buf_done(&lines->text);
    buf_done(&lines->ahead);
}

/* One physical line without its end into out. *any is false when there is none. */
static err_t read_physical(struct vcf_lines *lines, struct buf *out, bool *any, struct problems *p)
{
    buf_clear(out);
    *any = false;
    for (bool whole = false; !whole;) {
        if (lines->chunk.n == 0) {
            err_t e = decode_next(lines->decoder, &lines->chunk);
            if (e == ERR_INVALID)
                return reader_refuse(p, "sheet_encoding", lines->line);
            if (e != OK)
                return e;
            if (lines->chunk.n == 0)
                break;
        }
        size_t n = str_find_byte(lines->chunk, '\n');
        whole = n != SIZE_MAX;
        buf_add(out, str_cut(lines->chunk, 0, n));
        lines->chunk = str_cut(lines->chunk, whole ? n + 1 : SIZE_MAX, SIZE_MAX);
        *any = true;
    }
    if (out->n && out->p[out->n - 1] == '\r')
        out->n--;
    lines->line += *any;
    return OK;
}

static err_t look_ahead(struct vcf_lines *lines, struct problems *problems)
{
    if (lines->has_ahead || lines->at_end)
        return OK;
    TRY(read_physical(lines, &lines->ahead, &lines->has_ahead, problems));
    lines->at_end = !lines->has_ahead;
    return OK;
}

static bool contains_word(str s, str word)
{
    for (size_t i = 0; i + word.n <= s.n; i++) {
        if (str_ieq_ascii(str_cut(s, i, i + word.n), word))
            return true;
    }
    return false;
}

/* Whether the line so far is a quoted-printable one that a = at its end carries on. */
static bool carries_on(str line)
{
    size_t colon = str_find_byte(line, ':');
    return colon != SIZE_MAX && line.p[line.n - 1] == '=' &&
           contains_word(str_cut(line, 0, colon), S("QUOTED-PRINTABLE"));
}

/* Joins the physical lines of one content line in lines->text. */
static err_t unfold(struct vcf_lines *lines, bool *any, struct problems *problems)
{
    TRY(look_ahead(lines, problems));
    *any = lines->has_ahead;
    lines->started = lines->line - 1;
    buf_clear(&lines->text);
    bool first = true;
    while (lines->has_ahead) {
        str line = buf_str(&lines->ahead);
        bool folded = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
        bool carried = lines->text.n && carries_on(buf_str(&lines->text));
        if (!first && !folded && !carried)
            break;
        if (carried)
            lines->text.n--;
        buf_add(&lines->text, str_cut(line, folded && !first && !carried, line.n));
        lines->text.full |= lines->ahead.full;
        lines->has_ahead = first = false;
        TRY(look_ahead(lines, problems));
    }
    return OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static str decode_quoted_printable(struct arena *arena, str s)
{
    char *out = arena_alloc(arena, s.n + 1), *w = out;
    for (size_t i = 0; i < s.n; i++) {
        int high = -1, low = -1;
        if (s.p[i] == '=' && i + 2 < s.n) {
            high = hex_digit(s.p[i + 1]);
            low = hex_digit(s.p[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            *w++ = (char)(high << 4 | low);
            i += 2;
        } else {
            *w++ = s.p[i];
        }
    }
    return (str){out, (size_t)(w - out)};
}

/* Where the value begins: the first colon outside a quoted parameter. */
static size_t find_value(str line)
{
    bool quoted = false;
    for (size_t i = 0; i < line.n; i++) {
        if (line.p[i] == '"')
            quoted = !quoted;
        else if (line.p[i] == ':' && !quoted)
            return i;
    }
    return SIZE_MAX;
}

static str upper(struct arena *arena, str s)
{
    char *out = arena_strz(arena, s);
    for (size_t i = 0; i < s.n; i++) {
        if (out[i] >= 'a' && out[i] <= 'z')
            out[i] = (char)(out[i] - 'a' + 'A');
    }
    return (str){out, s.n};
}

static bool is_bytes(str name)
{
    static const str names[] = {S("PHOTO"), S("LOGO"), S("SOUND"), S("KEY")};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (str_eq(name, names[i]))
            return true;
    }
    return false;
}

static void take_apart(struct arena *arena, str line, size_t colon, struct vcf_property *out)
{
    str head = str_cut(line, 0, colon), name = S(""), parameter, charset = {0};
    bool quoted_printable = false;
    str_split(&head, ';', &name);
    size_t dot = str_find_byte(name, '.');
    if (dot != SIZE_MAX)
        name = str_cut(name, dot + 1, name.n);
    out->name = upper(arena, str_trim(name));
    out->value = S("");
    if (is_bytes(out->name))
        return;
    while (str_split(&head, ';', &parameter)) {
        if (str_ieq_ascii(str_cut(parameter, 0, 8), S("CHARSET=")))
            charset = str_cut(parameter, 8, parameter.n);
        quoted_printable |= contains_word(parameter, S("QUOTED-PRINTABLE"));
    }
    out->value = str_cut(line, colon + 1, line.n);
    if (quoted_printable)
        out->value = decode_text(arena, charset, decode_quoted_printable(arena, out->value));
}

err_t vcf_next(struct vcf_lines *lines,
               struct arena *arena,
               struct vcf_property *out,
               bool *end,
               struct problems *problems)
{
    for (;;) {
        bool any;
        TRY(unfold(lines, &any, problems));
        *end = !any;
        if (!any)
            return OK;
        size_t colon = find_value(buf_str(&lines->text));
        if (colon == SIZE_MAX)
            continue;
        take_apart(arena, buf_str(&lines->text), colon, out);
        if (lines->text.full && out->value.n)
            return reader_refuse(problems, "sheet_row_too_large", lines->started);
        return OK;
    }
}

/* Length of the part at the front of s. */
static size_t part_length(str s, char separator)
{
    size_t n = 0;
    while (n < s.n && (separator == 0 || s.p[n] != separator))
        n += s.p[n] == '\\' && n + 1 < s.n ? 2 : 1;
    return n;
}

bool vcf_split(struct arena *arena, str *rest, char separator, str *part)
{
    if (!rest->p)
        return false;
    size_t n = part_length(*rest, separator);
    char *out = arena_alloc(arena, n + 1), *w = out;
    for (size_t i = 0; i < n; i++) {
        char c = rest->p[i];
        if (c == '\\' && i + 1 < n) {
            c = rest->p[++i];
            if (c == 'n' || c == 'N')
                c = '\n';
            else if (c != '\\' && c != ',' && c != ';' && c != ':')
                *w++ = '\\';
        }
        *w++ = c;
    }
    *part = (str){out, (size_t)(w - out)};
    *rest = n < rest->n ? str_cut(*rest, n + 1, rest->n) : (str){0};
    return true;
}
