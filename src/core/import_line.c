/* What becomes of a row: its outcome, and the record that it makes or changes. */
#include "core/import_internal.h"

#include "text/text.h"

bool import_line_refused(const struct import_line *line)
{
    for (size_t i = 0; i < line->problems.n; i++)
        if (!line->problems.at[i].mild)
            return true;
    return false;
}

bool import_line_noted(const struct import_line *line)
{
    for (size_t i = 0; i < line->problems.n; i++)
        if (!line->problems.at[i].remark)
            return true;
    return false;
}

static void refuse(struct ctx *c, struct import_line *line, size_t column, const struct problem *p)
{
    struct import_problem *own = VEC_PUSH(c->arena, line->problems);
    own->column = column;
    own->problem = *p;
    own->value = column < line->cell_count ? line->cells[column] : (str){0};
    line->outcome = IMPORT_REFUSED;
}

static size_t column_of_field(const struct import_work *w, const struct field *f)
{
    for (size_t i = 0; i < w->map.count; i++) {
        const struct import_column *col = &w->map.columns[i];
        if (f && col->target.field == f)
            return col->index;
        for (size_t k = 0; f && k < col->split.n; k++)
            if (col->split.at[k].field == f)
                return col->index;
    }
    return SIZE_MAX;
}

static const struct field *field_of(const struct object *o, str pointer)
{
    str rest = str_cut(pointer, 1, pointer.n), name;
    str_split(&rest, '/', &name);
    return object_field(o, name);
}

/* A customer out of his sight has the number: as a form says it, at the cell. False: it is not for
 * a number, or he sees whose it is. */
static bool refuse_taken(struct import_work *w, struct ctx *c, struct import_line *line)
{
    const struct object *o = w->map.object;
    const struct match *best = line->candidates.n ? &line->candidates.at[0] : NULL;
    struct record *seen;
    bool any = false;
    if (!best || !best->certain || record_get(c, o, best->id, OP_READ, &seen) == OK)
        return false;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        bool given = f->identity.n && import_given(line, f, 0).kind == VALUE_TEXT;
        for (size_t k = 0; given && k < best->reason_count; k++) {
            if (!str_eqz(str_from(best->reasons[k]), match_reason_of(f)))
                continue;
            struct problem p = {.code = "import_taken",
                                .pointer = import_field_path(c->arena, o, f)};
            refuse(c, line, column_of_field(w, f), &p);
            any = true;
        }
    }
    return any;
}

/* What a write said, in the words of the row. */
static void refuse_write(
    struct import_work *w, struct ctx *c, struct import_line *line, err_t e, size_t problems_before)
{
    for (size_t i = problems_before; i < c->problems.list.n; i++) {
        struct problem p = c->problems.list.at[i];
        const struct field *f = field_of(line->writing, p.pointer);
        if (f)
            p.pointer = import_field_path(c->arena, w->map.object, f);
        refuse(c, line, column_of_field(w, f), &p);
    }
    if (c->problems.list.n == problems_before && !(e == ERR_DENIED && refuse_taken(w, c, line))) {
        struct problem p = {.code = e == ERR_CONFLICT ? "duplicate" : "import_denied"};
        refuse(c, line, SIZE_MAX, &p);
    }
    c->problems.list.n = problems_before;
}

static bool all_empty(const struct record *r, const struct field *f)
{
    for (unsigned p = 0; p < f->column_count; p++)
        if (record_cell(r, f, p).kind != VALUE_NULL)
            return false;
    return true;
}

static bool differs(const struct record *a, const struct record *b, const struct field *f)
{
    for (unsigned p = 0; p < f->column_count; p++)
        if (!value_eq(record_cell(a, f, p), record_cell(b, f, p)))
            return true;
    return false;
}

/* However it is written. */
static bool has_member(struct ctx *c, const str *members, size_t n, str one)
{
    str folded = text_fold(c->arena, one);
    for (size_t i = 0; i < n; i++)
        if (str_eq(text_fold(c->arena, members[i]), folded))
            return true;
    return false;
}

/* Labels add up: what the record has and what the row has. */
static void
unite(struct ctx *c, const struct record *before, struct record *given, const struct field *f)
{
    str *a, *b;
    size_t n = multi_members(c->arena, record_cell(before, f, 0), &a);
    size_t m = multi_members(c->arena, record_cell(given, f, 0), &b);
    str *all = ARENA_ARRAY(c->arena, str, n + m);
    size_t had = n;
    memcpy(all, a, n * sizeof *all);
    for (size_t i = 0; i < m; i++)
        if (!has_member(c, a, had, b[i]))
            all[n++] = b[i];
    given->cells[f->first_column] = multi_cell(c->arena, all, n);
}

