#include "api/records.h"
#include "api/work.h"
#include "core/export.h"

err_t records_export(struct call *call)
{
    const struct object *o;
    struct export e;
    int64_t job;
    TRY(call_object(call, &o));
    TRY(export_read(&call->ctx, o, call->body, &e));
    TRY(export_start(&call->ctx, &e, &job));
    return call_job(call, 202, job);
}
