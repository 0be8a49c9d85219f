#include "base/id.h"
#include "base/limits.h"
#include "core/auth.h"
#include "core/change.h"
#include "core/job.h"
#include "sql_core.h"

enum { IDEMPOTENCY_HOURS = 72, JOB_DAYS = 90 };

struct purge {
    str sql;
    int64_t before;
};

static err_t purge_work(struct ctx *c, void *arg)
{
    const struct purge *p = arg;
    value before = V_INT(p->before);
    return db_run(c->conn, p->sql, &before, 1, NULL);
}

static err_t purge_idempotency(struct ctx *c, struct job *job, json_t **result)
{
    struct purge p = {SQL_IDEMPOTENCY_PURGE, clock_now() - IDEMPOTENCY_HOURS * CLOCK_HOUR};
    (void)job;
    (void)result;
    return ctx_transact(c, purge_work, &p);
}

static err_t purge_jobs(struct ctx *c, struct job *job, json_t **result)
{
    struct purge p = {SQL_JOB_PURGE, clock_now() - JOB_DAYS * CLOCK_DAY};
    (void)job;
    (void)result;
    return ctx_transact(c, purge_work, &p);
}

static err_t purge_sessions(struct ctx *c, struct job *job, json_t **result)
{
    (void)job;
    (void)result;
    return auth_sweep(c);
}

static err_t seal(struct ctx *c, struct job *job, json_t **result)
{
    (void)job;
    (void)result;
    return seal_make(c);
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

void job_kinds_core(void)
{
    static struct job_kind kinds[] = {
        {.name = "undo", .label = "job_undo", .run = undo_batch},
        {.name = "seal", .label = "job_seal", .schedule = "hourly", .run = seal},
        {.name = "idempotency_purge",
         .label = "job_idempotency_purge",
         .schedule = "daily 03:10",
         .run = purge_idempotency},
        {.name = "session_purge",
         .label = "job_session_purge",
         .schedule = "daily 03:20",
         .run = purge_sessions},
        {.name = "job_purge", .label = "job_purge", .schedule = "daily 03:30", .run = purge_jobs},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        job_kind_add(&kinds[i]);
}
