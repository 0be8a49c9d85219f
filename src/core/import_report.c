/* What a check or run counts: how many rows became what, and how good the records are now. A record
 * is valid with at least one way to reach the customer; complete by the share of the fields that
 * the model marks as expected. */
#include "core/import_internal.h"

#include "base/limits.h"
#include "base/log.h"
#include "base/message.h"

/* ---- counting ---- */

static bool filled(const struct record *r, const struct field *f)
{
    for (unsigned p = 0; p < f->column_count; p++)
        if (record_cell(r, f, p).kind != VALUE_NULL)
            return true;
    return false;
}

/* Something to reach a person by: not every identity key is. */
static bool is_contact(const struct field *f)
{
    return str_eqz(f->identity, "phone") || str_eqz(f->identity, "email") ||
           str_eqz(f->identity, "wechat");
}

static void measure(const struct record *r, bool *valid, int64_t *expected_filled)
{
    *valid = false;
    *expected_filled = 0;
    for (size_t i = 0; i < r->object->field_count; i++) {
        const struct field *f = r->object->fields[i];
        if (!field_stored(f) || !filled(r, f))
            continue;
        *valid = *valid || is_contact(f);
        *expected_filled += f->expected;
    }
}

static void add_group(
    struct arena *arena, struct import_tally *t, bool owner, str key, bool valid, int64_t full)
{
    struct import_group *g = NULL;
    size_t n = owner ? t->owners.n : t->sources.n;
    struct import_group *at = owner ? t->owners.at : t->sources.at;
    for (size_t i = 0; i < n && !g; i++)
        if (str_eq(at[i].key, key))
            g = &at[i];
    if (!g) {
        g = owner ? VEC_PUSH(arena, t->owners) : VEC_PUSH(arena, t->sources);
        g->key = arena_str(arena, key);
    }
    g->records++;
    g->valid += valid;
    g->filled += full;
}

void import_tally_add(struct arena *arena,
                      struct import_tally *t,
                      const struct import_work *w,
                      const struct import_line *line)
{
    const struct object *o = w->map.object;
    const struct field *source = object_field(o, S("source"));
    t->rows++;
    t->outcome[line->outcome]++;
    t->repaired += (int64_t)line->repaired;
    t->warned += line->problems.n > 0 && line->outcome != IMPORT_REFUSED;
    if (!line->after || line->outcome == IMPORT_REFUSED)
        return;
    bool valid;
    int64_t full;
    char digits[24];
    measure(line->after, &valid, &full);
    t->records++;
    t->valid += valid;
    t->filled += full;
    value from = source && field_stored(source) ? record_cell(line->after, source, 0) : V_NULL;
    add_group(arena, t, false, from.kind == VALUE_TEXT ? from.s : w->source, valid, full);
    if (!o->owner)
        return;
    value owner = record_cell(line->after, o->owner, 0);
    int n =
        owner.kind == VALUE_INT ? snprintf(digits, sizeof digits, "%lld", (long long)owner.i) : 0;
    add_group(arena, t, true, (str){digits, (size_t)n}, valid, full);
}

void import_tally_copy(struct arena *arena,
                       const struct import_tally *from,
                       struct import_tally *out)
{
    *out = *from;
    memset(&out->sources, 0, sizeof out->sources);
    memset(&out->owners, 0, sizeof out->owners);
    for (size_t i = 0; i < from->sources.n; i++)
        *VEC_PUSH(arena, out->sources) = from->sources.at[i];
    for (size_t i = 0; i < from->owners.n; i++)
        *VEC_PUSH(arena, out->owners) = from->owners.at[i];
}

/* ---- kept between chunks ---- */

