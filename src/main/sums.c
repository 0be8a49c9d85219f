#include "main/sums.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SUMS_TOLD = 20, PATH_BYTES = 4096 }; /* damaged files that are named */

static const char NAME[] = "SHA256SUMS";

/* ---- writing ---- */

static err_t write_one(struct invocation *in, FILE *list, const FTSENT *at, size_t cut)
{
    char hex[DIGEST_CHARS + 1];
    int64_t size;
    const char *name = at->fts_path + cut;
    if (at->fts_info == FTS_DNR || at->fts_info == FTS_ERR || at->fts_info == FTS_NS)
        return file_problem(in, at->fts_path, at->fts_errno);
    if (at->fts_info != FTS_F || strcmp(name, NAME) == 0 || strchr(name, '\n'))
        return OK; /* no file of ours has a name of two lines */
    if (!digest_file(at->fts_accpath, hex, &size))
        return file_problem(in, at->fts_path, errno);
    return fprintf(list, "%s  %s\n", hex, name) < 0 ? file_problem(in, NAME, errno) : OK;
}

static err_t write_all(struct invocation *in, const char *folder, FILE *list)
{
    char *roots[] = {arena_strz(in->arena, str_from(folder)), NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    err_t e = tree ? OK : file_problem(in, folder, errno);
    for (FTSENT *at; e == OK && (at = fts_read(tree));)
        e = at->fts_level ? write_one(in, list, at, strlen(folder) + 1) : OK;
    if (tree)
        fts_close(tree);
    return e;
}

err_t sums_write(struct invocation *in, const char *folder, char hex[static DIGEST_CHARS + 1])
{
    const char *path = arena_printf(in->arena, "%s/%s", folder, NAME).p;
    int64_t size;
    FILE *list = fopen(path, "wx");
    if (!list)
        return file_problem(in, path, errno);
    err_t e = write_all(in, folder, list);
    bool whole = fflush(list) == 0 && fsync(fileno(list)) == 0;
    int why = errno;
    if (fclose(list) != 0 && whole) {
        whole = false;
        why = errno;
    }
    TRY(e);
    return whole && digest_file(path, hex, &size) ? OK
                                                  : file_problem(in, path, whole ? errno : why);
}

/* ---- checking ---- */

static err_t check_one(struct invocation *in, const char *folder, str name, str wanted)
{
    char path[PATH_BYTES], hex[DIGEST_CHARS + 1];
    int64_t size;
    snprintf(path, sizeof path, "%s/" STR_FMT, folder, STR_ARG(name));
    if (digest_file(path, hex, &size)) {
        if (str_eqz(wanted, hex))
            return OK;
        problem_add(&in->problems, S(""), "backup_file_differs", path, NULL);
        return ERR_INVALID;
    }
    if (errno != ENOENT)
        return file_problem(in, path, errno);
    problem_add(&in->problems, S(""), "backup_file_missing", path, NULL);
    return ERR_INVALID;
}

static err_t check_line(struct invocation *in, const char *folder, str line)
{
    return line.n < DIGEST_CHARS + 2
               ? ERR_INVALID
               : check_one(in, folder, str_cut(line, DIGEST_CHARS + 2, line.n),
                           str_cut(line, 0, DIGEST_CHARS));
}

err_t sums_check(struct invocation *in, const char *folder, str hex)
{
    const char *path = arena_printf(in->arena, "%s/%s", folder, NAME).p;
    char *line = NULL;
    size_t room = 0;
    TRY(check_one(in, folder, str_from(NAME), hex));
    FILE *list = fopen(path, "r");
    if (!list)
        return file_problem(in, path, errno);
    err_t all = OK;
    for (ssize_t n; in->problems.list.n < SUMS_TOLD && (n = getline(&line, &room, list)) > 0;) {
        err_t e = check_line(in, folder, str_trim((str){line, (size_t)n}));
        all = e == OK ? all : e;
    }
    free(line);
    fclose(list);
    return all;
}
