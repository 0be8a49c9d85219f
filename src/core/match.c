#include "core/match.h"

#include <stdlib.h>

#include "base/limits.h"
#include "core/record_internal.h"
#include "sql_core.h"
#include "text/linkage.h"

enum { LOOKED_AT = 40, SAME_NAMES = 400 };
static const double SIMILAR = 0.5;

/* ---- what a record is recognised by ---- */

str match_cell(const struct record *r, const char *name)
{
    const struct field *f = object_field(r->object, str_from(name));
    value v = f && field_stored(f) ? record_cell(r, f, 0) : V_NULL;
    return v.kind == VALUE_TEXT ? v.s : (str){0};
}

bool match_is_company(const struct record *r)
{
    return str_eqz(match_cell(r, "kind"), "company");
}

static str name_key(struct arena *arena, const struct record *r)
{
    str name = match_cell(r, "name");
    if (match_is_company(r)) {
        str core = text_company_core(arena, name);
        return core.n ? arena_concat(arena, S("c:"), core) : core;
    }
    AUTO_BUF out;
    buf_init(&out, KIB);
    str rest = text_pinyin(arena, utf8_prefix(name, 40), true), part;
    while (str_split(&rest, ' ', &part))
        buf_add(&out, part);
    return out.n ? arena_concat(arena, S("n:"), buf_str(&out)) : (str){0};
}

static err_t keep_key(struct ctx *c, const struct record *before, const struct record *after)
{
    str old = before && record_live(before) ? name_key(c->arena, before) : (str){0};
    str new = record_live(after) ? name_key(c->arena, after) : (str){0};
    value params[] = {V_TEXT(after->object->name), V_TEXT(old), V_INT(record_id(after))};
    if (str_eq(old, new))
        return OK;
    if (old.n)
        TRY(db_run(c->conn, SQL_MATCH_KEY_REMOVE, params, 3, NULL));
    params[1] = V_TEXT(new);
    return new.n ? db_run(c->conn, SQL_MATCH_KEY_ADD, params, 3, NULL) : OK;
}

void match_attach(void)
{
    static struct record_hook customer = {.object = "customer", .after = keep_key};
    static bool done;
    if (!done)
        record_hook_add(&customer);
    done = true;
}

/* ---- why ---- */

void match_reason(struct match *m, const char *code)
{
    for (size_t i = 0; i < m->reason_count; i++)
        if (str_eqz(str_from(m->reasons[i]), code))
            return;
    if (m->reason_count < MATCH_REASONS)
        m->reasons[m->reason_count++] = code;
}

const char *match_reason_of(const struct field *f)
{
    static const char *const known[][2] = {{"phone", "match_phone"},
                                           {"email", "match_email"},
                                           {"wechat", "match_wechat"},
                                           {"member", "match_member"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (str_eqz(f->identity, known[i][0]))
            return known[i][1];
    return "match_code";
}

/* ---- similar names ---- */

/* Of what the caller may not see nothing is told, neither that it is the same. */
static str seen(struct ctx *c, const struct record *r, const char *name)
{
    const struct field *f = object_field(r->object, str_from(name));
    return f && access_field(c->access, f) != FIELD_HIDDEN ? match_cell(r, name) : (str){0};
}

static struct link_record link_of(struct ctx *c, const struct record *r)
{
    return (struct link_record){.name = seen(c, r, "name"),
                                .phone = seen(c, r, "phone"),
                                .email = seen(c, r, "email"),
                                .wechat = seen(c, r, "wechat"),
                                .company = seen(c, r, "company")};
}

static const char *name_reason(enum link_level level)
{
    return level == LINK_EQUAL    ? "match_name"
           : level == LINK_SOUNDS ? "match_name_sound"
                                  : "match_name_similar";
}

bool match_weigh(struct ctx *c,
                 const struct record *one,
                 const struct record *other,
                 struct match *m)
{
    struct link_record a = link_of(c, one), b = link_of(c, other);
    struct link_result result;
    bool company = match_is_company(one) && match_is_company(other);
    link_compare(c->arena, link_prepare(c->arena, &a), link_prepare(c->arena, &b), &result);
    bool same_company = company && str_eq(text_fold(c->arena, a.name), text_fold(c->arena, b.name));
    if (!company && result.posterior < SIMILAR)
        return false;
    double score = same_company ? 1 : company ? 0.8 : result.posterior;
    m->certain = m->certain || same_company;
    m->score = score > m->score ? score : m->score;
    match_reason(m, company ? "match_company" : name_reason(result.levels[LINK_NAME]));
    if (result.levels[LINK_COMPANY] == LINK_EQUAL && !company)
        match_reason(m, "match_company");
    return true;
}

err_t match_names(struct ctx *c, const struct record *like, size_t limit, int64_t *ids, size_t *n)
{
    str key = name_key(c->arena, like);
    *n = 0;
    if (!key.n)
        return OK;
    value params[] = {V_TEXT(like->object->name), V_TEXT(key), V_INT((int64_t)limit)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_MATCH_KEY_FIND, params, 3, &rows));
    while (*n < limit && db_next(rows))
        ids[(*n)++] = db_int(rows, 0);
    return db_rows_error(rows);
}

/* ---- duplicates of a record ---- */

struct finding {
    struct ctx *ctx;
    const struct record *record;
    struct match found[LOOKED_AT];
    size_t n;
};

/* One that is there already, or a new one; NULL: it is the record itself, or there are enough. */
static struct match *candidate(struct finding *f, int64_t id)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->found[i].id == id)
            return &f->found[i];
    if (id == record_id(f->record) || f->n == LOOKED_AT)
        return NULL;
    f->found[f->n] = (struct match){.id = id};
    return &f->found[f->n++];
}

