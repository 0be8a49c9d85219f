#include "model/field/types.h"

#include <stdlib.h>

static const struct field_type *const TYPES[] = {
    &FIELD_ID,           &FIELD_TEXT,    &FIELD_LONG_TEXT, &FIELD_RICH_TEXT, &FIELD_URL,
    &FIELD_EMAIL,        &FIELD_PHONE,   &FIELD_NUMBER,    &FIELD_INTEGER,   &FIELD_PERCENT,
    &FIELD_MONEY,        &FIELD_BOOLEAN, &FIELD_DATE,      &FIELD_INSTANT,   &FIELD_CHOICE,
    &FIELD_MULTI_CHOICE, &FIELD_TAGS,    &FIELD_ADDRESS,   &FIELD_GEO,       &FIELD_FILE,
    &FIELD_IMAGE,        &FIELD_REF,     &FIELD_MULTI_REF, &FIELD_JSON,      &FIELD_FORMULA,
    &FIELD_ROLLUP,
};

size_t field_type_count(void)
{
    return sizeof TYPES / sizeof *TYPES;
}

const struct field_type *field_type_at(size_t i)
{
    return TYPES[i];
}

const struct field_type *field_type_find(str name)
{
    for (size_t i = 0; i < field_type_count(); i++)
        if (str_eqz(name, TYPES[i]->name))
            return TYPES[i];
    return NULL;
}

void field_problem(const struct field_context *c, const char *code, str a, str b)
{
    problem_add_str(c->problems, c->pointer, code, a, b, (str){0});
}

err_t field_read(const struct field *f,
                 const struct field_context *c,
                 const json_t *j,
                 value *cells)
{
    for (unsigned p = 0; p < f->column_count; p++)
        cells[p] = V_NULL;
    if (!j || json_is_null(j))
        return OK;
    if (!f->shape->read) {
        field_problem(c, "read_only", f->name, (str){0});
        return ERR_INVALID;
    }
    return f->shape->read(f, c, j, cells);
}

void field_write(const struct field *f, const value *cells, struct jw *w)
{
    if (cells[0].kind == VALUE_NULL && !f->multi && f->shape != &FIELD_ADDRESS)
        jw_null(w);
    else
        f->shape->write(f, cells, w);
}

err_t field_parse(const struct field *f, const struct field_context *c, str text, value *cells)
{
    for (unsigned p = 0; p < f->column_count; p++)
        cells[p] = V_NULL;
    text = str_trim(text);
    if (!text.n)
        return OK;
    if (!f->shape->parse) {
        field_problem(c, "read_only", f->name, (str){0});
        return ERR_INVALID;
    }
    return f->shape->parse(f, c, text, cells);
}

str field_format(const struct field *f, const struct field_context *c, const value *cells)
{
    if (cells[0].kind == VALUE_NULL && f->shape != &FIELD_ADDRESS)
        return (str){0};
    return f->shape->format(f, c, cells);
}

str field_mask(struct arena *arena, const struct field *f, const value *cells)
{
    return f->shape->mask ? f->shape->mask(arena, cells) : S("***");
}

bool field_empty(const struct field *f, const value *cells)
{
    unsigned parts = f->live ? 1 : f->column_count;
    for (unsigned p = 0; p < parts; p++)
        if (cells[p].kind != VALUE_NULL)
            return false;
    return true;
}

void schema_type(struct jw *w, const char *type, const char *format)
{
    jw_key(w, S("type"));
    jw_open(w, '[');
    jw_str(w, str_from(type));
    jw_str(w, S("null"));
    jw_close(w, ']');
    if (format) {
        jw_key(w, S("format"));
        jw_str(w, str_from(format));
    }
}

void schema_array_of(struct jw *w, const char *type)
{
    schema_type(w, "array", NULL);
    jw_key(w, S("items"));
    jw_open(w, '{');
    jw_key(w, S("type"));
    jw_str(w, str_from(type));
    jw_close(w, '}');
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const str *)a, *(const str *)b);
}

value multi_cell(struct arena *arena, const str *members, size_t n)
{
    if (n == 0)
        return V_NULL;
    str *sorted = ARENA_ARRAY(arena, str, n);
    memcpy(sorted, members, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_text);
    AUTO_BUF out;
    buf_init(&out, SIZE_MAX / 2);
    struct jw w = {.out = &out};
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !str_eq(sorted[i], sorted[i - 1]))
            jw_str(&w, sorted[i]);
    jw_close(&w, ']');
    return V_TEXT(arena_str(arena, buf_str(&out)));
}

size_t multi_members(struct arena *arena, value cell, str **out)
{
    *out = NULL;
    if (cell.kind != VALUE_TEXT)
        return 0;
    json_t *array = json_keep(arena, json_loadb(cell.s.p, cell.s.n, 0, NULL));
    size_t n = json_array_size(array);
    *out = ARENA_ARRAY(arena, str, n ? n : 1);
    for (size_t i = 0; i < n; i++)
        (*out)[i] = json_str(json_array_get(array, i));
    return n;
}
