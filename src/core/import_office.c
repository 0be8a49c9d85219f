/* Numbers of an office, which several people share: a row of another name is another person. */
#include "core/import_internal.h"
#include "text/text.h"

bool import_is_office(const struct ctx *c, const struct field *f, value number)
{
    struct text_phone phone;
    return str_eqz(f->identity, "phone") && number.kind == VALUE_TEXT &&
           text_phone_parse(number.s, c->phone_region, &phone) && !phone.mobile;
}

bool import_has_office(const struct ctx *c, const struct import_line *line)
{
    const struct object *o = line->given->object;
    for (size_t i = 0; i < o->field_count; i++)
        if (import_is_office(c, o->fields[i], import_given(line, o->fields[i], 0)))
            return true;
    return false;
}

bool import_is_colleague(struct ctx *c, const struct import_line *line, const struct record *r)
{
    str one = match_name_key(c->arena, line->given), other = match_name_key(c->arena, r);
    return one.n && other.n && !str_eq(one, other);
}

str import_office_key(struct ctx *c, const struct import_line *line, str number)
{
    str name = match_name_key(c->arena, line->given);
    return arena_printf(c->arena, STR_FMT " " STR_FMT, STR_ARG(number), STR_ARG(name));
}