/* Has the record a key of the kind with this value? */
static const struct field *shared(const struct record *r, const struct field *like, value key)
{
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (f->identity.n && str_eq(f->identity, like->identity) &&
            value_eq(record_cell(r, f, 0), key))
            return f;
    }
    return NULL;
}

/* {"any":[{"field":"phone","eq":"…"},{"field":"phone2","eq":"…"}]} */
static json_t *same_key(const struct object *o, const struct field *like, str key)
{
    json_t *any = json_array();
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (f->identity.n && field_stored(f) && str_eq(f->identity, like->identity))
            json_array_append_new(
                any, json_pack("{s:s%, s:s%}", "field", f->name.p, f->name.n, "eq", key.p, key.n));
    }
    return json_pack("{s:o}", "any", any);
}

static err_t list(struct finding *f, struct list_query *q, struct list_page *page)
{
    q->object = f->record->object;
    q->op = OP_READ;
    q->limit = LOOKED_AT;
    return record_list(f->ctx, q, page);
}

/* Others that have a key of the record, too: they were made beside it all the same. */
static err_t by_key(struct finding *f, const struct field *field)
{
    struct ctx *c = f->ctx;
    value key = record_cell(f->record, field, 0);
    struct condition *where;
    struct list_page page;
    if (key.kind != VALUE_TEXT || access_field(c->access, field) == FIELD_HIDDEN)
        return OK;
    json_t *tree = json_keep(c->arena, same_key(f->record->object, field, key.s));
    TRY(condition_parse(c->model, f->record->object, tree, S(""), NULL, c->arena, &where));
    struct list_query q = {.where = where};
    err_t e = list(f, &q, &page);
    if (e == ERR_INVALID) /* one of the fields is not for the caller */
        return OK;
    TRY(e);
    for (size_t i = 0; i < page.count; i++) {
        struct match *m = candidate(f, record_id(page.records[i]));
        if (!m || !shared(page.records[i], field, key))
            continue;
        m->certain = true;
        m->score = 1;
        match_reason(m, match_reason_of(field));
    }
    return OK;
}

static err_t by_name(struct finding *f)
{
    struct ctx *c = f->ctx;
    int64_t ids[SAME_NAMES];
    struct list_page page;
    struct list_query q = {.ids = ids};
    TRY(match_names(c, f->record, SAME_NAMES, ids, &q.id_count));
    if (!q.id_count)
        return OK;
    TRY(list(f, &q, &page));
    for (size_t i = 0; i < page.count; i++) {
        struct match weighed = {0}, *m;
        if (record_id(page.records[i]) == record_id(f->record) ||
            !match_weigh(c, f->record, page.records[i], &weighed) ||
            !(m = candidate(f, record_id(page.records[i]))))
            continue;
        m->certain = m->certain || weighed.certain;
        m->score = weighed.score > m->score ? weighed.score : m->score;
        for (size_t k = 0; k < weighed.reason_count; k++)
            match_reason(m, weighed.reasons[k]);
    }
    return OK;
}

static int best_first(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    if (x->score != y->score)
        return x->score < y->score ? 1 : -1;
    return (x->id > y->id) - (x->id < y->id);
}

err_t match_duplicates(struct ctx *c,
                       const struct record *r,
                       struct match out[MATCH_MOST],
                       size_t *n)
{
    struct finding f = {.ctx = c, .record = r};
    *n = 0;
    if (r->object->root != ROOT_SELF)
        return OK;
    for (size_t i = 0; i < r->object->field_count; i++)
        if (r->object->fields[i]->identity.n && field_stored(r->object->fields[i]))
            TRY(by_key(&f, r->object->fields[i]));
    TRY(by_name(&f));
    qsort(f.found, f.n, sizeof *f.found, best_first);
    for (; *n < f.n && *n < MATCH_MOST; ++*n)
        out[*n] = f.found[*n];
    return OK;
}
