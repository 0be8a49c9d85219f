#include "base/limits.h"
#include "core/test_app.h"
#include "sql_api.h"

/* A reader far behind, and one at the end of the log: neither makes /metrics walk all of it. */
TEST_APP(health_looks_up_what_readers_have_not_seen)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct db_conn *conn;
    value most = V_INT(2);
    test_db_script(app->db,
                   S("DELETE FROM change; DELETE FROM reader_position; INSERT INTO reader_position "
                     "(reader, tx, "
                     "id, updated_at) VALUES ('a', 7, 2, 0), ('b', 0, 0, 0), ('c', 9, 9, 0)"));
    for (int i = 1; i <= 3; i++)
        test_db_script(
            app->db,
            arena_printf(arena,
                         "INSERT INTO change (id, tx, at, through, op, object, record_id, version) "
                         "VALUES (%d, 7, 0, 'test', 0, 'customer', 1, 1)",
                         i));
    assert_int_equal(db_acquire(app->db, &conn), OK);
    {
        static const int want[] = {1, 2, 0};
        AUTO_ROWS rows = NULL;
        assert_int_equal(db_query(conn, SQL_HEALTH_READERS, &most, 1, &rows), OK);
        for (int i = 0; i < 3; i++) {
            assert_true(db_next(rows));
            assert_int_equal(db_int(rows, 1), want[i]);
        }
    }
    if (db_kind(app->db) == DB_SQLITE) {
        AUTO_ROWS plan = NULL;
        str explain = arena_concat(arena, S("EXPLAIN QUERY PLAN "), SQL_HEALTH_READERS);
        assert_int_equal(db_query(conn, explain, &most, 1, &plan), OK);
        bool sought = false; /* all changes may have the same tx */
        while (db_next(plan))
            sought |= str_find(db_text(plan, 3), S("(tx=? AND id>?)")) != SIZE_MAX;
        assert_true(sought);
    }
    db_release(conn);
}
