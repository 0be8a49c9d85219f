#include "api/stream.h"

#include <stdlib.h>
#include <string.h>

#include "api/stream_hub.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/job.h"

/* ---- the hub ---- */

static void job_changed(void *context, int64_t id)
{
    struct stream_hub *hub = context;
    bool known = false;
    pthread_mutex_lock(&hub->lock);
    for (size_t i = 0; i < hub->job_count; i++)
        known = known || hub->jobs[i] == id;
    if (!known && hub->streams) {
        if (hub->job_count == hub->job_room) {
            hub->job_room = hub->job_room ? hub->job_room * 2 : 16;
            hub->jobs = realloc(hub->jobs, hub->job_room * sizeof *hub->jobs);
            if (!hub->jobs)
                abort();
        }
        hub->jobs[hub->job_count++] = id;
        pthread_cond_signal(&hub->wake);
    }
    pthread_mutex_unlock(&hub->lock);
}

struct stream_hub *stream_hub_new(struct app *app)
{
    struct stream_hub *hub = calloc(1, sizeof *hub);
    pthread_condattr_t monotonic;
    if (!hub)
        abort();
    hub->app = app;
    pthread_mutex_init(&hub->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&hub->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    struct log_reader reader = {.name = "stream",
                                .batch = 500,
                                .read = stream_feed,
                                .context = hub,
                                .from_now = true,
                                .ephemeral = true};
    log_reader_add(app, &reader);
    job_on_change(app, job_changed, hub);
    if (pthread_create(&hub->keeper, NULL, stream_keep, hub))
        abort();
    return hub;
}

static void free_viewer(struct viewer *v)
{
    while (v->first) {
        struct subscriber *s = v->first;
        v->first = s->next;
        http_stream_unref(s->stream);
        free(s);
    }
    free(v->scopes);
    free(v);
}

void stream_hub_free(struct stream_hub *hub)
{
    if (!hub)
        return;
    pthread_mutex_lock(&hub->lock);
    hub->stop = true;
    pthread_cond_signal(&hub->wake);
    pthread_mutex_unlock(&hub->lock);
    pthread_join(hub->keeper, NULL);
    while (hub->viewers) {
        struct viewer *v = hub->viewers;
        hub->viewers = v->next;
        free_viewer(v);
    }
    free(hub->jobs);
    pthread_cond_destroy(&hub->wake);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

struct viewer **hub_viewers(struct stream_hub *hub, struct arena *arena, size_t *n)
{
    VEC(struct viewer *) found = {0};
    pthread_mutex_lock(&hub->lock);
    for (struct viewer *v = hub->viewers; v; v = v->next) {
        *VEC_PUSH(arena, found) = v;
        v->refs++;
    }
    pthread_mutex_unlock(&hub->lock);
    *n = found.n;
    return found.at;
}

/* Viewers without subscribers whom nobody asks about leave. */
static void sweep(struct stream_hub *hub)
{
    for (struct viewer **at = &hub->viewers; *at;) {
        struct viewer *v = *at;
        if (v->refs || v->first) {
            at = &v->next;
        } else {
            *at = v->next;
            free_viewer(v);
        }
    }
}

void hub_release(struct stream_hub *hub, struct viewer **viewers, size_t n)
{
    pthread_mutex_lock(&hub->lock);
    for (size_t i = 0; i < n; i++)
        viewers[i]->refs--;
    sweep(hub);
    pthread_mutex_unlock(&hub->lock);
}

static struct viewer *find_viewer(struct stream_hub *hub, const struct ctx *c, str scopes)
{
    struct viewer *v = hub->viewers;
    while (v && !(v->user == c->user && v->lang == c->lang && str_eq(str_from(v->scopes), scopes)))
        v = v->next;
    if (v)
        return v;
    v = calloc(1, sizeof *v);
    if (!v)
        abort();
    v->user = c->user;
    v->lang = c->lang;
    if (scopes.n && !(v->scopes = strndup(scopes.p, scopes.n)))
        abort();
    v->next = hub->viewers;
    hub->viewers = v;
    return v;
}

static size_t streams_of(const struct stream_hub *hub, int64_t user)
{
    size_t n = 0;
    for (const struct viewer *v = hub->viewers; v; v = v->next)
        n += v->user == user ? v->count : 0;
    return n;
}

err_t hub_join(struct stream_hub *hub, const struct subscriber *of, const struct ctx *c, str scopes)
{
    err_t e = OK;
    pthread_mutex_lock(&hub->lock);
    if (place_before(of->told, hub->claimed))
        e = ERR_CONFLICT;
    else if (streams_of(hub, c->user) >= STREAMS_A_USER)
        e = ERR_LIMIT;
    if (e == OK) {
        struct viewer *v = find_viewer(hub, c, scopes);
        struct subscriber *s = malloc(sizeof *s);
        if (!s)
            abort();
        *s = *of;
        s->next = v->first;
        v->first = s;
        v->count++;
        hub->streams++;
        pthread_cond_signal(&hub->wake);
    }
    pthread_mutex_unlock(&hub->lock);
    return e;
}

void hub_tell(struct stream_hub *hub, struct viewer *v, str events, const struct place *upto)
{
    pthread_mutex_lock(&hub->lock);
    for (struct subscriber *s = v->first; s; s = s->next) {
        if (upto && !place_before(s->told, *upto))
            continue;
        if (upto)
            s->told = *upto;
        if (events.n)
            http_stream_send(s->stream, events);
    }
    pthread_mutex_unlock(&hub->lock);
}

/* ---- joining ---- */

static bool read_place(str text, struct place *out)
{
    str tx;
    return str_split(&text, '-', &tx) && str_to_int(tx, &out->tx) == OK &&
           str_to_int(text, &out->id) == OK;
}

/* From where the client goes on; reset: it cannot, and begins now. */
static err_t first_place(struct ctx *c, str last, struct place *out, bool *reset)
{
    struct place newest = {0, 0};
    struct change *missed;
    size_t n;
    *reset = false;
    TRY(change_settled(c, &newest.tx, &newest.id));
    *out = newest;
    if (!last.n)
        return OK;
    struct place from;
    *reset = true;
    if (!read_place(last, &from) || place_before(newest, from))
        return OK;
    TRY(change_heads_after(c, from.tx, from.id, STREAM_REPLAY + 1, &missed, &n));
    if (n > STREAM_REPLAY)
        return OK;
    *reset = false;
    *out = from;
    return OK;
}

/* Tells what was missed, until the reader has nothing more claimed than this stream has seen. */
static err_t catch_up(struct call *call, struct stream_hub *hub, struct subscriber *s, str scopes)
{
    struct ctx *c = &call->ctx;
    for (;;) {
        struct change *changes;
        size_t n;
        TRY(change_heads_after(c, s->told.tx, s->told.id, STREAM_REPLAY, &changes, &n));
        AUTO_BUF events;
        buf_init(&events, STREAM_BACKLOG);
        if (n) {
            TRY(stream_write_changes(c, changes, n, &events));
            http_stream_send(s->stream, buf_str(&events));
            s->told = (struct place){changes[n - 1].tx, changes[n - 1].id};
        }
        err_t e = hub_join(hub, s, c, scopes);
        if (e != ERR_CONFLICT)
            return e;
    }
}

/* An EventSource of the screen cannot send Accept-Language. */
static err_t take_language(struct call *call)
{
    str language;
    TRY(call_query(call, "language", &language));
    if (language.n && !lang_parse(language, &call->ctx.lang))
        return call_not_among(call, "language", "zh-CN, zh-TW, en");
    return OK;
}

err_t stream_get(struct call *call)
{
    struct ctx *c = &call->ctx;
    struct stream_hub *hub = api_streams(call->api);
    bool reset;
    struct subscriber s = {.session = call->session.id, .by_token = call->by_token};
    if (!hub)
        return ERR_UNAVAILABLE;
    TRY(take_language(call));
    db_snapshot_end(c->conn); /* what comes meanwhile is to be seen */
    TRY(first_place(c, http_header(call->request, "Last-Event-ID"), &s.told, &reset));
    s.beat_at = clock_monotonic() + STREAM_BEAT_SECONDS * CLOCK_SECOND;
    s.stream = http_stream_new(api_server(call->api), STREAM_BACKLOG);
    http_stream_send(s.stream, arena_printf(c->arena, "retry: 2000\nid: %lld-%lld\n%s\n",
                                            (long long)s.told.tx, (long long)s.told.id,
                                            reset ? "event: reset\ndata: {}\n" : ""));
    str scopes = call->session.scopes ? json_canonical(c->arena, call->session.scopes) : (str){0};
    http_stream_ref(s.stream); /* the hub's */
    err_t e = catch_up(call, hub, &s, scopes);
    if (e == OK) {
        call->reply->type = "text/event-stream";
        call->reply->stream = s.stream;
        call->reply->close = true; /* when it ends */
        arena_defer(c->arena, (void (*)(void *))http_stream_unref, s.stream);
        return OK;
    }
    http_stream_unref(s.stream);
    http_stream_unref(s.stream);
    if (e == ERR_LIMIT)
        problem_add_str(&c->problems, S(""), "too_many",
                        arena_printf(c->arena, "%d", STREAMS_A_USER), (str){0}, (str){0});
    return e;
}
