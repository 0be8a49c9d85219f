#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/id.h"
#include "base/limits.h"
#include "core/access.h"
#include "core/export.h"
#include "core/file.h"
#include "core/import.h"
#include "core/job.h"
#include "main/command.h"
#include "main/setup.h"

static err_t refuse(struct invocation *in, const char *at, const char *code, str arg)
{
    problem_add_str(&in->problems, str_from(at), code, arg, (str){0}, (str){0});
    return ERR_INVALID;
}

/* A context that acts as --user, or as the server itself. */
static err_t begin(struct invocation *in, struct app *app, struct ctx *c)
{
    int64_t user;
    str email = option(in, "user");
    TRY(ctx_init(c, app, in->arena, "command"));
    c->lang = in->lang;
    if (!email.n)
        return OK;
    err_t e = find_user(c, email, &user);
    if (e == OK)
        e = access_hold(app, c->conn, c->model, user, &c->access);
    if (e == OK)
        c->user = user;
    return e;
}

static void end(struct invocation *in, struct ctx *c)
{
    for (size_t i = 0; i < c->problems.list.n; i++)
        *VEC_PUSH(in->arena, in->problems.list) = c->problems.list.at[i];
    ctx_done(c);
}

static err_t
as_user(struct invocation *in, struct app *app, err_t (*work)(struct invocation *, struct ctx *))
{
    struct ctx c = {0};
    err_t e = begin(in, app, &c);
    if (e == OK)
        e = work(in, &c);
    if (c.app)
        end(in, &c);
    return e;
}

/* ---- import ---- */

