#include "core/import.h"

#include "base/id.h"
#include "base/limits.h"
#include "base/log.h"
#include "core/change.h"
#include "core/file.h"
#include "core/import_internal.h"
#include "core/job_internal.h"
#include "sql_core.h"

const struct object *import_object(const struct ctx *c)
{
    return model_object(c->model, S("import"));
}

/* ---- the import's own record ---- */

static value cell(const struct record *r, const char *field)
{
    return record_cell(r, object_field(r->object, str_from(field)), 0);
}

str import_text(const struct record *r, const char *field)
{
    value v = cell(r, field);
    return v.kind == VALUE_TEXT ? v.s : (str){0};
}

int64_t import_int(const struct record *r, const char *field)
{
    value v = cell(r, field);
    return v.kind == VALUE_INT ? v.i : 0;
}

bool import_flag(const struct record *r, const char *field)
{
    value v = cell(r, field);
    return v.kind == VALUE_BOOL && v.b;
}

json_t *import_json(struct ctx *c, const struct record *r, const char *field)
{
    json_t *tree = NULL;
    str text = import_text(r, field);
    return text.n && json_read(c->arena, text, NULL, &tree) == OK ? tree : NULL;
}

/* As the server itself, in no batch: undoing an import does not undo its record. */
struct own_work {
    const struct access *access;
    int64_t batch;
};

static struct own_work own_begin(struct ctx *c)
{
    struct own_work mine = {c->access, c->batch};
    c->access = NULL;
    c->batch = 0;
    return mine;
}

static void own_end(struct ctx *c, struct own_work mine)
{
    c->access = mine.access;
    c->batch = mine.batch;
}

err_t import_set(struct ctx *c, int64_t id, json_t *body, struct record **out)
{
    if (!body)
        return FAULT("the change of an import could not be written");
    struct own_work mine = own_begin(c);
    err_t e = record_update(c, import_object(c), id, 0, json_keep(c->arena, body), NULL, out);
    own_end(c, mine);
    return e;
}

bool import_own(const struct ctx *c, const struct record *r)
{
    return (c->user && cell(r, "owner").i == c->user) || access_administrator(c->access);
}

err_t import_get(struct ctx *c, int64_t id, struct record **out)
{
    struct record *r, *unused;
    TRY(record_load(c, import_object(c), id, &r));
    if (!record_live(r) ||
        !(import_own(c, r) || record_get(c, import_object(c), id, OP_READ, &unused) == OK))
        return ERR_NOT_FOUND;
    *out = r;
    return OK;
}

/* ERR_DENIED: he may only read it. */
static err_t get_to_change(struct ctx *c, int64_t id, struct record **out)
{
    bool may;
    TRY(import_get(c, id, out));
    TRY(import_may_change(c, *out, &may));
    return may ? OK : ERR_DENIED;
}

bool import_in_state(const struct record *r, const char *words)
{
    str rest = str_from(words), word;
    while (str_split(&rest, ' ', &word))
        if (str_eq(import_text(r, "state"), word))
            return true;
    return false;
}

err_t import_wrong_state(struct ctx *c)
{
    problem_add(&c->problems, S(""), "import_state", NULL);
    return ERR_CONFLICT;
}

/* ---- looking into the file ---- */

err_t import_open_sheet(struct ctx *c, const struct record *r, struct sheet_reader **out)
{
    struct stored_file file;
    struct sheet_reader *reader;
    TRY(file_load(c, cell(r, "file").i, &file));
    TRY(sheet_open(c->arena, file.path, &c->problems, &reader));
    err_t e = sheet_select(reader, (size_t)import_int(r, "sheet"), &c->problems);
    if (e != OK) {
        sheet_close(reader);
        return e;
    }
    *out = reader;
    return OK;
}

static json_t *text_json(str s)
{
    json_t *j = s.n ? json_stringn(s.p, s.n) : json_string("");
    return j ? j : json_string("");
}

static json_t *sheets_json(const struct sheet_reader *reader)
{
    json_t *list = json_array();
    for (size_t i = 0; i < sheet_count(reader); i++) {
        struct sheet_info info = sheet_info(reader, i);
        json_t *one = json_object();
        json_object_set_new(one, "name", text_json(info.name));
        json_object_set_new(one, "rows", json_null());
        json_object_set_new(one, "hidden", json_boolean(info.hidden));
        json_array_append_new(list, one);
    }
    return list;
}

static size_t mapped(const struct import_map *map)
{
    size_t n = 0;
    for (size_t i = 0; i < map->count; i++)
        n += map->columns[i].target.field || map->columns[i].split.n;
    return n;
}

static bool blank(const struct import_map *map)
{
    for (size_t i = 0; i < map->count; i++)
        if (map->columns[i].header.n || map->columns[i].samples.n)
            return false;
    return true;
}

