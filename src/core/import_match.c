/* Which records a row may be. Certain: an identity key, a unique field or a company's whole name.
 * Similar: a name that sounds the same, or a company's name but for form and place, weighed by
 * text/linkage.h together with all else that is known of both. */
#include "core/import_internal.h"

#include "base/id.h"
#include "base/limits.h"
#include "sql_core.h"
#include "text/linkage.h"

enum { CANDIDATES = 5, LOOKED_AT = 10 };
static const double SIMILAR = 0.5;

/* ---- what a record is recognised by ---- */

static str cell_text(const struct record *r, const char *name)
{
    const struct field *f = object_field(r->object, str_from(name));
    value v = f && field_stored(f) ? record_cell(r, f, 0) : V_NULL;
    return v.kind == VALUE_TEXT ? v.s : (str){0};
}

static bool is_company(const struct record *r)
{
    return str_eqz(cell_text(r, "kind"), "company");
}

static str match_key(struct arena *arena, const struct record *r)
{
    str name = cell_text(r, "name");
    if (is_company(r)) {
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
    str old = before && record_live(before) ? match_key(c->arena, before) : (str){0};
    str new = record_live(after) ? match_key(c->arena, after) : (str){0};
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

/* ---- candidates ---- */

static struct import_candidate *
candidate(struct ctx *c, struct import_line *line, int64_t id, bool *fresh)
{
    *fresh = false;
    for (size_t i = 0; i < line->candidates.n; i++)
        if (line->candidates.at[i].id == id)
            return &line->candidates.at[i];
    *fresh = true;
    struct import_candidate *one = VEC_PUSH(c->arena, line->candidates);
    one->id = id;
    return one;
}

static void add_reason(struct import_candidate *one, const char *code)
{
    for (size_t i = 0; i < one->reason_count; i++)
        if (str_eqz(str_from(one->reasons[i]), code))
            return;
    if (one->reason_count < IMPORT_REASONS)
        one->reasons[one->reason_count++] = code;
}

static const char *reason_of(const struct field *f)
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

static void certain(struct ctx *c, struct import_line *line, const struct field *f, int64_t id)
{
    bool fresh;
    struct import_candidate *one = candidate(c, line, id, &fresh);
    one->certain = true;
    one->score = 1;
    add_reason(one, reason_of(f));
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

/* A key of what comes along makes a record of the same name certain, no other: a person may be the
 * contact of several. */
static err_t found(struct ctx *c, const struct field *f, struct import_line *line, int64_t id)
{
    const struct object *o = line->given->object;
    struct record *r;
    if (f->object != o) {
        TRY(record_load(c, o, id, &r));
        if (!str_eq(text_fold(c->arena, cell_text(r, "name")),
                    text_fold(c->arena, cell_text(line->given, "name"))))
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

static struct link_record link_of(const struct record *r)
{
    return (struct link_record){.name = cell_text(r, "name"),
                                .phone = cell_text(r, "phone"),
                                .email = cell_text(r, "email"),
                                .wechat = cell_text(r, "wechat"),
                                .company = cell_text(r, "company")};
}

static const char *name_reason(enum link_level level)
{
    return level == LINK_EQUAL    ? "match_name"
           : level == LINK_SOUNDS ? "match_name_sound"
                                  : "match_name_similar";
}

static void weigh(struct ctx *c, struct import_line *line, const struct record *r)
{
    struct link_record a = link_of(line->given), b = link_of(r);
    struct link_result result;
    bool fresh, company = is_company(line->given) && is_company(r);
    link_compare(c->arena, link_prepare(c->arena, &a), link_prepare(c->arena, &b), &result);
    bool same_company = company && str_eq(text_fold(c->arena, a.name), text_fold(c->arena, b.name));
    if (!company && result.posterior < SIMILAR)
        return;
    struct import_candidate *one = candidate(c, line, record_id(r), &fresh);
    double score = same_company ? 1 : company ? 0.8 : result.posterior;
    one->certain = one->certain || same_company;
    one->score = score > one->score ? score : one->score;
    add_reason(one, company ? "match_company" : name_reason(result.levels[LINK_NAME]));
    if (result.levels[LINK_COMPANY] == LINK_EQUAL && !company)
        add_reason(one, "match_company");
}

static err_t by_name(struct import_work *w, struct ctx *c, struct import_line *line)
{
    int64_t ids[LOOKED_AT];
    size_t n = 0;
    str key = match_key(c->arena, line->given);
    if (!key.n)
        return OK;
    value params[] = {V_TEXT(w->map.object->name), V_TEXT(key), V_INT(LOOKED_AT)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, SQL_MATCH_KEY_FIND, params, 3, &rows));
    while (n < LOOKED_AT && db_next(rows))
        ids[n++] = db_int(rows, 0);
    TRY(db_rows_error(rows));
    for (size_t i = 0; i < n; i++) {
        struct record *r;
        err_t e = record_get(c, w->map.object, ids[i], OP_READ, &r);
        if (e == ERR_NOT_FOUND || e == ERR_DENIED)
            continue;
        TRY(e);
        weigh(c, line, r);
    }
    return OK;
}

/* Names alone decide nothing, unless somebody is asked or it is a company. */
static bool names_matter(const struct import_work *w, const struct import_line *line)
{
    return str_eqz(w->map.object->name, "customer") && usable(line) &&
           (w->on_duplicate == IMPORT_ASK || is_company(line->given));
}

/* ---- all of it ---- */

static int by_score(const void *a, const void *b)
{
    const struct import_candidate *x = a, *y = b;
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
        size_t had = put ? import_seen_put(w->seen, kind, v.s, line->line)
                         : import_seen_get(w->seen, kind, v.s);
        if (had && had < line->line && !earlier)
            earlier = had;
    }
    if (c && !earlier && str_eqz(o->name, "customer") && is_company(line->given)) {
        str name = text_fold(c->arena, cell_text(line->given, "name"));
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
