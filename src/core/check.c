#include "core/check.h"

#include <stdio.h>

#include "base/json.h"
#include "base/limits.h"
#include "core/file.h"
#include "core/record_internal.h"
#include "model/query.h"
#include "sql_core.h"

enum { SHOWN = 20 }; /* of what is wrong, in each part of the report */

/* One part of the report. */
struct part {
    struct ctx *c;
    const char *name;
    bool repair;
    size_t looked, wrong, repaired;
    struct buf found; /* JSON members, at most SHOWN */
    struct jw out;
};

static void part_begin(struct part *p, struct ctx *c, const char *name, bool repair)
{
    *p = (struct part){.c = c, .name = name, .repair = repair};
    buf_init(&p->found, MIB);
    p->out.out = &p->found;
}

static void part_end(struct part *p, struct jw *w, bool *clean)
{
    jw_open(w, '{');
    jw_key(w, S("check"));
    jw_str(w, str_from(p->name));
    jw_key(w, S("looked"));
    jw_int(w, (int64_t)p->looked);
    jw_key(w, S("wrong"));
    jw_int(w, (int64_t)p->wrong);
    jw_key(w, S("repaired"));
    jw_int(w, (int64_t)p->repaired);
    jw_key(w, S("found"));
    jw_open(w, '[');
    jw_raw(w, buf_str(&p->found));
    jw_close(w, ']');
    jw_close(w, '}');
    if (p->wrong > p->repaired)
        *clean = false;
    buf_done(&p->found);
}

static void say(struct part *p, const char *what)
{
    if (p->wrong++ < SHOWN)
        jw_str(&p->out, str_from(what));
}

static void say_record(struct part *p, const struct record *r, const struct field *f)
{
    if (p->wrong++ >= SHOWN)
        return;
    jw_open(&p->out, '{');
    jw_key(&p->out, S("object"));
    jw_str(&p->out, r->object->name);
    jw_key(&p->out, S("id"));
    jw_id(&p->out, record_id(r));
    jw_key(&p->out, S("field"));
    jw_str(&p->out, f->name);
    jw_close(&p->out, '}');
}

/* ---- the database's own word ---- */

static err_t check_storage(struct part *p)
{
    AUTO_ROWS rows = NULL;
    if (db_conn_kind(p->c->conn) != DB_SQLITE)
        return OK;
    TRY(db_query(p->c->conn, S("PRAGMA integrity_check(20)"), NULL, 0, &rows));
    p->looked = 1;
    while (db_next(rows))
        if (!str_eqz(db_text(rows, 0), "ok"))
            say(p, arena_strz(p->c->arena, db_text(rows, 0)));
    return db_rows_error(rows);
}

/* Without it nobody can tell whether the seals are right, nor read second factors. */
static err_t check_key(struct part *p)
{
    p->looked = 1;
    if (!app_key_kept(p->c->app))
        say(p, arena_printf(p->c->arena, STR_FMT "/key", STR_ARG(p->c->app->data_folder)).p);
    return OK;
}

static err_t check_seals(struct part *p)
{
    struct seal_fault fault;
    int64_t looked;
    bool clean;
    if (p->c->app->keyless)
        return OK;
    TRY(seal_check(p->c, &fault, &looked, &clean));
    p->looked = (size_t)looked;
    if (clean)
        return OK;
    p->wrong = 1;
    jw_open(&p->out, '{');
    jw_key(&p->out, S("seal"));
    jw_id(&p->out, fault.seal);
    jw_key(&p->out, S("change"));
    jw_id(&p->out, fault.change);
    jw_key(&p->out, S("what"));
    jw_str(&p->out, str_from(fault.why));
    jw_close(&p->out, '}');
    return OK;
}

/* ---- uploaded files ---- */