static err_t copy(struct invocation *in, str from, const char *to)
{
    char bytes[64 * KIB];
    const char *path = arena_strz(in->arena, from);
    int source = open(path, O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return file_problem(in, path, errno);
    int target = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    ssize_t n = -1;
    while (target >= 0 && (n = read(source, bytes, sizeof bytes)) > 0)
        if (write(target, bytes, (size_t)n) != n) {
            n = -1;
            break;
        }
    err_t e = n < 0 ? file_problem(in, target < 0 ? to : path, errno) : OK;
    close(source);
    if (target >= 0)
        close(target);
    if (e != OK)
        unlink(to);
    return e;
}

static err_t keep_file(struct invocation *in, struct ctx *c, str path, int64_t *id)
{
    const char *spool = file_spool_path(c);
    TRY(copy(in, path, spool));
    err_t e = file_keep(c, spool, path, id);
    if (e != OK)
        unlink(spool);
    return e;
}

static err_t read_map(struct invocation *in, str path, json_t **out)
{
    json_error_t error;
    *out = json_load_file(arena_strz(in->arena, path), JSON_REJECT_DUPLICATES, &error);
    if (json_is_object(*out)) {
        json_keep(in->arena, *out);
        return OK;
    }
    json_refuse(&in->problems, path, &error);
    return ERR_INVALID;
}

/* {"手机": "phone", "编号": null}: the fields of some columns by their headers; the others stay as
 * they were guessed. */
static err_t map_by_header(struct invocation *in, json_t *columns, const json_t *map)
{
    const char *header;
    json_t *field;
    json_object_foreach((json_t *)map, header, field)
    {
        bool found = false;
        for (size_t i = 0; i < json_array_size(columns); i++) {
            json_t *column = json_array_get(columns, i);
            if (!str_eqz(json_get_str(column, "header"), header))
                continue;
            found = true;
            json_object_set(column, "field", field);
            json_object_set_new(column, "split", json_null());
        }
        if (!found)
            return refuse(in, "--map", "import_no_header", str_from(header));
    }
    return OK;
}

static err_t change(struct invocation *in, struct ctx *c, int64_t id, struct record *r)
{
    json_t *body = json_keep(in->arena, json_object());
    str policy = option(in, "policy"), map_path = option(in, "map"), source = option(in, "source");
    if (map_path.n) {
        json_t *map;
        TRY(read_map(in, map_path, &map));
        if (json_is_array(json_object_get(map, "columns"))) {
            json_object_update(body, map);
        } else {
            AUTO_BUF text;
            buf_init(&text, 16 * MIB);
            struct jw w = {.out = &text};
            json_t *view;
            TRY(import_write_json(c, r, &w));
            TRY(json_read(in->arena, arena_str(in->arena, buf_str(&text)), NULL, &view));
            TRY(map_by_header(in, json_object_get(view, "columns"), map));
            json_object_set(body, "columns", json_object_get(view, "columns"));
        }
    }
    if (policy.n)
        json_object_set_new(body, "policy", json_stringn(policy.p, policy.n));
    if (source.n)
        json_object_set_new(body, "source", json_stringn(source.p, source.n));
    if (option_given(in, "strict"))
        json_object_set_new(body, "strict", json_true());
    return json_object_size(body) ? import_change(c, id, 0, body, &r) : OK;
}

static err_t print_import(struct invocation *in, struct ctx *c, int64_t id)
{
    struct record *r;
    struct jw w = {.out = in->out};
    TRY(import_get(c, id, &r));
    TRY(import_write_json(c, r, &w));
    buf_byte(in->out, '\n');
    return OK;
}

/* In a server it is a job like any other: people see how far it is and may cancel it, and it goes
 * on after a restart. */
static err_t do_step(struct invocation *in, struct ctx *c, int64_t id, enum import_step step)
{
    int64_t job;
    if (!in->stopping)
        return import_do(c, NULL, id, step);
    TRY(import_start(c, id, step, &job));
    return job_await(c, job, in->stopping);
}

static err_t undo(struct invocation *in, struct ctx *c)
{
    int64_t id;
    if (id_parse(option(in, "import"), &id) != OK)
        return refuse(in, "--import", "invalid_id", option(in, "import"));
    TRY(do_step(in, c, id, IMPORT_UNDO));
    return print_import(in, c, id);
}

/* A file of which every row was refused has not been imported, whatever was asked for. */
static err_t import_came_to_something(struct invocation *in, struct ctx *c, int64_t id)
{
    struct record *r;
    TRY(import_get(c, id, &r));
    int64_t rows = record_cell(r, object_field(r->object, S("rows")), 0).i;
    int64_t refused = record_cell(r, object_field(r->object, S("refused")), 0).i;
    return refused < rows ? OK : refuse(in, "FILE", "import_nothing", in->operands.at[0]);
}

static err_t import_file(struct invocation *in, struct ctx *c)
{
    struct record *r;
    int64_t file;
    str object = option(in, "object");
    if (in->operands.n != 1)
        return refuse(in, "FILE", "required", S("FILE"));
    TRY(keep_file(in, c, in->operands.at[0], &file));
    TRY(import_create(c, file, object.n ? object : S("customer"), &r));
    int64_t id = record_id(r);
    TRY(change(in, c, id, r));
    err_t e = do_step(in, c, id, option_given(in, "dry-run") ? IMPORT_CHECK : IMPORT_RUN);
    err_t printed = print_import(in, c, id);
    TRY(e);
    TRY(printed);
    return import_came_to_something(in, c, id);
}

err_t work_import(struct invocation *in, struct app *app)
{
    return as_user(in, app, import_file);
}

err_t work_import_undo(struct invocation *in, struct app *app)
{
    return as_user(in, app, undo);
}

/* ---- export ---- */

static err_t export_file(struct invocation *in, struct ctx *c)
{
    str name = option(in, "object"), format = option(in, "format"), where = option(in, "where");
    const struct object *o = model_object(c->model, name.n ? name : S("customer"));
    json_t *body = json_keep(in->arena, json_object()), *tree;
    struct export e;
    size_t rows;
    if (!o)
        return refuse(in, "--object", "unknown_object", name);
    if (in->operands.n != 1)
        return refuse(in, "FILE", "required", S("FILE"));
    str path = in->operands.at[0];
    if (!format.n)
        format = str_ends(path, S(".csv"))    ? S("csv")
                 : str_ends(path, S(".xlsx")) ? S("xlsx")
                                              : (str){0};
    if (!format.n)
        return refuse(in, "FILE", "export_format_unknown", path);
    json_object_set_new(body, "format", json_stringn(format.p, format.n));
    if (where.n) {
        TRY(json_read(in->arena, where, &in->problems, &tree));
        json_object_set(body, "where", tree);
    }
    static const char *const texts[] = {"fields", "sort"};
    for (size_t i = 0; i < 2; i++) {
        str text = option(in, texts[i]);
        if (text.n)
            json_object_set_new(body, texts[i], json_stringn(text.p, text.n));
    }
    TRY(export_read(c, o, body, &e));
    TRY(export_write(c, NULL, &e, arena_strz(in->arena, path), &rows));
    buf_printf(in->out, "{\"object\":\"" STR_FMT "\",\"rows\":%zu}\n", STR_ARG(o->name), rows);
    return OK;
}

err_t work_export(struct invocation *in, struct app *app)
{
    return as_user(in, app, export_file);
}
