#include "main/control.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/jw.h"
#include "base/limits.h"
#include "base/log.h"

enum { LINE_BYTES = 16 * MIB, SILENCE_SECONDS = 10 };

struct control {
    struct app *app;
    str database, address;
    struct arena *arena;
    pthread_t thread;
    int socket, stop, folder;
    atomic_bool stopping;
    pthread_mutex_t lock;
    pthread_cond_t answered;
    unsigned asking; /* commands that are not answered yet */
};

struct caller {
    struct control *control;
    int fd;
};

/* The socket's address by way of the open folder: a path may be longer than sun_path takes. */
static struct sockaddr_un socket_at(int folder)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    snprintf(at.sun_path, sizeof at.sun_path, "/proc/self/fd/%d/control.sock", folder);
    return at;
}

static int open_folder(struct arena *arena, str path)
{
    return open(arena_strz(arena, path), O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* One name for one database: a SQLite file's real path, another URL as it is. */
static str database_name(struct arena *arena, str url)
{
    if (!str_starts(url, S("sqlite:")))
        return url;
    char *real = realpath(arena_strz(arena, str_cut(url, 7, url.n)), NULL);
    str name = real ? arena_str(arena, str_from(real)) : (str){0};
    free(real);
    return name;
}

/* Of a SQLite file: its lock, in which the server says where its data folder is. */
static const char *lock_path(struct arena *arena, str url)
{
    str name = str_starts(url, S("sqlite:")) ? database_name(arena, url) : (str){0};
    return name.n ? arena_printf(arena, STR_FMT ".lock", STR_ARG(name)).p : NULL;
}

static bool write_all(int fd, str bytes)
{
    while (bytes.n) {
        ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes = str_cut(bytes, (size_t)n, bytes.n);
    }
    return true;
}

/* Up to the line's end; false when the other side went away, fell silent or never ends. */
static bool read_line(int fd, struct buf *line)
{
    char piece[4096];
    while (!line->full) {
        ssize_t n = recv(fd, piece, sizeof piece, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        buf_add(line, (str){piece, (size_t)n});
        if (piece[n - 1] == '\n')
            return true;
    }
    return false;
}

/* ---- the server's side ---- */

static err_t fill(struct invocation *in, const json_t *request)
{
    const char *option;
    json_t *given;
    size_t i;
    in->command = command_named(json_get_str(request, "command"));
    if (!in->command || !in->command->work)
        return ERR_INVALID;
    in->secret = json_get_str(request, "secret");
    if (!lang_parse(json_get_str(request, "language"), &in->lang))
        in->lang = LANG_EN;
    json_object_foreach(json_object_get(request, "options"), option, given)
        option_set(in, option, json_str(given));
    json_array_foreach(json_object_get(request, "operands"), i, given) *
        VEC_PUSH(in->arena, in->operands) = json_str(given);
    return OK;
}

static void write_reply(struct buf *out, const struct invocation *in, const char *result)
{
    struct jw w = {.out = out};
    jw_open(&w, '{');
    jw_key(&w, S("result"));
    jw_str(&w, str_from(result));
    jw_key(&w, S("out"));
    jw_str(&w, buf_str(in->out));
    jw_key(&w, S("problems"));
    jw_open(&w, '[');
    for (size_t i = 0; i < in->problems.list.n; i++) {
        const struct problem *p = &in->problems.list.at[i];
        jw_open(&w, '[');
        jw_str(&w, str_from(p->code));
        jw_str(&w, p->pointer);
        for (size_t a = 0; a < PROBLEM_ARGS; a++)
            jw_str(&w, p->args[a]);
        jw_close(&w, ']');
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    buf_byte(out, '\n');
}

static const char *answer(struct control *control, struct invocation *in, str line)
{
    json_t *request;
    if (json_read(in->arena, line, &in->problems, &request) != OK)
        return err_name(ERR_INVALID);
    if (!str_eq(json_get_str(request, "database"), control->database))
        return "other";
    if (fill(in, request) != OK)
        return err_name(ERR_INVALID);
    log_event(LOG_INFO, "command", "name", LOG_Z(in->command->name), NULL);
    return err_name(in->command->work(in, control->app));
}

static void serve_one(struct control *control, int fd)
{
    AUTO_ARENA arena = arena_new(512 * MIB);
    AUTO_BUF line, out, reply;
    buf_init(&line, LINE_BYTES);
    buf_init(&out, LINE_BYTES);
    buf_init(&reply, 4 * (size_t)LINE_BYTES);
    struct timeval patience = {.tv_sec = SILENCE_SECONDS};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    struct invocation in = {.arena = arena,
                            .problems = {.arena = arena},
                            .out = &out,
                            .address = control->address,
                            .stopping = &control->stopping};
    if (!read_line(fd, &line))
        return;
    const char *result = answer(control, &in, buf_str(&line));
    write_reply(&reply, &in, result);
    if (!write_all(fd, buf_str(&reply)))
        log_event(LOG_WARN, "command_unanswered", NULL);
}

static void *serve_caller(void *arg)
{
    struct caller caller = *(struct caller *)arg;
    struct control *control = caller.control;
    free(arg);
    serve_one(control, caller.fd);
    close(caller.fd);
    pthread_mutex_lock(&control->lock);
    control->asking--;
    pthread_cond_signal(&control->answered);
    pthread_mutex_unlock(&control->lock);
    return NULL;
}

/* A long import keeps no other command waiting. */
static void let_in(struct control *control, int fd)
{
    pthread_t thread;
    struct caller *caller = malloc(sizeof *caller);
    if (!caller)
        abort();
    *caller = (struct caller){control, fd};
    pthread_mutex_lock(&control->lock);
    control->asking++;
    pthread_mutex_unlock(&control->lock);
    if (pthread_create(&thread, NULL, serve_caller, caller))
        serve_caller(caller);
    else
        pthread_detach(thread);
}

static void *run(void *arg)
{
    struct control *control = arg;
    struct pollfd polls[] = {{.fd = control->socket, .events = POLLIN},
                             {.fd = control->stop, .events = POLLIN}};
    for (;;) {
        if (poll(polls, 2, -1) < 0 && errno != EINTR)
            return NULL;
        if (polls[1].revents)
            return NULL;
        int fd = accept4(control->socket, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            continue;
        let_in(control, fd);
    }
}

static bool listen_in(struct control *control)
{
    struct sockaddr_un at = socket_at(control->folder);
    unlinkat(control->folder, "control.sock", 0); /* of a server that was killed */
    control->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return control->socket >= 0 && bind(control->socket, (struct sockaddr *)&at, sizeof at) == 0 &&
           fchmodat(control->folder, "control.sock", 0600, 0) == 0 &&
           listen(control->socket, 8) == 0 && (control->stop = eventfd(0, EFD_CLOEXEC)) >= 0;
}

static void close_all(struct control *control)
{
    const int all[] = {control->socket, control->stop, control->folder};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i] >= 0)
            close(all[i]);
    pthread_cond_destroy(&control->answered);
    pthread_mutex_destroy(&control->lock);
    arena_free(control->arena);
    free(control);
}

/* For commands that are given another folder, or none. */
static void note_folder(struct control *control, str url, str folder)
{
    const char *lock = lock_path(control->arena, url);
    char *real = lock ? realpath(arena_strz(control->arena, folder), NULL) : NULL;
    int fd = real ? open(lock, O_WRONLY | O_TRUNC | O_CLOEXEC) : -1;
    if (fd >= 0 && write(fd, real, strlen(real)) < 0)
        log_event(LOG_WARN, "control_folder", "why", LOG_Z(strerror(errno)), NULL);
    if (fd >= 0)
        close(fd);
    free(real);
}

err_t control_start(const struct invocation *serving,
                    struct app *app,
                    str address,
                    struct control **out)
{
    struct control *control = calloc(1, sizeof *control);
    if (!control)
        abort();
    control->app = app;
    control->arena = arena_new(MIB);
    control->address = arena_str(control->arena, address);
    control->database = database_name(control->arena, option(serving, "db"));
    control->socket = control->stop = -1;
    pthread_mutex_init(&control->lock, NULL);
    pthread_cond_init(&control->answered, NULL);
    control->folder = open_folder(control->arena, app->data_folder);
    if (control->folder < 0 || !listen_in(control) ||
        pthread_create(&control->thread, NULL, run, control)) {
        int why = errno;
        close_all(control);
        log_event(LOG_ERROR, "control_socket", "why", LOG_Z(strerror(why)), NULL);
        return ERR_UNAVAILABLE;
    }
    note_folder(control, option(serving, "db"), app->data_folder);
    *out = control;
    return OK;
}

void control_stop(struct control *control)
{
    if (!control)
        return;
    atomic_store(&control->stopping, true);
    if (eventfd_write(control->stop, 1) == 0)
        pthread_join(control->thread, NULL);
    pthread_mutex_lock(&control->lock);
    while (control->asking)
        pthread_cond_wait(&control->answered, &control->lock);
    pthread_mutex_unlock(&control->lock);
    unlinkat(control->folder, "control.sock", 0);
    close_all(control);
}

/* ---- the command's side ---- */

static int connect_to(struct arena *arena, str folder)
{
    int at = open_folder(arena, folder);
    if (at < 0)
        return -1;
    struct sockaddr_un address = socket_at(at);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) != 0) {
        close(fd);
        fd = -1;
    }
    close(at);
    return fd;
}

static void write_request(struct buf *out, struct invocation *in)
{
    struct jw w = {.out = out};
    jw_open(&w, '{');
    jw_key(&w, S("command"));
    jw_str(&w, str_from(in->command->name));
    jw_key(&w, S("language"));
    jw_str(&w, str_from(lang_tag(in->lang)));
    jw_key(&w, S("database"));
    jw_str(&w, database_name(in->arena, option(in, "db")));
    jw_key(&w, S("secret"));
    jw_str(&w, in->secret);
    jw_key(&w, S("options"));
    jw_open(&w, '{');
    for (size_t i = 0; i < COMMAND_OPTIONS && in->command->options[i].name; i++)
        if (in->values[i].p) {
            jw_key(&w, str_from(in->command->options[i].name));
            jw_str(&w, in->values[i]);
        }
    jw_close(&w, '}');
    jw_key(&w, S("operands"));
    jw_open(&w, '[');
    for (size_t i = 0; i < in->operands.n; i++)
        jw_str(&w, in->operands.at[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    buf_byte(out, '\n');
}

static str member(const json_t *list, size_t i)
{
    return json_str(json_array_get(list, i));
}

static err_t read_reply(struct invocation *in, const json_t *reply, bool *served)
{
    str result = json_get_str(reply, "result");
    json_t *problem;
    size_t i;
    *served = !str_eqz(result, "other");
    if (!*served)
        return OK;
    buf_add(in->out, json_get_str(reply, "out"));
    json_array_foreach(json_object_get(reply, "problems"), i, problem) problem_add_str(
        &in->problems, member(problem, 1), arena_strz(in->arena, member(problem, 0)),
        member(problem, 2), member(problem, 3), member(problem, 4));
    for (err_t e = OK; e <= ERR_INTERNAL; e++)
        if (str_eqz(result, err_name(e)))
            return e;
    return ERR_INTERNAL;
}

/* Where the server of this SQLite file said that it has its data; empty if none ever did. */
static str noted_folder(struct invocation *in)
{
    const char *lock = lock_path(in->arena, option(in, "db"));
    int fd = lock ? open(lock, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return (str){0};
    char *text = arena_alloc(in->arena, PATH_MAX);
    ssize_t n = read(fd, text, PATH_MAX);
    close(fd);
    return n > 0 ? (str){text, (size_t)n} : (str){0};
}

static err_t call_at(struct invocation *in, str folder, bool *served)
{
    AUTO_BUF request, line;
    json_t *reply;
    int fd = folder.n ? connect_to(in->arena, folder) : -1;
    if (fd < 0)
        return OK;
    buf_init(&request, LINE_BYTES);
    buf_init(&line, 4 * (size_t)LINE_BYTES);
    write_request(&request, in);
    *served = true;
    bool answered = write_all(fd, buf_str(&request)) && read_line(fd, &line);
    close(fd);
    if (!answered)
        return ERR_UNAVAILABLE;
    TRY(json_read(in->arena, buf_str(&line), &in->problems, &reply));
    return read_reply(in, reply, served);
}

err_t control_call(struct invocation *in, bool *served)
{
    *served = false;
    TRY(call_at(in, data_folder(in), served));
    return *served ? OK : call_at(in, noted_folder(in), served);
}