/* A file that was erased while its page was looked at is none. */
static err_t check_file(struct part *p, const struct db_rows *row)
{
    value id = V_INT(db_int(row, 0)), one;
    const char *wrong = file_wrong(p->c, db_text(row, 2), db_int(row, 3), db_text(row, 4));
    p->looked++;
    if (!wrong)
        return OK;
    err_t e = db_one(p->c->conn, p->c->arena, SQL_FILE_LIVE, &id, 1, &one, 1);
    if (e == ERR_NOT_FOUND)
        return OK;
    if (e != OK || p->wrong++ >= SHOWN)
        return e;
    jw_open(&p->out, '{');
    jw_key(&p->out, S("file"));
    jw_id(&p->out, id.i);
    jw_key(&p->out, S("name"));
    jw_str(&p->out, db_text(row, 1));
    jw_key(&p->out, S("path"));
    jw_str(&p->out, arena_concat(p->c->arena, S("files/"), db_text(row, 2)));
    jw_key(&p->out, S("what"));
    jw_str(&p->out, str_from(wrong));
    jw_close(&p->out, '}');
    return OK;
}

static err_t check_file_page(struct part *p, int64_t *after, bool *more)
{
    value params[] = {V_INT(*after), V_INT(LIMIT_LIST_PAGE)};
    AUTO_ROWS rows = NULL;
    TRY(db_query(p->c->conn, SQL_FILE_PAGE, params, 2, &rows));
    for (*more = false; db_next(rows); *more = true) {
        *after = db_int(rows, 0);
        TRY(check_file(p, rows));
    }
    return db_rows_error(rows);
}

static err_t check_files(struct part *p)
{
    struct arena *kept = p->c->arena;
    AUTO_ARENA of_page = arena_new(LIMIT_REQUEST_ARENA);
    int64_t after = 0;
    err_t e = OK;
    p->c->arena = of_page;
    for (bool more = true; e == OK && more;) {
        arena_reset(of_page);
        e = check_file_page(p, &after, &more);
    }
    p->c->arena = kept;
    return e;
}

/* ---- what is kept for each record ---- */

struct recounting {
    const struct object *object;
    int64_t id;
};

static err_t recount(struct ctx *c, void *arg)
{
    const struct recounting *r = arg;
    struct record *was, *is;
    TRY(record_load(c, r->object, r->id, &was));
    is = record_copy(c->arena, was);
    for (size_t i = 0; i < r->object->field_count; i++)
        if (r->object->fields[i]->rollup)
            TRY(record_recount(c, r->object->fields[i], is));
    return record_store(c, CHANGE_DERIVE, was, is, NULL);
}

static bool same_cells(const struct record *a, const struct record *b, const struct field *f)
{
    for (unsigned i = 0; i < f->column_count; i++)
        if (!value_eq(record_cell(a, f, i), record_cell(b, f, i)))
            return false;
    return true;
}

static err_t rollups_of(struct part *p, const struct record *r, bool *wrong)
{
    struct record *counted = record_copy(p->c->arena, r);
    *wrong = false;
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (!f->rollup)
            continue;
        TRY(record_recount(p->c, f, counted));
        p->looked++;
        if (same_cells(r, counted, f))
            continue;
        say_record(p, r, f);
        *wrong = true;
    }
    return OK;
}

static err_t sets_of(struct part *p, const struct record *r, bool *wrong)
{
    *wrong = false;
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (!f->multi)
            continue;
        bool same;
        AUTO_SQL q;
        AUTO_ROWS rows = NULL;
        str *members;
        size_t n = multi_members(p->c->arena, record_cell(r, f, 0), &members), found = 0;
        sql_init(&q, p->c->arena);
        TRY(query_link_members(f, r, &q));
        TRY(db_query(p->c->conn, buf_str(&q.text), q.params.at, q.params.n, &rows));
        for (same = true; db_next(rows); found++) {
            str member = f->type->multi_storage == STORE_INT
                             ? arena_printf(p->c->arena, "%lld", (long long)db_int(rows, 0))
                             : db_text(rows, 0);
            bool known = false;
            for (size_t k = 0; k < n && !known; k++)
                known = str_eq(members[k], member);
            same = same && known;
        }
        TRY(db_rows_error(rows));
        p->looked++;
        if (!same || found != n)
            say_record(p, r, f);
    }
    return OK;
}

