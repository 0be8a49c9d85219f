#include "base/id.h"
#include "base/limits.h"
#include "core/auth.h"
#include "core/change.h"
#include "core/file.h"
#include "core/job.h"
#include "sql_core.h"

enum { IDEMPOTENCY_HOURS = 72, JOB_DAYS = 90, IMPORT_DAYS = UNDO_DAYS + 1, PURGE_ROWS = 1000 };

struct purge {
    str sql; /* $1 what is older, $2 how many at once; deletes those */
    int64_t before, deleted;
};

static err_t purge_work(struct ctx *c, void *arg)
{
    struct purge *p = arg;
    value params[] = {V_INT(p->before), V_INT(PURGE_ROWS)};
    return db_run(c->conn, p->sql, params, 2, &p->deleted);
}

/* Each chunk a transaction of its own: others write in between. */
static err_t purge(struct ctx *c, struct job *job, str sql, int64_t age)
{
    struct purge p = {.sql = sql, .before = clock_now() - age, .deleted = PURGE_ROWS};
    for (size_t done = 0; p.deleted == PURGE_ROWS; done += PURGE_ROWS) {
        TRY(job_progress(c, job, done, 0));
        TRY(ctx_transact(c, purge_work, &p));
    }
    return OK;
}

static err_t purge_idempotency(struct ctx *c, struct job *job, json_t **result)
{
    (void)result;
    return purge(c, job, SQL_IDEMPOTENCY_PURGE, IDEMPOTENCY_HOURS * CLOCK_HOUR);
}

static err_t purge_jobs(struct ctx *c, struct job *job, json_t **result)
{
    (void)result;
    TRY(purge(c, job, SQL_BULK_PROGRESS_PURGE, JOB_DAYS * CLOCK_DAY));
    return purge(c, job, SQL_JOB_PURGE, JOB_DAYS * CLOCK_DAY);
}

/* Rows of imports that cannot be undone any more; the report stays. */
static err_t purge_imports(struct ctx *c, struct job *job, json_t **result)
{
    (void)result;
    TRY(purge(c, job, SQL_IMPORT_ROW_PURGE, IMPORT_DAYS * CLOCK_DAY));
    return purge(c, job, SQL_IMPORT_PROGRESS_PURGE, IMPORT_DAYS * CLOCK_DAY);
}

static err_t purge_files(struct ctx *c, struct job *job, json_t **result)
{
    int64_t removed = 1;
    (void)result;
    for (size_t done = 0; removed; done += (size_t)removed) {
        TRY(job_progress(c, job, done, 0));
        TRY(file_expire(c, &removed));
    }
    return OK;
}

static err_t purge_sessions(struct ctx *c, struct job *job, json_t **result)
{
    bool more = true;
    (void)result;
    for (size_t done = 0; more; done++) {
        TRY(job_progress(c, job, done, 0));
        TRY(auth_sweep(c, &more));
    }
    return OK;
}

static err_t seal(struct ctx *c, struct job *job, json_t **result)
{
    int64_t sealed = 1;
    (void)result;
    for (size_t done = 0; sealed; done += (size_t)sealed) {
        TRY(job_progress(c, job, done, 0));
        TRY(seal_next(c, &sealed));
    }
    return OK;
}

/* {"batch": "17…"} */
static err_t undo_batch(struct ctx *c, struct job *job, json_t **result)
{
    struct job_report report = {.ctx = c, .job = job};
    struct undo_result undone;
    int64_t batch;
    TRY(id_parse(json_get_str(job->args, "batch"), &batch));
    err_t e = batch_undo(c, batch, false, &undone, job_report, &report);
    if (e == ERR_LIMIT)
        return report.outcome;
    TRY(e);
    AUTO_BUF out;
    buf_init(&out, LIMIT_JSON_BYTES);
    struct jw w = {.out = &out};
    undo_write_json(c, &undone, &w);
    *result = json_loadb(out.p, out.n, 0, NULL);
    return OK;
}

static err_t may_undo(struct ctx *c, const json_t *args)
{
    int64_t batch;
    TRY(id_parse(json_get_str(args, "batch"), &batch));
    return batch_may_undo(c, batch);
}

void job_kinds_core(void)
{
    static struct job_kind kinds[] = {
        {.name = "undo", .label = "job_undo", .run = undo_batch, .may_retry = may_undo},
        {.name = "seal", .label = "job_seal", .schedule = "hourly", .run = seal},
        {.name = "idempotency_purge",
         .label = "job_idempotency_purge",
         .schedule = "daily 03:10",
         .run = purge_idempotency},
        {.name = "session_purge",
         .label = "job_session_purge",
         .schedule = "daily 03:20",
         .run = purge_sessions},
        {.name = "import_purge",
         .label = "job_import_purge",
         .schedule = "daily 03:40",
         .run = purge_imports},
        {.name = "file_purge",
         .label = "job_file_purge",
         .schedule = "daily 03:50",
         .run = purge_files},
        {.name = "job_purge", .label = "job_purge", .schedule = "daily 03:30", .run = purge_jobs},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        job_kind_add(&kinds[i]);
}