/* sheet < 0: the visible one of which most columns are known. */
static err_t look_into(struct ctx *c,
                       struct sheet_reader *reader,
                       const struct object *o,
                       int64_t sheet,
                       int64_t header_row,
                       size_t *chosen,
                       struct import_guess *out)
{
    size_t from = sheet < 0 ? 0 : (size_t)sheet;
    size_t to = sheet < 0 ? sheet_count(reader) : (size_t)sheet + 1;
    bool any = false;
    for (size_t i = from; i < to && i < from + 10; i++) {
        struct import_guess guess;
        if (sheet < 0 && sheet_info(reader, i).hidden)
            continue;
        TRY(sheet_select(reader, i, &c->problems));
        TRY(import_guess(c, reader, o, header_row, &guess));
        if (blank(&guess.map) || (any && mapped(&guess.map) <= mapped(&out->map)))
            continue;
        any = true;
        *chosen = i;
        *out = guess;
    }
    if (any)
        return OK;
    problem_add(&c->problems, S("/file"), "sheet_empty", NULL);
    return ERR_INVALID;
}

/* The parts of the record that follow from the file. */
static err_t guess_body(struct ctx *c,
                        const struct stored_file *file,
                        const struct object *o,
                        int64_t sheet,
                        int64_t header_row,
                        json_t *body)
{
    struct sheet_reader *reader;
    struct import_guess guess;
    size_t chosen = 0;
    TRY(sheet_open(c->arena, file->path, &c->problems, &reader));
    err_t e = look_into(c, reader, o, sheet, header_row, &chosen, &guess);
    if (e == OK) {
        json_object_set_new(body, "sheets", sheets_json(reader));
        json_object_set_new(body, "encoding", json_string(sheet_encoding(reader)));
        json_object_set_new(body, "sheet", json_integer((json_int_t)chosen));
        json_object_set_new(body, "header_row",
                            sheet_format(reader) == SHEET_VCF ? json_null()
                                                              : json_integer(guess.header_row));
        json_object_set(body, "columns", import_map_json(c, &guess.map));
    }
    sheet_close(reader);
    return e == ERR_NOT_FOUND ? ERR_INVALID : e;
}

static err_t importable(struct ctx *c, str name, const struct object **out)
{
    const struct object *o = model_object(c->model, name);
    if (!o || !o->importable) {
        problem_add_str(&c->problems, S("/object"), "import_object", name, (str){0}, (str){0});
        return ERR_INVALID;
    }
    if (!access_right(c->access, RIGHT_IMPORT) || !access_may(c->access, o, OP_CREATE))
        return ERR_DENIED;
    *out = o;
    return OK;
}

err_t import_propose(struct ctx *c, int64_t file_id, str object, json_t **out)
{
    const struct object *o;
    struct stored_file file;
    char digits[24];
    TRY(importable(c, object, &o));
    TRY(file_find(c, file_id, &file));
    json_t *body = json_keep(c->arena, json_object());
    snprintf(digits, sizeof digits, "%lld", (long long)file_id);
    json_object_set_new(body, "name", text_json(file.name));
    json_object_set_new(body, "file", json_string(digits));
    json_object_set_new(body, "object", text_json(object));
    TRY(guess_body(c, &file, o, -1, -1, body));
    TRY(import_go_on(c, o, body));
    *out = body;
    return OK;
}

err_t import_keep(struct ctx *c, const json_t *proposal, struct record **out)
{
    struct own_work mine = own_begin(c);
    err_t e = record_create(c, import_object(c), proposal, NULL, out);
    own_end(c, mine);
    return e;
}

err_t import_create(struct ctx *c, int64_t file, str object, struct record **out)
{
    json_t *proposal;
    TRY(import_propose(c, file, object, &proposal));
    return import_keep(c, proposal, out);
}

/* ---- changing the mapping ---- */

struct change_of_import {
    int64_t id, version;
    const json_t *body;
    struct record **out;
};

