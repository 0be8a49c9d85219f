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

err_t records_bulk(struct call *call)
{
    const struct object *o;
    struct bulk b;
    int64_t job;
    TRY(call_object(call, &o));
    TRY(check_members(call));
    TRY(bulk_read(&call->ctx, o, call->body, &b));
    if (json_get_bool(call->body, "preview", false)) {
        call_begin(call, 200);
        TRY(bulk_preview(&call->ctx, &b, &call->out));
        call_end(call);
        return OK;
    }
    TRY(bulk_start(&call->ctx, &b, &job));
    return call_job(call, 202, job);
}