bool import_choose_changes(
    struct ctx *c, const struct record *before, bool overwrite, struct record *given, bool *set)
{
    const struct object *o = before->object;
    bool any = false;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        set[i] = set[i] && f != o->created_at && !all_empty(given, f);
        if (!set[i])
            continue;
        if (f->multi && !all_empty(before, f))
            unite(c, before, given, f);
        else if (!overwrite && !all_empty(before, f))
            set[i] = false;
        set[i] = set[i] && differs(before, given, f);
        any = any || set[i];
    }
    return any;
}

static err_t
update(struct import_work *w, struct ctx *c, struct import_line *line, int64_t id, bool overwrite)
{
    const struct object *o = w->map.object;
    const struct write_options options = {
        .allow_duplicate = true, .quiet_refs = true, .joined = true};
    struct record *before, *given = record_copy(c->arena, line->given);
    bool *set = ARENA_ARRAY(c->arena, bool, o->field_count);
    /* Out of scope is refused alike whether anything would change or not: it tells nothing. */
    err_t e = record_get(c, o, id, OP_UPDATE, &before);
    if (e != OK)
        return e == ERR_NOT_FOUND ? ERR_DENIED : e;
    line->record = id;
    line->after = before;
    memcpy(set, line->set, o->field_count * sizeof *set);
    bool any = import_choose_changes(c, before, overwrite, given, set);
    any = import_add_notes(w, c, line, before, given, set) || any;
    if (!import_rescue(w, c, line, before, given, set) && !any) {
        line->outcome = IMPORT_SKIPPED;
        return OK;
    }
    line->changes = import_changes_json(c, before, given, set);
    struct given_cells cells = {given, set};
    return record_update_cells(c, o, id, &cells, &options, &line->after);
}

static err_t create(struct import_work *w, struct ctx *c, struct import_line *line, bool careful)
{
    const struct object *o = w->map.object;
    bool shared = line->candidates.n > 0 || import_has_office(c, line);
    const struct write_options options = {.allow_duplicate = shared,
                                          .quiet_refs = true,
                                          .keys_free = !careful && !shared,
                                          .imported = true,
                                          .joined = true};
    bool *set = ARENA_ARRAY(c->arena, bool, o->field_count);
    struct record *given = record_copy(c->arena, line->given);
    memcpy(set, line->set, o->field_count * sizeof *set);
    if (o->owner) {
        int64_t department;
        value owner = set[o->owner->index] ? record_cell(given, o->owner, 0) : V_ID(c->user);
        TRY(import_department(w->refs, c, owner.kind == VALUE_INT ? owner.i : 0, &department));
        given->cells[o->department->first_column] = V_ID(department);
        set[o->department->index] = true;
    }
    struct given_cells cells = {given, set};
    TRY(record_create_cells(c, o, &cells, &options, &line->after));
    line->record = record_id(line->after);
    return OK;
}

/* careful: a savepoint is around it, so that it may find out what is wrong. */
static err_t
write_line(struct import_work *w, struct ctx *c, struct import_line *line, bool careful)
{
    enum import_outcome wanted = line->outcome;
    bool fresh = wanted == IMPORT_CREATED, wrote = false;
    line->writing = w->map.object;
    TRY(fresh ? create(w, c, line, careful) : update(w, c, line, line->record, w->overwrite));
    TRY(import_beside_write(w, c, line, fresh, &wrote));
    if (wrote)
        line->outcome = wanted;
    return OK;
}

struct one_line {
    struct import_work *work;
    struct import_line *line;
};

static err_t write_alone(struct ctx *c, void *arg)
{
    struct one_line *one = arg;
    return write_line(one->work, c, one->line, true);
}

/* What is to be done with a row: its outcome, and the record it goes to. */
static void decide(struct import_work *w, struct import_line *line)
{
    const struct match *best = line->candidates.n ? &line->candidates.at[0] : NULL;
    bool same_file = line->same_as_line > 0;
    str choice = json_get_str(line->answer, "choice");
    int64_t id = 0;
    if (line->answer && str_eqz(choice, "update") &&
        str_to_int(json_get_str(line->answer, "id"), &id) == OK) {
        line->outcome = IMPORT_UPDATED;
        line->record = id;
        return;
    }
    if (line->answer && (str_eqz(choice, "create") || str_eqz(choice, "skip"))) {
        line->outcome = str_eqz(choice, "create") ? IMPORT_CREATED : IMPORT_SKIPPED;
        return;
    }
    bool certain = best && best->certain;
    line->record = certain ? best->id : 0;
    if (w->on_duplicate == IMPORT_ASK)
        line->outcome = same_file && certain && !line->asked ? IMPORT_MERGED
                        : best                               ? IMPORT_ASK
                                                             : IMPORT_CREATED;
    else if (!certain || w->on_duplicate == IMPORT_CREATED)
        line->outcome = IMPORT_CREATED;
    else if (w->on_duplicate == IMPORT_SKIPPED)
        line->outcome = IMPORT_SKIPPED;
    else
        line->outcome = same_file ? IMPORT_MERGED : IMPORT_UPDATED;
}

