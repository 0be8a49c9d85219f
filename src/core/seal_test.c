#include <stdio.h>
#include <unistd.h>

#include "base/limits.h"
#include "core/job.h"
#include "core/record.h"
#include "core/seal_internal.h"
#include "core/test_app.h"

struct stage {
    struct ctx c;
    struct arena *arena;
    int64_t ids[2100]; /* of the changes, in order */
    size_t n;
};

static void begin(struct stage *s, struct app *app)
{
    s->arena = arena_new(256 * MIB);
    assert_int_equal(ctx_init(&s->c, app, s->arena, "test"), OK);
}

static void end(struct stage *s)
{
    ctx_done(&s->c);
    arena_free(s->arena);
}

static err_t create_many(struct ctx *c, void *arg)
{
    for (int i = 0; i < *(const int *)arg; i++) {
        struct record *r;
        json_t *body = test_json(c->arena, "{'name':'王小明','company':'甲'}");
        TRY(record_create(c, model_object(c->model, S("customer")), body, NULL, &r));
    }
    return OK;
}

static err_t seal_all(struct ctx *c)
{
    for (int64_t sealed = 1; sealed;)
        TRY(seal_next(c, &sealed));
    return OK;
}

/* Makes customers and seals what there is. */
static void fill(struct stage *s, int customers)
{
    int64_t now = s->c.now;
    assert_int_equal(ctx_transact(&s->c, create_many, &customers), OK);
    s->c.now += 2 * CLOCK_HOUR;
    assert_int_equal(seal_all(&s->c), OK);
    s->c.now = now;
    AUTO_ROWS rows = NULL;
    assert_int_equal(
        db_query(s->c.conn, S("SELECT id FROM change ORDER BY tx, id"), NULL, 0, &rows), OK);
    s->n = 0;
    while (db_next(rows))
        s->ids[s->n++] = db_int(rows, 0);
}

static void run(struct stage *s, const char *format, int64_t id)
{
    char sql[300];
    snprintf(sql, sizeof sql, format, (long long)id);
    test_db_script(s->c.app->db, str_from(sql));
}

static void assert_clean(struct stage *s)
{
    struct seal_fault fault = {0};
    bool clean = false;
    int64_t looked;
    assert_int_equal(seal_check(&s->c, &fault, &looked, &clean), OK);
    if (!clean)
        print_error("%s seal %lld change %lld\n", fault.why, (long long)fault.seal,
                    (long long)fault.change);
    assert_true(clean);
}

static void assert_fault(struct stage *s, const char *why, int64_t seal, int64_t change)
{
    struct seal_fault fault = {0};
    bool clean = true;
    int64_t looked;
    assert_int_equal(seal_check(&s->c, &fault, &looked, &clean), OK);
    assert_false(clean);
    assert_string_equal(fault.why, why);
    assert_int_equal(fault.seal, seal);
    assert_true(fault.change == change);
}

TEST_APP(seal_of_an_untouched_log_is_right)
{
    struct stage s;
    begin(&s, app);
    assert_clean(&s);
    fill(&s, 3);
    assert_clean(&s);
    fill(&s, 2);
    assert_clean(&s);
    int64_t now =
        s.c.now; /* what is not old enough is not sealed, and none of the check's business */
    int one = 1;
    s.c.now = now / CLOCK_HOUR * CLOCK_HOUR + CLOCK_MINUTE;
    assert_int_equal(ctx_transact(&s.c, create_many, &one), OK);
    assert_int_equal(seal_all(&s.c), OK);
    value seals;
    assert_int_equal(db_one(s.c.conn, s.arena, S("SELECT count(*) FROM seal"), NULL, 0, &seals, 1),
                     OK);
    assert_int_equal(seals.i, 2);
    struct seal_fault fault;
    int64_t looked;
    bool clean;
    assert_int_equal(seal_check(&s.c, &fault, &looked, &clean), OK);
    assert_int_equal(looked, 2);
    assert_clean(&s);
    end(&s);
}

