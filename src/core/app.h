/* app: what one running process shares: database, model, keys, folders, settings. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "db/db.h"
#include "model/model.h"

struct app_options {
    str db_url;
    str data_folder; /* files, keys, spool; made if missing, mode 0700 */
    unsigned readers;
    int node;     /* 0..1023, differs between processes on one database; < 0: one that is free */
    bool make;    /* a database without an enterprise is fine: one is made in it */
    bool migrate; /* bring the database to this binary's schema; else a difference is refused */
    bool look;    /* only for registry_plan: nothing is made or written */
    bool old_key; /* a key that is gone is not made anew: app->keyless */
};

enum { PROCESS_CHARS = 16 };

struct app {
    struct db *db;
    struct arena *arena;
    str data_folder;
    unsigned char key[32]; /* of data_folder/key: secretbox for secrets, HMAC of seals (C1) */
    bool keyless;
    struct settings *settings;
    struct registry *registry;
    struct access_cache *access_cache;
    struct session_cache *session_cache;
    struct title_cache *title_cache;
    struct log_readers *log_readers;
    struct job_runner *job_runner;
    struct quality_cache *quality_cache;
    char process[PROCESS_CHARS + 1]; /* this process's name, see core/process.h */
    int process_fd;                  /* its lock; < 0: none */
    pthread_mutex_t node_lock;       /* what follows */
    unsigned node;                   /* of this process on the database, see db_number_take */
    int64_t node_due;                /* monotonic; when it is looked after next */
    size_t most_hits;                /* LIMIT_WORD_HITS; tests have fewer */
    atomic_bool stopping;
};

/* Opens the database, makes or migrates its tables, loads the model and the settings.
 * ERR_NOT_FOUND "no_enterprise" unless `make`, and nothing is left behind. ERR_INVALID,
 * ERR_CONFLICT (another process writes, or the database is newer), ERR_UNAVAILABLE. */
err_t app_open(const struct app_options *, struct problems *, struct app **out) MUST_USE;
void app_close(struct app *);
/* Does the folder hold the key that this process works with? */
bool app_key_kept(const struct app *);