static void write_groups(struct jw *w, const struct import_group *groups, size_t n)
{
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++) {
        jw_open(w, '{');
        jw_key(w, S("key"));
        jw_str(w, groups[i].key);
        jw_key(w, S("records"));
        jw_int(w, groups[i].records);
        jw_key(w, S("valid"));
        jw_int(w, groups[i].valid);
        jw_key(w, S("filled"));
        jw_int(w, groups[i].filled);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

str import_tally_json(struct arena *arena, const struct import_tally *t)
{
    AUTO_BUF out;
    buf_init(&out, 4 * MIB);
    struct jw w = {.out = &out};
    jw_open(&w, '{');
    jw_key(&w, S("rows"));
    jw_int(&w, t->rows);
    for (enum import_outcome o = 0; o < IMPORT_OUTCOMES; o++) {
        jw_key(&w, str_from(import_outcome_name(o)));
        jw_int(&w, t->outcome[o]);
    }
    jw_key(&w, S("repaired"));
    jw_int(&w, t->repaired);
    jw_key(&w, S("warned"));
    jw_int(&w, t->warned);
    jw_key(&w, S("records"));
    jw_int(&w, t->records);
    jw_key(&w, S("valid"));
    jw_int(&w, t->valid);
    jw_key(&w, S("filled"));
    jw_int(&w, t->filled);
    jw_key(&w, S("sources"));
    write_groups(&w, t->sources.at, t->sources.n);
    jw_key(&w, S("owners"));
    write_groups(&w, t->owners.at, t->owners.n);
    jw_close(&w, '}');
    return arena_str(arena, buf_str(&out));
}

static struct import_group read_group(struct arena *arena, const json_t *j)
{
    return (struct import_group){.key = arena_str(arena, json_get_str(j, "key")),
                                 .records = json_get_int(j, "records", 0),
                                 .valid = json_get_int(j, "valid", 0),
                                 .filled = json_get_int(j, "filled", 0)};
}

static void read_tally(struct arena *arena, const json_t *j, struct import_tally *out)
{
    const json_t *sources = json_object_get(j, "sources"), *owners = json_object_get(j, "owners");
    struct import_tally t = {.rows = json_get_int(j, "rows", 0),
                             .repaired = json_get_int(j, "repaired", 0),
                             .warned = json_get_int(j, "warned", 0),
                             .records = json_get_int(j, "records", 0),
                             .valid = json_get_int(j, "valid", 0),
                             .filled = json_get_int(j, "filled", 0)};
    for (enum import_outcome o = 0; o < IMPORT_OUTCOMES; o++)
        t.outcome[o] = json_get_int(j, import_outcome_name(o), 0);
    for (size_t i = 0; i < json_array_size(sources); i++)
        *VEC_PUSH(arena, t.sources) = read_group(arena, json_array_get(sources, i));
    for (size_t i = 0; i < json_array_size(owners); i++)
        *VEC_PUSH(arena, t.owners) = read_group(arena, json_array_get(owners, i));
    *out = t;
}

err_t import_tally_read(struct arena *arena, str json, struct import_tally *out)
{
    json_t *tree;
    if (json_read(arena, json, NULL, &tree) != OK)
        return FAULT("the tally of an import is broken");
    read_tally(arena, tree, out);
    return OK;
}

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

str import_candidates_json(struct ctx *c, const struct import_line *line)
{
    AUTO_BUF out;
    struct jw w = {.out = &out};
    buf_init(&out, MIB);
    if (!line->candidates.n)
        return (str){0};
    jw_open(&w, '[');
    for (size_t i = 0; i < line->candidates.n; i++) {
        const struct import_candidate *one = &line->candidates.at[i];
        jw_open(&w, '{');
        jw_key(&w, S("id"));
        jw_id(&w, one->id);
        jw_key(&w, S("score"));
        jw_real(&w, one->score);
        jw_key(&w, S("reasons"));
        jw_open(&w, '[');
        for (size_t k = 0; k < one->reason_count; k++)
            jw_str(&w, str_from(one->reasons[k]));
        jw_close(&w, ']');
        jw_close(&w, '}');
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

static str owner_title(struct ctx *c, str key)
{
    struct record *r;
    int64_t id;
    const struct object *users = model_object(c->model, S("user"));
    if (str_to_int(key, &id) != OK || record_load(c, users, id, &r) != OK)
        return (str){0};
    value v = record_cell(r, users->title, 0);
    return v.kind == VALUE_TEXT ? v.s : (str){0};
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

err_t import_report_json(struct ctx *c, const struct record *import, bool whole, struct jw *w)
{
    const struct object *o = model_object(c->model, import_text(import, "object"));
    const json_t *report = import_json(c, import, "report");
    struct import_tally t;
    if (!report || !o) {
        jw_null(w);
        return OK;
    }
    read_tally(c->arena, json_object_get(report, "tally"), &t);
    jw_open(w, '{');
    figure(w, "rows", t.rows);
    for (enum import_outcome i = 0; i < IMPORT_OUTCOMES; i++)
        figure(w, import_outcome_name(i), t.outcome[i]);
    figure(w, "warned", t.warned);
    figure(w, "cells_repaired", t.repaired);
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
    if (whole) {
        jw_key(w, S("by_source"));
        groups_json(c, o, t.sources.at, t.sources.n, false, w);
        jw_key(w, S("by_owner"));
        groups_json(c, o, t.owners.at, t.owners.n, true, w);
        jw_key(w, S("sample"));
        TRY(import_sample_json(c, import, w));
        jw_key(w, S("duplicates"));
        TRY(import_duplicates_json(c, import, w));
    }
    if (json_get_str(report, "error").n) {
        jw_key(w, S("error"));
        jw_str(w, json_get_str(report, "error"));
    }
    jw_close(w, '}');
    return OK;
}
