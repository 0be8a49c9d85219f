#include "base/limits.h"
#include "model/field/types.h"
#include "text/text.h"

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
    return true;
}

/* WeChat's own rule: 6 to 20 letters, digits, _ and -, a letter first; what it gave itself
 * (wxid_…) may be longer. Numbers of phones and of QQ, which is where many ids came from, serve as
 * ids too. */
static bool is_wechat_id(str s)
{
    enum { LEAST = 6, MOST = 20, MOST_GIVEN = 40, QQ_LEAST = 5, PHONE_MOST = 15 };
    bool plus = str_starts(s, S("+")), letter = s.n && (s.p[0] | 32) >= 'a' && (s.p[0] | 32) <= 'z';
    str digits = str_cut(s, plus, s.n);
    if (!letter)
        return digits.n >= QQ_LEAST && digits.n <= PHONE_MOST && all_digits(digits);
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool fine =
            ((c | 32) >= 'a' && (c | 32) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
        if (!fine)
            return false;
    }
    return s.n >= LEAST && s.n <= (str_starts(s, S("wxid_")) ? MOST_GIVEN : MOST);
}

/* A tab would not be seen where a text is one line. */
static str without_tabs(struct arena *arena, str s)
{
    if (!s.n || !memchr(s.p, '\t', s.n))
        return s;
    char *out = arena_alloc(arena, s.n);
    for (size_t i = 0; i < s.n; i++)
        out[i] = s.p[i] == '\t' ? ' ' : s.p[i];
    return (str){out, s.n};
}

err_t text_cell_read(const struct field *f, const struct field_context *c, str s, value *cell)
{
    s = text_trim(text_clean(c->arena, s));
    if (f->type != &FIELD_LONG_TEXT)
        s = without_tabs(c->arena, s);
    if (f->max_chars && utf8_count(s) > f->max_chars) {
        field_problem(c, "too_long", arena_printf(c->arena, "%u", f->max_chars), (str){0});
        return ERR_INVALID;
    }
    if (f->wechat_id && s.n && !is_wechat_id(s)) {
        field_problem(c, "invalid_wechat", s, (str){0});
        return ERR_INVALID;
    }
    if (f->wechat_id) /* of one case only, says WeChat */
        s = arena_lower(c->arena, s);
    *cell = V_TEXT_OR_NULL(s);
    return OK;
}

static err_t need_string(const struct field_context *c, const json_t *j)
{
    if (json_is_string(j))
        return OK;
    field_problem(c, "wrong_type", S("string"), (str){0});
    return ERR_INVALID;
}

static err_t
load_max(struct model *m, struct field *f, const json_t *d, struct problems *problems, str at)
{
    int64_t standard = f->type == &FIELD_TEXT ? 200 : f->type == &FIELD_LONG_TEXT ? 20000 : 500;
    int64_t max = json_get_int(d, "max", standard);
    if (max < 1 || max > LIMIT_TEXT_CHARS) {
        problem_add(problems, pointer_join(m->arena, at, S("max")), "model_out_of_range", NULL);
        return ERR_INVALID;
    }
    str format = json_get_str(d, "format");
    if (format.n && !str_eqz(format, "wechat_id")) {
        problem_add(problems, pointer_join(m->arena, at, S("format")), "model_wrong_type",
                    "wechat_id", NULL);
        return ERR_INVALID;
    }
    f->wechat_id = format.n > 0;
    f->max_chars = (unsigned)max;
    f->auto_prefix = arena_str(m->arena, json_get_str(d, "auto"));
    return OK;
}

static err_t
read_text(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    TRY(need_string(c, j));
    return text_cell_read(f, c, json_str(j), cells);
}

static err_t
parse_text(const struct field *f, const struct field_context *c, str text, value *cells)
{
    return text_cell_read(f, c, text, cells);
}

static void write_text(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_str(w, cells[0].s);
}

static str format_text(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    (void)c;
    return cells[0].s;
}

static void schema_text(const struct field *f, struct jw *w)
{
    schema_type(w, "string", NULL);
    if (f->max_chars) {
        jw_key(w, S("maxLength"));
        jw_int(w, f->max_chars);
    }
}

static str mask_text(struct arena *arena, const value *cells)
{
    return arena_printf(arena, STR_FMT "***", STR_ARG(utf8_prefix(cells[0].s, 1)));
}

