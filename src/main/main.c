#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/message.h"
#include "main/command.h"
#include "main/features.h"

enum { EXIT_USAGE = 2 };

static enum lang terminal_language(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    enum lang lang;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++) {
        const char *v = getenv(variables[i]);
        if (v && *v)
            return lang_parse(str_from(v), &lang) ? lang : LANG_EN;
    }
    return LANG_EN;
}

static const char *pick(enum lang lang, const char *en, const char *zh)
{
    return lang == LANG_EN ? en : zh;
}

/* "user add" is one of "user". */
static bool is_of(const struct command *c, const char *group)
{
    size_t n = strlen(group);
    return strncmp(c->name, group, n) == 0 && c->name[n] == ' ';
}

/* group: NULL = all. */
static void print_commands(FILE *out, const char *group, enum lang lang)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (!group || is_of(&COMMANDS[i], group))
            fprintf(out, "  %-14s %s\n", COMMANDS[i].name,
                    pick(lang, COMMANDS[i].summary_en, COMMANDS[i].summary_zh));
}

/* Of "user" alone: what there is of it. */
static bool is_group(const char *word)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (is_of(&COMMANDS[i], word))
            return true;
    return false;
}

static void print_overview(FILE *out, enum lang lang)
{
    fputs(pick(lang,
               "renmai: one living record of every customer\n\nusage: renmai COMMAND [OPTIONS]\n\n",
               "renmai：每位客户一份活的档案\n\n用法：renmai 命令 [选项]\n\n"),
          out);
    print_commands(out, NULL, lang);
    fputs(
        pick(lang,
             "\nrenmai COMMAND --help tells a command's options. Each option is also an "
             "environment\n"
             "variable: --data is RENMAI_DATA. Exit codes: 0 done, 1 refused, 2 usage, 3 fault.\n",
             "\nrenmai 命令 --help 查看该命令的选项。每个选项也可用环境变量给出：--data 即 "
             "RENMAI_DATA。\n"
             "退出码：0 完成，1 被拒绝，2 用法错误，3 故障。\n"),
        out);
}

static void print_help(FILE *out, const struct command *c, enum lang lang)
{
    fprintf(out, "%s renmai %s [%s]%s%s\n\n%s\n\n", pick(lang, "usage:", "用法："), c->name,
            pick(lang, "OPTIONS", "选项"), c->operands ? " " : "", c->operands ? c->operands : "",
            pick(lang, c->summary_en, c->summary_zh));
    for (size_t i = 0; i < COMMAND_OPTIONS && c->options[i].name; i++) {
        const struct command_option *o = &c->options[i];
        char left[64];
        snprintf(left, sizeof left, "--%s%s%s", o->name, o->operand ? " " : "",
                 o->operand ? o->operand : "");
        fprintf(out, "  %-28s %s%s\n", left, pick(lang, o->help_en, o->help_zh),
                o->required ? pick(lang, " (required)", "（必填）") : "");
    }
    if (is_group(c->name))
        fputc('\n', out);
    print_commands(out, c->name, lang);
}

static void print_group(FILE *out, const char *group, enum lang lang)
{
    fprintf(out, "%s renmai %s %s\n\n", pick(lang, "usage:", "用法："), group,
            pick(lang, "COMMAND [OPTIONS]", "命令 [选项]"));
    print_commands(out, group, lang);
}

static int usage(const struct invocation *in, const char *code, const char *what)
{
    str arg = str_from(what);
    str text = message_format(in->arena, in->lang, str_from(code), &arg, 1);
    fprintf(stderr, "renmai: " STR_FMT "\n", STR_ARG(text));
    if (in->command)
        print_help(stderr, in->command, in->lang);
    else
        print_overview(stderr, in->lang);
    return EXIT_USAGE;
}

/* The command that the first words name; *used tells how many words. */
static const struct command *find_command(int argc, char **argv, int *used)
{
    const struct command *found = NULL;
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        const char *name = COMMANDS[i].name, *space = strchr(name, ' ');
        size_t first = space ? (size_t)(space - name) : strlen(name);
        if (argc < 2 || strlen(argv[1]) != first || strncmp(argv[1], name, first) != 0)
            continue;
        if (space && (argc < 3 || strcmp(argv[2], space + 1) != 0))
            continue;
        if (found && !space) /* "demo password" is not "demo" */
            continue;
        *used = space ? 3 : 2;
        found = &COMMANDS[i];
    }
    return found;
}

static const struct command_option *
find_option(const struct command *c, const char *name, size_t n, size_t *index)
{
    for (size_t i = 0; i < COMMAND_OPTIONS && c->options[i].name; i++)
        if (strlen(c->options[i].name) == n && strncmp(c->options[i].name, name, n) == 0) {
            *index = i;
            return &c->options[i];
        }
    return NULL;
}

