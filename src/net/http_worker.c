/* The queue between network threads and workers.
 *
 * Reads keep a processor busy, here or in the database, so only two a processor run at once: more
 * would push each other out of the caches. Unless they do not get on, because the database is far
 * away or slow: then a worker that has nothing else to do, the deputy, runs another one beside them
 * each time one has waited for three milliseconds. Writes wait for the disk, and for each other to
 * commit together: each has a worker as long as there are any. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "net/http_internal.h"

/* How long a read waits for those that run before it is run beside them. */
enum { PATIENCE = 3000 /* microseconds */ };

static bool is_read(const struct http_conn *c)
{
    return strcmp(c->method, "GET") == 0 || strcmp(c->method, "HEAD") == 0;
}

static void add(struct http_line *line, struct http_conn *c)
{
    c->next_in_queue = NULL;
    if (line->last)
        line->last->next_in_queue = c;
    else
        line->first = c;
    line->last = c;
}

static struct http_conn *take(struct http_queue *q, struct http_line *line)
{
    struct http_conn *c = line->first;
    line->first = c->next_in_queue;
    if (!line->first)
        line->last = NULL;
    q->n--;
    q->running++;
    q->reading += line == &q->reads;
    return c;
}

static bool waits_long(const struct http_queue *q)
{
    const struct http_conn *c = q->reads.first;
    return c && clock_monotonic() - atomic_load(&c->since) >= PATIENCE;
}

static struct http_worker *take_idle(struct http_queue *q)
{
    struct http_worker *w = q->idle;
    if (w)
        q->idle = w->next_idle;
    return w;
}

/* Somebody is to look at the queue now: an idle worker, or the deputy when there is none. */
static void wake_one(struct http_queue *q)
{
    struct http_worker *w = take_idle(q);
    if (!w) {
        w = q->deputy;
        q->deputy = NULL;
    }
    if (!w)
        return;
    w->woken = true;
    q->waking++;
    pthread_cond_signal(&w->wake);
}

/* While reads wait, one worker watches how long. */
static void appoint_deputy(struct http_queue *q)
{
    if (!q->reads.first || q->deputy)
        return;
    q->deputy = take_idle(q);
    if (q->deputy)
        pthread_cond_signal(&q->deputy->wake);
}

bool http_queue_push(struct http_conn *c)
{
    struct http_queue *q = &c->server->queue;
    bool read = is_read(c);
    pthread_mutex_lock(&q->lock);
    bool fits = q->n < q->max && !q->quit;
    if (fits) {
        http_conn_enter(c, PHASE_WAIT);
        MHD_suspend_connection(c->mhd);
        add(read ? &q->reads : &q->writes, c);
        q->n++;
        if (!read || q->reading + q->waking < q->at_once)
            wake_one(q);
        else
            appoint_deputy(q);
    }
    pthread_mutex_unlock(&q->lock);
    return fits;
}

static struct http_conn *choose(struct http_queue *q)
{
    if (q->reads.first && (q->reading < q->at_once || q->quit || waits_long(q)))
        return take(q, &q->reads);
    return q->writes.first ? take(q, &q->writes) : NULL;
}

/* Whoever has taken one request, perhaps not the one that he was woken for, sees to the next. */
static void pass_on(struct http_queue *q)
{
    if (!q->waking && (q->writes.first || (q->reads.first && q->reading < q->at_once)))
        wake_one(q);
    appoint_deputy(q);
}

static void wait_as_deputy(struct http_queue *q, struct http_worker *me)
{
    int64_t until = clock_monotonic() + PATIENCE;
    struct timespec at = {.tv_sec = until / CLOCK_SECOND, .tv_nsec = until % CLOCK_SECOND * 1000};
    pthread_cond_timedwait(&me->wake, &q->lock, &at);
    if (q->deputy != me)
        return;
    if (waits_long(q)) {
        q->deputy = NULL;
        me->woken = true;
        q->waking++;
    } else if (!q->reads.first) {
        q->deputy = NULL;
        me->next_idle = q->idle;
        q->idle = me;
    }
}

static void rest(struct http_queue *q, struct http_worker *me)
{
    me->woken = false;
    me->next_idle = q->idle;
    q->idle = me;
    appoint_deputy(q);
    while (!me->woken && !q->quit) {
        if (q->deputy == me)
            wait_as_deputy(q, me);
        else
            pthread_cond_wait(&me->wake, &q->lock);
    }
    if (me->woken)
        q->waking--;
}

