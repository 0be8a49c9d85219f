/* command: the command line. One const struct a command; `renmai help` and each command's --help
 * come from the table, in English, or in Chinese when LANG says so. Every option can also be given
 * as an environment variable: --data is RENMAI_DATA. */
#pragma once

#include "base/buf.h"
#include "core/app.h"

enum {
    COMMAND_OPTIONS = 20,
    DEFAULT_WORKERS = 16, /* threads that answer requests */
    JOB_THREADS = 2,
    BACKGROUND_READERS = JOB_THREADS + 4, /* the reader of the log, health, registry, settings */
};

struct command_option {
    const char *name;    /* "db" */
    const char *operand; /* "URL", or NULL: a switch */
    bool required;
    const char *help_en, *help_zh;
};

struct invocation {
    struct arena *arena;
    enum lang lang;
    struct problems problems;
    const struct command *command;
    str values[COMMAND_OPTIONS]; /* p == NULL: not given; switches: "1" */
    VEC(str) operands;           /* what is no option */
    str secret;                  /* what the command's secret file holds */
    struct buf *out;             /* what the command prints on standard output */
    str address;                 /* where the server is reached, when work() runs in one */
    /* That server is being stopped; NULL: work() runs in a process of its own. */
    const atomic_bool *stopping;
};

struct command {
    const char *name;     /* "serve", "token create" */
    const char *operands; /* "FILE", for the usage line; NULL = none */
    const char *summary_en, *summary_zh;
    struct command_option options[COMMAND_OPTIONS];
    /* The option that names a file with a secret: it is read here, by who calls. */
    const char *secret_file;
    bool files;   /* the operands and --map name files: work() sees them as absolute paths */
    bool old_key; /* works without the key when that is gone, rather than making another */
    /* One of them: run() opens what it needs; work() is given the database by the server that has
     * it open (main/control.h), or else by this process. */
    err_t (*run)(struct invocation *);
    err_t (*work)(struct invocation *, struct app *);
};

extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;

/* The value of an option of this command; empty when not given. */
str option(const struct invocation *, const char *name);
bool option_given(const struct invocation *, const char *name);
void option_set(struct invocation *, const char *name, str given);
const struct command *command_named(str name); /* NULL if there is none */
/* ERR_INVALID with a problem: no number, or outside. */
err_t option_int(struct invocation *,
                 const char *name,
                 int64_t least,
                 int64_t most,
                 int64_t fallback,
                 int64_t *out) MUST_USE;
/* A problem that names the file and says why: an errno. */
err_t file_problem(struct invocation *, const char *path, int why) MUST_USE;
/* The whole of a file, "-" = standard input; a last newline is taken off. At most 64 KiB. */
err_t read_secret_file(struct invocation *, str path, str *out) MUST_USE;

/* Runs the command, wherever that has to be, and prints what it puts out. */
err_t command_run(struct invocation *) MUST_USE;

/* --data; by default PATH.data beside a SQLite file, and /var/lib/renmai (root) or
 * ~/.local/share/renmai for PostgreSQL. */
str data_folder(struct invocation *);
/* The app for --db and --data, only for registry_plan: nothing is written, not even a folder, and a
 * server may have the database. */
err_t open_app_to_look(struct invocation *, struct app **out) MUST_USE;
err_t open_app_migrated(struct invocation *, struct app **out) MUST_USE;
/* The same, where the database may be empty or missing. */
err_t make_app(struct invocation *, struct app **out) MUST_USE;

err_t command_serve(struct invocation *) MUST_USE;
err_t command_init(struct invocation *) MUST_USE;
err_t command_demo(struct invocation *) MUST_USE;
err_t work_demo_password(struct invocation *, struct app *) MUST_USE;
err_t work_token_create(struct invocation *, struct app *) MUST_USE;
err_t work_user_add(struct invocation *, struct app *) MUST_USE;
err_t work_user_invite(struct invocation *, struct app *) MUST_USE;
err_t work_user_password(struct invocation *, struct app *) MUST_USE;
err_t work_import(struct invocation *, struct app *) MUST_USE;
err_t work_import_undo(struct invocation *, struct app *) MUST_USE;
err_t work_export(struct invocation *, struct app *) MUST_USE;
err_t work_check(struct invocation *, struct app *) MUST_USE;
err_t command_migrate(struct invocation *) MUST_USE;
err_t command_version(struct invocation *) MUST_USE;
