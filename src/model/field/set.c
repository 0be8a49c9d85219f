/* What multi_choice, tags and multi_ref share: a set of short strings in one cell. */
#include "base/limits.h"
#include "model/field/types.h"

size_t set_split(struct arena *arena, str s, str **out)
{
    VEC(str) parts = {0};
    size_t from = 0;
    str rest = s;
    while (true) {
        size_t at = s.n - rest.n;
        uint32_t c = rest.n ? utf8_next(&rest) : 0;
        bool separator = c == 0x3001 || c == 0xff0c || c == ',' || c == ';' || c == 0xff1b ||
                         c == '/' || c == '|' || c == '\n';
        if (!separator && at < s.n)
            continue;
        str part = str_trim(str_cut(s, from, at));
        if (part.n)
            *VEC_PUSH(arena, parts) = part;
        if (at >= s.n)
            break;
        from = s.n - rest.n;
    }
    *out = parts.at;
    return parts.n;
}

static err_t collect(const struct field *f,
                     const struct field_context *c,
                     const str *in,
                     size_t n,
                     value *cell,
                     err_t (*each)(const struct field *, const struct field_context *, str, str *))
{
    if (n > LIMIT_CONDITION_LIST) {
        field_problem(c, "too_many", arena_printf(c->arena, "%d", LIMIT_CONDITION_LIST), (str){0});
        return ERR_INVALID;
    }
    str *out = ARENA_ARRAY(c->arena, str, n ? n : 1);
    err_t bad = OK;
    for (size_t i = 0; i < n; i++) {
        struct field_context own = *c;
        own.pointer = pointer_index(c->arena, c->pointer, i);
        if (each(f, &own, in[i], &out[i]) != OK)
            bad = ERR_INVALID;
    }
    if (bad != OK)
        return bad;
    *cell = multi_cell(c->arena, out, n);
    return OK;
}

err_t set_read(const struct field *f,
               const struct field_context *c,
               const json_t *j,
               value *cell,
               err_t (*each)(const struct field *, const struct field_context *, str in, str *out))
{
    if (!json_is_array(j)) {
        field_problem(c, "wrong_type", S("array"), (str){0});
        return ERR_INVALID;
    }
    size_t n = json_array_size(j);
    str *in = ARENA_ARRAY(c->arena, str, n ? n : 1);
    for (size_t i = 0; i < n; i++) {
        const json_t *member = json_array_get(j, i);
        if (!json_is_string(member)) {
            problem_add(c->problems, pointer_index(c->arena, c->pointer, i), "wrong_type", "string",
                        NULL);
            return ERR_INVALID;
        }
        in[i] = json_str(member);
    }
    return collect(f, c, in, n, cell, each);
}

err_t set_parse(const struct field *f,
                const struct field_context *c,
                str text,
                value *cell,
                err_t (*each)(const struct field *, const struct field_context *, str in, str *out))
{
    str *in;
    size_t n = set_split(c->arena, text, &in);
    return collect(f, c, in, n, cell, each);
}

void set_write(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_raw(w, cells[0].kind == VALUE_TEXT ? cells[0].s : S("[]"));
}

str set_format(const struct field *f, const struct field_context *c, const value *cells)
{
    str *members, out = {0};
    size_t n = multi_members(c->arena, cells[0], &members);
    for (size_t i = 0; i < n; i++) {
        size_t choice = f->choice_count ? choice_find(f, members[i], false) : SIZE_MAX;
        str word = choice == SIZE_MAX ? members[i] : f->choices[choice].label.text[c->lang];
        out = arena_printf(c->arena, STR_FMT "%s" STR_FMT, STR_ARG(out),
                           i ? (c->lang == LANG_EN ? ", " : "、") : "", STR_ARG(word));
    }
    return out;
}
