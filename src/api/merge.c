/* Records that are one: which they may be, and POST /{plural}/{id}/merge, which makes them one. */
#include "core/merge.h"

#include "api/records.h"
#include "base/message.h"
#include "core/match.h"
#include "api/work.h"

static const char *const MEMBERS[] = {"others", "values", "preview", "title", "versions", NULL};

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

static err_t write_match(struct call *call, const struct object *o, const struct match *m)
{
    struct ctx *c = &call->ctx;
    struct jw *w = &call->out;
    struct record *r;
    TRY(record_get(c, o, m->id, OP_READ, &r));
    jw_open(w, '{');
    jw_key(w, S("record"));
    TRY(record_write_whole(c, r, w));
    jw_key(w, S("score"));
    jw_real(w, m->score);
    jw_key(w, S("certain"));
    jw_bool(w, m->certain);
    jw_key(w, S("reasons"));
    jw_open(w, '[');
    for (size_t i = 0; i < m->reason_count; i++)
        jw_str(w, message_get(c->lang, str_from(m->reasons[i])));
    jw_close(w, ']');
    jw_close(w, '}');
    return OK;
}

err_t records_duplicates(struct call *call)
{
    const struct object *o;
    int64_t id;
    struct record *r;
    struct match found[MATCH_MOST];
    size_t n;
    TRY(call_object(call, &o));
    TRY(call_id(call, 1, &id));
    TRY(record_get(&call->ctx, o, id, OP_READ, &r));
    TRY(match_duplicates(&call->ctx, r, found, &n));
    call_begin(call, 200);
    jw_open(&call->out, '[');
    for (size_t i = 0; i < n; i++)
        TRY(write_match(call, o, &found[i]));
    jw_close(&call->out, ']');
    call_end(call);
    return OK;
}
