/* model: the business objects, loaded from their definitions and then immutable.
 *
 *   objects/<module>/<object>.json ─┐
 *   run-time patches (database) ────┴─► model_load ─► struct model ─► schema, REST, OpenAPI,
 *                                                                    forms, conditions, access …
 *
 * A model is made once and never changed; when an administrator changes something a new one is made
 * and the pointer swapped (core/registry.h). Everything in it lives in its arena. What each key of
 * a definition means is in docs/internals/objects.md and objects/object.schema.json. */
#pragma once

#include "base/json.h"
#include "base/lang.h"
#include "base/map.h"
#include "base/value.h"

struct object;
struct field;
struct formula;
struct condition;

enum storage { STORE_BOOL, STORE_INT, STORE_REAL, STORE_TEXT, STORE_JSON };

/* One column of an object's table; `index` is its place in struct record. */
struct column {
    str name;
    enum storage storage;
    const struct field *field;
    unsigned part; /* which of the field's parts */
    unsigned index;
};

struct choice {
    str key;
    struct label label;
    str color;    /* a token name of the screen, may be empty */
    bool retired; /* kept on old records, not offered any more */
};

/* How a field enters the search index (text/text.h). */
enum search_kind { SEARCH_NONE, SEARCH_NAME, SEARCH_PROSE, SEARCH_CODE };

enum rollup_fn { ROLLUP_COUNT, ROLLUP_SUM, ROLLUP_MIN, ROLLUP_MAX, ROLLUP_LAST };

/* A figure over the records of another object that refer here. */
struct rollup {
    const struct object *over; /* the children */
    const struct field *via;   /* their ref to this object */
    enum rollup_fn fn;
    const struct field *field;       /* of the children; NULL for count */
    const struct field *by;          /* last: the instant or date that decides which is last */
    const struct condition *where;   /* NULL = all */
    const struct field *currency_of; /* money of this object in whose currency the figure is; NULL =
                                        the base currency */
};

/* A ref's default: of the records that match, the first by a field. */
struct first {
    const struct field *by;
    const struct condition *where; /* NULL = all */
};

struct field {
    str name; /* in the API, unique in its object */
    str id;   /* stable for ever: the column's stem; equals the name unless it was renamed */
    const struct field_type *type;
    const struct field_type
        *shape; /* whose cells it has: type, or a formula's or roll-up's result */
    const struct object *object;
    struct label label, help;
    unsigned index;                      /* in object->fields */
    unsigned first_column, column_count; /* none for a formula that is not stored */
    bool builtin; /* made by the server: id, version, created_at … ; not writable */
    bool custom;  /* added by an administrator */
    bool required;
    bool unique;    /* among records that are not deleted */
    bool multi;     /* a set of values: JSON array in the row, one row each in the link table */
    bool segment;   /* a column of the audience index */
    bool expected;  /* counts for completeness (S041) */
    bool sensitive; /* masked unless a role says otherwise */
    bool hidden;    /* never offered in lists and forms; API only */
    bool computed;  /* formula or roll-up: not writable */
    bool live;      /* a formula of the clock: not stored, worked out when read */
    bool readonly;  /* only the server writes it */
    enum search_kind search;
    str identity; /* key kind in identity_key: "phone", "email", "wechat", "union_id" … or empty */
    str personal;              /* data class: "", "personal", "sensitive" (C: data classes) */
    const json_t *fallback;    /* default value in a new record, or NULL */
    const struct first *first; /* what the default of a ref looks for; NULL: a value or a word */
    const json_t *definition;
    /* by type; zero where it does not apply */
    struct choice *choices; /* choice, multi_choice */
    size_t choice_count;
    const struct object *target; /* ref, multi_ref, file, image, tags */
    bool self_target;
    double min, max; /* numbers, when has_min / has_max */
    bool has_min, has_max;
    unsigned max_chars; /* texts */
    unsigned max_bytes; /* json */
    unsigned decimals;  /* number, percent */
    str currency;       /* money: fixed currency, or empty = any */
    bool wechat_id;     /* text: what WeChat takes for an id */
    str auto_prefix;    /* text: made by the server when left out, e.g. order numbers */
    const struct formula *formula;
    const struct rollup *rollup;
};

/* Something that happens to a customer, for {"did":"order.paid"}. */
struct event {
    str name; /* "paid" */
    struct label label;
    const struct field *at;        /* instant or date; no event while it is empty */
    const struct condition *where; /* NULL = always */
};

/* A record that matches `when` is refused with the message. */
struct rule {
    str name;
    const struct condition *when;
    struct label message;
    const struct field *field; /* where the message shows, or NULL */
};

