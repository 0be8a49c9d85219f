/* Refused rows that have been corrected and come back: a file with the headings of an earlier
 * import and the column of reasons behind them is read as that import was. */
#include "core/import_internal.h"

#include "base/message.h"
#include "core/import_words.h"
#include "text/text.h"

enum { LOOKED_AT = 50, HEADING_CHARS = 200 };

str import_heading(struct ctx *c, const struct object *o, const json_t *column)
{
    struct import_target target = {0};
    str own = json_get_str(column, "header"), field = json_get_str(column, "field");
    if (!own.n && field.n && import_target_find(c, o, field, &target) == OK)
        own = target.field->label.text[c->lang];
    return utf8_prefix(own, HEADING_CHARS);
}

static json_t *at(const json_t *columns, size_t i)
{
    return json_array_get(columns, i);
}

static bool
same_headings(struct ctx *c, const struct object *o, const json_t *fresh, const json_t *old)
{
    for (size_t i = 0; i < json_array_size(old); i++)
        if (!str_eq(json_get_str(at(fresh, i), "header"),
                    text_trim(import_heading(c, o, at(old, i)))))
            return false;
    return true;
}

/* How the columns were read; what is in them is the new file's. */
static void take_columns(json_t *fresh, const json_t *old)
{
    static const char *const members[] = {"field", "split", "translate", "default", "date_order"};
    for (size_t i = 0; i < json_array_size(old); i++) {
        for (size_t k = 0; k < sizeof members / sizeof *members; k++) {
            json_t *was = json_object_get(at(old, i), members[k]);
            if (was)
                json_object_set(at(fresh, i), members[k], was);
        }
        json_object_set_new(at(fresh, i), "confidence", json_real(1));
    }
}

static void take_text(const struct record *r, const char *field, json_t *body)
{
    str text = import_text(r, field);
    if (text.n)
        json_object_set_new(body, field, json_stringn(text.p, text.n));
}

/* It was run, refused rows, and its columns still are what the model has. */
static bool fits(struct ctx *c, const struct object *o, const struct record *r, const json_t *fresh)
{
    const json_t *old = import_json(c, r, "columns");
    struct import_map map;
    if (!str_eq(import_text(r, "object"), o->name) ||
        !import_in_state(r, "checked done cancelled") || !import_int(r, "refused") ||
        json_array_size(old) + 1 != json_array_size(fresh) || !same_headings(c, o, fresh, old))
        return false;
    size_t problems = c->problems.list.n;
    bool good = import_map_read(c, o, old, &map) == OK;
    c->problems.list.n = problems;
    return good;
}

err_t import_go_on(struct ctx *c, const struct object *o, json_t *body)
{
    json_t *fresh = json_object_get(body, "columns");
    size_t n = json_array_size(fresh);
    struct list_query q = {.object = import_object(c), .limit = LOOKED_AT, .op = OP_READ};
    struct list_page page;
    if (!n || !import_is_reason(c->arena, json_get_str(at(fresh, n - 1), "header")))
        return OK;
    const struct access *mine = c->access;
    if (c->user)
        q.where = condition_ids(c->arena, import_object(c)->owner, &c->user, 1);
    c->access = NULL;
    err_t e = record_list(c, &q, &page);
    c->access = mine;
    TRY(e);
    for (size_t i = 0; i < page.count; i++) {
        const struct record *r = page.records[i];
        if (!fits(c, o, r, fresh))
            continue;
        take_columns(fresh, import_json(c, r, "columns"));
        take_text(r, "policy", body);
        take_text(r, "source", body);
        json_object_set_new(body, "strict", json_boolean(import_flag(r, "strict")));
        return OK;
    }
    return OK;
}
