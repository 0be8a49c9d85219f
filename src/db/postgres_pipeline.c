#include "db/postgres.h"

/* In pipeline mode from the first statement sent until the answers have been read. */
static err_t send_failed(struct postgres_conn *c)
{
    c->base.broken = true;
    return ERR_UNAVAILABLE;
}

err_t pipeline_begin(struct postgres_conn *c)
{
    c->waiting = 0;
    if (!PQenterPipelineMode(c->pg) ||
        !PQsendQueryParams(c->pg, "BEGIN", 0, NULL, NULL, NULL, NULL, 0))
        return send_failed(c);
    c->sent[c->waiting++] = NULL;
    return OK;
}

void postgres_statement_name(const struct statement *s, char out[static STATEMENT_NAME])
{
    snprintf(out, STATEMENT_NAME, "s%u", s->number);
}

err_t pipeline_send(struct postgres_conn *c,
                    struct statement *s,
                    const char *const *values,
                    size_t n)
{
    char name[STATEMENT_NAME];
    postgres_statement_name(s, name);
    if ((!c->waiting && !PQenterPipelineMode(c->pg)) ||
        !PQsendQueryPrepared(c->pg, name, (int)n, values, NULL, NULL, 0))
        return send_failed(c);
    c->sent[c->waiting++] = s;
    return OK;
}

/* One answer of the pipeline, with the NULL that ends it. */
static PGresult *next_answer(PGconn *pg)
{
    PGresult *first = PQgetResult(pg), *more;
    while (first && (more = PQgetResult(pg)))
        PQclear(more);
    return first;
}

/* What follows a failed statement was not run and has nothing to say. */
static err_t judge(struct postgres_conn *c, struct statement *s, PGresult *answer)
{
    err_t e = postgres_outcome(c, answer, s ? s->text : S("BEGIN"));
    bool stale = c->stale;
    PQclear(answer);
    if (stale && s)
        statement_drop(&c->base, s);
    return e;
}

static void keep_ahead(struct postgres_conn *c, const PGresult *answer)
{
    struct db_ahead *a = &c->base.ahead;
    a->state = PQntuples(answer) ? AHEAD_ROW : AHEAD_NO_ROW;
    for (int i = 0; a->state == AHEAD_ROW && i < AHEAD_CELLS; i++)
        if (str_to_int(str_from(PQgetvalue(answer, 0, i)), &a->cells[i]) != OK)
            a->state = AHEAD_WAITS;
}

err_t pipeline_settle(struct postgres_conn *c, PGresult **last)
{
    PGresult *failed = NULL, *own = NULL;
    unsigned n = c->waiting, culprit = n;
    if (!PQpipelineSync(c->pg))
        c->base.broken = true;
    for (unsigned i = 0; i < n; i++) {
        PGresult *answer = next_answer(c->pg);
        bool good =
            PQresultStatus(answer) == PGRES_COMMAND_OK || PQresultStatus(answer) == PGRES_TUPLES_OK;
        if (good && c->ahead && i == 0)
            keep_ahead(c, answer);
        if (last && i == n - 1) {
            own = answer;
        } else if (good || culprit < n) {
            PQclear(answer);
        } else {
            failed = answer;
            culprit = i;
        }
    }
    PQclear(PQgetResult(c->pg)); /* of the sync */
    c->waiting = 0;
    if (!PQexitPipelineMode(c->pg))
        c->base.broken = true;
    if (culprit < n) {
        PQclear(own);
        return judge(c, c->sent[culprit], failed);
    }
    if (last)
        *last = own;
    return c->base.broken ? ERR_UNAVAILABLE : OK;
}

err_t pipeline_commit(struct postgres_conn *c, PGresult **out)
{
    if (c->waiting == PIPELINE_MOST)
        TRY(pipeline_settle(c, NULL));
    if ((!c->waiting && !PQenterPipelineMode(c->pg)) ||
        !PQsendQueryParams(c->pg, "COMMIT", 0, NULL, NULL, NULL, NULL, 0))
        return send_failed(c);
    c->sent[c->waiting++] = NULL;
    return pipeline_settle(c, out);
}
