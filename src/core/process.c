#include "core/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"

enum { NAME_BYTES = PROCESS_CHARS / 2 };

static const char *path_of(const struct app *app, struct arena *arena, const char *name)
{
    return arena_printf(arena, STR_FMT "/processes/%s", STR_ARG(app->data_folder), name).p;
}

static void new_name(char out[static PROCESS_CHARS + 1])
{
    unsigned char bytes[NAME_BYTES];
    random_bytes(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

err_t process_open(struct app *app)
{
    AUTO_ARENA arena = arena_new(MIB);
    char hidden[PROCESS_CHARS + 2];
    new_name(app->process);
    snprintf(hidden, sizeof hidden, ".%s", app->process);
    const char *made = path_of(app, arena, hidden);
    int fd = open(made, O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return ERR_UNAVAILABLE;
    /* Its name is seen once it is locked: else it would be taken for one that is gone. */
    if (flock(fd, LOCK_EX | LOCK_NB) || rename(made, path_of(app, arena, app->process))) {
        unlink(made);
        close(fd);
        return ERR_UNAVAILABLE;
    }
    app->process_fd = fd;
    return OK;
}

void process_close(struct app *app)
{
    if (app->process_fd < 0)
        return;
    AUTO_ARENA arena = arena_new(MIB);
    unlink(path_of(app, arena, app->process));
    close(app->process_fd);
    app->process_fd = -1;
}

static err_t forget_gone(struct app *app,
                         const char *name,
                         err_t (*gone)(struct app *, str),
                         struct arena *arena)
{
    const char *path = path_of(app, arena, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return OK;
    err_t e = OK;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
        e = gone(app, str_from(name));
        if (e == OK)
            unlink(path);
    }
    close(fd);
    return e;
}

err_t process_each_gone(struct app *app, err_t (*gone)(struct app *, str))
{
    static const char name_chars[] = "0123456789abcdefghijklmnopqrstuvwxyz";
    AUTO_ARENA arena = arena_new(MIB);
    DIR *folder = opendir(path_of(app, arena, ""));
    const struct dirent *entry;
    err_t e = OK;
    if (!folder)
        return ERR_UNAVAILABLE;
    while (e == OK && (entry = readdir(folder))) {
        if (!entry->d_name[strspn(entry->d_name, name_chars)])
            e = forget_gone(app, entry->d_name, gone, arena);
        arena_reset(arena);
    }
    closedir(folder);
    return e;
}

/* ---- the node number ---- */

static void keep(struct app *app)
{
    unsigned node = app->node;
    if (db_number_keep(app->db, ID_NODES, &node) != OK || node == app->node)
        return;
    log_event(LOG_WARN, "node_changed", "from", LOG_INT(app->node), "to", LOG_INT(node), NULL);
    id_set_node(node);
    app->node = node;
}

void process_keep_node(struct app *app)
{
    if (pthread_mutex_trylock(&app->node_lock)) /* another thread is at it */
        return;
    if (clock_monotonic() >= app->node_due) {
        keep(app);
        app->node_due = clock_monotonic() + CLOCK_SECOND;
    }
    pthread_mutex_unlock(&app->node_lock);
}
