/* openapi_document: the working state of openapi_write; private to src/api/openapi*.c. */
#pragma once

#include "api/openapi.h"

/* A document being written. */
struct document {
    struct call *call;
    struct jw *w;
    const json_t *operations, *components;
    const struct object *object; /* that the path is about, or NULL */
    struct map wanted;           /* "schemas/Problem": referred to */
    VEC(str) tags;
};

void document_member(struct document *, const char *key, str text);
/* A sentence of the catalogue, about the object. */
str document_words(struct document *, str key);
/* {"$ref": …}; what it names is wanted from now on. */
void document_reference(struct document *, str section, str name);
/* A piece of the files, with its holes filled. */
void document_piece(struct document *, const json_t *);

/* openapi_operation.c: the members of one operation. */
void document_operation(struct document *, const struct route *);
