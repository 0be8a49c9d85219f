#include "core/quality.h"

#include "api/work.h"

err_t quality_get(struct call *call)
{
    str by;
    TRY(call_query(call, "by", &by));
    if (by.n && !str_eqz(by, "source") && !str_eqz(by, "owner"))
        return call_not_among(call, "by", "source, owner");
    call_begin(call, 200);
    TRY(quality_json(&call->ctx, by, &call->out));
    call_end(call);
    return OK;
}

err_t quality_queue(struct call *call)
{
    str problem, after;
    int64_t limit;
    TRY(call_query(call, "problem", &problem));
    TRY(call_query(call, "after", &after));
    TRY(call_query_int(call, "limit", 1, 200, 50, &limit));
    call_begin(call, 200);
    TRY(quality_queue_json(&call->ctx, problem, after, (size_t)limit, &call->out));
    call_end(call);
    return OK;
}
