#include "model/emit/screen.h"

#include "base/json.h"
#include "model/field_type.h"

static void text(struct jw *w, const char *key, str s)
{
    jw_key(w, str_from(key));
    jw_str(w, s);
}

static void flag(struct jw *w, const char *key, bool v)
{
    jw_key(w, str_from(key));
    jw_bool(w, v);
}

static void number_or_null(struct jw *w, const char *key, bool has, double v)
{
    jw_key(w, str_from(key));
    if (has)
        jw_real(w, v);
    else
        jw_null(w);
}

static void write_choices(const struct screen_view *view, const struct field *f, struct jw *w)
{
    if (!f->choice_count)
        return;
    jw_key(w, S("choices"));
    jw_open(w, '[');
    for (size_t i = 0; i < f->choice_count; i++) {
        jw_open(w, '{');
        text(w, "key", f->choices[i].key);
        text(w, "label", f->choices[i].label.text[view->lang]);
        text(w, "color", f->choices[i].color);
        flag(w, "retired", f->choices[i].retired);
        jw_close(w, '}');
    }
    jw_close(w, ']');
}

static bool filterable(const struct field *f)
{
    static const char *const never[] = {"json", "rich_text", "file", "image"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (str_eqz(str_from(f->shape->name), never[i]))
            return false;
    return field_stored(f);
}

static void write_field(const struct screen_view *view,
                        const struct field *f,
                        struct screen_field can,
                        struct jw *w)
{
    enum lang lang = view->lang;
    jw_open(w, '{');
    text(w, "name", f->name);
    text(w, "type", str_from(f->type->name));
    text(w, "result", str_from(f->shape->name));
    text(w, "label", f->label.text[lang]);
    text(w, "help", f->help.text[lang]);
    flag(w, "required", f->required);
    flag(w, "unique", f->unique);
    flag(w, "multi", f->multi);
    flag(w, "system", f->builtin);
    flag(w, "custom", f->custom);
    flag(w, "computed", f->computed || f->readonly);
    flag(w, "hidden", f->hidden);
    flag(w, "expected", f->expected);
    text(w, "access", str_from(can.access));
    flag(w, "sortable", f->shape->sortable && can.clear && field_stored(f));
    flag(w, "filterable", can.clear && filterable(f));
    write_choices(view, f, w);
    jw_key(w, S("target"));
    if (f->target)
        jw_str(w, f->target->name);
    else
        jw_null(w);
    jw_key(w, S("decimals"));
    jw_int(w, f->decimals);
    text(w, "currency", f->currency);
    number_or_null(w, "min", f->has_min, f->min);
    number_or_null(w, "max", f->has_max, f->max);
    number_or_null(w, "max_chars", f->max_chars > 0, f->max_chars);
    jw_key(w, S("default"));
    jw_tree(w, f->fallback);
    jw_close(w, '}');
}

/* Layouts as declared; the sections' labels in the caller's language. */
static void write_layouts(const struct screen_view *view, const struct object *o, struct jw *w)
{
    const json_t *layouts = json_object_get(o->definition, "layouts");
    json_t *shown = json_keep(view->arena, json_deep_copy(layouts));
    size_t i;
    json_t *section;
    json_array_foreach(json_object_get(shown, "form"), i, section)
    {
        json_t *label = json_object_get(section, "label");
        const json_t *mine = json_object_get(label, lang_tag(view->lang));
        if (json_is_string(mine))
            json_object_set_new(section, "label", json_deep_copy(mine));
    }
    jw_key(w, S("layouts"));
    if (shown)
        jw_tree(w, shown);
    else
        jw_raw(w, S("{}"));
    jw_key(w, S("menu"));
    jw_tree(w, json_object_get(o->definition, "menu"));
}

void screen_object(const struct screen_view *view, const struct object *o, struct jw *w)
{
    static const char *const roots[] = {"none", "self", "customer"};
    enum lang lang = view->lang;
    jw_open(w, '{');
    text(w, "name", o->name);
    text(w, "plural", o->plural);
    text(w, "label", o->label.text[lang]);
    text(w, "plural_label", o->plural_label.text[lang]);
    text(w, "module", o->module);
    flag(w, "custom", o->custom);
    text(w, "root", str_from(roots[o->root]));
    flag(w, "owned", o->owned);
    text(w, "title", o->title->name);
    flag(w, "append_only", o->append_only);
    flag(w, "guarded", o->guarded);
    flag(w, "importable", o->importable);
    if (o->import_with)
        text(w, "import_with", o->import_with->target->name);
    write_layouts(view, o, w);
    jw_key(w, S("rights"));
    view->rights(view->who, o, w);
    jw_key(w, S("fields"));
    jw_open(w, '[');
    for (size_t i = 0; i < o->field_count; i++) {
        struct screen_field can = view->field(view->who, o->fields[i]);
        if (can.access)
            write_field(view, o->fields[i], can, w);
    }
    jw_close(w, ']');
    jw_close(w, '}');
}
