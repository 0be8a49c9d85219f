#include "api/imports.h"

#include <unistd.h>

#include "api/files.h"
#include "api/work.h"
#include "base/id.h"
#include "core/import.h"

static err_t reply_import(struct call *call, int status, const struct record *r)
{
    call_begin(call, status);
    TRY(import_write_json(&call->ctx, r, &call->out));
    call_end(call);
    call_header(call, "ETag",
                arena_printf(call->ctx.arena, "\"%lld\"",
                             (long long)record_cell(r, r->object->version, 0).i));
    return OK;
}

static err_t find(struct call *call, struct record **out)
{
    int64_t id;
    TRY(call_id(call, 0, &id));
    return import_get(&call->ctx, id, out);
}

err_t imports_list(struct call *call)
{
    int64_t limit;
    TRY(call_query_int(call, "limit", 1, 200, 50, &limit));
    call_begin(call, 200);
    TRY(import_list_json(&call->ctx, (size_t)limit, &call->out));
    call_end(call);
    return OK;
}

err_t imports_create_prepare(struct call *call)
{
    struct ctx *c = &call->ctx;
    json_t *proposal;
    str file, object;
    int64_t id;
    static const char *const known[] = {"file", "object", NULL};
    TRY(call_members(call, known));
    TRY(call_text(call, "file", true, &file));
    TRY(call_text(call, "object", false, &object));
    if (id_parse(file, &id) != OK) {
        problem_add_str(&c->problems, S("/file"), "invalid_id", file, (str){0}, (str){0});
        return ERR_INVALID;
    }
    err_t e = import_propose(c, id, object.n ? object : S("customer"), &proposal);
    if (e == ERR_NOT_FOUND) {
        problem_add(&c->problems, S("/file"), "unknown_ref", "file", NULL);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < c->problems.list.n; i++) /* what is wrong within the file */
        if (!c->problems.list.at[i].pointer.n)
            c->problems.list.at[i].pointer = S("/file");
    call->prepared = e == OK ? proposal : NULL;
    return e;
}

err_t imports_create(struct call *call)
{
    struct record *r;
    TRY(import_keep(&call->ctx, call->prepared, &r));
    return reply_import(call, 201, r);
}

err_t imports_get(struct call *call)
{
    struct record *r;
    TRY(find(call, &r));
    return reply_import(call, 200, r);
}

err_t imports_update(struct call *call)
{
    struct record *r = NULL;
    int64_t id, version = 0;
    TRY(call_id(call, 0, &id));
    if (http_header(call->request, "If-Match").n)
        TRY(call_version(call, &version));
    TRY(import_change(&call->ctx, id, version, call->body, &r));
    return reply_import(call, 200, r);
}

err_t imports_delete(struct call *call)
{
    int64_t id;
    TRY(call_id(call, 0, &id));
    TRY(import_delete(&call->ctx, id));
    call->reply->status = 204;
    return OK;
}

static err_t start(struct call *call, enum import_step step)
{
    int64_t id, job;
    static const char *const none[] = {NULL};
    TRY(call_members(call, none)); /* what it does stands in the import */
    TRY(call_id(call, 0, &id));
    TRY(import_start(&call->ctx, id, step, &job));
    return call_job(call, 202, job);
}

err_t imports_check(struct call *call)
{
    return start(call, IMPORT_CHECK);
}

err_t imports_run(struct call *call)
{
    return start(call, IMPORT_RUN);
}

err_t imports_undo(struct call *call)
{
    return start(call, IMPORT_UNDO);
}

err_t imports_rows(struct call *call)
{
    struct record *r;
    str outcome;
    int64_t after, limit;
    TRY(find(call, &r));
    TRY(call_query(call, "outcome", &outcome));
    str text;
    TRY(call_query(call, "after", &text));
    if (!text.n)
        after = 0;
    else
        TRY(call_query_int(call, "after", 0, INT32_MAX, 0, &after));
    TRY(call_query_int(call, "limit", 1, 200, 50, &limit));
    call->reply->status = 200;
    return import_rows_json(&call->ctx, r, outcome, after, (size_t)limit, &call->out);
}

err_t imports_answers(struct call *call)
{
    int64_t id;
    struct record *r;
    static const char *const known[] = {"answers", NULL};
    TRY(call_members(call, known));
    TRY(call_id(call, 0, &id));
    TRY(import_answer(&call->ctx, id, json_object_get(call->body, "answers")));
    TRY(find(call, &r));
    return reply_import(call, 200, r);
}

static err_t refused(struct call *call, const char *format, str type)
{
    struct ctx *c = &call->ctx;
    struct record *r;
    const char *path;
    TRY(find(call, &r));
    TRY(import_refused_file(c, r, str_from(format), &path));
    str name = arena_printf(c->arena, STR_FMT ".%s", STR_ARG(import_refused_name(c, r)), format);
    err_t e = call_download(call, path, name, type);
    unlink(path); /* the open descriptor is enough */
    return e;
}

err_t imports_refused_xlsx(struct call *call)
{
    return refused(call, "xlsx",
                   S("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"));
}

err_t imports_refused_csv(struct call *call)
{
    return refused(call, "csv", S("text/csv; charset=utf-8"));
}
