/* sqlgen OUTDIR FILE.sql… — makes constants of named statements.
 *
 *     -- name: user_find [across]
 *     SELECT id, name FROM user_account WHERE email_key = $1;  -- a comment
 *
 * becomes, in OUTDIR/sql_core.h for a file under src/core/,
 *
 *     #define SQL_USER_FIND S("SELECT id, name FROM user_account WHERE email_key = $1")
 *
 * and a line of OUTDIR/sql_table.c (db/sql_named.h). Comments go and white space is squeezed,
 * except within quotes. Refused with file:line: a name that is taken or ill-formed, a statement
 * without text or with a second one behind it, an open quote, text before the first name. */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct statement {
    char *name, *text;
    const char *file; /* from "src/" on */
    int line;
    bool across;
};

static struct statement *statements;
static size_t statement_count;
static bool failed;

static void die(const char *what, const char *which)
{
    fprintf(stderr, "sqlgen: %s: %s\n", what, which);
    exit(1);
}

__attribute__((format(printf, 3, 4))) static void
complain(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "%s:%d: ", file, line);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    failed = true;
}

static char *read_all(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f || fseek(f, 0, SEEK_END))
        die(strerror(errno), path);
    long size = ftell(f);
    rewind(f);
    char *text = calloc(1, (size_t)size + 1);
    if (!text || fread(text, 1, (size_t)size, f) != (size_t)size)
        die("cannot read", path);
    fclose(f);
    return text;
}

/* "../src/core/user.sql" to "src/core/user.sql". */
static const char *within_tree(const char *path)
{
    const char *found = NULL;
    for (const char *p = path; (p = strstr(p, "src/")); p++)
        if (p == path || p[-1] == '/')
            found = p;
    if (!found || !strchr(found + 4, '/'))
        die("not in a room of src/", path);
    return found;
}

static size_t room_length(const char *file)
{
    return strcspn(file + 4, "/");
}

static void check_name(const struct statement *s)
{
    size_t n = strlen(s->name);
    if (n == 0 || strspn(s->name, "abcdefghijklmnopqrstuvwxyz0123456789_") != n ||
        !islower((unsigned char)s->name[0]))
        complain(s->file, s->line, "ill-formed name \"%s\"", s->name);
    for (const struct statement *other = statements; other < s; other++)
        if (strcmp(other->name, s->name) == 0)
            complain(s->file, s->line, "%s is already in %s:%d", s->name, other->file, other->line);
}

/* Reads "user_find across" in [at, end). */
static void read_header(struct statement *s, const char *at, const char *end)
{
    static const char blank[] = " \t\r\n";
    at += strspn(at, " \t");
    size_t n = at < end ? strcspn(at, blank) : 0;
    s->name = strndup(at, n);
    if (!s->name)
        die("out of memory", s->file);
    at += n;
    at += strspn(at, " \t\r");
    n = at < end ? strcspn(at, blank) : 0;
    s->across = n == strlen("across") && strncmp(at, "across", n) == 0;
    if (n && !s->across)
        complain(s->file, s->line, "unknown word \"%.*s\" after the name", (int)n, at);
    check_name(s);
}

static char *skip_comment(char *at)
{
    if (at[1] == '-')
        return at + strcspn(at, "\n");
    char *end = strstr(at + 2, "*/");
    return end ? end + 2 : at + strlen(at);
}

