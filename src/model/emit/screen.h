/* screen: an object as the screen draws it: fields with their labels and limits, layouts of list,
 * form and record page, and what its reader may do. Lists, forms and filters are made from it. */
#pragma once

#include "base/jw.h"
#include "model/model.h"

/* What somebody may do with a field. */
struct screen_field {
    const char *access; /* "mask", "read" or "write" in a form; NULL = the field is not there */
    bool clear;         /* read unmasked on every record, so that lists may sort and filter by it */
};

/* For whom. */
struct screen_view {
    enum lang lang;
    struct arena *arena;
    struct screen_field (*field)(const void *who, const struct field *);
    /* Writes the operations on the object, one value. */
    void (*rights)(const void *who, const struct object *, struct jw *);
    const void *who;
};

void screen_object(const struct screen_view *, const struct object *, struct jw *);
