#include "core/test_app.h"
#include "db/sql_named.h"

/* Every named statement of every room is right on both databases, against the tables as they are
 * really made. */
TEST_APP(every_named_statement_can_be_prepared)
{
    struct db_conn *conn;
    size_t bad = 0;
    assert_int_equal(db_acquire(app->db, &conn), OK);
    for (size_t i = 0; i < sql_named_count; i++) {
        const struct sql_named *s = &sql_named[i];
        bool scratch =
            str_find(str_from(s->file), S("/db/")) != SIZE_MAX; /* its test has own tables */
        if (scratch || db_prepare(conn, s->text) == OK)
            continue;
        print_error("%s:%d: %s\n", s->file, s->line, s->name);
        bad++;
    }
    db_release(conn);
    assert_int_equal(bad, 0);
    assert_true(sql_named_count > 40);
}
