#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/export.h"
#include "core/file.h"
#include "core/quality.h"
#include "core/test_app.h"
#include "sheet/sheet.h"

static void create(struct ctx *c, const char *body)
{
    struct record *r;
    assert_int_equal(record_create(c, model_object(c->model, S("customer")),
                                   test_json(c->arena, body), NULL, &r),
                     OK);
}

static void fill(struct ctx *c, int n)
{
    char body[300];
    for (int i = 0; i < n; i++) {
        snprintf(body, sizeof body,
                 "{'name':'%s%d','phone':'138%08d','tags':['a','b'],'source':'store'}",
                 i % 3 ? "客户" : "=1+", i, i);
        create(c, body);
    }
}

static size_t rows_of(struct ctx *c, const char *path, str *first_name)
{
    struct sheet_reader *reader;
    struct sheet_cell *cells;
    size_t count, line, rows = 0;
    bool end = false;
    assert_int_equal(sheet_open(c->arena, path, &c->problems, &reader), OK);
    while (!end) {
        assert_int_equal(sheet_next(reader, &cells, &count, &line, &end, &c->problems), OK);
        if (!end && rows++ == 1)
            *first_name = arena_str(c->arena, cells[0].text);
    }
    sheet_close(reader);
    return rows;
}

TEST_APP(export_writes_what_the_list_shows)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct export e;
    size_t rows;
    str name;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("customer"));
    fill(&c, 1100); /* more than one page */
    static const char *const formats[] = {"xlsx", "csv"};
    for (size_t i = 0; i < 2; i++) {
        char body[200];
        snprintf(body, sizeof body,
                 "{'format':'%s','fields':['name','phone','tags','source'],'sort':'created_at',"
                 "'where':{'field':'source','eq':'store'}}",
                 formats[i]);
        const char *path = file_spool_path(&c);
        assert_int_equal(export_read(&c, o, test_json(arena, body), &e), OK);
        assert_int_equal(export_write(&c, NULL, &e, path, &rows), OK);
        assert_int_equal(rows, 1100);
        assert_int_equal(rows_of(&c, path, &name), 1101);
        assert_str(name, "=1+0"); /* text, not a formula; reading takes the csv's ' off */
        unlink(path);
    }
    /* others read what it was of, and not by which name or number it was looked for */
    value said;
    assert_int_equal(
        db_one(c.conn, arena,
               S("SELECT after FROM change WHERE object = 'export' ORDER BY id LIMIT 1"), NULL, 0,
               &said, 1),
        OK);
    assert_str(said.s, "{\"object\":\"customer\",\"rows\":1100,"
                       "\"fields\":[\"name\",\"phone\",\"tags\",\"source\"]}");
    static const char *const wrong[] = {"{'format':'pdf'}", "{'fields':['nothing']}",
                                        "{'sort':'nothing'}", "{'where':{'field':'x','eq':1}}",
                                        "{'fields':[]}"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(export_read(&c, o, test_json(arena, wrong[i]), &e), ERR_INVALID);
        assert_true(problems_any(&c.problems));
        c.problems.list.n = 0;
    }
    ctx_done(&c);
}

/* An export takes every record as another's. */
TEST_APP(export_masks_phones_in_texts)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    struct export e;
    struct record *r;
    size_t rows;
    str first;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    const struct object *o = model_object(c.model, S("follow_up"));
    const struct object *roles = model_object(c.model, S("role"));
    const struct object *users = model_object(c.model, S("user"));
    const struct object *customers = model_object(c.model, S("customer"));
    json_t *body = test_json(arena, "{'name':'x'}");
    assert_int_equal(record_create(&c, customers, body, NULL, &r), OK);
    str text = arena_printf(arena, "{'kind':'call','text':'打 13633334444','customer':'%lld'}",
                            (long long)record_id(r));
    assert_int_equal(record_create(&c, o, test_json(arena, text.p), NULL, &r), OK);
    body = test_json(arena, "{'name':'r','key':'r','definition':{'objects':{'follow_up':{'read':"
                            "'all','export':true},'customer':{'read':'all','update':'own'}}}}");
    assert_int_equal(record_create(&c, roles, body, NULL, &r), OK);
    str user = arena_printf(arena, "{'name':'n','email':'n@x.com','roles':['%lld']}",
                            (long long)record_id(r));
    assert_int_equal(record_create(&c, users, test_json(arena, user.p), NULL, &r), OK);
    for (int looks = 0; looks < 2; looks++) {
        const char *path = file_spool_path(&c);
        assert_int_equal(
            export_read(&c, o, test_json(arena, "{'format':'csv','fields':['text']}"), &e), OK);
        assert_int_equal(export_write(&c, NULL, &e, path, &rows), OK);
        assert_int_equal(rows_of(&c, path, &first), 2);
        assert_str(first, looks ? "打 136****4444" : "打 13633334444");
        unlink(path);
        c.user = record_id(r);
        if (!looks)
            assert_int_equal(access_hold(app, c.conn, c.model, c.user, &c.access), OK);
    }
    access_release(c.access);
    c.access = NULL;
    ctx_done(&c);
}

static json_t *text_of(struct ctx *c, struct buf *out)
{
    json_t *tree;
    assert_int_equal(json_read(c->arena, arena_str(c->arena, buf_str(out)), NULL, &tree), OK);
    return tree;
}

TEST_APP(quality_counts_and_queues)
{
    AUTO_ARENA arena = arena_new(256 * MIB);
    struct ctx c;
    assert_int_equal(ctx_init(&c, app, arena, "test"), OK);
    create(&c, "{'name':'甲','notes':'电话 13800138000'}");
    create(&c, "{'name':'乙'}");
    create(&c, "{'name':'丙','phone':'13900139000','source':'store'}");
    create(&c, "{'name':'丁','email':'a@b.com','source':'store'}");
    AUTO_BUF out;
    buf_init(&out, MIB);
    struct jw w = {.out = &out};
    assert_int_equal(quality_json(&c, S("source"), &w), OK);
    const json_t *all = text_of(&c, &out);
    assert_int_equal(json_get_int(all, "records", 0), 4);
    assert_true(json_real_value(json_object_get(all, "validity")) == 0.5);
    const json_t *groups = json_object_get(all, "groups");
    assert_int_equal(json_array_size(groups), 2);
    /* page by page: each once, cheapest first */
    static const char *const want[] = {"甲", "乙", "丁", "丙"};
    str after = {0};
    db_deadline(c.conn, 20000);
    for (size_t i = 0; i < 4; i++) {
        buf_clear(&out);
        w = (struct jw){.out = &out};
        jw_open(&w, '{');
        jw_key(&w, S("data"));
        assert_int_equal(quality_queue_json(&c, S(""), after, 1, &w), OK);
        jw_close(&w, '}');
        const json_t *page = text_of(&c, &out);
        const json_t *record = json_array_get(json_object_get(page, "data"), 0);
        assert_str(json_get_str(record, "title"), want[i]);
        const json_t *problem = json_array_get(json_object_get(record, "problems"), 0);
        if (i == 0)
            assert_str(json_get_str(problem, "suggestion"), "+8613800138000");
        after = json_get_str(page, "next");
        assert_int_equal(json_get_bool(page, "has_more", false), i < 3);
    }
    assert_int_equal(db_deadline(c.conn, 0), 20000);
    assert_int_equal(quality_queue_json(&c, S(""), S("x"), 1, &w), ERR_INVALID);
    ctx_done(&c);
}
