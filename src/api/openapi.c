#include "api/openapi_document.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

#include "base/asset.h"
#include "base/message.h"
#include "model/emit/openapi.h"

static const str COMPONENTS = S("#/components/");

static const json_t *load(struct arena *arena, const char *path)
{
    const struct asset *a = asset_find(str_from(path));
    json_t *tree = a ? json_loadb(a->bytes.p, a->bytes.n, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (!tree) {
        fprintf(stderr, "fatal: %s is missing or not JSON\n", path);
        abort();
    }
    return json_keep(arena, tree);
}

/* ---- text and references ---- */

void document_member(struct document *d, const char *key, str text)
{
    jw_key(d->w, str_from(key));
    jw_str(d->w, text);
}

str document_words(struct document *d, str key)
{
    const struct ctx *c = &d->call->ctx;
    const struct object *o = d->object;
    str args[] = {o ? o->label.text[c->lang] : S(""), o ? o->plural_label.text[c->lang] : S("")};
    return message_format(c->arena, c->lang, key, args, 2);
}

static str fill(struct document *d, str text)
{
    const str hole = S("{object}");
    size_t at = str_find(text, hole);
    if (at == SIZE_MAX || !d->object)
        return text;
    struct arena *arena = d->call->ctx.arena;
    return arena_concat(arena, arena_concat(arena, str_cut(text, 0, at), d->object->name),
                        str_cut(text, at + hole.n, text.n));
}

/* "#/components/schemas/Problem" is wanted from now on, and what it refers to itself. */
static void want(struct document *d, str reference)
{
    str rest = str_cut(reference, COMPONENTS.n, reference.n), section;
    if (map_put(d->call->ctx.arena, &d->wanted, rest, d))
        return;
    str_split(&rest, '/', &section);
    const json_t *found =
        json_object_getn(json_object_getn(d->components, section.p, section.n), rest.p, rest.n);
    const char *key;
    json_t *inner;
    VEC(const json_t *) open = {0};
    if (found)
        *VEC_PUSH(d->call->ctx.arena, open) = found;
    while (open.n) {
        const json_t *j = open.at[--open.n];
        size_t i;
        json_object_foreach((json_t *)j, key, inner)
        {
            if (strcmp(key, "$ref") == 0 && json_is_string(inner))
                want(d, json_str(inner));
            else
                *VEC_PUSH(d->call->ctx.arena, open) = inner;
        }
        json_array_foreach((json_t *)j, i, inner) * VEC_PUSH(d->call->ctx.arena, open) = inner;
    }
}

void document_reference(struct document *d, str section, str name)
{
    struct arena *arena = d->call->ctx.arena;
    str reference = arena_printf(arena, STR_FMT STR_FMT "/" STR_FMT, STR_ARG(COMPONENTS),
                                 STR_ARG(section), STR_ARG(name));
    want(d, reference);
    jw_open(d->w, '{');
    document_member(d, "$ref", reference);
    jw_close(d->w, '}');
}

/* A piece of the files, with its holes filled. */
void document_piece(struct document *d, const json_t *j)
{
    const char *key;
    json_t *inner;
    size_t i;
    if (json_is_object(j)) {
        jw_open(d->w, '{');
        json_object_foreach((json_t *)j, key, inner)
        {
            bool is_text = json_is_string(inner);
            jw_key(d->w, str_from(key));
            if (is_text && (strcmp(key, "description") == 0 || strcmp(key, "summary") == 0)) {
                jw_str(d->w, document_words(d, json_str(inner)));
            } else if (is_text && strcmp(key, "$ref") == 0) {
                str reference = fill(d, json_str(inner));
                want(d, reference);
                jw_str(d->w, reference);
            } else {
                document_piece(d, inner);
            }
        }
        jw_close(d->w, '}');
    } else if (json_is_array(j)) {
        jw_open(d->w, '[');
        json_array_foreach((json_t *)j, i, inner) document_piece(d, inner);
        jw_close(d->w, ']');
    } else {
        jw_tree(d->w, j);
    }
}

/* ---- who may ---- */

static bool may_change(const struct call *call, const struct object *o, enum op op)
{
    return !o->append_only && access_may(call->ctx.access, o, op);
}

static bool may(const struct call *call, const struct object *o, str need)
{
    bool create = access_may(call->ctx.access, o, OP_CREATE);
    if (!access_may(call->ctx.access, o, OP_READ))
        return false;
    if (str_eqz(need, "create"))
        return create;
    if (str_eqz(need, "update"))
        return may_change(call, o, OP_UPDATE);
    if (str_eqz(need, "delete"))
        return may_change(call, o, OP_DELETE);
    if (str_eqz(need, "write"))
        return create || may_change(call, o, OP_UPDATE) || may_change(call, o, OP_DELETE);
    if (str_eqz(need, "change"))
        return may_change(call, o, OP_UPDATE) || may_change(call, o, OP_DELETE);
    if (str_eqz(need, "export"))
        return access_may(call->ctx.access, o, OP_EXPORT);
    return true;
}

static bool shown(const struct document *d, const struct route *route)
{
    const json_t *op = json_object_get(d->operations, route->id);
    bool right = route->right == RIGHT_COUNT || access_right(d->call->ctx.access, route->right);
    return op && right && (!d->object || may(d->call, d->object, json_get_str(op, "needs")));
}

/* ---- all of them ---- */

static void lower(struct document *d, const char *method)
{
    char name[8];
    size_t n = strlen(method);
    for (size_t i = 0; i < n && i < sizeof name; i++)
        name[i] = (char)(method[i] + ('a' - 'A'));
    jw_key(d->w, (str){name, n});
}

static str path_of(struct document *d, const char *path)
{
    const str hole = S("/{plural}");
    str p = str_from(path);
    return d->object ? arena_printf(d->call->ctx.arena, "/" STR_FMT STR_FMT,
                                    STR_ARG(d->object->plural), STR_ARG(str_cut(p, hole.n, p.n)))
                     : p;
}

/* The operations of one path, at the first route that has it. */
static void write_path(struct document *d, size_t first)
{
    const char *path = ROUTES[first].path;
    bool begun = false;
    for (size_t i = 0; i < first; i++)
        if (strcmp(ROUTES[i].path, path) == 0)
            return;
    for (size_t i = first; i < ROUTE_COUNT; i++) {
        if (strcmp(ROUTES[i].path, path) != 0 || !shown(d, &ROUTES[i]))
            continue;
        if (!begun) {
            jw_key(d->w, path_of(d, path));
            jw_open(d->w, '{');
            begun = true;
        }
        lower(d, ROUTES[i].method);
        jw_open(d->w, '{');
        document_operation(d, &ROUTES[i]);
        jw_close(d->w, '}');
    }
    if (begun)
        jw_close(d->w, '}');
}

static void write_paths(struct document *d, const struct object *o)
{
    d->object = o;
    for (size_t i = 0; i < ROUTE_COUNT; i++)
        if (str_starts(str_from(ROUTES[i].path), S("/{plural}")) == (o != NULL))
            write_path(d, i);
    d->object = NULL;
}

static struct openapi_field field_for(const void *who, const struct field *f)
{
    enum field_access of_all = access_field(who, f), of_own = access_field_own(who, f);
    return (struct openapi_field){
        .masked = of_all == FIELD_MASK || of_own == FIELD_MASK,
        .clear = of_own >= FIELD_READ,
        .writable = of_own == FIELD_WRITE,
    };
}

static void write_object_schemas(struct document *d, const struct object *o)
{
    static const struct {
        const char *suffix;
        void (*write)(const struct openapi_view *, const struct object *, struct jw *);
    } shapes[] = {
        {"", openapi_read_schema},
        {".new", openapi_new_schema},
        {".change", openapi_change_schema},
    };
    const struct ctx *c = &d->call->ctx;
    struct openapi_view view = {c->lang, field_for, c->access};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        str name = arena_concat(c->arena, o->name, str_from(shapes[i].suffix));
        if (!map_get(&d->wanted, arena_concat(c->arena, S("schemas/"), name)))
            continue;
        jw_key(d->w, name);
        shapes[i].write(&view, o, d->w);
    }
}

