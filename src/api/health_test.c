#include "api/api.h"
#include "base/limits.h"
#include "core/test_app.h"
#include "net/http_test_client.h"
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

static err_t write_something(struct db_conn *conn, void *arg)
{
    (void)arg;
    return db_run(conn, S("UPDATE access_epoch SET epoch = epoch + 1"), NULL, 0, NULL);
}

static str ask(struct api *api, struct arena *arena, const char *path)
{
    str request = arena_printf(arena,
                               "GET %s HTTP/1.1\r\nHost: a\r\nAccept-Language: en\r\n"
                               "Authorization: Bearer rm_x\r\nConnection: close\r\n\r\n",
                               path);
    return client_exchange(api_port(api), request, arena);
}

TEST_APP(health_is_not_ready_while_the_disk_is_full)
{
    AUTO_ARENA arena = arena_new(MIB);
    struct problems problems = {.arena = arena};
    struct api_options options = {.app = app, .host = "127.0.0.1", .workers = 1};
    struct api *api;
    assert_int_equal(api_start(&options, &problems, &api), OK);
    assert_int_equal(reply_status(ask(api, arena, "/readyz")), 200);
    if (db_kind(app->db) == DB_SQLITE) { /* elsewhere the first statement is registry_refresh's */
        db_fail_at(app->db, 1, ERR_DISK_FULL);
        str reply = ask(api, arena, "/api/v1/session");
        assert_int_equal(reply_status(reply), 507);
        assert_true(reply_has(reply, "\"code\":\"disk_full\""));
        assert_true(reply_has(reply, "The disk of the server is full"));
    }
    db_fail_at(app->db, 1, ERR_DISK_FULL);
    assert_int_equal(db_transact(app->db, write_something, NULL), ERR_DISK_FULL);
    db_fail_at(app->db, 1, ERR_DISK_FULL);
    assert_int_equal(reply_status(ask(api, arena, "/readyz")), 503);
    assert_int_equal(reply_status(ask(api, arena, "/healthz")), 200);
    assert_int_equal(reply_status(ask(api, arena, "/readyz")), 200);
    api_stop(api);
}
