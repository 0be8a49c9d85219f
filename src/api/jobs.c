#include "api/work.h"
#include "base/limits.h"
#include "core/access.h"
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
    TRY(access_check_active(&call->ctx));
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

err_t batches_get(struct call *call)
{
    int64_t id;
    TRY(call_id(call, 0, &id));
    call_begin(call, 200);
    TRY(batch_write_json(&call->ctx, id, &call->out));
    call_end(call);
    return OK;
}

/* A preview of a large batch tells what could be seen in this time. */
#define PREVIEW (2 * CLOCK_SECOND)

static bool in_time(void *until, size_t done, size_t total)
{
    (void)done, (void)total;
    return clock_monotonic() < *(const int64_t *)until;
}

err_t batches_undo_prepare(struct call *call)
{
    struct ctx *c = &call->ctx;
    struct undo_result result;
    int64_t id, until = clock_monotonic() + PREVIEW;
    str preview;
    TRY(call_id(call, 0, &id));
    TRY(call_query(call, "preview", &preview));
    if (!str_eqz(preview, "true"))
        return OK;
    TRY(batch_undo(c, id, true, &result, in_time, &until));
    call->answered = true;
    call_begin(call, 200);
    undo_write_json(c, &result, &call->out);
    call_end(call);
    return OK;
}

err_t batches_undo(struct call *call)
{
    struct ctx *c = &call->ctx;
    int64_t id, job;
    TRY(call_id(call, 0, &id));
    TRY(batch_may_undo(c, id));
    json_t *args = json_keep(c->arena, json_object());
    json_object_set_new(args, "batch",
                        json_string(arena_printf(c->arena, "%lld", (long long)id).p));
    str key = arena_printf(c->arena, "undo:%lld", (long long)id);
    TRY(job_enqueue(c, "undo", args, key.p, 0, &job));
    return call_job(call, 202, job);
}
