#include "core/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/id.h"
#include "base/limits.h"
#include "base/message.h"
#include "core/bulk_internal.h"
#include "core/change.h"
#include "core/merge_internal.h"
#include "sql_core.h"
#include "text/text.h"

/* ---- what is asked for ---- */

static err_t bad(struct ctx *c, str at, const char *code, str arg)
{
    problem_add_str(&c->problems, at, code, arg, (str){0}, (str){0});
    return ERR_INVALID;
}

static bool named(const struct merge *m, int64_t id)
{
    for (size_t i = 0; i < m->other_count; i++)
        if (m->others[i] == id)
            return true;
    return m->kept == id;
}

static err_t read_others(struct ctx *c, const json_t *list, struct merge *m)
{
    size_t n = json_array_size(list);
    if (!n)
        return bad(c, S("/others"), "required", S("others"));
    if (n > MERGE_OTHERS)
        return bad(c, S("/others"), "too_many", arena_printf(c->arena, "%d", MERGE_OTHERS));
    for (size_t i = 0; i < n; i++) {
        str at = arena_printf(c->arena, "/others/%zu", i);
        int64_t id;
        if (id_parse(json_str(json_array_get(list, i)), &id) != OK)
            return bad(c, at, "unknown_ref", m->object->label.text[c->lang]);
        if (named(m, id))
            return bad(c, at, "merge_twice", m->object->label.text[c->lang]);
        m->others[m->other_count++] = id;
    }
    return OK;
}

/* Whose they are, or by whom they are governed, must be the same: those are not merged in passing.
 */
static err_t check_owner(
    struct ctx *c, const struct merge *m, const struct record *a, const struct record *b, str at)
{
    const struct field *const over[] = {m->object->customer, m->object->access_via};
    for (size_t i = 0; i < sizeof over / sizeof *over; i++)
        if (over[i] && !value_eq(record_cell(a, over[i], 0), record_cell(b, over[i], 0)))
            return bad(c, at, "merge_apart", over[i]->label.text[c->lang]);
    return OK;
}

/* Who may change all of them may merge them: nothing is lost by it. What names the records moves by
 * the server's right. */
static err_t check_rights(struct ctx *c, const struct merge *m)
{
    struct record *kept, *other;
    if (!access_may(c->access, m->object, OP_UPDATE) || m->object->append_only ||
        m->object->guarded) /* who leaves hands over; he becomes nobody else */
        return ERR_DENIED;
    TRY(record_get(c, m->object, m->kept, OP_UPDATE, &kept));
    for (size_t i = 0; i < m->other_count; i++) {
        str at = arena_printf(c->arena, "/others/%zu", i);
        err_t e = record_get(c, m->object, m->others[i], OP_UPDATE, &other);
        if (e == ERR_NOT_FOUND || e == ERR_DENIED)
            return bad(c, at, "unknown_ref", m->object->label.text[c->lang]);
        TRY(e);
        TRY(check_owner(c, m, kept, other, at));
    }
    return OK;
}

/* A wrong type is not taken for what was meant. */
static err_t check_types(struct ctx *c, const json_t *request)
{
    const json_t *preview = json_object_get(request, "preview");
    const json_t *values = json_object_get(request, "values");
    const json_t *versions = json_object_get(request, "versions");
    if (versions && !json_is_object(versions))
        return bad(c, S("/versions"), "wrong_type", S("object"));
    if (preview && !json_is_boolean(preview))
        return bad(c, S("/preview"), "wrong_type", S("boolean"));
    if (values && !json_is_object(values))
        return bad(c, S("/values"), "wrong_type", S("object"));
    str title;
    return batch_title(c, request, &title);
}

err_t merge_read(
    struct ctx *c, const struct object *o, int64_t kept, const json_t *request, struct merge *out)
{
    struct merge m = {.object = o,
                      .kept = kept,
                      .values = json_object_get(request, "values"),
                      .request = request};
    TRY(check_types(c, request));
    TRY(read_others(c, json_object_get(request, "others"), &m));
    TRY(check_rights(c, &m));
    *out = m;
    return OK;
}

static err_t load_live(struct ctx *c, const struct object *o, int64_t id, struct record **out)
{
    err_t e = record_load(c, o, id, out);
    if (e == OK && record_live(*out))
        return OK;
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    problem_add_str(&c->problems, S(""), "merge_gone", o->label.text[c->lang], (str){0}, (str){0});
    return ERR_CONFLICT;
}

