/* What a check or run counts: how many rows became what, and how good the records are now. A record
 * is valid with at least one way to reach the customer; complete by the share of the fields that
 * the model marks as expected. */
#include "core/import_internal.h"

#include "base/limits.h"
#include "base/log.h"

enum { COLUMN_COUNTS = 2000, EXAMPLE_CHARS = 80 };

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

/* One more of what happened in a column; the first of its kind serves as the example. */
static void add_to_column(
    struct arena *arena, struct import_tally *t, size_t column, const struct problem *p, bool mild)
{
    str code = p ? str_from(p->code) : S("repaired");
    for (size_t i = 0; i < t->columns.n; i++) {
        struct import_column_count *known = &t->columns.at[i];
        if (known->column == column && known->mild == mild && str_eq(known->code, code)) {
            known->n++;
            return;
        }
    }
    if (t->columns.n >= COLUMN_COUNTS)
        return;
    struct import_column_count *new = VEC_PUSH(arena, t->columns);
    *new = (struct import_column_count){
        .column = column, .code = arena_str(arena, code), .mild = mild, .n = 1};
    for (size_t i = 0; p && i < PROBLEM_ARGS; i++)
        new->args[i] = arena_str(arena, utf8_prefix(p->args[i], EXAMPLE_CHARS));
}

static void add_columns(struct arena *arena, struct import_tally *t, const struct import_line *line)
{
    for (size_t i = 0; i < line->repairs.n; i++)
        add_to_column(arena, t, line->repairs.at[i], NULL, true);
    for (size_t i = 0; i < line->problems.n; i++) {
        const struct import_problem *p = &line->problems.at[i];
        if (!p->remark)
            add_to_column(arena, t, p->column, &p->problem, p->mild);
    }
}

static void add_along(struct arena *arena, struct import_tally *t, const struct import_beside *b)
{
    struct import_along *a = NULL;
    if (b->outcome != IMPORT_CREATED && b->outcome != IMPORT_UPDATED)
        return;
    for (size_t i = 0; i < t->beside.n && !a; i++)
        if (str_eq(t->beside.at[i].object, b->object->name))
            a = &t->beside.at[i];
    if (!a) {
        a = VEC_PUSH(arena, t->beside);
        a->object = arena_str(arena, b->object->name);
    }
    a->created += b->outcome == IMPORT_CREATED;
    a->updated += b->outcome == IMPORT_UPDATED;
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
    if (line->outcome == IMPORT_ASK)
        return; /* the rest is counted when it is answered */
    t->repaired += (int64_t)line->repaired;
    t->warned += import_line_noted(line) && line->outcome != IMPORT_REFUSED;
    add_columns(arena, t, line);
    for (size_t i = 0; line->outcome != IMPORT_REFUSED && i < line->beside.n; i++)
        add_along(arena, t, &line->beside.at[i]);
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
    memset(&out->columns, 0, sizeof out->columns);
    memset(&out->beside, 0, sizeof out->beside);
    for (size_t i = 0; i < from->sources.n; i++)
        *VEC_PUSH(arena, out->sources) = from->sources.at[i];
    for (size_t i = 0; i < from->owners.n; i++)
        *VEC_PUSH(arena, out->owners) = from->owners.at[i];
    for (size_t i = 0; i < from->columns.n; i++)
        *VEC_PUSH(arena, out->columns) = from->columns.at[i];
    for (size_t i = 0; i < from->beside.n; i++)
        *VEC_PUSH(arena, out->beside) = from->beside.at[i];
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

static void write_columns(struct jw *w, const struct import_tally *t)
{
    jw_open(w, '[');
    for (size_t i = 0; i < t->columns.n; i++) {
        const struct import_column_count *k = &t->columns.at[i];
        jw_open(w, '{');
        jw_key(w, S("column"));
        jw_int(w, k->column == SIZE_MAX ? -1 : (int64_t)k->column);
        jw_key(w, S("code"));
        jw_str(w, k->code);
        jw_key(w, S("mild"));
        jw_bool(w, k->mild);
        jw_key(w, S("n"));
        jw_int(w, k->n);
        jw_key(w, S("args"));
        jw_open(w, '[');
        for (size_t a = 0; a < PROBLEM_ARGS; a++)
            jw_str(w, k->args[a]);
        jw_close(w, ']');
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static void write_beside(struct jw *w, const struct import_tally *t)
{
    jw_open(w, '[');
    for (size_t i = 0; i < t->beside.n; i++) {
        jw_open(w, '{');
        jw_key(w, S("object"));
        jw_str(w, t->beside.at[i].object);
        jw_key(w, S("created"));
        jw_int(w, t->beside.at[i].created);
        jw_key(w, S("updated"));
        jw_int(w, t->beside.at[i].updated);
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
    jw_key(&w, S("columns"));
    write_columns(&w, t);
    jw_key(&w, S("beside"));
    write_beside(&w, t);
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

static struct import_column_count read_column(struct arena *arena, const json_t *j)
{
    int64_t column = json_get_int(j, "column", -1);
    const json_t *args = json_object_get(j, "args");
    struct import_column_count k = {.column = column < 0 ? SIZE_MAX : (size_t)column,
                                    .code = arena_str(arena, json_get_str(j, "code")),
                                    .mild = json_get_bool(j, "mild", false),
                                    .n = json_get_int(j, "n", 0)};
    for (size_t i = 0; i < PROBLEM_ARGS; i++)
        k.args[i] = arena_str(arena, json_str(json_array_get(args, i)));
    return k;
}

void import_tally_of(struct arena *arena, const json_t *j, struct import_tally *out)
{
    const json_t *columns = json_object_get(j, "columns"), *beside = json_object_get(j, "beside");
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
    for (size_t i = 0; i < json_array_size(columns); i++)
        *VEC_PUSH(arena, t.columns) = read_column(arena, json_array_get(columns, i));
    for (size_t i = 0; i < json_array_size(beside); i++) {
        const json_t *one = json_array_get(beside, i);
        *VEC_PUSH(arena, t.beside) =
            (struct import_along){arena_str(arena, json_get_str(one, "object")),
                                  json_get_int(one, "created", 0), json_get_int(one, "updated", 0)};
    }
    *out = t;
}

err_t import_tally_read(struct arena *arena, str json, struct import_tally *out)
{
    json_t *tree;
    if (json_read(arena, json, NULL, &tree) != OK)
        return FAULT("the tally of an import is broken");
    import_tally_of(arena, tree, out);
    return OK;
}
