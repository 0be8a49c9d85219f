#include "main/serve.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

#include "api/stream.h"
#include "base/log.h"
#include "core/change.h"
#include "core/fill.h"
#include "core/job.h"
#include "core/search.h"

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

err_t serve_until_told(struct invocation *in,
                       struct app *app,
                       void (*ready)(void *, unsigned),
                       void *arg)
{
    int64_t workers;
    int which;
    struct listen at;
    struct api *api;
    sigset_t set;
    TRY(option_int(in, "workers", 1, 256, 8, &workers));
    TRY(listen_parse(in, option(in, "listen"), &at));
    raise_file_limit();
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    str cert = option(in, "tls-cert"), key = option(in, "tls-key");
    struct api_options o = {
        .app = app,
        .host = at.host,
        .port = at.port,
        .workers = (unsigned)workers,
        .proxies = option(in, "proxies"),
        .tls_cert_file = cert.n ? arena_strz(in->arena, cert) : NULL,
        .tls_key_file = key.n ? arena_strz(in->arena, key) : NULL,
    };
    search_attach(app);
    fill_attach(app);
    job_kinds_core();
    o.streams = stream_hub_new(app);
    err_t e = log_readers_start(app);
    if (e == OK)
        e = job_runner_start(app, 2);
    if (e == OK)
        e = api_start(&o, &in->problems, &api);
    if (e == OK) {
        ready(arg, api_port(api));
        sigwait(&set, &which);
        log_event(LOG_INFO, "stopping", NULL);
        api_stop(api);
    }
    job_runner_stop(app, 5);
    log_readers_stop(app);
    stream_hub_free(o.streams);
    return e;
}

static void say_ready(void *context, unsigned port)
{
    (void)context;
    log_event(LOG_INFO, "ready", "port", LOG_INT(port), NULL);
}

err_t command_serve(struct invocation *in)
{
    struct app *app;
    TRY(open_app_migrated(in, &app));
    err_t e = serve_until_told(in, app, say_ready, NULL);
    app_close(app);
    return e;
}
