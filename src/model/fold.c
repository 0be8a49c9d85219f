#include "model/field_type.h"

bool column_has_fold(const struct column *column)
{
    static const char *const types[] = {"text", "email", "url", "phone", "address"};
    if (column->storage != STORE_TEXT || column->field->multi)
        return false;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (str_eqz(str_from(column->field->shape->name), types[i]))
            return true;
    return false;
}

str column_fold_name(struct arena *arena, const struct column *column)
{
    return arena_concat(arena, column->name, S("_fold"));
}
