#include "main/serve.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/stream.h"
#include "base/log.h"
#include "core/change.h"
#include "core/fill.h"
#include "core/job.h"
#include "core/search.h"
#include "main/control.h"

enum { STOP_SECONDS = 10 };

err_t listen_parse(struct invocation *in, str text, struct listen *out)
{
    int64_t port = 0;
    size_t colon = SIZE_MAX;
    if (!text.n)
        text = S("127.0.0.1:8080");
    for (size_t i = 0; i < text.n; i++)
        if (text.p[i] == ':')
            colon = i;
    if (colon == SIZE_MAX || str_to_int(str_cut(text, colon + 1, text.n), &port) != OK ||
        port < 0 || port > 65535) {
        problem_add_str(&in->problems, S("--listen"), "bad_address", text, (str){0}, (str){0});
        return ERR_INVALID;
    }
    str host = str_cut(text, 0, colon);
    if (host.n >= 2 && host.p[0] == '[')
        host = str_cut(host, 1, host.n - 1);
    out->host = host.n ? arena_strz(in->arena, host) : "127.0.0.1";
    out->port = (unsigned)port;
    return OK;
}

/* As many connections as the system lets us have. */
static void raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

enum role { ROLE_ALL, ROLE_WEB, ROLE_WORKER };

static err_t role_parse(struct invocation *in, enum role *out)
{
    static const char *const names[] = {"all", "web", "worker"};
    str given = option(in, "role");
    *out = ROLE_ALL;
    for (enum role r = ROLE_ALL; given.n && r <= ROLE_WORKER; r++)
        if (str_eqz(given, names[r])) {
            *out = r;
            return OK;
        }
    if (!given.n)
        return OK;
    problem_add_str(&in->problems, S("--role"), "unknown_choice", given, (str){0}, (str){0});
    return ERR_INVALID;
}

/* What one process runs; each part may be missing. */
struct running {
    struct app *app;
    struct api *api;
    struct stream_hub *streams;
    struct control *control;
    str address;
};

static err_t start_web(struct invocation *in, struct running *r)
{
    int64_t workers;
    struct listen at;
    TRY(option_int(in, "workers", 1, 256, DEFAULT_WORKERS, &workers));
    TRY(listen_parse(in, option(in, "listen"), &at));
    str cert = option(in, "tls-cert"), key = option(in, "tls-key");
    struct api_options o = {
        .app = r->app,
        .host = at.host,
        .port = at.port,
        .workers = (unsigned)workers,
        .proxies = option(in, "proxies"),
        .tls_cert_file = cert.n ? arena_strz(in->arena, cert) : NULL,
        .tls_key_file = key.n ? arena_strz(in->arena, key) : NULL,
        .streams = r->streams,
    };
    TRY(api_start(&o, &in->problems, &r->api));
    bool v6 = strchr(at.host, ':') != NULL;
    r->address = arena_printf(in->arena, "http%s://%s%s%s:%u", cert.n ? "s" : "", v6 ? "[" : "",
                              at.host, v6 ? "]" : "", api_port(r->api));
    return OK;
}

/* Background work comes first: what the first requests enqueue finds it running. */
static err_t start(struct invocation *in, enum role role, struct running *r)
{
    job_kinds_core(); /* in every role: who answers requests must know what he enqueues */
    search_attach(r->app);
    fill_attach(r->app);
    if (role != ROLE_WORKER)
        r->streams = stream_hub_new(r->app);
    TRY(log_readers_start(r->app));
    if (role != ROLE_WEB)
        TRY(job_runner_start(r->app, JOB_THREADS));
    if (role == ROLE_WORKER)
        return OK;
    TRY(start_web(in, r));
    return control_start(in, r->app, r->address, &r->control);
}

static void stop(struct running *r)
{
    control_stop(r->control);
    api_stop(r->api);
    if (!job_runner_stop(r->app, STOP_SECONDS))
        _exit(err_exit_code(ERR_UNAVAILABLE)); /* others take the jobs over when their leases end */
    log_readers_stop(r->app);
    stream_hub_free(r->streams);
}

err_t serve_until_told(struct invocation *in,
                       struct app *app,
                       void (*ready)(void *, str address),
                       void *arg)
{
    int which;
    sigset_t set;
    enum role role;
    struct running running = {.app = app};
    TRY(role_parse(in, &role));
    raise_file_limit();
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    err_t e = start(in, role, &running);
    if (e == OK) {
        ready(arg, running.address);
        sigwait(&set, &which);
        log_event(LOG_INFO, "stopping", NULL);
    }
    stop(&running);
    return e;
}

static void say_ready(void *context, str address)
{
    (void)context;
    log_event(LOG_INFO, "ready", "address", LOG_STR(address), NULL);
}

err_t command_serve(struct invocation *in)
{
    struct app *app;
    TRY(open_app_migrated(in, &app));
    err_t e = serve_until_told(in, app, say_ready, NULL);
    app_close(app);
    return e;
}
