/* tests/golden: definitions in, what is made of them out. RENMAI_GOLDEN=write writes the results
 * anew; look at the difference before it is committed.
 *
 *   base/ *.json             objects that all cases stand on
 *   emit/CASE/object.json    ─► sqlite.sql, postgres.sql, openapi.json
 *   migrate/CASE/{old,new}.json ─► sqlite.sql, postgres.sql: the steps from old to new
 *   refuse/CASE.json         ─► CASE.want: every problem, "place code arguments" */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/test.h"
#include "model/emit/openapi.h"
#include "model/emit/screen.h"
#include "model/schema.h"

enum { MOST_DEFINITIONS = 8 };

/* The tests are run from the root of the source or from the folder of the build. */
static const char *root(void)
{
    DIR *here = opendir("tests/golden");
    if (!here)
        return "../tests/golden";
    closedir(here);
    return "tests/golden";
}

/* Empty when there is none. */
static str load(struct arena *arena, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return (str){0};
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = arena_alloc(arena, size + 1);
    assert_int_equal(fread(text, 1, size, file), size);
    fclose(file);
    return (str){text, size};
}

static void hold(struct arena *arena, const char *path, str got)
{
    const char *mode = getenv("RENMAI_GOLDEN");
    if (mode && strcmp(mode, "write") == 0) {
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_int_equal(fwrite(got.p, 1, got.n, file), got.n);
        assert_int_equal(fclose(file), 0);
        return;
    }
    str want = load(arena, path);
    if (!str_eq(got, want))
        print_error("%s differs\n", path);
    assert_str(got, arena_strz(arena, want));
}

struct definitions {
    struct definition list[MOST_DEFINITIONS];
    size_t n;
};

static void add(struct arena *arena, struct definitions *d, const char *path, const char *shown)
{
    assert_true(d->n < MOST_DEFINITIONS);
    str text = load(arena, path);
    if (!text.n)
        fail_msg("no %s", path);
    d->list[d->n++] = (struct definition){.path = str_from(shown), .text = text};
}

static void add_base(struct arena *arena, struct definitions *d)
{
    static const char *const base[] = {"user", "department", "customer"};
    for (size_t i = 0; i < sizeof base / sizeof *base; i++)
        add(arena, d, arena_printf(arena, "%s/base/%s.json", root(), base[i]).p, base[i]);
}

static err_t
make(struct arena *arena, const char *path, struct problems *problems, struct model **out)
{
    struct definitions d = {.n = 0};
    const char *slash = strrchr(path, '/');
    add_base(arena, &d);
    add(arena, &d, path, slash + 1);
    return model_load(d.list, d.n, 0, S("CNY"), problems, out);
}

static struct model *must_make(struct arena *arena, const char *path)
{
    struct model *m = NULL;
    struct problems problems = {.arena = arena};
    err_t e = make(arena, path, &problems, &m);
    for (size_t i = 0; i < problems.list.n; i++)
        print_error(STR_FMT " %s\n", STR_ARG(problems.list.at[i].pointer),
                    problems.list.at[i].code);
    assert_int_equal(e, OK);
    return m;
}

static void hold_steps(struct arena *arena,
                       const char *folder,
                       const struct schema *have,
                       const struct schema *want)
{
    static const char *const files[] = {[DB_SQLITE] = "sqlite", [DB_POSTGRES] = "postgres"};
    struct problems problems = {.arena = arena};
    for (enum db_kind kind = DB_SQLITE; kind <= DB_POSTGRES; kind++) {
        struct schema_plan plan = {.arena = arena};
        assert_int_equal(schema_diff(kind, have, want, &problems, &plan), OK);
        AUTO_BUF out;
        buf_init(&out, MIB);
        for (size_t i = 0; i < plan.steps.n; i++) {
            if (plan.steps.at[i].destructive)
                buf_addz(&out, "-- destructive\n");
            buf_add(&out, plan.steps.at[i].sql);
            buf_addz(&out, ";\n");
        }
        hold(arena, arena_printf(arena, "%s/%s.sql", folder, files[kind]).p, buf_str(&out));
    }
}

/* Names of a folder's entries that end so, in order. */
static size_t
entries(struct arena *arena, const char *folder, const char *end, const char *names[static 64])
{
    struct dirent **found;
    size_t n = 0;
    int count = scandir(folder, &found, NULL, alphasort);
    assert_true(count > 2);
    for (int i = 0; i < count; i++) {
        str name = str_from(found[i]->d_name);
        if (name.p[0] != '.' && str_ends(name, str_from(end)) && n < 64)
            names[n++] = arena_strz(arena, name);
        free(found[i]);
    }
    free(found);
    return n;
}

