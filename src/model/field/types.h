/* The field types, one const struct each; the table is in type_table.c. */
#pragma once

#include "model/field_type.h"

extern const struct field_type FIELD_ID, FIELD_TEXT, FIELD_LONG_TEXT, FIELD_RICH_TEXT, FIELD_URL,
    FIELD_EMAIL, FIELD_PHONE, FIELD_NUMBER, FIELD_INTEGER, FIELD_PERCENT, FIELD_MONEY,
    FIELD_BOOLEAN, FIELD_DATE, FIELD_INSTANT, FIELD_CHOICE, FIELD_MULTI_CHOICE, FIELD_TAGS,
    FIELD_ADDRESS, FIELD_GEO, FIELD_FILE, FIELD_IMAGE, FIELD_REF, FIELD_MULTI_REF, FIELD_JSON,
    FIELD_FORMULA, FIELD_ROLLUP;

/* Shared by the types. */
err_t text_cell_read(const struct field *, const struct field_context *, str s, value *cell);
void schema_type(struct jw *, const char *type, const char *format);
void schema_array_of(struct jw *, const char *type);
/* One of the field's choices by key, or by a label in any language (files, people); SIZE_MAX. */
size_t choice_find(const struct field *, str word, bool by_label);
/* Splits what people put into one cell: 、，,;；/| and newlines; trims; drops empty parts. */
size_t set_split(struct arena *, str s, str **out);
/* A JSON array of strings, each checked and normalised by `each`, as a set cell. */
err_t set_read(const struct field *,
               const struct field_context *,
               const json_t *,
               value *cell,
               err_t (*each)(const struct field *, const struct field_context *, str in, str *out));
err_t set_parse(
    const struct field *,
    const struct field_context *,
    str text,
    value *cell,
    err_t (*each)(const struct field *, const struct field_context *, str in, str *out));
void set_write(const struct field *, const value *cells, struct jw *);
str set_format(const struct field *, const struct field_context *, const value *cells);
