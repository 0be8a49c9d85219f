/* field_type: what a kind of field is; one file each in model/field/.
 *
 * A field's value is one or more cells ("parts"): money is amount and currency, an address is
 * country, province, city …; most have one. The functions translate between the cells and the
 * outside: JSON, text of a file or a person, JSON Schema. */
#pragma once

#include "base/clock.h"
#include "base/jw.h"
#include "model/model.h"

enum { FIELD_PARTS = 6 };

struct field_part {
    const char *suffix; /* appended to the field's id to name the column: "", "_id", "_currency" */
    const char *name;   /* in paths and JSON: NULL for the main part, "currency", "city" … */
    enum storage storage;
};

/* What a translation may depend on. */
struct field_context {
    struct arena *arena;
    enum lang lang;
    const struct zone *zone;  /* NULL = UTC */
    const char *phone_region; /* "CN" */
    str currency;             /* of amounts without one */
    struct problems *problems;
    str pointer; /* of the value */
};

struct field_type {
    const char *name; /* in definitions: "text", "money" … */
    struct field_part parts[FIELD_PARTS];
    unsigned part_count;        /* 0: nothing stored */
    bool multi;                 /* a set: the cell is a canonical JSON array, plus a link table */
    enum storage multi_storage; /* of one member */
    bool sortable;
    /* Takes the type's own keys from the definition into the field. NULL = has none. */
    err_t (*load)(
        struct model *, struct field *, const json_t *definition, struct problems *, str at);
    /* JSON to cells, checked and normalised. JSON null never comes here. ERR_INVALID with problems
     * at c->pointer. */
    err_t (*read)(const struct field *, const struct field_context *, const json_t *, value *cells);
    /* Cells to JSON; never called when the first cell is NULL. */
    void (*write)(const struct field *, const value *cells, struct jw *);
    /* What a person wrote, or a file's cell, to cells. Empty text never comes here. ERR_INVALID. */
    err_t (*parse)(const struct field *, const struct field_context *, str text, value *cells);
    /* For people: exports, messages, titles. */
    str (*format)(const struct field *, const struct field_context *, const value *cells);
    /* The members of a JSON Schema object: "type", "format" … */
    void (*schema)(const struct field *, struct jw *);
    /* What is left for who may see only a mask. NULL: "***". */
    str (*mask)(struct arena *, const value *cells);
};

const struct field_type *field_type_find(str name); /* NULL if none */
size_t field_type_count(void);
const struct field_type *field_type_at(size_t);

/* Used by several types. */
void field_problem(const struct field_context *, const char *code, str a, str b);
/* JSON null and absent are V_NULL in all cells; anything else goes to the type. */
err_t field_read(const struct field *,
                 const struct field_context *,
                 const json_t *,
                 value *cells) MUST_USE;
void field_write(const struct field *, const value *cells, struct jw *);
err_t field_parse(const struct field *,
                  const struct field_context *,
                  str text,
                  value *cells) MUST_USE;
str field_format(const struct field *, const struct field_context *, const value *cells);
str field_mask(struct arena *, const struct field *, const value *cells);
bool field_empty(const struct field *, const value *cells); /* in all its parts */

/* Members of a multi cell (a canonical JSON array of strings, or of ids as strings). */
size_t multi_members(struct arena *, value cell, str **out);
value multi_cell(struct arena *,
                 const str *members,
                 size_t n); /* sorted, no repeats; NULL if n == 0 */
