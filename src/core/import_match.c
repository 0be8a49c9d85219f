/* Which records a row may be, by core/match.h; keys are asked for once a chunk. */
#include "core/import_internal.h"

#include "base/id.h"
#include "base/limits.h"
#include "sql_core.h"
#include "text/text.h"

enum { CANDIDATES = 5, LOOKED_AT = 10, COLLEAGUES = 50 };
static const double COLLEAGUE = 0.5;

/* ---- candidates ---- */

static struct match *candidate(struct ctx *c, struct import_line *line, int64_t id, bool *fresh)
{
    *fresh = false;
    for (size_t i = 0; i < line->candidates.n; i++)
        if (line->candidates.at[i].id == id)
            return &line->candidates.at[i];
    *fresh = true;
    struct match *one = VEC_PUSH(c->arena, line->candidates);
    one->id = id;
    return one;
}

static void certain(struct ctx *c, struct import_line *line, const struct field *f, int64_t id)
{
    bool fresh;
    struct match *one = candidate(c, line, id, &fresh);
    one->certain = true;
    one->score = 1;
    match_reason(one, match_reason_of(f));
}

static value given(const struct import_line *line, const struct field *f)
{
    return import_given(line, f, 0);
}

static bool usable(const struct import_line *line)
{
    for (size_t i = 0; i < line->problems.n; i++)
        if (!line->problems.at[i].mild)
            return false;
    return true;
}

/* ---- identity keys of customers: one question a field and chunk ---- */

static void perhaps(struct ctx *c, struct import_line *line, const struct field *f, int64_t id)
{
    bool fresh;
    struct match *one = candidate(c, line, id, &fresh);
    one->score = one->score < COLLEAGUE ? COLLEAGUE : one->score;
    match_reason(one, match_reason_of(f));
}

/* Of those who share the number of an office the one of the row's name, else any. */
static err_t
found_at_office(struct ctx *c, const struct field *f, struct import_line *line, int64_t id)
{
    struct list_page page;
    const struct access *mine = c->access;
    c->access = NULL; /* a key is taken whoever may see its record */
    err_t e = match_holders(c, line->given->object, f, given(line, f).s, COLLEAGUES, &page);
    c->access = mine;
    TRY(e);
    for (size_t i = 0; i < page.count; i++)
        if (!import_is_colleague(c, line, page.records[i])) {
            certain(c, line, f, record_id(page.records[i]));
            return OK;
        }
    perhaps(c, line, f, id);
    return OK;
}

/* A key of what comes along makes a record of the same name certain, no other: a person may be the
 * contact of several. */
static err_t found(struct ctx *c, const struct field *f, struct import_line *line, int64_t id)
{
    const struct object *o = line->given->object;
    struct record *r;
    if (f->object == o && import_is_office(c, f, given(line, f)))
        return found_at_office(c, f, line, id);
    if (f->object != o) {
        TRY(record_load(c, o, id, &r));
        if (!str_eq(text_fold(c->arena, match_cell(r, "name")),
                    text_fold(c->arena, match_cell(line->given, "name"))))
            return OK;
    }
    certain(c, line, f, id);
    return OK;
}

static err_t by_identity(struct ctx *c, const struct field *f, struct import_line *lines, size_t n)
{
    AUTO_BUF list;
    buf_init(&list, MIB);
    struct jw w = {.out = &list};
    bool any = false;
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++) {
        value v = usable(&lines[i]) ? given(&lines[i], f) : V_NULL;
        if (v.kind == VALUE_TEXT)
            jw_str(&w, v.s);
        any = any || v.kind == VALUE_TEXT;
    }
    jw_close(&w, ']');
    if (!any)
        return OK;
    value params[] = {V_TEXT(f->identity), V_TEXT(buf_str(&list))};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_IDENTITY_FIND_ALL, params, 2, &rows));
    while (db_next(rows))
        for (size_t i = 0; i < n && !db_is_null(rows, 1); i++) {
            value v = usable(&lines[i]) ? given(&lines[i], f) : V_NULL;
            if (v.kind == VALUE_TEXT && str_eq(v.s, db_text(rows, 0)))
                TRY(found(c, f, &lines[i], db_int(rows, 1)));
        }
    return db_rows_error(rows);
}

/* ---- unique fields, and contacts of objects that are not customers ---- */

static err_t
by_field(struct import_work *w, struct ctx *c, const struct field *f, struct import_line *line)
{
    value v = given(line, f);
    struct condition *where;
    struct list_page page;
    if (v.kind != VALUE_TEXT)
        return OK;
    json_t *tree = json_keep(
        c->arena, json_pack("{s:s%, s:s%}", "field", f->name.p, f->name.n, "eq", v.s.p, v.s.n));
    TRY(condition_parse(c->model, w->map.object, tree, S(""), NULL, c->arena, &where));
    const struct access *mine = c->access;
    c->access = NULL; /* a key is taken whoever may see its record */
    struct list_query q = {.object = w->map.object, .where = where, .limit = 1, .op = OP_READ};
    err_t e = record_list(c, &q, &page);
    c->access = mine;
    TRY(e);
    if (page.count)
        certain(c, line, f, record_id(page.records[0]));
    return OK;
}