static int by_id(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Locked in the order of their ids, so that two merges do not wait for each other. */
err_t merge_load(struct ctx *c, const struct merge *m, struct merged *out)
{
    struct merged all = {.other_count = m->other_count};
    int64_t ids[MERGE_OTHERS + 1] = {m->kept};
    memcpy(ids + 1, m->others, m->other_count * sizeof *ids);
    qsort(ids, m->other_count + 1, sizeof *ids, by_id);
    for (size_t i = 0; i <= m->other_count; i++) {
        struct record *r;
        TRY(load_live(c, m->object, ids[i], &r));
        if (ids[i] == m->kept)
            all.kept = r;
        for (size_t k = 0; k < m->other_count; k++)
            if (ids[i] == m->others[k])
                all.others[k] = r;
    }
    *out = all;
    return OK;
}

/* What was shown when it was decided is what is there. */
static err_t check_versions(struct ctx *c, const struct merge *m, const struct merged *all)
{
    err_t bad = OK;
    for (size_t i = 0; i <= all->other_count; i++) {
        const struct record *r = i ? all->others[i - 1] : all->kept;
        str id = arena_printf(c->arena, "%lld", (long long)record_id(r));
        const json_t *seen = json_object_getn(json_object_get(m->request, "versions"), id.p, id.n);
        if (!seen || json_integer_value(seen) == record_cell(r, m->object->version, 0).i)
            continue;
        problem_add(&c->problems, pointer_join(c->arena, S("/versions"), id), "stale", NULL);
        bad = ERR_CONFLICT;
    }
    return bad;
}

/* ---- the last transaction ---- */

struct finishing {
    const struct merge *merge;
    bool try, tried;
    struct record *result;
    struct merge_rest rests[MERGE_RESTS];
    size_t rest_count;
};

static err_t remember(struct ctx *c, const struct merge *m)
{
    for (size_t i = 0; i < m->other_count; i++) {
        value params[] = {V_INT(m->others[i]), V_TEXT(m->object->name), V_INT(m->kept),
                          V_INT(c->batch), V_INT(c->now)};
        TRY(db_run(c->conn, SQL_MERGED_PUT, params, 5, NULL));
    }
    return OK;
}

static err_t delete_others(struct ctx *c, const struct merged *all)
{
    const struct write_options options = {.trusted = true};
    for (size_t i = 0; i < all->other_count; i++) {
        struct record *after = record_copy(c->arena, all->others[i]);
        after->cells[after->object->deleted_at->first_column] = V_INT(c->now);
        TRY(record_store(c, CHANGE_DELETE, all->others[i], after, &options));
    }
    return OK;
}

/* The others go first: what is unique among them is free then. */
static err_t finish_work(struct ctx *c, void *arg)
{
    struct finishing *f = arg;
    struct merged all;
    TRY(merge_load(c, f->merge, &all));
    if (f->try)
        TRY(check_versions(c, f->merge, &all));
    TRY(merge_values(c, f->merge, &all, &f->result));
    f->rest_count = merge_rests(&all, f->result, f->rests);
    const struct access *mine = c->access;
    c->access = NULL;
    err_t e = delete_others(c, &all);
    if (e == OK)
        e = record_store(c, CHANGE_UPDATE, all.kept, f->result, NULL);
    if (e == OK)
        e = merge_make_beside(c, f->result, f->rests, f->rest_count);
    if (e == OK && !f->try)
        e = remember(c, f->merge);
    c->access = mine;
    TRY(e);
    f->tried = f->try;
    return f->try ? ERR_LIMIT : OK; /* undone: it was a try */
}

err_t merge_finish(struct ctx *c, const struct merge *m)
{
    struct finishing f = {.merge = m};
    return finish_work(c, &f);
}

static err_t try_it(struct ctx *c, const struct merge *m, struct finishing *out)
{
    *out = (struct finishing){.merge = m, .try = true};
    err_t e = ctx_transact(c, finish_work, out);
    return e == ERR_LIMIT && out->tried ? OK : e;
}

/* ---- what it would do ---- */

/* Of those that the caller may see. */
static err_t count_namers(struct ctx *c, const struct field *f, const struct merge *m, size_t *out)
{
    *out = 0;
    if (access_field(c->access, f) == FIELD_HIDDEN)
        return OK;
    for (size_t i = 0; i < m->other_count; i++) {
        struct merge_way way;
        int64_t *ids, *visible;
        size_t n, count;
        TRY(merge_way(c, f, m->object, m->others[i], m->kept, &way));
        TRY(merge_namers(c, &way, MERGE_COUNTED + 1, &ids, &n));
        if (!n)
            continue;
        TRY(record_visible(c, f->object, ids, n, &visible, &count));
        *out += count;
    }
    return OK;
}

static err_t write_moves(struct ctx *c, const struct merge *m, struct jw *w)
{
    const struct field **refs;
    size_t n = merge_refs(c, m->object, &refs);
    jw_key(w, S("moves"));
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        size_t count;
        TRY(ctx_in_time(c));
        TRY(count_namers(c, refs[i], m, &count));
        if (!count)
            continue;
        jw_open(w, '{');
        jw_key(w, S("object"));
        jw_str(w, refs[i]->object->name);
        jw_key(w, S("field"));
        jw_str(w, refs[i]->name);
        jw_key(w, S("count"));
        jw_int(w, count > MERGE_COUNTED ? MERGE_COUNTED + 1 : (int64_t)count);
        jw_close(w, '}');
    }
    jw_close(w, ']');
    return OK;
}

static void write_rest(struct ctx *c, const struct merge_rest *rest, struct jw *w)
{
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, record_id(rest->from));
    jw_key(w, S("field"));
    jw_str(w, rest->field->name);
    jw_key(w, S("beside"));
    jw_bool(w, merge_held_beside(c, rest));
    jw_close(w, '}');
}

