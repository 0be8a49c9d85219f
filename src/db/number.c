#include "base/id.h"
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

/* The first that is free of n, beginning with `first` and beyond `below` with 0. */
static err_t
find_number(struct db_conn *conn, unsigned first, unsigned n, unsigned below, unsigned *out)
{
    AUTO_ARENA arena = arena_new(MIB);
    for (unsigned i = 0; i < n; i++) {
        bool taken;
        unsigned number = (first + i) % below;
        TRY(try_number(conn, arena, number, &taken));
        if (!taken)
            continue;
        *out = number;
        return OK;
    }
    return ERR_CONFLICT;
}

static err_t find_any(struct db_conn *conn, unsigned below, unsigned *out)
{
    uint32_t first;
    random_bytes(&first, sizeof first);
    return find_number(conn, first % below, below, below, out);
}

static err_t hold(struct db *db, struct db_conn *conn, err_t found)
{
    if (found == OK)
        db->number_holder = conn;
    else
        db->driver->disconnect(conn);
    return found;
}

err_t db_number_take(struct db *db, int wanted, unsigned below, unsigned *out)
{
    if (db->driver->kind == DB_SQLITE) {
        *out = wanted < 0 ? 0 : (unsigned)wanted;
        return OK;
    }
    struct db_conn *conn;
    TRY(db->driver->connect(db, FOR_READING, &conn));
    return hold(db, conn,
                wanted < 0 ? find_any(conn, below, out)
                           : find_number(conn, (unsigned)wanted, 1, below, out));
}

static bool lives(struct db_conn *conn)
{
    value one;
    return db_one(conn, NULL, S("SELECT 1"), NULL, 0, &one, 1) == OK;
}

err_t db_number_keep(struct db *db, unsigned below, unsigned *number)
{
    if (db->driver->kind == DB_SQLITE || (db->number_holder && lives(db->number_holder)))
        return OK;
    if (db->number_holder)
        db->driver->disconnect(db->number_holder);
    db->number_holder = NULL;
    struct db_conn *conn;
    TRY(db->driver->connect(db, FOR_READING, &conn));
    err_t e = find_number(conn, *number, 1, below, number);
    return hold(db, conn, e == ERR_CONFLICT ? find_any(conn, below, number) : e);
}
