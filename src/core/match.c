#include "core/match.h"

#include <stdlib.h>

#include "base/limits.h"
#include "core/record_internal.h"
#include "sql_core.h"
#include "text/linkage.h"

enum { NAME_CHARS = 40, LOOKED_AT = 40, ALIKE = 400, NAME_RARE = 3 };
static const double SIMILAR = 0.5, SAME_CORE = 0.8, SAME_SOUND = 0.6;

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

str match_name_key(struct arena *arena, const struct record *r)
{
    bool company = match_is_company(r);
    str name = match_cell(r, "name");
    str core = company ? text_company_core(arena, name) : utf8_prefix(name, NAME_CHARS);
    str sound = text_sound(arena, core, !company);
    return sound.n ? arena_concat(arena, company ? S("c:") : S("n:"), sound) : sound;
}

static err_t keep_key(struct ctx *c, const struct record *before, const struct record *after)
{
    str old = before && record_live(before) ? match_name_key(c->arena, before) : (str){0};
    str new = record_live(after) ? match_name_key(c->arena, after) : (str){0};
    value params[] = {V_TEXT(after->object->name), V_TEXT(old), V_INT(record_id(after))};
    if (str_eq(old, new))
        return OK;
    if (old.n)
        TRY(db_run(c->conn, SQL_MATCH_KEY_REMOVE, params, 3, NULL));
    params[1] = V_TEXT(new);
    return new.n ? db_run(c->conn, SQL_MATCH_KEY_ADD, params, 3, NULL) : OK;
}

