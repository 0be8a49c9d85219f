#include "core/quality.h"

#include "base/limits.h"
#include "base/message.h"
#include "core/quality_cache.h"
#include "core/record_internal.h"
#include "model/query_quality.h"
#include "text/text.h"

enum { GROUPS_TOLD = 200 }; /* the largest */

/* What a good base reaches: 70 % and 35 %. */
static const double REFERENCE_VALIDITY = 0.7, REFERENCE_COMPLETENESS = 0.35;

static const struct object *customers(const struct ctx *c)
{
    return model_object(c->model, S("customer"));
}

static double share(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

/* ---- figures ---- */

struct figures {
    str key;
    int64_t records, valid, filled;
};

static err_t count(struct ctx *c, const struct field *group, struct figures **out, size_t *n)
{
    const struct object *o = customers(c);
    const struct condition *scope;
    struct condition_env env = ctx_env(c);
    VEC(struct figures) list = {0};
    AUTO_SQL q;
    sql_init(&q, c->arena);
    TRY(access_scope(c->access, o, OP_READ, &scope));
    TRY(query_quality(o, group, scope, &env, &q));
    AUTO_ROWS rows = NULL;
    TRY(db_query(c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
    while (db_next(rows))
        *VEC_PUSH(c->arena, list) =
            (struct figures){arena_str(c->arena, db_text(rows, 0)), db_int(rows, 1),
                             db_int(rows, 2), db_int(rows, 3)};
    *out = list.at;
    *n = list.n;
    return db_rows_error(rows);
}

static str group_title(struct ctx *c, const struct field *f, str key)
{
    struct record *r;
    int64_t id;
    for (size_t i = 0; i < f->choice_count; i++)
        if (str_eq(f->choices[i].key, key))
            return f->choices[i].label.text[c->lang];
    if (!f->target || str_to_int(key, &id) != OK || record_load(c, f->target, id, &r) != OK)
        return (str){0};
    const struct field *title = f->target->title;
    return record_value_text(c, title, MINE_NOT, &r->cells[title->first_column]);
}

static void write_shares(const struct object *o, const struct figures *f, struct jw *w)
{
    jw_key(w, S("records"));
    jw_int(w, f->records);
    jw_key(w, S("validity"));
    if (f->records)
        jw_real(w, share(f->valid, f->records));
    else
        jw_null(w);
    jw_key(w, S("completeness"));
    if (f->records)
        jw_real(w, share(f->filled, f->records * object_expected(o)));
    else
        jw_null(w);
}

static err_t write_figures(struct ctx *c, const struct field *group, struct jw *w)
{
    const struct object *o = customers(c);
    struct figures all = {0}, *groups;
    size_t n;
    TRY(count(c, group, &groups, &n));
    for (size_t i = 0; i < n; i++) {
        all.records += groups[i].records;
        all.valid += groups[i].valid;
        all.filled += groups[i].filled;
    }
    write_shares(o, &all, w);
    jw_key(w, S("groups"));
    jw_open(w, '[');
    for (size_t i = 0; i < n && i < GROUPS_TOLD; i++) {
        str title = group_title(c, group, groups[i].key);
        jw_open(w, '{');
        jw_key(w, S("key"));
        jw_str(w, groups[i].key);
        jw_key(w, S("title"));
        if (title.n)
            jw_str(w, title);
        else
            jw_null(w);
        write_shares(o, &groups[i], w);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    jw_key(w, S("reference"));
    jw_open(w, '{');
    jw_key(w, S("validity"));
    jw_real(w, REFERENCE_VALIDITY);
    jw_key(w, S("completeness"));
    jw_real(w, REFERENCE_COMPLETENESS);
    jw_close(w, '}');
    return OK;
}

/* The fields that a record is valid by; none of them where the caller may not filter by each. */
static void write_contacts(struct ctx *c, struct jw *w)
{
    const struct object *o = customers(c);
    bool all = true;
    for (size_t i = 0; i < o->field_count; i++)
        if (field_is_contact(o->fields[i]))
            all = all && access_field(c->access, o->fields[i]) >= FIELD_READ;
    jw_key(w, S("contacts"));
    jw_open(w, '[');
    for (size_t i = 0; all && i < o->field_count; i++)
        if (field_is_contact(o->fields[i]))
            jw_str(w, o->fields[i]->name);
    jw_close(w, ']');
}

/* Whoever sees all customers and reads the names of the groups sees the same figures. */
static err_t cache_key(struct ctx *c, const struct field *group, str *out)
{
    const struct condition *scope;
    const struct object *named = group->target;
    TRY(access_scope(c->access, customers(c), OP_READ, &scope));
    *out = arena_printf(c->arena, "%lld %lld %lld " STR_FMT " %d %d",
                        scope ? (long long)c->user : 0LL, (long long)access_epoch(c->access),
                        (long long)c->model->version, STR_ARG(group->name), (int)c->lang,
                        named ? (int)access_field(c->access, named->title) : 0);
    return OK;
}

err_t quality_json(struct ctx *c, str by, struct jw *w)
{
    const struct object *o = customers(c);
    const struct field *group = str_eqz(by, "owner") ? o->owner : object_field(o, S("source"));
    int64_t counted_at = c->now, start = clock_monotonic();
    str key;
    if (access_field(c->access, group) < FIELD_READ) {
        problem_add_str(&c->problems, S("by"), "not_filterable", group->name, (str){0}, (str){0});
        return ERR_INVALID;
    }
    TRY(cache_key(c, group, &key));
    str figures = quality_cache_get(c, key, &counted_at);
    if (!figures.n) {
        AUTO_BUF text;
        buf_init(&text, MIB);
        struct jw fresh = {.out = &text};
        TRY(write_figures(c, group, &fresh));
        figures = arena_str(c->arena, buf_str(&text));
        quality_cache_put(c, key, figures, clock_monotonic() - start);
    }
    jw_open(w, '{');
    jw_key(w, S("counted_at"));
    jw_instant(w, counted_at);
    write_contacts(c, w);
    buf_byte(w->out, ',');
    buf_add(w->out, figures);
    jw_close(w, '}');
    return OK;
}

/* ---- the queue ---- */

enum { TIER_MILLISECONDS = 1500 };

enum tier { CONTACT_IN_NOTES, NO_CONTACT, MISSING, TIERS };

static bool empty(const struct record *r, const struct field *f)
{
    return field_empty(f, &r->cells[f->first_column]);
}

static json_t *is_null(const struct field *f, bool null)
{
    return json_pack("{s:s%, s:b}", "field", f->name.p, f->name.n, "isNull", null);
}

/* Which records stand in a tier. The server asks: masked fields count, and are not shown. */
static json_t *tier_condition(const struct object *o, enum tier tier)
{
    json_t *contacts = json_array(), *gaps = json_array();
    const struct field *notes = object_field(o, S("notes"));
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (field_is_contact(f))
            json_array_append_new(contacts, is_null(f, tier != MISSING));
        else if (f->expected && field_stored(f))
            json_array_append_new(gaps, is_null(f, true));
    }
    if (tier == MISSING)
        return json_pack("{s:[{s:o}, {s:o}]}", "all", "any", contacts, "any", gaps);
    json_decref(gaps);
    if (notes)
        json_array_append_new(contacts, is_null(notes, tier == NO_CONTACT));
    return json_pack("{s:o}", "all", contacts);
}

static err_t
list_tier(struct ctx *c, enum tier tier, str after, size_t limit, struct list_page *out)
{
    const struct object *o = customers(c);
    struct condition *where;
    json_t *tree = json_keep(c->arena, tier_condition(o, tier));
    TRY(condition_parse(c->model, o, tree, S(""), &c->problems, c->arena, &where));
    struct list_query q = {
        .object = o, .where = where, .after = after, .limit = limit, .op = OP_READ};
    return record_list_unchecked(c, &q, out);
}

static void
write_problem(struct ctx *c, const struct field *f, const char *code, str suggestion, struct jw *w)
{
    jw_open(w, '{');
    jw_key(w, S("field"));
    jw_str(w, f->name);
    jw_key(w, S("code"));
    jw_str(w, str_from(code));
    jw_key(w, S("message"));
    jw_str(w, message_get(c->lang, str_from(code)));
    jw_key(w, S("suggestion"));
    if (suggestion.n)
        jw_str(w, suggestion);
    else
        jw_null(w);
    jw_close(w, '}');
}

/* The first number in the notes as the caller may read them; empty: there is none, or it is masked.
 */
static err_t phone_in_notes(struct ctx *c, const struct record *r, str *out)
{
    const struct field *notes = object_field(r->object, S("notes"));
    struct text_phone found = {0};
    enum mine mine;
    bool masked;
    *out = (str){0};
    if (!notes)
        return OK;
    TRY(record_own(c, r, &mine));
    const value *read =
        access_cells(c->access, notes, mine, &r->cells[notes->first_column], c->arena, &masked);
    if (!read || masked || field_empty(notes, read))
        return OK;
    text_phone_find(read[0].s, c->phone_region, &found, 1);
    *out = arena_str(c->arena, str_from(found.e164));
    return OK;
}

static err_t write_record(struct ctx *c, const struct record *r, struct jw *w)
{
    const struct object *o = r->object;
    const struct field *phone = object_field(o, S("phone"));
    bool reachable = false;
    str suggestion;
    TRY(phone_in_notes(c, r, &suggestion));
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, record_id(r));
    jw_key(w, S("object"));
    jw_str(w, o->name);
    jw_key(w, S("title"));
    jw_str(w, record_title(c, r));
    jw_key(w, S("problems"));
    jw_open(w, '[');
    for (size_t i = 0; i < o->field_count; i++)
        reachable = reachable || (field_is_contact(o->fields[i]) && !empty(r, o->fields[i]));
    if (!reachable && phone)
        write_problem(c, phone, "quality_no_contact", suggestion, w);
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        bool told = field_is_contact(f) && !reachable;
        if (f->expected && field_stored(f) && !told && empty(r, f) &&
            access_field(c->access, f) != FIELD_HIDDEN)
            write_problem(c, f, "quality_missing", (str){0}, w);
    }
    jw_close(w, ']');
    jw_close(w, '}');
    return OK;
}

/* A tier that hardly anybody stands in would be looked for among all customers: what cannot be
 * found soon is left out, and the answer says so. */
static err_t list_soon(
    struct ctx *c, enum tier tier, str after, size_t limit, struct list_page *out, bool *whole)
{
    unsigned before = db_deadline(c->conn, TIER_MILLISECONDS);
    err_t e = list_tier(c, tier, after, limit, out);
    bool slow = e == ERR_LIMIT && db_too_slow(c->conn);
    db_deadline(c->conn, before);
    if (!slow)
        return e;
    db_snapshot_end(c->conn); /* nothing more would be read in it */
    *whole = false;
    *out = (struct list_page){0};
    return OK;
}

/* A cursor is the tier's digit and the list's own cursor. */
static err_t read_after(struct ctx *c, str after, str problem, enum tier *tier, str *rest)
{
    *tier = str_eqz(problem, "missing") ? MISSING : CONTACT_IN_NOTES;
    *rest = (str){0};
    if (!after.n)
        return OK;
    if (after.p[0] < '0' || after.p[0] >= '0' + TIERS) {
        problem_add(&c->problems, S("after"), "bad_cursor", NULL);
        return ERR_INVALID;
    }
    *tier = (enum tier)(after.p[0] - '0');
    *rest = str_cut(after, 1, after.n);
    return OK;
}

err_t quality_queue_json(struct ctx *c, str problem, str after, size_t limit, struct jw *w)
{
    enum tier tier, last = str_eqz(problem, "no_contact") ? NO_CONTACT : MISSING;
    str rest, next = {0};
    size_t n = 0;
    bool whole = true;
    TRY(read_after(c, after, problem, &tier, &rest));
    jw_open(w, '[');
    for (; tier <= last && n < limit; tier++) {
        struct list_page page;
        TRY(list_soon(c, tier, rest, limit - n, &page, &whole));
        for (size_t i = 0; i < page.count; i++)
            TRY(write_record(c, page.records[i], w));
        n += page.count;
        rest = (str){0};
        if (page.has_more)
            next = arena_printf(c->arena, "%d" STR_FMT, (int)tier, STR_ARG(page.next));
        else if (n == limit && tier < last)
            next = arena_printf(c->arena, "%d", (int)tier + 1);
    }
    jw_close(w, ']');
    jw_key(w, S("whole"));
    jw_bool(w, whole);
    jw_key(w, S("has_more"));
    jw_bool(w, next.n > 0);
    jw_key(w, S("next"));
    if (next.n)
        jw_str(w, next);
    else
        jw_null(w);
    return OK;
}
