/* stream_hub: who listens; shared by the files of the stream, private to them. */
#pragma once

#include <pthread.h>

#include "api/stream.h"
#include "core/change.h"

enum {
    STREAM_BACKLOG = 256 * 1024, /* bytes; who lags further is dropped and comes back */
    STREAM_REPLAY = 1000,        /* changes; who missed more loads anew */
    STREAMS_A_USER = 32,
    STREAM_BEAT_SECONDS = 20,
};

struct place {
    int64_t tx, id;
};
static inline bool place_before(struct place a, struct place b)
{
    return a.tx < b.tx || (a.tx == b.tx && a.id < b.id);
}

struct subscriber {
    struct subscriber *next;
    struct http_stream *stream;
    int64_t session;
    bool by_token;
    struct place told; /* up to here */
    int64_t beat_at;   /* monotonic */
};

struct viewer {
    struct viewer *next;
    unsigned refs; /* subscribers, and who is asking about him */
    int64_t user;
    char *scopes; /* of an API token, JSON; NULL = all that the user may */
    enum lang lang;
    struct subscriber *first;
    size_t count;
};

struct stream_hub {
    struct app *app;
    pthread_t keeper;
    pthread_mutex_t lock; /* all below */
    pthread_cond_t wake;
    struct viewer *viewers;
    size_t streams;
    struct place claimed; /* the reader has told, or is about to tell, up to here */
    int64_t *jobs;        /* changed, to be told */
    size_t job_count, job_room;
    bool stop;
};

/* One reference for each viewer; in the arena. */
struct viewer **hub_viewers(struct stream_hub *, struct arena *, size_t *n);
void hub_release(struct stream_hub *, struct viewer **, size_t n);
/* ERR_CONFLICT: changes after `told` have been claimed meanwhile; ERR_LIMIT: too many streams.
 * Takes over the reference to the stream when OK. */
err_t hub_join(struct stream_hub *,
               const struct subscriber *,
               const struct ctx *,
               str scopes) MUST_USE;
/* To all streams of the viewer, or to those that are not beyond `upto` yet. */
void hub_tell(struct stream_hub *, struct viewer *, str events, const struct place *upto);

/* The rights of a viewer into c->access, for a moment, and his language. ERR_NOT_FOUND: not any
 * more. */
err_t viewer_enter(struct ctx *c, const struct viewer *) MUST_USE;
/* The changes that c's user may see, as events. */
err_t stream_write_changes(struct ctx *c,
                           const struct change *,
                           size_t n,
                           struct buf *out) MUST_USE;
/* The change log's reader. */
err_t stream_feed(struct ctx *, const struct change *, size_t n, void *hub) MUST_USE;
/* The keeper's thread: heartbeats, ended sessions, jobs, the model. */
void *stream_keep(void *hub);
