/* The report for people, and what is kept of each row for it. */
#include "core/import_internal.h"

#include "base/limits.h"
#include "base/message.h"
#include "core/import_words.h"

/* ---- what a row says, as it is kept ---- */

str import_problems_json(struct ctx *c, const struct import_line *line)
{
    AUTO_BUF out;
    struct jw w = {.out = &out};
    buf_init(&out, MIB);
    if (!line->problems.n)
        return (str){0};
    jw_open(&w, '[');
    for (size_t i = 0; i < line->problems.n; i++) {
        const struct import_problem *p = &line->problems.at[i];
        jw_open(&w, '{');
        jw_key(&w, S("column"));
        if (p->column == SIZE_MAX)
            jw_null(&w);
        else
            jw_int(&w, (int64_t)p->column);
        jw_key(&w, S("code"));
        jw_str(&w, str_from(p->problem.code));
        jw_key(&w, S("field"));
        jw_str(&w, p->problem.pointer);
        jw_key(&w, S("args"));
        jw_open(&w, '[');
        for (size_t k = 0; k < PROBLEM_ARGS; k++)
            jw_str(&w, p->problem.args[k]);
        jw_close(&w, ']');
        jw_key(&w, S("value"));
        jw_str(&w, utf8_prefix(p->value, 200));
        jw_key(&w, S("mild"));
        jw_bool(&w, p->mild);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    return arena_str(c->arena, buf_str(&out));
}

static void write_candidate(const struct match *one, str changes, struct jw *w)
{
    jw_open(w, '{');
    jw_key(w, S("id"));
    jw_id(w, one->id);
    jw_key(w, S("score"));
    jw_real(w, one->score);
    jw_key(w, S("reasons"));
    jw_open(w, '[');
    for (size_t k = 0; k < one->reason_count; k++)
        jw_str(w, str_from(one->reasons[k]));
    jw_close(w, ']');
    if (changes.n) {
        jw_key(w, S("changes"));
        jw_raw(w, changes);
    }
    jw_close(w, '}');
}

str import_candidates_json(struct ctx *c, const struct import_line *line)
{
    AUTO_BUF out;
    struct jw w = {.out = &out};
    buf_init(&out, MIB);
    if (!line->candidates.n)
        return (str){0};
    jw_open(&w, '[');
    for (size_t i = 0; i < line->candidates.n; i++) {
        const struct match *one = &line->candidates.at[i];
        write_candidate(one, one->id == line->record ? line->changes : (str){0}, &w);
    }
    jw_close(&w, ']');
    return arena_str(c->arena, buf_str(&out));
}

/* ---- the report for people ---- */

static double share(int64_t part, int64_t whole)
{
    return whole ? (double)part / (double)whole : 0;
}

static int64_t expected_fields(const struct object *o)
{
    int64_t n = 0;
    for (size_t i = 0; i < o->field_count; i++)
        n += o->fields[i]->expected && field_stored(o->fields[i]);
    return n;
}

static str source_title(struct ctx *c, const struct object *o, str key)
{
    const struct field *f = object_field(o, S("source"));
    for (size_t i = 0; f && i < f->choice_count; i++)
        if (str_eq(f->choices[i].key, key))
            return f->choices[i].label.text[c->lang];
    return key;
}

str import_user_name(struct ctx *c, int64_t id)
{
    struct record *r;
    const struct object *users = model_object(c->model, S("user"));
    if (record_load(c, users, id, &r) != OK)
        return (str){0};
    value v = record_cell(r, users->title, 0);
    return v.kind == VALUE_TEXT ? v.s : (str){0};
}

static str owner_title(struct ctx *c, str key)
{
    int64_t id;
    return str_to_int(key, &id) == OK ? import_user_name(c, id) : (str){0};
}

static void groups_json(struct ctx *c,
                        const struct object *o,
                        const struct import_group *groups,
                        size_t n,
                        bool owners,
                        struct jw *w)
{
    int64_t expected = expected_fields(o);
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        const struct import_group *g = &groups[i];
        str title = owners ? owner_title(c, g->key) : source_title(c, o, g->key);
        jw_open(w, '{');
        jw_key(w, S("key"));
        jw_str(w, g->key);
        jw_key(w, S("title"));
        if (title.n)
            jw_str(w, title);
        else
            jw_null(w);
        jw_key(w, S("records"));
        jw_int(w, g->records);
        jw_key(w, S("validity"));
        jw_real(w, share(g->valid, g->records));
        jw_key(w, S("completeness"));
        jw_real(w, share(g->filled, g->records * expected));
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void figure(struct jw *w, const char *name, int64_t n)
{
    jw_key(w, str_from(name));
    jw_int(w, n);
}

/* ---- by column ---- */

static str header_of(const json_t *columns, size_t index)
{
    for (size_t i = 0; i < json_array_size(columns); i++)
        if (json_get_int(json_array_get(columns, i), "index", -1) == (int64_t)index)
            return json_get_str(json_array_get(columns, i), "header");
    return (str){0};
}

static int64_t count_of(const struct import_tally *t, size_t column, bool repaired, bool mild)
{
    int64_t n = 0;
    for (size_t i = 0; i < t->columns.n; i++) {
        const struct import_column_count *k = &t->columns.at[i];
        if (k->column == column && k->mild == mild && str_eqz(k->code, "repaired") == repaired)
            n += k->n;
    }
    return n;
}

static void write_reasons(struct ctx *c,
                          const struct import_tally *t,
                          const struct import_sight *sight,
                          size_t column,
                          struct jw *w)
{
    jw_open(w, '[');
    for (size_t i = 0; i < t->columns.n; i++) {
        const struct import_column_count *k = &t->columns.at[i];
        if (k->column != column || str_eqz(k->code, "repaired"))
            continue;
        str args[PROBLEM_ARGS];
        memcpy(args, k->args, sizeof args);
        import_shown_args(c, sight, column == SIZE_MAX ? -1 : (int64_t)column, args);
        jw_open(w, '{');
        jw_key(w, S("code"));
        jw_str(w, k->code);
        jw_key(w, S("message")); /* of the first of them */
        jw_str(w, message_format(c->arena, c->lang, k->code, args, PROBLEM_ARGS));
        jw_key(w, S("mild"));
        jw_bool(w, k->mild);
        jw_key(w, S("count"));
        jw_int(w, k->n);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void columns_json(struct ctx *c,
                         const json_t *columns,
                         const struct import_tally *t,
                         const struct import_sight *sight,
                         struct jw *w)
{
    jw_open(w, '[');
    for (size_t i = 0; i < t->columns.n; i++) {
        size_t column = t->columns.at[i].column, first = 0;
        while (t->columns.at[first].column != column)
            first++;
        if (first < i)
            continue;
        jw_open(w, '{');
        jw_key(w, S("column"));
        if (column == SIZE_MAX)
            jw_null(w);
        else
            jw_int(w, (int64_t)column);
        jw_key(w, S("header"));
        jw_str(w, header_of(columns, column));
        figure(w, "repaired", count_of(t, column, true, true));
        figure(w, "noted", count_of(t, column, false, true));
        figure(w, "refused", count_of(t, column, false, false));
        jw_key(w, S("reasons"));
        write_reasons(c, t, sight, column, w);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* How many records came along, by object. */
static void beside_json(struct ctx *c, const struct import_tally *t, struct jw *w)
{
    jw_open(w, '[');
    for (size_t i = 0; i < t->beside.n; i++) {
        const struct import_along *a = &t->beside.at[i];
        const struct object *o = model_object(c->model, a->object);
        jw_open(w, '{');
        jw_key(w, S("object"));
        jw_str(w, a->object);
        jw_key(w, S("label"));
        jw_str(w, o ? o->label.text[c->lang] : a->object);
        figure(w, "created", a->created);
        figure(w, "updated", a->updated);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* Columns with something in them that go nowhere. */
static void left_out_json(struct ctx *c, const json_t *columns, struct jw *w)
{
    jw_open(w, '[');
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const json_t *j = json_array_get(columns, i);
        str header = json_get_str(j, "header");
        bool goes = json_get_str(j, "field").n || json_array_size(json_object_get(j, "split"));
        if (goes || import_is_reason(c->arena, header) ||
            !json_array_size(json_object_get(j, "samples")))
            continue;
        jw_open(w, '{');
        jw_key(w, S("column"));
        jw_tree(w, json_object_get(j, "index"));
        jw_key(w, S("header"));
        jw_str(w, header);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

/* Where the refused rows can be had; null when there are none, or not by the caller. */
static void files_json(struct ctx *c,
                       const struct record *import,
                       const struct import_tally *t,
                       const struct import_sight *sight,
                       struct jw *w)
{
    static const char *const formats[] = {"xlsx", "csv"};
    if (!t->outcome[IMPORT_REFUSED] || !sight->whole) {
        jw_null(w);
        return;
    }
    jw_open(w, '{');
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        jw_key(w, str_from(formats[i]));
        jw_str(w, arena_printf(c->arena, "/api/v1/imports/%lld/refused.%s",
                               (long long)record_id(import), formats[i]));
    }
    jw_close(w, '}');
}

/* ---- all of it ---- */

err_t import_report_json(struct ctx *c, const struct record *import, bool whole, struct jw *w)
{
    const struct object *o = model_object(c->model, import_text(import, "object"));
    const json_t *report = import_json(c, import, "report");
    struct import_tally t;
    struct import_sight sight;
    if (!report || !o) {
        jw_null(w);
        return OK;
    }
    TRY(import_sight_of(c, import, &sight));
    import_tally_of(c->arena, json_object_get(report, "tally"), &t);
    jw_open(w, '{');
    figure(w, "rows", t.rows);
    for (enum import_outcome i = 0; i < IMPORT_OUTCOMES; i++)
        figure(w, import_outcome_name(i), t.outcome[i]);
    figure(w, "warned", t.warned);
    figure(w, "cells_repaired", t.repaired);
    jw_key(w, S("beside"));
    beside_json(c, &t, w);
    jw_key(w, S("validity"));
    if (t.records)
        jw_real(w, share(t.valid, t.records));
    else
        jw_null(w);
    jw_key(w, S("completeness"));
    if (t.records)
        jw_real(w, share(t.filled, t.records * expected_fields(o)));
    else
        jw_null(w);
    jw_key(w, S("refused_files"));
    files_json(c, import, &t, &sight, w);
    if (whole) {
        jw_key(w, S("by_source"));
        groups_json(c, o, t.sources.at, t.sources.n, false, w);
        jw_key(w, S("by_owner"));
        groups_json(c, o, t.owners.at, t.owners.n, true, w);
        jw_key(w, S("by_column"));
        columns_json(c, import_json(c, import, "columns"), &t, &sight, w);
        jw_key(w, S("left_out"));
        left_out_json(c, import_json(c, import, "columns"), w);
        jw_key(w, S("sample"));
        TRY(import_sample_json(c, import, w));
        jw_key(w, S("duplicates"));
        TRY(import_duplicates_json(c, import, w));
    }
    if (json_object_get(report, "undo")) {
        jw_key(w, S("undo"));
        jw_tree(w, json_object_get(report, "undo"));
    }
    if (json_get_str(report, "error").n) {
        jw_key(w, S("error"));
        jw_str(w, json_get_str(report, "error"));
    }
    jw_close(w, '}');
    return OK;
}
