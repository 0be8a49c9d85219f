#include "api/work.h"
#include "core/change.h"
#include "core/job.h"

err_t call_job(struct call *call, int status, int64_t id)
{
    call_begin(call, status);
    TRY(job_write_json(&call->ctx, id, &call->out));
    call_end(call);
    return OK;
}

err_t jobs_list(struct call *call)
{
    str state, after;
    int64_t limit;
    TRY(call_query(call, "state", &state));
    TRY(call_query(call, "after", &after));
    TRY(call_query_int(call, "limit", 1, 200, 50, &limit));
    call_begin(call, 200);
    TRY(job_list_json(&call->ctx, state, after, (size_t)limit, &call->out));
    call_end(call);
    return OK;
}

err_t jobs_get(struct call *call)
{
    int64_t id;
    TRY(call_id(call, 0, &id));
    return call_job(call, 200, id);
}

err_t jobs_cancel(struct call *call)
{
    int64_t id;
    TRY(call_id(call, 0, &id));
    TRY(job_cancel(&call->ctx, id));
    return call_job(call, 200, id);
}

err_t jobs_retry(struct call *call)
{
    int64_t id;
    TRY(call_id(call, 0, &id));
    TRY(job_retry(&call->ctx, id));
    return call_job(call, 200, id);
}
