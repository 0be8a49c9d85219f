/* POST /{plural}/bulk: one change to all that match, or their deletion. */
#include "core/bulk.h"

#include "api/records.h"
#include "api/work.h"

static const char *const MEMBERS[] = {"where", "q", "change", "delete", "preview", "title", NULL};

err_t records_bulk_prepare(struct call *call)
{
    struct ctx *c = &call->ctx;
    const struct object *o;
    struct bulk *b = ARENA_NEW(c->arena, struct bulk);
    TRY(call_object(call, &o));
    TRY(call_members(call, MEMBERS));
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
