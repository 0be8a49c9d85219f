/* Ways to reach somebody that a row brings are never dropped: what the record's own field has no
 * room for goes to another field of the kind, to the contact beside it, or to the notes. */
#include "core/import_reading.h"

#include <string.h>

#include "core/access.h"

static const struct field *own_of_kind(const struct object *o, const struct field *like)
{
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (f != like && f->type == like->type && f->identity.n && field_stored(f) &&
            str_eq(f->identity, like->identity))
            return f;
    }
    return NULL;
}

static bool is_mobile(const struct import_reading *r, value v)
{
    struct text_phone p;
    return v.kind == VALUE_TEXT && text_phone_parse(v.s, r->ctx->phone_region, &p) && p.mobile;
}

static const struct field *phone_of(struct import_reading *r, const struct object *o)
{
    for (size_t i = 0; i < o->field_count; i++) {
        const struct field *f = o->fields[i];
        if (f->identity.n && strcmp(f->type->name, "phone") == 0 && import_settable(r->ctx, f))
            return f;
    }
    return NULL;
}

static void set_phone(struct import_beside *b, const struct field *f, value v)
{
    b->given->cells[f->first_column] = v;
    b->set[f->index] = true;
}

void import_part_name(struct import_reading *r, struct import_beside *b)
{
    const struct field *phone = phone_of(r, b->object);
    value *title = &b->given->cells[b->object->title->first_column];
    struct text_phone found;
    size_t n = 0;
    if (!phone || b->set[phone->index] || title->kind != VALUE_TEXT ||
        text_phone_find(title->s, r->ctx->phone_region, &found, 1) != 1)
        return;
    while (n < title->s.n && title->s.p[n] != '+' && (title->s.p[n] < '0' || title->s.p[n] > '9'))
        n++;
    str name = str_trim(str_cut(title->s, 0, n));
    if (!name.n)
        return;
    set_phone(b, phone, V_TEXT(arena_str(r->ctx->arena, str_from(found.e164))));
    *title = V_TEXT(name);
    import_repaired(r);
}

void import_lend_mobile(struct import_reading *r, struct import_beside *b)
{
    const struct field *phone = phone_of(r, b->object);
    const struct field *own = phone ? own_of_kind(r->work->map.object, phone) : NULL;
    value v = own && !b->set[phone->index] ? import_given(r->line, own, 0) : V_NULL;
    if (is_mobile(r, v))
        set_phone(b, phone, v);
}

static bool brought_along(const struct import_line *line, value v)
{
    for (size_t i = 0; i < line->beside.n; i++) {
        const struct import_beside *b = &line->beside.at[i];
        for (size_t k = 0; k < b->object->field_count; k++)
            if (b->set[k] && b->object->fields[k]->identity.n &&
                value_eq(record_cell(b->given, b->object->fields[k], 0), v))
                return true;
    }
    return false;
}

struct rescue {
    struct import_work *work;
    struct ctx *ctx;
    struct import_line *line;
    const struct record *before;
    struct record *given;
    bool *set;
};

static bool may_write(const struct ctx *c, const struct field *f)
{
    return access_field_own(c->access, f) >= FIELD_WRITE;
}

static bool to_other_field(struct rescue *r, const struct field *f, value v)
{
    const struct field *other = own_of_kind(r->before->object, f);
    if (!other || !may_write(r->ctx, other) || r->set[other->index] ||
        record_cell(r->before, other, 0).kind != VALUE_NULL)
        return false;
    r->given->cells[other->first_column] = v;
    r->set[other->index] = true;
    import_remark(r->ctx, r->line, "import_kept_elsewhere", other->label.text[r->ctx->lang]);
    return true;
}

static bool to_notes(struct rescue *r, const struct field *f, value v)
{
    const struct field *notes = r->work->notes;
    struct field_context context = ctx_field(r->ctx, S(""));
    if (!notes || !may_write(r->ctx, notes))
        return false;
    str text = import_pair(r->ctx, f->label.text[r->ctx->lang], field_format(f, &context, &v));
    value had = record_cell(r->set[notes->index] ? r->given : r->before, notes, 0);
    if (had.kind == VALUE_TEXT && str_find(had.s, text) != SIZE_MAX)
        return false;
    if (had.kind == VALUE_TEXT)
        text = arena_printf(r->ctx->arena, STR_FMT "\n" STR_FMT, STR_ARG(had.s), STR_ARG(text));
    r->given->cells[notes->first_column] = V_TEXT(text);
    r->set[notes->index] = true;
    import_remark(r->ctx, r->line, "import_kept_elsewhere", notes->label.text[r->ctx->lang]);
    return true;
}

bool import_add_notes(struct import_work *w,
                      struct ctx *c,
                      const struct import_line *line,
                      const struct record *before,
                      struct record *given,
                      bool *set)
{
    const struct field *notes = w->notes;
    str rest = line->kept, all, one;
    if (!notes || !line->set[notes->index] || set[notes->index] || !may_write(c, notes))
        return false;
    if (line->same_as_line && record_cell(line->given, notes, 0).kind == VALUE_TEXT)
        rest = record_cell(line->given, notes, 0).s;
    value had = record_cell(before, notes, 0);
    all = had.kind == VALUE_TEXT ? had.s : (str){0};
    while (str_split(&rest, '\n', &one))
        if (str_trim(one).n && str_find(all, str_trim(one)) == SIZE_MAX) {
            all = arena_printf(c->arena, STR_FMT "\n" STR_FMT, STR_ARG(all), STR_ARG(one));
            set[notes->index] = true;
        }
    given->cells[notes->first_column] = V_TEXT(all);
    return set[notes->index];
}

/* Somebody else with the same number: the record keeps its name, who this is goes to the notes. */
static bool rescue_name(struct rescue *r)
{
    const struct record *given = r->line->given;
    const struct field *title = r->before->object->title;
    str had = match_cell(r->before, "name"), name = match_cell(given, "name");
    bool firm = match_is_company(r->before) || match_is_company(given);
    if (!had.n || !name.n || r->set[title->index] ||
        !import_is_colleague(r->ctx, r->line, r->before))
        return false;
    if (!firm && text_names_compare(r->ctx->arena, had, name, NULL) != TEXT_NAMES_DIFFER)
        return false;
    return to_notes(r, title, V_TEXT(name));
}

bool import_rescue(struct import_work *w,
                   struct ctx *c,
                   struct import_line *line,
                   const struct record *before,
                   struct record *given,
                   bool *set)
{
    struct rescue r = {w, c, line, before, given, set};
    bool any = false;
    for (size_t i = 0; i < before->object->field_count; i++) {
        const struct field *f = before->object->fields[i];
        value v = f->identity.n && line->set[i] ? record_cell(line->given, f, 0) : V_NULL;
        const struct field *other = own_of_kind(before->object, f);
        if (v.kind != VALUE_TEXT || set[i] || value_eq(v, record_cell(before, f, 0)) ||
            (other && value_eq(v, record_cell(before, other, 0))) || brought_along(line, v))
            continue;
        any = to_other_field(&r, f, v) || to_notes(&r, f, v) || any;
    }
    return (before->object->root == ROOT_SELF && rescue_name(&r)) || any;
}
