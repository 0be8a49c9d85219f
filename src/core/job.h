/* job: durable background work. A job is a row; a runner leases it, runs its kind's function, and
 * renews the lease while it reports progress. With several nodes each job runs on one. A job may
 * run again after a crash: kinds are written so that a second run does no harm. */
#pragma once

#include "core/ctx.h"

struct job {
    int64_t id, actor, batch;
    int64_t token; /* the API token that asked for it; 0 = none */
    str kind;
    const json_t *args, *scopes; /* scopes: of that token, or NULL */
    unsigned attempt;            /* from 1 */
    void *runner;                /* the runner's own */
};

struct job_kind {
    const char *name;       /* "import_run" */
    const char *label;      /* message key for people */
    unsigned max_attempts;  /* 0 = 5; then "dead" until somebody retries it */
    unsigned lease_seconds; /* 0 = 60 */
    bool goes_on;           /* a further attempt goes on where the last one was: one that has got
                               further than that is a first one again */
    const char *schedule;   /* "hourly", "daily 03:10", "every 10m", NULL = only when asked */
    /* OK = done with *result (may stay NULL; the runner releases it), ERR_LIMIT = cancelled (with
     * *result, as far as it came), a
     * fault = try again later, any other = failed for good; problems say why. ctx has the rights of
     * the job's actor when actor != 0, within the scopes, and the batch it was enqueued in. */
    err_t (*run)(struct ctx *, struct job *, json_t **result);
    /* May it be started once more, by hand: what was asked when it was first? NULL = yes. */
    err_t (*may_retry)(struct ctx *, const json_t *args);
    const struct job_kind *next;
};
void job_kind_add(struct job_kind *); /* at start, before job_runner_start */
/* Those of the core: undo, seal, and what clears away. */
void job_kinds_core(void);

/* Inside or outside a transaction; inside, it is enqueued with it. People know it by what its args
 * name: "subject" (a file), or "object". key: a second job with the same
 * key that has not ended is the same job (id of the first); NULL = none. run_at 0 = now. A kind
 * that this process does not know waits for one that does. */
err_t job_enqueue(struct ctx *,
                  const char *kind,
                  const json_t *args,
                  const char *key,
                  int64_t run_at,
                  int64_t *id) MUST_USE;
/* After the transaction in which it was enqueued: it begins at once. */
void job_wake(struct ctx *, int64_t id);
/* Says how far it is and renews the lease, at most twice a second; outside a transaction, inside it
 * only asks. Outside, it also looks each time whether the actor has still the rights it runs with.
 * ERR_LIMIT when somebody cancelled it (or the process stops, or the rights are others: then it is
 * put back), ERR_DENIED "job_actor_gone": undo nothing, return it. total 0 = unknown. */
err_t job_progress(struct ctx *, struct job *, size_t done, size_t total) MUST_USE;
/* The same for what takes a function to report to, such as batch_undo; when that comes back with
 * ERR_LIMIT, return `outcome`: what job_progress said. */
struct job_report {
    struct ctx *ctx;
    struct job *job;
    err_t outcome;
};
bool job_report(void *report, size_t done, size_t total);
/* Own jobs, or all with RIGHT_SEE_JOBS; else ERR_NOT_FOUND. ERR_DENIED "job_of_another": another's
 * without RIGHT_MANAGE_JOBS. ERR_CONFLICT: it has ended, or has not, or another with its key is
 * under way. */
err_t job_cancel(struct ctx *, int64_t id) MUST_USE;
/* The same. Others' jobs of a kind with may_retry are for administrators. ERR_DENIED, ERR_LIMIT: as
 * that says. */
err_t job_retry(struct ctx *, int64_t id) MUST_USE;
/* JSON as in docs/internals/api.md. Own jobs, or all with RIGHT_SEE_JOBS. ERR_NOT_FOUND. The list
 * writes the array and then the members has_more and next of the object around it. ERR_INVALID: not
 * a cursor. */
err_t job_write_json(struct ctx *, int64_t id, struct jw *) MUST_USE;
err_t job_kind_of(struct ctx *, int64_t id, str *out) MUST_USE;
/* Whose it is; 0 = the server's. ERR_NOT_FOUND. */
err_t job_actor(struct ctx *, int64_t id, int64_t *out) MUST_USE;
/* Until it has ended: OK; ERR_LIMIT: cancelled; ERR_INVALID: failed, with its problems.
 * ERR_UNAVAILABLE "job_goes_on": this process is stopping. ERR_NOT_FOUND. Outside a transaction. */
err_t job_await(struct ctx *, int64_t id, const atomic_bool *stopping) MUST_USE;
err_t job_list_json(struct ctx *, str state, str after, size_t limit, struct jw *) MUST_USE;
/* Called on every change of a job's row here, for live screens. */
void job_on_change(struct app *, void (*changed)(void *, int64_t id), void *context);

err_t job_runner_start(struct app *, unsigned threads) MUST_USE;
/* Jobs that ask (job_progress) stop and are put back. False: some did not within the time; then the
 * process ends without app_close, and another takes them over when their leases have run out. */
bool job_runner_stop(struct app *, unsigned seconds);
/* Runs what is due on this thread until nothing is (tests, commands). */
err_t job_run_due(struct app *) MUST_USE;
