/* job_internal: what the files of the job part share. */
#pragma once

#include <stdatomic.h>

#include "base/id.h"
#include "core/auth.h"
#include "core/job.h"

enum { JOB_ATTEMPTS = 5, JOB_LEASE_SECONDS = 60 };

/* The process's node, for its successor, and a token: "7:…". */
enum { LEASE_CHARS = PROCESS_CHARS + 1 + TOKEN_CHARS };

/* A job at work in this process. */
struct job_running {
    struct job job;
    int64_t crashes; /* of its process, since it last got further */
    const struct job_kind *kind;
    struct job_runner *runner;
    struct job_running *next;
    char lease[LEASE_CHARS + 1]; /* nobody else's; whoever holds another has taken the job over */
    int64_t beat_at;             /* monotonic; when it last said how far it is */
    atomic_bool cancelled;       /* somebody asked for it */
    atomic_bool put_back;        /* stopping, taken over by another process, or of other rights */
    struct auth_epoch epoch;     /* at which the rights were as they are here */
    uint64_t rights;             /* access_source of what it runs with */
    int64_t token_until;         /* when its API token expires */
    bool gone;                   /* its actor is not active any more, or its token has ended */
};

struct job_listener {
    void (*changed)(void *, int64_t id);
    void *context;
    struct job_listener *next;
};

struct job_runner {
    struct app *app;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    struct job_listener *listeners;
    struct job_running *running;
    pthread_t *threads;
    unsigned thread_count, at_work; /* begun, and of these those that have not ended */
    uint64_t enqueued;
    int64_t schedules_at; /* monotonic; when to look at the schedules next */
    atomic_bool stop;
};

struct job_runner *job_runner_of(struct app *); /* made when there is none */
void job_changed(struct app *, int64_t id);
const struct job_kind *job_kind_find(str name); /* NULL if none */
const struct job_kind *job_kind_first(void);

/* Gives ctx the rights of the job's actor; none for the server's own jobs. ERR_DENIED
 * "job_actor_gone". */
err_t job_rights_take(struct ctx *, struct job_running *) MUST_USE;
/* Whether they still stand: else sets put_back, or gone with ERR_DENIED "job_actor_gone". */
err_t job_rights_look(struct ctx *, struct job_running *) MUST_USE;

/* The first instant after `now` that the schedule names. ERR_INVALID: it cannot be read. */
err_t job_schedule_next(const char *schedule,
                        const struct zone *,
                        int64_t now,
                        int64_t *next) MUST_USE;
/* Enqueues what is due by its schedule, once among all processes. */
err_t job_schedule_tick(struct ctx *) MUST_USE;

/* Microseconds to wait before the next attempt after so many. */
int64_t job_backoff(unsigned attempts);
