#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/test.h"
#include "core/check.h"
#include "core/file.h"
#include "core/record.h"
#include "core/test_app.h"

static int64_t make(struct ctx *c, const char *object, const char *body)
{
    struct record *r;
    assert_int_equal(record_create(c, model_object(c->model, str_from(object)),
                                   test_json(c->arena, body), NULL, &r),
                     OK);
    return record_id(r);
}

static err_t spoil_work(struct db_conn *conn, void *sql)
{
    return db_script(conn, *(const str *)sql);
}

static void spoil(struct app *app, str sql)
{
    assert_int_equal(db_transact(app->db, spoil_work, &sql), OK);
}

/* The report on the whole, as text in the arena. */
static str report(struct app *app, struct arena *arena, bool repair, bool *clean)
{
    struct ctx c;
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    assert_int_equal(check_run(&c, repair, &w, clean), OK);
    ctx_done(&c);
    return arena_str(arena, buf_str(&out));
}

static bool says(str text, const char *piece)
{
    return str_find(text, str_from(piece)) != SIZE_MAX;
}

static void customer_and_visit(struct app *app, struct arena *arena)
{
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t id =
        make(&c, "customer",
             "{'name':'王小明','kind':'person','phone':'13812345678','tags':['vip','new']}");
    make(&c, "follow_up",
         arena_printf(arena, "{'customer':'%lld','at':'2026-11-01T10:00:00Z','text':'x'}",
                      (long long)id)
             .p);
    ctx_done(&c);
}

TEST_APP(check_finds_nothing_wrong_with_what_was_written)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    bool clean;
    customer_and_visit(app, arena);
    str said = report(app, arena, false, &clean);
    assert_true(clean);
    assert_true(says(said, "\"clean\":true"));
    assert_false(says(said, "\"check\":\"sets\",\"looked\":0"));
    assert_false(says(said, "\"check\":\"identity keys\",\"looked\":0"));
    assert_false(says(said, "\"check\":\"roll-ups\",\"looked\":0"));
}

TEST_APP(check_counts_wrong_rollups_anew_when_asked)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    bool clean;
    customer_and_visit(app, arena);
    spoil(app, S("UPDATE customer SET order_count = 7"));
    str said = report(app, arena, false, &clean);
    assert_false(clean);
    assert_true(says(said, "\"field\":\"order_count\""));
    said = report(app, arena, true, &clean);
    assert_true(clean);
    assert_true(says(said, "\"wrong\":1,\"repaired\":1"));
    said = report(app, arena, false, &clean);
    assert_true(clean);
}

TEST_APP(check_finds_a_lost_key_and_a_lost_member)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    bool clean;
    customer_and_visit(app, arena);
    spoil(app, S("DELETE FROM identity_key"));
    str said = report(app, arena, false, &clean);
    assert_false(clean);
    assert_true(says(said, "\"check\":\"identity keys\""));
    assert_true(says(said, "\"field\":\"phone\""));
    spoil(app, S("DELETE FROM customer__tags WHERE value = 'vip'"));
    said = report(app, arena, false, &clean);
    assert_true(says(said, "\"field\":\"tags\""));
}

static int64_t keep(struct ctx *c, const char *text)
{
    const char *path = file_spool_path(c);
    int64_t id;
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(file_keep(c, path, S("a.csv"), &id), OK);
    return id;
}

static void overwrite(struct ctx *c, int64_t id, const char *text)
{
    struct stored_file file;
    assert_int_equal(file_load(c, id, &file), OK);
    FILE *f = fopen(file.path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

TEST_APP(check_finds_files_that_are_not_as_they_were_kept)
{
    AUTO_ARENA arena = arena_new(64 * MIB);
    struct ctx c;
    struct stored_file file;
    struct record *r;
    bool clean;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    int64_t whole = keep(&c, "a,b\n1,2\n"), other = keep(&c, "a,b\n3,4\n"),
            less = keep(&c, "a,b\n5,6\n"), gone = keep(&c, "a,b\n7,8\n"),
            erased = keep(&c, "a,b\n9,0\n");
    assert_true(whole > 0);
    assert_true(says(report(app, arena, false, &clean), "\"check\":\"files\",\"looked\":5,"));
    assert_true(clean);
    overwrite(&c, other, "a,b\n3,5\n");
    overwrite(&c, less, "a,b\n");
    assert_int_equal(file_load(&c, gone, &file), OK);
    assert_int_equal(unlink(file.path), 0);
    assert_int_equal(record_delete(&c, model_object(c.model, S("file")), erased, 0, &r), OK);
    assert_int_equal(file_wipe(&c, erased), OK);
    str said = report(app, arena, false, &clean);
    ctx_done(&c);
    assert_false(clean);
    assert_true(says(said, "\"check\":\"files\",\"looked\":4,\"wrong\":3,"));
    const struct {
        int64_t id;
        const char *what;
    } found[] = {{other, "content"}, {less, "size"}, {gone, "missing"}};
    for (size_t i = 0; i < 3; i++) {
        const char *start = arena_printf(arena, "\"file\":\"%lld\"", (long long)found[i].id).p;
        size_t where = str_find(said, str_from(start));
        assert_true(where != SIZE_MAX);
        str rest = str_cut(said, where, said.n);
        str one = str_cut(rest, 0, str_find_byte(rest, '}'));
        assert_true(says(one, arena_printf(arena, "\"what\":\"%s\"", found[i].what).p));
    }
}
