/* An import that nobody needs any more: its record and rows go, and a file that was uploaded
 * for nothing else; what it has written
 * and the change log stay. Rows and bytes are cleared away by a job, a piece at a time. */
#include <errno.h>
#include <unistd.h>

#include "base/id.h"
#include "base/log.h"
#include "core/file.h"
#include "core/import_internal.h"
#include "sql_core.h"

enum { CLEARED_AT_ONCE = 1000 };

static err_t may_delete(struct ctx *c, const struct record *r)
{
    struct record *unused;
    if (import_own(c, r))
        return OK;
    err_t e = record_get(c, import_object(c), record_id(r), OP_DELETE, &unused);
    return e == ERR_NOT_FOUND ? ERR_DENIED : e;
}

err_t import_may_delete(struct ctx *c, const struct record *r, bool *out)
{
    err_t e = may_delete(c, r);
    *out = e == OK;
    return e == ERR_DENIED ? OK : e;
}

static err_t refuse_under_way(struct ctx *c, int64_t id)
{
    str key = arena_printf(c->arena, "import:%lld", (long long)id);
    value param = V_TEXT(key), job;
    err_t e = db_one(c->conn, c->arena, SQL_JOB_BY_KEY, &param, 1, &job, 1);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    problem_add(&c->problems, S(""), "import_busy", NULL);
    return ERR_CONFLICT;
}

/* ---- the file ---- */

static bool empty(const struct record *r, const char *field)
{
    return record_cell(r, object_field(r->object, str_from(field)), 0).kind == VALUE_NULL;
}

/* Uploaded by the import's owner, and no part of a record. */
static bool for_it_alone(const struct record *import, const struct record *file)
{
    value by = record_cell(file, file->object->created_by, 0);
    return (by.kind == VALUE_INT ? by.i : 0) == import_int(import, "owner") &&
           empty(file, "record") && empty(file, "customer");
}

/* Another import may have been made of the same file. */
static err_t used_again(struct ctx *c, int64_t file, bool *out)
{
    const struct object *o = import_object(c);
    struct list_query q = {.object = o,
                           .where = condition_ids(c->arena, object_field(o, S("file")), &file, 1),
                           .limit = 1,
                           .op = OP_READ};
    struct list_page page;
    TRY(record_list(c, &q, &page));
    *out = page.count > 0;
    return OK;
}

static err_t delete_file(struct ctx *c, const struct record *import, bool *deleted)
{
    const struct object *o = model_object(c->model, S("file"));
    int64_t id = import_int(import, "file");
    struct record *file, *unused;
    bool again;
    *deleted = false;
    err_t e = record_load(c, o, id, &file);
    if (e != OK || !record_live(file) || !for_it_alone(import, file))
        return e == ERR_NOT_FOUND ? OK : e;
    TRY(used_again(c, id, &again));
    if (again)
        return OK;
    *deleted = true;
    return record_delete(c, o, id, 0, &unused);
}

/* ---- all of it ---- */

static err_t delete_both(struct ctx *c, const struct record *r)
{
    str name = import_text(r, "name");
    char id[24], file[24];
    struct record *unused;
    bool with_file;
    int64_t job;
    TRY(record_delete(c, import_object(c), record_id(r), 0, &unused));
    TRY(delete_file(c, r, &with_file));
    snprintf(id, sizeof id, "%lld", (long long)record_id(r));
    snprintf(file, sizeof file, "%lld", (long long)import_int(r, "file"));
    json_t *args =
        json_keep(c->arena, json_pack("{s:s, s:s%}", "import", id, "subject", name.p, name.n));
    if (with_file)
        json_object_set_new(args, "file", json_string(file));
    return job_enqueue(c, "import_delete", args, NULL, 0, &job);
}

static err_t delete_work(struct ctx *c, void *arg)
{
    const int64_t *id = arg;
    struct record *r;
    TRY(import_get(c, *id, &r)); /* from here on nobody else begins with it */
    TRY(may_delete(c, r));
    TRY(refuse_under_way(c, *id));
    const struct access *mine = c->access;
    c->access = NULL; /* the server keeps these records */
    err_t e = delete_both(c, r);
    c->access = mine;
    return e;
}

err_t import_delete(struct ctx *c, int64_t id)
{
    return ctx_transact(c, delete_work, &id);
}

/* ---- the job ---- */

struct clearing {
    int64_t id, cleared;
};

static err_t clear_rows(struct ctx *c, void *arg)
{
    struct clearing *k = arg;
    value params[] = {V_INT(k->id), V_INT(CLEARED_AT_ONCE)};
    TRY(db_run(c->conn, SQL_IMPORT_PROGRESS_DELETE, params, 1, NULL));
    return db_run(c->conn, SQL_IMPORT_ROW_CLEAR_SOME, params, 2, &k->cleared);
}

err_t import_clear(struct ctx *c, struct job *job, json_t **result)
{
    struct clearing k = {.cleared = CLEARED_AT_ONCE};
    struct record *r;
    const json_t *with = json_object_get(job->args, "file");
    int64_t file = 0;
    (void)result;
    TRY(id_parse(json_get_str(job->args, "import"), &k.id));
    if (with)
        TRY(id_parse(json_str(with), &file));
    err_t e = record_load(c, import_object(c), k.id, &r);
    if (e != OK || record_live(r)) /* brought back meanwhile */
        return e == ERR_NOT_FOUND ? OK : e;
    for (size_t done = 0; k.cleared == CLEARED_AT_ONCE; done += CLEARED_AT_ONCE) {
        TRY(job_progress(c, job, done, 0));
        TRY(ctx_transact(c, clear_rows, &k));
    }
    return with ? file_wipe(c, file) : OK;
}
