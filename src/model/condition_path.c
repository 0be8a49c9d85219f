/* Paths ("city", "amount.currency", "customer.owner.name", "contact.title") and what kind of value
 * stands at their end. */
#include "model/condition_node.h"

static enum kind kind_of_storage(enum storage storage)
{
    switch (storage) {
    case STORE_BOOL:
        return KIND_BOOL;
    case STORE_INT:
        return KIND_INT;
    case STORE_REAL:
        return KIND_REAL;
    case STORE_TEXT:
        return KIND_TEXT;
    case STORE_JSON:
        break;
    }
    return KIND_OPAQUE;
}

/* Of the main cell; shapes that are not listed are what they are stored as. */
static enum kind kind_of_shape(const char *shape, enum storage storage)
{
    static const struct {
        const char *shape;
        enum kind kind;
    } kinds[] = {
        {"phone", KIND_PHONE}, {"choice", KIND_CHOICE},   {"ref", KIND_ID},
        {"file", KIND_ID},     {"image", KIND_ID},        {"id", KIND_ID},
        {"date", KIND_DATE},   {"instant", KIND_INSTANT},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_eqz(str_from(shape), kinds[i].shape))
            return kinds[i].kind;
    return kind_of_storage(storage);
}

static enum kind member_kind(const struct field *f)
{
    if (f->shape->multi_storage == STORE_INT)
        return KIND_ID;
    return f->choice_count ? KIND_CHOICE : KIND_TEXT;
}

enum kind path_kind(const struct field *f, unsigned part)
{
    if (f->multi)
        return member_kind(f);
    const struct field_part *shape = &f->shape->parts[part];
    return part == 0 ? kind_of_shape(f->shape->name, shape->storage)
                     : kind_of_storage(shape->storage);
}

bool path_is_set(const struct path *path)
{
    return path->field->multi;
}

const struct column *path_column(const struct path *path)
{
    return field_column(path->field, path->part);
}

/* The part of the field called name, or 0. Part 0 is found only when it has a name. */
static bool part_of(const struct field *f, str name, unsigned *part)
{
    for (unsigned i = 0; i < f->shape->part_count && i < f->column_count; i++)
        if (f->shape->parts[i].name && str_eqz(name, f->shape->parts[i].name)) {
            *part = i;
            return true;
        }
    return false;
}

static bool
add_link(struct condition_parser *p, struct path *path, const struct field *ref, bool down, str at)
{
    if (path->link_count == LIMIT_PATH_LINKS) {
        condition_refuse(p, at, "condition_path_too_long", (str){0}, (str){0});
        return false;
    }
    path->links[path->link_count++] = (struct path_link){ref, down};
    return true;
}

static bool end_at(struct condition_parser *p, struct path *path, const struct field *f, str at)
{
    path->field = f;
    if (!field_stored(f)) {
        condition_refuse(p, at, "condition_not_stored", f->name, (str){0});
        return false;
    }
    path->kind = path_kind(f, path->part);
    return true;
}

/* Fields that are nothing but parts, such as an address, are only empty or not as a whole. */
static bool
end_at_whole(struct condition_parser *p, struct path *path, const struct field *f, str at)
{
    if (!end_at(p, path, f, at))
        return false;
    path->whole = f->shape->parts[0].name != NULL;
    if (path->whole)
        path->kind = KIND_OPAQUE;
    return true;
}

bool path_parse(
    struct condition_parser *p, const struct object *object, str text, str at, struct path *path)
{
    str rest = text, name;
    *path = (struct path){0};
    while (str_split(&rest, '.', &name)) {
        const struct field *f = object_field(object, name);
        if (f && !rest.p)
            return end_at_whole(p, path, f, at);
        if (f) {
            if (part_of(f, rest, &path->part))
                return end_at(p, path, f, at);
            if (!f->target || f->multi || !field_stored(f)) {
                condition_refuse(p, at, "condition_not_link", name, object->name);
                return false;
            }
            if (!add_link(p, path, f, false, at))
                return false;
            object = f->target;
            continue;
        }
        const struct object *children = model_object(p->model, name);
        if (object->root != ROOT_SELF || !children || children->root != ROOT_CUSTOMER || !rest.p) {
            condition_refuse(p, at, "condition_unknown_field", name, object->name);
            return false;
        }
        if (!add_link(p, path, children->customer, true, at))
            return false;
        object = children;
    }
    condition_refuse(p, at, "condition_unknown_field", text, object->name);
    return false;
}
