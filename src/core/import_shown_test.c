/* What colleagues see of a salesman's import, by the roles that every enterprise begins with. */
#include <unistd.h>

#include "core/access.h"
#include "core/import_testing.h"

static const char LIST[] = "姓名,手机,备注,暗号\n"
                           "客户甲,13900000001,找13900000002的,zq one\n"
                           "客户乙,13900000003x99,好,zq two\n"
                           ",13900000004,无名,zq three\n";

struct office {
    struct arena *arena;
    struct ctx maker, mate;
    int64_t file, import;
};

static int64_t made(struct ctx *c, const char *object, json_t *body)
{
    struct record *r;
    assert_int_equal(record_create(c, model_object(c->model, str_from(object)),
                                   json_keep(c->arena, body), NULL, &r),
                     OK);
    return record_id(r);
}

static const char *text_of(struct arena *arena, int64_t id)
{
    return arena_printf(arena, "%lld", (long long)id).p;
}

/* A user with a role of his own kind, in the one department. */
static void
sign_in(struct app *app, struct ctx *server, int64_t department, const char *role, struct ctx *c)
{
    struct arena *arena = server->arena;
    static int roles;
    str key = arena_printf(arena, "role_%d", roles++);
    int64_t id = made(server, "role",
                      json_pack("{s:s,s:s,s:O}", "key", key.p, "name", key.p, "definition",
                                test_shipped_role(arena, role)));
    assert_int_equal(ctx_init(c, app, arena, "test"), OK);
    c->user = made(server, "user",
                   json_pack("{s:s,s:s,s:s,s:[s]}", "name", key.p, "email",
                             arena_printf(arena, "%s@x.com", key.p).p, "department",
                             text_of(arena, department), "roles", text_of(arena, id)));
    assert_int_equal(access_hold(app, c->conn, c->model, c->user, &c->access), OK);
}

/* A salesman imports the list; the other, of the role, looks at it. */
static void open_office(struct office *o, struct app *app, const char *role)
{
    struct ctx server;
    struct record *r;
    *o = (struct office){.arena = arena_new(256 * MIB)};
    job_kinds_core();
    import_attach();
    assert_int_equal(ctx_init(&server, app, o->arena, "test"), OK);
    int64_t department = made(&server, "department", json_pack("{s:s}", "name", "d"));
    sign_in(app, &server, department, "sales", &o->maker);
    sign_in(app, &server, department, role, &o->mate);
    ctx_done(&server);
    o->file = keep_text(&o->maker, LIST, "list.csv");
    assert_int_equal(import_create(&o->maker, o->file, S("customer"), &r), OK);
    o->import = record_id(r);
    assert_int_equal(import_do(&o->maker, NULL, o->import, IMPORT_RUN), OK);
}

static void close_office(struct office *o)
{
    ctx_done(&o->mate);
    ctx_done(&o->maker);
    arena_free(o->arena);
}

static str rows(struct ctx *c, int64_t id)
{
    struct record *r;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(import_get(c, id, &r), OK);
    assert_int_equal(import_rows_json(c, r, S(""), 0, 10, &w), OK);
    return arena_str(c->arena, buf_str(&out));
}

static str import_text_of(struct ctx *c, int64_t id)
{
    return json_text(c->arena, view(c, id));
}

static bool has(str all, const char *part)
{
    return str_find(all, str_from(part)) != SIZE_MAX;
}

TEST_APP(import_shows_colleagues_no_cell_that_is_masked_for_them)
{
    struct office o;
    open_office(&o, app, "sales");
    str mine = rows(&o.maker, o.import), theirs = rows(&o.mate, o.import);
    assert_true(
        has(mine, "\"values\":[\"客户甲\",\"13900000001\",\"找13900000002的\",\"zq one\"]"));
    assert_true(has(theirs, "\"values\":[\"客户甲\",\"139****0001\",\"找139****0002的\",null]"));
    static const char *const secrets[] = {"0000001", "0000002", "0000003", "0000004", "zq "};
    str page = import_text_of(&o.mate, o.import);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++) {
        assert_false(has(theirs, secrets[i]));
        assert_false(has(page, secrets[i]));
    }
    close_office(&o);
}

TEST_APP(import_gives_its_file_and_its_refused_rows_to_its_maker_only)
{
    struct office o;
    struct record *r;
    struct stored_file file;
    const char *path;
    int64_t job;
    open_office(&o, app, "sales");
    assert_int_equal(figure(&o.maker, o.import, "refused"), 1);
    assert_true(has(import_text_of(&o.maker, o.import), "refused.csv"));
    assert_false(has(import_text_of(&o.mate, o.import), "refused.csv"));
    assert_int_equal(import_get(&o.mate, o.import, &r), OK);
    assert_int_equal(import_refused_file(&o.mate, r, S("csv"), &path), ERR_DENIED);
    assert_int_equal(file_find(&o.mate, o.file, &file), ERR_NOT_FOUND);
    assert_int_equal(
        import_change(&o.mate, o.import, 0, json_keep(o.mate.arena, json_object()), &r),
        ERR_DENIED);
    assert_int_equal(import_start(&o.mate, o.import, IMPORT_CHECK, &job), ERR_DENIED);
    assert_int_equal(import_answer(&o.mate, o.import, NULL), ERR_DENIED);
    assert_int_equal(import_refused_file(&o.maker, r, S("csv"), &path), OK);
    unlink(path);
    close_office(&o);
}

/* Who may change it by his role sees it as its maker does. */
TEST_APP(import_is_seen_as_it_is_by_the_manager)
{
    struct office o;
    open_office(&o, app, "sales_manager");
    assert_true(has(rows(&o.mate, o.import), "\"13900000001\""));
    assert_true(has(import_text_of(&o.mate, o.import), "refused.csv"));
    close_office(&o);
}