const struct field_type FIELD_TEXT = {
    .name = "text",
    .parts = {{"", NULL, STORE_TEXT}},
    .part_count = 1,
    .sortable = true,
    .load = load_max,
    .read = read_text,
    .write = write_text,
    .parse = parse_text,
    .format = format_text,
    .schema = schema_text,
    .mask = mask_text,
};

const struct field_type FIELD_LONG_TEXT = {
    .name = "long_text",
    .parts = {{"", NULL, STORE_TEXT}},
    .part_count = 1,
    .load = load_max,
    .read = read_text,
    .write = write_text,
    .parse = parse_text,
    .format = format_text,
    .schema = schema_text,
};

static err_t check_url(const struct field *f, const struct field_context *c, str s, value *cells)
{
    TRY(text_cell_read(f, c, s, cells));
    if (cells[0].kind == VALUE_NULL)
        return OK;
    str url = cells[0].s;
    str scheme = str_starts(url, S("https://"))  ? S("https://")
                 : str_starts(url, S("http://")) ? S("http://")
                                                 : (str){0};
    if (!scheme.n && str_find(url, S(":")) == SIZE_MAX && str_find_byte(url, '.') != SIZE_MAX) {
        cells[0].s = arena_concat(c->arena, S("https://"), url);
        return OK;
    }
    str host = str_cut(url, scheme.n, url.n);
    if (!scheme.n || !host.n || host.p[0] == '/' || str_find_byte(url, ' ') != SIZE_MAX) {
        field_problem(c, "invalid_url", url, (str){0});
        return ERR_INVALID;
    }
    return OK;
}

static err_t
read_url(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    TRY(need_string(c, j));
    return check_url(f, c, json_str(j), cells);
}

static void schema_url(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "string", "iri");
}

const struct field_type FIELD_URL = {
    .name = "url",
    .parts = {{"", NULL, STORE_TEXT}},
    .part_count = 1,
    .sortable = true,
    .load = load_max,
    .read = read_url,
    .write = write_text,
    .parse = check_url,
    .format = format_text,
    .schema = schema_url,
    .mask = mask_text,
};

static err_t check_email(const struct field *f, const struct field_context *c, str s, value *cells)
{
    str email;
    (void)f;
    s = text_trim(text_clean(c->arena, s));
    if (!s.n)
        return OK;
    if (!text_email_parse(c->arena, s, &email)) {
        field_problem(c, "invalid_email", s, (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_TEXT(email);
    return OK;
}

static err_t
read_email(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    TRY(need_string(c, j));
    return check_email(f, c, json_str(j), cells);
}

static void schema_email(const struct field *f, struct jw *w)
{
    (void)f;
    schema_type(w, "string", NULL);
}

static str mask_email(struct arena *arena, const value *cells)
{
    return text_email_mask(arena, cells[0].s);
}

const struct field_type FIELD_EMAIL = {
    .name = "email",
    .parts = {{"", NULL, STORE_TEXT}},
    .part_count = 1,
    .sortable = true,
    .read = read_email,
    .write = write_text,
    .parse = check_email,
    .format = format_text,
    .schema = schema_email,
    .mask = mask_email,
};

static err_t check_phone(const struct field *f, const struct field_context *c, str s, value *cells)
{
    struct text_phone phone;
    (void)f;
    s = text_trim(text_clean(c->arena, s));
    if (!s.n)
        return OK;
    if (!text_phone_parse(s, c->phone_region ? c->phone_region : "CN", &phone)) {
        field_problem(c, phone.lossy ? "phone_lossy" : "invalid_phone", s, (str){0});
        return ERR_INVALID;
    }
    cells[0] = V_TEXT(arena_str(c->arena, str_from(phone.e164)));
    return OK;
}

static err_t
read_phone(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    TRY(need_string(c, j));
    return check_phone(f, c, json_str(j), cells);
}

static str format_phone(const struct field *f, const struct field_context *c, const value *cells)
{
    (void)f;
    return text_phone_format(c->arena, cells[0].s, c->phone_region ? c->phone_region : "CN");
}

static str mask_phone(struct arena *arena, const value *cells)
{
    return text_phone_mask(arena, cells[0].s);
}

const struct field_type FIELD_PHONE = {
    .name = "phone",
    .parts = {{"", NULL, STORE_TEXT}},
    .part_count = 1,
    .sortable = true,
    .read = read_phone,
    .write = write_text,
    .parse = check_phone,
    .format = format_phone,
    .schema = schema_email,
    .mask = mask_phone,
};
