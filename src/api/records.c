#include "api/records.h"

#include "base/limits.h"
#include "core/change.h"
#include "core/merge.h"

enum { FAST_COUNT = 10000 };

static err_t write_count(struct call *call, const struct list_params *p, bool exact)
{
    int64_t n;
    int64_t ceiling = exact ? 0 : FAST_COUNT;
    TRY(record_count(&call->ctx, &p->query, ceiling, &n));
    jw_open(&call->out, '{');
    jw_key(&call->out, S("value"));
    jw_int(&call->out, !exact && n > ceiling ? ceiling : n);
    jw_key(&call->out, S("exact"));
    jw_bool(&call->out, (exact || n <= ceiling) && !p->more_hits);
    jw_close(&call->out, '}');
    return OK;
}

err_t records_list(struct call *call)
{
    const struct object *o;
    struct list_params p;
    struct list_page page;
    TRY(call_object(call, &o));
    TRY(list_params(call, o, NULL, &p));
    p.query.fields = p.fields;
    p.query.field_count = p.field_count;
    TRY(ctx_in_time(&call->ctx));
    bool ranked = p.words && p.query.sort_count == 0;
    TRY(ranked ? list_ranked(call, &p, &page) : record_list(&call->ctx, &p.query, &page));
    call_begin(call, 200);
    TRY(record_write_list(&call->ctx, page.records, page.count, p.fields, p.field_count,
                          &call->out));
    jw_key(&call->out, S("has_more"));
    jw_bool(&call->out, page.has_more);
    jw_key(&call->out, S("next"));
    if (page.has_more)
        jw_str(&call->out, page.next);
    else
        jw_null(&call->out);
    jw_key(&call->out, S("count"));
    TRY(ctx_in_time(&call->ctx));
    if (p.count != COUNT_NONE)
        TRY(write_count(call, &p, p.count == COUNT_EXACT));
    else
        jw_null(&call->out);
    jw_key(&call->out, S("titles"));
    TRY(ctx_in_time(&call->ctx));
    TRY(record_titles(&call->ctx, page.records, page.count, &call->out));
    call_end(call);
    return OK;
}

err_t records_count(struct call *call)
{
    const struct object *o;
    struct list_params p;
    TRY(call_object(call, &o));
    TRY(list_params(call, o, call->body, &p));
    call_begin(call, 200);
    TRY(write_count(call, &p, true));
    call_end(call);
    return OK;
}

/* Who looks for a record that was merged into another is shown the way. */
static err_t tell_merged(struct ctx *c, const struct object *o, int64_t id)
{
    int64_t into;
    struct record *kept;
    TRY(merge_into(c, id, &into));
    if (into && record_get(c, o, into, OP_READ, &kept) == OK)
        problem_add_str(&c->problems, S(""), "merged", o->label.text[c->lang],
                        arena_printf(c->arena, "%lld", (long long)into), (str){0});
    return OK;
}

static err_t unknown_param(void *context, str name, str unused)
{
    struct call *call = context;
    (void)unused;
    problem_add_str(&call->ctx.problems, name, "unknown_parameter", name, (str){0}, (str){0});
    return ERR_INVALID;
}

err_t records_get(struct call *call)
{
    const struct object *o;
    int64_t id;
    struct record *r;
    TRY(call_object(call, &o));
    TRY(call_id(call, 1, &id));
    TRY(http_params(call->request, unknown_param, call));
    err_t e = record_get(&call->ctx, o, id, OP_READ, &r);
    if (e == ERR_NOT_FOUND)
        TRY(tell_merged(&call->ctx, o, id));
    TRY(e);
    return call_record(call, 200, r);
}

err_t records_create(struct call *call)
{
    const struct object *o;
    struct record *r;
    str duplicates;
    TRY(call_object(call, &o));
    TRY(call_query(call, "duplicates", &duplicates));
    struct write_options options = {.allow_duplicate = str_eqz(duplicates, "allow")};
    TRY(record_create(&call->ctx, o, call->body, &options, &r));
    call_header(call, "Location",
                arena_printf(call->ctx.arena, "/api/v1/" STR_FMT "/%lld", STR_ARG(o->plural),
                             (long long)record_id(r)));
    return call_record(call, 201, r);
}

/* A stale write is told what the record is now, if it may be read. */
static err_t stale(struct call *call, err_t e, struct record *current)
{
    struct record *visible;
    if (e != ERR_CONFLICT || !current ||
        record_get(&call->ctx, current->object, record_id(current), OP_READ, &visible) != OK)
        return e;
    AUTO_BUF out;
    buf_init(&out, LIMIT_RESPONSE_BYTES);
    struct jw w = {.out = &out};
    record_write_json(&call->ctx, visible, NULL, 0, &w);
    call->extra_name = "current";
    call->extra = arena_str(call->ctx.arena, buf_str(&out));
    return e;
}

err_t records_update(struct call *call)
{
    const struct object *o;
    int64_t id, version;
    struct record *r = NULL;
    TRY(call_object(call, &o));
    TRY(call_id(call, 1, &id));
    TRY(call_version(call, &version));
    err_t e = record_update(&call->ctx, o, id, version, call->body, NULL, &r);
    return e == OK ? call_record(call, 200, r) : stale(call, e, r);
}

err_t records_delete(struct call *call)
{
    const struct object *o;
    int64_t id, version;
    struct record *r = NULL;
    TRY(call_object(call, &o));
    TRY(call_id(call, 1, &id));
    TRY(call_version(call, &version));
    err_t e = record_delete(&call->ctx, o, id, version, &r);
    if (e != OK)
        return stale(call, e, r);
    call->reply->status = 204;
    return OK;
}

err_t records_restore(struct call *call)
{
    const struct object *o;
    int64_t id;
    struct record *r;
    TRY(call_object(call, &o));
    TRY(call_id(call, 1, &id));
    TRY(record_restore(&call->ctx, o, id, &r));
    return call_record(call, 200, r);
}

/* The value behind a mask, for who has the right; it is written to the log that he looked. */
struct reveal {
    const struct object *object;
    const struct field *field;
    int64_t id;
    struct record *record;
};

static err_t reveal_work(struct ctx *c, void *arg)
{
    struct reveal *r = arg;
    TRY(record_get(c, r->object, r->id, OP_READ, &r->record));
    return change_append_reveal(c, r->record, r->field);
}

err_t records_reveal(struct call *call)
{
    struct reveal r = {0};
    struct ctx *c = &call->ctx;
    str name;
    TRY(call_object(call, &r.object));
    TRY(call_id(call, 1, &r.id));
    TRY(call_text(call, "field", true, &name));
    r.field = object_field(r.object, name);
    if (!r.field || !field_stored(r.field) || access_field(c->access, r.field) == FIELD_HIDDEN) {
        problem_add_str(&c->problems, S("/field"), "unknown_field", name, (str){0}, (str){0});
        return ERR_INVALID;
    }
    if (access_field(c->access, r.field) != FIELD_MASK) {
        problem_add_str(&c->problems, S("/field"), "not_masked", name, (str){0}, (str){0});
        return ERR_INVALID;
    }
    TRY(ctx_transact(c, reveal_work, &r));
    call_begin(call, 200);
    jw_open(&call->out, '{');
    jw_key(&call->out, S("field"));
    jw_str(&call->out, name);
    jw_key(&call->out, S("value"));
    field_write(r.field, &r.record->cells[r.field->first_column], &call->out);
    jw_close(&call->out, '}');
    call_end(call);
    return OK;
}