err_t match_key_again(struct ctx *c, const struct record *r)
{
    bool is_customer = str_eqz(r->object->name, "customer");
    return is_customer ? keep_key(c, NULL, r) : OK;
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

/* ---- what may be told ---- */

static enum field_access view(struct ctx *c, struct match_side s, const struct field *f)
{
    return s.given ? FIELD_WRITE : access_view(c->access, f, s.mine);
}

/* That two values are the same is told who reads one of them: with it he could ask whether it is
 * taken, too, by entering it for a new record. Of two that are masked he would learn that they are
 * the same person's, and whoever comes to know one of them would know the other. */
static bool told(struct ctx *c,
                 struct match_side a,
                 const struct field *of_a,
                 struct match_side b,
                 const struct field *of_b)
{
    enum field_access x = view(c, a, of_a), y = view(c, b, of_b);
    return x != FIELD_HIDDEN && y != FIELD_HIDDEN && (x >= FIELD_READ || y >= FIELD_READ);
}

/* ---- similar names ---- */

struct pair {
    struct match_side one, other;
};

static str compared(struct ctx *c, const struct pair *p, bool other, const char *name)
{
    const struct record *r = other ? p->other.record : p->one.record;
    const struct field *f = object_field(r->object, str_from(name));
    return f && told(c, p->one, f, p->other, f) ? match_cell(r, name) : (str){0};
}

static struct link_record link_of(struct ctx *c, const struct pair *p, bool other)
{
    return (struct link_record){.name = compared(c, p, other, "name"),
                                .phone = compared(c, p, other, "phone"),
                                .email = compared(c, p, other, "email"),
                                .wechat = compared(c, p, other, "wechat"),
                                .company = compared(c, p, other, "company"),
                                .region = c->phone_region};
}

static const char *name_reason(enum link_level level)
{
    return level == LINK_EQUAL    ? "match_name"
           : level == LINK_SOUNDS ? "match_name_sound"
                                  : "match_name_similar";
}

/* False: neither the same core nor one that sounds the same. */
static bool weigh_companies(struct ctx *c, str one, str other, struct match *m)
{
    str x = text_company_core(c->arena, one), y = text_company_core(c->arena, other);
    bool same = str_eq(text_fold(c->arena, one), text_fold(c->arena, other));
    bool core = same || str_eq(x, y);
    if (!core && !str_eq(text_sound(c->arena, x, false), text_sound(c->arena, y, false)))
        return false;
    double score = same ? 1 : core ? SAME_CORE : SAME_SOUND;
    m->certain = m->certain || same;
    m->score = score > m->score ? score : m->score;
    match_reason(m, core ? "match_company" : "match_company_sound");
    return true;
}

bool match_weigh(struct ctx *c, struct match_side one, struct match_side other, struct match *m)
{
    struct pair pair = {one, other};
    struct link_record a = link_of(c, &pair, false), b = link_of(c, &pair, true);
    struct link_result result;
    if (!a.name.n || !b.name.n)
        return false;
    if (match_is_company(one.record) && match_is_company(other.record))
        return weigh_companies(c, a.name, b.name, m);
    link_compare(c->arena, link_prepare(c->arena, &a), link_prepare(c->arena, &b), &result);
    if (result.posterior < SIMILAR)
        return false;
    m->score = result.posterior > m->score ? result.posterior : m->score;
    match_reason(m, name_reason(result.levels[LINK_NAME]));
    if (result.levels[LINK_COMPANY] == LINK_EQUAL)
        match_reason(m, "match_company");
    return true;
}

static err_t alike(struct ctx *c, const struct record *like, int64_t ids[ALIKE], size_t *n)
{
    value params[] = {V_TEXT(like->object->name), V_TEXT(match_name_key(c->arena, like)),
                      V_INT(ALIKE)};
    AUTO_ROWS rows = NULL;
    *n = 0;
    TRY(db_query(c->conn, SQL_MATCH_KEY_FIND, params, 3, &rows));
    while (*n < ALIKE && db_next(rows))
        ids[(*n)++] = db_int(rows, 0);
    return db_rows_error(rows);
}

static bool among(struct record *const *records, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (record_id(records[i]) == id)
            return true;
    return false;
}

/* Oldest first; the condition is the server's own. */
static err_t add_found(struct ctx *c, const struct list_query *q, struct record **out, size_t *n)
{
    struct list_page page;
    err_t e = record_list_unchecked(c, q, &page);
    if (e == ERR_DENIED)
        return OK;
    TRY(e);
    for (size_t i = page.count; i-- > 0;)
        if (!among(out, *n, record_id(page.records[i])))
            out[(*n)++] = page.records[i];
    return OK;
}

err_t match_names(struct ctx *c,
                  const struct record *like,
                  enum match_how how,
                  size_t most,
                  struct record **out,
                  size_t *n)
{
    int64_t ids[ALIKE];
    str name = match_cell(like, "name");
    struct list_query q = {.object = like->object, .op = OP_READ, .limit = most};
    *n = 0;
    if (!name.n)
        return OK;
    q.where = condition_same(c->arena, object_field(like->object, S("name")), name);
    TRY(add_found(c, &q, out, n));
    if (how == MATCH_SAME)
        return OK;
    TRY(alike(c, like, ids, &q.id_count));
    q.ids = ids;
    q.where = NULL;
    return q.id_count ? add_found(c, &q, out, n) : OK;
}

/* ---- duplicates of a record ---- */

struct finding {
    struct ctx *ctx;
    const struct record *record;
    struct match_side self;
    struct match found[LOOKED_AT];
    size_t n;
};

/* One that is there already, or a new one; NULL: there are enough. */
static struct match *candidate(struct finding *f, int64_t id)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->found[i].id == id)
            return &f->found[i];
    if (f->n == LOOKED_AT)
        return NULL;
    f->found[f->n] = (struct match){.id = id};
    return &f->found[f->n++];
}

/* The records but for the one itself, and whose they are. */
static err_t
sides(struct finding *f, struct record *const *records, size_t *n, struct match_side *out)
{
    enum mine *mine = ARENA_ARRAY(f->ctx->arena, enum mine, *n + 1);
    size_t kept = 0;
    TRY(record_mine_of(f->ctx, records, *n, NULL, 0, mine));
    for (size_t i = 0; i < *n; i++)
        if (record_id(records[i]) != record_id(f->record))
            out[kept++] = (struct match_side){.record = records[i], .mine = mine[i]};
    *n = kept;
    return OK;
}