static bool takes(const char *key)
{
    static const char *const keys[] = {"sheet",  "header_row", "columns",
                                       "policy", "source",     "strict"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (str_eqz(str_from(key), keys[i]))
            return true;
    return false;
}

static err_t check_members(struct ctx *c, const json_t *body)
{
    const char *key;
    json_t *member;
    err_t result = OK;
    json_object_foreach((json_t *)body, key, member)
    {
        if (takes(key))
            continue;
        problem_add(&c->problems, pointer_join(c->arena, S(""), str_from(key)), "unknown_field",
                    key, NULL);
        result = ERR_INVALID;
    }
    return result;
}

/* Another sheet or header row makes a new guess. */
static err_t again(struct ctx *c, const struct record *r, const struct object *o, json_t *body)
{
    const json_t *sheet = json_object_get(body, "sheet");
    const json_t *header = json_object_get(body, "header_row");
    int64_t number = json_get_int(body, "sheet", import_int(r, "sheet"));
    bool other_sheet = sheet && number != import_int(r, "sheet");
    bool other_header =
        header && json_get_int(body, "header_row", -1) != import_int(r, "header_row");
    struct stored_file file;
    if (header && !json_is_null(header) && cell(r, "header_row").kind == VALUE_NULL) {
        problem_add(&c->problems, S("/header_row"), "import_no_header_row", NULL);
        return ERR_INVALID;
    }
    if (!other_sheet && !other_header)
        return OK;
    TRY(file_load(c, cell(r, "file").i, &file));
    err_t e = guess_body(c, &file, o, number,
                         other_header ? json_get_int(body, "header_row", -1) : -1, body);
    if (e == ERR_INVALID && !problems_any(&c->problems))
        problem_add(&c->problems, S("/sheet"), "out_of_range", "sheet", NULL);
    return e;
}

err_t import_change(
    struct ctx *c, int64_t id, int64_t version, const json_t *body, struct record **out)
{
    struct record *r;
    const struct object *o;
    struct import_map map;
    TRY(get_to_change(c, id, &r));
    if (!json_is_object(body)) {
        problem_add(&c->problems, S(""), "wrong_type", "object", NULL);
        return ERR_INVALID;
    }
    TRY(check_members(c, body));
    if (!import_in_state(r, "uploaded checked failed") || import_text(r, "batch").n)
        return import_wrong_state(c);
    if (version && cell(r, "version").i != version) {
        problem_add(&c->problems, S(""), "stale", NULL);
        *out = r;
        return ERR_CONFLICT;
    }
    TRY(importable(c, import_text(r, "object"), &o));
    json_t *changed = json_keep(c->arena, json_copy((json_t *)body));
    if (json_object_get(changed, "columns"))
        TRY(import_map_read(c, o, json_object_get(changed, "columns"), &map));
    TRY(again(c, r, o, changed));
    json_object_set_new(changed, "state", json_string("uploaded"));
    return import_set(c, id, json_incref(changed), out);
}

/* ---- steps ---- */

static const char *const kinds[] = {"import_check", "import_run", "import_undo"};
static const char *const starts_in[] = {"uploaded checked failed", "uploaded checked",
                                        "done cancelled failed undoing partly_undone"};
static const char *const becomes[] = {"checking", "running", "undoing"};

err_t import_start(struct ctx *c, int64_t id, enum import_step step, int64_t *job)
{
    struct record *r;
    const struct object *o;
    int64_t batch;
    char key[40], digits[24];
    str kind;
    TRY(step == IMPORT_UNDO ? import_get(c, id, &r) : get_to_change(c, id, &r));
    TRY(importable(c, import_text(r, "object"), &o));
    if (!import_in_state(r, starts_in[step]) || (step == IMPORT_UNDO && !import_text(r, "batch").n))
        return import_wrong_state(c);
    if (step == IMPORT_UNDO && str_to_int(import_text(r, "batch"), &batch) == OK)
        TRY(batch_may_undo(c, batch));
    else if (step == IMPORT_RUN)
        TRY(record_guard(c, o));
    snprintf(key, sizeof key, "import:%lld", (long long)id);
    snprintf(digits, sizeof digits, "%lld", (long long)id);
    json_t *args = json_keep(c->arena, json_pack("{s:s,s:o}", "import", digits, "subject",
                                                 text_json(import_text(r, "name"))));
    TRY(job_enqueue(c, kinds[step], args, key, 0, job));
    TRY(job_kind_of(c, *job, &kind));
    if (!str_eqz(kind, kinds[step]))
        return import_wrong_state(c); /* another step of it is under way */
    snprintf(digits, sizeof digits, "%lld", (long long)*job);
    return import_set(c, id, json_pack("{s:s}", "job", digits), &r);
}

/* The process stops, or another has taken the job over: it goes on as it is. */
static bool put_back(err_t e, const struct job *job)
{
    return e == ERR_LIMIT && job && atomic_load(&((struct job_running *)job->runner)->put_back);
}

static json_t *with_undo(struct ctx *c, const struct record *r, const struct undo_result *u)
{
    json_t *report = json_keep(c->arena, json_deep_copy(import_json(c, r, "report")));
    json_object_set_new(report, "undo",
                        json_pack("{s:I, s:I, s:I, s:I}", "restored", (json_int_t)u->restored,
                                  "kept_total", (json_int_t)u->kept_total, "kept_changed",
                                  (json_int_t)u->kept_changed, "kept_used",
                                  (json_int_t)u->kept_used));
    return report;
}

static err_t undo(struct ctx *c, struct job *job, struct record *r)
{
    struct job_report report = {.ctx = c, .job = job};
    int64_t batch;
    struct undo_result result = {0};
    struct record *updated;
    char at[INSTANT_CHARS + 1];
    const char *was = arena_strz(c->arena, import_text(r, "state"));
    if (str_to_int(import_text(r, "batch"), &batch) != OK)
        return import_wrong_state(c);
    TRY(import_set(c, record_id(r), json_pack("{s:s}", "state", becomes[IMPORT_UNDO]), &updated));
    err_t e = batch_undo(c, batch, false, &result, job ? job_report : NULL, &report);
    if (e == ERR_LIMIT)
        e = report.outcome;
    if (e == ERR_CONFLICT && str_eqz(S("batch_undone"), c->problems.list.at[0].code)) {
        c->problems.list.n = 0; /* by the batch itself, or noted everywhere but here */
        e = batch_restored(c, batch, &result.restored);
    }
    json_t *told = with_undo(c, r, &result);
    if (e != OK && !put_back(e, job)) {
        const char *left = e == ERR_CONFLICT ? was : "partly_undone";
        json_t *body = json_pack("{s:s, s:O}", "state", left, "report", told);
        TRY(import_set(c, record_id(r), body, &updated));
    }
    TRY(e);
    instant_format(c->now, at);
    json_t *body =
        result.kept_open
            ? json_pack("{s:s, s:O}", "state", "partly_undone", "report", told)
            : json_pack("{s:s, s:s, s:O}", "state", "undone", "undone_at", at, "report", told);
    return import_set(c, record_id(r), body, &updated);
}

/* The attempt before it was killed after its last transaction, before that was noted. */
static bool ended_by(const struct record *r, const struct job *job, enum import_step step)
{
    static const char *const ends_in[] = {"checked", "done", "undone"};
    int64_t id;
    return str_to_int(import_text(r, "job"), &id) == OK && id == job->id &&
           import_in_state(r, ends_in[step]);
}

err_t import_do(struct ctx *c, struct job *job, int64_t id, enum import_step step)
{
    struct record *r;
    TRY(import_get(c, id, &r));
    if (job && job->attempt > 1 && ended_by(r, job, step))
        return OK;
    /* a second attempt of the same job finds the state that the first one left */
    if (!import_in_state(r, starts_in[step]) && !import_in_state(r, becomes[step]))
        return import_wrong_state(c);
    return step == IMPORT_UNDO ? undo(c, job, r) : import_run(c, job, r, step == IMPORT_CHECK);
}

static err_t run_step(struct ctx *c, struct job *job, enum import_step step, json_t **result)
{
    int64_t id;
    if (id_parse(json_get_str(job->args, "import"), &id) != OK)
        return ERR_INVALID;
    TRY(import_do(c, job, id, step));
    *result = json_pack("{s:O}", "import", json_object_get(job->args, "import"));
    return OK;
}

static err_t run_check(struct ctx *c, struct job *job, json_t **result)
{
    return run_step(c, job, IMPORT_CHECK, result);
}

static err_t run_run(struct ctx *c, struct job *job, json_t **result)
{
    return run_step(c, job, IMPORT_RUN, result);
}

static err_t run_undo(struct ctx *c, struct job *job, json_t **result)
{
    return run_step(c, job, IMPORT_UNDO, result);
}

static err_t may_run(struct ctx *c, const json_t *args)
{
    struct record *r;
    const struct object *o;
    int64_t id;
    TRY(str_to_int(json_get_str(args, "import"), &id));
    TRY(get_to_change(c, id, &r));
    TRY(importable(c, import_text(r, "object"), &o));
    return record_guard(c, o);
}

static err_t may_take_back(struct ctx *c, const json_t *args)
{
    struct record *r;
    int64_t id, batch;
    TRY(str_to_int(json_get_str(args, "import"), &id));
    TRY(import_get(c, id, &r));
    TRY(str_to_int(import_text(r, "batch"), &batch));
    return batch_may_undo(c, batch);
}

void import_attach(void)
{
    static struct job_kind jobs[] = {
        {.name = "import_check", .label = "job_import_check", .run = run_check},
        {.name = "import_run",
         .label = "job_import_run",
         .goes_on = true,
         .run = run_run,
         .may_retry = may_run},
        {.name = "import_delete", .label = "job_import_delete", .run = import_clear},
        {.name = "import_undo",
         .label = "job_import_undo",
         .run = run_undo,
         .may_retry = may_take_back},
    };
    static bool done;
    for (size_t i = 0; !done && i < sizeof jobs / sizeof *jobs; i++)
        job_kind_add(&jobs[i]);
    done = true;
    match_attach();
}