/* Its place is given up together with looking for the next request, or others would be woken. */
static void count_done(struct http_queue *q, bool read)
{
    q->running--;
    q->reading -= read;
    if (q->running == 0 && q->n == 0)
        pthread_cond_broadcast(&q->emptied);
}

/* The next request, or NULL when there will be none. done_read: was the one before it, which is
 * done, a read? NULL: there was none. */
static struct http_conn *
pop(struct http_queue *q, struct http_worker *me, const bool *done_read, bool *abandon)
{
    struct http_conn *c;
    pthread_mutex_lock(&q->lock);
    if (done_read)
        count_done(q, *done_read);
    while (!(c = choose(q)) && !q->quit)
        rest(q, me);
    *abandon = q->abandon;
    if (c)
        pass_on(q);
    pthread_mutex_unlock(&q->lock);
    return c;
}

static void answer_rule(struct http_conn *c, struct arena *arena, void *worker)
{
    struct http_request head = {
        .arena = arena,
        .method = str_from(c->method),
        .path = c->path,
        .request_id = str_from(c->request_id),
        .worker = worker,
        .internal = c,
    };
    c->rule = c->server->options.body_answer(&head);
    c->rule.ask = false;
    arena_reset(arena);
}

static void run(struct http_conn *c, struct arena *arena, void *worker)
{
    struct http_request request = {
        .arena = arena,
        .method = str_from(c->method),
        .path = c->path,
        .query = c->query,
        .body = buf_str(&c->body),
        .body_file = c->spool_path,
        .body_size = atomic_load(&c->received),
        .request_id = str_from(c->request_id),
        .worker = worker,
        .internal = c,
    };
    http_request_origin(c, &request);
    struct http_reply reply;
    http_reply_init(c, &reply);
    c->server->options.handler(&request, &reply);
    http_reply_finish(c, &reply);
    arena_reset(arena);
    http_body_done(c);
}

static void *work(void *cls)
{
    struct http_worker *me = cls;
    struct http_server *server = me->server;
    const struct http_server_options *o = &server->options;
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    void *worker = o->worker_init ? o->worker_init(o->context) : NULL;
    bool abandon, read, *done = NULL;
    for (struct http_conn *c; (c = pop(&server->queue, me, done, &abandon));) {
        read = is_read(c);
        done = &read;
        bool asked = c->rule.ask && !abandon;
        if (abandon)
            http_reply_refuse(c, (struct http_refusal){503, "http_stopping"});
        else if (asked)
            answer_rule(c, arena, worker);
        else
            run(c, arena, worker);
        http_conn_enter(c, asked ? PHASE_ASKED : PHASE_READY);
        MHD_resume_connection(c->mhd); /* c belongs to its network thread again */
    }
    if (o->worker_done)
        o->worker_done(worker);
    return NULL;
}

static void prepare_worker(struct http_worker *w, struct http_server *server)
{
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&w->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    w->server = server;
}

err_t http_workers_start(struct http_server *server)
{
    unsigned wanted = server->options.workers ? server->options.workers : 16;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    server->queue.at_once = processors < 1 ? 2 : 2 * (unsigned)processors;
    server->workers = calloc(wanted, sizeof *server->workers);
    if (!server->workers)
        abort();
    while (server->worker_count < wanted) {
        struct http_worker *w = &server->workers[server->worker_count];
        prepare_worker(w, server);
        if (pthread_create(&w->thread, NULL, work, w)) {
            pthread_cond_destroy(&w->wake);
            return FAULT("pthread_create");
        }
        server->worker_count++;
    }
    return OK;
}

void http_workers_stop(struct http_server *server)
{
    struct http_queue *q = &server->queue;
    pthread_mutex_lock(&q->lock);
    q->quit = true;
    for (unsigned i = 0; i < server->worker_count; i++)
        pthread_cond_signal(&server->workers[i].wake);
    pthread_mutex_unlock(&q->lock);
    for (unsigned i = 0; i < server->worker_count; i++) {
        pthread_join(server->workers[i].thread, NULL);
        pthread_cond_destroy(&server->workers[i].wake);
    }
    free(server->workers);
    server->workers = NULL;
    server->worker_count = 0;
}
