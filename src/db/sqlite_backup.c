#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/log.h"
#include "db/sqlite.h"

enum { PAGES_A_STEP = 512, PATH_BYTES = 4096 };

static int copy(sqlite3 *to, sqlite3 *from, void (*progress)(void *, int done, int all), void *arg)
{
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    if (!backup)
        return sqlite3_errcode(to);
    int rc;
    do {
        rc = sqlite3_backup_step(backup, PAGES_A_STEP);
        int all = sqlite3_backup_pagecount(backup);
        if (progress)
            progress(arg, all - sqlite3_backup_remaining(backup), all);
    } while (rc == SQLITE_OK);
    int finished = sqlite3_backup_finish(backup);
    return rc == SQLITE_DONE ? finished : rc;
}

/* Fills a file that nobody takes for a backup until it is whole. */
static err_t write_part(struct sqlite_conn *c,
                        const char *part,
                        void (*progress)(void *, int done, int all),
                        void *arg)
{
    sqlite3 *to = NULL;
    int fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd >= 0)
        close(fd);
    int rc = fd < 0 ? SQLITE_CANTOPEN
                    : sqlite3_open_v2(part, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = copy(to, c->handle, progress, arg);
    sqlite3_close(to);
    if (rc == SQLITE_OK)
        return OK;
    log_event(LOG_ERROR, "backup_failed", "code", LOG_INT(rc), "why", LOG_Z(sqlite3_errstr(rc)),
              NULL);
    return ERR_UNAVAILABLE;
}

/* Makes the new name survive a power loss. */
static int sync_folder(const char *path)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int failed = fsync(fd);
    close(fd);
    return failed;
}

err_t sqlite_backup(struct db_conn *base,
                    const char *path,
                    void (*progress)(void *, int done, int all),
                    void *arg)
{
    char part[PATH_BYTES];
    if (snprintf(part, sizeof part, "%s.part", path) >= (int)sizeof part)
        return ERR_INVALID;
    /* Within a snapshot the copy is of one moment, however much is written meanwhile. */
    TRY(db_snapshot_begin(base));
    value count;
    err_t e = db_one(base, NULL, S("SELECT count(*) FROM sqlite_schema"), NULL, 0, &count, 1);
    if (e == OK)
        e = write_part((struct sqlite_conn *)base, part, progress, arg);
    db_snapshot_end(base);
    if (e == OK && (rename(part, path) || sync_folder(path))) {
        log_event(LOG_ERROR, "backup_failed", "why", LOG_Z(strerror(errno)), NULL);
        e = ERR_UNAVAILABLE;
    }
    if (e != OK)
        unlink(part);
    return e;
}
