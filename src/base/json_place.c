#include "base/json_place.h"

#include "base/limits.h"

struct scan {
    str text;
    size_t at;
};

static void skip_space(struct scan *s)
{
    while (s->at < s->text.n && (unsigned char)s->text.p[s->at] <= ' ')
        s->at++;
}

static char peek(struct scan *s)
{
    skip_space(s);
    return s->at < s->text.n ? s->text.p[s->at] : '\0';
}

/* The bytes between the quotes, escapes left as they are. */
static str take_string(struct scan *s)
{
    size_t from = ++s->at;
    while (s->at < s->text.n && s->text.p[s->at] != '"')
        s->at += s->text.p[s->at] == '\\' ? 2 : 1;
    str inside = str_cut(s->text, from, s->at);
    s->at++;
    return inside;
}

static void skip_value(struct scan *s)
{
    size_t depth = 0;
    do {
        char c = peek(s);
        if (c == '"') {
            take_string(s);
        } else if (c == '{' || c == '[') {
            depth++;
            s->at++;
        } else if (c == '}' || c == ']') {
            depth--;
            s->at++;
        } else if (c == ',' || c == ':') {
            s->at++;
        } else {
            while (s->at < s->text.n && s->text.p[s->at] != ',' && s->text.p[s->at] != '}' &&
                   s->text.p[s->at] != ']' && (unsigned char)s->text.p[s->at] > ' ')
                s->at++;
        }
    } while (depth && s->at < s->text.n);
}

/* The key equals the pointer's step, whose ~0 and ~1 stand for ~ and /. */
static bool same_key(str key, str step)
{
    size_t k = 0;
    for (size_t i = 0; i < step.n; i++, k++) {
        char c = step.p[i];
        if (c == '~' && i + 1 < step.n)
            c = step.p[++i] == '1' ? '/' : '~';
        if (k >= key.n || key.p[k] != c)
            return false;
    }
    return k == key.n;
}

/* Moves to the member or element; false when there is none. */
static bool enter(struct scan *s, str step)
{
    char open = peek(s);
    if (open != '{' && open != '[')
        return false;
    s->at++;
    for (int64_t index = 0, wanted;; index++) {
        char c = peek(s);
        if (c == '}' || c == ']' || c == '\0')
            return false;
        if (c == ',') {
            s->at++;
            c = peek(s);
        }
        if (open == '[') {
            if (str_to_int(step, &wanted) == OK && wanted == index)
                return true;
        } else {
            str key = take_string(s);
            if (peek(s) == ':')
                s->at++;
            peek(s);
            if (same_key(key, step))
                return true;
        }
        skip_value(s);
    }
}

static bool locate(str text, str pointer, size_t *at)
{
    struct scan s = {.text = text};
    skip_space(&s);
    *at = s.at;
    str rest = pointer, step;
    if (rest.n == 0)
        return true;
    str_split(&rest, '/', &step); /* what is before the first slash */
    while (str_split(&rest, '/', &step)) {
        if (!enter(&s, step))
            return false;
        *at = s.at;
    }
    return true;
}

size_t json_line(str text, str pointer)
{
    size_t at, line = 1;
    locate(text, pointer, &at);
    for (size_t i = 0; i < at && i < text.n; i++)
        line += text.p[i] == '\n';
    return line;
}

bool json_has(str text, str pointer)
{
    size_t at;
    return locate(text, pointer, &at);
}
