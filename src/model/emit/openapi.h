/* openapi: the shapes of a record as JSON Schema, for the component schemas of an OpenAPI 3.1
 * document. Three of each object: as it is read ("order"), as a new one is written ("order.new"),
 * and a change of one ("order.change"). Titles and descriptions are the labels and helps. */
#pragma once

#include "base/jw.h"
#include "model/model.h"

/* What somebody may do with a field; both masked and clear: it depends on the record. */
struct openapi_field {
    bool masked, clear, writable; /* none of them: never there */
};

/* For whom. */
struct openapi_view {
    enum lang lang;
    struct openapi_field (*field)(const void *who, const struct field *);
    const void *who;
};

/* Each writes the value only: a schema. */
void openapi_read_schema(const struct openapi_view *, const struct object *, struct jw *);
void openapi_new_schema(const struct openapi_view *, const struct object *, struct jw *);
void openapi_change_schema(const struct openapi_view *, const struct object *, struct jw *);
