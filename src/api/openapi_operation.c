#include <string.h>

#include "api/openapi_document.h"

static bool writes(const struct route *route)
{
    return strcmp(route->method, "GET") != 0;
}

static void write_tag(struct document *d, str tag)
{
    size_t i = 0;
    while (i < d->tags.n && !str_eq(d->tags.at[i], tag))
        i++;
    if (i == d->tags.n)
        *VEC_PUSH(d->call->ctx.arena, d->tags) = tag;
    jw_key(d->w, S("tags"));
    jw_open(d->w, '[');
    jw_str(d->w, tag);
    jw_close(d->w, ']');
}

/* {…} of the path, what the operation lists, what all have. */
static void write_parameters(struct document *d, const struct route *route, const json_t *op)
{
    const str section = S("parameters");
    str rest = str_from(route->path), part;
    size_t i;
    json_t *name;
    jw_key(d->w, section);
    jw_open(d->w, '[');
    while (str_split(&rest, '/', &part))
        if (part.n > 2 && part.p[0] == '{' && !str_eqz(part, "{plural}"))
            document_reference(d, section, str_cut(part, 1, part.n - 1));
    json_array_foreach(json_object_get(op, "parameters"), i, name)
        document_reference(d, section, json_str(name));
    if (writes(route) && route->need != NEED_NOTHING) {
        document_reference(d, section, S("X-CSRF-Token"));
        if (route->once)
            document_reference(d, section, S("Idempotency-Key"));
    }
    document_reference(d, section, S("Accept-Language"));
    jw_close(d->w, ']');
}

static void write_body(struct document *d, const struct route *route, const json_t *op)
{
    const json_t *body = json_object_get(op, "body");
    if (!body)
        return;
    jw_key(d->w, S("requestBody"));
    jw_open(d->w, '{');
    jw_key(d->w, S("required"));
    jw_bool(d->w, true);
    jw_key(d->w, S("content"));
    jw_open(d->w, '{');
    jw_key(d->w, route->upload ? S("application/octet-stream") : S("application/json"));
    jw_open(d->w, '{');
    jw_key(d->w, S("schema"));
    document_piece(d, body);
    jw_close(d->w, '}');
    jw_close(d->w, '}');
    jw_close(d->w, '}');
}

/* {"data": schema}, and the titles of a record's refs. */
static void write_envelope(struct document *d, const json_t *data)
{
    jw_open(d->w, '{');
    document_member(d, "type", S("object"));
    jw_key(d->w, S("required"));
    jw_raw(d->w, data ? S("[\"data\"]") : S("[\"data\",\"titles\"]"));
    jw_key(d->w, S("additionalProperties"));
    jw_bool(d->w, false);
    jw_key(d->w, S("properties"));
    jw_open(d->w, '{');
    jw_key(d->w, S("data"));
    if (data) {
        document_piece(d, data);
    } else {
        document_reference(d, S("schemas"), d->object->name);
        jw_key(d->w, S("titles"));
        document_reference(d, S("schemas"), S("Titles"));
    }
    jw_close(d->w, '}');
    jw_close(d->w, '}');
}

static void write_content(struct document *d, const json_t *op, const json_t *reply)
{
    const json_t *schema = json_object_get(reply, "schema");
    str type = json_get_str(op, "reply_type");
    jw_key(d->w, S("content"));
    jw_open(d->w, '{');
    jw_key(d->w, type.n ? type : S("application/json"));
    jw_open(d->w, '{');
    jw_key(d->w, S("schema"));
    if (schema)
        document_piece(d, schema);
    else
        write_envelope(d, json_object_get(reply, "data"));
    jw_close(d->w, '}');
    jw_close(d->w, '}');
}

static void write_headers(struct document *d, const struct route *route, const json_t *op)
{
    size_t i;
    json_t *name;
    const json_t *headers = json_object_get(op, "headers");
    if (!headers && !route->once)
        return;
    jw_key(d->w, S("headers"));
    jw_open(d->w, '{');
    json_array_foreach(headers, i, name)
    {
        jw_key(d->w, json_str(name));
        document_reference(d, S("headers"), json_str(name));
    }
    if (route->once) {
        jw_key(d->w, S("Idempotent-Replayed"));
        document_reference(d, S("headers"), S("Idempotent-Replayed"));
    }
    jw_close(d->w, '}');
}

static void write_error(struct document *d, int status)
{
    str name = arena_printf(d->call->ctx.arena, "%d", status);
    jw_key(d->w, name);
    document_reference(d, S("responses"), name);
}

/* The problems that the operation names, and those that its kind can have. */
static void write_errors(struct document *d, const struct route *route, const json_t *op)
{
    bool path_param = strchr(route->path, '{') != NULL, body = json_object_get(op, "body") != NULL;
    bool known = route->need != NEED_NOTHING, write = writes(route);
    const struct {
        int status;
        bool applies;
    } usual[] = {
        {400, true},          {401, known},       {403, known}, {404, path_param}, {413, write},
        {415, write && body}, {422, route->once}, {429, known}, {503, true},       {507, write},
    };
    size_t i;
    json_t *status;
    for (i = 0; i < sizeof usual / sizeof *usual; i++)
        if (usual[i].applies)
            write_error(d, usual[i].status);
    json_array_foreach(json_object_get(op, "errors"), i, status)
        write_error(d, (int)json_integer_value(status));
}

static void write_replies(struct document *d, const struct route *route, const json_t *op)
{
    const char *status;
    json_t *reply;
    jw_key(d->w, S("responses"));
    jw_open(d->w, '{');
    json_object_foreach(json_object_get(op, "replies"), status, reply)
    {
        jw_key(d->w, str_from(status));
        jw_open(d->w, '{');
        document_member(d, "description", document_words(d, json_get_str(op, "summary")));
        write_headers(d, route, op);
        if (json_is_object(reply))
            write_content(d, op, reply);
        jw_close(d->w, '}');
    }
    if (json_get_bool(op, "cached", false)) {
        jw_key(d->w, S("304"));
        document_reference(d, S("responses"), S("304"));
    }
    write_errors(d, route, op);
    jw_close(d->w, '}');
}

static void write_security(struct document *d, const struct route *route)
{
    jw_key(d->w, S("security"));
    jw_raw(d->w, route->need == NEED_NOTHING   ? S("[]")
                 : route->need == NEED_BROWSER ? S("[{\"session\":[]}]")
                                               : S("[{\"token\":[]},{\"session\":[]}]"));
}

void document_operation(struct document *d, const struct route *route)
{
    const json_t *op = json_object_get(d->operations, route->id);
    const struct object *o = d->object;
    str id = str_from(route->id);
    if (o)
        id = arena_printf(d->call->ctx.arena, STR_FMT "_" STR_FMT, STR_ARG(id), STR_ARG(o->plural));
    document_member(d, "operationId", id);
    document_member(d, "summary", document_words(d, json_get_str(op, "summary")));
    document_member(d, "description", document_words(d, json_get_str(op, "description")));
    write_tag(d, o ? o->module : json_get_str(op, "tag"));
    write_security(d, route);
    write_parameters(d, route, op);
    write_body(d, route, op);
    write_replies(d, route, op);
}
