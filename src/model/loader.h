/* loader: the working state of model_load; private to src/model/load*.c. */
#pragma once

#include "model/field_type.h"

struct source {
    str object;
    const struct definition *shipped, *patch; /* either may be NULL */
    json_t *tree;                             /* merged */
    bool guarded;                             /* as shipped: no patch takes it away */
};

struct loader {
    struct arena *scratch;
    struct model *model;
    struct problems *problems;
    struct source *sources; /* parallel to model->objects */
    size_t source_count;
};

/* Adds a problem at the place in the file that the pointer names: "path:line: /pointer". */
void load_fail(
    const struct loader *, const struct source *, str pointer, const char *code, str a, str b);
/* Every key of the object must be in the NULL-terminated list. */
void load_keys(const struct loader *,
               const struct source *,
               const json_t *,
               str at,
               const char *const *allowed);
/* A label: a string, or an object of the three languages (missing ones fall back to en, zh-CN). */
struct label
load_label(const struct loader *, const struct source *, const json_t *, str at, str fallback);
bool load_name_ok(str name);

/* load_field.c: fields and columns. */
void load_fields(struct loader *, const struct source *, struct object *);
void load_columns(struct loader *, struct object *);
/* load_link.c: what refers to other objects; everything below runs when all fields exist. */
void load_targets(struct loader *, const struct source *, struct object *);
void load_computed(struct loader *);
void load_behaviour(struct loader *, const struct source *, struct object *);
/* What is worked out from a sensitive field is sensitive. */
void load_secrets(struct model *);