/* Masked one, hidden one, read-only one: by the field's name, as a role would say. */
static struct openapi_field field_for(const void *who, const struct field *f)
{
    (void)who;
    return (struct openapi_field){
        .masked = f->sensitive,
        .clear = !str_eqz(f->name, "secret"),
        .writable = !f->builtin && !str_eqz(f->name, "secret"),
    };
}

static void hold_json(struct arena *arena, const char *path, str json)
{
    json_t *tree = json_keep(arena, json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, NULL));
    assert_non_null(tree);
    char *text = json_dumps(tree, JSON_INDENT(2));
    hold(arena, path, arena_printf(arena, "%s\n", text));
    free(text);
}

static void hold_openapi(struct arena *arena, const char *folder, const struct object *o)
{
    static void (*const shapes[])(const struct openapi_view *, const struct object *,
                                  struct jw *) = {openapi_read_schema, openapi_new_schema,
                                                  openapi_change_schema};
    static const char *const names[] = {"", ".new", ".change"};
    struct openapi_view view = {LANG_ZH_CN, field_for, NULL};
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    jw_open(&w, '{');
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        jw_key(&w, arena_concat(arena, o->name, str_from(names[i])));
        shapes[i](&view, o, &w);
    }
    jw_close(&w, '}');
    hold_json(arena, arena_printf(arena, "%s/openapi.json", folder).p, buf_str(&out));
}

static struct screen_field screen_field_for(const void *who, const struct field *f)
{
    struct openapi_field may = field_for(who, f);
    if (!may.clear)
        return (struct screen_field){0};
    return (struct screen_field){may.masked     ? "mask"
                                 : may.writable ? "write"
                                                : "read",
                                 !may.masked};
}

static void rights_for(const void *who, const struct object *o, struct jw *w)
{
    (void)who, (void)o;
    jw_raw(w, S("{\"read\": true}"));
}

static void hold_screen(struct arena *arena, const char *folder, const struct object *o)
{
    struct screen_view view = {LANG_ZH_CN, arena, screen_field_for, rights_for, NULL};
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    screen_object(&view, o, &w);
    hold_json(arena, arena_printf(arena, "%s/screen.json", folder).p, buf_str(&out));
}

TEST(golden_emitters)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    const char *names[64], *folder = arena_printf(arena, "%s/emit", root()).p;
    size_t n = entries(arena, folder, "", names);
    for (size_t i = 0; i < n; i++) {
        const char *at = arena_printf(arena, "%s/%s", folder, names[i]).p;
        struct model *m = must_make(arena, arena_printf(arena, "%s/object.json", at).p);
        struct definitions base = {.n = 0};
        struct problems problems = {.arena = arena};
        struct model *without;
        add_base(arena, &base);
        assert_int_equal(model_load(base.list, base.n, 0, S("CNY"), &problems, &without), OK);
        hold_steps(arena, at, schema_of_model(arena, without), schema_of_model(arena, m));
        hold_openapi(arena, at, model_object(m, str_from(names[i])));
        hold_screen(arena, at, model_object(m, str_from(names[i])));
        model_free(without);
        model_free(m);
    }
    assert_true(n >= 2);
}

TEST(golden_migrations)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    const char *names[64], *folder = arena_printf(arena, "%s/migrate", root()).p;
    size_t n = entries(arena, folder, "", names);
    for (size_t i = 0; i < n; i++) {
        const char *at = arena_printf(arena, "%s/%s", folder, names[i]).p;
        struct model *old = must_make(arena, arena_printf(arena, "%s/old.json", at).p);
        struct model *new = must_make(arena, arena_printf(arena, "%s/new.json", at).p);
        hold_steps(arena, at, schema_of_model(arena, old), schema_of_model(arena, new));
        model_free(old);
        model_free(new);
    }
    assert_true(n >= 4);
}

TEST(golden_refusals)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    const char *names[64], *folder = arena_printf(arena, "%s/refuse", root()).p;
    size_t n = entries(arena, folder, ".json", names);
    for (size_t i = 0; i < n; i++) {
        struct problems problems = {.arena = arena};
        struct model *m = NULL;
        AUTO_BUF out;
        buf_init(&out, MIB);
        const char *path = arena_printf(arena, "%s/%s", folder, names[i]).p;
        assert_int_equal(make(arena, path, &problems, &m), ERR_INVALID);
        for (size_t k = 0; k < problems.list.n; k++) {
            const struct problem *p = &problems.list.at[k];
            buf_printf(&out, STR_FMT " %s", STR_ARG(p->pointer), p->code);
            for (size_t a = 0; a < PROBLEM_ARGS && p->args[a].n; a++)
                buf_printf(&out, " " STR_FMT, STR_ARG(p->args[a]));
            buf_byte(&out, '\n');
        }
        str stem = str_cut(str_from(path), 0, strlen(path) - 5);
        hold(arena, arena_printf(arena, STR_FMT ".want", STR_ARG(stem)).p, buf_str(&out));
    }
    assert_true(n >= 10);
}
