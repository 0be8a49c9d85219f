/* Rows that wait for a person: skip, update, create. */
#include "core/import_internal.h"

#include "base/id.h"
#include "sql_core.h"

struct answers {
    int64_t id;
    const json_t *list;
    int64_t *lines;
    size_t n;
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

static err_t keep_answers(struct ctx *c, void *arg)
{
    struct answers *a = arg;
    a->n = 0;
    for (size_t i = 0; i < json_array_size(a->list); i++) {
        const json_t *j = json_array_get(a->list, i);
        int64_t line = json_get_int(j, "line", 0), changed;
        value params[] = {V_INT(a->id), V_INT(line), V_TEXT(json_text(c->arena, j))};
        TRY(db_run(c->conn, SQL_IMPORT_ROW_ANSWER, params, 3, &changed));
        if (changed)
            a->lines[a->n++] = line;
    }
    return OK;
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
    TRY(import_get(c, id, &r));
    if (!json_is_array(list) || json_array_size(list) == 0 ||
        json_array_size(list) > IMPORT_CHUNK) {
        problem_add(&c->problems, S("/answers"), "out_of_range", "answers", "1", "200", NULL);
        return ERR_INVALID;
    }
    for (size_t i = 0; i < json_array_size(list); i++)
        TRY(check_answer(c, json_array_get(list, i), i));
    if (!import_in_state(r, "checked done cancelled"))
        return import_wrong_state(c);
    a.lines = ARENA_ARRAY(c->arena, int64_t, json_array_size(list));
    TRY(ctx_transact(c, keep_answers, &a));
    if (import_in_state(r, "checked") || !a.n)
        return OK;
    qsort(a.lines, a.n, sizeof *a.lines, by_line);
    return import_run_answered(c, r, a.lines, a.n);
}
