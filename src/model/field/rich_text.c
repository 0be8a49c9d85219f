/* Rich text: HTML rebuilt from an allow-list (security O2). What is not on the list is dropped, its
 * text kept; everything written is escaped here, so nothing passes through by accident. */
#include "base/limits.h"
#include "model/field/types.h"
#include "text/text.h"

enum { NESTING = 32 };

static const char *const ALLOWED[] = {"p",          "br",   "b",   "strong", "i",  "em", "u",
                                      "s",          "ul",   "ol",  "li",     "h1", "h2", "h3",
                                      "blockquote", "code", "pre", "a",      "hr", NULL};
/* Their content is no text for people. */
static const char *const SWALLOWED[] = {"script", "style", "head", "title",    "template", "iframe",
                                        "object", "svg",   "math", "textarea", NULL};

struct rebuild {
    struct buf *out;
    struct arena *arena;
    str open[NESTING];
    size_t depth;
    size_t text; /* bytes of text written */
};

static bool listed(str name, const char *const *list)
{
    for (size_t i = 0; list[i]; i++)
        if (str_ieq_ascii(name, str_from(list[i])))
            return true;
    return false;
}

static void escape(struct buf *out, str s)
{
    for (size_t i = 0; i < s.n; i++) {
        switch (s.p[i]) {
        case '<':
            buf_add(out, S("&lt;"));
            break;
        case '>':
            buf_add(out, S("&gt;"));
            break;
        case '"':
            buf_add(out, S("&quot;"));
            break;
        default:
            buf_byte(out, s.p[i]);
        }
    }
}

/* Entities stay as they are when well formed; a bare ampersand is escaped. */
static void escape_text(struct buf *out, str s)
{
    size_t at;
    while ((at = str_find_byte(s, '&')) != SIZE_MAX) {
        escape(out, str_cut(s, 0, at));
        size_t end = at + 1;
        while (end < s.n && end < at + 10 &&
               (s.p[end] == '#' || (s.p[end] >= '0' && s.p[end] <= '9') ||
                (s.p[end] >= 'a' && s.p[end] <= 'z') || (s.p[end] >= 'A' && s.p[end] <= 'Z')))
            end++;
        bool entity = end > at + 1 && end < s.n && s.p[end] == ';';
        buf_addz(out, entity ? "&" : "&amp;");
        s = str_cut(s, at + 1, s.n);
    }
    escape(out, s);
}

/* The value of an attribute inside a start tag, quotes removed; empty if absent. */
static str attribute(str tag, const char *name)
{
    str want = str_from(name);
    for (size_t i = 0; i + want.n < tag.n; i++) {
        bool boundary = i > 0 && (unsigned char)tag.p[i - 1] <= ' ';
        if (!boundary || !str_ieq_ascii(str_cut(tag, i, i + want.n), want))
            continue;
        str rest = str_trim(str_cut(tag, i + want.n, tag.n));
        if (!str_starts(rest, S("=")))
            continue;
        rest = str_trim(str_cut(rest, 1, rest.n));
        if (rest.n && (rest.p[0] == '"' || rest.p[0] == '\'')) {
            size_t end = str_find_byte(str_cut(rest, 1, rest.n), rest.p[0]);
            return end == SIZE_MAX ? (str){0} : str_cut(rest, 1, end + 1);
        }
        size_t end = 0;
        while (end < rest.n && (unsigned char)rest.p[end] > ' ')
            end++;
        return str_cut(rest, 0, end);
    }
    return (str){0};
}

static bool safe_link(str href)
{
    static const char *const schemes[] = {"https://", "http://", "mailto:", "tel:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        str scheme = str_from(schemes[i]);
        if (href.n > scheme.n && str_ieq_ascii(str_cut(href, 0, scheme.n), scheme))
            return true;
    }
    return false;
}

static void close_to(struct rebuild *r, size_t depth)
{
    while (r->depth > depth) {
        r->depth--;
        buf_printf(r->out, "</" STR_FMT ">", STR_ARG(r->open[r->depth]));
    }
}

static void start_tag(struct rebuild *r, str name, str tag)
{
    bool empty = str_eqz(name, "br") || str_eqz(name, "hr");
    if (!empty && r->depth == NESTING)
        return;
    str href = str_eqz(name, "a") ? attribute(tag, "href") : (str){0};
    buf_printf(r->out, "<" STR_FMT, STR_ARG(name));
    if (href.n && safe_link(href)) {
        buf_addz(r->out, " href=\"");
        escape_text(r->out, href);
        buf_addz(r->out, "\" rel=\"noopener noreferrer\"");
    }
    buf_byte(r->out, '>');
    if (!empty)
        r->open[r->depth++] = name;
}

static void end_tag(struct rebuild *r, str name)
{
    for (size_t i = r->depth; i > 0; i--)
        if (str_eq(r->open[i - 1], name)) {
            close_to(r, i - 1);
            return;
        }
}

