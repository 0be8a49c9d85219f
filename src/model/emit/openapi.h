/* openapi: the shapes of a record as JSON Schema, for the component schemas of an OpenAPI 3.1
 * document. Three of each object: as it is read ("order"), as a new one is written ("order.new"),
 * and a change of one ("order.change"). Titles and descriptions are the labels and helps. */
#pragma once

#include "base/jw.h"
#include "model/model.h"

enum openapi_field { OPENAPI_HIDDEN, OPENAPI_MASKED, OPENAPI_READ, OPENAPI_WRITE };

/* For whom. */
struct openapi_view {
    enum lang lang;
    enum openapi_field (*field)(const void *who, const struct field *);
    const void *who;
};

/* Each writes the value only: a schema. */
void openapi_read_schema(const struct openapi_view *, const struct object *, struct jw *);
void openapi_new_schema(const struct openapi_view *, const struct object *, struct jw *);
void openapi_change_schema(const struct openapi_view *, const struct object *, struct jw *);