static bool key_of_customer(const struct import_work *w, const struct field *f)
{
    return f->identity.n && w->map.object->root == ROOT_SELF && field_stored(f);
}

static bool key_of_object(const struct import_work *w, const struct field *f)
{
    bool own = f->identity.n && w->map.object->root != ROOT_SELF;
    return (f->unique || own) && field_stored(f) && !f->multi && !f->builtin &&
           f->shape->parts[0].storage == STORE_TEXT;
}

/* ---- similar names ---- */

static void weigh(struct ctx *c, struct import_line *line, const struct record *r)
{
    struct match weighed = {0};
    bool fresh;
    struct match_side given = {.record = line->given, .given = true}, other = {.record = r};
    if (!match_weigh(c, given, other, &weighed))
        return;
    struct match *one = candidate(c, line, record_id(r), &fresh);
    one->certain = one->certain || weighed.certain;
    one->score = weighed.score > one->score ? weighed.score : one->score;
    for (size_t i = 0; i < weighed.reason_count; i++)
        match_reason(one, weighed.reasons[i]);
}

/* Unless somebody is asked, only what is certain decides. */
static err_t by_name(struct import_work *w, struct ctx *c, struct import_line *line)
{
    struct record *found[2 * LOOKED_AT];
    size_t n;
    enum match_how how = w->on_duplicate == IMPORT_ASK ? MATCH_ALIKE : MATCH_SAME;
    TRY(match_names(c, line->given, how, LOOKED_AT, found, &n));
    for (size_t i = 0; i < n; i++)
        weigh(c, line, found[i]);
    return OK;
}

/* Names alone decide nothing, unless somebody is asked or it is a company. */
static bool names_matter(const struct import_work *w, const struct import_line *line)
{
    return str_eqz(w->map.object->name, "customer") && usable(line) &&
           (w->on_duplicate == IMPORT_ASK || match_is_company(line->given));
}

/* ---- all of it ---- */

static int by_score(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    double left = x->score + (double)x->reason_count * 0.01;
    double right = y->score + (double)y->reason_count * 0.01;
    return (left < right) - (left > right);
}

/* Identity keys of what comes along with customers are keys of the customers. */
static err_t by_beside(struct import_work *w, struct ctx *c, struct import_line *lines, size_t n)
{
    for (size_t i = 0; i < c->model->object_count && w->map.object->root == ROOT_SELF; i++) {
        const struct object *o = c->model->objects[i];
        if (!import_comes_along(c, w->map.object, o))
            continue;
        for (size_t k = 0; k < o->field_count; k++)
            if (o->fields[k]->identity.n && field_stored(o->fields[k]))
                TRY(by_identity(c, o->fields[k], lines, n));
    }
    return OK;
}

static err_t find(struct import_work *w, struct ctx *c, struct import_line *lines, size_t n)
{
    const struct object *o = w->map.object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (key_of_customer(w, f))
            TRY(by_identity(c, f, lines, n));
        for (size_t k = 0; k < n && key_of_object(w, f); k++)
            if (usable(&lines[k]))
                TRY(by_field(w, c, f, &lines[k]));
    }
    TRY(by_beside(w, c, lines, n));
    for (size_t k = 0; k < n; k++) {
        struct import_line *line = &lines[k];
        if (names_matter(w, line))
            TRY(by_name(w, c, line));
        if (line->candidates.n > 1)
            qsort(line->candidates.at, line->candidates.n, sizeof *line->candidates.at, by_score);
        if (line->candidates.n > CANDIDATES)
            line->candidates.n = CANDIDATES;
    }
    return OK;
}

err_t import_match(struct import_work *w, struct ctx *c, struct import_line *lines, size_t n)
{
    for (size_t i = 0; i < n; i++)
        lines[i].candidates.n = 0;
    return find(w, c, lines, n);
}

err_t import_match_again(struct import_work *w, struct ctx *c, struct import_line *line)
{
    line->candidates.n = 0;
    return find(w, c, line, 1);
}

/* ---- rows of the same file ---- */

static size_t
each_key(struct import_work *w, struct ctx *c, const struct import_line *line, bool put)
{
    const struct object *o = w->map.object;
    size_t earlier = 0;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        value v = key_of_customer(w, f) || key_of_object(w, f) ? given(line, f) : V_NULL;
        if (v.kind != VALUE_TEXT)
            continue;
        str kind = f->identity.n ? f->identity : f->name;
        str key = import_is_office(c, f, v) ? import_office_key(c, line, v.s) : v.s;
        size_t had = put ? import_seen_put(w->seen, kind, key, line->line)
                         : import_seen_get(w->seen, kind, key);
        if (had && had < line->line && !earlier)
            earlier = had;
    }
    if (!earlier && str_eqz(o->name, "customer") && match_is_company(line->given)) {
        str name = text_fold(c->arena, match_cell(line->given, "name"));
        size_t had = put ? import_seen_put(w->seen, S("company"), name, line->line)
                         : import_seen_get(w->seen, S("company"), name);
        earlier = had < line->line ? had : 0;
    }
    return earlier;
}

size_t import_match_earlier(struct import_work *w, struct ctx *c, const struct import_line *line)
{
    return each_key(w, c, line, false);
}

void import_match_remember(struct import_work *w, struct ctx *c, const struct import_line *line)
{
    each_key(w, c, line, true);
}
