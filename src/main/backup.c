#include "main/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/jw.h"
#include "base/limits.h"
#include "base/message.h"
#include "main/sums.h"

extern char **environ;

struct backup {
    struct invocation *in;
    str url;
    const char *folder; /* of the backup */
    const char *files;  /* data folder/files */
    bool sqlite;
    size_t file_count;
    int64_t bytes;
    char sums[DIGEST_CHARS + 1]; /* the digest of SHA256SUMS; empty: an old backup without it */
};

static const char *in_folder(struct invocation *in, const char *folder, const char *name)
{
    return arena_printf(in->arena, "%s/%s", folder, name).p;
}

static bool exists(const char *path)
{
    struct stat st;
    return lstat(path, &st) == 0;
}

/* ---- files ---- */

static int copy_bytes(int from, int to, int64_t *bytes)
{
    char piece[64 * KIB];
    ssize_t got;
    while ((got = read(from, piece, sizeof piece)) > 0) {
        for (ssize_t at = 0, n; at < got; at += n)
            if ((n = write(to, piece + at, (size_t)(got - at))) < 0)
                return -1;
        *bytes += got;
    }
    return got < 0 || fsync(to) ? -1 : 0;
}

static err_t copy_file(struct backup *b, const char *from, const char *to)
{
    int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool copied = out >= 0 && copy_bytes(in, out, &b->bytes) == 0;
    int why = errno;
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) != 0 && copied) {
        copied = false;
        why = errno;
    }
    if (in < 0 && why == ENOENT)
        return OK; /* erased in the meantime */
    b->file_count++;
    return copied ? OK : file_problem(b->in, out < 0 && in < 0 ? from : to, why);
}

/* Folders and plain files; whatever else lies there is none of ours. */
static err_t copy_tree(struct backup *b, const char *from, const char *to)
{
    char *roots[] = {arena_strz(b->in->arena, str_from(from)), NULL};
    size_t cut = strlen(from);
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    err_t e = tree ? OK : file_problem(b->in, from, errno);
    for (FTSENT *at; e == OK && (at = fts_read(tree));) {
        const char *target = arena_printf(b->in->arena, "%s%s", to, at->fts_path + cut).p;
        if (at->fts_info == FTS_D && mkdir(target, 0700) != 0 && errno != EEXIST)
            e = file_problem(b->in, target, errno);
        else if (at->fts_info == FTS_F)
            e = copy_file(b, at->fts_path, target);
        else if (at->fts_info == FTS_DNR || at->fts_info == FTS_ERR)
            e = file_problem(b->in, at->fts_path, at->fts_errno);
    }
    if (tree)
        fts_close(tree);
    return e;
}

/* ---- PostgreSQL's own programs ---- */

/* The address without its password, which others could read in the list of processes; that goes
 * into the environment of this process and its children. */
static const char *without_password(struct invocation *in, str url)
{
    size_t host = str_find(url, S("://")), at = str_find_byte(url, '@');
    size_t colon = SIZE_MAX;
    if (host == SIZE_MAX || at == SIZE_MAX)
        return arena_strz(in->arena, url);
    for (size_t i = host + 3; i < at && colon == SIZE_MAX; i++)
        if (url.p[i] == ':')
            colon = i;
    if (colon == SIZE_MAX)
        return arena_strz(in->arena, url);
    struct buf plain;
    buf_init(&plain, KIB);
    for (size_t i = colon + 1; i < at; i++) {
        char digits[3] = "", *end = digits;
        if (url.p[i] == '%' && i + 2 < at)
            snprintf(digits, sizeof digits, "%.2s", url.p + i + 1);
        long code = strtol(digits, &end, 16);
        bool escaped = end == digits + 2;
        buf_byte(&plain, escaped ? (char)code : url.p[i]);
        i += escaped ? 2 : 0;
    }
    setenv("PGPASSWORD", arena_strz(in->arena, buf_str(&plain)), 1);
    buf_done(&plain);
    return arena_concat(in->arena, str_cut(url, 0, colon), str_cut(url, at, url.n)).p;
}

static err_t run_program(struct invocation *in, char *const argv[])
{
    pid_t child;
    int status, why = posix_spawnp(&child, argv[0], NULL, NULL, argv, environ);
    if (why)
        return file_problem(in, argv[0], why);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return OK;
    problem_add(&in->problems, S(""), "program_failed", argv[0], NULL);
    return ERR_UNAVAILABLE;
}

static err_t dump(struct backup *b, const char *to)
{
    const char *db = without_password(b->in, b->url);
    char *argv[] = {(char[]){"pg_dump"},
                    (char[]){"--format=custom"},
                    (char[]){"--no-owner"},
                    (char[]){"--no-privileges"},
                    (char *)(uintptr_t)arena_printf(b->in->arena, "--file=%s", to).p,
                    (char *)(uintptr_t)arena_printf(b->in->arena, "--dbname=%s", db).p,
                    NULL};
    return run_program(b->in, argv);
}

static err_t undump(struct backup *b, const char *from)
{
    const char *db = without_password(b->in, b->url);
    char *argv[] = {(char[]){"pg_restore"},
                    (char[]){"--exit-on-error"},
                    (char[]){"--single-transaction"},
                    (char[]){"--no-owner"},
                    (char[]){"--no-privileges"},
                    (char *)(uintptr_t)arena_printf(b->in->arena, "--dbname=%s", db).p,
                    (char *)(uintptr_t)from,
                    NULL};
    return run_program(b->in, argv);
}

/* ---- backup ---- */

