#include "core/migrate.h"

#include <stdio.h>

#include "base/asset.h"
#include "base/clock.h"
#include "base/limits.h"
#include "sql_core.h"

enum { START_PATIENCE = 30 }; /* seconds */

static bool table_exists(struct db_conn *conn, str name)
{
    static const str sqlite =
        S("SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = $1");
    static const str postgres =
        S("SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema() AND tablename = $1");
    AUTO_ARENA arena = arena_new(64 * KIB);
    value param = V_TEXT(name), count;
    return db_one(conn, arena, db_conn_kind(conn) == DB_SQLITE ? sqlite : postgres, &param, 1,
                  &count, 1) == OK &&
           count.i > 0;
}

bool migrate_core_done(struct db_conn *conn)
{
    return table_exists(conn, S("model_state"));
}

err_t migrate_lock(struct db_conn *conn, unsigned seconds)
{
    char patience[48];
    if (db_conn_kind(conn) != DB_POSTGRES)
        return OK; /* there is one writer */
    AUTO_ROWS locked = NULL;
    TRY(db_query(conn, S("SELECT pg_advisory_xact_lock(7236970174)"), NULL, 0, &locked));
    while (db_next(locked)) {
    }
    TRY(db_rows_error(locked));
    snprintf(patience, sizeof patience, "SET LOCAL lock_timeout = '%us'", seconds);
    return db_script(conn, str_from(patience));
}

/* A plan only reads: it waits for nobody. */
static err_t begin(struct db_conn *conn, bool plan, int64_t *last)
{
    *last = 0;
    if (!plan)
        TRY(migrate_lock(conn, START_PATIENCE));
    if (!table_exists(conn, S("core_migration")))
        return OK;
    AUTO_ROWS rows = NULL;
    TRY(db_query(conn, SQL_MIGRATION_NUMBERS, NULL, 0, &rows));
    while (db_next(rows))
        *last = db_int(rows, 0);
    return db_rows_error(rows);
}

static err_t run_script(struct db_conn *conn, str path, struct buf *plan)
{
    const struct asset *script = asset_find(path);
    if (!script)
        return OK;
    if (plan) {
        buf_add(plan, script->bytes);
        return OK;
    }
    return db_script(conn, script->bytes);
}

err_t migrate_core(struct db_conn *conn,
                   struct arena *arena,
                   struct problems *problems,
                   struct buf *plan)
{
    int64_t last;
    TRY(begin(conn, plan, &last));
    bool first = last == 0 && !table_exists(conn, S("core_migration"));
    if (first && !plan)
        TRY(db_script(
            conn, S("CREATE TABLE core_migration (number @id PRIMARY KEY, at bigint NOT NULL)")));
    const char *dialect = db_conn_kind(conn) == DB_SQLITE ? "sqlite" : "postgres";
    int64_t known = 0;
    for (int64_t number = 1;; number++) {
        str path = arena_printf(arena, "core/schema/%04lld", (long long)number);
        if (!asset_find(arena_concat(arena, path, S(".sql"))))
            break;
        known = number;
        if (number <= last)
            continue;
        TRY(run_script(conn, arena_concat(arena, path, S(".sql")), plan));
        TRY(run_script(conn, arena_printf(arena, STR_FMT ".%s.sql", STR_ARG(path), dialect), plan));
        value params[] = {V_INT(number), V_INT(clock_now())};
        if (!plan)
            TRY(db_run(conn, SQL_MIGRATION_ADD, params, 2, NULL));
    }
    if (last > known) {
        problem_add(problems, S("--db"), "database_newer", NULL);
        return ERR_CONFLICT;
    }
    return OK;
}
