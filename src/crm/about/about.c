#include "crm/about/about.h"

#include "base/id.h"
#include "core/record_internal.h"

static value cell(const struct record *r, const char *field)
{
    const struct field *f = object_field(r->object, str_from(field));
    return f ? record_cell(r, f, 0) : V_NULL;
}

static bool differs(const struct record *before, const struct record *after, const char *field)
{
    return !before || !value_eq(cell(before, field), cell(after, field));
}

static err_t
bad(struct ctx *c, const struct record *r, const char *field, const char *code, str arg)
{
    const struct field *f = object_field(r->object, str_from(field));
    problem_add_str(&c->problems, pointer_join(c->arena, S(""), str_from(field)), code,
                    arg.n || !f ? arg : f->label.text[c->lang], (str){0}, (str){0});
    return ERR_INVALID;
}

/* The record that it names, which is there for the caller. */
static err_t find(struct ctx *c, const struct record *r, struct record **out)
{
    value object = cell(r, "object"), record = cell(r, "record");
    int64_t id;
    if (object.kind == VALUE_NULL || record.kind == VALUE_NULL)
        return bad(c, r, object.kind == VALUE_NULL ? "object" : "record", "required", (str){0});
    const struct object *o = model_object(c->model, object.s);
    if (!o || o->internal || !access_may(c->access, o, OP_READ))
        return bad(c, r, "object", "unknown_object", object.s);
    if (id_parse(record.s, &id) != OK)
        return bad(c, r, "record", "unknown_ref", (str){0});
    err_t e = record_see(c, o, id, out);
    if (e == ERR_NOT_FOUND || (e == OK && !record_live(*out)))
        return bad(c, r, "record", "unknown_ref", (str){0});
    return e;
}

/* Who reads a record may say something about it; whose customer's it is then is not his to say.
 * What the server itself moves (a merge, an undo) stays as it was or goes along. */
static err_t before_write(struct ctx *c, const struct record *before, struct record *after)
{
    struct record *about;
    bool none =
        cell(after, "object").kind == VALUE_NULL && cell(after, "record").kind == VALUE_NULL;
    bool other = differs(before, after, "object") || differs(before, after, "record");
    bool moved = differs(before, after, "customer");
    if (!c->access || none || !record_live(after) || !(other || moved))
        return OK;
    TRY(find(c, after, &about));
    value customer = record_customer(about);
    if (customer.kind == VALUE_NULL)
        return OK;
    if (moved && cell(after, "customer").kind != VALUE_NULL &&
        !value_eq(cell(after, "customer"), customer))
        return bad(c, after, "customer", "customer_of_record", (str){0});
    const struct field *f = object_field(after->object, S("customer"));
    if (f)
        after->cells[f->first_column] = customer;
    return OK;
}

void about_attach(void)
{
    static struct record_hook comment = {.object = "comment", .before = before_write};
    static struct record_hook task = {.object = "task", .before = before_write};
    record_hook_add(&comment);
    record_hook_add(&task);
}
