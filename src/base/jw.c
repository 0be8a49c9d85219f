#include "base/jw.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"

static void before_value(struct jw *w)
{
    if (w->need_comma)
        buf_byte(w->out, ',');
    w->need_comma = true;
}

void jw_open(struct jw *w, char bracket)
{
    before_value(w);
    buf_byte(w->out, bracket);
    w->need_comma = false;
}

void jw_close(struct jw *w, char bracket)
{
    buf_byte(w->out, bracket);
    w->need_comma = true;
}

void jw_key(struct jw *w, str key)
{
    before_value(w);
    jw_add_string(w->out, key);
    buf_byte(w->out, ':');
    w->need_comma = false;
}

static void add_escape(struct buf *b, unsigned char c)
{
    switch (c) {
    case '"':
        buf_add(b, S("\\\""));
        break;
    case '\\':
        buf_add(b, S("\\\\"));
        break;
    case '\n':
        buf_add(b, S("\\n"));
        break;
    case '\t':
        buf_add(b, S("\\t"));
        break;
    default:
        buf_printf(b, "\\u%04x", c);
    }
}

/* Most texts are: nothing in them needs a look at what follows. */
static bool is_plain(str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\')
            return false;
    }
    return true;
}

void jw_add_string(struct buf *b, str s)
{
    buf_byte(b, '"');
    if (is_plain(s)) {
        buf_add(b, s);
        buf_byte(b, '"');
        return;
    }
    bool valid = utf8_valid(s);
    size_t from = 0;
    for (size_t i = 0; i < s.n;) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f) {
            buf_add(b, str_cut(s, from, i));
            add_escape(b, c);
            from = ++i;
        } else if (valid || c < 0x80) {
            i++;
        } else {
            buf_add(b, str_cut(s, from, i));
            str rest = str_cut(s, i, s.n);
            char utf8[4];
            buf_add(b, (str){utf8, utf8_put(utf8_next(&rest), utf8)});
            from = i = s.n - rest.n;
        }
    }
    buf_add(b, str_cut(s, from, s.n));
    buf_byte(b, '"');
}

void jw_str(struct jw *w, str s)
{
    before_value(w);
    jw_add_string(w->out, s);
}

void jw_int(struct jw *w, int64_t v)
{
    before_value(w);
    buf_int(w->out, v);
}

void jw_real(struct jw *w, double v)
{
    before_value(w);
    if (!isfinite(v)) {
        buf_add(w->out, S("null"));
        return;
    }
    if (v == trunc(v) && fabs(v) < 1e15) { /* as "%.15g" writes it */
        buf_int(w->out, (int64_t)v);
        return;
    }
    char z[32];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(z, sizeof z, "%.*g", digits, v);
        if (strtod(z, NULL) == v)
            break;
    }
    buf_addz(w->out, z);
}

void jw_bool(struct jw *w, bool v)
{
    before_value(w);
    buf_addz(w->out, v ? "true" : "false");
}

void jw_null(struct jw *w)
{
    before_value(w);
    buf_add(w->out, S("null"));
}

void jw_id(struct jw *w, int64_t id)
{
    if (!id) {
        jw_null(w);
        return;
    }
    before_value(w);
    buf_byte(w->out, '"');
    buf_int(w->out, id);
    buf_byte(w->out, '"');
}

void jw_instant(struct jw *w, int64_t at)
{
    char z[INSTANT_CHARS + 1];
    size_t n = instant_format(at, z);
    jw_str(w, (str){z, n});
}

void jw_raw(struct jw *w, str json)
{
    before_value(w);
    buf_add(w->out, json);
}

static int add_chunk(const char *bytes, size_t n, void *out)
{
    buf_add(out, (str){bytes, n});
    return 0;
}

void jw_tree(struct jw *w, const json_t *tree)
{
    if (!tree) {
        jw_null(w);
        return;
    }
    before_value(w);
    json_dump_callback(tree, add_chunk, w->out, JSON_COMPACT | JSON_ENCODE_ANY);
}
