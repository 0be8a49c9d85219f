/* The rights a job runs with: those of who asked for it, and whether they still stand. */
#include "core/access.h"
#include "core/auth_session.h"
#include "core/job_internal.h"

static err_t gone(struct ctx *c, struct job_running *r)
{
    if (!r->gone)
        problem_add(&c->problems, S(""), "job_actor_gone", NULL);
    r->gone = true;
    return ERR_DENIED;
}

/* What they are now, with the hold; gone when the actor or the token is. */
static err_t hold(struct ctx *c, struct job_running *r, int64_t epoch, const struct access **out)
{
    r->token_until = INT64_MAX;
    err_t e = r->job.token ? auth_token_until(c, r->job.token, &r->token_until) : OK;
    if (e == OK)
        e = access_hold_at(c->app, c->conn, c->model, epoch, r->job.actor, out);
    return e == ERR_NOT_FOUND ? gone(c, r) : e;
}

err_t job_rights_take(struct ctx *c, struct job_running *r)
{
    if (!r->job.actor)
        return OK;
    TRY(auth_epoch_read(c, &r->epoch));
    TRY(hold(c, r, r->epoch.rights, &c->access));
    r->rights = access_source(c->access);
    c->user = r->job.actor;
    c->token = r->job.token;
    c->scopes = r->job.scopes;
    if (c->scopes)
        c->access = access_narrow(c->arena, c->access, c->scopes);
    return OK;
}

err_t job_rights_look(struct ctx *c, struct job_running *r)
{
    struct auth_epoch now;
    const struct access *access;
    if (!r->job.actor)
        return OK;
    if (r->gone || clock_now() >= r->token_until)
        return gone(c, r);
    TRY(auth_epoch_read(c, &now));
    if (now.rights == r->epoch.rights && now.sessions == r->epoch.sessions)
        return OK;
    TRY(hold(c, r, now.rights, &access));
    if (access_source(access) != r->rights)
        atomic_store(&r->put_back, true);
    access_release(access);
    r->epoch = now;
    return OK;
}
