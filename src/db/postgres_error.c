#include "base/log.h"
#include "db/postgres.h"

enum { SQL_LOGGED = 2000 };

static bool in_class(str state, const char *class)
{
    return str_starts(state, str_from(class));
}

static bool any_of(str state, const char *const *list)
{
    while (*list && !str_eqz(state, *list))
        list++;
    return *list;
}

static err_t meaning(struct postgres_conn *c, str state)
{
    static const char *const conflict[] = {"23505", "23503", "23P01", NULL};
    static const char *const again[] = {"40001", "40P01", NULL};
    static const char *const away[] = {"57P01", "57P02", "57P03", "57P05", NULL};
    static const char *const stale[] = {"0A000", "26000", NULL};
    static const char *const later[] = {"57014", "55P03", NULL};
    if (any_of(state, conflict))
        return ERR_CONFLICT;
    c->stale = any_of(state, stale);
    if (any_of(state, again) || (c->stale && c->base.in_work)) {
        c->base.again = true;
        return ERR_UNAVAILABLE;
    }
    if (str_eqz(state, "55P03"))
        c->base.lock_waited = true;
    if (any_of(state, away) || in_class(state, "08"))
        c->base.broken = true;
    if (str_eqz(state, "53100"))
        return ERR_DISK_FULL;
    if (c->base.broken || any_of(state, later) || in_class(state, "53") || in_class(state, "58"))
        return ERR_UNAVAILABLE;
    return ERR_INTERNAL;
}

static str field(const PGresult *r, int which)
{
    return str_from(r ? PQresultErrorField(r, which) : NULL);
}

/* The server's sentence may quote a value ("invalid input syntax …"), except about SQL itself. */
static void log_failure(const PGresult *r, str state, str sql)
{
    str why = in_class(state, "42") ? field(r, PG_DIAG_MESSAGE_PRIMARY) : S("");
    log_event(LOG_ERROR, "sql_failed", "state", LOG_STR(state), "why", LOG_STR(why), "table",
              LOG_STR(field(r, PG_DIAG_TABLE_NAME)), "column",
              LOG_STR(field(r, PG_DIAG_COLUMN_NAME)), "constraint",
              LOG_STR(field(r, PG_DIAG_CONSTRAINT_NAME)), "sql",
              LOG_STR(str_cut(sql, 0, SQL_LOGGED)), NULL);
}

err_t postgres_outcome(struct postgres_conn *c, const PGresult *r, str sql)
{
    c->stale = false;
    switch (PQresultStatus(r)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
        return OK;
    default:
        break;
    }
    if (PQstatus(c->pg) == CONNECTION_BAD)
        c->base.broken = true;
    str state = field(r, PG_DIAG_SQLSTATE);
    if (c->base.deadline && str_eqz(state, "57014")) {
        c->base.too_slow = true;
        log_event(LOG_WARN, "sql_too_slow", "sql", LOG_STR(str_cut(sql, 0, SQL_LOGGED)), NULL);
        return ERR_LIMIT;
    }
    err_t e = meaning(c, state);
    if (e == ERR_CONFLICT)
        db_set_conflict(&c->base, field(r, PG_DIAG_CONSTRAINT_NAME));
    else if (!c->base.again && !c->stale)
        log_failure(r, state, sql);
    return e;
}
