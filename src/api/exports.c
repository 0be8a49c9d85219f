#include "api/records.h"
#include "api/work.h"
#include "core/export.h"

err_t records_export_prepare(struct call *call)
{
    const struct object *o;
    call->prepared = ARENA_NEW(call->ctx.arena, struct export);
    TRY(call_object(call, &o));
    return export_read(&call->ctx, o, call->body, call->prepared);
}

err_t records_export(struct call *call)
{
    int64_t job;
    TRY(export_start(&call->ctx, call->prepared, &job));
    return call_job(call, 202, job);
}