/* A problem reply has no more to it than its words. */
static void write_response(struct document *d, const json_t *response)
{
    jw_open(d->w, '{');
    document_member(d, "description", document_words(d, json_get_str(response, "description")));
    if (!json_get_bool(response, "empty", false)) {
        jw_key(d->w, S("content"));
        jw_raw(d->w, S("{\"application/problem+json\":{\"schema\":"
                       "{\"$ref\":\"#/components/schemas/Problem\"}}}"));
    }
    jw_close(d->w, '}');
}

static void write_components(struct document *d)
{
    const char *section, *name;
    json_t *all, *one;
    want(d, S("#/components/schemas/Problem"));
    jw_key(d->w, S("components"));
    jw_open(d->w, '{');
    json_object_foreach((json_t *)d->components, section, all)
    {
        bool responses = strcmp(section, "responses") == 0;
        bool always = strcmp(section, "securitySchemes") == 0;
        jw_key(d->w, str_from(section));
        jw_open(d->w, '{');
        json_object_foreach(all, name, one)
        {
            str path = arena_printf(d->call->ctx.arena, "%s/%s", section, name);
            if (!always && !map_get(&d->wanted, path))
                continue;
            jw_key(d->w, str_from(name));
            if (responses)
                write_response(d, one);
            else
                document_piece(d, one);
        }
        for (size_t i = 0; strcmp(section, "schemas") == 0 && i < d->call->ctx.model->object_count;
             i++)
            write_object_schemas(d, d->call->ctx.model->objects[i]);
        jw_close(d->w, '}');
    }
    jw_close(d->w, '}');
}