static int parse(struct invocation *in, int argc, char **argv, int from)
{
    for (int i = from; i < argc; i++) {
        if (strncmp(argv[i], "--", 2) != 0 || argv[i][2] == '\0') {
            *VEC_PUSH(in->arena, in->operands) = str_from(argv[i]);
            continue;
        }
        const char *name = argv[i] + 2, *eq = strchr(name, '=');
        size_t n = eq ? (size_t)(eq - name) : strlen(name), index;
        const struct command_option *o = find_option(in->command, name, n, &index);
        if (!o)
            return usage(in, "usage_unknown_option", argv[i]);
        if (!o->operand)
            in->values[index] = S("1");
        else if (eq)
            in->values[index] = str_from(eq + 1);
        else if (i + 1 < argc)
            in->values[index] = str_from(argv[++i]);
        else
            return usage(in, "usage_operand_missing", argv[i]);
    }
    return 0;
}

/* RENMAI_ADMIN_EMAIL for --admin-email. */
static void from_environment(struct invocation *in)
{
    for (size_t i = 0; i < COMMAND_OPTIONS && in->command->options[i].name; i++) {
        char variable[64];
        int n = snprintf(variable, sizeof variable, "RENMAI_%s", in->command->options[i].name);
        for (int k = 7; k < n; k++)
            variable[k] = variable[k] == '-' ? '_' : (char)(variable[k] - 32);
        const char *v = getenv(variable);
        if (!in->values[i].p && v && *v)
            in->values[i] = str_from(v);
    }
}

static int check(struct invocation *in)
{
    for (size_t i = 0; i < COMMAND_OPTIONS && in->command->options[i].name; i++)
        if (in->command->options[i].required && !in->values[i].n)
            return usage(in, "usage_option_missing",
                         arena_printf(in->arena, "--%s", in->command->options[i].name).p);
    bool wants_operands = in->command->operands != NULL;
    if (!wants_operands && in->operands.n)
        return usage(in, "usage_unknown_word", arena_strz(in->arena, in->operands.at[0]));
    if (wants_operands && !in->operands.n)
        return usage(in, "usage_operand_missing", in->command->operands);
    return 0;
}

static int report(const struct invocation *in, err_t e)
{
    for (size_t i = 0; e != OK && i < in->problems.list.n; i++) {
        const struct problem *p = &in->problems.list.at[i];
        str text = message_of_problem(in->arena, in->lang, p);
        fprintf(stderr, "renmai: " STR_FMT "%s" STR_FMT "\n", STR_ARG(p->pointer),
                p->pointer.n ? ": " : "", STR_ARG(text));
    }
    if (e != OK && in->problems.list.n == 0) {
        str text = message_get(in->lang, str_from(err_name(e)));
        fprintf(stderr, "renmai: " STR_FMT "\n", STR_ARG(text));
    }
    return err_exit_code(e);
}

static int group(const struct invocation *in, int argc, char **argv)
{
    bool asked = argc > 2 && (!strcmp(argv[2], "--help") || !strcmp(argv[2], "-h"));
    bool strange = argc > 2 && argv[2][0] != '-';
    str word = strange ? arena_printf(in->arena, "%s %s", argv[1], argv[2]) : (str){0};
    const char *code = strange ? "usage_unknown_command" : "usage_no_command";
    if (!asked)
        fprintf(stderr, "renmai: " STR_FMT "\n",
                STR_ARG(message_format(in->arena, in->lang, str_from(code), &word, 1)));
    print_group(asked ? stdout : stderr, argv[1], in->lang);
    return asked ? 0 : EXIT_USAGE;
}

int main(int argc, char **argv)
{
    AUTO_ARENA arena = arena_new(SIZE_MAX / 2);
    struct invocation in = {
        .arena = arena, .lang = terminal_language(), .problems = {.arena = arena}};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    int used = 1;
    sigaction(SIGPIPE, &ignore, NULL);
    features_attach();
    if (argc == 2 &&
        (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help") || !strcmp(argv[1], "-h"))) {
        print_overview(stdout, in.lang);
        return 0;
    }
    if (argc == 2 && !strcmp(argv[1], "--version"))
        argv[1] = (char[]){"version"};
    in.command = find_command(argc, argv, &used);
    if (!in.command && argc > 1 && is_group(argv[1]))
        return group(&in, argc, argv);
    if (!in.command)
        return usage(&in, argc < 2 ? "usage_no_command" : "usage_unknown_command",
                     argc < 2 ? "" : argv[1]);
    for (int i = used; i < argc; i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
            print_help(stdout, in.command, in.lang);
            return 0;
        }
    int bad = parse(&in, argc, argv, used);
    if (bad)
        return bad;
    from_environment(&in);
    bad = check(&in);
    return bad ? bad : report(&in, command_run(&in));
}
