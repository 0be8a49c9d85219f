/* An import that nobody needs any more: its record, its file and its rows go; what it has written
 * and the change log stay. Rows and bytes are cleared away by a job, a piece at a time. */
#include <errno.h>
#include <unistd.h>

#include "base/id.h"
#include "base/log.h"
#include "core/file.h"
#include "core/import_internal.h"
#include "sql_core.h"

enum { CLEARED_AT_ONCE = 1000 };

static err_t under_way(struct ctx *c, int64_t id, bool *out)
{
    str key = arena_printf(c->arena, "import:%lld", (long long)id);
    value param = V_TEXT(key), job;
    err_t e = db_one(c->conn, c->arena, SQL_JOB_BY_KEY, &param, 1, &job, 1);
    *out = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* Another import may have been made of the same file. */
static err_t delete_file(struct ctx *c, int64_t file)
{
    const struct object *o = import_object(c);
    struct list_query q = {.object = o,
                           .where = condition_ids(c->arena, object_field(o, S("file")), &file, 1),
                           .limit = 1,
                           .op = OP_READ};
    struct list_page page;
    struct record *unused;
    TRY(record_list(c, &q, &page));
    if (page.count)
        return OK;
    err_t e = record_delete(c, model_object(c->model, S("file")), file, 0, &unused);
    return e == ERR_NOT_FOUND ? OK : e;
}

struct deletion {
    int64_t id, file;
    str name;
};

static err_t delete_work(struct ctx *c, void *arg)
{
    const struct deletion *d = arg;
    char digits[24], file[24];
    struct record *unused;
    int64_t job;
    TRY(record_delete(c, import_object(c), d->id, 0, &unused));
    TRY(delete_file(c, d->file));
    snprintf(digits, sizeof digits, "%lld", (long long)d->id);
    snprintf(file, sizeof file, "%lld", (long long)d->file);
    json_t *args = json_pack("{s:s, s:s, s:s%}", "import", digits, "file", file, "subject",
                             d->name.p, d->name.n);
    return job_enqueue(c, "import_delete", json_keep(c->arena, args), NULL, 0, &job);
}

err_t import_delete(struct ctx *c, int64_t id)
{
    struct record *r;
    bool busy;
    TRY(import_get(c, id, &r));
    TRY(under_way(c, id, &busy));
    if (busy) {
        problem_add(&c->problems, S(""), "import_busy", NULL);
        return ERR_CONFLICT;
    }
    struct deletion d = {id, import_int(r, "file"), import_text(r, "name")};
    const struct access *mine = c->access;
    c->access = NULL; /* the server keeps these records */
    err_t e = ctx_transact(c, delete_work, &d);
    c->access = mine;
    return e;
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
    int64_t file;
    (void)result;
    TRY(id_parse(json_get_str(job->args, "import"), &k.id));
    TRY(id_parse(json_get_str(job->args, "file"), &file));
    err_t e = record_load(c, import_object(c), k.id, &r);
    if (e != OK || record_live(r)) /* brought back meanwhile */
        return e == ERR_NOT_FOUND ? OK : e;
    for (size_t done = 0; k.cleared == CLEARED_AT_ONCE; done += CLEARED_AT_ONCE) {
        TRY(job_progress(c, job, done, 0));
        TRY(ctx_transact(c, clear_rows, &k));
    }
    return file_wipe(c, file);
}