static err_t
write_records(struct ctx *c, const struct merge *m, const struct record *result, struct jw *w)
{
    struct record *all[MERGE_OTHERS + 1];
    TRY(record_get(c, m->object, m->kept, OP_READ, &all[0]));
    for (size_t i = 0; i < m->other_count; i++)
        TRY(record_get(c, m->object, m->others[i], OP_READ, &all[i + 1]));
    jw_key(w, S("records"));
    TRY(record_write_list(c, all, m->other_count + 1, NULL, 0, w));
    jw_key(w, S("result"));
    record_write_json(c, result, NULL, 0, w);
    jw_key(w, S("titles"));
    return record_titles(c, all, m->other_count + 1, w);
}

err_t merge_preview(struct ctx *c, const struct merge *m, struct jw *w)
{
    struct finishing f;
    TRY(try_it(c, m, &f));
    jw_open(w, '{');
    TRY(write_records(c, m, f.result, w));
    TRY(write_moves(c, m, w));
    jw_key(w, S("rests"));
    jw_open(w, '[');
    for (size_t i = 0; i < f.rest_count; i++)
        if (access_field(c->access, f.rests[i].field) != FIELD_HIDDEN)
            write_rest(c, &f.rests[i], w);
    jw_close(w, ']');
    jw_close(w, '}');
    return OK;
}

/* ---- asking for it ---- */

static json_t *arguments(struct ctx *c, const struct merge *m)
{
    json_t *args = json_keep(c->arena, json_object());
    json_object_set(args, "others", json_object_get(m->request, "others"));
    if (m->values)
        json_object_set(args, "values", (json_t *)m->values);
    json_object_set_new(args, "kept",
                        json_string(arena_printf(c->arena, "%lld", (long long)m->kept).p));
    json_object_set_new(args, "lang", json_string(lang_tag(c->lang)));
    json_object_set_new(args, "object", json_stringn(m->object->name.p, m->object->name.n));
    return args;
}

err_t merge_start(struct ctx *c, const struct merge *m, int64_t *job)
{
    struct finishing f;
    TRY(try_it(c, m, &f));
    /* Others read it, whatever they see of phones. */
    str names[] = {text_mask_phones(c->arena, record_title(c, f.result))};
    if (!names[0].n)
        names[0] = m->object->label.text[c->lang];
    str title = json_get_str(m->request, "title");
    if (!title.n)
        title = message_format(c->arena, c->lang, S("merge_title"), names, 1);
    int64_t outer = c->batch;
    TRY(batch_begin(c, "merge", title, &c->batch));
    err_t e = job_enqueue(c, "merge", arguments(c, m), NULL, 0, job);
    c->batch = outer;
    return e;
}

err_t merge_may_undo(struct ctx *c, int64_t batch, bool *out)
{
    value key = V_INT(batch);
    AUTO_ROWS rows = NULL;
    VEC(struct {
        const struct object *o;
        int64_t id;
    }) kept = {0};
    *out = true;
    TRY(db_query(c->conn, SQL_MERGED_IN, &key, 1, &rows));
    while (db_next(rows)) {
        const struct object *o = model_object(c->model, db_text(rows, 0));
        *VEC_PUSH(c->arena, kept) = (typeof(*kept.at)){o, db_int(rows, 1)};
    }
    TRY(db_rows_error(rows));
    for (size_t i = 0; i < kept.n && *out; i++) {
        struct record *unused;
        err_t e = kept.at[i].o ? record_in_scope(c, kept.at[i].o, kept.at[i].id, OP_UPDATE, &unused)
                               : ERR_NOT_FOUND;
        *out = e == OK;
        if (e != OK && e != ERR_NOT_FOUND && e != ERR_DENIED)
            return e;
    }
    return OK;
}

/* A record that was restored stands for itself. */
err_t merge_into(struct ctx *c, int64_t id, int64_t *out)
{
    enum { MOST = 50 };
    *out = 0;
    for (int i = 0; i < MOST; i++) {
        struct record *r;
        value key = V_INT(id), cells[2];
        err_t e = db_one(c->conn, c->arena, SQL_MERGED_INTO, &key, 1, cells, 2);
        const struct object *o = e == OK ? model_object(c->model, cells[1].s) : NULL;
        if (e == ERR_NOT_FOUND || (e == OK && !o))
            return OK;
        TRY(e);
        id = cells[0].i;
        e = record_peek(c, o, id, &r);
        if (e == OK && record_live(r)) {
            *out = id;
            return OK;
        }
        if (e != OK)
            return e == ERR_NOT_FOUND ? OK : e;
    }
    return OK;
}

static err_t may_retry(struct ctx *c, const json_t *args)
{
    const struct object *o = model_object(c->model, json_get_str(args, "object"));
    return o ? record_guard(c, o) : ERR_NOT_FOUND;
}

void merge_attach(void)
{
    static struct job_kind kind = {.name = "merge",
                                   .label = "job_merge",
                                   .goes_on = true,
                                   .run = merge_job,
                                   .may_retry = may_retry};
    static bool done;
    if (!done)
        job_kind_add(&kind);
    done = true;
}