/* Has the record a key of the kind with this value, and may it be told? */
static bool shared(struct finding *f, struct match_side s, const struct field *like, value key)
{
    const struct object *o = s.record->object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *of = o->fields[i];
        if (of->identity.n && str_eq(of->identity, like->identity) &&
            value_eq(record_cell(s.record, of, 0), key) && told(f->ctx, f->self, like, s, of))
            return true;
    }
    return false;
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

err_t match_holders(struct ctx *c,
                    const struct object *o,
                    const struct field *field,
                    str key,
                    size_t most,
                    struct list_page *out)
{
    struct condition *where;
    json_t *tree = json_keep(c->arena, same_key(o, field, key));
    TRY(condition_parse(c->model, o, tree, S(""), NULL, c->arena, &where));
    struct list_query q = {.object = o, .where = where, .op = OP_READ, .limit = most};
    return record_list_unchecked(c, &q, out);
}

/* Others that have a key of the record, too: they were made beside it all the same. */
static err_t by_key(struct finding *f, const struct field *field)
{
    struct ctx *c = f->ctx;
    const struct object *o = f->record->object;
    value key = record_cell(f->record, field, 0);
    struct match_side others[LOOKED_AT];
    struct list_page page;
    if (key.kind != VALUE_TEXT)
        return OK;
    TRY(match_holders(c, o, field, key.s, LOOKED_AT, &page));
    TRY(sides(f, page.records, &page.count, others));
    for (size_t i = 0; i < page.count; i++) {
        struct match *m =
            shared(f, others[i], field, key) ? candidate(f, record_id(others[i].record)) : NULL;
        if (!m)
            continue;
        m->certain = true;
        m->score = 1;
        match_reason(m, match_reason_of(field));
    }
    return OK;
}

/* Both have a phone, say, and it is not the same one. */
static bool contradicts(struct finding *f, struct match_side other)
{
    static const char *const fields[] = {"phone", "email", "wechat"};
    struct pair pair = {f->self, other};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        str a = compared(f->ctx, &pair, false, fields[i]),
            b = compared(f->ctx, &pair, true, fields[i]);
        if (a.n && b.n && !str_eq(a, b))
            return true;
    }
    return false;
}

/* A person's name and nothing else says little where many have it. */
static bool
says_little(struct finding *f, struct match_side other, const struct match *m, size_t sharing)
{
    bool companies = match_is_company(f->record) && match_is_company(other.record);
    if (companies || m->certain || m->reason_count > 1)
        return false;
    for (size_t i = 0; i < f->n; i++)
        if (f->found[i].id == record_id(other.record))
            return false;
    return sharing > NAME_RARE || contradicts(f, other);
}

static err_t by_name(struct finding *f)
{
    struct record *found[2 * LOOKED_AT];
    struct match_side others[2 * LOOKED_AT];
    size_t n;
    TRY(match_names(f->ctx, f->record, MATCH_ALIKE, LOOKED_AT, found, &n));
    TRY(sides(f, found, &n, others));
    for (size_t i = 0; i < n; i++) {
        struct match weighed = {0}, *m;
        if (!match_weigh(f->ctx, f->self, others[i], &weighed) ||
            says_little(f, others[i], &weighed, n) ||
            !(m = candidate(f, record_id(others[i].record))))
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
    struct finding f = {.ctx = c, .record = r, .self = {.record = r}};
    *n = 0;
    if (r->object->root != ROOT_SELF)
        return OK;
    TRY(record_own(c, r, &f.self.mine));
    for (size_t i = 0; i < r->object->field_count; i++)
        if (r->object->fields[i]->identity.n && field_stored(r->object->fields[i]))
            TRY(by_key(&f, r->object->fields[i]));
    TRY(by_name(&f));
    qsort(f.found, f.n, sizeof *f.found, best_first);
    for (; *n < f.n && *n < MATCH_MOST; ++*n)
        out[*n] = f.found[*n];
    return OK;
}
