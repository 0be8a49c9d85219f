#include "main/command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/id.h"
#include "base/limits.h"
#include "main/control.h"

static size_t option_index(const struct command *c, str name)
{
    for (size_t i = 0; i < COMMAND_OPTIONS && c->options[i].name; i++)
        if (str_eqz(name, c->options[i].name))
            return i;
    return SIZE_MAX;
}

str option(const struct invocation *in, const char *name)
{
    size_t i = option_index(in->command, str_from(name));
    return i == SIZE_MAX ? (str){0} : in->values[i];
}

bool option_given(const struct invocation *in, const char *name)
{
    return option(in, name).p != NULL;
}

void option_set(struct invocation *in, const char *name, str given)
{
    size_t i = option_index(in->command, str_from(name));
    if (i != SIZE_MAX)
        in->values[i] = given;
}

const struct command *command_named(str name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (str_eqz(name, COMMANDS[i].name))
            return &COMMANDS[i];
    return NULL;
}

err_t option_int(struct invocation *in,
                 const char *name,
                 int64_t least,
                 int64_t most,
                 int64_t fallback,
                 int64_t *out)
{
    str text = option(in, name);
    *out = fallback;
    if (!text.p)
        return OK;
    if (str_to_int(text, out) == OK && *out >= least && *out <= most)
        return OK;
    problem_add_str(&in->problems, arena_printf(in->arena, "--%s", name), "out_of_range",
                    str_from(name), arena_printf(in->arena, "%lld", (long long)least),
                    arena_printf(in->arena, "%lld", (long long)most));
    return ERR_INVALID;
}

err_t file_problem(struct invocation *in, const char *path, int why)
{
    const char *code = why == ENOENT   ? "file_not_there"
                       : why == EEXIST ? "file_there_already"
                       : why == EACCES ? "file_not_allowed"
                       : why == ENOSPC ? "file_disk_full"
                                       : "file_unusable";
    problem_add(&in->problems, S(""), code, path, strerror(why), NULL);
    return why == ENOSPC ? ERR_DISK_FULL : why == EIO ? ERR_UNAVAILABLE : ERR_INVALID;
}

err_t read_secret_file(struct invocation *in, str path, str *out)
{
    char *bytes = arena_alloc(in->arena, 64 * KIB + 1);
    size_t n = 0;
    int fd =
        str_eqz(path, "-") ? STDIN_FILENO : open(arena_strz(in->arena, path), O_RDONLY | O_CLOEXEC);
    ssize_t got = -1;
    while (fd >= 0 && n < 64 * KIB && (got = read(fd, bytes + n, 64 * KIB - n)) > 0)
        n += (size_t)got;
    if (got < 0)
        return file_problem(in, arena_strz(in->arena, path), errno);
    if (fd != STDIN_FILENO)
        close(fd);
    if (n && bytes[n - 1] == '\n')
        n--;
    if (n && bytes[n - 1] == '\r')
        n--;
    *out = (str){bytes, n};
    return OK;
}

str data_folder(struct invocation *in)
{
    str url = option(in, "db"), given = option(in, "data");
    if (given.n)
        return given;
    if (str_starts(url, S("sqlite:")))
        return arena_concat(in->arena, str_cut(url, 7, url.n), S(".data"));
    const char *home = getenv("HOME");
    if (geteuid() == 0 || !home)
        return S("/var/lib/renmai");
    return arena_printf(in->arena, "%s/.local/share/renmai", home);
}

static err_t open_with(struct invocation *in, struct app_options o, struct app **out)
{
    int64_t node, workers;
    TRY(option_int(in, "node", 0, ID_NODES - 1, -1, &node));
    TRY(option_int(in, "workers", 1, 256, DEFAULT_WORKERS, &workers));
    o.db_url = option(in, "db");
    o.data_folder = data_folder(in);
    o.readers = (unsigned)workers + BACKGROUND_READERS;
    o.node = (int)node;
    return app_open(&o, &in->problems, out);
}

err_t open_app_to_look(struct invocation *in, struct app **out)
{
    return open_with(in, (struct app_options){.look = true}, out);
}

err_t open_app_migrated(struct invocation *in, struct app **out)
{
    struct app_options o = {.migrate = true, .old_key = in->command->old_key};
    return open_with(in, o, out);
}

err_t make_app(struct invocation *in, struct app **out)
{
    return open_with(in, (struct app_options){.make = true, .migrate = true}, out);
}

static err_t work_here(struct invocation *in)
{
    struct app *app;
    TRY(open_app_migrated(in, &app));
    err_t e = in->command->work(in, app);
    app_close(app);
    return e;
}

/* A server that does the work stands in another folder. */
static str absolute(struct arena *arena, str path)
{
    char *folder = path.n && path.p[0] != '/' ? getcwd(NULL, 0) : NULL;
    str whole = folder ? arena_printf(arena, "%s/" STR_FMT, folder, STR_ARG(path)) : path;
    free(folder);
    return whole;
}

static void name_files(struct invocation *in)
{
    str map = option(in, "map");
    for (size_t i = 0; i < in->operands.n; i++)
        in->operands.at[i] = absolute(in->arena, in->operands.at[i]);
    if (map.n)
        option_set(in, "map", absolute(in->arena, map));
}

err_t command_run(struct invocation *in)
{
    AUTO_BUF out;
    bool served = false;
    const struct command *c = in->command;
    buf_init(&out, 64 * MIB);
    in->out = &out;
    if (c->secret_file && option_given(in, c->secret_file))
        TRY(read_secret_file(in, option(in, c->secret_file), &in->secret));
    if (c->files)
        name_files(in);
    err_t e = c->run ? c->run(in) : control_call(in, &served);
    if (!c->run && !served && e == OK)
        e = work_here(in);
    if (out.n)
        fwrite(out.p, 1, out.n, stdout);
    in->out = NULL;
    return e;
}