static bool starts_comment(const char *at)
{
    return (at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*');
}

/* Copies the statement in [at, end) without comments and needless white space. */
static void read_body(struct statement *s, char *at, const char *end)
{
    char quote = 0, *to = s->text = calloc(1, (size_t)(end - at) + 2);
    bool gap = false;
    if (!to)
        die("out of memory", s->file);
    while (at < end) {
        if (!quote && starts_comment(at)) {
            at = skip_comment(at);
            gap = true;
            continue;
        }
        char c = *at++;
        if (!quote && isspace((unsigned char)c)) {
            gap = true;
            continue;
        }
        if (gap && to > s->text)
            *to++ = ' ';
        gap = false;
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        *to++ = c;
    }
    if (to > s->text && to[-1] == ';')
        to--;
    while (to > s->text && to[-1] == ' ')
        to--;
    *to = '\0';
    if (quote)
        complain(s->file, s->line, "%s: a quote is left open", s->name);
    if (to == s->text)
        complain(s->file, s->line, "%s has no statement", s->name);
}

static void check_single(const struct statement *s)
{
    char quote = 0;
    for (const char *p = s->text; *p; p++) {
        if (quote)
            quote = *p == quote ? 0 : quote;
        else if (*p == '\'' || *p == '"')
            quote = *p;
        else if (*p == ';') {
            complain(s->file, s->line, "%s: more than one statement", s->name);
            return;
        }
    }
}

static char *next_name(char *at)
{
    static const char mark[] = "-- name:";
    for (char *p = at; (p = strstr(p, mark)); p++)
        if (p == at || p[-1] == '\n')
            return p;
    return NULL;
}

static int newlines(const char *from, const char *to)
{
    int n = 0;
    for (; from < to; from++)
        n += *from == '\n';
    return n;
}

/* A file may open with comments only. */
static void check_opening(const char *file, char *text, const char *first)
{
    for (char *p = text; *p && p != first;) {
        if (starts_comment(p))
            p = skip_comment(p);
        else if (isspace((unsigned char)*p))
            p++;
        else {
            complain(file, 1 + newlines(text, p), "text before the first \"-- name:\"");
            return;
        }
    }
}

static void read_file(const char *path)
{
    const char *file = within_tree(path);
    char *text = read_all(path);
    char *at = next_name(text), *counted = text;
    check_opening(file, text, at);
    for (int line = 1; at;) {
        statements = realloc(statements, (statement_count + 1) * sizeof *statements);
        if (!statements)
            die("out of memory", path);
        struct statement *s = &statements[statement_count++];
        line += newlines(counted, at);
        *s = (struct statement){.file = file, .line = line};
        char *next = next_name(at + 1);
        char *body = at + strcspn(at, "\n");
        read_header(s, at + strlen("-- name:"), body);
        read_body(s, body, next ? next : body + strlen(body));
        check_single(s);
        counted = at;
        at = next;
    }
    free(text);
}

static void write_quoted(FILE *f, const char *text)
{
    fputc('"', f);
    for (; *text; text++) {
        if (*text == '\n')
            fputs("\\n", f);
        else if (*text == '"' || *text == '\\')
            fprintf(f, "\\%c", *text);
        else
            fputc(*text, f);
    }
    fputc('"', f);
}

static FILE *open_output(const char *folder, const char *name, size_t name_length, const char *end)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%.*s%s", folder, (int)name_length, name, end);
    FILE *f = fopen(path, "wb");
    if (!f)
        die(strerror(errno), path);
    return f;
}

static void write_header(const char *folder, const char *room, size_t length)
{
    char name[256];
    snprintf(name, sizeof name, "sql_%.*s", (int)length, room);
    FILE *f = open_output(folder, name, strlen(name), ".h");
    fputs("#pragma once\n#include \"base/str.h\"\n", f);
    for (size_t i = 0; i < statement_count; i++) {
        const struct statement *s = &statements[i];
        if (room_length(s->file) != length || strncmp(s->file + 4, room, length) != 0)
            continue;
        fputs("#define SQL_", f);
        for (const char *p = s->name; *p; p++)
            fputc(toupper((unsigned char)*p), f);
        fputs(" S(", f);
        write_quoted(f, s->text);
        fputs(")\n", f);
    }
    if (fclose(f))
        die(strerror(errno), room);
}

static bool first_of_room(size_t at)
{
    size_t n = room_length(statements[at].file);
    for (size_t i = 0; i < at; i++)
        if (room_length(statements[i].file) == n &&
            strncmp(statements[i].file + 4, statements[at].file + 4, n) == 0)
            return false;
    return true;
}

static void write_table(const char *folder)
{
    FILE *f = open_output(folder, "sql_table", strlen("sql_table"), ".c");
    fputs("#include \"db/sql_named.h\"\nconst struct sql_named sql_named[] = {\n", f);
    for (size_t i = 0; i < statement_count; i++) {
        const struct statement *s = &statements[i];
        fprintf(f, "    {\"%s\", {", s->name);
        write_quoted(f, s->text);
        fprintf(f, ", %zu}, \"%s\", %d, %d},\n", strlen(s->text), s->file, s->line, s->across);
    }
    fprintf(f, "    {0}\n};\nconst size_t sql_named_count = %zu;\n", statement_count);
    if (fclose(f))
        die(strerror(errno), "sql_table.c");
}

int main(int argc, char **argv)
{
    if (argc < 2)
        die("usage", "sqlgen OUTDIR FILE.sql...");
    for (int i = 2; i < argc; i++)
        read_file(argv[i]);
    if (failed)
        return 1;
    for (size_t i = 0; i < statement_count; i++)
        if (first_of_room(i))
            write_header(argv[1], statements[i].file + 4, room_length(statements[i].file));
    write_table(argv[1]);
    return 0;
}