TEST_APP(seal_finds_each_column_that_was_edited)
{
    static const char *const columns[] = {
        "at = at + 1", "actor_id = 7",     "through = 'web'", "batch_id = 7",
        "op = op + 1", "object = 'order'", "record_id = 7",   "customer_id = 7",
        "version = 7", "before = '{}'",    "after = '{}'",
    };
    enum { COLUMNS = sizeof columns / sizeof *columns };
    struct stage s;
    begin(&s, app);
    fill(&s, COLUMNS + 1);
    for (size_t i = 0; i < COLUMNS; i++) { /* each before the one found so far */
        char edit[200];
        int64_t id = s.ids[COLUMNS - i];
        snprintf(edit, sizeof edit, "UPDATE change SET %s WHERE id = %%lld", columns[i]);
        run(&s, edit, id);
        assert_fault(&s, "edited", 1, id);
    }
    run(&s, "UPDATE change SET tx = tx + 1000000 WHERE id = %lld", s.ids[0]);
    assert_fault(&s, "removed", 1, s.ids[0]);
    end(&s);
}

TEST_APP(seal_finds_what_was_removed)
{
    struct stage s;
    begin(&s, app);
    fill(&s, 5);
    size_t first = s.n;
    fill(&s, 5);
    run(&s, "DELETE FROM change WHERE id = %lld", s.ids[first + 2]);
    assert_fault(&s, "removed", 2, s.ids[first + 2]);
    run(&s, "DELETE FROM change WHERE id = %lld", s.ids[first - 1]); /* the end of a seal */
    assert_fault(&s, "removed", 1, s.ids[first - 1]);
    run(&s, "DELETE FROM change WHERE id = %lld", s.ids[0]);
    assert_fault(&s, "removed", 1, s.ids[0]);
    end(&s);
}

TEST_APP(seal_finds_what_was_added)
{
    static const char copy[] =
        "INSERT INTO change (id, tx, at, through, op, object, record_id, version) "
        "SELECT %lld, tx, at, through, op, object, record_id, version FROM change "
        "ORDER BY tx, id LIMIT 1";
    struct stage s;
    begin(&s, app);
    fill(&s, 5);
    int64_t added = s.ids[0] - 1;
    run(&s, copy, added);
    assert_fault(&s, "added", 1, added);
    end(&s);
}

TEST_APP(seal_finds_a_log_that_was_cut_off)
{
    struct stage s;
    begin(&s, app);
    fill(&s, 5);
    size_t first = s.n;
    fill(&s, 5);
    run(&s, "DELETE FROM change WHERE id >= %lld", s.ids[first + 1]);
    assert_fault(&s, "truncated", 2, s.ids[first + 1]);
    run(&s, "DELETE FROM seal WHERE id >= %lld", 2);
    run(&s, "DELETE FROM change WHERE id >= %lld", s.ids[first]);
    assert_fault(&s, "truncated", 2, 0); /* only the file knows */
    run(&s, "DELETE FROM seal WHERE id >= %lld", 1);
    run(&s, "DELETE FROM change WHERE id > %lld", 0);
    assert_fault(&s, "truncated", 1, 0);
    end(&s);
}

TEST_APP(seal_finds_seals_that_were_forged)
{
    struct stage s;
    begin(&s, app);
    fill(&s, 3);
    fill(&s, 3);
    fill(&s, 3);
    run(&s, "UPDATE seal SET at = at + 1 WHERE id = %lld", 3);
    assert_fault(&s, "seal", 3, 0);
    run(&s, "DELETE FROM seal WHERE id = %lld", 2);
    assert_fault(&s, "seal", 2, 0);
    app->key[0] ^= 1; /* another key would have been needed */
    assert_fault(&s, "seal", 1, 0);
    app->key[0] ^= 1;
    end(&s);
}

TEST_APP(seal_misses_its_file)
{
    struct stage s;
    char path[100];
    begin(&s, app);
    fill(&s, 3);
    snprintf(path, sizeof path, "%s/seal.head", at->folder);
    assert_int_equal(unlink(path), 0);
    assert_fault(&s, "seal", 2, 0);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs("nonsense", f);
    fclose(f);
    assert_fault(&s, "truncated", 2, 0);
    end(&s);
}

TEST_APP(seal_of_many_changes_is_several)
{
    struct stage s;
    begin(&s, app);
    fill(&s, SEAL_CHANGES + 50);
    assert_true(s.n > SEAL_CHANGES);
    assert_clean(&s);
    run(&s, "UPDATE change SET through = 'web' WHERE id = %lld", s.ids[SEAL_CHANGES]);
    assert_fault(&s, "edited", 2, s.ids[SEAL_CHANGES]);
    end(&s);
}
