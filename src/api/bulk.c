/* POST /{plural}/bulk: one change to all that match, or their deletion. */
#include "core/bulk.h"

#include "api/records.h"
#include "api/work.h"

static err_t check_members(struct call *call)
{
    static const char *const known[] = {"where", "q", "change", "delete", "preview", "title"};
    const char *key;
    json_t *unused;
    json_object_foreach((json_t *)call->body, key, unused)
    {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && !str_eqz(str_from(key), known[i]))
            i++;
        if (i == sizeof known / sizeof *known) {
            problem_add(&call->ctx.problems, pointer_join(call->ctx.arena, S(""), str_from(key)),
                        "unknown_field", key, NULL);
            return ERR_INVALID;
        }
    }
    return OK;
}

err_t records_bulk_prepare(struct call *call)
{
    struct ctx *c = &call->ctx;
    const struct object *o;
    struct bulk *b = ARENA_NEW(c->arena, struct bulk);
    TRY(call_object(call, &o));
    TRY(check_members(call));
    TRY(bulk_read(c, o, call->body, b));
    if (!json_get_bool(call->body, "preview", false)) {
        call->prepared = b;
        return bulk_count(c, b);
    }
    call->answered = true;
    call_begin(call, 200);
    TRY(bulk_preview(c, b, &call->out));
    call_end(call);
    return OK;
}

err_t records_bulk(struct call *call)
{
    int64_t job;
    TRY(bulk_start(&call->ctx, call->prepared, &job));
    return call_job(call, 202, job);
}
