/* POST /{plural}/{id}/merge: records that are one become one. */
#include "core/merge.h"

#include "api/records.h"
#include "api/work.h"

static const char *const MEMBERS[] = {"others", "values", "preview", "title", NULL};

err_t records_merge_prepare(struct call *call)
{
    struct ctx *c = &call->ctx;
    const struct object *o;
    int64_t id;
    struct merge *m = ARENA_NEW(c->arena, struct merge);
    TRY(call_object(call, &o));
    TRY(call_members(call, MEMBERS));
    TRY(call_id(call, 1, &id));
    TRY(merge_read(c, o, id, call->body, m));
    call->prepared = m;
    if (!json_get_bool(call->body, "preview", false))
        return OK;
    call->answered = true;
    call_begin(call, 200);
    TRY(merge_preview(c, m, &call->out));
    call_end(call);
    return OK;
}

err_t records_merge(struct call *call)
{
    int64_t job;
    TRY(merge_start(&call->ctx, call->prepared, &job));
    return call_job(call, 202, job);
}