/* Every contact of a living record leads to somebody: to itself, or to whom it was first given. */
static err_t keys_of(struct part *p, const struct record *r, bool *wrong)
{
    *wrong = false;
    if (r->object->root == ROOT_NONE || !record_live(r))
        return OK;
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        value key = record_cell(r, f, 0), holder;
        if (!f->identity.n || key.kind != VALUE_TEXT || !key.s.n)
            continue;
        value params[] = {V_TEXT(f->identity), key};
        err_t e = db_one(p->c->conn, p->c->arena, SQL_IDENTITY_FIND, params, 2, &holder, 1);
        p->looked++;
        if (e == ERR_NOT_FOUND)
            say_record(p, r, f);
        else
            TRY(e);
    }
    return OK;
}

typedef err_t (*look_at)(struct part *, const struct record *, bool *wrong);

/* One page within a snapshot; those that are wrong are repaired after it. */
static err_t look_page(struct part *p, struct list_query *q, struct list_page *page, look_at look)
{
    VEC(int64_t) wrong_ones = {0};
    TRY(db_snapshot_begin(p->c->conn));
    err_t e = record_list(p->c, q, page);
    for (size_t i = 0; e == OK && i < page->count; i++) {
        bool wrong;
        e = look(p, page->records[i], &wrong);
        if (e == OK && wrong)
            *VEC_PUSH(p->c->arena, wrong_ones) = record_id(page->records[i]);
    }
    db_snapshot_end(p->c->conn);
    for (size_t i = 0; e == OK && p->repair && i < wrong_ones.n; i++) {
        struct recounting r = {q->object, wrong_ones.at[i]};
        e = ctx_transact(p->c, recount, &r);
    }
    return e;
}

static bool concerns(const struct object *o, look_at look)
{
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (look == rollups_of ? f->rollup != NULL : look == sets_of ? f->multi : f->identity.n > 0)
            return true;
    }
    return false;
}

static err_t look_object(struct part *p, const struct object *o, look_at look)
{
    struct ctx *c = p->c;
    struct arena *kept = c->arena;
    AUTO_ARENA of_page = arena_new(LIMIT_REQUEST_ARENA);
    struct list_query q = {.object = o, .limit = LIMIT_LIST_PAGE};
    struct list_page page;
    char next[8 * KIB] = "";
    err_t e;
    c->arena = of_page;
    do {
        arena_reset(of_page);
        q.after = str_from(next);
        e = look_page(p, &q, &page, look);
        if (e == OK)
            snprintf(next, sizeof next, STR_FMT, STR_ARG(page.next));
    } while (e == OK && page.has_more);
    c->arena = kept;
    return e;
}

static err_t look_all(struct part *p, look_at look)
{
    for (size_t i = 0; i < p->c->model->object_count; i++)
        if (concerns(p->c->model->objects[i], look))
            TRY(look_object(p, p->c->model->objects[i], look));
    return OK;
}

/* ---- all of it ---- */

static err_t check_rollups(struct part *p)
{
    TRY(look_all(p, rollups_of));
    size_t before = p->wrong;
    if (!p->repair || !before)
        return OK;
    struct part again;
    part_begin(&again, p->c, p->name, false);
    err_t e = look_all(&again, rollups_of);
    buf_done(&again.found);
    p->repaired = before > again.wrong ? before - again.wrong : 0;
    return e;
}

static err_t check_sets(struct part *p)
{
    return look_all(p, sets_of);
}

static err_t check_keys(struct part *p)
{
    return look_all(p, keys_of);
}

err_t check_run(struct ctx *c, bool repair, struct jw *w, bool *clean)
{
    static const struct {
        const char *name;
        err_t (*run)(struct part *);
    } parts[] = {{"storage", check_storage},    {"roll-ups", check_rollups}, {"sets", check_sets},
                 {"identity keys", check_keys}, {"files", check_files},      {"key", check_key},
                 {"seals", check_seals}};
    *clean = true;
    jw_open(w, '{');
    jw_key(w, S("checks"));
    jw_open(w, '[');
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct part p;
        part_begin(&p, c, parts[i].name, repair);
        err_t e = parts[i].run(&p);
        part_end(&p, w, clean);
        TRY(e);
    }
    jw_close(w, ']');
    jw_key(w, S("clean"));
    jw_bool(w, *clean);
    jw_close(w, '}');
    return OK;
}
