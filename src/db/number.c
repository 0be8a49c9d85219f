#include "base/limits.h"
#include "db/driver.h"

enum { LOCK_CLASS = 0x726e6d }; /* of our advisory locks, apart from those of others */

static err_t try_number(struct db_conn *conn, struct arena *arena, unsigned n, bool *taken)
{
    value params[] = {V_INT(LOCK_CLASS), V_INT(n)}, v;
    TRY(db_one(conn, arena,
               S("SELECT CASE WHEN pg_try_advisory_lock(CAST($1 AS int), CAST($2 AS int)) "
                 "THEN 1 ELSE 0 END"),
               params, 2, &v, 1));
    *taken = v.i == 1;
    return OK;
}

static err_t find_number(struct db_conn *conn, unsigned from, unsigned below, unsigned *out)
{
    AUTO_ARENA arena = arena_new(MIB);
    for (unsigned n = from; n < below; n++) {
        bool taken;
        TRY(try_number(conn, arena, n, &taken));
        if (!taken)
            continue;
        *out = n;
        return OK;
    }
    return ERR_CONFLICT;
}

err_t db_number_take(struct db *db, int wanted, unsigned below, unsigned *out)
{
    unsigned from = wanted < 0 ? 0 : (unsigned)wanted;
    if (db->driver->kind == DB_SQLITE) {
        *out = from;
        return OK;
    }
    struct db_conn *conn;
    TRY(db->driver->connect(db, FOR_READING, &conn));
    err_t e = find_number(conn, from, wanted < 0 ? below : from + 1, out);
    if (e == OK)
        db->number_holder = conn;
    else
        db->driver->disconnect(conn);
    return e;
}
