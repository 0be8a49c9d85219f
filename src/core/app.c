#include "core/app.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sodium.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/access.h"
#include "core/change.h"
#include "core/job.h"
#include "core/quality_cache.h"
#include "core/migrate.h"
#include "core/process.h"
#include "core/registry.h"
#include "core/session_cache.h"
#include "core/title_cache.h"
#include "core/setting.h"

static err_t make_folder(const char *path, struct problems *problems)
{
    struct stat st;
    if (mkdir(path, 0700) == 0 || (errno == EEXIST && stat(path, &st) == 0 && S_ISDIR(st.st_mode)))
        return OK;
    problem_add(problems, S("--data"), "folder_unusable", path, strerror(errno), NULL);
    return ERR_UNAVAILABLE;
}

static err_t new_key(const char *path, unsigned char key[32], struct problems *problems)
{
    random_bytes(key, 32);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0400);
    if (fd < 0 || write(fd, key, 32) != 32 || fsync(fd) || close(fd)) {
        problem_add(problems, S("--data"), "file_unusable", path, strerror(errno), NULL);
        return ERR_UNAVAILABLE;
    }
    return OK;
}

/* The installation's key: 32 random bytes that nobody else may read (security C1). */
static err_t load_key(struct app *app, bool old, struct problems *problems)
{
    const char *path = arena_printf(app->arena, STR_FMT "/key", STR_ARG(app->data_folder)).p;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    app->keyless = fd < 0 && errno == ENOENT && old;
    if (app->keyless)
        return OK;
    if (fd < 0 && errno == ENOENT)
        return new_key(path, app->key, problems);
    if (fd < 0 || fstat(fd, &st) || (st.st_mode & 077)) {
        problem_add(problems, S("--data"), fd < 0 ? "file_unusable" : "key_readable_by_others",
                    path, fd < 0 ? strerror(errno) : "", NULL);
        if (fd >= 0)
            close(fd);
        return ERR_INVALID;
    }
    bool whole = read(fd, app->key, 32) == 32;
    close(fd);
    if (!whole) {
        problem_add(problems, S("--data"), "file_unusable", path, "32 bytes", NULL);
        return ERR_INVALID;
    }
    return OK;
}

bool app_key_kept(const struct app *app)
{
    AUTO_ARENA arena = arena_new(MIB);
    unsigned char key[32];
    int fd = open(arena_printf(arena, STR_FMT "/key", STR_ARG(app->data_folder)).p,
                  O_RDONLY | O_CLOEXEC);
    bool kept = fd >= 0 && read(fd, key, sizeof key) == sizeof key && !app->keyless &&
                sodium_memcmp(key, app->key, sizeof key) == 0;
    if (fd >= 0)
        close(fd);
    sodium_memzero(key, sizeof key);
    return kept;
}

static err_t take_node(struct app *app, const struct app_options *o, struct problems *problems)
{
    unsigned node;
    err_t e = db_number_take(app->db, o->node, ID_NODES, &node);
    if (e == ERR_CONFLICT)
        problem_add(problems, S("--node"), "node_taken", NULL);
    TRY(e);
    app->node = node;
    id_set_node(node);
    return OK;
}

/* A mistyped address must not look like an empty enterprise. */
static err_t
find_enterprise(struct app *app, const struct app_options *o, struct problems *problems)
{
    struct db_conn *conn;
    TRY(db_acquire(app->db, &conn));
    bool there = migrate_core_done(conn);
    db_release(conn);
    if (there)
        return OK;
    problem_add_str(problems, S("--db"), "no_enterprise", o->db_url, (str){0}, (str){0});
    return ERR_NOT_FOUND;
}

static err_t open_database(struct app *app, const struct app_options *o, struct problems *problems)
{
    struct db_options db = {
        .url = o->db_url, .readers = o->readers, .must_exist = !o->make, .read_only = o->look};
    TRY(db_open(&db, problems, &app->db));
    return o->make ? OK : find_enterprise(app, o, problems);
}

static err_t open_data(struct app *app, const struct app_options *o, struct problems *problems)
{
    static const char *const folders[] = {"", "/files", "/spool", "/processes"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        TRY(make_folder(
            arena_printf(app->arena, STR_FMT "%s", STR_ARG(app->data_folder), folders[i]).p,
            problems));
    return load_key(app, o->old_key, problems);
}

/* What is in the data folder, and a number among the processes. */
static err_t open_place(struct app *app, const struct app_options *o, struct problems *problems)
{
    if (o->make) /* the database may lie in the data folder */
        TRY(open_data(app, o, problems));
    TRY(open_database(app, o, problems));
    if (!o->make)
        TRY(open_data(app, o, problems));
    TRY(process_open(app));
    return take_node(app, o, problems);
}

static err_t open_parts(struct app *app, const struct app_options *o, struct problems *problems)
{
    TRY(o->look ? open_database(app, o, problems) : open_place(app, o, problems));
    app->settings = settings_new();
    app->registry = registry_new();
    app->access_cache = access_cache_new();
    app->session_cache = session_cache_new();
    app->title_cache = title_cache_new();
    access_attach();
    if (o->migrate)
        TRY(registry_migrate(app, problems));
    TRY(settings_load(app));
    if (o->look)
        return OK;
    TRY(change_open(app));
    return registry_load(app, problems);
}

err_t app_open(const struct app_options *o, struct problems *problems, struct app **out)
{
    if (sodium_init() < 0)
        return ERR_INTERNAL;
    struct app *app = calloc(1, sizeof *app);
    if (!app)
        abort();
    app->process_fd = -1;
    pthread_mutex_init(&app->node_lock, NULL);
    app->arena = arena_new(4 * MIB);
    app->most_hits = LIMIT_WORD_HITS;
    app->data_folder = arena_str(app->arena, o->data_folder);
    err_t e = open_parts(app, o, problems);
    if (e != OK) {
        app_close(app);
        return e;
    }
    *out = app;
    return OK;
}

void app_close(struct app *app)
{
    if (!app)
        return;
    atomic_store(&app->stopping, true);
    job_runner_stop(app, UINT_MAX);
    log_readers_stop(app);
    access_cache_free(app->access_cache);
    session_cache_free(app->session_cache);
    title_cache_free(app->title_cache);
    registry_free(app->registry);
    quality_cache_free(app->quality_cache);
    settings_free(app->settings);
    db_close(app->db);
    process_close(app);
    pthread_mutex_destroy(&app->node_lock);
    sodium_memzero(app->key, sizeof app->key);
    arena_free(app->arena);
    free(app);
}
