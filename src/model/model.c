#include "model/model.h"

#include "model/field_type.h"

void model_free(struct model *m)
{
    if (m)
        arena_free(m->arena);
}

const struct object *model_object(const struct model *m, str name)
{
    return map_get(&m->object_by_name, name);
}

const struct object *model_object_by_plural(const struct model *m, str plural)
{
    return map_get(&m->object_by_plural, plural);
}

const struct field *object_field(const struct object *o, str name)
{
    return map_get(&o->field_by_name, name);
}

str field_link_table(struct arena *arena, const struct field *f)
{
    return arena_printf(arena, STR_FMT "__" STR_FMT, STR_ARG(f->object->name), STR_ARG(f->id));
}

str field_link_record_column(const struct field *f)
{
    return f->object->root == ROOT_SELF ? S("customer_id") : S("record_id");
}

struct record *record_new(struct arena *arena, const struct object *o)
{
    struct record *r = ARENA_NEW(arena, struct record);
    r->object = o;
    r->cells = ARENA_ARRAY(arena, value, o->column_count);
    return r;
}

size_t record_bytes(const struct record *r)
{
    size_t n = r->object->column_count * sizeof *r->cells;
    for (size_t i = 0; i < r->object->column_count; i++)
        if (r->cells[i].kind == VALUE_TEXT)
            n += r->cells[i].s.n;
    return n;
}

struct record *record_copy(struct arena *arena, const struct record *from)
{
    struct record *r = record_new(arena, from->object);
    memcpy(r->cells, from->cells, from->object->column_count * sizeof *r->cells);
    return r;
}
