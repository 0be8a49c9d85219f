#include "model/emit/openapi.h"

#include "model/field/types.h"

static void text(struct jw *w, const char *key, str s)
{
    if (!s.n)
        return;
    jw_key(w, str_from(key));
    jw_str(w, s);
}

static bool writable(const struct openapi_view *v, const struct field *f)
{
    return v->field(v->who, f).writable && !f->readonly && !f->computed;
}

static bool readable(const struct openapi_view *v, const struct field *f)
{
    struct openapi_field may = v->field(v->who, f);
    return (may.masked || may.clear) && f != f->object->deleted_at;
}

/* A value, a mask, or now this and now that. */
static void write_value(struct openapi_field may, const struct field *f, struct jw *w)
{
    if (may.masked && may.clear) {
        jw_key(w, S("anyOf"));
        jw_open(w, '[');
        jw_open(w, '{');
        f->shape->schema(f, w);
        jw_close(w, '}');
        jw_raw(w, S("{\"type\":\"string\"}"));
        jw_close(w, ']');
    } else if (may.masked) {
        schema_type(w, "string", NULL);
    } else {
        f->shape->schema(f, w);
    }
}

/* A default that is a word (now, today, me) or looks for a record. */
static bool known_later(const struct field *f)
{
    bool dated = f->shape == &FIELD_INSTANT || f->shape == &FIELD_DATE;
    return f->first || (json_is_string(f->fallback) && (f->target || dated));
}

static void
write_field(const struct openapi_view *v, const struct field *f, bool reading, struct jw *w)
{
    jw_key(w, f->name);
    jw_open(w, '{');
    text(w, "title", f->label.text[v->lang]);
    text(w, "description", f->help.text[v->lang]);
    if (reading)
        write_value(v->field(v->who, f), f, w);
    else
        f->shape->schema(f, w);
    if (reading && !writable(v, f)) {
        jw_key(w, S("readOnly"));
        jw_bool(w, true);
    }
    if (!reading && f->fallback && !known_later(f)) {
        jw_key(w, S("default"));
        jw_tree(w, f->fallback);
    }
    jw_close(w, '}');
}

/* What a new record cannot be without: nobody else fills it in. */
static bool needed(const struct openapi_view *v, const struct field *f)
{
    return f->required && writable(v, f) && !f->fallback && !f->auto_prefix.n &&
           f != f->object->owner;
}

static void open_schema(const struct openapi_view *v, const struct object *o, struct jw *w)
{
    jw_open(w, '{');
    text(w, "title", o->label.text[v->lang]);
    jw_key(w, S("type"));
    jw_str(w, S("object"));
    jw_key(w, S("additionalProperties"));
    jw_bool(w, false);
}

static void close_schema(struct jw *w)
{
    jw_close(w, '}');
    jw_close(w, '}');
}

void openapi_read_schema(const struct openapi_view *v, const struct object *o, struct jw *w)
{
    bool masked = false;
    open_schema(v, o, w);
    jw_key(w, S("required"));
    jw_raw(w, S("[\"id\",\"version\"]"));
    jw_key(w, S("properties"));
    jw_open(w, '{');
    for (size_t i = 0; i < o->field_count; i++) {
        if (!readable(v, o->fields[i]))
            continue;
        masked |= v->field(v->who, o->fields[i]).masked;
        write_field(v, o->fields[i], true, w);
    }
    if (masked) {
        jw_key(w, S("_masked"));
        jw_raw(w, S("{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"readOnly\":true}"));
    }
    jw_key(w, S("_may"));
    jw_raw(w, S("{\"type\":\"array\",\"items\":{\"enum\":[\"update\",\"delete\"]},"
                "\"readOnly\":true}"));
    close_schema(w);
}

static void write_members(const struct openapi_view *v, const struct object *o, struct jw *w)
{
    jw_key(w, S("properties"));
    jw_open(w, '{');
    for (size_t i = 0; i < o->field_count; i++)
        if (writable(v, o->fields[i]))
            write_field(v, o->fields[i], false, w);
    close_schema(w);
}

void openapi_new_schema(const struct openapi_view *v, const struct object *o, struct jw *w)
{
    open_schema(v, o, w);
    jw_key(w, S("required"));
    jw_open(w, '[');
    for (size_t i = 0; i < o->field_count; i++)
        if (needed(v, o->fields[i]))
            jw_str(w, o->fields[i]->name);
    jw_close(w, ']');
    write_members(v, o, w);
}

void openapi_change_schema(const struct openapi_view *v, const struct object *o, struct jw *w)
{
    open_schema(v, o, w);
    write_members(v, o, w);
}
