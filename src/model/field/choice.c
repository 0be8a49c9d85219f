#include "base/limits.h"
#include "model/field/types.h"

size_t choice_find(const struct field *f, str word, bool by_label)
{
    for (size_t i = 0; i < f->choice_count; i++) {
        if (str_eq(f->choices[i].key, word))
            return i;
        for (enum lang lang = 0; by_label && lang < LANG_COUNT; lang++)
            if (str_ieq_ascii(f->choices[i].label.text[lang], word))
                return i;
    }
    return SIZE_MAX;
}

static err_t
bad_choices(struct model *m, struct problems *problems, str at, str key, const char *code, str what)
{
    str place = pointer_join(m->arena, at, S("choices"));
    problem_add_str(problems, key.n ? pointer_join(m->arena, place, key) : place, code, what,
                    (str){0}, (str){0});
    return ERR_INVALID;
}

static err_t
load_choices(struct model *m, struct field *f, const json_t *d, struct problems *problems, str at)
{
    json_t *choices = json_object_get(d, "choices"), *one;
    if (!json_is_object(choices) || json_object_size(choices) == 0 ||
        json_object_size(choices) > LIMIT_CHOICES)
        return bad_choices(m, problems, at, (str){0}, "model_missing", S("choices"));
    f->choices = ARENA_ARRAY(m->arena, struct choice, json_object_size(choices));
    const char *key;
    json_object_foreach(choices, key, one)
    {
        struct choice *c = &f->choices[f->choice_count++];
        c->key = arena_str(m->arena, str_from(key));
        if (!json_is_object(one) || c->key.n > 60)
            return bad_choices(m, problems, at, c->key, "model_wrong_type", S("object"));
        str some = json_get_str(one, "en");
        for (enum lang lang = 0; lang < LANG_COUNT; lang++) {
            str text = json_get_str(one, lang_tag(lang));
            if (!text.n)
                text = lang == LANG_ZH_TW ? json_get_str(one, "zh-CN") : some;
            c->label.text[lang] = text.n ? text : some.n ? some : c->key;
        }
        c->color = json_get_str(one, "color");
        c->retired = json_get_bool(one, "retired", false);
    }
    const json_t *fallback = json_object_get(d, "default");
    if (json_is_string(fallback) && choice_find(f, json_str(fallback), false) == SIZE_MAX) {
        problem_add(problems, pointer_join(m->arena, at, S("default")), "model_bad_default", NULL);
        return ERR_INVALID;
    }
    return OK;
}

static err_t
check(const struct field *f, const struct field_context *c, str word, bool by_label, str *out)
{
    size_t i = choice_find(f, word, by_label);
    if (i == SIZE_MAX) {
        field_problem(c, "unknown_choice", word, (str){0});
        return ERR_INVALID;
    }
    *out = f->choices[i].key;
    return OK;
}

static err_t
read_choice(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    str key;
    TRY(check(f, c, json_str(j), false, &key));
    cells[0] = V_TEXT(key);
    return OK;
}

static err_t parse_choice(const struct field *f, const struct field_context *c, str s, value *cells)
{
    str key;
    TRY(check(f, c, s, true, &key));
    cells[0] = V_TEXT(key);
    return OK;
}

static void write_choice(const struct field *f, const value *cells, struct jw *w)
{
    (void)f;
    jw_str(w, cells[0].s);
}

static str format_choice(const struct field *f, const struct field_context *c, const value *cells)
{
    size_t i = choice_find(f, cells[0].s, false);
    return i == SIZE_MAX ? cells[0].s : f->choices[i].label.text[c->lang];
}

static void schema_keys(const struct field *f, struct jw *w, bool nullable)
{
    jw_key(w, S("enum"));
    jw_open(w, '[');
    for (size_t i = 0; i < f->choice_count; i++)
        jw_str(w, f->choices[i].key);
    if (nullable)
        jw_null(w);
    jw_close(w, ']');
}

static void schema_choice(const struct field *f, struct jw *w)
{
    schema_type(w, "string", NULL);
    schema_keys(f, w, true);
}

const struct field_type FIELD_CHOICE = {
    .name = "choice",
    .parts = {{"", NULL, STORE_TEXT}},
    .part_count = 1,
    .sortable = true,
    .load = load_choices,
    .read = read_choice,
    .write = write_choice,
    .parse = parse_choice,
    .format = format_choice,
    .schema = schema_choice,
};

static err_t member_by_key(const struct field *f, const struct field_context *c, str in, str *out)
{
    return check(f, c, in, false, out);
}

static err_t member_by_label(const struct field *f, const struct field_context *c, str in, str *out)
{
    return check(f, c, in, true, out);
}

static err_t
read_choices(const struct field *f, const struct field_context *c, const json_t *j, value *cells)
{
    return set_read(f, c, j, cells, member_by_key);
}

static err_t
parse_choices(const struct field *f, const struct field_context *c, str s, value *cells)
{
    return set_parse(f, c, s, cells, member_by_label);
}

static void schema_choices(const struct field *f, struct jw *w)
{
    schema_type(w, "array", NULL);
    jw_key(w, S("items"));
    jw_open(w, '{');
    schema_keys(f, w, false);
    jw_close(w, '}');
}

const struct field_type FIELD_MULTI_CHOICE = {
    .name = "multi_choice",
    .parts = {{"", NULL, STORE_JSON}},
    .part_count = 1,
    .multi = true,
    .multi_storage = STORE_TEXT,
    .load = load_choices,
    .read = read_choices,
    .write = set_write,
    .parse = parse_choices,
    .format = set_format,
    .schema = schema_choices,
};
