/* The body of a request, gathered in memory or in a file of its own. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "net/http_internal.h"

static err_t open_spool(struct http_conn *c)
{
    const char *folder = c->server->options.spool_folder;
    if (!folder || asprintf(&c->spool_path, "%s/body-XXXXXX", folder) < 0)
        return FAULT("no spool folder");
    c->spool = mkostemp(c->spool_path, O_CLOEXEC);
    if (c->spool >= 0)
        return OK;
    int why = errno;
    log_event(LOG_ERROR, "http_spool_failed", "errno", LOG_INT(why), NULL);
    free(c->spool_path);
    c->spool_path = NULL;
    return why == ENOSPC ? ERR_DISK_FULL : ERR_UNAVAILABLE;
}

err_t http_body_add(struct http_conn *c, str bytes)
{
    if (!c->rule.spool) {
        buf_add(&c->body, bytes);
        return OK;
    }
    if (c->spool < 0)
        TRY(open_spool(c));
    while (bytes.n) {
        ssize_t n = write(c->spool, bytes.p, bytes.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int why = errno;
            log_event(LOG_ERROR, "http_spool_failed", "errno", LOG_INT(why), NULL);
            return why == ENOSPC ? ERR_DISK_FULL : ERR_UNAVAILABLE;
        }
        bytes = str_cut(bytes, (size_t)n, bytes.n);
    }
    return OK;
}

void http_body_done(struct http_conn *c)
{
    buf_done(&c->body);
    if (c->spool >= 0)
        close(c->spool);
    c->spool = -1;
    if (c->spool_path)
        unlink(c->spool_path); /* gone already when the handler took it */
    free(c->spool_path);
    c->spool_path = NULL;
}
