/* Files named by a field of a record become that record's: whoever may see it may see them. */
#include "base/id.h"
#include "core/file_internal.h"
#include "core/record_internal.h"

static bool names_files(const struct field *f)
{
    return f->target && str_eqz(f->target->name, "file") && field_stored(f) && !f->computed;
}

static err_t unknown(struct ctx *c, const struct field *f)
{
    problem_add_str(&c->problems, pointer_join(c->arena, S(""), f->name), "unknown_ref", f->name,
                    (str){0}, (str){0});
    return ERR_INVALID;
}

static void put(struct record *file, const char *field, value v)
{
    file->cells[object_field(file->object, str_from(field))->first_column] = v;
}

/* One that belongs to a record already stays with it. */
static err_t attach_one(struct ctx *c, const struct record *to, const struct field *f, int64_t id)
{
    struct record *was;
    err_t e = record_load(c, f->target, id, &was);
    if (e == ERR_NOT_FOUND || (e == OK && (!record_live(was) || !file_may_see(c, was))))
        return unknown(c, f);
    TRY(e);
    if (record_cell(was, object_field(was->object, S("record")), 0).kind != VALUE_NULL)
        return OK;
    struct record *is = record_copy(c->arena, was);
    put(is, "object", V_TEXT(to->object->name));
    put(is, "record", V_TEXT(arena_printf(c->arena, "%lld", (long long)record_id(to))));
    put(is, "customer", record_customer(to));
    return record_store(c, CHANGE_DERIVE, was, is, NULL);
}

err_t file_attach(struct ctx *c, const struct record *before, const struct record *after)
{
    for (size_t i = 0; !after->object->internal && i < after->object->field_count; i++) {
        const struct field *f = after->object->fields[i];
        if (!names_files(f))
            continue;
        int64_t *ids;
        size_t n;
        TRY(record_new_refs(c, before, after, f, &ids, &n));
        for (size_t k = 0; k < n; k++)
            TRY(attach_one(c, after, f, ids[k]));
    }
    return OK;
}