static void write_tags(struct document *d)
{
    struct arena *arena = d->call->ctx.arena;
    jw_key(d->w, S("tags"));
    jw_open(d->w, '[');
    for (size_t i = 0; i < d->tags.n; i++) {
        jw_open(d->w, '{');
        document_member(d, "name", d->tags.at[i]);
        document_member(d, "description",
                        document_words(d, arena_concat(arena, S("tag_"), d->tags.at[i])));
        jw_close(d->w, '}');
    }
    jw_close(d->w, ']');
}

static void write_info(struct document *d)
{
    document_member(d, "openapi", S("3.1.0"));
    jw_key(d->w, S("info"));
    jw_open(d->w, '{');
    document_member(d, "title", S("Renmai API"));
    document_member(d, "version", S(RENMAI_VERSION));
    document_member(d, "description", document_words(d, S("doc_api")));
    jw_key(d->w, S("contact"));
    jw_raw(d->w, S("{\"name\":\"Renmai\"}"));
    jw_key(d->w, S("license"));
    jw_raw(d->w, S("{\"name\":\"AGPL-3.0-or-later\",\"identifier\":\"AGPL-3.0-or-later\"}"));
    jw_close(d->w, '}');
    jw_key(d->w, S("servers"));
    jw_raw(d->w, S("[{\"url\":\"/api/v1\"}]"));
}

void openapi_write(struct call *call, struct jw *w)
{
    struct arena *arena = call->ctx.arena;
    const struct model *m = call->ctx.model;
    struct document d = {
        .call = call,
        .w = w,
        .operations = load(arena, "openapi/operations.json"),
        .components = load(arena, "openapi/components.json"),
    };
    jw_open(w, '{');
    write_info(&d);
    jw_key(w, S("paths"));
    jw_open(w, '{');
    write_paths(&d, NULL);
    for (size_t i = 0; i < m->object_count; i++)
        if (!m->objects[i]->internal)
            write_paths(&d, m->objects[i]);
    jw_close(w, '}');
    write_components(&d);
    write_tags(&d);
    jw_close(w, '}');
}

err_t openapi_get(struct call *call)
{
    unsigned char digest[16];
    char hex[sizeof digest * 2 + 1];
    openapi_write(call, &call->out);
    str text = buf_str(&call->reply->body);
    crypto_generichash(digest, sizeof digest, (const unsigned char *)text.p, text.n, NULL, 0);
    sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
    str etag = arena_printf(call->ctx.arena, "\"%s\"", hex);
    if (str_eq(http_header(call->request, "If-None-Match"), etag)) {
        buf_clear(&call->reply->body);
        call->reply->status = 304;
    }
    call_header(call, "ETag", etag);
    return OK;
}
