#include "api/records.h"
#include "base/limits.h"
#include "core/search.h"

enum { SEARCH_HITS = 1000 };

/* What is wrong with one parameter does not hide what is wrong with the others. */
static void note(err_t *all, err_t e)
{
    if (*all == OK || err_is_fault(e))
        *all = e;
}

static err_t bad(struct call *call, str at, const char *code, str arg)
{
    problem_add_str(&call->ctx.problems, at, code, arg, (str){0}, (str){0});
    return ERR_INVALID;
}

/* Where it stands: a parameter of the URL, or the member of a body. */
static str place(struct call *call, const json_t *body, const char *name)
{
    return body ? pointer_join(call->ctx.arena, S(""), str_from(name)) : str_from(name);
}

static err_t text_param(struct call *call, const json_t *body, const char *name, str *out)
{
    if (!body)
        return call_query(call, name, out);
    const json_t *j = json_object_get(body, name);
    *out = json_str(j);
    return !j || json_is_null(j) || json_is_string(j)
               ? OK
               : bad(call, place(call, body, name), "wrong_type", S("string"));
}

/* A parameter that is JSON: what is wrong with it is wrong at its name. */
static err_t json_param(struct call *call, const char *name, json_t **out)
{
    str text;
    struct problems *problems = &call->ctx.problems;
    TRY(call_query(call, name, &text));
    err_t e = text.n ? json_read(call->ctx.arena, text, problems, out) : OK;
    if (e == ERR_INVALID)
        problems->list.at[problems->list.n - 1].pointer = str_from(name);
    return e;
}

static err_t
where_param(struct call *call, const struct object *o, const json_t *body, struct list_query *q)
{
    struct ctx *c = &call->ctx;
    json_t *tree = json_object_get(body, "where");
    str at = place(call, body, "where");
    struct condition *parsed;
    if (!body)
        TRY(json_param(call, "where", &tree));
    TRY(condition_parse(c->model, o, tree, at, &c->problems, c->arena, &parsed));
    q->where = parsed;
    return parsed ? access_check_condition(c->access, parsed, at, &c->problems) : OK;
}

/* "name", "amount.currency": a field, or one of its parts. */
static const struct field *find_part(const struct object *o, str path, unsigned *part)
{
    str rest = path, name;
    str_split(&rest, '.', &name);
    const struct field *f = object_field(o, name);
    *part = 0;
    if (!f || !rest.p)
        return f;
    for (unsigned p = 0; p < f->column_count; p++)
        if (f->shape->parts[p].name && str_eqz(rest, f->shape->parts[p].name)) {
            *part = p;
            return f;
        }
    return NULL;
}

static err_t
sort_param(struct call *call, const struct object *o, str at, str text, struct list_query *q)
{
    str word;
    err_t e = OK;
    while (text.n && str_split(&text, ',', &word)) {
        bool descending = str_starts(word, S("-"));
        str path = descending ? str_cut(word, 1, word.n) : word;
        if (q->sort_count == sizeof q->sort / sizeof *q->sort)
            return bad(call, at, "too_many", S("3"));
        struct list_sort *s = &q->sort[q->sort_count++];
        s->field = find_part(o, path, &s->part);
        s->descending = descending;
        if (!s->field || access_field(call->ctx.access, s->field) == FIELD_HIDDEN)
            note(&e, bad(call, at, "unknown_field", path));
        else if (!record_sortable(&call->ctx, s->field))
            note(&e, bad(call, at, "not_sortable", s->field->name));
    }
    return e;
}

static err_t
fields_param(struct call *call, const struct object *o, str text, struct list_params *p)
{
    str name;
    err_t e = OK;
    if (!text.n)
        return OK;
    p->fields = ARENA_ARRAY(call->ctx.arena, const struct field *, o->field_count + 2);
    p->fields[p->field_count++] = o->id;
    p->fields[p->field_count++] = o->version;
    while (str_split(&text, ',', &name)) {
        const struct field *f = object_field(o, name);
        if (!f || access_field(call->ctx.access, f) == FIELD_HIDDEN)
            note(&e, bad(call, S("fields"), "unknown_field", name));
        else if (f != o->id && f != o->version && p->field_count < o->field_count + 2)
            p->fields[p->field_count++] = f;
    }
    return e;
}

/* A misspelt parameter would silently list everything. */
static err_t known_param(void *context, str name, str unused)
{
    static const char *const known[] = {"where", "q",      "sort",  "limit",
                                        "after", "fields", "count", "deleted"};
    (void)unused;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eqz(name, known[i]))
            return OK;
    struct call *call = context;
    problem_add_str(&call->ctx.problems, name, "unknown_parameter", name, (str){0}, (str){0});
    return OK;
}

static err_t deleted_param(struct call *call, struct list_query *q)
{
    str text;
    TRY(call_query(call, "deleted", &text));
    q->deleted = str_eqz(text, "true");
    return !text.n || q->deleted || str_eqz(text, "false")
               ? OK
               : call_not_among(call, "deleted", "true, false");
}

static err_t count_param(struct call *call, enum list_count *out)
{
    str text;
    TRY(call_query(call, "count", &text));
    *out = str_eqz(text, "fast") ? COUNT_FAST : str_eqz(text, "exact") ? COUNT_EXACT : COUNT_NONE;
    return !text.n || *out != COUNT_NONE || str_eqz(text, "none")
               ? OK
               : call_not_among(call, "count", "none, fast, exact");
}

/* Those that a body does not have. */
static err_t page_params(struct call *call, const struct object *o, struct list_params *p)
{
    str fields = {0};
    int64_t limit = 0;
    err_t e = call_query(call, "fields", &fields);
    note(&e, fields_param(call, o, fields, p));
    note(&e, call_query(call, "after", &p->query.after));
    note(&e, deleted_param(call, &p->query));
    note(&e, count_param(call, &p->count));
    note(&e, call_query_int(call, "limit", 1, LIMIT_LIST_PAGE, 50, &limit));
    p->query.limit = (size_t)limit;
    return e;
}

err_t list_params(struct call *call,
                  const struct object *o,
                  const json_t *body,
                  struct list_params *out)
{
    struct list_params p = {.query = {.object = o, .op = OP_READ}};
    struct ctx *c = &call->ctx;
    str sort = {0}, words = {0};
    err_t e = body ? OK : http_params(call->request, known_param, call);
    note(&e, where_param(call, o, body, &p.query));
    note(&e, text_param(call, body, "sort", &sort));
    note(&e, sort_param(call, o, place(call, body, "sort"), sort, &p.query));
    note(&e, text_param(call, body, "q", &words));
    note(&e, search_check_words(c, str_trim(words), place(call, body, "q")));
    if (!body)
        note(&e, page_params(call, o, &p));
    if (e != OK || problems_any(&c->problems))
        return e == OK ? ERR_INVALID : e;
    TRY(body ? search_narrow_all(c, words, S("/q"), &p.query)
             : search_narrow(c, words, SEARCH_HITS, &p.query, &p.more_hits));
    p.words = p.query.ids != NULL;
    *out = p;
    return OK;
}