enum root { ROOT_NONE, ROOT_SELF, ROOT_CUSTOMER };

struct object {
    str name;   /* "customer": table, condition paths */
    str plural; /* "customers": URL */
    str module; /* folder, or "custom" */
    struct label label, plural_label;
    enum root root;
    bool owned; /* has owner and department */
    bool custom;
    bool internal;    /* no REST of its own (reached through actions): role details, sessions … */
    bool append_only; /* created, never changed or deleted */
    bool titles_kept; /* few, and seldom changed */
    bool guarded;     /* its records decide who may do what: to be written by proven users only */
    bool importable, searchable;
    unsigned index; /* in model->objects */
    struct field **fields;
    size_t field_count;
    struct map field_by_name;
    struct column *columns;
    size_t column_count;
    const struct field *title; /* shown as the record's name */
    const struct field *id, *version, *created_at, *created_by, *updated_at, *updated_by,
        *deleted_at;
    const struct field *owner, *department; /* NULL unless owned */
    const struct field *customer;           /* the ref that roots it; NULL unless ROOT_CUSTOMER */
    const struct field *access_via;         /* rows are visible as the record this ref names is */
    const struct field *import_with; /* a ref: one may come along with its target in a file */
    struct event *events;
    size_t event_count;
    struct rule *rules;
    size_t rule_count;
    /* Roll-ups elsewhere that look at this object. */
    const struct field **rollups_over_this;
    size_t rollups_over_this_count;
    const json_t *definition; /* merged: shipped and patched; layouts, indexes, access, menu … */
    str select_sql;           /* "SELECT t."id", … FROM "customer" t", made once: query.c */
    str insert_sql;
    size_t insert_params;
};

struct model {
    struct arena *arena;
    struct object **objects;
    size_t object_count;
    struct map object_by_name, object_by_plural;
    void *holder;      /* who counts its users: core/registry.c */
    int64_t version;   /* of the patches it was made with; 0 = as shipped */
    str base_currency; /* of the enterprise: "CNY" */
};

/* One definition as text. */
struct definition {
    str path; /* for messages: "objects/crm/order.json" or "patch:order" */
    str text;
    bool patch; /* merged over the definition of the same object (RFC 7396) */
};

/* The keys that the definition of an object and of a field may have; NULL ends them. */
extern const char *const MODEL_OBJECT_KEYS[], *const MODEL_FIELD_KEYS[];

/* Errors are problems "model_…" whose pointer is "path:line: /json/pointer"; all are reported, not
 * only the first. ERR_INVALID. */
err_t model_load(const struct definition *,
                 size_t count,
                 int64_t version,
                 str base_currency,
                 struct problems *,
                 struct model **out) MUST_USE;
/* The definitions in the binary; texts live as long as the process. */
size_t model_shipped_definitions(struct arena *, struct definition **out);
err_t model_load_shipped(struct problems *, struct model **out) MUST_USE;
void model_free(struct model *);

const struct object *model_object(const struct model *, str name); /* NULL if none */
const struct object *model_object_by_plural(const struct model *, str plural);
const struct field *object_field(const struct object *, str name); /* NULL if none */
/* The column of part p of a stored field. */
static inline const struct column *field_column(const struct field *f, unsigned part)
{
    return &f->object->columns[f->first_column + part];
}
static inline bool field_stored(const struct field *f)
{
    return f->column_count > 0;
}
/* Does contains / startsWith work on it, so that its folded text (text_fold) is stored beside it in
 * column_fold_name ("name_fold")? For texts, e-mails, URLs, phones and address parts. */
bool column_has_fold(const struct column *);
str column_fold_name(struct arena *, const struct column *);
/* "customer__tags": where the values of a multi field are, one row each: (customer_id, record_id,
 * value) for ROOT_CUSTOMER, (customer_id, value) for ROOT_SELF, (record_id, value) otherwise. */
str field_link_table(struct arena *, const struct field *);
/* The column of the link table that holds the record's id. */
str field_link_record_column(const struct field *);

/* A record in memory: one cell a column of its object. */
struct record {
    const struct object *object;
    value *cells;
};
struct record *record_new(struct arena *, const struct object *);
struct record *record_copy(struct arena *, const struct record *); /* cells' text stays shared */
size_t record_bytes(const struct record *);                        /* in memory */
static inline value record_cell(const struct record *r, const struct field *f, unsigned part)
{
    return r->cells[f->first_column + part];
}
static inline int64_t record_id(const struct record *r)
{
    return r->cells[r->object->id->first_column].i;
}