/* A refused row tells all that is wrong with it, what is missing too. */
static void refuse_missing(struct import_work *w, struct ctx *c, struct import_line *line)
{
    const struct object *o = w->map.object;
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        bool told = false;
        for (size_t k = 0; k < line->problems.n; k++)
            told = told || str_eq(line->problems.at[k].problem.pointer, f->name);
        if (told || !f->required || f->builtin || !field_stored(f) || f->readonly ||
            f->auto_prefix.n || f->fallback || !all_empty(line->given, f))
            continue;
        struct problem p = {.code = "required", .pointer = f->name};
        refuse(c, line, column_of_field(w, f), &p);
    }
}

static void tell_why_skipped(struct import_work *w, struct ctx *c, struct import_line *line)
{
    str earlier = arena_printf(c->arena, "%zu", line->same_as_line);
    if (line->total)
        import_remark(c, line, "import_skip_total", (str){0});
    else if (!line->filled)
        import_remark(c, line, "import_skip_empty", (str){0});
    else if (str_eqz(json_get_str(line->answer, "choice"), "skip"))
        import_remark(c, line, "import_skip_answer", (str){0});
    else if (line->same_as_line)
        import_remark(c, line, w->cards ? "import_skip_card" : "import_skip_line", earlier);
    else if (w->on_duplicate == IMPORT_SKIPPED)
        import_remark(c, line, "import_skip_known", (str){0});
    else
        import_remark(c, line, "import_skip_same", (str){0});
}

static err_t do_line(struct import_chunk *k, struct ctx *c, struct import_line *line)
{
    struct import_work *w = k->work;
    line->outcome = IMPORT_REFUSED;
    line->record = 0;
    line->after = NULL;
    line->changes = (str){0};
    for (size_t i = 0; i < line->beside.n; i++)
        line->beside.at[i].outcome = IMPORT_SKIPPED;
    if (!line->filled || line->total) {
        line->problems.n = 0; /* nobody is to correct it */
        line->outcome = IMPORT_SKIPPED;
        return OK;
    }
    if (import_line_refused(line)) {
        refuse_missing(w, c, line);
        return OK;
    }
    line->same_as_line = import_match_earlier(w, c, line);
    if (line->same_as_line >= k->first_line)
        TRY(import_match_again(w, c, line));
    decide(w, line);
    bool gone = w->dry && line->same_as_line && line->same_as_line < k->first_line;
    if (gone && line->outcome == IMPORT_CREATED && w->on_duplicate != IMPORT_CREATED) {
        /* the earlier row's record was undone with its chunk; the run will find it */
        line->outcome = w->on_duplicate == IMPORT_SKIPPED ? IMPORT_SKIPPED : IMPORT_MERGED;
        if (line->outcome == IMPORT_MERGED)
            import_beside_foresee(w, c, line);
        return OK;
    }
    if (line->outcome != IMPORT_ASK)
        import_match_remember(w, c, line);
    if (line->outcome == IMPORT_ASK || line->outcome == IMPORT_SKIPPED)
        return OK;
    struct one_line one = {w, line};
    size_t before = c->problems.list.n;
    err_t e = k->careful ? ctx_transact(c, write_alone, &one) : write_line(w, c, line, false);
    if (e == OK || err_is_fault(e) || !k->careful)
        return e;
    refuse_write(w, c, line, e, before);
    return OK;
}

err_t import_do_line(struct import_chunk *k, struct ctx *c, struct import_line *line)
{
    TRY(do_line(k, c, line));
    if (line->outcome == IMPORT_MERGED)
        import_remark(c, line, k->work->cards ? "import_merge_card" : "import_merge_line",
                      arena_printf(c->arena, "%zu", line->same_as_line));
    if (line->outcome == IMPORT_SKIPPED)
        tell_why_skipped(k->work, c, line);
    return OK;
}
