/* POST /{plural}/batch: up to a hundred writes, each with its own answer, together one batch that
 * can be undone. */
#include "api/records.h"
#include "base/id.h"
#include "base/limits.h"
#include "base/message.h"
#include "core/change.h"

struct item {
    str method, id;
    int64_t version;
    const json_t *body;
    const char *strange; /* a member that none has; NULL = none */
};

static const char *strange_member(const json_t *j)
{
    static const char *const known[] = {"method", "id", "version", "body"};
    const char *key;
    json_t *unused;
    json_object_foreach((json_t *)j, key, unused)
    {
        size_t i = 0;
        while (i < sizeof known / sizeof *known && !str_eqz(str_from(key), known[i]))
            i++;
        if (i == sizeof known / sizeof *known)
            return key;
    }
    return NULL;
}

static err_t run_item(struct call *call,
                      const struct object *o,
                      const struct item *item,
                      int *status,
                      struct record **out)
{
    int64_t id = 0;
    struct ctx *c = &call->ctx;
    if (!str_eqz(item->method, "POST") && !str_eqz(item->method, "PATCH") &&
        !str_eqz(item->method, "DELETE")) {
        problem_add(&c->problems, S("/method"), "batch_method", NULL);
        return ERR_INVALID;
    }
    if (item->strange) {
        problem_add(&c->problems, pointer_join(c->arena, S(""), str_from(item->strange)),
                    "unknown_field", item->strange, NULL);
        return ERR_INVALID;
    }
    if (!str_eqz(item->method, "POST") && id_parse(item->id, &id) != OK)
        return ERR_NOT_FOUND;
    if (str_eqz(item->method, "POST")) {
        *status = 201;
        return record_create(c, o, item->body, NULL, out);
    }
    if (item->version < 1) {
        problem_add(&c->problems, S("/version"), "required", NULL);
        return ERR_INVALID;
    }
    *status = str_eqz(item->method, "PATCH") ? 200 : 204;
    if (str_eqz(item->method, "PATCH"))
        return record_update(c, o, id, item->version, item->body, NULL, out);
    return record_delete(c, o, id, item->version, out);
}

static void write_problem(struct call *call, err_t e, size_t from)
{
    struct jw *w = &call->out;
    struct ctx *c = &call->ctx;
    jw_open(w, '{');
    jw_key(w, S("code"));
    jw_str(w, str_from(problem_code(c, e, from)));
    jw_key(w, S("errors"));
    jw_open(w, '[');
    for (size_t i = from; i < c->problems.list.n; i++) {
        const struct problem *p = &c->problems.list.at[i];
        jw_open(w, '{');
        jw_key(w, S("pointer"));
        jw_str(w, p->pointer);
        jw_key(w, S("code"));
        jw_str(w, str_from(p->code));
        jw_key(w, S("detail"));
        jw_str(w, message_of_problem(c->arena, c->lang, p));
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_close(w, '}');
}

static err_t answer_item(struct call *call, const struct object *o, const json_t *j)
{
    struct jw *w = &call->out;
    struct item item = {json_get_str(j, "method"), json_get_str(j, "id"),
                        json_get_int(j, "version", 0), json_object_get(j, "body"),
                        strange_member(j)};
    struct record *r = NULL;
    int status = 200;
    size_t before = call->ctx.problems.list.n;
    err_t e = run_item(call, o, &item, &status, &r);
    if (e == ERR_NOT_FOUND && call->ctx.problems.list.n == before)
        problem_add_str(&call->ctx.problems, S("/id"), "no_record", item.id, (str){0}, (str){0});
    if (err_is_fault(e) && call->ctx.in_transaction)
        return e; /* all of it is undone; without a transaction what was done stays and is told */
    jw_open(w, '{');
    jw_key(w, S("status"));
    jw_int(w, e == OK ? status : problem_status(e, problem_code(&call->ctx, e, before)));
    if (e != OK) {
        jw_key(w, S("problem"));
        write_problem(call, e, before);
    } else if (status != 204) {
        jw_key(w, S("data"));
        record_write_json(&call->ctx, r, NULL, 0, w);
    }
    jw_close(w, '}');
    call->ctx.problems.list.n = before;
    return OK;
}

err_t records_batch(struct call *call)
{
    const struct object *o;
    struct ctx *c = &call->ctx;
    const json_t *items = json_object_get(call->body, "items");
    static const char *const known[] = {"items", "title", NULL};
    TRY(call_object(call, &o));
    TRY(call_members(call, known));
    if (!json_is_array(items) || json_array_size(items) == 0 ||
        json_array_size(items) > LIMIT_BATCH_ITEMS) {
        problem_add_str(&c->problems, S("/items"), "batch_items",
                        arena_printf(c->arena, "%d", LIMIT_BATCH_ITEMS), (str){0}, (str){0});
        return ERR_INVALID;
    }
    str title;
    TRY(batch_title(c, call->body, &title));
    TRY(record_guard(c, o));
    TRY(batch_begin(c, "bulk", title, &c->batch));
    call->reply->status = 207;
    jw_open(&call->out, '{');
    jw_key(&call->out, S("batch"));
    jw_id(&call->out, c->batch);
    jw_key(&call->out, S("results"));
    jw_open(&call->out, '[');
    for (size_t i = 0; i < json_array_size(items); i++)
        TRY(answer_item(call, o, json_array_get(items, i)));
    jw_close(&call->out, ']');
    jw_close(&call->out, '}');
    return OK;
}
