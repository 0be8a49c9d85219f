/* command: the command line. One const struct a command; `renmai help` and each command's --help
 * come from the table, in English, or in Chinese when LANG says so. Every option can also be given
 * as an environment variable: --data is RENMAI_DATA. */
#pragma once

#include "core/app.h"

enum { COMMAND_OPTIONS = 20 };

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
};

struct command {
    const char *name;     /* "serve", "token create" */
    const char *operands; /* "FILE", for the usage line; NULL = none */
    const char *summary_en, *summary_zh;
    struct command_option options[COMMAND_OPTIONS];
    err_t (*run)(struct invocation *);
};

extern const struct command COMMANDS[];
extern const size_t COMMAND_COUNT;

/* The value of an option of this command; empty when not given. */
str option(const struct invocation *, const char *name);
bool option_given(const struct invocation *, const char *name);
/* ERR_INVALID with a problem: no number, or outside. */
err_t option_int(struct invocation *,
                 const char *name,
                 int64_t least,
                 int64_t most,
                 int64_t fallback,
                 int64_t *out) MUST_USE;
/* The whole of a file, "-" = standard input; a last newline is taken off. At most 64 KiB. */
err_t read_secret_file(struct invocation *, str path, str *out) MUST_USE;

/* Opens the app for --db and --data. The data folder defaults to PATH.data beside a SQLite file,
 * and to /var/lib/renmai (root) or ~/.local/share/renmai for PostgreSQL. */
err_t open_app(struct invocation *, struct app **out) MUST_USE;
err_t open_app_migrated(struct invocation *, struct app **out) MUST_USE;

err_t command_serve(struct invocation *) MUST_USE;
err_t command_init(struct invocation *) MUST_USE;
err_t command_demo(struct invocation *) MUST_USE;
err_t command_token_create(struct invocation *) MUST_USE;
err_t command_user_add(struct invocation *) MUST_USE;
err_t command_user_password(struct invocation *) MUST_USE;
err_t command_migrate(struct invocation *) MUST_USE;
err_t command_version(struct invocation *) MUST_USE;