static err_t copy_database(struct backup *b)
{
    struct db *db;
    struct db_options o = {.url = b->url, .readers = 1, .read_only = true};
    if (!b->sqlite)
        return dump(b, in_folder(b->in, b->folder, "renmai.dump"));
    TRY(db_open(&o, &b->in->problems, &db));
    err_t e = db_backup(db, in_folder(b->in, b->folder, "renmai.db"), NULL, NULL);
    db_close(db);
    return e;
}

static void write_facts(struct backup *b, struct buf *out)
{
    struct jw w = {.out = out};
    jw_open(&w, '{');
    jw_key(&w, S("made_by"));
    jw_str(&w, S("renmai " RENMAI_VERSION));
    jw_key(&w, S("at"));
    jw_instant(&w, clock_now());
    jw_key(&w, S("database"));
    jw_str(&w, b->sqlite ? S("sqlite") : S("postgresql"));
    jw_key(&w, S("files"));
    jw_int(&w, (int64_t)b->file_count);
    jw_key(&w, S("file_bytes"));
    jw_int(&w, b->bytes);
    if (b->sums[0]) {
        jw_key(&w, S("sums"));
        jw_str(&w, str_from(b->sums));
    }
    jw_key(&w, S("key_included"));
    jw_bool(&w, false);
    jw_close(&w, '}');
    buf_byte(out, '\n');
}

static err_t write_manifest(struct backup *b)
{
    const char *path = in_folder(b->in, b->folder, "backup.json");
    write_facts(b, b->in->out);
    FILE *f = fopen(path, "wx");
    if (!f)
        return file_problem(b->in, path, errno);
    bool whole = fwrite(b->in->out->p, 1, b->in->out->n, f) == b->in->out->n && fflush(f) == 0 &&
                 fsync(fileno(f)) == 0;
    int why = errno;
    return fclose(f) == 0 && whole ? OK : file_problem(b->in, path, why);
}

static err_t fill_backup(struct backup *b)
{
    TRY(copy_database(b));
    if (exists(b->files))
        TRY(copy_tree(b, b->files, in_folder(b->in, b->folder, "files")));
    TRY(sums_write(b->in, b->folder, b->sums));
    return write_manifest(b);
}

static struct backup backup_of(struct invocation *in, const char *folder)
{
    str data = data_folder(in);
    return (struct backup){.in = in,
                           .url = option(in, "db"),
                           .folder = folder,
                           .files = arena_printf(in->arena, STR_FMT "/files", STR_ARG(data)).p,
                           .sqlite = str_starts(option(in, "db"), S("sqlite:"))};
}

static void say(struct invocation *in, const char *code, str path)
{
    str words = message_format(in->arena, in->lang, str_from(code), &path, 1);
    fprintf(stderr, STR_FMT "\n", STR_ARG(words));
}

static void say_about_key(struct invocation *in, const char *code)
{
    say(in, code, arena_concat(in->arena, data_folder(in), S("/key")));
}

/* A backup has its name only when it is whole. */
err_t command_backup(struct invocation *in)
{
    const char *to = arena_strz(in->arena, in->operands.at[0]);
    const char *part = arena_printf(in->arena, "%s.part", to).p;
    struct backup b = backup_of(in, part);
    if (exists(to))
        return file_problem(in, to, EEXIST);
    if (mkdir(part, 0700) != 0)
        return file_problem(in, part, errno);
    TRY(fill_backup(&b));
    if (rename(part, to) != 0)
        return file_problem(in, to, errno);
    say_about_key(in, "backup_without_key");
    return OK;
}

/* ---- restore ---- */

static err_t check_manifest(struct backup *b)
{
    const char *path = in_folder(b->in, b->folder, "backup.json");
    char bytes[4 * KIB];
    json_t *facts;
    FILE *f = fopen(path, "r");
    if (!f)
        return file_problem(b->in, path, errno);
    size_t n = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    TRY(json_read(b->in->arena, (str){bytes, n}, &b->in->problems, &facts));
    if (!str_eqz(json_get_str(facts, "database"), b->sqlite ? "sqlite" : "postgresql")) {
        problem_add(&b->in->problems, S("--db"), "backup_of_other_kind", NULL);
        return ERR_INVALID;
    }
    str sums = json_get_str(facts, "sums");
    snprintf(b->sums, sizeof b->sums, STR_FMT, STR_ARG(sums));
    if (!sums.n)
        say(b->in, "restore_unchecked", str_from(b->folder));
    return sums.n ? sums_check(b->in, b->folder, sums) : OK;
}

static err_t put_database(struct backup *b)
{
    if (!b->sqlite)
        return undump(b, in_folder(b->in, b->folder, "renmai.dump"));
    const char *to = arena_strz(b->in->arena, str_cut(b->url, 7, b->url.n));
    return copy_file(b, in_folder(b->in, b->folder, "renmai.db"), to);
}

err_t command_restore(struct invocation *in)
{
    struct backup b = backup_of(in, arena_strz(in->arena, in->operands.at[0]));
    const char *data = arena_strz(in->arena, data_folder(in));
    const char *files = in_folder(in, b.folder, "files");
    TRY(check_manifest(&b));
    if (exists(b.files) && rmdir(b.files) != 0)
        return file_problem(in, b.files, EEXIST);
    if (mkdir(data, 0700) != 0 && errno != EEXIST)
        return file_problem(in, data, errno);
    TRY(put_database(&b));
    if (exists(files))
        TRY(copy_tree(&b, files, b.files));
    write_facts(&b, in->out);
    if (!exists(in_folder(in, data, "key")))
        say_about_key(in, "restore_without_key");
    return OK;
}
