#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/test.h"
#include "core/import.h"
#include "core/job.h"
#include "core/test_app.h"
#include "main/control.h"
#include "main/setup.h"

/* A server on the app, and a command that wants something of it. */
struct both {
    struct arena *arena;
    struct buf out;
    struct invocation serving, asking;
    struct control *control;
};

static void both_start(struct both *b, struct app *app, struct test_app *at)
{
    str url = str_from(at->at.url), folder = app->data_folder;
    *b = (struct both){.arena = arena_new(16 * MIB)};
    buf_init(&b->out, MIB);
    b->serving = (struct invocation){.arena = b->arena, .command = command_named(S("serve"))};
    option_set(&b->serving, "db", url);
    b->asking = (struct invocation){.arena = b->arena,
                                    .problems = {.arena = b->arena},
                                    .command = command_named(S("token create")),
                                    .out = &b->out};
    option_set(&b->asking, "db", url);
    option_set(&b->asking, "data", folder);
    option_set(&b->asking, "user", S("shen@example.com"));
    option_set(&b->asking, "name", S("till"));
    assert_int_equal(control_start(&b->serving, app, S("http://here"), &b->control), OK);
}

static void both_stop(struct both *b)
{
    control_stop(b->control);
    buf_done(&b->out);
    arena_free(b->arena);
}

static err_t make_user(struct ctx *c, void *arg)
{
    const struct new_user user = {.email = S("shen@example.com"),
                                  .name = S("沈"),
                                  .role = S("administrator"),
                                  .password = S("a quite long pass phrase")};
    TRY(seed_base(c));
    return add_user(c, &user, arg);
}

TEST_APP(control_runs_a_command_in_the_server)
{
    struct both b;
    bool served;
    int64_t id;
    both_start(&b, app, at);
    assert_int_equal(with_ctx(&b.asking, app, make_user, &id), OK);
    assert_int_equal(control_call(&b.asking, &served), OK);
    assert_true(served);
    assert_true(str_starts(buf_str(&b.out), S("rm_")));
    assert_true(str_ends(buf_str(&b.out), S("\n")));
    both_stop(&b);
}

TEST_APP(control_brings_problems_back)
{
    struct both b;
    bool served;
    both_start(&b, app, at);
    option_set(&b.asking, "user", S("“nobody”\n"));
    assert_int_equal(control_call(&b.asking, &served), ERR_NOT_FOUND);
    assert_true(served);
    assert_int_equal(b.asking.problems.list.n, 1);
    assert_string_equal(b.asking.problems.list.at[0].code, "unknown_user");
    assert_str(b.asking.problems.list.at[0].args[0], "“nobody”\n");
    assert_int_equal(b.out.n, 0);
    both_stop(&b);
}

TEST_APP(control_of_another_database_is_left_alone)
{
    struct both b;
    bool served;
    both_start(&b, app, at);
    option_set(&b.asking, "db", S("sqlite:/nowhere/else.db"));
    assert_int_equal(control_call(&b.asking, &served), OK);
    assert_false(served);
    assert_int_equal(b.out.n, 0);
    both_stop(&b);
}

TEST_APP(control_is_for_its_owner_and_goes_with_the_server)
{
    struct both b;
    struct stat st;
    bool served;
    both_start(&b, app, at);
    str path = arena_concat(b.arena, app->data_folder, S("/control.sock"));
    assert_int_equal(stat(path.p, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    control_stop(b.control);
    b.control = NULL;
    assert_int_not_equal(stat(path.p, &st), 0);
    assert_int_equal(control_call(&b.asking, &served), OK);
    assert_false(served);
    both_stop(&b);
}

static int64_t count(struct app *app, const char *sql)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct ctx c;
    value n;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(db_one(c.conn, arena, str_from(sql), NULL, 0, &n, 1), OK);
    ctx_done(&c);
    return n.i;
}

static void *ask(void *arg)
{
    struct both *b = arg;
    bool served;
    err_t e = control_call(&b->asking, &served);
    return err_name(e) == err_name(ERR_UNAVAILABLE) ? b : NULL;
}

/* Nothing works jobs off here: the import waits until the server stops, and keeps nobody else
 * waiting. */
TEST_APP(control_answers_others_while_an_import_runs)
{
    struct both b, other;
    bool served;
    void *told;
    pthread_t importing;
    int64_t id;
    import_attach();
    both_start(&b, app, at);
    other = b;
    assert_int_equal(with_ctx(&b.asking, app, make_user, &id), OK);
    str path = arena_concat(b.arena, app->data_folder, S("/list.csv"));
    FILE *f = fopen(path.p, "w");
    fputs("姓名,手机\n张三,13800138000\n", f);
    fclose(f);
    other.asking =
        (struct invocation){.arena = arena_new(16 * MIB), .command = command_named(S("import"))};
    other.asking.problems.arena = other.asking.arena;
    buf_init(&other.out, MIB);
    other.asking.out = &other.out;
    option_set(&other.asking, "db", option(&b.asking, "db"));
    option_set(&other.asking, "data", app->data_folder);
    *VEC_PUSH(other.asking.arena, other.asking.operands) = path;
    pthread_create(&importing, NULL, ask, &other);
    while (!count(app, "SELECT COUNT(*) FROM job WHERE kind = 'import_run'"))
        usleep(1000);
    assert_int_equal(control_call(&b.asking, &served), OK);
    assert_true(served);

    control_stop(b.control);
    b.control = NULL;
    pthread_join(importing, &told);
    assert_ptr_equal(told, &other);
    assert_string_equal(other.asking.problems.list.at[0].code, "job_goes_on");
    assert_int_equal(job_run_due(app), OK);
    assert_int_equal(count(app, "SELECT COUNT(*) FROM customer"), 1);
    buf_done(&other.out);
    arena_free(other.asking.arena);
    both_stop(&b);
}

/* What a line that is no request gets. */
static void send_line(struct app *app, const char *line, char *reply, size_t size)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path, sizeof to.sun_path, STR_FMT "/control.sock", STR_ARG(app->data_folder));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
    ssize_t n = recv(fd, reply, size - 1, MSG_WAITALL);
    assert_true(n >= 0);
    reply[n] = '\0';
    close(fd);
}

TEST_APP(control_refuses_what_is_no_request)
{
    static const char *const lines[] = {"\n", "{}\n", "[1\n",
                                        "{\"command\":\"serve\",\"database\":1}\n", "\xff\n"};
    struct both b;
    char reply[1024];
    both_start(&b, app, at);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        send_line(app, lines[i], reply, sizeof reply);
        bool refused =
            strstr(reply, "\"result\":\"invalid\"") || strstr(reply, "\"result\":\"other\"");
        assert_true(refused);
    }
    both_stop(&b);
}
