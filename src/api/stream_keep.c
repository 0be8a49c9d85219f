#include <stdlib.h>
#include <time.h>

#include "api/stream_hub.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/job.h"
#include "core/registry.h"

enum { JOBS_APART_MS = 100 }; /* a job that reports its progress often is told of this often */

struct keeper {
    struct stream_hub *hub;
    struct arena *arena;
    int64_t model_version, tick_at, jobs_at;
};

static struct timespec at_instant(int64_t monotonic)
{
    return (struct timespec){.tv_sec = monotonic / CLOCK_SECOND,
                             .tv_nsec = monotonic % CLOCK_SECOND * 1000};
}

/* Until there is something to do; false = stop. */
static bool wait_for_work(struct keeper *k)
{
    struct stream_hub *hub = k->hub;
    pthread_mutex_lock(&hub->lock);
    while (!hub->stop && !hub->streams)
        pthread_cond_wait(&hub->wake, &hub->lock);
    for (bool due = false; !hub->stop && !due;) {
        bool jobs = hub->job_count && k->jobs_at < k->tick_at;
        int64_t until = jobs ? k->jobs_at : k->tick_at;
        struct timespec ts = at_instant(until);
        due = clock_monotonic() >= until;
        if (!due)
            pthread_cond_timedwait(&hub->wake, &hub->lock, &ts);
    }
    bool go_on = !hub->stop;
    pthread_mutex_unlock(&hub->lock);
    return go_on;
}

/* ---- ended sessions, gone clients, heartbeats ---- */

struct sessions {
    VEC(int64_t) ids;
    int64_t *alive;
    size_t alive_count;
};

