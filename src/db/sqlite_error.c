#include <string.h>

#include "base/log.h"
#include "db/sqlite.h"

enum { SQL_LOGGED = 2000 };

/* "t.a, t.b" to table and "a,b"; false when it is not of that form. */
static bool split_columns(str message, str *table, char *columns, size_t size)
{
    size_t dot = str_find_byte(message, '.'), n = 0;
    if (dot == SIZE_MAX)
        return false;
    *table = str_cut(message, 0, dot);
    str part;
    while (str_split(&message, ',', &part)) {
        part = str_trim(part);
        if (part.n <= table->n + 1 || n + part.n + 1 > size)
            return false;
        part = str_cut(part, table->n + 1, part.n);
        if (n)
            columns[n++] = ',';
        memcpy(columns + n, part.p, part.n);
        n += part.n;
    }
    columns[n] = '\0';
    return true;
}

/* The unique index of the table on exactly these columns, or the name that PostgreSQL would give to
 * the constraint. */
static void name_key(struct sqlite_conn *c, str table, char *columns)
{
    static const char sql[] =
        "SELECT l.name, l.origin FROM pragma_index_list(?1) AS l WHERE l.\"unique\" = 1 AND "
        "(SELECT group_concat(i.name) FROM pragma_index_info(l.name) AS i) = ?2 "
        "ORDER BY l.origin <> 'c'";
    sqlite3_stmt *stmt;
    char name[512];
    snprintf(name, sizeof name, STR_FMT "_pkey", STR_ARG(table));
    if (sqlite3_prepare_v2(c->handle, sql, -1, &stmt, NULL) != SQLITE_OK)
        return;
    sqlite3_bind_text(stmt, 1, table.p, (int)table.n, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, columns, -1, SQLITE_STATIC);
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *origin = (const char *)sqlite3_column_text(stmt, 1);
        if (*origin == 'c')
            snprintf(name, sizeof name, "%s", (const char *)sqlite3_column_text(stmt, 0));
        else if (*origin == 'u') {
            for (char *p = columns; *p; p++)
                if (*p == ',')
                    *p = '_';
            snprintf(name, sizeof name, STR_FMT "_%s_key", STR_ARG(table), columns);
        }
    }
    sqlite3_finalize(stmt);
    db_set_conflict(&c->base, str_from(name));
}

/* From "UNIQUE constraint failed: index 'x'" or "… failed: t.a, t.b". */
static void name_conflict(struct sqlite_conn *c, int code)
{
    db_set_conflict(&c->base, S(""));
    if (code == SQLITE_CONSTRAINT_FOREIGNKEY)
        return; /* SQLite does not tell which */
    char copy[512], columns[256];
    snprintf(copy, sizeof copy, "%s", sqlite3_errmsg(c->handle));
    str message = str_from(copy), table;
    size_t at = str_find(message, S("failed: "));
    if (at == SIZE_MAX)
        return;
    message = str_cut(message, at + 8, message.n);
    if (str_starts(message, S("index '")) && str_ends(message, S("'")))
        db_set_conflict(&c->base, str_cut(message, 7, message.n - 1));
    else if (split_columns(message, &table, columns, sizeof columns))
        name_key(c, table, columns);
}

static err_t meaning(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return ERR_CONFLICT;
    }
    switch (code & 0xff) {
    case SQLITE_FULL:
        return ERR_DISK_FULL;
    case SQLITE_IOERR:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_NOMEM:
        return ERR_UNAVAILABLE;
    }
    return ERR_INTERNAL;
}

err_t sqlite_fail(struct sqlite_conn *c, int code, str sql)
{
    err_t e = meaning(code);
    if (code == SQLITE_INTERRUPT && c->base.deadline) {
        c->base.too_slow = true;
        log_event(LOG_WARN, "sql_too_slow", "sql", LOG_STR(str_cut(sql, 0, SQL_LOGGED)), NULL);
        return ERR_LIMIT;
    }
    if (e == ERR_CONFLICT) {
        name_conflict(c, code);
        return e;
    }
    if ((c->base.in_work || c->base.in_snapshot) && sqlite3_get_autocommit(c->handle))
        c->base.lost = true;
    log_event(LOG_ERROR, "sql_failed", "code", LOG_INT(code), "why",
              LOG_Z(sqlite3_errmsg(c->handle)), "sql", LOG_STR(str_cut(sql, 0, SQL_LOGGED)), NULL);
    return e;
}
