/* The queue between network threads and workers. */
#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "net/http_internal.h"

bool http_queue_push(struct http_conn *c)
{
    struct http_queue *q = &c->server->queue;
    pthread_mutex_lock(&q->lock);
    bool fits = q->n < q->max && !q->quit;
    if (fits) {
        http_conn_enter(c, PHASE_WAIT);
        MHD_suspend_connection(c->mhd);
        c->next_in_queue = NULL;
        if (q->last)
            q->last->next_in_queue = c;
        else
            q->first = c;
        q->last = c;
        q->n++;
    }
    pthread_mutex_unlock(&q->lock);
    if (fits)
        pthread_cond_signal(&q->filled);
    return fits;
}

/* The next request, or NULL when there will be none. */
static struct http_conn *pop(struct http_queue *q, bool *abandon)
{
    pthread_mutex_lock(&q->lock);
    while (!q->first && !q->quit)
        pthread_cond_wait(&q->filled, &q->lock);
    struct http_conn *c = q->first;
    if (c) {
        q->first = c->next_in_queue;
        if (!q->first)
            q->last = NULL;
        q->n--;
        q->running++;
    }
    *abandon = q->abandon;
    pthread_mutex_unlock(&q->lock);
    return c;
}

static void count_done(struct http_queue *q)
{
    pthread_mutex_lock(&q->lock);
    q->running--;
    if (q->running == 0 && q->n == 0)
        pthread_cond_broadcast(&q->emptied);
    pthread_mutex_unlock(&q->lock);
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
    struct http_server *server = cls;
    const struct http_server_options *o = &server->options;
    AUTO_ARENA arena = arena_new(LIMIT_REQUEST_ARENA);
    void *worker = o->worker_init ? o->worker_init(o->context) : NULL;
    bool abandon;
    for (struct http_conn *c; (c = pop(&server->queue, &abandon));) {
        if (abandon)
            http_reply_refuse(c, (struct http_refusal){503, "http_stopping"});
        else
            run(c, arena, worker);
        http_conn_enter(c, PHASE_READY);
        MHD_resume_connection(c->mhd); /* c belongs to its network thread again */
        count_done(&server->queue);
    }
    if (o->worker_done)
        o->worker_done(worker);
    return NULL;
}

err_t http_workers_start(struct http_server *server)
{
    unsigned wanted = server->options.workers ? server->options.workers : 16;
    server->workers = calloc(wanted, sizeof *server->workers);
    if (!server->workers)
        abort();
    while (server->worker_count < wanted) {
        if (pthread_create(&server->workers[server->worker_count], NULL, work, server))
            return FAULT("pthread_create");
        server->worker_count++;
    }
    return OK;
}

void http_workers_stop(struct http_server *server)
{
    struct http_queue *q = &server->queue;
    pthread_mutex_lock(&q->lock);
    q->quit = true;
    pthread_cond_broadcast(&q->filled);
    pthread_mutex_unlock(&q->lock);
    for (unsigned i = 0; i < server->worker_count; i++)
        pthread_join(server->workers[i], NULL);
    free(server->workers);
    server->workers = NULL;
    server->worker_count = 0;
}