static int by_id(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

static void sort(int64_t *ids, size_t n)
{
    if (n)
        qsort(ids, n, sizeof *ids, by_id);
}

static bool among(const int64_t *ids, size_t n, int64_t id)
{
    return n && bsearch(&id, ids, n, sizeof id, by_id);
}

static err_t look(struct keeper *k, struct sessions of[2])
{
    struct ctx c;
    pthread_mutex_lock(&k->hub->lock);
    for (const struct viewer *v = k->hub->viewers; v; v = v->next)
        for (const struct subscriber *s = v->first; s; s = s->next)
            *VEC_PUSH(k->arena, of[s->by_token].ids) = s->session;
    pthread_mutex_unlock(&k->hub->lock);
    TRY(ctx_init(&c, k->hub->app, k->arena, "stream"));
    err_t e = OK;
    for (int i = 0; i < 2 && e == OK; i++)
        if (of[i].ids.n)
            e = auth_alive(&c, of[i].ids.at, of[i].ids.n, i == 1, &of[i].alive, &of[i].alive_count);
    ctx_done(&c);
    for (int i = 0; i < 2 && e == OK; i++) {
        sort(of[i].ids.at, of[i].ids.n);
        sort(of[i].alive, of[i].alive_count);
    }
    return e;
}

/* Sessions that began after we looked are not in either list: they stay. */
static bool ended(const struct sessions *s, int64_t id)
{
    return among(s->ids.at, s->ids.n, id) && !among(s->alive, s->alive_count, id);
}

static void drop(struct stream_hub *hub, struct viewer *v, struct subscriber **at)
{
    struct subscriber *s = *at;
    *at = s->next;
    v->count--;
    hub->streams--;
    http_stream_end(s->stream);
    http_stream_unref(s->stream);
    free(s);
}

static void weed(struct keeper *k, const struct sessions of[2], bool known)
{
    struct stream_hub *hub = k->hub;
    int64_t now = clock_monotonic();
    size_t n;
    struct viewer **viewers = hub_viewers(hub, k->arena, &n);
    pthread_mutex_lock(&hub->lock);
    for (struct viewer *v = hub->viewers; v; v = v->next)
        for (struct subscriber **at = &v->first; *at;) {
            struct subscriber *s = *at;
            if (!http_stream_open(s->stream) || (known && ended(&of[s->by_token], s->session))) {
                drop(hub, v, at);
                continue;
            }
            if (now >= s->beat_at) {
                http_stream_send(s->stream, S(":\n\n"));
                s->beat_at = now + STREAM_BEAT_SECONDS * CLOCK_SECOND;
            }
            at = &s->next;
        }
    pthread_mutex_unlock(&hub->lock);
    hub_release(hub, viewers, n);
}

/* ---- the model ---- */

static int64_t model_version(struct app *app)
{
    registry_refresh(app);
    const struct model *m = model_hold(app);
    int64_t version = m->version;
    model_release(app, m);
    return version;
}

static void tell_all(struct keeper *k, str events)
{
    size_t n;
    struct viewer **viewers = hub_viewers(k->hub, k->arena, &n);
    for (size_t i = 0; i < n; i++)
        hub_tell(k->hub, viewers[i], events, NULL);
    hub_release(k->hub, viewers, n);
}

static void tell_model(struct keeper *k)
{
    int64_t version = model_version(k->hub->app);
    if (version == k->model_version)
        return;
    k->model_version = version;
    tell_all(k, arena_printf(k->arena, "event: model\ndata: {\"version\":\"%lld\"}\n\n",
                             (long long)version));
}

/* ---- jobs ---- */

static void tell_job(struct keeper *k, struct viewer *v, int64_t id)
{
    struct ctx c;
    AUTO_BUF out;
    buf_init(&out, STREAM_BACKLOG);
    struct jw w = {.out = &out};
    if (ctx_init(&c, k->hub->app, k->arena, "stream") != OK)
        return;
    buf_addz(&out, "event: job\ndata: ");
    err_t e = viewer_enter(&c, v);
    if (e == OK)
        e = job_write_json(&c, id, &w);
    ctx_done(&c);
    buf_addz(&out, "\n\n");
    if (e == OK && !out.full)
        hub_tell(k->hub, v, buf_str(&out), NULL);
}

static err_t actor_of(struct keeper *k, int64_t job, int64_t *actor)
{
    struct ctx c;
    TRY(ctx_init(&c, k->hub->app, k->arena, "stream"));
    err_t e = job_actor(&c, job, actor);
    ctx_done(&c);
    return e;
}

static void tell_jobs(struct keeper *k)
{
    struct stream_hub *hub = k->hub;
    pthread_mutex_lock(&hub->lock);
    size_t count = hub->job_count, n;
    int64_t *jobs = ARENA_ARRAY(k->arena, int64_t, count), actor;
    for (size_t i = 0; i < count; i++)
        jobs[i] = hub->jobs[i];
    hub->job_count = 0;
    pthread_mutex_unlock(&hub->lock);
    struct viewer **viewers = hub_viewers(hub, k->arena, &n);
    for (size_t i = 0; i < count; i++) {
        if (actor_of(k, jobs[i], &actor) != OK)
            continue;
        for (size_t j = 0; j < n; j++)
            if (viewers[j]->user == actor)
                tell_job(k, viewers[j], jobs[i]);
    }
    hub_release(hub, viewers, n);
}

/* ---- the thread ---- */

void *stream_keep(void *context)
{
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    struct stream_hub *hub = context;
    struct keeper k = {.hub = hub, .arena = arena, .model_version = model_version(hub->app)};
    while (wait_for_work(&k)) {
        int64_t now = clock_monotonic();
        arena_reset(arena);
        tell_jobs(&k);
        k.jobs_at = now + JOBS_APART_MS * 1000;
        if (now < k.tick_at)
            continue;
        struct sessions of[2] = {0};
        err_t e = look(&k, of);
        if (e != OK)
            log_event(LOG_WARN, "stream_sessions_unknown", "error", LOG_Z(err_name(e)), NULL);
        weed(&k, of, e == OK);
        tell_model(&k);
        k.tick_at = now + CLOCK_SECOND * 3 / 4; /* an ended session's streams close within 1 s */
    }
    return NULL;
}
