/* registry_guard: which changes of the model are refused; private to the registry. */
#pragma once

#include "core/ctx.h"
#include "model/schema.h"

/* The program works with what it ships by name: shipped fields keep their name, type and target and
 * are not removed, shipped objects keep what they are, and internal ones are not patched at all.
 * ERR_INVALID "model_shipped", "model_internal" where the patch says otherwise. */
err_t guard_shipped(const struct definition *shipped,
                    json_t *patch,
                    struct arena *,
                    struct problems *) MUST_USE;
/* A patch from a time when that was not refused: what does not hold is left out and logged
 * (model_patch_ignored); a removed field is hidden. The text of what is left. */
str guard_kept(const struct definition *shipped, str object, str text, struct arena *);
/* The definition of an object among those that the binary ships, or NULL. */
const struct definition *guard_find(const struct definition *, size_t count, str object);

/* What decides who sees what is for administrators. */
struct guard_change {
    const struct object *before, *after; /* NULL: it is new, it goes */
    const struct schema *kept;           /* tables and columns of the database, left ones too */
};
/* ERR_DENIED "model_administrators", "model_sensitive". */
err_t guard_rights(const struct guard_change *, struct arena *, struct problems *) MUST_USE;

enum guard_class { GUARD_UNKNOWN, GUARD_FREE, GUARD_DECIDES };
/* Of a key of an object's or a field's definition. */
enum guard_class guard_object_key(str);
enum guard_class guard_field_key(str);