static str lower_name(struct arena *arena, str s)
{
    size_t n = 0;
    while (n < s.n && ((s.p[n] >= 'a' && s.p[n] <= 'z') || (s.p[n] >= 'A' && s.p[n] <= 'Z') ||
                       (n && s.p[n] >= '0' && s.p[n] <= '9')))
        n++;
    char *z = arena_strz(arena, str_cut(s, 0, n));
    for (size_t i = 0; i < n; i++)
        if (z[i] >= 'A' && z[i] <= 'Z')
            z[i] = (char)(z[i] + 32);
    return (str){z, n};
}

/* After a swallowed start tag: the bytes up to and with its end tag. */
static str skip_content(struct arena *arena, str rest, str name)
{
    str end = arena_concat(arena, S("</"), name);
    for (size_t i = 0; i + end.n <= rest.n; i++)
        if (str_ieq_ascii(str_cut(rest, i, i + end.n), end)) {
            size_t close = str_find_byte(str_cut(rest, i, rest.n), '>');
            return close == SIZE_MAX ? (str){0} : str_cut(rest, i + close + 1, rest.n);
        }
    return (str){0};
}

static void rebuild(struct rebuild *r, str s)
{
    while (s.n) {
        size_t at = str_find_byte(s, '<');
        str text = str_cut(s, 0, at);
        escape_text(r->out, text);
        r->text += str_trim(text).n;
        if (at == SIZE_MAX)
            break;
        s = str_cut(s, at + 1, s.n);
        if (str_starts(s, S("!--"))) {
            size_t end = str_find(s, S("-->"));
            s = end == SIZE_MAX ? (str){0} : str_cut(s, end + 3, s.n);
            continue;
        }
        bool ending = str_starts(s, S("/"));
        str name = lower_name(r->arena, ending ? str_cut(s, 1, s.n) : s);
        size_t end = str_find_byte(s, '>');
        if (!name.n && !str_starts(s, S("!")) && !str_starts(s, S("?"))) {
            buf_add(r->out, S("&lt;")); /* a lone less-than sign */
            continue;
        }
        str tag = str_cut(s, 0, end);
        s = end == SIZE_MAX ? (str){0} : str_cut(s, end + 1, s.n);
        if (!ending && listed(name, SWALLOWED))
            s = skip_content(r->arena, s, name);
        else if (!listed(name, ALLOWED))
            continue;
        else if (ending)
            end_tag(r, name);
        else
            start_tag(r, name, tag);
    }
    close_to(r, 0);
}

static err_t sanitise(const struct field *f, const struct field_context *c, str s, value *cells)
{
    s = text_clean(c->arena, s);
    AUTO_BUF out;
    buf_init(&out, (size_t)LIMIT_TEXT_CHARS * 8);
    struct rebuild r = {.out = &out, .arena = c->arena};
    rebuild(&r, s);
    if (out.full || (f->max_chars && utf8_count(buf_str(&out)) > f->max_chars)) {
        field_problem(c, "too_long", arena_printf(c->arena, "%u", f->max_chars), (str){0});
        return ERR_INVALID;
    }
    cells[0] = r.text ? V_TEXT(arena_str(c->arena, buf_str(&out))) : V_NULL;
    return OK;
}

static err_t
load_rich(struct model *m, struct field *f, const json_t *d, struct problems *problems, str at)
{
    int64_t max = json_get_int(d, "max", LIMIT_TEXT_CHARS);
    if (max < 1 || max > LIMIT_TEXT_CHARS) {
        problem_add(problems, pointer_join(m->arena, at, S("max")), "model_out_of_range", NULL);
        return ERR_INVALID;
    }
    f->max_chars = (unsigned)max;
    return OK;
}

static err_t
read_rich(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    if (!json_is_string(j)) {
        field_problem(c, "wrong_type", S("string"), (str){0});
        return ERR_INVALID;
    }
    return sanitise(f, c, json_str(j), cells);
}

static void write_rich(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_str(w, cells[0].s);
}

/* Without the tags. */
static str format_rich(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    str s = cells[0].s;
    char *out = arena_alloc(c->arena, s.n + 1);
    size_t n = 0;
    bool in_tag = false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] == '<')
            in_tag = true;
        else if (s.p[i] == '>' && in_tag)
            in_tag = false;
        else if (!in_tag)
            out[n++] = s.p[i];
    }
    return (str){out, n};
}

static void schema_rich(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "string", NULL);
    jw_key(w, S("contentMediaType"));
    jw_str(w, S("text/html"));
}

const struct field_type FIELD_RICH_TEXT = {
    .name = "rich_text",
    .parts = {{"", NULL, STORE_TEXT}},
    .part_count = 1,
    .load = load_rich,
    .read = read_rich,
    .write = write_rich,
    .parse = sanitise,
    .format = format_rich,
    .schema = schema_rich,
};
