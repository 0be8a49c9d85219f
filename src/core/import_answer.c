/* Rows that wait for a person: skip, update, create. */
#include "core/import_internal.h"

#include "base/id.h"
#include "sql_core.h"

struct answers {
    int64_t id;
    const json_t *list;
    int64_t *lines;
    size_t n;
    bool checked; /* the import runs later */
    int64_t moved[IMPORT_OUTCOMES];
};

static err_t check_answer(struct ctx *c, const json_t *j, size_t i)
{
    str choice = json_get_str(j, "choice");
    int64_t id;
    str at = pointer_index(c->arena, S("/answers"), i);
    bool known = str_eqz(choice, "update") || str_eqz(choice, "create") || str_eqz(choice, "skip");
    if (!known || json_get_int(j, "line", 0) < 1) {
        problem_add(&c->problems, pointer_join(c->arena, at, known ? S("line") : S("choice")),
                    "required", NULL);
        return ERR_INVALID;
    }
    if (str_eqz(choice, "update") && id_parse(json_get_str(j, "id"), &id) != OK) {
        problem_add(&c->problems, pointer_join(c->arena, at, S("id")), "invalid_id", NULL);
        return ERR_INVALID;
    }
    return OK;
}

enum import_outcome import_answer_outcome(const json_t *answer)
{
    str choice = json_get_str(answer, "choice");
    return str_eqz(choice, "update")   ? IMPORT_UPDATED
           : str_eqz(choice, "create") ? IMPORT_CREATED
           : str_eqz(choice, "skip")   ? IMPORT_SKIPPED
                                       : IMPORT_ASK;
}

/* What the row was to become so far. */
static err_t answered_before(struct ctx *c, int64_t id, int64_t line, enum import_outcome *out)
{
    enum { ANSWER = 6, COLUMNS };
    value params[] = {V_INT(id), V_INT(line)}, row[COLUMNS];
    json_t *answer = NULL;
    err_t e = db_one(c->conn, c->arena, SQL_IMPORT_ROW_GET, params, 2, row, COLUMNS);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == OK && row[ANSWER].kind == VALUE_TEXT)
        TRY(json_read(c->arena, row[ANSWER].s, NULL, &answer));
    *out = import_answer_outcome(answer);
    return OK;
}

/* The figures of a check follow the answers that are given to it. */
static err_t count_answers(struct ctx *c, const struct answers *a)
{
    struct record *r;
    struct import_tally t;
    TRY(record_load(c, import_object(c), a->id, &r));
    json_t *report = json_deep_copy(import_json(c, r, "report"));
    import_tally_of(c->arena, json_object_get(report, "tally"), &t);
    for (enum import_outcome o = 0; o < IMPORT_OUTCOMES; o++)
        t.outcome[o] += a->moved[o];
    str tally = import_tally_json(c->arena, &t);
    json_object_set_new(report, "tally", json_loadb(tally.p, tally.n, 0, NULL));
    json_t *body = json_pack("{s:o, s:I, s:I, s:I}", "report", report, "created",
                             (json_int_t)t.outcome[IMPORT_CREATED], "updated",
                             (json_int_t)t.outcome[IMPORT_UPDATED], "skipped",
                             (json_int_t)t.outcome[IMPORT_SKIPPED]);
    return import_set(c, a->id, body, &r);
}

static err_t keep_answers(struct ctx *c, void *arg)
{
    struct answers *a = arg;
    a->n = 0;
    memset(a->moved, 0, sizeof a->moved);
    for (size_t i = 0; i < json_array_size(a->list); i++) {
        const json_t *j = json_array_get(a->list, i);
        int64_t line = json_get_int(j, "line", 0), changed;
        value params[] = {V_INT(a->id), V_INT(line), V_TEXT(json_text(c->arena, j))};
        enum import_outcome before;
        TRY(answered_before(c, a->id, line, &before));
        TRY(db_run(c->conn, SQL_IMPORT_ROW_ANSWER, params, 3, &changed));
        if (!changed)
            continue;
        a->lines[a->n++] = line;
        a->moved[before]--;
        a->moved[import_answer_outcome(j)]++;
    }
    return a->checked && a->n ? count_answers(c, a) : OK;
}

static int by_line(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

err_t import_answer(struct ctx *c, int64_t id, const json_t *list)
{
    struct record *r;
    struct answers a = {.id = id, .list = list};
    bool may;
    TRY(import_get(c, id, &r));
    TRY(import_may_change(c, r, &may));
    if (!may)
        return ERR_DENIED;
    if (!json_is_array(list) || json_array_size(list) == 0 ||
        json_array_size(list) > IMPORT_CHUNK) {
        problem_add(&c->problems, S("/answers"), "out_of_range", "answers", "1", "200", NULL);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < json_array_size(list); i++)
        TRY(check_answer(c, json_array_get(list, i), i));
    if (!import_in_state(r, "checked done cancelled"))
        return import_wrong_state(c);
    a.checked = import_in_state(r, "checked");
    a.lines = ARENA_ARRAY(c->arena, int64_t, json_array_size(list));
    TRY(ctx_transact(c, keep_answers, &a));
    if (a.checked || !a.n)
        return OK;
    qsort(a.lines, a.n, sizeof *a.lines, by_line);
    return import_run_answered(c, r, a.lines, a.n);
}
